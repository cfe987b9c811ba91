// SPDX-License-Identifier: MIT
/* render -- a whole score to sound: a stem a track, all of the same length, and their plain sum.
 *
 * Tracks play side by side on several threads, a chunk at a time; what comes out is the same for any
 * number of threads. While one chunk is played the one before it is handed out. Memory does not grow with
 * the length. The last chunk is shorter: a piece ends where its score ends, or when the last sound has died
 * away, whichever is later.
 *
 * Threads: run belongs to one caller; see `stem`. */
#ifndef SNQ_SYNTH_RENDER_H
#define SNQ_SYNTH_RENDER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/warnings.h"
#include "score/score.h"
#include "synth/bank.h"
#include "synth/patch.h"

enum { SNQ_RENDER_CHUNK = 16384 }; /* most frames of a block that is handed out */

/* One voice of the piece: a track, or a lane of a drum track. */
typedef struct snq_render_part {
    uint32_t track;         /* of the score */
    int only_pitch;         /* -1: all of the track; else a lane, which is not in the sum */
    const snq_patch *patch; /* borrowed */
} snq_render_part;

typedef struct snq_render_cfg {
    const snq_score *score; /* checked and sorted; borrowed, as all of this */
    const snq_bank *bank;
    const snq_render_part *part; /* (parts,) */
    uint32_t parts;
    uint32_t rate_hz;  /* (48000) */
    uint32_t threads;  /* (1) */
    uint64_t seed;     /* (0) */
    double tail_max_s; /* (30) how long the last sound may go on */
    void *user;
    /* Takes a stereo block of part `part`, borrowed for the call: called on any thread, for different
     * parts at once, for one part in order. A negative status ends the rendering. */
    snq_status (*stem)(void *user, uint32_t part, const snq_audio *block);
    /* Takes a block of the sum: on any thread, in order. NULL: no sum. */
    snq_status (*sum)(void *user, const snq_audio *block);
    float *
        peak; /* (parts,) largest sample of each part is written here at the end; NULL: not wanted */
    /* Called now and then with seconds done of about how many; non-zero cancels. NULL is legal. */
    int (*progress)(void *user, double done_s, double of_s);
} snq_render_cfg;

typedef struct snq_render_result {
    int64_t frames; /* of each stem */
    float peak;     /* largest sample of the sum, linear */
} snq_render_result;

snq_render_cfg snq_render_cfg_default(void);
/* Errors: ERR_ARG, ERR_RANGE, ERR_NOMEM, ERR_CANCELLED, those of snq_player_new and of the callbacks. */
SNQ_MUST_USE snq_status snq_render_run(const snq_render_cfg *cfg, snq_warnings *warnings,
                                       snq_render_result *out);

#endif
