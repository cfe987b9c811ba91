// SPDX-License-Identifier: MIT
/* stft -- streaming power spectra of multi-channel audio.
 *
 * Spectrum k is taken through a periodic Hann window of `window` frames centred on sample frame
 * (k + 1/2) hop; what lies outside the stream counts as zero. A stream of F frames gives exactly
 * ceil(F / hop) spectra, whatever the block sizes.
 *
 * Scale: power[b] = mean over channels of |X_c[b]|^2 * 2 / (window * sum of w^2), with 1 in place
 * of 2 at the first and the last bin: the sum over bins of a stationary signal is its mean square,
 * and a sine of amplitude a well inside the band adds a^2 / 2.
 * cross[b] = Re(L[b] conj R[b]) in the same scale: positive in phase, negative in antiphase.
 * balance[b] = |L[b]|^2 - |R[b]|^2 in the same scale: with power, what each channel has by itself.
 *
 * Threads: one object belongs to one thread at a time. How it is done: top of stft.c. */
#ifndef SNQ_DSP_STFT_H
#define SNQ_DSP_STFT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_stft snq_stft;

typedef struct snq_stft_cfg {
    uint32_t channels;   /* 1 .. SNQ_CHANNELS_MAX */
    uint32_t window;     /* frames, a power of two, 16 .. 131072 */
    uint32_t hop;        /* frames, 1 .. window */
    uint32_t cross_bins; /* bins of `cross` and `balance` to compute, 0 .. window/2 + 1; 0: none */
} snq_stft_cfg;

typedef struct snq_stft_frame {
    const float *power;   /* (window/2 + 1,), borrowed for the call */
    const float *cross;   /* (cross_bins,), borrowed for the call; NULL when channels != 2 or
                           cross_bins == 0 */
    const float *balance; /* as cross */
    int64_t centre;       /* sample frame floor((k + 1/2) hop) */
    int silent;           /* all of them are 0, for the window holds silence alone: told only where
                             push_silence told it before */
} snq_stft_frame;

/* Gets each spectrum in order (denormals count as zero meanwhile). A negative status stops the push
 * and is returned by it; the object must then be reset or freed. */
typedef snq_status (*snq_stft_sink)(void *user, const snq_stft_frame *f);

/* On success *out is owned by the caller: snq_stft_free. On error *out is NULL. `cfg` is copied.
 * Errors: ERR_RANGE (names the field), ERR_NOMEM. */
snq_status snq_stft_new(const snq_stft_cfg *cfg, snq_stft **out) SNQ_MUST_USE;
void snq_stft_free(snq_stft *s); /* NULL is legal */
/* Take a block (borrowed for the call; any length, channels as in cfg) and hand on every spectrum
 * whose window is complete. ERR_ARG: another number of channels. Else what the sink said. */
snq_status snq_stft_push(snq_stft *s, const snq_audio *block, snq_stft_sink sink,
                         void *user) SNQ_MUST_USE;
/* The same for `frames` frames of zeros, sooner. */
snq_status snq_stft_push_silence(snq_stft *s, size_t frames, snq_stft_sink sink,
                                 void *user) SNQ_MUST_USE;
/* The stream has ended: hand on the spectra that reach beyond its end. Then as after reset. */
snq_status snq_stft_finish(snq_stft *s, snq_stft_sink sink, void *user) SNQ_MUST_USE;
/* Forget the stream, start at frame 0. */
void snq_stft_reset(snq_stft *s);

#endif
