// SPDX-License-Identifier: MIT
/* source_wave -- sine, triangle, sawtooth, square and wave tables, one to nine at a time.
 *
 * IDEA   Each voice runs round a drawn period, which has as many overtones as fit under the band's end
 *        at its pitch (wave_table.c). A square is the difference of two sawtooths, a triangle that of
 *        two of their integrals: the distance of the two is the pulse's width. Several voices side by
 *        side, a little out of tune, make a choir of one.
 *
 * STEPS  Phase p in 2^-32 periods, whole numbers: it can't drift.   p += hz 2^32 / rate
 *        s(p) rising sawtooth -1..1 through 0 at p = 0, P its integral, d = 0.05 + 0.9 shape
 *            sine       sin(2 pi p)
 *            triangle   (P(p + 1/2 - d/2) - P(p + 1/2 + d/2)) / (d (1 - d))   rises for d of the period
 *            sawtooth   s(p)                                            (shape does nothing)
 *            square     s(p) - s(p + d)        2 - 2d for d of the period, else -2d: no constant part
 *            table      cycle c and c + 1 mixed by the fraction of shape (cycles - 1)
 *        Level: the brightest of at most `limit_hz / f` harmonics, f the highest pitch of the block and of
 *        all detuned voices. A brighter one than now is taken when it would still fit 3 % higher, so that
 *        vibrato at a border does not go back and forth.
 *        What a lane reads (wave, level, cycle) may change at a block's start; then both are heard for FADE
 *        frames, one going as the other comes. A change during that waits.
 *        Unison: voice j of n is detuned by detune_cents (j / (n - 1) - 1/2), gain 1 / sqrt(n), and stands
 *        at that part of the width `spread`, the pairs crossed over so that neither side is the sharp one.
 *        Sides by constant power, 1 in the middle.
 *
 * CONST  limit_hz: 0.475 of the rate, at most 22.8 kHz: with four levels an octave the last overtone of a
 *        sawtooth is at 19 .. 22.8 kHz (at 48 kHz).
 *        FADE 64 frames (1.3 ms), ours: a straight crossfade of two sounds in phase.
 *        Phases of `reset`: voice j at j / golden ratio, the first at 0.
 *
 * COST   A voice-sample, blocks of 64 (Sapphire Rapids, busy, 2026; tests/kernels --bench):
 *                                            AVX-512   AVX2     C
 *            sawtooth, sine                    0.7      0.8    2.1
 *            square, triangle, table           1.2      1.6    4.0
 *            seven voices in stereo            4.1      5.3     14
 *            the same of one lane alone        5.7      9.5     19
 *
 * LIMITS Levels are chosen once a block: a pitch that rises by more than an octave in 64 frames folds for
 *        that long. While a level fades, a product of two straight lines (level, fade) is drawn straight.
 *        Peaks: sawtooth and square 1 plus what every band-limited jump swings over (9 %); the square at
 *        widths other than 1/2 up to 1.9 (2 between its peaks always).
 *        Waveform `table` of a source that was made without a table is the sawtooth. */
#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "synth/bank_impl.h"
#include "synth/lane_loop_impl.h"
#include "synth/simd/wave_impl.h"
#include "synth/voice_source_impl.h"

enum { UNISON_MAX = 9, FADE = 64 };

enum { WAVE_SINE = 0, WAVE_TRIANGLE, WAVE_SAWTOOTH, WAVE_SQUARE, WAVE_TABLE, WAVES };
enum { P_WAVEFORM = 0, P_UNISON, P_DETUNE, P_SPREAD, P_PHASE, PARAMS };

static const char *const waveforms[] = { "sine", "triangle", "sawtooth", "square", "table" };
static const char *const phases[] = { "free", "reset" };

static const snq_param params[PARAMS] = {
    { .id = "waveform",
      .unit = "",
      .max = WAVES - 1,
      .value = WAVE_SAWTOOTH,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = waveforms,
      .what = "form of the wave; table: the patch's recording names it" },
    { .id = "unison",
      .unit = "",
      .min = 1,
      .max = UNISON_MAX,
      .value = 1,
      .scale = SNQ_PARAM_DISCRETE,
      .what = "how many oscillators sound as one" },
    { .id = "detune_cents",
      .unit = "cents",
      .max = 100,
      .value = 20,
      .what = "between the lowest and the highest of a unison" },
    { .id = "spread", .unit = "", .max = 1, .value = 0.5f, .what = "width of a unison" },
    { .id = "phase",
      .unit = "",
      .max = 1,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = phases,
      .what = "where a note's wave begins: anywhere, or always at the same place" },
};

/* What a lane reads. */
typedef struct reading {
    uint8_t wave, level;
    uint16_t cycle;
} reading;

/* Gain of each voice of a unison on the left and the right side. */
typedef struct places {
    float side[UNISON_MAX][2];
} places;

typedef struct wave_source {
    snq__wave_kernels kernels;
    const snq__table *table[WAVES];
    float limit_hz, half_hz, words_per_hz;
    int stereo;
    float value[PARAMS];
    float ratio[UNISON_MAX], highest; /* pitch of each voice; the highest */
    places from, to;                  /* gains move from one to the other … */
    uint32_t slide;                   /* … and have so many frames to go */
    int placed;                       /* whether from and to were ever set */
    reading now[SNQ_LANES], old[SNQ_LANES];
    uint32_t fade[SNQ_LANES]; /* frames until old is gone */
    uint8_t fresh;            /* bit a lane that has not sounded yet: no fade */
    snq__lane_words phase[UNISON_MAX];
} wave_source;
_Static_assert((int)UNISON_MAX == (int)SNQ__WAVE_VOICES_MAX, "what the kernel has room for");

static int unison_of(const wave_source *w)
{
    return (int)w->value[P_UNISON];
}

/* Pitches and gains from the parameters; the gains slide there, unless nothing sounded yet. */
static void place(wave_source *w)
{
    const int n = unison_of(w);
    for (int j = 0; j < UNISON_MAX; j++) {
        const int pair = j < n - 1 - j ? j : n - 1 - j;
        const float at = n > 1 ? 2.0f * (float)j / (float)(n - 1) - 1 : 0; /* -1 .. 1 */
        const float pan = w->stereo ? w->value[P_SPREAD] * (pair % 2 ? -at : at) : 0;
        const float gain = j < n ? 1 / sqrtf((float)n) : 0, angle = (float)M_PI_4 * (1 + pan);
        /* in the middle exactly `gain`, which the rounding of a cosine would miss */
        w->to.side[j][0] = pan != 0 ? gain * (float)M_SQRT2 * cosf(angle) : gain;
        w->to.side[j][1] = pan != 0 ? gain * (float)M_SQRT2 * sinf(angle) : gain;
        w->ratio[j] = n > 1 ? exp2f(w->value[P_DETUNE] * at / 2400) : 1;
    }
    w->highest = w->ratio[n - 1];
}

static snq_status wave_make(const snq__source_cfg *cfg, void **out)
{
    snq_status st;
    *out = NULL;
    wave_source *w = snq_calloc(1, sizeof(*w));
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source wave");
    const snq__table *saw = snq__bank_basic(cfg->bank, SNQ__BASIC_SAW);
    const float rate = (float)cfg->rate_hz;
    w->table[WAVE_SINE] = snq__bank_basic(cfg->bank, SNQ__BASIC_SINE);
    w->table[WAVE_TRIANGLE] = snq__bank_basic(cfg->bank, SNQ__BASIC_PARABOLA);
    w->table[WAVE_SAWTOOTH] = w->table[WAVE_SQUARE] = w->table[WAVE_TABLE] = saw;
    w->limit_hz = fminf(0.475f * rate, 22800);
    w->half_hz = 0.5f * rate;
    w->words_per_hz = 4294967296.0f / rate;
    w->stereo = cfg->stereo;
    for (int i = 0; i < PARAMS; i++)
        w->value[i] = cfg->value[i];
    const char *name = cfg->recording && cfg->recording[0] ? cfg->recording : NULL;
    if (!name && w->value[P_WAVEFORM] == WAVE_TABLE)
        name = snq__cycles_at(0)->name;
    if (name)
        SNQ_GOTO(snq__bank_table(cfg->bank, name, &w->table[WAVE_TABLE]));
    place(w);
    w->from = w->to;
    snq__wave_kernels_init(&w->kernels, snq_cpu_flags());
    *out = w;
    return SNQ_OK;
fail:
    snq_free(w);
    return st;
}

static SNQ_RT void wave_start(void *self, uint32_t lane, const snq__source_note *note)
{
    wave_source *w = self;
    snq_rng rng;
    snq_rng_init(&rng, note->seed);
    for (uint32_t j = 0; j < UNISON_MAX; j++) {
        const uint32_t drawn = (uint32_t)(snq_rng_next(&rng) >> 32);
        w->phase[j].v[lane] = w->value[P_PHASE] > 0 ? j * 0x9E3779B9u : drawn;
    }
    w->fresh |= (uint8_t)(1u << lane);
    w->fade[lane] = 0;
}

static SNQ_RT void wave_set(void *self, uint32_t index, float value)
{
    wave_source *w = self;
    w->value[index] = value;
    if (index == P_WAVEFORM || index == P_PHASE)
        return;
    /* go on from where the gains are */
    const float back = (float)w->slide / FADE;
    for (int j = 0; j < UNISON_MAX; j++)
        for (int s = 0; s < 2; s++)
            w->from.side[j][s] = w->to.side[j][s] + back * (w->from.side[j][s] - w->to.side[j][s]);
    place(w);
    w->slide = FADE;
}

typedef struct block {
    uint32_t n, active;
    snq__ramp hz, shape, level; /* as given, made harmless; the level of idle lanes is 0 */
} block;

static void take_block(const wave_source *w, const snq__source_block *given, block *out)
{
    static const uint32_t bit[SNQ_LANES] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const float half = w->half_hz;
    const uint32_t active = given->active;
    out->n = given->n;
    out->active = active;
    SNQ__LANES_EACH(l)
    {
        out->hz.from.v[l] = snq__lane_clamp(given->hz.from.v[l], half);
        out->hz.to.v[l] = snq__lane_clamp(given->hz.to.v[l], half);
    }
    SNQ__LANES_EACH(l)
    {
        out->shape.from.v[l] = snq__lane_clamp(given->shape.from.v[l], 1);
        out->shape.to.v[l] = snq__lane_clamp(given->shape.to.v[l], 1);
    }
    SNQ__LANES_EACH(l)
    {
        const float from = active & bit[l] ? given->level.from.v[l] : 0;
        const float to = active & bit[l] ? given->level.to.v[l] : 0;
        out->level.from.v[l] = from - from == 0 ? from : 0; /* infinite, NaN: 0 */
        out->level.to.v[l] = to - to == 0 ? to : 0;
    }
}

static int same_reading(reading a, reading b)
{
    return a.wave == b.wave && a.level == b.level && a.cycle == b.cycle;
}

/* What each lane reads in this block; begins fades. */
static void decide(wave_source *w, const block *b)
{
    const uint8_t wave = (uint8_t)w->value[P_WAVEFORM];
    const snq__table *t = w->table[wave];
    const float limit = w->limit_hz / w->highest, cycles = (float)(t->cycles - 1);
    int32_t harmonics[SNQ_LANES], sure[SNQ_LANES]; /* that fit; that would fit 3 % higher */
    float at[SNQ_LANES];
    SNQ__LANES_EACH(l)
    {
        const float from = b->hz.from.v[l], to = b->hz.to.v[l];
        const float fit = limit / (from > to ? from : to); /* at 0 Hz: all */
        const float most = fit < SNQ__TABLE_HARMONICS_MAX ? fit : SNQ__TABLE_HARMONICS_MAX;
        harmonics[l] = (int32_t)most;
        sure[l] = (int32_t)(most * (1 / 1.03f));
        at[l] = snq__lane_along(&b->shape, l, 0.5f) * cycles;
    }
    for (int l = 0; l < SNQ_LANES; l++) {
        if (!(b->active >> l & 1))
            continue;
        const reading now = w->now[l];
        reading want = { .wave = wave, .level = t->level_of[harmonics[l]] };
        const int fresh = w->fresh >> l & 1;
        if (want.level > now.level && wave == now.wave && !fresh) {
            const uint8_t level = t->level_of[sure[l]];
            want.level = level > now.level ? level : now.level;
        }
        if (wave == WAVE_TABLE && t->cycles > 1) {
            const uint32_t cycle = (uint32_t)(int32_t)at[l];
            want.cycle = (uint16_t)(cycle < t->cycles - 2 ? cycle : t->cycles - 2);
        }
        if (fresh) {
            w->now[l] = want;
        } else if (!w->fade[l] && !same_reading(want, now)) {
            w->old[l] = now;
            w->now[l] = want;
            w->fade[l] = FADE;
        }
    }
    w->fresh &= (uint8_t)~b->active;
}

/* A stretch of a block: frames at .. at + n, in which no fade ends. */
typedef struct stretch {
    uint32_t at, n;
    float begin, end, per_frame; /* the same as parts of the block; 1 / n */
} stretch;

static uint32_t reads_of(const wave_source *w, int wave)
{
    return wave == WAVE_SQUARE || wave == WAVE_TRIANGLE ||
                   (wave == WAVE_TABLE && w->table[wave]->cycles > 1)
               ? 2
               : 1;
}

/* Where a lane's reads are (in periods, 0 .. 1) and what they weigh at this shape. */
static inline void reads_at(int wave, float cycles, float cycle, float shape, float offset[2],
                            float weight[2])
{
    const float d = 0.05f + 0.9f * shape;
    if (wave == WAVE_SQUARE) {
        offset[0] = 0;
        offset[1] = d;
        weight[0] = 1;
        weight[1] = -1;
    } else if (wave == WAVE_TRIANGLE) {
        offset[0] = 0.5f - 0.5f * d;
        offset[1] = 0.5f + 0.5f * d;
        weight[0] = 1 / (d * (1 - d));
        weight[1] = -weight[0];
    } else {
        offset[0] = offset[1] = 0;
        weight[1] = snq__lane_clamp(shape * cycles - cycle, 1);
        weight[0] = 1 - weight[1];
    }
}

/* Both reads: where they are and what they weigh. */
static inline void prepare_two(int wave, float cycles, const block *b, const stretch *s,
                               const snq__lanes *cycle, snq__wave_run *r)
{
    const float half = 2147483520.0f; /* a period in words is twice this: int32 holds half of one */
    const float per_frame = s->per_frame;
    SNQ__LANES_EACH(l)
    {
        float offset[2][2], weight[2][2];
        reads_at(wave, cycles, cycle->v[l], snq__lane_along(&b->shape, l, s->begin), offset[0],
                 weight[0]);
        reads_at(wave, cycles, cycle->v[l], snq__lane_along(&b->shape, l, s->end), offset[1],
                 weight[1]);
        for (int i = 0; i < 2; i++) {
            const float more = (offset[1][i] - offset[0][i]) * half * per_frame;
            r->offset[i].v[l] = 2 * (uint32_t)(int32_t)(offset[0][i] * half);
            r->offset_step[i].v[l] = 2 * (uint32_t)(int32_t)more;
            r->weight[i].v[l] = weight[0][i];
            r->weight_step[i].v[l] = (weight[1][i] - weight[0][i]) * per_frame;
        }
    }
}

/* What the kernel is told, but for levels. */
static void prepare(const wave_source *w, const block *b, const stretch *s, int wave,
                    const reading *what, snq__wave_run *r)
{
    const snq__table *t = w->table[wave];
    snq__lanes cycle;
    r->piece = t->piece;
    r->reads = reads_of(w, wave);
    for (int l = 0; l < SNQ_LANES; l++) {
        const int in = what[l].wave == wave;
        const uint32_t level = in ? what[l].level : 0, at = in ? what[l].cycle : 0;
        const uint32_t bits = t->bits[level];
        cycle.v[l] = (float)at;
        r->bits.v[l] = bits;
        r->first[0].v[l] = t->first[level] + (at << bits);
        r->first[1].v[l] = t->first[level] + ((at + (wave == WAVE_TABLE)) << bits);
    }
    /* one loop for each wave, without its questions */
    if (wave == WAVE_SQUARE)
        prepare_two(WAVE_SQUARE, 0, b, s, &cycle, r);
    else if (wave == WAVE_TRIANGLE)
        prepare_two(WAVE_TRIANGLE, 0, b, s, &cycle, r);
    else if (r->reads > 1)
        prepare_two(WAVE_TABLE, (float)(t->cycles - 1), b, s, &cycle, r);
}

/* What is the same for all waves of a stretch: pitch, and where the unison's voices stand. */
static void prepare_voices(const wave_source *w, const block *b, const stretch *s, snq__wave_run *r)
{
    const float back = (float)w->slide / FADE;
    const float left = w->slide ? (float)(w->slide - s->n) / FADE : 0;
    r->n = s->n;
    r->phase = w->phase;
    r->voices = w->slide ? UNISON_MAX : (uint32_t)unison_of(w);
    SNQ__LANES_EACH(l) r->hz_from.v[l] = snq__lane_along(&b->hz, l, s->begin);
    SNQ__LANES_EACH(l) r->hz_to.v[l] = snq__lane_along(&b->hz, l, s->end);
    for (uint32_t j = 0; j < r->voices; j++) {
        r->scale[j] = w->ratio[j] * w->words_per_hz;
        for (int side = 0; side < 2; side++) {
            const float is = w->to.side[j][side], was = w->from.side[j][side];
            r->side_from[j][side] = is + back * (was - is);
            r->side_to[j][side] = is + left * (was - is);
        }
    }
}

/* Phases and fades at the stretch's end. */
static void move_on(wave_source *w, const snq__wave_run *r)
{
    w->kernels.move(r, w->phase);
    w->slide -= w->slide ? r->n : 0;
    for (int l = 0; l < SNQ_LANES; l++)
        w->fade[l] -= w->fade[l] < r->n ? w->fade[l] : r->n;
}

/* Levels of the lanes that read `wave`, with their fades; whether there are any. */
static int share(const wave_source *w, const block *b, const stretch *s, int wave, int is_old,
                 snq__wave_run *r)
{
    const reading *what = is_old ? w->old : w->now;
    r->lanes = 0;
    for (int l = 0; l < SNQ_LANES; l++) {
        const int in = (b->active >> l & 1) && what[l].wave == wave && (!is_old || w->fade[l]);
        const float was = (float)w->fade[l] / FADE;
        const float is = w->fade[l] ? (float)(w->fade[l] - s->n) / FADE : 0;
        r->level_from.v[l] =
            !in ? 0 : snq__lane_along(&b->level, l, s->begin) * (is_old ? was : 1 - was);
        r->level_to.v[l] = !in ? 0 : snq__lane_along(&b->level, l, s->end) * (is_old ? is : 1 - is);
        r->lanes |= (uint32_t)in << l;
    }
    return r->lanes != 0;
}

/* How far the next stretch goes; whether any lane that sounds fades in it, or reads another wave. */
static int next_stretch(const wave_source *w, const block *b, stretch *s)
{
    const uint8_t wave = (uint8_t)w->value[P_WAVEFORM];
    int mixed = 0;
    s->at += s->n;
    s->n = b->n - s->at;
    if (w->slide && w->slide < s->n)
        s->n = w->slide;
    for (uint32_t bits = b->active; bits; bits &= bits - 1) {
        const uint32_t l = (uint32_t)__builtin_ctz(bits);
        mixed |= w->fade[l] || w->now[l].wave != wave;
        if (w->fade[l] && w->fade[l] < s->n)
            s->n = w->fade[l];
    }
    s->begin = (float)s->at / (float)b->n;
    s->end = (float)(s->at + s->n) / (float)b->n;
    s->per_frame = 1 / (float)s->n;
    return mixed;
}

static SNQ_RT void wave_run(void *self, const snq__source_block *given, snq__lanes *left,
                            snq__lanes *right)
{
    wave_source *w = self;
    block b;
    snq__wave_run run;
    if (!given->active)
        return;
    take_block(w, given, &b);
    if ((w->fresh & b.active) == b.active)
        w->slide = 0; /* nothing sounds that could slide */
    decide(w, &b);
    for (stretch s = { 0 }; s.at + s.n < b.n; move_on(w, &run)) {
        const int mixed = next_stretch(w, &b, &s);
        snq__lanes *l = left + s.at, *r = right ? right + s.at : NULL;
        prepare_voices(w, &b, &s, &run);
        if (!mixed) {
            run.lanes = b.active;
            SNQ__LANES_EACH(i) run.level_from.v[i] = snq__lane_along(&b.level, i, s.begin);
            SNQ__LANES_EACH(i) run.level_to.v[i] = snq__lane_along(&b.level, i, s.end);
            prepare(w, &b, &s, (int)w->value[P_WAVEFORM], w->now, &run);
            w->kernels.play(&run, l, r);
            continue;
        }
        for (int wave = 0; wave < 2 * WAVES; wave++) {
            const int is_old = wave >= WAVES;
            if (share(w, &b, &s, wave % WAVES, is_old, &run)) {
                prepare(w, &b, &s, wave % WAVES, is_old ? w->old : w->now, &run);
                w->kernels.play(&run, l, r);
            }
        }
    }
}

const snq__source_type snq__source_wave = {
    .name = "wave",
    .param = params,
    .params = PARAMS,
    .stereo = 1,
    .make = wave_make,
    .free = snq_free,
    .start = wave_start,
    .set = wave_set,
    .run = wave_run,
};
