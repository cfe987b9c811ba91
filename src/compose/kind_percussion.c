// SPDX-License-Identifier: MIT
/* IDEA   Hand drums, shakers, bells beside the kit: grooves of their own (style_drums.h: percussion), drawn and
 *        varied like the kit's (drum_bar.c), silent where the kit stops. */
#include "compose/drum_impl.h"

static snq_status make(const snq_track_job *job, snq_track *out)
{
    return snq__drums_make(job, 1, out);
}

const snq_track_kind snq__kind_percussion = {
    .id = "percussion",
    .part = SNQ_PART_drums,
    .order = 1,
    .what = "hand drums, shakers and bells beside the kit",
    .make = make,
};
