// SPDX-License-Identifier: MIT
/* mix_wish -- the members of snq_mix_wish (intent.h) by name: read, written, joined.
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_MIX_WISH_H
#define SNQ_COMPOSE_MIX_WISH_H

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/intent.h"

/* Nothing is wished for. */
snq_mix_wish snq_mix_wish_none(void);
/* The object's members; what is missing stays as it is in *w. ERR_FORMAT, ERR_RANGE. */
SNQ_MUST_USE snq_status snq_mix_wish_read(const snq_json_ref *at, snq_mix_wish *w);
/* An object with the members that wish for something. */
void snq_mix_wish_json(snq_json *j, const snq_mix_wish *w);
/* Bring every member into its range. */
void snq_mix_wish_clamp(snq_mix_wish *w);

#endif
