// SPDX-License-Identifier: MIT
/* IDEA   A shape of the style is laid out, what the prompt wants of its sections is done to it, and the bars of
 *        the piece are shared out among what is left, in whole phrases.
 *
 * STEPS  1  shape: by weight, by how near its usual length is to the wanted one (shorter / longer), times 3 for
 *           each kind of section that a wish names and the shape has
 *        2  again: while the sections' sum times 1.4 is under the length, the shape's `again` group comes once more
 *        3  wishes, in this order: none (away with them), count (more: the last one comes again with up to two
 *           sections that lead to it; fewer: the last ones go, with a build before them), bars (fixed), long
 *           (weight times 2), short (half). What the shape lacks is added where its kind belongs
 *        4  room: sections shall be m bars long at least on average (m = 6 from 48 bars on, 5 from 24, 4 from 12,
 *           3 from 6, 2 from 3, else 1); while they can't be, the one with the lowest keep - 2 * (those of its
 *           kind before it) goes, of equals the last; what was asked for stays as long as a bar is left for each
 *        5  lengths: by weight, rounded to whole phrases, or to whole fours (twos, bars, where there are more
 *           sections than that) where a section is shorter than three quarters of a phrase; what is left over or
 *           missing goes to, comes from, whoever is furthest from its share; the last odd bars to the last section
 * COST   sections * sections. All in whole numbers: the same everywhere. */
#include <string.h>

#include "base/rng.h"
#include "compose/form_impl.h"

enum { PER_BAR = 4, PARTS_MAX = SNQ_FORM_SECTIONS_MAX };

/* ---------------------------------------------------------------- the list */

static uint32_t count_of(const snq_form_parts *p, int section)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->parts; i++)
        n += p->part[i].of->section == section;
    return n;
}

static int32_t last_of(const snq_form_parts *p, int section)
{
    for (uint32_t i = p->parts; i-- > 0;)
        if (p->part[i].of->section == section)
            return (int32_t)i;
    return -1;
}

static int64_t weight_sum(const snq_form_parts *p)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < p->parts; i++)
        sum += p->part[i].weight;
    return sum;
}

static snq_status insert(snq_form_parts *p, uint32_t at, const snq_shape_section *of)
{
    if (p->parts == PARTS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "more than %d sections", PARTS_MAX);
    memmove(&p->part[at + 1], &p->part[at], (p->parts - at) * sizeof p->part[0]);
    p->part[at] = (snq_form_part) { .of = of, .weight = of->bars * PER_BAR };
    p->parts++;
    return SNQ_OK;
}

static void take_out(snq_form_parts *p, uint32_t at)
{
    p->parts--;
    memmove(&p->part[at], &p->part[at + 1], (p->parts - at) * sizeof p->part[0]);
}

/* ---------------------------------------------------------------- shape */

static int wished(const snq_brief *b, int section, int kind)
{
    for (uint32_t i = 0; i < b->wishes; i++)
        if (b->wish[i].section == section && b->wish[i].kind == kind)
            return 1;
    return 0;
}

static const snq_style_shape *choose_shape(const snq_brief *b, const snq_style_form *f,
                                           uint64_t seed, int32_t bars)
{
    float weight[SNQ_STYLE_SHAPES_MAX], sum = 0.0f;
    snq_rng rng;
    for (uint32_t i = 0; i < f->shapes; i++) {
        const snq_style_shape *s = &f->shape[i];
        int32_t usual = 0;
        uint32_t has = 0;
        for (uint32_t k = 0; k < s->sections; k++) {
            usual += s->section[k].bars;
            has |= 1u << s->section[k].section;
        }
        weight[i] =
            s->weight * (usual < bars ? (float)usual / (float)bars : (float)bars / (float)usual);
        for (uint32_t w = 0; w < b->wishes; w++)
            if (b->wish[w].kind != SNQ_WISH_NONE && (has >> b->wish[w].section & 1))
                weight[i] *= 3.0f;
        sum += weight[i];
    }
    snq_rng_init(&rng, seed ^ 0x666f726dULL); /* "form" */
    float at = (float)snq_rng_uniform(&rng) * sum;
    for (uint32_t i = 0; i + 1 < f->shapes; i++) {
        if (at < weight[i])
            return &f->shape[i];
        at -= weight[i];
    }
    return &f->shape[f->shapes - 1];
}

static snq_status lay_out(const snq_brief *b, const snq_style_shape *s, int32_t bars,
                          snq_form_parts *p)
{
    for (uint32_t i = 0; i < s->sections; i++)
        SNQ_TRY(insert(p, p->parts, &s->section[i]));
    if (s->again_from > s->again_to)
        return SNQ_OK;
    const uint32_t group = s->again_to - s->again_from + 1u;
    for (uint32_t i = s->again_from; i <= s->again_to; i++)
        if (wished(b, s->section[i].section, SNQ_WISH_COUNT))
            return SNQ_OK;
    uint32_t at = s->again_to + 1u;
    while (weight_sum(p) * 7 < (int64_t)bars * PER_BAR * 5 && p->parts + group <= PARTS_MAX / 4) {
        for (uint32_t i = 0; i < group; i++)
            SNQ_TRY(insert(p, at++, &s->section[s->again_from + i]));
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- wishes */

/* Where a section of a kind that is not there yet belongs. */
static uint32_t place_of(const snq_form_parts *p, int section)
{
    const uint32_t n = p->parts;
    const uint32_t first = n && p->part[0].of->section == SNQ_SECTION_intro;
    const uint32_t last = n && p->part[n - 1].of->section == SNQ_SECTION_outro ? n - 1 : n;
    int32_t near = -1;
    switch (section) {
    case SNQ_SECTION_intro:
        return 0;
    case SNQ_SECTION_outro:
        return n;
    case SNQ_SECTION_verse:
        return first < last ? first : last;
    case SNQ_SECTION_build: /* before the last high point */
        near = last_of(p, SNQ_SECTION_drop);
        if (near < 0)
            near = last_of(p, SNQ_SECTION_chorus);
        break;
    case SNQ_SECTION_bridge: /* before the last chorus */
        near = last_of(p, SNQ_SECTION_chorus);
        break;
    case SNQ_SECTION_drop: /* after a build */
        near = last_of(p, SNQ_SECTION_build) + 1;
        near = near > 0 ? near : -1;
        break;
    case SNQ_SECTION_chorus: /* after a verse */
        near = last_of(p, SNQ_SECTION_verse) + 1;
        near = near > 0 ? near : -1;
        break;
    default: /* break: in the middle */
        break;
    }
    const uint32_t at = near >= 0 ? (uint32_t)near : (n + 1) / 2;
    return at < first ? first : at > last ? last : at;
}

static snq_status add_kind(snq_form_parts *p, int section, const snq_style_shape *s)
{
    const snq_shape_section *of = &p->extra[section];
    snq__style_form_section(section, &p->extra[section]);
    for (uint32_t i = 0; i < s->sections; i++)
        if (s->section[i].section == section) {
            of = &s->section[i];
            break;
        }
    return insert(p, place_of(p, section), of);
}

static void remove_kind(snq_form_parts *p, int section)
{
    for (uint32_t i = p->parts; i-- > 0;)
        if (p->part[i].of->section == section)
            take_out(p, i);
}

/* One more of a kind: the last one again, with what leads to it. */
static snq_status once_more(const snq_brief *b, snq_form_parts *p, int section)
{
    const int32_t last = last_of(p, section);
    int32_t from = last;
    while (from > 0 && last - from < 2 && p->parts < PARTS_MAX / 2) {
        const int before = p->part[from - 1].of->section;
        if (before == section || before == SNQ_SECTION_intro || wished(b, before, SNQ_WISH_COUNT) ||
            wished(b, before, SNQ_WISH_BARS))
            break;
        from--;
    }
    for (int32_t i = from; i <= last; i++)
        SNQ_TRY(insert(p, (uint32_t)(last + 1 + i - from), p->part[i].of));
    return SNQ_OK;
}

static void once_less(const snq_brief *b, snq_form_parts *p, int section)
{
    const uint32_t last = (uint32_t)last_of(p, section);
    take_out(p, last);
    if (last > 0 && p->part[last - 1].of->section == SNQ_SECTION_build &&
        section != SNQ_SECTION_build && count_of(p, SNQ_SECTION_build) > 1 &&
        !wished(b, SNQ_SECTION_build, SNQ_WISH_COUNT))
        take_out(p, last - 1);
}

static snq_status obey_count(const snq_brief *b, const snq_style_shape *s, snq_form_parts *p,
                             const snq_section_wish *w)
{
    if (!w->n) {
        remove_kind(p, w->section);
        return SNQ_OK;
    }
    if (!count_of(p, w->section))
        SNQ_TRY(add_kind(p, w->section, s));
    while (count_of(p, w->section) < (uint32_t)w->n)
        SNQ_TRY(once_more(b, p, w->section));
    while (count_of(p, w->section) > (uint32_t)w->n)
        once_less(b, p, w->section);
    return SNQ_OK;
}

static void obey_length(snq_form_parts *p, const snq_section_wish *w)
{
    for (uint32_t i = 0; i < p->parts; i++) {
        snq_form_part *part = &p->part[i];
        if (part->of->section != w->section)
            continue;
        part->asked = 1;
        if (w->kind == SNQ_WISH_BARS) {
            part->fixed = 1;
            part->bars = w->n;
        } else if (w->kind == SNQ_WISH_LONG) {
            part->weight *= 2;
        } else if (w->kind == SNQ_WISH_SHORT) {
            part->weight /= 2;
        }
    }
}

static snq_status obey(const snq_brief *b, const snq_style_shape *s, snq_form_parts *p)
{
    for (uint32_t i = 0; i < b->wishes; i++)
        if (b->wish[i].kind == SNQ_WISH_NONE)
            remove_kind(p, b->wish[i].section);
    for (uint32_t i = 0; i < b->wishes; i++)
        if (b->wish[i].kind == SNQ_WISH_COUNT)
            SNQ_TRY(obey_count(b, s, p, &b->wish[i]));
    for (uint32_t i = 0; i < b->wishes; i++) {
        const snq_section_wish *w = &b->wish[i];
        if (w->kind == SNQ_WISH_NONE || (w->kind == SNQ_WISH_COUNT && !w->n))
            continue;
        const int away = wished(b, w->section, SNQ_WISH_NONE);
        if (!count_of(p, w->section) && !away)
            SNQ_TRY(add_kind(p, w->section, s));
        obey_length(p, w);
    }
    return p->parts ? SNQ_OK : SNQ_FAIL(SNQ_ERR_RANGE, "no section is left");
}

/* ---------------------------------------------------------------- room */

static int32_t fixed_bars(const snq_form_parts *p, int32_t *flexible)
{
    int64_t sum = 0;
    *flexible = 0;
    for (uint32_t i = 0; i < p->parts; i++) {
        if (p->part[i].fixed)
            sum += p->part[i].bars;
        else
            (*flexible)++;
    }
    return sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
}

/* The part that is missed least; -1: all were asked for. */
static int32_t least(const snq_form_parts *p)
{
    uint8_t before[SNQ_SECTIONS] = { 0 };
    int32_t worst = -1;
    int lowest = 0;
    for (uint32_t i = 0; i < p->parts; i++) {
        const snq_shape_section *s = p->part[i].of;
        const int keep = s->keep - 2 * before[s->section];
        before[s->section] = (uint8_t)(before[s->section] + (before[s->section] < 100));
        if (!p->part[i].asked && (worst < 0 || keep <= lowest)) {
            worst = (int32_t)i;
            lowest = keep;
        }
    }
    return worst;
}

static snq_status make_room(snq_form_parts *p, int32_t bars)
{
    const int32_t at_least = bars >= 48   ? 6
                             : bars >= 24 ? 5
                             : bars >= 12 ? 4
                             : bars >= 6  ? 3
                             : bars >= 3  ? 2
                                          : 1;
    for (;;) {
        int32_t flexible = 0;
        const int32_t rest = bars - fixed_bars(p, &flexible);
        const int32_t worst = least(p);
        if (rest >= 0 && (flexible ? (int64_t)flexible * at_least <= rest : rest == 0))
            return SNQ_OK;
        if (p->parts > 1 && worst >= 0) {
            /* a last flexible part takes what is left over */
            if (flexible > 1 || rest <= 0) {
                take_out(p, (uint32_t)worst);
                continue;
            }
        }
        if (rest >= flexible && flexible)
            return SNQ_OK;
        if (!flexible &&
            rest > 0) { /* all lengths are said, and there is more: it has to be filled */
            p->part[p->parts - 1].fixed = 0;
            continue;
        }
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u sections that need %lld bars don't fit into %d bars",
                        p->parts, (long long)bars - rest + flexible, bars);
    }
}

/* Shares of a length: as many bars as its weight has of the sum, in whole phrases, or in whole `grain`s where it
 * is much shorter than a phrase. */
typedef struct shares {
    snq_form_parts *p;
    int64_t sum, bars; /* of weights; to be shared */
    int32_t phrase, grain;
} shares;

static int32_t step_of(const shares *s, const snq_form_part *q)
{
    return 4 * q->weight * s->bars >= 3 * s->phrase * s->sum && s->phrase > s->grain ? s->phrase
                                                                                     : s->grain;
}

static int64_t lack_of(const shares *s, const snq_form_part *q)
{
    return q->weight * s->bars - q->bars * s->sum;
}

/* Who lacks most, or has most too much and can give; NULL: nobody can. */
static snq_form_part *worst_off(const shares *s, int gives)
{
    snq_form_part *who = NULL;
    int64_t most = 0;
    for (uint32_t i = 0; i < s->p->parts; i++) {
        snq_form_part *q = &s->p->part[i];
        if (q->fixed || (gives && q->bars < 2 * s->grain))
            continue;
        const int64_t need = gives ? -lack_of(s, q) : lack_of(s, q);
        if (!who || need > most || (need == most && !gives && q->of->keep > who->of->keep)) {
            who = q;
            most = need;
        }
    }
    return who;
}

static void share_out(snq_form_parts *p, int32_t phrase, int32_t bars)
{
    int32_t flexible = 0;
    shares s = { .p = p, .phrase = phrase, .grain = phrase < 4 ? phrase : 4 };
    snq_form_part *last = NULL;
    s.bars = bars - fixed_bars(p, &flexible);
    if (!flexible)
        return;
    while (s.grain > 1 && (int64_t)flexible * s.grain > s.bars)
        s.grain /= 2;
    for (uint32_t i = 0; i < p->parts; i++)
        s.sum += p->part[i].fixed ? 0 : p->part[i].weight;
    int64_t left = s.bars;
    for (uint32_t i = 0; i < p->parts; i++) {
        snq_form_part *q = &p->part[i];
        if (q->fixed)
            continue;
        const int64_t step = step_of(&s, q);
        const int64_t steps = (2 * q->weight * s.bars + step * s.sum) / (2 * step * s.sum);
        q->bars = (int32_t)((steps < 1 ? 1 : steps) * step);
        left -= q->bars;
        last = q;
    }
    while (left < 0) {
        snq_form_part *q = worst_off(&s, 1);
        const int32_t step = step_of(&s, q);
        const int32_t less = step <= -left && q->bars - step >= s.grain ? step : s.grain;
        q->bars -= less;
        left += less;
    }
    while (left >= s.grain) {
        snq_form_part *q = worst_off(&s, 0);
        const int32_t step = step_of(&s, q), more = step <= left ? step : s.grain;
        q->bars += more;
        left -= more;
    }
    last->bars += (int32_t)left;
}

snq_status snq__form_parts_plan(const snq_brief *brief, const snq_style_form *style, uint64_t seed,
                                int32_t bars, snq_form_parts *out)
{
    memset(out, 0, sizeof *out);
    const snq_style_shape *s = choose_shape(brief, style, seed, bars);
    SNQ_TRY(lay_out(brief, s, bars, out));
    SNQ_TRY(obey(brief, s, out));
    SNQ_TRY(make_room(out, bars));
    share_out(out, style->phrase, bars);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- an open length */

int32_t snq_form_usual_bars(const snq_brief *brief, const snq_style_form *style, uint64_t seed,
                            int32_t bars)
{
    snq_form_parts p;
    int32_t flexible = 0;
    int64_t want = 0;
    int said = 0;
    for (uint32_t i = 0; i < brief->wishes; i++)
        said |= brief->wish[i].kind == SNQ_WISH_BARS || brief->wish[i].kind == SNQ_WISH_COUNT;
    if (!said)
        return bars;
    memset(&p, 0, sizeof p);
    const snq_style_shape *s = choose_shape(brief, style, seed, bars);
    if (lay_out(brief, s, bars, &p) < 0 || obey(brief, s, &p) < 0)
        return bars; /* snq_form_plan will say why */
    want = fixed_bars(&p, &flexible);
    for (uint32_t i = 0; i < p.parts; i++)
        want += p.part[i].fixed ? 0 : p.part[i].weight / PER_BAR;
    want = (want + style->phrase - 1) / style->phrase * style->phrase;
    return want < 1 ? 1 : want > SNQ_INTENT_BARS_MAX ? SNQ_INTENT_BARS_MAX : (int32_t)want;
}
