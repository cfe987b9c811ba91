// SPDX-License-Identifier: MIT
/* gate -- what is quieter than a threshold turned down further.
 *
 * IDEA   A door that opens when it is loud enough, stays open for a while, and closes when it has become
 *        clearly quieter: two thresholds, or it would flutter.
 *
 * STEPS  level   dB of the amplitude squared, of the louder side (gain_tools.h)
 *        open    from level >= threshold until level < threshold - hysteresis for hold_ms
 *        goal    0 dB open, range_db closed
 *        time    one-pole in dB, 1 - 1/e of a step in attack_ms up, in release_ms down
 *
 * COST   About 10 ns a stereo frame (AVX2).
 *
 * LIMITS As of gain_tools.c; it opens when the sound is there already: the first attack_ms of it is cut. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/gain_tools.h"
#include "fx/effect_impl.h"

enum { THRESHOLD, HYSTERESIS, ATTACK, HOLD, RELEASE, RANGE, SIDECHAIN, PARAMS };
static const char *const off_on[] = { "off", "on" };

static const snq_param params[PARAMS] = {
    [THRESHOLD] = { "threshold_db", "db", -100, 0, -40, SNQ_PARAM_LINEAR, NULL,
                    "level at which it opens" },
    [HYSTERESIS] = { "hysteresis_db", "db", 0, 24, 6, SNQ_PARAM_LINEAR, NULL,
                     "how far below it closes" },
    [ATTACK] = { "attack_ms", "ms", 0.05f, 100, 1, SNQ_PARAM_LOG, NULL,
                 "time for 63 % of the way up" },
    [HOLD] = { "hold_ms", "ms", 0, 2000, 20, SNQ_PARAM_LINEAR, NULL,
               "time that it stays open below" },
    [RELEASE] = { "release_ms", "ms", 5, 3000, 100, SNQ_PARAM_LOG, NULL,
                  "time for 63 % of the way down" },
    [RANGE] = { "range_db", "db", -100, 0, -60, SNQ_PARAM_LINEAR, NULL, "gain when closed" },
    [SIDECHAIN] = { "sidechain", "", 0, 1, 0, SNQ_PARAM_DISCRETE, off_on,
                    "listen to the side-chain instead of the input" },
};

typedef struct gate {
    const snq__gain_tools *dyn;
    uint32_t rate_hz;
    snq__level level;
    int open, started;
    uint32_t below; /* frames below the lower threshold */
    float gain_db, fall, rise;
} gate;

static void reset(void *self)
{
    gate *g = self;
    snq__level_reset(&g->level);
    g->open = g->started = 0;
    g->below = 0;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    gate *g = *out = snq_calloc(1, sizeof *g);
    if (!g)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "gate");
    g->dyn = snq__gain_tools_pick(snq_cpu_flags());
    g->rate_hz = rate_hz;
    return SNQ_OK;
}

static void release(void *self)
{
    snq_free(self);
}

/* Where the gain shall go, frame by frame; level in dB in, dB of gain out. */
static void decide(gate *g, const snq__effect_block *b, float *db)
{
    const float hold = b->to[HOLD] * 0.001f * (float)g->rate_hz;
    const snq__cell_line threshold = snq__param_line(b, THRESHOLD),
                         range = snq__param_line(b, RANGE);
    for (uint32_t i = 0; i < b->n; i++) {
        const float up = threshold.at + threshold.step * (float)i, down = up - b->to[HYSTERESIS];
        if (db[i] >= up)
            g->open = 1;
        g->below = db[i] < down ? g->below + 1 : 0;
        if ((float)g->below > hold)
            g->open = 0;
        db[i] = g->open ? 0 : range.at + range.step * (float)i;
    }
    if (g->below > 1u << 30)
        g->below = 1u << 30;
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    gate *g = self;
    _Alignas(32) float power[2][SNQ__GAIN_TOOLS_ROOM], *db = power[0];
    const float *of[2] = { left, right };
    if (b->moved && b->at == 0) {
        g->rise = snq__one_pole(b->cell_to[ATTACK], g->rate_hz);
        g->fall = snq__one_pole(b->cell_to[RELEASE], g->rate_hz);
        if (!g->started)
            g->gain_db = b->cell_from[RANGE];
        g->started = 1;
    }
    if (b->to[SIDECHAIN] > 0.5f && b->ctx->side[0]) {
        of[0] = b->ctx->side[0];
        of[1] = b->ctx->side[1];
    }
    g->dyn->level(&g->level, of[0], of[1], power[0], power[1], b->n, 0);
    for (uint32_t i = 0; i < b->n; i++)
        db[i] = power[0][i] > power[1][i] ? power[0][i] : power[1][i];
    g->dyn->db(db, db, b->n);
    decide(g, b, db);
    g->gain_db = g->dyn->follow(db, b->n, g->gain_db, g->fall, g->rise);
    g->dyn->gain(db, db, b->n);
    g->dyn->apply(left, db, b->n);
    g->dyn->apply(right, db, b->n);
    snq__level_settle(&g->level);
}

static float reduction_db(const void *self)
{
    return ((const gate *)self)->gain_db;
}

const snq__effect_type snq__effect_gate = {
    .name = "gate",
    .what = "turns down what is quieter than a threshold",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .reduction_db = reduction_db,
};
