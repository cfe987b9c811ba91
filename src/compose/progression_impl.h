// SPDX-License-Identifier: MIT
/* What the files that plan chords share: progression.c (layout), chord_charts.c (which chart), chord_changes.c
 * (colours, substitutions). */
#ifndef SNQ_COMPOSE_PROGRESSION_IMPL_H
#define SNQ_COMPOSE_PROGRESSION_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/rng.h"
#include "base/status.h"
#include "compose/context.h"
#include "compose/style_harmony.h"
#include "compose/theory.h"

enum { SNQ_PLAN_MATERIALS = 256 };

/* A chord on its way: where (steps from the section's start), what, whether it may still be changed. */
typedef struct snq_chord_event {
    int32_t step, steps;
    snq_chord chord;
    uint16_t place; /* in the chart: what its colour is drawn by */
    uint8_t plain;  /* has no suffix: takes a colour */
    uint8_t dominant, fixed, phrase_start, phrase_end, foreign;
} snq_chord_event;

typedef struct snq_chord_planner {
    const snq_intent *in;
    const snq_style_harmony *style;
    snq_context *context;
    /* by how far chords shall go (-1 .. + 1) and material; NULL: not chosen yet */
    const snq_harmony_loop *loop[SNQ_PROGRESSIONS + 1][SNQ_PLAN_MATERIALS];
    int type; /* SNQ_PROGRESSION_* of the section at hand; -1: nothing is wished */
    uint16_t scale;
    snq_chord_event *event; /* (events,) of the section at hand, owned */
    size_t events, room;
} snq_chord_planner;

/* What random numbers are for. */
enum {
    SNQ_PLAN_LOOP = 1,
    SNQ_PLAN_CADENCE,
    SNQ_PLAN_DECEIT,
    SNQ_PLAN_COLOUR,
    SNQ_PLAN_CHANGE,
    SNQ_PLAN_PEDAL
};

snq_rng snq__plan_stream(const snq_chord_planner *p, uint32_t what, uint32_t a, uint32_t b);
/* Index by weights (n,). */
size_t snq__plan_choose(snq_rng *r, const float *weight, size_t n);
/* 1 .. 5 of a bar. */
int snq__plan_complexity(const snq_chord_planner *p, int32_t bar);
/* 1 .. 5 of a section: the mean of its bars. */
int snq__plan_section_complexity(const snq_chord_planner *p, const snq_form_section *s);
/* Append a chord. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__plan_push(snq_chord_planner *p, const snq_chord_event *e);

/* chord_charts.c: how well a chart suits a section, 0: not at all (`strict`: sections and complexity must fit); the
 * chart of the section's material into p->loop. */
float snq__plan_suits(const snq_chord_planner *p, const snq_harmony_loop *l,
                      const snq_form_section *s, int strict);
void snq__plan_choose_loop(snq_chord_planner *p, const snq_form_section *s);

/* chord_changes.c: the section's chords in their colours; what is put in their place or between. */
void snq__plan_colour_section(snq_chord_planner *p, const snq_form_section *s, int last);
SNQ_MUST_USE snq_status snq__plan_change_section(snq_chord_planner *p, const snq_form_section *s);

#endif
