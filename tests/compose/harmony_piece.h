// SPDX-License-Identifier: MIT
/* harmony_piece -- a piece for the tests of chords: a form of seven sections, tracks of the kinds that play chords
 * and a plain bass, in any style, mode, metre, complexity. */
#ifndef SNQ_TESTS_HARMONY_PIECE_H
#define SNQ_TESTS_HARMONY_PIECE_H

#include "compose/context.h"
#include "compose/style.h"
#include "compose/track_kind.h"

enum {
    HARMONY_STYLES = 18,
    HARMONY_BARS = 52,
    HARMONY_CHORDS = 0, /* tracks of the intent */
    HARMONY_PAD,
    HARMONY_ARPEGGIO,
    HARMONY_BASS,
    HARMONY_TRACKS,
};

extern const char *const harmony_styles[HARMONY_STYLES];

typedef struct harmony_piece {
    snq_style *style;
    snq_intent intent;
    snq_form form;
    snq_context context;
    snq_score score; /* its tracks in the order above */
} harmony_piece;

/* The modes that a style's own charts are for: a set of SNQ_MODE_*. id NULL: the default style. */
unsigned harmony_modes(const char *id);
/* Style, intent, form, an empty context. id NULL: the default. mode -1: one of the style's own, by the seed. */
void harmony_begin(harmony_piece *p, const char *id, uint64_t seed, int mode);
void harmony_metre(harmony_piece *p, int beats, int unit); /* after begin */
/* Chords, then the tracks (the bass plays the chords' bass notes). */
void harmony_make(harmony_piece *p);
void harmony_end(harmony_piece *p);

/* Pitch classes by sounding time of all notes. */
void harmony_histogram(const harmony_piece *p, double share[12]);
/* The key by correlation with the profiles of Krumhansl and Kessler: 0 .. 11 major, 12 .. 23 minor. */
int harmony_key(const double share[12]);

#endif
