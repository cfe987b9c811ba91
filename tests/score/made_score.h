// SPDX-License-Identifier: MIT
/* made_score -- scores for the tests. The caller clears; what fails ends the test. */
#ifndef SNQ_TESTS_SCORE_MADE_SCORE_H
#define SNQ_TESTS_SCORE_MADE_SCORE_H

#include <stdint.h>

#include "score/score.h"

/* A short piece that has one of everything, in order; 480 ticks a quarter. */
snq_status made_small(snq_score *s);
/* Any piece that passes the check, the same for the same seed: every field over its whole range, floats
 * with all their digits. A few tracks of up to 40 notes. */
void made_any(snq_score *s, uint64_t seed);
/* Whether all fields are equal, room aside. */
int made_equal(const snq_score *a, const snq_score *b);

#endif
