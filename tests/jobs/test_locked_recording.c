// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "compose/brief.h"
#include "jobs/locked_recording.h"
#include "media/wav_writer.h"

enum { RATE = 44100 };

static char folder[] = "/tmp/snq_locked.XXXXXX";

static int begin(void **state)
{
    return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_wav(const char *name, const float *x, size_t n)
{
    const snq_audio a = { { x }, 1, RATE, n };
    snq_wav_writer_cfg cfg = snq_wav_writer_cfg_default();
    snq_wav_writer *w;
    cfg.rate_hz = RATE;
    cfg.channels = 1;
    check_ok(snq_wav_writer_open(path_of(name), &cfg, 1, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
}

/* Booms and clicks at `bpm` from `at_s` on. */
static void write_beats(const char *name, double bpm, double at_s, double seconds)
{
    const size_t n = (size_t)lround(seconds * RATE);
    float *x = snq_calloc(n, sizeof *x);
    assert_non_null(x);
    for (int k = 0; at_s + k * 30.0 / bpm < seconds; k++) {
        const size_t from = (size_t)lround((at_s + k * 30.0 / bpm) * RATE);
        for (size_t i = 0; i < 6000 && from + i < n; i++) {
            const double t = (double)i / RATE, click = (double)(i * 7919 % 101) / 50.0 - 1.0;
            if (k % 2 == 0)
                x[from + i] += (float)((k % 8 ? 0.4 : 0.8) * exp(-t / 0.06) *
                                       sin(2.0 * M_PI * (k % 4 ? 190.0 : 60.0) * t));
            x[from + i] += (float)(0.1 * exp(-t / 0.01) * click);
        }
    }
    write_wav(name, x, n);
    snq_free(x);
}

static void test_names(void **state)
{
    static const char *const good[] = { "drums", "Lead 2", "a-b_c", "7" };
    static const char *const bad[] = {
        "",   " a",          "a/b",   "..",  "a\n",
        "-x", "caf\xc3\xa9", "a.wav", "a:b", "abcdefghijklmnopqrstuvwxyz0123456"
    };
    for (size_t i = 0; i < SNQ_COUNT(good); i++)
        assert_true(snq_locked_name_good(good[i]));
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        assert_false(snq_locked_name_good(bad[i]));
}

static void test_a_loop(void **state)
{
    snq_locked_recording r;
    write_beats("loop.wav", 97.3, 0.0, 4 * 240.0 / 97.3);
    check_ok(snq_locked_recording_load("drums", path_of("loop.wav"), NULL, &r));
    check_near(snq_locked_recording_bpm(&r), 97.3, 0.01);
    assert_true(r.pulse.whole);
    check_near(r.pulse.first_s, 0.0, 0.0);
    assert_int_equal(r.samples.item[0].channels, 2);
    assert_int_equal(r.samples.item[0].rate_hz, SNQ_LOCKED_RATE_HZ);
    assert_true(r.onsets >= 28);
    check_near(r.onset[0].t_s, 0.0, 0.012);
    snq_locked_recording_clear(&r);
    snq_locked_recording_clear(&r);
}

static void test_a_take_with_a_lead(void **state)
{
    snq_locked_recording r;
    write_beats("take.wav", 97.3, 0.4567, 21.3);
    check_ok(snq_locked_recording_load("drums", path_of("take.wav"), NULL, &r));
    check_near(snq_locked_recording_bpm(&r), 97.3, 0.1);
    assert_false(r.pulse.whole);
    const double beats = (r.pulse.first_s - 0.4567) / r.pulse.pulse_s;
    check_near((beats - round(beats)) * r.pulse.pulse_s, 0.0, 0.004);
    snq_locked_recording_clear(&r);
}

static void test_no_pulse(void **state)
{
    static float x[5 * RATE];
    snq_locked_recording r;
    for (size_t i = 0; i < SNQ_COUNT(x); i++)
        x[i] = 0.1f * (float)sin(0.02 * (double)i);
    write_wav("hum.wav", x, SNQ_COUNT(x));
    check_ok(snq_locked_recording_load("hum", path_of("hum.wav"), NULL, &r));
    check_near(snq_locked_recording_bpm(&r), 0.0, 0.0);
    snq_locked_recording_clear(&r);
}

static void refuses(const char *name, const char *path, snq_status want, const char *words)
{
    snq_locked_recording r;
    const snq_status st = snq_locked_recording_load(name, path, NULL, &r);
    if (st != want || !strstr(snq_last_error(), words))
        fail_msg("%s: %s (%s), want %s", path, snq_status_name(st), snq_last_error(), words);
    assert_null(r.path);
    assert_null(r.samples.item);
}

static void test_refusals(void **state)
{
    static float x[RATE];
    write_wav("second.wav", x, RATE);
    FILE *f = fopen(path_of("words.txt"), "w");
    assert_true(f && fputs("all of it words, and no sound", f) >= 0 && fclose(f) == 0);
    refuses("a/b", path_of("second.wav"), SNQ_ERR_RANGE, "letters");
    refuses("a", path_of("none.wav"), SNQ_ERR_FORMAT, "No such file");
    refuses("a", path_of("words.txt"), SNQ_ERR_FORMAT, "not audio");
    refuses("a", folder, SNQ_ERR_FORMAT, "folder");
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    refuses("a", path_of("pipe"), SNQ_ERR_FORMAT, "regular");
    assert_int_equal(truncate(path_of("second.wav"), 44), 0);
    refuses("a", path_of("second.wav"), SNQ_ERR_FORMAT, "");
}

static void test_too_long(void **state)
{
    const size_t n = (size_t)RATE * (SNQ_LOCKED_MAX_S + 1);
    float *x = snq_calloc(n, sizeof *x);
    assert_non_null(x);
    write_wav("long.wav", x, n);
    snq_free(x);
    refuses("a", path_of("long.wav"), SNQ_ERR_TOO_BIG, "600 s");
}

static void test_cancelled(void **state)
{
    static float x[RATE];
    const volatile int cancel = 1;
    snq_locked_recording r;
    write_wav("x.wav", x, RATE);
    check_status(snq_locked_recording_load("a", path_of("x.wav"), &cancel, &r), SNQ_ERR_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_loop),
        cmocka_unit_test(test_a_take_with_a_lead),
        cmocka_unit_test(test_no_pulse),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
