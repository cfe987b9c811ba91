// SPDX-License-Identifier: MIT
/* style_form -- the section "form" of a style: in which shapes its pieces come (docs/formats/style.md).
 *
 * A shape is a list of sections with their usual lengths; form.c stretches it to the length that is wanted by
 * repeating, dropping and rounding. In a section the tracks are named in their order of entrance: `at_start` of
 * them play when it begins, `at_end` when it ends; in between they come, or go, one by one.
 *
 * Plain data. Threads: [any]. */
#ifndef SNQ_COMPOSE_STYLE_FORM_H
#define SNQ_COMPOSE_STYLE_FORM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"
#include "score/score.h"

enum {
    SNQ_STYLE_SHAPES_MAX = 6,
    SNQ_SHAPE_SECTIONS_MAX = 24,
    SNQ_SHAPE_PLAYERS_MAX = 12,
    SNQ_SHAPE_ALL = 255, /* at_start, at_end: everybody */
};

typedef struct snq_shape_section {
    uint8_t section;  /* SNQ_SECTION_* */
    uint8_t material; /* 0 .. 7 ("A" .. "H"): the same letter, the same ideas */
    uint8_t end;      /* snq_section_end, without FINAL */
    uint8_t keep; /* 1 .. 9: where there is no room for all, those with the lowest go first (5) */
    int32_t bars; /* usual length, 1 .. 256 */
    float energy, energy_end; /* 0 .. 1 */
    char player[SNQ_SHAPE_PLAYERS_MAX]
               [SNQ_SCORE_NAME_MAX]; /* names or kinds of tracks, in order of entrance */
    uint8_t players;
    uint8_t at_start, at_end; /* how many of them (ALL) */
} snq_shape_section;

typedef struct snq_style_shape {
    float weight; /* > 0 (1) */
    snq_shape_section section[SNQ_SHAPE_SECTIONS_MAX];
    uint8_t sections;
    uint8_t again_from,
        again_to; /* sections that come once more where a piece is long; from > to: none */
} snq_style_shape;

typedef struct snq_style_form {
    int32_t
        phrase; /* bars: lengths are whole numbers of it where they can be: 1, 2, 4, 8, 16 (8) */
    snq_style_shape shape[SNQ_STYLE_SHAPES_MAX];
    uint8_t shapes; /* >= 1 */
} snq_style_form;

/* Intro, verse, chorus, verse, chorus, outro: everybody but for the edges. */
void snq__style_form_default(snq_style_form *out);
/* ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG, naming the place. */
SNQ_MUST_USE snq_status snq__style_form_read(const snq_json_ref *at, snq_style_form *out);
/* One section of a kind as any style might have it: what a prompt asks for and the shape has not. */
void snq__style_form_section(int section, snq_shape_section *out);

#endif
