// SPDX-License-Identifier: MIT
/* IDEA   Film at 24 pictures shown at 30 repeats every fourth one: to whoever measures motion, a stop
 *        every fifth picture, a line at 6 Hz that isn't there. Such stops come in step, in the middle of
 *        motion, and motion goes on behind them; a swing stops as well where it turns, but there it goes
 *        back.
 * STEPS  repeat   a picture whose mean difference d from the one before is at most QUIET, or at most FAINT
 *                 of what pictures that move lately differ (and SLIGHT at most)
 *        amid     a run of at most RUN repeats with motion before and behind; the difference from the one
 *                 before to the one behind must not be under TURN of a step's, by small pictures: else it
 *                 is a turning point
 *        cadence  count pictures and repeats by their number modulo each period p. p is it when the phases
 *                 that repeat do so in 85 of 100 cases, the others in 5 at most, over 3 periods, 4
 *                 repeats and more of these than turning points; the smallest p
 * CONST  Set by hand on made clips (x264 at crf 12 to 28, 24 to 25, 30, 60; oscillations at 0.5 to 20 Hz),
 *        2026-11-21.
 * COST   one pass over two working pictures, 10 us at 320 x 180.
 * LIMITS a cadence that changes within the film is a share without a pattern. */
#include "media/video_repeat_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define QUIET  0.02 /* steps of 255 */
#define SLIGHT 0.7
#define FAINT  0.1
#define TURN   0.75

/* ---- differences ---- */

static double difference_of(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n;) {
        const size_t to = n - i < 4096 ? n : i + 4096;
        uint32_t part = 0;
        for (; i < to; i++)
            part += (uint32_t)abs(a[i] - b[i]);
        sum += part;
    }
    return (double)sum / (double)n;
}

static uint8_t *thumb_of(const snq__video_repeat *r, int64_t number)
{
    return r->thumb + (size_t)(number % SNQ__REPEAT_THUMBS) * r->thumb_w * r->thumb_h;
}

/* Points of a lattice, each the mean of 2 x 2 px. */
static void make_thumb(const snq__video_repeat *r, const uint8_t *picture, uint8_t *to)
{
    for (uint32_t y = 0; y < r->thumb_h; y++)
        for (uint32_t x = 0; x < r->thumb_w; x++) {
            const uint8_t *p = picture + (size_t)((uint64_t)y * (r->h - 1) / r->thumb_h) * r->w +
                               (size_t)x * (r->w - 1) / r->thumb_w;
            *to++ = (uint8_t)((p[0] + p[1] + p[r->w] + p[r->w + 1] + 2) >> 2);
        }
}

/* ---- the object ---- */

snq_status snq__video_repeat_init(snq__video_repeat *r, uint32_t w, uint32_t h)
{
    *r = (snq__video_repeat) { .w = w, .h = h, .moved = -1 };
    r->thumb_w = w - 1 < SNQ__REPEAT_SIDE ? w - 1 : SNQ__REPEAT_SIDE;
    r->thumb_h = h - 1 < SNQ__REPEAT_SIDE ? h - 1 : SNQ__REPEAT_SIDE;
    r->thumb = snq_calloc((size_t)SNQ__REPEAT_THUMBS * r->thumb_w, r->thumb_h);
    return r->thumb ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for small pictures");
}

void snq__video_repeat_clear(snq__video_repeat *r)
{
    snq_free(r->thumb);
    r->thumb = NULL;
}

/* Count picture `number` as one amid motion. */
static void count(snq__video_repeat *r, int64_t number, int repeat)
{
    for (uint32_t p = 2; p <= SNQ__CADENCE_MAX; p++) {
        r->seen[p][number % p]++;
        r->repeats[p][number % p] += (uint64_t)repeat;
    }
    r->seen_all++;
    r->repeats_all += (uint64_t)repeat;
}

/* Picture `now` moves again after the repeats behind r->moved: was it a stop or a turning point? */
static void close_run(snq__video_repeat *r, int64_t now)
{
    const int64_t run = now - r->moved - 1, from = r->moved - 1;
    const size_t n = (size_t)r->thumb_w * r->thumb_h;
    if (r->moved < 1 || run > SNQ__REPEAT_RUN_MAX)
        return;
    if (run > 0) {
        const double step = difference_of(thumb_of(r, now), thumb_of(r, r->moved), n);
        if (difference_of(thumb_of(r, now), thumb_of(r, from), n) < TURN * step) {
            r->turns++;
            return;
        }
    }
    for (int64_t i = r->moved + 1; i < now; i++)
        count(r, i, 1);
    count(r, now, 0);
}

int snq__video_repeat_push(snq__video_repeat *r, const uint8_t *picture, const uint8_t *before,
                           float *difference)
{
    const int64_t now = r->count++;
    *difference = 0;
    make_thumb(r, picture, thumb_of(r, now));
    if (!before)
        return 0;
    const double d = difference_of(picture, before, (size_t)r->w * r->h);
    *difference = (float)d;
    if (d <= QUIET || (d <= SLIGHT && d <= FAINT * r->level))
        return 1;
    r->level = r->level > 0 ? r->level + (d - r->level) / 8 : d;
    close_run(r, now);
    r->moved = now;
    return 0;
}

static int has_cadence(const snq__video_repeat *r, uint32_t p)
{
    uint32_t stops = 0;
    for (uint32_t i = 0; i < p; i++) {
        const double seen = (double)r->seen[p][i], share = (double)r->repeats[p][i] / fmax(1, seen);
        if (seen < 3 || (share > 0.05 && share < 0.85))
            return 0;
        stops += share >= 0.85;
    }
    return stops > 0 && stops < p;
}

double snq__video_repeat_share(const snq__video_repeat *r, uint32_t *cadence)
{
    *cadence = 0;
    const int enough = r->repeats_all >= 4 && r->turns < r->repeats_all;
    for (uint32_t p = 2; p <= SNQ__CADENCE_MAX && !*cadence && enough; p++)
        if (has_cadence(r, p))
            *cadence = p;
    return r->seen_all ? (double)r->repeats_all / (double)r->seen_all : 0;
}
