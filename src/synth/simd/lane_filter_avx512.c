// SPDX-License-Identifier: MIT
/* Vectors of eight as with AVX2: twice as many registers, so that two sides fit. */
#include "synth/simd/lane_filter_kernels_impl.h"

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#define SNQ__INLINE static inline __attribute__((always_inline))

typedef __m256 VF;
#define V_SET(x)        _mm256_set1_ps(x)
#define V_LD(p)         _mm256_load_ps(p)
#define V_ST(p, a)      _mm256_store_ps(p, a)
#define V_ADD(a, b)     _mm256_add_ps(a, b)
#define V_SUB(a, b)     _mm256_sub_ps(a, b)
#define V_MUL(a, b)     _mm256_mul_ps(a, b)
#define V_DIV(a, b)     _mm256_div_ps(a, b)
#define V_FMA(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define V_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define V_MIN(a, b)     _mm256_min_ps(a, b) /* b when one is not a number */
#define V_MAX(a, b)     _mm256_max_ps(a, b) /* the same */
#define V_LIMIT3(a) \
    _mm256_range_ps(a, _mm256_set1_ps(3.0f), 2) /* the smaller size, the sign of a */
#define V_TAME(a)       tame(a)
#define V_OR_ELSE(a, b) or_else(a, b)

/* 0 for what is no number or beyond SNQ__LANE_INPUT_MAX. */
SNQ__INLINE VF tame(VF a)
{
    const VF size = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
    const __mmask8 fits = _mm256_cmp_ps_mask(size, _mm256_set1_ps(SNQ__LANE_INPUT_MAX), _CMP_LE_OQ);
    return _mm256_maskz_mov_ps(fits, a);
}

/* a, where it is 0, b. */
SNQ__INLINE VF or_else(VF a, VF b)
{
    return _mm256_blendv_ps(a, b, _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_EQ_OQ));
}

#define SNQ__LANE_SVF    snq__lane_svf_avx512
#define SNQ__LANE_LADDER snq__lane_ladder_avx512
#include "synth/simd/lane_filter.inc"
