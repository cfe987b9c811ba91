// SPDX-License-Identifier: MIT
/* flo_file -- optical flow as the bytes of a Middlebury .flo file.
 *
 *     offset  size         meaning, all little-endian
 *     0       4            the float 202021.25, which reads "PIEH"
 *     4       4            width, int32
 *     8       4            height, int32
 *     12      8 w h        rows from top to bottom, (u, v) floats for each pixel; a magnitude over
 *                          1e9 says that the flow is not known there
 *
 * Example: 1 x 1 with (1, -2) is 50 49 45 48 01 00 00 00 01 00 00 00 00 00 80 3f 00 00 00 c0.
 * Threads: [any]. REFS: S. Baker et al., "A database and evaluation methodology for optical flow",
 * IJCV 92(1), 2011. */
#ifndef SNQ_WATCH_FLO_FILE_H
#define SNQ_WATCH_FLO_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_FLO_FILE_SIDE_MAX = 16384 }; /* px */

/* Bytes of a file of this size. */
size_t snq_flo_file_bytes(uint32_t width, uint32_t height);
/* bytes (snq_flo_file_bytes(width, height),) = flow (height, width, 2); both of the caller. */
void snq_flo_file_write(uint8_t *bytes, const float *flow, uint32_t width, uint32_t height);
/* Size of the flow in bytes (n,). ERR_FORMAT: no such file, or shorter or longer than it says;
 * ERR_TOO_BIG: a side over SNQ_FLO_FILE_SIDE_MAX. Then *width and *height are 0. */
SNQ_MUST_USE snq_status snq_flo_file_size(const uint8_t *bytes, size_t n, uint32_t *width,
                                          uint32_t *height);
/* flow (height, width, 2) of the caller = that in bytes, whose size snq_flo_file_size gave. */
void snq_flo_file_read(const uint8_t *bytes, float *flow, uint32_t width, uint32_t height);

#endif
