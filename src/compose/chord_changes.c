// SPDX-License-Identifier: MIT
/* Steps 4 and 5 of progression.c: chords take colours, some make way for others. */
#include <string.h>

#include "base/attr.h"
#include "compose/progression.h"
#include "compose/progression_impl.h"
#include "compose/style.h"

enum { OCTAVE = 12 };

#define T(i) (1u << (i))

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
 * major's dominant, and the whole of that major's tonic is in a minor seventh on ours: a phrase begins without it;
 * sixths are for the tonic and the fourth step, on others they are another chord. */
static int fitting_colour(const snq_chord_planner *p, const snq_chord_event *e, int colour, int c)
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
    if (at == 0 && colour == SNQ_COLOUR_eleventh)
        colour = SNQ_COLOUR_ninth;
    if (at == 0 && !major && e->phrase_start && colour == SNQ_COLOUR_ninth)
        return SNQ_COLOUR_add9;
    if (at == 10 && major && minor_key && colour != SNQ_COLOUR_sus2 && colour != SNQ_COLOUR_fifth)
        return c >= 3 ? SNQ_COLOUR_add9 : SNQ_COLOUR_triad;
    /* dorian: a seventh on the fourth step makes a second and fifth step in another key of what is home */
    if (at == 5 && major && p->in->mode == SNQ_MODE_dorian && colour != SNQ_COLOUR_sus2 &&
        colour != SNQ_COLOUR_fifth && colour != SNQ_COLOUR_triad)
        return colour == SNQ_COLOUR_seventh || colour == SNQ_COLOUR_thirteenth ? SNQ_COLOUR_sixth
                                                                               : SNQ_COLOUR_add9;
    if (colour == SNQ_COLOUR_sixth && at != 0 && !(at == 5 && major))
        return SNQ_COLOUR_seventh;
    return colour;
}

void snq__plan_colour_section(snq_chord_planner *p, const snq_form_section *s, int last)
{
    for (size_t i = 0; i < p->events; i++) {
        snq_chord_event *e = &p->event[i];
        const int c = snq__plan_complexity(p, s->bar + e->step / p->context->bar_steps);
        snq_rng r = snq__plan_stream(p, SNQ_PLAN_COLOUR, s->material, e->place * 8u + (uint32_t)c);
        int colour = (int)snq__plan_choose(&r, p->style->colour[c - 1], SNQ_COLOURS);
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
static snq_status split(snq_chord_planner *p, size_t i, int32_t keep, const snq_chord *chord)
{
    SNQ_TRY(snq__plan_push(p, &p->event[i]));
    memmove(p->event + i + 1, p->event + i, (p->events - 1 - i) * sizeof *p->event);
    snq_chord_event *a = &p->event[i], *b = &p->event[i + 1];
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
static int borrow(const snq_chord_planner *p, const snq_chord_event *e, snq_chord *out)
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

/* Chances as the style has them, or more where chords shall go further. */
static double chance_of(const snq_chord_planner *p, int kind)
{
    static const float least[SNQ_PROGRESSIONS][SNQ_SUBSTITUTIONS] = {
        [SNQ_PROGRESSION_complex] = { [SNQ_SUBSTITUTION_secondary_dominant] = 0.35f,
                                      [SNQ_SUBSTITUTION_tritone] = 0.2f,
                                      [SNQ_SUBSTITUTION_borrowed] = 0.3f,
                                      [SNQ_SUBSTITUTION_passing] = 0.25f,
                                      [SNQ_SUBSTITUTION_suspension] = 0.2f,
                                      [SNQ_SUBSTITUTION_inversion] = 0.35f },
        [SNQ_PROGRESSION_chromatic] = { [SNQ_SUBSTITUTION_secondary_dominant] = 0.8f,
                                        [SNQ_SUBSTITUTION_tritone] = 0.6f,
                                        [SNQ_SUBSTITUTION_borrowed] = 0.9f,
                                        [SNQ_SUBSTITUTION_passing] = 0.8f,
                                        [SNQ_SUBSTITUTION_suspension] = 0.1f,
                                        [SNQ_SUBSTITUTION_inversion] = 0.3f },
    };
    const float own = p->style->substitution[kind];
    return (double)(p->type >= 0 && least[p->type][kind] > own ? least[p->type][kind] : own);
}

/* How complex a bar's changes are, where the section's chords shall go so far. */
static int complexity_of_changes(const snq_chord_planner *p, int32_t bar)
{
    const int c = snq__plan_complexity(p, bar);
    switch (p->type) {
    case SNQ_PROGRESSION_simple:
        return 1;
    case SNQ_PROGRESSION_moderate:
        return 2;
    case SNQ_PROGRESSION_complex:
        return c > 4 ? c : 4;
    case SNQ_PROGRESSION_chromatic:
        return 5;
    default:
        return c;
    }
}

/* What leaves the scale: returns 1 when it did. `x`: a chance for each, 0 .. 1 drawn. */
static snq_status leave_scale(snq_chord_planner *p, size_t i, int c, snq_rng *r, int *left)
{
    const double grow = (c - 1) / 4.0;
    const int32_t beat = beat_steps(p->in);
    snq_chord_event *e = &p->event[i];
    const snq_chord_event *next = i + 1 < p->events ? e + 1 : NULL;
    double x[4];
    snq_chord put;
    for (int k = 0; k < 4; k++)
        x[k] = snq_rng_uniform(r) / grow;
    const int down_fifth = next && within(e->chord.root, next->chord.root) == 5;
    *left = 1;
    if (c >= 4 && !e->fixed && down_fifth && is_major(&e->chord) && (e->chord.tones & T(10)) &&
        x[0] < chance_of(p, SNQ_SUBSTITUTION_tritone)) {
        e->chord.root = e->chord.bass = (uint8_t)((e->chord.root + 6) % OCTAVE);
        e->chord.tones = T(0) | T(4) | T(7) | T(10) | T(2);
        e->fixed = 1;
        return SNQ_OK;
    }
    if (!e->fixed && x[1] < chance_of(p, SNQ_SUBSTITUTION_borrowed) && borrow(p, e, &put)) {
        e->chord = put;
        e->fixed = 1;
        return SNQ_OK;
    }
    /* V7 of what comes, in the last half of what stands before it */
    if (next && e->steps >= 4 * beat && next->chord.root != e->chord.root && !down_fifth &&
        next->chord.root != p->in->tonic && (is_major(&next->chord) || is_minor(&next->chord)) &&
        x[2] < chance_of(p, SNQ_SUBSTITUTION_secondary_dominant)) {
        put.root = put.bass = (uint8_t)((next->chord.root + 7) % OCTAVE);
        put.tones = T(0) | T(4) | T(7) | T(10);
        if (c >= 4)
            put.tones |= is_minor(&next->chord) ? T(1) : T(2);
        return split(p, i, e->steps - (e->steps >= 8 * beat ? 4 : 2) * beat, &put);
    }
    /* a diminished seventh between roots a whole tone apart */
    if (next && e->steps >= 2 * beat && within(e->chord.root, next->chord.root) == 2 &&
        x[3] < chance_of(p, SNQ_SUBSTITUTION_passing)) {
        put.root = put.bass = (uint8_t)((e->chord.root + 1) % OCTAVE);
        put.tones = T(0) | T(3) | T(6) | T(9);
        return split(p, i, e->steps - (e->steps >= 4 * beat ? 2 : 1) * beat, &put);
    }
    /* a dominant seventh a semitone above what comes, where nothing else offers itself */
    const int32_t end = e->step + e->steps;
    if (p->type == SNQ_PROGRESSION_chromatic && e->steps >= 4 * beat &&
        (next || end % p->context->bar_steps == 0) && x[2] < 0.5) {
        const int to = next ? next->chord.root : p->in->tonic;
        put.root = put.bass = (uint8_t)((to + 1) % OCTAVE);
        put.tones = T(0) | T(4) | T(7) | T(10);
        return split(p, i, e->steps - (e->steps >= 8 * beat ? 4 : 2) * beat, &put);
    }
    *left = 0;
    return SNQ_OK;
}

/* The bass takes the third or fifth where that makes it move by step. */
static void invert(snq_chord_planner *p, size_t i)
{
    snq_chord_event *e = &p->event[i];
    const snq_chord_event *prev = &p->event[i - 1], *next = i + 1 < p->events ? e + 1 : NULL;
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

static snq_status stay_in_scale(snq_chord_planner *p, size_t i, int c, snq_rng *r)
{
    const double grow = (c - 1) / 4.0;
    const double turned = snq_rng_uniform(r) / grow, held = snq_rng_uniform(r) / grow;
    snq_chord_event *e = &p->event[i];
    if (i > 0 && !e->fixed && e->chord.root != p->in->tonic &&
        (is_minor(&e->chord) || is_major(&e->chord)) && e->chord.bass == e->chord.root &&
        turned < chance_of(p, SNQ_SUBSTITUTION_inversion))
        invert(p, i);
    if (!e->foreign && e->plain && (is_minor(&e->chord) || is_major(&e->chord)) &&
        (e->dominant || !e->fixed) && e->steps >= p->context->bar_steps &&
        e->steps >= 2 * beat_steps(p->in) && has(&e->chord, p->scale, 5) &&
        held < chance_of(p, SNQ_SUBSTITUTION_suspension)) {
        const snq_chord resolved = e->chord;
        e->chord.tones = (uint16_t)((e->chord.tones & ~(T(3) | T(4))) | T(5));
        e->plain = 0;
        const int32_t half = e->steps / 2 / beat_steps(p->in) * beat_steps(p->in);
        return split(p, i, half, &resolved);
    }
    return SNQ_OK;
}

snq_status snq__plan_change_section(snq_chord_planner *p, const snq_form_section *s)
{
    const int32_t phrase_steps = p->style->phrase_bars * p->context->bar_steps;
    /* how long one that left the scale is enough */
    const int32_t once =
        p->type == SNQ_PROGRESSION_chromatic ? 2 * p->context->bar_steps : phrase_steps;
    int32_t phrase = -1;
    int gone = 0;
    for (size_t i = 0; i < p->events; i++) {
        const int c = complexity_of_changes(p, s->bar + p->event[i].step / p->context->bar_steps);
        const int32_t at = p->event[i].step / once;
        snq_rng r = snq__plan_stream(p, SNQ_PLAN_CHANGE, s->material,
                                     (uint32_t)(p->event[i].step % (2 * phrase_steps)));
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
    snq_rng r = snq__plan_stream(p, SNQ_PLAN_PEDAL, s->material, 0);
    const double grow = (complexity_of_changes(p, s->bar) - 1) / 4.0;
    if (snq_rng_uniform(&r) < grow * chance_of(p, SNQ_SUBSTITUTION_pedal))
        for (size_t i = 0; i < p->events; i++) {
            snq_chord_event *e = &p->event[i];
            const int d = (p->in->tonic + OCTAVE - e->chord.root) % OCTAVE;
            if (d != 1 && d != 11 && d != 6 && !e->phrase_end)
                e->chord.bass = (uint8_t)p->in->tonic;
        }
    return SNQ_OK;
}
