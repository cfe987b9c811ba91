// SPDX-License-Identifier: MIT
/* compressor -- loud parts made quieter.
 *
 * IDEA   Whatever is louder than a threshold is turned down, so that of each decibel above it a part stays.
 *        The gain needs its time down and up again, or it would bend the waves themselves.
 *
 * STEPS  key     the input, or the side-chain; optionally through a high-pass (12 dB an octave)
 *        level   dB of the amplitude squared (gain_tools.h), linked: link * louder side + (1 - link) * own;
 *                rms: of half of it, averaged with a time constant of 5 ms
 *        curve   over = level - threshold, knee k, slope = 1 - 1/ratio:
 *                    gain = -slope { 0 | (over + k/2)^2 / 2k | over }
 *        time    one-pole in dB, 1 - 1/e of a step in attack_ms down, in release_ms up
 *        out     delayed input * (1 - mix + mix * 10^((gain + makeup) / 20))
 *
 * CONST  5 ms: long enough that music's level holds still, short against attacks of 20 ms and more.
 *
 * COST   About 8 ns a stereo frame (AVX2).
 *
 * LIMITS The rms detector's own time adds to attack (2 ms at a rise of 20 dB) and release (11 ms at a fall of
 *        20 dB). Frames within a cell share attack and release.
 *
 * REFS   D. Giannoulis, M. Massberg, J. Reiss, "Digital dynamic range compressor design", JAES 60(6),
 *        2012. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/biquad_pair.h"
#include "fx/delay_pair.h"
#include "fx/gain_tools.h"
#include "fx/effect_impl.h"

enum {
    THRESHOLD,
    RATIO,
    KNEE,
    ATTACK,
    RELEASE,
    MAKEUP,
    DETECTOR,
    LINK,
    SIDECHAIN,
    KEY_CUT,
    LOOKAHEAD,
    MIX,
    PARAMS
};
static const char *const detectors[] = { "peak", "rms" }, *const off_on[] = { "off", "on" };
static const float lookahead_max_ms = 10, rms_ms = 5, key_cut_off_hz = 10;

static const snq_param params[PARAMS] = {
    [THRESHOLD] = { "threshold_db", "db", -80, 0, -18, SNQ_PARAM_LINEAR, NULL,
                    "level above which the gain goes down" },
    [RATIO] = { "ratio", "", 1, 100, 3, SNQ_PARAM_LOG, NULL, "decibels in for one out" },
    [KNEE] = { "knee_db", "db", 0, 24, 6, SNQ_PARAM_LINEAR, NULL,
               "width of the bend about the threshold" },
    [ATTACK] = { "attack_ms", "ms", 0.05f, 250, 10, SNQ_PARAM_LOG, NULL,
                 "time for 63 % of the way down" },
    [RELEASE] = { "release_ms", "ms", 5, 3000, 120, SNQ_PARAM_LOG, NULL,
                  "time for 63 % of the way up" },
    [MAKEUP] = { "makeup_db", "db", -24, 36, 0, SNQ_PARAM_LINEAR, NULL, "gain behind it" },
    [DETECTOR] = { "detector", "", 0, 1, 0, SNQ_PARAM_DISCRETE, detectors,
                   "what counts as loud: peaks, or power" },
    [LINK] = { "link", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL,
               "how much both sides follow the louder one" },
    [SIDECHAIN] = { "sidechain", "", 0, 1, 0, SNQ_PARAM_DISCRETE, off_on,
                    "listen to the side-chain instead of the input" },
    [KEY_CUT] = { "sidechain_highpass_hz", "hz", 10, 2000, 10, SNQ_PARAM_LOG, NULL,
                  "what it does not listen to, below this (10: off)" },
    [LOOKAHEAD] = { "lookahead_ms", "ms", 0, 10, 0, SNQ_PARAM_LINEAR, NULL,
                    "how far ahead it listens; heard from the start on" },
    [MIX] = { "mix", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL, "share of the compressed sound" },
};

typedef struct compressor {
    const snq__gain_tools *dyn;
    const snq__biquad *biquad;
    uint32_t rate_hz, lookahead;
    int started;
    snq__level level;
    snq__biquad_pair key_cut;
    snq__delay_pair late;
    float power[2]; /* rms */
    float gain_db[2];
    float fall, rise, rms;
} compressor;

static void release(void *self)
{
    compressor *c = self;
    if (!c)
        return;
    snq__delay_pair_clear(&c->late);
    snq_free(c);
}

static void reset(void *self)
{
    compressor *c = self;
    snq__level_reset(&c->level);
    snq__biquad_pair_reset(&c->key_cut);
    snq__delay_pair_reset(&c->late);
    memset(c->power, 0, sizeof c->power);
    memset(c->gain_db, 0, sizeof c->gain_db);
    c->started = 0;
}

static uint32_t frames_of(float ms, uint32_t rate_hz)
{
    return (uint32_t)lround((double)ms * 0.001 * rate_hz);
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    snq_status st = SNQ_ERR_NOMEM;
    compressor *c = snq_calloc(1, sizeof *c);
    if (!c)
        goto fail;
    c->dyn = snq__gain_tools_pick(snq_cpu_flags());
    c->biquad = snq__biquad_pick(snq_cpu_flags());
    c->rate_hz = rate_hz;
    c->rms = snq__one_pole(rms_ms, rate_hz);
    SNQ_GOTO(snq__delay_pair_init(&c->late, frames_of(lookahead_max_ms, rate_hz)));
    reset(c);
    *out = c;
    return SNQ_OK;
fail:
    release(c);
    return SNQ_FAIL(st, "compressor");
}

static uint32_t latency(const void *self, const float *value)
{
    return frames_of(value[LOOKAHEAD], ((const compressor *)self)->rate_hz);
}

/* Coefficients at a cell's begin. */
static void prepare(compressor *c, const snq__effect_block *b)
{
    c->fall = snq__one_pole(b->cell_to[ATTACK], c->rate_hz);
    c->rise = snq__one_pole(b->cell_to[RELEASE], c->rate_hz);
    const snq__svf cut =
        snq__svf_design(SNQ_RBJ_HIGHPASS, b->cell_to[KEY_CUT], M_SQRT1_2, 0, c->rate_hz);
    if (c->started) {
        snq__biquad_pair_aim(&c->key_cut, &cut, SNQ_EFFECT_BLOCK);
        return;
    }
    snq__biquad_pair_set(&c->key_cut, &cut);
    c->lookahead = frames_of(b->cell_to[LOOKAHEAD], c->rate_hz);
    c->started = 1;
}

/* What it listens to, as the square of its amplitude. */
static void listen(compressor *c, const snq__effect_block *b, const float *const x[2],
                   float power[2][SNQ__GAIN_TOOLS_ROOM])
{
    float key[2][SNQ_EFFECT_BLOCK];
    const float *of[2] = { x[0], x[1] };
    if (b->to[SIDECHAIN] > 0.5f && b->ctx->side[0]) {
        of[0] = b->ctx->side[0];
        of[1] = b->ctx->side[1];
    }
    if (b->from[KEY_CUT] > key_cut_off_hz || b->to[KEY_CUT] > key_cut_off_hz) {
        snq__biquad_pairs_run((snq__biquad_pair *const[]) { &c->key_cut }, 1, c->biquad, of,
                              (float *const[]) { key[0], key[1] }, b->n);
        of[0] = key[0];
        of[1] = key[1];
    }
    const int rms = b->to[DETECTOR] > 0.5f;
    c->dyn->level(&c->level, of[0], of[1], power[0], power[1], b->n, rms);
    for (int side = 0; side < 2 && rms; side++)
        for (uint32_t i = 0; i < b->n; i++) {
            c->power[side] += c->rms * (0.5f * power[side][i] - c->power[side]);
            power[side][i] = c->power[side];
        }
}

/* Gain in dB of one side, in place from its level. */
static void shape(compressor *c, const snq__effect_block *b, int side, float *db)
{
    const snq__curve curve = {
        .threshold_db = snq__param_line(b, THRESHOLD),
        .knee_db = snq__param_line(b, KNEE),
        .slope = snq__cell_line_of(b, 1 - 1 / b->cell_from[RATIO], 1 - 1 / b->cell_to[RATIO]),
    };
    c->dyn->curve(db, db, &curve, b->n);
    c->gain_db[side] = c->dyn->follow(db, b->n, c->gain_db[side], c->fall, c->rise);
}

/* Gain in dB to what the input is multiplied with. */
static void finish(const compressor *c, const snq__effect_block *b, float *db)
{
    const snq__cell_line makeup = snq__param_line(b, MAKEUP), mix = snq__param_line(b, MIX);
    for (uint32_t i = 0; i < b->n; i++)
        db[i] += makeup.at + makeup.step * (float)i;
    c->dyn->gain(db, db, b->n);
    if (mix.at == 1 && mix.step == 0)
        return;
    for (uint32_t i = 0; i < b->n; i++)
        db[i] = 1 + (mix.at + mix.step * (float)i) * (db[i] - 1);
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    compressor *c = self;
    _Alignas(32) float power[2][SNQ__GAIN_TOOLS_ROOM];
    float *const x[2] = { left, right };
    const float *const in[2] = { left, right };
    if (b->moved && b->at == 0)
        prepare(c, b);
    listen(c, b, in, power);
    _Alignas(32) float loud[SNQ__GAIN_TOOLS_ROOM];
    for (uint32_t i = 0; i < b->n; i++)
        loud[i] = power[0][i] > power[1][i] ? power[0][i] : power[1][i];
    c->dyn->db(loud, loud, b->n);
    if (c->lookahead)
        snq__delay_pair_run(&c->late, c->lookahead, in, x, b->n);
    if (b->from[LINK] == 1 && b->to[LINK] == 1) {
        shape(c, b, 0, loud);
        c->gain_db[1] = c->gain_db[0];
        finish(c, b, loud);
        c->dyn->apply(left, loud, b->n);
        c->dyn->apply(right, loud, b->n);
    } else {
        const snq__cell_line link = snq__param_line(b, LINK);
        for (int side = 0; side < 2; side++) {
            float *db = power[side];
            c->dyn->db(db, db, b->n);
            for (uint32_t i = 0; i < b->n; i++)
                db[i] += (link.at + link.step * (float)i) * (loud[i] - db[i]);
            shape(c, b, side, db);
            finish(c, b, db);
            c->dyn->apply(x[side], db, b->n);
        }
    }
    snq__level_settle(&c->level);
}

static float reduction_db(const void *self)
{
    const compressor *c = self;
    return fminf(c->gain_db[0], c->gain_db[1]);
}

const snq__effect_type snq__effect_compressor = {
    .name = "compressor",
    .what = "turns down what is louder than a threshold",
    .param = params,
    .params = PARAMS,
    .at_once = SNQ__PARAM_BIT(LOOKAHEAD),
    .make = make,
    .free = release,
    .reset = reset,
    .run = run,
    .latency = latency,
    .reduction_db = reduction_db,
};
