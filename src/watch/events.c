// SPDX-License-Identifier: MIT
/* events -- rules that tell cuts, fades, flashes and accents from small pictures.
 *
 * IDEA   Pictures of one shot are alike, moved a little. Where one is unlike the picture before it
 *        and all is new from there on, there is a cut; if the old picture comes back, it was a flash
 *        or a fault. A fade is a picture that lies, for a while, on the straight way from an old one
 *        to a new one. An accent is a speed that the second before has not seen.
 *
 * STEPS  Of each picture n, against n - 1 (events_thumb.c): broken, colour, tone, change, reshape
 *                (change without that of the mean light).
 *        unlike: s[n] = min(1, reshape/C) broken + min(1, change/C) (kc colour + kt tone); of pictures
 *                with less than 4 levels of texture, half of colour + tone as well
 *        mixed:  n is n - 1 and n + 1 laid over each other, and these are unlike; then n + 1 is held
 *                against n - 1 instead
 *        cut:    s[n] >= T, the largest within 1/12 s, s[n] >= D + median of s within half a second,
 *                no step of several in a row to or from an empty picture, and none of 8 pictures of
 *                the next 0.4 s is like n - 1
 *        flash:  mean luma L up by J = max(L[n], L[n+1], L[n+2]) - L[n-1] >= J0 and >= J1 times the
 *                median |L[k] - L[k-1]| of the second before; 0.4 J of it at once and twice the step
 *                before; back under L[n-1] + J/2 within a second; the same things in the picture
 *        fade:   for w = 0.12 .. 1 s: a = picture n - w, b = n + w, all less their means,
 *                m = a + way (b - a) + rest, for m = n - w/2, n, n + w/2: way about 1/4, 1/2, 3/4,
 *                rest/(b - a) <= 0.12 in power, and the way the same in all parts of the picture
 *                within 0.1; the things of a not found in b, or one of them empty. Of many such
 *                windows on one fade that with the largest change and the least rest wins.
 *        accent: speed[n] >= A max(speed[n - 1 s .. n - 0.12 s]) + A0, speed in picture heights a
 *                second: mean length of the flow, weighted by its confidence; without flow, the
 *                way of the blocks. Or L leaps (up or down) by 2 J0 and stays, or one picture isn't
 *                of the shot. None within 0.3 s of another, of a cut, or in a fade.
 *        strength: cut s[n]; flash J / 105 levels; fade change / 64 levels; accent 1 - e^(-rise)
 *                (rise in heights a second) or |J| / 105; each cut to 0 .. 1
 *
 * CONST  All measured on 2026-11-21: 40 films of noise textures (379 cuts, 238 jolts, 155 flashes) and 14
 *        of real footage spliced with 96 cuts, 144 fades and dissolves, 26 flashes. T 0.45: cuts there
 *        have 0.78 and more, the strongest jolt (0.15 heights in a picture) 0.38, footage without cuts
 *        under 0.28. D 0.25. C 8 levels, kc 0.25, kt 0.1. J0 8 levels, J1 6. A 1.8, A0 0.08 heights/s.
 *        105 levels is the flash that the truth of films calls 1. With 0.15 for the rest of a fade,
 *        pans of smooth pictures pass for fades.
 *
 * COST   One match a picture (events_thumb.c): 0.1 ms in all at 320 x 180; memory 6 KB for each
 *        picture of two seconds, of at most 2 x 256 pictures.
 *
 * LIMITS Of a fade longer than two seconds the time is that of its last (to black: of its darkest)
 *        second's middle; fades with fast motion in them are missed. Over 256 pictures a second the
 *        look-ahead is shorter than a second. Jump cuts within a fixed frame, and wipes, are not seen
 *        as such. Without flow, accents are less sure: turns look like jolts.
 *
 * REFS   R. Lienhart, "Reliable transition detection in videos: a survey and practitioner's guide",
 *        Int. J. Image and Graphics 1(3), 2001; A. Hanjalic, "Shot-boundary detection: unraveled and
 *        resolved?", IEEE Trans. CSVT 12(2), 2002. */
#include "watch/events.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/events_impl.h"

enum { AHEAD_MAX = 256, SIDE_MAX = 8192, CELLS_MAX = 1024 };

#define COLOUR 0.25f
#define TONE   0.1f
#define FLAT   4.0f /* levels of texture under which histograms decide */
#define SURE   0.2f /* mean confidence from which the flow's speed counts */

snq_events_cfg snq_events_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down)
{
    return (snq_events_cfg) { .fps = fps,
                              .width = width,
                              .height = height,
                              .across = across,
                              .down = down,
                              .events_max = SNQ_SIGHT_EVENTS_MAX };
}

uint32_t snq__events_last(const snq_events *e, double s)
{
    const double n = floor(s * e->cfg.fps + 0.5);
    return n < 1 ? 1 : n > e->reach ? e->reach : (uint32_t)n;
}

static snq_status check(const snq_events_cfg *c)
{
    if (!(c->fps >= 0.01 && c->fps <= 1e5))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g frames a second are not in 0.01 .. 100000", c->fps);
    if (!c->width || !c->height || c->width > SIDE_MAX || c->height > SIDE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u px are not in 1 .. %d each", c->width, c->height,
                        SIDE_MAX);
    if (c->across > CELLS_MAX || c->down > CELLS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u cells are over %d", c->across, c->down, CELLS_MAX);
    return SNQ_OK;
}

snq_status snq_events_new(const snq_events_cfg *cfg, snq_events **out)
{
    *out = NULL;
    SNQ_TRY(check(cfg));
    snq_events *e = snq_calloc(1, sizeof *e);
    if (!e)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for events");
    e->cfg = *cfg;
    e->plan = snq__thumb_look(cfg->width, cfg->height);
    e->reach = AHEAD_MAX;
    e->reach = snq__events_last(e, SNQ_EVENTS_AHEAD_S);
    e->room = 2 * e->reach + 2;
    const uint32_t cells = e->plan.across * e->plan.down;
    e->ring = snq_calloc(e->room, sizeof *e->ring);
    e->cells = snq_calloc(e->room, cells * sizeof *e->cells);
    e->sorted = snq_calloc(e->room, sizeof *e->sorted);
    e->line = snq_calloc(cfg->width, sizeof *e->line);
    if (!e->ring || !e->cells || !e->sorted || !e->line) {
        snq_events_free(e);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for small pictures of %g frames a second",
                        cfg->fps);
    }
    for (uint32_t i = 0; i < e->room; i++)
        e->ring[i].thumb.cell = e->cells + (size_t)i * cells;
    *out = e;
    return SNQ_OK;
}

void snq_events_free(snq_events *e)
{
    if (!e)
        return;
    snq_free(e->ring);
    snq_free(e->cells);
    snq_free(e->sorted);
    snq_free(e->line);
    snq_free(e->event);
    snq_free(e->cut);
    snq_free(e);
}

float snq__events_unlike(const snq__match *m)
{
    const float flat = m->texture < FLAT ? 1 - m->texture / FLAT : 0;
    const float all = flat * 0.5f * (m->colour + m->tone) + COLOUR * m->colour + TONE * m->tone;
    return fminf(1, m->reshape / SNQ__CHANGE_FULL) * m->broken +
           fminf(1, m->change / SNQ__CHANGE_FULL) * all;
}

/* ---- lists ---- */

snq_status snq__events_add(snq_events *e, snq_sight_event_kind kind, double t_s, float strength)
{
    if (e->events >= e->cfg.events_max)
        return SNQ_OK;
    if (e->events == e->events_room) {
        const uint32_t room = e->events_room ? 2 * e->events_room : 64;
        snq_sight_event *p = snq_regrow(e->event, e->events_room, room, sizeof *p);
        if (!p)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u events", room);
        e->event = p;
        e->events_room = room;
    }
    /* fades are known late: keep the order of time */
    uint32_t i = e->events++;
    for (; i && e->event[i - 1].t_s > t_s; i--)
        e->event[i] = e->event[i - 1];
    e->event[i] = (snq_sight_event) { .t_s = t_s,
                                      .strength = (double)fminf(fmaxf(strength, 0), 1),
                                      .kind = kind };
    return SNQ_OK;
}

snq_status snq__events_add_cut(snq_events *e, uint64_t n, float strength)
{
    if (e->cuts == e->cuts_room) {
        const size_t room = e->cuts_room ? 2 * e->cuts_room : 64;
        uint64_t *p = snq_regrow(e->cut, e->cuts_room, room, sizeof *p);
        if (!p)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu cuts", room);
        e->cut = p;
        e->cuts_room = room;
    }
    e->cut[e->cuts++] = n;
    e->shot = n;
    e->quiet = n + snq__events_last(e, SNQ__PAUSE_S);
    return snq__events_add(e, SNQ_SIGHT_CUT, snq__events_at(e, n)->t_s, strength);
}

/* ---- stream ---- */

/* Mean speed in heights a second, from the flow; -1 when it can't be trusted. */
static float speed_of_flow(const snq_events *e, const float *lattice)
{
    const size_t cells = (size_t)e->cfg.across * e->cfg.down;
    double sum = 0, sure = 0;
    for (size_t i = 0; lattice && i < cells; i++) {
        const float *c = lattice + 3 * i;
        if (!(c[2] > 0) || !isfinite(c[0]) || !isfinite(c[1]))
            continue;
        sure += (double)c[2];
        sum += (double)(c[2] * hypotf(c[0], c[1]));
    }
    if (!(sure >= (double)SURE * (double)cells) || sure <= 0)
        return -1;
    return (float)(sum / sure * e->cfg.fps / e->cfg.height);
}

static void follow(const snq_events *e, snq__event_slot *now, const snq__event_slot *last,
                   const snq_events_picture *p)
{
    now->match = snq__thumb_match(&e->plan, &last->thumb, &now->thumb);
    now->unlike = snq__events_unlike(&now->match);
    now->speed = last->speed;
    if (p->repeated)
        return;
    const float flow = speed_of_flow(e, p->lattice);
    const float blocks = now->match.shift / (float)e->plan.down * (float)e->cfg.fps;
    if (flow >= 0)
        now->speed = flow;
    else if (now->match.broken < SNQ__CUT_LEAST)
        now->speed = blocks;
}

static snq_status fits(const snq_events *e, const snq_events_picture *p)
{
    if (e->ended)
        return SNQ_FAIL(SNQ_ERR_STATE, "a picture after the end");
    if (p->luma.width != e->cfg.width || p->luma.height != e->cfg.height || p->luma.channels != 1)
        return SNQ_FAIL(SNQ_ERR_ARG, "a picture of %u x %u px, not %u x %u", p->luma.width,
                        p->luma.height, e->cfg.width, e->cfg.height);
    return SNQ_OK;
}

snq_status snq_events_push(snq_events *e, const snq_events_picture *p)
{
    SNQ_TRY(fits(e, p));
    snq__event_slot *now = snq__events_at(e, e->next);
    snq__thumb_make(&e->plan, &p->luma, &p->cb, &p->cr, e->line, &now->thumb);
    now->t_s = p->t_s;
    now->unlike = now->speed = 0;
    if (e->next)
        follow(e, now, snq__events_at(e, e->next - 1), p);
    e->next++;
    if (e->next - e->done > e->reach)
        return snq__events_settle(e, e->done++);
    return SNQ_OK;
}

snq_status snq_events_end(snq_events *e)
{
    e->ended = 1;
    while (e->done < e->next)
        SNQ_TRY(snq__events_settle(e, e->done++));
    return snq__events_settle_fade(e);
}

uint64_t snq_events_settled(const snq_events *e)
{
    return e->done;
}

const uint64_t *snq_events_cuts(const snq_events *e, size_t *cuts)
{
    *cuts = e->cuts;
    return e->cut;
}

snq_status snq_events_finish(const snq_events *e, snq_sight *sight)
{
    if (!e->ended)
        return SNQ_FAIL(SNQ_ERR_STATE, "events are asked for before the end");
    if (!e->next) {
        sight->events_reason = "no picture";
        return SNQ_OK;
    }
    snq_sight_event *list = snq_sight_list(sight, e->events, sizeof *list);
    if (!list)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u events", e->events);
    if (e->events)
        memcpy(list, e->event, e->events * sizeof *list);
    sight->event = list;
    sight->events = e->events;
    sight->events_reason = NULL;
    return SNQ_OK;
}
