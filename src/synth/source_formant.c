// SPDX-License-Identifier: MIT
/* source_formant -- a voice that sings vowels: choirs, vox humana, talking basses.
 *
 * IDEA   The folds buzz; throat and mouth are a room with five resonances, which the tongue moves. Where they are,
 *        is the vowel. The buzz is never quite even, and some air hisses along.
 *
 * STEPS  Pulse: glottis.c at the pitch, between its two cycles next to the effort. Each period has its own rate,
 *        (1 + JITTER human g), and loudness, (1 + SHIMMER human g), g normal within +-2. Table levels change
 *        between periods, where the folds are shut.
 *        Breath: white noise, loudest while the folds are open: 0.3 + 0.7 (4 x (1 - x)), x the phase.
 *        Tilt: a low-pass at TILT 2^(5 (effort - 1/2)) Hz: who sings softly sings darkly.
 *        Five resonances side by side, of frequency F, bandwidth B: R = e^(-pi B / rate), q = 2 pi F / rate
 *            y = b x + 2 R cos q y(t-1) - R^2 y(t-2)              the first: what lies below it comes through
 *            y = b (x - x(t-2)) + 2 R cos q y(t-1) - R^2 y(t-2)   the others
 *        b: the gain at F is A F / F1 / tilt(F), A from the table: the pulse falls by 6 dB an octave, the tilt by
 *        more, and the table says what is heard at middle effort. Signs +, +, -, +, -: neighbours then don't cancel each
 *        other between their peaks.
 *        F1 is never below the pitch: high voices open their mouths so.
 *        Vowels lie on a line u o a e i; place = vowel + 4 (shape - 1/2), between them log F, log B, dB go straight.
 *        Loudness: a partial at F1 has amplitude hz / (pi F1), and pi/2 B1 / hz partials are in the resonance, so
 *            gain = LOUD F1 / sqrt(hz (hz + pi/2 B1)).
 *        Coefficients go straight across a block: between two stable resonators all are stable. Parameters follow with
 *        a time constant of SLIDE.
 *
 * CONST  F, dB, B of four voices and five vowels: the table of the Csound manual's appendix D, "Formant values"
 *        (measured at Ircam for CHANT). JITTER 0.01, SHIMMER 0.04 at human = 1: the upper end of healthy voices'
 *        (MDVP norms: jitter 1.04 %, shimmer 3.81 %). TILT 2 kHz, LOUD 2.2, BREATH 0.5: ours.
 *
 * COST   Test's --bench; two table reads and five resonators a frame.
 *
 * LIMITS No consonants, no nasals. Mono. The level of a note depends on where its partials fall, by up to +-6 dB, as it
 *        does with singers.
 *
 * REFS   D. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 1980. X. Rodet, Y. Potard,
 *        J.-B. Barriere, "The CHANT project", Computer Music Journal 8(3), 1984. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"
#include "synth/voice_source_impl.h"

enum { FORMANTS = 5, VOICES = 4, VOWELS = 5, F1_LOWEST = 250 };
static const double jitter = 0.01, shimmer = 0.04, slide_s = 0.02;
static const double tilt_hz = 2000, loud = 2.2, breath_gain = 0.5;

enum { P_VOWEL = 0, P_VOICE, P_BREATH, P_EFFORT, P_HUMAN, PARAMS };

static const char *const vowels[VOWELS] = { "u", "o", "a", "e", "i" };
static const char *const voices[VOICES] = { "bass", "tenor", "alto", "soprano" };

static const snq_param params[PARAMS] = {
    { .id = "vowel",
      .unit = "",
      .max = VOWELS - 1,
      .value = 2,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = vowels,
      .what = "vowel at shape 1/2; shape moves along u o a e i" },
    { .id = "voice",
      .unit = "",
      .max = VOICES - 1,
      .value = 1,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = voices,
      .what = "who sings" },
    { .id = "breath", .unit = "", .max = 1, .value = 0.1f, .what = "air that hisses along" },
    { .id = "effort", .unit = "", .max = 1, .value = 0.5f, .what = "soft and dark to pressed" },
    { .id = "human",
      .unit = "",
      .max = 1,
      .value = 0.3f,
      .what = "unevenness from period to period" },
};

/* {Hz, dB, bandwidth in Hz} */
static const float formant_tab[VOICES][VOWELS][FORMANTS][3] = {
    { { { 350, 0, 40 },
        { 600, -20, 80 },
        { 2400, -32, 100 },
        { 2675, -28, 120 },
        { 2950, -36, 120 } },
      { { 400, 0, 40 },
        { 750, -11, 80 },
        { 2400, -21, 100 },
        { 2600, -20, 120 },
        { 2900, -40, 120 } },
      { { 600, 0, 60 },
        { 1040, -7, 70 },
        { 2250, -9, 110 },
        { 2450, -9, 120 },
        { 2750, -20, 130 } },
      { { 400, 0, 40 },
        { 1620, -12, 80 },
        { 2400, -9, 100 },
        { 2800, -12, 120 },
        { 3100, -18, 120 } },
      { { 250, 0, 60 },
        { 1750, -30, 90 },
        { 2600, -16, 100 },
        { 3050, -22, 120 },
        { 3340, -28, 120 } } },
    { { { 350, 0, 40 },
        { 600, -20, 60 },
        { 2700, -17, 100 },
        { 2900, -14, 120 },
        { 3300, -26, 120 } },
      { { 400, 0, 40 },
        { 800, -10, 80 },
        { 2600, -12, 100 },
        { 2800, -12, 120 },
        { 3000, -26, 120 } },
      { { 650, 0, 80 },
        { 1080, -6, 90 },
        { 2650, -7, 120 },
        { 2900, -8, 130 },
        { 3250, -22, 140 } },
      { { 400, 0, 70 },
        { 1700, -14, 80 },
        { 2600, -12, 100 },
        { 3200, -14, 120 },
        { 3580, -20, 120 } },
      { { 290, 0, 40 },
        { 1870, -15, 90 },
        { 2800, -18, 100 },
        { 3250, -20, 120 },
        { 3540, -30, 120 } } },
    { { { 325, 0, 50 },
        { 700, -12, 60 },
        { 2530, -30, 170 },
        { 3500, -40, 180 },
        { 4950, -64, 200 } },
      { { 450, 0, 70 },
        { 800, -9, 80 },
        { 2830, -16, 100 },
        { 3500, -28, 130 },
        { 4950, -55, 135 } },
      { { 800, 0, 80 },
        { 1150, -4, 90 },
        { 2800, -20, 120 },
        { 3500, -36, 130 },
        { 4950, -60, 140 } },
      { { 400, 0, 60 },
        { 1600, -24, 80 },
        { 2700, -30, 120 },
        { 3300, -35, 150 },
        { 4950, -60, 200 } },
      { { 350, 0, 50 },
        { 1700, -20, 100 },
        { 2700, -30, 120 },
        { 3700, -36, 150 },
        { 4950, -60, 200 } } },
    { { { 325, 0, 50 },
        { 700, -16, 60 },
        { 2700, -35, 170 },
        { 3800, -40, 180 },
        { 4950, -60, 200 } },
      { { 450, 0, 70 },
        { 800, -11, 80 },
        { 2830, -22, 100 },
        { 3800, -22, 130 },
        { 4950, -50, 135 } },
      { { 800, 0, 80 },
        { 1150, -6, 90 },
        { 2900, -32, 120 },
        { 3900, -20, 130 },
        { 4950, -50, 140 } },
      { { 350, 0, 60 },
        { 2000, -20, 100 },
        { 2800, -15, 120 },
        { 3600, -40, 150 },
        { 4950, -56, 200 } },
      { { 270, 0, 60 },
        { 2140, -12, 90 },
        { 2950, -26, 100 },
        { 3900, -26, 120 },
        { 4950, -44, 120 } } },
};

/* Coefficients of all lanes. */
typedef struct throat {
    snq__lanes back[FORMANTS], back2[FORMANTS], gain[FORMANTS];
} throat;

typedef struct folds {
    uint32_t phase;
    double wobble;  /* this period's rate over the pitch */
    float loud;     /* this period's loudness */
    float tilt;     /* the tilt's memory */
    uint32_t level; /* of the table */
    uint32_t word;  /* of the noise */
    snq_rng rng;
} folds;

typedef struct formant_source {
    double rate;
    const snq__table *glottis;
    float goal[PARAMS], now[PARAMS]; /* parameters as set, and as they are */
    uint32_t fresh;                  /* bit a lane that has not sounded yet */
    folds lane[SNQ_LANES];
    throat throat;
    float aimed[SNQ_LANES]
               [4]; /* what the throat was made for: place, voice, lowest F1, loudness' pitch */
    snq__lanes y1[FORMANTS], y2[FORMANTS], x1, x2;
} formant_source;

static snq_status formant_make(const snq__source_cfg *cfg, void **out)
{
    *out = NULL;
    formant_source *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source formant");
    s->rate = cfg->rate_hz;
    for (int i = 0; i < PARAMS; i++)
        s->goal[i] = s->now[i] = cfg->value[i];
    const snq_status st = snq__bank_glottis(cfg->bank, &s->glottis);
    if (st < 0) {
        snq_free(s);
        return st;
    }
    for (int l = 0; l < SNQ_LANES; l++)
        s->lane[l].word = 1;
    *out = s;
    return SNQ_OK;
}

static double normal_inside(snq_rng *rng)
{
    return fmin(fmax(snq_rng_normal(rng), -2), 2);
}

/* A period begins. */
static void begin_period(const formant_source *s, folds *f, double hz)
{
    const double human = s->now[P_HUMAN];
    f->wobble = 1 + jitter * human * normal_inside(&f->rng);
    f->loud = (float)(1 + shimmer * human * normal_inside(&f->rng));
    const double most = 0.5 * s->rate / fmax(hz * f->wobble, 1);
    const uint32_t harmonics = (uint32_t)fmin(most, SNQ__TABLE_HARMONICS_MAX);
    f->level = s->glottis->level_of[harmonics ? harmonics : 1];
}

static SNQ_RT void formant_start(void *self, uint32_t lane, const snq__source_note *note)
{
    formant_source *s = self;
    folds *f = &s->lane[lane];
    *f = (folds) { 0 };
    snq_rng_init(&f->rng, note->seed);
    f->word = (uint32_t)(snq_rng_next(&f->rng) >> 32) | 1;
    begin_period(s, f, (double)note->hz);
    for (int k = 0; k < FORMANTS; k++)
        s->y1[k].v[lane] = s->y2[k].v[lane] = 0;
    s->x1.v[lane] = s->x2.v[lane] = 0;
    s->fresh |= 1u << lane;
}

static SNQ_RT void formant_set(void *self, uint32_t index, float value)
{
    formant_source *s = self;
    s->goal[index] = value;
}

/* Straight between table entries: kind 0 Hz, 1 dB, 2 bandwidth. */
static float between(const float *at[4], int formant, int kind, float voice, float vowel)
{
    float v[4];
    for (int i = 0; i < 4; i++) {
        v[i] = at[i][formant * 3 + kind];
        if (kind != 1 && (voice > 0 || vowel > 0))
            v[i] = log2f(v[i]);
    }
    const float low = v[0] + (v[1] - v[0]) * vowel, high = v[2] + (v[3] - v[2]) * vowel;
    const float x = low + (high - low) * voice;
    return kind != 1 && (voice > 0 || vowel > 0) ? exp2f(x) : x;
}

/* The throat of a lane at this place, voice and pitch; F1 and B1 are told. */
static void aim_lane(const formant_source *s, uint32_t l, const float asked[4], throat *to)
{
    const int vowel = (int)fminf(asked[0], VOWELS - 2), voice = (int)fminf(asked[1], VOICES - 2);
    const float u = asked[0] - (float)vowel, v = asked[1] - (float)voice;
    const float *at[4] = { formant_tab[voice][vowel][0], formant_tab[voice][vowel + 1][0],
                           formant_tab[voice + 1][vowel][0], formant_tab[voice + 1][vowel + 1][0] };
    double first = 0, loudness = 0;
    for (int k = 0; k < FORMANTS; k++) {
        const double hz = fmax((double)between(at, k, 0, v, u), k == 0 ? (double)asked[2] : 0);
        const double width = (double)between(at, k, 2, v, u), db = (double)between(at, k, 1, v, u);
        const double r = exp(-M_PI * width / s->rate), q = 2 * M_PI * fmin(hz / s->rate, 0.49);
        const double heard =
            fmin(fmax((0.49 - hz / s->rate) / 0.05, 0), 1); /* goes out at the top */
        if (k == 0) {
            const double pitch = (double)asked[3];
            first = hz;
            loudness = loud * hz / sqrt(pitch * (pitch + M_PI_2 * width));
        }
        const double flat = hz / first * sqrt(1 + hz * hz / (tilt_hz * tilt_hz));
        const double unit = k ? 0.5 * (1 - r * r) : (1 - r) * sqrt(1 - 2 * r * cos(2 * q) + r * r);
        const double sign = k == 2 || k == 4 ? -1 : 1;
        to->back[k].v[l] = (float)(2 * r * cos(q));
        to->back2[k].v[l] = (float)(-r * r);
        to->gain[k].v[l] =
            (float)(sign * unit * flat * heard * loudness * exp2(db * 0.16609640474));
    }
}

/* A block's lines: of the resonators, a frame's step. */
typedef struct lines {
    throat step;
    uint32_t moving;
} lines;

static void aim(formant_source *s, const snq__source_block *b, lines *out)
{
    throat to = s->throat;
    out->moving = 0;
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        if (!(b->active >> l & 1))
            continue;
        const float exact = fminf(fmaxf(b->hz.to.v[l], 8), 0.45f * (float)s->rate);
        const float hz = exp2f(roundf(64 * log2f(exact)) / 64); /* the throat ignores a vibrato */
        const float shape = fminf(fmaxf(b->shape.to.v[l], 0), 1);
        const float place = s->now[P_VOWEL] + 4 * (shape - 0.5f);
        const float asked[4] = { fminf(fmaxf(place, 0), VOWELS - 1), s->now[P_VOICE],
                                 hz > F1_LOWEST ? hz : 0, hz };
        if (!(s->fresh >> l & 1) && memcmp(asked, s->aimed[l], sizeof(asked)) == 0)
            continue;
        memcpy(s->aimed[l], asked, sizeof(asked));
        aim_lane(s, l, asked, &to);
        out->moving |= 1u << l;
        for (int k = 0; s->fresh >> l & 1 && k < FORMANTS; k++) {
            s->throat.back[k].v[l] = to.back[k].v[l];
            s->throat.back2[k].v[l] = to.back2[k].v[l];
            s->throat.gain[k].v[l] = to.gain[k].v[l];
        }
    }
    const float *from = (const float *)&s->throat, *end = (const float *)&to;
    float *step = (float *)&out->step;
    for (size_t i = 0; i < sizeof(throat) / sizeof(float); i++)
        step[i] = (end[i] - from[i]) / (float)b->n;
}

/* Parameters follow what was set. */
static void follow(formant_source *s, const snq__source_block *b)
{
    const int alone = (s->fresh & b->active) == b->active;
    const float stays = alone ? 0 : expf(-(float)b->n / (float)(slide_s * s->rate));
    for (int i = 0; i < PARAMS; i++) {
        const float left = (s->now[i] - s->goal[i]) * stays;
        s->now[i] = fabsf(left) > 1e-4f ? s->goal[i] + left : s->goal[i];
    }
}

/* Where in the table this effort reads. */
typedef struct reading {
    uint32_t bits;
    const float *soft, *hard; /* (pieces, 2) of the two cycles */
    float mix;
} reading;

static reading read_from(const formant_source *s, const folds *f)
{
    const snq__table *t = s->glottis;
    const float at = s->now[P_EFFORT] * (SNQ__GLOTTIS_CYCLES - 1);
    const uint32_t cycle = (uint32_t)fminf(at, SNQ__GLOTTIS_CYCLES - 2), bits = t->bits[f->level];
    const float *soft = t->piece + 2 * (t->first[f->level] + ((size_t)cycle << bits));
    return (reading) { bits, soft, soft + ((size_t)2 << bits), at - (float)cycle };
}

static inline float read_pulse(const reading *r, uint32_t phase)
{
    const uint32_t piece = phase >> (32 - r->bits);
    const float t = (float)(int32_t)((phase << r->bits) >> 1) * 0x1p-31f - 0.5f;
    const float a = r->soft[2 * piece] + r->soft[2 * piece + 1] * t;
    const float b = r->hard[2 * piece] + r->hard[2 * piece + 1] * t;
    return a + (b - a) * r->mix;
}

/* What the folds of a lane give the throat: x (n,) of lane l. */
static void blow(const formant_source *s, folds *f, const snq__source_block *b, uint32_t l,
                 snq__lanes *x)
{
    const double half = 0.49 * s->rate, per_hz = 4294967296.0 / s->rate;
    const double from = fmin(fmax((double)b->hz.from.v[l], 0), half);
    const double more = (fmin(fmax((double)b->hz.to.v[l], 0), half) - from) / b->n;
    const float cutoff = (float)(tilt_hz * exp2(5 * ((double)s->now[P_EFFORT] - 0.5)));
    const float tilt = 1 - expf(-2 * (float)M_PI * fminf(cutoff / (float)s->rate, 0.5f));
    const float breath = (float)breath_gain * s->now[P_BREATH] * s->now[P_BREATH];
    reading r = read_from(s, f);
    for (uint32_t i = 0; i < b->n; i++) {
        const float p = (float)(f->phase >> 8) * 0x1p-24f;
        f->word ^= f->word << 13;
        f->word ^= f->word >> 17;
        f->word ^= f->word << 5;
        const float hiss = (float)(int32_t)f->word * 0x1p-31f * (0.3f + 2.8f * p * (1 - p));
        const float e = read_pulse(&r, f->phase) * f->loud + hiss * breath;
        f->tilt += (e - f->tilt) * tilt;
        x[i].v[l] = f->tilt;
        const double hz = from + more * i;
        const uint32_t was = f->phase;
        f->phase += (uint32_t)(int64_t)(hz * f->wobble * per_hz);
        if (f->phase < was) {
            begin_period(s, f, hz);
            r = read_from(s, f);
        }
    }
}

#define LANES(l) for (int l = 0; l < SNQ_LANES; l++)

/* x (n, lanes) becomes what is heard of it. */
static void resonate(formant_source *s, const lines *w, snq__lanes *x, uint32_t n)
{
    snq__lanes x1 = s->x1, x2 = s->x2;
    for (uint32_t i = 0; i < n; i++) {
        snq__lanes in[2], sum = { 0 };
        LANES(l)
        {
            in[0].v[l] = x[i].v[l];
            in[1].v[l] = x[i].v[l] - x2.v[l];
        }
        x2 = x1;
        x1 = x[i];
        for (int k = 0; k < FORMANTS; k++) {
            const snq__lanes *e = &in[k > 0];
            throat *t = &s->throat;
            LANES(l)
            {
                const float y = t->gain[k].v[l] * e->v[l] + t->back[k].v[l] * s->y1[k].v[l] +
                                t->back2[k].v[l] * s->y2[k].v[l];
                s->y2[k].v[l] = s->y1[k].v[l];
                s->y1[k].v[l] = y;
                sum.v[l] += y;
            }
        }
        x[i] = sum;
        if (!w->moving)
            continue;
        for (int k = 0; k < FORMANTS; k++)
            LANES(l)
            {
                s->throat.back[k].v[l] += w->step.back[k].v[l];
                s->throat.back2[k].v[l] += w->step.back2[k].v[l];
                s->throat.gain[k].v[l] += w->step.gain[k].v[l];
            }
    }
    s->x1 = x1;
    s->x2 = x2;
}

static SNQ_RT void formant_run(void *self, const snq__source_block *b, snq__lanes *left,
                               snq__lanes *right)
{
    formant_source *s = self;
    snq__lanes x[SNQ_SYNTH_BLOCK];
    lines w;
    if (!b->active)
        return;
    follow(s, b);
    aim(s, b, &w);
    s->fresh &= ~b->active;
    memset(x, 0, b->n * sizeof(x[0]));
    for (uint32_t l = 0; l < SNQ_LANES; l++)
        if (b->active >> l & 1)
            blow(s, &s->lane[l], b, l, x);
    resonate(s, &w, x, b->n);
    snq__lanes level, rise;
    LANES(l)
    {
        const float more = b->level.to.v[l] - b->level.from.v[l];
        const int on = b->active >> l & 1 && more - more == 0;
        level.v[l] = on ? b->level.from.v[l] : 0;
        rise.v[l] = on ? more / (float)b->n : 0;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        LANES(l)
        {
            const float y = x[i].v[l] * (level.v[l] + rise.v[l] * (float)i);
            left[i].v[l] += y;
            if (right)
                right[i].v[l] += y;
        }
    }
}

const snq__source_type snq__source_formant = {
    .name = "formant",
    .param = params,
    .params = PARAMS,
    .make = formant_make,
    .free = snq_free,
    .start = formant_start,
    .set = formant_set,
    .run = formant_run,
};
