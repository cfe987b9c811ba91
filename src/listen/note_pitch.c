// SPDX-License-Identifier: MIT
/* IDEA   A note is a row of partials at whole multiples of one frequency, its pitch, even where the lowest of
 *        them is weak or missing. For each moment take the frequencies that could have made the strongest
 *        partials and see which explains most of them with the fewest partials missing; then let all moments
 *        vote. If they don't agree, or much is left unexplained, it is no single note.
 * STEPS  kept frames: every stride-th; when there is no more room every second one goes and the stride doubles
 *        frame, peaks i of frequency f_i and level L_i dB under the strongest, 0 > L_i > -RANGE:
 *          hidden in a stronger one's skirt, and left out, when within MASK_HZ and
 *            L_i < L_j - MASK_DB - 20 log10(|f_i - f_j| / 10 Hz); of the rest the KEPT strongest
 *          weight w_i = (1 + L_i / RANGE)^3
 *          candidates f = f_i / h, h in 1 .. HARMONICS, of the ROOTS strongest, moved to the mean of f_i / h over
 *            the peaks within 4 % of its first LOOK harmonics (weight w_i^2)
 *          fit_i = max(1 - |f_i / f - h| / ROOM, -AGAINST), h the nearest harmonic
 *          there_h = largest w_i near harmonic h; its absence max(0, 1 - there_h / PRESENT)
 *          score(f) = sum w_i fit_i / sum w_i
 *                     - MISSING sum FADING^h absence_h / sum FADING^h     over h <= LOOK, h f < 4 kHz
 *                     + FIRST there_1 + (LOWEST where f is the lowest peak) - PULL (octaves from middle C)^2
 *          no candidate: f with neither its first harmonic nor two of the others up to LOOK
 *          share = e^(SHARPNESS score), scaled to sum 1 over the CANDIDATES best
 *        vote: the shares of all frames on a grid of 25 cents, blurred; the highest point; each frame's best
 *          candidate within a semitone of it; f0 = their median
 *        organ stops: where the 5th and 7th harmonic are missing below even ones, the lowest partial is a stop an
 *          octave under the note: f0 = 2 f; see above_stops
 *        one note: NEAR_LEAST of the frames that sound have such a candidate, the middle half of these lies
 *          within WANDER_CENTS and the median of the best scores is over SCORE_LEAST; else "no steady tone".
 *          The vote's height is over VOTE_LEAST of the frames, and the part of all w_i near harmonics (within
 *          SIEVE f, and SIEVE_EACH of the harmonic's own frequency) over SIEVE_LEAST, median; else
 *          "several notes"
 *        HNR: median over RATIOS_MAX of the frames that sound (tone_ratio.c)
 *        of MANY kept frames each SAMPLE_STEP-th is looked at first, and the others when these agree on a note
 * CONST  From RANGE to SHARPNESS: random search on single notes of programs 0 .. 95, each third semitone of MIDI
 *        36 .. 96, 1 s by FluidR3 GM and TimGM6mb, with and without release, then rounded, 2026-11. STOP_*: by
 *        hand on their organs. *_LEAST, SIEVE: 99 % of the notes pass; of speech, loops and ambience nothing; of
 *        800 chords of two to four notes by one instrument 31 %, among them octaves and other intervals whose
 *        partials coincide. Within 50 cents, ignoring the octave, 20 programs (scripts/truth.py, "notes"), nulls
 *        counted as wrong: 97.7 and 99.4 %; two soundfonts that nothing was fitted on (MuseScore General,
 *        GMbank): 97.9 and 99.6 %.
 * COST   20 us a frame that is looked at: 1 ms for a long piece of music, 3 ms at most.
 * LIMITS SNQ_NOTE_LOW_HZ .. SNQ_NOTE_HIGH_HZ. A strike tone that none of the partials has (tubular bells,
 *        timpani), an organ whose stops don't show as above and bars far below their register come out octaves or
 *        more off. Notes in octaves are one note. A stop of the organ at half the pitch and a note an octave down
 *        look alike: 16' is told by what it lacks.
 * REFS   D. J. Hermes, "Measurement of pitch by subharmonic summation", JASA 83(1), 1988; R. C. Maher, J. W.
 *        Beauchamp, "Fundamental frequency estimation of musical signals using a two-way mismatch
 *        procedure", JASA 95(4), 1994 (absent partials speak against a candidate). */
#include "listen/note_pitch.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/median.h"
#include "listen/tone_ratio.h"

enum {
    KEPT = 14,
    ROOTS = 10,
    HARMONICS = 10,
    LOOK = 5,
    OVERTONES_LEAST = 2, /* of the first LOOK harmonics where the first is not there */
    CANDIDATES = 6,
    BINS_AN_OCTAVE = 48,
    VOTE_BINS = 290, /* from SNQ_NOTE_LOW_HZ to beyond SNQ_NOTE_HIGH_HZ */
    SERIES = 8,      /* harmonics that tell of an organ's stops */
    MANY = 32,       /* kept frames of which a part is looked at first */
    SAMPLE_STEP = 4,
    RATIOS_MAX = 32, /* frames whose tones are measured */
};

#define SILENT       1e-10f /* power of a frame */
#define QUIET        1e-5f  /* of the loudest frame's power: what is softer doesn't sound */
#define RANGE        22.0f
#define MASK_DB      10.0f
#define MASK_HZ      45.0f
#define ROOM         0.24f
#define AGAINST      0.15f
#define MISSING      0.6f
#define PRESENT      0.25f
#define FADING       0.85f
#define FIRST        0.02f
#define LOWEST       0.11f
#define PULL_UP      0.01f  /* of candidates below middle C */
#define PULL_DOWN    0.015f /* above */
#define NO_CANDIDATE (-10.0f)
#define SHARPNESS    12.0f
#define STOP_THIRD   0.007
#define STOP_ODD     0.0015
#define STOP_UPPER   0.008
#define STOP_LOW     0.22
#define TOP_HZ       3900.0 /* peaks end at 4 kHz */
#define NEAR_LEAST   0.6
#define WANDER_CENTS 60.0
#define SCORE_LEAST  0.35
#define VOTE_LEAST   0.4f
#define SIEVE_LEAST  0.75f
#define SIEVE        0.16f /* of the f0: how far from a harmonic a peak may lie */
#define SIEVE_EACH   0.04f

typedef struct peak {
    float hz, weight;
} peak;

typedef struct candidate {
    float hz, score;
    float explained; /* part of the frame's weights that are near its harmonics */
} candidate;

/* What a kept frame says. */
typedef struct look {
    candidate c[CANDIDATES]; /* best first */
    uint32_t candidates;
    int sounds;
    const candidate *note; /* the one that agrees with the note, or NULL */
} look;

struct snq_note_pitch {
    uint32_t room, count, stride;
    uint64_t pushed;
    snq_pitch_frame *frame; /* (room,) each stride-th of those pushed */
    look *look;             /* (room,) */
    uint32_t sounding;
    float *value; /* (room,) */
};

snq_status snq_note_pitch_new(uint32_t frames, snq_note_pitch **out)
{
    *out = NULL;
    if (frames < 8 || frames > SNQ_NOTE_FRAMES_MAX || frames % 2)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u frames: want 8 .. %d, even", frames,
                        SNQ_NOTE_FRAMES_MAX);
    snq_note_pitch *n = snq_calloc(1, sizeof *n);
    if (!n)
        goto fail;
    n->room = frames;
    n->frame = snq_alloc(frames, sizeof *n->frame);
    n->look = snq_alloc(frames, sizeof *n->look);
    n->value = snq_alloc(frames, sizeof *n->value);
    if (!n->frame || !n->look || !n->value)
        goto fail;
    snq_note_pitch_reset(n);
    *out = n;
    return SNQ_OK;
fail:
    snq_note_pitch_free(n);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of notes", frames);
}

void snq_note_pitch_free(snq_note_pitch *n)
{
    if (!n)
        return;
    snq_free(n->frame);
    snq_free(n->look);
    snq_free(n->value);
    snq_free(n);
}

void snq_note_pitch_reset(snq_note_pitch *n)
{
    n->count = 0;
    n->stride = 1;
    n->pushed = 0;
}

void snq_note_pitch_push(snq_note_pitch *n, const snq_pitch_frame *frame)
{
    if (n->pushed++ % n->stride)
        return;
    if (n->count == n->room) {
        for (uint32_t i = 1; 2 * i < n->room; i++)
            n->frame[i] = n->frame[2 * i];
        n->count /= 2;
        n->stride *= 2;
    }
    n->frame[n->count++] = *frame;
}

/* The whole number nearest to x >= 0; floorf is a call without SSE 4. */
static float nearest(float x)
{
    return (float)(int)(x + 0.5f);
}

/* ---- candidates of a frame -------------------------------------------------------------------- */

/* Peaks by power, descending. */
static uint32_t by_power(const snq_pitch_frame *f, snq_pitch_peak *to)
{
    for (uint32_t i = 0; i < f->peaks; i++) {
        uint32_t at = i;
        for (; at && to[at - 1].power < f->peak[i].power; at--)
            to[at] = to[at - 1];
        to[at] = f->peak[i];
    }
    return f->peaks;
}

/* The peaks that count, strongest first. */
static uint32_t choose_peaks(const snq_pitch_frame *f, peak out[KEPT])
{
    snq_pitch_peak all[SNQ_PITCH_PEAKS_MAX];
    float db[KEPT];
    const uint32_t n = by_power(f, all);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n && kept < KEPT; i++) {
        const float level = 10.0f * log10f(all[i].power / all[0].power);
        int hidden = level < -RANGE;
        for (uint32_t k = 0; k < kept && !hidden; k++) {
            const float away = fabsf(all[i].hz - out[k].hz);
            hidden =
                away < MASK_HZ && level < db[k] - MASK_DB - 20.0f * log10f(0.1f * away + 1e-3f);
        }
        if (hidden)
            continue;
        const float part = 1.0f + level / RANGE;
        db[kept] = level;
        out[kept++] = (peak) { all[i].hz, part * part * part };
    }
    return kept;
}

static float refined(const peak *p, uint32_t n, float hz)
{
    float sum = 0.0f, weight = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        const float at = p[i].hz / hz, h = nearest(at);
        if (h < 1.0f || h > LOOK || fabsf(at - h) > 0.04f * h)
            continue;
        const float w = p[i].weight * p[i].weight;
        sum += w * p[i].hz / h;
        weight += w;
    }
    return weight > 0.0f ? sum / weight : hz;
}

static float score_of(const peak *p, uint32_t n, float hz, float lowest_hz)
{
    float there[LOOK + 1] = { 0.0f }, with = 0.0f, all = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        const float at = p[i].hz / hz, h = nearest(at);
        float fit = h < 1.0f ? -AGAINST : 1.0f - fabsf(at - h) / ROOM;
        fit = fit > -AGAINST ? fit : -AGAINST;
        with += fit * p[i].weight;
        all += p[i].weight;
        if (fit > 0.0f && h <= LOOK && p[i].weight > there[(int)h])
            there[(int)h] = p[i].weight;
    }
    int present = 0;
    float missing = 0.0f, expected = 0.0f, w = 1.0f;
    for (int h = 1; h <= LOOK && (float)h * hz <= (float)TOP_HZ; h++, w *= FADING) {
        missing += there[h] < PRESENT ? w * (1.0f - there[h] / PRESENT) : 0.0f;
        expected += w;
        present += there[h] > 0.0f;
    }
    if (there[1] <= 0.0f && present < OVERTONES_LEAST)
        return NO_CANDIDATE;
    const float octaves = log2f(hz / 261.6f);
    return with / all - MISSING * missing / expected + FIRST * there[1] +
           (fabsf(hz / lowest_hz - 1.0f) < 0.03f ? LOWEST : 0.0f) -
           (octaves < 0.0f ? PULL_UP : PULL_DOWN) * octaves * octaves;
}

/* Part of the weights that lie near harmonics of hz. */
static float explained_by(const peak *p, uint32_t n, float hz)
{
    float with = 0.0f, all = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        const float at = p[i].hz / hz, h = nearest(at);
        with += h >= 1.0f && fabsf(at - h) < fminf(SIEVE, SIEVE_EACH * h) ? p[i].weight : 0.0f;
        all += p[i].weight;
    }
    return with / all;
}

static void add_candidate(look *to, candidate c)
{
    uint32_t at = to->candidates;
    if (at == CANDIDATES) {
        if (c.score <= to->c[at - 1].score)
            return;
        at--;
    } else {
        to->candidates++;
    }
    for (; at && to->c[at - 1].score < c.score; at--)
        to->c[at] = to->c[at - 1];
    to->c[at] = c;
}

static void look_at(const snq_pitch_frame *f, look *to)
{
    peak p[KEPT];
    float tried[ROOTS * HARMONICS], lowest = 1e9f;
    uint32_t tries = 0;
    const uint32_t n = choose_peaks(f, p);
    to->candidates = 0;
    for (uint32_t i = 0; i < n; i++)
        lowest = p[i].hz < lowest ? p[i].hz : lowest;
    for (uint32_t i = 0; i < n && i < ROOTS; i++)
        for (int h = 1; h <= HARMONICS; h++) {
            float hz = p[i].hz / (float)h;
            if (hz < SNQ_NOTE_LOW_HZ || hz > SNQ_NOTE_HIGH_HZ)
                continue;
            hz = refined(p, n, hz);
            int again = 0;
            for (uint32_t k = 0; k < tries && !again; k++)
                again = fabsf(tried[k] / hz - 1.0f) < 0.008f;
            if (again)
                continue;
            tried[tries++] = hz;
            const float score = score_of(p, n, hz, lowest);
            if (score > NO_CANDIDATE)
                add_candidate(to, (candidate) { .hz = hz, .score = score });
        }
    for (uint32_t i = 0; i < to->candidates; i++)
        to->c[i].explained = explained_by(p, n, to->c[i].hz);
}

/* ---- one note from all frames ----------------------------------------------------------------- */

/* The frequency that most frames vote for; *height their number. */
static float vote(const snq_note_pitch *n, float *height)
{
    static const float blur[] = { 0.4f, 0.75f, 1.0f, 0.75f, 0.4f };
    enum { REACH = SNQ_COUNT(blur) / 2 };
    float bin[VOTE_BINS + 2 * REACH] = { 0.0f };
    for (uint32_t k = 0; k < n->count; k++) {
        const look *l = &n->look[k];
        float share[CANDIDATES], all = 0.0f;
        for (uint32_t i = 0; i < l->candidates; i++)
            all += share[i] = expf(SHARPNESS * (l->c[i].score - l->c[0].score));
        for (uint32_t i = 0; i < l->candidates; i++) {
            const float octaves = log2f(l->c[i].hz / (float)SNQ_NOTE_LOW_HZ);
            const int b = (int)fmaxf(octaves * BINS_AN_OCTAVE, 0.0f);
            for (uint32_t d = 0; d < SNQ_COUNT(blur) && b < VOTE_BINS; d++)
                bin[b + (int)d] += blur[d] * share[i] / all;
        }
    }
    int best = 0;
    for (int b = 1; b < VOTE_BINS + 2 * REACH; b++)
        best = bin[b] > bin[best] ? b : best;
    *height = bin[best];
    return (float)SNQ_NOTE_LOW_HZ * exp2f(((float)(best - REACH) + 0.5f) / BINS_AN_OCTAVE);
}

/* In each frame the best candidate within a semitone of hz; the number of frames that have one. */
static uint32_t gather(snq_note_pitch *n, float hz)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        look *l = &n->look[k];
        l->note = NULL;
        for (uint32_t i = 0; i < l->candidates && !l->note; i++)
            if (fabsf(log2f(l->c[i].hz / hz)) < 1.0f / 12)
                l->note = &l->c[i];
        found += l->note != NULL;
    }
    return found;
}

/* Power of the harmonics of hz, in parts of their frame's, summed over the frames; level[0] is the highest. */
static void series_of(const snq_note_pitch *n, double hz, double level[SERIES + 1])
{
    memset(level, 0, (SERIES + 1) * sizeof *level);
    for (uint32_t k = 0; k < n->count; k++)
        for (uint32_t i = 0; n->look[k].sounds && i < n->frame[k].peaks; i++) {
            const double at = (double)n->frame[k].peak[i].hz / hz, h = floor(at + 0.5);
            if (h >= 1.0 && h <= SERIES && fabs(at / h - 1.0) < 0.02)
                level[(int)h] += (double)(n->frame[k].peak[i].power / n->frame[k].power);
        }
    for (int h = 1; h <= SERIES; h++)
        level[0] = fmax(level[0], level[h]);
}

/* The pitch of a note whose lowest partials are organ stops an octave or two below. They show in the odd
 * harmonics, which are not there; at first with a lowest partial that sounds with its octaves alone, then with one
 * that has a stop at the fifth, its third harmonic. */
static double above_stops(const snq_note_pitch *n, double hz)
{
    for (int octave = 0, fifth = 0; !fifth; hz *= 2.0) {
        double level[SERIES + 1];
        series_of(n, hz, level);
        const double upper = fmax(level[6], level[8]), odd = fmax(level[5], level[7]);
        const int third = level[3] > STOP_THIRD * fmin(level[2], level[4]);
        if (5.0 * hz > TOP_HZ || odd >= STOP_ODD * fmax(upper, level[4]))
            break;
        fifth = third && (octave || upper > STOP_UPPER * level[0]);
        if (!fifth && !third && !octave &&
            fmin(level[1], fmin(level[2], 2.0 * level[4])) > STOP_LOW * level[0])
            octave = 1;
        else if (!fifth)
            break;
    }
    return hz;
}

typedef float (*aspect)(const look *l);

static float hz_of(const look *l)
{
    return l->note ? l->note->hz : -1.0f;
}

static float explained_of(const look *l)
{
    return l->note ? l->note->explained : -1.0f;
}

static float score_best(const look *l)
{
    return l->candidates ? l->c[0].score + 10.0f : -1.0f;
}

/* Quantile over the frames that have it (not below 0). */
static double quantile(snq_note_pitch *n, aspect of, double q)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        const float v = of(&n->look[k]);
        if (v >= 0.0f)
            n->value[count++] = v;
    }
    return (double)snq_quantile_of(n->value, count, q, n->value);
}

static snq_measure one_note(snq_note_pitch *n)
{
    float height;
    const float top_hz = vote(n, &height);
    const uint32_t near = gather(n, top_hz);
    if (near < NEAR_LEAST * n->sounding || quantile(n, score_best, 0.5) < 10.0 + SCORE_LEAST)
        return snq_unmeasured("no steady tone");
    const double octaves = log2(quantile(n, hz_of, 0.75) / quantile(n, hz_of, 0.25));
    if (1200.0 * octaves > WANDER_CENTS)
        return snq_unmeasured("no steady tone");
    if (height < VOTE_LEAST * (float)n->sounding || quantile(n, explained_of, 0.5) < SIEVE_LEAST)
        return snq_unmeasured("several notes");
    return snq_measured(above_stops(n, quantile(n, hz_of, 0.5)));
}

/* Look at each step-th frame; the number of those that sound. */
static uint32_t look_at_each(snq_note_pitch *n, uint32_t step)
{
    float most = 0.0f;
    for (uint32_t k = 0; k < n->count; k++)
        most = n->frame[k].power > most ? n->frame[k].power : most;
    const float least = QUIET * most > SILENT ? QUIET * most : SILENT;
    n->sounding = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        look *l = &n->look[k];
        l->candidates = 0;
        l->note = NULL;
        l->sounds = k % step == 0 && n->frame[k].power > least;
        if (!l->sounds)
            continue;
        n->sounding++;
        look_at(&n->frame[k], l);
    }
    return n->sounding;
}

static snq_measure ratio_of(snq_note_pitch *n)
{
    const uint32_t step = (n->sounding + RATIOS_MAX - 1) / RATIOS_MAX;
    uint32_t seen = 0, count = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        const look *l = &n->look[k];
        if (l->sounds && seen++ % step == 0)
            n->value[count++] = snq_tone_ratio(&n->frame[k], l->note ? l->note->hz : 0.0f);
    }
    return snq_measured_power_db((double)snq_median_of(n->value, count, n->value), "no tones");
}

snq_note_answer snq_note_pitch_run(snq_note_pitch *n)
{
    uint32_t step = n->count >= MANY ? SAMPLE_STEP : 1;
    if (!look_at_each(n, step)) {
        step = 1;
        if (!look_at_each(n, step))
            return (snq_note_answer) { snq_unmeasured("silence"), snq_unmeasured("silence") };
    }
    snq_note_answer answer = { .f0_hz = one_note(n) };
    if (step > 1 && !answer.f0_hz.reason) {
        look_at_each(n, 1);
        answer.f0_hz = one_note(n);
    }
    for (uint32_t k = 0; k < n->count && answer.f0_hz.reason; k++)
        n->look[k].note = NULL;
    answer.hnr_db = ratio_of(n);
    return answer;
}
