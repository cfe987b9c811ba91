// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "synth/voice_inside.h"

enum { FRAMES = 48000 };

static void run(snq__voice_drive *d, float amount, float *x, size_t n)
{
    float right[SNQ_SYNTH_BLOCK];
    for (size_t i = 0; i < n; i += SNQ_SYNTH_BLOCK) {
        const uint32_t frames = n - i < SNQ_SYNTH_BLOCK ? (uint32_t)(n - i) : SNQ_SYNTH_BLOCK;
        memcpy(right, x + i, frames * sizeof *right);
        snq__voice_drive_run(d, amount, x + i, right, frames);
        assert_memory_equal(right, x + i, frames * sizeof *right); /* sides are treated alike */
    }
}

static void sine(float *x, double hz, double amplitude)
{
    for (int i = 0; i < FRAMES; i++)
        x[i] = (float)(amplitude * sin(2 * M_PI * hz * i / 48000));
}

/* Amplitude at a whole number of hertz, from one second of sound. */
static double amplitude_at(const float *x, int hz)
{
    double re = 0, im = 0;
    for (int i = 0; i < FRAMES; i++) {
        const double a = 2 * M_PI * (double)((long)hz * i % FRAMES) / FRAMES;
        re += (double)x[i] * cos(a);
        im += (double)x[i] * sin(a);
    }
    return 2 * sqrt(re * re + im * im) / FRAMES;
}

static double db(double ratio)
{
    return 20 * log10(ratio);
}

static void test_nothing_at_zero(void **state)
{
    static float x[FRAMES], y[FRAMES];
    sine(x, 441, 0.9);
    memcpy(y, x, sizeof x);
    snq__voice_drive d = { .rest = 1 };
    run(&d, 0, y, FRAMES);
    assert_memory_equal(x, y, sizeof x);
    assert_false(d.rest);
}

/* A sine of the reference's level keeps its peak, a quiet one grows by what the amount says. */
static void test_levels(void **state)
{
    static float x[FRAMES];
    for (float a = 0.1f; a <= 1; a += 0.3f) {
        snq__voice_drive d = { .amount = a };
        sine(x, 110, 0.5);
        run(&d, a, x, FRAMES);
        check_near(peak_of(x + 480, FRAMES - 480), 0.5, 0.01);
        const double g = 0.5 * pow(80, (double)a), keeps = 0.5 * sqrt(1 + g * g / 4) / (g * 0.5);
        sine(x, 110, 1e-4);
        d = (snq__voice_drive) { .amount = a };
        run(&d, a, x, FRAMES);
        check_near(db(amplitude_at(x, 110) / 1e-4), db(g * keeps), 0.05);
    }
}

/* The treble that the mean takes is given back. */
static void test_treble(void **state)
{
    static float x[FRAMES];
    double at_100 = 0;
    static const struct {
        int hz;
        double db, within;
    } want[] = { { 100, 0, 0 }, { 5000, 0.18, 0.1 }, { 10000, 0, 0.1 }, { 16000, -2.65, 0.2 } };
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        sine(x, want[i].hz, 1e-4);
        snq__voice_drive d = { .amount = 0.5f };
        run(&d, 0.5f, x, FRAMES);
        const double a = amplitude_at(x, want[i].hz);
        if (!i)
            at_100 = a;
        check_near(db(a / at_100), want[i].db, want[i].within);
    }
}

/* Odd overtones only, as the curve is; what folds is far below what the plain curve folds. */
static double folded_db(const float *x, int hz)
{
    double sum = 0;
    for (int k = 3; k < 200; k += 2) {
        const int f = k * hz % 48000, at = f < 24000 ? f : 48000 - f;
        if (k * hz > 24000 && at < 10000 && at % (2 * hz) != hz)
            sum += pow(amplitude_at(x, at), 2);
    }
    return db(sqrt(sum) / amplitude_at(x, hz));
}

static void test_aliases(void **state)
{
    static float x[FRAMES], plain[FRAMES];
    static const struct {
        int hz;
        float amount;
        double drop_db;
    } want[] = {
        { 401, 0.5f, 8 }, { 401, 1, 12 }, { 1103, 0.5f, 8 }, { 1103, 1, 8 }, { 5003, 1, 8 }
    };
    for (size_t w = 0; w < SNQ_COUNT(want); w++) {
        sine(x, want[w].hz, 0.5);
        const double g = 0.5 * pow(80, (double)want[w].amount);
        for (int i = 0; i < FRAMES; i++) {
            const double u = g * (double)x[i];
            plain[i] = (float)(u / sqrt(1 + u * u));
        }
        snq__voice_drive d = { .amount = want[w].amount };
        run(&d, want[w].amount, x, FRAMES);
        const double ours = folded_db(x, want[w].hz), its = folded_db(plain, want[w].hz);
        if (getenv("SNQ_VERBOSE"))
            printf("%d Hz, amount %.1f: aliases under 10 kHz %.1f dB, of the plain curve %.1f dB\n",
                   want[w].hz, (double)want[w].amount, ours, its);
        if (ours > -95 && ours > its - want[w].drop_db)
            fail_msg("%d Hz: aliases %.1f dB, of the plain curve %.1f dB", want[w].hz, ours, its);
        assert_true(db(amplitude_at(x, 2 * want[w].hz) / amplitude_at(x, want[w].hz)) < -90);
    }
}

/* From nothing to something and back there is no step larger than the signal's own. */
static void test_amounts_are_continuous(void **state)
{
    static float x[FRAMES];
    sine(x, 100, 0.5);
    snq__voice_drive d = { .rest = 1 };
    float right[SNQ_SYNTH_BLOCK];
    for (int b = 0; b < FRAMES / SNQ_SYNTH_BLOCK; b++) {
        memcpy(right, x + b * SNQ_SYNTH_BLOCK, sizeof right);
        const float a = 0.5f - 0.5f * cosf((float)b / 20);
        snq__voice_drive_run(&d, a < 0.02f ? 0 : a, x + b * SNQ_SYNTH_BLOCK, right,
                             SNQ_SYNTH_BLOCK);
    }
    double largest = 0;
    for (int i = 1; i < FRAMES / SNQ_SYNTH_BLOCK * SNQ_SYNTH_BLOCK; i++)
        largest = fmax(largest, fabs((double)(x[i] - x[i - 1])));
    assert_true(largest <
                0.5 * 2 * M_PI * 100 / 48000 * 25); /* the curve is up to 20 times as steep */
}

static void test_silence_after_two_frames(void **state)
{
    float x[SNQ_SYNTH_BLOCK], y[SNQ_SYNTH_BLOCK] = { 0 }, z[SNQ_SYNTH_BLOCK] = { 0 };
    for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
        x[i] = 0.7f;
    snq__voice_drive d = { .amount = 0.8f };
    run(&d, 0.8f, x, SNQ_SYNTH_BLOCK);
    assert_false(d.rest);
    snq__voice_drive_run(&d, 0.8f, y, z, SNQ_SYNTH_BLOCK);
    assert_true(y[0] != 0);
    for (int i = 2; i < SNQ_SYNTH_BLOCK; i++)
        assert_true(y[i] == 0 && z[i] == 0);
    assert_true(d.rest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_at_zero),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_treble),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_amounts_are_continuous),
        cmocka_unit_test(test_silence_after_two_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
