// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <time.h>

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

static snq__voice_drive opened(float amount)
{
    snq__voice_drive d;
    snq__voice_drive_reset(&d, amount, 240);
    return d;
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
    snq__voice_drive d = opened(0);
    run(&d, 0, y, FRAMES);
    assert_memory_equal(x, y, sizeof x);
    assert_true(d.rest);
}

/* A sine of the reference's level keeps its peak, a quiet one grows by what the amount says. */
static void test_levels(void **state)
{
    static float x[FRAMES];
    for (float a = 0.1f; a <= 1; a += 0.3f) {
        snq__voice_drive d = opened(a);
        sine(x, 110, 0.5);
        run(&d, a, x, FRAMES);
        check_near(peak_of(x + FRAMES / 4, FRAMES - FRAMES / 4), 0.5, 0.03);
        const double g = 0.5 * pow(80, (double)a), keeps = 0.5 * sqrt(1 + g * g / 4) / (g * 0.5);
        sine(x, 110, 1e-4);
        d = opened(a);
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
    } want[] = { { 100, 0, 0 }, { 5000, 0.05, 0.1 }, { 10000, 0.1, 0.15 }, { 16000, 0.1, 0.2 } };
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        sine(x, want[i].hz, 1e-4);
        snq__voice_drive d = opened(0.5f);
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
        { 401, 0.5f, 0 }, { 401, 1, 40 }, { 1103, 0.5f, 0 }, { 1103, 1, 40 }, { 5003, 1, 30 }
    };
    for (size_t w = 0; w < SNQ_COUNT(want); w++) {
        sine(x, want[w].hz, 0.5);
        const double g = 0.5 * pow(80, (double)want[w].amount);
        for (int i = 0; i < FRAMES; i++) {
            const double u = g * (double)x[i];
            plain[i] = (float)(u / sqrt(1 + u * u));
        }
        snq__voice_drive d = opened(want[w].amount);
        run(&d, want[w].amount, x, FRAMES); /* a second, to be heard again from its begin: */
        sine(x, want[w].hz, 0.5);
        run(&d, want[w].amount, x, FRAMES);
        const double ours = folded_db(x, want[w].hz), its = folded_db(plain, want[w].hz);
        if (getenv("SNQ_VERBOSE"))
            printf("%d Hz, amount %.1f: aliases under 10 kHz %.1f dB, of the plain curve %.1f dB\n",
                   want[w].hz, (double)want[w].amount, ours, its);
        if (ours > -120 && ours > its - want[w].drop_db)
            fail_msg("%d Hz: aliases %.1f dB, of the plain curve %.1f dB", want[w].hz, ours, its);
        assert_true(db(amplitude_at(x, 2 * want[w].hz) / amplitude_at(x, want[w].hz)) < -90);
    }
}

/* From nothing to something and back there is no step larger than the signal's own. */
static void test_amounts_are_continuous(void **state)
{
    static float x[FRAMES];
    sine(x, 100, 0.5);
    snq__voice_drive d = opened(0);
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

static void test_silence_after_the_filters(void **state)
{
    float x[SNQ_SYNTH_BLOCK], y[SNQ_SYNTH_BLOCK] = { 0 }, z[SNQ_SYNTH_BLOCK] = { 0 };
    for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
        x[i] = 0.7f;
    snq__voice_drive d = opened(0.8f);
    run(&d, 0.8f, x, SNQ_SYNTH_BLOCK);
    assert_false(d.rest);
    snq__voice_drive_run(&d, 0.8f, y, z, SNQ_SYNTH_BLOCK);
    assert_true(y[0] != 0);
    for (int b = 0; b < 10; b++) {
        memset(y, 0, sizeof y);
        memset(z, 0, sizeof z);
        snq__voice_drive_run(&d, 0.8f, y, z, SNQ_SYNTH_BLOCK);
    }
    for (int i = 0; i < SNQ_SYNTH_BLOCK; i++)
        assert_true(y[i] == 0 && z[i] == 0);
    assert_true(d.rest);
}

/* A lopsided wave has no mean when it comes out. */
static void test_no_mean(void **state)
{
    static float x[FRAMES];
    for (int i = 0; i < FRAMES; i++)
        x[i] = i % 480 < 60 ? 0.7f : -0.1f;
    snq__voice_drive d = opened(0.8f);
    run(&d, 0.8f, x, FRAMES);
    double sum = 0;
    for (int i = FRAMES - 24000; i < FRAMES; i++)
        sum += (double)x[i];
    check_near(sum / 24000, 0, 1e-3);
}

/* What comes out is as late as it is said to be, and the same however it is cut into blocks. */
static void test_delay_and_blocks(void **state)
{
    static float x[FRAMES], y[FRAMES], right[FRAMES], late[FRAMES];
    sine(x, 1000, 1e-3);
    memcpy(y, x, sizeof x);
    memcpy(late, x, sizeof x);
    snq__voice_drive a = opened(0.5f), b = opened(0.5f);
    run(&a, 0.5f, x, FRAMES);
    memcpy(right, y, sizeof y);
    for (uint32_t at = 0, n = 1; at < FRAMES; at += n, n = 1 + at * 7 % SNQ_SYNTH_BLOCK) {
        n = at + n > FRAMES ? FRAMES - at : n;
        snq__voice_drive_run(&b, 0.5f, y + at, right + at, n);
    }
    double gain = 0, square = 0, off = 0, cut = 0;
    for (int i = 1000; i < FRAMES; i++) {
        gain += (double)x[i] * (double)late[i - 15];
        square += pow((double)late[i - 15], 2);
        cut = fmax(cut, fabs((double)(x[i] - y[i])));
    }
    gain /= square;
    for (int i = 1000; i < FRAMES; i++)
        off = fmax(off, fabs((double)x[i] - gain * (double)late[i - 15]));
    /* the mean takes a quarter of a frame, of which SHELF gives back more than a half */
    assert_true(off < 0.02 * gain * 1e-3);
    assert_true(cut < 1e-6 * gain);
}

/* Sides that differ are worked out each for itself. */
static void test_sides(void **state)
{
    static float l[FRAMES], r[FRAMES], alone[FRAMES];
    sine(l, 441, 0.5);
    sine(r, 633, 0.3);
    memcpy(alone, r, sizeof r);
    snq__voice_drive d = opened(0.7f), one = opened(0.7f);
    for (int b = 0; b < FRAMES; b += SNQ_SYNTH_BLOCK)
        snq__voice_drive_run(&d, 0.7f, l + b, r + b, SNQ_SYNTH_BLOCK);
    run(&one, 0.7f, alone, FRAMES);
    assert_memory_equal(r, alone, sizeof r);
    assert_true(fabs(db(amplitude_at(l, 441) / amplitude_at(r, 633))) < 4);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void bench(void)
{
    static float l[FRAMES], r[FRAMES];
    for (int sides = 1; sides < 3; sides++) {
        double best = 1e30;
        for (int k = 0; k < 20; k++) {
            snq__voice_drive d = opened(0.7f);
            sine(l, 441, 0.5);
            sine(r, sides == 2 ? 633 : 441, 0.5);
            const double from = now_ns();
            for (int b = 0; b < FRAMES; b += SNQ_SYNTH_BLOCK)
                snq__voice_drive_run(&d, 0.7f, l + b, r + b, SNQ_SYNTH_BLOCK);
            best = fmin(best, (now_ns() - from) / FRAMES);
        }
        printf("voice_drive, %d side%s: %.1f ns a frame\n", sides, sides == 2 ? "s" : "", best);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        bench();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_at_zero),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_treble),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_amounts_are_continuous),
        cmocka_unit_test(test_silence_after_the_filters),
        cmocka_unit_test(test_no_mean),
        cmocka_unit_test(test_delay_and_blocks),
        cmocka_unit_test(test_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
