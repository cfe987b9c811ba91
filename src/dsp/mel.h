// SPDX-License-Identifier: MIT
/* mel -- triangular mel filterbank on a power spectrum.
 *
 *     out[m] = sum over bins b of weight_m(b) power[b]
 *
 * Band m rises from edge m to its centre, edge m + 1, and falls to edge m + 2; the bands + 2 edges
 * are equally spaced in mel from lo_hz to hi_hz. Each triangle peaks at 1 (area: half its width in
 * Hz, divided by the bin spacing), so that out is power within the band and neighbouring bands add
 * up to the spectrum. A band whose base is narrower than two bin spacings is widened to that:
 * linear interpolation at its centre; so no band is ever empty.
 *
 * Scales: HTK    mel = 2595 log10(1 + f/700)
 *         SLANEY mel = 3 f/200 up to 1000 Hz, then 15 + ln(f/1000) 27 / ln 6.4
 *         OCTAVE mel = log2(f): bands equally spaced in pitch; lo_hz > 0
 *
 * Threads: [any] for run (the object is not changed). */
#ifndef SNQ_DSP_MEL_H
#define SNQ_DSP_MEL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_mel snq_mel;

typedef enum snq_mel_scale {
    SNQ_MEL_HTK = 0,
    SNQ_MEL_SLANEY,
    SNQ_MEL_OCTAVE,
} snq_mel_scale;

typedef struct snq_mel_cfg {
    double rate_hz;      /* of the audio, SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ; need not be whole */
    uint32_t window;     /* frames of the transform, even, 16 .. 131072 */
    uint32_t bands;      /* 1 .. 512 */
    double lo_hz;        /* 0 <= lo_hz < hi_hz */
    double hi_hz;        /* <= rate_hz / 2 */
    snq_mel_scale scale; /* */
} snq_mel_cfg;

/* On success *out is owned by the caller: snq_mel_free. On error *out is NULL. `cfg` is copied.
 * Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_mel_new(const snq_mel_cfg *cfg, snq_mel **out) SNQ_MUST_USE;
void snq_mel_free(snq_mel *m); /* NULL is legal */
/* power (window/2 + 1,), out (bands,): both borrowed. */
SNQ_RT void snq_mel_run(const snq_mel *m, const float *power, float *out);
/* Centre of a band (Hz); band < bands. */
double snq_mel_centre_hz(const snq_mel *m, uint32_t band);

/* The scales themselves. */
double snq_mel_from_hz(snq_mel_scale scale, double hz);
double snq_mel_to_hz(snq_mel_scale scale, double mel);

#endif
