// SPDX-License-Identifier: MIT
/* eq -- eight bands.
 *
 * IDEA   Cuts at both ends, a shelf at each, four bells between them. What is not switched on is not
 *        there: it costs nothing and changes nothing.
 *
 * STEPS  Shelves and bells: one section each, as the cookbook has them (biquad_pair.c). Cuts of 12, 24, 36 or
 *        48 dB an octave: 1 .. 4 sections of a Butterworth filter, q_j = 1 / (2 cos(pi (2j + 1) / (4 m))),
 *        the sharpest times q sqrt(2): at q 0.7071 there is no bump.
 *        Switching a band: x + on (band(x) - x), on in a straight line.
 *
 * COST   As of biquad_pair.c; a band on its way in or out is worked out in pieces.
 *
 * LIMITS As of the bilinear transform: towards half of the rate bells get narrower than they read.
 *
 * REFS   R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", 1998. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/biquad_pair.h"
#include "fx/effect_impl.h"

enum {
    BANDS = 8,
    STEEPEST = 4,
    ON = 0,
    HZ,
    Q,
    DB_OR_SLOPE,
    OF_BAND,
    GAIN = BANDS * OF_BAND,
    PARAMS
};
static const char *const off_on[] = { "off", "on" };
static const char *const slopes[] = { "12", "24", "36", "48" };
static const snq_rbj_kind kinds[BANDS] = {
    SNQ_RBJ_HIGHPASS, SNQ_RBJ_LOW_SHELF, SNQ_RBJ_PEAK,       SNQ_RBJ_PEAK,
    SNQ_RBJ_PEAK,     SNQ_RBJ_PEAK,      SNQ_RBJ_HIGH_SHELF, SNQ_RBJ_LOWPASS,
};

#define BAND_ON(id)                                                              \
    {                                                                            \
        id "_on", "", 0, 1, 0, SNQ_PARAM_DISCRETE, off_on, "whether it is there" \
    }
#define BAND_HZ(id, hz, what)                                    \
    {                                                            \
        id "_hz", "hz", 20, 20000, hz, SNQ_PARAM_LOG, NULL, what \
    }
#define BAND_Q(id, q)                                                     \
    {                                                                     \
        id "_q", "", 0.1f, 20, q, SNQ_PARAM_LOG, NULL, "how narrow it is" \
    }
#define BAND_DB(id)                                                    \
    {                                                                  \
        id "_db", "db", -24, 24, 0, SNQ_PARAM_LINEAR, NULL, "its gain" \
    }
#define BAND_SLOPE(id)                                                               \
    {                                                                                \
        id "_slope", "db", 0, 3, 0, SNQ_PARAM_DISCRETE, slopes, "decibels an octave" \
    }
#define BAND(id, hz, q, what) BAND_ON(id), BAND_HZ(id, hz, what), BAND_Q(id, q), BAND_DB(id)
#define CUT(id, hz, what)     BAND_ON(id), BAND_HZ(id, hz, what), BAND_Q(id, 0.7071068f), BAND_SLOPE(id)

static const snq_param params[PARAMS] = {
    CUT("low_cut", 30, "below this nothing is left"),
    BAND("low_shelf", 120, 0.7071068f, "middle of the slope; the gain holds below"),
    BAND("peak1", 250, 1, "centre"),
    BAND("peak2", 800, 1, "centre"),
    BAND("peak3", 2500, 1, "centre"),
    BAND("peak4", 6000, 1, "centre"),
    BAND("high_shelf", 8000, 0.7071068f, "middle of the slope; the gain holds above"),
    CUT("high_cut", 18000, "above this nothing is left"),
    { "gain_db", "db", -24, 24, 0, SNQ_PARAM_LINEAR, NULL, "gain behind it" },
};

typedef struct band {
    int started;
    uint32_t sections;
    snq__biquad_pair section[STEEPEST];
} band;

typedef struct eq {
    const snq__biquad *biquad;
    uint32_t rate_hz;
    uint32_t bands; /* that are there in this cell */
    int there[BANDS], gain, moved;
    int plain; /* all bands are whole, no gain: these filters, one after another, are all that is done */
    uint32_t pairs;
    snq__biquad_pair *pair[BANDS * STEEPEST];
    band band[BANDS];
} eq;

static void band_reset(band *b)
{
    for (int i = 0; i < STEEPEST; i++)
        snq__biquad_pair_reset(&b->section[i]);
    b->started = 0;
}

static void reset(void *self)
{
    eq *e = self;
    for (int i = 0; i < BANDS; i++)
        band_reset(&e->band[i]);
    e->bands = 0;
    e->gain = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    eq *e = *out = snq_calloc(1, sizeof *e);
    if (!e)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "eq");
    e->biquad = snq__biquad_pick(snq_cpu_flags());
    e->rate_hz = rate_hz;
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

static int is_cut(int which)
{
    return which == 0 || which == BANDS - 1;
}

/* A band's sections as value (OF_BAND,) has them, at once or by the cell's end. */
static void aim(eq *e, int which, const float *value)
{
    band *b = &e->band[which];
    b->sections = is_cut(which) ? 1 + (uint32_t)value[DB_OR_SLOPE] : 1;
    for (uint32_t j = 0; j < b->sections; j++) {
        double q = (double)value[Q];
        if (is_cut(which)) {
            const uint32_t last = b->sections - 1;
            q = (j == last ? q * M_SQRT2 : 1) / (2 * cos(M_PI * (2 * j + 1) / (4.0 * b->sections)));
        }
        const snq__svf f =
            snq__svf_design(kinds[which], (double)value[HZ], q,
                            is_cut(which) ? 0 : (double)value[DB_OR_SLOPE], e->rate_hz);
        if (b->started)
            snq__biquad_pair_aim(&b->section[j], &f, SNQ_EFFECT_BLOCK);
        else
            snq__biquad_pair_set(&b->section[j], &f);
    }
}

/* Whether a band is there in all of its strength. */
static int is_whole(const snq__effect_block *b, int which)
{
    const int on = which * OF_BAND + ON;
    return b->cell_from[on] == 1 && b->cell_to[on] == 1;
}

/* Where the bands' filters are by the cell's end. */
static void aim_all(eq *e, const snq__effect_block *b)
{
    for (uint32_t i = 0; i < e->bands; i++) {
        const int which = e->there[i], first = which * OF_BAND;
        if (!e->band[which].started)
            aim(e, which, b->cell_from + first);
        e->band[which].started = 1;
        aim(e, which, b->cell_to + first);
    }
}

static void list(eq *e)
{
    e->pairs = 0;
    for (uint32_t i = 0; i < e->bands; i++) {
        band *b = &e->band[e->there[i]];
        for (uint32_t j = 0; j < b->sections; j++)
            e->pair[e->pairs++] = &b->section[j];
    }
}

/* One band over z (n, 2), in place. */
static void run_band(eq *e, int which, const snq__effect_block *block, double *z)
{
    band *b = &e->band[which];
    const snq__cell_line on = snq__param_line(block, which * OF_BAND + ON);
    double dry[2 * SNQ_EFFECT_BLOCK];
    const int whole = is_whole(block, which);
    if (!whole)
        memcpy(dry, z, 2 * block->n * sizeof *z);
    for (uint32_t j = 0; j < b->sections; j++)
        snq__biquad_pair_run(&b->section[j], e->biquad, z, block->n);
    for (uint32_t i = 0; i < 2 * block->n && !whole; i++)
        z[i] = dry[i] + (double)(on.at + on.step * (float)(i / 2)) * (z[i] - dry[i]);
}

static void gain(const snq__effect_block *b, double *z)
{
    const snq__cell_line gain =
        snq__cell_line_of(b, powf(10, b->cell_from[GAIN] / 20), powf(10, b->cell_to[GAIN] / 20));
    for (uint32_t i = 0; i < 2 * b->n; i++)
        z[i] *= (double)(gain.at + gain.step * (float)(i / 2));
}

/* Which bands are there in this cell; a band that has gone forgets what it heard. */
static void count(eq *e, const snq__effect_block *b)
{
    e->bands = 0;
    for (int i = 0; i < BANDS; i++)
        if (b->cell_from[i * OF_BAND + ON] != 0 || b->cell_to[i * OF_BAND + ON] != 0)
            e->there[e->bands++] = i;
        else if (e->band[i].started)
            band_reset(&e->band[i]);
    e->gain = b->cell_from[GAIN] != 0 || b->cell_to[GAIN] != 0;
    e->plain = !e->gain;
    for (uint32_t i = 0; i < e->bands; i++)
        e->plain &= is_whole(b, e->there[i]);
    e->moved = b->moved;
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    eq *e = self;
    _Alignas(64) double z[2 * SNQ_EFFECT_BLOCK];
    if (b->at == 0 && (b->moved || e->moved)) {
        count(e, b);
        if (b->moved)
            aim_all(e, b);
        list(e);
    }
    if (!e->bands && !e->gain)
        return;
    if (e->plain) {
        float *const x[2] = { left, right };
        snq__biquad_pairs_run(e->pair, e->pairs, e->biquad, (const float *const *)x, x, b->n);
        return;
    }
    e->biquad->join(z, left, right, b->n);
    for (uint32_t i = 0; i < e->bands; i++)
        run_band(e, e->there[i], b, z);
    if (e->gain)
        gain(b, z);
    e->biquad->part(left, right, z, b->n);
}

static int silent(const void *self)
{
    const eq *e = self;
    int rest = 1;
    for (int i = 0; i < BANDS; i++)
        for (int j = 0; j < STEEPEST; j++)
            rest &= snq__biquad_pair_is_at_rest(&e->band[i].section[j]);
    return rest;
}

#define ON_BIT(band) SNQ__PARAM_BIT((band)*OF_BAND + ON)

const snq__effect_type snq__effect_eq = {
    .name = "eq",
    .what = "eight bands: cuts and shelves at both ends, four bells between",
    .param = params,
    .params = PARAMS,
    .gliding = ON_BIT(0) | ON_BIT(1) | ON_BIT(2) | ON_BIT(3) | ON_BIT(4) | ON_BIT(5) | ON_BIT(6) |
               ON_BIT(7),
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .silent = silent,
};
