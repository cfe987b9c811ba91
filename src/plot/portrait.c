// SPDX-License-Identifier: MIT
/* A packed portrait (base/pack.h: little-endian, no padding; P points, C columns, R rows, T ticks):
 *
 *   offset  size       meaning
 *   0       4          rate_hz                   52      8   tick_hops
 *   4       4          channels                  60      4   T
 *   8       8          frames                    64      4 + 4 P   P, then min
 *   16      8          point_frames              …       4 + 4 P   P, then max
 *   24      4          P                         …       4 + 12 C  3 C, then band
 *   28      8          column_frames             …       C R       level
 *   36      4          C                         …       4 + 4 T   T, then momentary_lo
 *   40      4          R                         …       4 + 4 T   T, then momentary_hi
 *   44      8          top_db                    …       4 + 4 T   T, then short_term
 *
 * Example: one frame of 0.5 at 8000 Hz, mono: a head of 64 bytes (40 1F 00 00, 01 00 00 00, 01 and
 * seven 00, …, with P 1, C 1, R 182, T 0); 01 00 00 00 00 00 00 3F twice; 03 00 00 00 and three
 * numbers; 182 levels; 00 00 00 00 three times: 290 bytes.
 *
 * What a legal portrait is, is said once: legal_head for the counts, which follow from the number of
 * frames, and legal_values for the rest. */
#include "plot/portrait.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "score/timegrid.h"

enum { ROWS_PER_OCTAVE = 24 };

/* Far beyond what samples of at most SNQ_SAMPLE_MAX give. */
#define POWER_MAX  1e15f
#define LUFS_MAX   160.0f
#define TOP_DB_MIN (-400.0)
#define TOP_DB_MAX 200.0
/* A thousand years at the highest rate. */
#define FRAMES_MAX ((int64_t)1 << 55)

void snq_portrait_clear(snq_portrait *p)
{
    snq_free(p->min);
    snq_free(p->max);
    snq_free(p->level);
    snq_free(p->band);
    snq_free(p->momentary_lo);
    snq_free(p->momentary_hi);
    snq_free(p->short_term);
    *p = (snq_portrait) { 0 };
}

double snq_portrait_row_hz(double r)
{
    return SNQ_PORTRAIT_LO_HZ * exp2(r / ROWS_PER_OCTAVE);
}

double snq_portrait_hz_row(double f_hz)
{
    return ROWS_PER_OCTAVE * log2(f_hz / SNQ_PORTRAIT_LO_HZ);
}

void snq_portrait_pack(snq_str *to, const snq_portrait *p)
{
    snq_pack_u32(to, p->rate_hz);
    snq_pack_u32(to, p->channels);
    snq_pack_i64(to, p->frames);
    snq_pack_i64(to, p->point_frames);
    snq_pack_u32(to, p->points);
    snq_pack_i64(to, p->column_frames);
    snq_pack_u32(to, p->columns);
    snq_pack_u32(to, p->rows);
    snq_pack_f64(to, p->top_db);
    snq_pack_i64(to, p->tick_hops);
    snq_pack_u32(to, p->ticks);
    snq_pack_f32s(to, p->min, p->points);
    snq_pack_f32s(to, p->max, p->points);
    snq_pack_f32s(to, p->band, p->columns * SNQ_PORTRAIT_BANDS);
    snq_str_put_bytes(to, p->level, (size_t)p->columns * p->rows);
    snq_pack_f32s(to, p->momentary_lo, p->ticks);
    snq_pack_f32s(to, p->momentary_hi, p->ticks);
    snq_pack_f32s(to, p->short_term, p->ticks);
}

/* Whether `cells` cells of `size`, a power of two, hold `total` and no cell is empty. */
static int legal_grid(int64_t size, uint32_t cells, int64_t total)
{
    return size > 0 && (size & (size - 1)) == 0 && cells <= SNQ_PORTRAIT_CELLS_MAX &&
           (total ? (total - 1) / size + 1 : 0) == cells;
}

static int legal_head(const snq_portrait *p)
{
    if (p->rate_hz < SNQ_RATE_MIN_HZ || p->rate_hz > SNQ_RATE_MAX_HZ || p->channels < 1 ||
        p->channels > SNQ_CHANNELS_MAX || p->frames < 0 || p->frames > FRAMES_MAX ||
        p->rows > SNQ_PORTRAIT_ROWS_MAX)
        return 0;
    if (!(p->top_db >= TOP_DB_MIN && p->top_db <= TOP_DB_MAX))
        return 0;
    const snq_timegrid grid = { p->rate_hz, SNQ_HOPS_PER_S };
    return legal_grid(p->point_frames, p->points, p->frames) &&
           legal_grid(p->column_frames, p->columns, p->frames) &&
           legal_grid(p->tick_hops, p->ticks, snq_timegrid_hop(grid, p->frames));
}

static int within(const float *x, uint32_t n, float least, float most)
{
    for (uint32_t i = 0; i < n; i++)
        if (!(x[i] >= least && x[i] <= most))
            return 0;
    return 1;
}

static int ordered(const float *lo, const float *hi, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (lo[i] > hi[i])
            return 0;
    return 1;
}

static int legal_values(const snq_portrait *p)
{
    const float x = SNQ_SAMPLE_MAX, silent = SNQ_PORTRAIT_SILENT;
    return within(p->min, p->points, -x, x) && within(p->max, p->points, -x, x) &&
           ordered(p->min, p->max, p->points) &&
           within(p->band, p->columns * SNQ_PORTRAIT_BANDS, 0.0f, POWER_MAX) &&
           within(p->momentary_lo, p->ticks, silent, LUFS_MAX) &&
           within(p->momentary_hi, p->ticks, silent, LUFS_MAX) &&
           ordered(p->momentary_lo, p->momentary_hi, p->ticks) &&
           within(p->short_term, p->ticks, silent, LUFS_MAX);
}

/* n values, owned by the caller; NULL when there are none and after a failure. */
static float *take_values(snq_unpack *u, uint32_t n)
{
    float *x = n && u->st >= 0 ? snq_calloc(n, sizeof *x) : NULL;
    if (n && u->st >= 0 && !x)
        u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u values of a portrait", n);
    if (u->st >= 0)
        snq_unpack_f32s(u, x, n);
    return x;
}

static uint8_t *take_levels(snq_unpack *u, size_t n)
{
    if (u->st < 0 || !n)
        return NULL;
    if (n > u->left) {
        u->st =
            SNQ_FAIL(SNQ_ERR_FORMAT, "portrait ends early: %zu levels in %zu bytes", n, u->left);
        return NULL;
    }
    uint8_t *level = snq_calloc(n, 1);
    if (!level) {
        u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu levels of a portrait", n);
        return NULL;
    }
    memcpy(level, u->at, n);
    u->at += n;
    u->left -= n;
    return level;
}

static void take_head(snq_unpack *u, snq_portrait *p)
{
    p->rate_hz = snq_unpack_u32(u);
    p->channels = snq_unpack_u32(u);
    p->frames = snq_unpack_i64(u);
    p->point_frames = snq_unpack_i64(u);
    p->points = snq_unpack_u32(u);
    p->column_frames = snq_unpack_i64(u);
    p->columns = snq_unpack_u32(u);
    p->rows = snq_unpack_u32(u);
    p->top_db = snq_unpack_f64(u);
    p->tick_hops = snq_unpack_i64(u);
    p->ticks = snq_unpack_u32(u);
    if (u->st >= 0 && !legal_head(p))
        u->st =
            SNQ_FAIL(SNQ_ERR_FORMAT, "portrait of %lld frames with %u points, %u columns, %u ticks",
                     (long long)p->frames, p->points, p->columns, p->ticks);
}

snq_status snq_portrait_unpack(snq_unpack *u, snq_portrait *p)
{
    *p = (snq_portrait) { 0 };
    take_head(u, p);
    if (u->st < 0)
        goto fail;
    p->min = take_values(u, p->points);
    p->max = take_values(u, p->points);
    p->band = take_values(u, p->columns * SNQ_PORTRAIT_BANDS);
    p->level = take_levels(u, (size_t)p->columns * p->rows);
    p->momentary_lo = take_values(u, p->ticks);
    p->momentary_hi = take_values(u, p->ticks);
    p->short_term = take_values(u, p->ticks);
    if (u->st >= 0 && !legal_values(p))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "portrait with values out of range");
    if (u->st >= 0)
        return SNQ_OK;
fail:
    snq_portrait_clear(p);
    return u->st;
}
