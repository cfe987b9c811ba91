// SPDX-License-Identifier: MIT
/* map_sound -- what a matrix wishes of sound, put into a composed score: curves of its tracks, the bass's instrument.
 *
 *     wobble_bass.*     bass tracks play the patch "wobble_bass"; curves of its parameters. Where a rate is set, its notes
 *                       are held (bass_hold.h), since in short ones no wobble is heard; rates that keep time are locked
 *                       to the grid, others go on through all notes
 *     atmosphere.*      pads' and textures' levels, reverb of all, how far pads move
 *     global.energy     levels of all tracks together, as far as global.dynamics_range says (map_levels.h)
 *     global.mix_balance   levels of drums against those of chords and melodies
 *
 * Levels are dB beside those that the mix has (targets mix.trim_db, mix.trim.BUS), so that a mix may be set from what is
 * measured all the same. A curve that a track has of the same target is replaced; levels are added to it.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_MAP_SOUND_H
#define SNQ_JOBS_MAP_SOUND_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "map/map_run.h"
#include "score/score.h"

typedef struct snq_map_sound_cfg {
    uint64_t named; /* set of tracks (by index) whose instrument the user named: it stays (0) */
    uint64_t kept;  /* set of tracks that are left as they are: locked ones, recordings (0) */
    int plain;      /* notes stay as they are composed (0: a bass that wobbles is held) */
} snq_map_sound_cfg;

snq_map_sound_cfg snq_map_sound_cfg_default(void);
/* `score` is in order and stays so. `r` is of its tempo. `warnings` (may be NULL): "map_instrument" (a named instrument
 * that can't do what is wished), "map_no_track" (nothing plays what a destination moves). After ERR_NOMEM or
 * ERR_TOO_BIG some curves are there: drop the score. */
SNQ_MUST_USE snq_status snq_map_sound_apply(const snq_map_result *r, const snq_map_sound_cfg *cfg,
                                            snq_score *score, snq_warnings *warnings);

#endif
