// SPDX-License-Identifier: MIT
#include "jobs/render_job.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "jobs/frozen_stems.h"
#include "jobs/mix_down.h"
#include "jobs/render_files.h"
#include "jobs/render_plan.h"
#include "jobs/score_texts.h"
#include "synth/render.h"

enum { TEXT_BYTES_MAX = 1 << 30 };
#define LOUDNESS_TOLERANCE_LU 0.3

typedef struct job {
    const snq_render_job_cfg *cfg;
    snq_render_plan plan;
    snq_render_files *files;
    snq_mix_down *down;       /* NULL: dry */
    snq_frozen_stems *frozen; /* NULL: none */
    float *peak;              /* (parts,) */
    float sum_peak;
    snq_render_report *report;
} job;

snq_render_job_cfg snq_render_job_cfg_default(void)
{
    return (snq_render_job_cfg) { .format = SNQ_AUDIO_FORMAT_WAV, .threads = 1 };
}

/* ---------------------------------------------------------------- the sound */

static snq_status on_stem(void *user, uint32_t part, const snq_audio *block)
{
    job *j = user;
    if (j->cfg->stem && j->plan.part[part].only_pitch < 0)
        SNQ_TRY(j->cfg->stem(j->cfg->user, j->report->stem[part].name, block));
    return snq_render_files_push(j->files, (int32_t)part, block);
}

static snq_status on_record(void *user, const snq_audio *block)
{
    job *j = user;
    return snq_render_files_push(j->files, SNQ_RENDER_MIX, block);
}

static snq_status on_sum(void *user, const snq_audio *block)
{
    job *j = user;
    SNQ_TRY(snq_render_files_push(j->files, SNQ_RENDER_PREMASTER, block));
    return j->down ? snq_mix_down_take(j->down, block) : on_record(j, block);
}

static int on_progress(void *user, double done_s, double of_s)
{
    const job *j = user;
    if (j->cfg->progress)
        j->cfg->progress(j->cfg->user, done_s, of_s);
    return j->cfg->cancel && *j->cfg->cancel;
}

static int64_t frames_of(double seconds)
{
    return llround(seconds * SNQ_RENDER_RATE_HZ);
}

/* The stems that stay take the places of those that the desk makes. */
static snq_status open_frozen(job *j)
{
    if (!j->cfg->frozen_count)
        return SNQ_OK;
    const char **path = snq_calloc(j->plan.parts, sizeof *path);
    if (!path)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for frozen stems");
    for (uint32_t i = 0; i < j->plan.tracks; i++)
        path[i] = snq_render_frozen_path(j->cfg, j->report->stem[i].name);
    const snq_status st =
        snq_frozen_stems_new(path, j->plan.parts, SNQ_RENDER_RATE_HZ, frames_of(j->cfg->from_s),
                             snq_mix_down_desk(j->down), &j->frozen);
    snq_free(path);
    for (uint32_t i = 0; st >= 0 && i < j->plan.tracks; i++) {
        const snq_frozen_stem *stem = snq_render_frozen(j->cfg, j->report->stem[i].name);
        if (stem && stem->recording)
            snq_frozen_stems_record(j->frozen, i, stem->sound);
    }
    return st;
}

static snq_status open_desk(job *j)
{
    const snq_mix_down_cfg cfg = { .plan = &j->plan.mix,
                                   .score = &j->plan.score,
                                   .rate_hz = SNQ_RENDER_RATE_HZ,
                                   .threads = j->cfg->threads,
                                   .seed = j->cfg->seed,
                                   .fade_at = frames_of(j->cfg->to_s) - frames_of(j->cfg->fade_s),
                                   .fade = frames_of(j->cfg->fade_s),
                                   .cancel = j->cfg->cancel };
    SNQ_TRY(snq_mix_down_new(&cfg, &j->report->warnings, &j->down));
    return open_frozen(j);
}

static snq_status play(job *j)
{
    snq_render_cfg cfg = snq_render_cfg_default();
    snq_render_result result;
    j->peak = snq_calloc(j->plan.parts, sizeof *j->peak);
    if (!j->peak)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u parts", j->plan.parts);
    cfg.score = &j->plan.score;
    cfg.bank = j->plan.bank;
    cfg.part = j->plan.part;
    cfg.parts = j->plan.parts;
    cfg.rate_hz = SNQ_RENDER_RATE_HZ;
    cfg.threads = j->cfg->threads;
    cfg.seed = j->cfg->seed;
    cfg.from = frames_of(j->cfg->from_s);
    cfg.to = frames_of(j->cfg->to_s);
    cfg.user = j;
    cfg.stem = on_stem;
    cfg.sum = on_sum;
    cfg.peak = j->peak;
    cfg.progress = on_progress;
    cfg.desk = j->frozen ? snq_frozen_stems_desk(j->frozen)
               : j->down ? snq_mix_down_desk(j->down)
                         : NULL;
    SNQ_TRY(snq_render_run(&cfg, &j->report->warnings, &result));
    if (j->frozen)
        SNQ_TRY(snq_frozen_stems_status(j->frozen));
    j->report->frames = result.frames;
    j->sum_peak = result.peak;
    return SNQ_OK;
}

/* Bits of the record's samples, where it has such. */
static int bits_of(snq_audio_format f)
{
    return f == SNQ_AUDIO_FORMAT_WAV || f == SNQ_AUDIO_FORMAT_FLAC ? 24 : 0;
}

static snq_status master(job *j)
{
    snq_mix_figures *f = &j->report->figures;
    const double target = (double)j->report->target_lufs;
    SNQ_TRY(snq_mix_down_finish(j->down, bits_of(j->cfg->format), on_record, j, f));
    for (uint32_t i = 0; i < j->plan.parts; i++)
        j->report->stem[i].ducked_db = (double)snq_mix_down_ducked_db(j->down, i);
    if (isfinite(f->lufs) && fabs(f->lufs - target) > LOUDNESS_TOLERANCE_LU)
        snq_warnings_add(&j->report->warnings, "loudness_not_reached", -1,
                         "the record has %.1f LUFS, not %.1f: a limiter can't make it that loud",
                         f->lufs, target);
    return SNQ_OK;
}

static double dbfs(float peak)
{
    return 20.0 * log10((double)peak);
}

static snq_status finish_audio(job *j)
{
    double record_dbfs = dbfs(j->sum_peak);
    for (uint32_t i = 0; i < j->plan.parts; i++)
        SNQ_TRY(snq_render_files_close_audio(j->files, (int32_t)i, dbfs(j->peak[i])));
    SNQ_TRY(snq_render_files_close_audio(j->files, SNQ_RENDER_PREMASTER, record_dbfs));
    if (j->down) {
        SNQ_TRY(master(j));
        record_dbfs = j->report->figures.peak_dbfs;
    }
    return snq_render_files_close_audio(j->files, SNQ_RENDER_MIX, record_dbfs);
}

/* ---------------------------------------------------------------- the texts */

static snq_status put_mix(const job *j, snq_str *to)
{
    snq_json json;
    snq_mix_plan mix = j->plan.mix;
    mix.strips = j->plan.tracks; /* those that a user can name */
    snq_json_init(&json, snq_json_to_str, to);
    snq_mix_plan_json(&json, &mix);
    SNQ_TRY(snq_json_finish(&json));
    snq_str_put(to, "\n");
    return to->st;
}

static snq_status write_texts(job *j)
{
    snq_str text;
    SNQ_TRY(snq_score_texts_write(&j->plan.score, snq_render_files_folder(j->files)));
    if (!j->down)
        return SNQ_OK;
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = put_mix(j, &text);
    if (st >= 0)
        st = snq_render_files_text(j->files, "mix.json", &text);
    snq_str_clear(&text);
    return st;
}

/* ---------------------------------------------------------------- all of it */

static snq_status run(job *j)
{
    SNQ_TRY(snq_render_plan_make(j->cfg, &j->plan, j->report));
    if (!j->cfg->dry)
        SNQ_TRY(open_desk(j));
    SNQ_TRY(snq_render_files_open(j->cfg, j->report, &j->files));
    SNQ_TRY(play(j));
    SNQ_TRY(finish_audio(j));
    SNQ_TRY(write_texts(j));
    snq_frozen_stems_free(j->frozen); /* no thread is left: workers may be started */
    snq_mix_down_free(j->down);
    j->frozen = NULL;
    j->down = NULL;
    if (j->cfg->finish)
        SNQ_TRY(j->cfg->finish(j->cfg->user, snq_render_files_folder(j->files), j->report));
    if (j->cfg->discard)
        return SNQ_OK; /* free leaves nothing */
    snq_render_files *files = j->files;
    j->files = NULL;
    return snq_render_files_commit(files);
}

snq_status snq_render_job_run(const snq_render_job_cfg *cfg, snq_render_report *out)
{
    job j = { .cfg = cfg, .report = out };
    *out = (snq_render_report) { 0 };
    const snq_status st = run(&j);
    snq_render_files_free(j.files);
    snq_frozen_stems_free(j.frozen);
    snq_mix_down_free(j.down);
    snq_free(j.peak);
    snq_render_plan_clear(&j.plan);
    return st;
}
