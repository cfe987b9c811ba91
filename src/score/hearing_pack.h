// SPDX-License-Identifier: MIT
/* hearing_pack -- a hearing as bytes, for what passes between processes (docs/formats/hearing.md).
 *
 * The path is not packed: only the receiver knows it. Everything else comes back equal, so that
 * snq_hearing_json writes the same document on both sides. The bytes may come from a process that was
 * taken over: whatever they are, unpacking is bounded by their number and ends in a hearing that is
 * legal to print (finite numbers, UTF-8 text, counts within limits.h and hearing.h, spans and times in
 * order) or in a failure. */
#ifndef SNQ_SCORE_HEARING_PACK_H
#define SNQ_SCORE_HEARING_PACK_H

#include "base/attr.h"
#include "base/pack.h"
#include "base/status.h"
#include "score/hearing.h"

/* Appends; look at to->st. */
void snq_hearing_pack(snq_str *to, const snq_hearing *h);
/* On success *h is owned by the caller (snq_hearing_clear); its texts and lists live in h->lists. On
 * error it is cleared. Leaves `u` behind the hearing. ERR_FORMAT, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_hearing_unpack(snq_unpack *u, snq_hearing *h);

#endif
