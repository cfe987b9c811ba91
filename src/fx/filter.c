// SPDX-License-Identifier: MIT
/* filter -- a resonant filter to play with.
 *
 * IDEA   Opens and closes the sound. Its numbers may move all the time: the filter is of the kind whose
 *        memory keeps its meaning while they do.
 *
 * STEPS  q = 40^resonance / sqrt(2);  12 dB: one section of it; 24 dB: low and high a fourth-order
 *        Butterworth, q 0.5412 and 1.3066 times 40^resonance, band and notch two sections of q.
 *        Sections and how they move: biquad_pair.c. Output gain after it.
 *
 * CONST  40: a resonance of 1 rings by 29 dB.
 *
 * COST   About 3 ns a stereo frame and section, 10 while it moves.
 *
 * LIMITS The cutoff stays below 0.497 of the rate. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/biquad_pair.h"
#include "fx/effect_impl.h"

enum { TYPE, SLOPE, CUTOFF, RESONANCE, GAIN, PARAMS, SECTIONS = 2 };
static const char *const types[] = { "lowpass", "highpass", "bandpass", "notch" };
static const char *const slopes[] = { "12", "24" };
static const snq_rbj_kind kinds[] = { SNQ_RBJ_LOWPASS, SNQ_RBJ_HIGHPASS, SNQ_RBJ_BANDPASS,
                                      SNQ_RBJ_NOTCH };
static const double wildest = 40;

static const snq_param params[PARAMS] = {
    [TYPE] = { "type", "", 0, 3, 0, SNQ_PARAM_DISCRETE, types, "what it lets through" },
    [SLOPE] = { "slope", "db", 0, 1, 0, SNQ_PARAM_DISCRETE, slopes, "decibels an octave" },
    [CUTOFF] = { "cutoff_hz", "hz", 20, 20000, 20000, SNQ_PARAM_LOG, NULL, "where it begins" },
    [RESONANCE] = { "resonance", "", 0, 1, 0, SNQ_PARAM_LINEAR, NULL, "how much it rings there" },
    [GAIN] = { "gain_db", "db", -36, 24, 0, SNQ_PARAM_LINEAR, NULL, "gain behind it" },
};

typedef struct filter {
    const snq__biquad *biquad;
    uint32_t rate_hz;
    int started;
    snq__biquad_pair section[SECTIONS];
} filter;

static void reset(void *self)
{
    filter *f = self;
    for (int i = 0; i < SECTIONS; i++)
        snq__biquad_pair_reset(&f->section[i]);
    f->started = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    filter *f = *out = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "filter");
    f->biquad = snq__biquad_pick(snq_cpu_flags());
    f->rate_hz = rate_hz;
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

static void aim(filter *f, const float *value)
{
    const uint32_t type = (uint32_t)value[TYPE];
    const int steep = value[SLOPE] > 0.5f && type < 2;
    const double ring = pow(wildest, (double)value[RESONANCE]);
    const double q[SECTIONS] = { steep ? 1.30656296 * ring : M_SQRT1_2 * ring,
                                 steep ? 0.54119610 : M_SQRT1_2 * ring };
    for (int i = 0; i < SECTIONS; i++) {
        const snq__svf to =
            snq__svf_design(kinds[type], (double)value[CUTOFF], q[i], 0, f->rate_hz);
        if (f->started)
            snq__biquad_pair_aim(&f->section[i], &to, SNQ_EFFECT_BLOCK);
        else
            snq__biquad_pair_set(&f->section[i], &to);
    }
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    filter *f = self;
    float *const x[2] = { left, right };
    const int steep = b->to[SLOPE] > 0.5f;
    if (b->moved && b->at == 0) {
        if (!f->started)
            aim(f, b->cell_from);
        f->started = 1;
        aim(f, b->cell_to);
    }
    snq__biquad_pairs_run((snq__biquad_pair *const[]) { &f->section[0], &f->section[1] },
                          steep ? 2 : 1, f->biquad, (const float *const *)x, x, b->n);
    if (!steep)
        snq__biquad_pair_reset(&f->section[1]);
    if (b->from[GAIN] == 0 && b->to[GAIN] == 0)
        return;
    const snq__cell_line gain =
        snq__cell_line_of(b, powf(10, b->cell_from[GAIN] / 20), powf(10, b->cell_to[GAIN] / 20));
    for (uint32_t i = 0; i < b->n; i++) {
        const float now = gain.at + gain.step * (float)i;
        left[i] *= now;
        right[i] *= now;
    }
}

static int silent(const void *self)
{
    const filter *f = self;
    return snq__biquad_pair_is_at_rest(&f->section[0]) &&
           snq__biquad_pair_is_at_rest(&f->section[1]);
}

const snq__effect_type snq__effect_filter = {
    .name = "filter",
    .what = "a resonant low-pass, high-pass, band-pass or notch that may move",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .silent = silent,
};
