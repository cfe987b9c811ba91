// SPDX-License-Identifier: MIT
/* bass_line -- which pitches a bass takes: roots within its range, the tones of a pattern, a walk to the next root.
 *
 * Threads: [any]; nothing is kept but what the caller holds. */
#ifndef SNQ_COMPOSE_BASS_LINE_H
#define SNQ_COMPOSE_BASS_LINE_H

#include <stdint.h>

#include "base/rng.h"
#include "compose/theory.h"

/* A bass in a key. */
typedef struct snq_bass_hand {
    int low, high;  /* pitches it may play, high >= low + 12 */
    uint16_t scale; /* pitch classes of the key */
} snq_bass_hand;

/* The pitch of a chord's lowest tone nearest to `near`, low enough that its octave is in reach when one is. */
int snq_bass_root(const snq_bass_hand *h, const snq_chord *c, int near);
/* A pattern's sign (style_bass.h; not 'a') over a root: a pitch within the range. */
int snq_bass_tone(const snq_bass_hand *h, const snq_chord *c, int root, char sign);
/* A note that leads to `target` from `from`: a semitone off when chromatic, else the scale's neighbour. */
int snq_bass_lead(const snq_bass_hand *h, int from, int target, int chromatic);
/* n notes (n >= 1) into pitch[n] from `root` on, walking towards `next`, the root that follows; the last one
 * leads there when n >= 3. `chromatic` 0 .. 1 as of style_bass.h. */
void snq_bass_walk(const snq_bass_hand *h, const snq_chord *c, int root, int next, double chromatic,
                   snq_rng *rng, int *pitch, int n);

#endif
