// SPDX-License-Identifier: MIT
/* IDEA   Kick and bass share the lows but take turns; pad and lead play together but an octave apart. What
 *        counts is how much of one sound's energy lies where and when the other's lies, too.
 *
 * STEPS  X(t, f)  power spectrum, window of about 85 ms (Hann), hop as long: no moment counts twice by
 *                 much
 *        p(t, b) = sum of X(t, f) over f in [c_b 10^-0.05, c_b 10^0.05),  c_b = 1000 * 10^(b / 10) Hz
 *        p      /= sum over t, b of p
 *        1 - sum of min(p, q)
 *
 * CONST  Third octaves by IEC 61260-1:2014, base ten, 25 Hz .. 20 kHz. 85 ms: 4096 frames at 48 kHz (other
 *        rates: the power of two that comes nearest).
 * COST   one transform of 4096 in 85 ms: some 3000 times faster than real time.
 * LIMITS The lowest bands are narrower than a bin (11.7 Hz): a bin goes to the band of its centre, so
 *        neighbours among them may stay empty for both alike. */
#include "listen/separation.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/stft.h"

enum { BANDS = SNQ_SEPARATION_BANDS, WINDOW_MOST = 65536, FIRST_ROOM = 1024, LOWEST = -16 };
#define WINDOW_S 0.0853

struct snq_band_powers {
    snq_stft *stft;
    uint32_t bins;
    int8_t *band;          /* (bins,) owned; -1: none */
    float (*power)[BANDS]; /* (moments,) owned */
    uint32_t moments, room;
    double sum;
};

static uint32_t window_of(uint32_t rate_hz)
{
    uint32_t n = 256;
    while (n < WINDOW_MOST && n * 1.4142 < rate_hz * WINDOW_S)
        n *= 2;
    return n;
}

static void set_bands(snq_band_powers *p, uint32_t rate_hz, uint32_t window)
{
    for (uint32_t i = 0; i < p->bins; i++) {
        const double hz = (double)i * rate_hz / window;
        const int b = hz > 0.0 ? (int)floor(10.0 * log10(hz / 1000.0) + 0.5) - LOWEST : -1;
        p->band[i] = (int8_t)(b >= 0 && b < BANDS ? b : -1);
    }
}

snq_status snq_band_powers_new(uint32_t rate_hz, uint32_t channels, snq_band_powers **out)
{
    snq_status st;
    *out = NULL;
    if (rate_hz < 4000 || rate_hz > 768000)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz: %u is not within 4000 .. 768000", rate_hz);
    const uint32_t window = window_of(rate_hz);
    const snq_stft_cfg cfg = { .channels = channels, .window = window, .hop = window };
    snq_band_powers *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    p->bins = window / 2 + 1;
    p->band = snq_calloc(p->bins, sizeof *p->band);
    if (!p->band) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
        goto fail;
    }
    set_bands(p, rate_hz, window);
    SNQ_GOTO(snq_stft_new(&cfg, &p->stft));
    *out = p;
    return SNQ_OK;
fail:
    snq_band_powers_free(p);
    return st;
}

void snq_band_powers_free(snq_band_powers *p)
{
    if (!p)
        return;
    snq_stft_free(p->stft);
    snq_free(p->band);
    snq_free(p->power);
    snq_free(p);
}

static snq_status on_spectrum(void *user, const snq_stft_frame *f)
{
    snq_band_powers *p = user;
    if (p->moments == SNQ_SEPARATION_MOMENTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a sound of more than %d moments",
                        SNQ_SEPARATION_MOMENTS_MAX);
    if (p->moments == p->room) {
        const uint32_t room = p->room ? 2 * p->room : FIRST_ROOM;
        void *grown = snq_regrow(p->power, p->room, room, sizeof *p->power);
        if (!grown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u moments", room);
        p->power = grown;
        p->room = room;
    }
    float *row = p->power[p->moments++];
    memset(row, 0, sizeof p->power[0]);
    for (uint32_t i = 0; i < p->bins; i++)
        if (p->band[i] >= 0)
            row[p->band[i]] += f->power[i];
    for (int b = 0; b < BANDS; b++)
        p->sum += (double)row[b];
    return SNQ_OK;
}

snq_status snq_band_powers_push(snq_band_powers *p, const snq_audio *block)
{
    return snq_stft_push(p->stft, block, on_spectrum, p);
}

snq_status snq_band_powers_finish(snq_band_powers *p)
{
    return snq_stft_finish(p->stft, on_spectrum, p);
}

double snq_separation(const snq_band_powers *a, const snq_band_powers *b)
{
    const uint32_t n = a->moments < b->moments ? a->moments : b->moments;
    double shared = 0.0;
    if (!(a->sum > 0.0) || !(b->sum > 0.0))
        return NAN;
    for (uint32_t t = 0; t < n; t++)
        for (int k = 0; k < BANDS; k++)
            shared += fmin((double)a->power[t][k] / a->sum, (double)b->power[t][k] / b->sum);
    return 1.0 - shared;
}
