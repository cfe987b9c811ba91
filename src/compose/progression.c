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
 * CONST Chances grow with complexity c as (c - 1) / 4. Key profiles: C. Krumhansl and E. Kessler, "Tracing the
 *       dynamic changes in perceived tonal organization in a spatial representation of musical keys",
 *       Psychological Review 89(4), 1982. PLAIN: ours; below it pieces were heard in other keys.
 * COST  Linear in the number of chords. */
#include "compose/progression.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "compose/style.h"
#include "compose/theory.h"

enum { OCTAVE = 12, MATERIALS = 256 };

#define T(i)  (1u << (i))
#define PLAIN 0.1

/* A chord on its way: where (steps from the section's start), what, whether it may still be changed. */
typedef struct event {
    int32_t step, steps;
    snq_chord chord;
    uint16_t place; /* in the chart: what its colour is drawn by */
    uint8_t plain;  /* has no suffix: takes a colour */
    uint8_t dominant, fixed, phrase_start, phrase_end, foreign;
} event;

typedef struct planner {
    const snq_intent *in;
    const snq_style_harmony *style;
    snq_context *context;
    const snq_harmony_loop *loop[MATERIALS]; /* NULL: not chosen yet */
    uint16_t scale;
    event *event; /* (events,) of the section at hand, owned */
    size_t events, room;
} planner;

/* ---- random numbers ---- */

enum { FOR_LOOP = 1, FOR_CADENCE, FOR_DECEIT, FOR_COLOUR, FOR_CHANGE, FOR_PEDAL };

static snq_rng stream(const planner *p, uint32_t what, uint32_t a, uint32_t b)
{
    snq_rng r;
    uint64_t h = p->in->seed ^ 0x9E3779B97F4A7C15u * (what + 0x68617200u);
    h = (h ^ (h >> 29)) * 0xBF58476D1CE4E5B9u + a;
    h = (h ^ (h >> 32)) * 0x94D049BB133111EBu + b;
    snq_rng_init(&r, h ^ (h >> 31));
    return r;
}

static size_t choose(snq_rng *r, const float *weight, size_t n)
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

/* ---- 1: charts ---- */

static int complexity_of(const planner *p, int32_t bar)
{
    const int usual = p->in->chord_complexity;
    if (!p->context->wish)
        return usual;
    const float w = snq_wish_or(p->context->wish[bar].chord_complexity, -1);
    return w < 0 ? usual : 1 + (int)(w * 4 + 0.5f);
}

static int opens_on_tonic(const planner *p, const snq_harmony_loop *l)
{
    snq_chord c = { 0 };
    (void)!snq_chord_from_numeral(l->step[0].numeral, p->in->tonic, p->in->mode, &c);
    return c.root == p->in->tonic;
}

/* How plainly a chart says its key: correlation of its tones' lengths with the profile of the key (major for
 * modes with a major third, else minor), less that of the key that comes nearest. */
static double plainness(const planner *p, const snq_harmony_loop *l)
{
    static const double profile[2][OCTAVE] = {
        { 6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88 },
        { 6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17 },
    };
    double sounds[OCTAVE] = { 0 }, sum = 0, home = 0, other = -1;
    for (size_t i = 0; i < l->steps; i++) {
        const snq_harmony_step *s = &l->step[i], *next = s + 1;
        const double from = s->bar + (double)s->part / s->parts;
        const double to = i + 1 < l->steps ? next->bar + (double)next->part / next->parts : l->bars;
        snq_chord c = { 0 };
        (void)!snq_chord_from_numeral(s->numeral, 0, p->in->mode, &c);
        sounds[c.bass] += to - from;
        for (int k = 0; k < OCTAVE; k++)
            sounds[(c.root + k) % OCTAVE] += (c.tones >> k & 1) * (to - from);
    }
    for (int i = 0; i < OCTAVE; i++)
        sum += sounds[i];
    const int minor = snq_mode_tones(p->in->mode) >> 3 & 1;
    for (int k = 0; k < 2 * OCTAVE; k++) {
        const double *q = profile[k / OCTAVE];
        double mean = 0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < OCTAVE; i++)
            mean += q[i] / OCTAVE;
        for (int i = 0; i < OCTAVE; i++) {
            const double x = sounds[(i + k) % OCTAVE] - sum / OCTAVE, y = q[i] - mean;
            xy += x * y;
            xx += x * x;
            yy += y * y;
        }
        const double r = xx > 0 ? xy / sqrt(xx * yy) : 0;
        if (k == minor * OCTAVE)
            home = r;
        else
            other = r > other ? r : other;
    }
    return home - other;
}

static unsigned common_moods(uint32_t a, uint32_t b)
{
    unsigned n = 0;
    for (uint32_t m = a & b; m != 0; m &= m - 1)
        n++;
    return n;
}

/* How well a chart suits; 0: not at all. `strict`: sections and complexity must fit. */
static float suits(const planner *p, const snq_harmony_loop *l, const snq_form_section *s,
                   int strict)
{
    const int c = complexity_of(p, s->bar);
    float w = l->weight;
    if (!(l->modes >> p->in->mode & 1))
        return 0;
    if (strict && ((l->sections != 0 && !(l->sections >> s->section & 1)) || c < l->complexity ||
                   c > l->complexity_max))
        return 0;
    for (unsigned n = common_moods(l->moods, p->in->moods); n > 0; n--)
        w *= 3;
    if (l->moods != 0 && (l->moods & p->in->moods) == 0)
        w *= 0.5f;
    if (l->bars > s->bars)
        w *= 0.125f;
    return w;
}

static void choose_loop(planner *p, const snq_form_section *s)
{
    float weight[SNQ_HARMONY_PROGRESSIONS_MAX + SNQ_HARMONY_SPARE];
    const snq_style_harmony *h = p->style;
    snq_rng r = stream(p, FOR_LOOP, s->material, 0);
    const double same = snq_rng_uniform(&r);
    if (p->loop[s->material])
        return;
    /* the first material's chords will do for others, in styles that have one idea a piece */
    const snq_harmony_loop *first = p->loop[p->context->form.section[0].material];
    if (first && same >= (double)h->contrast) {
        p->loop[s->material] = first;
        return;
    }
    float sum = 0;
    for (int strict = 1; strict >= 0 && !(sum > 0); strict--)
        for (size_t i = 0; i < h->progressions; i++) {
            weight[i] = suits(p, &h->progression[i], s, strict);
            for (size_t m = 0; m < MATERIALS; m++)
                if (p->loop[m] == &h->progression[i])
                    weight[i] *= 0.2f;
            if (!first && !opens_on_tonic(p, &h->progression[i]))
                weight[i] *= 0.02f;
            if (weight[i] > 0) {
                const double plain = plainness(p, &h->progression[i]);
                weight[i] *= plain > PLAIN ? 1.0f : plain > 0 ? 0.2f : 0.02f;
            }
            sum += weight[i];
        }
    p->loop[s->material] = &h->progression[choose(&r, weight, h->progressions)];
}

/* ---- 2: layout ---- */

static snq_status push(planner *p, const event *e)
{
    if (p->events == p->room) {
        const size_t room = p->room > 0 ? p->room * 2 : 128;
        event *more = snq_regrow(p->event, p->room, room, sizeof *more);
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
static snq_status lay(planner *p, const snq_harmony_loop *l, int32_t from, int32_t n, int32_t chart,
                      int tag)
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
            event e = { .step = (from + b) * bar_steps + within,
                        .place = (uint16_t)(i + (size_t)tag * 64) };
            if (within >= bar_steps)
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
            SNQ_TRY(push(p, &e));
        }
    }
    return SNQ_OK;
}

/* ---- 3: cadences ---- */

static const snq_harmony_loop *choose_cadence(const planner *p, const snq_form_section *s, int kind,
                                              uint32_t place)
{
    float weight[SNQ_HARMONY_CADENCES_MAX + SNQ_HARMONY_SPARE], sum = 0;
    const snq_style_harmony *h = p->style;
    snq_rng r = stream(p, FOR_CADENCE, s->material, place * 4 + (uint32_t)kind);
    if (kind != SNQ_CADENCE_final && snq_rng_uniform(&r) >= (double)h->cadence)
        return NULL;
    for (int strict = 1; strict >= 0 && !(sum > 0); strict--)
        for (size_t i = 0; i < h->endings; i++) {
            weight[i] = h->ending[i].cadence == kind ? suits(p, &h->ending[i], s, strict) : 0;
            sum += weight[i];
        }
    return sum > 0 ? &h->ending[choose(&r, weight, h->endings)] : NULL;
}

/* Now and then a dominant leads to the sixth step instead of home. */
static void deceive(planner *p, const snq_form_section *s)
{
    for (size_t i = 1; i + 1 < p->events; i++) {
        event *e = &p->event[i];
        snq_rng r = stream(p, FOR_DECEIT, s->material, (uint32_t)i);
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

static snq_status lay_section(planner *p, const snq_form_section *s, int last)
{
    const snq_harmony_loop *l = p->loop[s->material];
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
        event *e = &p->event[i];
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

/* ---- 4: colours ---- */

static int has(const snq_chord *c, uint16_t scale, int interval)
{
    return snq_pitch_in(scale, c->root + interval);
}

/* Semitones of the seventh that suits; 0: none. */
static int seventh(const snq_chord *c, uint16_t scale, int dominant)
{
    if (dominant)
        return 10;
    if ((c->tones & T(6)) && !(c->tones & T(7)))
        return has(c, scale, 10) ? 10 : 9;
    if (has(c, scale, 10))
        return 10;
    if (has(c, scale, 11) || (c->tones & T(4)))
        return 11;
    return 10;
}

snq_chord snq__chord_coloured(const snq_chord *plain, uint16_t scale, int dominant, int colour)
{
    snq_chord c = *plain;
    const int major = (c.tones & T(4)) != 0, fifth = (c.tones & T(7)) != 0;
    const unsigned seven = T(seventh(plain, scale, dominant));
    /* a ninth that the scale lacks is a minor one: only a dominant bears it */
    const unsigned nine = has(plain, scale, 2) ? T(2) : dominant && has(plain, scale, 1) ? T(1) : 0;
    unsigned more = 0;
    switch (colour) {
    case SNQ_COLOUR_seventh:
        more = seven;
        break;
    case SNQ_COLOUR_ninth:
        more = seven | (fifth ? nine : 0);
        break;
    case SNQ_COLOUR_eleventh:
        more = seven | (fifth ? nine : 0);
        if (fifth && !major && has(plain, scale, 5))
            more |= T(5);
        else if (fifth && major && !dominant && !has(plain, scale, 5) && has(plain, scale, 6))
            more |= T(6);
        break;
    case SNQ_COLOUR_thirteenth:
        more = seven | (fifth ? nine : 0);
        if (fifth && major && has(plain, scale, 9))
            more |= T(9);
        break;
    case SNQ_COLOUR_sixth:
        more = fifth && has(plain, scale, 9) ? T(9) : 0;
        break;
    case SNQ_COLOUR_add9:
        more = fifth && has(plain, scale, 2) ? T(2) : 0;
        break;
    case SNQ_COLOUR_sus2:
    case SNQ_COLOUR_sus4: {
        const int by = colour == SNQ_COLOUR_sus2 ? 2 : 5;
        if (fifth && has(plain, scale, by))
            c.tones = (uint16_t)(T(0) | T(7) | T(by));
        break;
    }
    case SNQ_COLOUR_fifth:
        if (fifth)
            c.tones = T(0) | T(7);
        break;
    default:
        break;
    }
    c.tones = (uint16_t)(c.tones | more);
    return c;
}

/* What keeps the key plain: the tonic keeps its third and takes no seventh that pulls away from it (a minor one
 * on a major chord) and no raised fourth; a seventh on the major chord a tone below a minor tonic is the relative
 * major's dominant; sixths are for the tonic and the fourth step, on others they are another chord. */
static int fitting_colour(const planner *p, const event *e, int colour, int c)
{
    const int at = (e->chord.root + OCTAVE - p->in->tonic) % OCTAVE;
    const int major = (e->chord.tones & T(4)) != 0;
    const int minor_key = snq_mode_tones(p->in->mode) >> 3 & 1;
    if (at == 0 && (colour == SNQ_COLOUR_sus2 || colour == SNQ_COLOUR_sus4))
        colour = SNQ_COLOUR_add9;
    if (at == 0 && major && p->in->mode == SNQ_MODE_mixolydian && colour != SNQ_COLOUR_fifth)
        return colour == SNQ_COLOUR_triad || c == 1                         ? SNQ_COLOUR_triad
               : colour == SNQ_COLOUR_seventh || colour == SNQ_COLOUR_sixth ? SNQ_COLOUR_sixth
                                                                            : SNQ_COLOUR_add9;
    /* phrygian: the flat second as a plain chord, else its seventh, the tonic, turns the ear to the sixth step */
    if (p->in->mode == SNQ_MODE_phrygian && c < 4 && (at == 0 || at == 1) &&
        colour != SNQ_COLOUR_fifth)
        return at == 1 && colour != SNQ_COLOUR_add9 ? SNQ_COLOUR_triad
               : colour == SNQ_COLOUR_eleventh      ? SNQ_COLOUR_seventh
                                                    : SNQ_COLOUR_triad;
    if (at == 0 && major && colour == SNQ_COLOUR_eleventh)
        return SNQ_COLOUR_ninth;
    if (at == 10 && major && minor_key && colour != SNQ_COLOUR_sus2 && colour != SNQ_COLOUR_fifth)
        return c >= 3 ? SNQ_COLOUR_add9 : SNQ_COLOUR_triad;
    if (colour == SNQ_COLOUR_sixth && at != 0 && !(at == 5 && major))
        return SNQ_COLOUR_seventh;
    return colour;
}

static void colour_section(planner *p, const snq_form_section *s, int last)
{
    for (size_t i = 0; i < p->events; i++) {
        event *e = &p->event[i];
        const int c = complexity_of(p, s->bar + e->step / p->context->bar_steps);
        snq_rng r = stream(p, FOR_COLOUR, s->material, e->place * 8u + (uint32_t)c);
        int colour = (int)choose(&r, p->style->colour[c - 1], SNQ_COLOURS);
        if (!e->plain)
            continue;
        if (last && i + 1 == p->events &&
            (colour == SNQ_COLOUR_eleventh || colour == SNQ_COLOUR_thirteenth))
            colour = SNQ_COLOUR_add9; /* it ends at rest */
        e->chord =
            snq__chord_coloured(&e->chord, p->scale, e->dominant, fitting_colour(p, e, colour, c));
    }
}

/* ---- 5: substitutions ---- */

static int is_minor(const snq_chord *c)
{
    return (c->tones & (T(3) | T(7))) == (T(3) | T(7));
}

static int is_major(const snq_chord *c)
{
    return (c->tones & (T(4) | T(7))) == (T(4) | T(7));
}

static int within(int from, int to)
{
    const int d = ((to - from) % OCTAVE + OCTAVE) % OCTAVE;
    return d <= 6 ? d : d - OCTAVE;
}

/* The second part of event i, from `keep` steps on, becomes `chord`. */
static snq_status split(planner *p, size_t i, int32_t keep, const snq_chord *chord)
{
    SNQ_TRY(push(p, &p->event[i]));
    memmove(p->event + i + 1, p->event + i, (p->events - 1 - i) * sizeof *p->event);
    event *a = &p->event[i], *b = &p->event[i + 1];
    b->step += keep;
    b->steps -= keep;
    b->chord = *chord;
    b->phrase_start = 0;
    a->steps = keep;
    a->phrase_end = 0;
    a->fixed = b->fixed = b->foreign = 1;
    return SNQ_OK;
}

static int32_t beat_steps(const snq_intent *in)
{
    const int dotted = in->beat_unit >= 8 && in->beats_per_bar % 3 == 0;
    return dotted ? 48 / in->beat_unit : in->beat_unit >= 8 ? 2 : 16 / in->beat_unit;
}

/* A chord of the parallel key, or the flat second: what stands in for it. 0: nothing does. */
static int borrow(const planner *p, const event *e, snq_chord *out)
{
    const int at = (e->chord.root + OCTAVE - p->in->tonic) % OCTAVE;
    const int minor_key = snq_mode_tones(p->in->mode) >> 3 & 1;
    *out = e->chord;
    out->bass = out->root;
    if (at == 5 && !minor_key && is_major(&e->chord))
        out->tones = T(0) | T(3) | T(7) | T(9);
    else if (at == 5 && minor_key && is_minor(&e->chord) && !e->dominant)
        out->tones = T(0) | T(4) | T(7) | (e->chord.tones & T(10));
    else if (at == 2 && (e->chord.tones & T(3)))
        out->tones = minor_key ? T(0) | T(4) | T(7) | T(11) : T(0) | T(3) | T(6) | T(10);
    else if (at == 9 && !minor_key && is_minor(&e->chord))
        out->root = (uint8_t)((out->root + 11) % OCTAVE), out->tones = T(0) | T(4) | T(7) | T(11);
    else
        return 0;
    if (at == 2 && minor_key)
        out->root = (uint8_t)((p->in->tonic + 1) % OCTAVE);
    out->bass = out->root;
    return 1;
}

/* What leaves the scale: returns 1 when it did. `x`: a chance for each, 0 .. 1 drawn. */
static snq_status leave_scale(planner *p, size_t i, int c, snq_rng *r, int *left)
{
    const float *chance = p->style->substitution;
    const double grow = (c - 1) / 4.0;
    const int32_t beat = beat_steps(p->in);
    event *e = &p->event[i];
    const event *next = i + 1 < p->events ? e + 1 : NULL;
    double x[4];
    snq_chord put;
    for (int k = 0; k < 4; k++)
        x[k] = snq_rng_uniform(r) / grow;
    const int down_fifth = next && within(e->chord.root, next->chord.root) == 5;
    *left = 1;
    if (c >= 4 && !e->fixed && down_fifth && is_major(&e->chord) && (e->chord.tones & T(10)) &&
        x[0] < (double)chance[SNQ_SUBSTITUTION_tritone]) {
        e->chord.root = e->chord.bass = (uint8_t)((e->chord.root + 6) % OCTAVE);
        e->chord.tones = T(0) | T(4) | T(7) | T(10) | T(2);
        e->fixed = 1;
        return SNQ_OK;
    }
    if (!e->fixed && x[1] < (double)chance[SNQ_SUBSTITUTION_borrowed] && borrow(p, e, &put)) {
        e->chord = put;
        e->fixed = 1;
        return SNQ_OK;
    }
    /* V7 of what comes, in the last half of what stands before it */
    if (next && e->steps >= 4 * beat && next->chord.root != e->chord.root && !down_fifth &&
        next->chord.root != p->in->tonic && (is_major(&next->chord) || is_minor(&next->chord)) &&
        x[2] < (double)chance[SNQ_SUBSTITUTION_secondary_dominant]) {
        put.root = put.bass = (uint8_t)((next->chord.root + 7) % OCTAVE);
        put.tones = T(0) | T(4) | T(7) | T(10);
        if (c >= 4)
            put.tones |= is_minor(&next->chord) ? T(1) : T(2);
        return split(p, i, e->steps - (e->steps >= 8 * beat ? 4 : 2) * beat, &put);
    }
    /* a diminished seventh between roots a whole tone apart */
    if (next && e->steps >= 2 * beat && within(e->chord.root, next->chord.root) == 2 &&
        x[3] < (double)chance[SNQ_SUBSTITUTION_passing]) {
        put.root = put.bass = (uint8_t)((e->chord.root + 1) % OCTAVE);
        put.tones = T(0) | T(3) | T(6) | T(9);
        return split(p, i, e->steps - (e->steps >= 4 * beat ? 2 : 1) * beat, &put);
    }
    *left = 0;
    return SNQ_OK;
}

/* The bass takes the third or fifth where that makes it move by step. */
static void invert(planner *p, size_t i)
{
    event *e = &p->event[i];
    const event *prev = &p->event[i - 1], *next = i + 1 < p->events ? e + 1 : NULL;
    const int third = e->chord.tones & T(4) ? 4 : 3, from = prev->chord.bass;
    const int to = next ? next->chord.root : p->in->tonic;
    int best = 0, best_way = 99;
    for (int k = 0; k < 3; k++) {
        const int over = k == 0 ? 0 : k == 1 ? third : 7;
        const int bass = e->chord.root + over;
        const int a = within(from, bass), b = within(bass, to);
        const int way =
            (a < 0 ? -a : a) + (b < 0 ? -b : b) + (k == 2 ? 3 : 0) + (a == 0 || b == 0 ? 2 : 0);
        if ((e->chord.tones >> over & 1) && way < best_way) {
            best = over;
            best_way = way;
        }
    }
    e->chord.bass = (uint8_t)((e->chord.root + best) % OCTAVE);
}

static snq_status stay_in_scale(planner *p, size_t i, int c, snq_rng *r)
{
    const float *chance = p->style->substitution;
    const double grow = (c - 1) / 4.0;
    const double turned = snq_rng_uniform(r) / grow, held = snq_rng_uniform(r) / grow;
    event *e = &p->event[i];
    if (i > 0 && !e->fixed && (is_minor(&e->chord) || is_major(&e->chord)) &&
        e->chord.bass == e->chord.root && turned < (double)chance[SNQ_SUBSTITUTION_inversion])
        invert(p, i);
    if (!e->foreign && e->plain && (is_minor(&e->chord) || is_major(&e->chord)) &&
        (e->dominant || !e->fixed) && e->steps >= p->context->bar_steps &&
        e->steps >= 2 * beat_steps(p->in) && has(&e->chord, p->scale, 5) &&
        held < (double)chance[SNQ_SUBSTITUTION_suspension]) {
        const snq_chord resolved = e->chord;
        e->chord.tones = (uint16_t)((e->chord.tones & ~(T(3) | T(4))) | T(5));
        e->plain = 0;
        const int32_t half = e->steps / 2 / beat_steps(p->in) * beat_steps(p->in);
        return split(p, i, half, &resolved);
    }
    return SNQ_OK;
}

static snq_status change_section(planner *p, const snq_form_section *s)
{
    const int32_t phrase_steps = p->style->phrase_bars * p->context->bar_steps;
    int32_t phrase = -1;
    int gone = 0;
    for (size_t i = 0; i < p->events; i++) {
        const int c = complexity_of(p, s->bar + p->event[i].step / p->context->bar_steps);
        const int32_t at = p->event[i].step / phrase_steps;
        snq_rng r =
            stream(p, FOR_CHANGE, s->material, (uint32_t)(p->event[i].step % (2 * phrase_steps)));
        if (at != phrase) {
            phrase = at;
            gone = 0;
        }
        const size_t before = p->events;
        if (c >= 3 && !gone && !p->event[i].foreign)
            SNQ_TRY(leave_scale(p, i, c, &r, &gone));
        if (c >= 2 && p->events == before)
            SNQ_TRY(stay_in_scale(p, i, c, &r));
    }
    /* an organ point: the tonic stays below, if it does not rub against the chord's root */
    snq_rng r = stream(p, FOR_PEDAL, s->material, 0);
    const double grow = (complexity_of(p, s->bar) - 1) / 4.0;
    if (snq_rng_uniform(&r) < grow * (double)p->style->substitution[SNQ_SUBSTITUTION_pedal])
        for (size_t i = 0; i < p->events; i++) {
            event *e = &p->event[i];
            const int d = (p->in->tonic + OCTAVE - e->chord.root) % OCTAVE;
            if (d != 1 && d != 11 && d != 6 && !e->phrase_end)
                e->chord.bass = (uint8_t)p->in->tonic;
        }
    return SNQ_OK;
}

/* ---- 6: into the context ---- */

static int same_chord(const snq_chord *a, const snq_chord *b)
{
    return a->root == b->root && a->bass == b->bass && a->tones == b->tones;
}

static snq_status hand_over(planner *p)
{
    for (size_t i = 0; i < p->events;) {
        const event *e = &p->event[i];
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
    planner *p = snq_calloc(1, sizeof *p);
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
        choose_loop(p, s);
        SNQ_GOTO(lay_section(p, s, last));
        colour_section(p, s, last);
        SNQ_GOTO(change_section(p, s));
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
