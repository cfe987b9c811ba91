// SPDX-License-Identifier: MIT
/* IDEA   Low tones need a long look, high ones a short one: so each frequency is looked at through one
 *        of three windows. What is short is kept and drawn as finely as the picture can show; what
 *        is long is drawn as it comes, each two columns becoming one when the picture is full. Hours
 *        have more sound to a column than need be transformed: there the loudest tile of several
 *        speaks for all, at their mean power, so that no blow is lost.
 * STEPS  T      tile: frames, the power of two nearest to TILE_S
 *        w      windows (spectral_look.c): T (low), T / 4 (middle), T / 16 (high) frames
 *        column c frames, a power of two, the least with which the stream so far has at most CELLS_MAX
 *        c < T  a column is the mean of its slots, or lies between the middles of two slots: straight
 *        c >= T it is the mean of its tiles, a tile the mean of its slots. Of k = min(c / 4T, 8) tiles
 *               the one with the greatest sum of squares is transformed, and counts k times with the
 *               power  mean square of the k / mean square of the tile.
 *        hops   the first HELD frames are kept; a stream that ends in them is drawn from there with
 *               h = c within w/8 .. w/2. Longer ones: h = c within w/2 .. w. The high look: up to 4 w.
 *        fade   between looks, where both have a say: straight in dB, so that what the longer one
 *               smears into a silence is gone early in their octave
 *        joins  happen between chunks of 8 T, so that all three windows change columns at once
 *        level  255 - 2 (top_db - 10 log10 row), rounded, not below 0
 * CONST  TILE_S 0.186 (8192 at 44.1 kHz): Hann is then 8 Hz wide, a semitone at 140 Hz. HELD 2^21 samples
 *        (24 s of stereo at 44.1 kHz). Column at least 8 frames: a sixteenth of the shortest window. At
 *        least 4 tiles to a column are transformed: with one, the columns of noise differ by dB.
 * COST   See portraitist.c.
 * LIMITS Below 140 Hz a tone is wider than a semitone, and its rows show less than its level. In hours,
 *        what is quiet has its colour from where it is loudest nearby. */
#include "plot/spectral_rows_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "plot/spectral_look_impl.h"

enum {
    CELLS = SNQ_PORTRAIT_CELLS_MAX,
    LOOKS = SNQ__LOOKS,
    ROWS = SNQ__LOOK_ROWS,
    CHUNK_TILES = 8,
    GROUP_MAX = CHUNK_TILES, /* tiles */
    SPEAKERS = 4,    /* tiles of a column that are transformed at least, where it has them */
    COLUMN_MIN = 8,  /* frames */
    HELD_TILES = 16, /* kept at least */
    TAIL_TILES = 3,  /* zeros behind the end that windows may reach */
};

#define HELD_SAMPLES ((size_t)1 << 21)
#define TILE_S       0.186
#define TINY         1e-14f /* power that fades end in (-140 dBFS) */

struct snq__spectral_rows {
    uint32_t rows, tile;
    size_t held;    /* frames kept before the first is given up */
    snq__reel reel; /* of tile + held + TAIL_TILES tiles; zeros before the stream at first */
    int64_t frames; /* of the stream so far */
    int64_t done;   /* frames that columns were made of */
    int64_t column; /* frames; 0 while the stream fits `held` */
    snq__look look[LOOKS];
    float (*cell)[ROWS]; /* (CELLS,) mean power while column < tile, then sum over its tiles */
};

static uint32_t count_rows(uint32_t rate_hz)
{
    const double half_hz = rate_hz / 2.0;
    uint32_t rows = 0;
    while (rows < SNQ_PORTRAIT_ROWS_MAX && snq_portrait_row_hz(rows + 1.0) <= half_hz)
        rows++;
    return rows;
}

snq_status snq__spectral_rows_new(uint32_t rate_hz, uint32_t channels, snq__spectral_rows **out)
{
    snq_status st;
    *out = NULL;
    snq__spectral_rows *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrogram");
    s->rows = count_rows(rate_hz);
    s->tile = 1u << lround(log2(rate_hz * TILE_S));
    s->held = (size_t)HELD_TILES * s->tile;
    while (2 * s->held * channels <= HELD_SAMPLES)
        s->held *= 2;
    s->reel = (snq__reel) { .room = s->held + (size_t)(1 + TAIL_TILES) * s->tile,
                            .base = -(int64_t)s->tile,
                            .channels = channels };
    s->reel.buffer = snq_calloc(channels * s->reel.room, sizeof *s->reel.buffer);
    s->cell = snq_calloc(CELLS, sizeof *s->cell);
    if (!s->reel.buffer || !s->cell) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrogram of %u channels", channels);
        goto fail;
    }
    for (uint32_t i = 0; i < LOOKS; i++)
        SNQ_GOTO(snq__look_init(&s->look[i], i, s->tile, rate_hz, channels, s->rows));
    *out = s;
    return SNQ_OK;
fail:
    snq__spectral_rows_free(s);
    return st;
}

void snq__spectral_rows_free(snq__spectral_rows *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < LOOKS; i++)
        snq__look_clear(&s->look[i]);
    snq_free(s->reel.buffer);
    snq_free(s->cell);
    snq_free(s);
}

/* Add the mean power of [from, from + step), as one look sees it, to to (ROWS,). `end`: slots whose
 * middle lies there or later say nothing, but for the first. */
static void add_look(snq__look *l, const snq__reel *reel, int64_t from, int64_t step, int64_t end,
                     float *to)
{
    const int64_t hop = l->hop;
    if (hop <= step) {
        int64_t n = step / hop;
        while (n > 1 && from + (n - 1) * hop + hop / 2 >= end)
            n--;
        for (int64_t k = 0; k < n; k++)
            snq__look_add(l, to, snq__look_at(l, reel, from / hop + k), 1.0f / (float)n);
        return;
    }
    /* in units of frames / 2 from the middle of slot -1 on, so that nothing is negative or broken */
    const int64_t at = 2 * from + step + hop;
    const int64_t index = at / (2 * hop) - 1;
    const float part = (float)(at % (2 * hop)) / (float)(2 * hop);
    snq__look_add(l, to, snq__look_at(l, reel, index), 1.0f - part);
    snq__look_add(l, to, snq__look_at(l, reel, index + 1), part);
}

/* Between two powers: straight in dB. */
static float fade_to(float a, float b, float part)
{
    return a + b > 0.0f ? exp2f((1.0f - part) * log2f(a + TINY) + part * log2f(b + TINY)) : 0.0f;
}

/* Add the mean power of [from, from + step), times gain, to its column. */
static void add_step(snq__spectral_rows *s, int64_t from, int64_t step, int64_t end, float gain)
{
    float row[LOOKS][ROWS] = { 0 };
    float *to = s->cell[from / s->column];
    for (uint32_t i = 0; i < LOOKS; i++)
        if (s->look[i].bins)
            add_look(&s->look[i], &s->reel, from, step, end, row[i]);
    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t i = 0;
        while (i < LOOKS - 1 && s->look[i].fade[r] <= 0.0f)
            i++;
        const float next = i + 1 < LOOKS ? s->look[i + 1].fade[r] : 0.0f;
        to[r] += gain * (next > 0.0f ? fade_to(row[i][r], row[i + 1][r], next) : row[i][r]);
    }
}

static int64_t clamp(int64_t x, int64_t least, int64_t most)
{
    return x < least ? least : x > most ? most : x;
}

static void set_hops(snq__spectral_rows *s, int whole)
{
    for (uint32_t i = 0; i < LOOKS; i++) {
        const int64_t w = s->look[i].window;
        const int64_t most = i == LOOKS - 1 ? 4 * w : whole ? w / 2 : w;
        snq__look_set_hop(&s->look[i], clamp(s->column, whole ? w / 8 : w / 2, most));
    }
}

/* Twice the frames a column; all CELLS are in use. */
static void halve(snq__spectral_rows *s)
{
    const float gain = s->column < s->tile ? 0.5f : 1.0f;
    for (uint32_t i = 0; i < CELLS / 2; i++)
        for (uint32_t r = 0; r < ROWS; r++)
            s->cell[i][r] = gain * (s->cell[2 * i][r] + s->cell[2 * i + 1][r]);
    memset(s->cell[CELLS / 2], 0, (CELLS - CELLS / 2) * sizeof *s->cell);
    s->column *= 2;
}

/* Tiles [from, end) are of one group: the loudest speaks for them. */
static void add_group(snq__spectral_rows *s, int64_t from, int64_t end, int64_t stream_end)
{
    int64_t loudest = from;
    float most = 0.0f, sum = 0.0f;
    if (end - from <= s->tile) {
        add_step(s, from, s->tile, stream_end, 1.0f);
        return;
    }
    for (int64_t t = from; t < end; t += s->tile) {
        const float e = snq__reel_energy(&s->reel, t, s->tile, 0, 1);
        sum += e;
        if (e > most) {
            most = e;
            loudest = t;
        }
    }
    if (most > 0.0f)
        add_step(s, loudest, s->tile, stream_end, sum / most);
}

/* Make columns of the frames up to `to`, which ends a chunk or the stream. */
static void work(snq__spectral_rows *s, int64_t to, int64_t stream_end, int whole)
{
    while (to > CELLS * s->column)
        halve(s);
    set_hops(s, whole);
    if (s->column < s->tile) {
        for (int64_t at = s->done; at < to; at += s->column)
            add_step(s, at, s->column, stream_end, 1.0f);
    } else {
        const int64_t tiles = clamp(s->column / s->tile / SPEAKERS, 1, GROUP_MAX);
        for (int64_t at = s->done; at < to; at += tiles * s->tile) {
            const int64_t end = at + tiles * s->tile;
            add_group(s, at, end < to ? end : at + (to - at + s->tile - 1) / s->tile * s->tile,
                      stream_end);
        }
    }
    s->done = to;
}

static int64_t least_column(int64_t frames)
{
    int64_t column = COLUMN_MIN;
    while (frames > CELLS * column)
        column *= 2;
    return column;
}

/* All chunks that are there with what windows at their ends reach; then make room. */
static void work_chunks(snq__spectral_rows *s)
{
    const int64_t chunk = (int64_t)CHUNK_TILES * s->tile;
    if (!s->column)
        s->column = least_column((int64_t)s->held);
    while (s->done + chunk + s->tile <= s->frames)
        work(s, s->done + chunk, INT64_MAX, 0);
    const size_t gone = (size_t)(s->done - s->tile - s->reel.base);
    const size_t rest = (size_t)(s->frames - s->reel.base) - gone;
    for (uint32_t c = 0; c < s->reel.channels; c++) {
        float *x = s->reel.buffer + c * s->reel.room;
        memmove(x, x + gone, rest * sizeof *x);
    }
    s->reel.base += (int64_t)gone;
}

void snq__spectral_rows_push(snq__spectral_rows *s, const snq_audio *block)
{
    const size_t fill = s->tile + s->held;
    for (size_t at = 0; at < block->frames;) {
        size_t used = (size_t)(s->frames - s->reel.base);
        if (used == fill) {
            work_chunks(s);
            used = (size_t)(s->frames - s->reel.base);
        }
        const size_t left = block->frames - at, n = fill - used < left ? fill - used : left;
        for (uint32_t c = 0; c < s->reel.channels; c++)
            memcpy(s->reel.buffer + c * s->reel.room + used, block->channel[c] + at,
                   n * sizeof(float));
        s->frames += (int64_t)n;
        at += n;
    }
}

static void work_rest(snq__spectral_rows *s)
{
    const size_t used = (size_t)(s->frames - s->reel.base);
    const int whole = !s->column;
    for (uint32_t c = 0; c < s->reel.channels; c++)
        memset(s->reel.buffer + c * s->reel.room + used, 0, (s->reel.room - used) * sizeof(float));
    if (whole)
        s->column = least_column(s->frames);
    const int64_t chunk = (int64_t)CHUNK_TILES * s->tile;
    while (!whole && s->done + chunk <= s->frames)
        work(s, s->done + chunk, s->frames, 0);
    if (s->done < s->frames)
        work(s, s->frames, s->frames, whole);
}

/* Tiles in column i turn a sum into a mean. */
static void settle(snq__spectral_rows *s, uint32_t columns)
{
    const int64_t per_column = s->column / s->tile;
    if (!per_column)
        return;
    const int64_t tiles = (s->frames + s->tile - 1) / s->tile;
    for (uint32_t i = 0; i < columns; i++) {
        const int64_t left = tiles - i * per_column;
        const float gain = 1.0f / (float)(left < per_column ? left : per_column);
        for (uint32_t r = 0; r < ROWS; r++)
            s->cell[i][r] *= gain;
    }
}

static void put_levels(const snq__spectral_rows *s, snq_portrait *to)
{
    float most = 0.0f;
    for (uint32_t i = 0; i < to->columns; i++)
        for (uint32_t r = 0; r < s->rows; r++)
            most = fmaxf(most, s->cell[i][r]);
    to->top_db = most > 0.0f ? 10.0 * log10((double)most) : SNQ_PORTRAIT_SILENT;
    for (uint32_t i = 0; i < to->columns; i++) {
        uint8_t *level = to->level + (size_t)i * s->rows;
        for (uint32_t r = 0; r < s->rows; r++) {
            const float p = s->cell[i][r];
            const float below =
                p > 0.0f ? 10.0f * log10f(most / p) / (float)SNQ_PORTRAIT_LEVEL_STEP : 255.0f;
            level[r] = below < 255.0f ? (uint8_t)lrintf(255.0f - below) : 0;
        }
        memcpy(to->band + (size_t)i * SNQ_PORTRAIT_BANDS, s->cell[i] + SNQ_PORTRAIT_ROWS_MAX,
               SNQ_PORTRAIT_BANDS * sizeof(float));
    }
}

snq_status snq__spectral_rows_pull(snq__spectral_rows *s, snq_portrait *to)
{
    work_rest(s);
    const uint32_t columns = (uint32_t)((s->frames + s->column - 1) / s->column);
    to->column_frames = s->column;
    to->rows = s->frames ? s->rows : 0;
    to->top_db = SNQ_PORTRAIT_SILENT;
    if (!columns)
        return SNQ_OK;
    to->level = snq_calloc((size_t)columns * s->rows, 1);
    to->band = snq_calloc((size_t)columns * SNQ_PORTRAIT_BANDS, sizeof *to->band);
    if (!to->level || !to->band)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a spectrogram of %u columns", columns);
    to->columns = columns;
    settle(s, columns);
    put_levels(s, to);
    return SNQ_OK;
}
