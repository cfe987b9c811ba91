// SPDX-License-Identifier: MIT
/* Eight lanes, one vector, as explained in kweight.c. A second vector gains nothing: the recursion
 * waits 4 cycles a step, and a step keeps both multipliers busy for 5. */
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

enum { LANES = 8, STEP = 8, LANE_MIN = 128 };

/* w[n-1], w[n-2] that each lane of x but the last, `lane` frames apart, reaches from rest: only the
 * last `frames` of each are looked at. end (LANES - 1, 4), of which the first two are set. */
static void rest_ends(const double *h, uint32_t lane_max, const float *x, size_t lane,
                      size_t frames, double *end)
{
    __m512d a[LANES - 1], b[LANES - 1];
    for (int j = 0; j < LANES - 1; j++)
        a[j] = b[j] = _mm512_setzero_pd();
    const double *tab = h + lane_max - frames + 1; /* h[frames - 1 - t] is tab[t] */
    x += lane - frames;
    for (size_t t = 0; t < frames; t += STEP) {
        const __m512d h1 = _mm512_loadu_pd(tab + t), h2 = _mm512_loadu_pd(tab + t + 1);
        for (size_t j = 0; j < LANES - 1; j++) {
            const __m512d v = _mm512_cvtps_pd(_mm256_loadu_ps(x + j * lane + t));
            a[j] = _mm512_fmadd_pd(v, h1, a[j]);
            b[j] = _mm512_fmadd_pd(v, h2, b[j]);
        }
    }
    for (size_t j = 0; j < LANES - 1; j++) {
        end[4 * j] = _mm512_reduce_add_pd(a[j]);
        end[4 * j + 1] = _mm512_reduce_add_pd(b[j]);
    }
}

#include "dsp/simd/kweight_lanes.inc"

/* Four samples of eight lanes, as one vector of eight lanes a sample. */
static inline void load_steps(const float *x, size_t lane, __m512d v[4])
{
    __m256 r[4];
    for (size_t j = 0; j < 4; j++)
        r[j] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x + j * lane)),
                                    _mm_loadu_ps(x + (j + 4) * lane), 1);
    const __m256 a = _mm256_unpacklo_ps(r[0], r[1]), b = _mm256_unpackhi_ps(r[0], r[1]);
    const __m256 c = _mm256_unpacklo_ps(r[2], r[3]), d = _mm256_unpackhi_ps(r[2], r[3]);
    v[0] = _mm512_cvtps_pd(_mm256_shuffle_ps(a, c, 0x44));
    v[1] = _mm512_cvtps_pd(_mm256_shuffle_ps(a, c, 0xEE));
    v[2] = _mm512_cvtps_pd(_mm256_shuffle_ps(b, d, 0x44));
    v[3] = _mm512_cvtps_pd(_mm256_shuffle_ps(b, d, 0xEE));
}

static double run_lanes(const snq__kweight_coef *c, double *state, const float *x, size_t lane)
{
    double start[LANES][4];
    __m512d w[4], sum = _mm512_setzero_pd();
    lane_starts(c, state, x, lane, start);
    for (int i = 0; i < 4; i++)
        w[i] = _mm512_setr_pd(start[0][i], start[1][i], start[2][i], start[3][i], start[4][i],
                              start[5][i], start[6][i], start[7][i]);
    const __m512d b0 = _mm512_set1_pd(c->b0);
    const __m512d fc1 = _mm512_set1_pd(c->fast_c1), fc2 = _mm512_set1_pd(c->fast_c2);
    const __m512d fa1 = _mm512_set1_pd(c->fast_a1), fa2 = _mm512_set1_pd(c->fast_a2);
    const __m512d sc1 = _mm512_set1_pd(c->slow_c1), sc2 = _mm512_set1_pd(c->slow_c2);
    const __m512d sa1 = _mm512_set1_pd(c->slow_a1), sa2 = _mm512_set1_pd(c->slow_a2);
    for (size_t t = 0; t < lane; t += 4) {
        __m512d in[4];
        load_steps(x + t, lane, in);
        for (int i = 0; i < 4; i++) {
            const __m512d p = _mm512_fnmadd_pd(fa1, w[0], _mm512_fnmadd_pd(fa2, w[1], in[i]));
            const __m512d q = _mm512_fnmadd_pd(sa1, w[2], _mm512_fnmadd_pd(sa2, w[3], in[i]));
            __m512d y = _mm512_mul_pd(b0, in[i]);
            y = _mm512_fmadd_pd(fc2, w[1], y);
            y = _mm512_fmadd_pd(sc2, w[3], y);
            y = _mm512_fmadd_pd(fc1, w[0], y);
            y = _mm512_fmadd_pd(sc1, w[2], y);
            sum = _mm512_fmadd_pd(y, y, sum);
            w[1] = w[0];
            w[0] = p;
            w[3] = w[2];
            w[2] = q;
        }
    }
    for (int i = 0; i < 4; i++) {
        double last[LANES];
        _mm512_storeu_pd(last, w[i]);
        state[i] = last[LANES - 1];
    }
    return _mm512_reduce_add_pd(sum);
}

double snq__kweight_avx512(const snq__kweight_coef *c, double *state, const float *x, size_t n)
{
    const double sum = run_whole(c, state, &x, &n);
    return sum + snq__kweight_avx2(c, state, x, n);
}
