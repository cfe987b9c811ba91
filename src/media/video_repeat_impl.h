// SPDX-License-Identifier: MIT
/* video_repeat -- which pictures are shown twice, and whether that is pulldown (private to media).
 *
 * Algorithm and constants: top of video_repeat.c. Belongs to one thread at a time. */
#ifndef SNQ_MEDIA_VIDEO_REPEAT_IMPL_H
#define SNQ_MEDIA_VIDEO_REPEAT_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum {
    SNQ__CADENCE_MAX = 30,   /* pictures a period */
    SNQ__REPEAT_RUN_MAX = 4, /* repeats in a row that a pulldown makes (12 to 60 a second) */
    SNQ__REPEAT_THUMBS = 8,  /* small pictures that are kept */
    SNQ__REPEAT_SIDE = 48    /* px, of them */
};

typedef struct snq__video_repeat {
    uint32_t w, h, thumb_w, thumb_h;
    uint8_t *thumb; /* (THUMBS, thumb_h, thumb_w) owned; of picture n at n mod THUMBS */
    double level;   /* how much moving pictures differ, lately */
    int64_t count;  /* pictures so far */
    int64_t moved;  /* the last one that was no repeat */
    /* of pictures amid motion: how many there were, and how many were repeats, by period and phase */
    uint64_t seen[SNQ__CADENCE_MAX + 1][SNQ__CADENCE_MAX];
    uint64_t repeats[SNQ__CADENCE_MAX + 1][SNQ__CADENCE_MAX];
    uint64_t seen_all, repeats_all, turns;
} snq__video_repeat;

/* For pictures (h, w). To be cleared in the end, whatever comes back. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__video_repeat_init(snq__video_repeat *r, uint32_t w, uint32_t h);
void snq__video_repeat_clear(snq__video_repeat *r);

/* The next picture; `before` is the one before it, NULL for the first. Returns whether it is the same
 * to the eye; *difference is the mean of |a - b|, in steps of 255. */
int snq__video_repeat_push(snq__video_repeat *r, const uint8_t *picture, const uint8_t *before,
                           float *difference);
/* Share of repeats amid motion, 0 .. 1; *cadence: repeats come that many pictures apart (in phase), 0:
 * without a pattern. */
double snq__video_repeat_share(const snq__video_repeat *r, uint32_t *cadence);

#endif
