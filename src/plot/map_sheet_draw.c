// SPDX-License-Identifier: MIT
/* IDEA   What moves what, on one sheet: the film on top, under it all that is made of it, over one time axis, so that
 *        a cut, a jerk or a dark scene can be followed down with the eye to what it does. The look is that of a video's
 *        sheet (watch_sheet_draw.c), whose parts it borrows.
 * STEPS  lay out   the strip as many thumbs as fit side by side at a good height; of the music what there is; a lane a
 *                  destination, with words above it; low where it is nothing but its default
 *        paint     part by part; at last lines at the cuts through everything
 *        encode    sheet_png.c
 * CONST  A thumb is at least 70 units high (upright films 100), a lane 64, of choices 15 each. By looking at 16:9, 9:16,
 *        8:1; at 4 s and half an hour; at 1 and 22 lanes.
 * COST   60 ms (5 lanes) to 150 ms (22 lanes) for 1600 pixels (21 November 2026, one shared core).
 * LIMITS as sheet_draw.c */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/map_sheet_impl.h"

enum { THUMBS_MAX = 60 };

#define STRIP_Y       178.0
#define THUMB_LEAST   70.0
#define THUMB_UPRIGHT 100.0
#define SECTION       50.0 /* from one part to the next, with a title */
#define AXIS          34.0 /* a time axis under a panel */
#define GAP           6.0
#define LANE_GAP      14.0
#define LANE_HEIGHT   64.0
#define LANE_CHOICE   15.0
#define LANE_RESTS    26.0
#define WORDS         19.0 /* a line of words */

/* ---- places ---- */

double snq__map_beat(const snq__map_drawing *d, double t_s)
{
    const double music_s = t_s - d->film.from_s + d->map->lead_s;
    const snq_score *score = d->map->score;
    return score ? snq_score_tick_at(score, music_s) / score->ticks_per_quarter
                 : music_s * d->map->bpm / 60;
}

double snq__map_time_s(const snq__map_drawing *d, int64_t tick)
{
    return snq_score_time_s(d->map->score, (double)tick) - d->map->lead_s + d->film.from_s;
}

double snq__map_place(const snq_param *p, double value)
{
    if (p->scale != SNQ_PARAM_DISCRETE)
        return (double)snq_param_to_norm(p, (float)value);
    const double n = (double)p->max - (double)p->min + 1;
    return ((double)snq_param_clamp(p, (float)value) - (double)p->min + 0.5) / n;
}

snq__ink snq__map_ink(uint8_t acts)
{
    return acts == SNQ_MAP_SHEET_COMPOSITION ? SNQ__INK_TARGET
           : acts == SNQ_MAP_SHEET_SOUND     ? SNQ__INK_MID
                                             : SNQ__INK_MOMENTARY;
}

int snq__map_rests(const snq_map_sheet *m, const snq_map_sheet_lane *l)
{
    const snq_span range = m->sight->video.range;
    double rest_s = 0;
    if (!l->curve->points)
        return 1;
    for (uint32_t i = 0; i < l->rests; i++)
        rest_s += snq_span_length(l->rest[i]);
    return l->rests && rest_s >= snq_span_length(range) - 1e-6;
}

/* ---- layout ---- */

static snq__box panel(double *y, double gap, double height)
{
    *y += gap + height;
    return (snq__box) { SNQ__PANEL_X0, *y - height, SNQ__PANEL_X1, *y };
}

static double lay_strip(snq__map_layout *at, const snq_film_strip *s)
{
    const double width = SNQ__PANEL_X1 - SNQ__PANEL_X0;
    double y = STRIP_Y;
    if (!s->thumbs) {
        at->strip = panel(&y, 0, LANE_RESTS);
        return y;
    }
    const double aspect = (double)s->width / s->height;
    const double least = aspect < 1 ? THUMB_UPRIGHT : THUMB_LEAST;
    at->thumbs = (uint32_t)fmin(fmax(floor(width / (least * aspect)), 1), THUMBS_MAX);
    at->strip = panel(&y, 0, fmin(width / at->thumbs / aspect, 2 * least));
    return y;
}

static double lay_film(snq__map_layout *at, const snq_map_sheet *m, double y)
{
    const int none = m->sight->motion_reason || !m->look->steps;
    at->events = panel(&y, SECTION, 30);
    at->motion = panel(&y, GAP, none ? LANE_RESTS : LANE_HEIGHT);
    return y;
}

static double lay_music(snq__map_layout *at, const snq_map_sheet *m, double y)
{
    double gap = SECTION;
    if (m->score && m->score->sections) {
        at->sections = panel(&y, gap, 38);
        gap = GAP;
    }
    if (m->score) {
        at->bars = panel(&y, gap, 32);
        gap = GAP;
    }
    if (m->hits) {
        at->hits = panel(&y, gap, 44);
        gap = GAP;
    }
    if (m->loudness)
        at->loudness = panel(&y, gap, 84);
    return y;
}

static double lay_lane(snq__map_layout *at, const snq_map_sheet *m, uint32_t i, double y)
{
    const snq_map_sheet_lane *l = &m->lane[i];
    const snq_param *p = &l->param[0];
    const int rests = snq__map_rests(m, l);
    const uint32_t more = l->sources > SNQ_MAP_SHEET_SOURCES_MAX ? SNQ_MAP_SHEET_SOURCES_MAX + 1
                          : l->sources                           ? l->sources
                                                                 : 1;
    const int reason = !rests && l->reason && *l->reason;
    const double choices = (double)p->max - (double)p->min + 1;
    y += LANE_GAP + WORDS;
    at->words_y[i] = y - 6;
    y += WORDS * (more - 1 + reason);
    double height = LANE_HEIGHT;
    if (rests)
        height = LANE_RESTS;
    else if (p->scale == SNQ_PARAM_DISCRETE)
        height = fmin(fmax(height, LANE_CHOICE * choices), 240);
    at->lane[i] = panel(&y, 0, height);
    return y;
}

snq__map_layout snq__map_sheet_layout(const snq_map_sheet *m)
{
    snq__map_layout at = { 0 };
    double y = lay_strip(&at, &m->look->strip);
    y = lay_film(&at, m, y);
    y = lay_music(&at, m, y);
    at.times = (snq__box) { SNQ__PANEL_X0, at.strip.y0, SNQ__PANEL_X1, y };
    y += AXIS + SECTION - WORDS;
    at.lanes_y = y;
    for (uint32_t i = 0; i < m->lanes; i++)
        y = lay_lane(&at, m, i, y);
    at.height = y + (m->lanes ? AXIS : LANE_RESTS) + 30;
    return at;
}

/* ---- drawing ---- */

static void draw_name(snq__map_drawing *d)
{
    static const char dot[] = "  \xC2\xB7  ";
    const snq_map_sheet *m = d->map;
    const snq_sight_video *v = &m->sight->video;
    char text[SNQ__LABEL_BYTES];
    snq_str line;
    snq__canvas *c = &d->film.canvas;
    snq__type type = { .size = SNQ__SIZE_TEXT,
                       .ink = SNQ__INK_TICK,
                       .most = SNQ__PAGE_X1 - SNQ__PAGE_X0 };
    snq__page_title(c, d->film.cfg->title, v->path, "sonique map");
    snq_str_init(&line, 1 << 14);
    if (m->name) {
        snq_str_put_printable(&line, m->name);
        snq_str_put(&line, dot);
    }
    if (m->score && m->score->tempos)
        snq_str_putf(&line, "%g BPM%s", round(m->score->tempo[0].bpm * 100) / 100, dot);
    else if (!m->score)
        snq_str_putf(&line, "%g BPM%s", round(m->bpm * 100) / 100, dot);
    snq_str_putf(&line, "%u \xC3\x97 %u px%s%g fps%s%s", v->width, v->height, dot,
                 round(v->fps * 1000) / 1000, dot, snq__put_duration(text, v->duration_s));
    snq__text(c, &type, SNQ__PAGE_X0, SNQ__FORMAT_Y, snq_str_text(&line));
    snq_str_clear(&line);
    if (!m->what)
        return;
    type.size = SNQ__SIZE_SMALL;
    snq_str_init(&line, 1 << 14);
    snq_str_put_printable(&line, m->what);
    snq__text(c, &type, SNQ__PAGE_X0, SNQ__FORMAT_Y + 32, snq_str_text(&line));
    snq_str_clear(&line);
}

static void draw_film(snq__map_drawing *d)
{
    char text[SNQ__WATCH_EVENT_KINDS][48];
    snq__key key[SNQ__WATCH_EVENT_KINDS + 1];
    snq__watch_sheet *s = &d->film;
    const uint32_t keys = snq__watch_event_keys(s, text, key);
    snq__panel_title(&s->canvas, s->at.events, "The film", "", NULL);
    snq__panel_legend(&s->canvas, s->at.events, key, keys);
    snq__watch_lane(s, SNQ__WATCH_ALL);
}

/* Under the film and its music, and under the last lane: a tall sheet is read from both ends. */
static void draw_times(snq__map_drawing *d)
{
    snq__watch_sheet *s = &d->film;
    const uint32_t lanes = d->map->lanes;
    if (!s->time.ticks)
        return;
    snq__panel_times(&s->canvas, d->at.times, &s->time, s->from_s, s->to_s);
    if (lanes)
        snq__panel_times(&s->canvas, d->at.lane[lanes - 1], &s->time, s->from_s, s->to_s);
}

static void place(snq__map_drawing *d)
{
    snq__map_layout *at = &d->at;
    snq__box *const box[] = { &at->strip, &at->events, &at->motion,  &at->sections,
                              &at->bars,  &at->hits,   &at->loudness };
    for (size_t i = 0; i < SNQ_COUNT(box); i++)
        snq__watch_snap(&d->film.canvas, box[i]);
    for (uint32_t i = 0; i < d->map->lanes; i++)
        snq__watch_snap(&d->film.canvas, &at->lane[i]);
    d->film.at.events = at->events;
    d->film.at.lane[SNQ__WATCH_ALL] = at->motion;
    /* as far as lines at cuts go */
    d->film.at.light = d->map->lanes ? at->lane[d->map->lanes - 1] : at->times;
    snq__watch_times(&d->film);
}

snq_status snq__map_sheet_draw(const snq_map_sheet *m, const snq_sheet_cfg *cfg,
                               snq_sheet_sink sink, void *user)
{
    snq__map_drawing d = { .film = { .sight = m->sight, .look = m->look, .cfg = cfg },
                           .map = m,
                           .at = snq__map_sheet_layout(m) };
    snq__canvas *c = &d.film.canvas;
    SNQ_TRY(snq__canvas_init(c, cfg->width_px, d.at.height, cfg));
    place(&d);
    snq__fill(c, (snq__box) { 0, 0, SNQ__CANVAS_UNITS, d.at.height + 1 }, SNQ__INK_PAPER);
    draw_name(&d);
    snq_status st = snq__map_sheet_strip(&d);
    if (st >= 0) {
        draw_film(&d);
        snq__map_sheet_music(&d);
        snq__map_sheet_lanes(&d);
        draw_times(&d);
        snq__watch_events(&d.film);
        st = snq__sheet_png_canvas(c, m->look->strip.thumbs > 0, sink, user);
    }
    snq__canvas_clear(c);
    return st;
}
