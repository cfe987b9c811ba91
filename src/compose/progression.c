// SPDX-License-Identifier: MIT
/* IDEA  A section walks through a chart of the style's, again and again; where a phrase ends the last bar
 *       makes way for a cadence; then each chord gets a colour, and, the more the more complex the piece is
 *       to be, something is put in its place or between. What comes again is drawn from the same stream of
 *       random numbers, so it is the same again.
 * STEPS 1 chart by material: weight x 3 for each mood it shares, x 1/8 if it is longer than the section,
 *         x 1/5 if another material has it, x 1/50 if it opens the piece on another chord than the tonic, less if
 *         the key can't be told from it (plainness)
 *       2 lay out: bar b of a section plays bar b mod n of the chart; a bar's shares fall on beats
 *       3 cadences: half ones at the end of each first phrase of two, full ones else, a final one at the end
 *       4 colours, by (material, place in the chart, complexity)
 *       5 substitutions, at most one that leaves the scale in a phrase, none at a phrase's first chord
 *       6 equal neighbours of a phrase become one
 *       With a wish for how far chords go (bar_wish.h) charts are weighed by their roots and foreign tones, too:
 *       "simple" has one chord a bar at most and step 5 is left out, "moderate" stays in the scale, "complex" and
 *       "chromatic" have step 5 in full, the latter in every second bar. A material has a chart for each.
 * CONST Chances grow with complexity c as (c - 1) / 4. Key profiles: C. Krumhansl and E. Kessler, "Tracing the
 *       dynamic changes in perceived tonal organization in a spatial representation of musical keys",
 *       Psychological Review 89(4), 1982. PLAIN: ours; below it pieces were heard in other keys.
 * COST  Linear in the number of chords. */
#include "compose/progression.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/progression_impl.h"
#include "compose/style.h"

enum { OCTAVE = 12 };

#define T(i) (1u << (i))

/* ---- what the planners share ---- */

snq_rng snq__plan_stream(const snq_chord_planner *p, uint32_t what, uint32_t a, uint32_t b)
{
    snq_rng r;
    uint64_t h = p->in->seed ^ 0x9E3779B97F4A7C15u * (what + 0x68617200u);
    h = (h ^ (h >> 29)) * 0xBF58476D1CE4E5B9u + a;
    h = (h ^ (h >> 32)) * 0x94D049BB133111EBu + b;
    snq_rng_init(&r, h ^ (h >> 31));
    return r;
}

size_t snq__plan_choose(snq_rng *r, const float *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)weight[i];
    double at = snq_rng_uniform(r) * sum;
    for (size_t i = 0; i < n; i++) {
        if (at < (double)weight[i])
            return i;
        at -= (double)weight[i];
    }
    return 0;
}

int snq__plan_complexity(const snq_chord_planner *p, int32_t bar)
{
    const int usual = p->in->chord_complexity;
    if (!p->context->wish)
        return usual;
    return (int)(snq_wish_or(p->context->wish[bar].chord_complexity, (float)usual) + 0.5f);
}

int snq__plan_section_complexity(const snq_chord_planner *p, const snq_form_section *s)
{
    int sum = 0;
    for (int32_t b = 0; b < s->bars; b++)
        sum += snq__plan_complexity(p, s->bar + b);
    return (2 * sum + s->bars) / (2 * s->bars);
}

/* What most bars of a section that say something wish; -1: none does. */
static int type_of(const snq_context *c, const snq_form_section *s)
{
    int32_t said[SNQ_PROGRESSIONS] = { 0 };
    int most = -1;
    for (int32_t b = 0; c->wish && b < s->bars; b++) {
        const int type = snq_wish_choice(c->wish[s->bar + b].progression);
        if (type >= 0)
            said[type]++;
    }
    for (int i = 0; i < SNQ_PROGRESSIONS; i++)
        if (said[i] > (most < 0 ? 0 : said[most]))
            most = i;
    return most;
}

/* ---- 2: layout ---- */

snq_status snq__plan_push(snq_chord_planner *p, const snq_chord_event *e)
{
    if (p->events == p->room) {
        const size_t room = p->room > 0 ? p->room * 2 : 128;
        snq_chord_event *more = snq_regrow(p->event, p->room, room, sizeof *more);
        if (!more)
            return SNQ_ERR_NOMEM;
        p->event = more;
        p->room = room;
    }
    p->event[p->events++] = *e;
    return SNQ_OK;
}

/* Where a share of a bar begins: on a beat, the longer part first (2 + 1 in 3/4, 4 + 3 in 7/8); on dotted
 * beats in 6/8, 9/8, 12/8 while there are enough. */
static int32_t share_step(const snq_intent *in, int part, int parts)
{
    int beats = in->beats_per_bar, unit = 16 / in->beat_unit;
    if (in->beat_unit >= 8 && beats % 3 == 0 && parts <= beats / 3) {
        beats /= 3;
        unit *= 3;
    }
    for (; parts > beats && unit % 2 == 0; unit /= 2)
        beats *= 2;
    return unit * ((part * beats + parts - 1) / parts);
}

/* Bars from .. from + n of the section as bars `chart` … of l play them. */
static snq_status lay(snq_chord_planner *p, const snq_harmony_loop *l, int32_t from, int32_t n,
                      int32_t chart, int tag)
{
    const int32_t bar_steps = p->context->bar_steps;
    for (int32_t b = 0; b < n; b++) {
        const int32_t bar = (chart + b) % l->bars;
        size_t first = 0;
        /* a bar that begins with "-" goes on with the chord before it */
        while (first + 1 < l->steps &&
               (l->step[first + 1].bar < bar ||
                (l->step[first + 1].bar == bar && l->step[first + 1].part == 0)))
            first++;
        for (size_t i = first; i < l->steps && l->step[i].bar <= bar; i++) {
            const snq_harmony_step *s = &l->step[i];
            const int32_t within = s->bar < bar ? 0 : share_step(p->in, s->part, s->parts);
            snq_chord_event e = { .step = (from + b) * bar_steps + within,
                                  .place = (uint16_t)(i + (size_t)tag * 64) };
            if (within >= bar_steps || (within > 0 && p->type == SNQ_PROGRESSION_simple))
                continue;
            if (p->events > 0 && p->event[p->events - 1].step == e.step)
                p->events--;
            SNQ_TRY(snq_chord_from_numeral(s->numeral, p->in->tonic, p->in->mode, &e.chord));
            const size_t root = strspn(s->numeral, "b#IViv");
            e.plain = s->numeral[root] == '\0' || s->numeral[root] == '/' ||
                      strcmp(s->numeral + root, "o") == 0;
            e.dominant = (e.chord.tones & (T(4) | T(7))) == (T(4) | T(7)) &&
                         ((e.chord.root + OCTAVE - p->in->tonic) % OCTAVE == 7 ||
                          strpbrk(s->numeral, "/") != NULL);
            SNQ_TRY(snq__plan_push(p, &e));
        }
    }
    return SNQ_OK;
}

/* ---- 3: cadences ---- */

static const snq_harmony_loop *choose_cadence(const snq_chord_planner *p, const snq_form_section *s,
                                              int kind, uint32_t place)
{
    float weight[SNQ_HARMONY_CADENCES_MAX + SNQ_HARMONY_SPARE], sum = 0;
    const snq_style_harmony *h = p->style;
    snq_rng r = snq__plan_stream(p, SNQ_PLAN_CADENCE, s->material, place * 4 + (uint32_t)kind);
    if (kind != SNQ_CADENCE_final && snq_rng_uniform(&r) >= (double)h->cadence)
        return NULL;
    for (int strict = 1; strict >= 0 && !(sum > 0); strict--)
        for (size_t i = 0; i < h->endings; i++) {
            weight[i] =
                h->ending[i].cadence == kind ? snq__plan_suits(p, &h->ending[i], s, strict) : 0;
            sum += weight[i];
        }
    return sum > 0 ? &h->ending[snq__plan_choose(&r, weight, h->endings)] : NULL;
}

/* Now and then a dominant leads to the sixth step instead of home. */
static void deceive(snq_chord_planner *p, const snq_form_section *s)
{
    for (size_t i = 1; i + 1 < p->events; i++) {
        snq_chord_event *e = &p->event[i];
        snq_rng r = snq__plan_stream(p, SNQ_PLAN_DECEIT, s->material, (uint32_t)i);
        const double chance = 0.06 * (double)p->style->cadence * (p->in->chord_complexity - 1);
        if (e->phrase_start && p->event[i - 1].dominant && e->plain &&
            e->chord.root == p->in->tonic && snq_rng_uniform(&r) < chance) {
            const int minor = snq_mode_tones(p->in->mode) >> 3 & 1;
            (void)!snq_chord_from_numeral(minor ? "bVI" : "vi", p->in->tonic, p->in->mode,
                                          &e->chord);
            e->place += 4 * 64;
        }
    }
}

static snq_status lay_section(snq_chord_planner *p, const snq_form_section *s, int last)
{
    const snq_harmony_loop *l = p->loop[p->type + 1][s->material];
    const int32_t phrase = p->style->phrase_bars;
    p->events = 0;
    for (int32_t b = 0; b < s->bars; b += phrase) {
        const int32_t n = s->bars - b < phrase ? s->bars - b : phrase;
        const int ends = b + n == s->bars;
        const uint32_t which = (uint32_t)(b / phrase) % 2;
        const int kind = last && ends          ? SNQ_CADENCE_final
                         : which == 0 && !ends ? SNQ_CADENCE_half
                                               : SNQ_CADENCE_full;
        const snq_harmony_loop *end = choose_cadence(p, s, kind, which);
        int32_t tail = end ? end->bars : 0;
        if (tail >= n && kind != SNQ_CADENCE_final)
            tail = 0;
        tail = tail > n ? n : tail;
        if (tail == n && s->bar + b == 0) /* the piece begins at home, too */
            tail = n > 1 ? n / 2 : 1;
        SNQ_TRY(lay(p, l, b, n - tail, b, 0));
        if (tail > 0)
            SNQ_TRY(lay(p, end, b + n - tail, tail, end->bars - tail, 1 + kind));
    }
    for (size_t i = 0; i < p->events; i++) {
        snq_chord_event *e = &p->event[i];
        const int32_t end =
            i + 1 < p->events ? p->event[i + 1].step : s->bars * p->context->bar_steps;
        const int32_t phrase_steps = phrase * p->context->bar_steps;
        e->steps = end - e->step;
        e->phrase_start = e->step % phrase_steps == 0;
        e->phrase_end = end % phrase_steps == 0 || end == s->bars * p->context->bar_steps;
        e->fixed = e->phrase_start || (last && end == s->bars * p->context->bar_steps);
    }
    deceive(p, s);
    return SNQ_OK;
}

/* ---- 6: into the context ---- */

static int same_chord(const snq_chord *a, const snq_chord *b)
{
    return a->root == b->root && a->bass == b->bass && a->tones == b->tones;
}

static snq_status hand_over(snq_chord_planner *p)
{
    for (size_t i = 0; i < p->events;) {
        const snq_chord_event *e = &p->event[i];
        int32_t steps = e->steps;
        int end = e->phrase_end;
        for (i++; i < p->events && !end && same_chord(&p->event[i].chord, &e->chord); i++) {
            steps += p->event[i].steps;
            end = p->event[i].phrase_end;
        }
        SNQ_TRY(snq_context_add_chord(p->context, steps, &e->chord, end));
    }
    return SNQ_OK;
}

snq_status snq_progression_plan(const snq_intent *in, snq_context *c)
{
    snq_chord_planner *p = snq_calloc(1, sizeof *p);
    snq_status st = SNQ_ERR_NOMEM;
    if (!p)
        return st;
    p->in = in;
    p->style = &in->style->harmony;
    p->context = c;
    p->scale = snq_scale_set(in->tonic, in->mode);
    for (uint32_t i = 0; i < c->form.sections; i++) {
        const snq_form_section *s = &c->form.section[i];
        const int last = i + 1 == c->form.sections;
        p->type = type_of(c, s);
        snq__plan_choose_loop(p, s);
        SNQ_GOTO(lay_section(p, s, last));
        snq__plan_colour_section(p, s, last);
        SNQ_GOTO(snq__plan_change_section(p, s));
        SNQ_GOTO(hand_over(p));
    }
    st = SNQ_OK;
fail:
    snq_free(p->event);
    snq_free(p);
    return st;
}

/* ---- from a score ---- */

/* Does a phrase end at this step? */
static int phrase_ends(const snq_context *c, int32_t step)
{
    const int32_t bar = step / c->bar_steps;
    if (step % c->bar_steps != 0)
        return 0;
    if (bar >= c->form.bars)
        return 1;
    const int32_t in_section = bar - c->form.section[snq_form_at(&c->form, bar)].bar;
    const int phrase = c->intent->style->harmony.phrase_bars;
    return in_section % phrase == 0;
}

snq_status snq_progression_from_score(const snq_score *s, snq_context *c)
{
    snq_chord now = { (uint8_t)c->intent->tonic, (uint8_t)c->intent->tonic, T(0) | T(7) };
    int32_t at = 0;
    for (size_t i = 0; i < s->chords; i++) {
        const int64_t step =
            (s->chord[i].start * 4 + s->ticks_per_quarter / 2) / s->ticks_per_quarter;
        snq_chord next;
        SNQ_TRY(snq_chord_from_label(s->chord[i].label, &next));
        if (next.tones == 0 || step >= c->steps)
            continue;
        if (step > at && i > 0) {
            SNQ_TRY(
                snq_context_add_chord(c, (int32_t)step - at, &now, phrase_ends(c, (int32_t)step)));
            at = (int32_t)step;
        }
        now = next;
    }
    if (s->chords == 0)
        return snq_progression_plan(c->intent, c);
    return at < c->steps ? snq_context_add_chord(c, c->steps - at, &now, 1) : SNQ_OK;
}
