// SPDX-License-Identifier: MIT
/* events_rules -- what each picture is: the rules of the essay at the top of events.c. */
#include "watch/events_impl.h"

#include <math.h>

#include "base/attr.h"
#include "dsp/median.h"

enum { PROBES = 8 };

#define CUT_OVER    0.25f
#define LIGHT_LEAST 8.0f
#define LIGHT_OVER  6.0f
#define LIGHT_FULL  105.0f
#define MIXED_LEAST 0.15f
#define FADE_FULL   64.0f
#define FADE_REST   0.12f
#define FADE_BROKEN 0.35f
#define FADE_UNEVEN 0.1f
#define EMPTY       5.0f  /* levels of spread of black or white, */
#define DARK        32.0f /* and how far it is from them */
#define SPEED_OVER  1.8f
#define SPEED_LEAST 0.08f
#define GAP_S       0.12

static snq__match hold(const snq_events *e, uint64_t a, uint64_t b)
{
    return snq__thumb_match(&e->plan, &snq__events_at(e, a)->thumb, &snq__events_at(e, b)->thumb);
}

/* First and last picture that can be asked for, seen from n. */
static uint64_t first_of(const snq_events *e, uint64_t n, uint32_t back)
{
    const uint64_t oldest = e->next > e->room ? e->next - e->room : 0;
    const uint64_t from = n > back ? n - back : 0;
    return from > oldest ? from : oldest;
}

static uint64_t last_of(const snq_events *e, uint64_t n, uint32_t ahead)
{
    return n + ahead < e->next ? n + ahead : e->next - 1;
}

static float median_unlike(const snq_events *e, uint64_t n)
{
    const uint32_t w = snq__events_last(e, 0.5);
    const uint64_t to = last_of(e, n, w);
    size_t k = 0;
    for (uint64_t i = first_of(e, n, w); i <= to; i++)
        if (i && (i + 1 < n || i > n + 1))
            e->sorted[k++] = snq__events_at(e, i)->unlike;
    return snq_median_of(e->sorted, k, e->sorted);
}

/* Whether the picture before n comes back within 0.4 s from n on. */
static int comes_back(const snq_events *e, uint64_t n, float cut)
{
    const uint64_t to = last_of(e, n, snq__events_last(e, 0.4));
    const uint64_t step = 1 + (to - n) / PROBES;
    for (uint64_t i = n + 1; i <= to; i += step) {
        const snq__match m = hold(e, n - 1, i);
        if (snq__events_unlike(&m) < 0.5f * cut && m.broken < 0.5f * SNQ__CUT_LEAST + 0.05f)
            return 1;
    }
    return 0;
}

/* Whether picture n is the two beside it, laid over each other. */
static int is_mixed(const snq_events *e, uint64_t n)
{
    float way, left;
    if (n <= e->shot || n + 1 >= e->next)
        return 0;
    const snq__event_slot *now = snq__events_at(e, n), *then = snq__events_at(e, n + 1);
    if (fminf(now->match.reshape, then->match.reshape) < SNQ__CHANGE_FULL ||
        fminf(now->unlike, then->unlike) < MIXED_LEAST)
        return 0;
    snq__thumb_blend(&e->plan, &snq__events_at(e, n - 1)->thumb, &now->thumb, &then->thumb, &way,
                     &left);
    if (way < 0.1f || way > 0.9f || left > FADE_REST)
        return 0;
    const snq__match m = hold(e, n - 1, n + 1);
    return snq__events_unlike(&m) >= SNQ__CUT_LEAST;
}

static float step_of_light(const snq_events *e, uint64_t n)
{
    return snq__events_at(e, n)->thumb.mean - snq__events_at(e, n - 1)->thumb.mean;
}

/* Whether the step at n is one of several in a row, as at the dark end of a fade. */
static int is_gradual(const snq_events *e, uint64_t n)
{
    const snq__event_slot *now = snq__events_at(e, n), *last = snq__events_at(e, n - 1);
    if (fminf(last->thumb.spread, now->thumb.spread) >= EMPTY)
        return 0;
    const float step = step_of_light(e, n), least = now->match.change / 3;
    return (n - 1 > e->shot && step * step_of_light(e, n - 1) > 0 && last->match.change > least) ||
           (n + 1 < e->next && step * step_of_light(e, n + 1) > 0 &&
            snq__events_at(e, n + 1)->match.change > least);
}

/* 0 no, 1 cut at n, -1 a picture that isn't of the shot, which goes on. */
static int judge_cut(const snq_events *e, uint64_t n, float *strength)
{
    if (is_mixed(e, n) || is_gradual(e, n))
        return 0;
    float s = snq__events_at(e, n)->unlike;
    const uint64_t mixed = n - 1 > e->shot && is_mixed(e, n - 1) ? n - 1 : n;
    if (mixed < n) {
        const snq__match m = hold(e, n - 2, n);
        s = snq__events_unlike(&m);
    }
    if (s < SNQ__CUT_LEAST || s < median_unlike(e, n) + CUT_OVER)
        return 0;
    const uint32_t near = snq__events_last(e, 1.0 / 12);
    const uint64_t to = last_of(e, n, near);
    for (uint64_t i = first_of(e, n, near); i <= to; i++)
        if (i > e->shot && i != mixed &&
            (i < n ? snq__events_at(e, i)->unlike >= s : snq__events_at(e, i)->unlike > s))
            return 0;
    *strength = s;
    return comes_back(e, mixed, s) ? -1 : 1;
}

/* How far the light leaps at n, levels; 0 when not at once or not over what is usual. */
static float leap_of_light(const snq_events *e, uint64_t n)
{
    const float base = snq__events_at(e, n - 1)->thumb.mean,
                now = snq__events_at(e, n)->thumb.mean - base;
    const uint64_t to = last_of(e, n, 2);
    float leap = now;
    for (uint64_t i = n + 1; i <= to; i++) {
        const float more = snq__events_at(e, i)->thumb.mean - base;
        if (now > 0 ? more > leap : more < leap)
            leap = more;
    }
    const float before = n > 1 ? step_of_light(e, n - 1) : 0;
    if (fabsf(leap) < LIGHT_LEAST || fabsf(now) < 0.4f * fabsf(leap) || 2 * before / now > 1)
        return 0;
    size_t k = 0;
    for (uint64_t i = first_of(e, n, e->reach); i + 1 < n; i++)
        e->sorted[k++] =
            fabsf(snq__events_at(e, i + 1)->thumb.mean - snq__events_at(e, i)->thumb.mean);
    return fabsf(leap) >= LIGHT_OVER * snq_median_of(e->sorted, k, e->sorted) ? leap : 0;
}

/* First picture behind n whose light is half back; 0: none within reach and shot. */
static uint64_t light_is_back(const snq_events *e, uint64_t n, float leap)
{
    const float half = snq__events_at(e, n - 1)->thumb.mean + 0.5f * leap;
    const uint64_t to = last_of(e, n, e->reach);
    for (uint64_t i = n + 1; i <= to; i++) {
        const float mean = snq__events_at(e, i)->thumb.mean;
        if (leap > 0 ? mean <= half : mean >= half)
            return i;
    }
    return 0;
}

static int in_fade(const snq_events *e, uint64_t n)
{
    return e->fade.found && n <= e->fade.middle + e->fade.half * 5 / 4;
}

static snq_status judge_light(snq_events *e, uint64_t n, int intruder)
{
    const float leap = leap_of_light(e, n);
    const float strength = fabsf(leap) / LIGHT_FULL;
    if (leap == 0 && !intruder)
        return SNQ_OK;
    const uint64_t back = leap != 0 ? light_is_back(e, n, leap) : 0;
    const int same = intruder || snq__events_at(e, n)->match.broken < SNQ__CUT_LEAST;
    if (!same || (!intruder && !back && fabsf(leap) < 2 * LIGHT_LEAST))
        return SNQ_OK;
    const int flash = leap > 0 && back;
    if (in_fade(e, n)) {
        if (!flash)
            return SNQ_OK;
        e->fade.found = 0; /* it was the flash's light */
    }
    e->lit = back ? back : n;
    e->quiet = e->lit + snq__events_last(e, SNQ__PAUSE_S);
    return snq__events_add(e, flash ? SNQ_SIGHT_FLASH : SNQ_SIGHT_ACCENT, snq__events_at(e, n)->t_s,
                           intruder && !flash ? snq__events_at(e, n)->unlike : strength);
}

static snq_status judge_motion(snq_events *e, uint64_t n)
{
    const uint64_t gap = snq__events_last(e, GAP_S), pause = snq__events_last(e, SNQ__PAUSE_S);
    const uint64_t from = first_of(e, n, e->reach);
    const uint64_t start = from > e->shot + 1 ? from : e->shot + 1;
    if (n < e->shot + pause + 1 || n < gap || start + 1 > n - gap)
        return SNQ_OK;
    float most = 0;
    for (uint64_t i = start; i <= n - gap; i++)
        most = fmaxf(most, snq__events_at(e, i)->speed);
    const float speed = snq__events_at(e, n)->speed;
    if (speed < SPEED_OVER * most + SPEED_LEAST)
        return SNQ_OK;
    e->quiet = n + pause;
    return snq__events_add(e, SNQ_SIGHT_ACCENT, snq__events_at(e, n)->t_s, 1 - expf(most - speed));
}

/* ---- fades ---- */

static int on_the_way(const snq_events *e, uint64_t a, uint64_t m, uint64_t b, float lo, float hi,
                      float *way)
{
    float left;
    const snq__thumb *from = &snq__events_at(e, a)->thumb, *now = &snq__events_at(e, m)->thumb,
                     *to = &snq__events_at(e, b)->thumb;
    snq__thumb_blend(&e->plan, from, now, to, way, &left);
    return *way >= lo && *way <= hi && left <= FADE_REST &&
           snq__thumb_uneven(&e->plan, from, now, to, *way) <= FADE_UNEVEN;
}

static int is_empty(const snq__thumb *t)
{
    return t->spread < EMPTY && (t->mean < DARK || t->mean > 255 - DARK);
}

/* Whether pictures n - w .. n + w are a fade. */
static int judge_window(const snq_events *e, uint64_t n, uint32_t w, snq__fade *f)
{
    if (n < w || n + w >= e->next || n - w < e->shot || n - w < e->lit ||
        n - w < first_of(e, n, e->reach))
        return 0;
    const uint64_t a = n - w, b = n + w;
    float way, other, left;
    f->change =
        snq__thumb_blend(&e->plan, &snq__events_at(e, a)->thumb, &snq__events_at(e, n)->thumb,
                         &snq__events_at(e, b)->thumb, &way, &left);
    f->off = fabsf(way - 0.5f) + 2 * sqrtf(fmaxf(left, 0));
    if (f->change < SNQ__CHANGE_FULL || fabsf(way - 0.5f) > 0.15f || left > FADE_REST)
        return 0;
    if (!on_the_way(e, a, n - w / 2, b, 0.08f, 0.42f, &other) ||
        !on_the_way(e, a, n + w / 2, b, 0.58f, 0.92f, &other))
        return 0;
    const snq__event_slot *from = snq__events_at(e, a), *to = snq__events_at(e, b);
    const float uneven =
        snq__thumb_uneven(&e->plan, &from->thumb, &snq__events_at(e, n)->thumb, &to->thumb, way);
    if (uneven > FADE_UNEVEN)
        return 0;
    const int to_empty = is_empty(&to->thumb), from_empty = is_empty(&from->thumb);
    if (from_empty && to_empty)
        return 0;
    if (!from_empty && !to_empty) {
        const snq__match m = hold(e, a, b);
        if (fminf(1, m.reshape / SNQ__CHANGE_FULL) * m.broken < FADE_BROKEN)
            return 0;
    }
    f->found = 1;
    f->from_empty = from_empty;
    f->to_empty = to_empty;
    f->half = w;
    f->middle = n;
    f->t_s = snq__events_at(e, n)->t_s;
    return 1;
}

/* Accents during the fade were its own. */
static void drop_accents(snq_events *e, double from_s, double to_s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->events; i++) {
        const snq_sight_event *v = &e->event[i];
        if (v->kind != SNQ_SIGHT_ACCENT || v->t_s < from_s || v->t_s > to_s)
            e->event[n++] = *v;
    }
    e->events = n;
}

snq_status snq__events_settle_fade(snq_events *e)
{
    const snq__fade f = e->fade;
    if (!f.found)
        return SNQ_OK;
    const double half_s = 1.25 * f.half / e->cfg.fps;
    e->fade.found = 0;
    drop_accents(e, f.t_s - half_s, f.t_s + half_s);
    return snq__events_add(e, SNQ_SIGHT_FADE, f.t_s, f.change / FADE_FULL);
}

/* Of two windows on one fade the wider one changes more; of equal ones the middle one is right. */
static float rank(const snq__fade *f)
{
    return f->change * (1 - f->off);
}

static int is_other(const snq__fade *a, const snq__fade *b)
{
    return a->to_empty != b->to_empty || a->from_empty != b->from_empty;
}

static snq_status judge_fade(snq_events *e, uint64_t n)
{
    static const double half_s[] = { 0.12, 0.2, 0.3, 0.45, 0.7, 1.0 };
    for (size_t i = 0; i < SNQ_COUNT(half_s); i++) {
        const uint32_t w = snq__events_last(e, half_s[i]);
        snq__fade f = { 0 }, *last = &e->fade;
        if (w < 3 || !judge_window(e, n, w, &f))
            continue;
        const uint32_t apart =
            is_other(last, &f) ? w > last->half ? w : last->half : w + last->half;
        if (last->found && ((last->to_empty && f.from_empty) || n - last->middle > apart))
            SNQ_TRY(snq__events_settle_fade(e));
        if (!last->found || rank(&f) > rank(last))
            *last = f;
    }
    if (e->fade.found && n > e->fade.middle + 2 * e->reach)
        SNQ_TRY(snq__events_settle_fade(e));
    return SNQ_OK;
}

snq_status snq__events_settle(snq_events *e, uint64_t n)
{
    if (!n)
        return SNQ_OK;
    float strength;
    const int cut = judge_cut(e, n, &strength);
    if (cut > 0)
        return snq__events_add_cut(e, n, strength);
    SNQ_TRY(judge_fade(e, n));
    if (n < e->quiet || is_mixed(e, n))
        return SNQ_OK;
    SNQ_TRY(judge_light(e, n, cut < 0));
    return n < e->quiet || in_fade(e, n) ? SNQ_OK : judge_motion(e, n);
}
