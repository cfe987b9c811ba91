// SPDX-License-Identifier: MIT
/* transient -- how hard sounds begin and how long they last, whatever their level.
 *
 * IDEA   Two followers of the level, one quick and one slow, differ while something begins; two that fall
 *        quickly and slowly differ while it dies away. The difference, in decibels, tells how much of an
 *        attack or of a tail there is now: it is added to the gain, or taken from it.
 *
 * STEPS  level (dB, the louder side, at least -90), followers with one-poles of (up, down) ms:
 *            begin = (0.3, 60) - (15, 60),    last = (1, 400) - (1, 50),    both at least 0
 *            gain_db = attack bent(begin) + sustain bent(last) + gain_db,    bent(x) = x / (1 + x / 18)
 *
 * CONST  Times: ours, 2026: a drum's attack lasts some 15 ms, its body some 50. -90 dB: what noise
 *        floors do below it is not drawn out.
 *
 * COST   About 18 ns a stereo frame (AVX2).
 *
 * LIMITS Below 30 Hz the followers see waves as attacks. */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/gain_tools.h"
#include "fx/effect_impl.h"

enum { ATTACK, SUSTAIN, GAIN, PARAMS, FOLLOWERS = 4 };
static const float floor_db = -90, most_db = 18;
static const float up_ms[FOLLOWERS] = { 0.3f, 15, 1, 1 }, down_ms[FOLLOWERS] = { 60, 60, 400, 50 };

static const snq_param params[PARAMS] = {
    [ATTACK] = { "attack", "", -1, 1, 0, SNQ_PARAM_LINEAR, NULL,
                 "beginnings: softer (-1) to harder (1)" },
    [SUSTAIN] = { "sustain", "", -1, 1, 0, SNQ_PARAM_LINEAR, NULL,
                  "what follows: shorter (-1) to longer (1)" },
    [GAIN] = { "gain_db", "db", -24, 24, 0, SNQ_PARAM_LINEAR, NULL, "gain behind it" },
};

typedef struct transient {
    const snq__gain_tools *dyn;
    snq__level level;
    float up[FOLLOWERS], down[FOLLOWERS], at_db[FOLLOWERS];
    float gain_db;
} transient;

static void reset(void *self)
{
    transient *t = self;
    snq__level_reset(&t->level);
    for (int i = 0; i < FOLLOWERS; i++)
        t->at_db[i] = floor_db;
    t->gain_db = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    transient *t = *out = snq_calloc(1, sizeof *t);
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "transient shaper");
    t->dyn = snq__gain_tools_pick(snq_cpu_flags());
    for (int i = 0; i < FOLLOWERS; i++) {
        t->up[i] = snq__one_pole(up_ms[i], rate_hz);
        t->down[i] = snq__one_pole(down_ms[i], rate_hz);
    }
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

/* How much a is over b; never more than most_db. */
static float above(float a, float b)
{
    const float over = a > b ? a - b : 0;
    return over / (1 + over / most_db);
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    transient *t = self;
    _Alignas(32) float power[2][SNQ__GAIN_TOOLS_ROOM], level[FOLLOWERS][SNQ__GAIN_TOOLS_ROOM];
    float *db = power[0];
    t->dyn->level(&t->level, left, right, power[0], power[1], b->n, 0);
    for (uint32_t i = 0; i < b->n; i++)
        db[i] = power[0][i] > power[1][i] ? power[0][i] : power[1][i];
    t->dyn->db(db, db, b->n);
    for (uint32_t i = 0; i < b->n; i++)
        db[i] = db[i] > floor_db ? db[i] : floor_db;
    for (int f = 0; f < FOLLOWERS; f++) {
        memcpy(level[f], db, b->n * sizeof *db);
        t->at_db[f] = t->dyn->follow(level[f], b->n, t->at_db[f], t->down[f], t->up[f]);
    }
    const snq__cell_line attack = snq__param_line(b, ATTACK), gain_db = snq__param_line(b, GAIN);
    const snq__cell_line sustain = snq__param_line(b, SUSTAIN);
    for (uint32_t i = 0; i < b->n; i++) {
        const float at = (float)i, begin = above(level[0][i], level[1][i]);
        const float last = above(level[2][i], level[3][i]);
        const float gain =
            (attack.at + attack.step * at) * begin + (sustain.at + sustain.step * at) * last;
        db[i] = gain + gain_db.at + gain_db.step * at;
    }
    t->gain_db = db[b->n - 1] - b->to[GAIN];
    t->dyn->gain(db, db, b->n);
    t->dyn->apply(left, db, b->n);
    t->dyn->apply(right, db, b->n);
    snq__level_settle(&t->level);
}

static float reduction_db(const void *self)
{
    const float gain_db = ((const transient *)self)->gain_db;
    return gain_db < 0 ? gain_db : 0;
}

const snq__effect_type snq__effect_transient = {
    .name = "transient",
    .what = "makes beginnings harder or softer, and tails longer or shorter",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .reduction_db = reduction_db,
};
