// SPDX-License-Identifier: MIT
/* IDEA   Keep the stream as cells of equal length. When all cells are full, join each two
 *        neighbours and go on with cells of twice the length: so any length fits the same memory
 *        and there are always at least CELLS / 2 cells. A point gathers the cells it overlaps.
 * STEPS  cell length 2^k frames, k = 0 at first; joining: min of mins, max of maxes, sum of squares.
 *        Point i gathers the cells floor(i * F / n / 2^k) .. ceil((i + 1) * F / n / 2^k) - 1.
 * CONST  CELLS 65536: eight cells for each of the 8192 points that may be asked, so that a point's
 *        edges are at most 1/4 of a point off for long streams, and exact while a cell is one frame
 *        (up to 65 536 frames).
 * COST   One pass, a comparison pair and a multiply-add a sample; 1 MiB.
 * LIMITS Square sums are float: relative error below 1e-5, invisible in a picture. */
#include "score/overview.h"

#include <math.h>

#include "base/alloc.h"

enum { CELLS = 65536 };

typedef struct cell {
    float min, max, sum_sq; /* over all channels */
} cell;

struct snq_outliner {
    uint32_t rate_hz, channels;
    int64_t frames;
    uint32_t used;    /* cells begun */
    uint32_t shift;   /* a full cell holds 2^shift frames */
    uint32_t in_last; /* frames in the last cell */
    cell cells[CELLS];
};

snq_status snq_outliner_new(uint32_t rate_hz, snq_outliner **out)
{
    *out = snq_calloc(1, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an overview");
    (*out)->rate_hz = rate_hz;
    return SNQ_OK;
}

void snq_outliner_free(snq_outliner *o)
{
    snq_free(o);
}

static cell join(cell a, cell b)
{
    return (cell) { a.min < b.min ? a.min : b.min, a.max > b.max ? a.max : b.max,
                    a.sum_sq + b.sum_sq };
}

/* Two neighbours become one: all cells are full when this is called. */
static void halve(snq_outliner *o)
{
    for (uint32_t i = 0; i < CELLS / 2; i++)
        o->cells[i] = join(o->cells[2 * i], o->cells[2 * i + 1]);
    o->used = CELLS / 2;
    o->shift++;
    o->in_last = 1u << o->shift;
}

static cell gather(const snq_audio *block, size_t from, size_t n)
{
    cell c = { INFINITY, -INFINITY, 0.0f };
    for (uint32_t k = 0; k < block->channels; k++) {
        const float *x = block->channel[k] + from;
        float min = c.min, max = c.max, sum = 0.0f;
        for (size_t i = 0; i < n; i++) {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
            sum += x[i] * x[i];
        }
        c = (cell) { min, max, c.sum_sq + sum };
    }
    return c;
}

void snq_outliner_push(snq_outliner *o, const snq_audio *block)
{
    size_t at = 0;
    o->channels = block->channels;
    while (at < block->frames) {
        if (o->used == 0 || o->in_last == 1u << o->shift) {
            if (o->used == CELLS)
                halve(o);
            o->cells[o->used++] = (cell) { INFINITY, -INFINITY, 0.0f };
            o->in_last = 0;
        }
        const size_t room = (1u << o->shift) - o->in_last, left = block->frames - at;
        const size_t n = room < left ? room : left;
        o->cells[o->used - 1] = join(o->cells[o->used - 1], gather(block, at, n));
        o->in_last += (uint32_t)n;
        o->frames += (int64_t)n;
        at += n;
    }
}

snq_status snq_outliner_pull(const snq_outliner *o, uint32_t points, snq_overview *out)
{
    *out = (snq_overview) { .rate_hz = o->rate_hz, .frames = o->frames };
    if (!points || points > SNQ_OVERVIEW_POINTS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "overview of %u points, must be 1 .. %d", points,
                        SNQ_OVERVIEW_POINTS_MAX);
    if (!o->frames)
        return SNQ_OK;
    out->point = snq_calloc(points, sizeof *out->point);
    if (!out->point)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an overview of %u points", points);
    out->points = points;
    const int64_t size = (int64_t)1 << o->shift;
    for (uint32_t i = 0; i < points; i++) {
        const int64_t from = i * o->frames / points / size;
        int64_t to = ((i + 1) * o->frames / points + size - 1) / size;
        to = to > from ? to : from + 1;
        cell c = o->cells[from];
        int64_t frames = 0;
        for (int64_t k = from; k < to; k++) {
            c = k > from ? join(c, o->cells[k]) : c;
            frames += k + 1 == o->used ? o->in_last : size;
        }
        out->point[i] =
            (snq_overview_point) { c.min, c.max,
                                   (float)sqrt((double)c.sum_sq / ((double)frames * o->channels)) };
    }
    return SNQ_OK;
}

void snq_overview_clear(snq_overview *o)
{
    snq_free(o->point);
    *o = (snq_overview) { 0 };
}

static void column(snq_json *j, const char *key, const snq_overview *o, size_t offset)
{
    snq_json_key(j, key);
    snq_json_array(j);
    for (uint32_t i = 0; i < o->points; i++)
        snq_json_real(j, *(const float *)((const char *)&o->point[i] + offset), 5);
    snq_json_end(j);
}

void snq_overview_json(snq_json *j, const snq_overview *o)
{
    snq_json_object(j);
    snq_json_put_int(j, "points", o->points);
    snq_json_put_int(j, "rate_hz", o->rate_hz);
    snq_json_put_real(j, "duration_s", o->rate_hz ? (double)o->frames / o->rate_hz : 0.0, 6);
    column(j, "min", o, offsetof(snq_overview_point, min));
    column(j, "max", o, offsetof(snq_overview_point, max));
    column(j, "rms", o, offsetof(snq_overview_point, rms));
    snq_json_end(j);
}
