// SPDX-License-Identifier: MIT
/* IDEA   To tell neighbouring notes apart one must listen longer than to tell when they begin: a long
 *        window of the mono stream, ten times a second, its spectrum gathered into thirds of a semitone.
 * STEPS  22 050 Hz -> half-band filter -> every second sample: 11 025 Hz
 *        frame k: Hann window of 4096 samples centred on sample floor((2 k + 1) 11025 / 20); zero
 *                 outside the stream
 *        bands: triangles equally spaced in log2 f (dsp/mel.h, SNQ_MEL_OCTAVE) on the powers
 *        peaks: bins above both neighbours and within 60 dB of the highest; frequency by the ratio of
 *               the two highest bins, exact for one sinusoid under a Hann window; power = sum over
 *               k - 2 .. k + 2, which holds all of the main lobe
 *        power: sum over the bins of 40 .. 5000 Hz
 *        tone row r of frame k: Hann window of 1024 samples centred on sample
 *                 floor((2 (5 k + r) + 1) 11025 / 100), in triangles of two semitones
 * CONST  4096 at 11 025 Hz: bins of 2.7 Hz, main lobe 10.8 Hz: semitones stand apart from 180 Hz (F#3)
 *        on, below it by their overtones. Three bands a semitone: pieces tuned anywhere between two
 *        semitones can be read afterwards by interpolation.
 *        Half-band: 19 taps, Kaiser beta 7; passes up to 3 kHz within 0.01 dB, and what it folds to
 *        below 3 kHz is 70 dB down.
 *        Tone rows: in a small network that hears onsets by mel and tones, 2026-11, onset F on held-out made music,
 *        accompaniments, songs' bands and pianos: no tones .932 .906 .859 .953, windows of 1024 .947 .924 .874
 *        .971, of 2048 .947 .918 .878 .965, both .950 .924 .879 .971 at three times the cost.
 * COST   A transform of 4096, a pass of the filterbank and one over the bins for peaks each 100 ms, and five transforms of 1024;
 *        see `make bench`.
 * LIMITS The mono stream is the mean of the channels: what is in antiphase is missing. A note shorter
 *        than the window is smeared over it. */
#include "listen/pitch_track_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/mel.h"
#include "dsp/peaks.h"
#include "dsp/rpower.h"
#include "dsp/silence.h"
#include "dsp/window.h"

enum {
    RATE_HZ = SNQ_MONO_RATE_HZ / 2,
    WINDOW = 4096,
    BINS = WINDOW / 2 + 1,
    TONE_WINDOW = 1024,
    QUEUE = WINDOW + 4096, /* of the stream at RATE_HZ */
    HALF = 5,              /* pairs of weights of the half-band filter */
    BACK = 2 * HALF,       /* pairs of samples kept for it */
    PIECE = 2048,          /* pairs of samples filtered at once */
    FRAMES_PER_S = SNQ_HOPS_PER_S / SNQ_PITCH_HOPS,
    LANES = 8,
    PEAK_BINS = 1500,           /* above the number of bins that may be peaks: 1471 */
    OCTAVE_PARTS = 16 * 20 + 2, /* PEAK_RANGE is 19.9 octaves of power */
    MAIN_LOBE = 2,              /* bins beside a peak that are its own */
};

#define PEAK_RANGE 1e-6f /* 60 dB */

struct snq__pitch_track {
    snq_rpower *spectrum, *tone_spectrum;
    snq_mel *bank, *tone_bank;
    float scale, tone_scale;
    float half[HALF];  /* weights at distance 1, 3, 5, … */
    uint32_t from, to; /* bins whose power is counted */
    uint32_t peak_to;  /* bins that may be peaks end here */
    int64_t done;      /* frames handed on */
    float even[BACK + PIECE],
        odd[BACK + PIECE]; /* samples 2 j and 2 j + 1: the last, and a piece */
    int has_even;          /* a pair is begun: */
    float begun;           /* its first sample */
    uint32_t early;        /* outputs before sample 0 that are still to come */
    float *queue;          /* (QUEUE,) from sample `first` of the 11 025 Hz stream on */
    int64_t first;
    uint32_t count;
    int64_t loud_end; /* sample from which on all is zero so far */
    float *power;     /* (BINS,) */
    snq_pitch_frame frame;
};

static double bessel_i0(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; k < 40; k++) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

/* The odd taps of a windowed sinc at a quarter of the rate, scaled to unit gain at 0 Hz. */
static void design_half_band(float half[HALF])
{
    const double pi = 3.14159265358979323846, beta = 7.0, reach = 2.0 * HALF;
    double weight[HALF], sum = 0.0;
    for (int i = 0; i < HALF; i++) {
        const double d = 2 * i + 1, t = d / reach;
        weight[i] =
            sin(pi * d / 2) / (pi * d) * bessel_i0(beta * sqrt(1 - t * t)) / bessel_i0(beta);
        sum += 2.0 * weight[i];
    }
    for (int i = 0; i < HALF; i++)
        half[i] = (float)(weight[i] * 0.5 / sum);
}

/* A Hann window's spectrum, and what scales its powers so that a sinusoid's is half its amplitude squared. */
static snq_status make_spectrum(uint32_t length, snq_rpower **out, float *scale)
{
    float window[WINDOW];
    double energy;
    snq_window_fill(SNQ_WINDOW_HANN, window, length);
    snq_window_sums(window, length, NULL, &energy);
    *scale = (float)(2.0 / (length * energy));
    return snq_rpower_new(length, window, out);
}

static double note_hz(double note)
{
    return 440.0 * pow(2.0, (note - 69.0) / 12.0);
}

static snq_status make(snq__pitch_track *t)
{
    const snq_mel_cfg cfg = { .rate_hz = RATE_HZ,
                              .window = WINDOW,
                              .bands = SNQ_PITCH_BANDS,
                              .lo_hz = note_hz(SNQ_PITCH_LOWEST - 2.0 / SNQ_PITCH_STEPS),
                              .hi_hz = note_hz(SNQ_PITCH_LOWEST +
                                               (SNQ_PITCH_BANDS - 1.0) / SNQ_PITCH_STEPS),
                              .scale = SNQ_MEL_OCTAVE };
    const snq_mel_cfg tone_cfg = { .rate_hz = RATE_HZ,
                                   .window = TONE_WINDOW,
                                   .bands = SNQ_TONE_BANDS,
                                   .lo_hz = note_hz(SNQ_TONE_LOWEST - 1),
                                   .hi_hz = note_hz(SNQ_TONE_LOWEST + SNQ_TONE_BANDS),
                                   .scale = SNQ_MEL_OCTAVE };
    SNQ_TRY(snq_mel_new(&cfg, &t->bank));
    SNQ_TRY(snq_mel_new(&tone_cfg, &t->tone_bank));
    SNQ_TRY(make_spectrum(WINDOW, &t->spectrum, &t->scale));
    SNQ_TRY(make_spectrum(TONE_WINDOW, &t->tone_spectrum, &t->tone_scale));
    t->queue = snq_calloc(QUEUE, sizeof *t->queue);
    t->power = snq_calloc(BINS, sizeof *t->power);
    if (!t->queue || !t->power)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the pitch spectrum");
    design_half_band(t->half);
    t->from = 40 * WINDOW / RATE_HZ;
    t->to = 5000 * WINDOW / RATE_HZ;
    t->peak_to = 4000 * WINDOW / RATE_HZ;
    t->early = HALF - 1;
    /* the windows of the first frames begin before the stream: zeros */
    t->first = -(WINDOW / 2);
    t->count = WINDOW / 2;
    return SNQ_OK;
}

snq_status snq__pitch_track_new(snq__pitch_track **out)
{
    *out = NULL;
    snq__pitch_track *t = snq_calloc(1, sizeof *t);
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the pitch spectrum");
    const snq_status st = make(t);
    if (st < 0) {
        snq__pitch_track_free(t);
        return st;
    }
    *out = t;
    return SNQ_OK;
}

void snq__pitch_track_free(snq__pitch_track *t)
{
    if (!t)
        return;
    snq_rpower_free(t->spectrum);
    snq_rpower_free(t->tone_spectrum);
    snq_mel_free(t->bank);
    snq_mel_free(t->tone_bank);
    snq_free(t->queue);
    snq_free(t->power);
    snq_free(t);
}

int64_t snq__pitch_track_done(const snq__pitch_track *t)
{
    return t->done;
}

int64_t snq__pitch_frames(int64_t hops)
{
    return (hops + SNQ_PITCH_HOPS - 1) / SNQ_PITCH_HOPS;
}

/* ---- a frame ---------------------------------------------------------------------------------- */

/* The largest of p (n,), and their sum; in lanes, so that compilers make vectors of it. */
static float largest(const float *p, uint32_t n)
{
    float lane[LANES] = { 0.0f };
    uint32_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (int i = 0; i < LANES; i++)
            lane[i] = p[k + i] > lane[i] ? p[k + i] : lane[i];
    for (; k < n; k++)
        lane[0] = p[k] > lane[0] ? p[k] : lane[0];
    for (int i = 1; i < LANES; i++)
        lane[0] = lane[i] > lane[0] ? lane[i] : lane[0];
    return lane[0];
}

static float sum_of(const float *p, uint32_t n)
{
    float lane[LANES] = { 0.0f };
    uint32_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (int i = 0; i < LANES; i++)
            lane[i] += p[k + i];
    for (; k < n; k++)
        lane[0] += p[k];
    for (int i = 1; i < LANES; i++)
        lane[0] += lane[i];
    return lane[0];
}

/* The k-th largest of x (n,), k < n, which is reordered: Hoare's selection. */
static float kth_largest(float *x, int n, int k)
{
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        const float pivot = x[(lo + hi) / 2];
        int i = lo, j = hi;
        while (i <= j) {
            while (x[i] > pivot)
                i++;
            while (x[j] < pivot)
                j--;
            if (i <= j) {
                const float y = x[i];
                x[i++] = x[j];
                x[j--] = y;
            }
        }
        if (k <= j)
            hi = j;
        else if (k >= i)
            lo = i;
        else
            break;
    }
    return x[k];
}

/* Local maxima above floor; the number, bin (PEAK_BINS,). Flags first, in vectors; then without a branch. */
static int local_maxima(const snq__pitch_track *t, float floor, uint16_t *bin)
{
    const float *p = t->power + t->from;
    const int count = (int)(t->peak_to - t->from);
    int32_t flag[PEAK_BINS];
    int n = 0;
    for (int k = 0; k < count; k++)
        flag[k] = (p[k] > floor) & (p[k] > p[k - 1]) & (p[k] >= p[k + 1]);
    for (int k = 0; k < count; k++) {
        bin[n] = (uint16_t)((int)t->from + k);
        n += flag[k];
    }
    return n;
}

/* Sixteenths of an octave, from the bits of a positive float. */
static int fine_octave(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 19;
}

/* The largest of x (n,) that is not among the SNQ_PITCH_PEAKS_MAX largest, n above that; `most` is the
 * largest, none is below PEAK_RANGE of it. x is reordered. Counted by sixteenths of an octave first: few
 * share the one in question. */
static float first_too_many(float *x, int n, float most)
{
    uint16_t count[OCTAVE_PARTS] = { 0 };
    const int top = fine_octave(most);
    for (int i = 0; i < n; i++)
        count[top - fine_octave(x[i])]++;
    int part = 0, above = 0, here = 0;
    while (above + count[part] <= SNQ_PITCH_PEAKS_MAX)
        above += count[part++];
    for (int i = 0; i < n; i++) {
        const float y = x[i];
        if (top - fine_octave(y) == part) {
            x[i] = x[here];
            x[here++] = y;
        }
    }
    return kth_largest(x, here, SNQ_PITCH_PEAKS_MAX - above);
}

/* The strongest local maxima, in order of frequency. */
static void find_peaks(snq__pitch_track *t)
{
    const float *p = t->power;
    snq_pitch_frame *f = &t->frame;
    uint16_t bin[PEAK_BINS];
    float height[PEAK_BINS];
    const float most = largest(p + t->from, t->peak_to - t->from);
    float floor = most * PEAK_RANGE;
    const int n = local_maxima(t, floor, bin);
    if (n > SNQ_PITCH_PEAKS_MAX) {
        for (int i = 0; i < n; i++)
            height[i] = p[bin[i]];
        floor = first_too_many(height, n, most);
    }
    f->peaks = 0;
    for (int i = 0; i < n; i++) {
        const uint32_t k = bin[i];
        if (p[k] <= floor)
            continue;
        f->peak[f->peaks].power = sum_of(p + k - MAIN_LOBE, 2 * MAIN_LOBE + 1);
        f->peak[f->peaks++].hz = (float)((k + snq_peak_hann(p, BINS, k)) * RATE_HZ / WINDOW);
    }
}

static void tone_rows(snq__pitch_track *t)
{
    for (int r = 0; r < SNQ_TONE_ROWS; r++) {
        const int64_t row = t->done * SNQ_TONE_ROWS + r;
        const int64_t from =
            (2 * row + 1) * RATE_HZ / (2 * FRAMES_PER_S * SNQ_TONE_ROWS) - TONE_WINDOW / 2;
        snq_rpower_run(t->tone_spectrum, t->power, t->queue + (from - t->first), t->tone_scale);
        snq_mel_run(t->tone_bank, t->power, t->frame.tone[r]);
    }
}

static snq_status next_frame(snq__pitch_track *t, int64_t from, snq__pitch_sink sink, void *user)
{
    snq_pitch_frame *f = &t->frame;
    if (from >= t->loud_end) {
        memset(f, 0, sizeof *f);
        return sink(user, t->done++, f);
    }
    snq_rpower_run(t->spectrum, t->power, t->queue + (from - t->first), t->scale);
    snq_mel_run(t->bank, t->power, f->band);
    f->power = sum_of(t->power + t->from, t->to - t->from + 1);
    find_peaks(t);
    tone_rows(t);
    return sink(user, t->done++, f);
}

/* First sample of the window of frame k. */
static int64_t window_from(int64_t k)
{
    return (2 * k + 1) * RATE_HZ / (2 * FRAMES_PER_S) - WINDOW / 2;
}

/* All frames whose window is complete; then forget what none will ask for again. */
static snq_status advance(snq__pitch_track *t, snq__pitch_sink sink, void *user)
{
    while (window_from(t->done) + WINDOW <= t->first + t->count)
        SNQ_TRY(next_frame(t, window_from(t->done), sink, user));
    const int64_t used = window_from(t->done) - t->first;
    if (used > 0) {
        t->count -= (uint32_t)used;
        memmove(t->queue, t->queue + used, t->count * sizeof *t->queue);
        t->first += used;
    }
    return SNQ_OK;
}

/* ---- stream ----------------------------------------------------------------------------------- */

/* Pair up samples behind the last BACK pairs; the number of pairs, *used samples. */
static uint32_t take_pairs(snq__pitch_track *t, const float *x, size_t n, size_t *used)
{
    float *even = t->even + BACK, *odd = t->odd + BACK;
    uint32_t pairs = 0;
    size_t at = 0;
    if (t->has_even && n) {
        even[pairs] = t->begun;
        odd[pairs++] = x[at++];
        t->has_even = 0;
    }
    const size_t rest = (n - at) / 2;
    const uint32_t more = rest < PIECE - pairs ? (uint32_t)rest : PIECE - pairs;
    for (uint32_t i = 0; i < more; i++) {
        even[pairs + i] = x[at + 2 * i];
        odd[pairs + i] = x[at + 2 * i + 1];
    }
    at += 2 * (size_t)more;
    pairs += more;
    if (at + 1 == n) {
        t->begun = x[at++];
        t->has_even = 1;
    }
    *used = at;
    return pairs;
}

/* out (pairs,): the stream at half the rate, HALF - 1 samples behind the pairs. */
static void halve(const snq__pitch_track *t, uint32_t pairs, float *out)
{
    const float *even = t->even + BACK - (HALF - 1), *odd = t->odd + BACK - (HALF - 1);
    for (uint32_t i = 0; i < pairs; i++) {
        float y = 0.5f * even[i];
        for (int k = 0; k < HALF; k++)
            y += t->half[k] * (odd[(int)i + k] + odd[(int)i - k - 1]);
        out[i] = y;
    }
}

snq_status snq__pitch_track_push(snq__pitch_track *t, const float *samples, size_t n,
                                 snq__pitch_sink sink, void *user)
{
    while (n) {
        size_t used;
        const uint32_t pairs = take_pairs(t, samples, n, &used);
        float *to = t->queue + t->count;
        halve(t, pairs, to);
        memmove(t->even, t->even + pairs, BACK * sizeof *t->even);
        memmove(t->odd, t->odd + pairs, BACK * sizeof *t->odd);
        const uint32_t drop = t->early < pairs ? t->early : pairs, made = pairs - drop;
        t->early -= drop;
        if (drop)
            memmove(to, to + drop, made * sizeof *to);
        t->count += made;
        if (!snq_is_silent(to, made))
            t->loud_end = t->first + t->count;
        samples += used;
        n -= used;
        SNQ_TRY(advance(t, sink, user));
    }
    return SNQ_OK;
}

snq_status snq__pitch_track_finish(snq__pitch_track *t, int64_t frames, snq__pitch_sink sink,
                                   void *user)
{
    static const float none[PIECE];
    while (t->done < frames)
        SNQ_TRY(snq__pitch_track_push(t, none, PIECE, sink, user));
    return SNQ_OK;
}
