// SPDX-License-Identifier: MIT
/* Every variant of the lane filters against plain C: all types, ramps and audio-rate cutoff, every
 * length of block, guards around the sound. With --bench: nanoseconds a voice-sample. */
#include "support/check.h"

#include <time.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/denormals.h"
#include "synth/simd/lane_filter_kernels_impl.h"

enum { N = SNQ_SYNTH_BLOCK, GUARD = 4 };
static const float guard_value = 1e30f;

static const struct {
    const char *name;
    unsigned flags;
} rows[] = { { "c", 0 }, { "avx2", SNQ_CPU_AVX2 }, { "avx512", SNQ_CPU_AVX2 | SNQ_CPU_AVX512 } };

typedef union either {
    snq__lane_svf svf;
    snq__lane_ladder ladder;
} either;

/* The kernels by one name. */
static void run(int ladder, unsigned flags, either *f, const snq__lane_filter_block *b,
                snq__lanes *x)
{
    if (ladder)
        snq__lane_ladder_pick(flags)(&f->ladder, b, x, NULL);
    else
        snq__lane_svf_pick(flags)(&f->svf, b, x, NULL);
}

static snq__lanes random_lanes(snq_rng *rng, double low, double high)
{
    snq__lanes l;
    for (int i = 0; i < SNQ_LANES; i++)
        l.v[i] = (float)(low * pow(high / low, snq_rng_uniform(rng)));
    return l;
}

static void compare(int ladder, unsigned flags, uint32_t type, int swept)
{
    snq_rng rng;
    snq_rng_init(&rng, 10 * type + (uint64_t)swept);
    either c = { 0 }, k = { 0 };
    snq__lanes cutoff[N];
    snq__lane_filter_block b = { .type = type, .rate_hz = 48000, .drive = 0.3f };
    double sum = 0, off = 0;
    b.cutoff_hz.to = random_lanes(&rng, 30, 15000);
    b.resonance.to = ladder ? random_lanes(&rng, 0.01, 1) : random_lanes(&rng, 0.5, 40);
    for (uint32_t n = 1; n <= N; n++) {
        snq__lanes x[N + 2 * GUARD], y[N + 2 * GUARD];
        for (uint32_t i = 0; i < N + 2 * GUARD; i++)
            for (int l = 0; l < SNQ_LANES; l++) {
                const int inside = i >= GUARD && i < GUARD + n;
                x[i].v[l] = inside ? (float)(2 * snq_rng_uniform(&rng) - 1) : guard_value;
            }
        memcpy(y, x, sizeof y);
        b.n = n;
        b.cutoff_hz.from = b.cutoff_hz.to;
        b.cutoff_hz.to = random_lanes(&rng, 30, 15000);
        b.resonance.from = b.resonance.to;
        b.resonance.to = ladder ? random_lanes(&rng, 0.01, 1) : random_lanes(&rng, 0.5, 40);
        for (uint32_t i = 0; swept && i < n; i++)
            cutoff[i] = random_lanes(&rng, 30, 15000);
        b.cutoff = swept ? cutoff : NULL;
        run(ladder, 0, &c, &b, x + GUARD);
        run(ladder, flags, &k, &b, y + GUARD);
        for (uint32_t i = 0; i < N + 2 * GUARD; i++)
            for (int l = 0; l < SNQ_LANES; l++) {
                const double a = x[i].v[l], d = a - (double)y[i].v[l];
                if (i < GUARD || i >= GUARD + n)
                    assert_true(x[i].v[l] == guard_value && d == 0);
                else
                    sum += a * a, off += d * d;
            }
    }
    assert_true(sum > 0 && isfinite(sum));
    if (!(off <= 1e-9 * sum)) /* -90 dB */
        fail_msg("%s, type %u, swept %d: variants are %.1f dB apart", ladder ? "ladder" : "svf",
                 type, swept, 10 * log10(off / sum));
}

static void test_variants_agree(void **state)
{
    (void)state;
    for (size_t r = 1; r < SNQ_COUNT(rows); r++) {
        if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags) {
            print_message("%s: this machine lacks it, skipped\n", rows[r].name);
            continue;
        }
        for (int ladder = 0; ladder < 2; ladder++)
            for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
                for (int swept = 0; swept < 2; swept++)
                    compare(ladder, rows[r].flags, type, swept);
    }
}

/* Two sides at once are each what it is alone. */
static void compare_pair(int ladder, unsigned flags, uint32_t type, uint32_t n, int still)
{
    snq_rng rng;
    snq_rng_init(&rng, n + 100 * type);
    snq__lane_svf svf[4] = { 0 };
    snq__lane_ladder lad[4] = { 0 };
    snq__lanes x[4][N];
    snq__lane_filter_block b = { .type = type, .rate_hz = 48000, .drive = 0.3f, .n = n };
    b.cutoff_hz.to = random_lanes(&rng, 30, 15000);
    b.resonance.to = random_lanes(&rng, 0.5, 1);
    for (int round = 0; round < 3; round++) {
        b.cutoff_hz.from = b.cutoff_hz.to;
        b.resonance.from = b.resonance.to;
        if (!still)
            b.cutoff_hz.to = random_lanes(&rng, 30, 15000);
        for (int s = 0; s < 2; s++)
            for (uint32_t i = 0; i < n; i++)
                x[s][i] = x[s + 2][i] = random_lanes(&rng, 0.1, 1);
        if (ladder) {
            snq__lane_ladder_pick(flags)(&lad[0], &b, x[0], x[1]);
            for (int s = 2; s < 4; s++)
                snq__lane_ladder_pick(flags)(&lad[s], &b, x[s], NULL);
        } else {
            snq__lane_svf_pick(flags)(&svf[0], &b, x[0], x[1]);
            for (int s = 2; s < 4; s++)
                snq__lane_svf_pick(flags)(&svf[s], &b, x[s], NULL);
        }
        for (int s = 0; s < 2; s++)
            for (uint32_t i = 0; i < n; i++)
                for (int l = 0; l < SNQ_LANES; l++)
                    check_near((double)x[s][i].v[l], (double)x[s + 2][i].v[l], 1e-6);
    }
}

static void test_pairs(void **state)
{
    (void)state;
    for (size_t r = 0; r < SNQ_COUNT(rows); r++)
        for (uint32_t n = 1; n <= N && (rows[r].flags & snq_cpu_detect()) == rows[r].flags; n += 7)
            for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
                for (int i = 0; i < 4; i++)
                    compare_pair(i / 2, rows[r].flags, type, n, i % 2);
}

/* Nanoseconds a voice-sample: the best of many goes. */
static double speed_ns(int ladder, unsigned flags, uint32_t type, int swept, int sides)
{
    snq_rng rng;
    snq_rng_init(&rng, 1);
    snq__lanes noise[N], x[N], y[N], cutoff[N];
    snq__lane_svf svf[2] = { 0 };
    snq__lane_ladder lad[2] = { 0 };
    for (int i = 0; i < N; i++) {
        noise[i] = random_lanes(&rng, 0.1, 1);
        cutoff[i] = random_lanes(&rng, 100, 5000);
    }
    const snq__lane_filter_block b = {
        .n = N,
        .type = type,
        .rate_hz = 48000,
        .cutoff_hz = { random_lanes(&rng, 100, 5000), random_lanes(&rng, 100, 5000) },
        .cutoff = swept ? cutoff : NULL,
        .resonance = { ladder ? random_lanes(&rng, 0.1, 1) : random_lanes(&rng, 0.5, 40),
                       ladder ? random_lanes(&rng, 0.1, 1) : random_lanes(&rng, 0.5, 40) },
    };
    double best = INFINITY;
    for (int go = 0; go < 40; go++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int i = 0; i < 500; i++) {
            memcpy(x, noise, sizeof x);
            memcpy(y, noise, sizeof y);
            if (ladder)
                snq__lane_ladder_pick(flags)(lad, &b, x, sides > 1 ? y : NULL);
            else
                snq__lane_svf_pick(flags)(svf, &b, x, sides > 1 ? y : NULL);
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        const double ns =
            1e9 * (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec);
        best = fmin(best, ns / (500.0 * N * SNQ_LANES * sides));
    }
    return best;
}

static int bench(void)
{
    static const char *const types[] = { "low", "high", "band", "notch" };
    const snq_denormals was = snq_denormals_off();
    for (int ladder = 0; ladder < 2; ladder++)
        for (size_t r = 0; r < SNQ_COUNT(rows); r++) {
            if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags)
                continue;
            printf("%-7s %-5s ns a voice-sample:", ladder ? "ladder" : "svf", rows[r].name);
            for (uint32_t type = 0; type <= SNQ__FILTER_NOTCH; type++)
                printf("  %s %.2f", types[type], speed_ns(ladder, rows[r].flags, type, 0, 1));
            printf("  low, cutoff a frame %.2f, both sides %.2f\n",
                   speed_ns(ladder, rows[r].flags, SNQ__FILTER_LOWPASS, 1, 1),
                   speed_ns(ladder, rows[r].flags, SNQ__FILTER_LOWPASS, 0, 2));
        }
    snq_denormals_restore(was);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_variants_agree),
                                        cmocka_unit_test(test_pairs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
