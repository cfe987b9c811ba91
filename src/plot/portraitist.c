// SPDX-License-Identifier: MIT
/* IDEA   One pass over the stream feeds three gatherers, each of which keeps a bounded number of cells
 *        that grow with the stream: the outline here, the spectrum in spectral_rows.c, loudness in
 *        meter_curve.c.
 * STEPS  The stream is cut into pieces of PIECE frames, whatever the blocks, so that what rounds does
 *        so always alike.
 *        outline: cells of 2^k frames, k = 0 at first; min and max over all channels; when all
 *        CELLS_MAX are full, each two neighbours become one and k grows by one.
 * CONST  PIECE 8192 frames: what media hands on as a block, which then need not be copied.
 * COST   Stereo at 44.1 kHz, of which the K filter is a quarter (Sapphire Rapids at about 2 GHz, shared,
 *        2026-11-21): a hit of 0.4 s 20 ms, 90 s 65 ms, 6 minutes 0.18 s, an hour 1.25 s, 10 hours 8.6 s
 *        (4200 times real time); 15 ms of each are making and pulling. 12 MB for stereo, 0.2 GB at most
 *        (16 channels at 768 kHz).
 * LIMITS A portrait needs all of the stream before it tells anything.
 * REFS   The growing cells: score/overview.c. */
#include "plot/portrait.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "dsp/denormals.h"
#include "plot/meter_curve_impl.h"
#include "plot/spectral_rows_impl.h"

enum { PIECE = 8192, LANES = 16 /* frames at a time */ };

typedef struct point {
    float min, max;
} point;

struct snq_portraitist {
    uint32_t rate_hz, channels;
    int64_t frames;
    int pulled;
    snq__spectral_rows *spectrum;
    snq__meter_curve *meter;
    float *piece;    /* (channels, PIECE) what is not enough for a piece yet */
    size_t in_piece; /* frames */
    uint32_t used;   /* points begun */
    int64_t size;    /* frames of a full point */
    int64_t in_last; /* frames in the last point */
    point points[SNQ_PORTRAIT_CELLS_MAX];
};

snq_status snq_portraitist_new(uint32_t rate_hz, uint32_t channels, const snq_position *position,
                               snq_portraitist **out)
{
    snq_status st;
    *out = NULL;
    if (rate_hz < SNQ_RATE_MIN_HZ || rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate of %u Hz, must be %d .. %d", rate_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    if (channels < 1 || channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u channels, must be 1 .. %d", channels, SNQ_CHANNELS_MAX);
    snq_portraitist *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a portrait");
    p->rate_hz = rate_hz;
    p->channels = channels;
    p->size = 1;
    p->piece = snq_calloc((size_t)channels * PIECE, sizeof *p->piece);
    if (!p->piece) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a portrait of %u channels", channels);
        goto fail;
    }
    SNQ_GOTO(snq__spectral_rows_new(rate_hz, channels, &p->spectrum));
    SNQ_GOTO(snq__meter_curve_new(rate_hz, channels, position, &p->meter));
    *out = p;
    return SNQ_OK;
fail:
    snq_portraitist_free(p);
    return st;
}

void snq_portraitist_free(snq_portraitist *p)
{
    if (!p)
        return;
    snq__spectral_rows_free(p->spectrum);
    snq__meter_curve_free(p->meter);
    snq_free(p->piece);
    snq_free(p);
}

static point join(point a, point b)
{
    return (point) { a.min < b.min ? a.min : b.min, a.max > b.max ? a.max : b.max };
}

/* Four numbers, vectors of GCC and Clang that every machine has: neither may reorder comparisons of
 * floats by itself. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t mask __attribute__((vector_size(16)));

static inline four load(const float *x)
{
    four v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* Where m, a, else b. */
static inline four pick(mask m, four a, four b)
{
    return (four)((m & (mask)a) | (~m & (mask)b));
}

static point extremes(const float *x, size_t n)
{
    point all = { INFINITY, -INFINITY };
    size_t i = 0;
    if (n >= LANES) {
        four min[LANES / 4], max[LANES / 4];
        for (size_t k = 0; k < LANES / 4; k++)
            min[k] = max[k] = load(x + 4 * k);
        for (i = LANES; i + LANES <= n; i += LANES)
            for (size_t k = 0; k < LANES / 4; k++) {
                const four here = load(x + i + 4 * k);
                min[k] = pick(here < min[k], here, min[k]);
                max[k] = pick(here > max[k], here, max[k]);
            }
        for (size_t k = 0; k < LANES; k++)
            all = join(all, (point) { min[k / 4][k % 4], max[k / 4][k % 4] });
    }
    for (; i < n; i++)
        all = join(all, (point) { x[i], x[i] });
    return all;
}

static void halve(snq_portraitist *p)
{
    for (uint32_t i = 0; i < SNQ_PORTRAIT_CELLS_MAX / 2; i++)
        p->points[i] = join(p->points[2 * i], p->points[2 * i + 1]);
    p->used = SNQ_PORTRAIT_CELLS_MAX / 2;
    p->size *= 2;
    p->in_last = p->size;
}

static void outline(snq_portraitist *p, const snq_audio *piece)
{
    for (size_t at = 0; at < piece->frames;) {
        if (p->used == 0 || p->in_last == p->size) {
            if (p->used == SNQ_PORTRAIT_CELLS_MAX)
                halve(p);
            p->points[p->used++] = (point) { INFINITY, -INFINITY };
            p->in_last = 0;
        }
        const size_t left = piece->frames - at;
        const size_t n =
            (int64_t)left < p->size - p->in_last ? left : (size_t)(p->size - p->in_last);
        for (uint32_t c = 0; c < p->channels; c++)
            p->points[p->used - 1] =
                join(p->points[p->used - 1], extremes(piece->channel[c] + at, n));
        p->in_last += (int64_t)n;
        at += n;
    }
}

static void take(snq_portraitist *p, const snq_audio *piece)
{
    const snq_denormals was = snq_denormals_off();
    outline(p, piece);
    snq__meter_curve_push(p->meter, piece);
    snq__spectral_rows_push(p->spectrum, piece);
    p->frames += (int64_t)piece->frames;
    snq_denormals_restore(was);
}

static snq_audio kept_piece(const snq_portraitist *p)
{
    snq_audio a = { .channels = p->channels, .rate_hz = p->rate_hz, .frames = p->in_piece };
    for (uint32_t c = 0; c < p->channels; c++)
        a.channel[c] = p->piece + (size_t)c * PIECE;
    return a;
}

snq_status snq_portraitist_push(snq_portraitist *p, const snq_audio *block)
{
    if (p->pulled)
        return SNQ_FAIL(SNQ_ERR_STATE, "the portrait has been pulled already");
    if (block->channels != p->channels)
        return SNQ_FAIL(SNQ_ERR_ARG, "block of %u channels, must be %u", block->channels,
                        p->channels);
    for (size_t at = 0; at < block->frames;) {
        const size_t left = block->frames - at;
        if (!p->in_piece && left >= PIECE) {
            const snq_audio piece = snq_audio_part(block, at, PIECE);
            take(p, &piece);
            at += PIECE;
            continue;
        }
        const size_t n = PIECE - p->in_piece < left ? PIECE - p->in_piece : left;
        for (uint32_t c = 0; c < p->channels; c++)
            memcpy(p->piece + (size_t)c * PIECE + p->in_piece, block->channel[c] + at,
                   n * sizeof(float));
        p->in_piece += n;
        at += n;
        if (p->in_piece == PIECE) {
            const snq_audio piece = kept_piece(p);
            take(p, &piece);
            p->in_piece = 0;
        }
    }
    return SNQ_OK;
}

static snq_status pull_outline(const snq_portraitist *p, snq_portrait *out)
{
    out->point_frames = p->size;
    if (!p->used)
        return SNQ_OK;
    out->min = snq_calloc(p->used, sizeof *out->min);
    out->max = snq_calloc(p->used, sizeof *out->max);
    if (!out->min || !out->max)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an outline of %u points", p->used);
    out->points = p->used;
    for (uint32_t i = 0; i < p->used; i++) {
        out->min[i] = p->points[i].min + 0.0f; /* no -0: which zero is least depends on the order */
        out->max[i] = p->points[i].max + 0.0f;
    }
    return SNQ_OK;
}

snq_status snq_portraitist_pull(snq_portraitist *p, snq_portrait *out)
{
    snq_status st;
    *out = (snq_portrait) { 0 };
    if (p->pulled)
        return SNQ_FAIL(SNQ_ERR_STATE, "the portrait has been pulled already");
    p->pulled = 1;
    const snq_audio rest = kept_piece(p);
    take(p, &rest);
    out->rate_hz = p->rate_hz;
    out->channels = p->channels;
    out->frames = p->frames;
    SNQ_GOTO(pull_outline(p, out));
    SNQ_GOTO(snq__meter_curve_pull(p->meter, out));
    const snq_denormals was = snq_denormals_off();
    st = snq__spectral_rows_pull(p->spectrum, out);
    snq_denormals_restore(was);
    if (st < 0)
        goto fail;
    return SNQ_OK;
fail:
    snq_portrait_clear(out);
    return st;
}
