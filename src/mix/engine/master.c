// SPDX-License-Identifier: MIT
/* IDEA   How loud a record becomes depends on what the limiter takes away, and what it takes away depends on
 *        how loud the record is made. So the gain is tried, measured and mended until it fits.
 *
 * STEPS  run      bass mono ─► inserts ─► x gain ─► limiter, in blocks of 64 frames
 *        measure  the mean square of the K-weighted result in each 100 ms; blocks of 400 ms; gates at -70 LUFS
 *                 and 10 LU under the mean of what is left: integrated loudness (ITU-R BS.1770-5)
 *        try      g0 = target - loudness without gain and limiter
 *                 g1 = g0 + (target - loudness at g0), then by the secant, until within 0.05 LU or seven
 *                 times; a limiter makes the curve flatter, never turns it
 *        stretches of 10 s are measured side by side, each after 2 s of what comes before it: what a
 *                 compressor remembers from longer ago is less than the measure can tell
 *
 * CONST  10 s, 2 s: slowest release that a chain has is 2 s; the difference from one run over the whole was
 *        under 0.02 LU on our examples. 0.05 LU: a sixth of what a listener could be promised.
 *
 * COST   tries x (chain + limiter + K-weighting) x length / threads.
 *
 * LIMITS A record so dense that the limiter can't reach the target ends at +30 dB into it and says what
 *        loudness that gives.
 * REFS   ITU-R BS.1770-5; S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, Quantization and Dither: A
 *        Theoretical Survey, JAES 40 (5), 1992. */
#include "mix/engine/master.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "dsp/denormals.h"
#include "dsp/kweight.h"

enum { BLOCK = SNQ_EFFECT_BLOCK, TRIES = 7, STRETCH_S = 10, LEAD_S = 2, SLOTS_PER_S = 10 };
#define CLOSE_LU      0.05
#define GAIN_MOST_DB  60.0
#define INTO_LIMIT_DB 30.0 /* over the gain that would do without a limiter */
#define GATE_LUFS     (-70.0)
#define GATE_LU       10.0
#define OFFSET_LUFS   (-0.691)

struct snq_master {
    snq_chain *chain;    /* bass mono and inserts; NULL: none; owned */
    snq_effect *limiter; /* NULL while loudness without it is measured; owned */
    float gain;
    double bpm;
    uint32_t rate_hz;
    double frames, sum_db, frames_over, moved_db, frames_deep;
    float deepest_db, last_db;
};

/* ---------------------------------------------------------------- making */

static snq_status make_chain(const snq_master_cfg *cfg, snq_chain **out)
{
    snq_chain_plan plan = { 0 };
    if (cfg->plan->bass_mono_hz > 0.0f) {
        snq_chain_link *l = snq_chain_add(&plan, "width");
        if (!l)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "there is no effect \"width\"");
        SNQ_TRY(snq_chain_set(l, "bass_mono_hz", cfg->plan->bass_mono_hz));
    }
    for (uint32_t i = 0; i < cfg->plan->inserts.links; i++) {
        if (plan.links == SNQ_CHAIN_LINKS_MAX)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the master has more than %d inserts",
                            SNQ_CHAIN_LINKS_MAX - 1);
        plan.link[plan.links++] = cfg->plan->inserts.link[i];
    }
    return plan.links ? snq_chain_new(&plan, cfg->rate_hz, cfg->seed, out) : SNQ_OK;
}

static snq_status make_limiter(const snq_master_cfg *cfg, snq_effect **out)
{
    const snq_effect_cfg effect = { .rate_hz = cfg->rate_hz, .kind = "limiter", .seed = cfg->seed };
    size_t n;
    const snq_param *p = snq_effect_params("limiter", &n);
    const int ceiling = p ? snq_param_find(p, n, "ceiling_dbtp") : -1;
    if (ceiling < 0)
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "the limiter has no ceiling");
    SNQ_TRY(snq_effect_new(&effect, out));
    snq_effect_set(*out, (uint32_t)ceiling, cfg->plan->ceiling_dbtp);
    return SNQ_OK;
}

static snq_status make(const snq_master_cfg *cfg, int limited, snq_master **out)
{
    snq_status st;
    *out = NULL;
    snq_master *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    m->gain = (float)pow(10.0, cfg->gain_db / 20.0);
    m->bpm = cfg->bpm;
    m->rate_hz = cfg->rate_hz;
    SNQ_GOTO(make_chain(cfg, &m->chain));
    if (limited)
        SNQ_GOTO(make_limiter(cfg, &m->limiter));
    *out = m;
    return SNQ_OK;
fail:
    snq_master_free(m);
    return st;
}

snq_status snq_master_new(const snq_master_cfg *cfg, snq_master **out)
{
    return make(cfg, 1, out);
}

void snq_master_free(snq_master *m)
{
    if (!m)
        return;
    snq_chain_free(m->chain);
    snq_effect_free(m->limiter);
    snq_free(m);
}

/* ---------------------------------------------------------------- running */

static void note_reduction(snq_master *m, uint32_t n)
{
    const float now = snq_effect_reduction_db(m->limiter);
    m->frames += n;
    m->sum_db += (double)now * n;
    m->deepest_db = fminf(m->deepest_db, now);
    if (now < -1.0f) {
        m->frames_over += n;
        m->moved_db += fabs((double)now - (double)m->last_db);
    }
    m->last_db = now;
}

void snq_master_run(snq_master *m, float *left, float *right, size_t n)
{
    const snq_effect_context ctx = { .bpm = m->bpm };
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        if (m->chain)
            snq_chain_run(m->chain, &ctx, left + at, right + at, k);
        for (uint32_t i = 0; i < k; i++) {
            left[at + i] *= m->gain;
            right[at + i] *= m->gain;
        }
        if (m->limiter) {
            snq_effect_run(m->limiter, &ctx, left + at, right + at, k);
            note_reduction(m, k);
        }
    }
}

uint32_t snq_master_latency(const snq_master *m)
{
    return (m->chain ? snq_chain_latency(m->chain) : 0) +
           (m->limiter ? snq_effect_latency(m->limiter) : 0);
}

snq_reduction snq_master_reduction(const snq_master *m)
{
    const double frames = fmax(m->frames, 1.0), over = fmax(m->frames_over, 1.0);
    return (snq_reduction) { .deepest_db = m->deepest_db,
                             .mean_db = (float)(m->sum_db / frames),
                             .share_over_1 = (float)(m->frames_over / frames),
                             .pumping_db_s = (float)(m->moved_db / (over / m->rate_hz)) };
}

/* ---------------------------------------------------------------- measuring */

typedef struct measure {
    snq_master_cfg cfg;
    int limited;
    int64_t frames;
    snq_master_read *read;
    void *user;
    double *power; /* (slots,) mean square of each 100 ms, both channels added; owned */
    size_t slots;
    uint32_t stretches;
    snq_status *st;               /* (stretches,) owned */
    char (*error)[SNQ_ERROR_MAX]; /* (stretches,) owned */
} measure;

typedef struct stretch {
    measure *m;
    snq_master *master;
    snq_kweight *weight;
    float *left, *right; /* (slot,) */
    int64_t in;          /* next frame of the pre-master to read */
    int64_t out;         /* next frame of the result */
} stretch;

static uint32_t slot_frames(const measure *m)
{
    return m->cfg.rate_hz / SLOTS_PER_S;
}

/* n frames through the master; behind the end comes silence. */
static snq_status feed(stretch *s, size_t n)
{
    const int64_t left = s->m->frames - s->in;
    const size_t there = left <= 0 ? 0 : (size_t)left < n ? (size_t)left : n;
    if (there)
        SNQ_TRY(s->m->read(s->m->user, s->in, there, s->left, s->right));
    memset(s->left + there, 0, (n - there) * sizeof *s->left);
    memset(s->right + there, 0, (n - there) * sizeof *s->right);
    s->in += (int64_t)n;
    snq_master_run(s->master, s->left, s->right, n);
    return SNQ_OK;
}

/* Slots [first, end) of the result, led in from some before. */
static snq_status run_stretch(stretch *s, int64_t first, int64_t end)
{
    const uint32_t slot = slot_frames(s->m);
    const int64_t lead = first < LEAD_S * SLOTS_PER_S ? first : LEAD_S * SLOTS_PER_S;
    s->in = (first - lead) * slot;
    for (size_t late = snq_master_latency(s->master); late;) {
        const size_t n = late < slot ? late : slot;
        SNQ_TRY(feed(s, n));
        late -= n;
    }
    for (int64_t i = first - lead; i < end; i++) {
        double sum[2];
        const uint32_t segment = slot;
        SNQ_TRY(feed(s, slot));
        const snq_audio block = { .channel = { s->left, s->right },
                                  .channels = 2,
                                  .rate_hz = s->m->cfg.rate_hz,
                                  .frames = slot };
        snq_kweight_push(s->weight, &block, &segment, 1, sum);
        if (i >= first)
            s->m->power[i] = (sum[0] + sum[1]) / slot;
    }
    return SNQ_OK;
}

static snq_status make_stretch(measure *m, stretch *s)
{
    const snq_kweight_cfg weight = { .rate_hz = m->cfg.rate_hz, .channels = 2 };
    s->m = m;
    SNQ_TRY(make(&m->cfg, m->limited, &s->master));
    SNQ_TRY(snq_kweight_new(&weight, &s->weight));
    s->left = snq_calloc(slot_frames(m), sizeof *s->left);
    s->right = snq_calloc(slot_frames(m), sizeof *s->right);
    return s->left && s->right ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
}

static void measure_stretch(void *user, uint32_t index)
{
    measure *m = user;
    stretch s = { 0 };
    const snq_denormals was = snq_denormals_off();
    const int64_t first = (int64_t)index * STRETCH_S * SLOTS_PER_S;
    const int64_t end = first + STRETCH_S * SLOTS_PER_S;
    snq_status st = make_stretch(m, &s);
    if (st >= 0)
        st = run_stretch(&s, first, end < (int64_t)m->slots ? end : (int64_t)m->slots);
    m->st[index] = st;
    if (st < 0)
        snprintf(m->error[index], SNQ_ERROR_MAX, "%s", snq_last_error());
    snq_master_free(s.master);
    snq_kweight_free(s.weight);
    snq_free(s.left);
    snq_free(s.right);
    snq_denormals_restore(was);
}

static double gated(const measure *m, double floor)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t i = 0; i + 4 <= m->slots; i++) {
        const double p = (m->power[i] + m->power[i + 1] + m->power[i + 2] + m->power[i + 3]) / 4.0;
        if (p > floor) {
            sum += p;
            n++;
        }
    }
    return n ? sum / (double)n : 0.0;
}

/* Integrated loudness, -inf where nothing is over the gate. */
static double loudness(const measure *m)
{
    const double floor = pow(10.0, (GATE_LUFS - OFFSET_LUFS) / 10.0), first = gated(m, floor);
    const double relative = first * pow(10.0, -GATE_LU / 10.0);
    return OFFSET_LUFS + 10.0 * log10(gated(m, relative > floor ? relative : floor));
}

static snq_status try_gain(measure *m, snq_parallel *team, double gain_db, int limited,
                           double *lufs)
{
    m->cfg.gain_db = gain_db;
    m->limited = limited;
    snq_parallel_run(team, m->stretches, measure_stretch, m);
    for (uint32_t i = 0; i < m->stretches; i++)
        if (m->st[i] < 0)
            return SNQ_FAIL(m->st[i], "%s", m->error[i]);
    *lufs = loudness(m);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- finding */

static snq_status find(measure *m, snq_parallel *team, double target, snq_master_found *out)
{
    double gain, lufs, before_gain = 0.0, before_lufs = 0.0, bare;
    SNQ_TRY(try_gain(m, team, 0.0, isnan(target), &bare));
    *out = (snq_master_found) { .lufs = bare, .silent = !isfinite(bare) };
    if (isnan(target) || out->silent)
        return SNQ_OK;
    gain = fmin(fmax(target - bare, -GAIN_MOST_DB), GAIN_MOST_DB);
    const double most = gain + INTO_LIMIT_DB;
    for (int i = 0; i < TRIES; i++) {
        SNQ_TRY(try_gain(m, team, gain, 1, &lufs));
        *out = (snq_master_found) { .gain_db = gain, .lufs = lufs };
        if (fabs(lufs - target) < CLOSE_LU || gain >= most)
            break;
        const double slope = i ? (lufs - before_lufs) / (gain - before_gain) : 1.0;
        before_gain = gain;
        before_lufs = lufs;
        gain += (target - lufs) / fmin(fmax(slope, 0.1), 1.5);
        gain = fmin(gain, most);
        if (gain == before_gain)
            break;
    }
    return SNQ_OK;
}

snq_status snq_master_find_gain(const snq_master_plan *plan, uint32_t rate_hz, uint64_t seed,
                                double bpm, int64_t frames, uint32_t threads, snq_master_read *read,
                                void *user, snq_master_found *out)
{
    measure m = { .cfg = { .plan = plan, .rate_hz = rate_hz, .seed = seed, .bpm = bpm },
                  .frames = frames,
                  .read = read,
                  .user = user };
    snq_parallel *team = NULL;
    snq_status st;
    *out = (snq_master_found) { .silent = 1, .lufs = -INFINITY };
    m.slots = (size_t)((frames + slot_frames(&m) - 1) / slot_frames(&m));
    m.stretches = (uint32_t)((m.slots + STRETCH_S * SLOTS_PER_S - 1) / (STRETCH_S * SLOTS_PER_S));
    m.power = snq_calloc(m.slots, sizeof *m.power);
    m.st = snq_calloc(m.stretches, sizeof *m.st);
    m.error = snq_calloc(m.stretches, sizeof *m.error);
    if (!m.power || !m.st || !m.error)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu measures of loudness", m.slots);
    else
        st = snq_parallel_new(threads, &team);
    if (st >= 0)
        st = find(&m, team, (double)plan->target_lufs, out);
    snq_parallel_free(team);
    snq_free(m.power);
    snq_free(m.st);
    snq_free(m.error);
    return st;
}

/* ---------------------------------------------------------------- dither */

/* splitmix64's finaliser: a number of its own for each place */
static uint64_t hash(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void snq_dither(float *x, size_t n, int bits, uint64_t seed, uint32_t channel, int64_t frame)
{
    const float step = ldexpf(1.0f, 1 - bits);
    const uint64_t from = hash(seed ^ ((uint64_t)(channel + 1) << 56));
    for (size_t i = 0; i < n; i++) {
        const uint64_t h = hash(from + 0x9e3779b97f4a7c15u * (uint64_t)(frame + (int64_t)i));
        const float two = (float)(h >> 40) + (float)(h & 0xffffff); /* of 24 bits each */
        x[i] += (two * 0x1p-24f - 1.0f) * step;
    }
}
