// SPDX-License-Identifier: MIT
/* spectral_look -- one window's view of a stretch of sound: its power in the rows of a picture.
 *
 * A look belongs to one thread at a time. How it is done: top of spectral_look.c. */
#ifndef SNQ_PLOT_SPECTRAL_LOOK_IMPL_H
#define SNQ_PLOT_SPECTRAL_LOOK_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "dsp/rpower.h"
#include "plot/portrait.h"

enum {
    SNQ__BATCH = 16,                                             /* frames */
    SNQ__LOOKS = 3,                                              /* low, middle, high */
    SNQ__LOOK_ROWS = SNQ_PORTRAIT_ROWS_MAX + SNQ_PORTRAIT_BANDS, /* the bands follow the rows */
};

/* A part of the stream, planar. */
typedef struct snq__reel {
    float *buffer; /* (channels, room) */
    size_t room;
    int64_t base; /* frame of buffer[0] */
    uint32_t channels;
} snq__reel;

static inline const float *snq__reel_frame(const snq__reel *r, uint32_t channel, int64_t at)
{
    return r->buffer + channel * r->room + (size_t)(at - r->base);
}

/* Sum of squares over n frames of all channels: of x, or of its steps from frame to frame. Of each
 * `stride` batches the first is taken, of the last maybe beyond n. */
float snq__reel_energy(const snq__reel *r, int64_t from, size_t n, int steps, size_t stride);

/* Weights of the bins in one row. */
typedef struct snq__reach {
    uint32_t first, count; /* bins; count is a multiple of 4, 0: none */
    uint32_t weight;       /* index of the first in `weights` */
} snq__reach;

typedef struct snq__slot {
    int64_t index; /* -1 is a slot too; INT64_MIN: none */
    float row[SNQ__LOOK_ROWS];
} snq__slot;

typedef struct snq__look {
    uint32_t window, hop; /* frames */
    int steps;            /* by what a place is chosen: snq__reel_energy */
    size_t stride;
    float scale;
    snq_rpower *spectrum;
    uint32_t bins;              /* that any row needs, from 0 on; 0: it has nothing to say */
    float *power, *one;         /* (window / 2 + 4,) mean over channels; of one channel */
    uint32_t first, end, extra; /* rows that have weights, and the band */
    float fade[SNQ__LOOK_ROWS]; /* how much it has to say there; all looks together: 1, or 0 */
    snq__reach reach[SNQ__LOOK_ROWS];
    float *weights;
    snq__slot recent[2];
} snq__look;

/* Look i of a tile of so many frames, for the rows 0 .. rows - 1. Whatever it returns, *l is to be
 * cleared. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__look_init(snq__look *l, uint32_t i, uint32_t tile, uint32_t rate_hz,
                                       uint32_t channels, uint32_t rows);
void snq__look_clear(snq__look *l); /* of a zeroed one too */
/* Frames from slot to slot; needed before the first look. */
void snq__look_set_hop(snq__look *l, int64_t hop);
/* Powers (LOOK_ROWS,) of slot `index`, borrowed until the call after the next. The reel holds window
 * frames before and behind the slot. */
const float *snq__look_at(snq__look *l, const snq__reel *r, int64_t index);
/* to += gain * row, in those rows that the look has. */
void snq__look_add(const snq__look *l, float *to, const float *row, float gain);

#endif
