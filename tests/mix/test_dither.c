// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"

#include "base/alloc.h"
#include "mix/engine/dither.h"

enum { N = 1 << 20 };

static float *ones(void)
{
    float *x = make_silence(N);
    for (size_t i = 0; i < N; i++)
        x[i] = 0x1p-20f; /* so small that the noise is kept exactly enough */
    return x;
}

/* Moments of the triangular density over -1 .. 1 steps: 0, 1/6, 0, 1/15. */
static void is_triangular(void **state)
{
    for (int bits = 16; bits <= 24; bits += 8) {
        float *x = ones();
        double sum[5] = { 0 }, most = 0.0;
        int cells[8] = { 0 };
        snq_dither(x, N, bits, 3, 0, 0);
        for (size_t i = 0; i < N; i++) {
            const double d = ((double)x[i] - 0x1p-20) * ldexp(1.0, bits - 1);
            most = fmax(most, fabs(d));
            for (int k = 1; k < 5; k++)
                sum[k] += pow(d, k);
            const int cell = (int)((d + 1.0) * 4.0);
            cells[cell < 0 ? 0 : cell > 7 ? 7 : cell]++;
        }
        check_near(sum[1] / N, 0.0, 2e-3);
        check_near(sum[2] / N, 1.0 / 6.0, 2e-3);
        check_near(sum[3] / N, 0.0, 2e-3);
        check_near(sum[4] / N, 1.0 / 15.0, 2e-3);
        assert_true(most <= 1.0 + 1e-4 && most > 0.99);
        for (int i = 0; i < 8; i++) /* areas of the triangle: 1, 3, 5, 7, 7, 5, 3, 1 of 32 */
            check_near((double)cells[i] / N, (i < 4 ? 2 * i + 1 : 15 - 2 * i) / 32.0, 2e-3);
        snq_free(x);
    }
}

/* Rounding error after dither: no mean, and the same power whatever lies between two steps. */
static void makes_rounding_plain(void **state)
{
    const double step = ldexp(1.0, -15);
    for (double between = 0.1; between < 1.0; between += 0.2) {
        float *x = make_silence(N);
        double mean = 0.0, power = 0.0;
        for (size_t i = 0; i < N; i++)
            x[i] = (float)((100.0 + between) * step);
        snq_dither(x, N, 16, 9, 1, 0);
        for (size_t i = 0; i < N; i++) {
            const double e = rint((double)x[i] / step) - (100.0 + between);
            mean += e;
            power += e * e;
        }
        check_near(mean / N, 0.0, 3e-3);
        check_near(power / N, 0.25, 3e-3); /* 1/6 + 1/12 */
        snq_free(x);
    }
}

static void depends_on_the_place_alone(void **state)
{
    float *whole = ones(), *pieces = ones(), *other = ones();
    snq_dither(whole, N, 24, 5, 0, 1000);
    for (size_t at = 0; at < N; at += 999)
        snq_dither(pieces + at, N - at < 999 ? N - at : 999, 24, 5, 0, 1000 + (int64_t)at);
    assert_memory_equal(whole, pieces, N * sizeof *whole);
    snq_dither(other, N, 24, 5, 1, 1000);
    assert_memory_not_equal(whole, other, N * sizeof *whole);
    double both = 0.0; /* sides have nothing to do with each other */
    for (size_t i = 0; i < N; i++)
        both += ((double)whole[i] - 0x1p-20) * ((double)other[i] - 0x1p-20) * 0x1p46;
    check_near(both / N, 0.0, 1e-3);
    snq_free(whole);
    snq_free(pieces);
    snq_free(other);
}

static void silence_stays(void **state)
{
    float x[64] = { 0 };
    snq_dither(x, 64, 16, 1, 0, 0);
    for (int i = 0; i < 64; i++)
        assert_true(x[i] == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_triangular),
        cmocka_unit_test(makes_rounding_plain),
        cmocka_unit_test(depends_on_the_place_alone),
        cmocka_unit_test(silence_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
