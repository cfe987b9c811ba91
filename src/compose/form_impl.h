// SPDX-License-Identifier: MIT
/* form_impl -- the parts of a piece before their tracks are known: which sections, in which order, how long. */
#ifndef SNQ_COMPOSE_FORM_IMPL_H
#define SNQ_COMPOSE_FORM_IMPL_H

#include <stdint.h>

#include "compose/form.h"
#include "compose/style_form.h"

typedef struct snq_form_part {
    const snq_shape_section *of; /* in the style, or in `extra` */
    int32_t bars;
    int32_t weight; /* of its length among the others: quarter bars */
    uint8_t fixed;  /* its length is said */
    uint8_t asked;  /* a wish named it: it stays */
} snq_form_part;

typedef struct snq_form_parts {
    snq_form_part part[SNQ_FORM_SECTIONS_MAX];
    uint32_t parts;
    snq_shape_section extra[SNQ_SECTIONS]; /* what the shape has not */
} snq_form_parts;

/* The parts of a piece of `bars` bars, with the lengths that fill it. ERR_RANGE. */
SNQ_MUST_USE snq_status snq__form_parts_plan(const snq_brief *brief, const snq_style_form *style,
                                             uint64_t seed, int32_t bars, snq_form_parts *out);
/* The parts with their players, energies and ends; parts >= 1. */
void snq__form_fill(const snq_form_parts *parts, const snq_intent *in, snq_form *out);

#endif
