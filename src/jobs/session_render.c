// SPDX-License-Identifier: MIT
#include "jobs/session_render.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/file_share.h"
#include "jobs/mix_wishes.h"
#include "jobs/render_job.h"
#include "jobs/render_plan.h"
#include "jobs/session_report.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

typedef struct job {
    const snq_session_render_cfg *cfg;
    snq_session_report *report;
    snq_frozen_stem frozen[SNQ_INTENT_TRACKS_MAX];
    char path[SNQ_INTENT_TRACKS_MAX][SNQ_PATH_MAX]; /* of the frozen stems */
    size_t frozen_count;
} job;

/* ---------------------------------------------------------------- the mix */

static snq_status copy_bus(snq_mix_plan *to, const snq_bus_plan *bus)
{
    if (snq_mix_plan_bus(to, bus->name) >= 0 || to->buses == SNQ_MIX_BUSES_MAX)
        return SNQ_OK;
    to->bus[to->buses++] = *bus;
    return SNQ_OK;
}

/* Strips of `made` for fresh tracks and for those that `kept` has none of; the rest stays. */
static snq_status join_plans(const job *j, const snq_mix_plan *made, snq_mix_plan *kept)
{
    const snq_session *s = j->cfg->session;
    for (uint32_t i = 0; i < made->buses; i++)
        SNQ_TRY(copy_bus(kept, &made->bus[i]));
    for (uint32_t i = 0; i < made->strips; i++) {
        const int there = snq_mix_plan_strip(kept, made->strip[i].name);
        const int track = snq_session_find(s, made->strip[i].name);
        if (there >= 0 && track >= 0 && (j->cfg->fresh >> track & 1))
            kept->strip[there] = made->strip[i];
    }
    return snq_mix_plan_check(kept);
}

static snq_status plan_kept(const job *j, const char *path, const snq_mix_part *part,
                            uint32_t parts, snq_mix_plan *out)
{
    snq_mix_plan made, kept;
    SNQ_TRY(snq_mix_plan_load(path, &kept));
    snq_status st = snq_mix_wishes_plan(&j->cfg->session->intent, part, parts, &made);
    if (st >= 0) {
        st = join_plans(j, &made, &kept);
        snq_mix_plan_clear(&made);
    }
    if (st < 0)
        snq_mix_plan_clear(&kept);
    else
        *out = kept;
    return st;
}

static snq_status on_plan(void *user, const snq_mix_part *part, uint32_t parts, snq_mix_plan *out)
{
    const job *j = user;
    *out = (snq_mix_plan) { 0 };
    if (j->cfg->mix && access(j->cfg->mix, F_OK) == 0)
        return plan_kept(j, j->cfg->mix, part, parts, out);
    return snq_mix_wishes_plan(&j->cfg->session->intent, part, parts, out);
}

/* ---------------------------------------------------------------- files */

static snq_status on_stem(void *user, const char *track, const snq_audio *block)
{
    return snq_session_report_push(((job *)user)->report, track, block);
}

/* Tracks that were just made are brought to one loudness, then to their place in the mix; in half decibels, so that
 * another machine's rounding gives the same score. */
static float on_level(void *user, const char *track, double lufs)
{
    const job *j = user;
    const int i = snq_session_find(j->cfg->session, track);
    if (i < 0 || !(j->cfg->level >> i & 1) || !isfinite(lufs) ||
        *j->cfg->session->track[i].recording)
        return NAN;
    const double db =
        SNQ_SESSION_TRACK_LUFS - lufs + (double)j->cfg->session->intent.track[i].mix.gain_db;
    return (float)(round(2.0 * db) / 2.0);
}

static void on_progress(void *user, double done_s, double of_s)
{
    const job *j = user;
    if (j->cfg->run.progress)
        j->cfg->run.progress(j->cfg->run.user, done_s, of_s);
}

static snq_status offer_mix(const job *j, snq_folder_output *folder, const char *mix)
{
    char path[SNQ_PATH_MAX];
    if (!j->cfg->mixed)
        return SNQ_OK;
    SNQ_TRY(snq_folder_output_path(folder, mix, path, sizeof path));
    return j->cfg->mixed(j->cfg->user, folder, path);
}

static snq_status write_report(const job *j, snq_folder_output *folder, const char *mix)
{
    char path[SNQ_PATH_MAX];
    snq_str text;
    SNQ_TRY(snq_folder_output_path(folder, mix, path, sizeof path));
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = snq_session_report_write(j->report, path, mix, j->cfg->run.cancel, &text);
    if (st >= 0)
        st = snq_folder_output_text(folder, "report.json", &text);
    if (st >= 0 && j->cfg->reported)
        st = j->cfg->reported(j->cfg->user, &text);
    snq_str_clear(&text);
    return st;
}

snq_status snq_session_text(const snq_session *s, const char *mix_path, snq_str *to)
{
    snq_mix_plan mix;
    snq_json json;
    SNQ_TRY(snq_mix_plan_load(mix_path, &mix));
    snq_json_init(&json, snq_json_to_str, to);
    snq_session_json(&json, s, &mix);
    snq_mix_plan_clear(&mix);
    SNQ_TRY(snq_json_finish(&json));
    snq_str_put(to, "\n");
    return to->st;
}

static snq_status write_session(const job *j, snq_folder_output *folder)
{
    char path[SNQ_PATH_MAX];
    snq_str text;
    SNQ_TRY(snq_folder_output_path(folder, "mix.json", path, sizeof path));
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = snq_session_text(j->cfg->session, path, &text);
    if (st >= 0)
        st = snq_folder_output_text(folder, "session.json", &text);
    snq_str_clear(&text);
    return st;
}

static void name_stems(snq_session *s, const snq_render_report *r)
{
    for (uint32_t i = 0; i < r->stems; i++) {
        const int track = *r->stem[i].lane ? -1 : snq_session_find(s, r->stem[i].name);
        if (track >= 0)
            snprintf(s->track[track].stem, sizeof s->track[track].stem, "%s", r->stem[i].file);
    }
}

/* The recordings, as they were given. */
static snq_status keep_originals(const job *j, snq_folder_output *folder)
{
    const snq_session *s = j->cfg->session;
    for (uint32_t i = 0; j->cfg->recorded && i < s->intent.tracks; i++) {
        char path[SNQ_PATH_MAX];
        if (!j->cfg->recorded[i].stem)
            continue;
        SNQ_TRY(snq_folder_output_path(folder, s->track[i].recording, path, sizeof path));
        SNQ_TRY(snq_file_copy(j->cfg->recorded[i].original, path));
    }
    return SNQ_OK;
}

static snq_status on_finish(void *user, snq_folder_output *folder, const snq_render_report *r)
{
    job *j = user;
    name_stems(j->cfg->session, r);
    SNQ_TRY(keep_originals(j, folder));
    SNQ_TRY(offer_mix(j, folder, r->mix.file));
    SNQ_TRY(write_report(j, folder, r->mix.file));
    if (j->cfg->keep)
        SNQ_TRY(snq_session_folder_keep(
            j->cfg->in, j->cfg->session->step[j->cfg->session->steps - 1].number, folder));
    return write_session(j, folder);
}

/* ---------------------------------------------------------------- all of it */

static void find_recorded(job *j)
{
    const snq_session *s = j->cfg->session;
    for (uint32_t i = 0; j->cfg->recorded && i < s->intent.tracks; i++)
        if (j->cfg->recorded[i].stem)
            j->frozen[j->frozen_count++] = (snq_frozen_stem) { .track = s->intent.track[i].name,
                                                               .recording = 1,
                                                               .sound = j->cfg->recorded[i].stem };
}

static snq_status find_frozen(job *j)
{
    const snq_session *s = j->cfg->session;
    for (uint32_t i = 0; j->cfg->in && i < s->intent.tracks; i++) {
        const snq_session_track *t = &s->track[i];
        if (!*t->stem || !(t->locked || *t->recording))
            continue;
        char *path = j->path[j->frozen_count];
        SNQ_TRY(snq_session_folder_file(j->cfg->in, t->stem, path));
        j->frozen[j->frozen_count++] = (snq_frozen_stem) { .track = s->intent.track[i].name,
                                                           .path = path,
                                                           .recording = *t->recording != '\0' };
    }
    find_recorded(j);
    return SNQ_OK;
}

static snq_status render(job *j, snq_render_report *out)
{
    const snq_session_render_cfg *c = j->cfg;
    snq_render_job_cfg cfg = snq_render_job_cfg_default();
    SNQ_TRY(find_frozen(j));
    const snq_film_plan *film = c->session->film;
    const snq_session_report_film told = { .plan = film, .tell = c->tell, .user = c->user };
    SNQ_TRY(snq_session_report_new(&c->session->intent, c->score, &told, SNQ_RENDER_RATE_HZ,
                                   &j->report));
    cfg.score = c->score;
    cfg.out = c->out;
    cfg.force = c->force;
    if (film) {
        cfg.from_s = film->fit.lead_s;
        cfg.to_s = film->fit.lead_s + film->fit.end_s;
        cfg.fade_s = film->fade_s;
    }
    cfg.no_stems = cfg.discard = c->discard;
    cfg.threads = c->run.threads;
    cfg.lanes = c->run.lanes;
    cfg.premaster = c->run.premaster;
    cfg.seed = c->session->intent.seed;
    cfg.cancel = c->run.cancel;
    cfg.frozen = j->frozen;
    cfg.frozen_count = j->frozen_count;
    cfg.plan = on_plan;
    cfg.level = c->level ? on_level : NULL;
    cfg.stem = on_stem;
    cfg.finish = on_finish;
    cfg.progress = on_progress;
    cfg.user = j;
    return snq_render_job_run(&cfg, out);
}

snq_status snq_session_render(const snq_session_render_cfg *cfg, snq_render_report *out)
{
    *out = (snq_render_report) { 0 };
    job *j = snq_calloc(1, sizeof *j);
    if (!j)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a session");
    j->cfg = cfg;
    const snq_status st = render(j, out);
    snq_session_report_free(j->report);
    snq_free(j);
    if (st >= 0 && cfg->keep)
        snq_session_folder_trim(cfg->in, cfg->session->step[cfg->session->steps - 1].number);
    return st;
}
