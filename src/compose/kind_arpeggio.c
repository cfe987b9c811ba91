// SPDX-License-Identifier: MIT
/* IDEA  The chord's tones one after another, in even steps, through some octaves: up, down, there and back, by
 *       a walk, by a drawn pattern that comes again, or on the pulses of a Euclidean rhythm.
 * STEPS pool = the chord's tones from the register's floor up; note i takes pool[index(i)]; i counts from the
 *       chord's beginning, so each chord starts its figure anew
 * CONST Euclidean rhythm: pulse at step s iff (s * pulses) mod of < pulses (G. Toussaint, "The Euclidean
 *       algorithm generates traditional musical rhythms", BRIDGES 2005; this form is Bresenham's line). */
#include <string.h>

#include "base/attr.h"
#include "compose/chord_part.h"
#include "compose/style.h"

enum { POOL = 24, PHRASE = 4, DRAWN = 16, TONES = 4 };

static const snq_harmony_arpeggio *style_of(const snq_track_job *job)
{
    return &job->context->intent->style->harmony.arpeggio;
}

typedef struct figure {
    const snq_arpeggio_style *pattern;
    double rate;          /* steps */
    uint8_t drawn[DRAWN]; /* for random: 0 .. 255 of the pool */
    uint8_t rest[DRAWN];  /* places that stay empty */
    int8_t walk[DRAWN];   /* -1, 1 */
} figure;

static void choose_figure(const snq_track_job *job, const snq_form_section *s, int32_t bar,
                          figure *f)
{
    const snq_harmony_arpeggio *h = style_of(job);
    const float energy = snq_context_energy(job->context, bar);
    float weight[SNQ_HARMONY_ARPEGGIOS_MAX];
    snq_rng r = snq_track_rng(job, "figure", s->material, 0);
    for (uint32_t i = 0; i < h->patterns; i++) {
        const snq_arpeggio_style *a = &h->pattern[i];
        weight[i] =
            snq__chord_part_weight(job, a->weight, a->qualities, energy, a->energy, a->energy_max);
    }
    f->pattern = &h->pattern[snq_rng_choose(&r, weight, h->patterns)];
    f->rate = (double)f->pattern->rate;
    if (snq__chord_part_quality(job, SNQ_QUALITY_busy) > 0 && f->rate >= 2)
        f->rate /= 2;
    if (snq__chord_part_quality(job, SNQ_QUALITY_sparse) > 0)
        f->rate *= 2;
    const double density = (double)job->track->density + 0.3 * ((double)energy - 0.5);
    const double empty = density < 0.75 ? (0.75 - density) * 0.5 : 0;
    for (int i = 0; i < DRAWN; i++) {
        f->drawn[i] = (uint8_t)snq_rng_below(&r, 256);
        f->walk[i] = snq_rng_below(&r, 3) == 0 ? -1 : 1;
        f->rest[i] = snq_rng_uniform(&r) < empty && i % 4 != 0;
    }
}

/* The chord's tones from the floor up, through the pattern's octaves: how many. */
static int pool_of(const snq_track_job *job, const snq_chord *chord, int octaves, int *pool)
{
    const snq_harmony_arpeggio *h = style_of(job);
    const int shift = snq__chord_part_quality(job, SNQ_QUALITY_bright) > 0 ? 5
                      : snq__chord_part_quality(job, SNQ_QUALITY_deep) > 0 ? -5
                                                                           : 0;
    uint8_t tone[SNQ_VOICING_NOTES_MAX];
    unsigned set = 0;
    const size_t n = snq__voicing_tones(chord, SNQ_VOICING_close, TONES, tone);
    for (size_t i = 0; i < n; i++)
        set |= 1u << (chord->root + tone[i]) % 12;
    int count = 0;
    for (int p = h->low + shift; p < h->low + shift + 12 * octaves && p <= h->high + shift; p++)
        if (snq_pitch_in((uint16_t)set, p) && count < POOL)
            pool[count++] = p;
    return count;
}

/* Which of n tones note i takes; -1: none. */
static int index_of(const figure *f, int i, int n)
{
    static const uint8_t alberti[] = { 0, 2, 1, 2 };
    const snq_arpeggio_style *a = f->pattern;
    const int there = n > 1 ? 2 * n - 2 : 1;
    int at = 0;
    if (f->rest[i % DRAWN] && i > 0)
        return -1;
    switch (a->shape) {
    case SNQ_ARPEGGIO_down:
        return n - 1 - i % n;
    case SNQ_ARPEGGIO_updown:
        return i % there < n ? i % there : there - i % there;
    case SNQ_ARPEGGIO_walk:
        for (int k = 0; k < i % (2 * DRAWN); k++)
            at += f->walk[k % DRAWN];
        at = (at % there + there) % there;
        return at < n ? at : there - at;
    case SNQ_ARPEGGIO_random:
        return f->drawn[i % DRAWN] * n / 256;
    case SNQ_ARPEGGIO_euclid:
        return i * a->pulses % a->of < a->pulses ? i * a->pulses / a->of % n : -1;
    case SNQ_ARPEGGIO_alberti:
        return n > 2 ? alberti[i % 4] : i % n;
    default:
        return i % n;
    }
}

static snq_status play_chord(const snq_chord_part *p, const figure *f, size_t chord, int32_t from,
                             int32_t to, snq_track *out)
{
    const snq_track_job *job = p->job;
    const snq_arpeggio_style *a = f->pattern;
    int pool[POOL];
    const int n = pool_of(job, &job->context->chord[p->first + chord].chord, a->octaves, pool);
    for (int i = 0; n > 0 && from + i * f->rate < to - 0.01; i++) {
        const double at = from + i * f->rate;
        const int32_t bar = (int32_t)at / job->context->bar_steps;
        const int accent = a->accent > 0 && i % a->accent == 0;
        const double velocity = (double)style_of(job)->velocity * snq__chord_part_force(job, bar) *
                                (accent ? 1.12 : 0.94);
        const int last = snq__chord_part_final(p, bar);
        const double length = last ? p->end - at : f->rate * (double)a->gate;
        const int k = index_of(f, i, n);
        if (last && at > bar * job->context->bar_steps + 0.01)
            return SNQ_OK; /* the last bar: one chord, and out */
        if (a->shape == SNQ_ARPEGGIO_chord || last) {
            for (int j = 0; k >= 0 && j < n && j < 3; j++)
                SNQ_TRY(snq_track_put(out, at, length, pool[j], velocity * 0.9));
        } else if (k >= 0) {
            SNQ_TRY(snq_track_put(out, at, at + length > p->end ? p->end - at : length, pool[k],
                                  velocity));
        }
    }
    return SNQ_OK;
}

static snq_status play_section(const snq_chord_part *p, snq_track *out)
{
    const int32_t bar_steps = p->job->context->bar_steps, phrase = PHRASE * bar_steps;
    const int32_t stop = p->section->end == SNQ_END_STOP && bar_steps > 4 ? p->end - 4 : p->end;
    figure f;
    for (int32_t at = p->start, end; at < stop; at = end) {
        const size_t chord = snq__chord_part_at(p, at, &end);
        const int32_t turn = at + phrase - (at - p->start) % phrase;
        const int32_t last = p->end - bar_steps;
        end = end < turn ? end : turn;
        end = at < last && end > last ? last : end;
        choose_figure(p->job, p->section, at / bar_steps, &f);
        SNQ_TRY(play_chord(p, &f, chord, at, end < stop ? end : stop, out));
    }
    return SNQ_OK;
}

static snq_status make(const snq_track_job *job, snq_track *out)
{
    static const snq_voicing_style plain = { .low = 60, .high = 84, .voices = 3 };
    const snq_form *f = &job->context->form;
    snq_voicing last = { .notes = 0 };
    for (uint32_t i = 0; i < f->sections; i++) {
        snq_chord_part part;
        if (!snq__chord_part_active(job, &f->section[i]))
            continue;
        SNQ_TRY(snq__chord_part_init(&part, job, &f->section[i], &plain, SNQ_VOICING_close, &last));
        const snq_status st = part.chords > 0 ? play_section(&part, out) : SNQ_OK;
        snq__chord_part_clear(&part);
        SNQ_TRY(st);
    }
    return SNQ_OK;
}

const snq_track_kind snq__kind_arpeggio = {
    .id = "arpeggio",
    .part = SNQ_PART_harmony,
    .order = 42,
    .what = "the chords' tones one after another",
    .make = make,
};
