// SPDX-License-Identifier: MIT
/* What the sources of a hearing share. */
#ifndef SNQ_SCORE_HEARING_IMPL_H
#define SNQ_SCORE_HEARING_IMPL_H

#include "score/hearing.h"

/* Decimals: a thousandth of a decibel, a microsecond, a thousandth of a hertz are below anything
 * that can be measured or heard, and keep documents short. */
enum { SNQ__DB = 3, SNQ__SECONDS = 6, SNQ__HERTZ = 3, SNQ__RATIO = 6 };

/* A region as snq_hearing_add_region gives it. */
void snq__region_init(snq_region *r);

/* Each writes one or more whole members of the object that is open in *j. `reason` is NULL, or why
 * the section is null. */

/* "tempo" to "chords" of the whole recording, in the order of the document. */
void snq__music_json(snq_json *j, const snq_hearing *h);
void snq__tempo_json(snq_json *j, const snq_tempo *t, const char *reason);
void snq__key_json(snq_json *j, const snq_key *k, const char *reason);
void snq__patterns_json(snq_json *j, const snq_patterns *p, const char *reason);

#endif
