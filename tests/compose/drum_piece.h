// SPDX-License-Identifier: MIT
/* drum_piece -- a piece for the tests of the drums: a style that has drums only, a form, one track.
 *
 * Sections (bars): intro 8, verse 8, build 8 (BUILD), drop 16 (FILL), break 8, build 4 (again), drop 16 (again, STOP),
 * outro 8 (FINAL); materials 0 1 2 3 4 2 3 5. */
#ifndef SNQ_TESTS_DRUM_PIECE_H
#define SNQ_TESTS_DRUM_PIECE_H

#include "compose/style.h"
#include "compose/track_kind.h"

enum { DRUM_STYLES = 18, DRUM_BARS = 76, DRUM_SECTIONS = 8, DRUM_STEPS = 32, DRUM_KEYS = 128 };
extern const char *const drum_styles[DRUM_STYLES];

typedef struct drum_piece {
    snq_style *style;
    snq_intent intent;
    snq_form form;
    snq_context context;
    snq_score score;
    snq_track *track;                       /* of the score: what was made */
    uint8_t (*grid)[DRUM_KEYS][DRUM_STEPS]; /* (bars,), owned: what begins exactly at a step */
    uint64_t seed;
} drum_piece;

/* `id`: styles/ID.json in the folder SNQ_STYLES, else in the tree's; else text in JSON ("{…"); NULL: the default. */
void drum_begin(drum_piece *p, const char *id, uint64_t seed, int beats, int unit);
/* Make (again) what `kind` plays; what was made before is gone. */
void drum_make(drum_piece *p, const char *kind);
void drum_end(drum_piece *p);
/* Notes of a key (-1: any) that begin in steps [from, to) of a bar (rounded down to steps). */
int drum_count(const drum_piece *p, int bar, int key, double from, double to);
/* Is there one at this step? After drum_make alone. */
int drum_at(const drum_piece *p, int bar, int key, int step);

#endif
