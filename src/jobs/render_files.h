// SPDX-License-Identifier: MIT
/* render_files -- the folder that a rendering writes: audio while it is played, texts at the end, all or nothing.
 *
 *     open ─► push … push ─► close_audio ─► text … ─► commit        at any time: free, and nothing is left
 *
 * The folder appears under its name at commit, whole (folder_output.h).
 *
 * Threads: push: different files at once, one file in order; all else [control]. */
#ifndef SNQ_JOBS_RENDER_FILES_H
#define SNQ_JOBS_RENDER_FILES_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/str.h"
#include "jobs/render_job.h"
#include "jobs/render_report.h"

typedef struct snq_render_files snq_render_files;

/* Which file: 0 and up are the stems. */
enum { SNQ_RENDER_MIX = -1, SNQ_RENDER_PREMASTER = -2 };

/* Of cfg: out, force, format, premaster. `report` has its stems, and gets the names of mix and pre-master;
 * it is borrowed for life, and so must not move. On success *out is owned by the caller (commit or free), on
 * error it is NULL and nothing is left. ERR_EXISTS, ERR_ARG, ERR_TOO_BIG, ERR_IO, ERR_NOMEM, those of
 * snq_audio_writer_open. */
SNQ_MUST_USE snq_status snq_render_files_open(const snq_render_job_cfg *cfg,
                                              snq_render_report *report, snq_render_files **out);
/* Append a block, borrowed, to a file; nothing happens when it isn't written. Those of
 * snq_audio_writer_push. */
SNQ_MUST_USE snq_status snq_render_files_push(snq_render_files *f, int32_t file,
                                              const snq_audio *block);
/* End a file whose largest sample was `peak_dbfs`: the report gets that and what was clipped, with
 * a warning; of a frozen stem, which nobody wrote, only the former. Closed before, or not written: nothing
 * happens. Those of snq_audio_writer_close. */
SNQ_MUST_USE snq_status snq_render_files_close_audio(snq_render_files *f, int32_t file,
                                                     double peak_dbfs);
/* Write a text below the folder. ERR_IO, ERR_TOO_BIG, ERR_NOMEM, the text's own status. */
SNQ_MUST_USE snq_status snq_render_files_text(snq_render_files *f, const char *name,
                                              const snq_str *text);
/* Where more may be written before commit; borrowed. */
snq_folder_output *snq_render_files_folder(snq_render_files *f);
/* The stem of a track that stays as it is; NULL: it is made. Borrowed from cfg. */
const snq_frozen_stem *snq_render_frozen(const snq_render_job_cfg *cfg, const char *track);
/* Its path; NULL: it is written. */
const char *snq_render_frozen_path(const snq_render_job_cfg *cfg, const char *track);
/* Give the folder its name; `f` is freed in any case. Those of snq_folder_output_commit. */
SNQ_MUST_USE snq_status snq_render_files_commit(snq_render_files *f);
void snq_render_files_free(snq_render_files *f); /* nothing is left; NULL is legal */

#endif
