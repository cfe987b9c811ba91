// SPDX-License-Identifier: MIT
/* look -- sums over pictures: light and colour.
 *
 * IDEA   Light, contrast and colour of each picture are plain means over its pixels; the file's are
 *        means over its pictures. For curves over time the sums are kept for each eighth of a second.
 *
 * STEPS  luma:   mean and standard deviation over the pixels, /255
 *        colour: c = ((Cb - 128), (Cr - 128)) / 128; saturation = min(1, mean |c| / 1.064)
 *        hue:    of the mean c = (b, r):  R = 1.402 r, G = -0.344 b - 0.714 r, B = 1.772 b (grey added
 *                to all three changes nothing); hue = 60 deg (sector + (middle - low)/(high - low)).
 *                Null when |mean c| < 0.004, or < 0.1 of the mean |c|.
 *        curves: block j holds the pictures of [start + j/8 s, start + (j + 1)/8 s); value i is the
 *                sum of the blocks whose middle lies within half a second of its time
 *
 * CONST  1.402 .. 1.772: ITU-R BT.601 (BT.709's hues differ by a few degrees). 1.064: length of c of
 *        pure green, the longest of the six pure colours. 0.004: half a level of chroma.
 *
 * COST   one pass over luma, one over chroma; 24 bytes for each eighth of a second.
 *
 * LIMITS Saturation here is chroma, not the ratio of HSV: what is dark can't be saturated. */
#include "watch/look.h"

#include <math.h>

#include "base/alloc.h"

enum { BLOCKS_MAX = 2 * SNQ_SIGHT_STEPS_MAX };
#define BLOCK_S   0.125
#define HALF_S    0.5
#define PURE      1.064
#define GREY      0.004
#define CANCELLED 0.1

/* Sums over pictures. */
typedef struct block {
    float count, luma, spread, saturation, cb, cr;
} block;

struct snq_look {
    double start_s;
    block *block; /* (room,) */
    uint32_t blocks, room;
    double sum[5]; /* of all pictures, in the order of snq_look_at */
    uint64_t pictures;
};

/* ---- one picture ---- */

static void measure_luma(const snq_picture *luma, snq_look_at *out)
{
    uint64_t sum = 0, square = 0;
    for (uint32_t y = 0; y < luma->height; y++) {
        const uint8_t *row = snq_picture_row(luma, y);
        uint32_t s = 0, q = 0; /* rows of 8192 fit */
        for (uint32_t x = 0; x < luma->width; x++) {
            s += row[x];
            q += (uint32_t)row[x] * row[x];
        }
        sum += s;
        square += q;
    }
    const double n = (double)luma->width * luma->height;
    if (!(n > 0))
        return;
    const double mean = (double)sum / n, var = (double)square / n - mean * mean;
    out->luma_mean = (float)(mean / 255);
    out->luma_std = (float)(sqrt(var > 0 ? var : 0) / 255);
}

void snq_look_measure(const snq_picture *luma, const snq_picture *cb, const snq_picture *cr,
                      snq_look_at *out)
{
    *out = (snq_look_at) { 0 };
    measure_luma(luma, out);
    const double n = (double)cb->width * cb->height;
    if (!cb->pixels || !cr->pixels || !(n > 0))
        return;
    int64_t b = 0, r = 0;
    double length = 0;
    for (uint32_t y = 0; y < cb->height; y++) {
        const uint8_t *row_b = snq_picture_row(cb, y), *row_r = snq_picture_row(cr, y);
        float along = 0;
        for (uint32_t x = 0; x < cb->width; x++) {
            const int32_t db = row_b[x] - 128, dr = row_r[x] - 128;
            b += db;
            r += dr;
            along += sqrtf((float)(db * db + dr * dr));
        }
        length += (double)along;
    }
    out->saturation = (float)fmin(1, length / (128 * PURE * n));
    out->cb = (float)((double)b / (128 * n));
    out->cr = (float)((double)r / (128 * n));
}

/* ---- stream ---- */

snq_status snq_look_new(double start_s, snq_look **out)
{
    *out = NULL;
    if (!isfinite(start_s))
        return SNQ_FAIL(SNQ_ERR_RANGE, "a start at %g s", start_s);
    snq_look *l = snq_calloc(1, sizeof *l);
    if (!l)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the look of a video");
    l->start_s = start_s;
    *out = l;
    return SNQ_OK;
}

void snq_look_free(snq_look *l)
{
    if (!l)
        return;
    snq_free(l->block);
    snq_free(l);
}

static snq_status make_room(snq_look *l, uint32_t blocks)
{
    uint32_t room = l->room ? l->room : 256;
    while (room < blocks)
        room *= 2;
    if (room == l->room)
        return SNQ_OK;
    block *b = snq_regrow(l->block, l->room, room, sizeof *b);
    if (!b)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %g s of light", room * BLOCK_S);
    l->block = b;
    l->room = room;
    return SNQ_OK;
}

snq_status snq_look_push(snq_look *l, const snq_look_at *at, double t_s)
{
    const double place = floor((t_s - l->start_s) / BLOCK_S + 1e-6);
    if (place >= 0 && place < BLOCKS_MAX) {
        const uint32_t j = (uint32_t)place;
        SNQ_TRY(make_room(l, j + 1));
        block *b = &l->block[j];
        l->blocks = j + 1 > l->blocks ? j + 1 : l->blocks;
        b->count++;
        b->luma += at->luma_mean;
        b->spread += at->luma_std;
        b->saturation += at->saturation;
        b->cb += at->cb;
        b->cr += at->cr;
    }
    const float v[5] = { at->luma_mean, at->luma_std, at->saturation, at->cb, at->cr };
    for (int i = 0; i < 5; i++)
        l->sum[i] += (double)v[i];
    l->pictures++;
    return SNQ_OK;
}

/* ---- results ---- */

static snq_measure hue(double cb, double cr, double saturation)
{
    const double length = hypot(cb, cr);
    if (saturation * PURE < GREY)
        return snq_unmeasured("grey");
    if (length < GREY || length < CANCELLED * saturation * PURE)
        return snq_unmeasured("no colour leads");
    const double r = 1.402 * cr, g = -0.344136 * cb - 0.714136 * cr, b = 1.772 * cb;
    const double high = fmax(r, fmax(g, b)), range = high - fmin(r, fmin(g, b));
    double deg = 60 * (high == r   ? (g - b) / range
                       : high == g ? 2 + (b - r) / range
                                   : 4 + (r - g) / range);
    if (deg < 0)
        deg += 360;
    return snq_measured(deg < 360 ? deg : 0);
}

void snq_look_finish(const snq_look *l, snq_sight *sight)
{
    if (!l->pictures) {
        sight->picture_reason = "no picture";
        return;
    }
    const double n = (double)l->pictures;
    sight->picture = (snq_sight_picture) {
        .luma_mean = snq_measured(l->sum[0] / n),
        .luma_std = snq_measured(l->sum[1] / n),
        .saturation_mean = snq_measured(l->sum[2] / n),
        .hue_deg = hue(l->sum[3] / n, l->sum[4] / n, l->sum[2] / n),
    };
    sight->picture_reason = NULL;
}

/* Mean of the pictures around t_s; count 0: there is none. */
static block around(const snq_look *l, double t_s)
{
    const double at = (t_s - l->start_s) / BLOCK_S, half = HALF_S / BLOCK_S;
    const double lo = ceil(at - half - 0.5 - 1e-6), hi = floor(at + half - 0.5 - 1e-6);
    block sum = { 0 };
    for (double j = lo > 0 ? lo : 0; j <= hi && j < l->blocks; j++) {
        const block *b = &l->block[(uint32_t)j];
        sum.count += b->count;
        sum.luma += b->luma;
        sum.spread += b->spread;
        sum.saturation += b->saturation;
        sum.cb += b->cb;
        sum.cr += b->cr;
    }
    return sum;
}

snq_status snq_look_windows(const snq_look *l, double from_s, double step_s, uint32_t steps,
                            snq_sight *sight)
{
    static const char *const name[] = { "luma_mean", "luma_std", "saturation_mean", "hue_deg" };
    snq_series *s[4];
    for (int i = 0; i < 4; i++)
        SNQ_TRY(
            snq_sight_add_column(sight, -1, name[i], i == 3 ? "deg" : "", from_s, step_s, &s[i]));
    for (uint32_t k = 0; k < steps; k++) {
        const block b = around(l, from_s + k * step_s);
        const float n = b.count; /* 0 / 0: no value */
        const snq_measure h =
            n > 0 ? hue((double)(b.cb / n), (double)(b.cr / n), (double)(b.saturation / n))
                  : snq_unmeasured("no picture");
        SNQ_TRY(snq_series_push(s[0], b.luma / n));
        SNQ_TRY(snq_series_push(s[1], b.spread / n));
        SNQ_TRY(snq_series_push(s[2], b.saturation / n));
        SNQ_TRY(snq_series_push(s[3], h.reason ? NAN : (float)h.value));
    }
    return SNQ_OK;
}
