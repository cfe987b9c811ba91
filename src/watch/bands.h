// SPDX-License-Identifier: MIT
/* bands -- the five layers of rhythm: what a recording can show of each, and the filters for it.
 *
 * Band numbers and edges are those of score/sight.h. Threads: [any]. How it is done: top of bands.c. */
#ifndef SNQ_WATCH_BANDS_H
#define SNQ_WATCH_BANDS_H

#include <stdint.h>

#include "base/status.h"
#include "dsp/sos.h"

typedef struct snq_band_view {
    double lo_hz, hi_hz;      /* as defined */
    double effective_hz[2];   /* [max(lo, 2/T), min(hi, 0.45 fps)]; empty when not ascending */
    const char *unobservable; /* NULL, or why under 0.4 of the band's log width is left; static */
} snq_band_view;

/* band < SNQ_SIGHT_BANDS, fps > 0, duration_s > 0 (of the longest stretch without a cut). */
snq_band_view snq_band_look(uint32_t band, double fps, double duration_s);

/* The zero-phase filter of a band: what is run forwards and backwards has -3.01 dB at lo and hi
 * together, 0 dB between. A band whose upper edge lies over 0.45 fps is open to the top. sections
 * (SNQ_SOS_SECTIONS_MAX,). Errors: ERR_RANGE (lo over 0.45 fps). */
snq_status snq_band_filter(uint32_t band, double fps, snq_sos *sections, uint32_t *n) SNQ_MUST_USE;

enum { SNQ_BAND_LANES = 16 };
/* Runs a filter forwards and backwards over SNQ_BAND_LANES series at once, in place. x (pad + count
 * + pad, SNQ_BAND_LANES): the series stand in the middle, the pads are overwritten by the even
 * reflection of the series. pad < count (0 when count is 1). */
void snq_band_run(const snq_sos *sections, uint32_t n, double *x, uint32_t count, uint32_t pad);
/* Frames of padding that a band's filter wants, at most count - 1. */
uint32_t snq_band_padding(uint32_t band, double fps, uint32_t count);

#endif
