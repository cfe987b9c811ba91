// SPDX-License-Identifier: MIT
/* IDEA   See region_finder.c. Here each hop gets its level, freed of a recorder's offset, and one
 *        number for its colour and loudness together.
 * STEPS  offset of a channel = median of its hops' means over +-10 hops (at the ends of the stream
 *          mirrored, which keeps the beat of a 50 Hz hum with the hops)
 *        level  a = mean over channels of ms - 2 offset mean + offset^2           (mean square)
 *        tint   C = max(mean over bands of 10 lg(P + 1e-12), 10 lg(a + 1e-13) - 70)  dB
 *          the second is for what is in antiphase and so missing from the mono stream's bands
 *        means over 5 and 9 hops around, shrinking at the ends of the stream
 * CONST  The offset is a float, 2^-24 of it off: the level of a constant m is then up to 2^-48 m^2;
 *        as much is taken off, that a constant offset is digital silence.
 *        Inputs are cut to 0 .. 1e15, and what is no number becomes 0.
 *        Digital silence: -100 dBFS (between the noise of 16 bits without dither, and 24 bits).
 * COST   120 ns a hop. */
#include "listen/region_rows_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/region_glr_impl.h"

#define POWER_MAX 1e15f
#define DEAD_DB   (-100.0f)
#define DC_ROUND  1e-14 /* 2^-47, rounded up */

enum {
    SPAN = 2 * SNQ__REGION_DC + 1,
    HELD = 16,
    ROOM_MIN = 256, /* rows: enough for 2.5 s */
    GROWTH = 4,
};

/* Room for one more hop, and the one behind it. Most files are short. */
static snq_status reserve(snq__region_rows *r)
{
    if (r->room == SNQ__REGION_ROWS || r->pushed + 2 <= r->room)
        return SNQ_OK;
    uint32_t room = r->room ? GROWTH * r->room : ROOM_MIN;
    room = room * GROWTH <= SNQ__REGION_ROWS ? room : SNQ__REGION_ROWS;
    const size_t row = SNQ__REGION_STRIDE * sizeof *r->power;
    float *power = snq_regrow(r->power, r->room, room, row);
    r->power = power ? power : r->power;
    snq__region_frame *frame = snq_regrow(r->frame, r->room, room, sizeof *frame);
    r->frame = frame ? frame : r->frame;
    if (!power || !frame)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u rows of bands", room);
    r->room = room;
    return SNQ_OK;
}

snq_status snq__region_rows_init(snq__region_rows *r, uint32_t channels)
{
    r->channels = channels;
    r->first_loud = -1;
    r->most_db = r->most_db5 = (float)SNQ__REGION_FLOOR_DB;
    for (uint32_t c = 0; c < channels; c++)
        SNQ_TRY(snq_slidemed_new(SPAN, &r->offset[c]));
    return reserve(r);
}

void snq__region_rows_clear(snq__region_rows *r)
{
    for (uint32_t c = 0; c < SNQ_CHANNELS_MAX; c++)
        snq_slidemed_free(r->offset[c]);
    snq_free(r->power);
    snq_free(r->frame);
}

static float level_db(double a)
{
    return 10.0f * log10f((float)a + 1e-13f);
}

static uint16_t bin_of(float db)
{
    const float bin = (db - (float)SNQ__REGION_FLOOR_DB) * (float)(1.0 / SNQ__REGION_BIN_DB);
    return (uint16_t)(bin < 0 ? 0 : bin > SNQ__REGION_BINS - 1 ? SNQ__REGION_BINS - 1 : bin);
}

/* Means around hop i, when hops below `end` have levels. */
static void set_means(snq__region_rows *r, int64_t i, int64_t end)
{
    double level5 = 0, level9 = 0, tint5 = 0;
    int dead = 0, n5 = 0, n9 = 0;
    for (int64_t k = i > 4 ? i - 4 : 0; k <= i + 4 && k < end; k++) {
        const double level = snq__region_power(r, k)[SNQ__REGION_LEVEL];
        level9 += level;
        n9++;
        if (k < i - 2 || k > i + 2)
            continue;
        const snq__region_frame *near = snq__region_at(r, k);
        level5 += level;
        tint5 += near->tint;
        dead += near->dead;
        n5++;
    }
    snq__region_frame *f = &r->frame[i % SNQ__REGION_ROWS];
    f->level5 = (float)(level5 / n5);
    f->db5 = level_db(f->level5);
    f->db9 = level_db(level9 / n9);
    f->tint5 = (float)(tint5 / n5);
    f->bin5 = bin_of(f->tint5);
    f->bin9 = bin_of(f->db9);
    f->dead5 = 2 * dead > n5;
    r->most_db5 = f->db5 > r->most_db5 ? f->db5 : r->most_db5;
    r->ready = i + 1;
}

/* The offsets around hop i are known. */
static void set_level(snq__region_rows *r, int64_t i, const float *offset)
{
    double a = r->power_sum[i % HELD];
    for (uint32_t c = 0; c < r->channels; c++) {
        const double dc = offset[c], mean = r->mean[i % HELD][c];
        a += dc * dc - 2.0 * dc * mean - DC_ROUND * fabs(dc * mean);
    }
    a /= r->channels;
    a = a > 0 ? a < (double)POWER_MAX ? a : (double)POWER_MAX : 0;
    float *row = r->power + i % SNQ__REGION_ROWS * SNQ__REGION_STRIDE;
    row[SNQ__REGION_LEVEL] = (float)a;
    snq__region_frame *f = &r->frame[i % SNQ__REGION_ROWS];
    f->db = level_db(a);
    f->tint = snq__mean_db(row);
    f->tint = f->tint > f->db - 70.0f ? f->tint : f->db - 70.0f;
    f->dead = f->db < DEAD_DB;
    if (!f->dead && r->first_loud < 0)
        r->first_loud = i;
    r->most_db = f->db > r->most_db ? f->db : r->most_db;
    r->levelled = i + 1;
    if (i >= 4)
        set_means(r, i - 4, r->levelled);
}

/* Hop k of a stream of n hops that is mirrored at its ends. */
static int64_t mirrored(int64_t k, int64_t n)
{
    if (n == 1)
        return 0;
    const int64_t period = 2 * (n - 1);
    k = (k % period + period) % period;
    return k < n ? k : period - k;
}

/* Give the means of hop `from` to the medians; levels hop `middle`, which lies in the middle of the
 * medians' window once that is full (before: negative). */
static void feed_offsets(snq__region_rows *r, int64_t from, int64_t middle)
{
    float offset[SNQ_CHANNELS_MAX];
    for (uint32_t c = 0; c < r->channels; c++)
        offset[c] = snq_slidemed_push(r->offset[c], (float)r->mean[from % HELD][c]);
    if (middle >= 0)
        set_level(r, middle, offset);
}

/* The medians see hops [first, end), mirrored at 0 and at n. */
static void feed_mirrored(snq__region_rows *r, int64_t first, int64_t end, int64_t n)
{
    for (int64_t k = first; k < end; k++)
        feed_offsets(r, mirrored(k, n), k - SNQ__REGION_DC);
}

snq_status snq__region_rows_push(snq__region_rows *r, const snq_hop *hop, const float *mel)
{
    SNQ_TRY(reserve(r));
    const int64_t i = r->pushed++;
    float *restrict row = r->power + i % SNQ__REGION_ROWS * SNQ__REGION_STRIDE;
    for (int b = 0; b < SNQ_MEL_BANDS; b++) {
        const float p = mel[b] > 0 ? mel[b] : 0; /* not a number: 0 */
        row[b] = p < POWER_MAX ? p : POWER_MAX;
    }
    const double per_frame = hop->frames ? 1.0 / hop->frames : 0.0;
    const double most = (double)POWER_MAX * r->channels;
    const double energy = hop->energy > 0 ? hop->energy * per_frame : 0;
    r->power_sum[i % HELD] = energy < most ? energy : most;
    for (uint32_t c = 0; c < r->channels; c++) {
        const double mean = hop->sum[c] * per_frame;
        r->mean[i % HELD][c] = fabs(mean) < (double)SNQ_SAMPLE_MAX ? mean : 0;
    }
    if (i == SNQ__REGION_DC)
        feed_mirrored(r, -SNQ__REGION_DC, SNQ__REGION_DC + 1, i + 1);
    else if (i > SNQ__REGION_DC)
        feed_offsets(r, i, i - SNQ__REGION_DC);
    return SNQ_OK;
}

void snq__region_rows_finish(snq__region_rows *r)
{
    const int64_t n = r->pushed;
    r->ended = 1;
    if (n)
        feed_mirrored(r, n > SNQ__REGION_DC ? n : -SNQ__REGION_DC, n + SNQ__REGION_DC, n);
    for (int64_t i = r->ready; i < n; i++)
        set_means(r, i, n);
}
