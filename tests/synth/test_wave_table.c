// SPDX-License-Identifier: MIT
/* Wave tables against the sums of sines that they stand for; those of user's samples and the built-in ones
 * too. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "support/sweep.h"
#include "synth/bank_impl.h"

/* What a source would read of cycle c at level k and phase x (0..1). */
static double read_at(const snq__table *t, uint32_t k, uint32_t c, double x)
{
    const double at = x * ldexp(1, t->bits[k]);
    const uint32_t whole = (uint32_t)at;
    const float *piece = t->piece + 2 * (t->first[k] + ((size_t)c << t->bits[k]) + whole);
    return (double)piece[0] + (double)piece[1] * (at - whole - 0.5);
}

static double sum_at(const float *partial, uint32_t harmonics, double x)
{
    double sum = 0;
    for (uint32_t h = 1; h <= harmonics; h++)
        sum += (double)partial[2 * h - 2] * cos(2 * M_PI * h * x) +
               (double)partial[2 * h - 1] * sin(2 * M_PI * h * x);
    return sum;
}

/* Power of a cycle's error below its own, dB, from random places. */
static double error_db(const snq__table *t, uint32_t k, uint32_t c, const float *partial)
{
    snq_rng rng;
    double error = 0, power = 0;
    snq_rng_init(&rng, k);
    for (int i = 0; i < 4000; i++) {
        const double x = snq_rng_uniform(&rng), want = sum_at(partial, t->harmonics[k], x);
        const double off = read_at(t, k, c, x) - want;
        error += off * off;
        power += want * want;
    }
    return 10 * log10(error / power);
}

static void check_layout(const snq__table *t, uint32_t most)
{
    size_t at = 0;
    assert_int_equal(t->harmonics[0], 1);
    assert_int_equal(t->harmonics[t->levels - 1], most);
    for (uint32_t k = 0; k < t->levels; k++) {
        assert_int_equal(t->first[k], at);
        at += (size_t)t->cycles << t->bits[k];
        assert_true(k == 0 || t->harmonics[k] > t->harmonics[k - 1]);
        assert_true(t->bits[k] >= SNQ__TABLE_BITS_MIN && t->bits[k] <= SNQ__TABLE_BITS_MAX);
        assert_true(1u << t->bits[k] >= 4 * t->harmonics[k]);
    }
    assert_int_equal(t->pieces, at);
    for (uint32_t h = 1; h <= SNQ__TABLE_HARMONICS_MAX; h++) {
        const uint32_t k = t->level_of[h];
        assert_true(t->harmonics[k] <= h);
        assert_true(k + 1 == t->levels || t->harmonics[k + 1] > h);
    }
}

static void test_noise_is_as_asked(void **state)
{
    (void)state;
    enum { H = 200, CYCLES = 3 };
    float *partial = snq_calloc(CYCLES * H, 2 * sizeof(float));
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int i = 0; i < CYCLES * H; i++) {
        partial[2 * i] = (float)(snq_rng_normal(&rng) / (i % H + 1));
        partial[2 * i + 1] = (float)(snq_rng_normal(&rng) / (i % H + 1));
    }
    for (double noise = 60; noise <= 90; noise += 30) {
        const snq__table_cfg cfg = {
            .cycles = CYCLES, .harmonics = H, .partial = partial, .per_octave = 2, .noise_db = noise
        };
        snq__table *t;
        check_ok(snq__table_new(&cfg, &t));
        check_layout(t, H);
        double worst = -INFINITY;
        for (uint32_t k = 0; k < t->levels; k++)
            for (uint32_t c = 0; c < CYCLES; c++) {
                const double db = error_db(t, k, c, partial + (size_t)2 * H * c);
                assert_true(db < -noise + 0.5);
                worst = fmax(worst, db);
            }
        assert_true(worst > -noise - 13); /* and no finer than needed: sizes are powers of two */
        snq__table_free(t);
    }
    snq_free(partial);
}

static void test_levels_by_octave(void **state)
{
    (void)state;
    float partial[2 * 100] = { 0 };
    partial[1] = 1;
    partial[2 * 69] = 1e-3f;   /* harmonic 70 */
    partial[2 * 89] = 0.5e-6f; /* harmonic 90: nothing */
    for (uint32_t per = 1; per <= 4; per++) {
        const snq__table_cfg cfg = {
            .cycles = 1, .harmonics = 100, .partial = partial, .per_octave = per, .noise_db = 80
        };
        snq__table *t;
        check_ok(snq__table_new(&cfg, &t));
        check_layout(t, 70);
        for (uint32_t k = 1; k < t->levels; k++) /* no further apart than asked, but for rounding */
            assert_true(t->harmonics[k] <=
                        lround(exp2(1.0 / per) * (t->harmonics[k - 1] + 0.5)) + 1);
        snq__table_free(t);
    }
    memset(partial, 0, sizeof(partial)); /* silence is a table too */
    const snq__table_cfg cfg = { 1, 100, partial, 4, 80 };
    snq__table *t;
    check_ok(snq__table_new(&cfg, &t));
    check_layout(t, 1);
    check_near(read_at(t, 0, 0, 0.3), 0, 0);
    snq__table_free(t);
    snq__table_free(NULL);
}

static snq_status make(void *user, void **out)
{
    const snq__table_cfg cfg = { 1, 8, user, 4, 80 };
    return snq__table_new(&cfg, (snq__table **)out);
}

static snq_status make_cycles(void *user, void **out)
{
    return snq__cycles_table(user, (snq__table **)out);
}

static snq_status make_samples(void *user, void **out)
{
    return snq__cycles_of_samples(user, 1, 16, (snq__table **)out);
}

static void unmake(void *t)
{
    snq__table_free(t);
}

static void test_sweeps(void **state)
{
    (void)state;
    float x[16] = { 1, 0.5f };
    snq_sweep(make, unmake, x);
    snq_sweep(make_samples, unmake, x);
    snq__cycles small = *snq__cycles_at(3);
    snq_sweep(make_cycles, unmake, &small);
}

/* A period drawn at n places gives back the sum of sines that it was made of. */
static void test_samples(void **state)
{
    (void)state;
    static const uint32_t lengths[] = { 16, 17, 100, 256, 600, 2048, 4095 };
    for (size_t i = 0; i < SNQ_COUNT(lengths); i++) {
        const uint32_t n = lengths[i], most = (n - 1) / 2 < 60 ? (n - 1) / 2 : 60;
        float partial[2 * 60], *x = snq_calloc(2 * n, sizeof(float));
        snq_rng rng;
        snq_rng_init(&rng, n);
        for (uint32_t h = 0; h < 2 * most; h++)
            partial[h] = (float)(2 * snq_rng_uniform(&rng) - 1);
        double peak = 0;
        for (uint32_t k = 0; k < n; k++) {
            x[n + k] = (float)sum_at(partial, most, (double)k / n); /* cycle 0 is silent */
            peak = fmax(peak, fabs((double)x[n + k]));
        }
        for (uint32_t k = 0; k < n; k++)
            x[n + k] += 0.7f; /* a constant part goes */
        for (uint32_t h = 0; h < 2 * most; h++)
            partial[h] = (float)((double)partial[h] / peak);
        snq__table *t;
        check_ok(snq__cycles_of_samples(x, 2, n, &t));
        check_layout(t, most);
        for (uint32_t k = 0; k < t->levels; k++)
            assert_true(error_db(t, k, 1, partial) < -79.5);
        check_near(read_at(t, t->levels - 1, 0, 0.2), 0, 1e-6);
        snq__table_free(t);
        snq_free(x);
    }
}

static void test_samples_that_are_no_numbers(void **state)
{
    (void)state;
    float x[3 * 16];
    snq__table *t;
    for (int i = 0; i < 48; i++)
        x[i] = i % 3 ? NAN : i % 2 ? INFINITY : 1;
    check_ok(snq__cycles_of_samples(x, 3, 16, &t));
    for (size_t i = 0; i < 2 * t->pieces; i++)
        assert_true(isfinite(t->piece[i]) && fabsf(t->piece[i]) < 10);
    snq__table_free(t);
    memset(x, 0, sizeof(x));
    check_ok(snq__cycles_of_samples(x, 3, 16, &t));
    for (size_t i = 0; i < 2 * t->pieces; i++)
        assert_true(t->piece[i] == 0);
    snq__table_free(t);
    /* many cycles are kept more thriftily */
    float *many = snq_calloc(33 * 256, sizeof(float));
    for (int i = 0; i < 33 * 256; i++)
        many[i] = (float)(i % 256) / 128 - 1;
    snq__table *few;
    check_ok(snq__cycles_of_samples(many, 33, 256, &t));
    check_ok(snq__cycles_of_samples(many, 32, 256, &few));
    assert_true(t->levels < few->levels && t->pieces < few->pieces);
    snq__table_free(t);
    snq__table_free(few);
    snq_free(many);
}

/* Amplitude of harmonic h of a cycle's brightest level. */
static double harmonic_of(const snq__table *t, uint32_t c, uint32_t h)
{
    enum { N = 4096 };
    double a = 0, b = 0;
    for (int i = 0; i < N; i++) {
        const double y = read_at(t, t->levels - 1, c, (i + 0.5) / N);
        a += y * cos(2 * M_PI * h * (i + 0.5) / N) * 2 / N;
        b += y * sin(2 * M_PI * h * (i + 0.5) / N) * 2 / N;
    }
    return hypot(a, b);
}

static void test_cycles(void **state)
{
    (void)state;
    for (size_t i = 0; snq__cycles_at(i); i++) {
        snq__table *t;
        check_ok(snq__cycles_table(snq__cycles_at(i), &t));
        const uint32_t last = t->cycles - 1;
        const double ground = harmonic_of(t, last, 1);
        for (uint32_t c = 0; c <= last; c++) {
            double peak = 0;
            for (int k = 0; k < 4096; k++)
                peak = fmax(peak, fabs(read_at(t, t->levels - 1, c, (k + 0.25) / 4096)));
            check_near(peak, 1, 0.02);
        }
        const char *name = snq__cycles_at(i)->name;
        if (strcmp(name, "saw_to_square") == 0) {
            check_near(harmonic_of(t, 0, 2) / harmonic_of(t, 0, 1), 0.5, 1e-3);
            check_near(harmonic_of(t, last, 2) / ground, 0, 1e-4);
            check_near(harmonic_of(t, last, 3) / ground, 1 / 3.0, 1e-3);
        } else if (strcmp(name, "sine_to_saw") == 0) {
            check_near(harmonic_of(t, 0, 2) / harmonic_of(t, 0, 1), 0, 1e-4);
            check_near(harmonic_of(t, last, 5) / ground, 0.2, 1e-3);
        } else if (strcmp(name, "pulse_width") == 0) {
            check_near(harmonic_of(t, 0, 2) / harmonic_of(t, 0, 1), 0, 1e-4);
            check_near(harmonic_of(t, last, 2) / ground, sin(0.08 * M_PI) / 2 / sin(0.04 * M_PI),
                       1e-3);
        } else if (strcmp(name, "drawbars") == 0) {
            check_near(harmonic_of(t, 0, 2) / harmonic_of(t, 0, 1), 0, 1e-4);
            check_near(harmonic_of(t, last, 8) / ground, 1, 1e-3);
            check_near(harmonic_of(t, last, 7) / ground, 0, 1e-3);
        } else if (strcmp(name, "digital_bell") == 0) {
            /* sin(z + I sin 3z): the definition */
            double a = 0, want = 0;
            for (int k = 0; k < 4096; k++) {
                const double z = 2 * M_PI * (k + 0.5) / 4096, y = sin(z + 4.5 * sin(3 * z));
                a += y * sin(z) * 2 / 4096;
                want += y * sin(5 * z) * 2 / 4096;
            }
            check_near(harmonic_of(t, last, 5) / ground, fabs(want / a), 1e-3);
        } else if (strcmp(name, "resonance") == 0) {
            assert_true(harmonic_of(t, last, 48) > harmonic_of(t, last, 24));
            assert_true(harmonic_of(t, 0, 48) < 1e-3 * harmonic_of(t, 0, 1));
        } else {
            assert_string_equal(name, "vowels"); /* i: between its first two formants is a gap */
            assert_true(harmonic_of(t, last, 2) > 3 * harmonic_of(t, last, 10));
            assert_true(harmonic_of(t, last, 21) > 2 * harmonic_of(t, last, 10));
        }
        snq__table_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_is_as_asked),
        cmocka_unit_test(test_levels_by_octave),
        cmocka_unit_test(test_sweeps),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_samples_that_are_no_numbers),
        cmocka_unit_test(test_cycles),
    };
    return cmocka_run_group_tests_name("wave_table", tests, NULL, NULL);
}
