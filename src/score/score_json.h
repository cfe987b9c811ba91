// SPDX-License-Identifier: MIT
/* score_json -- a score as a JSON document, `sonique/score/1` (schemas/score-1.schema.json).
 *
 * Places are written in quarter notes ("at", "length"), so that a person can edit them, with as many
 * decimals as bring every tick back exactly. What is written and read again is the same score, byte
 * for byte in JSON; long messages are base64. Unknown keys are refused, naming the place.
 *
 * Threads: [any], each with its own objects. */
#ifndef SNQ_SCORE_SCORE_JSON_H
#define SNQ_SCORE_SCORE_JSON_H

#include "base/json.h"
#include "base/json_read.h"
#include "score/score.h"

void snq_score_json(snq_json *j, const snq_score *s);
/* Read the document at `at`. *out is initialised here; on success the caller clears it, on error it is
 * clear. The result has passed snq_score_check. Errors: ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_score_from_json(const snq_json_ref *at, snq_score *out);

#endif
