// SPDX-License-Identifier: MIT
/* expression -- a formula over x, written by anybody, worked out safely.
 *
 *     numbers  1  .5  2e-3   x  pi  e  ( )
 *     + - * / %  ^ (to the right, before the sign: -x^2 is -(x^2))   % has the sign of what is divided
 *     < <= > >= == !=  1 or 0; no chains      ! && ||  of what is not 0      a ? b : c
 *     abs sign floor ceil round sqrt exp log log2 log10 sin cos tan tanh   min max pow step   clamp mix
 *     smoothstep
 *
 * step(edge, x) is x >= edge; clamp(x, lo, hi); mix(a, b, t) is a + (b - a) t; smoothstep(lo, hi, x).
 * It is never code of the machine: it is compiled once to a program for a stack, without jumps and loops, so
 * that working it out takes as many steps as there are, and both branches of `?` are worked out.
 *
 * Plain data, no memory of its own. Threads: compile [any]; then many may read. */
#ifndef SNQ_MAP_EXPRESSION_H
#define SNQ_MAP_EXPRESSION_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum {
    SNQ_EXPRESSION_TEXT_MAX = 512, /* bytes with its NUL */
    SNQ_EXPRESSION_CODE_MAX = 192, /* steps */
    SNQ_EXPRESSION_STACK_MAX = 24, /* values at once */
    SNQ_EXPRESSION_DEPTH_MAX = 64, /* of nesting: a pair of brackets takes two */
};

typedef struct snq_expression {
    uint32_t steps;                           /* 0: nothing compiled */
    uint8_t code[SNQ_EXPRESSION_CODE_MAX];    /* (steps,) */
    double constant[SNQ_EXPRESSION_CODE_MAX]; /* of the steps that push one */
} snq_expression;

/* On error *out has no steps and *at_byte (may be NULL) is where. ERR_FORMAT (the text says what and at which
 * character, counted from 1), ERR_TOO_BIG (too long, too deep, too many steps or values). */
SNQ_MUST_USE snq_status snq_expression_compile(const char *text, snq_expression *out,
                                               uint32_t *at_byte);
/* A finite value, or NaN where there is none (1 / 0, log(-1), too large); NaN for NaN, and without steps. */
double snq_expression_at(const snq_expression *e, double x);

#endif
