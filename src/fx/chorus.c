// SPDX-License-Identifier: MIT
/* chorus -- one voice becomes several; with feedback and short delays, a flanger.
 *
 * IDEA   Copies of a sound that come a little later, and whose delay slowly moves, sound like other
 *        players: their pitch wavers. When a copy comes very soon after the sound, and is fed back, notches
 *        sweep through the spectrum instead.
 *
 * STEPS  voice v of k on side s:  D = delay + depth (1 + sin(2 pi (rate t + v / 4 + s spread / 4))) / 2
 *        wet_s = sum over v of g_v ring_s(t - D_vs),    g = 1 / sqrt k;  a voice fades in and out in 20 ms
 *        ring_s <- x_s + feedback * voice 0
 *        out = (1 - mix) x + mix wet
 *
 *        delay and depth follow their lines by a one-pole of 10 ms, so that the pitch has no corners
 *
 * CONST  At least SNQ__CHORUS_LEAST frames of delay: what the interpolation needs, and one for the feedback.
 *
 * COST   See bench/bench_fx.c: 17 ns a stereo frame of two voices, 60 where they come sooner than a block is long.
 *
 * LIMITS Interpolated as delay_parts_impl.h says: a single voice is flat within 1 dB to 0.27 of the rate
 *        (13 kHz at 48). Feedback stays below 1 and what is below -180 dB is written as 0.
 *
 * REFS   J. Dattorro, "Effect design 2", JAES 45(10), 1997. */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/chorus_impl.h"
#include "fx/effect_impl.h"

enum { VOICES, RATE, DELAY, DEPTH, SPREAD, FEEDBACK, MIX, PARAMS };
enum { CELL = SNQ_EFFECT_BLOCK, MOST = SNQ__CHORUS_VOICES, GUARD = SNQ__CHORUS_GUARD };

static const snq_param params[PARAMS] = {
    [VOICES] = { "voices", "", 1, 4, 2, SNQ_PARAM_LINEAR, NULL,
                 "copies; a part of one is a quiet one" },
    [RATE] = { "rate_hz", "hz", 0.01f, 10, 0.6f, SNQ_PARAM_LOG, NULL, "speed of the movement" },
    [DELAY] = { "delay_ms", "ms", 0.1f, 40, 12, SNQ_PARAM_LOG, NULL, "least delay of the copies" },
    [DEPTH] = { "depth_ms", "ms", 0, 10, 3, SNQ_PARAM_LINEAR, NULL, "how far the delay moves" },
    [SPREAD] = { "spread", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL,
                 "how far apart the sides move, 1: a quarter of a cycle" },
    [FEEDBACK] = { "feedback", "", -0.95f, 0.95f, 0, SNQ_PARAM_LINEAR, NULL,
                   "of a copy: notches, as of a flanger" },
    [MIX] = { "mix", "", 0, 1, 0.5f, SNQ_PARAM_LINEAR, NULL, "part of the copies in the output" },
};

static const double yield_s = 0.01,
                    arrived = 1e-6; /* frames: -120 dB of what is loudest and highest */

typedef struct chorus {
    double rate_hz;
    snq__chorus_fn *copies;
    snq__chorus_copy_fn *copy;
    float *ring[2]; /* (mask + 1 + GUARD,), owned */
    uint32_t mask, at, quiet, phase;
    int fresh;
    double delay, depth, yield; /* frames, as they follow what is set */
} chorus;

static void reset(void *self)
{
    chorus *c = self;
    for (int s = 0; s < 2; s++)
        memset(c->ring[s], 0, (c->mask + 1 + GUARD) * sizeof *c->ring[s]);
    c->at = c->phase = 0;
    c->quiet = c->mask + 1;
    c->fresh = 1;
}

static void chorus_free(void *self)
{
    chorus *c = self;
    snq_free(c->ring[0]);
    snq_free(c->ring[1]);
    snq_free(c);
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    (void)seed;
    chorus *c = snq_calloc(1, sizeof *c);
    if (!c)
        goto fail;
    c->rate_hz = rate_hz;
    c->copies = snq__chorus_c;
    c->copy = snq__chorus_copy_c;
#ifdef SNQ_HAVE_AVX2
    if (snq_cpu_flags() & SNQ_CPU_AVX2) {
        c->copies = snq__chorus_avx2;
        c->copy = snq__chorus_copy_avx2;
    }
#endif
    const uint32_t size =
        snq__ring_size((uint32_t)((params[DELAY].max + params[DEPTH].max) * 1e-3 * rate_hz) +
                       SNQ__LAGRANGE + CELL);
    c->mask = size - 1;
    for (int s = 0; s < 2; s++) {
        c->ring[s] = snq_calloc(size + GUARD, sizeof *c->ring[s]);
        if (!c->ring[s])
            goto fail;
    }
    c->yield = 1 - exp(-1 / (yield_s * rate_hz));
    reset(c);
    *out = c;
    return SNQ_OK;
fail:
    if (c)
        chorus_free(c);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "chorus of %u Hz", rate_hz);
}

/* Gains of `voices` copies, of which the last may be a part of one: powers add up to 1. */
static void gains(float voices, float g[MOST])
{
    float sum = 0;
    for (int v = 0; v < MOST; v++) {
        const float part = voices - (float)v;
        g[v] = part > 1 ? 1 : part > 0 ? part : 0;
        sum += g[v] * g[v];
    }
    for (int v = 0; v < MOST; v++)
        g[v] /= sqrtf(sum);
}

/* Across a block. */
typedef struct course {
    float gain[MOST], gain_slope[MOST];
    double delay, delay_slope, depth, depth_slope; /* frames; half of the depth */
    float feedback, feedback_slope, mix, mix_slope;
    uint32_t step; /* of the phase */
    int voices;
} course;

static course course_of(const chorus *c, const snq__effect_block *b)
{
    const float *f = b->from, *t = b->to, per = 1.0f / (float)b->n;
    course k = { .step = snq__phase_step(b->cell_to[RATE], c->rate_hz) };
    float to[MOST];
    gains(f[VOICES], k.gain);
    gains(t[VOICES], to);
    for (int v = 0; v < MOST; v++) {
        k.gain_slope[v] = (to[v] - k.gain[v]) * per;
        k.voices += k.gain[v] > 0 || to[v] > 0;
    }
    const double ms = c->rate_hz * 1e-3;
    k.delay = f[DELAY] * ms;
    k.delay_slope = (t[DELAY] - f[DELAY]) * ms * per;
    k.depth = 0.5 * f[DEPTH] * ms;
    k.depth_slope = 0.5 * (t[DEPTH] - f[DEPTH]) * ms * per;
    k.feedback = f[FEEDBACK];
    k.feedback_slope = (t[FEEDBACK] - f[FEEDBACK]) * per;
    k.mix = f[MIX];
    k.mix_slope = (t[MIX] - f[MIX]) * per;
    return k;
}

/* By how much the right side is ahead, of a cycle of 2^32. */
static uint32_t apart(float spread)
{
    return (uint32_t)(int32_t)(spread * 1073741824.0f);
}

static int silent(const void *self)
{
    const chorus *c = self;
    return c->quiet > c->mask;
}

/* One frame nearer to where delay and depth should be. */
static void follow(chorus *c, course *k)
{
    k->delay += k->delay_slope;
    k->depth += k->depth_slope;
    c->delay += c->yield * (k->delay - c->delay);
    c->depth += c->yield * (k->depth - c->depth);
}

static void write_frame(chorus *c, int side, float w)
{
    const uint32_t to = c->at & c->mask;
    c->ring[side][to] = w;
    if (to < GUARD)
        c->ring[side][c->mask + 1 + to] = w;
}

/* Copies so soon that they hear what is written in this block: frame by frame. */
static void run_near(chorus *c, course *k, const snq__effect_block *b, float *const x[2])
{
    const float spread = b->from[SPREAD], spread_slope = (b->to[SPREAD] - spread) / (float)b->n;
    for (uint32_t i = 0; i < b->n; i++) {
        for (int v = 0; v < k->voices; v++)
            k->gain[v] += k->gain_slope[v];
        follow(c, k);
        k->feedback += k->feedback_slope;
        k->mix += k->mix_slope;
        int sound = 0;
        float y[SNQ__CHORUS_LANES];
        const snq__chorus_frame f = { { c->ring[0], c->ring[1] },
                                      c->mask,
                                      c->at,
                                      c->phase,
                                      apart(spread + spread_slope * (float)(int32_t)(i + 1)),
                                      c->delay,
                                      (float)c->depth,
                                      k->voices };
        c->copies(&f, y);
        for (int s = 0; s < 2; s++) {
            float wet = 0;
            for (int v = 0; v < k->voices; v++)
                wet += k->gain[v] * y[MOST * s + v];
            const float in = x[s][i], w = snq__flush(in + k->feedback * y[MOST * s]);
            write_frame(c, s, w);
            x[s][i] = in + k->mix * (wet - in);
            sound |= w != 0;
        }
        c->quiet = sound ? 0 : c->quiet + (c->quiet <= c->mask);
        c->at++;
        c->phase += k->step;
    }
}

/* Delays, depths and phases of a block; right: the sides' phases are apart. */
static void set_course(chorus *c, course *k, const snq__effect_block *b, snq__chorus_side f[2])
{
    const float spread = b->from[SPREAD], spread_slope = (b->to[SPREAD] - spread) / (float)b->n;
    f[0].base = (uint32_t)c->delay;
    const int there = k->delay_slope == 0 && k->depth_slope == 0 &&
                      fabs(k->delay - c->delay) + fabs(k->depth - c->depth) < arrived;
    if (there) {
        c->delay = k->delay;
        c->depth = k->depth;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        if (!there)
            follow(c, k);
        f[0].more[i] = (float)(c->delay - f[0].base);
        f[0].depth[i] = (float)c->depth;
    }
    for (uint32_t i = b->n; i % 8; i++) /* whole vectors */
        f[0].more[i] = f[0].depth[i] = 0;
    for (uint32_t i = 0; i < CELL; i++)
        f[0].phase[i] = c->phase + i * k->step;
    f[0].mask = c->mask;
    f[0].at = c->at;
    f[0].n = b->n;
    f[1] = f[0];
    for (uint32_t i = 0; i < CELL; i++)
        f[1].phase[i] += apart(spread + spread_slope * (float)(int32_t)(i + 1));
    for (int s = 0; s < 2; s++)
        f[s].ring = c->ring[s];
}

/* n frames of w to where they belong; frames from the end on that are 0. */
static uint32_t write_ring(const chorus *c, float *ring, const float *w, uint32_t n)
{
    const uint32_t to = c->at & c->mask, room = c->mask + 1 - to, first = n < room ? n : room;
    memcpy(ring + to, w, first * sizeof *w);
    memcpy(ring, w + first, (n - first) * sizeof *w);
    if (to < GUARD || first < n)
        memcpy(ring + c->mask + 1, ring, GUARD * sizeof *ring);
    uint32_t quiet = 0;
    while (quiet < n && w[n - 1 - quiet] == 0)
        quiet++;
    return quiet;
}

/* No copy hears what is written in this block: copy after copy. */
static void run_far(chorus *c, course *k, const snq__effect_block *b, float *const x[2])
{
    snq__chorus_side f[2];
    uint32_t quiet = b->n;
    set_course(c, k, b, f);
    for (int s = 0; s < 2; s++) {
        float y[CELL], wet[CELL] = { 0 }, w[CELL], *out = x[s];
        for (int v = 0; v < k->voices; v++) {
            c->copy(&f[s], (uint32_t)v << 30, y);
            for (uint32_t i = 0; i < b->n; i++) {
                const float t = (float)(int32_t)(i + 1);
                wet[i] += (k->gain[v] + k->gain_slope[v] * t) * y[i];
            }
            for (uint32_t i = 0; v == 0 && i < b->n; i++) {
                const float t = (float)(int32_t)(i + 1);
                w[i] = snq__flush(out[i] + (k->feedback + k->feedback_slope * t) * y[i]);
            }
        }
        const uint32_t rest = write_ring(c, c->ring[s], w, b->n);
        quiet = rest < quiet ? rest : quiet;
        for (uint32_t i = 0; i < b->n; i++) {
            const float t = (float)(int32_t)(i + 1);
            out[i] += (k->mix + k->mix_slope * t) * (wet[i] - out[i]);
        }
    }
    c->quiet = quiet < b->n ? quiet : c->quiet + quiet;
    c->quiet = c->quiet > c->mask + 1 ? c->mask + 1 : c->quiet;
    c->at += b->n;
    c->phase += k->step * b->n;
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    chorus *c = self;
    course k = course_of(c, b);
    float *const x[2] = { left, right };
    if (c->fresh) {
        c->delay = k.delay;
        c->depth = k.depth;
        c->fresh = 0;
    }
    if (snq__is_zero(left, b->n) && snq__is_zero(right, b->n) && silent(c)) {
        c->at += b->n;
        c->phase += k.step * b->n;
        return;
    }
    const double least = fmin(c->delay, fmin(k.delay, k.delay + k.delay_slope * b->n));
    if (least >= b->n + SNQ__CHORUS_LEAST)
        run_far(c, &k, b, x);
    else
        run_near(c, &k, b, x);
}

const snq__effect_type snq__effect_chorus = {
    .name = "chorus",
    .what = "one voice becomes several; with feedback, a flanger",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = chorus_free,
    .reset = reset,
    .run = run,
    .silent = silent,
};
