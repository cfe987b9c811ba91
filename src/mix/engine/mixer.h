// SPDX-License-Identifier: MIT
/* mixer -- from the sounds of the tracks to stems that add up to the pre-master.
 *
 * Works a chunk at a time. The caller plays all tracks, then asks for each strip's stem; strips may be
 * worked side by side on several threads, because a strip reads only the played sounds and its own
 * state. Each strip has its own copy of the buses that it goes to: a bus is linear, so the copies add up
 * to the bus. Latencies of chains are made equal: stems are delayed to the slowest path, and `latency`
 * says by how much.
 *
 * Pan law: balance for what is stereo: the side turned away from falls by cos, the other stays; in the
 * middle nothing changes.
 *
 * Polarity: `invert` turns a strip's sound over before everything else.
 *
 * Automation: a track's curves whose target begins with "mix." move the strip: mix.gain_db, mix.pan,
 * mix.send.BUS (dB), mix.KIND.PARAMETER or mix.N.PARAMETER (inserts). mix.trim_db and mix.trim.BUS are dB beside
 * the level that the plan or a curve sets; of a send that the strip lacks they mean nothing. Curves are
 * followed on time; jumps are spread over +-10 ms (moves.c).
 *
 * Threads: new, free [control]; strip [audio], different strips at once. */
#ifndef SNQ_MIX_ENGINE_MIXER_H
#define SNQ_MIX_ENGINE_MIXER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "mix/engine/mix_plan.h"
#include "score/score.h"

enum { SNQ_MIXER_CHUNK = 16384 }; /* most frames of one call */

typedef struct snq_mixer snq_mixer;

typedef struct snq_mixer_cfg {
    const snq_mix_plan *plan; /* checked; borrowed for new */
    const snq_score
        *score; /* tempo for synced effects, curves by track name; borrowed for life; NULL: none */
    uint32_t rate_hz;
    uint64_t seed;
} snq_mixer_cfg;

/* `warnings` (may be NULL): curves that move nothing. On success *out is owned by the caller; on error
 * NULL. ERR_NOMEM, those of snq_chain_new. */
SNQ_MUST_USE snq_status snq_mixer_new(const snq_mixer_cfg *cfg, snq_warnings *warnings,
                                      snq_mixer **out);
void snq_mixer_free(snq_mixer *m); /* NULL is legal */
/* Stem of strip `index` for the next n frames (whole blocks of 64, but for the last call): played[s] are the (n,) left and right that strip s's track
 * played in these frames (borrowed, the same for every strip), left, right (n,) are written. Each strip
 * is asked for the same frames before any is asked for the next. */
SNQ_RT void snq_mixer_strip(snq_mixer *m, uint32_t index, const float *const (*played)[2], size_t n,
                            float *left, float *right);
/* Frames that all stems lag behind what was played. */
uint32_t snq_mixer_latency(const snq_mixer *m);
/* Whether the strip would write exact zeros if its track and its keys stayed silent. */
int snq_mixer_silent(const snq_mixer *m, uint32_t index);
/* Deepest ducking of the strip so far, dB (0 or below). */
float snq_mixer_ducked_db(const snq_mixer *m, uint32_t index);

#endif
