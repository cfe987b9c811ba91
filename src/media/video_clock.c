// SPDX-License-Identifier: MIT
/* IDEA   Everything that is measured on a film needs pictures at equal distances, and their true rate.
 *        What a file says of its rate is often an average over a slip at its end; its time stamps know
 *        better. Most files are regular but for rounding and a few gaps; phones waver; screen
 *        recordings have a picture only where something changes.
 * STEPS  gaps      between ascending times; median m
 *        regular   90 of 100 gaps are m +- tolerance: period = their mean
 *        uneven    else 99 of 100 pictures are within half a period of the straight line from the first
 *                  to the last: period = its slope (soft telecine's 2, 3, 2, 3 fields; a phone)
 *        variable  else period = mean of the gaps within a quarter of m, if 75 of 100 are; else of those
 *                  within a quarter of the gap that 10 of 100 fall short of (those under m / 4 apart): faster
 *                  pictures are kept, slower ones repeated
 *        round     a told or usual rate (whole, whole/1.001, half) takes the place of the measured one
 *                  where the difference is within the rounding of the time stamps (uneven: where it makes
 *                  half a picture to the end); of a variable one within 0.5 %
 *        place     slot = (t - zero) / period. Regular and uneven: the next slot as long as the picture is
 *                  within 0.75 of it, so that a slip doesn't swallow a picture; else, and where
 *                  variable, the nearest one
 *        leap      a time stamp that goes backwards, or over 600 s forward, moves the clock
 * CONST  tolerance: 1 tick (mkv rounds to 1 ms, so do flv and asf) or 2 % of m. The rest was set by
 *        hand on 2026-11-21 and holds for the 7 recordings and the made clips of tests/media.
 * COST   a sort of at most 2^18 gaps.
 * LIMITS films of 24 and 30 a second mixed get the faster clock, and thus repeated pictures. */
#include "media/video_clock_impl.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { GAP_MAX_S = 600 };
static const double reach = 0.75, usual_hz = 25;

/* ---- rates ---- */

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Mean of the gaps within [lo, hi], *share of all. */
static double mean_within(const int64_t *gap, uint32_t n, double lo, double hi, double *share)
{
    double sum = 0;
    uint32_t in = 0;
    for (uint32_t i = 0; i < n; i++)
        if ((double)gap[i] >= lo && (double)gap[i] <= hi) {
            sum += (double)gap[i];
            in++;
        }
    *share = (double)in / n;
    return in ? sum / in : 0;
}

/* Share of times within `slack` ticks of the line from the first to the last. */
static double on_line(const int64_t *times, uint32_t count, double period, double slack)
{
    uint32_t in = 0;
    for (uint32_t i = 0; i < count; i++)
        in += fabs((double)(times[i] - times[0]) - i * period) <= slack;
    return (double)in / count;
}

/* The gap that 10 of 100 fall short of, those left out that are under a quarter of the median: pictures
 * that came all but together. */
static double short_gap(const int64_t *gap, uint32_t n)
{
    uint32_t i = 0;
    while (gap[i] < gap[n / 2] / 4)
        i++;
    return (double)gap[i + (n - i) / 10];
}

/* The rate that stands nearest to `hz` within a relative `slack`: a told one, whole, whole / 1.001,
 * half of a whole; else hz itself. */
static double rounded(double hz, double slack, const double told_hz[2])
{
    const double whole = floor(hz + 0.5);
    const double usual[] = { told_hz[0], told_hz[1], whole, floor(hz * 1.001 + 0.5) / 1.001,
                             floor(hz * 2 + 0.5) / 2 };
    for (size_t i = 0; i < SNQ_COUNT(usual); i++)
        if (usual[i] > 0 && fabs(usual[i] - hz) <= slack * hz)
            return usual[i];
    return hz;
}

/* Mode and period (ticks) of the gaps; *slack: how far the rate may be off by rounding. */
static double find_period(snq__video_clock *c, const int64_t *times, uint32_t count,
                          const int64_t *gap, double *slack)
{
    const uint32_t n = count - 1;
    const double middle = (double)gap[n / 2], tenth = short_gap(gap, n);
    const double span = (double)(times[count - 1] - times[0]);
    /* of 1 and 2 ticks, the 2 is rounding only if all lies on a line; else a picture is missing */
    const int is_coarse = middle >= 2 || on_line(times, count, span / n, 1) >= 0.99;
    const double tolerance = fmax(is_coarse ? 1 : 0, 0.02 * middle);
    double share;
    double period = mean_within(gap, n, middle - tolerance, middle + tolerance, &share);
    c->mode = SNQ__CLOCK_REGULAR;
    *slack = gap[0] == gap[n - 1] ? 1e-9 : fmax(1e-9, 1.5 / (share * n * fmax(period, 1e-9)));
    if (share >= 0.9 && period > 0)
        return period;
    period = span / n;
    c->mode = SNQ__CLOCK_UNEVEN;
    *slack = 0.5 / n;
    if (period > 0 && on_line(times, count, period, 0.5 * period) >= 0.99)
        return period;
    c->mode = SNQ__CLOCK_VARIABLE;
    *slack = 0.005;
    period = mean_within(gap, n, 0.75 * middle, 1.25 * middle, &share);
    if (share >= 0.75 && period > 0)
        return period;
    period = mean_within(gap, n, 0.75 * tenth, 1.25 * tenth, &share);
    return period > 0 ? period : span / n;
}

/* No times to go by. */
static snq_status by_told(snq__video_clock *c, const double told_hz[2])
{
    c->mode = SNQ__CLOCK_COUNT;
    c->hz = usual_hz;
    for (int i = 1; i >= 0; i--)
        if (told_hz[i] >= SNQ__VIDEO_HZ_MIN && told_hz[i] <= 1000)
            c->hz = told_hz[i];
    c->slowest_hz = c->fastest_hz = c->hz;
    return SNQ_OK;
}

static snq_status measure(snq__video_clock *c, const int64_t *times, int64_t *gap, uint32_t count,
                          double tick_s, const double told_hz[2])
{
    const uint32_t n = count - 1;
    double slack;
    for (uint32_t i = 0; i < n; i++)
        gap[i] = times[i + 1] - times[i];
    qsort(gap, n, sizeof *gap, by_value);
    const double period = find_period(c, times, count, gap, &slack);
    const double hz = 1 / (period * tick_s);
    if (!(hz >= SNQ__VIDEO_HZ_MIN && hz <= SNQ__VIDEO_HZ_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "%g pictures a second by the file's time stamps (%g to %g are possible)",
                        hz, SNQ__VIDEO_HZ_MIN, SNQ__VIDEO_HZ_MAX);
    c->hz = rounded(hz, slack, told_hz);
    c->period_ticks = 1 / (c->hz * tick_s);
    c->zero = times[0];
    c->slowest_hz = 1 / (fmax(1, (double)gap[n - 1 - n / 20]) * tick_s);
    c->fastest_hz = 1 / (fmax(1, (double)gap[n / 20]) * tick_s);
    c->frames = 1 + (int64_t)floor((double)(times[n] - times[0]) / c->period_ticks + 0.5);
    return SNQ_OK;
}

/* Times that no clock could have: all the same, or so far apart that they can't be subtracted. */
static int useless(const int64_t *times, uint32_t count, double tick_s)
{
    const double span = (double)times[count - 1] - (double)times[0];
    return !(tick_s > 0) || !(span > 0) || span > 4e18 || span * tick_s > 1e9;
}

snq_status snq__video_clock_init(snq__video_clock *c, const int64_t *times, uint32_t count,
                                 double tick_s, const double told_hz[2])
{
    *c = (snq__video_clock) { .last = -1, .frames = -1 };
    if (count < 2 || useless(times, count, tick_s))
        return by_told(c, told_hz);
    int64_t *gap = snq_calloc(count, sizeof *gap);
    if (!gap)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u gaps", count);
    const snq_status st = measure(c, times, gap, count, tick_s, told_hz);
    snq_free(gap);
    return st;
}

/* ---- placing ---- */

void snq__video_clock_count(snq__video_clock *c)
{
    c->mode = SNQ__CLOCK_COUNT;
}

void snq__video_clock_reset(snq__video_clock *c)
{
    c->last = -1;
    c->offset = 0;
}

int64_t snq__video_clock_ticks(const snq__video_clock *c, int64_t slot)
{
    const double ticks = (double)slot * c->period_ticks;
    return fabs(ticks) < 4e18 ? c->zero + (int64_t)floor(ticks) : INT64_MAX;
}

int64_t snq__video_clock_place(snq__video_clock *c, int has_ticks, int64_t ticks, double *off)
{
    const int64_t next = c->last + 1;
    const int first = c->last < 0;
    *off = 0;
    if (c->mode == SNQ__CLOCK_COUNT || !has_ticks)
        return c->last = next;
    double at = ((double)ticks - (double)c->zero) / c->period_ticks - c->offset;
    if (!first && (ticks < c->last_ticks || at - (double)next > GAP_MAX_S * c->hz)) {
        c->offset += at - (double)next;
        c->leaps++;
        at = (double)next;
    }
    /* the first one after a seek belongs where its time says; none is before the beginning */
    int64_t slot = at > 0 && at < 9e18 ? (int64_t)floor(at + 0.5) : 0;
    if (c->mode != SNQ__CLOCK_VARIABLE && !first && fabs(at - (double)next) < reach)
        slot = next;
    c->last_ticks = ticks;
    *off = fabs(at - (double)slot);
    if (slot > c->last)
        c->last = slot;
    return slot;
}
