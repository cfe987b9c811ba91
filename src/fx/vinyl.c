// SPDX-License-Identifier: MIT
/* vinyl -- a worn record on a cheap player.
 *
 * IDEA   Rumble of the motor, hiss, dust that cracks, a hole that is not quite in the middle (wow: once a
 *        turn), a belt that flutters, a narrow band, and bass that is the same on both sides because the
 *        cutter would jump out of the groove otherwise.
 *
 * STEPS  speed      delay D(t) = 3 frames + A_w (1 + sin 2 pi 0.5556 t) + A_f (1 + sin 2 pi 6.1 t),
 *                   A = rate (2^(cents / 1200) - 1) / (2 pi f): the pitch moves by `cents` each way
 *        bass       side <- side - low-pass(side), below bass_mono_hz
 *        band       two one-poles each (12 dB an octave), at low_cut 2^(3 age) and high_cut 2^(-2.3 age)
 *        noise      rumble: white through two low-passes of 30 Hz, the same on both sides;
 *                   hiss: white through a high-pass of 1 kHz, sides apart; level noise^2
 *        crackle    clicks at random moments, RATE crackle^2 a second on average, gaps exponentially
 *                   distributed; sizes SPREAD^-u with u uniform; each through a low-pass of its own
 *        out = (1 - mix) x + mix (band(bass(speed x)) + noise + clicks), x 3 frames late
 *        stop_with_silence: what the player adds begins with the music (in 20 ms), goes on for 0.3 s after it and
 *                   fades out in 0.7 s
 *
 * CONST  33 1/3 turns a minute = 0.5556 Hz. RATE 60, SPREAD 40 (32 dB); levels: rumble -40, hiss -52 dBFS RMS,
 *        the largest click -12 dBFS before its low-pass (1.5 .. 9 kHz): by ear and eye, 2026.
 *
 * COST   About 40 ns a stereo frame.
 *
 * LIMITS The depth of wow follows its setting by at most 1 % of speed, so that a change is no dive: full
 *        depth takes a second or two. */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "fx/chorus_impl.h"
#include "fx/delay_parts_impl.h"
#include "fx/effect_impl.h"

enum { NOISE, CRACKLE, WOW, FLUTTER, LOW_CUT, HIGH_CUT, AGE, BASS_MONO, STOP, MIX, PARAMS };
enum { CELL = SNQ_EFFECT_BLOCK, LATENCY = 3 };

static const char *const stop_names[] = { "off", "on", NULL };

static const snq_param params[PARAMS] = {
    [NOISE] = { "noise", "", 0, 1, 0.3f, SNQ_PARAM_LINEAR, NULL, "rumble and hiss" },
    [CRACKLE] = { "crackle", "", 0, 1, 0.3f, SNQ_PARAM_LINEAR, NULL, "how often dust cracks" },
    [WOW] = { "wow_cents", "cents", 0, 100, 8, SNQ_PARAM_LINEAR, NULL, "pitch, once a turn" },
    [FLUTTER] = { "flutter_cents", "cents", 0, 50, 3, SNQ_PARAM_LINEAR, NULL,
                  "pitch, six times a second" },
    [LOW_CUT] = { "low_cut_hz", "hz", 10, 1000, 30, SNQ_PARAM_LOG, NULL, "lows lost; least: none" },
    [HIGH_CUT] = { "high_cut_hz", "hz", 1000, 20000, 14000, SNQ_PARAM_LOG, NULL,
                   "highs lost; most: none" },
    [AGE] = { "age", "", 0, 1, 0.2f, SNQ_PARAM_LINEAR, NULL, "narrows the band" },
    [BASS_MONO] = { "bass_mono_hz", "hz", 10, 500, 120, SNQ_PARAM_LOG, NULL,
                    "below, both sides are the same; least: no" },
    [STOP] = { "stop_with_silence", "", 0, 1, 1, SNQ_PARAM_DISCRETE, stop_names,
               "noise ends after the music" },
    [MIX] = { "mix", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL, "part of the record in the output" },
};

static const double wow_hz = 33.333333 / 60, flutter_hz = 6.1, follow_most = 0.01, follow_s = 0.2,
                    arrived = 1e-7;
static const double two_pi = 6.283185307179586;
static const float rumble_level = 0.01f, hiss_level = 0.0025f, click_level = 0.25f;
static const double clicks_a_s = 60, click_spread = 40, hold_s = 0.3, fade_s = 0.7, rise_s = 0.02,
                    age_low = 3, age_high = 2.3, rumble_hz = 30, hiss_hz = 1000;

/* Sways the place where the record is read. */
typedef struct sway {
    double amplitude, follow, most; /* frames; a frame's part of the way, and most of it */
    uint32_t phase, step;
} sway;

typedef struct vinyl {
    double rate_hz, frame_s;
    uint64_t seed;
    snq_rng rng;
    snq__chorus_copy_fn *read; /* between samples */
    float *ring[2];            /* (mask + 1 + GUARD,): the end repeats the begin */
    uint32_t mask, at, quiet;  /* quiet: frames of silence that came in last */
    int fresh, added, endless; /* added: noise or clicks are set; endless: they don't stop */
    float part;                /* of noise and clicks, now */
    sway wow, flutter;
    float side_low, band[2][4];
    float rumble[2], hiss[2], rumble_pole, rumble_gain, hiss_pole;
    double until_click;            /* in mean gaps */
    float click[2][2], click_pole; /* states of the low-pass, of the last click */
    float low_from, low_to, high_from, high_to, bass_from, bass_to;
} vinyl;

static double gap(vinyl *v)
{
    return -log(1 - snq_rng_uniform(&v->rng));
}

static void start_sway(sway *s, double hz, double rate_hz, uint32_t phase)
{
    s->step = snq__phase_step(hz, rate_hz);
    s->phase = phase;
    s->follow = 1 - exp(-1 / (follow_s * rate_hz));
    s->most = follow_most / 2;
    s->amplitude = 0;
}

static void reset(void *self)
{
    vinyl *v = self;
    for (int c = 0; c < 2; c++)
        memset(v->ring[c], 0, (v->mask + 1 + SNQ__CHORUS_GUARD) * sizeof *v->ring[c]);
    snq_rng_init(&v->rng, v->seed);
    start_sway(&v->wow, wow_hz, v->rate_hz, (uint32_t)snq_rng_next(&v->rng));
    start_sway(&v->flutter, flutter_hz, v->rate_hz, (uint32_t)snq_rng_next(&v->rng));
    memset(v->band, 0, sizeof v->band);
    memset(v->rumble, 0, sizeof v->rumble);
    memset(v->hiss, 0, sizeof v->hiss);
    memset(v->click, 0, sizeof v->click);
    v->side_low = 0;
    v->click_pole = 0.5f;
    v->until_click = gap(v);
    v->at = 0;
    v->quiet = UINT32_MAX;
    v->fresh = 1;
    v->added = v->endless = 0;
    v->part = 0;
}

static void vinyl_free(void *self)
{
    vinyl *v = self;
    snq_free(v->ring[0]);
    snq_free(v->ring[1]);
    snq_free(v);
}

/* Frames by which a sway of `cents` each way moves. */
static double amplitude(double cents, double hz, double rate_hz)
{
    return (pow(2, cents / 1200) - 1) / (two_pi * hz) * rate_hz;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    vinyl *v = snq_calloc(1, sizeof *v);
    if (!v)
        goto fail;
    v->rate_hz = rate_hz;
    v->seed = seed;
    v->read = snq__chorus_copy_c;
#ifdef SNQ_HAVE_AVX2
    if (snq_cpu_flags() & SNQ_CPU_AVX2)
        v->read = snq__chorus_copy_avx2;
#endif
    const double most = 2 * (amplitude(params[WOW].max, wow_hz, rate_hz) +
                             amplitude(params[FLUTTER].max, flutter_hz, rate_hz));
    const uint32_t size = snq__ring_size((uint32_t)most + LATENCY + SNQ__LAGRANGE + CELL);
    v->mask = size - 1;
    for (int c = 0; c < 2; c++) {
        v->ring[c] = snq_calloc(size + SNQ__CHORUS_GUARD, sizeof *v->ring[c]);
        if (!v->ring[c])
            goto fail;
    }
    v->frame_s = 1 / v->rate_hz;
    v->rumble_pole = snq__pole(rumble_hz, rate_hz);
    v->rumble_gain = 3.46f / sqrtf(v->rumble_pole) * rumble_level;
    v->hiss_pole = snq__pole(hiss_hz, rate_hz);
    reset(v);
    *out = v;
    return SNQ_OK;
fail:
    if (v)
        vinyl_free(v);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "vinyl of %u Hz", rate_hz);
}

static uint32_t latency(const void *self, const float *value)
{
    (void)self;
    (void)value;
    return LATENCY;
}

static void begin_cell(vinyl *v, const snq__effect_block *b)
{
    const float *to = b->cell_to;
    v->low_from = v->low_to;
    v->high_from = v->high_to;
    v->bass_from = v->bass_to;
    if (b->moved || v->fresh) {
        const double low = to[LOW_CUT] * pow(2, age_low * to[AGE]);
        const double high = to[HIGH_CUT] * pow(2, -age_high * to[AGE]);
        /* two poles of 1.5 dB each at the cut; the ranges' ends: nothing */
        v->low_to = low <= params[LOW_CUT].min ? 0 : snq__pole(low * 0.6436, v->rate_hz);
        v->high_to = high >= params[HIGH_CUT].max
                         ? 1
                         : snq__pole(fmin(high * 1.5538, 0.5 * v->rate_hz), v->rate_hz);
        v->bass_to =
            to[BASS_MONO] <= params[BASS_MONO].min ? 0 : snq__pole(to[BASS_MONO], v->rate_hz);
        v->endless = to[STOP] < 0.5f;
        v->added = b->cell_from[NOISE] > 0 || to[NOISE] > 0 || b->cell_from[CRACKLE] > 0 ||
                   to[CRACKLE] > 0;
    }
    if (!v->fresh)
        return;
    v->low_from = v->low_to;
    v->high_from = v->high_to;
    v->bass_from = v->bass_to;
    v->wow.amplitude = amplitude(to[WOW], wow_hz, v->rate_hz);
    v->flutter.amplitude = amplitude(to[FLUTTER], flutter_hz, v->rate_hz);
}

/* What the sway adds to place (n,), frames of delay; its amplitude goes on towards the line from `to` on. */
static void swayed(sway *s, float to, float step, uint32_t n, double *place)
{
    float sine[CELL];
    for (uint32_t i = 0; i < n; i++)
        sine[i] = 1 + snq__slow_sine(s->phase + (i + 1) * s->step);
    s->phase += n * s->step;
    if (step == 0 && fabs((double)to - s->amplitude) < arrived) {
        s->amplitude = (double)to;
        for (uint32_t i = 0; i < n; i++)
            place[i] += s->amplitude * (double)sine[i];
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        to += step;
        const double way = ((double)to - s->amplitude) * s->follow;
        s->amplitude += way > s->most ? s->most : way < -s->most ? -s->most : way;
        place[i] += s->amplitude * (double)sine[i];
    }
}

static float band(float *z, float low, float high, float x)
{
    const float forget = low > 0 ? 1 - low : 0.999f;
    const float a = x - z[0];
    z[0] = forget * z[0] + low * x;
    const float d = a - z[1];
    z[1] = forget * z[1] + low * a;
    z[2] = (1 - high) * z[2] + high * d;
    z[3] = (1 - high) * z[3] + high * z[2];
    return z[3];
}

/* What the player adds to both sides. */
static void add(vinyl *v, float noise, float crackle, float part, float y[2])
{
    const uint64_t bits = snq_rng_next(&v->rng);
    const float white[2] = { (float)(int32_t)bits * 0x1p-31f,
                             (float)(int32_t)(bits >> 32) * 0x1p-31f };
    /* of white noise of 1/sqrt 3 RMS the low-passes leave about sqrt(pole / 4) */
    v->rumble[0] += v->rumble_pole * (white[0] - v->rumble[0]);
    v->rumble[1] += v->rumble_pole * (v->rumble[0] - v->rumble[1]);
    const float rumble = v->rumble[1] * v->rumble_gain;
    v->until_click -= clicks_a_s * (double)(crackle * crackle) * v->frame_s;
    float hit[2] = { 0, 0 };
    if (v->until_click <= 0) {
        const double size = pow(click_spread, -snq_rng_uniform(&v->rng));
        const double place = snq_rng_uniform(&v->rng);
        const float sign = snq_rng_below(&v->rng, 2) ? 1 : -1;
        v->click_pole =
            snq__pole(fmin(1500 * pow(6, snq_rng_uniform(&v->rng)), 0.4 * v->rate_hz), v->rate_hz);
        /* as loud whatever the rate: the sum of what comes out of the low-pass */
        const float level = sign * (float)(size * v->rate_hz / 48000) * click_level;
        hit[0] = level * (float)(1 - 0.7 * place);
        hit[1] = level * (float)(0.3 + 0.7 * place);
        v->until_click += gap(v);
    }
    for (int c = 0; c < 2; c++) {
        v->hiss[c] += v->hiss_pole * (white[c] - v->hiss[c]);
        v->click[c][0] += v->click_pole * (hit[c] - v->click[c][0]);
        v->click[c][1] += v->click_pole * (v->click[c][0] - v->click[c][1]);
        const float hiss = (white[c] - v->hiss[c]) * 1.73f * hiss_level;
        y[c] = part * (noise * noise * (rumble + hiss) + 2 * v->click[c][1]);
    }
}

/* Up to 1 while there is music, then down to 0. */
static float player(vinyl *v)
{
    const double s = v->quiet * v->frame_s;
    const float to = v->endless || s < hold_s ? 1
                     : s < hold_s + fade_s    ? (float)(1 - (s - hold_s) / fade_s)
                                              : 0;
    const float up = v->part + (float)(v->frame_s * (1 / rise_s));
    v->part = to < up ? to : up;
    return v->part;
}

/* Frames after which no music is left inside. */
static uint32_t music_frames(const vinyl *v)
{
    return v->mask + 1 + (uint32_t)v->rate_hz;
}

static int silent(const void *self)
{
    const vinyl *v = self;
    return v->quiet >= music_frames(v) && !(v->added && (v->endless || v->part > 0));
}

/* Values on their way across the block. */
enum { GO_NOISE, GO_CRACKLE, GO_WOW, GO_FLUTTER, GO_LOW, GO_HIGH, GO_BASS, GO_MIX, GOES };

static void course(const vinyl *v, const snq__effect_block *b, float at[GOES], float step[GOES])
{
    const float begin = (float)b->at / CELL, end = (float)(b->at + b->n) / CELL;
    const float low = v->low_to - v->low_from, high = v->high_to - v->high_from;
    const float bass = v->bass_to - v->bass_from;
    const float *f = b->from, *t = b->to;
    const double r = v->rate_hz;
    const float from[GOES] = { f[NOISE],
                               f[CRACKLE],
                               (float)amplitude(f[WOW], wow_hz, r),
                               (float)amplitude(f[FLUTTER], flutter_hz, r),
                               v->low_from + low * begin,
                               v->high_from + high * begin,
                               v->bass_from + bass * begin,
                               f[MIX] };
    const float to[GOES] = { t[NOISE],
                             t[CRACKLE],
                             (float)amplitude(t[WOW], wow_hz, r),
                             (float)amplitude(t[FLUTTER], flutter_hz, r),
                             v->low_from + low * end,
                             v->high_from + high * end,
                             v->bass_from + bass * end,
                             t[MIX] };
    for (int k = 0; k < GOES; k++) {
        at[k] = from[k];
        step[k] = (to[k] - from[k]) / (float)b->n;
    }
}

/* A block of one side into its ring. */
static void write_ring(const vinyl *v, float *ring, const float *x, uint32_t n)
{
    const uint32_t to = v->at & v->mask, room = v->mask + 1 - to, m = n < room ? n : room;
    memcpy(ring + to, x, m * sizeof *x);
    memcpy(ring, x + m, (n - m) * sizeof *x);
    memcpy(ring + v->mask + 1, ring, SNQ__CHORUS_GUARD * sizeof *ring);
}

/* The record's sound of the block that is newest in the rings, to y (sides, CELL); all that it is read from is there. */
static void spin(vinyl *v, uint32_t n, const float from[GOES], const float step[GOES],
                 float (*y)[CELL])
{
    double place[CELL], nearest;
    snq__chorus_side f = { .mask = v->mask, .at = v->at, .n = n };
    for (uint32_t i = 0; i < n; i++)
        place[i] = LATENCY;
    swayed(&v->wow, from[GO_WOW], step[GO_WOW], n, place);
    swayed(&v->flutter, from[GO_FLUTTER], step[GO_FLUTTER], n, place);
    nearest = place[0];
    for (uint32_t i = 1; i < n; i++)
        nearest = place[i] < nearest ? place[i] : nearest;
    f.base = (uint32_t)nearest;
    for (uint32_t i = 0; i < n; i++)
        f.more[i] = (float)(place[i] - f.base);
    for (int c = 0; c < 2; c++) {
        f.ring = v->ring[c];
        v->read(&f, 0, y[c]);
    }
    float go[GOES];
    memcpy(go, from, sizeof go);
    for (uint32_t i = 0; i < n; i++) {
        for (int k = GO_LOW; k <= GO_BASS; k++)
            go[k] += step[k];
        const float mid = 0.5f * (y[0][i] + y[1][i]), side = 0.5f * (y[0][i] - y[1][i]);
        const float pole = go[GO_BASS];
        v->side_low = (pole > 0 ? 1 - pole : 0.999f) * v->side_low + pole * side;
        const float high_side = side - v->side_low;
        y[0][i] = band(v->band[0], go[GO_LOW], go[GO_HIGH], mid + high_side);
        y[1][i] = band(v->band[1], go[GO_LOW], go[GO_HIGH], mid - high_side);
    }
}

/* Nothing of the music is left. */
static void forget(vinyl *v)
{
    v->side_low = 0;
    memset(v->band, 0, sizeof v->band);
}

/* Noise and clicks of the block added to y (sides, CELL), as long as the player is on. */
static void add_block(vinyl *v, uint32_t n, const float from[GOES], const float step[GOES],
                      const float *left, const float *right, float (*y)[CELL])
{
    float noise = from[GO_NOISE], crackle = from[GO_CRACKLE];
    for (uint32_t i = 0; i < n; i++) {
        noise += step[GO_NOISE];
        crackle += step[GO_CRACKLE];
        const int sound = left[i] != 0 || right[i] != 0;
        v->quiet = sound ? 0 : v->quiet + (v->quiet != UINT32_MAX);
        const float part = v->added ? player(v) : 0;
        if (part <= 0)
            continue;
        float more[2];
        add(v, noise, crackle, part, more);
        y[0][i] += more[0];
        y[1][i] += more[1];
    }
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    vinyl *v = self;
    if (b->at == 0 || v->fresh)
        begin_cell(v, b);
    v->fresh = 0;
    float go[GOES], step[GOES], y[2][CELL], dry[LATENCY + CELL];
    float *const x[2] = { left, right };
    course(v, b, go, step);
    for (int c = 0; c < 2; c++)
        write_ring(v, v->ring[c], x[c], b->n);
    spin(v, b->n, go, step, y);
    const uint32_t was = v->quiet;
    add_block(v, b->n, go, step, left, right, y);
    if (was < music_frames(v) && v->quiet >= music_frames(v))
        forget(v);
    for (int c = 0; c < 2; c++) {
        for (uint32_t i = 0; i < LATENCY; i++)
            dry[i] = v->ring[c][(v->at - LATENCY + i) & v->mask];
        memcpy(dry + LATENCY, x[c], b->n * sizeof *dry);
        for (uint32_t i = 0; i < b->n; i++) {
            const float mix = go[GO_MIX] + step[GO_MIX] * (float)(int32_t)(i + 1);
            x[c][i] = dry[i] + mix * (snq__flush(y[c][i]) - dry[i]);
        }
    }
    v->at += b->n;
}

const snq__effect_type snq__effect_vinyl = {
    .name = "vinyl",
    .what = "a worn record: noise, crackle, wow and flutter, a narrow band",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = vinyl_free,
    .reset = reset,
    .run = run,
    .latency = latency,
    .silent = silent,
};
