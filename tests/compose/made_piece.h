// SPDX-License-Identifier: MIT
/* made_piece -- a small piece by hand for the tests of one track kind: form, chords, drums, and a track of the kind.
 *
 * Sections: verse 8 bars, chorus 8, verse 8 (again), chorus 8 (again), break 4, outro 4 (final): 40 bars. */
#ifndef SNQ_TESTS_MADE_PIECE_H
#define SNQ_TESTS_MADE_PIECE_H

#include "compose/composer.h"
#include "compose/style.h"
#include "compose/track_kind.h"

enum { MADE_BARS = 40, MADE_STYLES = 18 };

extern const char *const made_styles[MADE_STYLES];

typedef struct made_piece {
    snq_style *style;
    snq_intent intent;
    snq_form form;
    snq_context context;
    snq_score score; /* tracks: drums, then what was made */
} made_piece;

/* One member ("bass") of styles/ID.json below the folder in SNQ_STYLES, handed to `read`; 0 when there is no such
 * file or member. Fails the test on an error. */
int made_read_part(const char *id, const char *part, void *style_part,
                   snq_status (*read)(const snq_json_ref *at, void *out));
/* The style's bass, melody and drums where they are there, else the defaults. */
void made_style(const char *id, snq_style *out);
/* id NULL: defaults. Chords: four bars i VI III VII in minor, I V vi IV in major, and so on. */
void made_begin(made_piece *p, const char *id, uint64_t seed, int beats, int unit, int mode);
/* A track of this kind; its index in the intent is returned. */
uint32_t made_add(made_piece *p, const char *kind, uint64_t seed);
snq_track *made_track(made_piece *p, const char *name);
void made_end(made_piece *p);

#endif
