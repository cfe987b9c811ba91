// SPDX-License-Identifier: MIT
/* IDEA   A film's music is composed as any other; only three things are settled beforehand: where its beats lie, where
 *        its sections begin, and what each of its bars wishes.
 *
 * STEPS  whole    the matrix's destinations of the whole piece (key, mode, tempo) go into the brief where words left it
 *                 open; brief and style give an intent
 *        fit      cuts, accents, peaks of motion become hit points; a tempo within the style's and the brief's range, and
 *                 where bar 0 lies, such that the heavy ones fall on strong beats. Bars and tempo of the intent are
 *                 the fit's
 *        wishes   the curves, now in the piece's own time, bar by bar
 *        form     sections begin at scene changes; as strong as the matrix says that energy is; where its source has no
 *                 value, as the picture moves; where nothing sets energy, all alike: with a matrix that is switched
 *                 off the piece knows nothing of the film's motion
 *        compose  as ever, by instruments that can do what the matrix will ask of their sound
 *        sound    the curves that act on sound become automation
 *
 * LIMITS A piece has at most SNQ_INTENT_BARS_MAX bars: two hours at 140 BPM. */
#include "jobs/film_score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/composer.h"
#include "compose/form_film.h"
#include "jobs/film_wishes.h"
#include "jobs/map_sound.h"
#include "jobs/session_open_impl.h"

#define FADE_S        1.0
#define FADE_SHARE    0.1 /* of a short film */
#define ENERGY_STEP_S 0.25
/* What films on the web are played at; a club's -9 would leave no room for quiet scenes. */
#define TARGET_LUFS   (-14.0f)

/* ---------------------------------------------------------------- the whole */

static snq_status run_map(const snq_film_score_cfg *cfg, const snq_score *time, double bpm,
                          double lead_s, snq_map_result *out)
{
    snq_map_run_cfg run = snq_map_run_cfg_default();
    run.map = cfg->map;
    run.features = &cfg->view->features;
    run.score = time;
    run.bpm = bpm;
    run.lead_s = lead_s;
    run.duration_s = cfg->view->sight.video.duration_s;
    return snq_map_run(&run, out);
}

/* What the matrix says of the whole piece; tempo does not matter to that. */
static snq_status ask_matrix(const snq_film_score_cfg *cfg, snq_brief *b)
{
    enum { ANY_BPM = 120 };
    snq_map_result r;
    SNQ_TRY(run_map(cfg, NULL, ANY_BPM, 0.0, &r));
    snq_film_wishes_brief(&r, cfg->view->sight.video.duration_s * ANY_BPM / 60.0, b);
    snq_map_result_clear(&r);
    return SNQ_OK;
}

static snq_status choose_style(const snq_film_score_cfg *cfg, snq_composition *c,
                               const snq_style **style)
{
    const snq_brief *b = &c->session.brief;
    SNQ_TRY(cfg->style ? snq_style_library_get(c->styles, cfg->style, style)
                       : snq_style_library_choose(c->styles, b, style));
    return snq__composition_blend(c, style);
}

/* The length is the film's; as seconds, so that bars follow from the tempo. */
static snq_status decide(const snq_film_score_cfg *cfg, snq_composition *c, const snq_style **style)
{
    snq_session *s = &c->session;
    SNQ_TRY(snq_brief_copy(cfg->brief, &s->brief));
    SNQ_TRY(ask_matrix(cfg, &s->brief));
    s->brief.bars = 0;
    s->brief.seconds = cfg->view->sight.video.duration_s;
    SNQ_TRY(choose_style(cfg, c, style));
    SNQ_TRY(snq_intent_decide(&s->brief, *style, c->styles->sounds, cfg->seed, &s->intent));
    snprintf(s->style, sizeof s->style, "%s", (*style)->id);
    s->prompt = snq_strdup(cfg->prompt);
    return s->prompt ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
}

/* ---------------------------------------------------------------- where beats lie */

static snq_status find_hits(const snq_film_view *v, snq_film_plan *p)
{
    const snq_hit_cfg cfg = snq_hit_cfg_default(v->sight.video.duration_s);
    return snq_hit_list_make(&cfg, v->sight.event, v->sight.events,
                             v->motion.length ? &v->motion : NULL, &p->hits);
}

static snq_status fit(const snq_film_score_cfg *cfg, const snq_style *style, snq_session *s,
                      snq_film_words *why)
{
    snq_film_plan *p = s->film;
    const snq_film_tempo tempo =
        snq_film_tempo_of(cfg->table, &cfg->view->traits, &s->brief, style, why);
    SNQ_TRY(find_hits(cfg->view, p));
    snq_fit_cfg f =
        snq_fit_cfg_default(tempo.bpm_min, tempo.bpm_max, cfg->view->sight.video.duration_s);
    f.bar_steps = snq_intent_bar_steps(&s->intent);
    f.changes = cfg->tempo_changes;
    SNQ_TRY(snq_hit_fit_find(&f, &p->hits, &p->fit));
    if (p->fit.bars > SNQ_INTENT_BARS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "the film is %d bars long; a piece has at most %d",
                        p->fit.bars, SNQ_INTENT_BARS_MAX);
    p->fade_s = fmin(FADE_S, FADE_SHARE * p->fit.end_s);
    s->intent.bars = p->fit.bars;
    s->intent.bpm = p->fit.bpm;
    s->intent.target_lufs = fminf(s->intent.target_lufs, TARGET_LUFS);
    return SNQ_OK;
}

/* A score of nothing but the fit's tempos: what the matrix counts beats by. */
static snq_status time_of(const snq_film_plan *p, snq_score *out)
{
    snq_score_init(out);
    snq_status st = SNQ_OK;
    for (uint32_t i = 0; i < p->fit.steps && st >= 0; i++)
        st = snq_score_add_tempo(out, llround(p->fit.step[i].quarter * out->ticks_per_quarter),
                                 p->fit.step[i].bpm);
    if (st >= 0)
        st = snq_score_sort(out);
    if (st < 0)
        snq_score_clear(out);
    return st;
}

/* ---------------------------------------------------------------- what bars wish */

static snq_status curves_of(const snq_film_score_cfg *cfg, snq_film_plan *p, snq_map_result *out)
{
    snq_score time;
    SNQ_TRY(time_of(p, &time));
    const snq_status st = run_map(cfg, &time, p->fit.bpm, p->fit.lead_s, out);
    snq_score_clear(&time);
    SNQ_TRY(st);
    p->wish = snq_calloc((size_t)p->fit.bars, sizeof *p->wish);
    if (!p->wish)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %d bars", p->fit.bars);
    snq_film_wishes(out, p->fit.bars, p->fit.bar_steps / 4.0, p->wish);
    return SNQ_OK;
}

/* The tracks whose own sound the picture moves. */
static uint32_t moved_by(const snq_map_result *r, const snq_intent *in)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    uint32_t set = 0;
    for (size_t i = 0; i < r->outputs; i++) {
        const snq_map_output *o = &r->output[i];
        const char *kind = d[o->destination].kind;
        for (uint32_t t = 0; t < in->tracks && kind && o->mappings && o->covered > 0; t++)
            set |= (uint32_t)(strcmp(in->track[t].kind, kind) == 0) << t;
    }
    return set;
}

/* What the matrix says of energy, on the film's own time. *out is initialised; the caller clears it. */
static snq_status energy_over_time(const snq_map_output *energy, const snq_hit_fit *fit,
                                   snq_series *out)
{
    const size_t steps = (size_t)ceil(fit->end_s / ENERGY_STEP_S);
    size_t hint = 0;
    SNQ_TRY(snq_series_init(out, "energy", "", 0.0, ENERGY_STEP_S, steps + 1));
    for (size_t i = 0; i < steps; i++) {
        const double quarter = snq_hit_fit_quarter(fit, snq_series_time_s(out, i));
        SNQ_TRY(snq_series_push(out, snq_curve_at(&energy->curve, quarter, &hint, 0.0f)));
    }
    return SNQ_OK;
}

static snq_status form_of(const snq_film_score_cfg *cfg, const snq_film_score *f,
                          const snq_session *s, snq_form *out)
{
    const snq_sight *sight = &cfg->view->sight;
    const snq_map_output *energy = snq_map_result_find(&f->curves, "global.energy");
    snq_form_film film = { .fit = &s->film->fit,
                           .event = sight->event,
                           .events = sight->events,
                           .throughout = moved_by(&f->curves, &s->intent) };
    snq_series said = { 0 };
    snq_status st = SNQ_OK;
    if (energy && energy->covered > 0) {
        st = energy_over_time(energy, film.fit, &said);
        film.motion = &said;
    } else if (energy && cfg->view->motion.length) {
        film.motion = &cfg->view->motion;
    }
    if (st >= 0)
        st = snq_form_from_film(&s->intent, &film, out);
    snq_series_clear(&said);
    return st;
}

/* ---------------------------------------------------------------- notes */

static snq_status compose(const snq_film_score_cfg *cfg, snq_session *s, snq_film_score *f)
{
    snq_form form;
    SNQ_TRY(form_of(cfg, f, s, &form));
    snq_compose_cfg c = { .brief = &s->brief,
                          .intent = &s->intent,
                          .wish = s->film->wish,
                          .form = &form,
                          .fit = &s->film->fit };
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        s->track[i].made = 1;
        s->track[i].seed = c.track_seed[i] =
            snq_session_track_seed(cfg->seed, s->intent.track[i].name, 1);
    }
    return snq_compose(&c, &f->score);
}

static void name_film(const snq_film_score_cfg *cfg, snq_film_plan *p)
{
    const char *path = cfg->view->sight.video.path, *slash = strrchr(path, '/');
    snprintf(p->video, sizeof p->video, "%s", slash ? slash + 1 : path);
    snprintf(p->map, sizeof p->map, "%s", cfg->map->id);
}

snq_status snq_film_score_make(const snq_film_score_cfg *cfg, snq_composition *c,
                               snq_film_score *out, snq_film_words *why, snq_warnings *warnings)
{
    snq_session *s = &c->session;
    const snq_map_sound_cfg sound = snq_map_sound_cfg_default();
    const snq_style *style;
    *out = (snq_film_score) { 0 };
    snq_score_init(&out->score);
    s->film = snq_calloc(1, sizeof *s->film);
    if (!s->film)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for what a film asks for");
    name_film(cfg, s->film);
    SNQ_TRY(decide(cfg, c, &style));
    SNQ_TRY(fit(cfg, style, s, why));
    SNQ_TRY(curves_of(cfg, s->film, &out->curves));
    snq_map_sound_intend(&out->curves, &sound, &s->intent);
    SNQ_TRY(compose(cfg, s, out));
    SNQ_TRY(snq_map_sound_apply(&out->curves, &sound, &out->score, warnings));
    return snq_session_did(s, "sonify", "", *cfg->prompt ? cfg->prompt : NULL);
}

void snq_film_score_clear(snq_film_score *f)
{
    snq_score_clear(&f->score);
    snq_map_result_clear(&f->curves);
}
