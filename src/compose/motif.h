// SPDX-License-Identifier: MIT
/* motif -- an idea of one bar: a rhythm, and a contour in steps of the scale over wherever it is set.
 *
 * Plain data. Threads: [any]. */
#ifndef SNQ_COMPOSE_MOTIF_H
#define SNQ_COMPOSE_MOTIF_H

#include <stdint.h>

#include "base/rng.h"
#include "compose/intent.h"
#include "compose/style_melody.h"

enum { SNQ_MOTIF_NOTES_MAX = 32, SNQ_MOTIF_CONTOUR_MAX = 7 };

typedef struct snq_motif_note {
    int16_t step, steps; /* in the bar, how long (>= 1) */
    int8_t contour;      /* scale steps over the bar's anchor, -7 .. 7 */
    uint8_t accent;      /* written with weight */
    uint8_t pitch;       /* where it is set already; 0: open */
} snq_motif_note;

typedef struct snq_motif {
    snq_motif_note note[SNQ_MOTIF_NOTES_MAX];
    int notes; /* in order, none over another */
} snq_motif;

/* What a bar is wanted for. */
typedef struct snq_motif_wish {
    const snq_style_melody *style;
    const snq_intent *in;
    uint8_t place;  /* SNQ_MELODY_OPEN, SNQ_MELODY_CLOSE, SNQ_MELODY_ANY */
    double energy;  /* 0 .. 1 */
    double density; /* 0 .. 1 */
} snq_motif_wish;

/* The changes that a motif may undergo. */
typedef enum snq_motif_change {
    SNQ_MOTIF_SEQUENCE = 0, /* all of it a step or two higher or lower */
    SNQ_MOTIF_INVERT_TAIL,  /* the second half upside down */
    SNQ_MOTIF_DISPLACE,     /* the second half an eighth later */
    SNQ_MOTIF_ORNAMENT,     /* a neighbour before a long note */
    SNQ_MOTIF_TRUNCATE,     /* the last note is left out */
    SNQ_MOTIF_EXTEND,       /* the last two notes become one */
} snq_motif_change;
enum { SNQ_MOTIF_CHANGES = 6 };

/* A rhythm of the style and a contour of its taste. */
void snq_motif_draw(const snq_motif_wish *w, snq_rng *rng, snq_motif *out);
/* Only a new contour for the rhythm that is there. */
void snq_motif_contour(const snq_style_melody *style, snq_rng *rng, snq_motif *m);
/* Notes that a change has moved are open again; the others keep their pitch. bar: steps of the bar. */
void snq_motif_vary(snq_motif *m, snq_motif_change change, int bar, snq_rng *rng);

#endif
