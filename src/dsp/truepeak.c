// SPDX-License-Identifier: MIT
/* truepeak -- what the signal reaches between its samples.
 *
 * IDEA   A converter draws a smooth curve through the samples, and that curve may rise above all of
 *        them. Putting three more points between each two samples finds its top to within a tenth
 *        of a decibel or two; most points need not be computed, because they can't be higher than
 *        what has been seen already.
 *
 * STEPS  Points at 1/4, 1/2 and 3/4 between x[i] and x[i + 1]: windowed sinc over x[i-5] .. x[i+6].
 *            g(d) = sin(pi d)/(pi d) * (1/2 + 1/2 cos(pi d / 6)),  d = distance in samples, |d| < 6
 *            y(i + f) = sum over k in [0, 6) of g(k + f) x[i - k] + g(k + 1 - f) x[i + 1 + k]
 *        With u = x[i+1+k] + x[i-k] and v = x[i+1+k] - x[i-k], near = g(k + 1/4), far = g(k + 3/4):
 *            even = sum (near + far)/2 u,    odd = sum (near - far)/2 v,
 *            y(1/4) = even - odd, y(3/4) = even + odd, so max(|y(1/4)|, |y(3/4)|) = |even| + |odd|
 *        and y(1/2) = sum g(k + 1/2) u: eighteen multiplications a sample for three points.
 *        Skip: no point exceeds bound * max |x| over the samples it uses, bound = largest sum of
 *        |weights|; where that is not above the maximum so far, nothing is computed (SIMD rows).
 *
 * CONST  12 taps a phase: the shape of the standard's own example filter (BS.1770-5, annex 2: 48
 *        taps at 4x). Hann window: side lobes fall fast, and the pass band is flat to 0.1 dB up to
 *        0.36 of the rate (0.4: -0.9 dB half way between samples). Factors by rate: the standard's
 *        advice of at least 192 kHz.
 *
 * COST   18 multiplications and 12 additions a sample, none where skipped.
 *
 * LIMITS Between the points at 4x a sine at a quarter of the rate may hide 0.17 dB, one at 0.45 of
 *        the rate 0.55 dB (annex 2, appendix: 20 log10 cos(pi f / 4)). A first or last sample far
 *        from zero rings against the silence assumed around the stream.
 *
 * REFS   ITU-R BS.1770-5 (2023), annex 2; EBU Tech 3341 (2023), cases 15 to 23. */
#include "dsp/truepeak.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/denormals.h"
#include "dsp/silence.h"
#include "dsp/simd/kernels_impl.h"

enum { HALF = SNQ__TRUEPEAK_HALF, BACK = SNQ__TRUEPEAK_BACK };

struct snq_truepeak {
    uint32_t channels;
    snq__truepeak_fn *run;
    snq__truepeak_coef coef;
    float hist[SNQ_CHANNELS_MAX][2 * BACK]; /* last BACK samples, then room for BACK new ones */
};

static double sinc_hann(double d)
{
    return sin(M_PI * d) / (M_PI * d) * (0.5 + 0.5 * cos(M_PI * d / HALF));
}

void snq__truepeak_coef_fill(snq__truepeak_coef *c, uint32_t rate_hz)
{
    double quarter = 0, half = 0;
    for (int k = 0; k < HALF; k++) {
        const double near = sinc_hann(k + 0.25), far = sinc_hann(k + 0.75);
        c->near[k] = (float)near;
        c->far[k] = (float)far;
        c->half[k] = (float)sinc_hann(k + 0.5);
        c->even[k] = (float)((near + far) / 2);
        c->odd[k] = (float)((near - far) / 2);
        quarter += fabs(near) + fabs(far);
        half += 2 * fabs(sinc_hann(k + 0.5));
    }
    c->factor = rate_hz < 96000 ? 4 : rate_hz < 192000 ? 2 : 1;
    /* 1e-5 more than all rounding of 12 float products can add */
    c->bound = (float)(fmax(quarter, half) * (1 + 1e-5));
}

snq_status snq_truepeak_new(const snq_truepeak_cfg *cfg, snq_truepeak **out)
{
    *out = NULL;
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    snq_truepeak *t = snq_calloc(1, sizeof(*t));
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "truepeak");
    t->channels = cfg->channels;
    snq__truepeak_coef_fill(&t->coef, cfg->rate_hz);
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    t->run = kernels.truepeak;
    *out = t;
    return SNQ_OK;
}

void snq_truepeak_free(snq_truepeak *t)
{
    snq_free(t);
}

void snq_truepeak_reset(snq_truepeak *t)
{
    memset(t->hist, 0, sizeof(t->hist));
}

int snq_truepeak_is_at_rest(const snq_truepeak *t)
{
    for (uint32_t c = 0; c < t->channels; c++)
        if (!snq_is_silent(t->hist[c], BACK))
            return 0;
    return 1;
}

/* Frames [from, to) of one channel of the block. The first BACK frames of a block need samples from
 * before it: they run in hist, into which the block's beginning was copied. */
static float run_part(const snq_truepeak *t, uint32_t channel, const float *x, size_t from,
                      size_t to, float floor)
{
    if (from < BACK) {
        const size_t stop = to < BACK ? to : BACK;
        floor = t->run(&t->coef, t->hist[channel] + BACK + from, stop - from, floor);
        from = stop;
    }
    return from < to ? t->run(&t->coef, x + from, to - from, floor) : floor;
}

void snq_truepeak_push(snq_truepeak *t, const snq_audio *block, const uint32_t *segment_frames,
                       uint32_t segments, float *peak)
{
    snq_truepeak_push_over(t, block, segment_frames, segments, NULL, peak);
}

void snq_truepeak_push_over(snq_truepeak *t, const snq_audio *block, const uint32_t *segment_frames,
                            uint32_t segments, const float *floor, float *peak)
{
    const snq_denormals was = snq_denormals_off();
    const size_t head = block->frames < BACK ? block->frames : BACK;
    for (uint32_t c = 0; c < t->channels && head; c++)
        memcpy(t->hist[c] + BACK, block->channel[c], head * sizeof(float));
    size_t at = 0;
    for (uint32_t s = 0; s < segments; s++) {
        peak[s] = floor ? floor[s] : 0;
        for (uint32_t c = 0; c < t->channels; c++)
            peak[s] = run_part(t, c, block->channel[c], at, at + segment_frames[s], peak[s]);
        at += segment_frames[s];
    }
    for (uint32_t c = 0; c < t->channels && head; c++) {
        if (head < BACK)
            memmove(t->hist[c], t->hist[c] + head, BACK * sizeof(float));
        else
            memcpy(t->hist[c], block->channel[c] + block->frames - BACK, BACK * sizeof(float));
    }
    snq_denormals_restore(was);
}

float snq_truepeak_finish(snq_truepeak *t)
{
    const snq_denormals was = snq_denormals_off();
    float peak = 0;
    for (uint32_t c = 0; c < t->channels; c++) {
        memset(t->hist[c] + BACK, 0, BACK * sizeof(float));
        peak = t->run(&t->coef, t->hist[c] + BACK, BACK, peak);
    }
    snq_truepeak_reset(t);
    snq_denormals_restore(was);
    return peak;
}
