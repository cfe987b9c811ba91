// SPDX-License-Identifier: MIT
/* Four frames at a time, so that the sums of the lanes are made four at once. */
#include "synth/voice_mix_impl.h"

#include <immintrin.h>
#include <string.h>

/* A straight line, eight lanes. */
typedef struct line {
    __m256 at, step;
} line;

static inline line line_of(const snq__ramp *r, __m256 per)
{
    const __m256 from = _mm256_load_ps(r->from.v);
    return (line) { from, _mm256_mul_ps(_mm256_sub_ps(_mm256_load_ps(r->to.v), from), per) };
}

static inline __m256 line_at(const line *l, uint32_t i)
{
    return _mm256_fmadd_ps(_mm256_set1_ps((float)i), l->step, l->at);
}

/* Sums of four vectors' lanes. */
static inline __m128 sums(const __m256 v[4])
{
    const __m256 ab = _mm256_hadd_ps(v[0], v[1]), cd = _mm256_hadd_ps(v[2], v[3]);
    const __m256 s = _mm256_hadd_ps(ab, cd);
    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}

/* The amplitude of the next frame. */
static inline __m256 follow(__m256 a, const line *amp, uint32_t i, __m256 smooth, __m256 keep)
{
    return _mm256_fmadd_ps(a, keep, _mm256_mul_ps(line_at(amp, i), smooth));
}

static inline void add(float *to, const __m256 v[4], uint32_t frames)
{
    const __m128 s = sums(v);
    if (frames == 4) {
        _mm_storeu_ps(to, _mm_add_ps(_mm_loadu_ps(to), s));
        return;
    }
    float some[4];
    _mm_storeu_ps(some, s);
    for (uint32_t k = 0; k < frames; k++)
        to[k] += some[k];
}

/* Both sides; or the left alone, which is the right one too: `same`. */
static inline __m256 mix(const snq__voice_mix *m, __m256 a, float *left, float *right,
                         const int same)
{
    const __m256 per = _mm256_set1_ps(1.0f / (float)m->n);
    const line amp = line_of(&m->amp, per);
    const line l = line_of(&m->side[0], per), r = line_of(&m->side[1], per);
    const __m256 smooth = _mm256_set1_ps(m->smooth), keep = _mm256_set1_ps(1.0f - m->smooth);
    for (uint32_t i = 0; i < m->n; i += 4) {
        __m256 x[4], y[4];
        const uint32_t frames = m->n - i < 4 ? m->n - i : 4;
        for (uint32_t k = 0; k < 4; k++) {
            if (k >= frames) {
                x[k] = y[k] = _mm256_setzero_ps();
                continue;
            }
            a = follow(a, &amp, i + k, smooth, keep);
            x[k] = _mm256_mul_ps(_mm256_mul_ps(_mm256_load_ps(m->x[0][i + k].v), a),
                                 line_at(&l, i + k));
            if (!same)
                y[k] = _mm256_mul_ps(_mm256_mul_ps(_mm256_load_ps(m->x[1][i + k].v), a),
                                     line_at(&r, i + k));
        }
        add(left + i, x, frames);
        add(right + i, same ? x : y, frames);
    }
    return a;
}

void snq__voice_mix_avx2(const snq__voice_mix *m, snq__lanes *state, float *left, float *right)
{
    const __m256 a = _mm256_load_ps(state->v);
    const int same = m->x[0] == m->x[1] && !memcmp(&m->side[0], &m->side[1], sizeof m->side[0]);
    _mm256_store_ps(state->v, same ? mix(m, a, left, right, 1) : mix(m, a, left, right, 0));
}
