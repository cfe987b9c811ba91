// SPDX-License-Identifier: MIT
/* source_grain -- a cloud of short pieces of a recording.
 *
 * IDEA   Pieces too short to be tunes, many a second, each faded in and out: time of the recording stands still or
 *        wanders while the sound goes on. What is left is its colour.
 *
 * STEPS  A grain: SIZE s from a place, at a ratio of pitch, forwards or backwards, at a place between the sides, under
 *        a Hann window: y = gain sin^2(pi t / n) x(from + ratio t).
 *        Place = position + shape - 1/2, within 0..1 of what leaves room for the whole grain, give or take spray_s.
 *        Ratio = pitch over the recording's, detuned by +-pitch_spray_cents; it follows the note's pitch while it sounds.
 *        The next grain begins 0.5 .. 1.5 (uniform) of 1 / density_hz later; at most GRAINS sound at once: where
 *        size_s density_hz is more, they come less often. The first begins with the note.
 *        gain = LEVEL / sqrt(max(1, overlap)) / the recording's peak,    overlap = grains at once on average.
 *        Frames between frames: four-point Hermite.
 *
 * CONST  LEVEL 0.9. GRAINS 16. Root pitch of a recording that doesn't know it: C4 (60), as the seed sound's.
 *        Pan: equal power over +-45 degrees.
 *
 * COST   Six multiplications a grain and frame, eight for the interpolation.
 *
 * LIMITS Played more than an octave up, bright recordings fold a little: the window and the number of grains hide
 *        it. Loops and zones of the recording are ignored. Without a recording: seed_sound.c.
 *
 * REFS   C. Roads, "Microsound", MIT Press 2001. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"
#include "synth/voice_source_impl.h"

enum { GRAINS = 16 };
static const double level = 0.9, root_note = 60, ratio_max = 16;

enum { P_POSITION = 0, P_SPRAY, P_SIZE, P_DENSITY, P_PITCH_SPRAY, P_REVERSE, P_PAN_SPRAY, PARAMS };

static const snq_param params[PARAMS] = {
    { .id = "position",
      .unit = "",
      .max = 1,
      .value = 0.5f,
      .what = "place in the recording, at shape 1/2" },
    { .id = "spray_s",
      .unit = "s",
      .max = 10,
      .value = 0.1f,
      .what = "how far around it grains begin" },
    { .id = "size_s",
      .unit = "s",
      .min = 0.005f,
      .max = 1,
      .value = 0.12f,
      .scale = SNQ_PARAM_LOG,
      .what = "length of a grain" },
    { .id = "density_hz",
      .unit = "hz",
      .min = 0.5f,
      .max = 400,
      .value = 40,
      .scale = SNQ_PARAM_LOG,
      .what = "grains a second" },
    { .id = "pitch_spray_cents",
      .unit = "cents",
      .max = 1200,
      .value = 6,
      .what = "how far grains are detuned" },
    { .id = "reverse", .unit = "", .max = 1, .what = "share of grains played backwards" },
    { .id = "pan_spray", .unit = "", .max = 1, .value = 0.7f, .what = "how far apart grains are" },
};

typedef struct grain {
    uint32_t at, n;      /* frames done, of how many; n 0: free */
    double place;        /* in the recording */
    double detune;       /* factor of the ratio; negative: backwards */
    double c, s, cw, sw; /* of the window: cos, sin of 2 pi at / n, and of its step */
    float gain[2];
} grain;

typedef struct cloud {
    grain grain[GRAINS];
    double wait; /* frames until the next begins */
    snq_rng rng;
} cloud;

typedef struct grain_source {
    double rate, recorded_hz; /* frames a second of ours, of the recording */
    double per_hz;            /* pitch times per_hz is the ratio */
    float value[PARAMS];
    const float *x[2]; /* (frames,) */
    int joined;        /* the end goes on in the begin */
    size_t frames;
    float unit; /* 1 / peak */
    cloud lane[SNQ_LANES];
} grain_source;

static float peak_of(const snq_recording *r)
{
    float most = 0;
    for (uint32_t c = 0; c < r->channels; c++)
        for (size_t i = 0; i < r->frames; i++)
            most = fmaxf(most, fabsf(r->channel[c][i]));
    return most;
}

static snq_status take_sound(grain_source *s, const snq__source_cfg *cfg)
{
    if (!cfg->recording[0]) {
        SNQ_TRY(snq__bank_seed(cfg->bank, &s->x[0]));
        s->x[1] = s->x[0];
        s->frames = SNQ__SEED_FRAMES;
        s->joined = 1;
        s->unit = 1;
        s->recorded_hz = SNQ__SEED_RATE_HZ;
        s->per_hz = SNQ__SEED_RATE_HZ / (s->rate * 440 * exp2((root_note - 69) / 12));
        return SNQ_OK;
    }
    const snq_recording *r = snq_bank_find(cfg->bank, cfg->recording);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no recording \"%s\"", cfg->recording);
    const float peak = peak_of(r);
    const double root = isnan(r->root_note) ? root_note : r->root_note;
    s->x[0] = r->channel[0];
    s->x[1] = r->channel[r->channels - 1];
    s->frames = r->frames;
    s->recorded_hz = r->rate_hz;
    s->unit = peak > 0 ? 1 / peak : 0;
    s->per_hz = r->rate_hz / (s->rate * 440 * exp2((root - 69) / 12));
    return SNQ_OK;
}

static snq_status grain_make(const snq__source_cfg *cfg, void **out)
{
    *out = NULL;
    grain_source *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source grain");
    s->rate = cfg->rate_hz;
    for (int i = 0; i < PARAMS; i++)
        s->value[i] = cfg->value[i];
    const snq_status st = take_sound(s, cfg);
    if (st < 0) {
        snq_free(s);
        return st;
    }
    *out = s;
    return SNQ_OK;
}

static SNQ_RT void grain_start(void *self, uint32_t lane, const snq__source_note *note)
{
    grain_source *s = self;
    cloud *c = &s->lane[lane];
    *c = (cloud) { 0 };
    snq_rng_init(&c->rng, note->seed);
}

static SNQ_RT void grain_set(void *self, uint32_t index, float value)
{
    grain_source *s = self;
    s->value[index] = value;
}

static double draw(cloud *c) /* -1 .. 1 */
{
    return 2 * snq_rng_uniform(&c->rng) - 1;
}

/* Frames between grains on average. */
static double interval(const grain_source *s)
{
    /* waits of half the interval in a row must not need more than GRAINS */
    return fmax(s->rate / (double)s->value[P_DENSITY],
                (double)s->value[P_SIZE] * s->rate * 1.5 / GRAINS);
}

static void begin_grain(const grain_source *s, cloud *c, double ratio, double shape)
{
    grain *g = c->grain;
    while (g < c->grain + GRAINS && g->n)
        g++;
    /* chance is drawn for a grain that finds no room, too: the same whatever the others do */
    const double spray = draw(c) * (double)s->value[P_SPRAY];
    const double cents = draw(c) * (double)s->value[P_PITCH_SPRAY];
    const int back = snq_rng_uniform(&c->rng) < (double)s->value[P_REVERSE];
    const double pan = draw(c) * (double)s->value[P_PAN_SPRAY];
    c->wait += interval(s) * (1 + 0.5 * draw(c));
    if (g == c->grain + GRAINS)
        return;
    const double detune = exp2(cents / 1200), step = fmax(ratio * detune, 1e-3);
    const double frames = (double)s->frames;
    double size = (double)s->value[P_SIZE] * s->rate;
    if (!s->joined)
        size = fmin(size, (frames - 1) / step);
    const uint32_t n = size > 4 ? (uint32_t)size : 4;
    const double span = n * step, room = s->joined ? frames : fmax(frames - 1 - span, 0);
    const double place = fmin(fmax((double)s->value[P_POSITION] + shape - 0.5, 0), 1);
    const double from = place * room + spray * s->recorded_hz;
    const double begin = s->joined ? from : fmin(fmax(from, 0), room);
    const double angle = M_PI_4 * (1 + pan);
    const double overlap = (double)s->value[P_SIZE] * s->rate / interval(s);
    const double gain = level * (double)s->unit / sqrt(fmax(overlap, 1));
    *g = (grain) { .n = n,
                   .place = back ? begin + span : begin,
                   .detune = back ? -detune : detune,
                   .c = 1,
                   .cw = cos(2 * M_PI / n),
                   .sw = sin(2 * M_PI / n),
                   .gain = { (float)(gain * cos(angle) * M_SQRT2),
                             (float)(gain * sin(angle) * M_SQRT2) } };
}

/* Frame `at` of a side; the seed sound goes round, recordings are silent outside. */
static inline float frame(const grain_source *s, uint32_t side, int64_t at)
{
    if (s->joined)
        return s->x[side][at & (SNQ__SEED_FRAMES - 1)];
    return at >= 0 && (uint64_t)at < s->frames ? s->x[side][at] : 0;
}

/* Hermite's cubic through four frames, t past the second. */
static inline float curve(const float x[4], float t)
{
    const float c1 = 0.5f * (x[2] - x[0]), c3 = 1.5f * (x[1] - x[2]) + 0.5f * (x[3] - x[0]);
    const float c2 = x[0] - x[1] + c1 - c3;
    return ((c3 * t + c2) * t + c1) * t + x[1];
}

static inline float read_at(const grain_source *s, uint32_t side, double place)
{
    int64_t at = (int64_t)place;
    at -= place < (double)at; /* as floor, without a call */
    float x[4];
    if (at >= 1 && (uint64_t)at + 2 < s->frames) {
        memcpy(x, s->x[side] + at - 1, sizeof(x));
    } else {
        for (int k = 0; k < 4; k++)
            x[k] = frame(s, side, at + k - 1);
    }
    return curve(x, (float)(place - (double)at));
}

/* A part of a block: n frames of a lane, from frame `at` of it. */
typedef struct part {
    uint32_t lane, at, n;
    double ratio, step; /* at the block's first frame, and more of it each frame */
    int sides;
} part;

/* Adds to y (2, SNQ_SYNTH_BLOCK). */
static void play_grain(const grain_source *s, grain *g, const part *w, float y[2][SNQ_SYNTH_BLOCK])
{
    const uint32_t n = g->n - g->at < w->n ? g->n - g->at : w->n;
    const int twice = s->x[0] != s->x[1];
    for (uint32_t i = 0; i < n; i++) {
        const float hann = (float)(0.5 - 0.5 * g->c);
        const double c = g->c * g->cw - g->s * g->sw;
        g->s = g->s * g->cw + g->c * g->sw;
        g->c = c;
        const float a = read_at(s, 0, g->place), b = twice ? read_at(s, 1, g->place) : a;
        if (w->sides == 2) {
            y[0][w->at + i] += a * hann * g->gain[0];
            y[1][w->at + i] += b * hann * g->gain[1];
        } else {
            y[0][w->at + i] += 0.5f * (a * g->gain[0] + b * g->gain[1]) * hann;
        }
        g->place += g->detune * (w->ratio + w->step * (w->at + i));
    }
    g->at += n;
    if (g->at == g->n)
        g->n = 0;
}

static void play_cloud(const grain_source *s, cloud *c, const snq__source_block *b, part *w,
                       float y[2][SNQ_SYNTH_BLOCK])
{
    const double shape = b->shape.from.v[w->lane];
    const double turn = ((double)b->shape.to.v[w->lane] - shape) / b->n;
    for (w->at = 0; w->at < b->n; w->at += w->n) {
        while (c->wait <= 0)
            begin_grain(s, c, w->ratio + w->step * w->at, shape + turn * w->at);
        const double until = ceil(c->wait);
        w->n = until < b->n - w->at ? (uint32_t)until : b->n - w->at;
        for (int k = 0; k < GRAINS; k++)
            if (c->grain[k].n)
                play_grain(s, &c->grain[k], w, y);
        c->wait -= w->n;
    }
}

static double ratio_of(const grain_source *s, float hz)
{
    return hz > 0 ? fmin((double)hz * s->per_hz, ratio_max) : 0;
}

static SNQ_RT void grain_run(void *self, const snq__source_block *b, snq__lanes *left,
                             snq__lanes *right)
{
    grain_source *s = self;
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        const float from = b->level.from.v[l], more = b->level.to.v[l] - from;
        if (!(b->active >> l & 1))
            continue;
        float y[2][SNQ_SYNTH_BLOCK] = { 0 };
        const double ratio = ratio_of(s, b->hz.from.v[l]);
        part w = { .lane = l,
                   .ratio = ratio,
                   .step = (ratio_of(s, b->hz.to.v[l]) - ratio) / b->n,
                   .sides = right ? 2 : 1 };
        play_cloud(s, &s->lane[l], b, &w, y);
        for (uint32_t i = 0; isfinite(more) && i < b->n; i++) {
            const float gain = from + more * (float)i / (float)b->n;
            left[i].v[l] += y[0][i] * gain;
            if (right)
                right[i].v[l] += y[1][i] * gain;
        }
    }
}

const snq__source_type snq__source_grain = {
    .name = "grain",
    .param = params,
    .params = PARAMS,
    .stereo = 1,
    .make = grain_make,
    .free = snq_free,
    .start = grain_start,
    .set = grain_set,
    .run = grain_run,
};
