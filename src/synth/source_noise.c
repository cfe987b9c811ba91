// SPDX-License-Identifier: MIT
/* source_noise -- white, pink, brown, blue and violet noise.
 *
 * IDEA   White noise has as much of every frequency; ears find it bright, since an octave higher up is
 *        twice as wide. Pink noise falls by half an octave (3 dB), so that every octave has its share;
 *        brown falls by 6 dB, blue and violet rise by 3 and 6. All are white noise behind a short chain
 *        of filters that are made to have just that slope.
 *
 * STEPS  White: a xoshiro128+ a lane and side, uniform in -1 .. 1.
 *        Chain: H(z) = product over sections of (1 - zero z^-1) / (1 - pole z^-1)
 *            pink     2 sections near the top of the band; then poles a factor of 4 in frequency apart
 *                     down to LOWEST_HZ, each with a zero twice as high: minus 3 dB an octave, since
 *                     half of every octave falls by 6. Poles and zeros go by frequency over rate, so
 *                     the same numbers do for every rate.
 *            brown    a pole at LOWEST_HZ, and one section that mends the top of the band
 *            blue, violet: pink and brown turned over (poles for zeros).
 *        A note begins in the middle of an endless noise, not with a filter at rest. The memories w of all
 *        sections go w = A w' + 1 x, with A[i][j] = pole[j] - zero[j] for j < i, pole[i] on the diagonal;
 *        so they are jointly normal, nearly, with covariance C = sum over t of A^t 1 1' A'^t / 3, which
 *        DOUBLINGS steps C = C + A C A', A = A A find. start draws them as L g, L L' = C (Cholesky), g
 *        normal.
 *        Same RMS for all: the chain's output is x + sum (pole - zero) w', and its power follows from C.
 *        Another colour is faded in over FADE frames.
 *
 * CONST  The top sections were fitted with scipy 1.10 (least |error|^3 over f/rate 2e-4 .. 0.455; ours, 2026):
 *        pink within 0.03 dB, brown 0.11 dB there. With the lower end: within 0.3 dB of the slope from 20 Hz
 *        to 20 kHz at 44.1 to 192 kHz (tests).
 *        RMS 0.25 (-12 dBFS): the peaks of the normal ones come near 1.
 *        LOWEST_HZ 5.
 *
 * COST   A voice-sample, one side, AVX2 (Sapphire Rapids, shared, 2026): white 0.45 ns, brown 0.75, pink 1.3.
 *        C: 1, 1.7, 2.6. Making one: 0.03 ms.
 *
 * LIMITS 2^128 samples until it repeats. Pitch and shape do nothing. Below 5 Hz all are flat.
 *
 * REFS   D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021. */
#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "synth/simd/noise_impl.h"
#include "synth/voice_source_impl.h"

enum { WHITE = 0, PINK, BROWN, BLUE, VIOLET, COLOURS };
enum { SECTIONS_MAX = 12, FADE = 64, DOUBLINGS = 24 };
static const double rms = 0.25, lowest_hz = 5;

static const char *const colours[COLOURS] = { "white", "pink", "brown", "blue", "violet" };

static const snq_param params[] = {
    { .id = "colour",
      .unit = "",
      .max = COLOURS - 1,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = colours,
      .what = "slope of the spectrum: 0, -3, -6, +3, +6 dB an octave" },
};

/* A chain of filters. */
typedef struct chain {
    uint32_t sections; /* a multiple of SNQ__NOISE_GROUP; those left over do nothing */
    float pole[SECTIONS_MAX], zero[SECTIONS_MAX];
    float gain;
    float memory[SECTIONS_MAX][SECTIONS_MAX]; /* lower triangle: L of the essay */
} chain;

typedef struct voice_side {
    snq__lane_words random[4];
    snq__lanes now[SECTIONS_MAX], old[SECTIONS_MAX]; /* memories of both colours' chains */
} voice_side;

typedef struct noise_source {
    snq__noise_kernels kernels;
    int stereo;
    uint32_t colour, old, wanted; /* colour sounds, old goes, wanted comes when it is gone */
    uint32_t fade;                /* frames until old is gone */
    chain chain[COLOURS];
    voice_side side[2];
} noise_source;

static void put(chain *c, double pole, double zero)
{
    c->pole[c->sections] = (float)pole;
    c->zero[c->sections++] = (float)zero;
}

static void design(chain *c, int colour, double rate)
{
    if (colour == PINK || colour == BLUE) {
        put(c, -0.390237, -0.449870);
        put(c, 0.352982, 0.080162);
        for (double hz = 0.0409847 * rate; c->sections < SECTIONS_MAX; hz /= 4) {
            put(c, exp(-2 * M_PI * hz / rate), exp(-4 * M_PI * hz / rate));
            if (hz < lowest_hz)
                break;
        }
    } else if (colour == BROWN || colour == VIOLET) {
        put(c, exp(-2 * M_PI * lowest_hz / rate), 0);
        put(c, -0.169883, -0.344594);
    }
    for (uint32_t k = 0; k < c->sections && colour >= BLUE; k++) {
        const float pole = c->pole[k];
        c->pole[k] = c->zero[k];
        c->zero[k] = pole;
    }
    c->sections = (c->sections + SNQ__NOISE_GROUP - 1) / SNQ__NOISE_GROUP * SNQ__NOISE_GROUP;
}

typedef struct matrix {
    double m[SECTIONS_MAX][SECTIONS_MAX];
} matrix;

/* out = a b, or a b' */
static void multiply(const matrix *a, const matrix *b, int transposed, uint32_t n, matrix *out)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            double sum = 0;
            for (uint32_t k = 0; k < n; k++)
                sum += a->m[i][k] * (transposed ? b->m[j][k] : b->m[k][j]);
            out->m[i][j] = sum;
        }
    }
}

/* What the sections remember, together, of white noise of power 1: C of the essay times 3. */
static void remembered(const chain *c, matrix *cov)
{
    const uint32_t n = c->sections;
    matrix a = { 0 }, by, more;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            const double pole = (double)c->pole[j], zero = (double)c->zero[j];
            a.m[i][j] = j < i ? pole - zero : j == i ? pole : 0;
            cov->m[i][j] = 1;
        }
    }
    for (int doubling = 0; doubling < DOUBLINGS; doubling++) {
        multiply(&a, cov, 0, n, &by);
        multiply(&by, &a, 1, n, &more);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                cov->m[i][j] += more.m[i][j];
        by = a;
        multiply(&by, &by, 0, n, &a);
    }
}

static void measure(chain *c)
{
    const uint32_t n = c->sections;
    double power = 1; /* of the chain's output: this sample's, and what is remembered */
    matrix cov = { 0 };
    remembered(c, &cov);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            power += cov.m[i][j] * ((double)c->pole[i] - (double)c->zero[i]) *
                     ((double)c->pole[j] - (double)c->zero[j]);
    c->gain = (float)(rms / sqrt(power / 3));
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j <= i; j++) {
            double sum = cov.m[i][j] / 3;
            for (uint32_t k = 0; k < j; k++)
                sum -= (double)c->memory[i][k] * (double)c->memory[j][k];
            const double root = (double)c->memory[j][j];
            /* sections that see nothing new have no share of their own */
            const double part = root > 1e-6 ? sum / root : 0;
            c->memory[i][j] = (float)(i == j ? sqrt(fmax(sum, 0)) : part);
        }
    }
}

static snq_status noise_make(const snq__source_cfg *cfg, void **out)
{
    *out = NULL;
    noise_source *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source noise");
    s->stereo = cfg->stereo;
    s->colour = s->wanted = (uint32_t)cfg->value[0];
    for (int c = 0; c < COLOURS; c++) {
        design(&s->chain[c], c, cfg->rate_hz);
        measure(&s->chain[c]);
    }
    snq__noise_kernels_init(&s->kernels, snq_cpu_flags());
    *out = s;
    return SNQ_OK;
}

/* The chain's memory in a lane as if it had always run. */
static void remember(const chain *c, snq__lanes *memory, uint32_t lane, snq_rng *rng)
{
    double g[SECTIONS_MAX];
    for (uint32_t k = 0; k < c->sections; k++)
        g[k] = snq_rng_normal(rng);
    for (uint32_t i = 0; i < c->sections; i++) {
        double sum = 0;
        for (uint32_t k = 0; k <= i; k++)
            sum += (double)c->memory[i][k] * g[k];
        memory[i].v[lane] = (float)sum;
    }
}

static SNQ_RT void noise_start(void *self, uint32_t lane, const snq__source_note *note)
{
    noise_source *s = self;
    snq_rng rng;
    snq_rng_init(&rng, note->seed);
    for (int side = 0; side < 2; side++) {
        voice_side *v = &s->side[side];
        for (int i = 0; i < 4; i++)
            v->random[i].v[lane] = (uint32_t)(snq_rng_next(&rng) >> 32) | (i == 0);
        remember(&s->chain[s->colour], v->now, lane, &rng);
        remember(&s->chain[s->old], v->old, lane, &rng);
    }
}

static SNQ_RT void noise_set(void *self, uint32_t index, float value)
{
    noise_source *s = self;
    (void)index;
    s->wanted = (uint32_t)value;
}

/* The colour that is wanted comes in, its memory drawn from the lane's own stream. */
static void change(noise_source *s)
{
    s->old = s->colour;
    s->colour = s->wanted;
    s->fade = FADE;
    for (int side = 0; side < 2; side++) {
        voice_side *v = &s->side[side];
        for (uint32_t lane = 0; lane < SNQ_LANES; lane++) {
            snq_rng rng;
            snq_rng_init(&rng, (uint64_t)v->random[1].v[lane] << 32 | v->random[2].v[lane]);
            for (int k = 0; k < SECTIONS_MAX; k++)
                v->old[k].v[lane] = v->now[k].v[lane];
            remember(&s->chain[s->colour], v->now, lane, &rng);
        }
    }
}

/* frames at .. at + n of a block, gains going from `from` to `to` of the level */
typedef struct stretch {
    uint32_t at, n;
    float from, to;
} stretch;

static void add_colour(const noise_source *s, const chain *c, snq__lanes *memory, snq__lanes *x,
                       const snq__source_block *b, const stretch *part, snq__lanes *to)
{
    const float begin = (float)part->at / (float)b->n,
                end = (float)(part->at + part->n) / (float)b->n;
    snq__lanes gain, step;
    for (uint32_t k = 0; k < c->sections; k += SNQ__NOISE_GROUP)
        s->kernels.tint(c->pole + k, c->zero + k, memory + k, x, part->n);
    for (int l = 0; l < SNQ_LANES; l++) {
        const int on = b->active >> l & 1 && isfinite(b->level.from.v[l] + b->level.to.v[l]);
        const float level = on ? b->level.from.v[l] : 0;
        const float more = on ? b->level.to.v[l] - level : 0;
        const float first = c->gain * part->from * (level + more * begin);
        gain.v[l] = first;
        step.v[l] = (c->gain * part->to * (level + more * end) - first) / (float)part->n;
    }
    s->kernels.add(&gain, &step, x, to + part->at, part->n);
}

static SNQ_RT void noise_run(void *self, const snq__source_block *b, snq__lanes *left,
                             snq__lanes *right)
{
    noise_source *s = self;
    if (!b->active)
        return;
    snq__lanes x[SNQ_SYNTH_BLOCK], copy[SNQ_SYNTH_BLOCK];
    for (uint32_t at = 0, n; at < b->n; at += n) {
        if (!s->fade && s->wanted != s->colour)
            change(s);
        n = s->fade && s->fade < b->n - at ? s->fade : b->n - at;
        const float was = (float)s->fade / FADE, is = s->fade ? (float)(s->fade - n) / FADE : 0;
        for (int side = 0; side < (right ? 2 : 1); side++) {
            voice_side *v = &s->side[side];
            snq__lanes *to = side ? right : left;
            s->kernels.draw(v->random, x, n);
            for (uint32_t i = 0; s->fade && i < n; i++)
                copy[i] = x[i];
            add_colour(s, &s->chain[s->colour], v->now, x, b, &(stretch) { at, n, 1 - was, 1 - is },
                       to);
            if (s->fade)
                add_colour(s, &s->chain[s->old], v->old, copy, b, &(stretch) { at, n, was, is },
                           to);
        }
        s->fade -= s->fade ? n : 0;
    }
}

const snq__source_type snq__source_noise = {
    .name = "noise",
    .param = params,
    .params = SNQ_COUNT(params),
    .stereo = 1,
    .make = noise_make,
    .free = snq_free,
    .start = noise_start,
    .set = noise_set,
    .run = noise_run,
};
