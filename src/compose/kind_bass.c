// SPDX-License-Identifier: MIT
/* IDEA   A bass keeps a figure that its genre is known by, stands on the chord's lowest tone where the chord
 *        changes, leads from one root to the next, and breathes or runs at the end of a phrase. It listens to the
 *        kick: with it, or in the holes that it leaves.
 *
 * STEPS  for each section in which it plays, by phrases of four bars:
 *          1 choose a pattern: weight * 5^(qualities asked for) / (1 + 12 s d^2), d = its share of onsets less
 *            the density wished for, s = 2 |density - 1/2|; less where another material has it; one draw a
 *            material, so that it comes again
 *          2 make it this piece's own: up to three onsets taken away, added, moved (on the style's grid), or
 *            given another tone (bass_figure.h); write its signs into the bars, fitted to the metre and to the kick; leave out
 *            what may be left out
 *          3 vary a bar; end the phrase with a rest or a run; end the section as the form says
 *          4 signs become pitches (bass_line.h), walks by bar and chord
 *          5 signs become lengths: gate, slides, what a kick leaves
 *        curves: bass_figure.h
 *
 * INVARIANTS  an onset that is added lies on a step of the style's grid or where a drum hits: so
 *        rhythmic_coherence stays what the style promises. One note at a time, but for slides.
 * COST   linear in the steps of the piece.
 * LIMITS a phrase is four bars whatever the harmony's phrase is. */
#include <string.h>

#include "base/alloc.h"
#include "compose/bar_fit.h"
#include "compose/bass_figure.h"
#include "compose/bass_line.h"
#include "compose/style.h"
#include "compose/track_kind.h"

enum { PHRASE = 4 };

typedef struct bass_step {
    char sign;        /* of style_bass.h; '.' silence */
    char touch;       /* of style_bass.h; '~' slides by chance */
    uint8_t walk;     /* its pitch is part of a walk */
    uint8_t velocity; /* of a note */
    int16_t pitch;
} bass_step;

typedef struct bass {
    const snq_track_job *job;
    const snq_context *c;
    const snq_intent *in;
    const snq_style_bass *style;
    snq_bass_hand hand;
    double density, vary, loud, gate, slide, octave, ghosts;
    uint8_t used[256]; /* by material: the pattern it began with, from 1 on; 0 none yet */
    bass_step *step;   /* (context's steps,) */
    size_t hint;
} bass;

static int has(const bass *b, int quality)
{
    return (int)(b->job->track->qualities >> quality & 1) -
           (int)(b->job->track->shunned >> quality & 1);
}

static double clamp01(double v)
{
    return v < 0.0 ? 0.0 : v > 1.0 ? 1.0 : v;
}

/* What words make of the style's numbers. */
static void listen_to_words(bass *b)
{
    const snq_style_bass *const s = b->style;
    const snq_track_intent *const t = b->job->track;
    const int deep = has(b, SNQ_QUALITY_deep) > 0 || has(b, SNQ_QUALITY_heavy) > 0;
    b->density =
        clamp01(t->density + 0.25 * has(b, SNQ_QUALITY_busy) + 0.2 * has(b, SNQ_QUALITY_rolling) +
                0.2 * has(b, SNQ_QUALITY_driving) + 0.1 * has(b, SNQ_QUALITY_funky) -
                0.35 * has(b, SNQ_QUALITY_sparse) - 0.1 * has(b, SNQ_QUALITY_soft));
    b->vary = clamp01(s->vary * (0.4 + 1.5 * t->variation) *
                          (has(b, SNQ_QUALITY_catchy) > 0 ? 0.3 : 1.0) +
                      0.15 * (has(b, SNQ_QUALITY_broken) > 0));
    b->loud = 8.0 * has(b, SNQ_QUALITY_aggressive) + 5.0 * has(b, SNQ_QUALITY_heavy) +
              4.0 * has(b, SNQ_QUALITY_driving) - 14.0 * has(b, SNQ_QUALITY_soft);
    b->gate = s->gate * (has(b, SNQ_QUALITY_punchy) > 0 ? 0.75 : 1.0) *
              (has(b, SNQ_QUALITY_chopped) > 0 ? 0.6 : 1.0);
    b->slide = clamp01(s->slide * (0.5 + t->complexity));
    b->octave = clamp01(s->octave + 0.2 * (has(b, SNQ_QUALITY_funky) > 0) +
                        0.1 * (has(b, SNQ_QUALITY_aggressive) > 0));
    b->ghosts =
        clamp01(0.35 * (has(b, SNQ_QUALITY_funky) > 0) + 0.4 * (has(b, SNQ_QUALITY_glitchy) > 0));
    b->hand.low = s->low;
    b->hand.high = s->high;
    if (deep) {
        b->hand.low = s->low > 28 ? s->low - 4 : s->low;
        b->hand.high = s->high - 4 < b->hand.low + 12 ? b->hand.low + 12 : s->high - 4;
    }
    b->hand.scale = snq_scale_set(b->in->tonic, b->in->mode);
}

/* The chord at a step; where there is none (N), the tonic's fifth. */
static snq_chord chord_at(bass *b, int32_t step, int32_t *until)
{
    const snq_chord_at *const at = snq_context_chord(b->c, step, &b->hint);
    const uint8_t tonic = (uint8_t)b->in->tonic;
    if (until)
        *until = at ? at->step + at->steps : b->c->steps;
    if (!at || at->chord.tones == 0)
        return (snq_chord) { tonic, tonic, 0x81 };
    return at->chord;
}

static int is_note(char sign)
{
    return sign != '.' && sign != '-';
}

/* May an onset be added here? */
static int is_home(const bass *b, int32_t step)
{
    return b->style->grid[snq_bar_fit(b->in, step % b->c->bar_steps)] ||
           b->c->hit[SNQ_HITS_KICK][step] > 0.0f || b->c->hit[SNQ_HITS_SNARE][step] > 0.0f ||
           b->c->hit[SNQ_HITS_DRUMS][step] > 0.0f;
}

/* ---- 1: which pattern ---- */

static double onsets(const snq_bass_pattern *p)
{
    double n = 0.0;
    for (int i = 0; i < p->steps; i++)
        n += is_note(p->notes[i]) ? p->touch[i] == '?' ? 0.5 : 1.0 : 0.0;
    return n / p->steps;
}

static const snq_bass_pattern *choose(bass *b, const snq_form_section *f, double energy)
{
    const snq_style_bass *const s = b->style;
    float weight[SNQ_BASS_PATTERNS_MAX];
    double least = 1.0, most = 0.0;
    int strict = 2, any = 0;
    for (; strict >= 0 && !any; strict--) {
        for (uint32_t i = 0; i < s->patterns; i++) {
            const snq_bass_pattern *const p = &s->pattern[i];
            const int here = p->sections >> f->section & 1;
            const int fits =
                energy >= (double)p->energy_min - 1e-6 && energy <= (double)p->energy_max + 1e-6;
            weight[i] = (strict < 1 || here) && (strict < 2 || fits) ? p->weight : 0.0f;
            any |= weight[i] > 0.0f;
        }
    }
    for (uint32_t i = 0; i < s->patterns; i++)
        if (weight[i] > 0.0f) {
            const double n = onsets(&s->pattern[i]);
            least = n < least ? n : least;
            most = n > most ? n : most;
        }
    const double pull = 2.0 * (b->density > 0.5 ? b->density - 0.5 : 0.5 - b->density);
    for (uint32_t i = 0; i < s->patterns; i++) {
        const snq_bass_pattern *const p = &s->pattern[i];
        const double share = most > least ? (onsets(p) - least) / (most - least) : b->density;
        const double d = share - b->density;
        for (uint32_t q = b->job->track->qualities & p->qualities; q; q &= q - 1)
            weight[i] *= 5.0f;
        for (uint32_t q = b->job->track->shunned & p->qualities; q; q &= q - 1)
            weight[i] *= 0.1f;
        weight[i] = (float)((double)weight[i] / (1.0 + 12.0 * pull * d * d));
        for (int m = 0; m < 256; m++)
            if (m != f->material && b->used[m] == i + 1)
                weight[i] *= 0.4f; /* another material, another figure */
    }
    snq_rng rng = snq_track_rng(b->job, "pattern", f->material, f->section);
    const uint32_t chosen = snq_rng_choose(&rng, weight, s->patterns);
    if (!b->used[f->material])
        b->used[f->material] = (uint8_t)(chosen + 1);
    return &s->pattern[chosen];
}

/* ---- 2: signs into a bar ---- */

/* Onsets where the kick hits. Returns 0 when it does not hit in this bar. */
static int lay_kick(bass *b, const snq_bass_pattern *p, int32_t at, int32_t first, snq_rng *rng)
{
    int32_t since = 100, hits = 0;
    for (int32_t s = 0; s < b->c->bar_steps; s++) {
        bass_step *const d = &b->step[at + s];
        const char sign = p->notes[first + snq_bar_fit(b->in, s)];
        const int hit = b->c->hit[SNQ_HITS_KICK][at + s] > 0.0f;
        const double u = snq_rng_uniform(rng);
        const int follows = hit && (hits == 0 || (since > 1 && u < 0.5 + 0.6 * b->density));
        /* between two kicks, now and then, a note of its own */
        const int own = !hit && hits > 0 && is_note(sign) && since > 2 && u < 0.7 * b->density;
        const int wanted = follows || own;
        since++;
        *d = (bass_step) { .sign = '-', .touch = '.' };
        if (wanted) {
            d->sign = is_note(sign) ? sign : '1';
            d->touch = p->touch[first + snq_bar_fit(b->in, s)];
            since = 0;
            hits++;
        } else if (since > 8) {
            d->sign = '.';
        }
    }
    return hits > 0;
}

static void lay_bar(bass *b, const snq_bass_pattern *p, const snq_form_section *f, int32_t bar,
                    double energy)
{
    const int32_t at = bar * b->c->bar_steps, nth = bar - f->bar;
    const int32_t first = nth % (p->steps / 16) * 16;
    const double may = clamp01(0.5 + 0.8 * (b->density - 0.5) + 0.4 * (energy - 0.5));
    snq_rng rng = snq_track_rng(b->job, "leave out", f->material, (uint32_t)(first / 16));
    int dead = 0;
    if (p->way == SNQ_BASS_KICK && lay_kick(b, p, at, first, &rng))
        return;
    for (int32_t s = 0; s < b->c->bar_steps; s++) {
        const int32_t from = first + snq_bar_fit(b->in, s);
        const double u = snq_rng_uniform(&rng);
        bass_step d = { .sign = p->notes[from], .touch = p->touch[from] };
        if (is_note(d.sign)) {
            const int weak = snq_bar_weight(b->in, s) == 0 && d.touch != '>';
            dead = (d.touch == '?' && u >= may) ||
                   (weak && b->density < 0.35 && u < 2.0 * (0.35 - b->density)) ||
                   (p->kick == SNQ_BASS_KICK_BETWEEN && b->c->hit[SNQ_HITS_KICK][at + s] > 0.0f);
        }
        if (dead)
            d.sign = '.';
        d.walk = p->way == SNQ_BASS_WALK;
        b->step[at + s] = d;
    }
}

/* A chord that begins under a held note is played. */
static void strike_chords(bass *b, int32_t from, int32_t to)
{
    int sounding = 0;
    for (int32_t s = from, until; s < to; s = until) {
        const snq_chord now = chord_at(b, s, &until);
        const snq_chord before = s > 0 ? chord_at(b, s - 1, NULL) : now;
        bass_step *const d = &b->step[s];
        chord_at(b, s, &until);
        if (d->sign == '-' && (s == from || (sounding && now.bass != before.bass)))
            d->sign = '1';
        if (until > to)
            until = to;
        sounding = until > 0 && b->step[until - 1].sign != '.';
    }
}

/* ---- 3: variation, ends ---- */

static void vary_bar(bass *b, const snq_form_section *f, int32_t bar)
{
    const int32_t at = bar * b->c->bar_steps, n = b->c->bar_steps;
    snq_rng rng = snq_track_rng(b->job, "vary", f->material, (uint32_t)(bar - f->bar));
    if (f->time > 0 && snq_rng_uniform(&rng) < 0.3)
        rng = snq_track_rng(b->job, "vary again", (uint32_t)f->time, (uint32_t)bar);
    const double chance = snq_rng_uniform(&rng), high = snq_rng_uniform(&rng);
    const double ghost = snq_rng_uniform(&rng);
    const int32_t place = 1 + (int32_t)snq_rng_below(&rng, (uint32_t)(n > 2 ? n - 1 : 1));
    const uint32_t what = snq_rng_below(&rng, 4);
    for (int32_t i = 0; i < n; i++) {
        const int32_t s = 1 + (place + i) % (n > 1 ? n - 1 : 1);
        bass_step *const d = &b->step[at + s % n];
        if (s >= n || d->walk)
            continue;
        if (chance < b->vary && what == 0 && is_note(d->sign) && snq_bar_weight(b->in, s) == 0) {
            d->sign = '.'; /* a note less */
            break;
        }
        if (chance < b->vary && what < 3 && d->sign == '1' && snq_bar_weight(b->in, s) < 3) {
            d->sign = what == 1 ? '5' : '8';
            break;
        }
        if (chance < b->vary && what == 3 && !is_note(d->sign) && s >= n / 2 &&
            is_home(b, at + s) && b->style->gate < 1.0f) {
            d->sign = s >= n - 2 ? 'a' : '1';
            break;
        }
        if (chance >= b->vary && high < b->octave && d->sign == '1') {
            d->sign = '8';
            break;
        }
    }
    for (int32_t s = 1; s < n && ghost < b->ghosts; s++)
        if (b->step[at + s].sign == '.' && snq_bar_weight(b->in, s) == 0 && is_home(b, at + s) &&
            snq_rng_uniform(&rng) < 0.4)
            b->step[at + s] = (bass_step) { .sign = 'x', .touch = 'o' };
}

static void clear_steps(bass *b, int32_t from, int32_t to)
{
    for (int32_t s = from; s < to; s++)
        b->step[s] = (bass_step) { .sign = '.', .touch = '.' };
}

/* The last bar of a phrase: a rest, a run, or as it was. */
static void end_phrase(bass *b, const snq_form_section *f, int32_t bar)
{
    const snq_style_bass *const s = b->style;
    const int32_t end = (bar + 1) * b->c->bar_steps, beat = snq_bar_beat(b->in);
    snq_rng rng = snq_track_rng(b->job, "phrase end", f->material, (uint32_t)(bar - f->bar));
    const double u = snq_rng_uniform(&rng), wide = snq_rng_uniform(&rng);
    const double run = s->fill * (0.5 + b->density);
    int32_t from = end - (wide < 0.3 ? 2 * beat : beat);
    if (b->c->bar_steps <= 2 * beat)
        from = end - beat;
    if (from <= bar * b->c->bar_steps)
        return;
    if (u < s->rest) {
        clear_steps(b, end - beat, end);
    } else if (u < s->rest + run) {
        const int every = b->density > 0.6 && snq_rng_uniform(&rng) < 0.4 ? 1 : 2;
        for (int32_t i = from; i < end; i++) {
            const int play = (i - from) % every == 0 && is_home(b, i);
            b->step[i] = (bass_step) { .sign = play ? '1' : '-', .touch = '.', .walk = 1 };
        }
    }
}

static int has_chords(const bass *b, const snq_form_section *f)
{
    for (uint32_t i = 0; i < b->in->tracks; i++)
        if (b->in->track[i].part == SNQ_PART_harmony && (f->active >> i & 1u))
            return 1;
    return 0;
}

/* The last note is held as long as chords are; alone it would be a drone that stops: a beat is enough. */
static void end_section(bass *b, const snq_form_section *f)
{
    const int32_t end = (f->bar + f->bars) * b->c->bar_steps, last = end - b->c->bar_steps;
    const int32_t beat = snq_bar_beat(b->in);
    snq_rng rng = snq_track_rng(b->job, "section end", f->material, f->time);
    if (f->end == SNQ_END_STOP && b->c->bar_steps > beat)
        clear_steps(b, end - beat, end);
    if (f->end == SNQ_END_BUILD && f->bars > 1 && snq_rng_uniform(&rng) < 0.5)
        clear_steps(b, end - b->c->bar_steps / 2, end);
    if (f->end == SNQ_END_FINAL) {
        const int32_t until = has_chords(b, f) ? end : last + beat;
        clear_steps(b, last, end);
        for (int32_t s = last; s < until; s++)
            b->step[s].sign = s == last ? '1' : '-';
    }
}

/* ---- 4: pitches ---- */

static int32_t next_onset(const bass *b, int32_t step, int32_t to)
{
    for (step++; step < to && !is_note(b->step[step].sign); step++)
        ;
    return step;
}

/* A walk's notes from `at` on, within bar and chord; the last of them. */
static int32_t walk(bass *b, int32_t at, int32_t to, const snq_chord *chord, int root,
                    int32_t until, snq_rng *rng)
{
    int pitch[64], n = 0;
    int32_t place[64];
    int32_t stop = (at / b->c->bar_steps + 1) * b->c->bar_steps;
    stop = stop < until ? stop : until;
    stop = stop < to ? stop : to;
    for (int32_t s = at; s < stop && n < 64 && b->step[s].walk; s = next_onset(b, s, stop))
        place[n++] = s;
    const int32_t after = stop < b->c->steps ? stop : b->c->steps - 1;
    const snq_chord next = chord_at(b, after, NULL);
    const int goal = snq_bass_root(&b->hand, &next, root);
    snq_bass_walk(&b->hand, chord, root, goal, b->style->chromatic, rng, pitch, n);
    for (int i = 0; i < n; i++)
        b->step[place[i]].pitch = (int16_t)pitch[i];
    return place[n - 1];
}

/* Does the note at s lead to another chord that begins when it ends? */
static int leads(const bass *b, int32_t s, int32_t next, int32_t until, snq_rng *rng)
{
    if (b->step[s].sign == 'a')
        return 1;
    if (snq_rng_uniform(rng) >= (double)b->style->approach || next < until || until - s > 4)
        return 0;
    return snq_bar_weight(b->in, s % b->c->bar_steps) < 3 && b->step[s].sign != 'x';
}

static void find_pitches(bass *b, const snq_form_section *f, int32_t from, int32_t to)
{
    const int home = b->hand.low + 5;
    int32_t bar = -1, until = -1;
    int root = home;
    snq_chord chord = { 0, 0, 1 };
    snq_rng rng = { { 0 } };
    for (int32_t s = from; s < to; s = next_onset(b, s, to)) {
        bass_step *const d = &b->step[s];
        if (s / b->c->bar_steps != bar) {
            bar = s / b->c->bar_steps;
            rng = snq_track_rng(b->job, "pitch", f->material, (uint32_t)(bar - f->bar));
            if ((bar - f->bar) % PHRASE == 0)
                root = home, until = -1;
        }
        if (s >= until) {
            chord = chord_at(b, s, &until);
            root = snq_bass_root(&b->hand, &chord, root);
        }
        if (!is_note(d->sign))
            continue;
        if (d->walk) {
            s = walk(b, s, to, &chord, root, until, &rng);
            continue;
        }
        const int32_t next = next_onset(b, s, to);
        if (leads(b, s, next, until, &rng)) {
            const int32_t after = until < b->c->steps ? until : b->c->steps - 1;
            const snq_chord following = next >= until ? chord_at(b, after, NULL) : chord;
            const int goal = snq_bass_root(&b->hand, &following, root);
            const int half = snq_rng_uniform(&rng) < (double)b->style->chromatic;
            /* "a" with no other chord to go to: the fifth does */
            d->pitch =
                (int16_t)(goal == root && next < until ? snq_bass_tone(&b->hand, &chord, root, 'v')
                                                       : snq_bass_lead(&b->hand, root, goal, half));
            d->sign = 'a';
        } else {
            d->pitch = (int16_t)snq_bass_tone(&b->hand, &chord, root, d->sign);
        }
    }
}

/* ---- 5: notes ---- */

static double velocity(const bass *b, const bass_step *d, int32_t s)
{
    static const double by_weight[] = { -6.0, -3.0, 0.0, 2.0, 6.0 };
    const snq_style_bass *const st = b->style;
    const double energy = (double)snq_context_energy(b->c, s / b->c->bar_steps);
    const double v = d->touch == '>'                     ? (double)st->accent
                     : d->touch == 'o' || d->sign == 'x' ? (double)st->ghost
                                                         : (double)st->velocity;
    return (v + by_weight[snq_bar_weight(b->in, s % b->c->bar_steps)]) * (0.84 + 0.22 * energy) +
           b->loud;
}

/* Steps that a note at s sounds, when the next begins at `next`. */
static double sounding(const bass *b, int32_t s, int32_t next, int slurred)
{
    int32_t end = s + 1;
    while (end < next && b->step[end].sign == '-')
        end++;
    double steps = (double)(end - s);
    if (slurred && end == next)
        return steps + 0.35;
    if (b->step[s].sign == 'x')
        return 0.4;
    steps -= (1.0 - b->gate) * (steps < 2.0 ? steps : 2.0);
    for (int32_t k = s + 1; k < end && b->style->under_kick < 1.0f; k++)
        if (b->c->hit[SNQ_HITS_KICK][k] > 0.0f && steps > (double)(k - s)) {
            steps =
                (double)(k - s) - 0.1 + (steps - (double)(k - s)) * (double)b->style->under_kick;
            break;
        }
    return steps;
}

static snq_status write_notes(const bass *b, const snq_form_section *f, int32_t from, int32_t to,
                              snq_track *out)
{
    int32_t next;
    for (int32_t s = from; s < to; s = next) {
        const bass_step *const d = &b->step[s];
        next = next_onset(b, s, to);
        if (!is_note(d->sign))
            continue;
        snq_rng rng = snq_track_rng(b->job, "slide", f->material, (uint32_t)(s - from));
        const int slurred =
            next < to && (b->step[next].touch == '/' ||
                          (snq_rng_uniform(&rng) < b->slide && b->step[next].pitch != d->pitch));
        SNQ_TRY(snq_track_put(out, s, sounding(b, s, next, slurred), d->pitch, velocity(b, d, s)));
    }
    return SNQ_OK;
}

static snq_status make_section(bass *b, const snq_form_section *f, snq_track *out)
{
    const int32_t from = f->bar * b->c->bar_steps, to = from + f->bars * b->c->bar_steps;
    for (int32_t bar = 0; bar < f->bars; bar += PHRASE) {
        const int32_t last = (bar + PHRASE < f->bars ? bar + PHRASE : f->bars) - 1;
        double energy = 0.0;
        for (int32_t i = bar; i <= last; i++)
            energy += (double)snq_context_energy(b->c, f->bar + i) / (last - bar + 1);
        snq_bass_pattern own;
        const snq_bass_pattern *const p = &own;
        snq_bass_figure(b->job, f, choose(b, f, energy), &own);
        for (int32_t i = bar; i <= last; i++) {
            lay_bar(b, p, f, f->bar + i, energy);
            if (p->way != SNQ_BASS_HOLD)
                vary_bar(b, f, f->bar + i);
        }
        if (p->way != SNQ_BASS_HOLD && last > bar)
            end_phrase(b, f, f->bar + last);
    }
    strike_chords(b, from, to);
    end_section(b, f);
    find_pitches(b, f, from, to);
    return write_notes(b, f, from, to, out);
}

static snq_status make_bass(const snq_track_job *job, snq_track *out)
{
    bass b = { .job = job,
               .c = job->context,
               .in = job->context->intent,
               .style = &job->context->intent->style->bass };
    snq_status st = SNQ_OK;
    listen_to_words(&b);
    if (b.c->steps == 0)
        return SNQ_OK;
    b.step = snq_calloc((size_t)b.c->steps, sizeof *b.step);
    if (!b.step)
        return SNQ_ERR_NOMEM;
    clear_steps(&b, 0, b.c->steps);
    for (uint32_t i = 0; i < b.c->form.sections && st >= 0; i++)
        if (b.c->form.section[i].active >> job->index & 1)
            st = make_section(&b, &b.c->form.section[i], out);
    if (st >= 0)
        st = snq_bass_curves(job, out);
    snq_free(b.step);
    return st;
}

const snq_track_kind snq__kind_bass = {
    .id = "bass",
    .part = SNQ_PART_bass,
    .order = 20,
    .what = "the lowest voice: with the kick or between, on the roots and from one to the next",
    .make = make_bass,
};
