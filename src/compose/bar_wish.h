// SPDX-License-Identifier: MIT
/* bar_wish -- what a bar shall be like beyond what its section and the style say: a film's wishes.
 *
 * Plain data, one for each bar of a piece. NaN: nothing is said, the style does what it does. Where each acts:
 *
 *     energy            velocities, which drums and rhythms play (all tracks, by the bar)
 *     hat_density       steps of the bar that hats, rides, shakers of the kit strike: 0 none, 0.5 half of them (eighths
 *                       in 4/4), 1 all (sixteenths; where eighths swing, those and what the style has between)
 *     percussion        what goes on around the beat, ghost notes, toms, phrase fills, the percussion track:
 *                       0 nothing, 0.5 as the style has it, 1 as busy as it can be
 *     chord_complexity  1 triads .. 5: colours by the bar; charts and number of voices by the section's mean
 *     melody_density    0 silent, 0.5 as it is, 1 long notes divided
 *     swing             how late the second of two equal notes is, as a part of its length: 0 straight, 1/3 triplets, 0.5
 *     kick              SNQ_KICK_*: where the kick falls
 *     progression       SNQ_PROGRESSION_*: how far chords go; what most bars of a section say
 *
 * Threads: [any]. */
#ifndef SNQ_COMPOSE_BAR_WISH_H
#define SNQ_COMPOSE_BAR_WISH_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* clang-format off */
#define SNQ_KICK_MAP(X) \
    X(style) X(four_on_floor) X(half_time) X(breakbeat) X(syncopated) X(sparse) X(none)
#define SNQ_PROGRESSION_MAP(X) X(simple) X(moderate) X(complex) X(chromatic)
/* clang-format on */
#define X(name) SNQ_KICK_##name,
enum { SNQ_KICK_MAP(X) SNQ_KICKS };
#undef X
#define X(name) SNQ_PROGRESSION_##name,
enum { SNQ_PROGRESSION_MAP(X) SNQ_PROGRESSIONS };
#undef X
extern const char *const snq_kick_names[SNQ_KICKS];
extern const char *const snq_progression_names[SNQ_PROGRESSIONS];

typedef struct snq_bar_wish {
    float energy, hat_density, percussion; /* 0 .. 1 */
    float chord_complexity;                /* 1 .. 5 */
    float melody_density;                  /* 0 .. 1 */
    float swing;                           /* 0 .. 0.5 */
    float kick;                            /* SNQ_KICK_*, whole */
    float progression;                     /* SNQ_PROGRESSION_*, whole */
} snq_bar_wish;

enum { SNQ_BAR_WISH_FIELDS = 8 };
typedef struct snq_bar_wish_field {
    const char *name; /* as above */
    size_t offset;    /* of the float in snq_bar_wish */
    float min, max;
    const char *const *choice; /* names of 0 .. max; NULL: a number */
} snq_bar_wish_field;
extern const snq_bar_wish_field snq_bar_wish_fields[SNQ_BAR_WISH_FIELDS];

/* Nothing is said. */
snq_bar_wish snq_bar_wish_none(void);
/* A member by its field. */
static inline float *snq_bar_wish_at(snq_bar_wish *w, const snq_bar_wish_field *f)
{
    return (float *)(void *)((char *)w + f->offset);
}
static inline float snq_bar_wish_get(const snq_bar_wish *w, const snq_bar_wish_field *f)
{
    return *(const float *)(const void *)((const char *)w + f->offset);
}
/* All of wish (bars,) within their ranges, choices whole? ERR_RANGE names bar and member. */
SNQ_MUST_USE snq_status snq_bar_wish_check(const snq_bar_wish *wish, int32_t bars);

/* A wish, else `otherwise`. */
static inline float snq_wish_or(float wish, float otherwise)
{
    return wish == wish ? wish : otherwise;
}
/* The number of a choice; -1: not said. */
static inline int snq_wish_choice(float wish)
{
    return wish == wish ? (int)wish : -1;
}
/* Place of the second of two equal notes in their span (snq_intent.swing) by a wish, else `otherwise`. */
static inline float snq_wish_swing(float wish, float otherwise)
{
    return wish == wish ? 0.5f + 0.5f * wish : otherwise;
}

#endif
