// SPDX-License-Identifier: MIT
/* loudness_probe -- how loud each track of a score is before anything is mixed: a few bars of it are played and
 * measured, so that levels can be set from what is there and not from what a patch's name promises.
 *
 * Threads: [control] one at a time. */
#ifndef SNQ_JOBS_LOUDNESS_PROBE_H
#define SNQ_JOBS_LOUDNESS_PROBE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"
#include "synth/bank.h"
#include "synth/render.h"

/* Of the bars that lie together, those in which the track plays most. */
enum { SNQ_PROBE_BARS = 4 };

/* lufs (parts,): integrated loudness (ITU-R BS.1770-5) of each part's fullest bars as its patch plays them, its
 * effects included, at 0 dB in the middle; -inf: silence. `score` is in order. The same for any number of
 * threads. ERR_NOMEM, those of snq_player_new and snq_chain_new. */
SNQ_MUST_USE snq_status snq_loudness_probe(const snq_score *score, const snq_render_part *part,
                                           uint32_t parts, const snq_bank *bank, uint32_t rate_hz,
                                           uint32_t threads, uint64_t seed, double *lufs);

#endif
