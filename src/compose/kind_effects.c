// SPDX-License-Identifier: MIT
/* IDEA   What tells the ear that something is coming, or has come. A track of effects has one sound, and the sound
 *        says what is done with it: what rises leads into a louder section, what hits opens it, what falls follows
 *        into a quieter one, a zap answers at the end of a phrase.
 *
 * STEPS  edge        from one section to the next one of another kind or material; rise = its energy - the energy
 *                    before it
 *        riser       before an edge with a rise of at least 0.12, or after an end that builds: one note over the
 *                    largest of 1, 2, 4, 8 bars that fits into the section and into 9 s, let go on the edge; its
 *                    envelopes are stretched to that length
 *        sweep_up    the last two seconds, in whole beats, before an edge with a rise of at least 0.06
 *        impact      on an edge with a rise of at least 0.1, and on the last bar of a final one that ends with an
 *                    energy of at least LOUD_END: a quiet end wants no blow
 *        downlifter  on an edge with a fall of at least 0.12
 *        laser       on one of the last three eighths of every eighth bar, by density
 *        Pitch: the tonic, low in the sound's range. Velocity 70 + 45 * energy there.
 * LIMITS Other patches do as the riser does, without its envelopes. */
#include "compose/track_kind.h"

#include <string.h>

static const float LOUD_END = 0.45f;

typedef struct effects {
    const snq_track_job *job;
    const snq_context *c;
    snq_track *out;
    double bar_s, beat_steps;
} effects;

/* ---------------------------------------------------------------- edges */

static float rise_into(const snq_form *f, uint32_t i)
{
    return i && i < f->sections ? f->section[i].energy - f->section[i - 1].energy_end : 0.0f;
}

static int edge_at(const snq_form *f, uint32_t i)
{
    return i > 0 && i < f->sections &&
           (f->section[i].section != f->section[i - 1].section ||
            f->section[i].material != f->section[i - 1].material);
}

/* Sections that play count; where the track rests (it stands by in all that are planned) nothing is done. */
static int plays(const effects *e, uint32_t i)
{
    return e->c->form.section[i].active >> e->job->index & 1;
}

static double velocity(float energy)
{
    return 70.0 + 45.0 * (double)energy;
}

static int pitch(const effects *e, int low)
{
    const int tonic = e->c->intent->tonic;
    return low + ((tonic - low) % 12 + 12) % 12;
}

/* ---------------------------------------------------------------- what they do */

/* The riser's own envelopes last as long as its note. */
static snq_status stretch(const effects *e, double at_steps, double seconds)
{
    static const struct {
        const char *target;
        double share;
    } row[] = { { "env3_attack_s", 1.0 }, { "amp_attack_s", 0.6 } };
    snq_track *t = e->out;
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_curve *c = i < t->curves ? &t->curve[i] : NULL;
        if (!c)
            SNQ_TRY(snq_track_add_curve(t, row[i].target, &c));
        SNQ_TRY(snq_curve_push(c, at_steps / 4.0, (float)(seconds * row[i].share), SNQ_CURVE_STEP));
    }
    return SNQ_OK;
}

static snq_status riser(const effects *e, uint32_t i)
{
    const snq_form *f = &e->c->form;
    const snq_form_section *s = &f->section[i], *next = &f->section[i + 1];
    const int builds = s->end == SNQ_END_BUILD;
    int32_t from = s->bar, bars = 1;
    if (!builds && !(edge_at(f, i + 1) && rise_into(f, i + 1) >= 0.12f))
        return SNQ_OK;
    for (uint32_t k = i; k > 0 && !edge_at(f, k); k--) /* a section may be in several stretches */
        from = f->section[k - 1].bar;
    const int32_t room = next->bar - from;
    while (bars < 8 && bars * 2 <= room && bars * 2 * e->bar_s <= 9.0)
        bars *= 2;
    const double at = (double)(next->bar - bars) * e->c->bar_steps;
    const double length = (double)bars * e->c->bar_steps;
    if (strcmp(e->job->track->patch, "riser") == 0)
        SNQ_TRY(stretch(e, at, bars * e->bar_s));
    return snq_track_put(e->out, at, length, pitch(e, 48), velocity(next->energy) - 8.0);
}

static snq_status sweep(const effects *e, uint32_t i)
{
    const snq_form *f = &e->c->form;
    const snq_form_section *next = &f->section[i + 1];
    const double beat_s = e->bar_s * e->beat_steps / e->c->bar_steps;
    if (!edge_at(f, i + 1) || rise_into(f, i + 1) < 0.06f)
        return SNQ_OK;
    double beats = 1.0;
    while ((beats + 1.0) * beat_s <= 2.05 && (beats + 1.0) * e->beat_steps <= e->c->bar_steps)
        beats += 1.0;
    const double steps = beats * e->beat_steps;
    return snq_track_put(e->out, (double)next->bar * e->c->bar_steps - steps, steps, pitch(e, 60),
                         velocity(next->energy));
}

static snq_status impact(const effects *e, uint32_t i)
{
    const snq_form *f = &e->c->form;
    const snq_form_section *s = &f->section[i];
    if (edge_at(f, i) && rise_into(f, i) >= 0.1f)
        SNQ_TRY(snq_track_put(e->out, (double)s->bar * e->c->bar_steps, 2.0 * e->c->bar_steps,
                              pitch(e, 28), velocity(s->energy)));
    if (s->end == SNQ_END_FINAL && s->bars > 1 && s->energy_end >= LOUD_END)
        SNQ_TRY(snq_track_put(e->out, (double)(s->bar + s->bars - 1) * e->c->bar_steps,
                              e->c->bar_steps, pitch(e, 28), velocity(s->energy_end) - 14.0));
    return SNQ_OK;
}

static snq_status downlifter(const effects *e, uint32_t i)
{
    const snq_form *f = &e->c->form;
    const snq_form_section *s = &f->section[i];
    if (!edge_at(f, i) || rise_into(f, i) > -0.12f)
        return SNQ_OK;
    const double bars = e->bar_s > 3.0 ? 1.0 : s->bars > 1 ? 2.0 : 1.0;
    return snq_track_put(e->out, (double)s->bar * e->c->bar_steps, bars * e->c->bar_steps,
                         pitch(e, 48), velocity(f->section[i - 1].energy_end) - 10.0);
}

static snq_status laser(const effects *e, uint32_t i)
{
    const snq_form_section *s = &e->c->form.section[i];
    for (int32_t b = s->bar; b < s->bar + s->bars; b++) {
        snq_rng rng = snq_track_rng(e->job, "laser", s->material, (uint32_t)(b - s->bar));
        if ((b - s->bar) % 8 != 7 || snq_rng_uniform(&rng) > 0.3 + (double)e->job->track->density)
            continue;
        const double back = 2.0 * (1.0 + (double)snq_rng_below(&rng, 3));
        if (back <= e->c->bar_steps)
            SNQ_TRY(snq_track_put(e->out, (double)(b + 1) * e->c->bar_steps - back, 2.0,
                                  pitch(e, 60), velocity(s->energy) - 10.0));
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the track */

static const struct {
    const char *patch;
    snq_status (*act)(const effects *e, uint32_t section);
    int leads; /* looks at the section that comes */
} role_tab[] = {
    { "riser", riser, 1 },           { "sweep_up", sweep, 1 }, { "impact", impact, 0 },
    { "downlifter", downlifter, 0 }, { "laser", laser, 0 },
};

static snq_status make(const snq_track_job *job, snq_track *out)
{
    const snq_context *c = job->context;
    const effects e = { .job = job,
                        .c = c,
                        .out = out,
                        .bar_s = snq_intent_bar_s(c->intent),
                        .beat_steps = 16.0 / c->intent->beat_unit };
    size_t role = 0;
    for (size_t r = 0; r < SNQ_COUNT(role_tab); r++)
        if (strcmp(role_tab[r].patch, job->track->patch) == 0)
            role = r;
    for (uint32_t i = 0; i < c->form.sections; i++)
        if (plays(&e, i) && (!role_tab[role].leads || i + 1 < c->form.sections))
            SNQ_TRY(role_tab[role].act(&e, i));
    return SNQ_OK;
}

const snq_track_kind snq__kind_effects = {
    .id = "effects",
    .part = SNQ_PART_mix,
    .order = 80,
    .what = "risers, impacts, downlifters where sections change",
    .make = make,
};
