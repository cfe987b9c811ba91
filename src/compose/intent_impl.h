// SPDX-License-Identifier: MIT
/* intent_impl -- between the files that decide an intent. */
#ifndef SNQ_COMPOSE_INTENT_IMPL_H
#define SNQ_COMPOSE_INTENT_IMPL_H

#include <stdint.h>

#include "base/rng.h"
#include "compose/brief.h"
#include "compose/intent.h"
#include "compose/style.h"

/* ---- intent_words.c: what words do to numbers */

/* How the moods feel: valence -1 .. 1, arousal 0 .. 1, means over the set; 0 and 0.5 for none. */
void snq__moods_feel(uint32_t moods, float *valence, float *arousal);
/* 1 (bright) .. -1 (dark) of a mode. */
float snq__mode_brightness(int mode);
/* What qualities add to the energy of a piece, to the complexity of its chords. */
float snq__qualities_energy(uint32_t qualities);
int snq__qualities_chords(uint32_t qualities);
/* Bend a track's density, complexity, variation by qualities (by = 1), or away from them (-1). */
void snq__qualities_bend(uint32_t qualities, float by, snq_track_intent *t);
/* The same for what is wished of a mix. */
void snq__qualities_mix(uint32_t qualities, float by, snq_mix_wish *w);

/* ---- intent_tracks.c */

/* A stream of its own for a question. */
snq_rng snq__intent_rng(uint64_t seed, const char *what, uint32_t a);
/* Weights (>= 0) -> index. */
uint32_t snq__intent_choose(snq_rng *r, const float *weight, uint32_t n);
/* Who plays, with which sounds. ERR_RANGE. */
SNQ_MUST_USE snq_status snq__intent_tracks(const snq_brief *brief, const snq_sound_table *sounds,
                                           snq_intent *out);

#endif
