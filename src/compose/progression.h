// SPDX-License-Identifier: MIT
/* progression -- the chords of a whole piece: from the style's charts, or from a score that has them.
 *
 * Sections of one material have the same chords; phrases end in cadences, the piece on its tonic.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_PROGRESSION_H
#define SNQ_COMPOSE_PROGRESSION_H

#include "base/attr.h"
#include "base/status.h"
#include "compose/context.h"
#include "compose/intent.h"
#include "compose/style_harmony.h"
#include "score/score.h"

/* Chords from the first step to the last into c, which has none yet. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_progression_plan(const snq_intent *in, snq_context *c);
/* The same from the chord spans of a score of this form; gaps and "N" go on with the chord before, where there
 * are no chords at all they are planned. ERR_FORMAT names a label that is none; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_progression_from_score(const snq_score *s, snq_context *c);

/* A plain chord (three tones) in its colour: SNQ_COLOUR_*, of the scale's own tones where the scale has one
 * that suits, else the chord as it is. `dominant`: it pulls to a chord a fifth below. */
snq_chord snq__chord_coloured(const snq_chord *plain, uint16_t scale, int dominant, int colour);

#endif
