// SPDX-License-Identifier: MIT
/* IDEA  Chords in a rhythm of the style's: a pattern of letters, a step each, read over the chords as they
 *       change. What is struck sounds until the pattern says otherwise or the chord changes; a change under a
 *       held chord strikes the new one.
 * STEPS 1 by phrase: a rhythm, likelier the nearer its hits in a bar are to the density asked for (which the
 *         energy raises), by the same draw for all phrases of a material
 *       2 by bar: its letters in this metre; sometimes one of them varied, the same at the same place again
 *       3 by step: strike, hold, damp; velocities by letter, beat and energy
 * LIMITS A pattern has no triplets: swing (groove.h) makes them. */
#include <string.h>

#include "base/attr.h"
#include "compose/beat_groups.h"
#include "compose/chord_part.h"
#include "compose/style.h"

enum { BAR_STEPS = 16, PHRASE = 4 };

/* What sounds. */
typedef struct player {
    const snq_chord_part *part;
    snq_track *out;
    const snq_chord_rhythm *rhythm;
    struct {
        double since, velocity;
        int pitch; /* -1: silent */
    } voice[SNQ_VOICING_NOTES_MAX];
    size_t chord; /* that sounds; SIZE_MAX: none */
} player;

static const snq_style_harmony *style_of(const snq_track_job *job)
{
    return &job->context->intent->style->harmony;
}

/* ---- 1: rhythms ---- */

static float hits_of(const snq_chord_rhythm *r)
{
    float n = 0;
    for (size_t i = 0; i < r->steps; i++)
        n += strchr(".-", r->step[i]) ? 0 : 1;
    return n * BAR_STEPS / (float)r->steps;
}

/* Where between the style's sparsest and busiest rhythm the bar should be, 0 .. 1. */
static float wanted(const snq_track_job *job, float energy)
{
    float d = job->track->density + (energy - 0.5f) * 0.5f;
    d += snq__chord_part_quality(job, SNQ_QUALITY_busy) > 0 ? 0.3f : 0;
    d += snq__chord_part_quality(job, SNQ_QUALITY_driving) > 0 ? 0.15f : 0;
    d -= snq__chord_part_quality(job, SNQ_QUALITY_sparse) > 0 ? 0.4f : 0;
    return d < 0 ? 0 : d > 1 ? 1 : d;
}

/* For chords that shall be broken, in styles that have no such rhythm. */
static const snq_chord_rhythm broken = { .name = "broken",
                                         .step = "1-3-2-4-1-3-2-4-",
                                         .steps = BAR_STEPS,
                                         .energy_max = 1,
                                         .gate = 0.95f,
                                         .weight = 1 };

static const snq_chord_rhythm *choose_rhythm(const snq_track_job *job, const snq_form_section *s,
                                             int32_t bar)
{
    const snq_harmony_chords *h = &style_of(job)->chords;
    const float energy = snq_context_energy(job->context, bar);
    float weight[SNQ_HARMONY_RHYTHMS_MAX], least = 64, most = 0;
    snq_rng r = snq_track_rng(job, "rhythm", s->material, 0);
    for (uint32_t i = 0; i < h->rhythms; i++) {
        const float n = hits_of(&h->rhythm[i]);
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    const float range = most > least ? most - least : 1, want = wanted(job, energy);
    for (uint32_t i = 0; i < h->rhythms; i++) {
        const snq_chord_rhythm *k = &h->rhythm[i];
        const float off = (hits_of(k) - least) / range - want;
        weight[i] =
            snq__chord_part_weight(job, k->weight, k->qualities, energy, k->energy, k->energy_max) /
            (1 + 8 * off * off);
        if (k->sections != 0 && !(k->sections >> s->section & 1))
            weight[i] *= 0.01f;
    }
    const snq_chord_rhythm *best = &h->rhythm[snq_rng_choose(&r, weight, h->rhythms)];
    if (snq__chord_part_quality(job, SNQ_QUALITY_arpeggiated) > 0 && !strpbrk(best->step, "123456"))
        return &broken;
    return best;
}

/* ---- 2: a bar's letters ---- */

/* One small change, the same wherever this bar of the material comes again. */
static void vary(const snq_chord_part *p, int32_t within, const snq_bar_map *map, char *letter)
{
    const snq_track_job *job = p->job;
    snq_rng r = snq_track_rng(job, "vary", p->section->material, (uint32_t)(within % 8));
    const double chance = 0.45 * (double)job->track->variation;
    const int32_t at = (int32_t)snq_rng_below(&r, (uint32_t)map->steps);
    if (within % PHRASE == 0 || snq_rng_uniform(&r) >= chance)
        return;
    const int on_beat = map->place[at] == 0;
    if (strchr("xou", letter[at]) && !on_beat)
        letter[at] = '-'; /* one left out */
    else if (letter[at] == '.' && map->place[at] % 2 == 0 && !on_beat && strchr(letter, 'x'))
        letter[at] = 'o'; /* one more */
    else if (map->steps >= 8 && strchr(".-", letter[map->steps - 2]) && strchr(letter, '-'))
        letter[map->steps - 2] = 'a'; /* the next one early */
}

static void letters_of(const player *p, int32_t bar, const snq_bar_map *map, char *letter)
{
    const snq_chord_part *part = p->part;
    const int32_t within = bar - part->section->bar;
    const int32_t from = within % (p->rhythm->steps / BAR_STEPS) * BAR_STEPS;
    for (int32_t s = 0; s < map->steps; s++)
        letter[s] = map->even[s] >= 0 ? p->rhythm->step[from + map->even[s]] : '-';
    letter[map->steps] = '\0';
    vary(part, within, map, letter);
    /* the first bar of a section has something to hear at its start where the pattern starts late */
    if (within == 0 && letter[0] == '-')
        letter[0] = 'x';
    if (bar + 1 < part->section->bar + part->section->bars)
        return;
    if (part->section->end == SNQ_END_STOP)
        for (int32_t s = 0; s < map->steps; s++)
            letter[s] = map->group[s] + 1 == map->groups && map->groups > 1 ? '.' : letter[s];
    if (snq__chord_part_final(part, bar)) {
        memset(letter, '-', (size_t)map->steps);
        letter[0] = 'X';
    }
}

/* ---- 3: playing ---- */

static snq_status damp(player *p, size_t i, double at)
{
    if (i >= SNQ_VOICING_NOTES_MAX || p->voice[i].pitch < 0)
        return SNQ_OK;
    const int final = at >= (double)p->part->end;
    const double gate = final ? 1 : (double)p->rhythm->gate;
    const int pitch = p->voice[i].pitch;
    p->voice[i].pitch = -1;
    if (at <= p->voice[i].since)
        return SNQ_OK;
    return snq_track_put(p->out, p->voice[i].since, (at - p->voice[i].since) * gate, pitch,
                         p->voice[i].velocity);
}

static snq_status damp_all(player *p, double at)
{
    for (size_t i = 0; i < SNQ_VOICING_NOTES_MAX; i++)
        SNQ_TRY(damp(p, i, at));
    p->chord = SIZE_MAX;
    return SNQ_OK;
}

/* Strike voices first .. last of a chord; `spread` steps from one to the next, from above if < 0. */
static snq_status strike(player *p, size_t chord, size_t first, size_t last, double at,
                         double velocity, double spread)
{
    const snq_voicing *v = &p->part->voicing[chord];
    for (size_t i = first; i <= last && i < v->notes; i++) {
        const double rank =
            spread < 0 ? (double)(i - first) - (double)(v->notes - 1 - first) : (double)(i - first);
        SNQ_TRY(damp(p, i, at));
        p->voice[i].since = at + rank * spread;
        p->voice[i].pitch = v->pitch[i];
        p->voice[i].velocity = velocity + (i + 1 == v->notes ? 3 : 0) - (rank > 0 ? rank : 0);
    }
    p->chord = chord;
    return SNQ_OK;
}

static snq_status play_letter(player *p, char letter, size_t chord, double at, double velocity)
{
    const snq_voicing *v = &p->part->voicing[chord];
    const double strum = (double)p->rhythm->strum;
    if (v->notes == 0 || letter == '.')
        return damp_all(p, at);
    const size_t top = v->notes - 1u;
    if (p->chord != SIZE_MAX && p->chord != chord)
        SNQ_TRY(damp_all(p, at));
    switch (letter) {
    case 'b':
        return strike(p, chord, 0, 0, at, velocity, 0);
    case 't':
        return strike(p, chord, top > 0, top, at, velocity * 0.92, 0);
    case 'u':
    case 'd':
        SNQ_TRY(damp_all(p, at));
        return strike(p, chord, 0, top, at, velocity * (letter == 'd' ? 0.9 : 1),
                      letter == 'u' ? strum : -strum);
    case 'x':
    case 'X':
    case 'o':
    case 'a':
        SNQ_TRY(damp_all(p, at));
        return strike(p, chord, 0, top, at,
                      velocity * (letter == 'X'   ? 1.14
                                  : letter == 'o' ? 0.78
                                                  : 1),
                      0);
    default: /* a digit: beyond the highest they come down again */
        break;
    }
    const size_t k = (size_t)(letter - '1');
    const size_t voice = k <= top ? k : top > 0 ? top - (k - top) % (top + 1) : 0;
    return strike(p, chord, voice, voice, at, velocity * 0.94, 0);
}

static snq_status play_bar(player *p, int32_t bar, const snq_bar_map *map)
{
    const snq_track_job *job = p->part->job;
    char letter[SNQ_BAR_STEPS_MAX + 1];
    const double force = snq__chord_part_force(job, bar) * (double)style_of(job)->chords.velocity;
    letters_of(p, bar, map, letter);
    for (int32_t s = 0; s < map->steps; s++) {
        const int32_t at = bar * map->steps + s;
        int32_t end, unused;
        size_t chord = snq__chord_part_at(p->part, at, &end);
        const double velocity = force * (s == 0 ? 1.05 : map->place[s] == 0 ? 1 : 0.94);
        if (letter[s] == '-' && (p->chord == SIZE_MAX || p->chord == chord))
            continue;
        if (letter[s] == '-') { /* the chord changes below, unless the new one came early */
            if (p->chord < chord)
                SNQ_TRY(play_letter(p, 'x', chord, at, velocity));
            continue;
        }
        if (letter[s] == 'a' && end - at <= BAR_STEPS / 2 && end < p->part->end)
            chord = snq__chord_part_at(p->part, end, &unused);
        SNQ_TRY(play_letter(p, letter[s], chord, at, velocity));
    }
    return SNQ_OK;
}

static snq_status play_section(const snq_chord_part *part, snq_track *out)
{
    const snq_intent *in = part->job->context->intent;
    player p = { .part = part, .out = out, .chord = SIZE_MAX };
    snq_bar_map map;
    snq_bar_map_make(in->beats_per_bar, in->beat_unit, 4, 4, &map);
    for (size_t i = 0; i < SNQ_VOICING_NOTES_MAX; i++)
        p.voice[i].pitch = -1;
    for (int32_t b = 0; b < part->section->bars; b++) {
        const int32_t bar = part->section->bar + b;
        if (b % PHRASE == 0) {
            const snq_chord_rhythm *next = choose_rhythm(part->job, part->section, bar);
            if (p.rhythm && p.rhythm != next)
                SNQ_TRY(damp_all(&p, bar * map.steps));
            p.rhythm = next;
        }
        SNQ_TRY(play_bar(&p, bar, &map));
    }
    return damp_all(&p, part->end);
}

static snq_status make(const snq_track_job *job, snq_track *out)
{
    return snq__chord_part_each(job, &style_of(job)->chords.voicing, play_section, out);
}

const snq_track_kind snq__kind_harmony = {
    .id = "harmony",
    .part = SNQ_PART_harmony,
    .order = 40,
    .what = "chords in the style's rhythms",
    .make = make,
};
