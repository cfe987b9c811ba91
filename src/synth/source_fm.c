// SPDX-License-Identifier: MIT
/* source_fm -- two to four sines that modulate each other's phase: electric pianos, bells, basses.
 *
 * IDEA   A sine whose phase another sine moves to and fro grows overtones; how many, the depth says. With
 *        whole ratios of pitch they are harmonic, with others they ring like metal. When the modulator
 *        decays sooner than what is heard, the sound begins bright and mellows, as struck things do.
 *
 * STEPS  Operators are numbered from 1 (heard in every algorithm) to 4. What modulates what:
 *            stack_4        4 > 3 > 2 > 1                  stack_3    3 > 2 > 1
 *            pair_on_stack  (4 + 3) > 2 > 1                pair_on_1  (3 + 2) > 1
 *            stack_and_one  (4 + (3 > 2)) > 1              3_on_pair  3 > 2, 3 > 1; 1 + 2 heard
 *            one_and_stack  ((4 > 3) + 2) > 1              stack_2    2 > 1
 *            two_stacks     4 > 3, 2 > 1; 1 + 3 heard
 *            4_on_three     4 > 3, 4 > 2, 4 > 1; 1 + 2 + 3 heard
 *            stack_and_two  4 > 3; 1 + 2 + 3 heard
 *            organ          1 + 2 + 3 + 4 heard
 *        The first eight are those of the four-operator synthesizers of the 1980s.
 *        The highest operator modulates itself by the mean of its last two values, which keeps it from
 *        hunting up and down.
 *        Operator k:   y = sin(2 pi (p + modulation)) (sustain + (1 - sustain) d),   p += ratio hz / rate,
 *        d from 1 falls by 60 dB in decay_s, a multiplication a frame, so that it is the same however blocks
 *        are cut. Index of a modulator (rad):
 *            I = INDEX level^2 shape 2^(-key_scale (note - 60) / 12)      the last factor at most 2
 *        Heard: level / (number heard), so that they peak at 1 together. key_scale also shortens decays
 *        of high notes: by 2^(key_scale (note - 60) / 12 / 2).
 *        Against aliases: a modulation of index I by something that reaches up to B Hz makes sidebands J_k(I)
 *        at k B. From the top of the stack down, with f the operator's own pitch, B the highest reach of its
 *        modulators, W = sum of their I times their reach / B the index at B, and
 *            fits(m) = q^2 / (q + 3.5),   q = m - 3/4        index whose order m is at about -40 dB
 *        its modulators keep the share s = min(1, fits((rate / 2 - f) / B) / W) of their indices, and it
 *        reaches f + B (q + 3/4) itself, q the one of s W (a stricter Carson's rule, whose sidebands
 *        beyond I + 1 may be at -25 dB). An operator with feedback reaches 1 + 4 feedback times its pitch.
 *        One that is heard above LIMIT rate fades out until half the rate. Feedback is kept in full
 *        while eight harmonics of the operator fit, and goes as they do.
 *        A changed parameter moves all these in a straight line for FADE frames.
 *
 * CONST  INDEX 12 rad (ours: the brightest of the old synthesizers reach 13), feedback 1 = pi rad.
 *        LIMIT 0.45. FADE 64 frames. fits(): against J_(m+1)(I) = 0.01, m from 1 to 13 (ours, 2026).
 *
 * COST   A voice-sample, AVX2 (Sapphire Rapids, shared, 2026): three operators 2.4 ns, four 3; with feedback
 *        1.5 more, since each sample waits for the last. C: 5, 7.
 *
 * LIMITS Aliases: -32 dB of the sound at worst (two operators, index 8 asked for, notes over 1.5 kHz); -110 dB
 *        at 300 Hz. Towers of three are held back more than they would need. An operator with strong feedback is noise
 *        after a while, as it was then. Gains between block ends are straight lines of pitch-dependent
 *        curves.
 *
 * REFS   J. Chowning, "The synthesis of complex audio spectra by means of frequency modulation", JAES 21(7),
 *        1973. J. R. Carson, "Notes on the theory of modulation", Proc. IRE 10(1), 1922. N. Tomisawa, US
 *        patent 4,249,447 (1981, expired), for the averaged feedback. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "synth/lane_loop_impl.h"
#include "synth/simd/fm_impl.h"
#include "synth/voice_source_impl.h"

enum { OPS = SNQ__FM_OPERATORS, EDGES = SNQ__FM_EDGES, FADE = 64 };
static const float index_max = 12, limit_norm = 0.45f;

enum { P_ALGORITHM = 0, P_FEEDBACK, P_KEY_SCALE, P_OPERATOR };
enum { Q_RATIO = 0, Q_LEVEL, Q_DECAY, Q_SUSTAIN, QS };
enum { PARAMS = P_OPERATOR + OPS * QS };

static const char *const algorithms[] = {
    "stack_4",       "pair_on_stack", "stack_and_one", "one_and_stack", "two_stacks", "4_on_three",
    "stack_and_two", "organ",         "stack_3",       "pair_on_1",     "3_on_pair",  "stack_2",
};

static const struct algorithm {
    uint8_t operators, edges, heard; /* bits */
} algorithm[] = {
    { 4, 1 << SNQ__FM_4_3 | 1 << SNQ__FM_3_2 | 1 << SNQ__FM_2_1, 1 },
    { 4, 1 << SNQ__FM_4_2 | 1 << SNQ__FM_3_2 | 1 << SNQ__FM_2_1, 1 },
    { 4, 1 << SNQ__FM_4_1 | 1 << SNQ__FM_3_2 | 1 << SNQ__FM_2_1, 1 },
    { 4, 1 << SNQ__FM_4_3 | 1 << SNQ__FM_3_1 | 1 << SNQ__FM_2_1, 1 },
    { 4, 1 << SNQ__FM_4_3 | 1 << SNQ__FM_2_1, 1 | 4 },
    { 4, 1 << SNQ__FM_4_3 | 1 << SNQ__FM_4_2 | 1 << SNQ__FM_4_1, 1 | 2 | 4 },
    { 4, 1 << SNQ__FM_4_3, 1 | 2 | 4 },
    { 4, 0, 1 | 2 | 4 | 8 },
    { 3, 1 << SNQ__FM_3_2 | 1 << SNQ__FM_2_1, 1 },
    { 3, 1 << SNQ__FM_3_1 | 1 << SNQ__FM_2_1, 1 },
    { 3, 1 << SNQ__FM_3_2 | 1 << SNQ__FM_3_1, 1 | 2 },
    { 2, 1 << SNQ__FM_2_1, 1 },
};

static const struct {
    uint8_t from, to;
} ends[EDGES] = { { 3, 2 }, { 3, 1 }, { 3, 0 }, { 2, 1 }, { 2, 0 }, { 1, 0 } };

/* clang-format off */
#define OPERATOR(n, ratio, level, decay, sustain) \
    { .id = "op" n "_ratio", .unit = "", .min = 0.125f, .max = 32, .value = ratio, \
      .scale = SNQ_PARAM_LOG, .what = "pitch of operator " n " over the note's" }, \
    { .id = "op" n "_level", .unit = "", .max = 1, .value = level, \
      .what = "level of operator " n "; of a modulator: its depth" }, \
    { .id = "op" n "_decay_s", .unit = "s", .min = 0.01f, .max = 60, .value = decay, \
      .scale = SNQ_PARAM_LOG, .what = "time in which operator " n " falls by 60 dB" }, \
    { .id = "op" n "_sustain", .unit = "", .max = 1, .value = sustain, \
      .what = "what operator " n " falls to" }

static const snq_param params[PARAMS] = {
    { .id = "algorithm", .unit = "", .max = SNQ_COUNT(algorithms) - 1, .value = 4,
      .scale = SNQ_PARAM_DISCRETE, .choices = algorithms, .what = "what modulates what" },
    { .id = "feedback", .unit = "", .max = 1, .what = "how much the highest operator modulates itself" },
    { .id = "key_scale", .unit = "", .max = 1, .value = 0.3f,
      .what = "how much milder and shorter high notes are" },
    OPERATOR("1", 1, 1, 4, 0),
    OPERATOR("2", 1, 0.4f, 2, 0),
    OPERATOR("3", 1, 0.5f, 3, 0),
    OPERATOR("4", 14, 0.3f, 0.4f, 0),
};
/* clang-format on */

/* What straight lines go to: of all lanes, and of each. */
typedef struct settings {
    float held[OPS], falling[OPS];
    snq__lanes edge[EDGES], carrier[OPS], feedback[OPS];
} settings;

typedef struct fm_source {
    snq__fm_fn *kernel;
    float rate, value[PARAMS];
    uint32_t slide; /* frames until a changed parameter is reached */
    uint8_t fresh;  /* bit a lane that has not sounded yet */
    float note[SNQ_LANES];
    uint32_t idle[SNQ_LANES];    /* frames for which operators past the algorithm's have not run */
    snq__lanes decay[OPS], mild; /* mild: the index's factor by key */
    snq__fm_state state;
    settings now; /* at the last block's end */
    int aimed;    /* whether `now` is what these ask for */
    snq__lanes aimed_hz, aimed_shape;
} fm_source;

static const struct algorithm *algorithm_of(const fm_source *f)
{
    return &algorithm[(int)f->value[P_ALGORITHM]];
}

static float op_value(const fm_source *f, int k, int what)
{
    return f->value[P_OPERATOR + k * QS + what];
}

/* What follows from the key of a lane. */
static void scale_key(fm_source *f, int lane)
{
    const float octaves = f->value[P_KEY_SCALE] * (f->note[lane] - 60) / 12;
    f->mild.v[lane] = exp2f(fminf(-octaves, 1));
    for (int k = 0; k < OPS; k++) {
        const float s = op_value(f, k, Q_DECAY) * exp2f(-0.5f * octaves);
        f->decay[k].v[lane] = -expm1f(-6.9077553f / (fmaxf(s, 0.001f) * f->rate));
    }
}

static snq_status fm_make(const snq__source_cfg *cfg, void **out)
{
    *out = NULL;
    fm_source *f = snq_calloc(1, sizeof(*f));
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source fm");
    f->rate = (float)cfg->rate_hz;
    for (int i = 0; i < PARAMS; i++)
        f->value[i] = cfg->value[i];
    for (int l = 0; l < SNQ_LANES; l++) {
        f->note[l] = 60;
        scale_key(f, l);
    }
    f->kernel = snq__fm_pick(snq_cpu_flags());
    *out = f;
    return SNQ_OK;
}

static SNQ_RT void fm_start(void *self, uint32_t lane, const snq__source_note *note)
{
    fm_source *f = self;
    f->note[lane] = note->note;
    scale_key(f, (int)lane);
    for (int k = 0; k < OPS; k++) {
        f->state.phase[k].v[lane] = 0;
        f->state.d[k].v[lane] = 1;
        f->state.last[k][0].v[lane] = f->state.last[k][1].v[lane] = 0;
    }
    f->idle[lane] = 0;
    f->fresh |= (uint8_t)(1u << lane);
}

/* Operators that did not run decay all the same. */
static void catch_up(fm_source *f)
{
    for (int l = 0; l < SNQ_LANES; l++) {
        for (int k = algorithm_of(f)->operators; k < OPS; k++)
            f->state.d[k].v[l] *= expf((float)f->idle[l] * log1pf(-f->decay[k].v[l]));
        f->idle[l] = 0;
    }
}

static SNQ_RT void fm_set(void *self, uint32_t index, float value)
{
    fm_source *f = self;
    if (index == P_ALGORITHM)
        catch_up(f);
    f->value[index] = value;
    for (int l = 0; l < SNQ_LANES; l++)
        scale_key(f, l);
    f->slide = FADE;
    f->aimed = 0;
}

/* Operator k's modulators: their indices at this shape, cut to what fits above its `own` pitch (see STEPS); reach
 * (OPS, lanes): how high each operator's sidebands go. */
static void aim_edges(const fm_source *f, int k, const float *own, const float *shape,
                      float reach[OPS][SNQ_LANES], settings *to)
{
    float top[SNQ_LANES] = { 0 }, deep[SNQ_LANES] = { 0 }, share[SNQ_LANES];
    const float half = 0.5f * f->rate;
    for (int e = 0; e < EDGES; e++) {
        if (ends[e].to != k)
            continue;
        const int m = ends[e].from;
        const float level = algorithm_of(f)->edges >> e & 1 ? op_value(f, m, Q_LEVEL) : 0;
        const float index = index_max * level * level, counts = level > 0;
        SNQ__LANES_EACH(l)
        {
            const float is = index * shape[l] * f->mild.v[l], up = counts * reach[m][l];
            to->edge[e].v[l] = is;
            deep[l] += is * reach[m][l];
            top[l] = up > top[l] ? up : top[l];
        }
    }
    SNQ__LANES_EACH(l)
    {
        const float b = top[l] > 1 ? top[l] : 1, want = deep[l] / b;
        const float over = (half - own[l]) / b - 0.75f, q = over > 0 ? over : 0;
        const float fits = q * q / (q + 3.5f);
        share[l] = snq__lane_clamp(fits / (want + 1e-9f), 1);
        const float is = share[l] * want, wide = 0.5f * (is + sqrtf(is * is + 14 * is));
        const float some = 8 * is < 1 ? 8 * is : 1;
        reach[k][l] = own[l] + b * (wide + 0.75f * some);
    }
    for (int e = 0; e < EDGES; e++)
        if (ends[e].to == k)
            SNQ__LANES_EACH(l)
    to->edge[e].v[l] *= share[l] * (float)(0.5 * M_1_PI); /* rad to periods */
}

/* Where everything goes at these pitches and shapes. */
static void aim(const fm_source *f, const snq__lanes *hz, const snq__lanes *shape, settings *to)
{
    const struct algorithm *a = algorithm_of(f);
    const float limit = limit_norm * f->rate, half = 0.5f * f->rate;
    const float per_heard = 1 / (float)__builtin_popcount(a->heard);
    float reach[OPS][SNQ_LANES], own[SNQ_LANES], deep[SNQ_LANES];
    SNQ__LANES_EACH(l) deep[l] = snq__lane_clamp(shape->v[l], 1);
    for (int k = OPS - 1; k >= 0; k--) {
        const float ratio = op_value(f, k, Q_RATIO);
        const float level = a->heard >> k & 1 ? op_value(f, k, Q_LEVEL) * per_heard : 0;
        const float feedback = k == a->operators - 1 ? 0.5f * f->value[P_FEEDBACK] : 0;
        SNQ__LANES_EACH(l) own[l] = ratio * snq__lane_clamp(hz->v[l], half);
        aim_edges(f, k, own, deep, reach, to);
        SNQ__LANES_EACH(l)
        {
            to->carrier[k].v[l] =
                level * (1 - snq__lane_clamp((own[l] - limit) / (half - limit), 1));
            to->feedback[k].v[l] = feedback * snq__lane_clamp((limit / (own[l] + 1) - 1) / 8, 1);
            reach[k][l] += 8 * to->feedback[k].v[l] * own[l];
        }
        to->held[k] = op_value(f, k, Q_SUSTAIN);
        to->falling[k] = 1 - to->held[k];
    }
}

/* From a to b in n frames; whether it isn't 0 throughout. */
static uint32_t draw_line(const snq__lanes *a, const snq__lanes *b, uint32_t n, snq__fm_line *out)
{
    uint32_t used = 0;
    const float per_frame = 1 / (float)n;
    for (int l = 0; l < SNQ_LANES; l++) {
        out->value.v[l] = a->v[l];
        out->step.v[l] = (b->v[l] - a->v[l]) * per_frame;
        used |= (a->v[l] != 0) | (b->v[l] != 0);
    }
    return used;
}

/* A part of the block as the kernel wants it: from `now` to `to`. */
static void fill_run(const fm_source *f, const settings *to, snq__fm_run *r)
{
    const settings *now = &f->now;
    r->edges = r->loops = r->heard = 0;
    for (int k = 0; k < OPS; k++) {
        r->held[k][0] = now->held[k];
        r->held[k][1] = (to->held[k] - now->held[k]) / (float)r->n;
        r->falling[k][0] = now->falling[k];
        r->falling[k][1] = (to->falling[k] - now->falling[k]) / (float)r->n;
        r->decay[k] = f->decay[k];
        r->heard |= draw_line(&now->carrier[k], &to->carrier[k], r->n, &r->carrier[k]) << k;
        r->loops |= draw_line(&now->feedback[k], &to->feedback[k], r->n, &r->feedback[k]) << k;
    }
    for (int e = 0; e < EDGES; e++)
        r->edges |= draw_line(&now->edge[e], &to->edge[e], r->n, &r->edge[e]) << e;
}

/* Pitches and levels of a part of the block, from `begin` to `end` (0..1). */
static void fill_pitch(const fm_source *f, const snq__source_block *b, float begin, float end,
                       snq__fm_run *r)
{
    static const uint32_t bit[SNQ_LANES] = { 1, 2, 4, 8, 16, 32, 64, 128 };
    const float per_frame = 1 / (float)r->n, words = 4294967296.0f / f->rate;
    const float half = 0.5f * f->rate, most = 2147483520.0f;
    float from[SNQ_LANES], to[SNQ_LANES];
    SNQ__LANES_EACH(l)
    {
        const float level = b->active & bit[l] ? snq__lane_along(&b->level, l, begin) : 0;
        const float then = b->active & bit[l] ? snq__lane_along(&b->level, l, end) : 0;
        const float more = then - level;
        r->level.value.v[l] = more - more == 0 ? level : 0; /* infinite, NaN: 0 */
        r->level.step.v[l] = more - more == 0 ? more * per_frame : 0;
        from[l] = snq__lane_clamp(snq__lane_along(&b->hz, l, begin), half) * words;
        to[l] = snq__lane_clamp(snq__lane_along(&b->hz, l, end), half) * words;
    }
    for (int k = 0; k < OPS; k++) {
        const float ratio = op_value(f, k, Q_RATIO);
        SNQ__LANES_EACH(l)
        {
            const float x = from[l] * ratio, y = to[l] * ratio;
            const float is = x < most ? x : most, then = y < most ? y : most;
            r->inc[k].v[l] = (uint32_t)(int32_t)is;
            r->more[k].v[l] = (uint32_t)(int32_t)((then - is) * per_frame);
        }
    }
}

/* `to` as far as a slide with `slide` frames to go brings it in n frames. */
static void shorten(const settings *from, settings *to, uint32_t n, uint32_t slide)
{
    const float part = (float)n / (float)slide;
    const float *a = (const float *)(const void *)from;
    float *b = (float *)(void *)to;
    for (size_t i = 0; n < slide && i < sizeof(*to) / sizeof(float); i++)
        b[i] = a[i] + (b[i] - a[i]) * part;
}

/* Lanes that start have their settings at once; envelopes' are those of all lanes. */
static void begin_lanes(fm_source *f, const snq__source_block *b)
{
    settings fresh;
    aim(f, &b->hz.from, &b->shape.from, &fresh);
    for (int l = 0; l < SNQ_LANES; l++) {
        if (!(f->fresh & b->active & 1u << l))
            continue;
        for (int e = 0; e < EDGES; e++)
            f->now.edge[e].v[l] = fresh.edge[e].v[l];
        for (int k = 0; k < OPS; k++) {
            f->now.carrier[k].v[l] = fresh.carrier[k].v[l];
            f->now.feedback[k].v[l] = fresh.feedback[k].v[l];
        }
    }
    if ((f->fresh & b->active) == b->active) { /* nothing else sounds */
        memcpy(f->now.held, fresh.held, sizeof(fresh.held));
        memcpy(f->now.falling, fresh.falling, sizeof(fresh.falling));
        f->slide = 0;
    }
    f->fresh &= (uint8_t)~b->active;
    f->aimed = 0;
}

/* Where the settings are to be at `end` of the block. */
static void aim_at(fm_source *f, const snq__source_block *b, float end, settings *to)
{
    snq__lanes hz, shape;
    SNQ__LANES_EACH(l) hz.v[l] = snq__lane_along(&b->hz, l, end);
    SNQ__LANES_EACH(l) shape.v[l] = snq__lane_along(&b->shape, l, end);
    if (f->aimed && memcmp(&hz, &f->aimed_hz, sizeof(hz)) == 0 &&
        memcmp(&shape, &f->aimed_shape, sizeof(shape)) == 0) {
        *to = f->now;
        return;
    }
    aim(f, &hz, &shape, to);
    f->aimed_hz = hz;
    f->aimed_shape = shape;
    f->aimed = !f->slide;
}

static SNQ_RT void fm_run(void *self, const snq__source_block *b, snq__lanes *left,
                          snq__lanes *right)
{
    fm_source *f = self;
    snq__fm_run r;
    settings to;
    snq__lanes one[SNQ_SYNTH_BLOCK], *sum = right ? one : left;
    if (!b->active)
        return;
    for (uint32_t i = 0; right && i < b->n; i++)
        one[i] = (snq__lanes) { 0 };
    if (f->fresh & b->active)
        begin_lanes(f, b);
    for (uint32_t at = 0; at < b->n; at += r.n) {
        const uint32_t slide = f->slide;
        r.n = slide && slide < b->n - at ? slide : b->n - at;
        const float begin = (float)at / (float)b->n, end = (float)(at + r.n) / (float)b->n;
        r.operators = slide ? OPS : algorithm_of(f)->operators; /* those that go still sound */
        aim_at(f, b, end, &to);
        if (slide)
            shorten(&f->now, &to, r.n, slide);
        f->slide -= slide ? r.n : 0;
        fill_run(f, &to, &r);
        fill_pitch(f, b, begin, end, &r);
        f->kernel(&r, &f->state, sum + at);
        for (int l = 0; l < SNQ_LANES && r.operators < OPS; l++)
            f->idle[l] += r.n;
        f->now = to;
    }
    for (uint32_t i = 0; right && i < b->n; i++) {
        for (int l = 0; l < SNQ_LANES; l++) {
            left[i].v[l] += one[i].v[l];
            right[i].v[l] += one[i].v[l];
        }
    }
}

const snq__source_type snq__source_fm = {
    .name = "fm",
    .param = params,
    .params = PARAMS,
    .make = fm_make,
    .free = snq_free,
    .start = fm_start,
    .set = fm_set,
    .run = fm_run,
};
