// SPDX-License-Identifier: MIT
/* mix_wishes -- what a composition asks of its mix (compose/intent.h), made a plan for the mix engine.
 *
 * Begins with the mix for any piece (mix/engine/mix_defaults.h) and bends it: levels, places, rooms,
 * saturation, ducking by the kick, echoes in time, the loudness target.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_MIX_WISHES_H
#define SNQ_JOBS_MIX_WISHES_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/intent.h"
#include "mix/engine/mix_plan.h"

/* A strip for each part; parts that are no track of the intent are as the defaults have them. *out is
 * initialised; on success the caller clears it, on error it is clear. The plan passes snq_mix_plan_check.
 * ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_mix_wishes_plan(const snq_intent *in, const snq_mix_part *part,
                                            uint32_t parts, snq_mix_plan *out);

#endif
