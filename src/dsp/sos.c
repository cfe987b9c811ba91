// SPDX-License-Identifier: MIT
/* sos -- running second-order sections.
 *
 * IDEA   A filter of high order is run as a chain of small ones, each of which keeps two numbers:
 *        that stays accurate where one big recursion would not. Running the chain once forwards and
 *        once backwards over a whole buffer cancels its delay at every frequency.
 *
 * STEPS  Transposed direct form II, per section with state s1, s2:
 *            y = b0 x + s1;   s1 = b1 x - a1 y + s2;   s2 = b2 x - a2 y
 *        Steady state for constant input 1: g = (b0 + b1 + b2) / (1 + a1 + a2),
 *            s1 = g - b0,   s2 = b2 - a2 g;   the next section's input is g.
 *        Zero phase: pad both ends by odd reflection, 2 x[0] - x[k] and 2 x[n-1] - x[n-1-k]; start
 *        each pass in the steady state times its first value; filter, reverse, filter, reverse,
 *        cut.
 *
 * CONST  Padding: 3 (2 n + 1 - the smaller of the numbers of sections with b2 = 0 and with a2 = 0),
 *        what scipy.signal.sosfiltfilt takes by default, so that numbers can be compared; at most
 *        one less than the buffer.
 *
 * COST   5 multiplications a section, sample and pass.
 *
 * LIMITS Padding is a guess about the unknown: within a few time constants of the ends the output
 *        depends on it.
 *
 * REFS   F. Gustafsson, "Determining the initial states in forward-backward filtering", IEEE Trans.
 *        Signal Processing 44(4), 1996. */
#include "dsp/sos.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/denormals.h"

double complex snq_sos_response(const snq_sos *sections, uint32_t n, double f_hz, double rate_hz)
{
    const double w = 2 * M_PI * f_hz / rate_hz;
    const double complex z = cos(w) - I * sin(w); /* z^-1 on the unit circle */
    double complex h = 1;
    for (uint32_t i = 0; i < n; i++) {
        const snq_sos *s = &sections[i];
        h *= (s->b0 + z * (s->b1 + z * s->b2)) / (1 + z * (s->a1 + z * s->a2));
    }
    return h;
}

void snq_sos_filter_init(snq_sos_filter *f, const snq_sos *sections, uint32_t n)
{
    memset(f, 0, sizeof(*f));
    f->n = n < SNQ_SOS_SECTIONS_MAX ? n : SNQ_SOS_SECTIONS_MAX;
    if (f->n)
        memcpy(f->section, sections, f->n * sizeof(*sections));
}

void snq_sos_filter_reset(snq_sos_filter *f)
{
    memset(f->state, 0, sizeof(f->state));
}

static inline double step(const snq_sos *s, double state[2], double x)
{
    const double y = s->b0 * x + state[0];
    state[0] = s->b1 * x - s->a1 * y + state[1];
    state[1] = s->b2 * x - s->a2 * y;
    return y;
}

void snq_sos_filter_run(snq_sos_filter *f, float *out, const float *in, size_t n)
{
    const snq_denormals was = snq_denormals_off();
    for (size_t t = 0; t < n; t++) {
        double y = in[t];
        for (uint32_t i = 0; i < f->n; i++)
            y = step(&f->section[i], f->state[i], y);
        out[t] = (float)y;
    }
    snq_denormals_restore(was);
}

/* One pass over x (n,) in place, from the steady state of x[0]. */
static void run_steady(const snq_sos *sections, uint32_t n_sections, double *x, size_t n)
{
    double level = x[0]; /* constant input that section i sees */
    for (uint32_t i = 0; i < n_sections; i++) {
        const snq_sos *s = &sections[i];
        const double den = 1 + s->a1 + s->a2;
        const double g = den != 0 ? (s->b0 + s->b1 + s->b2) / den : 0;
        double state[2] = { (g - s->b0) * level, (s->b2 - s->a2 * g) * level };
        for (size_t t = 0; t < n; t++)
            x[t] = step(s, state, x[t]);
        level *= g;
    }
}

static void reverse(double *x, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const double swap = x[i];
        x[i] = x[n - 1 - i];
        x[n - 1 - i] = swap;
    }
}

static size_t padding(const snq_sos *sections, uint32_t n, size_t count)
{
    size_t b = 0, a = 0;
    for (uint32_t i = 0; i < n; i++) {
        b += sections[i].b2 == 0;
        a += sections[i].a2 == 0;
    }
    const size_t pad = 3 * (2 * (size_t)n + 1 - (a < b ? a : b));
    return pad < count ? pad : count - 1;
}

snq_status snq_sos_filtfilt(const snq_sos *sections, uint32_t n, float *out, const float *x,
                            size_t count)
{
    if (n > SNQ_SOS_SECTIONS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u sections are over %d", n, SNQ_SOS_SECTIONS_MAX);
    if (count == 0)
        return SNQ_OK;
    const size_t pad = padding(sections, n, count), total = count + 2 * pad;
    double *y = snq_calloc(total, sizeof(double));
    if (!y)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "zero-phase filter of %zu samples", count);
    for (size_t t = 0; t < count; t++)
        y[pad + t] = x[t];
    for (size_t k = 1; k <= pad; k++) {
        y[pad - k] = 2.0 * x[0] - x[k];
        y[pad + count - 1 + k] = 2.0 * x[count - 1] - x[count - 1 - k];
    }
    const snq_denormals was = snq_denormals_off();
    run_steady(sections, n, y, total);
    reverse(y, total);
    run_steady(sections, n, y, total);
    reverse(y, total);
    snq_denormals_restore(was);
    for (size_t t = 0; t < count; t++)
        out[t] = (float)y[pad + t];
    snq_free(y);
    return SNQ_OK;
}
