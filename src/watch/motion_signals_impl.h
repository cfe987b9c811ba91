// SPDX-License-Identifier: MIT
/* What motion_signals.c hands to motion_windows.c: the signals of eight cells in one band. */
#ifndef SNQ_WATCH_MOTION_SIGNALS_IMPL_H
#define SNQ_WATCH_MOTION_SIGNALS_IMPL_H

#include <complex.h>

#include "watch/motion_impl.h"
#include "watch/motion_rhythm.h"

enum { SNQ__GROUP = SNQ_BAND_LANES / 2, SNQ__SAMPLES = 128, SNQ__EIGHTHS = 8 };

/* Eight cells: lanes 0 .. 3 are samples, 4 .. 7 each the partner of the lane four before it, an
 * eighth of the frame away. u of lane l is signal[t][l], v is signal[t][8 + l]. */
typedef struct snq__group {
    uint32_t cell[SNQ__GROUP];
    float weight[SNQ__GROUP];     /* 1: it counts; 0: an empty lane, or not active */
    uint8_t pair[SNQ__GROUP / 2]; /* both lanes hold a cell */
    const double *signal;         /* (frames, 16) of the band; 0 in frames that no shot tells of */
} snq__group;

typedef struct snq__windows snq__windows;

/* Only when cfg.windows; else *out is NULL and the rest does nothing. Errors: ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__windows_new(const snq_motion *m, snq__windows **out);
void snq__windows_free(snq__windows *w);
SNQ_MUST_USE snq_status snq__windows_begin(snq__windows *w, uint32_t band);
SNQ_MUST_USE snq_status snq__windows_add(snq__windows *w, const snq__group *g);
/* The columns of the band that was begun. Errors: ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq__windows_end(snq__windows *w, snq_sight *sight);

/* What is gathered of one band over its sampled cells. */
typedef struct snq__gathered {
    double speed, rms; /* sums of the cells' mean and rms */
    float peak[2 * SNQ__SAMPLES];
    float eighth[2 * SNQ__SAMPLES][SNQ__EIGHTHS];
    uint32_t cells;
    double together, first, second; /* over partners */
    uint32_t patterns[SNQ_MOTION_PATTERNS];
    double complex dot, left, right; /* sums of A.A and of the turning parts squared */
    double dot_all, left_all, right_all;
    const double *energy; /* (frames,) sum of |v_b|^2 over the sample */
    const uint8_t *told;  /* (frames,) whether a shot tells of the band */
    const float *top;     /* (frames,) the fastest cell along the band's axis */
    float top_power;
} snq__gathered;

/* What the gathered signals of a band say: all that sight->band[b] holds but its regions and types.
 * Errors: ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__motion_measures(const snq_motion *m, const snq__gathered *g,
                                             uint32_t b, snq_sight *sight);
/* The same of a band in which nothing moves. */
void snq__motion_still(snq_sight_band *out);

/* Frames between samples when a period of the band's upper edge gets `per_period` of them; >= 1. */
uint32_t snq__band_stride(const snq_motion *m, uint32_t band, double per_period);

#endif
