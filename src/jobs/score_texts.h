// SPDX-License-Identifier: MIT
/* score_texts -- a score as the texts that lie in a folder: score.json and score.mid.
 *
 * Threads: [control]. */
#ifndef SNQ_JOBS_SCORE_TEXTS_H
#define SNQ_JOBS_SCORE_TEXTS_H

#include "base/attr.h"
#include "base/status.h"
#include "jobs/folder_output.h"
#include "score/score.h"

/* Put both into the folder. ERR_IO, ERR_TOO_BIG, ERR_NOMEM, those of snq_midi_write. */
SNQ_MUST_USE snq_status snq_score_texts_write(const snq_score *score, snq_folder_output *folder);

#endif
