// SPDX-License-Identifier: MIT
/* watch_sheet_impl -- one sheet of a video while it is drawn (private to plot; part of the module). */
#ifndef SNQ_PLOT_WATCH_SHEET_IMPL_H
#define SNQ_PLOT_WATCH_SHEET_IMPL_H

#include <stdint.h>

#include "base/str.h"
#include "plot/axis_impl.h"
#include "plot/canvas_impl.h"
#include "plot/panels_impl.h"
#include "plot/watch_sheet.h"

/* Layers of the maps and lanes over time: the bands, and what is in none of them. */
enum {
    SNQ__WATCH_DRIFT = SNQ_SIGHT_BANDS, /* 0 Hz, of the maps */
    SNQ__WATCH_ALL = SNQ_SIGHT_BANDS,   /* all motion, of the lanes */
    SNQ__WATCH_LAYERS,
    SNQ__WATCH_CHANGES_MAX = 80, /* a band with more shows none */
    SNQ__WATCH_EVENT_KINDS = SNQ_SIGHT_ACCENT + 1,
};

/* Where what is, in units. A box without height isn't there. */
typedef struct snq__watch_layout {
    double height;
    snq__box figures;
    double where_y; /* top of the maps' part, with their words */
    uint32_t maps;
    int layer[SNQ__WATCH_LAYERS];    /* (maps,) what each map shows, left to right, row by row */
    snq__box map[SNQ__WATCH_LAYERS]; /* (maps,) the frame alone, without its words */
    snq__box no_maps;                /* in place of them: words */
    snq__box events;
    snq__box
        lane[SNQ__WATCH_LAYERS]; /* all motion, then the bands: of index SNQ__WATCH_ALL and 0 .. */
    snq__box picture;            /* colours */
    snq__box light;              /* luma and saturation */
    snq__box spectrum, types;
} snq__watch_layout;

typedef struct snq__watch_sheet {
    snq__canvas canvas;
    snq__watch_layout at;
    const snq_sight *sight;
    const snq_watch_look *look;
    const snq_sheet_cfg *cfg;
    double from_s, to_s; /* of the time axis; the same when there is no time in it */
    snq__axis time;
} snq__watch_sheet;

snq__watch_layout snq__watch_sheet_layout(const snq_sight *s, const snq_watch_look *l);

#define SNQ__INK_ULF         0x5B7FE8FFu
#define SNQ__INK_LF          0x4FA9E6FFu
#define SNQ__INK_MF          0x57D0B8FFu
#define SNQ__INK_HF          0xF5C04EFFu
#define SNQ__INK_UHF         0xFFF0BEFFu
#define SNQ__INK_ALL         0xC3CCDAFFu
#define SNQ__INK_FAINT       0x6B7686FFu
#define SNQ__INK_DIRECTIONAL 0x3D78E8FFu
#define SNQ__INK_OSCILLATORY 0xF29A2EFFu
#define SNQ__INK_CHAOTIC     0xFFF6DCFFu
#define SNQ__INK_AMBIENT     0x4A5568FFu

/* Of a layer: ink and name ("mf", "All motion"). */
snq__ink snq__watch_ink(int layer);
/* Whether a band can be seen at all; its reason when not. */
const char *snq__watch_unobservable(const snq_sight *s, int band);
/* Whether a band has a frequency worth writing down: it is oscillatory by a fifth at least. */
int snq__watch_swings(const snq_sight *s, int band);
/* "1-5 Hz" with an en dash; returns `to`. */
char *snq__put_band(char to[SNQ__LABEL_BYTES], int band);
/* Three digits: "0.31", "4.20", "38.0", "512"; returns `to`. */
char *snq__put_three(char to[SNQ__LABEL_BYTES], double value);
/* x of a time */
double snq__watch_x(const snq__watch_sheet *s, double t_s);

/* watch_sheet_head.c */
void snq__watch_sheet_head(snq__watch_sheet *s);
/* watch_sheet_maps.c: ERR_NOMEM */
SNQ_MUST_USE snq_status snq__watch_sheet_maps(snq__watch_sheet *s);
/* watch_sheet_lanes.c; and where the top of a lane's axis is, in px/s */
void snq__watch_sheet_lanes(snq__watch_sheet *s);
double snq__watch_lane_top(const snq_watch_look *l, int layer);
/* One lane of these. */
void snq__watch_lane(snq__watch_sheet *s, int layer);
/* watch_sheet_events.c: title, lane, and lines through the panels under it, down to at.light's lower edge */
void snq__watch_sheet_events(snq__watch_sheet *s);
/* Without the title. */
void snq__watch_events(snq__watch_sheet *s);
/* Keys of what there is: at most SNQ__WATCH_EVENT_KINDS + 1; returns how many. */
uint32_t snq__watch_event_keys(const snq__watch_sheet *s, char text[SNQ__WATCH_EVENT_KINDS][48],
                               snq__key *key);
/* A mark of a kind; strong ones (1 of 0 .. 1) are larger; y is its middle. */
void snq__watch_event_mark(snq__canvas *c, double x, double y, snq_sight_event_kind kind,
                           double strength, snq__ink ink);
/* watch_sheet_bands.c; x of a frequency in its panel */
void snq__watch_sheet_bands(snq__watch_sheet *s);
double snq__watch_hz_x(snq__box panel, double hz);

/* watch_sheet_draw.c: edges between pixels; from_s, to_s and time from what was looked at */
void snq__watch_snap(const snq__canvas *c, snq__box *b);
void snq__watch_times(snq__watch_sheet *s);
/* See snq_watch_sheet_draw. */
SNQ_MUST_USE snq_status snq__watch_sheet_draw(const snq_sight *sight, const snq_watch_look *look,
                                              const snq_sheet_cfg *cfg, snq_sheet_sink sink,
                                              void *user);

#endif
