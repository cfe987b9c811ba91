// SPDX-License-Identifier: MIT
/* Every variant against quantise_impl.h, sample by sample: edges of the range, ties, what is no number. */
#include "support/check.h"

#include "base/cpu.h"
#include "base/rng.h"
#include "media/pack24_impl.h"
#include "media/quantise_impl.h"

enum { N = 1000 };

static float sample(snq_rng *rng, uint32_t i)
{
    static const float edges[] = { 0,
                                   -0.0f,
                                   1,
                                   -1,
                                   8388607.0f / 8388608,
                                   8388607.5f / 8388608,
                                   -8388609.0f / 8388608,
                                   0.5f / 8388608,
                                   1.5f / 8388608,
                                   -2.5f / 8388608,
                                   1e30f,
                                   -1e30f,
                                   INFINITY,
                                   -INFINITY,
                                   NAN };
    if (i % 3 == 0)
        return edges[snq_rng_below(rng, SNQ_COUNT(edges))];
    const float x = (float)(2.2 * snq_rng_uniform(rng) - 1.1);
    return i % 3 == 1 ? x : x * 1e-5f;
}

static void test_variants(void **state)
{
    (void)state;
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2 };
    float x[2][N];
    uint8_t bytes[6 * N + SNQ__PACK24_SLACK + 1];
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (size_t f = 0; f < SNQ_COUNT(flags); f++)
        for (uint32_t n = 0; n <= N && (flags[f] & snq_cpu_detect()) == flags[f];
             n += n < 40 ? 1 : 137) {
            uint64_t clipped = 0;
            for (uint32_t i = 0; i < 2 * n; i++)
                x[i % 2][i / 2] = sample(&rng, i);
            memset(bytes, 0xA5, sizeof bytes);
            const uint64_t found = snq__pack24_pick(flags[f])(x[0], x[1], n, bytes);
            for (uint32_t i = 0; i < 2 * n; i++) {
                const uint32_t v = (uint32_t)snq__quantise(x[i % 2][i / 2], 0x1p23, &clipped);
                const uint8_t *b = bytes + 3 * i;
                assert_int_equal(b[0] | b[1] << 8 | b[2] << 16, v & 0xffffff);
            }
            assert_int_equal(found, clipped);
            assert_int_equal(bytes[6 * n + SNQ__PACK24_SLACK], 0xA5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_variants) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
