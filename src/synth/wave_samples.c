// SPDX-License-Identifier: MIT
/* wave_samples -- a wave table from a user's drawn or recorded periods.
 *
 * IDEA   A period of L samples has at most (L - 1) / 2 overtones. How strong each is, a Fourier transform
 *        says; from there on it is a table like the built-in ones.
 *
 * STEPS  a[h] = 2/L sum x[i] cos(2 pi h i / L),   b[h] = 2/L sum x[i] sin(2 pi h i / L)
 *        Lengths that are powers of two by the fast transform, others by the sum itself.
 *
 * COST   256 cycles of 2048 samples: 0.1 s; of 8191: 4 s (Sapphire Rapids, 2026).
 *
 * LIMITS The table holds 1024 harmonics at most. The constant part is dropped. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "synth/bank_impl.h"

static float finite_or_zero(float x)
{
    return isfinite(x) ? x : 0;
}

/* How much all samples are multiplied by. */
static double scale_of(const float *x, uint32_t cycles, uint32_t length)
{
    double peak = 0;
    for (uint32_t c = 0; c < cycles; c++, x += length) {
        double mean = 0;
        for (uint32_t i = 0; i < length; i++)
            mean += (double)finite_or_zero(x[i]) / length;
        for (uint32_t i = 0; i < length; i++)
            peak = fmax(peak, fabs((double)finite_or_zero(x[i]) - mean));
    }
    return peak > 0 ? 1 / peak : 0;
}

static void partials_by_sum(const double *x, const double *cosine, uint32_t length,
                            uint32_t harmonics, float *partial)
{
    for (uint32_t h = 1; h <= harmonics; h++) {
        double a = 0, b = 0;
        for (uint32_t i = 0, at = 0; i < length; i++) {
            /* sin(z) = cos(z - quarter): kept as a second table behind the first */
            a += x[i] * cosine[at];
            b += x[i] * cosine[length + at];
            at += at + h < length ? h : h - length;
        }
        partial[2 * h - 2] = (float)(2 * a / length);
        partial[2 * h - 1] = (float)(2 * b / length);
    }
}

snq_status snq__cycles_of_samples(const float *sample, uint32_t cycles, uint32_t length,
                                  snq__table **out)
{
    snq_status st;
    const uint32_t most = (length - 1) / 2;
    const uint32_t harmonics = most < SNQ__TABLE_HARMONICS_MAX ? most : SNQ__TABLE_HARMONICS_MAX;
    const int fast = (length & (length - 1)) == 0;
    snq_rfft *fft = NULL;
    float *partial = snq_alloc((size_t)cycles * harmonics, 2 * sizeof(float));
    float *work = snq_alloc(2 * (size_t)length + 2, sizeof(float)); /* samples, spectrum */
    double *slow = snq_alloc(3 * (size_t)length, sizeof(double));   /* samples, cosine, sine */
    *out = NULL;
    if (!partial || !work || !slow) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "wave table of %u cycles", cycles);
        goto fail;
    }
    if (fast)
        SNQ_GOTO(snq_rfft_new(length, &fft));
    for (uint32_t i = 0; i < length; i++) {
        slow[length + i] = cos(2 * M_PI * i / length);
        slow[2 * length + i] = sin(2 * M_PI * i / length);
    }
    const double scale = scale_of(sample, cycles, length);
    for (uint32_t c = 0; c < cycles; c++) {
        float *to = partial + 2 * (size_t)c * harmonics;
        for (uint32_t i = 0; i < length; i++) {
            slow[i] = scale * (double)finite_or_zero(sample[(size_t)c * length + i]);
            work[i] = (float)slow[i];
        }
        if (!fast) {
            partials_by_sum(slow, slow + length, length, harmonics, to);
            continue;
        }
        snq_rfft_run(fft, work + length, work);
        for (uint32_t h = 1; h <= harmonics; h++) {
            to[2 * h - 2] = 2 * work[length + 2 * h] / (float)length;
            to[2 * h - 1] = -2 * work[length + 2 * h + 1] / (float)length;
        }
    }
    const snq__table_cfg cfg = { .cycles = cycles,
                                 .harmonics = harmonics,
                                 .partial = partial,
                                 .per_octave = cycles > 32 ? 1 : 2,
                                 .noise_db = cycles > 32 ? 70 : 80 };
    st = snq__table_new(&cfg, out);
fail:
    snq_rfft_free(fft);
    snq_free(slow);
    snq_free(work);
    snq_free(partial);
    return st;
}
