// SPDX-License-Identifier: MIT
/* render_plan -- from a score's path and a user's wishes to all that a rendering needs.
 *
 *     file ─► score, sorted, a track a program ─► kit, choices ─► parts (a patch each), their recordings ─► mix plan
 *
 * Parts: first a track each, those without notes left out; then, with `lanes`, a part for each key of each
 * drum track. The mix plan has a strip for each part in the same order; those of lanes have names that no
 * track can have (they begin with 0x1F) and stand behind the tracks'.
 *
 * Threads: make [control], the process must have one thread (kits and recordings are decoded by workers);
 * then many may read. */
#ifndef SNQ_JOBS_RENDER_PLAN_H
#define SNQ_JOBS_RENDER_PLAN_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "jobs/patch_library.h"
#include "jobs/render_job.h"
#include "mix/engine/mix_plan.h"
#include "score/score.h"
#include "synth/bank.h"
#include "synth/render.h"

enum { SNQ_RENDER_RATE_HZ = 48000 };

typedef struct snq_render_plan {
    snq_score score;
    snq_patch_library library; /* the patches of the parts are borrowed from it */
    snq_bank *bank;            /* owned */
    snq_render_part *part;     /* (parts,), owned; stem i of the report is part i */
    uint32_t parts;
    uint32_t tracks;  /* parts that are whole tracks */
    snq_mix_plan mix; /* (parts,) strips; dry: none */
} snq_render_plan;

/* *out is initialised, and cleared by the caller also after an error. Fills title, rate, stems (names, lanes,
 * patches, files), target_lufs, mastered and warnings of *report, which must be initialised. Errors: those
 * of snq_render_job_run but for what writing is refused for. */
SNQ_MUST_USE snq_status snq_render_plan_make(const snq_render_job_cfg *cfg, snq_render_plan *out,
                                             snq_render_report *report);
void snq_render_plan_clear(snq_render_plan *p); /* legal twice */

/* Read a mix plan from a file. *out as snq_mix_plan_from_json; ERR_NOT_FOUND, ERR_IO, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_mix_plan_load(const char *path, snq_mix_plan *out);

/* Read a score from a file: JSON or MIDI. *out as snq_score_from_json. */
SNQ_MUST_USE snq_status snq_score_load(const char *path, snq_score *out, snq_warnings *warnings);

#endif
