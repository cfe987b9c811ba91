// SPDX-License-Identifier: MIT
/* IDEA   A drummer says where we are: a crash where something begins, a fill where it ends, a roll that gets
 *        closer and closer towards a drop, silence before it.
 *
 * STEPS  end of a section
 *          FILL   a fill over its last steps, loudest at its end; what is not kept of the groove is silent
 *          BUILD  (and every section of the kind "build") hits of the roll in stages, each half of what is
 *                 left: T/2 at the first spacing, T/4 at the second …; T at most `bars` bars
 *          STOP   the last beat, or half of the bar, is empty
 *          PLAIN  as the end of a phrase
 *          FINAL  a fill in the bar before the last; one last blow on the last bar's one
 *        end of a phrase (each fill_every bars)  a fill of at most half a bar, by fill_chance
 *        dropout  some drums leave the end of every so many bars, by chance
 *
 * CONST  A piece of fewer than FINAL_BARS bars is a loop: it has no end. Ours. */
#include "compose/drum_impl.h"

#include <math.h>

#include "compose/style.h"
#include "score/drum_keys.h"

enum { FINAL_BARS = 4, SHORT_FILL = 8 };

static const snq_form_section *section_of(const snq__drums *d)
{
    return &d->job->context->form.section[d->section];
}

/* ---- fills ---- */

/* Index of a fill of at most `most` steps for this place; UINT32_MAX: there is none. */
static uint32_t choose_fill(const snq__drums *d, uint32_t place, int most, double energy)
{
    float weight[SNQ_DRUM_FILLS_MAX];
    double sum = 0.0;
    for (uint32_t i = 0; i < d->style->fills; i++) {
        const snq_drum_fill *f = &d->style->fill[i];
        const int fits = f->steps <= most && energy >= (double)f->low && energy <= (double)f->high;
        weight[i] =
            fits ? f->weight * (f->qualities & d->job->track->qualities ? 4.0f : 1.0f) : 0.0f;
        sum += (double)weight[i];
    }
    if (sum <= 0.0)
        return UINT32_MAX;
    snq_rng r = snq_track_rng(d->job, "fill", d->section, place);
    return snq_rng_choose(&r, weight, d->style->fills);
}

/* What of fill i, which ends `ends_in` steps after this bar's end (0: with it), falls into this bar. */
static snq_status write_fill(snq__drums *d, uint32_t i, uint32_t place, int ends_in)
{
    const snq_drum_fill *f = &d->style->fill[i];
    const int from = d->bar_steps + ends_in - f->steps;
    snq__drum_silence(d, from, from + f->steps, f->keep, f->keeps);
    for (uint32_t k = 0; k < f->lanes; k++) {
        const snq_drum_fill_lane *lane = &f->lane[k];
        for (int s = 0; s < f->steps; s++) {
            const int at = from + s;
            if (at < 0 || at >= d->bar_steps ||
                snq__drum_chance(d, "fill hit", (uint32_t)lane->key << 16 | d->section,
                                 place << 8 | (uint32_t)s) >= (double)lane->chance[s])
                continue;
            const double x = f->steps > 1 ? (double)s / (f->steps - 1) : 1.0;
            const double v = (double)(lane->velocity * d->force) *
                             (1.0 - (double)lane->rise * (1.0 - x)) *
                             (0.82 + 0.3 * (double)d->energy);
            for (int part = 0; part < lane->parts; part++)
                SNQ_TRY(snq__drum_strike(d, at + (double)part / lane->parts, lane->key,
                                         part ? 0.85 * v : v));
        }
    }
    return SNQ_OK;
}

/* The fill that ends bar `last` of the section, if a part of it is in this bar. */
static snq_status fill_towards(snq__drums *d, int32_t last, int most)
{
    const int ahead = last - d->nth; /* bars */
    if (ahead < 0 || ahead > 1)
        return SNQ_OK;
    const snq_form_section *s = section_of(d);
    const uint32_t i = choose_fill(d, (uint32_t)last, most,
                                   (double)snq_context_energy(d->job->context, s->bar + last));
    if (i == UINT32_MAX || d->style->fill[i].steps <= ahead * d->bar_steps)
        return SNQ_OK;
    return write_fill(d, i, (uint32_t)last, ahead * d->bar_steps);
}

/* ---- builds, stops ---- */

/* The stage that is on at t of a build of T steps, and where it began. */
static uint32_t stage_at(const snq_drum_build *b, double T, double t, double *begin)
{
    uint32_t i = 0;
    *begin = 0.0;
    for (double half = T / 2.0; i + 1 < b->stages && t >= *begin + half; half /= 2.0, i++)
        *begin += half;
    return i;
}

static snq_status write_build(snq__drums *d, int32_t bars)
{
    const snq_drum_build *b = &d->style->build;
    const double T = (double)bars * d->bar_steps,
                 here = T - (double)(section_of(d)->bars - d->nth) * d->bar_steps;
    const double quiet = T - (double)b->gap_steps - here, off = T * (double)b->kick_until - here;
    static const uint8_t kicks[2] = { SNQ_DRUM_KICK, SNQ_DRUM_KICK_2 };
    static const uint8_t backbeats[4] = { SNQ_DRUM_SNARE, SNQ_DRUM_CLAP, SNQ_DRUM_SNARE_2,
                                          SNQ_DRUM_RIM };
    snq__drum_leave_out(d, 0.0, d->bar_steps, b->key, b->keys);
    snq__drum_leave_out(d, 0.0, d->bar_steps, backbeats, 4);
    snq__drum_leave_out(d, off, d->bar_steps, kicks, 2);
    snq__drum_silence(d, quiet, d->bar_steps, NULL, 0);
    double begin = 0.0;
    for (double t = 0.0; t < T - (double)b->gap_steps;) {
        const double spacing = (double)b->spacing[stage_at(b, T, t, &begin)];
        const double at = t - here, beat = t - floor(t / 4.0) * 4.0;
        const double v = (double)b->velocity + (double)(b->velocity_end - b->velocity) * t / T;
        for (uint32_t k = 0; k < b->keys && at >= 0.0 && at < d->bar_steps; k++)
            SNQ_TRY(snq__drum_strike(d, at, b->key[k],
                                     v * (double)d->force * (beat < 0.01 ? 1.0 : 0.88)));
        double next = t + spacing, after = 0.0;
        if (stage_at(b, T, next, &after) && after > t && after < next)
            next = after; /* a stage begins where it begins */
        t = next;
    }
    return SNQ_OK;
}

static void stop(snq__drums *d)
{
    const int groups = d->map.groups;
    const int half = snq__drum_chance(d, "stop", d->section, 0) < 0.4;
    const int from_group = half ? groups / 2 : groups - 1;
    int from = 0;
    while (from < d->map.steps && d->map.group[from] < from_group)
        from++;
    if (groups > 1)
        snq__drum_silence(d, from, d->bar_steps, NULL, 0);
}

/* ---- what happens when ---- */

static snq_status phrase_end(snq__drums *d)
{
    const snq_drum_dropout *o = &d->style->dropout;
    const uint32_t bar = (uint32_t)d->nth;
    if ((d->nth + 1) % d->style->fill_every == 0 &&
        snq__drum_chance(d, "phrase fill", d->section, bar) <
            (double)d->style->fill_chance * (0.6 + (double)d->job->track->variation) *
                snq__drum_wish_fills(d))
        return fill_towards(d, d->nth, SHORT_FILL);
    if ((d->nth + 1) % o->every == 0 &&
        snq__drum_chance(d, "dropout", d->section, bar) < (double)o->chance) {
        if (o->keys)
            snq__drum_leave_out(d, d->bar_steps - o->steps, d->bar_steps, o->key, o->keys);
        else
            snq__drum_silence(d, d->bar_steps - o->steps, d->bar_steps, NULL, 0);
    }
    return SNQ_OK;
}

snq_status snq__drum_ends(snq__drums *d)
{
    const snq_form_section *s = section_of(d);
    const snq_drum_build *b = &d->style->build;
    const int32_t last = s->bars - 1;
    if (s->end == SNQ_END_STOP && d->nth == last)
        stop(d);
    if (d->percussion)
        return SNQ_OK;
    if ((s->section == SNQ_SECTION_build || s->end == SNQ_END_BUILD) && b->keys &&
        s->end != SNQ_END_FINAL) {
        const int32_t bars = s->bars < b->bars ? s->bars : b->bars;
        if (d->nth >= s->bars - bars)
            return write_build(d, bars);
    } else if (s->end == SNQ_END_FILL || s->end == SNQ_END_BUILD) {
        if (d->nth >= last - 1 && last > 0)
            return fill_towards(d, last, SNQ_DRUM_FILL_STEPS_MAX);
    } else if (s->end == SNQ_END_FINAL && d->nth == last - 1 && last > 1) {
        return fill_towards(d, last - 1, SHORT_FILL * 2);
    }
    return s->end == SNQ_END_STOP && d->nth == last ? SNQ_OK : phrase_end(d);
}

static snq_status strike_mark(snq__drums *d, const snq_drum_mark *m, uint32_t what)
{
    if ((double)d->energy < (double)m->energy ||
        snq__drum_chance(d, "mark", d->section, what) >= (double)m->chance)
        return SNQ_OK;
    snq__drum_leave_out(d, 0.0, 0.5, m->key, m->keys);
    for (uint32_t k = 0; k < m->keys; k++)
        SNQ_TRY(snq__drum_strike(d, 0.0, m->key[k], (double)(m->velocity * d->force)));
    return SNQ_OK;
}

snq_status snq__drum_marks(snq__drums *d, int *only)
{
    const snq_form_section *s = section_of(d);
    *only = s->end == SNQ_END_FINAL && d->nth == s->bars - 1 &&
            d->job->context->form.bars >= FINAL_BARS;
    if (d->percussion)
        return SNQ_OK;
    if (*only)
        return strike_mark(d, &d->style->final, 1);
    return d->nth == 0 ? strike_mark(d, &d->style->crash, 0) : SNQ_OK;
}
