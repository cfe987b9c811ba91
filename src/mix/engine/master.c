// SPDX-License-Identifier: MIT
/* IDEA   How loud a record becomes depends on what the limiter takes away, and what it takes away depends on
 *        how loud the record is made. So the gain is tried, measured and mended until it fits.
 *
 * STEPS  master   x gain ─► inserts ─► no DC ─► bass mono, in blocks of 64 frames
 *        no DC    y[n] = x[n] - x[n-1] + r y[n-1],  r = 1 - 2 pi 5 Hz / rate
 *        ceiling  x gain ─► bend, where it is asked for ─► limiter ─► no DC once more, r with 0.5 Hz: gain that moves
 *                 with a wave that is not even makes a constant anew
 *        bend     y = 1.12 x / sqrt(1 + x^2) at eight times the rate (the effect saturation, soft, no drive): what is
 *                 far under full scale passes, nothing comes out over 1 dB above it; then a low-pass at 20 kHz, since
 *                 what it makes next to half of the rate no limiter's filter sees
 *        measure  integrated loudness (loud_slots.h) of what the ceiling makes
 *        try      g0 = target - loudness of what comes in; if that falls short by more than SHORT_LU, or the gain
 *                 comes to be more than OVER_DB above it, all again with the bend
 *                 g1 = g0 + (target - loudness at g0), then by the secant, until within 0.05 LU or seven
 *                 times; a limiter makes the curve flatter, never turns it
 *                 The bend's tries are made sample by sample (y = 1.118 x / sqrt(1 + x^2)) first, which costs a tenth,
 *                 and from what they find with the bend itself: mostly once
 *        stretches of 10 s are measured side by side, each after 4 s of what comes before it: a limiter
 *                 forgets what was longer ago. Where the true peaks are known, only what lies between the first that comes
 *                 within REST_DB of the ceiling and 4 s behind the last: elsewhere the gain is all that happens
 *
 * CONST  5 Hz: two octaves under what is heard; 14 degrees of phase at 20 Hz. 0.5 Hz: lifts a peak at 60 Hz by
 *        0.07 dB at most, which the limiter has room for (its inner margin is 0.25 dB).
 *        10 s, 4 s: the limiter's slow release is 0.6 s; the difference from one run over the whole is under
 *        0.01 LU (tests/mix/test_master.c). WARM 0.5 s: the K-weighting forgets in a tenth of it. REST_DB 0.5: the
 *        limiter's own margin is 0.25, and meters of true peaks differ by less than the rest. 0.05 LU: a sixth of what is promised. SHORT_LU 1, OVER_DB 5: a limiter that
 *        takes more than that of the loudness rests no more between peaks, and any further gain is lost in its
 *        slow release: at -9 LUFS it stood 15 to 19 dB down on average and still missed the target (four pieces,
 *        2026); with the bend it takes the rest, 1 to 3 dB.
 *
 * COST   tries x (limiter + K-weighting) x length of what is near the ceiling / threads.
 *
 * LIMITS A record so sparse (single hits, silence between) that the limiter can't reach the target ends at 20 dB into it and says what
 *        loudness that gives.
 * REFS   ITU-R BS.1770-5. */
#include "mix/engine/master.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/denormals.h"
#include "mix/engine/loud_slots.h"

enum { BLOCK = SNQ_EFFECT_BLOCK, TRIES = 7, STRETCH_S = 10, LEAD_S = 4, WARM = 5 };
#define CLOSE_LU      0.05
#define GAIN_MOST_DB  60.0
#define INTO_LIMIT_DB 20.0 /* over the gain that would do without a limiter */
#define DC_HZ         5.0
#define LAST_DC_HZ    0.5
#define REST_DB       0.5f
#define BEND          1.1180339887 /* saturation's, without drive: 0.5 keeps its level */
#define SHORT_LU      1.0
#define OVER_DB       5.0
#define TOP_HZ        20000.0f
#define BASS_MONO_MIN 20.0f /* lowest that `width` knows */

/* A high-pass that takes a constant away. */
typedef struct no_dc {
    double keep, nothing, in[2], out[2]; /* below `nothing` it rests, when nothing comes in */
} no_dc;

struct snq_master {
    snq_chain *inserts, *mono; /* NULL: none; owned */
    uint32_t links;
    float gain;
    no_dc dc;
    double bpm;
    float deepest_db;
};

struct snq_ceiling {
    snq_chain *bend[2];  /* of each side; NULL: none; owned */
    int rough;           /* bends sample by sample instead, for measuring */
    snq_effect *limiter; /* owned */
    no_dc dc;
    float gain;
    uint32_t rate_hz;
    double frames, sum_db, frames_over, moved_db;
    float deepest_db, last_db;
};

static no_dc no_dc_of(double hz, uint32_t rate_hz, double nothing)
{
    return (no_dc) { .keep = 1.0 - 2.0 * M_PI * hz / rate_hz, .nothing = nothing };
}

/* x (n,) in place from what came in and out last. Four frames at once, so that only one product and one sum wait for
 * what came before: y3 = d3 + k (d2 + k (d1 + k d0)) + k^4 y. */
static void take_dc_of(const no_dc *d, float *x, uint32_t n, double *in, double *out)
{
    const double k = d->keep, k2 = k * k, k3 = k2 * k, k4 = k2 * k2;
    double l = *in, y = *out;
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const double a = (double)x[i], b = (double)x[i + 1], c = (double)x[i + 2];
        const double e = (double)x[i + 3], d0 = a - l, d1 = (b - a) + k * d0;
        const double d2 = (c - b) + k * d1, d3 = (e - c) + k * d2;
        x[i] = (float)(d0 + k * y);
        x[i + 1] = (float)(d1 + k2 * y);
        x[i + 2] = (float)(d2 + k3 * y);
        y = d3 + k4 * y;
        x[i + 3] = (float)y;
        l = e;
    }
    for (; i < n; i++) {
        y = (double)x[i] - l + k * y;
        l = (double)x[i];
        x[i] = (float)y;
    }
    *in = l;
    *out = l == 0.0 && fabs(y) < d->nothing ? 0.0 : y;
}

static void take_dc(no_dc *d, float *const x[2], uint32_t n)
{
    for (int c = 0; c < 2; c++)
        take_dc_of(d, x[c], n, &d->in[c], &d->out[c]);
}

/* ---------------------------------------------------------------- before the limiter */

static snq_status make_mono(const snq_master_cfg *cfg, snq_chain **out)
{
    snq_chain_plan plan = { 0 };
    const float hz = cfg->plan->bass_mono_hz;
    if (hz <= 0.0f)
        return SNQ_OK;
    snq_chain_link *l = snq_chain_add(&plan, "width");
    if (!l)
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "there is no effect \"width\"");
    SNQ_TRY(snq_chain_set(l, "bass_mono", 1.0f));
    SNQ_TRY(snq_chain_set(l, "bass_mono_hz", fmaxf(hz, BASS_MONO_MIN)));
    return snq_chain_new(&plan, cfg->rate_hz, cfg->seed, out);
}

snq_status snq_master_new(const snq_master_cfg *cfg, snq_master **out)
{
    snq_status st;
    *out = NULL;
    snq_master *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    m->gain = (float)pow(10.0, cfg->gain_db / 20.0);
    m->bpm = cfg->bpm;
    m->dc = no_dc_of(DC_HZ, cfg->rate_hz, 1e-9);
    m->links = cfg->plan->inserts.links;
    if (m->links)
        SNQ_GOTO(snq_chain_new(&cfg->plan->inserts, cfg->rate_hz, cfg->seed, &m->inserts));
    SNQ_GOTO(make_mono(cfg, &m->mono));
    *out = m;
    return SNQ_OK;
fail:
    snq_master_free(m);
    return st;
}

void snq_master_free(snq_master *m)
{
    if (!m)
        return;
    snq_chain_free(m->inserts);
    snq_chain_free(m->mono);
    snq_free(m);
}

double snq_master_bring_db(const snq_master_plan *plan, double lufs)
{
    const double target = (double)plan->target_lufs;
    if (isnan(target) || !isfinite(lufs))
        return 0.0;
    return fmin(fmax(target - lufs, -GAIN_MOST_DB), GAIN_MOST_DB);
}

static void note_dynamics(snq_master *m)
{
    float now = 0.0f;
    for (uint32_t i = 0; i < m->links; i++)
        now += snq_effect_reduction_db(snq_chain_effect(m->inserts, i));
    m->deepest_db = fminf(m->deepest_db, now);
}

void snq_master_insert(snq_master *m, float *left, float *right, size_t n)
{
    const snq_effect_context ctx = { .bpm = m->bpm };
    const snq_denormals was = snq_denormals_off();
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        float *const x[2] = { left + at, right + at };
        for (int c = 0; c < 2; c++)
            for (uint32_t i = 0; i < k; i++)
                x[c][i] *= m->gain;
        if (m->inserts) {
            snq_chain_run(m->inserts, &ctx, x[0], x[1], k);
            note_dynamics(m);
        }
    }
    snq_denormals_restore(was);
}

void snq_master_clear(snq_master *m, float *left, float *right, size_t n)
{
    const snq_effect_context ctx = { .bpm = m->bpm };
    const snq_denormals was = snq_denormals_off();
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        float *const x[2] = { left + at, right + at };
        take_dc(&m->dc, x, k);
        if (m->mono)
            snq_chain_run(m->mono, &ctx, x[0], x[1], k);
    }
    snq_denormals_restore(was);
}

void snq_master_run(snq_master *m, float *left, float *right, size_t n)
{
    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t k = n - at < BLOCK ? n - at : BLOCK;
        snq_master_insert(m, left + at, right + at, k);
        snq_master_clear(m, left + at, right + at, k);
    }
}

uint32_t snq_master_latency(const snq_master *m)
{
    return (m->inserts ? snq_chain_latency(m->inserts) : 0) +
           (m->mono ? snq_chain_latency(m->mono) : 0);
}

float snq_master_reduction_db(const snq_master *m)
{
    return m->deepest_db;
}

/* ---------------------------------------------------------------- the limiter */

static snq_status make_bend(const snq_master_cfg *cfg, snq_chain **out)
{
    snq_chain_plan plan = { 0 };
    snq_chain_link *soft = snq_chain_add(&plan, "saturation"),
                   *top = snq_chain_add(&plan, "filter");
    if (!soft || !top)
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "there is no saturation or no filter");
    SNQ_TRY(snq_chain_set(soft, "drive_db", 0.0f)); /* the soft kind, by default */
    SNQ_TRY(snq_chain_set(top, "slope", 1.0f));     /* lowpass, 24 dB */
    SNQ_TRY(snq_chain_set(top, "cutoff_hz", TOP_HZ));
    return snq_chain_new(&plan, cfg->rate_hz, cfg->seed, out);
}

static snq_status make_ceiling(const snq_master_cfg *cfg, int rough, snq_ceiling **out)
{
    const snq_effect_cfg effect = { .rate_hz = cfg->rate_hz, .kind = "limiter", .seed = cfg->seed };
    size_t n;
    snq_status st;
    *out = NULL;
    const snq_param *p = snq_effect_params("limiter", &n);
    const int ceiling = p ? snq_param_find(p, n, "ceiling_dbtp") : -1;
    if (ceiling < 0)
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "the limiter has no ceiling");
    snq_ceiling *c = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    c->gain = (float)pow(10.0, cfg->gain_db / 20.0);
    c->rate_hz = cfg->rate_hz;
    c->dc = no_dc_of(LAST_DC_HZ, cfg->rate_hz, 1e-7);
    SNQ_GOTO(snq_effect_new(&effect, &c->limiter));
    snq_effect_set(c->limiter, (uint32_t)ceiling, cfg->plan->ceiling_dbtp);
    c->rough = cfg->bends && rough;
    for (int i = 0; i < 2 && cfg->bends && !rough; i++)
        SNQ_GOTO(make_bend(cfg, &c->bend[i]));
    *out = c;
    return SNQ_OK;
fail:
    snq_ceiling_free(c);
    return st;
}

snq_status snq_ceiling_new(const snq_master_cfg *cfg, snq_ceiling **out)
{
    return make_ceiling(cfg, 0, out);
}

void snq_ceiling_free(snq_ceiling *c)
{
    if (!c)
        return;
    snq_chain_free(c->bend[0]);
    snq_chain_free(c->bend[1]);
    snq_effect_free(c->limiter);
    snq_free(c);
}

static void note_reduction(snq_ceiling *c, uint32_t n)
{
    const float now = snq_effect_reduction_db(c->limiter);
    c->frames += n;
    c->sum_db += (double)now * n;
    c->deepest_db = fminf(c->deepest_db, now);
    if (now < -1.0f) {
        c->frames_over += n;
        c->moved_db += fabs((double)now - (double)c->last_db);
    }
    c->last_db = now;
}

/* What the bend does, but for its overtones near half of the rate. */
static void bend_roughly(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] *= (float)BEND / sqrtf(1.0f + x[i] * x[i]);
}

/* A side beside itself: of two that are alike, saturation works one out. */
void snq_ceiling_bend(snq_ceiling *c, int side, float *x, size_t n)
{
    const snq_denormals was = snq_denormals_off();
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        float copy[BLOCK];
        for (uint32_t i = 0; i < k; i++)
            x[at + i] *= c->gain;
        if (c->rough)
            bend_roughly(x + at, k);
        if (!c->bend[side])
            continue;
        memcpy(copy, x + at, k * sizeof *copy);
        snq_chain_run(c->bend[side], NULL, x + at, copy, k);
    }
    snq_denormals_restore(was);
}

void snq_ceiling_limit(snq_ceiling *c, float *left, float *right, size_t n)
{
    const snq_denormals was = snq_denormals_off();
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        float *const x[2] = { left + at, right + at };
        snq_effect_run(c->limiter, NULL, x[0], x[1], k);
        note_reduction(c, k);
        take_dc(&c->dc, x, k);
    }
    snq_denormals_restore(was);
}

void snq_ceiling_run(snq_ceiling *c, float *left, float *right, size_t n)
{
    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t k = n - at < BLOCK ? n - at : BLOCK;
        snq_ceiling_bend(c, 0, left + at, k);
        snq_ceiling_bend(c, 1, right + at, k);
        snq_ceiling_limit(c, left + at, right + at, k);
    }
}

uint32_t snq_ceiling_latency(const snq_ceiling *c)
{
    return snq_effect_latency(c->limiter) + (c->bend[0] ? snq_chain_latency(c->bend[0]) : 0);
}

snq_reduction snq_ceiling_reduction(const snq_ceiling *c)
{
    const double frames = fmax(c->frames, 1.0), over = fmax(c->frames_over, 1.0);
    return (snq_reduction) { .deepest_db = c->deepest_db,
                             .mean_db = (float)(c->sum_db / frames),
                             .share_over_1 = (float)(c->frames_over / frames),
                             .pumping_db_s = (float)(c->moved_db / (over / c->rate_hz)) };
}

/* ---------------------------------------------------------------- measuring */

typedef struct measure {
    const snq_master_search *search;
    double gain_db;
    int bends, rough;
    uint32_t slot;
    double *power; /* (slots,) owned */
    size_t slots;
    uint32_t stretches;
    snq_status *st;               /* (stretches,) owned */
    char (*error)[SNQ_ERROR_MAX]; /* (stretches,) owned */
} measure;

typedef struct stretch {
    const measure *m;
    snq_ceiling *ceiling;
    snq_loud_slots loud;
    float *left, *right; /* (slot,) */
    int64_t in;          /* next frame to read */
} stretch;

/* n frames through the limiter; behind the end comes silence. */
static snq_status feed(stretch *s, size_t n)
{
    const snq_master_search *from = s->m->search;
    const int64_t left = from->frames - s->in;
    const size_t there = left <= 0 ? 0 : (size_t)left < n ? (size_t)left : n;
    if (there)
        SNQ_TRY(from->read(from->user, s->in, there, s->left, s->right));
    memset(s->left + there, 0, (n - there) * sizeof *s->left);
    memset(s->right + there, 0, (n - there) * sizeof *s->right);
    s->in += (int64_t)n;
    snq_ceiling_run(s->ceiling, s->left, s->right, n);
    return SNQ_OK;
}

/* Slots [first, end) of the result, led in from `from`. */
static snq_status run_stretch(stretch *s, int64_t from, int64_t first, int64_t end)
{
    const uint32_t slot = s->m->slot;
    s->in = from * slot;
    for (size_t late = snq_ceiling_latency(s->ceiling); late;) {
        const size_t n = late < slot ? late : slot;
        SNQ_TRY(feed(s, n));
        late -= n;
    }
    for (int64_t i = from; i < end; i++) {
        SNQ_TRY(feed(s, slot));
        snq_loud_slots_push(&s->loud, s->left, s->right, slot);
    }
    SNQ_TRY(s->loud.st);
    for (int64_t i = first; i < end; i++)
        s->m->power[i] = s->loud.power[i - from];
    return SNQ_OK;
}

static snq_status make_stretch(const measure *m, stretch *s)
{
    const snq_master_cfg cfg = { .plan = m->search->plan,
                                 .rate_hz = m->search->rate_hz,
                                 .gain_db = m->gain_db,
                                 .bends = m->bends };
    s->m = m;
    SNQ_TRY(make_ceiling(&cfg, m->rough, &s->ceiling));
    SNQ_TRY(snq_loud_slots_init(&s->loud, cfg.rate_hz));
    s->left = snq_calloc(m->slot, sizeof *s->left);
    s->right = snq_calloc(m->slot, sizeof *s->right);
    return s->left && s->right ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
}

/* Slots [*hot, *cold) of [from, end) hold all in which the limiter may have something to do, or may still be on its
 * way back; equal: none. */
static void find_work(const measure *m, int64_t from, int64_t end, int64_t *hot, int64_t *cold)
{
    const snq_master_search *s = m->search;
    const float gain = (float)pow(10.0, m->gain_db / 20.0);
    const float limit = powf(10.0f, (s->plan->ceiling_dbtp - REST_DB) / 20.0f);
    *hot = from;
    *cold = end;
    if (m->bends || !s->power || !s->peak)
        return;
    for (*hot = end, *cold = from; from < end; from++)
        if (s->peak[from] * gain >= limit) {
            *hot = from - 1 < *hot ? from - 1 : *hot; /* what peaks between two slots */
            *cold = from + 1 + LEAD_S * SNQ_LOUD_SLOTS_PER_S;
        }
    *cold = *cold < end ? *cold : end;
    *cold = *cold < *hot ? *hot : *cold;
}

/* What the limiter leaves alone is as loud as its gain makes it: slots [first, end). */
static void scale_power(const measure *m, int64_t first, int64_t end)
{
    const double by = pow(10.0, m->gain_db / 10.0);
    for (int64_t i = first; i < end; i++)
        m->power[i] = by * m->search->power[i];
}

/* Slots [first, end), of which those that need it go through the limiter. */
static snq_status measure_slots(const measure *m, int64_t first, int64_t end)
{
    const int64_t most = LEAD_S * SNQ_LOUD_SLOTS_PER_S, lead = first < most ? first : most;
    int64_t hot, cold;
    find_work(m, first - lead, end, &hot, &cold);
    const int64_t from = hot - first + lead < WARM ? first - lead : hot - WARM;
    const int64_t begin = hot > first ? hot : first;
    if (hot == cold || cold <= first) {
        scale_power(m, first, end);
        return SNQ_OK;
    }
    stretch s = { 0 };
    snq_status st = make_stretch(m, &s);
    if (st >= 0)
        st = run_stretch(&s, from, begin, cold);
    snq_ceiling_free(s.ceiling);
    snq_loud_slots_clear(&s.loud);
    snq_free(s.left);
    snq_free(s.right);
    if (st >= 0 && begin > first)
        scale_power(m, first, begin);
    if (st >= 0 && cold < end)
        scale_power(m, cold, end);
    return st;
}

static void measure_stretch(void *user, uint32_t index)
{
    const measure *m = user;
    const int64_t first = (int64_t)index * STRETCH_S * SNQ_LOUD_SLOTS_PER_S;
    const int64_t end = first + STRETCH_S * SNQ_LOUD_SLOTS_PER_S, all = (int64_t)m->slots;
    m->st[index] = measure_slots(m, first, end < all ? end : all);
    if (m->st[index] < 0)
        snprintf(m->error[index], SNQ_ERROR_MAX, "%s", snq_last_error());
}

static snq_status try_gain(measure *m, snq_parallel *team, double gain_db, double *lufs)
{
    m->gain_db = gain_db;
    snq_parallel_run(team, m->stretches, measure_stretch, m);
    for (uint32_t i = 0; i < m->stretches; i++)
        if (m->st[i] < 0)
            return SNQ_FAIL(m->st[i], "%s", m->error[i]);
    *lufs = snq_loud_integrated(m->power, m->slots);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- finding */

static int works_too_hard(const measure *m, double over_db, double short_lu)
{
    return !m->bends && (over_db > OVER_DB || short_lu > SHORT_LU);
}

/* The secant, from gain `from` on, with *slope for the first step and to be known behind the last. *hard: left off, for
 * the limiter works too hard. */
static snq_status follow(measure *m, snq_parallel *team, double from, double *slope,
                         snq_master_found *out, int *hard)
{
    const double target = (double)m->search->plan->target_lufs;
    const double least = snq_master_bring_db(m->search->plan, m->search->lufs);
    const double most = least + INTO_LIMIT_DB;
    double lufs = 0.0, before_gain = 0.0, before_lufs = 0.0, gain = from;
    *hard = 0;
    for (uint32_t tries = 0; tries < TRIES; tries++) {
        SNQ_TRY(try_gain(m, team, gain, &lufs));
        out->tries++;
        if ((*hard = works_too_hard(m, gain - least, tries ? 0.0 : target - lufs)))
            return SNQ_OK;
        if (!tries || fabs(lufs - target) < fabs(out->lufs - target)) {
            out->gain_db = gain;
            out->lufs = lufs;
        }
        if (fabs(lufs - target) < CLOSE_LU || (gain >= most && lufs < target))
            break;
        if (tries)
            *slope = fmin(fmax((lufs - before_lufs) / (gain - before_gain), 0.1), 1.5);
        before_gain = gain;
        before_lufs = lufs;
        gain = fmin(gain + (target - lufs) / *slope, most);
        if (gain == before_gain)
            break;
    }
    return SNQ_OK;
}

static snq_status find(measure *m, snq_parallel *team, snq_master_found *out)
{
    const double least = snq_master_bring_db(m->search->plan, m->search->lufs);
    double slope = 1.0;
    int hard;
    SNQ_TRY(follow(m, team, least, &slope, out, &hard));
    if (!hard)
        return SNQ_OK;
    m->bends = out->bends = m->rough = 1;
    slope = 1.0;
    SNQ_TRY(follow(m, team, least, &slope, out, &hard));
    m->rough = 0;
    return follow(m, team, out->gain_db, &slope, out, &hard);
}

snq_status snq_master_find_gain(const snq_master_search *s, snq_parallel *team,
                                snq_master_found *out)
{
    measure m = { .search = s, .slot = s->rate_hz / SNQ_LOUD_SLOTS_PER_S };
    const int64_t each = STRETCH_S * SNQ_LOUD_SLOTS_PER_S;
    snq_status st = SNQ_OK;
    *out = (snq_master_found) { .lufs = NAN };
    m.slots = (size_t)(s->frames / m.slot);
    if (isnan(s->plan->target_lufs) || !isfinite(s->lufs) || !m.slots)
        return SNQ_OK;
    m.stretches = (uint32_t)(((int64_t)m.slots + each - 1) / each);
    m.power = snq_calloc(m.slots, sizeof *m.power);
    m.st = snq_calloc(m.stretches, sizeof *m.st);
    m.error = snq_calloc(m.stretches, sizeof *m.error);
    if (!m.power || !m.st || !m.error)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu measures of loudness", m.slots);
    if (st >= 0)
        st = find(&m, team, out);
    snq_free(m.power);
    snq_free(m.st);
    snq_free(m.error);
    return st;
}
