// SPDX-License-Identifier: MIT
#include "synth/simd/lane_filter_kernels_impl.h"

#include <stddef.h>
#include <string.h>

#define SNQ__INLINE static inline __attribute__((always_inline))

/* A vector of eight is two of the compiler's vectors of four, which every machine has. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_mask __attribute__((vector_size(16)));
typedef struct VF {
    four a, b;
} VF;

#define V_SET(x)        each(x)
#define V_LD(p)         load(p)
#define V_ST(p, v)      store(p, v)
#define V_ADD(x, y)     add(x, y)
#define V_SUB(x, y)     sub(x, y)
#define V_MUL(x, y)     mul(x, y)
#define V_DIV(x, y)     quotient(x, y)
#define V_FMA(x, y, z)  add(mul(x, y), z)
#define V_FNMA(x, y, z) sub(z, mul(x, y))
#define V_MIN(x, y)     lesser(x, y)
#define V_MAX(x, y)     greater(x, y)
#define V_LIMIT3(x)     lesser(greater(x, each(-3.0f)), each(3.0f))
#define V_TAME(x)       tame(x)
#define V_OR_ELSE(x, y) or_else(x, y)

SNQ__INLINE VF each(float x)
{
    const VF v = { { x, x, x, x }, { x, x, x, x } };
    return v;
}

SNQ__INLINE VF load(const float *p)
{
    VF v;
    memcpy(&v, p, sizeof v);
    return v;
}

SNQ__INLINE void store(float *p, VF v)
{
    memcpy(p, &v, sizeof v);
}

SNQ__INLINE VF add(VF x, VF y)
{
    const VF v = { x.a + y.a, x.b + y.b };
    return v;
}

SNQ__INLINE VF sub(VF x, VF y)
{
    const VF v = { x.a - y.a, x.b - y.b };
    return v;
}

SNQ__INLINE VF mul(VF x, VF y)
{
    const VF v = { x.a * y.a, x.b * y.b };
    return v;
}

SNQ__INLINE VF quotient(VF x, VF y)
{
    const VF v = { x.a / y.a, x.b / y.b };
    return v;
}

/* x where the mask is all ones, y where it is 0. */
SNQ__INLINE four choose(four_mask m, four x, four y)
{
    return (four)(((four_mask)x & m) | ((four_mask)y & ~m));
}

SNQ__INLINE VF lesser(VF x, VF y)
{
    const VF v = { choose(x.a < y.a, x.a, y.a), choose(x.b < y.b, x.b, y.b) };
    return v;
}

SNQ__INLINE VF greater(VF x, VF y)
{
    const VF v = { choose(x.a > y.a, x.a, y.a), choose(x.b > y.b, x.b, y.b) };
    return v;
}

/* 0 for what is no number or beyond SNQ__LANE_INPUT_MAX. */
SNQ__INLINE VF tame(VF x)
{
    const VF most = each(SNQ__LANE_INPUT_MAX), least = each(-SNQ__LANE_INPUT_MAX);
    const VF v = { (four)((four_mask)x.a & (x.a <= most.a) & (x.a >= least.a)),
                   (four)((four_mask)x.b & (x.b <= most.b) & (x.b >= least.b)) };
    return v;
}

/* x, where it is 0, y. */
SNQ__INLINE VF or_else(VF x, VF y)
{
    const VF zero = each(0.0f);
    const VF v = { choose(x.a == zero.a, y.a, x.a), choose(x.b == zero.b, y.b, x.b) };
    return v;
}

#define SNQ__LANE_SVF    snq__lane_svf_c
#define SNQ__LANE_LADDER snq__lane_ladder_c
#include "synth/simd/lane_filter.inc"
