// SPDX-License-Identifier: MIT
/* patch_preview -- hear a patch: a short phrase that suits its family, written as a file of sound.
 *
 * The patch's own chain of effects sounds with it, unless it is asked for dry.
 *
 * Threads: [control]. */
#ifndef SNQ_JOBS_PATCH_PREVIEW_H
#define SNQ_JOBS_PATCH_PREVIEW_H

#include "base/attr.h"
#include "base/status.h"
#include "score/score.h"
#include "synth/patch.h"

/* The phrase: one track "preview" at 120 BPM. *out is initialised; on success the caller clears it, on
 * error it is clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_patch_phrase(const snq_patch *p, snq_score *out);
/* Write it to `path` (the format by its ending: .wav, .flac, .mp3, .m4a, .opus). *peak (may be NULL):
 * linear. Errors: those of snq_render_run and of the writer, ERR_ARG (the ending). */
SNQ_MUST_USE snq_status snq_patch_preview(const snq_patch *p, const char *path, int force, int dry,
                                          uint64_t seed, float *peak);

#endif
