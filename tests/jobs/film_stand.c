// SPDX-License-Identifier: MIT
#include "film_stand.h"

#include "support/check.h"

#include "base/alloc.h"

static void make_events(const film_stand_cfg *cfg, snq_sight *s)
{
    const double left_s = cfg->duration_s - cfg->cut_from_s;
    const uint32_t n = cfg->cut_every_s > 0.0 ? (uint32_t)ceil(left_s / cfg->cut_every_s) : 0;
    snq_sight_event *e = snq_sight_list(s, n, sizeof *e);
    assert_non_null(e);
    for (uint32_t i = 0; i < n; i++)
        e[i] = (snq_sight_event) { .t_s = cfg->cut_from_s + i * cfg->cut_every_s,
                                   .strength = 1.0,
                                   .kind = SNQ_SIGHT_CUT };
    s->event = e;
    s->events = n;
    s->events_reason = NULL;
}

static void make_column(snq_feature_set *f, const char *type, const char *property,
                        double (*value)(double part))
{
    snq_feature *c;
    const snq_map_source source = { (uint16_t)snq_source_find(type, property), SNQ_SOURCE_NO_BAND };
    check_ok(snq_feature_set_add(f, source, value ? NULL : "nobody says", &c));
    for (size_t i = 0; value && i < f->length; i++)
        c->value[i] = (float)value((double)i / (double)(f->length - 1));
}

void film_stand_view(const film_stand_cfg *cfg, snq_film_view *out)
{
    const double step_s = cfg->step_s > 0.0 ? cfg->step_s : 0.25;
    const size_t n = (size_t)(cfg->duration_s / step_s) + 1;
    *out = (snq_film_view) { 0 };
    snq_sight_init(&out->sight);
    out->sight.video = (snq_sight_video) { .path = "folder/made.mkv",
                                           .width = 160,
                                           .height = 96,
                                           .fps = 25,
                                           .frames = (uint64_t)(25 * cfg->duration_s),
                                           .duration_s = cfg->duration_s,
                                           .range = { 0.0, cfg->duration_s } };
    make_events(cfg, &out->sight);
    snq_film_traits_of(&out->sight, &out->traits);
    check_ok(snq_feature_set_init(&out->features, step_s, n));
    make_column(&out->features, "motion", "mean_speed", cfg->speed_norm);
    make_column(&out->features, "picture", "luma_mean", cfg->luma);
    check_ok(snq_series_init(&out->motion, "motion.mean_speed", "norm/s", 0.0, step_s, n));
    for (size_t i = 0; cfg->speed_norm && i < n; i++)
        check_ok(
            snq_series_push(&out->motion, (float)cfg->speed_norm((double)i / (double)(n - 1))));
}

snq_film_plan *film_stand_plan(int32_t bars)
{
    static const snq_hit hit[] = { { 0.25, 1.0f, 0.5f, SNQ_HIT_CUT },
                                   { 0.5, 0.1f, 0.75f, SNQ_HIT_MOTION },
                                   { 1.0, 0.5f, 1.0f, SNQ_HIT_FADE } };
    snq_film_plan *p = snq_calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->video, sizeof p->video, "the \"film\".mkv");
    snprintf(p->map, sizeof p->map, "techno");
    p->fade_s = 0.125;
    p->fit = (snq_hit_fit) { .step = { { 0, 0.0, 120.0 }, { 2, 1.0, 122.5 } },
                             .steps = 2,
                             .bar_steps = 16,
                             .bars = bars,
                             .end_s = 2.0 * bars - 0.5,
                             .tolerance_s = 0.04,
                             .lead_s = 0.25,
                             .tail_s = 0.2,
                             .end = SNQ_FILM_END_CUT,
                             .bpm = 120.0 };
    p->hits.hit = snq_calloc(SNQ_COUNT(hit), sizeof *hit);
    p->wish = snq_calloc((size_t)bars, sizeof *p->wish);
    assert_true(p->hits.hit && p->wish);
    memcpy(p->hits.hit, hit, sizeof hit);
    p->hits.hits = SNQ_COUNT(hit);
    for (int32_t b = 0; b < bars; b++) {
        p->wish[b] = snq_bar_wish_none();
        p->wish[b].energy = (float)b / (float)bars;
        p->wish[b].kick = b % 2 ? NAN : SNQ_KICK_half_time;
    }
    return p;
}
