// SPDX-License-Identifier: MIT
/* map_sheet -- the picture of a mapping at work: a film over the curves that are made of it, as a PNG.
 *
 * From top to bottom, over one time axis: the film in small pictures; its cuts, fades, flashes and accents; how fast it
 * moves; of its music, where there is any yet, the sections with their energy, bars and beats, the film's moments that
 * the music should meet and whether it does, and the loudness; then a lane for each destination that is set: the
 * curve on the destination's own scale, from the lowest to the highest that it takes, with what it is made of. Where a
 * source had nothing to say and a default stands in, the curve is grey and the reason stands beside it.
 *
 * Module, font, sink and threads: as plot/sheet.h says; snq_sheet_preload loads it. Same input, same bytes, on one
 * machine. */
#ifndef SNQ_PLOT_MAP_SHEET_H
#define SNQ_PLOT_MAP_SHEET_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "plot/sheet.h"
#include "score/curve.h"
#include "score/param.h"
#include "score/score.h"
#include "score/sight.h"
#include "score/span.h"
#include "score/watch_look.h"

enum { SNQ_MAP_SHEET_LANES_MAX = 64, SNQ_MAP_SHEET_SOURCES_MAX = 6 /* that a lane names */ };

/* Where a destination acts: the ink of its lane. */
typedef enum snq_map_sheet_acts {
    SNQ_MAP_SHEET_COMPOSITION = 0,
    SNQ_MAP_SHEET_SOUND,
    SNQ_MAP_SHEET_GLOBAL,
} snq_map_sheet_acts;

typedef struct snq_map_sheet_lane {
    const snq_param *param; /* id, unit, range, scale, default, choices */
    const snq_curve *curve; /* places in quarter notes; without points: the default */
    uint8_t acts;           /* snq_map_sheet_acts */
    float out[2]; /* what its mappings can set it to, from < to; shaded; equal: not told */
    const char *const *source; /* (sources,) what it is made of, a line each, UTF-8 */
    uint32_t sources;          /* more than SOURCES_MAX: "and N more" */
    const char *reason;   /* why it has its default, wholly or in part; NULL or "": it hasn't */
    const snq_span *rest; /* (rests,) where it has, in order, apart, seconds of the film */
    uint32_t rests;
} snq_map_sheet_lane;

/* How near the music comes to a moment. */
typedef enum snq_map_sheet_met {
    SNQ_MAP_SHEET_MISSED = 0,
    SNQ_MAP_SHEET_EIGHTH,
    SNQ_MAP_SHEET_BEAT,
    SNQ_MAP_SHEET_DOWNBEAT,
} snq_map_sheet_met;
enum { SNQ_MAP_SHEET_MOTION = SNQ_SIGHT_ACCENT + 1 }; /* kind of a hit that is a peak of motion */

typedef struct snq_map_sheet_hit {
    double t_s;   /* of the film */
    float weight; /* a cut has 1 */
    uint8_t kind; /* snq_sight_event_kind, or SNQ_MAP_SHEET_MOTION */
    uint8_t met;  /* snq_map_sheet_met */
} snq_map_sheet_hit;

/* All borrowed for the call. The sight and the look are of the same film; the look may have nothing in it. */
typedef struct snq_map_sheet {
    const snq_sight *sight;
    const snq_watch_look *look;
    const char *name;               /* of the template; NULL: none */
    const char *what;               /* a sentence or two about it; NULL: none */
    const snq_map_sheet_lane *lane; /* (lanes,) */
    uint32_t lanes;                 /* 0 .. LANES_MAX */
    const snq_score
        *score; /* tempo, metre, sections; in order; NULL: `bpm`, and nothing of these is shown */
    double bpm; /* without a score: > 0 */
    double lead_s;                /* >= 0: how far into the music the film begins (0) */
    const snq_map_sheet_hit *hit; /* (hits,) in order of time */
    uint32_t hits;
    const float
        *loudness_lufs; /* (loudness,) momentary, value i at i * loudness_step_s of the film; NaN or
                                        below -70: silence */
    uint32_t loudness;  /* 0: not shown */
    double loudness_step_s; /* > 0 */
} snq_map_sheet;

/* cfg's title: NULL, the last part of the sight's path; its target is a line in the loudness. ERR_RANGE: more lanes
 * than there may be, a bpm or a step that is none. Other errors: as of snq_sheet_draw. */
SNQ_MUST_USE snq_status snq_map_sheet_draw(const snq_map_sheet *m, const snq_sheet_cfg *cfg,
                                           snq_sheet_sink sink, void *user);

#endif
