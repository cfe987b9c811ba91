// SPDX-License-Identifier: MIT
#include "fx/biquad_pair.h"

#include <immintrin.h>

#define ROW(r)       _mm256_load_pd(r)
#define MUL(a, b)    _mm256_mul_pd(a, b)
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)

static void run(const snq__biquad_block *k, double state[4], double *z, uint32_t n)
{
    const __m256d h01 = ROW(k->from_in[0]), h_0 = ROW(k->from_in[1]);
    const __m256d h23 = ROW(k->from_in[2]), h12 = ROW(k->from_in[3]);
    const __m256d keep = ROW(k->keep), swap = ROW(k->swap);
    __m256d s = _mm256_load_pd(state);
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        double *at = z + 2 * i;
        const __m256d x0 = _mm256_broadcast_pd((const __m128d *)(const void *)at);
        const __m256d x1 = _mm256_broadcast_pd((const __m128d *)(const void *)(at + 2));
        const __m256d x2 = _mm256_broadcast_pd((const __m128d *)(const void *)(at + 4));
        const __m256d x3 = _mm256_broadcast_pd((const __m128d *)(const void *)(at + 6));
        const __m256d other = _mm256_permute2f128_pd(s, s, 0x01);
        const __m256d s1 = _mm256_permute2f128_pd(s, s, 0x00);
        const __m256d s2 = _mm256_permute2f128_pd(s, s, 0x11);
        __m256d in = MUL(ROW(k->in_to_state[0]), x0);
        __m256d in2 = MUL(ROW(k->in_to_state[2]), x2);
        in = FMA(ROW(k->in_to_state[1]), x1, in);
        in2 = FMA(ROW(k->in_to_state[3]), x3, in2);
        in = _mm256_add_pd(in, in2);
        __m256d y01 = MUL(h01, x0), y23 = MUL(h23, x0), y23b = MUL(h01, x2);
        y01 = FMA(h_0, x1, y01);
        y23 = FMA(h12, x1, y23);
        y23b = FMA(h_0, x3, y23b);
        y01 = FMA(ROW(k->from_state[0]), s1, y01);
        y23 = FMA(ROW(k->from_state[1]), s1, y23);
        y01 = FMA(ROW(k->from_state[2]), s2, y01);
        y23 = FMA(ROW(k->from_state[3]), s2, y23);
        s = FMA(swap, other, FMA(keep, s, in));
        _mm256_storeu_pd(at, y01);
        _mm256_storeu_pd(at + 4, _mm256_add_pd(y23, y23b));
    }
    _mm256_store_pd(state, s);
    _mm256_zeroupper();
    if (i < n)
        snq__biquad_c.run(k, state, z + 2 * i, n - i);
}

static void join(double *z, const float *left, const float *right, uint32_t n)
{
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m128 l = _mm_loadu_ps(left + i), r = _mm_loadu_ps(right + i);
        _mm256_storeu_pd(z + 2 * i, _mm256_cvtps_pd(_mm_unpacklo_ps(l, r)));
        _mm256_storeu_pd(z + 2 * i + 4, _mm256_cvtps_pd(_mm_unpackhi_ps(l, r)));
    }
    snq__biquad_c.join(z + 2 * i, left + i, right + i, n - i);
}

static void part(float *left, float *right, const double *z, uint32_t n)
{
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m128 a = _mm256_cvtpd_ps(_mm256_loadu_pd(z + 2 * i));
        const __m128 b = _mm256_cvtpd_ps(_mm256_loadu_pd(z + 2 * i + 4));
        _mm_storeu_ps(left + i, _mm_shuffle_ps(a, b, 0x88));
        _mm_storeu_ps(right + i, _mm_shuffle_ps(a, b, 0xdd));
    }
    /* not left to the compiler: conversions from memory touch no upper half by its book, and yet the
     * next SSE instruction waited 200 cycles (Sapphire Rapids) */
    _mm256_zeroupper();
    snq__biquad_c.part(left + i, right + i, z + 2 * i, n - i);
}

const snq__biquad snq__biquad_avx2 = { .name = "avx2", .run = run, .join = join, .part = part };
/* pieces of cells as above */
const snq__biquad snq__biquad_avx512 = {
    .name = "avx512", .run = run, .join = join, .part = part, .cells = &snq__biquad_cells_avx512
};
