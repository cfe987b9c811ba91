// SPDX-License-Identifier: MIT
/* source_string -- a plucked string: guitars, harps, clavinets, basses, kotos.
 *
 * IDEA   A pluck runs along the string, comes back, and runs again, each time a little weaker and duller. So a line of
 *        memory as long as one period is filled with the pluck's shape and read in a circle, through a filter that
 *        takes a little more of the overtones each time.
 *
 * STEPS  Loop:  y(t) = e(t) + g L( A( D( y ) ) )(t)
 *          D  delay of d frames: whole part by memory, the rest by Lagrange's formula through six frames
 *          A  four equal all-passes (a + z^-1) / (1 + a z^-1), they delay the fundamental more
 *             than the overtones, which so grow sharp, as a stiff string's do. Low tones take
 *             tau = 1 + (STIFF period / 4 - 1) stiffness^2 frames in each: a = (1 - tau) / (1 + tau)
 *          L  (1 - p) / (1 - p z^-1): loses overtones
 *        Tuning: d = rate / hz minus the phase delays at hz of L and A, exact for what the fundamental meets. At the
 *        fundamental's frequency the round trip is one period to rounding; what Lagrange's formula itself is off by
 *        there is measured (six terms) and taken into d once more.
 *        Decay: one round takes G = 10^(-3 / (hz decay_s)) of the fundamental; the overtone at
 *        f_r = 4 hz + 2 kHz decays in decay_s 10^(-2 (1 - bright)), so its G_r is known too, and
 *            |L(f_r)|^2 / |L(hz)|^2 = (1 - 2 p cos w + p^2) / (1 - 2 p cos w_r + p^2) = (G_r / G)^2
 *        is a square equation in p. g = G / |L(hz) D(hz)|. p is kept so small that g <= sqrt(G): a constant part must
 *        die too, at least half as fast (in decibels).
 *        bright = brightness + shape - 1/2, within 0..1.
 *        Pluck: what the bridge feels of an ideal string that is let go at `position`: for each period P
 *            position P frames high (1 - position), the rest low (-position)
 *        (harmonics sin(pi k position) / k), as areas of frames, so that its sum is zero. `noise` mixes in a burst of
 *        uniform noise, less the same burst position P later. Both go through two low-passes at
 *            cutoff = 500 Hz 2^(5 colour + 2.5 (velocity - 1)), at least 2 hz: a harder pluck is brighter.
 *        Release: the hand comes down: over TOUCH frames g goes to that of damp_s.
 *        What changes runs in straight lines across the block; Lagrange's weights then follow each frame.
 *
 * CONST  Reference overtone, STIFF 0.2 of a period, colours: ours (2026). TOUCH 5 ms.
 *        QUIET 1e-5 (-100 dB) for a whole period: the string has ended.
 *
 * COST   6 multiplications for D, 2 for L; figures in tests/synth/test_source_string.c --bench.
 *
 * LIMITS Pitches from 16 Hz to a sixth of the rate; past that, the ends. L's phase delay falls towards the treble, so dark
 *        low strings are a little stretched (3 cents at the 20th overtone of E1, brightness 0). Lagrange's
 *        formula is itself a low-pass between frames: at 10 kHz up to 1.5 % a round, which shortens the top of high notes.
 *        A string is mono: both sides are the same.
 *
 * REFS   K. Karplus and A. Strong, "Digital synthesis of plucked-string and drum timbres", Computer Music Journal 7(2),
 *        1983. D. Jaffe and J. Smith, "Extensions of the Karplus-Strong plucked-string algorithm", ibid. T. I. Laakso
 *        et al., "Splitting the unit delay", IEEE Signal Processing Magazine 13(1), 1996. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "synth/voice_source_impl.h"

enum { TAPS = 6, PASSES = 4, ROUND = 8 };
static const float lowest_hz = 16, quiet = 1e-5f;
static const double ln1000 = 6.907755278982137, touch_s = 0.005, stiff_share = 0.2;

enum { P_DECAY = 0, P_DAMP, P_BRIGHTNESS, P_POSITION, P_NOISE, P_COLOUR, P_STIFFNESS, PARAMS };

static const snq_param params[PARAMS] = {
    { .id = "decay_s",
      .unit = "s",
      .min = 0.05f,
      .max = 60,
      .value = 4,
      .scale = SNQ_PARAM_LOG,
      .what = "time in which the fundamental falls by 60 dB" },
    { .id = "damp_s",
      .unit = "s",
      .min = 0.02f,
      .max = 60,
      .value = 0.2f,
      .scale = SNQ_PARAM_LOG,
      .what = "the same once the note has ended" },
    { .id = "brightness",
      .unit = "",
      .max = 1,
      .value = 0.5f,
      .what = "how long overtones ring: 1, as long as the fundamental" },
    { .id = "position",
      .unit = "",
      .min = 0.02f,
      .max = 0.5f,
      .value = 0.14f,
      .what = "where it is plucked, from the bridge to the middle" },
    { .id = "noise", .unit = "", .max = 1, .value = 0.25f, .what = "share of noise in the pluck" },
    { .id = "colour",
      .unit = "",
      .max = 1,
      .value = 0.7f,
      .what = "brightness of the pluck: finger to plectrum" },
    { .id = "stiffness", .unit = "", .max = 1, .what = "how sharp overtones are: nylon to bell" },
};

/* What the loop is to be at one pitch and brightness. */
typedef struct loop {
    float delay;        /* frames of D */
    float pole;         /* p */
    float gain, damped; /* g while the note lasts, and once it has ended */
    float pass;         /* a */
} loop;

/* The pluck, while it lasts. */
typedef struct pluck {
    uint32_t at, burst, later, frames; /* frames: when it is over */
    double position, period;
    float pole, rect_gain, noise_gain;
    uint32_t word[2]; /* of the noise, and of the noise `later` */
    float low[2];     /* the low-passes' memories */
} pluck;

typedef struct lane_string {
    loop now; /* at the last block's end */
    float aimed_hz, aimed_shape;
    int aimed;              /* whether `now` is what these ask for */
    float low;              /* L's memory */
    float pass[PASSES + 1]; /* last input of each all-pass; last output of the last */
    uint32_t touch;         /* frames since the note's end, up to touch_frames; 0: it lasts */
    uint32_t still;         /* frames that were quiet */
    uint32_t write;
    int stiff; /* whether A is in the loop: decided when the note begins */
    int over;
    pluck pluck;
} lane_string;

typedef struct string_source {
    double rate;
    float value[PARAMS];
    uint32_t touch_frames, mask;
    float *memory; /* (lanes, mask + 1 + ROUND): the first ROUND frames once more at the end */
    lane_string lane[SNQ_LANES];
} string_source;

static void string_free(void *self)
{
    string_source *s = self;
    if (!s)
        return;
    snq_free(s->memory);
    snq_free(s);
}

static snq_status string_make(const snq__source_cfg *cfg, void **out)
{
    *out = NULL;
    string_source *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source string");
    s->rate = cfg->rate_hz;
    s->touch_frames = (uint32_t)(touch_s * s->rate) + 1;
    for (int i = 0; i < PARAMS; i++)
        s->value[i] = cfg->value[i];
    uint32_t size = 16;
    while ((double)size < s->rate / (double)lowest_hz + 2 * ROUND)
        size *= 2;
    s->mask = size - 1;
    s->memory = snq_calloc((size_t)SNQ_LANES * (size + ROUND), sizeof(float));
    if (!s->memory) {
        string_free(s);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source string");
    }
    for (int l = 0; l < SNQ_LANES; l++)
        s->lane[l].over = 1;
    *out = s;
    return SNQ_OK;
}

static float pitch_inside(const string_source *s, float hz)
{
    const float highest = (float)s->rate / 6;
    return hz > lowest_hz ? (hz < highest ? hz : highest) : lowest_hz;
}

/* Lagrange's weights for 2 + x frames after the first of six, 0 <= x < 1. */
static inline void weigh(float x, float w[TAPS])
{
    const float a = x + 2, b = x + 1, c = x, d = x - 1, e = x - 2, f = x - 3;
    const float ab = a * b, cd = c * d, ef = e * f;
    w[0] = b * cd * ef * (-1.0f / 120);
    w[1] = a * cd * ef * (1.0f / 24);
    w[2] = ab * d * ef * (-1.0f / 12);
    w[3] = ab * c * ef * (1.0f / 12);
    w[4] = ab * cd * f * (-1.0f / 24);
    w[5] = ab * cd * e * (1.0f / 120);
}

/* D's response at angle w, whose cosine and sine are c and sine: how much longer than `delay` it takes (frames), and
 * its gain. */
static double delay_error(float delay, double w, double c, double sine, double *gain)
{
    float weight[TAPS];
    const float part = delay - floorf(delay);
    double re = 0, im = 0, x = cos(w * (2 + (double)part)), y = sin(w * (2 + (double)part));
    weigh(part, weight);
    for (int k = 0; k < TAPS; k++) { /* tap k is k - 2 frames later than the whole part */
        re += (double)weight[k] * x;
        im += (double)weight[k] * y;
        const double then = x * c + y * sine;
        y = y * c - x * sine;
        x = then;
    }
    *gain = sqrt(re * re + im * im);
    return -atan2(im, re) / w;
}

/* p of STEPS; G and G_r are shares that a round leaves, c and cr cosines. */
static double pole_for(double share, double share_r, double c, double cr, double period)
{
    const double rho = share_r / share, one = 1 - rho * rho, less = 1 - share;
    double p = 0;
    if (one > 1e-9) {
        const double beta = c - rho * rho * cr;
        const double root = sqrt(fmax(beta * beta - one * one, 0));
        p = beta > 0 ? one / (beta + root) : 1;
    }
    const double beta = 1 - share * c; /* g <= sqrt(G) */
    const double most = less / (beta + sqrt(fmax(beta * beta - less * less, 0)));
    p = fmin(p, most);
    return fmin(fmax(p, 0), period / (period + 4));
}

static void aim(const string_source *s, int is_stiff, float at_hz, float shape, loop *to)
{
    const double hz = pitch_inside(s, at_hz), period = s->rate / hz, w = 2 * M_PI / period;
    const double bright = fmin(fmax((double)s->value[P_BRIGHTNESS] + (double)shape - 0.5, 0), 1);
    const double decay = s->value[P_DECAY], damp = fmin(s->value[P_DAMP], decay);
    const double share = exp(-ln1000 / (hz * decay));
    const double share_r = exp(-ln1000 / (hz * decay) * exp(ln1000 * (1 - bright) / 1.5));
    const double wr = fmin(4 * w + 2 * M_PI * 2000 / s->rate, 0.9 * M_PI), c = cos(w);
    const double p = pole_for(share, share_r, c, cos(wr), period), sine = sin(w);
    const double hard = (double)s->value[P_STIFFNESS];
    const double tau = 1 + fmax(stiff_share * period / PASSES - 1, 0) * hard * hard;
    const double a = (1 - tau) / (1 + tau);
    const double low = atan2(p * sine, 1 - p * c) / w;
    const double pass = is_stiff ? 1 - 2 * atan2(a * sine, 1 + a * c) / w : 0;
    const double whole = period - low - PASSES * pass;
    double gain;
    const double off = delay_error((float)whole, w, c, sine, &gain);
    to->delay = (float)fmax(whole - off, 3);
    const double kept = (1 - p) / sqrt(1 - 2 * p * c + p * p) * gain;
    to->gain = (float)fmin(share / kept, 0.9999999);
    to->damped = (float)fmin(exp(-ln1000 / (hz * damp)) / kept, 0.9999999);
    to->pole = (float)p;
    to->pass = (float)a;
}

static inline float drawn(uint32_t *word) /* xorshift32: -1 .. 1 */
{
    *word ^= *word << 13;
    *word ^= *word >> 17;
    *word ^= *word << 5;
    return (float)(int32_t)*word * 0x1p-31f;
}

static void prepare_pluck(const string_source *s, const snq__source_note *note, pluck *p)
{
    const double hz = pitch_inside(s, note->hz), period = s->rate / hz;
    const double velocity = fmin(fmax((double)note->velocity, 0), 1);
    const double open = 5 * (double)s->value[P_COLOUR] + 2.5 * (velocity - 1);
    const double cutoff = fmin(fmax(500 * exp2(open), 2 * hz), 0.4 * s->rate);
    const double pole = exp(-2 * M_PI * cutoff / s->rate), position = s->value[P_POSITION];
    const uint32_t tail = (uint32_t)(16 / (1 - pole));
    snq_rng rng;
    snq_rng_init(&rng, note->seed);
    *p = (pluck) { .position = position, .period = period, .pole = (float)pole };
    p->later = (uint32_t)lround(position * period);
    p->burst = (uint32_t)lround(period) - p->later;
    p->frames = (uint32_t)ceil(period) + 1 + tail;
    p->word[0] = p->word[1] = (uint32_t)(snq_rng_next(&rng) >> 32) | 1;
    /* noise through two poles keeps (1 - p)^4 (1 + p^2) / (1 - p^2)^3 of its power; brought to RMS 0.35 */
    const double kept = pow(1 - pole, 4) * (1 + pole * pole) / pow(1 - pole * pole, 3);
    p->noise_gain = (float)((double)s->value[P_NOISE] * 0.35 / sqrt(2 * kept / 3));
    p->rect_gain = (float)(1 - (double)s->value[P_NOISE]) / (float)(1 - position);
}

/* Area of the pluck's shape up to frame t. */
static inline double area(const pluck *p, double t)
{
    const double high = p->position * p->period, u = t < p->period ? t : p->period;
    return u < high ? u * (1 - p->position) : high * (1 - p->position) - (u - high) * p->position;
}

/* The next frame of e. */
static inline float pluck_next(pluck *p)
{
    if (p->at >= p->frames)
        return 0;
    float x = (float)(area(p, p->at + 1.0) - area(p, p->at)) * p->rect_gain;
    if (p->at < p->burst)
        x += drawn(&p->word[0]) * p->noise_gain;
    if (p->at >= p->later && p->at < p->later + p->burst)
        x -= drawn(&p->word[1]) * p->noise_gain;
    p->at++;
    p->low[0] = x + (p->low[0] - x) * p->pole;
    p->low[1] = p->low[0] + (p->low[1] - p->low[0]) * p->pole;
    return p->low[1];
}

static SNQ_RT void string_start(void *self, uint32_t lane, const snq__source_note *note)
{
    string_source *s = self;
    const size_t size = (size_t)s->mask + 1 + ROUND;
    s->lane[lane] = (lane_string) { .stiff = s->value[P_STIFFNESS] > 0 };
    memset(s->memory + lane * size, 0, size * sizeof(float));
    prepare_pluck(s, note, &s->lane[lane].pluck);
}

static SNQ_RT void string_release(void *self, uint32_t lane)
{
    string_source *s = self;
    s->lane[lane].touch = s->lane[lane].touch ? s->lane[lane].touch : 1;
}

static SNQ_RT void string_set(void *self, uint32_t index, float value)
{
    string_source *s = self;
    s->value[index] = value;
    for (int l = 0; l < SNQ_LANES; l++)
        s->lane[l].aimed = 0;
}

/* x through A. */
static inline float pass_all(lane_string *v, float a, float x)
{
    for (int i = 0; i < PASSES; i++) { /* stage i's last output is stage i + 1's last input */
        const float y = v->pass[i] + a * (x - v->pass[i + 1]);
        v->pass[i] = x;
        x = y;
    }
    v->pass[PASSES] = x;
    return x;
}

/* D at frames write .. write + n, all of whose input is in memory: whole - 2 >= n. */
static inline void read_delay(const float *m, uint32_t at, const float w[TAPS], float *d,
                              uint32_t n)
{
    const float *x = m + at; /* delays whole + 3 .. whole - 2; the latest is tap 0 */
    for (uint32_t i = 0; i < n; i++)
        d[i] = (x[i + 5] * w[0] + x[i + 4] * w[1]) + (x[i + 3] * w[2] + x[i + 2] * w[3]) +
               (x[i + 1] * w[4] + x[i] * w[5]);
}

/* n frames into the memory, which they don't pass the end of. */
static inline void put(float *m, uint32_t mask, uint32_t at, const float *y, uint32_t n)
{
    memcpy(m + at, y, n * sizeof(*y));
    for (uint32_t i = 0; i < n && at + i < ROUND; i++)
        m[mask + 1 + at + i] = y[i];
}

static inline uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* d (n,) through L, whose memory is low and becomes what is returned. Four frames at a time: only one multiplication
 * in four waits for the one before. */
static inline float lose(float *d, uint32_t n, float p, float low)
{
    const float takes = 1 - p, p2 = p * p, p3 = p2 * p, p4 = p2 * p2;
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const float u0 = takes * d[i], u1 = takes * d[i + 1] + p * u0;
        const float u2 = takes * d[i + 2] + p * u1, u3 = takes * d[i + 3] + p * u2;
        d[i] = u0 + p * low;
        d[i + 1] = u1 + p2 * low;
        d[i + 2] = u2 + p3 * low;
        d[i + 3] = low = u3 + p4 * low;
    }
    for (; i < n; i++)
        d[i] = low = takes * d[i] + p * low;
    return low;
}

/* n frames of a loop that stays as it is; y holds the pluck and becomes the sound. In runs for which all of D's
 * input is there, and neither reading nor writing goes over the memory's end. */
static void run_steady(const string_source *s, lane_string *v, float *m, float *y, uint32_t n)
{
    const loop k = v->now;
    const float gain = v->touch ? k.damped : k.gain;
    const uint32_t whole = (uint32_t)k.delay, mask = s->mask;
    float w[TAPS], d[SNQ_SYNTH_BLOCK];
    weigh(k.delay - (float)whole, w);
    for (uint32_t at = 0, run; at < n; at += run, y += run, v->write += run) {
        const uint32_t to = v->write & mask, from = (v->write - whole - 3) & mask;
        run = least(least(n - at, whole - 2), least(mask + 1 - to, mask + 1 - from));
        read_delay(m, from, w, d, run);
        for (uint32_t i = 0; v->stiff && i < run; i++)
            d[i] = pass_all(v, k.pass, d[i]);
        v->low = lose(d, run, v->now.pole, v->low);
        for (uint32_t i = 0; i < run; i++)
            y[i] += d[i] * gain;
        put(m, mask, to, y, run);
    }
}

/* n frames of a loop that goes from v->now to `to`. */
static void run_moving(const string_source *s, lane_string *v, const loop *to, float *m, float *y,
                       uint32_t n)
{
    const loop from = v->now;
    const float per_frame = 1 / (float)n;
    float w[TAPS], d;
    for (uint32_t i = 0; i < n; i++, v->write++) {
        const float t = (float)(i + 1) * per_frame;
        const float delay = from.delay + (to->delay - from.delay) * t;
        const float pole = from.pole + (to->pole - from.pole) * t;
        const uint32_t whole = (uint32_t)delay;
        float gain = from.gain + (to->gain - from.gain) * t;
        if (v->touch) {
            const float damped = from.damped + (to->damped - from.damped) * t;
            gain += (damped - gain) * (float)v->touch / (float)s->touch_frames;
            v->touch += v->touch < s->touch_frames;
        }
        weigh(delay - (float)whole, w);
        read_delay(m, (v->write - whole - 3) & s->mask, w, &d, 1);
        if (v->stiff)
            d = pass_all(v, from.pass + (to->pass - from.pass) * t, d);
        v->low = (1 - pole) * d + pole * v->low;
        y[i] += v->low * gain;
        put(m, s->mask, v->write & s->mask, &y[i], 1);
    }
    v->now = *to;
}

static int is_loud(const float *y, uint32_t n)
{
    int loud = 0;
    for (uint32_t i = 0; i < n; i++)
        loud |= (y[i] > quiet) | (y[i] < -quiet);
    return loud;
}

static void run_lane(string_source *s, const snq__source_block *b, uint32_t l, float *y)
{
    lane_string *v = &s->lane[l];
    float *m = s->memory + (size_t)l * (s->mask + 1 + ROUND);
    const float hz = b->hz.to.v[l], shape = b->shape.to.v[l];
    loop to = v->now;
    const int plucked = v->pluck.at < v->pluck.frames;
    for (uint32_t i = 0; i < b->n; i++)
        y[i] = 0;
    if (v->pluck.at == 0) {
        aim(s, v->stiff, b->hz.from.v[l], b->shape.from.v[l], &v->now);
        to = v->now;
        v->aimed = hz == b->hz.from.v[l] && shape == b->shape.from.v[l];
        v->aimed_hz = hz;
        v->aimed_shape = shape;
    }
    const int goes = !v->aimed || v->aimed_hz != hz || v->aimed_shape != shape;
    if (goes) {
        aim(s, v->stiff, hz, shape, &to);
        v->aimed = 1;
        v->aimed_hz = hz;
        v->aimed_shape = shape;
    }
    for (uint32_t i = 0; plucked && i < b->n; i++)
        y[i] = pluck_next(&v->pluck);
    if (goes || (v->touch && v->touch < s->touch_frames))
        run_moving(s, v, &to, m, y, b->n);
    else
        run_steady(s, v, m, y, b->n);
    const int sounds = plucked || is_loud(y, b->n);
    v->still = sounds ? 0 : v->still + b->n;
    v->over = v->still > (uint32_t)(s->rate / (double)pitch_inside(s, hz)) + 1;
}

static SNQ_RT void string_run(void *self, const snq__source_block *b, snq__lanes *left,
                              snq__lanes *right)
{
    string_source *s = self;
    float y[SNQ_SYNTH_BLOCK];
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        if (!(b->active >> l & 1) || s->lane[l].over)
            continue;
        run_lane(s, b, l, y);
        const float from = b->level.from.v[l], more = b->level.to.v[l] - from;
        const int sane = isfinite(more);
        for (uint32_t i = 0; sane && i < b->n; i++) {
            const float x = y[i] * (from + more * (float)i / (float)b->n);
            left[i].v[l] += x;
            if (right)
                right[i].v[l] += x;
        }
    }
}

static SNQ_RT int string_ended(const void *self, uint32_t lane)
{
    const string_source *s = self;
    return s->lane[lane].over;
}

const snq__source_type snq__source_string = {
    .name = "string",
    .param = params,
    .params = PARAMS,
    .make = string_make,
    .free = string_free,
    .start = string_start,
    .release = string_release,
    .set = string_set,
    .run = string_run,
    .ended = string_ended,
};
