// SPDX-License-Identifier: MIT
/* IDEA   A written figure is known to all; what makes it this piece's is a note left out, one more, one that comes a
 *        little earlier, one an octave up. It is changed once for a material and then kept.
 *
 * STEPS  three times, each with chance `invent`: one of four changes at a step of the bar, in all the figure's
 *        bars alike: an onset taken away or added or moved by one or two steps, a root made another tone.
 *        Strong beats and accents stay; what is added or moved lies on the style's grid.
 * CONST  tastes 3 : 2 : 3 : 1.5 (away, added, moved, tone), ours (2025). */
#include "compose/bass_figure.h"

#include <string.h>

#include "compose/bar_fit.h"
#include "compose/style.h"

static int is_note(char sign)
{
    return sign != '.' && sign != '-';
}

/* Take an onset away; what it leaves goes on with the note before, if that went on until here. */
static void take_away(snq_bass_pattern *p, int step)
{
    const int tied = step > 0 && p->notes[step - 1] != '.';
    p->notes[step] = tied ? '-' : '.';
    p->touch[step] = '.';
    for (int s = step + 1; !tied && s < p->steps && p->notes[s] == '-'; s++)
        p->notes[s] = '.';
}

/* One change of a figure at a step of its bar, in all its bars: 1 when there was something to change. */
static int change_figure(const snq_intent *in, snq_bass_pattern *p, int step, uint32_t what,
                         snq_rng *rng)
{
    static const char tones[] = { '8', '5', '8', '7' };
    const char tone = tones[snq_rng_below(rng, 4)];
    const int far = 1 + (int)snq_rng_below(rng, 2);
    const int to = snq_rng_below(rng, 2) ? step + far : step - far;
    int done = 0;
    for (int bar = 0; bar < p->steps; bar += SNQ_BASS_GRID) {
        char *const at = &p->notes[bar + step];
        const int weak = snq_bar_weight(in, step) < 3;
        if (what == 0 && is_note(*at) && weak && p->touch[bar + step] != '>') {
            take_away(p, bar + step);
            done = 1;
        } else if (what == 1 && !is_note(*at) && in->style->bass.grid[step]) {
            *at = '1';
            done = 1;
        } else if (what == 2 && is_note(*at) && weak && to > 0 && to < SNQ_BASS_GRID &&
                   in->style->bass.grid[to] && !is_note(p->notes[bar + to])) {
            const char sign = *at, touch = p->touch[bar + step];
            take_away(p, bar + step);
            p->notes[bar + to] = sign;
            p->touch[bar + to] = touch;
            done = 1;
        } else if (what == 3 && *at == '1' && weak) {
            *at = tone;
            done = 1;
        }
    }
    return done;
}

/* The written figure as this piece has it: up to three changes, so that two pieces of a style are two. */
void snq_bass_figure(const snq_track_job *job, const snq_form_section *f,
                     const snq_bass_pattern *from, snq_bass_pattern *p)
{
    const snq_intent *const in = job->context->intent;
    static const float taste[] = { 3, 2, 3, 1.5f };
    snq_rng rng =
        snq_track_rng(job, "invent", f->material, (uint32_t)(from - in->style->bass.pattern));
    *p = *from;
    for (int k = 0; k < 3 && p->way != SNQ_BASS_WALK && p->way != SNQ_BASS_HOLD; k++) {
        const int wanted = snq_rng_uniform(&rng) < (double)in->style->bass.invent;
        const uint32_t what = snq_rng_choose(&rng, taste, SNQ_COUNT(taste));
        for (int try = 0; try < 12 && wanted; try++)
            if (change_figure(in, p, 1 + (int)snq_rng_below(&rng, SNQ_BASS_GRID - 1), what, &rng))
                break;
    }
}

/* ---- curves ---- */

static snq_status add_wobble(const snq_track_job *job, snq_track *out)
{
    static const float usual[] = { 1.0f, 2.0f, 1.5f, 3.0f, 4.0f };
    const snq_context *const c = job->context;
    const snq_style_bass *const s = &c->intent->style->bass;
    const float *const cycle = s->wobbles ? s->wobble : usual;
    const uint32_t n = s->wobbles ? s->wobbles : SNQ_COUNT(usual);
    const int asked = job->track->qualities >> SNQ_QUALITY_wobbling & 1;
    snq_curve *curve;
    if ((!s->wobbles && !asked) || strcmp(s->wobble_patch, job->track->patch) != 0)
        return SNQ_OK;
    SNQ_TRY(snq_track_add_curve(out, "lfo_rate", &curve));
    for (uint32_t i = 0; i < c->form.sections; i++) {
        const snq_form_section *const f = &c->form.section[i];
        if (!(f->active >> job->index & 1))
            continue;
        for (int32_t bar = 0; bar < f->bars; bar++) {
            /* two bars make a sentence that comes again */
            snq_rng rng = snq_track_rng(job, "wobble", f->material, (uint32_t)(bar % 4));
            const int halves = snq_rng_uniform(&rng) < 0.4 ? 2 : 1;
            for (int h = 0; h < halves; h++) {
                const uint32_t pick = snq_rng_below(&rng, n);
                const double at = ((double)(f->bar + bar) + 0.5 * h) * (double)c->bar_steps / 4.0;
                SNQ_TRY(snq_curve_push(curve, at,
                                       (float)((double)cycle[pick] * c->intent->bpm / 60.0),
                                       SNQ_CURVE_STEP));
            }
        }
    }
    return SNQ_OK;
}

static snq_status add_move(const snq_track_job *job, const snq_bass_move *m, snq_track *out)
{
    const snq_context *const c = job->context;
    snq_curve *curve;
    if (strcmp(m->patch, job->track->patch) != 0)
        return SNQ_OK;
    SNQ_TRY(snq_track_add_curve(out, m->target, &curve));
    for (int32_t bar = 0; bar < c->form.bars; bar++) {
        const int32_t x = bar % m->bars * 2;
        const double rise = (double)(x <= m->bars ? x : 2 * m->bars - x) / m->bars;
        const double reach = (double)snq_context_energy(c, bar);
        const double v = (double)m->low + (double)(m->high - m->low) * reach * rise * rise;
        SNQ_TRY(snq_curve_push(curve, (double)bar * (double)c->bar_steps / 4.0, (float)v,
                               SNQ_CURVE_LINEAR));
    }
    return SNQ_OK;
}

snq_status snq_bass_curves(const snq_track_job *job, snq_track *out)
{
    const snq_style_bass *const s = &job->context->intent->style->bass;
    SNQ_TRY(add_wobble(job, out));
    for (uint32_t i = 0; i < s->moves; i++)
        SNQ_TRY(add_move(job, &s->move[i], out));
    return SNQ_OK;
}
