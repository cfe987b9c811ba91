// SPDX-License-Identifier: MIT
#include "watch/simd/flow_kernels_impl.h"

#include <math.h>

#define SNQ__INLINE static inline

/* A vector is one number. */
typedef float VF;
typedef int32_t VI;
enum { VN = 1 };
#define V_ZERO                 0.0f
#define V_COUNT                0.0f
#define V_SET(x)               ((float)(x))
#define V_LD(p)                (*(p))
#define V_ST(p, a)             (*(p) = (a))
#define V_LD16(p)              ((float)*(p))
#define V_ST16(p, a)           (*(p) = (int16_t)lrintf(fminf(32767, fmaxf(-32768, a))))
#define V_FMA(a, b, c)         ((a) * (b) + (c))
#define V_FNMA(a, b, c)        ((c) - (a) * (b))
#define V_MIN(a, b)            ((a) < (b) ? (a) : (b))
#define V_MAX(a, b)            ((a) > (b) ? (a) : (b))
#define V_RSQRT(a)             (1 / sqrtf(a))
#define V_RCP(a)               (1 / (a))
#define V_INVERSE(a)           (1 / (a))
#define V_INT(a)               ((int32_t)(a))
#define V_FLOAT(a)             ((float)(a))
#define V_INDEX(y, stride, x)  ((y) * (stride) + (x))
#define V_PAIR(base, at, a, b) ((a) = (base)[at], (b) = (base)[(at) + 1])
#define V_FOUR(base, at, a, b, c, d) \
    ((a) = (base)[at], (b) = (base)[(at) + 1], (c) = (base)[(at) + 2], (d) = (base)[(at) + 3])
#define V_INSIDE(x, y, right, bottom) \
    ((x) >= 0 && (y) >= 0 && (x) <= (right) && (y) <= (bottom) ? 1.0f : 0.0f)
#define V_SPLIT(a, b, even, odd) ((even) = (a), (odd) = (b))
#define V_ZIP(even, odd, a, b)   ((a) = (even), (b) = (odd))

#include "watch/simd/flow_rows.inc"

enum { SIDE = SNQ__FLOW_PATCH };

SNQ__INLINE void cut(snq__flow_template *t, const snq__flow_image *image, int32_t x, int32_t y)
{
    float sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (int j = 0; j < SIDE; j++) {
        const int16_t *p = image->at + (y + j) * image->stride + x;
        for (int i = 0; i < SIDE; i++, p++) {
            const float dx = 0.5f * (float)(p[1] - p[-1]);
            const float dy = 0.5f * (float)(p[image->stride] - p[-image->stride]);
            t->grey[j * SIDE + i] = *p;
            t->dx[j * SIDE + i] = dx;
            t->dy[j * SIDE + i] = dy;
            sx += dx;
            sy += dy;
            sxx += dx * dx;
            sxy += dx * dy;
            syy += dy * dy;
        }
    }
    t->sx = sx;
    t->sy = sy;
    t->sxx = sxx;
    t->sxy = sxy;
    t->syy = syy;
}

SNQ__INLINE void compare(snq__flow_match *m, const snq__flow_template *t, const int16_t *at,
                         ptrdiff_t stride, float fx, float fy, float gain)
{
    *m = (snq__flow_match) { 0 };
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            const int16_t *p = at + j * stride + i, *q = p + stride;
            const float above = p[0] + fx * (float)(p[1] - p[0]);
            const float below = q[0] + fx * (float)(q[1] - q[0]);
            const int k = j * SIDE + i;
            const float r = gain * (above + fy * (below - above)) - t->grey[k];
            m->r += r;
            m->rr += r * r;
            m->rx += r * t->dx[k];
            m->ry += r * t->dy[k];
        }
}

#include "watch/simd/flow_patch.inc"

#define SNQ__FLOW_ROW snq__flow_kernels_c
#include "watch/simd/flow_table.inc"
