// SPDX-License-Identifier: MIT
/* hit_points -- the moments of a film that its music should meet: cuts, fades, flashes, accents, and peaks of motion,
 * each with the weight that it has (explained in hit_points.c).
 *
 * Times in seconds from the film's start. Threads: [any]; an object belongs to one thread at a time. */
#ifndef SNQ_COMPOSE_HIT_POINTS_H
#define SNQ_COMPOSE_HIT_POINTS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/status.h"
#include "score/series.h"
#include "score/sight.h"

enum { SNQ_HIT_POINTS_MAX = 1 << 16 };

/* The kinds of events, in their order, and peaks of motion. */
typedef enum snq_hit_kind {
    SNQ_HIT_CUT = SNQ_SIGHT_CUT,
    SNQ_HIT_FADE = SNQ_SIGHT_FADE,
    SNQ_HIT_FLASH = SNQ_SIGHT_FLASH,
    SNQ_HIT_ACCENT = SNQ_SIGHT_ACCENT,
    SNQ_HIT_MOTION,
    SNQ_HIT_KINDS
} snq_hit_kind;

typedef struct snq_hit {
    double t_s;
    float weight;   /* > 0; a cut weighs 1 */
    float strength; /* 0 .. 1 as the eyes say; of a peak: how far it stands out */
    uint8_t kind;   /* snq_hit_kind */
} snq_hit;

typedef struct snq_hit_list {
    snq_hit *hit; /* (hits,) in order of time, owned */
    uint32_t hits;
} snq_hit_list;

typedef struct snq_hit_cfg {
    double start_s, end_s; /* of the film; what lies outside is left out */
    float weight
        [SNQ_HIT_KINDS]; /* of a full strength (cut 1 at any strength, fade .5, flash 1, accent 1, motion .1) */
    double merge_s;    /* 0 .. 1: of two that are nearer, the lighter one goes (0.08) */
    double peak_gap_s; /* > 0: peaks of motion are the highest so far around (1) */
    float peak_rise;   /* 0 .. 1: and stand out by this share of the curve's range (0.35) */
} snq_hit_cfg;

snq_hit_cfg snq_hit_cfg_default(double end_s);
const char *snq_hit_kind_name(uint32_t kind); /* static: "cut" … "motion" */

/* event (events,) in order of time; motion: a curve of speed (any unit), NULL: none. Both borrowed for the call.
 * On success the caller clears *out; on error it is empty. ERR_RANGE, ERR_TOO_BIG (more than HITS_MAX), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_hit_list_make(const snq_hit_cfg *cfg, const snq_sight_event *event,
                                          uint32_t events, const snq_series *motion,
                                          snq_hit_list *out);
void snq_hit_list_clear(snq_hit_list *l); /* legal twice, and of a zeroed one */

#endif
