// SPDX-License-Identifier: MIT
#include "jobs/compose_job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/composer.h"
#include "jobs/session_open_impl.h"

/* Which style for a brief that names none: the one whose tempo and energy come nearest to what is said, and
 * whose sounds have the instruments that are named. */

static double energy_of(const snq_brief *b)
{
    static const double said[SNQ_ENERGIES] = { NAN, 0.25, 0.55, 0.9 };
    static const uint32_t calm = 1u << SNQ_MOOD_calm | 1u << SNQ_MOOD_dreamy | 1u << SNQ_MOOD_sad |
                                 1u << SNQ_MOOD_melancholic | 1u << SNQ_MOOD_romantic,
                          wild = 1u << SNQ_MOOD_angry | 1u << SNQ_MOOD_euphoric |
                                 1u << SNQ_MOOD_epic | 1u << SNQ_MOOD_tense;
    if (b->energy)
        return said[b->energy];
    if (!(b->moods & calm) == !(b->moods & wild))
        return 0.6;
    return b->moods & calm ? 0.3 : 0.85;
}

static double tempo_distance(const snq_brief *b, const snq_style *s)
{
    const double lo = b->bpm > 0.0 ? b->bpm : b->min_bpm, hi = b->bpm > 0.0       ? b->bpm
                                                               : b->max_bpm > 0.0 ? b->max_bpm
                                                                                  : INFINITY;
    if (lo > s->bpm_max)
        return log2(lo / s->bpm_max);
    return hi < s->bpm_min ? log2(s->bpm_min / hi) : 0.0;
}

static double distance(const snq_brief *b, const snq_style *s)
{
    double d = 4.0 * tempo_distance(b, s) + fabs((double)s->energy - energy_of(b));
    uint32_t moods = 0;
    for (uint32_t i = 0; i < s->tracks; i++)
        for (uint32_t k = 0; k < s->track[i].sounds; k++)
            moods |= s->track[i].sound[k].moods;
    d -= b->moods & moods ? 0.15 : 0.0;
    d += b->beats_per_bar && (b->beats_per_bar != s->beats_per_bar) ? 0.05 : 0.0;
    return d;
}

static const snq_style *nearest_style(const snq_style_library *l, const snq_brief *b)
{
    const snq_style *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < l->entries; i++) {
        const snq_style *s = l->entry[i].style;
        const double d = s ? distance(b, s) : INFINITY;
        if (d < least) {
            least = d;
            best = s;
        }
    }
    return best;
}

static snq_status choose_style(const snq_style_library *l, const snq_compose_job_cfg *cfg,
                               const snq_style **out)
{
    const char *id = cfg->style           ? cfg->style
                     : cfg->brief->genres ? snq_genre_names[cfg->brief->genre[0]]
                                          : NULL;
    *out = id ? snq_style_library_find(l, id) : nearest_style(l, cfg->brief);
    if (!*out)
        return SNQ_FAIL(id ? SNQ_ERR_NOT_FOUND : SNQ_ERR_UNSUPPORTED, "there is no style \"%s\"",
                        id ? id : "");
    return SNQ_OK;
}

static snq_status begin(const snq_compose_job_cfg *cfg, snq_composition *out)
{
    snq_session *s = &out->session;
    const snq_style *style;
    SNQ_TRY(snq__composition_open(out));
    SNQ_TRY(choose_style(out->styles, cfg, &style));
    SNQ_TRY(snq_brief_copy(cfg->brief, &s->brief));
    SNQ_TRY(snq_intent_decide(&s->brief, style, &out->styles->sounds, cfg->seed, &s->intent));
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
                                            .run = cfg->run };
    const snq_status st = snq_session_render(&render, &out->render);
    snq_score_clear(&score);
    return st;
}

snq_status snq_compose_job_run(const snq_compose_job_cfg *cfg, snq_composition *out)
{
    *out = (snq_composition) { 0 };
    return make(cfg, out);
}
