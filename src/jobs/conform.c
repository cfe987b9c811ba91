// SPDX-License-Identifier: MIT
/* IDEA   Two machines play together when their bars begin together. The ears hear beats to some milliseconds
 *        each; a straight line through all of them knows tempo and place far better than any one. And who cut a
 *        loop cut it at bars: then its length says more than any ear.
 *
 * STEPS  fit     beats numbered by their distance, least squares: t_k = t_0 + k P;  wander = max |t_k - line|
 *                whole bars: length L within 30 ms and 1 % of N bars -> P = L / (N p), p pulses a bar; a beat within
 *                40 ms of the recording's first frame -> that frame is the downbeat
 *                else the first downbeat d, on the line
 *        refine  A[j] = mean over the beats of |x| in the j-th ms from the line, j = -29 .. 33;  the line moves by that
 *                j within +-25 where A[j .. j+3] - A[j-4 .. j-1] is most, if what follows is twice what is before
 *        place   d = k bars + r, k the whole bars before it (r within 4 % of a bar under the next one counts as
 *                that): begin = -r; frame f of the recording lies at begin + f
 *        loop    shorter than the piece, and as long as N bars of it within 2 %, a quarter of a beat at most:
 *                without a pulse within 30 ms and 1 %;  turn j begins at begin + j N bars, each rounded to its own frame: no error adds up
 *        read    turn j sounds until turn j + 1 begins, the recording or the piece ends
 *        fades   5 ms, raised cosine, where sound is cut: at the beginning unless the 5 ms before are below
 *                -60 dBFS (then nothing is cut but silence, and an attack would lose its edge); at the end of a turn
 *                that is cut by more than a frame
 * CONST  30 ms, 1 %: the ears' tempo of a loop of one bar is off by up to .6 %, of four by .05 % (made loops at
 *        97.3 BPM, our own measurement); a recording that was not cut to bars passes one time in 40, and is
 *        then bent by 30 ms over its whole length. A quarter of a beat: what an encoder's padding (50 ms) or a tail
 *        adds. 4 %: the ears miss the first beat of a loop at times, and find the second bar.
 * LIMITS One tempo: a player who drifts, drifts from the piece, by `wander_s` from the best line. */
#include "jobs/conform.h"

#include <math.h>
#include <string.h>

#define WHOLE_S     0.030
#define WHOLE_SHARE 0.01
#define START_S     0.040
#define NEXT_BAR    0.04
#define LOOP_SHARE  0.02
#define FADE_S      0.005
#define QUIET       1e-3f

/* ---------------------------------------------------------------- the pulse */

typedef struct line {
    double at, step; /* of number 0, of the next one */
} line;

/* Number of beat i when the one before had `before`. */
static int64_t number(const snq_beats *b, uint32_t i, int64_t before, double step)
{
    return i ? before + llround((b->beat_s[i] - b->beat_s[i - 1]) / step) : 0;
}

static line fit_line(const snq_beats *b, double step)
{
    double n = 0.0, k = 0.0, kk = 0.0, t = 0.0, kt = 0.0;
    int64_t index = 0;
    for (uint32_t i = 0; i < b->beats; i++) {
        index = number(b, i, index, step);
        const double x = (double)index;
        n += 1.0;
        k += x;
        kk += x * x;
        t += b->beat_s[i];
        kt += x * b->beat_s[i];
    }
    const double det = n * kk - k * k;
    const double slope = det > 0.0 ? (n * kt - k * t) / det : step;
    return (line) { n > 0.0 ? (t - slope * k) / n : 0.0, slope };
}

static double wander(const snq_beats *b, const line *l, double step)
{
    double most = 0.0;
    int64_t index = 0;
    for (uint32_t i = 0; i < b->beats; i++) {
        index = number(b, i, index, step);
        most = fmax(most, fabs(b->beat_s[i] - l->at - (double)index * l->step));
    }
    return most;
}

snq_steady_pulse snq_pulse_fit(const snq_beats *beats, double bpm, double duration_s,
                               uint32_t pulses_per_bar)
{
    if (!(bpm > 0.0) || !beats->beats)
        return (snq_steady_pulse) { 0 };
    const double step = 60.0 / bpm;
    line l = fit_line(beats, step);
    if (!(fabs(l.step / step - 1.0) < WHOLE_SHARE)) /* too few, or they jump */
        l = (line) { beats->beat_s[0], step };
    snq_steady_pulse p = { .pulse_s = l.step, .wander_s = wander(beats, &l, step) };
    const double down = beats->downbeats ? beats->downbeat_s[0] : beats->beat_s[0];
    p.first_s = l.at + l.step * round((down - l.at) / l.step);
    const double bars = fmax(round(duration_s / (l.step * pulses_per_bar)), 1.0);
    const double off_s = fabs(duration_s - bars * l.step * pulses_per_bar);
    const double start_s = fabs(l.at - l.step * round(l.at / l.step));
    if (off_s <= WHOLE_S && off_s <= WHOLE_SHARE * duration_s && start_s <= START_S) {
        p.pulse_s = duration_s / (bars * pulses_per_bar);
        p.first_s = 0.0;
        p.whole = 1;
    }
    return p;
}

enum { REACH = 25, EDGE = 4, LEVELS = 2 * (REACH + EDGE) };

/* Mean magnitude of each millisecond around the beats, the first REACH + EDGE before them. */
static void levels_around(const float *const x[2], size_t frames, uint32_t rate_hz,
                          const snq_steady_pulse *p, double level[LEVELS])
{
    const double ms = rate_hz / 1000.0, last_s = (double)frames / rate_hz;
    const int64_t before = (int64_t)ceil(p->first_s / p->pulse_s);
    for (double t_s = p->first_s - (double)before * p->pulse_s; t_s < last_s; t_s += p->pulse_s)
        for (int j = 0; j < LEVELS; j++) {
            const double from = t_s * rate_hz + (j - REACH - EDGE) * ms;
            for (int64_t i = llround(from); i < llround(from + ms); i++)
                if (i >= 0 && i < (int64_t)frames)
                    level[j] += fabs((double)x[0][i]) + fabs((double)x[1][i]);
        }
}

void snq_pulse_refine(const float *const x[2], size_t frames, uint32_t rate_hz, snq_steady_pulse *p)
{
    double level[LEVELS] = { 0.0 }, most = 0.0;
    if (p->whole || !(p->pulse_s > 2e-3 * LEVELS))
        return;
    levels_around(x, frames, rate_hz, p, level);
    int best = 0;
    for (int j = EDGE; j + EDGE <= LEVELS; j++) {
        double before = 0.0, after = 0.0;
        for (int k = 0; k < EDGE; k++) {
            before += level[j - 1 - k];
            after += level[j + k];
        }
        if (after > 2.0 * before && after - before > most) {
            most = after - before;
            best = j - REACH - EDGE;
        }
    }
    p->first_s += 1e-3 * best;
}

/* ---------------------------------------------------------------- the place */

static int64_t start_of(const snq_conform *c, uint32_t turn)
{
    const double s = c->begin_s + (double)turn * c->loop_bars * c->cfg.bar_s;
    return llround(s * c->cfg.rate_hz);
}

/* Frames of the piece [*from, *end) in which a turn sounds. */
static void span_of(const snq_conform *c, uint32_t turn, int64_t *from, int64_t *end)
{
    const int64_t start = start_of(c, turn);
    const int64_t next = c->loop_bars ? start_of(c, turn + 1) : c->length;
    *from = start > 0 ? start : 0;
    *end = start + (int64_t)c->cfg.frames;
    *end = next < *end ? next : *end;
    *end = c->length < *end ? c->length : *end;
}

/* Is there sound right before frame `at` of the recording? */
static int sounds_before(const snq_conform_cfg *cfg, int64_t at)
{
    const int64_t fade = (int64_t)(FADE_S * cfg->rate_hz);
    for (int64_t i = at > fade ? at - fade : 0; i < at && i < (int64_t)cfg->frames; i++)
        if (fabsf(cfg->channel[0][i]) > QUIET || fabsf(cfg->channel[1][i]) > QUIET)
            return 1;
    return 0;
}

void snq_conform_init(const snq_conform_cfg *cfg, snq_conform *out)
{
    const double own_s = (double)cfg->frames / cfg->rate_hz;
    const double bars = round(own_s / cfg->bar_s);
    const int pulse = !isnan(cfg->first_s);
    const double most_s =
        pulse ? fmin(LOOP_SHARE * own_s, cfg->bar_s / 16.0) : fmin(WHOLE_SHARE * own_s, WHOLE_S);
    *out = (snq_conform) { .cfg = *cfg };
    out->length = llround((double)cfg->bars * cfg->bar_s * cfg->rate_hz);
    if (pulse)
        out->begin_s = floor(cfg->first_s / cfg->bar_s + NEXT_BAR) * cfg->bar_s - cfg->first_s;
    if (bars >= 1.0 && bars < cfg->bars && fabs(own_s - bars * cfg->bar_s) <= most_s)
        out->loop_bars = (int32_t)bars;
    const int64_t start = start_of(out, 0);
    out->fade_in = start < 0 && sounds_before(cfg, -start);
    const int64_t over = start + (int64_t)cfg->frames - out->length;
    if (!out->loop_bars && over > 0)
        out->lost_s = (double)over / cfg->rate_hz;
}

uint32_t snq_conform_turns(const snq_conform *c)
{
    uint32_t turns = 1;
    while (c->loop_bars && start_of(c, turns) < c->length)
        turns++;
    return turns;
}

double snq_conform_place_s(const snq_conform *c, uint32_t turn, double t_s)
{
    int64_t from, end;
    const int64_t at = start_of(c, turn) + llround(t_s * c->cfg.rate_hz);
    span_of(c, turn, &from, &end);
    return at >= from && at < end ? (double)at / c->cfg.rate_hz : NAN;
}

/* ---------------------------------------------------------------- the sound */

static float faded(const snq_conform *c, int64_t into, int64_t left, int in, int out)
{
    const int64_t fade = (int64_t)(FADE_S * c->cfg.rate_hz);
    float g = c->cfg.gain;
    if (in && into < fade)
        g *= 0.5f - 0.5f * cosf((float)M_PI * ((float)into + 0.5f) / (float)fade);
    if (out && left <= fade)
        g *= 0.5f - 0.5f * cosf((float)M_PI * ((float)left - 0.5f) / (float)fade);
    return g;
}

/* As a file of 24 bits has it: what is rendered now and what is read from the stem later are the same. */
static float rounded(float x)
{
    return fminf(fmaxf(rintf(x * 0x1p23f), -0x1p23f), 0x1p23f - 1.0f) * 0x1p-23f;
}

static void read_turn(const snq_conform *c, uint32_t turn, int64_t at, size_t n, float *left,
                      float *right)
{
    int64_t from, end;
    const int64_t start = start_of(c, turn);
    span_of(c, turn, &from, &end);
    const int out = end + 1 < start + (int64_t)c->cfg.frames;
    const int in = turn == 0 && c->fade_in;
    const int64_t first = at > from ? at : from;
    const int64_t stop = at + (int64_t)n < end ? at + (int64_t)n : end;
    for (int64_t f = first; f < stop; f++) {
        const float g = faded(c, f - from, end - f, in, out);
        left[f - at] = rounded(g * c->cfg.channel[0][f - start]);
        right[f - at] = rounded(g * c->cfg.channel[1][f - start]);
    }
}

void snq_conform_read(const snq_conform *c, int64_t from, size_t n, float *left, float *right)
{
    const double loop = c->loop_bars * c->cfg.bar_s * c->cfg.rate_hz; /* frames */
    const int64_t end = from + (int64_t)n;
    uint32_t turn = 0;
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    if (c->loop_bars && (double)from > 2.0 * loop) /* near to where it is needed */
        turn = (uint32_t)((double)from / loop) - 1;
    do
        read_turn(c, turn, from, n, left, right);
    while (c->loop_bars && start_of(c, ++turn) < end);
}
