// SPDX-License-Identifier: MIT
/* destination_table -- what a mapping can set: each with unit, range, default, choices, and where it acts.
 *
 * Composition acts a bar (or a section) at a time, before there is sound. Sound is automation: of a parameter of
 * tracks of one kind, by preference one whose patch is made for it. Global is of the whole piece.
 *
 * Of a sound destination, `target` is the id that a score's curve carries ("filter_cutoff", "mix.trim_db"), and
 * to[0] .. to[1] are its values where the destination is at its min and max; equal ones: the value itself.
 * Plain data, static. Threads: [any]. */
#ifndef SNQ_MAP_DESTINATION_TABLE_H
#define SNQ_MAP_DESTINATION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "score/param.h"

typedef enum snq_destination_acts {
    SNQ_ACTS_COMPOSITION = 0,
    SNQ_ACTS_SOUND,
    SNQ_ACTS_GLOBAL,
    SNQ_ACTS
} snq_destination_acts;
extern const char *const snq_acts_names[SNQ_ACTS]; /* "composition", "sound", "global" */

typedef struct snq_destination {
    snq_param param;    /* id "wobble_bass.lfo_rate" */
    uint8_t acts;       /* snq_destination_acts */
    const char *kind;   /* sound: kind of the tracks that it moves; "" every track; else NULL */
    const char *patch;  /* sound: the patch that is made for it, or NULL */
    const char *target; /* sound: what a curve of such a track is named; else NULL */
    float to[2];        /* sound: the target's values at min and max; equal: the same value */
    uint8_t
        from_zero; /* published from 0 on: what lies below param.min is brought up, with a warning */
} snq_destination;

const snq_destination *snq_destinations(size_t *n);
/* Index by id, -1 when there is none. */
int snq_destination_find(const char *id);
/* Steps, no ways between them. */
static inline int snq_destination_is_discrete(const snq_destination *d)
{
    return d->param.scale == SNQ_PARAM_DISCRETE;
}
/* The value of a sound destination's target. */
float snq_destination_target_value(const snq_destination *d, float v);
/* {"parameter": as snq_param_json has it, "acts", "steps", "track_kind"?, "patch"?, "target"?, "target_range"?} */
void snq_destination_json(snq_json *j, const snq_destination *d);

#endif
