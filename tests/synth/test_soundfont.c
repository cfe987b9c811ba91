// SPDX-License-Identifier: MIT
/* Built where FluidSynth is; skips where there is no bank. */
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/engine_impl.h"
#include "synth/voice_checks.h"

enum { RATE = 48000 };
static const char small_bank[] = "/usr/share/sounds/sf2/TimGM6mb.sf2";

#define PIANO(params)                                                                        \
    "{\"schema\":\"sonique/patch/1\",\"id\":\"test\",\"name\":\"Test\",\"family\":\"keys\"," \
    "\"about\":\"A test.\",\"taste\":\"None.\",\"engine\":\"soundfont\",\"params\":{" params "}}"

static int find_bank(void **state)
{
    if (access(small_bank, R_OK) == 0)
        setenv("SNQ_SOUNDFONT", small_bank, 1);
    return 0;
}

static void open_piano(sound *s, const char *text, double room_s)
{
    snq_patch p;
    snq_instrument *i;
    patch_of(text, &p);
    const snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = &p };
    if (snq_instrument_new(&cfg, &i) == SNQ_ERR_UNSUPPORTED)
        skip();
    snq_instrument_free(i);
    sound_open(s, text, RATE, room_s);
}

/* Hz, within a quarter tone of `hz`, at which x (n,) has most, by correlation in steps of 2 cents. */
static double pitch_close_to(const float *x, size_t n, double hz)
{
    double best = 0, at = 0;
    for (int cents = -50; cents <= 50; cents += 2) {
        const double w = 2 * M_PI * hz * pow(2, cents / 1200.0) / RATE;
        double re = 0, im = 0;
        for (size_t i = 0; i < n; i++) {
            const double y = (double)x[i] * (0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)n));
            re += y * cos(w * (double)i);
            im += y * sin(w * (double)i);
        }
        if (re * re + im * im > best) {
            best = re * re + im * im;
            at = w * RATE / (2 * M_PI);
        }
    }
    return at;
}

static void test_plays_in_tune(void **state)
{
    sound s;
    open_piano(&s, PIANO("\"program\":0"), 3);
    assert_true(snq_instrument_silent(s.instrument));
    sound_run(&s, 0.1);
    assert_true(peak_of(s.left, s.n) == 0);
    const size_t at = s.n;
    snq_instrument_note_on(s.instrument, 1, 69, 0.8f);
    assert_false(snq_instrument_silent(s.instrument));
    sound_run(&s, 1);
    assert_true(peak_of(s.left + at, 300) > 0);
    assert_true(peak_of(s.left, s.n) > 0.02 && peak_of(s.left, s.n) < 1);
    check_near(1200 * log2(pitch_close_to(s.left + at + 4800, 24000, 440) / 440), 0, 12);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_BEND, 2);
    sound_run(&s, 1);
    check_near(1200 * log2(pitch_close_to(s.left + s.n - 36000, 24000, 493.88) / 440), 200, 15);
    sound_close(&s);
}

static void test_ends_in_silence(void **state)
{
    sound s;
    open_piano(&s, PIANO("\"program\":16"), 8); /* an organ holds */
    for (uint32_t id = 0; id < 2; id++)
        snq_instrument_note_on(s.instrument, id, 60, 0.8f);
    sound_run(&s, 0.5);
    snq_instrument_note_off(s.instrument, 0, 0.5f); /* the other holds the key */
    snq_instrument_note_off(s.instrument, 77, 0.5f);
    sound_run(&s, 0.5);
    assert_true(rms_of(s.left + s.n - 4800, 4800) > 0.002);
    snq_instrument_note_off(s.instrument, 1, 0.5f);
    for (int i = 0; i < 50 && !snq_instrument_silent(s.instrument); i++)
        sound_run(&s, 0.1);
    assert_true(snq_instrument_silent(s.instrument));
    const size_t at = s.n;
    sound_run(&s, 0.1);
    assert_true(peak_of(s.left + at, s.n - at) == 0 && peak_of(s.right + at, s.n - at) == 0);
    sound_close(&s);
}

static void test_all_off(void **state)
{
    sound s;
    open_piano(&s, PIANO("\"program\":16"), 4);
    snq_instrument_note_on(s.instrument, 1, 60, 0.8f);
    sound_run(&s, 0.5);
    size_t at = s.n;
    snq_instrument_all_off(s.instrument, 1);
    sound_run(&s, 0.05);
    assert_true(snq_instrument_silent(s.instrument));
    assert_true(peak_of(s.left + at + RATE / 200, 1000) == 0);
    assert_true(peak_of(s.left + at, 64) > 0);
    snq_instrument_note_on(s.instrument, 1, 60, 0.8f);
    sound_run(&s, 0.2);
    snq_instrument_all_off(s.instrument, 1);
    sound_run_blocks(&s, 64, 64);
    snq_instrument_note_on(s.instrument, 2, 64, 0.8f); /* while the others end */
    at = s.n;
    sound_run(&s, 0.2);
    assert_true(rms_of(s.left + at + 4800, 2400) > 0.002);
    snq_instrument_all_off(s.instrument, 0);
    sound_run(&s, 2);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_can_be_set(void **state)
{
    double rms[3];
    for (int k = 0; k < 3; k++) {
        sound s;
        open_piano(&s, PIANO(""), 2);
        if (k == 1)
            sound_set(&s, "gain_db", -12);
        if (k == 2)
            sound_set(&s, "program", 56);
        sound_set(&s, "bank", 0); /* as it is */
        snq_instrument_note_on(s.instrument, 1, 60, 0.8f);
        sound_run(&s, 1);
        rms[k] = rms_of(s.left, s.n);
        sound_close(&s);
    }
    check_near(20 * log10(rms[1] / rms[0]), -12, 0.3);
    assert_true(fabs(20 * log10(rms[2] / rms[0])) > 0.5);
}

static void test_hands(void **state)
{
    sound s;
    open_piano(&s, PIANO("\"program\":16"), 4);
    snq_instrument_note_on(s.instrument, 1, 60, 0.8f);
    sound_run(&s, 0.5);
    const double full = rms_of(s.left + s.n - 9600, 9600);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_VOLUME, 0.5);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_PRESSURE, 0.1);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_BEAT, 3);
    sound_run(&s, 0.5);
    check_near(20 * log10(rms_of(s.left + s.n - 9600, 9600) / full), -12, 2);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_PAN, 1);
    sound_run(&s, 0.5);
    assert_true(rms_of(s.left + s.n - 9600, 9600) < 0.2 * rms_of(s.right + s.n - 9600, 9600));
    for (uint32_t i = 0; i < 200; i++) /* more than are remembered */
        snq_instrument_note_on(s.instrument, 100 + i, (float)(i % 100), 0.1f);
    snq_instrument_note_on(s.instrument, 1, 60, 0.001f);
    sound_run(&s, 0.1);
    sound_close(&s);
}

static snq_status make(void *user, void **object)
{
    snq_instrument *i = NULL;
    const snq_status st = snq_instrument_new(user, &i);
    *object = i;
    return st;
}

static void unmake(void *object)
{
    snq_instrument_free(object);
}

static void test_sweep(void **state)
{
    sound s;
    open_piano(&s, PIANO(""), 1);
    sound_close(&s);
    snq_patch p;
    patch_of(PIANO(""), &p);
    snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = &p };
    snq_sweep(make, unmake, &cfg);
}

static void test_banks_are_checked(void **state)
{
    snq_patch p;
    snq_instrument *i;
    patch_of(PIANO(""), &p);
    snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = &p };
    setenv("SNQ_SOUNDFONT", "/nowhere/at/all.sf2", 1);
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_NOT_FOUND);
    setenv("SNQ_SOUNDFONT", "/proc/self/exe", 1); /* a file, but no bank */
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_FORMAT);
    assert_null(i);
    cfg.rate_hz = 192000; /* more than FluidSynth plays: it takes what is nearest, or says no */
    setenv("SNQ_SOUNDFONT", small_bank, 1);
    const snq_status st = snq_instrument_new(&cfg, &i);
    assert_true(st >= 0 || st == SNQ_ERR_UNSUPPORTED || st == SNQ_ERR_FORMAT);
    snq_instrument_free(i);
    unsetenv("SNQ_SOUNDFONT");
    cfg.rate_hz = RATE;
    const snq_status known = snq_instrument_new(&cfg, &i); /* wherever one lies */
    assert_true(known >= 0 || known == SNQ_ERR_UNSUPPORTED);
    snq_instrument_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_in_tune),
        cmocka_unit_test(test_ends_in_silence),
        cmocka_unit_test(test_all_off),
        cmocka_unit_test(test_can_be_set),
        cmocka_unit_test(test_hands),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_banks_are_checked),
    };
    return cmocka_run_group_tests(tests, find_bank, NULL);
}
