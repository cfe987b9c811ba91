// SPDX-License-Identifier: MIT
/* lock_plan -- a piece around recordings: what they ask of the brief, whose place they take, what the other tracks
 * hear of them.
 *
 *     brief ─► ask ─► (style chosen) ─► fit ─► intent decided ─► make ─► kept score, stems
 *
 * What the prompt or a flag says stays, and a recording that doesn't suit it is laid there as it is, with a warning.
 *
 * Threads: [control]; what it makes may be read by many. */
#ifndef SNQ_JOBS_LOCK_PLAN_H
#define SNQ_JOBS_LOCK_PLAN_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "compose/brief.h"
#include "compose/style.h"
#include "jobs/conform.h"
#include "jobs/frozen_stems.h"
#include "jobs/locked_recording.h"
#include "jobs/session.h"
#include "jobs/session_render.h"
#include "score/score.h"

typedef struct snq_lock_plan {
    uint32_t set;                               /* of tracks of the intent that are recordings */
    snq_conform conform[SNQ_INTENT_TRACKS_MAX]; /* by track; borrows the recordings */
    snq_frozen_sound sound[SNQ_INTENT_TRACKS_MAX];
    snq_session_recorded recorded[SNQ_INTENT_TRACKS_MAX];
    snq_score kept; /* their tracks, and the chords that harmonies play; owned */
} snq_lock_plan;

/* What brief leaves open and the recordings have: tempo, metre, key; and their parts play. */
void snq_lock_plan_ask(const snq_locked_recording *r, uint32_t n, snq_brief *brief);
/* The tempo that it asked for at the level that suits the style: doubled or halved where only that is in its range. */
void snq_lock_plan_fit(const snq_style *style, snq_brief *brief);
/* Take their places in the session's intent, which is decided; *out is initialised, must not move, and is cleared by
 * the caller, also after an error. r: borrowed for its life. ERR_RANGE (no room for a track), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_lock_plan_make(const snq_locked_recording *r, uint32_t n,
                                           const snq_sound_table *sounds, snq_session *s,
                                           snq_warnings *warnings, snq_lock_plan *out);
void snq_lock_plan_clear(snq_lock_plan *p); /* legal twice */

#endif
