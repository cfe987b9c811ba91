// SPDX-License-Identifier: MIT
/* bitcrusher -- the sound of few bits and a low rate.
 *
 * IDEA   Old samplers kept few values a second, and each to few steps. What is lost comes back as noise and
 *        as mirror images of what is high: which is what is wanted, or, with the filter on, only the
 *        steps.
 *
 * STEPS  low-pass at 0.45 of the new rate (24 dB an octave), where anti_alias is on
 *        hold    phase += new rate / rate; at each whole number the value is taken anew
 *        steps   d = 2^(1 - bits);  y = d round(x / d + dither (u1 + u2)),  u uniform in +-1/2
 *        out     x + mix (y - x)
 *        What is 0 stays 0: silence gets no dither.
 *
 * COST   About 13 ns a stereo frame.
 *
 * LIMITS The times of holding are whole frames: new rates that don't divide the old one jitter by one.
 *
 * REFS   S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and dither", JAES 40(5), 1992. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "fx/biquad_pair.h"
#include "fx/effect_impl.h"

enum { BITS, RATE, ANTI_ALIAS, DITHER, MIX, PARAMS, SECTIONS = 2 };
static const char *const off_on[] = { "off", "on" };
static const double low_pass_q[SECTIONS] = { 0.54119610, 1.30656296 }, low_pass_at = 0.45;

static const snq_param params[PARAMS] = {
    [BITS] = { "bits", "", 1, 24, 8, SNQ_PARAM_LINEAR, NULL, "steps from -1 to 1: 2^bits" },
    [RATE] = { "rate_hz", "hz", 100, 192000, 192000, SNQ_PARAM_LOG, NULL,
               "values a second; at the sound's own rate and above: all of them" },
    [ANTI_ALIAS] = { "anti_alias", "", 0, 1, 0, SNQ_PARAM_DISCRETE, off_on,
                     "no mirror images of what is above half of that rate" },
    [DITHER] = { "dither", "", 0, 1, 0, SNQ_PARAM_LINEAR, NULL,
                 "noise instead of distortion, where something sounds" },
    [MIX] = { "mix", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL, "share of the crushed sound" },
};

typedef struct crusher {
    const snq__biquad *biquad;
    uint32_t rate_hz;
    int started;
    uint64_t seed;
    uint32_t noise[2];
    double phase;
    float held[2];
    snq__biquad_pair low[SECTIONS];
} crusher;

static void reset(void *self)
{
    crusher *c = self;
    snq_rng r;
    snq_rng_init(&r, c->seed);
    for (int i = 0; i < 2; i++)
        c->noise[i] = (uint32_t)snq_rng_next(&r);
    for (int i = 0; i < SECTIONS; i++)
        snq__biquad_pair_reset(&c->low[i]);
    c->held[0] = c->held[1] = 0;
    c->phase = 1;
    c->started = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    crusher *c = *out = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "bitcrusher");
    c->biquad = snq__biquad_pick(snq_cpu_flags());
    c->rate_hz = rate_hz;
    c->seed = seed;
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

static void aim(crusher *c, const snq__effect_block *b)
{
    for (int i = 0; i < SECTIONS; i++) {
        const snq__svf f = snq__svf_design(SNQ_RBJ_LOWPASS, low_pass_at * (double)b->cell_to[RATE],
                                           low_pass_q[i], 0, c->rate_hz);
        if (c->started)
            snq__biquad_pair_aim(&c->low[i], &f, SNQ_EFFECT_BLOCK);
        else
            snq__biquad_pair_set(&c->low[i], &f);
    }
    c->started = 1;
}

static void low_pass(crusher *c, float *const x[2], uint32_t n)
{
    snq__biquad_pair *p[SECTIONS];
    for (int i = 0; i < SECTIONS; i++)
        p[i] = &c->low[i];
    snq__biquad_pairs_run(p, SECTIONS, c->biquad, (const float *const *)x, x, n);
}

/* The sum of two uniform numbers in +-1/2: the halves of one of 32 bits. */
static float triangle(uint32_t *state)
{
    const uint32_t v = *state = *state * 1664525u + 1013904223u; /* Knuth and Lewis */
    const uint32_t m = v ^ v >> 16;
    return (float)(m & 0xffff) * 0x1p-16f - (float)(v >> 16) * 0x1p-16f;
}

/* Values of the new rate, held. */
static void hold(crusher *c, const snq__effect_block *b, float *const x[2])
{
    const snq__cell_line rate = snq__param_line(b, RATE);
    for (uint32_t i = 0; i < b->n; i++) {
        const double pace = ((double)rate.at + (double)rate.step * i) / c->rate_hz;
        if (c->phase >= 1) {
            c->held[0] = x[0][i];
            c->held[1] = x[1][i];
            c->phase -= floor(c->phase);
        }
        c->phase += pace < 1 ? pace : 1;
        x[0][i] = c->held[0];
        x[1][i] = c->held[1];
    }
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    crusher *c = self;
    float crushed[2][SNQ_EFFECT_BLOCK], *const x[2] = { crushed[0], crushed[1] };
    float *const out[2] = { left, right };
    if (b->moved && b->at == 0)
        aim(c, b);
    memcpy(crushed[0], left, b->n * sizeof *left);
    memcpy(crushed[1], right, b->n * sizeof *right);
    const int slow = b->from[RATE] < (float)c->rate_hz || b->to[RATE] < (float)c->rate_hz;
    if (slow && b->to[ANTI_ALIAS] > 0.5f)
        low_pass(c, x, b->n);
    hold(c, b, x);
    const snq__cell_line step =
        snq__cell_line_of(b, exp2f(1 - b->cell_from[BITS]), exp2f(1 - b->cell_to[BITS]));
    const snq__cell_line mix = snq__param_line(b, MIX);
    for (uint32_t i = 0; i < b->n; i++) {
        const float d = step.at + step.step * (float)i, m = mix.at + mix.step * (float)i;
        for (int s = 0; s < 2; s++) {
            const float noise = b->to[DITHER] * triangle(&c->noise[s]);
            const float y = x[s][i] != 0 ? d * floorf(x[s][i] / d + noise + 0.5f) : 0;
            out[s][i] += m * (y - out[s][i]);
        }
    }
}

static int silent(const void *self)
{
    const crusher *c = self;
    return c->held[0] == 0 && c->held[1] == 0 && snq__biquad_pair_is_at_rest(&c->low[0]) &&
           snq__biquad_pair_is_at_rest(&c->low[1]);
}

const snq__effect_type snq__effect_bitcrusher = {
    .name = "bitcrusher",
    .what = "few bits and a low rate",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .silent = silent,
};
