// SPDX-License-Identifier: MIT
/* effect -- something that changes sound: a table of functions and a table of parameters a kind.
 *
 *     eq, filter, compressor, limiter, gate, transient, delay, reverb, chorus, saturation, bitcrusher,
 *     width, vinyl
 *
 * An effect works in place on a stereo pair, blocks of any length. Parameters move smoothly (no click
 * above the bar of docs/rooms/fx.md), also between bypassed and not. A dry path inside is delayed by the
 * effect's latency, so that bypassing shifts nothing.
 *
 * Limits of what comes in: NaN and infinities count as 0 and never stay inside. Silence in gives exact
 * zeros after the tail.
 *
 * Threads: make, free [control]; the rest [audio]: they neither allocate nor lock. The caller turns
 * denormals off (dsp/denormals.h). */
#ifndef SNQ_FX_EFFECT_H
#define SNQ_FX_EFFECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/param.h"

enum { SNQ_EFFECT_PARAMS_MAX = 48, SNQ_EFFECT_BLOCK = 64 };

typedef struct snq_effect snq_effect;

typedef struct snq_effect_cfg {
    uint32_t rate_hz; /* 8000 .. 192000 (48000) */
    const char *kind; /* "reverb"; borrowed for new */
    uint64_t seed;    /* of what is random (crackle, flutter) */
} snq_effect_cfg;

/* What an effect may know of the music around it, told a block. */
typedef struct snq_effect_context {
    const float *side[2]; /* side-chain (n,) each; NULL: the effect listens to its own input */
    double bpm;           /* quarter notes a minute; for what is synced; 0: not known (120) */
    double beat;          /* quarter notes since the start */
} snq_effect_context;

/* Kinds: name of kind i (static), NULL when there is none; its parameters. */
const char *snq_effect_kind(unsigned i);
const snq_param *snq_effect_params(const char *kind, size_t *n); /* NULL: no such kind */
const char *snq_effect_what(const char *kind); /* a sentence; NULL: no such kind */

/* With all parameters at their defaults. On success *out is owned by the caller (free); on error NULL.
 * ERR_NOT_FOUND (kind), ERR_RANGE (rate), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_effect_new(const snq_effect_cfg *cfg, snq_effect **out);
void snq_effect_free(snq_effect *e); /* NULL is legal */

/* Parameter `index` to a value (clamped; NaN ignored). Before the first run at once, later smoothly. */
SNQ_RT void snq_effect_set(snq_effect *e, uint32_t index, float value);
SNQ_RT void snq_effect_bypass(snq_effect *e, int bypassed);
SNQ_RT void snq_effect_reset(snq_effect *e); /* as new, parameters kept */
/* left, right (n,) in place; ctx NULL: nothing known. */
SNQ_RT void snq_effect_run(snq_effect *e, const snq_effect_context *ctx, float *left, float *right,
                           size_t n);
/* Frames that the output lags behind the input; constant after new and the sets before the first run. */
SNQ_RT uint32_t snq_effect_latency(const snq_effect *e);
/* Whether nothing rings inside: with silence coming in, run would write exact zeros. */
SNQ_RT int snq_effect_silent(const snq_effect *e);
/* Dynamics: the gain that was last applied (dB, 0 or below); others 0. */
SNQ_RT float snq_effect_reduction_db(const snq_effect *e);

#endif
