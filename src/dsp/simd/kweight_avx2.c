// SPDX-License-Identifier: MIT
/* Four lanes, one vector, as explained in kweight.c. A second vector gains nothing: the recursion
 * waits 4 cycles a step, and a step keeps both multipliers busy for 5. */
#include "dsp/simd/kernels_impl.h"

#include <immintrin.h>

enum { LANES = 4, STEP = 4, LANE_MIN = 16 };

static inline double add4(__m256d v)
{
    const __m128d s = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
}

/* w[n-1], w[n-2] that each lane of x but the last, `lane` frames apart, reaches from rest: only the
 * last `frames` of each are looked at. end (LANES - 1, 4), of which the first two are set. */
static void rest_ends(const double *h, uint32_t lane_max, const float *x, size_t lane,
                      size_t frames, double *end)
{
    __m256d a[LANES - 1], b[LANES - 1];
    for (int j = 0; j < LANES - 1; j++)
        a[j] = b[j] = _mm256_setzero_pd();
    const double *tab = h + lane_max - frames + 1; /* h[frames - 1 - t] is tab[t] */
    x += lane - frames;
    for (size_t t = 0; t < frames; t += STEP) {
        const __m256d h1 = _mm256_loadu_pd(tab + t), h2 = _mm256_loadu_pd(tab + t + 1);
        for (size_t j = 0; j < LANES - 1; j++) {
            const __m256d v = _mm256_cvtps_pd(_mm_loadu_ps(x + j * lane + t));
            a[j] = _mm256_fmadd_pd(v, h1, a[j]);
            b[j] = _mm256_fmadd_pd(v, h2, b[j]);
        }
    }
    for (size_t j = 0; j < LANES - 1; j++) {
        end[4 * j] = add4(a[j]);
        end[4 * j + 1] = add4(b[j]);
    }
}

#include "dsp/simd/kweight_lanes.inc"

/* Four samples of four lanes, as one vector of four lanes a sample. */
static inline void load_steps(const float *x, size_t lane, __m256d v[4])
{
    __m128 a = _mm_loadu_ps(x), b = _mm_loadu_ps(x + lane);
    __m128 c = _mm_loadu_ps(x + 2 * lane), d = _mm_loadu_ps(x + 3 * lane);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    v[0] = _mm256_cvtps_pd(a);
    v[1] = _mm256_cvtps_pd(b);
    v[2] = _mm256_cvtps_pd(c);
    v[3] = _mm256_cvtps_pd(d);
}

static double run_lanes(const snq__kweight_coef *c, double *state, const float *x, size_t lane)
{
    double start[LANES][4];
    __m256d w[4], sum = _mm256_setzero_pd();
    lane_starts(c, state, x, lane, start);
    for (int i = 0; i < 4; i++)
        w[i] = _mm256_setr_pd(start[0][i], start[1][i], start[2][i], start[3][i]);
    const __m256d b0 = _mm256_set1_pd(c->b0);
    const __m256d fc1 = _mm256_set1_pd(c->fast_c1), fc2 = _mm256_set1_pd(c->fast_c2);
    const __m256d fa1 = _mm256_set1_pd(c->fast_a1), fa2 = _mm256_set1_pd(c->fast_a2);
    const __m256d sc1 = _mm256_set1_pd(c->slow_c1), sc2 = _mm256_set1_pd(c->slow_c2);
    const __m256d sa1 = _mm256_set1_pd(c->slow_a1), sa2 = _mm256_set1_pd(c->slow_a2);
    for (size_t t = 0; t < lane; t += 4) {
        __m256d in[4];
        load_steps(x + t, lane, in);
        for (int i = 0; i < 4; i++) {
            const __m256d p = _mm256_fnmadd_pd(fa1, w[0], _mm256_fnmadd_pd(fa2, w[1], in[i]));
            const __m256d q = _mm256_fnmadd_pd(sa1, w[2], _mm256_fnmadd_pd(sa2, w[3], in[i]));
            __m256d y = _mm256_mul_pd(b0, in[i]);
            y = _mm256_fmadd_pd(fc2, w[1], y);
            y = _mm256_fmadd_pd(sc2, w[3], y);
            y = _mm256_fmadd_pd(fc1, w[0], y);
            y = _mm256_fmadd_pd(sc1, w[2], y);
            sum = _mm256_fmadd_pd(y, y, sum);
            w[1] = w[0];
            w[0] = p;
            w[3] = w[2];
            w[2] = q;
        }
    }
    for (int i = 0; i < 4; i++) {
        double last[LANES];
        _mm256_storeu_pd(last, w[i]);
        state[i] = last[LANES - 1];
    }
    return add4(sum);
}

double snq__kweight_avx2(const snq__kweight_coef *c, double *state, const float *x, size_t n)
{
    const double sum = run_whole(c, state, &x, &n);
    return sum + snq__kweight_c(c, state, x, n);
}
