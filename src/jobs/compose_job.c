// SPDX-License-Identifier: MIT
#include "jobs/compose_job.h"

#include <stdio.h>

#include "base/alloc.h"
#include "compose/composer.h"
#include "jobs/folder_output.h"
#include "jobs/lock_plan.h"
#include "jobs/score_texts.h"
#include "jobs/session_folder.h"
#include "jobs/session_open_impl.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

static snq_status choose_style(const snq_style_library *l, const snq_compose_job_cfg *cfg,
                               const snq_brief *brief, const snq_style **out)
{
    return cfg->style ? snq_style_library_get(l, cfg->style, out)
                      : snq_style_library_choose(l, brief, out);
}

/* The intent, and the places of recordings in it. */
static snq_status decide(const snq_compose_job_cfg *cfg, snq_composition *out, snq_lock_plan *locks)
{
    snq_session *s = &out->session;
    const snq_style *style;
    SNQ_TRY(snq_brief_copy(cfg->brief, &s->brief));
    snq_lock_plan_ask(cfg->lock, cfg->locks, &s->brief);
    SNQ_TRY(choose_style(out->styles, cfg, &s->brief, &style));
    SNQ_TRY(snq__composition_blend(out, &style));
    if (s->brief.bpm != cfg->brief->bpm)
        snq_lock_plan_fit(style, &s->brief);
    SNQ_TRY(snq_intent_decide(&s->brief, style, out->styles->sounds, cfg->seed, &s->intent));
    snprintf(s->style, sizeof s->style, "%s", style->id);
    return snq_lock_plan_make(cfg->lock, cfg->locks, out->styles->sounds, s, &out->render.warnings,
                              locks);
}

static snq_status begin(const snq_compose_job_cfg *cfg, snq_composition *out, snq_lock_plan *locks)
{
    snq_session *s = &out->session;
    SNQ_TRY(snq__composition_open(out));
    SNQ_TRY(decide(cfg, out, locks));
    s->prompt = snq_strdup(cfg->prompt);
    if (!s->prompt)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        s->track[i].made = 1;
        s->track[i].seed = snq_session_track_seed(cfg->seed, s->intent.track[i].name, 1);
    }
    return snq_session_did(s, "compose", "", NULL);
}

/* ---------------------------------------------------------------- the score alone */

static snq_status write_session(const snq_session *s, snq_folder_output *folder)
{
    snq_str text;
    snq_json j;
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_session_json(&j, s, NULL);
    snq_status st = snq_json_finish(&j);
    snq_str_put(&text, "\n");
    if (st >= 0)
        st = snq_folder_output_text(folder, "session.json", &text);
    snq_str_clear(&text);
    return st;
}

static snq_status write_score(const snq_compose_job_cfg *cfg, const snq_session *s,
                              const snq_score *score)
{
    snq_folder_output *folder;
    SNQ_TRY(snq_folder_output_open(cfg->out, cfg->force, &folder));
    snq_status st = snq_score_texts_write(score, folder);
    if (st >= 0)
        st = write_session(s, folder);
    if (st >= 0)
        return snq_folder_output_commit(folder);
    snq_folder_output_abort(folder);
    return st;
}

/* ---------------------------------------------------------------- all of it */

static snq_status make(const snq_compose_job_cfg *cfg, snq_lock_plan *locks, snq_composition *out)
{
    snq_score score;
    SNQ_TRY(begin(cfg, out, locks));
    SNQ_TRY(
        snq__session_compose(&out->session, locks->set ? &locks->kept : NULL, ~locks->set, &score));
    const snq_session_render_cfg render = { .session = &out->session,
                                            .score = &score,
                                            .out = cfg->out,
                                            .force = cfg->force,
                                            .level = UINT32_MAX,
                                            .recorded = locks->recorded,
                                            .run = cfg->run };
    const snq_warnings warnings = out->render.warnings;
    const snq_status st = cfg->score_only ? write_score(cfg, &out->session, &score)
                                          : snq_session_render(&render, &out->render);
    snq_warnings_join(&out->render.warnings, &warnings);
    snq_score_clear(&score);
    return st;
}

/* What is kept of a session that this one took the place of. */
static void forget_all(const snq_session_folder *f)
{
    unsigned number;
    while (snq_session_folder_last(f, &number) >= 0 && number)
        if (!snq_session_folder_forget(f, number))
            break;
}

snq_status snq_compose_job_run(const snq_compose_job_cfg *cfg, snq_composition *out)
{
    snq_session_folder old;
    snq_lock_plan locks = { 0 };
    *out = (snq_composition) { 0 };
    const snq_status there =
        cfg->force ? snq_session_folder_open(cfg->out, &old) : SNQ_ERR_NOT_FOUND;
    if (there == SNQ_ERR_STATE)
        return there;
    snq_score_init(&locks.kept);
    const snq_status st = make(cfg, &locks, out);
    snq_lock_plan_clear(&locks);
    if (there >= 0) {
        if (st >= 0)
            forget_all(&old);
        snq_session_folder_close(&old);
    }
    return st;
}
