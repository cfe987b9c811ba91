// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "media/convert_impl.h"

enum { N = 301, CHANNELS = 3 };

/* The value of one sample by the definition of its format. */
static double value(snq__sample f, const uint8_t *p)
{
    int64_t v = 0;
    float narrow;
    double wide;
    switch (f) {
    case SNQ__SAMPLE_U8:
        return (p[0] - 128) / 128.0;
    case SNQ__SAMPLE_F32:
        memcpy(&narrow, p, 4);
        return (double)narrow;
    case SNQ__SAMPLE_F64:
        memcpy(&wide, p, 8);
        return wide;
    default:
        break;
    }
    const int n = (int)snq__sample_bytes(f);
    for (int i = n - 1; i >= 0; i--)
        v = (int64_t)((uint64_t)v << 8 | p[i]);
    v = (int64_t)((uint64_t)v << (64 - 8 * n)); /* the sign to the top */
    return ldexp((double)(v >> (64 - 8 * n)), 1 - 8 * n);
}

/* Random bits in every format, as planes and interleaved, from an offset: equal to the definition. */
static void test_definition(void **state)
{
    static uint8_t raw[CHANNELS * N * 8 + 16];
    float y[CHANNELS][N];
    float *out[] = { y[0], y[1], y[2] };
    snq_rng rng;
    snq_rng_init(&rng, 3);
    for (int f = SNQ__SAMPLE_U8; f <= SNQ__SAMPLE_F64; f++)
        for (uint32_t channels = 1; channels <= CHANNELS; channels++)
            for (int planar = 0; planar < 2; planar++)
                for (size_t from = 0; from < 8; from += 3) {
                    const uint32_t bytes = snq__sample_bytes((snq__sample)f);
                    for (size_t i = 0; i < sizeof raw; i++)
                        raw[i] = (uint8_t)snq_rng_next(&rng);
                    if (f >= SNQ__SAMPLE_F32)
                        for (size_t i = 0; i < N * channels; i++) {
                            const double wide = snq_rng_normal(&rng);
                            const float narrow = (float)wide;
                            memcpy(raw + 1 + i * bytes,
                                   f == SNQ__SAMPLE_F64 ? (const void *)&wide : &narrow, bytes);
                        }
                    snq__chunk chunk = { .format = (snq__sample)f,
                                         .channels = channels,
                                         .stride = planar ? 1 : channels,
                                         .frames = N };
                    snq__convert_stats stats = { 0 };
                    for (uint32_t c = 0; c < channels; c++) /* + 1: alignment is not asked for */
                        chunk.plane[c] = raw + 1 + (planar ? (size_t)c * N : c) * bytes;
                    snq__convert(&chunk, from, N - from, out, &stats);
                    for (uint32_t c = 0; c < channels; c++)
                        for (size_t i = 0; i < N - from; i++) {
                            const uint8_t *p = chunk.plane[c] + (from + i) * chunk.stride * bytes;
                            if (y[c][i] != (float)value((snq__sample)f, p))
                                fail_msg("format %d, frame %zu: %.9g, want %.9g", f, i,
                                         (double)y[c][i], value((snq__sample)f, p));
                        }
                    assert_int_equal(stats.nan + stats.inf + stats.over, 0);
                }
}

static void test_repair(void **state)
{
    const double wide[] = {
        NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e7, 1e-310, 1e-39, 0.5, -8.5
    };
    const float want[] = { 0, 1e6f, -1e6f, 1e6f, -1e6f, 1e6f, 0, 0, 0.5f, -8.5f };
    const float limited[] = { 0, 1e6f, -1e6f, 8, -8, 8, 0, 0, 0.5f, -8 };
    float narrow[10], y[10];
    float *out[] = { y };
    for (int i = 0; i < 10; i++)
        narrow[i] = (float)wide[i];
    for (int limit = 0; limit < 2; limit++)
        for (int f = 0; f < 2; f++) {
            snq__chunk chunk = { .format = f ? SNQ__SAMPLE_F64 : SNQ__SAMPLE_F32,
                                 .channels = 1,
                                 .stride = 1,
                                 .plane = { f ? (const uint8_t *)wide : (const uint8_t *)narrow },
                                 .frames = 10,
                                 .limit = limit ? 8 : 0 };
            snq__convert_stats s = { 0 };
            snq__convert(&chunk, 0, 10, out, &s);
            for (int i = 0; i < 10; i++)
                if (y[i] != (limit ? limited[i] : want[i]) &&
                    !(f == 0 && (i == 3 || i == 4))) /* 1e300 is infinite as float */
                    fail_msg("format %d value %g: %g", f, wide[i], (double)y[i]);
            assert_int_equal(s.nan, 1);
            assert_int_equal(s.inf, f ? 2 : 4);
            assert_int_equal(s.over, (f ? 3 : 1) + limit);
        }
}

static void test_swap(void **state)
{
    static const uint32_t sizes[] = { 1, 2, 3, 4, 8 };
    for (size_t k = 0; k < SNQ_COUNT(sizes); k++) {
        uint8_t p[80], q[80];
        for (int i = 0; i < 80; i++)
            p[i] = q[i] = (uint8_t)i;
        snq__swap(q + 1, 9, sizes[k]);
        for (uint32_t i = 0; i < 9; i++)
            for (uint32_t b = 0; b < sizes[k]; b++)
                assert_int_equal(q[1 + i * sizes[k] + b], p[1 + (i + 1) * sizes[k] - 1 - b]);
        assert_int_equal(q[0], 0);
        assert_int_equal(q[1 + 9 * sizes[k]], 1 + 9 * sizes[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_definition),
                                        cmocka_unit_test(test_repair),
                                        cmocka_unit_test(test_swap) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
