// SPDX-License-Identifier: MIT
/* IDEA   A tone puts its power into a narrow peak of the spectrum, noise spreads it: what stands far above its
 *        surroundings is tone, the rest is not.
 * STEPS  density of the noise: the bands' powers a bin; at every second semitone their median within five
 *          semitones; under a peak: LOBE_BINS times that
 *        tone: a peak TONE_OVER times the noise under it, or above that noise and within SIEVE of a whole
 *          multiple of the note's frequency; its power is what it has above the noise; of two peaks closer than a
 *          lobe the upper one counts in proportion to their distance
 *        ratio = tones / (power of the frame - tones)
 * CONST  TONE_OVER: in white noise, and in noise that falls by 6 dB an octave from 50, 300 or 1000 Hz on, no peak
 *        reaches it in 95 of 100 frames, 2026-11. SIEVE: the tenth harmonic of a piano's low strings is sharp by
 *        that much.
 * COST   16 us a frame, most of it the medians.
 * LIMITS What the window spills of a steady sine, about -40 dB, bounds the ratio at RATIO_MOST. Partials beyond
 *        the 32 strongest peaks and above 4 kHz count as rest, so a bright bass reaches about 20 dB; vibrato and
 *        glides widen partials and lower it. Where partials lie closer together than the bands are wide and no
 *        note is known (dense chords above 1 kHz) they raise what is taken for noise. */
#include "listen/tone_ratio.h"

#include <math.h>
#include <string.h>

#include "dsp/median.h"

enum {
    BANDS = SNQ_PITCH_BANDS,
    NOISE_SEMITONES = 2, /* between two looks at the noise */
    NOISE_STEP = NOISE_SEMITONES * SNQ_PITCH_STEPS,
    NOISE_REACH = 5 * SNQ_PITCH_STEPS,
    NOISE_POINTS = BANDS / NOISE_STEP,
};

#define SIEVE      0.12f    /* of the note's frequency */
#define TONE_OVER  10.0f    /* 10 dB */
#define RATIO_MOST 1e4f     /* 40 dB */
#define BIN_HZ     2.69165f /* 11 025 / 4096 */
#define BAND_WIDTH 0.01944f /* of its frequency: 2^(1/36) - 1 */
#define LOBE_BINS  5.0f     /* of which a peak's power is the sum (pitch_track.c) */

static float band_hz(int band)
{
    return 440.0f *
           exp2f(((float)(SNQ_PITCH_LOWEST - 69) + (float)(band - 1) / SNQ_PITCH_STEPS) / 12);
}

/* Density of the noise, power a bin, at NOISE_POINTS places along the pitch bands. */
static void noise_of(const snq_pitch_frame *f, float noise[NOISE_POINTS])
{
    float density[BANDS], near[2 * NOISE_REACH + 1];
    for (int b = 0; b < BANDS; b++) {
        const float bins = band_hz(b) * BAND_WIDTH / BIN_HZ;
        density[b] = f->band[b] / (bins > 1.0f ? bins : 1.0f);
    }
    for (int i = 0; i < NOISE_POINTS; i++) {
        const int at = i * NOISE_STEP + NOISE_STEP / 2;
        const int from = at > NOISE_REACH ? at - NOISE_REACH : 0;
        const int to = at + NOISE_REACH < BANDS ? at + NOISE_REACH : BANDS - 1;
        memcpy(near, density + from, (size_t)(to - from + 1) * sizeof *near);
        noise[i] = snq_nth(near, (size_t)(to - from + 1), (size_t)(to - from) / 2);
    }
}

float snq_tone_ratio(const snq_pitch_frame *f, float note_hz)
{
    float noise[NOISE_POINTS], tones = 0.0f, before_hz = 0.0f;
    if (!f->peaks)
        return 0.0f;
    noise_of(f, noise);
    for (uint32_t i = 0; i < f->peaks; i++) {
        const float hz = f->peak[i].hz;
        int point = (int)(12.0f / NOISE_SEMITONES * log2f(hz / band_hz(0)));
        point = point < 0 ? 0 : point < NOISE_POINTS ? point : NOISE_POINTS - 1;
        const float under = LOBE_BINS * noise[point], over = f->peak[i].power - under;
        const float at = note_hz > 0.0f ? hz / note_hz : 0.5f;
        const int harmonic = note_hz > 0.0f && fabsf(at - (float)(int)(at + 0.5f)) < SIEVE;
        if (over <= 0.0f || (f->peak[i].power < TONE_OVER * under && !harmonic))
            continue;
        /* two peaks within a lobe share its bins */
        const float apart = (hz - before_hz) / (LOBE_BINS * BIN_HZ);
        tones += apart < 1.0f ? apart * over : over;
        before_hz = hz;
    }
    const float rest = f->power - tones, least = f->power / RATIO_MOST;
    return tones / (rest > least ? rest : least);
}
