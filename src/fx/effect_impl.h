// SPDX-License-Identifier: MIT
/* The table behind effect.h: one constant table a kind. `effect.c` takes care of bypass, its crossfade,
 * NaN, silence and smoothing of what a kind marks as smooth; a kind gets clean finite input, n <=
 * SNQ_EFFECT_BLOCK, and parameters in a straight line across the block (`from` to `to`). */
#ifndef SNQ_FX_EFFECT_IMPL_H
#define SNQ_FX_EFFECT_IMPL_H

#include "fx/effect.h"

typedef struct snq__effect_block {
    uint32_t n;
    const float *from, *to;        /* (params,) values at the block's begin and end */
    int moved;                     /* any parameter differs from the block before */
    const snq_effect_context *ctx; /* never NULL */
} snq__effect_block;

typedef struct snq__effect_type {
    const char *name, *what;
    const snq_param *param;
    uint32_t params;
    snq_status (*make)(uint32_t rate_hz, uint64_t seed, void **out);
    void (*free)(void *self);
    SNQ_RT void (*reset)(void *self);
    SNQ_RT void (*run)(void *self, const snq__effect_block *b, float *left, float *right);
    SNQ_RT uint32_t (*latency)(const void *self);   /* NULL: 0 */
    SNQ_RT int (*silent)(const void *self);         /* NULL: no memory */
    SNQ_RT float (*reduction_db)(const void *self); /* NULL: 0 */
} snq__effect_type;

extern const snq__effect_type snq__effect_eq, snq__effect_filter, snq__effect_compressor,
    snq__effect_limiter, snq__effect_gate, snq__effect_transient, snq__effect_delay,
    snq__effect_reverb, snq__effect_chorus, snq__effect_saturation, snq__effect_bitcrusher,
    snq__effect_width, snq__effect_vinyl;

#endif
