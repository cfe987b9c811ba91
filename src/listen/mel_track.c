// SPDX-License-Identifier: MIT
/* IDEA   One mono stream at a modest rate is enough to tell what kind of sound each hop holds: a short
 *        spectrum at its middle, gathered into bands as the ear does.
 * STEPS  chunk -> mean of the channels -> 22 050 Hz -> short spectrum at the middle of each hop -> mel
 *          middle of hop i: sample floor((2 i + 1) 22050 / 200) of the mono stream; a window that
 *          would reach over an end of the stream is moved inside, and 64 samples further where the
 *          rate was changed: so far the converter's filter rings against the silence around
 *          band 0 = |X[1] + X[0] / 2|^2: the Hann window's own share of an offset in bin 1 is -1/2
 *          of that in bin 0, so an offset cancels exactly; bands 1 .. 40 leave bins 0 and 1 out
 *          a window that holds zeros alone has no power in any band
 * CONST  Mel: 40 bands of 30 Hz .. 11 025 Hz over a Hann window of 512 (23 ms), the usual resolution
 *        for onsets and timbre (Slaney, "Auditory toolbox", 1998, for the scale). Mel powers are scaled so that a stationary sound's bands add up to
 *        its mean square.
 * COST   See `make bench`.
 * LIMITS The mono stream is the mean of the channels: what is in antiphase is missing. */
#include "listen/mel_track_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "dsp/mel.h"
#include "dsp/mixdown.h"
#include "dsp/resample.h"
#include "dsp/rpower.h"
#include "dsp/silence.h"
#include "dsp/window.h"

enum { QUEUE = SNQ__MEL_CHUNK + 2 * SNQ_MEL_WINDOW };

struct snq__mel_track {
    snq_resample *resample;
    snq_rpower *spectrum;
    snq_mel *bank;
    snq__mel_sink sink; /* of the call at hand */
    void *user;
    snq__mono_tap tap; /* NULL: nobody */
    void *tap_user;
    int64_t done;  /* hops handed on */
    float *mono;   /* (SNQ__MEL_CHUNK,) */
    float *queue;  /* (QUEUE,) of the 22 050 Hz stream, from sample `first` on */
    int64_t first; /* */
    uint32_t count;
    int64_t loud_end; /* sample from which on all is zero so far */
    int64_t margin;   /* samples at both ends of the stream that no window uses */
    float scale;      /* of the powers, see CONST */
    float *power;     /* (SNQ_MEL_WINDOW / 2 + 1,) */
};

static snq_status make(snq__mel_track *t, uint32_t rate_hz)
{
    SNQ_TRY(snq_resample_new(&(snq_resample_cfg) { .in_hz = rate_hz, .out_hz = SNQ_MONO_RATE_HZ },
                             &t->resample));
    const snq_mel_cfg mel = { .rate_hz = SNQ_MONO_RATE_HZ,
                              .window = SNQ_MEL_WINDOW,
                              .bands = SNQ_MEL_BANDS - 1,
                              .lo_hz = 30.0,
                              .hi_hz = SNQ_MONO_RATE_HZ / 2.0,
                              .scale = SNQ_MEL_SLANEY };
    SNQ_TRY(snq_mel_new(&mel, &t->bank));
    t->margin = rate_hz == SNQ_MONO_RATE_HZ ? 0 : 64;
    t->mono = snq_calloc(SNQ__MEL_CHUNK, sizeof *t->mono);
    t->queue = snq_calloc(QUEUE, sizeof *t->queue);
    t->power = snq_calloc(SNQ_MEL_WINDOW / 2 + 1, sizeof *t->power);
    if (!t->mono || !t->queue || !t->power)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for mel features");
    float window[SNQ_MEL_WINDOW];
    snq_window_fill(SNQ_WINDOW_HANN, window, SNQ_MEL_WINDOW);
    double energy;
    snq_window_sums(window, SNQ_MEL_WINDOW, NULL, &energy);
    t->scale = (float)(2.0 / (SNQ_MEL_WINDOW * energy));
    return snq_rpower_new(SNQ_MEL_WINDOW, window, &t->spectrum);
}

snq_status snq__mel_track_new(uint32_t rate_hz, snq__mel_track **out)
{
    *out = NULL;
    snq__mel_track *t = snq_calloc(1, sizeof *t);
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for mel features");
    const snq_status st = make(t, rate_hz);
    if (st < 0) {
        snq__mel_track_free(t);
        return st;
    }
    *out = t;
    return SNQ_OK;
}

void snq__mel_track_free(snq__mel_track *t)
{
    if (!t)
        return;
    snq_resample_free(t->resample);
    snq_rpower_free(t->spectrum);
    snq_mel_free(t->bank);
    snq_free(t->mono);
    snq_free(t->queue);
    snq_free(t->power);
    snq_free(t);
}

void snq__mel_track_tap(snq__mel_track *t, snq__mono_tap tap, void *user)
{
    t->tap = tap;
    t->tap_user = user;
}

int64_t snq__mel_track_done(const snq__mel_track *t)
{
    return t->done;
}

/* First sample of the window of hop i in the mono stream; at the start of the stream moved inside. */
static int64_t window_from(const snq__mel_track *t, int64_t i)
{
    const int64_t from = (2 * i + 1) * SNQ_MONO_RATE_HZ / (2 * SNQ_HOPS_PER_S) - SNQ_MEL_WINDOW / 2;
    return from > t->margin ? from : t->margin;
}

/* The next hop, whose window begins at queue[at]. */
static snq_status next_hop(snq__mel_track *t, int64_t at)
{
    static const float none[SNQ_MEL_BANDS];
    if (t->first + at >= t->loud_end)
        return t->sink(t->user, t->done++, none);
    float x0[2], x1[2], mel[SNQ_MEL_BANDS];
    snq_rpower_run(t->spectrum, t->power, t->queue + at, t->scale);
    snq_rpower_bin(t->spectrum, 0, x0);
    snq_rpower_bin(t->spectrum, 1, x1);
    t->power[0] = t->power[1] = 0.0f;
    const float re = x1[0] + 0.5f * x0[0], im = x1[1];
    mel[0] = t->scale * (re * re + im * im);
    snq_mel_run(t->bank, t->power, mel + 1);
    return t->sink(t->user, t->done++, mel);
}

/* All hops whose window is complete; then forget the samples that none will ask for again. At the end
 * windows are moved inside, so a window's worth is always kept. */
static snq_status advance(snq__mel_track *t)
{
    const int64_t end = t->first + t->count;
    while (window_from(t, t->done) + SNQ_MEL_WINDOW + t->margin <= end)
        SNQ_TRY(next_hop(t, window_from(t, t->done) - t->first));
    const int64_t spare = (int64_t)t->count - SNQ_MEL_WINDOW - t->margin;
    int64_t used = window_from(t, t->done) - t->first;
    used = used < spare ? used : spare;
    if (used > 0) {
        t->count -= (uint32_t)used;
        memmove(t->queue, t->queue + used, t->count * sizeof *t->queue);
        t->first += used;
    }
    return SNQ_OK;
}

static snq_status mono_sink(void *user, const float *samples, size_t n)
{
    snq__mel_track *t = user;
    if (t->tap)
        SNQ_TRY(t->tap(t->tap_user, samples, n));
    while (n) {
        const size_t room = QUEUE - t->count, k = n < room ? n : room;
        memcpy(t->queue + t->count, samples, k * sizeof *samples);
        t->count += (uint32_t)k;
        if (!snq_is_silent(samples, k))
            t->loud_end = t->first + t->count;
        samples += k;
        n -= k;
        SNQ_TRY(advance(t));
    }
    return SNQ_OK;
}

snq_status snq__mel_track_push(snq__mel_track *t, const snq_audio *chunk, int silent,
                               snq__mel_sink sink, void *user)
{
    t->sink = sink;
    t->user = user;
    if (silent)
        return snq_resample_push_silence(t->resample, chunk->frames, mono_sink, t);
    snq_mixdown(chunk, t->mono);
    return snq_resample_push(t->resample, t->mono, chunk->frames, mono_sink, t);
}

/* The hops left at the end: their windows are the last one. A stream shorter than a window is
 * followed by silence. */
snq_status snq__mel_track_finish(snq__mel_track *t, int64_t hops, snq__mel_sink sink, void *user)
{
    t->sink = sink;
    t->user = user;
    SNQ_TRY(snq_resample_finish(t->resample, mono_sink, t));
    if (t->count < SNQ_MEL_WINDOW) {
        memset(t->queue + t->count, 0, (SNQ_MEL_WINDOW - t->count) * sizeof *t->queue);
        t->count = SNQ_MEL_WINDOW;
    }
    while (t->done < hops) {
        const int64_t last = (int64_t)t->count - SNQ_MEL_WINDOW - t->margin;
        int64_t from = window_from(t, t->done) - t->first;
        from = from < last ? from : last;
        SNQ_TRY(next_hop(t, from > 0 ? from : 0));
    }
    return SNQ_OK;
}
