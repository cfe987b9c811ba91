// SPDX-License-Identifier: MIT
/* region_glr -- the inner loops of the region finder over one row of bands, SNQ__REGION_STRIDE
 * long.
 *
 * Threads: [any]. Buffers don't overlap. */
#ifndef SNQ_LISTEN_REGION_GLR_IMPL_H
#define SNQ_LISTEN_REGION_GLR_IMPL_H

#include "listen/region_rows_impl.h"

/* How surely bands stand above a floor: sum over bands with q = x / mu > 1 of weight (q - 1 - ln
 * q); inv = 1 / mu, 0 in unused columns. The logarithm is within 3e-7. */
float snq__glr(const float *x, const float *inv, const float *weight);
/* Bounds at a third of the cost: SNQ__GLR_LEAST * bound <= snq__glr <= bound, but for rounding. */
float snq__glr_bound(const float *x, const float *inv, const float *weight);
#define SNQ__GLR_LEAST 0.89f
/* A value that lies on the same side of lo and of hi (lo <= hi) as snq__glr. */
float snq__glr_between(const float *x, const float *inv, const float *weight, float lo, float hi);
/* Mean over the SNQ_MEL_BANDS bands of 10 lg(x + 1e-12). Within 2e-6 dB. */
float snq__mean_db(const float *x);

/* Sum of the rows [i, i + n) of the ring into (SNQ__REGION_STRIDE,). */
void snq__row_sum(const snq__region_rows *r, int64_t i, int n, float *to);

#endif
