// SPDX-License-Identifier: MIT
/* reverb -- a room: a feedback delay network of eight lines.
 *
 * IDEA   Sound in a room comes back from all walls, sooner or later, and each time a little weaker and
 *        duller. Eight delays of different length stand for the ways between walls; what leaves them is
 *        mixed into all of them again. First the sound is smeared by all-passes, so that not single
 *        echoes are heard.
 *
 * STEPS  in -> low cut, high cut -> pre-delay -> diffusers -> lines, filters, matrix (fdn_impl.h) -> width
 *        cuts: two one-poles each (12 dB an octave), x - s, and s, of s <- s + p (x - s)
 *        line l is read L_l frames ago, every second one L_l + A_l sin(2 pi f_l t): A_l such that the pitch moves by
 *        `modulation` 1.5 cents at most a pass (about 2 RMS in the end)
 *        size moves by fading from the old lengths to new ones, in the loop
 *        mid = level (l + r) / 2, side = width level (l - r) / 2; wet = mid +- side
 *        out = (1 - mix) in + mix wet
 *
 * CONST  f_l 0.31 .. 0.97 Hz, no two alike. Fades 60 ms.
 *
 * COST   See bench/bench_fx.c.
 *
 * LIMITS When all that is written stays below -180 dB for as long as the longest way, all is set to 0.
 *
 * REFS   As reverb_plan.c; Dattorro, "Effect design 1", JAES 45(9), 1997 (diffusers). */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/effect_impl.h"
#include "fx/fdn_impl.h"
#include "fx/reverb_plan_impl.h"

/* The lines hold no more than this together: the room has died away (-120 dBFS). */
#define OVER 1e-6f
enum {
    DECAY,
    SIZE,
    PRE_DELAY,
    DAMPING,
    DAMPING_HZ,
    LOW_RATIO,
    LOW_HZ,
    MODULATION,
    WIDTH,
    LOW_CUT,
    HIGH_CUT,
    MIX,
    PARAMS
};
enum { LINES = SNQ__FDN_LINES, CHUNK = SNQ__FDN_CHUNK, CELL = SNQ_EFFECT_BLOCK };

static const snq_param params[PARAMS] = {
    [DECAY] = { "decay_s", "s", 0.1f, 20, 1.8f, SNQ_PARAM_LOG, NULL,
                "time in which the middle decays by 60 dB" },
    [SIZE] = { "size", "", 0, 1, 0.5f, SNQ_PARAM_LINEAR, NULL, "size of the room" },
    [PRE_DELAY] = { "pre_delay_ms", "ms", 0, 250, 10, SNQ_PARAM_LINEAR, NULL,
                    "time before the room answers" },
    [DAMPING] = { "damping_ratio", "", 0.1f, 1, 0.5f, SNQ_PARAM_LOG, NULL,
                  "decay of the highs, as a part of the middle's" },
    [DAMPING_HZ] = { "damping_hz", "hz", 1000, 16000, 5000, SNQ_PARAM_LOG, NULL,
                     "where the highs begin" },
    [LOW_RATIO] = { "low_ratio", "", 0.25f, 3, 1, SNQ_PARAM_LOG, NULL,
                    "decay of the lows, as a part of the middle's" },
    [LOW_HZ] = { "low_hz", "hz", 50, 800, 200, SNQ_PARAM_LOG, NULL, "where the lows end" },
    [MODULATION] = { "modulation", "", 0, 1, 0.3f, SNQ_PARAM_LINEAR, NULL,
                     "slow movement, 1: up to three cents" },
    [WIDTH] = { "width", "", 0, 1, 1, SNQ_PARAM_LINEAR, NULL, "stereo width of the room" },
    [LOW_CUT] = { "low_cut_hz", "hz", 10, 1000, 20, SNQ_PARAM_LOG, NULL,
                  "what is below does not enter the room" },
    [HIGH_CUT] = { "high_cut_hz", "hz", 1000, 20000, 14000, SNQ_PARAM_LOG, NULL,
                   "what is above does not enter the room" },
    [MIX] = { "mix", "", 0, 1, 0.25f, SNQ_PARAM_LINEAR, NULL, "part of the room in the output" },
};

static const double fade_s = 0.06, pre_delay_most_s = 0.25;
/* 1.5 cents: 2^(1.5/1200) - 1 */
static const double speed_most = 8.668e-4;
static const double wander_hz[LINES] = { 0.31, 0.97, 0.53, 0.71, 0.43, 0.83, 0.37, 0.61 };

/* A value that goes straight across a cell. */
typedef struct line {
    float from, slope;
} line;

typedef struct reverb {
    double rate_hz;
    snq__fdn fdn;
    snq__fdn_kernels kernels;
    float *pool; /* all rings */
    size_t pool_frames;
    float *pre[2];
    uint32_t pre_mask, line_frames,
        span; /* span: frames after which nothing is left in the rings */
    uint32_t at, quiet;
    int fresh;
    snq__tap pre_tap;
    /* sizes: lengths now, and what is faded to */
    uint32_t frames[2][LINES], fade_step, fade_steps, size_waited;
    float size;
    /* ends of the cell */
    struct ends {
        snq__fdn_shelf shelf[2];
        snq__fdn_lanes pass, loss;
        float gain[SNQ__FDN_DIFFUSERS];
    } from, to;
    line level, cut[2];
    float cut_to[2], level_to;
    float wander[LINES]; /* of the lines' readers at the cell's end, frames */
    int moving;
    uint32_t phase[LINES], phase_step[LINES];
    float amplitude[LINES]; /* frames, at modulation 1 */
    snq__fdn_cut cut_state;
    snq__fdn_chunk chunk;
    int stale; /* the chunk's filters are not those of the cell's ends */
} reverb;

/* Nothing rings any more. */
static void hush(reverb *r)
{
    memset(r->pool, 0, r->pool_frames * sizeof *r->pool);
    memset(r->fdn.w, 0, sizeof r->fdn.w);
    memset(&r->cut_state, 0, sizeof r->cut_state);
    r->quiet = r->span;
}

static void reset(void *self)
{
    reverb *r = self;
    hush(r);
    memset(r->phase, 0, sizeof r->phase);
    for (uint32_t l = 0; l < LINES; l++)
        r->phase[l] = l * 0x5c000000u;
    r->at = 0;
    r->fresh = 1;
}

static void reverb_free(void *self)
{
    reverb *r = self;
    snq_free(r->pool);
    snq_free(r);
}

/* The rings one after another. */
static void lay_out(reverb *r, uint32_t lines, uint32_t diffusers, uint32_t pre)
{
    float *at = r->pool;
    for (int l = 0; l < LINES; l++, at += lines + SNQ__FDN_GUARD)
        r->fdn.line[l] = at;
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < SNQ__FDN_DIFFUSERS; k++, at += diffusers + SNQ__FDN_GUARD)
            r->fdn.diffuser[c][k] = at;
    for (int l = 0; l < LINES; l++, at += diffusers + SNQ__FDN_GUARD)
        r->fdn.inner[l] = at;
    for (int c = 0; c < 2; c++, at += pre)
        r->pre[c] = at;
    r->fdn.line_mask = lines - 1;
    r->fdn.diffuser_mask = diffusers - 1;
    r->pre_mask = pre - 1;
}

static uint32_t longer(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    (void)seed;
    reverb *r = snq_calloc(1, sizeof *r);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "reverb");
    r->rate_hz = rate_hz;
    snq__fdn_kernels_init(&r->kernels, snq_cpu_flags());
    double swing = 0;
    for (int l = 0; l < LINES; l++) {
        r->amplitude[l] = (float)(speed_most * rate_hz / (6.283185307 * wander_hz[l]));
        r->phase_step[l] = snq__phase_step(wander_hz[l], rate_hz);
        swing = fmax(swing, r->amplitude[l]);
    }
    snq__reverb_diffusers(rate_hz, &r->fdn);
    uint32_t longest = 0, sum = 0;
    for (int k = 0; k < SNQ__FDN_DIFFUSERS; k++) {
        sum += longer(r->fdn.diffuser_frames[0][k], r->fdn.diffuser_frames[1][k]);
        longest = longer(longest, r->fdn.diffuser_frames[0][k]);
        longest = longer(longest, r->fdn.diffuser_frames[1][k]);
    }
    for (int l = 0; l < LINES; l++)
        longest = longer(longest, r->fdn.inner_frames[l]);
    const uint32_t pre_most = (uint32_t)(pre_delay_most_s * rate_hz) + 1;
    const uint32_t line_most = snq__reverb_longest(rate_hz) + (uint32_t)swing + 8;
    const uint32_t lines = snq__ring_size(line_most + 2 * CELL);
    const uint32_t diffusers = snq__ring_size(longest + 2 * CELL);
    const uint32_t pre = snq__ring_size(pre_most + CELL);
    r->span = line_most + longest + sum + pre_most;
    r->pool_frames = (size_t)LINES * (lines + SNQ__FDN_GUARD) +
                     (size_t)(2 * SNQ__FDN_DIFFUSERS + LINES) * (diffusers + SNQ__FDN_GUARD) +
                     (size_t)2 * pre;
    r->pool = snq_calloc(r->pool_frames, sizeof *r->pool);
    if (!r->pool) {
        reverb_free(r);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "reverb of %u Hz", rate_hz);
    }
    lay_out(r, lines, diffusers, pre);
    r->fade_steps = r->pre_tap.steps = (uint32_t)(fade_s * rate_hz / CELL) + 1;
    reset(r);
    *out = r;
    return SNQ_OK;
}

static line line_to(float from, float to)
{
    return (line) { from, (to - from) / CELL };
}

/* Part of the new lengths, `cells` after a fade's begin. */
static double fade_at(const reverb *r, double cells)
{
    const double u = cells / r->fade_steps;
    return u * u * (3 - 2 * u);
}

/* Lengths follow the size by fading to new ones. Returns whether anything changed. */
static int begin_size(reverb *r, float size, int resting)
{
    if (r->fresh) {
        snq__reverb_lengths(size, r->rate_hz, r->frames[0]);
        r->size = size;
        r->fade_step = 0;
        r->size_waited = 0;
    }
    const int was = r->fade_step != 0;
    if (r->fade_step == r->fade_steps) {
        memcpy(r->frames[0], r->frames[1], sizeof r->frames[0]);
        r->fade_step = 0;
    }
    if (r->fade_step) {
        r->fade_step++;
    } else if (size == r->size) {
        r->size_waited = 0;
    } else if (resting || r->size_waited++ >= r->fade_steps) {
        snq__reverb_lengths(size, r->rate_hz, r->frames[1]);
        r->size = size;
        r->fade_step = 1;
        r->size_waited = 0;
    }
    return was || r->fade_step;
}

/* All that is derived from parameters, at the cell's end. */
static void derive(reverb *r, const float *to)
{
    const snq__reverb_decay d = { to[DECAY], to[DAMPING], to[DAMPING_HZ], to[LOW_RATIO],
                                  to[LOW_HZ] };
    const double part = fade_at(r, r->fade_step);
    double frames[LINES];
    for (int l = 0; l < LINES; l++)
        frames[l] = r->frames[0][l] + part * ((double)r->frames[1][l] - r->frames[0][l]);
    snq__reverb_shelves(&d, frames, r->fdn.inner_frames, r->rate_hz, r->to.shelf, &r->to.pass);
    snq__reverb_diffusion(&d, r->fdn.inner_frames, r->rate_hz, r->to.gain, &r->to.loss);
    r->level_to = snq__reverb_level(&d, frames, r->fdn.inner_frames, r->rate_hz);
    r->cut_to[0] = snq__pole(to[LOW_CUT] * 0.6436, r->rate_hz);
    r->cut_to[1] = snq__pole(fmin(to[HIGH_CUT] * 1.5538, r->rate_hz), r->rate_hz);
}

/* The readers wander straight on across the cell: whole frames at its begin, weights that go on from
 * there. */
static void begin_wander(reverb *r, float from, float to)
{
    snq__fdn_chunk *c = &r->chunk;
    snq__fdn_lanes begin, end;
    memcpy(c->whole, r->frames, sizeof c->whole);
    c->modulated = from > 0 || to > 0;
    for (uint32_t l = 0; l < LINES; l++) {
        if (r->fresh)
            r->wander[l] = to * r->amplitude[l] * snq__slow_sine(r->phase[l]);
        r->phase[l] += r->phase_step[l] * CELL;
        begin.v[l] = r->wander[l];
        end.v[l] = r->wander[l] = to * r->amplitude[l] * snq__slow_sine(r->phase[l]);
    }
    if (!c->modulated)
        return;
    for (uint32_t l = 0; l < LINES; l++) {
        const int32_t whole = (int32_t)(begin.v[l] + 32768) - 32768;
        begin.v[l] -= (float)whole;
        end.v[l] -= (float)whole;
        c->whole[0][l] += SNQ__FDN_MOVES(l) ? (uint32_t)whole : 0;
        c->whole[1][l] += SNQ__FDN_MOVES(l) ? (uint32_t)whole : 0;
    }
    r->kernels.weigh(&begin, &end, c);
}

static void begin_cell(reverb *r, const snq__effect_block *b)
{
    const float *to = b->cell_to;
    const int fresh = r->fresh;
    int changed = b->moved || r->moving || fresh;
    changed |= begin_size(r, to[SIZE], b->cell_from[SIZE] == to[SIZE]);
    const uint32_t pre = (uint32_t)(to[PRE_DELAY] * 1e-3 * r->rate_hz + 0.5);
    if (fresh)
        snq__tap_init(&r->pre_tap, pre);
    snq__tap_cell(&r->pre_tap, pre, b->cell_from[PRE_DELAY] == to[PRE_DELAY]);
    begin_wander(r, b->cell_from[MODULATION], to[MODULATION]);
    if (!changed)
        return;
    const float level = r->level_to, low = r->cut_to[0], high = r->cut_to[1];
    r->from = r->to;
    derive(r, to);
    if (fresh)
        r->from = r->to;
    r->moving = !fresh && memcmp(&r->from, &r->to, sizeof r->to) != 0;
    r->level = line_to(fresh ? r->level_to : level, r->level_to);
    r->cut[0] = line_to(fresh ? r->cut_to[0] : low, r->cut_to[0]);
    r->cut[1] = line_to(fresh ? r->cut_to[1] : high, r->cut_to[1]);
    r->stale = 1;
    r->moving |= level != r->level_to || low != r->cut_to[0] || high != r->cut_to[1];
}

/* Both sides (n,) through the cuts into the pre-delay; a block lies within a cell: nothing wraps round. */
static void cut(reverb *r, uint32_t at, uint32_t n, const float *const x[2])
{
    snq__fdn_cut *c = &r->cut_state;
    const uint32_t to = r->at & r->pre_mask;
    float *const out[2] = { r->pre[0] + to, r->pre[1] + to };
    c->low = r->cut[0].from + r->cut[0].slope * (float)at;
    c->high = r->cut[1].from + r->cut[1].slope * (float)at;
    c->low_slope = r->cut[0].slope;
    c->high_slope = r->cut[1].slope;
    r->kernels.cut(c, x, out, n);
}

/* Of what the cuts hold and what they let out. */
static float cut_energy(const reverb *r, uint32_t n)
{
    float sum = 0;
    const snq__fdn_cut *c = &r->cut_state;
    for (int side = 0; side < 2; side++) {
        const float *x = r->pre[side] + (r->at & r->pre_mask);
        for (int k = 0; k < 4; k++)
            sum += c->s[side][k] * c->s[side][k];
        for (uint32_t i = 0; i < n; i++)
            sum += x[i] * x[i];
    }
    return sum;
}

/* What went into the pre-delay from frame `from` on, to x (n,). */
static void read_pre(const reverb *r, uint32_t c, uint32_t from, uint32_t n, float *x)
{
    const uint32_t first = from & r->pre_mask, room = r->pre_mask + 1 - first;
    const uint32_t m = n < room ? n : room;
    memcpy(x, r->pre[c] + first, m * sizeof *x);
    if (m < n)
        memcpy(x + m, r->pre[c], (n - m) * sizeof *x);
}

/* What leaves the pre-delay at frame `at` of the cell, `done` of the block, to x (n,). */
static void pre_delay(const reverb *r, uint32_t c, uint32_t at, uint32_t done, uint32_t n, float *x)
{
    const snq__tap *t = &r->pre_tap;
    read_pre(r, c, r->at + done - t->now, n, x);
    if (!t->step)
        return;
    float next[CHUNK];
    read_pre(r, c, r->at + done - t->next, n, next);
    for (uint32_t i = 0; i < n; i++)
        x[i] += snq__tap_part(t, at + i) * (next[i] - x[i]);
}

static void place_fade(const reverb *r, uint32_t at, snq__fdn_chunk *c)
{
    c->fading = r->fade_step != 0;
    if (!c->fading)
        return;
    const uint32_t raster = at - at % CHUNK;
    const double from = fade_at(r, r->fade_step - 1 + (double)raster / CELL);
    const double to = fade_at(r, r->fade_step - 1 + (double)(raster + CHUNK) / CELL);
    c->fade_slope = (float)((to - from) / CHUNK);
    c->fade = (float)from + c->fade_slope * (float)(at - raster);
}

static void place_shelf(const snq__fdn_lanes *from, const snq__fdn_lanes *to, float at,
                        snq__fdn_lanes *now, snq__fdn_lanes *slope)
{
    for (int l = 0; l < LINES; l++) {
        slope->v[l] = (to->v[l] - from->v[l]) * (1.0f / CELL);
        now->v[l] = from->v[l] + slope->v[l] * at;
    }
}

/* What the cell's ends say, at frame `at` of it. */
static void place_filters(reverb *r, uint32_t at, snq__fdn_chunk *c)
{
    if (!r->moving && !r->stale)
        return;
    c->moving = r->stale = r->moving;
    if (!r->moving) {
        memcpy(c->gain, r->to.gain, sizeof c->gain);
        memset(c->gain_slope, 0, sizeof c->gain_slope);
        memset(&c->loss_slope, 0, sizeof c->loss_slope);
        memset(c->shelf_slope, 0, sizeof c->shelf_slope);
        memcpy(&c->loss, &r->to.loss, sizeof c->loss);
        memcpy(&c->pass, &r->to.pass, sizeof c->pass);
        memset(&c->pass_slope, 0, sizeof c->pass_slope);
        memcpy(c->shelf, r->to.shelf, sizeof c->shelf);
        return;
    }
    for (int k = 0; k < SNQ__FDN_DIFFUSERS; k++) {
        c->gain_slope[k] = (r->to.gain[k] - r->from.gain[k]) * (1.0f / CELL);
        c->gain[k] = r->from.gain[k] + c->gain_slope[k] * (float)at;
    }
    place_shelf(&r->from.loss, &r->to.loss, (float)at, &c->loss, &c->loss_slope);
    place_shelf(&r->from.pass, &r->to.pass, (float)at, &c->pass, &c->pass_slope);
    for (int s = 0; s < 2; s++) {
        const snq__fdn_shelf *from = &r->from.shelf[s], *to = &r->to.shelf[s];
        snq__fdn_shelf *now = &c->shelf[s], *slope = &c->shelf_slope[s];
        place_shelf(&from->c, &to->c, (float)at, &now->c, &slope->c);
        place_shelf(&from->a, &to->a, (float)at, &now->a, &slope->a);
    }
}

/* The room's answer to what leaves the pre-delay, to x, chunk by chunk; the energy of what was written. */
static float run_lines(reverb *r, uint32_t at, uint32_t n, int listening, float *const x[2])
{
    snq__fdn_chunk *c = &r->chunk;
    float energy = 0;
    c->listening = listening;
    for (uint32_t done = 0; done < n; done += c->n) {
        const uint32_t room = CHUNK - (at + done) % CHUNK;
        c->n = n - done < room ? n - done : room;
        c->at = (r->at + done) & r->fdn.line_mask;
        place_fade(r, at + done, c);
        for (uint32_t s = 0; s < 2; s++) {
            pre_delay(r, s, at + done, done, c->n, c->io[s]);
            if (c->n < CHUNK)
                memset(c->io[s] + c->n, 0, (CHUNK - c->n) * sizeof(float));
        }
        place_filters(r, at + done, c);
        r->kernels.lines(&r->fdn, c);
        energy += c->energy;
        for (int s = 0; s < 2; s++)
            memcpy(x[s] + done, c->io[s], c->n * sizeof(float));
    }
    return energy;
}

static snq__fdn_mix mix_of(const reverb *r, const snq__effect_block *b)
{
    const float per = 1.0f / (float)b->n;
    return (snq__fdn_mix) { .mix = b->from[MIX],
                            .mix_slope = (b->to[MIX] - b->from[MIX]) * per,
                            .width = b->from[WIDTH],
                            .width_slope = (b->to[WIDTH] - b->from[WIDTH]) * per,
                            .level = r->level.from + r->level.slope * (float)b->at,
                            .level_slope = r->level.slope };
}

static int silent(const void *self)
{
    const reverb *r = self;
    return r->quiet >= r->span;
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    reverb *r = self;
    if (r->fresh)
        r->at = b->at; /* rings and cells keep step */
    if (b->at == 0 || r->fresh)
        begin_cell(r, b);
    r->fresh = 0;
    const int nothing = snq__is_zero(left, b->n) && snq__is_zero(right, b->n);
    if (!nothing || !silent(r)) {
        const float *const in[2] = { left, right };
        _Alignas(32) float room[2][CELL];
        float *const wet[2] = { room[0], room[1] };
        cut(r, b->at, b->n, in);
        float energy = nothing ? cut_energy(r, b->n) : 1;
        energy += run_lines(r, b->at, b->n, nothing, wet);
        r->quiet = energy < OVER * OVER ? r->quiet + b->n : 0;
        const snq__fdn_mix m = mix_of(r, b);
        r->kernels.mix(&m, (int32_t)b->n, wet[0], wet[1], left, right);
        if (nothing && silent(r))
            hush(r);
    }
    r->at += b->n;
}

const snq__effect_type snq__effect_reverb = {
    .name = "reverb",
    .what = "a room: a feedback delay network of eight lines",
    .param = params,
    .params = PARAMS,
    .make = make,
    .free = reverb_free,
    .reset = reset,
    .run = run,
    .silent = silent,
};
