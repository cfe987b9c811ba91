// SPDX-License-Identifier: MIT
/* width -- how far apart the sides are.
 *
 * IDEA   What both sides share is the middle; what differs is the side. More or less of the side makes
 *        the picture wider or narrower; none below a cutoff keeps the bass in the middle, where a
 *        single loudspeaker can have it.
 *
 * STEPS  m = (l + r) / 2,  s = (l - r) / 2,  s' = width (s + on (high(s) - s)),  l' = m + s',  r' = m - s'
 *        high: two high-passes of 12 dB an octave, q 0.7071 (Linkwitz-Riley: -6 dB at the cutoff).
 *
 * COST   Under 1 ns a stereo frame; with the bass in the middle 5.
 *
 * LIMITS The side's high-pass turns its phase against the middle's about the cutoff.
 *
 * REFS   S. Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24(1), 1976. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/biquad_pair.h"
#include "fx/effect_impl.h"

enum { WIDTH, BASS_MONO, BASS_MONO_HZ, PARAMS, SECTIONS = 2 };
static const char *const off_on[] = { "off", "on" };

static const snq_param params[PARAMS] = {
    [WIDTH] = { "width", "", 0, 2, 1, SNQ_PARAM_LINEAR, NULL,
                "0: both sides the same; 1: as it is; 2: twice the difference" },
    [BASS_MONO] = { "bass_mono", "", 0, 1, 0, SNQ_PARAM_DISCRETE, off_on,
                    "no difference in the bass" },
    [BASS_MONO_HZ] = { "bass_mono_hz", "hz", 20, 500, 120, SNQ_PARAM_LOG, NULL, "below this" },
};

typedef struct width {
    const snq__biquad *biquad;
    uint32_t rate_hz;
    int started;
    snq__biquad_pair high[SECTIONS];
} width;

static void reset(void *self)
{
    width *w = self;
    for (int i = 0; i < SECTIONS; i++)
        snq__biquad_pair_reset(&w->high[i]);
    w->started = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    width *w = *out = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "width");
    w->biquad = snq__biquad_pick(snq_cpu_flags());
    w->rate_hz = rate_hz;
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

/* high (n,) from side (n,). */
static void high_pass(width *w, const float *side, float *high, uint32_t n)
{
    snq__biquad_pair *p[SECTIONS];
    float none[SNQ_EFFECT_BLOCK] = { 0 };
    for (int i = 0; i < SECTIONS; i++)
        p[i] = &w->high[i];
    snq__biquad_pairs_run(p, SECTIONS, w->biquad, (const float *const[]) { side, none },
                          (float *const[]) { high, none }, n);
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    width *w = self;
    float side[SNQ_EFFECT_BLOCK], high[SNQ_EFFECT_BLOCK];
    if (b->moved && b->at == 0) {
        const snq__svf f =
            snq__svf_design(SNQ_RBJ_HIGHPASS, b->cell_to[BASS_MONO_HZ], M_SQRT1_2, 0, w->rate_hz);
        for (int i = 0; i < SECTIONS; i++)
            if (w->started)
                snq__biquad_pair_aim(&w->high[i], &f, SNQ_EFFECT_BLOCK);
            else
                snq__biquad_pair_set(&w->high[i], &f);
        w->started = 1;
    }
    const snq__cell_line wide = snq__param_line(b, WIDTH), on = snq__param_line(b, BASS_MONO);
    const int filtered = on.at != 0 || on.step != 0;
    if (!filtered && wide.at == 1 && wide.step == 0) {
        for (int i = 0; i < SECTIONS; i++)
            snq__biquad_pair_reset(&w->high[i]);
        return;
    }
    for (uint32_t i = 0; i < b->n; i++)
        side[i] = 0.5f * (left[i] - right[i]);
    if (filtered)
        high_pass(w, side, high, b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        const float t = (float)i, middle = 0.5f * (left[i] + right[i]);
        const float cut = filtered ? (on.at + on.step * t) * (high[i] - side[i]) : 0;
        const float s = (wide.at + wide.step * t) * (side[i] + cut);
        left[i] = middle + s;
        right[i] = middle - s;
    }
}

static int silent(const void *self)
{
    const width *w = self;
    return snq__biquad_pair_is_at_rest(&w->high[0]) && snq__biquad_pair_is_at_rest(&w->high[1]);
}

const snq__effect_type snq__effect_width = {
    .name = "width",
    .what = "how far apart the sides are, and the bass in the middle",
    .param = params,
    .params = PARAMS,
    .gliding = SNQ__PARAM_BIT(BASS_MONO),
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .silent = silent,
};
