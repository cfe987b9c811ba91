// SPDX-License-Identifier: MIT
/* render -- a whole score to sound: a stem a track, all of the same length, and their plain sum.
 *
 *     tracks are played ─► a desk makes stems of what they played ─► stems and their sum are handed out
 *
 * The three go on side by side on several threads, each a chunk behind the one before it; what comes out is
 * the same for any number of threads. Memory does not grow with the length. The last chunk is shorter: a
 * piece ends where its score ends, or when the last sound has died away, whichever is later.
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

enum { SNQ_RENDER_CHUNK = 8192 }; /* most frames of a block that is handed out */

/* One voice of the piece: a track, or a lane of a drum track. */
typedef struct snq_render_part {
    uint32_t track;         /* of the score */
    int only_pitch;         /* -1: all of the track; else a lane, which is not in the sum */
    const snq_patch *patch; /* borrowed */
} snq_render_part;

/* What makes stems of what the parts played (a mix engine, say). strip is called on any thread, for
 * different parts at once, for one part in order. */
typedef struct snq_render_desk {
    void *user;
    uint32_t latency; /* frames that stems lag behind what was played; taken out again */
    /* Stem of part `part` for n frames (SNQ_RENDER_CHUNK) to left, right (n,): played (parts, 2) are the
     * (n,) sides that all parts played, borrowed. */
    void (*strip)(void *user, uint32_t part, const float *const (*played)[2], size_t n, float *left,
                  float *right);
    int (*silent)(void *user, uint32_t part); /* nothing rings on */
    /* What part `part` plays in the next n frames, in place of its notes (a recording): to left, right (n,); how
     * many of them may hold sound, fewer than n where it ends; -1: it plays its notes. On any thread, for
     * different parts at once, for one part in order. NULL: all play their notes. */
    int64_t (*play)(void *user, uint32_t part, size_t n, float *left, float *right);
} snq_render_desk;

typedef struct snq_render_cfg {
    const snq_score *score; /* checked and sorted; borrowed, as all of this */
    const snq_bank *bank;
    const snq_render_part *part; /* (parts,) */
    uint32_t parts;
    uint32_t rate_hz;  /* (48000) */
    uint32_t threads;  /* (1) */
    uint64_t seed;     /* (0) */
    double tail_max_s; /* (30) how long the last sound may go on, and what the desk makes of it */
    /* Frames of the piece that are handed out: all before `from` is played and not heard; with `to` > from it ends
     * there, whatever sounds, and not before. 0, 0: all of it. */
    int64_t from, to;
    const snq_render_desk *desk; /* NULL: level and place of the tracks, nothing else */
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
