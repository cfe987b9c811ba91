// SPDX-License-Identifier: MIT
/* saturation -- tape, tube, soft, hard, fold, diode.
 *
 * IDEA   A curve that bends loud samples adds overtones: warmth when it is gentle, distortion when it is
 *        not. It is applied at eight times the rate, where the overtones have room, and to the straight
 *        lines between samples rather than to the samples, so that what has no room even there is weak.
 *
 * STEPS  u = g x + bias;  eight times the rate;  y = mean of f along each line (shaper_impl.h);  back
 *        out = (1 - mix) x + mix level (tilt(dc(comp (y - f(bias)))))
 *        soft   f = u / sqrt(1 + u^2),            mean (u1 + u0) / (r1 + r0),   r = sqrt(1 + u^2)
 *        tape   soft; highs 6 dB louder before the curve and as much quieter after it (from 3 kHz)
 *        tube   as soft above 0, u / sqrt(1 + (1.7 u)^2) below: even overtones
 *        diode  as tube with 6 instead of 1.7
 *        hard   clipped at 1:    mean ((c1 - c0)(c1 + c0) / 2 + (u1 - c1) c1 - (u0 - c0) c0) / (u1 - u0)
 *        fold   sin u, g = pi/2 drive^(1/2):  mean sin((u1 + u0) / 2) sin(h) / h,  h = (u1 - u0) / 2
 *        comp   makes what has the level REF keep it: 2 REF / (f(g REF + bias) - f(-g REF + bias)); fold: 0.7
 *        dc     high-pass of 5 Hz: a curve that is not odd makes a constant of loudness
 *        tilt   lows (below 1 kHz) 6 dB down and highs 6 dB up at tone 1, the other way round at -1
 *
 * CONST  REF 0.5. The rate is 8 times for all kinds: a delay that changed with the kind could not be told
 *        in advance. The fold's drive is halved in dB: at 25 folds its overtones end before the rate.
 *
 * COST   See bench/bench_fx.c. Where nothing but the same has come in on both sides, one is worked out and copied.
 *
 * LIMITS Aliases: a clipped 5 kHz sine's partials near 8 times 48 kHz have 1/73 of the first; the mean takes off
 *        another 26 dB: -63 dB in all. 64 frames late, and 1/16 of a frame more than the dry path.
 *
 * REFS   J. D. Parker, V. Zavalishin, E. Le Bivic, DAFx 2016 (as synth/voice_drive.c). */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/delay_parts_impl.h"
#include "fx/effect_impl.h"
#include "fx/oversample.h"
#include "fx/shaper_impl.h"

enum { KIND, DRIVE, BIAS, TONE, OUTPUT, MIX, PARAMS };
enum { TAPE, TUBE, SOFT, HARD, FOLD, DIODE };
enum {
    CELL = SNQ_EFFECT_BLOCK,
    PAD = 2, /* makes the delay whole frames */
    LATENCY = (SNQ__OVERSAMPLE_DELAY_8 + PAD) / SNQ__OVERSAMPLE,
    REST = 2 * LATENCY + CELL, /* frames after which the filters hold nothing of what was */
};

static const char *const kind_names[] = { "tape", "tube", "soft", "hard", "fold", "diode", NULL };

static const snq_param params[PARAMS] = {
    [KIND] = { "kind", "", 0, 5, SOFT, SNQ_PARAM_DISCRETE, kind_names, "what bends the sound" },
    [DRIVE] = { "drive_db", "db", 0, 48, 12, SNQ_PARAM_LINEAR, NULL, "gain before the curve" },
    [BIAS] = { "bias", "", -1, 1, 0, SNQ_PARAM_LINEAR, NULL,
               "shift before the curve: even overtones" },
    [TONE] = { "tone", "", -1, 1, 0, SNQ_PARAM_LINEAR, NULL, "tilt after the curve, 1: bright" },
    [OUTPUT] = { "output_db", "db", -24, 12, 0, SNQ_PARAM_LINEAR, NULL, "gain after the curve" },
    [MIX] = { "mix", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL, "part of the bent in the output" },
};

static const float reference = 0.5f, tube_below = 1.7f, diode_below = 6, emphasis = 2;
static const double emphasis_hz = 3000, tone_hz = 1000, dc_hz = 5;

/* What is derived at a cell's ends and goes straight between. */
enum { GAIN, SHIFT, OFFSET, COMP, LOW, HIGH, WET, GOES };

typedef struct saturation {
    snq__shaper_kernels shaper;
    int kind;
    float emphasis_pole, tone_pole, dc_pole;
    float from[GOES], to[GOES];
    int fresh, resting;
    int twins; /* nothing but the same came in on both sides: the first stands for both */
    uint32_t quiet;
    struct side {
        snq__oversample over;
        float u[PAD + 1]; /* the last of the curve's input */
        float before, after, dc, tilt;
        float dry[LATENCY]; /* the last of what came in */
    } side[2];
} saturation;

static void reset(void *self)
{
    saturation *s = self;
    for (int c = 0; c < 2; c++) {
        struct side *d = &s->side[c];
        snq__oversample_clear(&d->over);
        memset(d->u, 0, sizeof d->u);
        memset(d->dry, 0, sizeof d->dry);
        d->before = d->after = d->dc = d->tilt = 0;
    }
    s->quiet = 0;
    s->fresh = s->resting = s->twins = 1;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    (void)seed;
    saturation *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "saturation");
    snq__shaper_kernels_init(&s->shaper, snq_cpu_flags());
    for (int c = 0; c < 2; c++)
        snq__oversample_init(&s->side[c].over, snq_cpu_flags());
    s->emphasis_pole = snq__pole(fmin(emphasis_hz, 0.4 * rate_hz), rate_hz);
    s->tone_pole = snq__pole(tone_hz, rate_hz);
    s->dc_pole = snq__pole(dc_hz, rate_hz);
    reset(s);
    *out = s;
    return SNQ_OK;
}

static uint32_t latency(const void *self, const float *value)
{
    (void)self;
    (void)value;
    return LATENCY;
}

static float below_of(int kind)
{
    return kind == TUBE ? tube_below : kind == DIODE ? diode_below : 1;
}

static float curve(int kind, float u)
{
    if (kind == HARD)
        return u > 1 ? 1 : u < -1 ? -1 : u;
    if (kind == FOLD)
        return sinf(u);
    const float v = u < 0 ? below_of(kind) * u : u;
    return u / sqrtf(1 + v * v);
}

static float db(float x)
{
    return powf(10, x * 0.05f);
}

static void derive(const float *value, float *v)
{
    const int kind = (int)value[KIND];
    v[GAIN] = kind == FOLD ? 1.57079633f * db(0.5f * value[DRIVE]) : db(value[DRIVE]);
    v[SHIFT] = value[BIAS];
    v[OFFSET] = curve(kind, v[SHIFT]);
    const float swing = v[GAIN] * reference;
    v[COMP] = kind == FOLD
                  ? 0.7f
                  : 2 * reference / (curve(kind, swing + v[SHIFT]) - curve(kind, v[SHIFT] - swing));
    v[LOW] = db(value[OUTPUT] - 6 * value[TONE]);
    v[HIGH] = db(value[OUTPUT] + 6 * value[TONE]);
    v[WET] = value[MIX];
}

static void begin_cell(saturation *s, const snq__effect_block *b)
{
    memcpy(s->from, s->to, sizeof s->to);
    const int kind = (int)b->cell_to[KIND];
    if (!b->moved && !s->fresh)
        return;
    derive(b->cell_to, s->to);
    if (s->fresh || kind != s->kind)
        memcpy(s->from, s->to, sizeof s->to);
    s->kind = kind;
}

static void shape(const saturation *s, const float *u, float *y, uint32_t n)
{
    if (s->kind == HARD)
        s->shaper.clip(u, y, n);
    else if (s->kind == FOLD)
        s->shaper.fold(u, y, n);
    else
        s->shaper.bow(below_of(s->kind), u, y, n);
}

/* What comes in, louder and shifted, for tape with its highs up; frames `at` .. of the cell. */
static void drive(const saturation *s, struct side *d, uint32_t at, uint32_t n, const float *x,
                  float *y)
{
    const float gain = (s->to[GAIN] - s->from[GAIN]) / CELL, g = s->from[GAIN] + gain * (float)at;
    const float shift = (s->to[SHIFT] - s->from[SHIFT]) / CELL,
                h = s->from[SHIFT] + shift * (float)at;
    float up[CELL];
    if (s->kind == TAPE) {
        const float pole = s->emphasis_pole, keep = 1 - pole;
        float before = d->before;
        for (uint32_t i = 0; i < n; i++) {
            before = keep * before + pole * x[i];
            up[i] = emphasis * x[i] - (emphasis - 1) * before;
        }
        d->before = before;
        x = up;
    }
    for (uint32_t i = 0; i < n; i++) {
        const float t = (float)(int32_t)(i + 1);
        y[i] = (g + gain * t) * x[i] + h + shift * t;
    }
}

/* The inverse of tape's highs, in place: y = emphasis x - (emphasis - 1) b,  b += pole (x - b), solved for x. */
static void soothe(const saturation *s, struct side *d, uint32_t n, float *w)
{
    const float pole = s->emphasis_pole, keep = (emphasis - 1) * (1 - pole);
    const float part = 1 / (emphasis - (emphasis - 1) * pole);
    const float hold = 1 - pole + pole * keep * part, take = pole * part;
    float after = d->after;
    for (uint32_t i = 0; i < n; i++) {
        const float y = w[i];
        w[i] = (y + keep * after) * part;
        after = hold * after + take * y;
    }
    d->after = after;
}

/* What the curve made: its constant off, its level back, highs down, no DC, tilted. w (n,) is changed. */
static void restore(const saturation *s, struct side *d, uint32_t at, uint32_t n, float *w,
                    float *y)
{
    float step[GOES], v[GOES], low[CELL];
    for (int k = 0; k < GOES; k++) {
        step[k] = (s->to[k] - s->from[k]) / CELL;
        v[k] = s->from[k] + step[k] * (float)at;
    }
    for (uint32_t i = 0; i < n; i++) {
        const float t = (float)(int32_t)(i + 1);
        w[i] = (w[i] - (v[OFFSET] + step[OFFSET] * t)) * (v[COMP] + step[COMP] * t);
    }
    if (s->kind == TAPE)
        soothe(s, d, n, w);
    const float dc_keep = 1 - s->dc_pole, tone_keep = 1 - s->tone_pole;
    float dc = d->dc, tilt = d->tilt;
    for (uint32_t i = 0; i < n; i++) {
        dc = dc_keep * dc + s->dc_pole * w[i];
        w[i] -= dc;
        tilt = tone_keep * tilt + s->tone_pole * w[i];
        low[i] = tilt;
    }
    d->dc = dc;
    d->tilt = tilt;
    for (uint32_t i = 0; i < n; i++) {
        const float t = (float)(int32_t)(i + 1);
        y[i] = snq__flush((v[LOW] + step[LOW] * t) * low[i] +
                          (v[HIGH] + step[HIGH] * t) * (w[i] - low[i]));
    }
}

/* x (n,) bent, frames `at` .. of the cell; y (n,) other than x. */
static void bend(saturation *s, struct side *d, uint32_t at, uint32_t n, const float *x, float *y)
{
    enum { MANY = SNQ__OVERSAMPLE * CELL };
    float in[CELL], u[PAD + 1 + MANY], bent[MANY];
    drive(s, d, at, n, x, in);
    memcpy(u, d->u, sizeof d->u);
    snq__oversample_up(&d->over, in, n, u + PAD + 1);
    shape(s, u, bent, SNQ__OVERSAMPLE * n);
    memcpy(d->u, u + SNQ__OVERSAMPLE * n, sizeof d->u);
    snq__oversample_down(&d->over, bent, n, in);
    restore(s, d, at, n, in, y);
}

/* How many sides there are to work on: both are alike until what comes in differs. */
static int sides(const saturation *s)
{
    return s->twins ? 1 : 2;
}

/* The filters begin as if nothing but the bias had come in for ever. */
static void settle(saturation *s)
{
    const float nothing[CELL] = { 0 };
    float y[CELL];
    for (int c = 0; c < sides(s); c++) {
        struct side *d = &s->side[c];
        for (int k = 0; s->to[SHIFT] != 0 && k < (REST + CELL - 1) / CELL; k++)
            bend(s, d, 0, CELL, nothing, y);
        d->before = d->after = d->dc = d->tilt = 0;
    }
}

static int silent(const void *self)
{
    const saturation *s = self;
    return s->resting;
}

/* x in place; whether the bent sound is not silent. */
static int run_side(saturation *s, struct side *d, const snq__effect_block *b, float *x)
{
    const snq__cell_line mix = snq__cell_line_of(b, s->from[WET], s->to[WET]);
    float y[CELL], dry[LATENCY + CELL];
    bend(s, d, b->at, b->n, x, y);
    memcpy(dry, d->dry, sizeof d->dry);
    memcpy(dry + LATENCY, x, b->n * sizeof *x);
    memcpy(d->dry, dry + b->n, sizeof d->dry);
    for (uint32_t i = 0; i < b->n; i++)
        x[i] = dry[i] + (mix.at + mix.step * (float)(int32_t)(i + 1)) * (y[i] - dry[i]);
    return !snq__is_zero(y, b->n);
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    saturation *s = self;
    if (b->at == 0 || s->fresh)
        begin_cell(s, b);
    if (s->twins && memcmp(left, right, b->n * sizeof *left) != 0) {
        s->side[1] = s->side[0];
        s->twins = 0;
    }
    if (s->fresh)
        settle(s);
    s->fresh = 0;
    const int nothing = snq__is_zero(left, b->n) && snq__is_zero(right, b->n);
    s->quiet = nothing ? s->quiet + b->n : 0;
    s->quiet = s->quiet > 2 * REST ? 2 * REST : s->quiet;
    if (nothing && s->resting && !b->moved)
        return;
    int heard = run_side(s, &s->side[0], b, left);
    if (s->twins)
        memcpy(right, left, b->n * sizeof *left);
    else
        heard |= run_side(s, &s->side[1], b, right);
    s->resting = s->quiet >= REST && !heard;
}

static void saturation_free(void *self)
{
    snq_free(self);
}

const snq__effect_type snq__effect_saturation = {
    .name = "saturation",
    .what = "distortion: tape, tube, soft, hard, fold, diode",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = saturation_free,
    .reset = reset,
    .run = run,
    .latency = latency,
    .silent = silent,
};
