// SPDX-License-Identifier: MIT
/* limiter -- nothing over the ceiling, not even between the samples.
 *
 * IDEA   It looks a few milliseconds ahead, finds the peaks of the wave that a converter would draw through
 *        the samples, and is down in time, in a smooth curve: so that what is heard is the sound at another
 *        level, not its corners cut. Up again it goes quickly after a single peak and slowly after a loud
 *        passage.
 *
 * STEPS  In groups of eight frames; g a group's number.
 *            over[g]  = max(0, 20 log10(peak[g] / ceiling))    peak: fine_peaks.c, of both sides
 *            held[g]  = max of over in the last 10 ms, at least of over[g - L - 2 .. g]
 *            quick    = held if above, else towards it with release_ms
 *            slow     towards quick with 4 release_ms, back with 10 release_ms        (auto)
 *            smooth[g] = mean of mean of max(quick, slow), over B1 and B2 groups, B1 + B2 - 1 = L
 *            gain     10^(-smooth / 20) at the groups' ends, straight between them
 *            output   input gain * input, L + 4 groups late, times gain
 *        Each group of frames, and its neighbours, meets two ends whose whole mean has seen its peak, which
 *        held keeps for that long: the gain is at or below what was asked. Means are sums of whole
 *        numbers (2^-20 dB), exact however long it runs.
 *        held: time cut into stretches of its length; max of what this one had so far, and of the last one
 *        from the same place on.
 *
 * CONST  Ceiling inside: 0.25 dB lower than asked, for what others' filters read near half of the rate
 *        (libebur128 on limited white noise: 0.22 more). By its own filter the output is at the inner ceiling exactly.
 *        10 ms: half a period of 50 Hz, so that the gain of a bass note stands still. 4 and 10: ours, 2026.
 *
 * COST   Half of it for the peaks, where any are near the ceiling; next to nothing while all is far below.
 *
 * LIMITS As of fine_peaks.c: waves above 0.455 of the rate. Gain never goes up.
 *
 * REFS   ITU-R BS.1770-5 (2023), annex 2. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/delay_pair.h"
#include "fx/gain_tools.h"
#include "fx/effect_impl.h"
#include "fx/fine_peaks.h"

enum { CEILING, GAIN, RELEASE, AUTO, LOOKAHEAD, PARAMS };
enum { GROUP = SNQ__FINE_PEAKS_GROUP, CELL_GROUPS = SNQ_EFFECT_BLOCK / GROUP };
/* 5 ms at 192 kHz */
enum { SMOOTH_MAX = 120, RING = 256, CALM_MOST = 4 * RING };
static const char *const off_on[] = { "off", "on" };
static const float margin_db = 0.25f, hold_ms = 10, slow_in = 4, slow_out = 10;
static const double unit = 1 << 20; /* of a decibel */

static const snq_param params[PARAMS] = {
    [CEILING] = { "ceiling_dbtp", "dbtp", -24, 0, -1, SNQ_PARAM_LINEAR, NULL,
                  "true peak that is not passed" },
    [GAIN] = { "gain_db", "db", -12, 36, 0, SNQ_PARAM_LINEAR, NULL, "gain in front of it" },
    [RELEASE] = { "release_ms", "ms", 5, 1000, 60, SNQ_PARAM_LOG, NULL,
                  "time for 63 % of the way up" },
    [AUTO] = { "auto_release", "", 0, 1, 1, SNQ_PARAM_DISCRETE, off_on,
               "slower after loud passages" },
    [LOOKAHEAD] = { "lookahead_ms", "ms", 1, 5, 2, SNQ_PARAM_LINEAR, NULL,
                    "how smoothly it goes down; heard from the start on" },
};

typedef struct limiter {
    const snq__gain_tools *dyn;
    snq__fine_peaks_fn *peaks;
    uint32_t rate_hz, finest;
    int started;
    uint32_t smooth, box[2], held; /* groups */
    uint32_t in_group;             /* frames of the group that came in */
    uint32_t at;                   /* of the rings */
    float ceiling_db, back[2];     /* quick, slow */
    snq__recovery recovery;
    float over
        [RING]; /* dB: of this stretch up to hold_at, of the last one the largest from there on */
    uint32_t hold_at;      /* of `held` */
    float largest;         /* of this stretch */
    uint32_t calm;         /* groups since any was over, up to CALM_MOST */
    float limit;           /* ceiling, a little lower */
    int64_t mean[2][RING]; /* what goes into each box */
    int64_t sum[2];
    float gain_from, gain_to; /* of the group that goes out now */
    double per_sum;           /* dB of a unit of the second mean */
    float amplify_from, amplify_to;
    snq__delay_pair late;
    snq__fine_peaks points;
} limiter;

static void reset(void *self)
{
    limiter *l = self;
    snq__delay_pair_reset(&l->late);
    memset(&l->points, 0, sizeof l->points);
    memset(l->over, 0, sizeof l->over);
    memset(l->mean, 0, sizeof l->mean);
    memset(l->sum, 0, sizeof l->sum);
    l->back[0] = l->back[1] = l->largest = 0;
    l->hold_at = 0;
    l->calm = CALM_MOST;
    l->gain_from = l->gain_to = 1;
    l->at = l->in_group = 0;
    l->started = 0;
}

static void release(void *self)
{
    limiter *l = self;
    if (!l)
        return;
    snq__delay_pair_clear(&l->late);
    snq_free(l);
}

/* Groups that the gain takes to go down. */
static uint32_t smooth_groups(float ms, uint32_t rate_hz)
{
    const double groups = floor((double)ms * 0.001 * rate_hz / GROUP + 0.5);
    return groups < 2 ? 2 : groups > SMOOTH_MAX ? SMOOTH_MAX : (uint32_t)groups;
}

static uint32_t delay_frames(uint32_t smooth)
{
    return GROUP * (smooth + SNQ__FINE_PEAKS_LAG + 2);
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    snq_status st = SNQ_ERR_NOMEM;
    limiter *l = snq_calloc(1, sizeof *l);
    if (!l)
        goto fail;
    l->dyn = snq__gain_tools_pick(snq_cpu_flags());
    l->peaks = snq__fine_peaks_pick(snq_cpu_flags());
    l->rate_hz = rate_hz;
    l->finest = snq__fine_peaks_finest(rate_hz);
    SNQ_GOTO(snq__delay_pair_init(&l->late, delay_frames(SMOOTH_MAX)));
    reset(l);
    *out = l;
    return SNQ_OK;
fail:
    release(l);
    return SNQ_FAIL(st, "limiter");
}

static uint32_t latency(const void *self, const float *value)
{
    return delay_frames(smooth_groups(value[LOOKAHEAD], ((const limiter *)self)->rate_hz));
}

static void prepare(limiter *l, const snq__effect_block *b)
{
    const float ms = b->cell_to[RELEASE], per_group = 1.0f / GROUP;
    l->recovery.fall = snq__one_pole(ms * per_group, l->rate_hz);
    l->recovery.in = snq__one_pole(ms * slow_in * per_group, l->rate_hz);
    l->recovery.out = snq__one_pole(ms * slow_out * per_group, l->rate_hz);
    l->ceiling_db = fminf(b->cell_from[CEILING], b->cell_to[CEILING]) - margin_db;
    l->limit = 0.999f * powf(10, l->ceiling_db / 20);
    if (l->started)
        return;
    l->started = 1;
    l->smooth = smooth_groups(b->cell_to[LOOKAHEAD], l->rate_hz);
    l->box[0] = (l->smooth + 1) / 2;
    l->box[1] = l->smooth + 1 - l->box[0];
    const uint32_t held = (uint32_t)(hold_ms * 0.001f * (float)l->rate_hz / GROUP);
    l->held = held > l->smooth + 3 ? held : l->smooth + 3;
    l->per_sum = 1 / (unit * l->box[0] * l->box[1]);
}

/* In each of two boxes the sum of the last of what came in; out of the second. */
static void mean(limiter *l, const float *db, uint32_t n, float *out_db)
{
    const double per_sum = -l->per_sum;
    const uint32_t one = l->box[0], two = l->box[1];
    int64_t first = l->sum[0], second = l->sum[1];
    uint32_t at = l->at;
    for (uint32_t i = 0; i < n; i++, at = (at + 1) % RING) {
        const int64_t in = (int64_t)((double)db[i] * unit) + (db[i] > 0);
        first += in - l->mean[0][(at + RING - one) % RING];
        second += first - l->mean[1][(at + RING - two) % RING];
        l->mean[0][at] = in;
        l->mean[1][at] = first;
        out_db[i] = (float)((double)second * per_sum);
    }
    l->at = at;
    l->sum[0] = first;
    l->sum[1] = second;
}

/* Of a stretch that has ended the largest from each place on. */
static void end_stretch(float *over, uint32_t n)
{
    float most = over[n - 1];
    for (uint32_t i = n - 1; i-- > 0;)
        over[i] = most = over[i] > most ? over[i] : most;
}

/* Each value (n,), in place, to the largest of the last l->held, itself included. */
static void hold(limiter *l, float *over_db, uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        const uint32_t left = l->held - l->hold_at, m = n - done < left ? n - done : left;
        float *at = l->over + l->hold_at, *x = over_db + done, largest = l->largest;
        for (uint32_t i = 0; i < m; i++) {
            const float now = x[i], before = i + 1 < left ? at[i + 1] : 0;
            at[i] = now;
            largest = now > largest ? now : largest;
            x[i] = largest > before ? largest : before;
        }
        l->largest = largest;
        l->hold_at += m;
        done += m;
        if (l->hold_at < l->held)
            continue;
        end_stretch(l->over, l->held);
        l->hold_at = 0;
        l->largest = 0;
    }
}

/* Whether nothing has been over for so long that all that is remembered is 0. */
static int at_rest(limiter *l, const float *peak, uint32_t n)
{
    int over = 0;
    for (uint32_t i = 0; i < n; i++)
        over |= peak[i] >= l->limit;
    if (over)
        l->calm = 0;
    else if (l->calm < CALM_MOST)
        l->calm += n;
    return l->calm >= 3 * RING && l->back[0] == 0 && l->back[1] == 0 && l->sum[0] == 0 &&
           l->sum[1] == 0;
}

/* From peaks in dB to how far the gain goes down, in place. */
static void steps(limiter *l, uint32_t n, float *db)
{
    const float ceiling = l->ceiling_db;
    for (uint32_t i = 0; i < n; i++)
        db[i] = db[i] > ceiling ? db[i] - ceiling : 0;
    hold(l, db, n);
    l->dyn->recover(db, n, l->back, &l->recovery);
    mean(l, db, n, db);
}

/* Gains at the ends of the n groups that came in whole, from `group` of the cell on; gain (n,). */
static void gains(limiter *l, const snq__effect_block *b, uint32_t group, uint32_t n, float *gain)
{
    _Alignas(32) float peak[8];
    l->peaks(&l->points, group, n, l->finest, l->limit, peak);
    if (at_rest(l, peak, n)) {
        for (uint32_t i = 0; i < n; i++)
            gain[i] = 1;
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        peak[i] *= peak[i];
    l->dyn->db(gain, peak, n);
    l->recovery.both = b->to[AUTO] > 0.5f;
    steps(l, n, gain);
    l->dyn->gain(gain, gain, n);
    if (group + n == CELL_GROUPS)
        for (int i = 0; i < 2; i++)
            l->back[i] = l->back[i] < 1e-4f ? 0 : l->back[i];
}

static inline void fade(float from, float by, float *left, float *right, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const float now = from + by * (float)i;
        left[i] *= now;
        right[i] *= now;
    }
}

/* What goes out while group after group comes in: its gain goes from one end to the next. */
static void apply(limiter *l, const float *gain, float *left, float *right, uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        const uint32_t room = GROUP - l->in_group, m = n - i < room ? n - i : room;
        const float by = (l->gain_to - l->gain_from) / GROUP;
        fade(l->gain_from + by * (float)l->in_group, by, left + i, right + i, m);
        i += m;
        l->in_group = (l->in_group + m) % GROUP;
        if (l->in_group == 0) {
            l->gain_from = l->gain_to;
            l->gain_to = *gain++;
        }
    }
}

/* The same of a whole cell. */
static void apply_cell(limiter *l, const float gain[CELL_GROUPS], float *left, float *right)
{
    float end[CELL_GROUPS + 1] = { l->gain_from, l->gain_to };
    memcpy(end + 2, gain, (CELL_GROUPS - 1) * sizeof *gain);
    l->dyn->ramps(left, right, end, CELL_GROUPS);
    l->gain_from = gain[CELL_GROUPS - 2];
    l->gain_to = gain[CELL_GROUPS - 1];
}

static void amplify(limiter *l, const snq__effect_block *b, float *left, float *right)
{
    if (b->at == 0 && (b->moved || l->amplify_from != l->amplify_to)) {
        l->amplify_from = powf(10, b->cell_from[GAIN] / 20);
        l->amplify_to = powf(10, b->cell_to[GAIN] / 20);
    }
    if (l->amplify_from == 1 && l->amplify_to == 1)
        return;
    const snq__cell_line gain = snq__cell_line_of(b, l->amplify_from, l->amplify_to);
    if (gain.step == 0)
        for (uint32_t i = 0; i < b->n; i++) {
            left[i] *= gain.at;
            right[i] *= gain.at;
        }
    else
        fade(gain.at, gain.step, left, right, b->n);
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    limiter *l = self;
    float *const x[2] = { left, right };
    _Alignas(32) float gain[SNQ__GAIN_TOOLS_ROOM];
    if (!l->started)
        l->in_group = b->at % GROUP;
    if (b->moved && b->at == 0)
        prepare(l, b);
    amplify(l, b, left, right);
    for (int c = 0; c < 2; c++)
        memcpy(l->points.side[c].x + SNQ__FINE_PEAKS_PAST + b->at, x[c], b->n * sizeof(float));
    snq__delay_pair_run(&l->late, delay_frames(l->smooth), (const float *const *)x, x, b->n);
    const uint32_t group = b->at / GROUP, groups = (b->at + b->n) / GROUP - group;
    if (groups)
        gains(l, b, group, groups, gain);
    if (b->n == SNQ_EFFECT_BLOCK)
        apply_cell(l, gain, left, right);
    else
        apply(l, gain, left, right, b->n);
    if (b->at + b->n == SNQ_EFFECT_BLOCK)
        snq__fine_peaks_next(&l->points);
}

static float reduction_db(const void *self)
{
    return 20 * log10f(((const limiter *)self)->gain_to);
}

const snq__effect_type snq__effect_limiter = {
    .name = "limiter",
    .what = "nothing over the ceiling, between the samples neither",
    .param = params,
    .params = PARAMS,
    .at_once = SNQ__PARAM_BIT(LOOKAHEAD) | SNQ__PARAM_BIT(AUTO),
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .latency = latency,
    .reduction_db = reduction_db,
};
