// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "base/str.h"
#include "jobs/data_folders.h"
#include "jobs/folder_output.h"
#include "jobs/render_rig.h"

static void render(const snq_render_job_cfg *cfg, snq_render_report *r)
{
    check_ok(snq_render_job_run(cfg, r));
}

static char *content(const char *name, size_t *n)
{
    snq_text_file f;
    check_ok(snq_text_file_read(rig_path(name), 64 << 20, &f));
    *n = f.length;
    return f.bytes;
}

static void is_same(const char *a, const char *b)
{
    size_t n, k;
    char *one = content(a, &n), *two = content(b, &k);
    assert_true(n == k && memcmp(one, two, n) == 0);
    snq_free(one);
    snq_free(two);
}

/* A part of a document that must be there. */
static snq_json_ref get(const snq_json_ref *at, const char *key, snq_json_kind kind)
{
    snq_json_ref got;
    check_ok(snq_json_get(at, key, kind, &got));
    return got;
}

static snq_json_doc *document_of(const snq_render_report *r)
{
    snq_json json;
    snq_json_doc *doc;
    snq_str text;
    snq_str_init(&text, 1 << 20);
    snq_json_init(&json, snq_json_to_str, &text);
    snq_render_report_json(&json, "a.json", r);
    check_ok(snq_json_finish(&json));
    check_ok(snq_json_parse("report", text.text, text.length, &doc));
    snq_str_clear(&text);
    return doc;
}

/* Stems, record, pre-master, score and mix; the score in the folder is the one that was played; and the same
 * bytes with more threads, and from the score and the mix that were written. */
static void a_piece(void **state)
{
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.premaster = cfg.lanes = 1;
    render(&cfg, &r);
    assert_int_equal(rig_entries("work"), 1);
    assert_int_equal(rig_entries("work/out"), 6);
    assert_int_equal(rig_entries("work/out/stems"), 4);
    assert_int_equal(rig_entries("work/out/stems/lanes"), 3);
    assert_true(r.frames >= 2 * 48000 && r.stems == 6 && r.mastered);
    check_near(r.figures.lufs, -14.0, 0.3);
    for (uint32_t i = 0; i < r.stems; i++)
        assert_true(r.stem[i].peak_dbfs > -60.0 && r.stem[i].peak_dbfs < 6.0);
    snq_json_doc *doc = document_of(&r);
    const snq_json_ref root = snq_json_root(doc);
    const snq_json_ref stems = get(&root, "stems", SNQ_JSON_ARRAY);
    get(&root, "master", SNQ_JSON_OBJECT);
    get(&root, "premaster", SNQ_JSON_OBJECT);
    assert_int_equal(snq_json_count(&stems), 6);
    snq_json_doc_free(doc);
    snq_render_report_clear(&r);

    cfg.input = rig_path("work/out/score.json");
    cfg.mix = rig_path("work/out/mix.json");
    cfg.out = rig_path("work/again");
    cfg.threads = 3;
    render(&cfg, &r);
    is_same("work/out/mix.wav", "work/again/mix.wav");
    is_same("work/out/premaster.wav", "work/again/premaster.wav");
    is_same("work/out/stems/bass.wav", "work/again/stems/bass.wav");
    is_same("work/out/stems/lanes/drums.snare.wav", "work/again/stems/lanes/drums.snare.wav");
    is_same("work/out/score.json", "work/again/score.json");
    is_same("work/out/score.mid", "work/again/score.mid");
    is_same("work/out/mix.json", "work/again/mix.json");
    snq_render_report_clear(&r);
}

static void silence_and_nothing(void **state)
{
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_score(rig_track("a", ", \"gain_db\": -120", 1, 60), 2));
    cfg.mix = rig_path("mix.json");
    rig_put_text("mix.json", "{\"schema\": \"sonique/mix/1\", \"strips\": [{\"name\": \"a\", "
                             "\"mute\": true}]}");
    render(&cfg, &r);
    assert_true(isinf(r.stem[0].peak_dbfs) && isinf(r.mix.peak_dbfs) && isinf(r.figures.lufs));
    assert_null(snq_warnings_find(&r.warnings, "loudness_not_reached"));
    snq_json_doc *doc = document_of(&r);
    const snq_json_ref root = snq_json_root(doc);
    const snq_json_ref mix = get(&root, "mix", SNQ_JSON_OBJECT);
    get(&mix, "peak_dbfs", SNQ_JSON_NULL);
    snq_json_doc_free(doc);
    snq_render_report_clear(&r);
    cfg = rig_cfg(rig_score("", 2));
    cfg.out = rig_path("work/none");
    render(&cfg, &r);
    assert_true(r.stems == 0 && r.frames == 48000);
    assert_int_equal(rig_entries("work/none"), 4); /* no stems */
    snq_render_report_clear(&r);
}

/* Two short notes in half a minute can't be as loud as asked; a strip of +24 dB clips its stem. */
static void what_went_wrong_is_told(void **state)
{
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.mix = rig_path("mix.json");
    rig_put_text("mix.json", "{\"schema\": \"sonique/mix/1\", \"strips\": [{\"name\": \"drums\", "
                             "\"gain_db\": 24}], \"master\": {\"target_lufs\": -5}}");
    render(&cfg, &r);
    const snq_warning *w = snq_warnings_find(&r.warnings, "loudness_not_reached");
    assert_non_null(w);
    assert_non_null(strstr(w->message, "not -5.0"));
    w = snq_warnings_find(&r.warnings, "clipped");
    assert_non_null(w);
    assert_non_null(strstr(w->message, "drums"));
    assert_true(r.stem[0].clipped > 0 && r.mix.clipped == 0);
    snq_json_doc *doc = document_of(&r);
    const snq_json_ref root = snq_json_root(doc), list = get(&root, "warnings", SNQ_JSON_ARRAY);
    assert_int_equal(snq_json_count(&list), r.warnings.count);
    for (uint32_t i = 0; i < r.warnings.count; i++) {
        snq_json_ref item;
        char code[SNQ_WARNING_CODE_MAX];
        snq_json_item(&list, i, &item);
        check_ok(snq_json_text_of(&item, "code", code, sizeof code));
        assert_string_equal(code, r.warnings.item[i].code);
    }
    snq_json_doc_free(doc);
    snq_render_report_clear(&r);
}

typedef struct stopper {
    volatile int cancel;
    int calls, stop_at; /* the call of progress that cancels; -1 never */
} stopper;

static void count(void *user, double done_s, double of_s)
{
    stopper *s = user;
    assert_true(done_s >= 0.0 && of_s >= 0.0);
    if (s->calls++ == s->stop_at)
        s->cancel = 1;
}

static void check_cancelled(snq_render_job_cfg cfg, int stop_at)
{
    snq_render_report r;
    stopper s = { .cancel = stop_at < 0, .stop_at = stop_at };
    cfg.cancel = &s.cancel;
    cfg.progress = count;
    cfg.user = &s;
    check_status(snq_render_job_run(&cfg, &r), SNQ_ERR_CANCELLED);
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 1);
}

/* Whenever it is cancelled, before it begins, at any report of progress, while the record is mastered: nothing
 * is left, and what was there stays as it was. */
static void cancelled_it_leaves_nothing(void **state)
{
    snq_render_report r;
    char *before[2];
    size_t n[2];
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    for (int mode = 0; mode < 3; mode++) {
        stopper s = { .stop_at = -1 };
        cfg.dry = mode == 1;
        cfg.format = mode == 2 ? SNQ_AUDIO_FORMAT_FLAC : SNQ_AUDIO_FORMAT_WAV;
        cfg.force = 1;
        cfg.cancel = &s.cancel;
        cfg.progress = count;
        cfg.user = &s;
        render(&cfg, &r);
        snq_render_report_clear(&r);
        assert_true(s.calls > 2);
        before[0] = content("work/out/mix.wav", &n[0]);
        for (int k = -1; k < s.calls; k = k < 2 || k == s.calls - 1 ? k + 1 : s.calls - 1)
            check_cancelled(cfg, k);
        before[1] = content("work/out/mix.wav", &n[1]);
        assert_true(n[0] == n[1] && memcmp(before[0], before[1], n[0]) == 0);
        snq_free(before[0]);
        snq_free(before[1]);
    }
}

/* The disk is full: files may only grow to a limit. */
static void a_full_disk(void **state)
{
    static const rlim_t limit[] = { 0, 4000, 100000, 500000 };
    struct rlimit was;
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    for (size_t i = 0; i < 2 * SNQ_COUNT(limit); i++) {
        const struct rlimit now = { limit[i / 2], was.rlim_max };
        cfg.dry = i % 2;
        cfg.threads = 1 + (uint32_t)i % 3;
        setrlimit(RLIMIT_FSIZE, &now);
        const snq_status st = snq_render_job_run(&cfg, &r);
        setrlimit(RLIMIT_FSIZE, &was);
        check_status(st, SNQ_ERR_IO);
        snq_render_report_clear(&r);
        assert_int_equal(rig_entries("work"), 0);
    }
    signal(SIGXFSZ, SIG_DFL);
}

static void refused_it_leaves_nothing(void **state)
{
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_path("none.json"));
    check_status(snq_render_job_run(&cfg, &r), SNQ_ERR_NOT_FOUND);
    snq_render_report_clear(&r);
    cfg = rig_cfg(rig_band());
    cfg.threads = 0;
    check_status(snq_render_job_run(&cfg, &r), SNQ_ERR_RANGE);
    snq_render_report_clear(&r);
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 0);
}

/* ---- a part of the piece ---- */

/* Samples of a 24-bit WAV, both sides, one after the other; free. */
static double *samples(const char *name, size_t *frames)
{
    size_t n;
    char *bytes = content(name, &n);
    const uint8_t *p = NULL;
    for (size_t at = 12; !p && at + 8 <= n;) {
        uint32_t size;
        memcpy(&size, bytes + at + 4, 4);
        if (memcmp(bytes + at, "data", 4) == 0) {
            p = (const uint8_t *)bytes + at + 8;
            *frames = size / 6;
        }
        at += 8 + size + size % 2;
    }
    assert_non_null(p);
    double *x = snq_calloc(2 * *frames + 1, sizeof *x);
    for (size_t i = 0; i < 2 * *frames; i++)
        x[i] = (double)(int32_t)((uint32_t)p[3 * i] << 8 | (uint32_t)p[3 * i + 1] << 16 |
                                 (uint32_t)p[3 * i + 2] << 24) /
               2147483648.0;
    snq_free(bytes);
    return x;
}

static const char *const stem_tab[] = { "bass", "drums", "keys" };
#define LSB 0x1p-23

/* Every stem opens and fades as the cut asks, is else what the whole piece has there, and their sum is the pre-master. */
static void a_cut_with_a_fade(void **state)
{
    enum { FROM = 14400, TO = 81600, FADE = 24000, OPENING = 480, WIDE = TO - FROM };
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    double *sum = snq_calloc(2 * WIDE, sizeof *sum);
    cfg.premaster = 1;
    render(&cfg, &r);
    snq_render_report_clear(&r);
    cfg.out = rig_path("work/cut");
    cfg.from_s = 0.3;
    cfg.to_s = 1.7;
    cfg.fade_s = 0.5;
    render(&cfg, &r);
    assert_int_equal(r.frames, WIDE);
    snq_render_report_clear(&r);
    for (size_t k = 0; k < SNQ_COUNT(stem_tab); k++) {
        char name[2][64];
        size_t n, whole;
        snprintf(name[0], sizeof name[0], "work/cut/stems/%s.wav", stem_tab[k]);
        snprintf(name[1], sizeof name[1], "work/out/stems/%s.wav", stem_tab[k]);
        double *cut = samples(name[0], &n), *all = samples(name[1], &whole);
        assert_true(n == WIDE && whole >= TO);
        for (size_t i = 0; i < 2 * n; i++) {
            const double at = (double)(i / 2);
            const double in = fmin(at / OPENING, 1), out = fmax((at - (WIDE - FADE)) / FADE, 0);
            const double gain = (0.5 - 0.5 * cos(M_PI * in)) * (0.5 + 0.5 * cos(M_PI * out));
            check_near(cut[i], gain * all[2 * FROM + i], 1.6 * LSB);
            sum[i] += cut[i];
        }
        snq_free(cut);
        snq_free(all);
    }
    size_t n;
    double *premaster = samples("work/cut/premaster.wav", &n), most = 0;
    assert_int_equal(n, WIDE);
    for (size_t i = 0; i < 2 * n; i++) {
        check_near(premaster[i], sum[i], 0.51 * LSB * (1 + SNQ_COUNT(stem_tab)));
        most = fmax(most, fabs(premaster[i]));
    }
    assert_true(most > 0.01);
    snq_free(premaster);
    double *mix = samples("work/cut/mix.wav", &n);
    assert_int_equal(n, WIDE);
    assert_true(fabs(mix[2 * n - 1]) < 1e-3); /* faded to nothing */
    snq_free(mix);
    snq_free(sum);
}

static snq_status look_around(void *user, snq_folder_output *folder, const snq_render_report *r)
{
    char path[SNQ_PATH_MAX];
    struct stat info;
    check_ok(snq_folder_output_path(folder, r->mix.file, path, sizeof path));
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 48000);
    check_ok(snq_folder_output_path(folder, "stems.txt", path, sizeof path));
    char *dot = strstr(path, ".txt");
    *dot = '\0';
    ++*(int *)user;
    assert_int_equal(access(path, F_OK) == 0, *(int *)user == 2);
    return *(int *)user == 3 ? SNQ_FAIL(SNQ_ERR_IO, "seen enough") : SNQ_OK;
}

/* What is discarded was there, whole, for as long as `finish` looked; then nothing is left, and what had the name stays. */
static void discarded_it_leaves_nothing(void **state)
{
    int calls = 0;
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.discard = cfg.no_stems = 1;
    cfg.finish = look_around;
    cfg.user = &calls;
    render(&cfg, &r);
    assert_int_equal(calls, 1);
    assert_true(r.frames > 48000 && isfinite(r.figures.lufs));
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 0);
    cfg.no_stems = 0;
    render(&cfg, &r);
    assert_int_equal(calls, 2);
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 0);
    cfg.no_stems = 1;
    check_status(snq_render_job_run(&cfg, &r), SNQ_ERR_IO);
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 0);
    assert_int_equal(mkdir(rig_path("work/out"), 0755),
                     0); /* a folder of that name stays as it is */
    calls = 0;
    cfg.force = 1;
    render(&cfg, &r);
    snq_render_report_clear(&r);
    assert_int_equal(rig_entries("work"), 1);
    assert_int_equal(rig_entries("work/out"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, render_rig_begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_piece),
        TEST(silence_and_nothing),
        TEST(what_went_wrong_is_told),
        TEST(cancelled_it_leaves_nothing),
        TEST(a_full_disk),
        TEST(refused_it_leaves_nothing),
        TEST(a_cut_with_a_fade),
        TEST(discarded_it_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
