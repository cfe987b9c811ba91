// SPDX-License-Identifier: MIT
/* effect -- what all effects have in common.
 *
 * IDEA   A knob that jumps makes a click, because the sound jumps with it. So every jump is spread over
 *        about a fiftieth of a second, and what can't be spread (a choice between two ways of working)
 *        happens while the output is faded out. Switching an effect off fades from its output to its
 *        input, which waits as long as the output does, so that nothing shifts.
 *
 * STEPS  Time is cut into cells of 64 frames. At each cell's begin, of every parameter that moves,
 *            mid = mid + a (goal - mid),   to = to + a (mid' - to),   a = 1 - e^(-64 / (0.01 rate))
 *        (logarithmic parameters: of their logarithms); across the cell the value goes in a straight
 *        line. Two poles: a single one would start with a corner, which is heard.
 *        Output = mix duck wet + (1 - mix) dry, mix and duck along 3 u^2 - 2 u^3, u = 0 .. 1 in 10 ms
 *        (mix), 5 ms (duck): without corners.
 *            bypass: mix 1 -> 0; then the effect is reset and rests.
 *            back:   the effect runs unheard for its latency, then mix 0 -> 1.
 *            choice: duck 1 -> 0, the choice is set, duck 0 -> 1.
 *
 * CONST  20 ms, 10 ms, 5 ms: ours, so that the energy above 8 kHz about a jump stays within 6 dB of what
 *        it was (tests/fx/test_effect.c, 2026).
 *
 * COST   About 40 cycles a cell while nothing moves: one look at what comes in (loudest.h).
 *
 * LIMITS A parameter begins to move at the next cell, up to 63 frames late. */
#include "fx/effect.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/limits.h"
#include "fx/delay_pair.h"
#include "fx/effect_impl.h"
#include "fx/loudest.h"

enum {
    CELL = SNQ_EFFECT_BLOCK,
    PARAMS = SNQ_EFFECT_PARAMS_MAX,
    RATE_MIN = 8000,
    RATE_MAX = 192000
};
static const double glide_s = 0.01, mix_s = 0.01, duck_s = 0.005;
static const float settled = 1e-3f; /* of the goal or the range: closer, the next line ends there */

static const snq__effect_type *const kinds[] = {
    &snq__effect_eq,    &snq__effect_filter,    &snq__effect_compressor, &snq__effect_limiter,
    &snq__effect_gate,  &snq__effect_transient, &snq__effect_width,      &snq__effect_bitcrusher,
    &snq__effect_delay, &snq__effect_reverb,    &snq__effect_chorus,     &snq__effect_saturation,
    &snq__effect_vinyl,
};

/* On its way up or down: 3 u^2 - 2 u^3, u from `from` to `to` in a cell. */
typedef struct fade {
    float by; /* a cell */
    float from, to;
} fade;

struct snq_effect {
    const snq__effect_type *type;
    void *self;
    snq__loudest_fn *loudest;
    uint32_t rate_hz, at; /* frame of the cell */
    int started, moved;   /* moved: of this cell */
    int restless;         /* some parameter has not arrived */
    float a;
    float goal[PARAMS], mid[PARAMS], from[PARAMS], to[PARAMS];
    float piece_from[PARAMS], piece_to[PARAMS];
    int bypassed, choosing; /* choosing: a choice waits for the output to be faded out */
    int idle;               /* the kind has not run since its reset */
    fade mix, duck;
    uint32_t warm; /* cells that the effect still runs unheard */
    uint32_t latency, latency_max;
    snq__delay_pair late; /* the input, as late as the output; only of kinds that are late */
    uint64_t quiet;       /* frames of silence that came in last */
};

static const snq__effect_type *find(const char *kind)
{
    for (size_t i = 0; kind && i < SNQ_COUNT(kinds); i++)
        if (strcmp(kinds[i]->name, kind) == 0)
            return kinds[i];
    return NULL;
}

const char *snq_effect_kind(unsigned i)
{
    return i < SNQ_COUNT(kinds) ? kinds[i]->name : NULL;
}

const snq_param *snq_effect_params(const char *kind, size_t *n)
{
    const snq__effect_type *t = find(kind);
    *n = t ? t->params : 0;
    return t ? t->param : NULL;
}

const char *snq_effect_what(const char *kind)
{
    const snq__effect_type *t = find(kind);
    return t ? t->what : NULL;
}

static fade fade_at(double seconds, uint32_t rate_hz, int up)
{
    const double cells = floor(seconds * rate_hz / CELL + 0.5);
    return (fade) { .by = (float)(1 / fmax(cells, 1)), .from = (float)up, .to = (float)up };
}

static void fade_go(fade *f, int up)
{
    f->from = f->to;
    f->to += up ? f->by : -f->by;
    f->to = f->to > 1 - 1e-4f ? 1 : f->to < 1e-4f ? 0 : f->to;
}

static int fade_is_flat(const fade *f, float value)
{
    return f->from == value && f->to == value;
}

/* At frame i of the cell. */
static inline float fade_value(const fade *f, uint32_t i)
{
    const float u = f->from + (f->to - f->from) * ((float)(i + 1) / CELL);
    return u * u * (3 - 2 * u);
}

snq_status snq_effect_new(const snq_effect_cfg *cfg, snq_effect **out)
{
    *out = NULL;
    const snq__effect_type *type = find(cfg->kind);
    if (!type)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no effect \"%s\"",
                        cfg->kind ? cfg->kind : "(null)");
    if (cfg->rate_hz < RATE_MIN || cfg->rate_hz > RATE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz, RATE_MIN,
                        RATE_MAX);
    snq_status st = SNQ_ERR_NOMEM;
    snq_effect *e = snq_calloc(1, sizeof *e);
    if (!e)
        goto fail;
    e->type = type;
    e->loudest = snq__loudest_pick(snq_cpu_flags());
    e->rate_hz = cfg->rate_hz;
    e->a = (float)(1 - exp(-CELL / (glide_s * cfg->rate_hz)));
    e->latency_max = type->latency ? (uint32_t)(SNQ__EFFECT_LATENCY_MAX_S * cfg->rate_hz) : 0;
    if (type->latency)
        SNQ_GOTO(snq__delay_pair_init(&e->late, e->latency_max));
    SNQ_GOTO(type->make(cfg->rate_hz, cfg->seed, &e->self));
    for (uint32_t i = 0; i < type->params; i++)
        e->goal[i] = type->param[i].value;
    snq_effect_reset(e);
    *out = e;
    return SNQ_OK;
fail:
    snq_effect_free(e);
    return SNQ_FAIL(st, "effect \"%s\"", cfg->kind);
}

void snq_effect_free(snq_effect *e)
{
    if (!e)
        return;
    if (e->self)
        e->type->free(e->self);
    snq__delay_pair_clear(&e->late);
    snq_free(e);
}

/* All parameters where they are set. */
static void settle(snq_effect *e)
{
    memcpy(e->mid, e->goal, sizeof e->goal);
    memcpy(e->from, e->goal, sizeof e->goal);
    memcpy(e->to, e->goal, sizeof e->goal);
    e->restless = e->choosing = 0;
}

static int is_choice(const snq_effect *e, uint32_t i)
{
    return e->type->param[i].scale == SNQ_PARAM_DISCRETE &&
           !((e->type->gliding | e->type->at_once) & SNQ__PARAM_BIT(i));
}

void snq_effect_set(snq_effect *e, uint32_t index, float value)
{
    if (index >= e->type->params || isnan(value))
        return;
    const float clamped = snq_param_clamp(&e->type->param[index], value);
    if (clamped == e->goal[index])
        return;
    e->goal[index] = clamped;
    if (!e->started) {
        e->mid[index] = e->from[index] = e->to[index] = clamped;
        return;
    }
    if (is_choice(e, index))
        e->choosing = 1;
    else
        e->restless = 1;
}

void snq_effect_bypass(snq_effect *e, int bypassed)
{
    e->bypassed = bypassed != 0;
    if (!e->started)
        e->mix = fade_at(mix_s, e->rate_hz, !e->bypassed);
}

static void reset_kind(snq_effect *e)
{
    e->type->reset(e->self);
    e->idle = 1;
}

void snq_effect_reset(snq_effect *e)
{
    settle(e);
    reset_kind(e);
    e->at = e->warm = 0;
    e->started = 0;
    e->quiet = 0;
    e->mix = fade_at(mix_s, e->rate_hz, !e->bypassed);
    e->duck = fade_at(duck_s, e->rate_hz, 1);
    if (e->type->latency)
        snq__delay_pair_reset(&e->late);
}

static uint32_t latency_of(const snq_effect *e)
{
    if (!e->type->latency)
        return 0;
    const uint32_t frames = e->type->latency(e->self, e->goal);
    return frames < e->latency_max ? frames : e->latency_max;
}

uint32_t snq_effect_latency(const snq_effect *e)
{
    return e->started ? e->latency : latency_of(e);
}

/* Where parameter i stands at the cell's end; 1 when it has not arrived. */
static int glide(snq_effect *e, uint32_t i)
{
    const snq_param *p = &e->type->param[i];
    const float goal = e->goal[i], a = e->a;
    float *mid = &e->mid[i], *to = &e->to[i];
    if (*to == goal && *mid == goal)
        return 0;
    if (e->type->at_once & SNQ__PARAM_BIT(i)) {
        e->from[i] = *mid = *to = goal;
        return 0;
    }
    if (p->scale == SNQ_PARAM_LOG) {
        *mid *= powf(goal / *mid, a);
        *to *= powf(*mid / *to, a);
    } else {
        *mid += a * (goal - *mid);
        *to += a * (*mid - *to);
    }
    const float near = settled * (p->scale == SNQ_PARAM_LOG ? goal : p->max - p->min);
    if (fabsf(goal - *to) <= near && fabsf(goal - *mid) <= near)
        *to = *mid = goal;
    return 1;
}

/* Choices change while nothing is heard. */
static void choose(snq_effect *e)
{
    fade_go(&e->duck, !e->choosing);
    if (!e->choosing || !fade_is_flat(&e->duck, 0))
        return;
    for (uint32_t i = 0; i < e->type->params; i++)
        if (is_choice(e, i))
            e->mid[i] = e->from[i] = e->to[i] = e->goal[i];
    e->choosing = 0;
    e->moved = 1;
}

static void cross(snq_effect *e)
{
    if (!e->bypassed && fade_is_flat(&e->mix, 0) && e->idle)
        e->warm = (e->latency + CELL - 1) / CELL;
    else if (e->warm)
        e->warm--;
    fade_go(&e->mix, !e->bypassed && !e->warm);
    if (e->bypassed && fade_is_flat(&e->mix, 0) && !e->idle)
        reset_kind(e);
}

/* Whether this cell is as the one before: nothing moves, nothing fades. */
static int goes_on(const snq_effect *e)
{
    return e->started && !e->moved && !e->restless && !e->choosing && !e->bypassed && !e->idle &&
           fade_is_flat(&e->duck, 1) && fade_is_flat(&e->mix, 1);
}

static void begin_cell(snq_effect *e)
{
    if (goes_on(e))
        return;
    if (!e->started) {
        e->latency = latency_of(e);
        e->started = 1;
    } else if (e->moved) {
        memcpy(e->from, e->to, sizeof e->to);
    }
    e->moved = e->idle;
    if (e->restless) {
        e->restless = 0;
        e->moved = 1;
        for (uint32_t i = 0; i < e->type->params; i++)
            if (!is_choice(e, i))
                e->restless |= glide(e, i);
    }
    choose(e);
    cross(e);
}

/* x (n,) brought to ordinary numbers, in place. */
static void tame(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = !isfinite(x[i])          ? 0
               : x[i] > SNQ_SAMPLE_MAX  ? SNQ_SAMPLE_MAX
               : x[i] < -SNQ_SAMPLE_MAX ? -SNQ_SAMPLE_MAX
                                        : x[i];
}

/* Both sides (n,) likewise; whether any of it was not 0. */
static int clean(const snq_effect *e, float *const x[2], uint32_t n)
{
    static const float most = SNQ_SAMPLE_MAX;
    const uint32_t found = e->loudest(x[0], x[1], n);
    uint32_t limit;
    memcpy(&limit, &most, sizeof limit);
    if (found > limit) {
        tame(x[0], n);
        tame(x[1], n);
    }
    return found != 0;
}

static const snq_effect_context *context_for(const snq_effect *e, const snq_effect_context *ctx,
                                             size_t done, uint32_t n, float side[2][CELL],
                                             snq_effect_context *local)
{
    *local = (snq_effect_context) { .bpm = 120 };
    if (!ctx)
        return local;
    if (ctx->bpm > 0 && ctx->bpm <= 10000)
        local->bpm = ctx->bpm;
    if (isfinite(ctx->beat))
        local->beat = ctx->beat + (double)done * local->bpm / (60.0 * e->rate_hz);
    if (!ctx->side[0] || !ctx->side[1])
        return local;
    for (int c = 0; c < 2; c++) {
        memcpy(side[c], ctx->side[c] + done, n * sizeof(float));
        local->side[c] = side[c];
    }
    clean(e, (float *const[2]) { side[0], side[1] }, n);
    return local;
}

/* Parameters at the block's ends. */
static void aim(snq_effect *e, snq__effect_block *b)
{
    b->cell_from = b->from = e->from;
    b->cell_to = b->to = e->to;
    b->moved = e->moved;
    if (!e->moved || b->n == CELL)
        return;
    const float from = (float)b->at / CELL, to = (float)(b->at + b->n) / CELL;
    for (uint32_t i = 0; i < e->type->params; i++) {
        const float way = e->to[i] - e->from[i];
        e->piece_from[i] = e->from[i] + way * from;
        e->piece_to[i] = b->at + b->n == CELL ? e->to[i] : e->from[i] + way * to;
    }
    b->from = e->piece_from;
    b->to = e->piece_to;
}

/* y = mix duck y + (1 - mix) dry */
static void blend(const snq_effect *e, uint32_t n, const float *dry, float *y)
{
    for (uint32_t i = 0; i < n; i++) {
        const float m = fade_value(&e->mix, e->at + i);
        y[i] = m * fade_value(&e->duck, e->at + i) * y[i] + (1 - m) * dry[i];
    }
}

/* n frames of one cell, in place. */
static void run_piece(snq_effect *e, const snq_effect_context *ctx, float *const x[2], uint32_t n,
                      size_t done)
{
    float dry[2][CELL], side[2][CELL];
    float *y[2] = { x[0] + done, x[1] + done };
    e->quiet = clean(e, y, n) ? 0 : e->quiet + n;
    const int plain = fade_is_flat(&e->mix, 1) && fade_is_flat(&e->duck, 1);
    if (e->latency) {
        float *const to[2] = { dry[0], dry[1] };
        snq__delay_pair_run(&e->late, e->latency, (const float *const *)y, plain ? NULL : to, n);
    } else if (!plain) {
        memcpy(dry[0], y[0], n * sizeof(float));
        memcpy(dry[1], y[1], n * sizeof(float));
    }
    if (fade_is_flat(&e->mix, 0) && !e->warm && e->idle) {
        memcpy(y[0], dry[0], n * sizeof(float));
        memcpy(y[1], dry[1], n * sizeof(float));
        return;
    }
    snq_effect_context local;
    snq__effect_block b = { .n = n, .at = e->at };
    b.ctx = context_for(e, ctx, done, n, side, &local);
    aim(e, &b);
    e->idle = 0;
    e->type->run(e->self, &b, y[0], y[1]);
    /* what is no number stays so in what remembers: the last frame tells */
    if (!isfinite(y[0][n - 1]) || !isfinite(y[1][n - 1])) {
        reset_kind(e);
        memset(y[0], 0, n * sizeof(float));
        memset(y[1], 0, n * sizeof(float));
    }
    if (plain)
        return;
    blend(e, n, dry[0], y[0]);
    blend(e, n, dry[1], y[1]);
}

void snq_effect_run(snq_effect *e, const snq_effect_context *ctx, float *left, float *right,
                    size_t n)
{
    float *const x[2] = { left, right };
    for (size_t done = 0; done < n;) {
        if (e->at == 0)
            begin_cell(e);
        const uint32_t room = CELL - e->at;
        const uint32_t m = n - done < room ? (uint32_t)(n - done) : room;
        run_piece(e, ctx, x, m, done);
        e->at = (e->at + m) % CELL;
        done += m;
    }
}

int snq_effect_silent(const snq_effect *e)
{
    if (e->started && e->quiet < e->latency)
        return 0;
    if (!e->type->silent || e->idle)
        return 1;
    return e->type->silent(e->self);
}

float snq_effect_reduction_db(const snq_effect *e)
{
    return e->type->reduction_db && !e->idle ? e->type->reduction_db(e->self) : 0;
}
