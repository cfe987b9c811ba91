// SPDX-License-Identifier: MIT
/* map_plot -- what a template makes of a film, as a picture (plot/map_sheet.h): brings what the mapper, the eyes and the
 * composer know into the sheet's plain data, and draws it in this process.
 *
 * Only what is drawn from comes from outside, as numbers; the font is the system's. Threads: [control]; loading the
 * module is not for a process that has been confined. */
#ifndef SNQ_JOBS_MAP_PLOT_H
#define SNQ_JOBS_MAP_PLOT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/hit_fit.h"
#include "compose/hit_points.h"
#include "map/map_run.h"
#include "media/atomic_file.h"
#include "plot/sheet.h"
#include "score/score.h"
#include "score/sight.h"
#include "score/watch_look.h"

/* All borrowed for the call. */
typedef struct snq_map_plot_cfg {
    const snq_map_template *map;     /* that was run */
    const snq_feature_set *features; /* on these */
    const snq_map_result *result;    /* with this result */
    const snq_sight *sight;          /* of the film */
    const snq_watch_look *look;      /* of the film; NULL: no pictures, no speed */
    const snq_score *score;   /* tempo, bars, sections; in order; NULL: `bpm`, no music is shown */
    double bpm;               /* without a score (120) */
    double lead_s;            /* how far into the music the film begins (0) */
    const snq_hit_list *hits; /* NULL: none are shown */
    const snq_hit_fit *fit;   /* how near the music comes to them; NULL: they count as missed */
    const float *loudness_lufs; /* (loudness,) momentary, of the film's time; NaN: silence */
    uint32_t loudness;          /* 0: not shown */
    double loudness_step_s;
    const char *title;  /* NULL: the last part of the sight's path */
    double target_lufs; /* a line in the loudness; NaN: none (NaN) */
    uint32_t width_px;  /* (1600) */
} snq_map_plot_cfg;

snq_map_plot_cfg snq_map_plot_cfg_default(void);
/* As a PNG into the sink. ERR_UNSUPPORTED, ERR_NOT_FOUND: module or font is missing; others as of
 * snq_map_sheet_draw. */
SNQ_MUST_USE snq_status snq_map_plot_draw(const snq_map_plot_cfg *cfg, snq_sheet_sink sink,
                                          void *user);
/* Into a file that the caller commits. ERR_IO too. */
SNQ_MUST_USE snq_status snq_map_plot_to(const snq_map_plot_cfg *cfg, snq_atomic_file *file);
/* Into a file that appears whole or not at all; with `force` it may be there. ERR_EXISTS, ERR_IO too. */
SNQ_MUST_USE snq_status snq_map_plot_write(const snq_map_plot_cfg *cfg, const char *path,
                                           int force);

#endif
