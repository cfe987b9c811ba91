// SPDX-License-Identifier: MIT
#include "jobs/compose_job.h"

#include <stdio.h>

#include "base/alloc.h"
#include "compose/composer.h"
#include "jobs/session_folder.h"
#include "jobs/session_open_impl.h"

static snq_status choose_style(const snq_style_library *l, const snq_compose_job_cfg *cfg,
                               const snq_style **out)
{
    return cfg->style ? snq_style_library_get(l, cfg->style, out)
                      : snq_style_library_choose(l, cfg->brief, out);
}

static snq_status begin(const snq_compose_job_cfg *cfg, snq_composition *out)
{
    snq_session *s = &out->session;
    const snq_style *style;
    SNQ_TRY(snq__composition_open(out));
    SNQ_TRY(choose_style(out->styles, cfg, &style));
    SNQ_TRY(snq_brief_copy(cfg->brief, &s->brief));
    SNQ_TRY(snq_intent_decide(&s->brief, style, out->styles->sounds, cfg->seed, &s->intent));
    snprintf(s->style, sizeof s->style, "%s", style->id);
    s->prompt = snq_strdup(cfg->prompt);
    if (!s->prompt)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        s->track[i].made = 1;
        s->track[i].seed = snq_session_track_seed(cfg->seed, s->intent.track[i].name, 1);
    }
    return snq_session_did(s, "compose", "", NULL);
}

static snq_status make(const snq_compose_job_cfg *cfg, snq_composition *out)
{
    snq_score score;
    SNQ_TRY(begin(cfg, out));
    SNQ_TRY(snq__session_compose(&out->session, NULL, 0, &score));
    const snq_session_render_cfg render = { .session = &out->session,
                                            .score = &score,
                                            .out = cfg->out,
                                            .force = cfg->force,
                                            .level = UINT32_MAX,
                                            .run = cfg->run };
    const snq_status st = snq_session_render(&render, &out->render);
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
    *out = (snq_composition) { 0 };
    const snq_status there =
        cfg->force ? snq_session_folder_open(cfg->out, &old) : SNQ_ERR_NOT_FOUND;
    if (there == SNQ_ERR_STATE)
        return there;
    const snq_status st = make(cfg, out);
    if (there >= 0) {
        if (st >= 0)
            forget_all(&old);
        snq_session_folder_close(&old);
    }
    return st;
}
