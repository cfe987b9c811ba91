// SPDX-License-Identifier: MIT
/* render_report -- what became of a rendering: its files, their levels, the record's figures, warnings.
 *
 * Plain data, filled by render_plan.h (title, stems, files), render_files.h (peaks, clipping) and
 * render_job.h (the rest). Threads: one at a time; many may read. */
#ifndef SNQ_JOBS_RENDER_REPORT_H
#define SNQ_JOBS_RENDER_REPORT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/status.h"
#include "base/warnings.h"
#include "jobs/mix_down.h"
#include "score/score.h"

enum { SNQ_RENDER_FILE_MAX = 128 };

typedef struct snq_render_stem {
    char name[SNQ_SCORE_NAME_MAX];  /* of the track */
    char lane[SNQ_SCORE_NAME_MAX];  /* "" for the whole track */
    char patch[SNQ_SCORE_NAME_MAX]; /* id */
    char file[SNQ_RENDER_FILE_MAX]; /* below the folder */
    double peak_dbfs;               /* -inf: silence */
    uint64_t clipped;               /* samples over full scale */
    double ducked_db;               /* deepest that it made room for others; 0: not */
} snq_render_stem;

typedef struct snq_render_report {
    char title[SNQ_SCORE_TEXT_MAX];
    uint32_t rate_hz;
    int64_t frames;
    snq_render_stem *stem; /* (stems,), owned */
    uint32_t stems;
    snq_render_stem mix, premaster; /* premaster.file "": not written */
    int mastered;                   /* not dry: figures and target_lufs are meant */
    snq_mix_figures figures;
    float target_lufs; /* NaN: none */
    snq_warnings warnings;
} snq_render_report;

void snq_render_report_clear(snq_render_report *r); /* legal twice */
/* Room for this many stems, all empty; `stems` stays 0. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_render_report_room(snq_render_report *r, size_t stems);
/* `sonique/render/1` (schemas/render-1.schema.json); `path`: of what was rendered */
void snq_render_report_json(snq_json *j, const char *path, const snq_render_report *r);

#endif
