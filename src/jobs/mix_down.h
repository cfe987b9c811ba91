// SPDX-License-Identifier: MIT
/* mix_down -- a mix engine behind the desk of synth/render.h, and from its pre-master to the record.
 *
 *     snq_render_run ─► desk: strips ─► stems;  sum of them = pre-master ─► take ─► spill file
 *     finish: spill ─► master ─► spill ─► (gain tried on it) ─► limiter, dither ─► record
 *
 * Memory does not grow with the length, but for 80 bytes a second of loudness; the spill file takes 8 bytes
 * a frame.
 *
 * Threads: new, free, finish [control]; take: one at a time. */
#ifndef SNQ_JOBS_MIX_DOWN_H
#define SNQ_JOBS_MIX_DOWN_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/warnings.h"
#include "mix/engine/master.h"
#include "mix/engine/mix_plan.h"
#include "score/score.h"
#include "synth/render.h"

typedef struct snq_mix_down snq_mix_down;

typedef struct snq_mix_down_cfg {
    const snq_mix_plan
        *plan; /* a strip for each part of the rendering, in their order; borrowed for life */
    const snq_score *score; /* borrowed for life */
    uint32_t rate_hz;
    uint32_t threads;
    uint64_t seed;
    int64_t
        fade_at; /* frame of the piece from which on all stems fade, over `fade` frames, to silence */
    int64_t fade;               /* 0: they don't */
    const volatile int *cancel; /* non-zero asks finish to stop; NULL */
} snq_mix_down_cfg;

/* What became of it. */
typedef struct snq_mix_figures {
    double lufs;           /* integrated, of the record; -inf: silence */
    double true_peak_dbtp; /* of the record; -inf: silence */
    double peak_dbfs;      /* largest sample */
    double premaster_lufs;
    double gain_db;    /* into the limiter, the gain before the inserts included */
    double inserts_db; /* deepest that the dynamics of the master's inserts went */
    int bends;         /* whether peaks were bent before the limiter */
    snq_reduction limiter;
} snq_mix_figures;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM, ERR_IO (no room to spill), those
 * of snq_mixer_new. `warnings`: as of snq_mixer_new. */
SNQ_MUST_USE snq_status snq_mix_down_new(const snq_mix_down_cfg *cfg, snq_warnings *warnings,
                                         snq_mix_down **out);
void snq_mix_down_free(snq_mix_down *m);                         /* NULL is legal */
const snq_render_desk *snq_mix_down_desk(const snq_mix_down *m); /* borrowed */
/* The next block of the pre-master, borrowed. ERR_IO, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_mix_down_take(snq_mix_down *m, const snq_audio *block);
/* Deepest ducking of a part, dB. */
float snq_mix_down_ducked_db(const snq_mix_down *m, uint32_t part);

/* Takes a block of the record, borrowed; its status ends the mastering. */
typedef snq_status snq_mix_down_taker(void *user, const snq_audio *block);
/* The record, as many frames as were taken in, dithered for `bits` (0: not). ERR_NOMEM, ERR_IO,
 * ERR_CANCELLED, those of the taker. Once. */
SNQ_MUST_USE snq_status snq_mix_down_finish(snq_mix_down *m, int bits, snq_mix_down_taker *taker,
                                            void *user, snq_mix_figures *out);

#endif
