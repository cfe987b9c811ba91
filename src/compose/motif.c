// SPDX-License-Identifier: MIT
/* IDEA   A melody is remembered by a small figure: when its notes come, and whether they rise or fall. The figure comes
 *        again, higher, turned over, decorated, cut short: the same and yet not the same.
 *
 * STEPS  rhythm: one of the style's, by weight, place, energy and the density wished for
 *        contour: c_0 = 0; each further note goes on in a direction that turns now and then, by
 *          0 with chance `repeats`, 2 .. 4 with chance `leaps` / 2, else 1; after a leap the next one steps
 *          back (gap-fill); |c| <= 7
 *
 * REFS   gap-fill and the preference for steps: Meyer, Explaining Music, 1973; Huron, Sweet Anticipation, 2006. */
#include "compose/motif.h"

#include <stdlib.h>

#include "compose/bar_fit.h"
#include "compose/track_kind.h"

static int is_onset(char sign)
{
    return sign == 'x' || sign == 'X';
}

static double onset_share(const snq_melody_rhythm *r)
{
    double n = 0.0;
    for (int i = 0; i < SNQ_MELODY_STEPS; i++)
        n += is_onset(r->notes[i]) ? 1.0 / SNQ_MELODY_STEPS : 0.0;
    return n;
}

/* Does a rhythm suit? strict: 3 by place and energy, 2 not OPEN against ANY, 1 by energy, 0 any. */
static int suits(const snq_melody_rhythm *r, const snq_motif_wish *w, int strict)
{
    const int energy =
        w->energy >= (double)r->energy_min - 1e-6 && w->energy <= (double)r->energy_max + 1e-6;
    const int closes = r->place == SNQ_MELODY_CLOSE, wanted = w->place == SNQ_MELODY_CLOSE;
    if (strict >= 3)
        return energy &&
               (r->place == w->place || (!closes && !wanted && r->place == SNQ_MELODY_ANY));
    if (strict == 2)
        return energy && closes == wanted;
    return strict == 0 || energy;
}

static const snq_melody_rhythm *choose_rhythm(const snq_motif_wish *w, snq_rng *rng)
{
    const snq_style_melody *const s = w->style;
    float weight[SNQ_MELODY_RHYTHMS_MAX];
    double least = 1.0, most = 0.0;
    int any = 0;
    for (int strict = 3; strict >= 0 && !any; strict--)
        for (uint32_t i = 0; i < s->rhythms; i++) {
            weight[i] = suits(&s->rhythm[i], w, strict) ? s->rhythm[i].weight : 0.0f;
            any |= weight[i] > 0.0f;
        }
    for (uint32_t i = 0; i < s->rhythms; i++)
        if (weight[i] > 0.0f) {
            const double n = onset_share(&s->rhythm[i]);
            least = n < least ? n : least;
            most = n > most ? n : most;
        }
    const double pull = 2.0 * (w->density > 0.5 ? w->density - 0.5 : 0.5 - w->density);
    for (uint32_t i = 0; i < s->rhythms; i++) {
        const double n = onset_share(&s->rhythm[i]);
        const double d = most > least ? (n - least) / (most - least) - w->density : 0.0;
        weight[i] = (float)((double)weight[i] / (1.0 + 14.0 * pull * d * d));
    }
    return &s->rhythm[snq_rng_choose(rng, weight, s->rhythms)];
}

void snq_motif_contour(const snq_style_melody *style, snq_rng *rng, snq_motif *m)
{
    int at = 0, dir = snq_rng_below(rng, 2) ? 1 : -1, leapt = 0;
    for (int i = 0; i < m->notes; i++) {
        m->note[i].contour = (int8_t)at;
        m->note[i].pitch = 0;
        const double u = snq_rng_uniform(rng), leap = 0.5 * (double)style->leaps;
        int by = 1;
        if (leapt) {
            dir = -dir; /* fill the gap */
            leapt = 0;
        } else if (u < (double)style->repeats) {
            by = 0;
        } else if (u < (double)style->repeats + leap) {
            by = 2 + (int)snq_rng_below(rng, 3);
            leapt = by > 2;
        } else if (snq_rng_uniform(rng) < 0.26) {
            dir = -dir;
        }
        if (abs(at + dir * by) > 6)
            dir = -dir;
        at += dir * by;
    }
}

void snq_motif_draw(const snq_motif_wish *w, snq_rng *rng, snq_motif *out)
{
    const snq_melody_rhythm *const r = choose_rhythm(w, rng);
    const int32_t bar = snq_intent_bar_steps(w->in);
    snq_motif_note *open = NULL;
    out->notes = 0;
    for (int32_t s = 0; s < bar; s++) {
        const char sign = r->notes[snq_bar_fit(w->in, s)];
        if (is_onset(sign) && out->notes < SNQ_MOTIF_NOTES_MAX) {
            open = &out->note[out->notes++];
            *open = (snq_motif_note) { .step = (int16_t)s, .steps = 1, .accent = sign == 'X' };
        } else if (sign == '-' && open) {
            open->steps++;
        } else {
            open = NULL;
        }
    }
    if (out->notes == 0) /* cut away by the metre */
        out->note[out->notes++] = (snq_motif_note) { .steps = (int16_t)bar };
    snq_motif_contour(w->style, rng, out);
}

static void remove_note(snq_motif *m, int i)
{
    for (m->notes--; i < m->notes; i++)
        m->note[i] = m->note[i + 1];
}

/* A short neighbour before the longest note that has room before it. */
static void ornament(snq_motif *m, snq_rng *rng)
{
    int best = -1;
    for (int i = 0; i < m->notes; i++) {
        const int before = i > 0 ? m->note[i - 1].step + 1 : 0;
        if (m->note[i].step > before && (best < 0 || m->note[i].steps > m->note[best].steps))
            best = i;
    }
    if (best < 0 || m->notes == SNQ_MOTIF_NOTES_MAX)
        return;
    for (int i = m->notes++; i > best; i--)
        m->note[i] = m->note[i - 1];
    const snq_motif_note *const main = &m->note[best + 1];
    const int up = snq_rng_below(rng, 3) > 0 ? 1 : -1;
    m->note[best] = (snq_motif_note) { .step = (int16_t)(main->step - 1),
                                       .steps = 1,
                                       .contour = (int8_t)(main->contour + up) };
    if (best > 0 && m->note[best - 1].step + m->note[best - 1].steps > m->note[best].step)
        m->note[best - 1].steps = (int16_t)(m->note[best].step - m->note[best - 1].step);
}

void snq_motif_vary(snq_motif *m, snq_motif_change change, int bar, snq_rng *rng)
{
    const int half = m->notes / 2, by = snq_rng_below(rng, 2) ? 1 : -1;
    const int far = 1 + (int)snq_rng_below(rng, 2);
    switch (change) {
    case SNQ_MOTIF_SEQUENCE:
        for (int i = 0; i < m->notes; i++) {
            m->note[i].contour = (int8_t)(m->note[i].contour + by * far);
            m->note[i].pitch = 0;
        }
        break;
    case SNQ_MOTIF_INVERT_TAIL:
        for (int i = half + 1; i < m->notes; i++) {
            m->note[i].contour = (int8_t)(2 * m->note[half].contour - m->note[i].contour);
            m->note[i].pitch = 0;
        }
        break;
    case SNQ_MOTIF_DISPLACE:
        for (int i = m->notes - 1; i >= half && m->notes > 1; i--) {
            const int end = i + 1 < m->notes ? m->note[i + 1].step : bar;
            if (m->note[i].step + 2 < end)
                m->note[i].step = (int16_t)(m->note[i].step + 2);
            if (m->note[i].step + m->note[i].steps > end)
                m->note[i].steps = (int16_t)(end - m->note[i].step);
        }
        break;
    case SNQ_MOTIF_ORNAMENT:
        ornament(m, rng);
        break;
    case SNQ_MOTIF_TRUNCATE:
        if (m->notes > 2)
            remove_note(m, m->notes - 1);
        break;
    case SNQ_MOTIF_EXTEND:
        if (m->notes > 2) {
            snq_motif_note *const n = &m->note[m->notes - 2];
            n->steps =
                (int16_t)(m->note[m->notes - 1].step + m->note[m->notes - 1].steps - n->step);
            remove_note(m, m->notes - 1);
        }
        break;
    }
    for (int i = 0; i < m->notes; i++) {
        const int c = m->note[i].contour, most = SNQ_MOTIF_CONTOUR_MAX;
        m->note[i].contour = (int8_t)(c > most ? most : c < -most ? -most : c);
    }
}
