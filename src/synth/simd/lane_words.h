// SPDX-License-Identifier: MIT
/* lane_words -- eight lanes as values of the compiler's own vectors, for kernels written once for all
 * instruction sets.
 *
 * A kernel is an .inc file of plain expressions on these; simd/x_c.c compiles it for the machine that every
 * build must run on, simd/x_avx2.c for AVX2. No product is fused with a sum, so that all give the same
 * bits, except where a file says so. */
#ifndef SNQ_SYNTH_SIMD_LANE_WORDS_H
#define SNQ_SYNTH_SIMD_LANE_WORDS_H

#include <stdint.h>

#include "synth/lanes_impl.h"

typedef float snq__v8f __attribute__((vector_size(32)));
typedef uint32_t snq__v8u __attribute__((vector_size(32)));
typedef int32_t snq__v8i __attribute__((vector_size(32)));

/* Whole numbers a lane. */
typedef struct snq__lane_words {
    _Alignas(32) uint32_t v[SNQ_LANES];
} snq__lane_words;

#define SNQ__V8F(lanes)     (*(const snq__v8f *)(const void *)(lanes).v)
#define SNQ__V8U(words)     (*(const snq__v8u *)(const void *)(words).v)
/* The same to be written to. */
#define SNQ__V8F_OUT(lanes) (*(snq__v8f *)(void *)(lanes).v)
#define SNQ__V8U_OUT(words) (*(snq__v8u *)(void *)(words).v)

#endif
