// SPDX-License-Identifier: MIT
#include "source_sound.h"

#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "support/sweep.h"

enum { N = 1 << 14, PARTS = 64 };
enum { WHITE = 0, PINK, BROWN, BLUE, VIOLET };
static const double slope[] = { 0, -3.0103, -6.0206, 3.0103, 6.0206 }; /* dB an octave */

static sound noise_of(int colour, uint32_t rate)
{
    sound s = sound_of(&snq__source_noise, rate);
    sound_set(&s, "colour", (float)colour);
    return s;
}

static double mean_square(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i] / (double)n;
    return sum;
}

/* Power of each third of an octave from 20 Hz up to 20 kHz per Hz, dB, against the slope. */
static void check_slope(int colour, uint32_t rate)
{
    double *sum = snq_calloc(N / 2 + 1, sizeof(double)), mean = 0, off[64];
    sound s = noise_of(colour, rate);
    const double per_bin = (double)rate / N;
    sound_make(&s, "");
    for (uint32_t l = 0; l < 8; l++)
        sound_start(&s, l, 100, l + 10 * (uint64_t)colour);
    for (int part = 0; part < PARTS; part++) {
        float *x = sound_play(&s, (uint32_t)part % 8, N, 64);
        double *p = sound_spectrum(x, N);
        for (int k = 0; k <= N / 2; k++)
            sum[k] += p[k];
        snq_free(x);
        snq_free(p);
    }
    int n = 0;
    const double lowest = 8 * SPECTRUM_HALF * per_bin; /* the window spreads what a bin holds */
    for (double hz = fmax(20, lowest); hz * 1.26 < fmin(20000, 0.46 * rate); hz *= 1.26, n++) {
        double have = 0, want = 0;
        for (int k = (int)ceil(hz / per_bin); k < hz * 1.26 / per_bin; k++) {
            have += sum[k];
            want += pow(k * per_bin / 1000, slope[colour] / 3.0103);
        }
        off[n] = 10 * log10(have / want);
        mean += off[n];
    }
    assert_true(n > 10);
    for (int i = 0; i < n; i++)
        check_near(off[i] - mean / n, 0, i < 6 ? 1.2 : 0.5);
    snq_free(sum);
    sound_free(&s);
}

static void test_slopes(void **state)
{
    (void)state;
    for (int colour = WHITE; colour <= VIOLET; colour++)
        check_slope(colour, 48000);
    check_slope(PINK, 44100);
    check_slope(PINK, 8000);
    check_slope(PINK, 192000);
}

/* The low end, where spectra of noise take long: the answer to one sample, which the first block's
 * difference of two lanes' levels can't give; so from the slope of the octaves' power in long sums. */
static void test_low_end(void **state)
{
    (void)state;
    for (int colour = PINK; colour <= BROWN; colour++) {
        enum { LONG = 1 << 17 };
        double octave[4] = {
            0
        }; /* 20-40, 40-80, 80-160, 160-320 Hz, each of equal weight for pink */
        sound s = noise_of(colour, 48000);
        sound_make(&s, "");
        for (uint32_t l = 0; l < 8; l++)
            sound_start(&s, l, 100, 77 + l);
        for (int part = 0; part < 24; part++) {
            float *x = sound_play(&s, (uint32_t)part % 8, LONG, 64);
            double *p = sound_spectrum(x, LONG);
            for (int o = 0; o < 4; o++)
                for (int k = (20 << o) * LONG / 48000; k < (40 << o) * LONG / 48000; k++)
                    octave[o] += p[k] * (colour == BROWN ? pow(k * 48000.0 / LONG / 1000, 1) : 1);
            snq_free(x);
            snq_free(p);
        }
        for (int o = 0; o < 3; o++)
            check_near(10 * log10(octave[o] / octave[3]), 0, 0.6);
        sound_free(&s);
    }
}

static void test_equal_power(void **state)
{
    (void)state;
    for (int colour = WHITE; colour <= VIOLET; colour++) {
        for (uint32_t rate = 44100; rate <= 96000; rate += 51900) {
            double sum = 0;
            sound s = noise_of(colour, rate);
            s.stereo = 1;
            sound_make(&s, "");
            for (uint32_t l = 0; l < 8; l++)
                sound_start(&s, l, 100, 5 + l);
            for (uint32_t l = 0; l < 8; l++) {
                const size_t n = 5 * (size_t)rate;
                float *x = sound_play_both(&s, l, n, 64);
                double both = 0;
                for (size_t i = 0; i < n; i++)
                    both += (double)x[i] * (double)x[n + i] / (double)n;
                sum += mean_square(x, n) / 16 + mean_square(x + n, n) / 16;
                /* two strangers; brown has few numbers in so short a time */
                check_near(both / 0.0625, 0,
                           colour == BROWN  ? 0.45
                           : colour == PINK ? 0.08
                                            : 0.015);
                snq_free(x);
            }
            check_near(sqrt(sum), 0.25, colour == BROWN ? 0.014 : 0.003);
            sound_free(&s);
        }
    }
}

/* A note does not begin with a filter at rest: its first samples have the power of all others. */
static void test_starts_in_the_middle(void **state)
{
    (void)state;
    for (int colour = PINK; colour <= VIOLET; colour++) {
        double sum = 0;
        sound s = noise_of(colour, 48000);
        sound_make(&s, "");
        for (int i = 0; i < 4000; i++) {
            sound_start(&s, (uint32_t)i % 8, 100, (uint64_t)i);
            float *x = sound_play(&s, (uint32_t)i % 8, 2, 2);
            sum += mean_square(x, 2) / 4000;
            snq_free(x);
        }
        check_near(sqrt(sum), 0.25, 0.012);
        sound_free(&s);
    }
}

static void test_blocks_and_seeds(void **state)
{
    (void)state;
    float *x[4];
    for (int i = 0; i < 4; i++) {
        sound s = noise_of(PINK, 48000);
        s.stereo = 1;
        sound_make(&s, "");
        sound_start(&s, 2, 100, i == 3 ? 8 : 9);
        sound_start(&s, 3, 100, 9);
        x[i] = sound_play_both(&s, i == 2 ? 3 : 2, 3000, i == 1 ? 0 : 64);
        sound_free(&s);
    }
    assert_memory_equal(x[0], x[1], 6000 * sizeof(float)); /* cut otherwise */
    assert_memory_equal(x[0], x[2], 6000 * sizeof(float)); /* the same seed in another lane */
    double same = 0;
    for (int i = 0; i < 3000; i++)
        same += (double)x[0][i] * (double)x[3][i] / 3000 / 0.0625;
    check_near(same, 0, 0.4);
    for (int i = 0; i < 4; i++)
        snq_free(x[i]);
}

/* From brown to violet and at once to white: no step, and at the end white it is. */
static void test_colours_change(void **state)
{
    (void)state;
    sound s = noise_of(BROWN, 48000);
    sound_make(&s, "");
    sound_start(&s, 0, 100, 3);
    float *x = sound_play(&s, 0, 1000, 64);
    double step = 0;
    for (int i = 1; i < 1000; i++)
        step = fmax(step, fabs((double)x[i] - (double)x[i - 1]));
    const float last = x[999];
    assert_true(step < 0.05);
    snq_free(x);
    sound_set(&s, "colour", PINK);
    x = sound_play(&s, 0, 10, 5);
    check_near(x[0], last, 0.1); /* pink comes in at 0 */
    snq_free(x);
    sound_set(&s, "colour", WHITE);
    snq_free(sound_play(&s, 0, 54, 50)); /* waits until pink is there */
    x = sound_play(&s, 0, 100000, 64);
    double turn = 0;
    for (int i = 101; i < 100000; i++)
        turn += (double)x[i] * (double)x[i - 1] / 100000 / 0.0625;
    check_near(turn, 0, 0.015);
    check_near(sqrt(mean_square(x + 100, 99900)), 0.25, 0.002);
    snq_free(x);
    sound_free(&s);
}

static void test_levels(void **state)
{
    (void)state;
    sound s = noise_of(WHITE, 48000), t = noise_of(WHITE, 48000);
    sound_make(&s, "");
    sound_make(&t, "");
    sound_start(&s, 0, 100, 3);
    sound_start(&t, 0, 100, 3);
    s.block.level.from.v[0] = 0;
    s.block.level.to.v[0] = -2;
    s.block.level.from.v[1] = NAN; /* idle */
    float *x = sound_play(&s, 0, 64, 64), *y = sound_play(&t, 0, 64, 64);
    for (int i = 0; i < 64; i++)
        check_near(x[i], -2.0 * i / 64 * (double)y[i], 1e-6);
    snq_free(x);
    snq_free(y);
    s.block.level.from.v[0] = INFINITY;
    x = sound_play(&s, 0, 64, 64);
    y = sound_play(&s, 1, 64, 64);
    for (int i = 0; i < 64; i++)
        assert_true(x[i] == 0 && y[i] == 0);
    snq_free(x);
    snq_free(y);
    s.active = 0;
    x = sound_play(&s, 0, 64, 64);
    assert_true(x[5] == 0);
    snq_free(x);
    sound_free(&s);
    sound_free(&t);
}

static snq_status make(void *cfg, void **out)
{
    return snq__source_noise.make(cfg, out);
}

static void test_make(void **state)
{
    (void)state;
    sound s = noise_of(PINK, 48000);
    snq__source_cfg cfg = { .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "" };
    snq_sweep(make, snq__source_noise.free, &cfg);
    assert_ptr_equal(snq__source_find("noise"), &snq__source_noise);
    sound_free(&s);
}

static void test_variants_agree(void **state)
{
    (void)state;
    float *x[2];
    const unsigned was = snq_cpu_flags();
    for (int i = 0; i < 2; i++) {
        snq_cpu_force(i ? snq_cpu_detect() : 0);
        sound s = noise_of(PINK, 48000);
        sound_make(&s, "");
        sound_start(&s, 0, 200, 1);
        x[i] = sound_play(&s, 0, 5000, 0);
        sound_free(&s);
    }
    snq_cpu_force(was);
    assert_memory_equal(x[0], x[1], 5000 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes),           cmocka_unit_test(test_low_end),
        cmocka_unit_test(test_equal_power),      cmocka_unit_test(test_starts_in_the_middle),
        cmocka_unit_test(test_blocks_and_seeds), cmocka_unit_test(test_colours_change),
        cmocka_unit_test(test_levels),           cmocka_unit_test(test_make),
        cmocka_unit_test(test_variants_agree),
    };
    return cmocka_run_group_tests_name("source_noise", tests, NULL, NULL);
}
