// SPDX-License-Identifier: MIT
/* map_sheet_impl -- one sheet of a mapping while it is drawn (private to plot; part of the module).
 *
 * The film's part is that of a video's sheet, whose drawing state it has in itself: canvas, times, and the boxes of events
 * and of all motion. */
#ifndef SNQ_PLOT_MAP_SHEET_IMPL_H
#define SNQ_PLOT_MAP_SHEET_IMPL_H

#include <stdint.h>

#include "plot/map_sheet.h"
#include "plot/watch_sheet_impl.h"

/* Where what is, in units. A box without height isn't there. */
typedef struct snq__map_layout {
    double height;
    uint32_t thumbs; /* side by side */
    snq__box strip, events, motion;
    snq__box sections, bars, hits, loudness;
    snq__box times; /* its lower edge is where the first time axis stands */
    double lanes_y; /* baseline of the lanes' title */
    snq__box lane[SNQ_MAP_SHEET_LANES_MAX];
    double words_y[SNQ_MAP_SHEET_LANES_MAX]; /* first baseline of the words above a lane */
} snq__map_layout;

typedef struct snq__map_drawing {
    snq__watch_sheet film; /* the canvas is there */
    const snq_map_sheet *map;
    snq__map_layout at;
} snq__map_drawing;

snq__map_layout snq__map_sheet_layout(const snq_map_sheet *m);

/* Whether a lane is nothing but its default. */
int snq__map_rests(const snq_map_sheet *m, const snq_map_sheet_lane *l);
/* Quarter notes at a time of the film; the film's time at a tick of its score. */
double snq__map_beat(const snq__map_drawing *d, double t_s);
double snq__map_time_s(const snq__map_drawing *d, int64_t tick);
/* 0 (bottom) .. 1 of a lane's height; choices in the middle of their parts. */
double snq__map_place(const snq_param *p, double value);
snq__ink snq__map_ink(uint8_t acts);

/* map_sheet_strip.c; ERR_NOMEM */
SNQ_MUST_USE snq_status snq__map_sheet_strip(snq__map_drawing *d);
/* map_sheet_music.c: sections, bars, hits, loudness */
void snq__map_sheet_music(snq__map_drawing *d);
/* map_sheet_lanes.c */
void snq__map_sheet_lanes(snq__map_drawing *d);

/* map_sheet_draw.c: see snq_map_sheet_draw */
SNQ_MUST_USE snq_status snq__map_sheet_draw(const snq_map_sheet *m, const snq_sheet_cfg *cfg,
                                            snq_sheet_sink sink, void *user);

#endif
