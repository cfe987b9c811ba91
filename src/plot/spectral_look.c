// SPDX-License-Identifier: MIT
/* IDEA   A spectrum has its bins at equal distances, the ear and the picture have octaves: each row of
 *        the picture gathers the bins that lie in its semitone.
 * STEPS  w (window,) Hann; P[b] = mean over channels of 2 |X[b]|^2 / (window sum of w^2): sums of P are
 *        mean squares
 *        row r = sum over b of P[b] W[r][b];   W[r][b] = the integral over the row's semitone of the
 *               triangle that rises from b - 1 to b and falls to b + 1 (in bins): the density, straight
 *               from bin to bin, over the band
 *        fade   from one look to the next over an octave, straight in log f
 *        band   one more row of each look: low, middle, high
 *        slot   i covers the frames [i h, (i + 1) h), h = hop. Its spectrum is taken at its middle; or,
 *               where h > window / 2, where it is liveliest: e = sum of squares is greatest over one of
 *               the pieces of window / 2 frames; power times  mean e / greatest e. The middle and the high
 *               look take the squares of x[t] - x[t-1], which are theirs more than the bass's.
 * CONST  Fades 250 .. 500 Hz and 1400 .. 2800 Hz: a semitone is as wide there as the shorter window
 *        resolves, at a tile of 0.186 s. BAND_LO 10 Hz: above what an offset leaks into.
 * COST   A transform a channel and slot; some 700 multiplications for the rows. For the choice, the low
 *        look takes a batch of 16 frames in four, the middle one in two.
 * LIMITS A lone attack that a slot is chosen by may read 1.3 dB high: it lies where the window is 1.
 *        What is steady beside it reads low, in the low and middle look by 3 dB at most.
 * REFS   J. C. Brown, "Calculation of a constant Q spectral transform", JASA 89(1), 1991: why windows
 *        should go with frequency. Scale of the powers: dsp/stft.c. */
#include "plot/spectral_look_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/window.h"

enum { ROWS = SNQ__LOOK_ROWS, LANES = 4 };

#define BAND_LO_HZ 10.0

/* Look i rises from edge_hz[i][0] to [1], where look i - 1 has gone. */
static const double edge_hz[SNQ__LOOKS + 1][2] = {
    { 0.0, 1.0 }, { 250.0, 500.0 }, { 1400.0, 2800.0 }, { 1e9, 2e9 }
};

/* Four floats, a vector of GCC and Clang that every machine has: neither makes vectors of the same
 * loops over arrays. */
typedef float four __attribute__((vector_size(16)));

static inline four load(const float *x)
{
    four v;
    memcpy(&v, x, sizeof v);
    return v;
}

static four squares(const float *x, size_t n, size_t stride)
{
    four a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
    for (size_t i = 0; i < n; i += stride * SNQ__BATCH) {
        const four p = load(x + i), q = load(x + i + 4);
        const four r = load(x + i + 8), s = load(x + i + 12);
        a += p * p;
        b += q * q;
        c += r * r;
        d += s * s;
    }
    return (a + b) + (c + d);
}

static four squares_of_steps(const float *x, size_t n, size_t stride)
{
    four a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
    for (size_t i = 0; i < n; i += stride * SNQ__BATCH) {
        const float *y = x + i;
        const four p = load(y) - load(y - 1), q = load(y + 4) - load(y + 3);
        const four r = load(y + 8) - load(y + 7), s = load(y + 12) - load(y + 11);
        a += p * p;
        b += q * q;
        c += r * r;
        d += s * s;
    }
    return (a + b) + (c + d);
}

float snq__reel_energy(const snq__reel *reel, int64_t from, size_t n, int steps, size_t stride)
{
    four sum = { 0 };
    for (uint32_t c = 0; c < reel->channels; c++) {
        const float *x = snq__reel_frame(reel, c, from);
        sum += steps ? squares_of_steps(x, n, stride) : squares(x, n, stride);
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Integral from -inf to x of the triangle from -1 over 0 to 1. */
static double triangle_below(double x)
{
    if (x <= -1.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    return x < 0.0 ? 0.5 * (x + 1.0) * (x + 1.0) : 1.0 - 0.5 * (1.0 - x) * (1.0 - x);
}

static double rising(const double edge[2], double f_hz)
{
    if (f_hz <= edge[0])
        return 0.0;
    return f_hz >= edge[1] ? 1.0 : log(f_hz / edge[0]) / log(edge[1] / edge[0]);
}

/* Edges of row or band r (Hz), and how much look i has to say there. */
static double row_of(uint32_t r, uint32_t i, uint32_t rows, double half_hz, double *lo_hz,
                     double *hi_hz)
{
    static const double band_hz[] = { BAND_LO_HZ, SNQ_PORTRAIT_MID_HZ, SNQ_PORTRAIT_HIGH_HZ, 1e9 };
    if (r >= SNQ_PORTRAIT_ROWS_MAX) {
        const uint32_t b = r - SNQ_PORTRAIT_ROWS_MAX;
        *lo_hz = fmin(band_hz[b], half_hz);
        *hi_hz = fmin(band_hz[b + 1], half_hz);
        return b == i && *lo_hz < *hi_hz ? 1.0 : 0.0;
    }
    *lo_hz = snq_portrait_row_hz(r - 1.0);
    *hi_hz = snq_portrait_row_hz(r + 1.0);
    const double f_hz = snq_portrait_row_hz(r);
    return r < rows ? rising(edge_hz[i], f_hz) - rising(edge_hz[i + 1], f_hz) : 0.0;
}

/* Sets the reach of all rows and, where `weights` is not NULL, the weights; returns their number. */
static uint32_t reach_rows(snq__look *l, uint32_t i, uint32_t rate_hz, uint32_t rows,
                           float *weights)
{
    const double bins_per_hz = l->window / (double)rate_hz;
    uint32_t n = 0;
    l->first = l->end = l->bins = 0;
    l->extra = SNQ_PORTRAIT_ROWS_MAX + i;
    for (uint32_t r = 0; r < ROWS; r++) {
        double lo, hi;
        const double fade = row_of(r, i, rows, rate_hz / 2.0, &lo, &hi);
        l->reach[r] = (snq__reach) { .weight = n };
        l->fade[r] = (float)fade;
        if (fade <= 0.0)
            continue;
        lo *= bins_per_hz;
        hi *= bins_per_hz;
        const uint32_t first = (uint32_t)floor(lo);
        const uint32_t last = (uint32_t)fmin(ceil(hi), l->window / 2.0);
        l->reach[r].first = first;
        l->reach[r].count = (last - first + LANES) / LANES * LANES;
        for (uint32_t b = first; weights && b <= last; b++)
            weights[n + b - first] = (float)(triangle_below(hi - b) - triangle_below(lo - b));
        n += l->reach[r].count;
        l->bins = last + 1 > l->bins ? last + 1 : l->bins;
        if (r < SNQ_PORTRAIT_ROWS_MAX) {
            l->first = l->end ? l->first : r;
            l->end = r + 1;
        }
    }
    return n;
}

snq_status snq__look_init(snq__look *l, uint32_t i, uint32_t tile, uint32_t rate_hz,
                          uint32_t channels, uint32_t rows)
{
    l->window = tile >> 2 * i;
    l->steps = i > 0;
    l->stride = 4 >> i;
    float *hann = snq_calloc(l->window, sizeof *hann);
    l->power = snq_calloc(l->window / 2 + LANES, sizeof *l->power);
    l->one = snq_calloc(l->window / 2 + LANES, sizeof *l->one);
    l->weights = snq_calloc(reach_rows(l, i, rate_hz, rows, NULL) + 1, sizeof *l->weights);
    if (!hann || !l->power || !l->one || !l->weights) {
        snq_free(hann);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrum of %u frames", l->window);
    }
    reach_rows(l, i, rate_hz, rows, l->weights);
    double sum_sq;
    snq_window_fill(SNQ_WINDOW_HANN, hann, l->window);
    snq_window_sums(hann, l->window, NULL, &sum_sq);
    l->scale = (float)(2.0 / (l->window * sum_sq * channels));
    const snq_status st = snq_rpower_new(l->window, hann, &l->spectrum);
    snq_free(hann);
    return st;
}

void snq__look_clear(snq__look *l)
{
    snq_rpower_free(l->spectrum);
    snq_free(l->power);
    snq_free(l->one);
    snq_free(l->weights);
    *l = (snq__look) { 0 };
}

void snq__look_set_hop(snq__look *l, int64_t hop)
{
    if (l->hop == hop)
        return;
    l->hop = (uint32_t)hop;
    l->recent[0].index = l->recent[1].index = INT64_MIN;
}

/* The first frame of the window that speaks for the slot, and by what its power is multiplied. */
static int64_t place(const snq__look *l, const snq__reel *reel, int64_t index, float *gain)
{
    const uint32_t half = l->window / 2, pieces = l->hop / half;
    const int64_t start = index * l->hop;
    float most = 0.0f, sum = 0.0f;
    uint32_t best = 0;
    *gain = 1.0f;
    if (pieces < 2)
        return start + l->hop / 2 - half;
    for (uint32_t j = 0; j < pieces; j++) {
        const float e =
            snq__reel_energy(reel, start + (int64_t)j * half, half, l->steps, l->stride);
        sum += e;
        if (e > most) {
            most = e;
            best = j;
        }
    }
    if (most > 0.0f)
        *gain = sum / ((float)pieces * most);
    return start + (int64_t)best * half + half / 2 - half;
}

static float gather(const snq__look *l, uint32_t row)
{
    const snq__reach *at = &l->reach[row];
    const float *p = l->power + at->first, *w = l->weights + at->weight;
    four sum = { 0 };
    for (uint32_t b = 0; b < at->count; b += LANES)
        sum += load(p + b) * load(w + b);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

const float *snq__look_at(snq__look *l, const snq__reel *reel, int64_t index)
{
    if (l->recent[1].index == index)
        return l->recent[1].row;
    if (l->recent[0].index == index)
        return l->recent[0].row;
    float gain;
    const int64_t from = place(l, reel, index, &gain);
    l->recent[0] = l->recent[1];
    snq_rpower_run(l->spectrum, l->power, snq__reel_frame(reel, 0, from), gain * l->scale);
    for (uint32_t c = 1; c < reel->channels; c++) {
        snq_rpower_run(l->spectrum, l->one, snq__reel_frame(reel, c, from), gain * l->scale);
        for (uint32_t b = 0; b < l->bins; b++)
            l->power[b] += l->one[b];
    }
    snq__slot *to = &l->recent[1];
    to->index = index;
    for (uint32_t r = l->first; r < l->end; r++)
        to->row[r] = gather(l, r);
    to->row[l->extra] = gather(l, l->extra);
    return to->row;
}

void snq__look_add(const snq__look *l, float *to, const float *row, float gain)
{
    for (uint32_t r = l->first; r < l->end; r++)
        to[r] += gain * row[r];
    to[l->extra] += gain * row[l->extra];
}
