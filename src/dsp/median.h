// SPDX-License-Identifier: MIT
/* median -- order statistics of float arrays, and the sliding median.
 *
 * Values must not be NaN. The median of an even number of values is the mean of the two in the
 * middle; of none it is 0.
 *
 * Threads: functions [any]; one object belongs to one thread at a time. */
#ifndef SNQ_DSP_MEDIAN_H
#define SNQ_DSP_MEDIAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* The value that would stand at index k if x (n,) were sorted; k < n. Reorders x: what is before k
 * is not larger, what is behind not smaller. Linear time on average. */
float snq_nth(float *x, size_t n, size_t k);
/* Median of x (n,); scratch (n,) is overwritten, scratch == x is legal (x is then reordered). */
float snq_median_of(const float *x, size_t n, float *scratch);
/* The q-quantile, q 0 .. 1 (cut to it), definition as snq_quantile_sorted (stats.h); scratch as
 * above. */
float snq_quantile_of(const float *x, size_t n, double q, float *scratch);

/* Sliding median: of the last `window` values pushed (of all of them while they are fewer). */
typedef struct snq_slidemed snq_slidemed;

enum { SNQ_SLIDEMED_MAX = 65536 };

/* window 1 .. SNQ_SLIDEMED_MAX. On success *out is owned by the caller: snq_slidemed_free. On error
 * *out is NULL. Errors: ERR_RANGE, ERR_NOMEM. */
snq_status snq_slidemed_new(uint32_t window, snq_slidemed **out) SNQ_MUST_USE;
void snq_slidemed_free(snq_slidemed *m); /* NULL is legal */
/* Take a value, return the median. Costs a search and a move of up to `window` floats. */
SNQ_RT float snq_slidemed_push(snq_slidemed *m, float x);
/* Drop the oldest value; the median of what is left (0 when nothing is). */
SNQ_RT float snq_slidemed_drop(snq_slidemed *m);
SNQ_RT void snq_slidemed_reset(snq_slidemed *m);

/* out[t] = median of x[t - back .. t + ahead], cut at the ends of x (n,). m must have a window of
 * back + ahead + 1 (it is reset before); out != x. */
void snq_slidemed_run(snq_slidemed *m, const float *x, size_t n, uint32_t back, float *out);

#endif
