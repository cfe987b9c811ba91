// SPDX-License-Identifier: MIT
/* form -- the sections of a piece, how they follow each other, who plays in them, how hard.
 *
 * Sections cover the piece without gaps, in order, in whole bars. Sections of one `material` share their
 * ideas (grooves, motifs, chords): what came before comes again, varied.
 *
 * Plain data. Threads: one at a time; many may read. */
#ifndef SNQ_COMPOSE_FORM_H
#define SNQ_COMPOSE_FORM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/intent.h"
#include "compose/style_form.h"

enum { SNQ_FORM_SECTIONS_MAX = 256, SNQ_FORM_NAME_MAX = 32 };

/* How a section leads out of itself. */
typedef enum snq_section_end {
    SNQ_END_PLAIN = 0,
    SNQ_END_FILL,  /* a fill in the last bar */
    SNQ_END_BUILD, /* rolls and risers towards what comes */
    SNQ_END_STOP,  /* a breath: the last beat, or half bar, is empty */
    SNQ_END_FINAL, /* the piece ends here: cadence, last hit on the last bar's one, ring out */
} snq_section_end;

typedef struct snq_form_section {
    char name[SNQ_FORM_NAME_MAX]; /* "Intro", "Drop 2" … unique */
    uint8_t section;              /* SNQ_SECTION_* */
    uint8_t material;             /* 0 ..: same number, same ideas */
    uint8_t time;                 /* 0 the first of its material, 1 the second … */
    uint8_t end;                  /* snq_section_end */
    int32_t bar, bars;            /* where, how long (>= 1) */
    float energy, energy_end;     /* 0 .. 1 at its first, towards its last bar */
    uint32_t active;              /* set of tracks of the intent that play */
    uint32_t entering;            /* of those: that did not play in the section before */
} snq_form_section;

typedef struct snq_form {
    snq_form_section section[SNQ_FORM_SECTIONS_MAX];
    uint32_t sections;
    int32_t bars; /* == the intent's */
} snq_form;

/* ERR_RANGE: the sections wished for don't fit into the length. */
SNQ_MUST_USE snq_status snq_form_plan(const snq_brief *brief, const snq_intent *in, snq_form *out);
/* How long a piece shall be whose length nobody said: `bars`, the style's usual length, unless wishes about
 * sections (counts, bars) make another one. */
int32_t snq_form_usual_bars(const snq_brief *brief, const snq_style_form *style, uint64_t seed,
                            int32_t bars);
/* Index of the section that holds a bar (0 <= bar < bars). */
uint32_t snq_form_at(const snq_form *f, int32_t bar);
/* Energy 0 .. 1 of a bar. */
float snq_form_energy(const snq_form *f, int32_t bar);

#endif
