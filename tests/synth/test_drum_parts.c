// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "dsp/fft.h"
#include "synth/drum_parts_impl.h"

enum { RATE = 48000, ROOM = 1 << 19 };
static float x[ROOM];

static snq__drum_recipe plain(void)
{
    return (snq__drum_recipe) { .norm = 1, .rate_hz = RATE, .seed = 5 };
}

/* All of it into x, in runs of `block`; returns its length. */
static uint32_t play(const snq__drum_recipe *r, uint32_t block)
{
    snq__drum_sound *s = calloc(1, sizeof *s);
    snq__drum_sound_begin(s, r);
    assert_true(s->length + block < ROOM);
    memset(x, 0, sizeof x);
    const uint32_t length = s->length;
    for (uint32_t at = 0; at < length; at += block)
        snq__drum_sound_run(s, x + at, block);
    free(s);
    return length;
}

/* Power of x (at .. at + n) under a Hann window by bin, at RATE / n Hz each. */
static void powers(uint32_t at, uint32_t n, double *power)
{
    snq_rfft *fft;
    float *in = calloc(n, sizeof *in), *out = calloc(n + 2, sizeof *out);
    check_ok(snq_rfft_new(n, &fft));
    for (uint32_t i = 0; i < n; i++)
        in[i] = x[at + i] * (float)(0.5 - 0.5 * cos(2 * M_PI * i / n));
    snq_rfft_run(fft, out, in);
    for (uint32_t k = 0; k <= n / 2; k++)
        power[k] = (double)out[2 * k] * (double)out[2 * k] +
                   (double)out[2 * k + 1] * (double)out[2 * k + 1];
    snq_rfft_free(fft);
    free(in);
    free(out);
}

static double band_db(const double *power, uint32_t n, double low_hz, double high_hz)
{
    double sum = 0;
    uint32_t bins = 0;
    for (uint32_t k = 0; k <= n / 2; k++) {
        const double hz = (double)k * RATE / n;
        if (hz >= low_hz && hz < high_hz) {
            sum += power[k];
            bins++;
        }
    }
    return 10 * log10(sum / bins + 1e-30);
}

/* The phase that the formula promises, in cycles; zero crossings of x must lie where it is whole. */
static void test_tone_falls_as_told(void **state)
{
    snq__drum_recipe r = plain();
    snq__drum_tone *t = snq__drum_add_tone(&r, 50, 0.8f, 4);
    t->above[0] = 160;
    t->drop_s[0] = 0.004f;
    t->above[1] = 20;
    t->drop_s[1] = 0.05f;
    play(&r, 64);
    int crossings = 0;
    for (int i = 1; i < RATE; i++) {
        if (!(x[i - 1] < 0 && x[i] >= 0))
            continue;
        const double at = i - (double)x[i] / ((double)x[i] - (double)x[i - 1]), s = at / RATE;
        const double phase =
            50 * s + 160 * 0.004 * (1 - exp(-s / 0.004)) + 20 * 0.05 * (1 - exp(-s / 0.05));
        check_near(phase - round(phase), 0, 0.045); /* the block of DC leads by 12 / 50 / 2 pi */
        crossings++;
    }
    assert_in_range(crossings, 48, 53);
}

static void test_tone_decays_as_told(void **state)
{
    snq__drum_recipe r = plain();
    snq__drum_tone *t = snq__drum_add_tone(&r, 1000, 0.8f, 0.5f);
    t->hold_s = 0.1f;
    t->late_s = 0.05f;
    t->attack_s = 0.01f;
    const uint32_t length = play(&r, 64);
    const double at[] = { 0.06, 0.149, 0.15 + 0.25, 0.15 + 0.5 };
    const double want[] = { 1 - exp(-1), 1 - exp(-9.9), pow(10, -1.5), 1e-3 };
    for (int i = 0; i < 2400; i++)
        assert_true(x[i] == 0);
    for (int k = 0; k < 4; k++) {
        double peak = 0;
        const int from = (int)(at[k] * RATE);
        for (int i = from - 24; i < from + 24; i++)
            peak = fmax(peak, fabs((double)x[i]));
        check_near(20 * log10(peak / (0.8 * want[k])), 0, 0.5);
    }
    assert_int_equal(length, RATE * 0.15 + RATE * 0.5 * 80 / 60);
}

/* A soft square: third overtone at the level that clipping at 1 / 1.6 gives. */
static void test_shape_adds_odd_overtones(void **state)
{
    static double power[8193];
    double want[2] = { 0 };
    for (int i = 0; i < 4096; i++) { /* Fourier's sum of the clipped sine */
        const double y = sin(2 * M_PI * i / 4096), c = fmax(fmin(1.6 * y, 1), -1);
        want[0] += c * sin(2 * M_PI * i / 4096) / 2048;
        want[1] += c * sin(2 * M_PI * 3 * i / 4096) / 2048;
    }
    snq__drum_recipe r = plain();
    snq__drum_tone *t = snq__drum_add_tone(&r, 750, 0.5f, 30);
    t->shape = 1;
    t->hold_s = 1;
    snq__drum_sound *s = calloc(1, sizeof *s);
    snq__drum_sound_begin(s, &r);
    for (uint32_t at = 0; at < 32768; at += 64)
        snq__drum_sound_run(s, x + at, 64);
    free(s);
    powers(8192, 16384, power);
    const double first = power[256], third = power[768];
    check_near(10 * log10(third / first), 20 * log10(fabs(want[1] / want[0])), 0.2);
    assert_true(power[512] < 1e-8 * first);
}

static void test_band_has_its_edges(void **state)
{
    static double power[32769];
    for (int steep = 0; steep < 2; steep++) {
        snq__drum_recipe r = plain();
        snq__drum_band *b = snq__drum_add_band(&r, 2000, 8000, 1, 1);
        b->steep = (uint8_t)steep;
        b->hold_s = 1.5f;
        play(&r, 64);
        powers(0, 65536, power);
        const double middle = band_db(power, 65536, 3500, 4500);
        /* two octaves under the edge 12 or 24 dB an octave; at the edge 3 or 6 */
        check_near(band_db(power, 65536, 480, 520) - middle, steep ? -48 : -24, 2);
        check_near(band_db(power, 65536, 1950, 2050) - middle, steep ? -5.8 : -2.8, 1.6);
        check_near(band_db(power, 65536, 7800, 8200) - middle, -2.7, 1.6);
        assert_true(band_db(power, 65536, 15500, 16500) - middle < -14);
    }
}

/* What is not an odd overtone is alias or rounding. */
static void test_squares_are_clean(void **state)
{
    static double power[32769];
    snq__drum_recipe r = plain();
    snq__drum_band *b = snq__drum_add_band(&r, 0, 0, 1, 1);
    b->squares = 1;
    b->square_hz[0] = (float)(RATE / 65536.0 * 735); /* 538.3 Hz: on a bin */
    b->hold_s = 1.5f;
    play(&r, 64);
    powers(0, 65536, power);
    double worst = 0;
    for (uint32_t k = 100; k * 48000.0 / 65536 < 10000; k++) {
        const uint32_t n = (k + 367) / 735;
        if (n % 2 && labs((long)k - (long)n * 735) <= 3) {
            if (k == n * 735)
                check_near(10 * log10(power[k] / power[735]), -20 * log10(n), 1.5);
            continue;
        }
        worst = fmax(worst, power[k]);
    }
    assert_true(10 * log10(worst / power[735]) < -60);
}

static void test_modes_ring_as_told(void **state)
{
    static double power[32769];
    snq__drum_recipe r = plain();
    const float hz[] = { 60, 733, 5000, 11111, 23900 };
    for (int i = 0; i < 5; i++)
        snq__drum_add_mode(&r, hz[i], 0.1f, i == 2 ? 0.2f : 2);
    play(&r, 64);
    powers(0, 65536, power);
    for (int i = 0; i < 4; i++) {
        uint32_t best = (uint32_t)((double)hz[i] * 65536 / RATE) - 8;
        for (uint32_t k = best; k < best + 20; k++)
            best = power[k] > power[best] ? k : best;
        check_near(best * (double)RATE / 65536, (double)hz[i], i == 2 ? 1.5 : 0.75);
    }
    /* beyond what the rate holds: left out */
    assert_true(band_db(power, 65536, 23000, 24000) < band_db(power, 65536, 4950, 5050) - 60);
    /* the short one is 60 dB down at 0.2 s, the long ones 6 */
    static double early[2049], late[2049];
    powers(0, 4096, early);
    powers(9600 - 2048, 4096, late);
    check_near(band_db(late, 4096, 4900, 5100) - band_db(early, 4096, 4900, 5100), -47, 3);
    check_near(band_db(late, 4096, 11000, 11200) - band_db(early, 4096, 11000, 11200), -4.7, 1);
}

static void test_modes_may_swell(void **state)
{
    snq__drum_recipe r = plain();
    snq__drum_add_mode(&r, 3000, 1, 10);
    r.modes_attack_s = 0.05f;
    snq__drum_sound *s = calloc(1, sizeof *s);
    snq__drum_sound_begin(s, &r);
    for (uint32_t at = 0; at < 4800; at += 64)
        snq__drum_sound_run(s, x + at, 64);
    free(s);
    double peak = 0;
    for (int i = 2400 - 16; i < 2400 + 16; i++)
        peak = fmax(peak, fabs((double)x[i]));
    check_near(peak, 1 - exp(-1), 0.03);
}

static void test_teeth_are_counted(void **state)
{
    snq__drum_recipe r = plain();
    snq__drum_band *b = snq__drum_add_band(&r, 1000, 0, 1, 0.02f);
    b->hold_s = 0.1f;
    b->tooth_s = 0.01f;
    play(&r, 64);
    int teeth = 0;
    for (int k = 0; k < 10; k++) { /* loud after each tooth's frame, quiet before */
        double after = 0, before = 0;
        for (int i = 0; i < 96; i++) {
            after += fabs((double)x[480 * k + i]);
            before += fabs((double)x[480 * k + 380 + i]);
        }
        teeth += after > 20 * before;
    }
    assert_int_equal(teeth, 10);
}

static snq__drum_recipe everything(void)
{
    snq__drum_recipe r = plain();
    snq__drum_tone *t = snq__drum_add_tone(&r, 80, 0.5f, 0.2f);
    t->above[0] = 60;
    t->drop_s[0] = 0.01f;
    t->shape = 0.4f;
    t->late_s = 0.0123f;
    t->hold_s = 0.0111f;
    for (int i = 0; i < 6; i++) {
        snq__drum_band *b = snq__drum_add_band(&r, 500.0f * (float)i, 9000, 0.4f, 0.1f);
        b->late_s = 0.0007f * (float)i;
        b->attack_s = 0.003f * (float)(i % 2);
        b->hold_s = 0.011f * (float)(i % 3);
        b->tooth_s = i == 4 ? 0.0031f : 0;
        b->squares = i == 5 ? 3 : 0;
        b->square_hz[0] = 330;
        b->square_hz[1] = 571;
        b->square_hz[2] = 1313;
    }
    for (int i = 0; i < 19; i++)
        snq__drum_add_mode(&r, 300 + 411.0f * (float)i, 0.05f, 0.3f / (float)(i + 1));
    r.modes_attack_s = 0.001f;
    r.drive = 0.3f;
    r.hold_hz = 20000;
    r.steps = 512;
    return r;
}

static void test_bytes_dont_depend_on_runs(void **state)
{
    static float whole[ROOM];
    const snq__drum_recipe r = everything();
    const uint32_t length = play(&r, 64);
    memcpy(whole, x, sizeof whole);
    const uint32_t blocks[] = { 1, 7, 63, 33 };
    for (int b = 0; b < 4; b++) {
        assert_int_equal(play(&r, blocks[b]), length);
        assert_memory_equal(x, whole, length * sizeof *x);
    }
}

static void test_ends_in_zero(void **state)
{
    snq__drum_recipe r = everything();
    r.steps = r.hold_hz = 0;
    const uint32_t length = play(&r, 64);
    double peak = 0, sum = 0;
    for (uint32_t i = 0; i < length; i++) {
        peak = fmax(peak, fabs((double)x[i]));
        sum += (double)x[i];
    }
    assert_true(peak > 0.1);
    check_near(sum / length / peak, 0, 1e-4);
    assert_true(fabs((double)x[length - 1]) < 1e-6 * peak);
    for (uint32_t i = length; i < length + 64; i++)
        assert_true(x[i] == 0);
    snq__drum_sound *s = calloc(1, sizeof *s);
    s->at = s->length = 10;
    x[0] = 1;
    snq__drum_sound_run(s, x, 64);
    free(s);
    assert_true(x[0] == 0);
}

static void test_crush(void **state)
{
    snq__drum_recipe r = plain();
    snq__drum_tone *t = snq__drum_add_tone(&r, 300, 0.9f, 5);
    t->hold_s = 0.2f;
    r.hold_hz = 12000;
    r.steps = 8;
    snq__drum_sound *s = calloc(1, sizeof *s);
    snq__drum_sound_begin(s, &r);
    for (uint32_t at = 0; at < 4800; at += 64)
        snq__drum_sound_run(s, x + at, 64);
    free(s);
    for (int i = 0; i < 4800; i++) {
        assert_true(x[i] * 8 == rintf(x[i] * 8));
        assert_true(x[i] == x[i - i % 4]);
    }
}

/* Full scale stays; what is half as loud comes up. */
static void test_drive_lifts(void **state)
{
    double peak[2][2];
    for (int loud = 0; loud < 2; loud++)
        for (int driven = 0; driven < 2; driven++) {
            snq__drum_recipe r = plain();
            snq__drum_tone *t = snq__drum_add_tone(&r, 1000, loud ? 1 : 0.5f, 1);
            t->hold_s = 0.1f;
            r.drive = driven ? 0.5f : 0;
            play(&r, 64);
            peak[loud][driven] = 0;
            for (int i = 0; i < 4000; i++)
                peak[loud][driven] = fmax(peak[loud][driven], fabs((double)x[i]));
        }
    check_near(peak[1][1] / peak[1][0], 1, 0.01);
    assert_true(peak[0][1] > 1.4 * peak[0][0]);
}

static void test_recipes_are_bounded(void **state)
{
    snq__drum_recipe r = plain();
    for (int i = 0; i < 100; i++) {
        snq__drum_add_tone(&r, 100, 0.01f, 0.01f);
        snq__drum_add_band(&r, 100, 1000, 0.01f, 0.01f)->squares = 1;
        snq__drum_add_mode(&r, 1000, 0.01f, 0.01f);
    }
    assert_int_equal(r.tones, SNQ__DRUM_TONES);
    assert_int_equal(r.bands, SNQ__DRUM_BANDS);
    assert_int_equal(r.modes, SNQ__DRUM_MODES);
    play(&r, 64);
    const snq__drum_recipe nothing = plain();
    assert_int_equal(play(&nothing, 64), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tone_falls_as_told),
        cmocka_unit_test(test_tone_decays_as_told),
        cmocka_unit_test(test_shape_adds_odd_overtones),
        cmocka_unit_test(test_band_has_its_edges),
        cmocka_unit_test(test_squares_are_clean),
        cmocka_unit_test(test_modes_ring_as_told),
        cmocka_unit_test(test_modes_may_swell),
        cmocka_unit_test(test_teeth_are_counted),
        cmocka_unit_test(test_bytes_dont_depend_on_runs),
        cmocka_unit_test(test_ends_in_zero),
        cmocka_unit_test(test_crush),
        cmocka_unit_test(test_drive_lifts),
        cmocka_unit_test(test_recipes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
