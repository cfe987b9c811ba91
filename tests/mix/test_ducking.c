// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "mix/engine/strip_impl.h"

enum { RATE = 48000, BLOCK = SNQ__STRIP_BLOCK, STEP = SNQ__DUCK_STEP, N = 2 * RATE };

static const snq_mix_duck plain = { .by = "kick",
                                    .depth_db = 9.0f,
                                    .threshold_db = -30.0f,
                                    .range_db = 12.0f,
                                    .attack_ms = 20.0f,
                                    .release_ms = 150.0f,
                                    .q = 1.0f };

/* x (N,) both sides through a ducking with key (N,), in blocks of `block`. */
static void run(const snq_mix_duck *plan, uint32_t latency, const float *key, float *x, size_t n,
                uint32_t block, float *deepest)
{
    snq__duck d;
    float *other = snq_calloc(n, sizeof *other);
    memcpy(other, x, n * sizeof *x);
    check_ok(snq__duck_init(&d, plan, 0, latency, RATE));
    for (size_t at = 0; at < n; at += block) {
        const uint32_t k = n - at < block ? (uint32_t)(n - at) : block;
        const float *const keys[2] = { key + at, key + at };
        snq__duck_run(&d, keys, x + at, other + at, k);
    }
    assert_memory_equal(other, x, n * sizeof *x);
    if (deepest)
        *deepest = d.deepest_db;
    snq__duck_clear(&d);
    snq_free(other);
}

static float *ones(void)
{
    float *x = make_silence(N);
    for (size_t i = 0; i < N; i++)
        x[i] = 1.0f;
    return x;
}

static double db(double x)
{
    return 20.0 * log10(x);
}

/* Where x (from .. to) first is below (above) a level, in frames from `from`. */
static double crossing(const float *x, size_t from, size_t to, double level_db, int falls)
{
    for (size_t i = from; i < to; i++)
        if (falls ? db((double)x[i]) <= level_db : db((double)x[i]) >= level_db)
            return (double)(i - from);
    fail_msg("never at %g dB", level_db);
    return 0.0;
}

static void depth_and_times(void **state)
{
    float *key = make_silence(N), deepest;
    for (int times = 0; times < 4; times++) {
        float *x = ones();
        snq_mix_duck plan = plain;
        plan.attack_ms = (float[]) { 1.0f, 5.0f, 20.0f, 200.0f }[times];
        plan.release_ms = (float[]) { 10.0f, 50.0f, 150.0f, 120.0f }[times];
        memset(key, 0, N * sizeof *key);
        for (size_t i = 4800; i < N / 2; i++)
            key[i] = 0.5f; /* -6 dB: over threshold + range */
        run(&plan, 0, key, x, N, BLOCK, &deepest);
        const double held = db((double)x[N / 2 - 1]);
        check_near(held, -9.0, 0.2);
        assert_true(x[4799] == 1.0f);
        const double down = crossing(x, 4800, N / 2, held * (1.0 - exp(-1.0)), 1) / RATE * 1e3;
        const double up = crossing(x, N / 2, N, held * exp(-1.0), 0) / RATE * 1e3;
        check_near(down, (double)plan.attack_ms, fmax(0.05 * (double)plan.attack_ms, 0.17));
        check_near(up, (double)plan.release_ms, fmax(0.05 * (double)plan.release_ms, 0.17));
        check_near((double)deepest, held, 0.2);
        snq_free(x);
    }
    snq_free(key);
}

/* How deep it goes for a steady key is a straight line in decibels, cut at both ends. */
static void static_curve(void **state)
{
    float *key = make_silence(N);
    for (double level = -50.0; level <= 0.0; level += 2.5) {
        float *x = ones();
        for (size_t i = 0; i < N; i++)
            key[i] = (float)(pow(10.0, level / 20.0) * (i & 1 ? -1.0 : 1.0));
        run(&plain, 0, key, x, N, BLOCK, NULL);
        const double want = -9.0 * fmin(fmax((level + 30.0) / 12.0, 0.0), 1.0);
        check_near(db((double)x[N - 1]), want, 0.02);
        snq_free(x);
    }
    snq_free(key);
}

/* The essay's formulas in double, without blocks. */
static void as_defined(void **state)
{
    const uint32_t latency = 77;
    float *key = make_silence(N), *x = ones();
    add_noise(key, 0, N, 0.05, 7);
    add_sine(key, 9000, 30000, RATE, 60.0, 0.6, 0.0);
    for (size_t i = 60000; i < 70000; i++)
        key[i] = 0.0f;
    run(&plain, latency, key, x, N, BLOCK, NULL);
    double depth = 0.0, from = 1.0;
    for (size_t s = 0; s + STEP + latency <= N; s += STEP) {
        double peak = 0.0;
        for (size_t i = s; i < s + STEP; i++)
            peak = fmax(peak, fabs((double)key[i]));
        const double over = (20.0 * log10(fmax(peak, 1e-6)) + 30.0) / 12.0;
        const double want = 9.0 * fmin(fmax(over, 0.0), 1.0);
        const double ms = want > depth ? 20.0 : 150.0;
        depth += (want - depth) * (1.0 - exp(-STEP / (RATE * ms * 1e-3)));
        const double to = pow(10.0, -depth / 20.0);
        for (size_t i = 0; i < STEP; i++)
            check_near((double)x[latency + s + i], from + (to - from) * (double)(i + 1) / STEP,
                       2e-5);
        from = to;
    }
    for (size_t i = 0; i < latency; i++)
        assert_true(x[i] == 1.0f);
    snq_free(key);
    snq_free(x);
}

/* A slot takes its depth at its centre and leaves the rest alone. */
static void slots_leave_others_alone(void **state)
{
    static const float centre[] = { 70.0f, 500.0f, 2000.0f, 6000.0f };
    float *key = ones();
    for (int c = 0; c < 4; c++)
        for (int octaves = -3; octaves <= 3; octaves++) {
            snq_mix_duck plan = plain;
            const double hz = (double)centre[c] * pow(2.0, octaves);
            if (hz > 20000.0 || hz < 20.0)
                continue;
            plan.freq_hz = centre[c];
            plan.depth_db = 6.0f;
            float *x = make_silence(N);
            add_sine(x, 0, N, RATE, hz, 0.5, 0.3);
            run(&plan, 0, key, x, N, BLOCK, NULL);
            double power = 0.0;
            for (size_t i = N / 2; i < N; i++)
                power += (double)x[i] * (double)x[i];
            const double level = 10.0 * log10(power / (N / 2) / 0.125);
            if (octaves == 0)
                check_near(level, -6.0, 0.2);
            /* a bell: (1 + d^2 g^2) / (1 + d^2) with d the distance q (f/f0 - f0/f) */
            const double d = tan(M_PI * hz / RATE) / tan(M_PI * (double)centre[c] / RATE);
            const double away = (d - 1.0 / d) * (d - 1.0 / d);
            const double g = pow(10.0, -6.0 / 10.0);
            check_near(level, 10.0 * log10((g + away) / (1.0 + away)), 0.05);
            if (abs(octaves) == 3)
                assert_true(level > -0.2);
            snq_free(x);
        }
    snq_free(key);
}

static void slots_are_flat_without_a_key(void **state)
{
    snq_mix_duck plan = plain;
    float *key = make_silence(N), *x = make_silence(N), *was = make_silence(N);
    plan.freq_hz = 1000.0f;
    add_noise(x, 0, N, 0.2, 3);
    memcpy(was, x, N * sizeof *x);
    run(&plan, 0, key, x, N, BLOCK, NULL);
    assert_memory_equal(was, x, N * sizeof *x);
    snq_free(key);
    snq_free(x);
    snq_free(was);
}

static void blocks_change_nothing(void **state)
{
    float *key = make_silence(N), *want = make_silence(N), *x = make_silence(N);
    snq_mix_duck plan = plain;
    add_noise(key, 0, N, 0.2, 11);
    for (int slot = 0; slot < 2; slot++) {
        plan.freq_hz = slot ? 900.0f : 0.0f;
        memset(want, 0, N * sizeof *want);
        add_noise(want, 0, N, 0.2, 5);
        run(&plan, 31, key, want, N, BLOCK, NULL);
        for (uint32_t block = STEP; block < BLOCK; block += STEP) {
            memset(x, 0, N * sizeof *x);
            add_noise(x, 0, N, 0.2, 5);
            run(&plan, 31, key, x, N, block, NULL);
            assert_memory_equal(want, x, N * sizeof *x);
        }
    }
    snq_free(key);
    snq_free(want);
    snq_free(x);
}

static void comes_to_rest(void **state)
{
    snq__duck d;
    snq_mix_duck plan = plain;
    float left[BLOCK], right[BLOCK];
    static const float none[BLOCK];
    const float *const silence[2] = { none, none };
    plan.freq_hz = 40.0f;
    plan.q = 10.0f;
    check_ok(snq__duck_init(&d, &plan, 0, 0, RATE));
    for (int i = 0; i < BLOCK; i++)
        left[i] = right[i] = 1.0f;
    const float *const key[2] = { left, right };
    snq__duck_run(&d, key, left, right, BLOCK);
    assert_false(snq__duck_silent(&d));
    int blocks = 0;
    for (; !snq__duck_silent(&d) && blocks < 10000; blocks++) {
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
        snq__duck_run(&d, silence, left, right, BLOCK);
    }
    assert_in_range(blocks, 10, 5000);
    for (int i = 0; i < 3000; i++)
        snq__duck_run(&d, silence, left, right, BLOCK);
    assert_true(d.gain == 1.0f && d.depth_db == 0.0f && left[0] == 0.0f);
    snq__duck_clear(&d);
}

/* A key that is broken must not break what listens to it. */
static void hostile_keys(void **state)
{
    float *key = make_silence(N), *x = ones();
    for (size_t i = 0; i < N; i++)
        key[i] = (float[]) { NAN, INFINITY, -INFINITY, 1e30f, 1e-40f }[i % 5];
    run(&plain, 5, key, x, N, BLOCK, NULL);
    for (size_t i = 0; i < N; i++)
        assert_true(x[i] > 0.3f && x[i] <= 1.0f);
    snq_free(key);
    snq_free(x);
}

static snq_status make(void *user, void **out)
{
    snq__duck *d = user;
    *out = NULL;
    SNQ_TRY(snq__duck_init(d, &plain, 0, 100, RATE));
    *out = d;
    return SNQ_OK;
}

static void unmake(void *d)
{
    snq__duck_clear(d);
}

static void out_of_memory(void **state)
{
    snq__duck d;
    assert_int_equal(snq_sweep(make, unmake, &d), 1);
}

/* A key an octave and more above what is listened to moves nothing; one below does as if nothing were cut. */
static void hears_only_the_lows(void **state)
{
    static const float hz[] = { 30.0f, 4000.0f };
    (void)state;
    for (int i = 0; i < 2; i++) {
        float *key = make_silence(N), *x = ones(), deepest;
        snq_mix_duck plan = plain;
        plan.key_below_hz = 200.0f;
        for (size_t k = 0; k < N; k++)
            key[k] = 0.5f * sinf(6.2831853f * hz[i] * (float)k / RATE);
        run(&plan, 0, key, x, N, BLOCK, &deepest);
        if (i == 0)
            assert_true(deepest < -8.9f);
        else /* 12 dB an octave: 4 kHz is 52 dB down, -58 dBFS, below the threshold */
            assert_true(deepest == 0.0f && x[N - 1] == 1.0f);
        snq_free(key);
        snq_free(x);
    }
    float *key = make_silence(N), *x = ones();
    snq_mix_duck plan = plain;
    plan.key_below_hz = 200.0f;
    key[100] = NAN;
    key[101] = INFINITY;
    run(&plan, 0, key, x, N, BLOCK, NULL);
    for (size_t k = 0; k < N; k++)
        assert_true(x[k] == 1.0f);
    snq_free(key);
    snq_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_only_the_lows),
        cmocka_unit_test(depth_and_times),
        cmocka_unit_test(static_curve),
        cmocka_unit_test(as_defined),
        cmocka_unit_test(slots_leave_others_alone),
        cmocka_unit_test(slots_are_flat_without_a_key),
        cmocka_unit_test(blocks_change_nothing),
        cmocka_unit_test(comes_to_rest),
        cmocka_unit_test(hostile_keys),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
