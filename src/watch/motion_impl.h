// SPDX-License-Identifier: MIT
/* What the sources of motion share: its grid of time and space, what is known of each cell, and the
 * steps of finish() in order. Velocities here are px a frame of the working picture, v UP. */
#ifndef SNQ_WATCH_MOTION_IMPL_H
#define SNQ_WATCH_MOTION_IMPL_H

#include "watch/bands.h"
#include "watch/motion.h"
#include "watch/motion_store.h"

enum { SNQ__BANDS = SNQ_SIGHT_BANDS, SNQ__AFFINE = 6 };
#define SNQ__ALIAS_FROM 0.35 /* of the frame rate: from here on motion may be a faster one */

/* A stretch without a cut. */
typedef struct snq__shot {
    uint32_t start, count; /* frames of flow; count >= 1 */
} snq__shot;

/* What one cell does in one band. */
typedef struct snq__cell_band {
    float power;       /* mean |velocity|^2 */
    float line;        /* share of the strongest spectral line, 0 .. 1 */
    float hz;          /* of that line; 0: none */
    float axis[2];     /* sum of u^2 - v^2 and of 2 u v, as power */
    float spin;        /* power counter-clockwise - power clockwise */
    uint8_t active;    /* 1 over the noise floor, 2 twice over it */
    uint8_t line_sure; /* the line is significant */
} snq__cell_band;

typedef struct snq__cell {
    float mean[2];  /* of velocity */
    float speed;    /* mean |velocity| */
    float power;    /* mean |velocity - mean|^2 */
    float floor;    /* noise of the velocity, rms over all frequencies */
    uint8_t usable; /* some flow could be measured here */
    uint8_t drifts; /* the mean is over its noise floor */
    snq__cell_band band[SNQ__BANDS];
} snq__cell;

/* Sums over active cells, of one band. */
typedef struct snq__band_sum {
    double power, axis[2], spin; /* of all active cells */
    double line_power;           /* of significant lines */
    double alias_power;          /* near half the frame rate */
    double primary_hz;           /* of the summed spectrum; 0: none */
    double line_share;           /* of that line in the summed spectrum */
    double line_needed;          /* share that a cell's line needs to be significant */
    double bandwidth_hz;         /* effective width of the summed spectrum */
    double predictability;
    uint32_t active;
    uint32_t regions, region_cells; /* found by motion_regions */
    uint32_t bin_from, bin_end;     /* in the summed spectrum */
} snq__band_sum;

struct snq_motion {
    snq_motion_cfg cfg;
    uint32_t cells, frames;
    snq_motion_store *store;
    uint8_t *flags; /* (room,) */
    float *affine;  /* (room, 6): u, u_x, u_y, v, v_x, v_y; x, y in half heights */
    uint32_t room;
    /* from here on: made by finish */
    snq__shot *shot; /* (shots,) */
    uint32_t shots;
    uint32_t longest; /* frames of the longest shot */
    double rate_fix;  /* velocities times this: repeated pictures are left out */
    snq_band_view view[SNQ__BANDS];
    snq__cell *cell; /* (cells,) */
    uint32_t usable; /* cells where flow could be measured */
    snq__band_sum sum[SNQ__BANDS];
    uint32_t fft_n;    /* bins are fps / fft_n apart */
    uint32_t window_n; /* frames of the longest window */
    float *spectrum;   /* (fft_n / 2 + 1,) power a bin, mean over all cells */
};

/* Is a shot long enough to tell of this band? */
int snq__shot_tells(const snq_motion *m, const snq__shot *s, uint32_t band);

/* One cell's velocity over all frames, u, v (frames,), bridged and corrected; *share_good (may be
 * NULL): part of the frames that were measured; *confidence: mean. c (frames,) is scratch. */
SNQ_MUST_USE snq_status snq__motion_series(snq_motion *m, uint32_t cell, float *u, float *v,
                                           float *c, float *share_good, float *confidence);

/* Speeds here times this are px/s of the source. */
double snq__motion_px_s(const snq_motion *m);

/* The steps, in order. Errors: ERR_NOMEM, ERR_IO. */
SNQ_MUST_USE snq_status snq__motion_spectra(snq_motion *m);
SNQ_MUST_USE snq_status snq__motion_regions(snq_motion *m, uint32_t band, snq_sight *sight);
/* Cells below which a moving place is an accident of the flow. */
uint32_t snq__motion_least_cells(const snq_motion *m);
SNQ_MUST_USE snq_status snq__motion_signals(snq_motion *m, snq_sight *sight);
void snq__motion_types(snq_motion *m, snq_sight *sight);
snq_sight_shape snq__motion_shape(const snq_motion *m, snq_sight_type type);
void snq__motion_drift(const snq_motion *m, snq_sight *sight);
/* The maps and the spectrum of cfg.look, when there is one. Errors: ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__motion_look(const snq_motion *m);

#endif
