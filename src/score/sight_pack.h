// SPDX-License-Identifier: MIT
/* sight_pack -- a sight as bytes, for what passes between processes (docs/formats/sight.md).
 *
 * The path is not packed: only the receiver knows it. Everything else that the document shows comes
 * back equal, so that snq_sight_json writes the same document on both sides. The bytes may come from a
 * process that was taken over: whatever they are, unpacking is bounded by their number and ends in a
 * sight that is legal to print (finite numbers, UTF-8 text, counts within sight.h, times in order)
 * or in a failure. */
#ifndef SNQ_SCORE_SIGHT_PACK_H
#define SNQ_SCORE_SIGHT_PACK_H

#include "base/attr.h"
#include "base/pack.h"
#include "base/status.h"
#include "score/sight.h"

/* Appends; look at to->st. */
void snq_sight_pack(snq_str *to, const snq_sight *s);
/* On success *s is owned by the caller (snq_sight_clear); its texts and lists live in s->lists, the
 * columns own their values. On error it is cleared. Leaves `u` behind the sight. ERR_FORMAT,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_sight_unpack(snq_unpack *u, snq_sight *s);

#endif
