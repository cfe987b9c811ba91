// SPDX-License-Identifier: MIT
/* sinc_table -- kernels for reading a recording between its frames.
 *
 * IDEA   A recording played at another pitch is asked for values between its frames. The band-limited curve through
 *        the frames is a sum of sinc pulses; cut to a number of frames by a window it is nearly that curve. Played
 *        higher, what would lie above half the rate has to go first: wider pulses, over more frames.
 *
 * STEPS  y(i + f) = sum over k of x[i + k] h((k - f) / r) / r,     k = 1 - T/2 .. T/2,  T about TAPS r
 *        h(u) = CUT sinc(CUT u) kaiser(u / (TAPS / 2))             sinc(z) = sin(pi z) / (pi z)
 *        A row holds the taps for one f; rows are PHASES / r to the frame, with a straight line between two rows:
 *        h(u / r) is r times smoother, so that this loses nothing. Rows sum to 1: a constant stays what it is.
 *        Levels r = 2^(k / STEPS), k = 0 .. STEPS OCTAVES; a ratio takes the nearest (at most a semitone off).
 *
 * CONST  TAPS 32, Kaiser beta 7.86 (80 dB: 0.1102 (80 - 8.7)). Its edge then is 0.32 of half the rate wide; CUT 0.95
 *        puts it from 0.79 to 1.11 (times 1 / r): flat to 18.9 kHz at 48 kHz and ratio 1, and what folds lands above
 *        19.8 kHz. PHASES 128: a line between rows errs by at most (pi / 128)^2 / 8: -82 dB; more would not
 *        fit into a first cache.
 *        FINE 1024 values of h a frame, lines between them: -118 dB.
 *
 * COST   0.4 MB, made once a bank in 3 ms. Reading: T multiplications and as many for the line, sixteen at a time
 *        (simd/sinc_taps.inc).
 *
 * LIMITS Ratios above 2^OCTAVES fold.
 *
 * REFS   J. O. Smith and P. Gossett, "A flexible sampling-rate conversion method", ICASSP 1984. J. F. Kaiser,
 *        "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974. */
#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "synth/sampling_impl.h"

enum { HALF = SNQ__SINC_TAPS / 2, PHASES = 128, FINE = 1024 };
static const double cut = 0.95, beta = 7.857;

/* Modified Bessel function of the first kind, order 0. */
static double bessel0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-12 * sum; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

static double prototype(double u)
{
    const double t = u / HALF, z = M_PI * cut * u;
    return (u > 0 ? cut * sin(z) / z : cut) * bessel0(beta * sqrt(fmax(1 - t * t, 0))) /
           bessel0(beta);
}

static double between(const float *fine, double u)
{
    const double at = fabs(u) * FINE;
    const uint32_t i = (uint32_t)at;
    if (i >= HALF * FINE)
        return 0;
    return (double)fine[i] + (at - i) * ((double)fine[i + 1] - (double)fine[i]);
}

static void fill(const snq__sinc_level *l, const float *fine, double ratio, float *row)
{
    for (uint32_t p = 0; p <= l->phases; p++, row += l->taps) {
        double sum = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (uint32_t k = 0; k < l->taps; k++) {
                const double from = (double)k + 1 - l->taps / 2.0 - (double)p / l->phases;
                const double h = between(fine, from / ratio);
                if (pass)
                    row[k] = (float)(h / sum);
                else
                    sum += h;
            }
        }
    }
}

static size_t lay_out(snq__sinc *s)
{
    size_t all = 0;
    for (int k = 0; k < SNQ__SINC_LEVELS; k++) {
        const double ratio = exp2((double)k / SNQ__SINC_STEPS);
        snq__sinc_level *l = &s->level[k];
        l->taps = ((uint32_t)ceil(SNQ__SINC_TAPS * ratio) + 15) / 16 * 16;
        l->phases = (uint32_t)ceil(PHASES / ratio);
        all += (size_t)l->taps * (l->phases + 1);
    }
    return all;
}

snq__sinc_fn *snq__sinc_pick_read(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__sinc_read_avx2;
#endif
    (void)cpu_flags;
    return snq__sinc_read_c;
}

snq_status snq__sinc_new(snq__sinc **out)
{
    *out = NULL;
    snq__sinc *s = snq_calloc(1, sizeof(*s));
    float *fine = snq_alloc(HALF * FINE + 1, sizeof(float));
    if (s)
        s->all = snq_alloc(lay_out(s), sizeof(float));
    if (!s || !fine || !s->all) {
        snq_free(fine);
        snq__sinc_free(s);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "kernels for recordings");
    }
    for (int i = 0; i <= HALF * FINE; i++)
        fine[i] = (float)prototype((double)i / FINE);
    float *row = s->all;
    for (int k = 0; k < SNQ__SINC_LEVELS; k++) {
        snq__sinc_level *l = &s->level[k];
        l->row = row;
        fill(l, fine, exp2((double)k / SNQ__SINC_STEPS), row);
        row += (size_t)l->taps * (l->phases + 1);
    }
    snq_free(fine);
    s->read = snq__sinc_pick_read(snq_cpu_flags());
    *out = s;
    return SNQ_OK;
}

void snq__sinc_free(snq__sinc *s)
{
    if (!s)
        return;
    snq_free(s->all);
    snq_free(s);
}

const snq__sinc_level *snq__sinc_pick(const snq__sinc *s, float ratio)
{
    if (!(ratio > 1))
        return &s->level[0];
    const float at = SNQ__SINC_STEPS * log2f(ratio) + 0.5f;
    return &s->level[at < SNQ__SINC_LEVELS - 1 ? (int)at : SNQ__SINC_LEVELS - 1];
}
