// SPDX-License-Identifier: MIT
/* film_strip -- small colour pictures of a film, evenly spread over it however long it is, in bounded memory.
 *
 * Fed with every picture it keeps the first, and each `every`th from there on; when it is full every other one goes and
 * `every` doubles. So from MAX / 2 to MAX stay of any film that has as many pictures. A thumb has the picture's
 * proportions, at most SIDE_MAX px along a side and PIXELS_MAX in all.
 *
 * An object belongs to one thread at a time; many may read. */
#ifndef SNQ_SCORE_FILM_STRIP_H
#define SNQ_SCORE_FILM_STRIP_H

#include <stdint.h>

#include "base/attr.h"
#include "base/pack.h"
#include "base/picture.h"
#include "base/status.h"
#include "base/str.h"

enum {
    SNQ_FILM_STRIP_MAX = 48, /* thumbs, even */
    SNQ_FILM_STRIP_SIDE_MAX = 112,
    SNQ_FILM_STRIP_PIXELS_MAX = 8192, /* of a thumb */
};

typedef struct snq_film_strip {
    uint32_t width, height;         /* px of each thumb; 0: there is none */
    uint32_t thumbs;                /* 0 .. MAX */
    double t_s[SNQ_FILM_STRIP_MAX]; /* ascending times in the film */
    uint8_t *rgb;             /* (MAX, height, width, 3), of which `thumbs` are filled; owned */
    uint64_t pictures, every; /* that it was fed with; each how manyth stays. Not packed. */
} snq_film_strip;

void snq_film_strip_init(snq_film_strip *s);  /* allocates nothing */
void snq_film_strip_clear(snq_film_strip *s); /* of a zeroed one too */
/* The next picture: luma 0 .. 255, cb and cr 0 .. 255 about 128, of any size, one channel each; cb and cr without
 * pixels: grey. All borrowed for the call. The first says how large thumbs are. ERR_ARG (no luma, channels, a time
 * that isn't after the last's), ERR_NOMEM: the strip is as it was. */
SNQ_MUST_USE snq_status snq_film_strip_push(snq_film_strip *s, const snq_picture *luma,
                                            const snq_picture *cb, const snq_picture *cr,
                                            double t_s);
/* First byte of thumb i < thumbs. */
static inline const uint8_t *snq_film_strip_thumb(const snq_film_strip *s, uint32_t i)
{
    return s->rgb + (size_t)3 * i * s->width * s->height;
}
/* The thumb nearest to a time; there is one. */
uint32_t snq_film_strip_nearest(const snq_film_strip *s, double t_s);

/* Appends; look at to->st. Layout: top of film_strip.c. */
void snq_film_strip_pack(snq_str *to, const snq_film_strip *s);
/* Whatever the bytes are: on success *s is a legal strip, owned by the caller, which takes no more pictures; on error
 * it is cleared. Leaves `u` behind it. ERR_FORMAT, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_film_strip_unpack(snq_unpack *u, snq_film_strip *s);

#endif
