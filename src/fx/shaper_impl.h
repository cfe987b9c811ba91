// SPDX-License-Identifier: MIT
/* shaper_impl -- curves that bend sound, as means along straight lines between samples.
 *
 *     y[i] = (F(u[i + 1]) - F(u[i])) / (u[i + 1] - u[i]),   F: integral of the curve f;  i = 0 .. n - 1
 *
 * which is a filter before sampling: partials near the rate, that would fold to low ones, are weakened the
 * most. All means are written so that nothing cancels (saturation.c). Half a sample late. */
#ifndef SNQ_FX_SHAPER_IMPL_H
#define SNQ_FX_SHAPER_IMPL_H

#include <stdint.h>

enum { SNQ__SHAPER_MAX = 512 };

typedef struct snq__shaper_kernels {
    /* f(u) = u / sqrt(1 + k^2 u^2), k = 1 above 0, `below` under it */
    void (*bow)(float below, const float *u, float *y, uint32_t n);
    void (*clip)(const float *u, float *y, uint32_t n); /* to -1 .. 1 */
    void (*fold)(const float *u, float *y, uint32_t n); /* sin u, |u| < 1e4 */
} snq__shaper_kernels;

void snq__shaper_kernels_init(snq__shaper_kernels *k, unsigned cpu_flags);
void snq__shaper_bow_c(float below, const float *u, float *y, uint32_t n);
void snq__shaper_clip_c(const float *u, float *y, uint32_t n);
void snq__shaper_fold_c(const float *u, float *y, uint32_t n);
void snq__shaper_bow_avx2(float below, const float *u, float *y, uint32_t n);
void snq__shaper_clip_avx2(const float *u, float *y, uint32_t n);
void snq__shaper_fold_avx2(const float *u, float *y, uint32_t n);

#endif
