// SPDX-License-Identifier: MIT
#include <immintrin.h>
#include <stddef.h>

#include "synth/simd/wave_impl.h"

#define WIDTH      16
#define LANES_MOST 4
#define PLAY       snq__wave_play_avx512
#define MOVE       snq__wave_move_avx512
typedef uint32_t words __attribute__((vector_size(64)));
typedef float floats __attribute__((vector_size(64)));

static const int32_t evens[16] = { 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30 };

/* Value and slope are 64 bits: gathered together, then sorted. */
static inline __attribute__((always_inline)) void
load_pieces(const float *piece, const words *index, floats *value, floats *slope)
{
    const __m512i at = (__m512i)*index, even = _mm512_loadu_si512(evens);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    const __m512 a = _mm512_castpd_ps(_mm512_i32gather_pd(_mm512_castsi512_si256(at), piece, 8));
    const __m512 b =
        _mm512_castpd_ps(_mm512_i32gather_pd(_mm512_extracti64x4_epi64(at, 1), piece, 8));
    *value = (floats)_mm512_permutex2var_ps(a, even, b);
    *slope = (floats)_mm512_permutex2var_ps(a, odd, b);
}

#define load_words(from)  ((words)_mm512_broadcast_i32x8(_mm256_load_si256((const void *)(from)->v)))
#define load_floats(from) ((floats)_mm512_broadcast_f32x8(_mm256_load_ps((from)->v)))

/* Two frames of eight lanes are a vector: two of sixteen numbers at a time go to their places. */
static inline __attribute__((always_inline)) void add_lane(const float *from, uint32_t n, int lane,
                                                           snq__lanes *to)
{
    const __mmask16 places = (__mmask16)(0x101u << lane);
    const __m512i halves = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    uint32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512 x = _mm512_loadu_ps(from + i);
        __m512i which = halves;
#pragma GCC unroll 8
        for (int k = 0; k < 16; k += 2) {
            const __m512 two = _mm512_maskz_permutexvar_ps(places, which, x);
            _mm512_storeu_ps(to[i + k].v, _mm512_add_ps(_mm512_loadu_ps(to[i + k].v), two));
            which = _mm512_add_epi32(which, _mm512_set1_epi32(2));
        }
    }
    for (; i < n; i++)
        to[i].v[lane] += from[i];
}

#include "synth/simd/wave_lanes.inc"
