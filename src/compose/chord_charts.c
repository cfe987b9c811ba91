// SPDX-License-Identifier: MIT
/* Step 1 of progression.c: which chart of the style's a material has. */
#include <math.h>

#include "compose/progression_impl.h"
#include "compose/style.h"

enum { OCTAVE = 12 };

#define PLAIN 0.1 /* see plainness: over this the key can be told */

static int opens_on_tonic(const snq_chord_planner *p, const snq_harmony_loop *l)
{
    snq_chord c = { 0 };
    (void)!snq_chord_from_numeral(l->step[0].numeral, p->in->tonic, p->in->mode, &c);
    return c.root == p->in->tonic;
}

/* How plainly a chart says its key: correlation of its tones' lengths with the profile of the key (major for
 * modes with a major third, else minor), less that of the key that comes nearest. */
static double plainness(const snq_chord_planner *p, const snq_harmony_loop *l)
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
float snq__plan_suits(const snq_chord_planner *p, const snq_harmony_loop *l,
                      const snq_form_section *s, int strict)
{
    const int c = snq__plan_section_complexity(p, s);
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

/* How well a chart goes as far as is wished: by its roots, the part of its time in which a tone is foreign to the
 * scale, its changes a bar. */
static float goes_as_far(const snq_chord_planner *p, const snq_harmony_loop *l)
{
    static const float by_roots[SNQ_PROGRESSIONS][6] = {
        [SNQ_PROGRESSION_simple] = { 0, 1.0f, 1.0f, 0.25f, 0.02f, 0.005f },
        [SNQ_PROGRESSION_moderate] = { 0, 0.05f, 0.3f, 1.0f, 1.0f, 0.1f },
        [SNQ_PROGRESSION_complex] = { 0, 0.005f, 0.02f, 0.2f, 1.0f, 2.0f },
        [SNQ_PROGRESSION_chromatic] = { 0, 0.02f, 0.2f, 0.6f, 1.0f, 1.0f },
    };
    unsigned roots = 0, n = 0;
    double foreign = 0;
    for (size_t i = 0; i < l->steps; i++) {
        const snq_harmony_step *s = &l->step[i], *next = s + 1;
        const double from = s->bar + (double)s->part / s->parts;
        const double to = i + 1 < l->steps ? next->bar + (double)next->part / next->parts : l->bars;
        snq_chord c = { 0 };
        (void)!snq_chord_from_numeral(s->numeral, p->in->tonic, p->in->mode, &c);
        n += !(roots >> c.root & 1);
        roots |= 1u << c.root;
        if (snq_chord_set(&c) & ~p->scale)
            foreign += (to - from) / l->bars;
    }
    float w = by_roots[p->type][n < 5 ? n : 5];
    if (p->type == SNQ_PROGRESSION_chromatic)
        return w * (foreign > 0 ? 1.0f + 8.0f * (float)foreign : 0.1f);
    if (p->type == SNQ_PROGRESSION_simple && l->steps > l->bars)
        w *= 0.1f;
    return p->type < SNQ_PROGRESSION_complex && foreign > 0 ? w * 0.05f : w;
}

/* How well a chart suits a section: strictly, or where more is wished any. */
static float suits(const snq_chord_planner *p, const snq_harmony_loop *l, const snq_form_section *s,
                   int strict)
{
    if (p->type < 0)
        return snq__plan_suits(p, l, s, strict);
    const int fits = snq__plan_suits(p, l, s, 1) > 0;
    return snq__plan_suits(p, l, s, 0) * (fits ? 1.0f : 0.3f) * goes_as_far(p, l);
}

void snq__plan_choose_loop(snq_chord_planner *p, const snq_form_section *s)
{
    float weight[SNQ_HARMONY_PROGRESSIONS_MAX + SNQ_HARMONY_SPARE];
    const snq_style_harmony *h = p->style;
    snq_rng r = snq__plan_stream(p, SNQ_PLAN_LOOP, s->material, 0);
    const double same = snq_rng_uniform(&r);
    const snq_harmony_loop **loop = p->loop[p->type + 1];
    if (loop[s->material])
        return;
    /* the first material's chords will do for others, in styles that have one idea a piece */
    const snq_harmony_loop *first = loop[p->context->form.section[0].material];
    if (first && same >= (double)h->contrast) {
        loop[s->material] = first;
        return;
    }
    float sum = 0;
    for (int strict = 1; strict >= 0 && !(sum > 0); strict--)
        for (size_t i = 0; i < h->progressions; i++) {
            weight[i] = suits(p, &h->progression[i], s, strict);
            for (size_t m = 0; m < SNQ_PLAN_MATERIALS; m++)
                if (loop[m] == &h->progression[i])
                    weight[i] *= 0.2f;
            if (!first && !opens_on_tonic(p, &h->progression[i]))
                weight[i] *= 0.02f;
            if (weight[i] > 0) {
                const double plain = plainness(p, &h->progression[i]);
                weight[i] *= plain > PLAIN ? 1.0f : plain > 0 ? 0.2f : 0.02f;
            }
            sum += weight[i];
        }
    loop[s->material] = &h->progression[snq__plan_choose(&r, weight, h->progressions)];
}
