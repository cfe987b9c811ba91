// SPDX-License-Identifier: MIT
/* mix_defaults -- a mix for any piece: what a careful engineer would start from, by the families of its sounds.
 *
 * Every choice is in the plan that comes out, as data, to be read and changed. */
#ifndef SNQ_MIX_ENGINE_MIX_DEFAULTS_H
#define SNQ_MIX_ENGINE_MIX_DEFAULTS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "mix/engine/mix_plan.h"

/* *out is initialised; on success the caller clears it, on error it is clear. The plan passes
 * snq_mix_plan_check. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_mix_defaults(const snq_mix_part *part, uint32_t parts,
                                         snq_mix_plan *out);

#endif
