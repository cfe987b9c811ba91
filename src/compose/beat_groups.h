// SPDX-License-Identifier: MIT
/* beat_groups -- a bar as the groups that are felt as its beats, and how what was written for one metre is
 * carried over to another.
 *
 *     4/4   4 4 4 4        3/4   4 4 4        5/4   4 4 4 4 4
 *     6/8   6 6            12/8  6 6 6 6      7/8   4 4 6          5/8   4 6
 *
 * Each group of the one metre reads a group of the other, so that strong beats stay strong and backbeats stay
 * backbeats: three groups read the first, third and fourth of four (strong, half strong, backbeat), five are
 * three and two.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_BEAT_GROUPS_H
#define SNQ_COMPOSE_BEAT_GROUPS_H

#include <stdint.h>

enum {
    SNQ_BAR_STEPS_MAX = 99 * 8,
    SNQ_BEAT_GROUPS_MAX = SNQ_BAR_STEPS_MAX / 4 + 1,
    SNQ_BAR_NOTHING = -1,
};

typedef struct snq_beat_group {
    int16_t start, steps; /* of the bar: sixteenths */
} snq_beat_group;

/* Groups of a bar, in order, without gaps; 0 for a metre of no steps or of more than BAR_STEPS_MAX. */
uint32_t snq_beat_groups(int beats, int unit, snq_beat_group group[SNQ_BEAT_GROUPS_MAX]);

/* For each step of a bar: the group it is in, its place there, and the step of the other bar that it reads:
 * `even` for what runs through (hats), `heavy` for what would stumble if it did (kick, snare): NOTHING where
 * there is no such step. */
typedef struct snq_bar_map {
    int32_t steps;
    int16_t even[SNQ_BAR_STEPS_MAX], heavy[SNQ_BAR_STEPS_MAX];
    int16_t group[SNQ_BAR_STEPS_MAX], place[SNQ_BAR_STEPS_MAX];
    int32_t groups;
} snq_bar_map;

/* How a bar of beats/unit reads one of from_beats/from_unit. */
void snq_bar_map_make(int beats, int unit, int from_beats, int from_unit, snq_bar_map *out);

#endif
