// SPDX-License-Identifier: MIT
/* Two frames of eight lanes are a vector; sixteen frames at a time, so that the sums of the lanes are made
 * sixteen at once.
 *
 * Of the amplitude a' = keep a + smooth line every second one: a'' = keep^2 a + d, where
 * d(i) = smooth (keep line(i - 1) + line(i)) is a straight line again. */
#include "synth/voice_mix_impl.h"

#include <immintrin.h>
#include <string.h>

enum { PAIRS = 8, STEP = 2 * PAIRS };

#define INLINE static inline __attribute__((always_inline))

/* A straight line, eight lanes twice: value at frame 0, and what a frame adds. */
typedef struct line {
    __m512 at, step;
} line;

INLINE __m512 twice(__m256 x)
{
    return _mm512_broadcast_f32x8(x);
}

INLINE line line_of(const snq__ramp *r, uint32_t n)
{
    const __m256 from = _mm256_load_ps(r->from.v),
                 way = _mm256_sub_ps(_mm256_load_ps(r->to.v), from);
    return (line) { twice(from), twice(_mm256_mul_ps(way, _mm256_set1_ps(1.0f / (float)n))) };
}

INLINE __m512 line_at(const line *l, __m512 frame)
{
    return _mm512_fmadd_ps(frame, l->step, l->at);
}

/* Frames at, at + 1; 0 where there are none any more. */
INLINE __m512 load(const snq__lanes *x, uint32_t at, uint32_t n)
{
    if (at + 2 <= n)
        return _mm512_loadu_ps(x[at].v);
    return at < n ? _mm512_zextps256_ps512(_mm256_load_ps(x[at].v)) : _mm512_setzero_ps();
}

/* Vectors' numbers 0 + 2 and 1 + 3 of each four, in turns. */
INLINE __m512 join_singles(__m512 a, __m512 b)
{
    return _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}

INLINE __m512 join_pairs(__m512 a, __m512 b)
{
    const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
    return _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)),
                         _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}

/* The lanes' sums of sixteen frames, added to `to`. */
INLINE void add(float *to, const __m512 v[PAIRS], __mmask16 frames)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    const __m512 a = join_pairs(join_singles(v[0], v[1]), join_singles(v[2], v[3]));
    const __m512 b = join_pairs(join_singles(v[4], v[5]), join_singles(v[6], v[7]));
    const __m512 s =
        _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
    const __m512 sums = _mm512_permutexvar_ps(order, s);
    _mm512_mask_storeu_ps(to, frames, _mm512_add_ps(_mm512_maskz_loadu_ps(frames, to), sums));
}

/* What goes on from frame to frame. */
typedef struct lines {
    line d, side[2];
    __m512 frame, a, last, kept2;
} lines;

/* Sixteen frames, `whole`, or what is left of them. */
INLINE void some(const snq__voice_mix *m, lines *ls, uint32_t i, float *left, float *right,
                 const int same, const int whole)
{
    __m512 x[PAIRS], y[PAIRS];
    const __mmask16 frames = whole ? 0xffff : (__mmask16)((1u << (m->n - i)) - 1);
#pragma GCC unroll 8
    for (uint32_t p = 0; p < PAIRS; p++) {
        const uint32_t at = i + 2 * p, n = whole ? at + 2 : m->n;
        ls->last = at < n ? ls->a : ls->last;
        x[p] = _mm512_mul_ps(_mm512_mul_ps(load(m->x[0], at, n), ls->a),
                             line_at(&ls->side[0], ls->frame));
        if (!same)
            y[p] = _mm512_mul_ps(_mm512_mul_ps(load(m->x[1], at, n), ls->a),
                                 line_at(&ls->side[1], ls->frame));
        ls->frame = _mm512_add_ps(ls->frame, _mm512_set1_ps(2.0f));
        ls->a = _mm512_fmadd_ps(ls->a, ls->kept2, line_at(&ls->d, ls->frame));
    }
    add(left + i, x, frames);
    add(right + i, same ? x : y, frames);
}

/* Both sides; or the left alone, which is the right one too: `same`. */
INLINE void mix(const snq__voice_mix *m, snq__lanes *state, float *left, float *right,
                const int same)
{
    const float keep = 1.0f - m->smooth;
    const line amp = line_of(&m->amp, m->n);
    const line l = line_of(&m->side[0], m->n), r = line_of(&m->side[1], m->n);
    const __m512 smooth = _mm512_set1_ps(m->smooth), kept = _mm512_set1_ps(keep);
    const __m512 kept2 = _mm512_set1_ps(keep * keep);
    /* d = d.at + frame d.step */
    const line d = { _mm512_mul_ps(smooth,
                                   _mm512_fmadd_ps(kept, _mm512_sub_ps(amp.at, amp.step), amp.at)),
                     _mm512_mul_ps(_mm512_mul_ps(smooth, amp.step), _mm512_set1_ps(1.0f + keep)) };
    const __m512 frame = _mm512_mask_blend_ps(0xff00, _mm512_setzero_ps(), _mm512_set1_ps(1.0f));
    const __m512 c = _mm512_mul_ps(smooth, line_at(&amp, frame));
    const __m512 first = _mm512_fmadd_ps(twice(_mm256_load_ps(state->v)), kept, c);
    /* frame 1 follows frame 0 */
    const __m512 next = _mm512_fmadd_ps(twice(_mm512_castps512_ps256(first)), kept, c);
    const __m512 a = _mm512_mask_blend_ps(0xff00, first, next);
    lines ls = { d, { l, r }, frame, a, a, kept2 };
    uint32_t i = 0;
    for (; i + STEP <= m->n; i += STEP)
        some(m, &ls, i, left, right, same, 1);
    if (i < m->n)
        some(m, &ls, i, left, right, same, 0);
    _mm256_store_ps(state->v, m->n % 2 ? _mm512_castps512_ps256(ls.last)
                                       : _mm512_extractf32x8_ps(ls.last, 1));
}

void snq__voice_mix_avx512(const snq__voice_mix *m, snq__lanes *state, float *left, float *right)
{
    if (m->x[0] == m->x[1] && !memcmp(&m->side[0], &m->side[1], sizeof m->side[0]))
        mix(m, state, left, right, 1);
    else
        mix(m, state, left, right, 0);
}
