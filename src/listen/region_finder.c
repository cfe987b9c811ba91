// SPDX-License-Identifier: MIT
/* IDEA   Silence is not "quiet", it is a bed that stands still: digital zero, hiss, hum, a room.
 *        Power only adds, so the bed makes the lowest mode of the loudness histogram, and a sharp
 *        one. Find that mode, learn its spectrum and how it wanders, and call silence whatever
 *        can't be told from it for an eighth of a second; all else is content.
 *
 * STEPS  For each hop i of 10 ms (P: SNQ_MEL_BANDS band powers and the level as one more; rows: see
 *        region_rows.c). Blocks of 500 hops are decided once 2500 more have been seen:
 *        1 floor     the mode in (forgetting past + what is ahead) and its model (region_floor.c):
 *                    mean mu[b], chi-square degrees of freedom k[b], and how the statistic below
 *                    wanders on the floor itself
 *        2 leakage   U = P - min(max(P - mu, 0), LEAK max(P of both neighbours))
 *        3 evidence  S(X, w) = sum over b with q = X[b] / mu[b] > 1 of  w k[b] / 2 (q - 1 - ln q),
 *                    the generalised likelihood ratio of "some bands are raised" for a mean over w
 *                    independent hops, in sigmas: z = (S - middle) / spread.
 *                    z1: one hop, w = 1. z5: mean over 5, w = 3.8. zG: mean over 12, w = 0.72 * 12
 *        4 silence   a window of 12 hops with zG < 6 and no z1 > 6 is silent; so is every hop that
 *                    such a window covers, and digital silence. The rest is active, by max(z1, z5)
 *        5 no floor  active = level over ACTIVE_DBFS; unless digital silence is the floor, runs of
 *                    50 hops are silent whose level over 9 hops lies below both -62 dBFS and 35 dB
 *                    under the loud 5 % (a room between two talkers)
 *        6 edges     runs of active hops -> regions (region_edges.c, region_follow.c)
 *
 * CONST  Own measurement, 2026-11, with clips pasted over beds of five colours at -120 .. -40 dBFS
 *        (342 mixes) and 196 recordings; the range in brackets moves the pooled scores by less than
 *        .006 (frames) and .013 (onsets).
 *        ACTIVE_DBFS -85 (-85 .. -83)   LEAK .08 (.04 .. .15; a Hann window leaks .066 of noise)
 *        block 500 (250 .. 1000)   ahead 2500 (1500 ..)   z1, zG 6 (4 .. 10, 4 .. 9)
 *        silence of 12 hops (11 .. 13: a gap of 150 ms shows 13 or 14 clean ones)
 *        audible: what is raised by 1 dB or more adds up to -50 dB of the floor or more; no mix and no
 *        recording moves, the rounding noise of pure tones is gone.
 *        soft stretches -62 dBFS, 35 dB, 50 hops: by recorded meetings and music; no mix moves.
 *
 * COST   0.5 to 1.0 us a hop (most where a bed is fitted all the time), in plain C with 4 lanes.
 *
 * MEMORY Rows: 14 for levels + 2500 ahead + 500 of the block + 2000 behind, where edges wait and
 *        are followed, + 106 to spare = 5120; 192 bytes each: 0.98 MB, less in streams under 10 s. In all
 *        1.5 MB, however long the stream is; edges wait for their taker (16 bytes each).
 *
 * LIMITS Mixes untouched by any choice (96): frame F .979, onset F .949; by bed -120 .997/1.00,
 *        -90 .995/.99, -70 .984/.97, -60 .978/.93, -50 .984/.98, -40 .934/.83.
 *        - 15 dB under the bed nothing is heard here; only bridging may save such a part.
 *        - Under a bed at -40 dBFS slow attacks and tails are cut.
 *        - Alike neighbours under a bed less than 0.3 s apart may be joined (two words); identical
 *          ones even at 1 s.
 *        - A bed that steps up is content until the block ends. One that steps down is followed,
 *          but its louder part is content for the 25 s before.
 *        - Steady noise under -35 dBFS is dropped as a bed as soon as something stands out, and
 *          after 25 s (a minute with what is ahead) even if nothing does: a stream has to be
 *          decided some day. A stream that is steady all through is content as a whole: shorter
 *          than a minute it is found so here, else the listener makes it so (unbroken).
 *        - Beds between digital silences are content: there silence is digital.
 *        - Far speech over babble, without any bed that stands still, is one region.
 *        - An impulse gives a region of 1 to 3 hops.
 *        What differs from deciding with the whole file in view, in streams longer than 30 s only:
 *        an edge waits 15 s at most for what follows; what is then still open is decided as it
 *        looks (a faint sound that only later proves to be one begins at most 15 s before). */
#include "listen/region_finder.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/region_edges_impl.h"
#include "listen/region_floor_impl.h"
#include "listen/region_glr_impl.h"
#include "listen/region_rows_impl.h"

enum {
    BLOCK = SNQ__REGION_BLOCK,
    AHEAD = SNQ__REGION_AHEAD,
    GAP = SNQ__REGION_GAP,
    STRIDE = SNQ__REGION_STRIDE,
    BESIDE = GAP + 3,          /* hops around a block that its windows touch, and a few */
    SPAN = BLOCK + 2 * BESIDE, /* hops at work at once */
    SOFT_SPAN = 2 * 50,        /* hops around a block where a soft stretch may begin or end */
    SOFT_MIN = 50,
};

#define ACTIVE_DBFS (-85.0f)
#define LEAK        0.08f
#define SIGMAS_1    6.0f
#define SIGMAS_GAP  6.0f
#define SURE_SIGMAS 12.0f
#define SURE        99.0f
#define RAISED      1.25f
#define AUDIBLE     1e-5f
#define SURE_DBFS   SNQ__REGION_SURE_DBFS

struct snq_region_finder {
    snq__region_rows rows;
    snq__region_floor floor;
    snq__region_edges edges;
    int64_t done; /* hops whose activity is known; a multiple of BLOCK but at the end */
    int finished;
    uint32_t room; /* rows of the two below */
    float *clean;  /* (room, STRIDE) rows without what their neighbours leaked into them */
    float *quad;   /* (room, STRIDE) sums of 4 */
    float one[SPAN], five[SPAN]; /* sigmas over the floor */
    uint8_t silent[BLOCK + 2 * SOFT_SPAN];
};

snq_status snq_region_finder_new(uint32_t channels, snq_region_finder **out)
{
    *out = NULL;
    if (channels < 1 || channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u channels, must be 1 .. %d", channels, SNQ_CHANNELS_MAX);
    snq_region_finder *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a region finder");
    snq_status st = snq__region_rows_init(&f->rows, channels);
    if (st >= 0)
        st = snq__region_fit_init(&f->floor.fit);
    if (st >= 0)
        st = snq__region_edges_init(&f->edges, &f->rows);
    if (st < 0) {
        snq_region_finder_free(f);
        return st;
    }
    *out = f;
    return SNQ_OK;
}

void snq_region_finder_free(snq_region_finder *f)
{
    if (!f)
        return;
    snq__region_rows_clear(&f->rows);
    snq__region_fit_clear(&f->floor.fit);
    snq__region_edges_clear(&f->edges);
    snq_free(f->clean);
    snq_free(f->quad);
    snq_free(f);
}

/* ---- activity over a floor ------------------------------------------------------------------- */

/* Rows [lo, hi) less what may have leaked in from the neighbours' sound, into f->clean; then their
 * sums of four. */
static void clean_rows(snq_region_finder *f, const snq__region_model *m, int64_t lo, int64_t hi)
{
    static const float none[STRIDE];
    const int64_t end = snq__region_end(&f->rows);
    const int n = (int)(hi - lo);
    for (int t = 0; t < n; t++) {
        const int64_t i = lo + t;
        const float *restrict x = snq__region_power(&f->rows, i);
        const float *restrict before = i > 0 ? snq__region_power(&f->rows, i - 1) : none;
        const float *restrict behind = i + 1 < end ? snq__region_power(&f->rows, i + 1) : none;
        float *restrict to = f->clean + t * STRIDE;
        for (int b = 0; b < STRIDE; b++) {
            const float near = LEAK * (before[b] > behind[b] ? before[b] : behind[b]);
            float over = x[b] - m->mu[b];
            over = over > 0.0f ? over : 0.0f;
            to[b] = x[b] - (over < near ? over : near);
        }
    }
    for (int t = 0; t + 4 <= n; t++) {
        const float *restrict x = f->clean + t * STRIDE;
        float *restrict to = f->quad + t * STRIDE;
        for (int b = 0; b < STRIDE; b++)
            to[b] = (x[b] + x[b + STRIDE]) + (x[b + 2 * STRIDE] + x[b + 3 * STRIDE]);
    }
}

/* Sigmas over the floor of a mean over hops, `inv` taking its sum to units of the floor: a value
 * on the same side of lo and of hi (sigmas) as the true one. */
static float sigmas(const snq__region_model *m, int which, float eff, const float *sum,
                    const float *inv, float lo, float hi)
{
    const float middle = m->middle[which], spread = m->spread[which];
    const float glr = snq__glr_between(sum, inv, m->half_k, (middle + lo * spread) / eff,
                                       (middle + hi * spread) / eff);
    return (glr * eff - middle) / spread;
}

/* Sigmas of single hops and of means over 5 around them, for the n rows in f->clean; means shrink
 * at both ends: those of the stream, or beyond what the block needs. */
static void score_hops(snq_region_finder *f, const snq__region_model *m, int n)
{
    float inv5[STRIDE], sum[STRIDE];
    for (int b = 0; b < STRIDE; b++)
        inv5[b] = 0.2f * m->inv[b];
    for (int t = 0; t < n; t++) {
        const float *restrict row = f->clean + t * STRIDE;
        f->one[t] = sigmas(m, 0, 1.0f, row, m->inv, SIGMAS_1, SURE_SIGMAS);
        if (t >= 2 && t + 2 < n) {
            const float *restrict quad = f->quad + (t - 2) * STRIDE;
            for (int b = 0; b < STRIDE; b++)
                sum[b] = quad[b] + row[b + 2 * STRIDE];
        } else {
            const int lo = t > 2 ? t - 2 : 0, hi = t + 3 < n ? t + 3 : n;
            memset(sum, 0, sizeof sum);
            for (int k = lo; k < hi; k++)
                for (int b = 0; b < STRIDE; b++)
                    sum[b] += f->clean[k * STRIDE + b] * 5.0f / (float)(hi - lo);
        }
        f->five[t] = sigmas(m, 1, SNQ__REGION_EFF5, sum, inv5, SURE_SIGMAS, SURE_SIGMAS);
    }
}

/* Mark as silent every hop covered by a window of the shortest silence that shows nothing. */
static void mark_silent(snq_region_finder *f, const snq__region_model *m, int n)
{
    float inv[STRIDE], sum[STRIDE];
    int last_bad = -1; /* last hop that stands out by itself, up to t + GAP - 1 */
    for (int b = 0; b < STRIDE; b++)
        inv[b] = m->inv[b] / GAP;
    memset(f->silent, 0, (size_t)n);
    for (int t = 0; t < GAP - 1 && t < n; t++)
        last_bad = f->one[t] > SIGMAS_1 ? t : last_bad;
    for (int t = 0; t + GAP <= n; t++) {
        last_bad = f->one[t + GAP - 1] > SIGMAS_1 ? t + GAP - 1 : last_bad;
        if (last_bad >= t)
            continue;
        const float *restrict q = f->quad + t * STRIDE;
        for (int b = 0; b < STRIDE; b++)
            sum[b] = q[b] + q[b + 4 * STRIDE] + q[b + 8 * STRIDE];
        if (sigmas(m, 2, SNQ__REGION_EFF * GAP, sum, inv, SIGMAS_GAP, SIGMAS_GAP) < SIGMAS_GAP)
            memset(f->silent + t, 1, GAP);
    }
}

/* Whether what stands out of the floor in a row can be heard beside it. Digital silence between the
 * lines of a pure hum is a floor too, and the rounding of samples stands out of it by many sigmas. */
static int is_audible(const snq__region_model *m, const float *row)
{
    float over = 0.0f, floor = 0.0f;
    for (int b = 0; b < SNQ_MEL_BANDS; b++) {
        over += row[b] > RAISED * m->mu[b] ? row[b] - m->mu[b] : 0.0f;
        floor += m->mu[b];
    }
    const int level = SNQ__REGION_LEVEL; /* antiphase is in no band */
    return over >= AUDIBLE * floor || row[level] > RAISED * m->mu[level];
}

static void feed_over_floor(snq_region_finder *f, int64_t from, int64_t end)
{
    const snq__region_model *m = &f->floor.model;
    const int64_t stop = f->rows.pushed;
    const int64_t lo = from > BESIDE ? from - BESIDE : 0;
    const int64_t hi = end + BESIDE < stop ? end + BESIDE : stop;
    const int n = (int)(hi - lo);
    clean_rows(f, m, lo, hi);
    score_hops(f, m, n);
    mark_silent(f, m, n);
    for (int64_t i = from; i < end; i++) {
        const int t = (int)(i - lo);
        float strong = f->one[t] > f->five[t] ? f->one[t] : f->five[t];
        if (strong >= SURE_SIGMAS && !is_audible(m, f->clean + t * STRIDE))
            strong = 0.0f;
        const int active = !f->silent[t] && !snq__region_at(&f->rows, i)->dead;
        snq__region_edges_feed(&f->edges, active, strong);
    }
}

/* ---- activity without a floor ---------------------------------------------------------------- */

static void feed_absolute(snq_region_finder *f, int64_t from, int64_t end, float soft)
{
    const int64_t stop = f->rows.ready;
    const int64_t lo = from > SOFT_SPAN ? from - SOFT_SPAN : 0;
    const int64_t hi = end + SOFT_SPAN < stop ? end + SOFT_SPAN : stop;
    const int n = (int)(hi - lo);
    int run = 0;
    memset(f->silent, 0, (size_t)n);
    for (int t = 0; t < n; t++) {
        run = snq__region_at(&f->rows, lo + t)->db9 < soft ? run + 1 : 0;
        if (run == SOFT_MIN)
            memset(f->silent + t + 1 - SOFT_MIN, 1, SOFT_MIN);
        else if (run > SOFT_MIN)
            f->silent[t] = 1;
    }
    for (int64_t i = from; i < end; i++) {
        const int active = snq__region_at(&f->rows, i)->db >= ACTIVE_DBFS && !f->silent[i - lo];
        snq__region_edges_feed(&f->edges, active, active ? SURE : 0.0f);
    }
}

/* ---- stream ---------------------------------------------------------------------------------- */

/* Room to work on a block: all of a short stream. */
static snq_status reserve_work(snq_region_finder *f)
{
    const uint32_t room = f->rows.pushed < SPAN ? (uint32_t)f->rows.pushed : SPAN;
    if (room <= f->room)
        return SNQ_OK;
    snq_free(f->clean);
    snq_free(f->quad);
    f->clean = snq_calloc((size_t)room * STRIDE, sizeof *f->clean);
    f->quad = snq_calloc((size_t)room * STRIDE, sizeof *f->quad);
    f->room = f->clean && f->quad ? room : 0;
    return f->room ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a block of bands");
}

/* The next block, seeing hops below `seen` at most. */
static snq_status run_block(snq_region_finder *f, int64_t seen)
{
    const int64_t from = f->done;
    const int64_t end = from + BLOCK < seen ? from + BLOCK : seen;
    const int64_t ahead = end + AHEAD < seen ? end + AHEAD : seen;
    SNQ_TRY(snq__region_edges_reserve(&f->edges));
    /* at the end of the stream nothing presses: then it may be sound */
    const snq__region_run *run = f->finished ? NULL : snq__region_edges_long_run(&f->edges);
    if (snq__region_floor_look(&f->floor, &f->rows, from, ahead, run))
        snq__region_edges_drop_steady(&f->edges, f->floor.model.tint);
    snq__region_edges_model(&f->edges, &f->floor.model);
    if (f->floor.model.known) {
        SNQ_TRY(reserve_work(f));
        feed_over_floor(f, from, end);
    } else
        feed_absolute(f, from, end, snq__region_floor_soft(&f->floor, &f->rows, from, ahead));
    snq__region_floor_pass(&f->floor, &f->rows, from, end, ahead);
    f->done = end;
    return SNQ_OK;
}

snq_status snq_region_finder_push(snq_region_finder *f, const snq_hop *hop, const float *mel,
                                  uint32_t hops)
{
    if (f->finished)
        return SNQ_FAIL(SNQ_ERR_STATE, "the region finder has finished");
    for (uint32_t i = 0; i < hops; i++) {
        SNQ_TRY(snq__region_rows_push(&f->rows, &hop[i], mel + (size_t)i * SNQ_MEL_BANDS));
        if (f->rows.ready < f->done + BLOCK + AHEAD)
            continue;
        SNQ_TRY(run_block(f, f->rows.ready));
        snq__region_edges_settle(&f->edges, 0);
    }
    return SNQ_OK;
}

snq_status snq_region_finder_finish(snq_region_finder *f)
{
    if (f->finished)
        return SNQ_OK;
    f->finished = 1;
    snq__region_rows_finish(&f->rows);
    while (f->done < f->rows.ready)
        SNQ_TRY(run_block(f, f->rows.ready));
    snq__region_edges_settle(&f->edges, 1);
    return SNQ_OK;
}

int64_t snq_region_finder_decided(const snq_region_finder *f)
{
    return f->edges.decided;
}

int snq_region_finder_pull(snq_region_finder *f, snq_region_edge *edge)
{
    snq__region_edges *e = &f->edges;
    if (e->taken == e->edges)
        return 0;
    *edge = e->edge[e->taken++];
    return 1;
}

int snq_region_finder_unbroken(const snq_region_finder *f)
{
    return f->finished && f->rows.pushed && !f->edges.any_closed && f->rows.most_db5 >= SURE_DBFS;
}

const char *snq_region_finder_reason(const snq_region_finder *f)
{
    if (!f->rows.pushed)
        return "no samples";
    if (f->rows.most_db < -125.0f)
        return "digital silence";
    if (f->rows.most_db5 < SURE_DBFS)
        return "below -82 dBFS";
    return "nothing stands above the noise floor";
}
