// SPDX-License-Identifier: MIT
/* session -- what a session folder knows of itself: `sonique/session/1` (session.json,
 * schemas/session-1.schema.json; docs/formats/session.md).
 *
 * What was asked for, what was decided, the tracks and their seeds, what is locked, what was done. Notes are in
 * score.json, the mix is in mix.json: those are what counts, and may be edited by hand.
 *
 * Invariants  1  tracks are those of the intent, in its order.
 *             2  history is never empty: its first step made the session.
 *
 * Threads: one at a time. */
#ifndef SNQ_JOBS_SESSION_H
#define SNQ_JOBS_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/intent.h"
#include "compose/style.h"
#include "jobs/film_plan.h"
#include "mix/engine/mix_plan.h"

#define SNQ_SESSION_SCHEMA "sonique/session/1"
enum {
    SNQ_SESSION_STEPS_MAX = 1000,      /* what is older is forgotten */
    SNQ_SESSION_NUMBER_MAX = 99999999, /* of a step */
    SNQ_SESSION_FILE_MAX = 256,
    SNQ_SESSION_BYTES_MAX = 16 << 20,
};
#define SNQ_SESSION_SEED_MAX ((uint64_t)1 << 53) /* what JSON's numbers hold: seeds are below it */

typedef struct snq_session_track {
    uint64_t seed;                   /* of its last making */
    uint32_t made;                   /* how often */
    int locked;                      /* stem and notes stay */
    char stem[SNQ_SESSION_FILE_MAX]; /* "stems/bass.wav"; "": it has none yet */
    char recording
        [SNQ_SESSION_FILE_MAX]; /* "locked/bass.flac": it is this, and not made; "": it is made */
} snq_session_track;

/* Something that was done: "compose", "regenerate", "lock", "unlock", "render". */
typedef struct snq_session_step {
    uint32_t number; /* 1 .. NUMBER_MAX, rising */
    char did[16];
    char track[SNQ_SESSION_FILE_MAX]; /* names with ", " between; "" all of it */
    char *prompt;                     /* owned; NULL: none was said */
} snq_session_step;

typedef struct snq_session {
    char *prompt; /* owned */
    snq_brief brief;
    char style[SNQ_STYLE_ID_MAX];
    snq_intent intent; /* its style is set by who has the styles */
    snq_session_track track[SNQ_INTENT_TRACKS_MAX];
    snq_film_plan *film;    /* that the piece follows, owned; NULL: none */
    snq_session_step *step; /* (steps,), owned */
    uint32_t steps, room;
} snq_session;

void snq_session_init(snq_session *s);
void snq_session_clear(snq_session *s); /* legal twice */
/* Index of a track by its name (without regard to case), -1. */
int snq_session_find(const snq_session *s, const char *track);
/* Note that something was done; what is over STEPS_MAX forgets the oldest. ERR_NOMEM,
 * ERR_TOO_BIG (its number would be over NUMBER_MAX). */
SNQ_MUST_USE snq_status snq_session_did(snq_session *s, const char *did, const char *track,
                                        const char *prompt);
/* The seed of a track's `made`-th making, from that of the piece. */
uint64_t snq_session_track_seed(uint64_t piece, const char *track, uint32_t made);

/* `mix`: for the tracks' processor chains; NULL: none are told. */
void snq_session_json(snq_json *j, const snq_session *s, const snq_mix_plan *mix);
/* *out is initialised; the caller clears; on error it is clear. Once out->brief is read, `find_style` gives a style by its id, borrowed
 * for the session's life, or says why there is none: that status and those words come back. ERR_FORMAT, ERR_RANGE,
 * ERR_TOO_BIG, ERR_NOT_FOUND (a lock of no track) name the place; ERR_NOMEM. */
typedef snq_status snq_session_find_style(void *user, const char *id, const snq_style **out);
SNQ_MUST_USE snq_status snq_session_from_json(const snq_json_ref *at,
                                              snq_session_find_style *find_style, void *user,
                                              snq_session *out);

#endif
