// SPDX-License-Identifier: MIT
/* pack24 -- two channels of floats to interleaved samples of 24 bits, low byte first (private to media). */
#ifndef SNQ_MEDIA_PACK24_IMPL_H
#define SNQ_MEDIA_PACK24_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum { SNQ__PACK24_SLACK = 4 }; /* bytes that may be written behind the last sample */

/* left, right (n,) to `to` (6 n + SNQ__PACK24_SLACK): each as quantise_impl.h has it, all variants to the
 * bit. Returns how many samples did not fit. */
typedef uint64_t snq__pack24_fn(const float *left, const float *right, size_t n, uint8_t *to);
extern snq__pack24_fn snq__pack24_c, snq__pack24_avx2;
/* The best that `cpu_flags` allow. */
snq__pack24_fn *snq__pack24_pick(unsigned cpu_flags);

#endif
