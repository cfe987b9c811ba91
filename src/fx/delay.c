// SPDX-License-Identifier: MIT
/* delay -- echoes, in time with the music if wanted, from side to side if wanted.
 *
 * IDEA   What went in comes out again later, and again, each time a little weaker and duller.
 *
 * STEPS  y_c = ring_c read D frames ago;   f_c = cuts(y_c);   p = ping_pong
 *        ring_left  <- (1 - p) x_left + p (x_left + x_right) / 2 + feedback ((1 - p) f_left + p f_right)
 *        ring_right <- (1 - p) x_right                          + feedback ((1 - p) f_right + p f_left)
 *        out_c = (1 - mix) x_c + mix y_c
 *        D = round(time rate / 1000), or of a note value at the tempo; exactly that many frames
 *        A new time: "fade" fades from one reading place to the other in 30 ms once the time rests (or has
 *        moved for 60 ms); "glide" moves the reading place there, at most 1/2 of a frame a frame
 *        (the echoes' pitch bends by a fifth up, an octave down at most), and ends exactly.
 *        Modulation adds depth (1 + sin) / 2 frames, the right side a quarter later.
 *        Cuts: one-poles (6 dB an octave); at their ranges' ends they pass everything unchanged.
 *
 * CONST  30 ms: short against an echo, long against a click.
 *
 * COST   9 ns a stereo frame, 15 swaying; frame by frame (gliding, or sooner than a block is long) 30 to 80.
 *
 * LIMITS Times are at most MOST_S, also of notes at a slow tempo. Feedback stays below 1, so that every
 *        tail ends; what is written below -180 dB is written as 0. */
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "fx/chorus_impl.h"
#include "fx/delay_parts_impl.h"
#include "fx/effect_impl.h"

enum {
    TIME,
    SYNC,
    FEEL,
    FEEDBACK,
    PING_PONG,
    LOW_CUT,
    HIGH_CUT,
    MOD_RATE,
    MOD_DEPTH,
    CHANGE,
    MIX,
    PARAMS
};
enum { CELL = SNQ_EFFECT_BLOCK, GUARD = SNQ__CHORUS_GUARD };

static const char *const sync_names[] = { "off", "1/1", "1/2", "1/4", "1/8", "1/16", "1/32", NULL };
static const char *const feel_names[] = { "straight", "dotted", "triplet", NULL };
static const char *const change_names[] = { "fade", "glide", NULL };
static const float low_least = 10, high_most = 20000;

static const snq_param params[PARAMS] = {
    [TIME] = { "time_ms", "ms", 1, 2000, 375, SNQ_PARAM_LOG, NULL,
               "time between echoes, unless synced" },
    [SYNC] = { "sync", "", 0, 6, 0, SNQ_PARAM_DISCRETE, sync_names, "note value of the time" },
    [FEEL] = { "sync_feel", "", 0, 2, 0, SNQ_PARAM_DISCRETE, feel_names,
               "of the note value: 1, 3/2 or 2/3 of it" },
    [FEEDBACK] = { "feedback", "", 0, 0.98f, 0.35f, SNQ_PARAM_LINEAR, NULL,
                   "level of an echo against the one before" },
    [PING_PONG] = { "ping_pong", "", 0, 1, 0, SNQ_PARAM_LINEAR, NULL,
                    "1: echoes alternate between the sides" },
    [LOW_CUT] = { "low_cut_hz", "hz", 10, 2000, 10, SNQ_PARAM_LOG, NULL,
                  "lows lost from echo to echo; least: none" },
    [HIGH_CUT] = { "high_cut_hz", "hz", 500, 20000, 20000, SNQ_PARAM_LOG, NULL,
                   "highs lost from echo to echo; most: none" },
    [MOD_RATE] = { "mod_rate_hz", "hz", 0.05f, 10, 0.5f, SNQ_PARAM_LOG, NULL,
                   "speed of the modulation" },
    [MOD_DEPTH] = { "mod_depth_ms", "ms", 0, 10, 0, SNQ_PARAM_LINEAR, NULL,
                    "how far the time is modulated" },
    [CHANGE] = { "change", "", 0, 1, 0, SNQ_PARAM_DISCRETE, change_names,
                 "how a new time is reached" },
    [MIX] = { "mix", "", 0, 1, 0.3f, SNQ_PARAM_LINEAR, NULL, "part of the echoes in the output" },
};

static const double most_s = 4, fade_s = 0.03, glide_most = 0.5, glide_s = 0.1, yield_s = 0.01,
                    depth_most_s = 0.01;

typedef struct delay {
    double rate_hz;
    snq__chorus_copy_fn *sway;  /* reads between samples */
    float *ring[2];             /* (mask + 1 + GUARD,): the end repeats the begin */
    uint32_t mask, most, least; /* frames */
    uint32_t at, quiet; /* quiet: frames for which nothing was written; more than mask: all */
    int fresh, gliding;
    snq__tap tap;
    double place, place_to, speed; /* of what glides: frames; goal; frames a frame */
    uint32_t phase, phase_step;    /* of the modulation */
    float low[2], high[2];         /* states of the cuts */
} delay;

static void reset(void *self)
{
    delay *d = self;
    for (int c = 0; c < 2; c++) {
        memset(d->ring[c], 0, (d->mask + 1 + GUARD) * sizeof *d->ring[c]);
        d->low[c] = d->high[c] = 0;
    }
    d->at = d->phase = 0;
    d->quiet = d->mask + 1;
    d->fresh = 1;
}

static void delay_free(void *self)
{
    delay *d = self;
    snq_free(d->ring[0]);
    snq_free(d->ring[1]);
    snq_free(d);
}

static snq_status make(uint32_t rate_hz, uint64_t seed, void **out)
{
    *out = NULL;
    (void)seed;
    delay *d = snq_calloc(1, sizeof *d);
    if (!d)
        goto fail;
    d->rate_hz = rate_hz;
    d->sway = snq__chorus_copy_c;
#ifdef SNQ_HAVE_AVX2
    if (snq_cpu_flags() & SNQ_CPU_AVX2)
        d->sway = snq__chorus_copy_avx2;
#endif
    d->least = SNQ__LAGRANGE_AHEAD + 1;
    d->most = (uint32_t)(most_s * rate_hz);
    const uint32_t size =
        snq__ring_size(d->most + (uint32_t)(depth_most_s * rate_hz) + SNQ__LAGRANGE + CELL);
    d->mask = size - 1;
    for (int c = 0; c < 2; c++) {
        d->ring[c] = snq_calloc(size + GUARD, sizeof *d->ring[c]);
        if (!d->ring[c])
            goto fail;
    }
    d->tap.steps = (uint32_t)(fade_s * rate_hz / CELL) + 1;
    reset(d);
    *out = d;
    return SNQ_OK;
fail:
    if (d)
        delay_free(d);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "delay of %u Hz", rate_hz);
}

/* Frames that are asked for. */
static uint32_t goal(const delay *d, const float *value, double bpm)
{
    double s = value[TIME] * 1e-3;
    const int sync = (int)value[SYNC], feel = (int)value[FEEL];
    if (sync > 0) /* 1/1 lasts four quarters */
        s = ldexp(240 / bpm, 1 - sync) * (feel == 1 ? 1.5 : feel == 2 ? 2.0 / 3 : 1);
    const double frames = floor(s * d->rate_hz + 0.5);
    return frames < d->least ? d->least : frames > d->most ? d->most : (uint32_t)frames;
}

static void begin_cell(delay *d, const snq__effect_block *b)
{
    const uint32_t want = goal(d, b->cell_to, b->ctx->bpm);
    d->gliding = b->cell_to[CHANGE] > 0;
    if (d->fresh) {
        snq__tap_init(&d->tap, want);
        d->place = want;
        d->speed = 0;
    }
    d->place_to = want;
    d->phase_step = snq__phase_step(b->cell_to[MOD_RATE], d->rate_hz);
    if (d->gliding) { /* the tap waits where the glide is */
        snq__tap_init(&d->tap, (uint32_t)(d->place + 0.5));
    } else {
        snq__tap_cell(&d->tap, want, b->cell_from[TIME] == b->cell_to[TIME]);
        d->place = d->tap.now;
        d->speed = 0;
    }
}

/* One frame nearer to where the time should be; speed changes smoothly. */
static void glide(delay *d, double pull, double yield)
{
    const double way = d->place_to - d->place;
    double step = way * pull;
    step = step > glide_most ? glide_most : step < -glide_most ? -glide_most : step;
    d->speed += yield * (step - d->speed);
    if (fabs(way) < 1e-4 && fabs(d->speed) < 1e-4) {
        d->place = d->place_to;
        d->speed = 0;
    } else {
        d->place += d->speed;
    }
    d->place = d->place < d->least ? d->least : d->place;
}

/* y: what is heard of side c now. The frame's own input is not in the ring yet. */
static float heard(const delay *d, uint32_t c, uint32_t cell_at, float depth)
{
    const float *ring = d->ring[c];
    const uint32_t before = d->at - 1; /* newest in the ring */
    const double sway =
        depth > 0 ? 0.5 * depth * (1 + snq__slow_sine(d->phase + c * 0x40000000u)) : 0;
    if (d->gliding || depth > 0) {
        const double place = (d->gliding ? d->place : d->tap.now) + sway - 1;
        const float y = snq__ring_read(ring, d->mask, before, place);
        if (d->gliding || !d->tap.step)
            return y;
        const float next = snq__ring_read(ring, d->mask, before, d->tap.next + sway - 1);
        return y + snq__tap_part(&d->tap, cell_at) * (next - y);
    }
    const float y = ring[(d->at - d->tap.now) & d->mask];
    if (!d->tap.step)
        return y;
    return y + snq__tap_part(&d->tap, cell_at) * (ring[(d->at - d->tap.next) & d->mask] - y);
}

/* The poles of the cuts: 0 and 1 where they do nothing. */
static float low_pole(const delay *d, float hz)
{
    return hz <= low_least ? 0 : snq__pole(hz, d->rate_hz);
}

static float high_pole(const delay *d, float hz)
{
    return hz >= high_most ? 1 : snq__pole(hz, d->rate_hz);
}

/* Values on their way across a block. */
typedef struct lines {
    float at[6], slope[6];
} lines;

enum { GO_FEEDBACK, GO_PING, GO_LOW, GO_HIGH, GO_DEPTH, GO_MIX };

static lines lines_of(const delay *d, const snq__effect_block *b)
{
    const float *f = b->from, *t = b->to, ms = (float)(d->rate_hz * 1e-3);
    const float from[6] = {
        f[FEEDBACK],       f[PING_PONG], low_pole(d, f[LOW_CUT]), high_pole(d, f[HIGH_CUT]),
        f[MOD_DEPTH] * ms, f[MIX]
    };
    const float to[6] = {
        t[FEEDBACK],       t[PING_PONG], low_pole(d, t[LOW_CUT]), high_pole(d, t[HIGH_CUT]),
        t[MOD_DEPTH] * ms, t[MIX]
    };
    lines l;
    for (int i = 0; i < 6; i++) {
        l.at[i] = from[i];
        l.slope[i] = (to[i] - from[i]) / (float)b->n;
    }
    return l;
}

/* What goes round once more; a cut that does nothing forgets what it holds. */
static float through_cuts(delay *d, uint32_t c, float low, float high, float y)
{
    const float keep = low > 0 ? 1 - low : 0.999f;
    d->low[c] = snq__flush(keep * d->low[c] + low * y);
    d->high[c] = snq__flush((1 - high) * d->high[c] + high * (y - d->low[c]));
    return d->high[c];
}

static int silent(const void *self)
{
    const delay *d = self;
    return d->quiet > d->mask;
}

static void write_frame(delay *d, const float w[2])
{
    const uint32_t to = d->at & d->mask;
    for (int c = 0; c < 2; c++) {
        d->ring[c][to] = w[c];
        if (to < GUARD)
            d->ring[c][d->mask + 1 + to] = w[c];
    }
}

/* Echoes that glide, or come so soon that they are made of this block: frame by frame. */
static void run_near(delay *d, const snq__effect_block *b, lines l, float *left, float *right)
{
    float *const v = l.at;
    const double pull = 1 - exp(-1 / (glide_s * d->rate_hz));
    const double yield = 1 - exp(-1 / (yield_s * d->rate_hz));
    for (uint32_t i = 0; i < b->n; i++) {
        for (int k = 0; k < 6; k++)
            v[k] += l.slope[k];
        const float p = v[GO_PING], straight = 1 - p, x[2] = { left[i], right[i] };
        const float y[2] = { heard(d, 0, b->at + i, v[GO_DEPTH]),
                             heard(d, 1, b->at + i, v[GO_DEPTH]) };
        const float f[2] = { through_cuts(d, 0, v[GO_LOW], v[GO_HIGH], y[0]),
                             through_cuts(d, 1, v[GO_LOW], v[GO_HIGH], y[1]) };
        const float in[2] = { straight * x[0] + p * 0.5f * (x[0] + x[1]), straight * x[1] };
        const float w[2] = { snq__flush(in[0] + v[GO_FEEDBACK] * (straight * f[0] + p * f[1])),
                             snq__flush(in[1] + v[GO_FEEDBACK] * (straight * f[1] + p * f[0])) };
        write_frame(d, w);
        const int held = d->low[0] != 0 || d->low[1] != 0 || d->high[0] != 0 || d->high[1] != 0;
        d->quiet = w[0] == 0 && w[1] == 0 && x[0] == 0 && x[1] == 0 && !held ? d->quiet + 1 : 0;
        left[i] = x[0] + v[GO_MIX] * (y[0] - x[0]);
        right[i] = x[1] + v[GO_MIX] * (y[1] - x[1]);
        d->at++;
        d->phase += d->phase_step;
        if (d->gliding)
            glide(d, pull, yield);
    }
}

/* What was written `late` frames ago, n of them, to y. */
static void read_ring(const delay *d, const float *ring, uint32_t late, uint32_t n, float *y)
{
    const uint32_t from = (d->at - late) & d->mask, room = d->mask + 1 - from,
                   m = n < room ? n : room;
    memcpy(y, ring + from, m * sizeof *y);
    memcpy(y + m, ring, (n - m) * sizeof *y);
}

static void write_ring(const delay *d, float *ring, const float *w, uint32_t n)
{
    const uint32_t to = d->at & d->mask, room = d->mask + 1 - to, m = n < room ? n : room;
    memcpy(ring + to, w, m * sizeof *w);
    memcpy(ring, w + m, (n - m) * sizeof *w);
    if (to < GUARD || m < n)
        memcpy(ring + d->mask + 1, ring, GUARD * sizeof *ring);
}

static int sways(const snq__effect_block *b)
{
    return b->from[MOD_DEPTH] > 0 || b->to[MOD_DEPTH] > 0;
}

/* Echoes that sway, of side c. */
static void hear_sway(const delay *d, uint32_t c, const snq__effect_block *b, const lines *l,
                      float *y)
{
    snq__chorus_side f = {
        .ring = d->ring[c], .mask = d->mask, .at = d->at, .n = b->n, .base = d->tap.now
    };
    for (uint32_t i = 0; i < CELL; i++) {
        const float t = (float)(int32_t)(i < b->n ? i + 1 : b->n);
        f.depth[i] = 0.5f * (l->at[GO_DEPTH] + l->slope[GO_DEPTH] * t);
        f.phase[i] = d->phase + i * d->phase_step;
    }
    d->sway(&f, c * 0x40000000u, y);
}

/* All that is heard of side c in this block. */
static void hear(const delay *d, uint32_t c, const snq__effect_block *b, float *y)
{
    float next[CELL];
    read_ring(d, d->ring[c], d->tap.now, b->n, y);
    if (!d->tap.step)
        return;
    read_ring(d, d->ring[c], d->tap.next, b->n, next);
    for (uint32_t i = 0; i < b->n; i++)
        y[i] += snq__tap_part(&d->tap, b->at + i) * (next[i] - y[i]);
}

/* y (sides, n) through the cuts to f; both sides at once, as each waits for itself. */
static void cut_block(delay *d, const lines *l, uint32_t n, float (*y)[CELL], float (*f)[CELL])
{
    float low = l->at[GO_LOW], high = l->at[GO_HIGH];
    float a = d->low[0], b = d->low[1], p = d->high[0], q = d->high[1];
    for (uint32_t i = 0; i < n; i++) {
        low += l->slope[GO_LOW];
        high += l->slope[GO_HIGH];
        const float keep = low > 0 ? 1 - low : 0.999f, hold = 1 - high;
        a = keep * a + low * y[0][i];
        b = keep * b + low * y[1][i];
        p = hold * p + high * (y[0][i] - a);
        q = hold * q + high * (y[1][i] - b);
        f[0][i] = p;
        f[1][i] = q;
    }
    d->low[0] = snq__flush(a);
    d->low[1] = snq__flush(b);
    d->high[0] = snq__flush(p);
    d->high[1] = snq__flush(q);
}

/* Frames from the end on in which nothing is heard or written. */
static uint32_t quiet_end(const float *x, const float *w, uint32_t n)
{
    uint32_t quiet = 0;
    while (quiet < n && x[n - 1 - quiet] == 0 && w[n - 1 - quiet] == 0)
        quiet++;
    return quiet;
}

/* All echoes were written before this block began: step after step, the block at once. */
static void run_far(delay *d, const snq__effect_block *b, const lines *l, float *left, float *right)
{
    float y[2][CELL], f[2][CELL], w[2][CELL];
    const float *at = l->at, *slope = l->slope;
    for (uint32_t c = 0; c < 2; c++)
        if (sways(b))
            hear_sway(d, c, b, l, y[c]);
        else
            hear(d, c, b, y[c]);
    cut_block(d, l, b->n, y, f);
    for (uint32_t i = 0; i < b->n; i++) {
        const float t = (float)(int32_t)(i + 1), p = at[GO_PING] + slope[GO_PING] * t;
        const float again = at[GO_FEEDBACK] + slope[GO_FEEDBACK] * t, straight = 1 - p;
        const float in = straight * left[i] + p * 0.5f * (left[i] + right[i]);
        w[0][i] = snq__flush(in + again * (straight * f[0][i] + p * f[1][i]));
        w[1][i] = snq__flush(straight * right[i] + again * (straight * f[1][i] + p * f[0][i]));
    }
    const int held = d->low[0] != 0 || d->low[1] != 0 || d->high[0] != 0 || d->high[1] != 0;
    const uint32_t ends[2] = { quiet_end(left, w[0], b->n), quiet_end(right, w[1], b->n) };
    const uint32_t quiet = held ? 0 : ends[0] < ends[1] ? ends[0] : ends[1];
    d->quiet = quiet < b->n ? quiet : d->quiet + quiet;
    for (uint32_t i = 0; i < b->n; i++) {
        const float mix = at[GO_MIX] + slope[GO_MIX] * (float)(int32_t)(i + 1);
        left[i] += mix * (y[0][i] - left[i]);
        right[i] += mix * (y[1][i] - right[i]);
    }
    write_ring(d, d->ring[0], w[0], b->n);
    write_ring(d, d->ring[1], w[1], b->n);
    d->at += b->n;
    d->phase += d->phase_step * b->n;
}

static void run(void *self, const snq__effect_block *b, float *left, float *right)
{
    delay *d = self;
    if (b->at == 0 || d->fresh)
        begin_cell(d, b);
    d->fresh = 0;
    const lines l = lines_of(d, b);
    const uint32_t soonest = d->tap.step && d->tap.next < d->tap.now ? d->tap.next : d->tap.now;
    const uint32_t behind =
        sways(b) ? SNQ__CHORUS_LEAST : 0; /* what is read between samples needs later ones */
    if (d->gliding || (sways(b) && d->tap.step) || soonest < b->n + behind)
        run_near(d, b, l, left, right);
    else if (silent(d) && snq__is_zero(left, b->n) && snq__is_zero(right, b->n)) {
        d->at += b->n;
        d->phase += d->phase_step * b->n;
    } else
        run_far(d, b, &l, left, right);
    if (d->quiet > d->mask)
        d->quiet = d->mask + 1; /* nothing is left in the whole ring */
}

const snq__effect_type snq__effect_delay = {
    .name = "delay",
    .what = "echoes, in time with the music, from side to side",
    .param = params,
    .params = PARAMS,
    .at_once =
        SNQ__PARAM_BIT(TIME) | SNQ__PARAM_BIT(SYNC) | SNQ__PARAM_BIT(FEEL) | SNQ__PARAM_BIT(CHANGE),
    .make = make,
    .free = delay_free,
    .reset = reset,
    .run = run,
    .silent = silent,
};
