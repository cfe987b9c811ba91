// SPDX-License-Identifier: MIT
/* score_split -- a track that changes its program becomes a track for each: one track, one instrument. */
#ifndef SNQ_SCORE_SCORE_SPLIT_H
#define SNQ_SCORE_SCORE_SPLIT_H

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"

/* Notes behind a program change (message 0xC0) go to a new track of that program, named after the first
 * ("Bass 2"), behind all others; notes of a program that was there before go back to its track. Every part
 * has the messages and curves of the whole, without its program changes. Tracks with a patch of their own
 * and drum tracks (channel 9) stay as they are. The score must be sorted, and is so afterwards. ERR_NOMEM,
 * ERR_TOO_BIG: the score may be split in part, but is sound. */
SNQ_MUST_USE snq_status snq_score_split_programs(snq_score *s);

#endif
