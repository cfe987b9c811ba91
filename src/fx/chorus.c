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
 * CONST  At least LEAST frames of delay: what the interpolation needs, and one for the feedback.
 *
 * COST   See bench/bench_fx.c.
 *
 * LIMITS Interpolated as delay_parts_impl.h says: a single voice is flat within 1 dB to 0.27 of the rate
 *        (13 kHz at 48). Feedback stays below 1 and what is below -180 dB is written as 0.
 *
 * REFS   J. Dattorro, "Effect design 2", JAES 45(10), 1997. */
#include <string.h>

#include "base/alloc.h"
#include "fx/delay_parts_impl.h"
#include "fx/effect_impl.h"

enum { VOICES, RATE, DELAY, DEPTH, SPREAD, FEEDBACK, MIX, PARAMS };
enum { CELL = SNQ_EFFECT_BLOCK, MOST = 4, LANES = 2 * MOST, LEAST = SNQ__LAGRANGE_AHEAD + 1 };

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

static const double yield_s = 0.01;

typedef struct chorus {
    double rate_hz;
    float *ring[2];
    uint32_t mask, at, quiet, phase;
    int fresh;
    double delay, depth, yield; /* frames, as they follow what is set */
} chorus;

static void reset(void *self)
{
    chorus *c = self;
    for (int s = 0; s < 2; s++)
        memset(c->ring[s], 0, (c->mask + 1) * sizeof *c->ring[s]);
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
    const uint32_t size =
        snq__ring_size((uint32_t)((params[DELAY].max + params[DEPTH].max) * 1e-3 * rate_hz) +
                       SNQ__LAGRANGE + CELL);
    c->mask = size - 1;
    for (int s = 0; s < 2; s++) {
        c->ring[s] = snq_calloc(size, sizeof *c->ring[s]);
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

/* All copies of the frame that comes next: lane 4 s + v is voice v of side s. Places and weights of all
 * lanes at once, so that compilers make vectors of them. */
static void copies(const chorus *c, const course *k, uint32_t apart, float y[LANES])
{
    const uint32_t base = (uint32_t)c->delay;
    const float rest = (float)(c->delay - base), depth = (float)c->depth;
    float d[LANES], w[SNQ__LAGRANGE][LANES];
    uint32_t whole[LANES];
    for (uint32_t l = 0; l < LANES; l++) {
        const uint32_t phase = c->phase + (l << 30) + (l < MOST ? 0 : apart);
        d[l] = rest + depth * (1 + snq__slow_sine(phase));
    }
    for (uint32_t l = 0; l < LANES; l++) {
        whole[l] = (uint32_t)(int32_t)d[l];
        d[l] -= (float)(int32_t)whole[l];
        whole[l] += base;
        d[l] = whole[l] < LEAST ? 0 : d[l];
        whole[l] = whole[l] < LEAST ? LEAST : whole[l];
    }
    for (uint32_t l = 0; l < LANES; l++) { /* as snq__lagrange */
        const float m = d[l], a = m + 2, b = m + 1, e = m - 1, f = m - 2, g = m - 3;
        w[0][l] = b * m * e * f * g * (-1.0f / 120);
        w[1][l] = a * m * e * f * g * (1.0f / 24);
        w[2][l] = a * b * e * f * g * (-1.0f / 12);
        w[3][l] = a * b * m * f * g * (1.0f / 12);
        w[4][l] = a * b * m * e * g * (-1.0f / 24);
        w[5][l] = a * b * m * e * f * (1.0f / 120);
    }
    for (uint32_t l = 0; l < LANES; l++) {
        y[l] = 0;
        if ((int)(l % MOST) >= k->voices)
            continue;
        const float *ring = c->ring[l / MOST];
        const uint32_t first = c->at - whole[l] + SNQ__LAGRANGE_AHEAD;
        for (uint32_t i = 0; i < SNQ__LAGRANGE; i++)
            y[l] += w[i][l] * ring[(first - i) & c->mask];
    }
}

static int silent(const void *self)
{
    const chorus *c = self;
    return c->quiet > c->mask;
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
    const float spread = b->from[SPREAD], spread_slope = (b->to[SPREAD] - spread) / (float)b->n;
    if (snq__is_zero(left, b->n) && snq__is_zero(right, b->n) && silent(c)) {
        c->at += b->n;
        c->phase += k.step * b->n;
        return;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        for (int v = 0; v < k.voices; v++)
            k.gain[v] += k.gain_slope[v];
        k.delay += k.delay_slope;
        k.depth += k.depth_slope;
        c->delay += c->yield * (k.delay - c->delay);
        c->depth += c->yield * (k.depth - c->depth);
        k.feedback += k.feedback_slope;
        k.mix += k.mix_slope;
        const uint32_t apart =
            (uint32_t)((spread + spread_slope * (float)(int32_t)(i + 1)) * 1073741824.0f);
        int sound = 0;
        float y[LANES];
        copies(c, &k, apart, y);
        for (int s = 0; s < 2; s++) {
            float wet = 0;
            for (int v = 0; v < k.voices; v++)
                wet += k.gain[v] * y[MOST * s + v];
            const float in = x[s][i], w = snq__flush(in + k.feedback * y[MOST * s]);
            c->ring[s][c->at & c->mask] = w;
            x[s][i] = in + k.mix * (wet - in);
            sound |= w != 0;
        }
        c->quiet = sound ? 0 : c->quiet + (c->quiet <= c->mask);
        c->at++;
        c->phase += k.step;
    }
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
