// SPDX-License-Identifier: MIT
/* The table behind effect.h: one constant table a kind. `effect.c` takes care of bypass, its crossfade,
 * NaN, side-chain and tempo, and of smoothing; a kind gets clean finite input (within +-SNQ_SAMPLE_MAX).
 *
 * Time is cut into cells of SNQ_EFFECT_BLOCK frames, counted from the first run (or reset). Parameters
 * run in a straight line across each cell. A block is a piece of one cell: frames at .. at + n of it,
 * so that what a kind derives at a cell's ends and draws a line between does not depend on how a
 * caller cuts its blocks.
 *
 * Jumps are spread over about 20 ms; of choices (SNQ_PARAM_DISCRETE) the output is faded out, the
 * choice changed, and faded in again, unless a kind says in `gliding` or `at_once` that it knows better. */
#ifndef SNQ_FX_EFFECT_IMPL_H
#define SNQ_FX_EFFECT_IMPL_H

#include "fx/effect.h"

typedef struct snq__effect_block {
    uint32_t n;                       /* 1 .. SNQ_EFFECT_BLOCK - at */
    uint32_t at;                      /* first frame within its cell */
    const float *from, *to;           /* (params,) values at the block's begin and end */
    const float *cell_from, *cell_to; /* (params,) the same of the whole cell */
    int moved; /* cell_from differs from cell_to somewhere, or something was set at once, or this is the
                  first cell: what is derived from parameters must be derived anew (at `at` 0) */
    const snq_effect_context *ctx; /* never NULL; clean, its side-chain and beat are this block's */
} snq__effect_block;

/* A line across the cell from what is derived from its ends, at the block's first frame and a frame. */
typedef struct snq__cell_line {
    float at, step;
} snq__cell_line;

static inline snq__cell_line snq__cell_line_of(const snq__effect_block *b, float from, float to)
{
    const float step = (to - from) / SNQ_EFFECT_BLOCK;
    return (snq__cell_line) { from + step * (float)b->at, step };
}

/* Of a parameter itself. */
static inline snq__cell_line snq__param_line(const snq__effect_block *b, int param)
{
    return snq__cell_line_of(b, b->cell_from[param], b->cell_to[param]);
}

/* Of a parameter's index, for the masks below. */
#define SNQ__PARAM_BIT(i) ((uint64_t)1 << (i))

typedef struct snq__effect_type {
    const char *name, *what;
    const snq_param *param;
    uint32_t params;
    uint64_t gliding; /* choices that glide like numbers: the kind crossfades between them */
    uint64_t at_once; /* parameters that jump at a cell's begin: the kind smooths what needs it */
    snq_status (*make)(uint32_t rate_hz, uint64_t seed, void **out);
    void (*free)(void *self);
    SNQ_RT void (*reset)(void *self);
    SNQ_RT void (*run)(void *self, const snq__effect_block *b, float *left, float *right);
    /* Asked before the first run with the parameters as they are set then; kept until a reset. At most
     * SNQ__EFFECT_LATENCY_MAX_S (more is cut). NULL: 0. */
    SNQ_RT uint32_t (*latency)(const void *self, const float *value);
    SNQ_RT int (*silent)(const void *self);         /* NULL: no memory */
    SNQ_RT float (*reduction_db)(const void *self); /* NULL: 0 */
} snq__effect_type;

#define SNQ__EFFECT_LATENCY_MAX_S 0.025
/* Below this nothing is left to hear (-180 dB): what rings on below it is set to 0. */
#define SNQ__EFFECT_NOTHING       1e-9f
/* Below this nothing is left in a file of 24 bits (-140 dBFS): an echo ends there. */
#define SNQ__EFFECT_ECHO_ENDS     1e-7f

extern const snq__effect_type snq__effect_eq, snq__effect_filter, snq__effect_compressor,
    snq__effect_limiter, snq__effect_gate, snq__effect_transient, snq__effect_delay,
    snq__effect_reverb, snq__effect_chorus, snq__effect_saturation, snq__effect_bitcrusher,
    snq__effect_width, snq__effect_vinyl;

#endif
