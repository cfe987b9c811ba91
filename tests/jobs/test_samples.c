// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/samples.h"
#include "media/audio_writer.h"

enum { N = 24000 };

static char folder[] = "/tmp/sonique-kit-XXXXXX";
static float x[2][N];

static const char *path_of(const char *name)
{
    static char path[4][256];
    static int turn;
    char *to = path[turn++ % 4];
    snprintf(to, 256, "%s/%s", folder, name);
    return to;
}

static void write_sound(const char *name, uint32_t channels, size_t n)
{
    snq_audio_format format;
    snq_audio_writer *w;
    const snq_audio a = { { x[0], x[1] }, channels, 48000, n };
    check_ok(snq_audio_format_parse(strrchr(name, '.') + 1, &format));
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(format);
    cfg.channels = channels;
    cfg.wav = SNQ_WAV_F32;
    check_ok(snq_audio_writer_open(path_of(name), &cfg, 1, &w));
    check_ok(snq_audio_writer_push(w, &a));
    check_ok(snq_audio_writer_close(w));
}

/* kit/: a sound in each of several formats, a text that is called one, and what is no media. */
static int make_kit(void **state)
{
    if (!mkdtemp(folder) || mkdir(path_of("kit"), 0700) || mkdir(path_of("kit/more"), 0700) ||
        mkdir(path_of("empty"), 0700))
        return 1;
    for (int i = 0; i < N; i++) {
        x[0][i] = (float)(0.5 * sin(2 * M_PI * 440 * i / 48000));
        x[1][i] = (float)(0.5 * sin(2 * M_PI * 660 * i / 48000));
    }
    write_sound("kit/kick_01.wav", 1, 4801);
    write_sound("kit/more/hat.open.flac", 2, 2400);
    write_sound("kit/snare.mp3", 2, N);
    write_sound("kit/tom.opus", 1, 9999);
    FILE *f = fopen(path_of("kit/clap.wav"), "w");
    fputs("Dear Sir or Madam,\nthis is a letter.\n", f);
    fclose(f);
    f = fopen(path_of("kit/readme.txt"), "w");
    fputs("not listed\n", f);
    return fclose(f);
}

static int remove_kit(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void check_names(const snq_samples_list *l)
{
    static const char *const name[] = { "clap", "kick_01", "hat.open", "snare", "tom" };
    static const size_t frames[] = { 0, 4801, 2400, N, 9999 };
    static const uint32_t channels[] = { 0, 1, 2, 2, 1 };
    assert_int_equal(l->count, 5);
    for (uint32_t i = 0; i < l->count; i++) {
        const snq_samples *s = &l->item[i];
        assert_string_equal(s->name, name[i]);
        assert_non_null(strstr(s->path, "/kit/"));
        assert_int_equal(s->frames, frames[i]);
        assert_int_equal(s->channels, channels[i]);
        assert_int_equal(s->key, -1);
        assert_true((s->st < 0) == (s->error != NULL) && (s->st < 0) == !s->channel[0]);
        assert_int_equal((uintptr_t)s->channel[1] % SNQ_ALLOC_ALIGN, 0);
        assert_int_equal(s->channel[0] == s->channel[1], channels[i] != 2);
    }
}

static void a_kit_comes_in_order_with_its_names(void **state)
{
    snq_samples_list one, four;
    snq_samples_cfg cfg = snq_samples_cfg_default();
    cfg.threads = 1;
    check_ok(snq_samples_load_path(path_of("kit"), &cfg, &one));
    cfg.threads = 4;
    check_ok(snq_samples_load_path(path_of("kit"), &cfg, &four));
    check_names(&one);
    check_names(&four);
    assert_int_equal(one.refused, 1);
    assert_int_equal(one.item[0].st, SNQ_ERR_FORMAT);
    assert_string_equal(one.item[0].error, "not audio: this is plain text");
    assert_memory_equal(one.item[1].channel[0], x[0], 4801 * sizeof(float));
    for (size_t i = 0; i < 2400; i++) {
        check_near((double)one.item[2].channel[0][i], (double)x[0][i], 0x1p-24);
        check_near((double)one.item[2].channel[1][i], (double)x[1][i], 0x1p-24);
    }
    assert_int_equal(one.bytes, four.bytes);
    for (uint32_t i = 1; i < 5; i++)
        for (uint32_t c = 0; c < one.item[i].channels; c++)
            assert_memory_equal(one.item[i].channel[c], four.item[i].channel[c],
                                one.item[i].frames * sizeof(float));
    snq_samples_clear(&one);
    snq_samples_clear(&four);
    snq_samples_clear(&four);
    assert_int_equal(snq_alloc_live(), 0);
}

static void one_file_at_another_rate(void **state)
{
    snq_samples_list l;
    snq_samples_cfg cfg = snq_samples_cfg_default();
    cfg.rate_hz = 96000;
    cfg.channels = 2;
    check_ok(snq_samples_load_path(path_of("kit/kick_01.wav"), &cfg, &l));
    assert_int_equal(l.count, 1);
    assert_int_equal(l.item[0].rate_hz, 96000);
    assert_int_equal(l.item[0].frames, 9602);
    assert_true(l.item[0].channels == 2 && l.item[0].channel[0] != l.item[0].channel[1]);
    for (size_t i = 1000; i < 8600; i++)
        check_near((double)l.item[0].channel[1][i], 0.5 * sin(2 * M_PI * 440 * (double)i / 96000),
                   1e-4);
    snq_samples_clear(&l);
}

/* What breaks a bound is refused; what comes after it may still fit. */
static void bounds_are_kept_in_order(void **state)
{
    snq_samples_list l;
    snq_samples_cfg cfg = snq_samples_cfg_default();
    cfg.max_bytes = 70000; /* kick 19 264, hat 19 200, snare 192 000, tom 40 000 */
    check_ok(snq_samples_load_path(path_of("kit"), &cfg, &l));
    assert_int_equal(l.refused, 3);
    assert_int_equal(l.item[1].st, SNQ_OK);
    assert_int_equal(l.item[2].st, SNQ_OK);
    assert_int_equal(l.item[3].st, SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(l.item[3].error, "0.2 MiB"));
    assert_int_equal(l.item[4].st, SNQ_ERR_TOO_BIG);
    assert_int_equal(l.bytes, 19264 + 19200);
    snq_samples_clear(&l);
    cfg = snq_samples_cfg_default();
    cfg.max_s = 0.3;
    check_ok(snq_samples_load_path(path_of("kit"), &cfg, &l));
    assert_int_equal(l.refused, 2);
    assert_int_equal(l.item[3].st, SNQ_ERR_TOO_BIG);
    assert_string_equal(l.item[3].error, "longer than 0.3 s, the most that is taken as samples");
    snq_samples_clear(&l);
}

static void wrong_cfgs_and_paths_are_named(void **state)
{
    static const volatile int now = 1;
    snq_samples_list l;
    snq_samples_cfg cfg = snq_samples_cfg_default();
    check_ok(snq_samples_load_path(path_of("none"), &cfg, &l));
    assert_true(l.count == 1 && l.refused == 1 && l.item[0].st == SNQ_ERR_IO);
    assert_string_equal(l.item[0].error, "No such file or directory");
    snq_samples_clear(&l);
    check_ok(snq_samples_load_path(path_of("empty"), &cfg, &l));
    assert_true(l.count == 1 && strstr(l.item[0].error, "no media in this folder"));
    snq_samples_clear(&l);
    const snq_inputs nothing = { 0 };
    check_ok(snq_samples_load(&nothing, &cfg, &l));
    assert_int_equal(l.count, 0);
    snq_samples_clear(&l);
    cfg.rate_hz = 999;
    check_status(snq_samples_load_path(path_of("kit"), &cfg, &l), SNQ_ERR_RANGE);
    cfg = snq_samples_cfg_default();
    cfg.channels = 3;
    check_status(snq_samples_load_path(path_of("kit"), &cfg, &l), SNQ_ERR_RANGE);
    cfg = snq_samples_cfg_default();
    cfg.max_s = NAN;
    check_status(snq_samples_load_path(path_of("kit"), &cfg, &l), SNQ_ERR_RANGE);
    cfg = snq_samples_cfg_default();
    cfg.hooks.cancel = &now;
    check_status(snq_samples_load_path(path_of("kit"), &cfg, &l), SNQ_ERR_CANCELLED);
    assert_true(!l.item && !l.count);
    assert_int_equal(snq_alloc_live(), 0);
}

/* Workers lack it too, and may end for it: whatever is said, nothing is left. */
static void lack_of_memory_is_clean(void **state)
{
    int n = 0;
    for (int refused = 1; refused; n++) {
        snq_samples_list l;
        snq_samples_cfg cfg = snq_samples_cfg_default();
        snq_inputs in = { 0 };
        check_ok(snq_inputs_add(&in, path_of("kit/kick_01.wav")));
        const int64_t live = snq_alloc_live();
        snq_alloc_fail_after(n);
        const snq_status st = snq_samples_load(&in, &cfg, &l);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!refused)
            check_ok(st);
        assert_true(st >= 0 || (!l.item && !l.count));
        snq_samples_clear(&l);
        assert_int_equal(snq_alloc_live(), live);
        snq_inputs_clear(&in);
    }
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kit_comes_in_order_with_its_names),
        cmocka_unit_test(one_file_at_another_rate),
        cmocka_unit_test(bounds_are_kept_in_order),
        cmocka_unit_test(wrong_cfgs_and_paths_are_named),
        cmocka_unit_test(lack_of_memory_is_clean),
    };
    return cmocka_run_group_tests(tests, make_kit, remove_kit);
}
