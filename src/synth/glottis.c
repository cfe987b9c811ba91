// SPDX-License-Identifier: MIT
/* glottis -- one period of the air's pulse at the vocal folds, as its change in time.
 *
 * IDEA   The folds open gently and slap shut; the slap is what makes a voice bright. What leaves the lips is the
 *        change of the flow. Pressed voices close sooner, breathy ones later.
 *
 * STEPS  flow s^2 (1 - s),   its change f = 2 s - 3 s^2,   s = x / O = 0 .. 1 while open, 0 while closed; it jumps
 *        by 1 at the closing, so that harmonic h tends to 1 / (pi h).
 *        c[h] = 2 integral of f e^(-2 pi i h x) over the period, in closed form (by parts).
 *        Cycle i: O = OPEN_SOFT + (OPEN_HARD - OPEN_SOFT) i / (CYCLES - 1).
 *
 * CONST  Shape: D. Klatt and L. Klatt's KLGLOTT88. O 0.75 (breathy) to 0.35 (pressed): about what they give for
 *        women's breathy and men's pressed phonation.
 *
 * REFS   D. Klatt and L. Klatt, "Analysis, synthesis, and perception of voice quality variations among female and male
 *        talkers", JASA 87(2), 1990. */
#include <complex.h>
#include <math.h>

#include "base/alloc.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"

enum { CYCLES = SNQ__GLOTTIS_CYCLES, HARMONICS = SNQ__TABLE_HARMONICS_MAX };
static const double open_soft = 0.75, open_hard = 0.35;

double snq__glottis_open(uint32_t i)
{
    return open_soft + (open_hard - open_soft) * i / (CYCLES - 1);
}

/* c[h] for an open share o. */
static double complex coefficient(double o, uint32_t h)
{
    const double complex z = -2 * M_PI * h * I, e = cexp(z * o);
    const double complex x = e * (o / z - 1 / (z * z)) + 1 / (z * z);
    const double complex xx = e * (o * o / z - 2 * o / (z * z) + 2 / (z * z * z)) - 2 / (z * z * z);
    return 2 * (2 * x / o - 3 * xx / (o * o));
}

snq_status snq__glottis_new(snq__table **out)
{
    *out = NULL;
    float *partial = snq_alloc((size_t)CYCLES * HARMONICS, 2 * sizeof(float)), *p = partial;
    if (!partial)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "glottis");
    for (uint32_t i = 0; i < CYCLES; i++) {
        for (uint32_t h = 1; h <= HARMONICS; h++, p += 2) {
            const double complex c = coefficient(snq__glottis_open(i), h);
            p[0] = (float)creal(c);
            p[1] = (float)-cimag(c);
        }
    }
    const snq__table_cfg cfg = { .cycles = CYCLES,
                                 .harmonics = HARMONICS,
                                 .partial = partial,
                                 .per_octave = 2,
                                 .noise_db = 75 };
    const snq_status st = snq__table_new(&cfg, out);
    snq_free(partial);
    return st;
}
