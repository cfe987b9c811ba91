// SPDX-License-Identifier: MIT
#include <immintrin.h>
#include <stddef.h>

#include "synth/simd/wave_impl.h"

#define WIDTH      8
#define LANES_MOST 4
#define PLAY       snq__wave_play_avx2
#define MOVE       snq__wave_move_avx2
typedef snq__v8u words;
typedef snq__v8f floats;

/* Pieces at the two numbers in i's halves. */
static inline __m128d two(const double *at, uint64_t i)
{
    return _mm_loadh_pd(_mm_load_sd(at + (uint32_t)i), at + (i >> 32));
}

/* Value and slope are 64 bits: one load a lane. Lanes 0 1 4 5 come together and 2 3 6 7: then shuffles
 * within the halves leave all in order. Plain loads, since gathers were no faster with one read (0.67
 * against 0.74 ns), slower with two sides (1.1 against 0.74; Sapphire Rapids, gcc 12, 2026), and are slow
 * on other makers' processors. */
static inline void load_pieces(const float *piece, const snq__v8u *index, snq__v8f *value,
                               snq__v8f *slope)
{
    const double *at = (const double *)(const void *)piece;
    const __m128i low = _mm256_castsi256_si128((__m256i)*index);
    const __m128i high = _mm256_extracti128_si256((__m256i)*index, 1);
    const __m128d p01 = two(at, (uint64_t)_mm_cvtsi128_si64(low));
    const __m128d p23 = two(at, (uint64_t)_mm_extract_epi64(low, 1));
    const __m128d p45 = two(at, (uint64_t)_mm_cvtsi128_si64(high));
    const __m128d p67 = two(at, (uint64_t)_mm_extract_epi64(high, 1));
    const __m256 a = _mm256_castpd_ps(_mm256_insertf128_pd(_mm256_castpd128_pd256(p01), p45, 1));
    const __m256 b = _mm256_castpd_ps(_mm256_insertf128_pd(_mm256_castpd128_pd256(p23), p67, 1));
    *value = (snq__v8f)_mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
    *slope = (snq__v8f)_mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
}

#define load_words(from)  SNQ__V8U(*(from))
#define load_floats(from) SNQ__V8F(*(from))

static inline void add_lane(const float *from, uint32_t n, int lane, snq__lanes *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i].v[lane] += from[i];
}

#include "synth/simd/wave_lanes.inc"
