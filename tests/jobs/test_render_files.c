// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/render_files.h"
#include "jobs/render_names.h"
#include "jobs/render_rig.h"

enum { N = 9600 };

static float x[2][N];

/* Two stems, of which the second has a lane. */
static void make_report(snq_render_report *r)
{
    *r = (snq_render_report) { .rate_hz = 48000, .title = "A test" };
    check_ok(snq_render_report_room(r, 2));
    for (r->stems = 1; r->stems <= 2; r->stems++) {
        snprintf(r->stem[r->stems - 1].name, sizeof r->stem[0].name, "drums");
        snprintf(r->stem[r->stems - 1].lane, sizeof r->stem[0].lane, r->stems == 2 ? "kick" : "");
        snq_render_name_stem(r, SNQ_AUDIO_FORMAT_WAV);
    }
    r->stems = 2;
    for (int i = 0; i < N; i++)
        x[0][i] = x[1][i] = (float)(0.5 * sin(0.01 * i));
    x[0][100] = 2.0f;
}

static snq_status push(snq_render_files *f, int32_t file)
{
    const snq_audio a = { { x[0], x[1] }, 2, 48000, N };
    return snq_render_files_push(f, file, &a);
}

static long size_of(const char *name)
{
    struct stat info;
    return stat(rig_path(name), &info) == 0 ? (long)info.st_size : -1;
}

static void all_of_it_appears_at_once(void **state)
{
    snq_render_report r;
    snq_render_files *f;
    snq_str text;
    make_report(&r);
    snq_render_job_cfg cfg = rig_cfg("");
    cfg.premaster = 1;
    check_ok(snq_render_files_open(&cfg, &r, &f));
    for (int32_t file = SNQ_RENDER_PREMASTER; file < 2; file++)
        check_ok(push(f, file));
    check_ok(push(f, 1));
    for (int32_t file = SNQ_RENDER_PREMASTER; file < 2; file++)
        check_ok(snq_render_files_close_audio(f, file, -3.0 + file));
    check_ok(snq_render_files_close_audio(f, SNQ_RENDER_MIX, 7.0)); /* closed: nothing happens */
    snq_str_init(&text, 100);
    snq_str_put(&text, "some text");
    check_ok(snq_render_files_text(f, "notes/a.txt", &text));
    snq_str_clear(&text);
    assert_int_equal(rig_entries("work/out"), -1);
    check_ok(snq_render_files_commit(f));
    assert_int_equal(rig_entries("work"), 1);
    assert_int_equal(rig_entries("work/out"), 4);
    const long header = size_of("work/out/mix.wav") - 6l * N;
    assert_in_range(header, 44, 128);
    assert_int_equal(size_of("work/out/premaster.wav"), header + 6 * N);
    assert_int_equal(size_of("work/out/stems/drums.wav"), header + 6 * N);
    assert_int_equal(size_of("work/out/stems/lanes/drums.kick.wav"), header + 12 * N);
    assert_int_equal(size_of("work/out/notes/a.txt"), 9);
    check_near(r.stem[0].peak_dbfs, -3.0, 0.0);
    check_near(r.stem[1].peak_dbfs, -2.0, 0.0);
    check_near(r.mix.peak_dbfs, -4.0, 0.0);
    check_near(r.premaster.peak_dbfs, -5.0, 0.0);
    assert_true(r.mix.clipped == 1 && r.stem[0].clipped == 1 && r.stem[1].clipped == 2);
    const snq_warning *w = snq_warnings_find(&r.warnings, "clipped");
    assert_non_null(w);
    assert_int_equal(w->times, 4);
    assert_non_null(strstr(w->message, "the pre-master is over full scale by -5.0 dB"));
    snq_render_report_clear(&r);
}

/* A stem that stays is shared, not written; its level comes at its end, once. */
static void a_stem_that_stays(void **state)
{
    snq_render_report r;
    snq_render_files *f;
    make_report(&r);
    rig_put_text("work/frozen.wav", "as it was");
    const snq_frozen_stem frozen = { "DRUMS", rig_path("work/frozen.wav") };
    snq_render_job_cfg cfg = rig_cfg("");
    cfg.frozen = &frozen;
    cfg.frozen_count = 1;
    check_ok(snq_render_files_open(&cfg, &r, &f));
    assert_non_null(snq_render_files_folder(f));
    for (int32_t file = SNQ_RENDER_MIX; file < 2; file++) {
        check_ok(push(f, file));
        check_ok(snq_render_files_close_audio(f, file, -3.0));
        check_ok(snq_render_files_close_audio(f, file, -9.0)); /* closed: nothing happens */
    }
    check_near(r.stem[0].peak_dbfs, -3.0, 0.0);
    assert_int_equal(r.stem[0].clipped, 0);
    check_near(r.stem[1].peak_dbfs, -3.0, 0.0);
    check_ok(snq_render_files_commit(f));
    assert_int_equal(size_of("work/out/stems/drums.wav"), 9);
    assert_true(size_of("work/out/stems/lanes/drums.kick.wav") >
                1000); /* a lane is no whole stem */
    const snq_frozen_stem gone = { "drums", rig_path("work/none.wav") };
    cfg.frozen = &gone;
    cfg.out = rig_path("work/other");
    check_status(snq_render_files_open(&cfg, &r, &f), SNQ_ERR_NOT_FOUND);
    assert_int_equal(rig_entries("work"), 2);
    snq_render_report_clear(&r);
}

/* A pre-master that isn't wanted is not written, and may be pushed to. */
static void only_what_is_wanted(void **state)
{
    snq_render_report r;
    snq_render_files *f;
    make_report(&r);
    r.stems = 0;
    snq_render_job_cfg cfg = rig_cfg("");
    cfg.format = SNQ_AUDIO_FORMAT_FLAC;
    check_ok(snq_render_files_open(&cfg, &r, &f));
    check_ok(push(f, SNQ_RENDER_PREMASTER));
    check_ok(push(f, SNQ_RENDER_MIX));
    check_ok(snq_render_files_close_audio(f, SNQ_RENDER_PREMASTER, 0.0));
    check_ok(snq_render_files_close_audio(f, SNQ_RENDER_MIX, 0.0));
    check_ok(snq_render_files_commit(f));
    assert_string_equal(r.premaster.file, "");
    assert_int_equal(rig_entries("work/out"), 1);
    assert_true(size_of("work/out/mix.flac") > 1000);
    snq_render_report_clear(&r);
}

static void left_alone_it_leaves_nothing(void **state)
{
    snq_render_report r;
    snq_render_files *f;
    snq_str text;
    make_report(&r);
    snq_render_job_cfg cfg = rig_cfg("");
    for (int step = 0; step < 4; step++) {
        check_ok(snq_render_files_open(&cfg, &r, &f));
        if (step > 0)
            check_ok(push(f, 0));
        if (step > 1)
            check_ok(snq_render_files_close_audio(f, 0, 0.0));
        if (step > 2) {
            snq_str_init(&text, 4);
            snq_str_put(&text, "too long");
            check_status(snq_render_files_text(f, "a.txt", &text), SNQ_ERR_TOO_BIG);
            snq_str_clear(&text);
        }
        assert_int_equal(rig_entries("work"), 1);
        snq_render_files_free(f);
        assert_int_equal(rig_entries("work"), 0);
    }
    snq_render_files_free(NULL);
    snq_render_report_clear(&r);
}

static void what_is_there_stays(void **state)
{
    snq_render_report r;
    snq_render_files *f;
    make_report(&r);
    snq_render_job_cfg cfg = rig_cfg("");
    mkdir(cfg.out, 0755);
    rig_put_text("work/out/mine.txt", "mine");
    check_status(snq_render_files_open(&cfg, &r, &f), SNQ_ERR_EXISTS);
    assert_null(f);
    cfg.force = 1;
    check_ok(snq_render_files_open(&cfg, &r, &f));
    check_ok(push(f, SNQ_RENDER_MIX));
    for (int32_t file = SNQ_RENDER_MIX; file < 2; file++)
        check_ok(snq_render_files_close_audio(f, file, 0.0));
    check_ok(snq_render_files_commit(f));
    assert_int_equal(rig_entries("work/out"), 3);
    assert_int_equal(size_of("work/out/mine.txt"), 4);
    cfg.out = rig_path("no/such/folder");
    check_status(snq_render_files_open(&cfg, &r, &f), SNQ_ERR_IO);
    assert_int_equal(rig_entries("work"), 1);
    snq_render_report_clear(&r);
}

/* The disk is full somewhere: in a stem, in the mix, at a text. Files may only grow to a limit. */
static void a_full_disk(void **state)
{
    static const rlim_t limit[] = { 0, 1000, 6 * N - 1000, 6 * N + 4096 };
    struct rlimit was;
    snq_render_report r;
    snq_str text;
    make_report(&r);
    snq_render_job_cfg cfg = rig_cfg("");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    snq_str_init(&text, 1 << 20);
    for (int i = 0; i < 10000; i++)
        snq_str_put(&text, "long text ");
    for (size_t i = 0; i < SNQ_COUNT(limit); i++) {
        const struct rlimit now = { limit[i], was.rlim_max };
        snq_render_files *f;
        setrlimit(RLIMIT_FSIZE, &now);
        snq_status st = snq_render_files_open(&cfg, &r, &f);
        for (int32_t file = SNQ_RENDER_MIX; file < 2 && st >= 0; file++) {
            st = push(f, file);
            if (st >= 0)
                st = snq_render_files_close_audio(f, file, 0.0);
        }
        const int audio_fits = st >= 0;
        if (st >= 0)
            st = snq_render_files_text(f, "a.txt", &text);
        snq_render_files_free(f);
        setrlimit(RLIMIT_FSIZE, &was);
        check_status(st, SNQ_ERR_IO);
        assert_int_equal(audio_fits, i == 3);
        if (!strstr(snq_last_error(), "File too large")) /* the system's reason */
            fail_msg("limit %zu: %s", i, snq_last_error());
        assert_int_equal(rig_entries("work"), 0);
    }
    snq_str_clear(&text);
    snq_render_report_clear(&r);
    signal(SIGXFSZ, SIG_DFL);
}

static void out_of_memory_leaves_nothing(void **state)
{
    snq_render_report r;
    make_report(&r);
    const snq_render_job_cfg cfg = rig_cfg("");
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st == SNQ_ERR_NOMEM && n < 1000; n++) {
        snq_render_files *f;
        snq_alloc_fail_after(n);
        st = snq_render_files_open(&cfg, &r, &f);
        snq_alloc_fail_after(-1);
        if (st < 0)
            assert_null(f);
        snq_render_files_free(f);
        assert_int_equal(snq_alloc_live(), live);
        assert_int_equal(rig_entries("work"), 0);
    }
    check_ok(st);
    snq_render_report_clear(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, render_rig_begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it_appears_at_once),    TEST(a_stem_that_stays),   TEST(only_what_is_wanted),
        TEST(left_alone_it_leaves_nothing), TEST(what_is_there_stays), TEST(a_full_disk),
        TEST(out_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
