// SPDX-License-Identifier: MIT
#include "jobs/film_plan.h"

#include <math.h>

#include "base/alloc.h"
#include "base/limits.h"

static const char *const end_names[] = { "bar", "beat", "cut" };
enum { BAR_STEPS_MAX = 99 };
#define FADE_MAX_S      60.0
#define BPM_LO          1.0
#define BPM_HI          1000.0
#define QUARTER_MAX     1e7
#define TOLERANCE_MAX_S 1.0

void snq_film_plan_free(snq_film_plan *p)
{
    if (!p)
        return;
    snq_hit_list_clear(&p->hits);
    snq_free(p->wish);
    snq_free(p);
}

/* ---------------------------------------------------------------- writing */

static void put_double(snq_json *j, const char *key, double v)
{
    snq_json_key(j, key);
    snq_json_double(j, v);
}

static void put_hits(snq_json *j, const snq_hit_list *l)
{
    snq_json_key(j, "hits");
    snq_json_array(j);
    for (uint32_t i = 0; i < l->hits; i++) {
        const snq_hit *h = &l->hit[i];
        snq_json_object(j);
        put_double(j, "t_s", h->t_s);
        snq_json_put_string(j, "kind", snq_hit_kind_name(h->kind));
        snq_json_key(j, "weight");
        snq_json_float(j, h->weight);
        snq_json_key(j, "strength");
        snq_json_float(j, h->strength);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void put_tempo(snq_json *j, const snq_hit_fit *f)
{
    snq_json_key(j, "tempo");
    snq_json_array(j);
    for (uint32_t i = 0; i < f->steps; i++) {
        snq_json_object(j);
        put_double(j, "quarter", f->step[i].quarter);
        put_double(j, "t_s", f->step[i].t_s);
        put_double(j, "bpm", f->step[i].bpm);
        snq_json_end(j);
    }
    snq_json_end(j);
}

void snq_film_plan_json(snq_json *j, const snq_film_plan *p)
{
    const snq_hit_fit *f = &p->fit;
    snq_json_object(j);
    snq_json_put_string(j, "video", p->video);
    snq_json_put_string(j, "template", p->map);
    put_double(j, "length_s", f->end_s);
    put_double(j, "lead_s", f->lead_s);
    put_double(j, "tail_s", f->tail_s);
    put_double(j, "fade_s", p->fade_s);
    put_double(j, "tolerance_s", f->tolerance_s);
    put_double(j, "bpm", f->bpm);
    snq_json_put_string(j, "ends", end_names[f->end]);
    snq_json_put_int(j, "bar_steps", f->bar_steps);
    snq_json_put_int(j, "bars", f->bars);
    put_tempo(j, f);
    put_hits(j, &p->hits);
    snq_json_end(j);
}

/* ---------------------------------------------------------------- reading */

static snq_status read_tempo(const snq_json_ref *at, snq_hit_fit *f)
{
    static const char *const keys[] = { "quarter", "t_s", "bpm" };
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "tempo", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_TEMPO_STEPS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu steps are not within 1 .. %d", n,
                             SNQ_TEMPO_STEPS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_tempo_step *s = &f->step[i];
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_only(&item, keys, SNQ_COUNT(keys)));
        SNQ_TRY(snq_json_real_of(&item, "quarter", 0.0, QUARTER_MAX, &s->quarter));
        SNQ_TRY(snq_json_real_of(&item, "t_s", -SNQ_FIT_FILM_MAX_S, SNQ_FIT_FILM_MAX_S, &s->t_s));
        SNQ_TRY(snq_json_real_of(&item, "bpm", BPM_LO, BPM_HI, &s->bpm));
        if (i == 0 ? s->quarter != 0.0 : s->quarter <= s[-1].quarter || s->t_s <= s[-1].t_s)
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "%s",
                                 i ? "it is not after the step before" : "it is not at quarter 0");
    }
    f->steps = (uint32_t)n;
    return SNQ_OK;
}

static snq_status read_hit(const snq_json_ref *at, double end_s, snq_hit *h)
{
    static const char *const keys[] = { "t_s", "kind", "weight", "strength" };
    const char *kinds[SNQ_HIT_KINDS];
    double weight, strength;
    snq_json_ref kind;
    size_t k = 0;
    for (uint32_t i = 0; i < SNQ_HIT_KINDS; i++)
        kinds[i] = snq_hit_kind_name(i);
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_real_of(at, "t_s", 0.0, end_s, &h->t_s));
    SNQ_TRY(snq_json_get(at, "kind", SNQ_JSON_STRING, &kind));
    SNQ_TRY(snq_json_as_choice(&kind, kinds, SNQ_HIT_KINDS, &k));
    SNQ_TRY(snq_json_real_of(at, "weight", 0.0, 100.0, &weight));
    SNQ_TRY(snq_json_real_of(at, "strength", 0.0, 1.0, &strength));
    h->kind = (uint8_t)k;
    h->weight = (float)weight;
    h->strength = (float)strength;
    return SNQ_OK;
}

static snq_status read_hits(const snq_json_ref *at, double end_s, snq_hit_list *l)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "hits", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n > SNQ_HIT_POINTS_MAX)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "more than %d hits", SNQ_HIT_POINTS_MAX);
    l->hit = snq_calloc(n ? n : 1, sizeof *l->hit);
    if (!l->hit)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu hits", n);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_hit(&item, end_s, &l->hit[i]));
        if (i && l->hit[i].t_s < l->hit[i - 1].t_s)
            return snq_json_fail(&item, SNQ_ERR_FORMAT, "it is before the hit before");
        l->hits = (uint32_t)i + 1;
    }
    return SNQ_OK;
}

static snq_status read_fit(const snq_json_ref *at, int32_t bars, snq_hit_fit *f)
{
    snq_json_ref member;
    size_t end = 0;
    int64_t n;
    SNQ_TRY(snq_json_real_of(at, "length_s", 0.001, SNQ_FIT_FILM_MAX_S, &f->end_s));
    SNQ_TRY(snq_json_real_of(at, "lead_s", 0.0, SNQ_FIT_FILM_MAX_S, &f->lead_s));
    SNQ_TRY(snq_json_real_of(at, "tail_s", 0.0, SNQ_FIT_FILM_MAX_S, &f->tail_s));
    SNQ_TRY(snq_json_real_of(at, "tolerance_s", 0.001, TOLERANCE_MAX_S, &f->tolerance_s));
    SNQ_TRY(snq_json_real_of(at, "bpm", BPM_LO, BPM_HI, &f->bpm));
    SNQ_TRY(snq_json_get(at, "ends", SNQ_JSON_STRING, &member));
    SNQ_TRY(snq_json_as_choice(&member, end_names, SNQ_COUNT(end_names), &end));
    f->end = (snq_film_end)end;
    SNQ_TRY(snq_json_int_of(at, "bar_steps", 1, BAR_STEPS_MAX, &n));
    f->bar_steps = (int32_t)n;
    SNQ_TRY(snq_json_int_of(at, "bars", 1, SNQ_INTENT_BARS_MAX, &n));
    f->bars = (int32_t)n;
    if (f->bars != bars) {
        SNQ_TRY(snq_json_get(at, "bars", SNQ_JSON_NUMBER, &member));
        return snq_json_fail(&member, SNQ_ERR_FORMAT, "the context has %d bars", bars);
    }
    return read_tempo(at, f);
}

static snq_status read_plan(const snq_json_ref *at, int32_t bars, snq_film_plan *p)
{
    static const char *const keys[] = { "video",  "template",    "length_s", "lead_s", "tail_s",
                                        "fade_s", "tolerance_s", "bpm",      "ends",   "bar_steps",
                                        "bars",   "tempo",       "hits",     "wishes" };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "video", p->video, sizeof p->video));
    SNQ_TRY(snq_json_text_of(at, "template", p->map, sizeof p->map));
    SNQ_TRY(snq_json_real_of(at, "fade_s", 0.0, FADE_MAX_S, &p->fade_s));
    SNQ_TRY(read_fit(at, bars, &p->fit));
    SNQ_TRY(read_hits(at, p->fit.end_s, &p->hits));
    snq_hit_fit_score(&p->fit, &p->hits, &p->fit.got, &p->fit.chance);
    return SNQ_OK;
}

snq_status snq_film_plan_from_json(const snq_json_ref *at, int32_t bars, snq_film_plan **out)
{
    *out = NULL;
    snq_film_plan *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for what a film asks for");
    const snq_status st = read_plan(at, bars, p);
    if (st < 0)
        snq_film_plan_free(p);
    else
        *out = p;
    return st;
}
