// SPDX-License-Identifier: MIT
/* sheet_impl -- one sheet while it is drawn: where its panels are, and who draws them (private to
 * plot; part of the module). */
#ifndef SNQ_PLOT_SHEET_IMPL_H
#define SNQ_PLOT_SHEET_IMPL_H

#include <stdint.h>

#include "base/str.h"
#include "plot/axis_impl.h"
#include "plot/canvas_impl.h"
#include "plot/panels_impl.h"
#include "plot/portrait.h"
#include "plot/sheet.h"
#include "score/hearing.h"

/* Where what is, in units; the panels share their left and right edge, which is the time axis. */
typedef struct snq__layout {
    double height;
    double title_y, format_y;          /* baselines */
    snq__box figures;                  /* key figures */
    snq__box regions;                  /* lane of the regions; empty on a sheet without sound */
    snq__box wave, spectrum, loudness; /* panels */
    snq__box bars, chords, keys;       /* lanes under the spectrogram; empty where there is none */
} snq__layout;

/* What of music has a lane. */
enum { SNQ__LANE_BARS = 1, SNQ__LANE_CHORDS = 2, SNQ__LANE_KEYS = 4 };

/* `empty`: the recording has no sample; `lanes`: SNQ__LANE_*. */
snq__layout snq__sheet_layout(int empty, unsigned lanes);

typedef struct snq__sheet {
    snq__canvas canvas;
    snq__layout at;
    const snq_portrait *p;
    const snq_hearing *h;
    const snq_sheet_cfg *cfg;
    double duration_s;
    snq__axis time;
} snq__sheet;

/* sheet_draw.c: x of a time */
double snq__sheet_x(const snq__sheet *s, double t_s);

/* sheet_head.c */
void snq__sheet_head(snq__sheet *s);
/* sheet_regions.c: the lane, and a shade behind the panels; and lines in front of them */
void snq__sheet_regions(snq__sheet *s);
void snq__sheet_region_edges(snq__sheet *s);
/* sheet_wave.c */
void snq__sheet_wave(snq__sheet *s);
/* sheet_spectrum.c: ERR_NOMEM */
SNQ_MUST_USE snq_status snq__sheet_spectrum(snq__sheet *s);
/* sheet_music.c: which lanes a hearing has; bars, chords and keys; tempo, metre and key in words, "" when there
 * is none */
unsigned snq__sheet_lanes(const snq_hearing *h);
void snq__sheet_music(snq__sheet *s);
void snq__sheet_music_words(const snq_hearing *h, snq_str *to);
/* sheet_loudness.c; the range of the axis for tests */
void snq__sheet_loudness(snq__sheet *s);
void snq__sheet_loudness_range(const snq__sheet *s, double *lo, double *hi);

/* sheet_draw.c: see snq_sheet_draw */
SNQ_MUST_USE snq_status snq__sheet_draw(const snq_portrait *p, const snq_hearing *h,
                                        const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user);

#endif
