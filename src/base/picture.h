// SPDX-License-Identifier: MIT
/* picture -- a view of an 8-bit picture: it owns nothing.
 *
 * Rows run from top to bottom, `stride_bytes` apart; a row holds `width` pixels of `channels`
 * interleaved bytes (1 grey, 3 RGB, 4 RGBA). */
#ifndef SNQ_BASE_PICTURE_H
#define SNQ_BASE_PICTURE_H

#include <stddef.h>
#include <stdint.h>

typedef struct snq_picture {
    const uint8_t *pixels; /* (height, stride_bytes), borrowed */
    uint32_t width;        /* px */
    uint32_t height;       /* px */
    uint32_t channels;     /* 1, 3 or 4 */
    size_t stride_bytes;   /* >= width * channels */
} snq_picture;

/* First byte of row y; y < height. */
static inline const uint8_t *snq_picture_row(const snq_picture *p, uint32_t y)
{
    return p->pixels + (size_t)y * p->stride_bytes;
}

/* The rectangle at (x, y) of width x height px, cut to what is there. */
static inline snq_picture snq_picture_part(const snq_picture *p, uint32_t x, uint32_t y,
                                           uint32_t width, uint32_t height)
{
    snq_picture part = *p;
    x = x < p->width ? x : p->width;
    y = y < p->height ? y : p->height;
    part.width = width < p->width - x ? width : p->width - x;
    part.height = height < p->height - y ? height : p->height - y;
    part.pixels = p->pixels + (size_t)y * p->stride_bytes + (size_t)x * p->channels;
    return part;
}

#endif
