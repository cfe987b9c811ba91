// SPDX-License-Identifier: MIT
/* video_luma -- decoded pictures of any layout to 8-bit planes of another size (private to media).
 *
 * A plane is that of luma (0 black .. 255 white, whatever range the file uses), Cb or Cr (128
 * neutral). It gets smaller by the mean over the area that a pixel covers, exactly. Belongs to one
 * thread at a time. */
#ifndef SNQ_MEDIA_VIDEO_LUMA_IMPL_H
#define SNQ_MEDIA_VIDEO_LUMA_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "media/video_decoder_impl.h"

/* From one size to another. */
typedef struct snq__box_axis {
    uint32_t from, to;     /* samples, cells */
    uint32_t inner, total; /* weight of a sample that lies within a cell, sum of the weights */
} snq__box_axis;

/* A cell in samples: the first one and its weight, the number behind it that weigh `inner`, the weight
 * of the one behind these (0: there is none). */
typedef struct snq__box_cell {
    uint32_t first, head, whole, tail;
} snq__box_cell;

typedef struct snq__video_shrink {
    snq__box_axis across, down;
    snq__box_cell *cell; /* (to,) of a row */
    uint32_t *sums;      /* (from + pad,) weighted sums of the rows of a cell; also as uint16_t */
    uint16_t *row;       /* (from,) a row unpacked */
    double *total;       /* (to,) sums of a row of cells */
} snq__video_shrink;

/* To be zeroed before and cleared in the end, whatever comes back. Called again, it becomes one of
 * another size. Sizes are 1 .. SNQ__VIDEO_SIDE_MAX. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__video_shrink_init(snq__video_shrink *s, uint32_t from_w,
                                               uint32_t from_h, uint32_t to_w, uint32_t to_h);
void snq__video_shrink_clear(snq__video_shrink *s);

/* Size of plane `which` (0 luma, 1 Cb, 2 Cr) of a picture. */
void snq__video_plane_size(const snq__video_raw *raw, int which, uint32_t *w, uint32_t *h);
/* Plane `which` of the picture, whose size must be the `from` of s, to out (to_h, to_w). */
void snq__video_shrink_run(snq__video_shrink *s, const snq__video_raw *raw, int which,
                           uint8_t *out);

/* out = picture (h, w) turned by a set of SNQ__TURN_*: (w, h) when it transposes, else (h, w). They
 * must not overlap. */
void snq__video_turn(const uint8_t *in, uint32_t w, uint32_t h, uint32_t turn, uint8_t *out);

#endif
