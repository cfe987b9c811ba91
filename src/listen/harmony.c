// SPDX-License-Identifier: MIT
/* IDEA   Find out how the players tuned, read the spectrum at the semitones of that tuning, let the network
 *        say what chord it hears in each fifth of a second, and take the sequence of chords that agrees best
 *        with it and changes mostly on beats. What the key is follows from the same features, averaged over
 *        longer times.
 * STEPS  tuning: histogram, 0.25 cents a bin, of each spectral peak's distance from the nearest semitone at
 *          A4 = 440, weight sqrt(power); smoothed by a Gaussian; the highest point, by parabola.
 *          Peaks of 80 .. 1500 Hz within 40 dB of the frame's strongest.
 *        step: two pitch frames averaged; kept as one byte a band, 0.4 dB apart
 *        semitone s, band b = 3 s + 1 + 3 cents / 100 by interpolation, l, m, r at b - 1, b, b + 1:
 *          level    10 log10(l + m + r);  scaled: 1 + (level - top) / 50, at least 0, where top is the highest
 *                   level within two seconds, at least -70 dB
 *          contrast 10 log10(m / ((l + r) / 2)) / 15, between -1 and 1
 *        chords: V(t, c) = log p_t(c) + max(V(t - 1, c), max over d of V(t - 1, d) - CHANGE)
 *          CHANGE at a step that begins within 110 ms of a downbeat, a beat, anything else
 *          ends moved to the nearest beat within 200 ms; bass: best sum of log p over the chord's steps
 *        key: features averaged over bins of two seconds, of the steps that sound and have a chord; log p of the
 *          24 keys for the mean over 5 and over 11 bins around each, added; Viterbi with KEY_CHANGE; then each
 *          span anew from its whole mean, the first with KEY_FIRST for the key whose tonic triad is the first chord.
 * CONST  KEY_CHANGE: best of 12, 18, 25, 35, 50 on made music (seed 98), held-out accompaniments and the 30 songs,
 *        2026-11. KEY_FIRST: fitted with the key layer (scripts/train/tune_key.py). Tuning's blur, range and
 *        weight: best of 27 settings on 160 made pieces. The costs of chord changes and the thresholds are set by
 *        hand. Tuning: pitch bends and inharmonic overtones (5th: -14 cents) blur a mean; the mode of the
 *        histogram is theirs least.
 * COST   See harmony_net.c.
 * LIMITS One tuning for the recording. Chords shorter than half a second are often missed.
 * REFS   M. Mauch, S. Dixon, "Approximate note transcription for the improved identification of difficult chords",
 *        ISMIR 2010 (interpolated tuning); K. Noland, M. Sandler, "Key estimation using a hidden Markov
 *        model", ISMIR 2006. */
#include "listen/harmony.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/decibel.h"
#include "dsp/peaks.h"

enum {
    FRAMES = 2, /* pitch frames of a step */
    TUNING_BINS = 400,
    RING = 128, /* steps of semitones kept: a power of two above STEPS_MAX + 2 (HALO + TOP_REACH) */
    TOP_REACH = 10, /* steps to both sides */
    BIN_STEPS = SNQ_HARMONY_STEPS_PER_S * SNQ_HARMONY_BIN_S,
    MASK = (SNQ_HARMONY_CHORDS + 7) / 8,
    SEMITONES = SNQ_PITCH_SEMITONES,
};

#define LEVEL_STEP_DB     0.4f
#define LEVEL_FLOOR_DB    (-100.0f)
#define TUNING_LO_HZ      80.0f
#define TUNING_HI_HZ      1500.0f
#define TUNING_RANGE      1e-4f
#define TUNING_BLUR_CENTS 4.0
#define TUNING_CLEAR      1.5 /* the highest point over the mean, at least */
#define CHANGE_DOWNBEAT   2.0f
#define CHANGE_BEAT       3.5f
#define CHANGE_OFF        6.0f
#define CHANGE_FREE       4.0f /* without beats */
#define KEY_CHANGE        35.0f
#define KEY_FIRST         1.4f
#define SOUND_LEAST_DB    (-90.0f) /* loudest semitone of a step that has any tones */
#define TONAL_LEAST       0.15     /* share of steps with a chord, for a key */
#define ATONAL_BELOW      0.2      /* confidence under which there is no key */

/* Two seconds. */
typedef struct key_bin {
    float feature[SNQ_HARMONY_FEATURES]; /* sum over the tonal steps */
    uint32_t tonal, steps;
} key_bin;

/* How the chord path came to a step. */
typedef struct origin {
    uint8_t best;       /* state before, for those that changed */
    uint8_t mask[MASK]; /* which did */
} origin;

struct snq_harmony {
    double tuning[TUNING_BINS];
    uint8_t *level; /* (step_room, SNQ_PITCH_BANDS) */
    int64_t steps, step_room;
    float half[SNQ_PITCH_BANDS]; /* sum of the frames of the step at hand */
    uint32_t half_frames;

    double duration_s, cents;
    snq_measure tuning_hz;
    snq_harmony_net *net;
    float power[256]; /* of a kept byte */
    float x_level[RING][SEMITONES], x_contrast[RING][SEMITONES], x_top[RING];
    float x[(SNQ_HARMONY_STEPS_MAX + 2 * SNQ_HARMONY_HALO) * SEMITONES * 2];
    snq_harmony_answer out[SNQ_HARMONY_STEPS_MAX];
    float score[SNQ_HARMONY_CHORDS];
    origin *origin;    /* (steps,) */
    uint8_t *state;    /* (steps,) the path */
    float (*bass)[12]; /* (steps,) */
    key_bin *bin;      /* (bins,) */
    int64_t bins;
    snq_heard_chord *chord; /* (chords,) */
    uint32_t chords, chord_room;
};

snq_status snq_harmony_new(snq_harmony **out)
{
    *out = snq_calloc(1, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the harmony");
    const snq_status st = snq_harmony_net_new(&(*out)->net);
    if (st < 0) {
        snq_harmony_free(*out);
        *out = NULL;
    }
    return st;
}

void snq_harmony_free(snq_harmony *h)
{
    if (!h)
        return;
    snq_harmony_net_free(h->net);
    snq_free(h->level);
    snq_free(h->origin);
    snq_free(h->state);
    snq_free(h->bass);
    snq_free(h->bin);
    snq_free(h->chord);
    snq_free(h);
}

/* ---- along the stream ------------------------------------------------------------------------- */

static void tally_tuning(snq_harmony *h, const snq_pitch_frame *f)
{
    float most = 0.0f;
    for (uint32_t i = 0; i < f->peaks; i++)
        most = f->peak[i].power > most ? f->peak[i].power : most;
    const float least = most * TUNING_RANGE > 1e-9f ? most * TUNING_RANGE : 1e-9f;
    for (uint32_t i = 0; i < f->peaks; i++) {
        const snq_pitch_peak *p = &f->peak[i];
        if (p->hz < TUNING_LO_HZ || p->hz > TUNING_HI_HZ || p->power < least)
            continue;
        const double semitones = 12.0 * log2((double)p->hz / 440.0);
        const int bin = (int)((semitones - floor(semitones)) * TUNING_BINS);
        h->tuning[bin < TUNING_BINS ? bin : 0] += sqrt((double)p->power);
    }
}

static snq_status keep_step(snq_harmony *h)
{
    if (h->steps == h->step_room) {
        const int64_t room = h->step_room ? 2 * h->step_room : 256;
        uint8_t *level = snq_regrow(h->level, (size_t)h->steps, (size_t)room, SNQ_PITCH_BANDS);
        if (!level)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %lld steps of harmony", (long long)room);
        h->level = level;
        h->step_room = room;
    }
    uint8_t *to = h->level + h->steps++ * SNQ_PITCH_BANDS;
    float db[SNQ_PITCH_BANDS];
    for (int b = 0; b < SNQ_PITCH_BANDS; b++)
        h->half[b] /= FRAMES;
    snq_decibel_run(db, h->half, SNQ_PITCH_BANDS, 1e-10f);
    for (int b = 0; b < SNQ_PITCH_BANDS; b++) {
        const float q = (db[b] - LEVEL_FLOOR_DB) / LEVEL_STEP_DB + 0.5f;
        to[b] = q > 255.0f ? 255 : (uint8_t)q;
    }
    return SNQ_OK;
}

snq_status snq_harmony_push(snq_harmony *h, const snq_hop_block *b)
{
    for (uint32_t i = 0; i < b->pitch_frames; i++) {
        const snq_pitch_frame *f = b->pitch[i];
        tally_tuning(h, f);
        if (!h->half_frames)
            memset(h->half, 0, sizeof h->half);
        for (int k = 0; k < SNQ_PITCH_BANDS; k++)
            h->half[k] += f->band[k];
        if (++h->half_frames == FRAMES) {
            h->half_frames = 0;
            SNQ_TRY(keep_step(h));
        }
    }
    return SNQ_OK;
}

/* ---- tuning ----------------------------------------------------------------------------------- */

static void find_tuning(snq_harmony *h)
{
    double blurred[TUNING_BINS] = { 0.0 }, wide[2 * TUNING_BINS], total = 0.0;
    const double sigma = TUNING_BLUR_CENTS * TUNING_BINS / 100.0;
    const int reach = (int)(4.0 * sigma);
    int best = 0;
    for (int i = 0; i < TUNING_BINS + 2 * reach; i++) /* reach <= TUNING_BINS / 2 */
        wide[i] = h->tuning[(i - reach + TUNING_BINS) % TUNING_BINS];
    for (int d = -reach; d <= reach; d++) {
        const double weight = exp(-0.5 * (d / sigma) * (d / sigma));
        for (int i = 0; i < TUNING_BINS; i++)
            blurred[i] += wide[i + d + reach] * weight;
    }
    for (int i = 0; i < TUNING_BINS; i++) {
        total += blurred[i];
        if (blurred[i] > blurred[best])
            best = i;
    }
    if (!(total > 0.0)) {
        h->tuning_hz = snq_unmeasured("no tones to tell a tuning by");
        return;
    }
    if (blurred[best] < TUNING_CLEAR * total / TUNING_BINS) {
        h->tuning_hz = snq_unmeasured("the tones agree on no tuning");
        return;
    }
    const double offset = snq_peak_parabola(blurred[(best + TUNING_BINS - 1) % TUNING_BINS],
                                            blurred[best], blurred[(best + 1) % TUNING_BINS], NULL);
    double cents = (best + 0.5 + offset) * 100.0 / TUNING_BINS;
    h->cents = cents > 50.0 ? cents - 100.0 : cents;
    h->tuning_hz = snq_measured(440.0 * exp2(h->cents / 1200.0));
}

/* ---- semitones -------------------------------------------------------------------------------- */

static float power_at(const snq_harmony *h, const uint8_t *level, int band)
{
    return band >= 0 && band < SNQ_PITCH_BANDS ? h->power[level[band]] : 1e-12f;
}

/* Level and contrast of step s into the ring. */
static void read_step(snq_harmony *h, int64_t s)
{
    const uint8_t *level = h->level + s * SNQ_PITCH_BANDS;
    const float shift = 1.0f + (float)(h->cents * SNQ_PITCH_STEPS / 100.0);
    const int whole = (int)floorf(shift);
    const float f = shift - (float)whole;
    float sum[SEMITONES], mid[SEMITONES], side[SEMITONES];
    for (int i = 0; i < SEMITONES; i++) {
        float p[4];
        for (int k = 0; k < 4; k++)
            p[k] = power_at(h, level, SNQ_PITCH_STEPS * i + whole + k - 1);
        const float l = p[0] * (1.0f - f) + p[1] * f, m = p[1] * (1.0f - f) + p[2] * f;
        const float r = p[2] * (1.0f - f) + p[3] * f;
        sum[i] = l + m + r + 1e-11f;
        mid[i] = m + 1e-11f;
        side[i] = 0.5f * (l + r) + 1e-11f;
    }
    float *to = h->x_level[s % RING], *contrast = h->x_contrast[s % RING], top = -FLT_MAX;
    snq_decibel_run(to, sum, SEMITONES, 1e-12f);
    snq_decibel_run(mid, mid, SEMITONES, 1e-12f);
    snq_decibel_run(side, side, SEMITONES, 1e-12f);
    for (int i = 0; i < SEMITONES; i++) {
        const float c = (mid[i] - side[i]) / 15.0f;
        contrast[i] = c > 1.0f ? 1.0f : c < -1.0f ? -1.0f : c;
        top = to[i] > top ? to[i] : top;
    }
    h->x_top[s % RING] = top;
}

/* The network's input for step s, whose neighbours within TOP_REACH are in the ring. */
static void scale_step(const snq_harmony *h, int64_t s, float *to)
{
    float top = -70.0f;
    for (int64_t k = s - TOP_REACH; k <= s + TOP_REACH; k++)
        if (k >= 0 && k < h->steps && h->x_top[k % RING] > top)
            top = h->x_top[k % RING];
    for (int i = 0; i < SEMITONES; i++) {
        const float x = 1.0f + (h->x_level[s % RING][i] - top) / 50.0f;
        to[2 * i] = x > 0.0f ? x : 0.0f;
        to[2 * i + 1] = x > 0.0f ? h->x_contrast[s % RING][i] : 0.0f;
    }
}

/* ---- chords ----------------------------------------------------------------------------------- */

/* Walks along the beats. */
typedef struct cursor {
    const snq_beat_path *beats;
    const snq_metre_path *bars;
    uint32_t at;
} cursor;

/* What it costs to change the chord at a time; times must not go back. */
static float change_cost(cursor *c, double t_s)
{
    const snq_beat_path *b = c->beats;
    if (!b->beats)
        return CHANGE_FREE;
    while (c->at + 1 < b->beats && fabs(b->time_s[c->at + 1] - t_s) <= fabs(b->time_s[c->at] - t_s))
        c->at++;
    if (fabs(b->time_s[c->at] - t_s) > 0.11)
        return CHANGE_OFF;
    return c->bars->position[c->at] == 0 ? CHANGE_DOWNBEAT : CHANGE_BEAT;
}

static void chord_step(snq_harmony *h, int64_t s, const float *log_p, float change)
{
    origin *o = &h->origin[s];
    int best = 0;
    for (int c = 1; s && c < SNQ_HARMONY_CHORDS; c++)
        if (h->score[c] > h->score[best])
            best = c;
    const float from = h->score[best] - change;
    o->best = (uint8_t)best;
    for (int c = 0; c < SNQ_HARMONY_CHORDS; c++) {
        float v = s ? h->score[c] : 0.0f;
        if (s && from > v) {
            v = from;
            o->mask[c / 8] |= (uint8_t)(1u << c % 8);
        }
        h->score[c] = v + log_p[c];
    }
}

static snq_status add_chord(snq_harmony *h, snq_heard_chord c)
{
    if (h->chords == h->chord_room) {
        if (h->chords >= SNQ_CHORDS_MAX)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d chords", SNQ_CHORDS_MAX);
        const uint32_t room = h->chord_room ? 2 * h->chord_room : 64;
        snq_heard_chord *chord = snq_regrow(h->chord, h->chords, room, sizeof *chord);
        if (!chord)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u chords", room);
        h->chord = chord;
        h->chord_room = room;
    }
    h->chord[h->chords++] = c;
    return SNQ_OK;
}

static uint8_t best_bass(const snq_harmony *h, int64_t from, int64_t to)
{
    float sum[12] = { 0.0f };
    for (int64_t s = from; s < to; s++)
        for (int p = 0; p < 12; p++)
            sum[p] += h->bass[s][p];
    uint8_t best = 0;
    for (uint8_t p = 1; p < 12; p++)
        if (sum[p] > sum[best])
            best = p;
    return best;
}

/* The beat nearest to a time, or the time when none is near. */
static double on_beat(const snq_beat_path *b, double t_s)
{
    uint32_t lo = 0, hi = b->beats;
    while (lo < hi) {
        const uint32_t mid = (lo + hi) / 2;
        if (b->time_s[mid] < t_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    double best = t_s, gap = 0.2;
    for (uint32_t k = lo ? lo - 1 : 0; k < b->beats && k <= lo; k++)
        if (fabs(b->time_s[k] - t_s) < gap) {
            gap = fabs(b->time_s[k] - t_s);
            best = b->time_s[k];
        }
    return best;
}

static snq_status collect_chords(snq_harmony *h, const snq_beat_path *beats)
{
    int c = 0;
    for (int k = 1; k < SNQ_HARMONY_CHORDS; k++)
        if (h->score[k] > h->score[c])
            c = k;
    for (int64_t s = h->steps; s-- > 0;) {
        h->state[s] = (uint8_t)c;
        if (h->origin[s].mask[c / 8] >> c % 8 & 1)
            c = h->origin[s].best;
    }
    double start_s = 0.0;
    for (int64_t from = 0, to; from < h->steps; from = to) {
        for (to = from + 1; to < h->steps && h->state[to] == h->state[from]; to++) {
        }
        double end_s = h->duration_s;
        if (to < h->steps)
            end_s = on_beat(beats, (double)to / SNQ_HARMONY_STEPS_PER_S);
        if (end_s > h->duration_s)
            end_s = h->duration_s;
        if (end_s <= start_s)
            continue;
        const int state = h->state[from], none = state == SNQ_HARMONY_NO_CHORD;
        SNQ_TRY(add_chord(
            h, (snq_heard_chord) { .span = { start_s, end_s },
                                   .root = none ? 0 : (uint8_t)(state / SNQ_HARMONY_QUALITIES),
                                   .bass = none ? 0 : best_bass(h, from, to),
                                   .quality = none ? SNQ_CHORD_NONE
                                                   : (uint8_t)(state % SNQ_HARMONY_QUALITIES) }));
        start_s = end_s;
    }
    return SNQ_OK;
}

/* ---- all steps -------------------------------------------------------------------------------- */

static void take_step(snq_harmony *h, int64_t s, const snq_harmony_answer *o, float change)
{
    key_bin *bin = &h->bin[s / BIN_STEPS];
    bin->steps++;
    memcpy(h->bass[s], o->bass, sizeof o->bass);
    if (o->chord[SNQ_HARMONY_NO_CHORD] < -0.693147f && h->x_top[s % RING] > SOUND_LEAST_DB) {
        bin->tonal++;
        for (int i = 0; i < SNQ_HARMONY_FEATURES; i++)
            bin->feature[i] += o->feature[i];
    }
    chord_step(h, s, o->chord, change);
}

static void run_net(snq_harmony *h, const snq_beat_path *beats, const snq_metre_path *bars)
{
    enum { HALO = SNQ_HARMONY_HALO, MOST = SNQ_HARMONY_STEPS_MAX };
    cursor c = { beats, bars, 0 };
    int64_t read = 0;
    for (int64_t from = 0; from < h->steps; from += MOST) {
        const int64_t n = h->steps - from < MOST ? h->steps - from : MOST;
        const int64_t need = from + n + HALO + TOP_REACH;
        for (; read < h->steps && read < need; read++)
            read_step(h, read);
        uint32_t before = 0, behind = 0;
        for (int64_t s = from - HALO; s < from + n + HALO; s++) {
            if (s < 0)
                before = (uint32_t)(s + 1 - (from - HALO));
            if (s >= 0 && s < h->steps) {
                scale_step(h, s, h->x + (s - from + HALO) * SEMITONES * 2);
                behind = (uint32_t)(s + 1 - (from - HALO));
            }
        }
        snq_harmony_net_run(h->net, h->x, (uint32_t)n, before, behind, h->out);
        for (int64_t i = 0; i < n; i++)
            take_step(h, from + i, &h->out[i],
                      change_cost(&c, (double)(from + i) / SNQ_HARMONY_STEPS_PER_S));
    }
}

snq_status snq_harmony_run(snq_harmony *h, double duration_s, const snq_beat_path *beats,
                           const snq_metre_path *bars)
{
    h->duration_s = duration_s;
    find_tuning(h);
    if (!h->steps)
        return SNQ_OK;
    h->bins = (h->steps + BIN_STEPS - 1) / BIN_STEPS;
    h->origin = snq_calloc((size_t)h->steps, sizeof *h->origin);
    h->state = snq_calloc((size_t)h->steps, sizeof *h->state);
    h->bass = snq_calloc((size_t)h->steps, sizeof *h->bass);
    h->bin = snq_calloc((size_t)h->bins, sizeof *h->bin);
    if (!h->origin || !h->state || !h->bass || !h->bin)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the chords of %.0f s", duration_s);
    for (int i = 0; i < 256; i++)
        h->power[i] = powf(10.0f, 0.1f * (LEVEL_FLOOR_DB + LEVEL_STEP_DB * (float)i));
    run_net(h, beats, bars);
    return collect_chords(h, beats);
}

snq_measure snq_harmony_tuning_hz(const snq_harmony *h)
{
    return h->tuning_hz;
}

snq_chords snq_harmony_chords(const snq_harmony *h)
{
    return (snq_chords) { h->chord, h->chords };
}

/* ---- keys ------------------------------------------------------------------------------------- */

static int64_t clamp_bin(const snq_harmony *h, double t_s)
{
    const int64_t b = (int64_t)(t_s / SNQ_HARMONY_BIN_S);
    return b < 0 ? 0 : b > h->bins ? h->bins : b;
}

/* log p of the keys for the mean over bins [from, to); the number of tonal steps. */
static uint32_t keys_of(snq_harmony *h, int64_t from, int64_t to, float log_p[SNQ_HARMONY_KEYS])
{
    float mean[SNQ_HARMONY_FEATURES] = { 0.0f };
    uint32_t tonal = 0;
    for (int64_t b = from; b < to; b++) {
        tonal += h->bin[b].tonal;
        for (int i = 0; i < SNQ_HARMONY_FEATURES; i++)
            mean[i] += h->bin[b].feature[i];
    }
    for (int i = 0; i < SNQ_HARMONY_FEATURES && tonal; i++)
        mean[i] /= (float)tonal;
    snq_harmony_net_keys(h->net, mean, log_p);
    return tonal;
}

/* The key whose tonic triad is the first chord that begins within bins [from, to); -1: none does. */
static int first_triad(const snq_harmony *h, int64_t from, int64_t to)
{
    for (uint32_t i = 0; i < h->chords; i++) {
        const snq_heard_chord *c = &h->chord[i];
        if (c->quality == SNQ_CHORD_NONE || c->span.end_s <= (double)from * SNQ_HARMONY_BIN_S)
            continue;
        if (c->span.start_s >= (double)to * SNQ_HARMONY_BIN_S)
            return -1;
        const int is_minor = c->quality == SNQ_CHORD_MIN || c->quality == SNQ_CHORD_MIN7 ||
                             c->quality == SNQ_CHORD_DIM;
        return 2 * c->root + is_minor;
    }
    return -1;
}

/* log p of the keys for all of bins [from, to), with the first chord; the number of tonal steps. */
static uint32_t name_keys(snq_harmony *h, int64_t from, int64_t to, float log_p[SNQ_HARMONY_KEYS])
{
    const uint32_t tonal = keys_of(h, from, to, log_p);
    const int first = first_triad(h, from, to);
    if (first < 0)
        return tonal;
    log_p[first] += KEY_FIRST;
    float sum = 0.0f;
    for (int k = 0; k < SNQ_HARMONY_KEYS; k++)
        sum += expf(log_p[k]);
    for (int k = 0; k < SNQ_HARMONY_KEYS; k++)
        log_p[k] -= logf(sum);
    return tonal;
}

/* log p around bin b within [from, to): both windows. */
static void local_keys(snq_harmony *h, int64_t b, int64_t from, int64_t to,
                       float sum[SNQ_HARMONY_KEYS])
{
    static const int64_t reach_tab[] = { 2, 5 };
    memset(sum, 0, SNQ_HARMONY_KEYS * sizeof *sum);
    for (size_t k = 0; k < SNQ_COUNT(reach_tab); k++) {
        float log_p[SNQ_HARMONY_KEYS];
        const int64_t lo = b - reach_tab[k] > from ? b - reach_tab[k] : from;
        const int64_t hi = b + reach_tab[k] + 1 < to ? b + reach_tab[k] + 1 : to;
        if (keys_of(h, lo, hi, log_p))
            for (int i = 0; i < SNQ_HARMONY_KEYS; i++)
                sum[i] += 0.5f * log_p[i];
    }
}

/* The path of keys over bins [from, to) -> key (to - from,). ERR_NOMEM. */
static snq_status key_path(snq_harmony *h, int64_t from, int64_t to, uint8_t *key)
{
    const int64_t n = to - from;
    uint8_t(*back)[SNQ_HARMONY_KEYS] = snq_calloc((size_t)n, sizeof *back);
    if (!back)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the keys");
    float v[SNQ_HARMONY_KEYS] = { 0.0f }, here[SNQ_HARMONY_KEYS];
    for (int64_t b = 0; b < n; b++) {
        uint8_t best = 0;
        for (uint8_t k = 1; k < SNQ_HARMONY_KEYS; k++)
            best = v[k] > v[best] ? k : best;
        const float jump = v[best] - KEY_CHANGE;
        local_keys(h, from + b, from, to, here);
        for (uint8_t k = 0; k < SNQ_HARMONY_KEYS; k++) {
            back[b][k] = b && jump > v[k] ? best : k;
            v[k] = (b && jump > v[k] ? jump : v[k]) + here[k];
        }
    }
    uint8_t k = 0;
    for (uint8_t i = 1; i < SNQ_HARMONY_KEYS; i++)
        k = v[i] > v[k] ? i : k;
    for (int64_t b = n; b-- > 0;) {
        key[b] = k;
        k = back[b][k];
    }
    snq_free(back);
    return SNQ_OK;
}

static uint8_t best_key(const float log_p[SNQ_HARMONY_KEYS])
{
    uint8_t best = 0;
    for (uint8_t k = 1; k < SNQ_HARMONY_KEYS; k++)
        best = log_p[k] > log_p[best] ? k : best;
    return best;
}

/* Runs of one key, each named anew from its whole; neighbours of one name become one. They lie side by side
 * in `within`, whose bins are [from, to). The number of spans; span (to - from,). */
static uint32_t key_spans(snq_harmony *h, snq_span within, int64_t from, int64_t to,
                          const uint8_t *key, snq_key_span *span)
{
    uint32_t n = 0;
    for (int64_t a = 0, b; a < to - from; a = b) {
        float log_p[SNQ_HARMONY_KEYS];
        for (b = a + 1; b < to - from && key[b] == key[a]; b++) {
        }
        /* where a key begins amid the music is known to some seconds only: no first chord */
        const uint32_t tonal = (a ? keys_of : name_keys)(h, from + a, from + b, log_p);
        const uint8_t k = tonal ? best_key(log_p) : key[a];
        const double end_s = b == to - from ? within.end_s : (double)(from + b) * SNQ_HARMONY_BIN_S;
        if (n && span[n - 1].tonic == k / 2 && span[n - 1].mode == k % 2) {
            span[n - 1].span.end_s = end_s;
            continue;
        }
        const double start_s = n ? span[n - 1].span.end_s : within.start_s;
        span[n++] = (snq_key_span) { .span = { start_s, end_s }, .tonic = k / 2, .mode = k % 2 };
    }
    return n;
}

/* The key that lasts longest. */
static uint8_t main_key(const snq_key_span *span, uint32_t n)
{
    double length[SNQ_HARMONY_KEYS] = { 0.0 };
    uint8_t best = 0;
    for (uint32_t i = 0; i < n; i++)
        length[span[i].tonic * 2 + span[i].mode] += snq_span_length(span[i].span);
    for (uint8_t k = 1; k < SNQ_HARMONY_KEYS; k++)
        best = length[k] > length[best] ? k : best;
    return best;
}

double snq_harmony_tonal_share(const snq_harmony *h, snq_span span)
{
    uint64_t tonal = 0, steps = 0;
    const int64_t to = clamp_bin(h, span.end_s + SNQ_HARMONY_BIN_S - 1e-9);
    for (int64_t b = clamp_bin(h, span.start_s); b < to; b++) {
        tonal += h->bin[b].tonal;
        steps += h->bin[b].steps;
    }
    return steps ? (double)tonal / (double)steps : 0.0;
}

snq_status snq_harmony_key(snq_harmony *h, snq_span span, snq_hearing *to, snq_key *key)
{
    *key = (snq_key) { .tuning_hz = h->tuning_hz };
    const int64_t from = clamp_bin(h, span.start_s),
                  end = clamp_bin(h, span.end_s + SNQ_HARMONY_BIN_S - 1e-9);
    if (end <= from || snq_harmony_tonal_share(h, span) < TONAL_LEAST) {
        key->reason = "no tones to tell a key by";
        if (!key->tuning_hz.reason) /* what a click or a drum has for a pitch is none */
            key->tuning_hz = snq_unmeasured("no tones to tell a tuning by");
        return SNQ_OK;
    }
    float log_p[SNQ_HARMONY_KEYS];
    name_keys(h, from, end, log_p);
    uint8_t best = best_key(log_p);
    if (to) {
        uint8_t *path = snq_hearing_list(to, (size_t)(end - from), 1);
        snq_key_span *list = snq_hearing_list(to, (size_t)(end - from), sizeof *list);
        if (!path || !list)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the keys");
        SNQ_TRY(key_path(h, from, end, path));
        key->spans = key_spans(h, span, from, end, path, list);
        key->span = list;
        if (key->spans > 1)
            best = main_key(list, key->spans);
    }
    key->confidence = exp((double)log_p[best]);
    key->tonic = best / 2;
    key->mode = best % 2;
    if (key->confidence < ATONAL_BELOW && key->spans <= 1) {
        key->mode = SNQ_MODE_ATONAL;
        key->spans = 0;
    }
    return SNQ_OK;
}
