// SPDX-License-Identifier: MIT
/* player -- plays one track of a score on one instrument: events on their frame, curves as they move.
 *
 * The track's notes, messages and curves are put in order of frames when the player is made; then it
 * only reads. A parameter follows its curve at least every 64 frames. After the last event it plays on
 * until the instrument is silent, at most `tail_max_s`.
 *
 * Threads: new, free [control]; run [audio]: neither allocates nor locks. */
#ifndef SNQ_SYNTH_PLAYER_H
#define SNQ_SYNTH_PLAYER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "score/score.h"
#include "synth/bank.h"
#include "synth/patch.h"

typedef struct snq_player snq_player;

typedef struct snq_player_cfg {
    uint32_t rate_hz;       /* (48000) */
    uint64_t seed;          /* of the piece; the track's own is made of it and the track's name */
    const snq_score *score; /* borrowed for life */
    const snq_track *track; /* of it */
    const snq_patch *patch; /* borrowed for new */
    const snq_bank *bank;   /* borrowed for life */
    int only_pitch;         /* play only notes of this pitch (lanes of a drum kit); -1 all */
    double tail_max_s;      /* (30) */
} snq_player_cfg;

snq_player_cfg snq_player_cfg_default(void);
/* `warnings` (may be NULL): curves whose target the instrument lacks, and the like. On success *out is
 * owned by the caller (free); on error NULL. ERR_NOMEM, ERR_RANGE, those of snq_instrument_new. */
SNQ_MUST_USE snq_status snq_player_new(const snq_player_cfg *cfg, snq_warnings *warnings,
                                       snq_player **out);
void snq_player_free(snq_player *p); /* NULL is legal */
/* WRITES n frames to left and right (n,); silence once it is done. The bytes don't depend on how a
 * piece is cut into calls. */
SNQ_RT void snq_player_run(snq_player *p, float *left, float *right, size_t n);
/* Whether all events are played and the instrument is silent (or the tail's bound is reached). */
SNQ_RT int snq_player_done(const snq_player *p);
/* Frames that were asked for or, once it is done, that hold sound: where the last of it died away. */
SNQ_RT int64_t snq_player_frames(const snq_player *p);

#endif
