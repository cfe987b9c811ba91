// SPDX-License-Identifier: MIT
/* IDEA   A word is a push on a few numbers. Moods are places in the plane of valence and arousal, and everything
 *        they do goes by these two; qualities push what they name.
 *
 * CONST  Places of the moods: after the circumplex of affect (Russell, J. Pers. Soc. Psychol. 39, 1980), rounded by
 *        ear to 0.05. Brightness of the modes: by the number of raised steps, lydian to locrian, major a little
 *        under lydian. Qualities: our own, by ear, one row a word; a mix's numbers are those of snq_mix_wish.
 * LIMITS Pushes add up and are clamped at the end: "soft, aggressive" is neither. */
#include <stddef.h>

#include "compose/intent_impl.h"
#include "compose/mix_wish.h"

static const struct {
    float valence, arousal;
} mood_tab[SNQ_MOODS] = {
    [SNQ_MOOD_angry] = { -0.6f, 0.9f },        [SNQ_MOOD_calm] = { 0.35f, 0.1f },
    [SNQ_MOOD_dark] = { -0.65f, 0.45f },       [SNQ_MOOD_dreamy] = { 0.3f, 0.25f },
    [SNQ_MOOD_eerie] = { -0.6f, 0.35f },       [SNQ_MOOD_epic] = { -0.1f, 0.85f },
    [SNQ_MOOD_euphoric] = { 0.9f, 0.9f },      [SNQ_MOOD_groovy] = { 0.35f, 0.65f },
    [SNQ_MOOD_happy] = { 0.85f, 0.65f },       [SNQ_MOOD_hopeful] = { 0.6f, 0.55f },
    [SNQ_MOOD_hypnotic] = { -0.15f, 0.5f },    [SNQ_MOOD_melancholic] = { -0.6f, 0.25f },
    [SNQ_MOOD_mysterious] = { -0.35f, 0.35f }, [SNQ_MOOD_nostalgic] = { 0.05f, 0.35f },
    [SNQ_MOOD_playful] = { 0.65f, 0.6f },      [SNQ_MOOD_romantic] = { 0.4f, 0.3f },
    [SNQ_MOOD_sad] = { -0.8f, 0.2f },          [SNQ_MOOD_tense] = { -0.5f, 0.75f },
};

static const float brightness_tab[SNQ_MODES] = {
    [SNQ_MODE_major] = 0.8f,      [SNQ_MODE_minor] = -0.6f, [SNQ_MODE_dorian] = -0.2f,
    [SNQ_MODE_phrygian] = -0.85f, [SNQ_MODE_lydian] = 0.9f, [SNQ_MODE_mixolydian] = 0.5f,
    [SNQ_MODE_locrian] = -1.0f,
};

typedef struct quality {
    float energy, chords;                 /* of the piece */
    float density, complexity, variation; /* of the track */
    snq_mix_wish mix;                     /* added; delay_db: steps up from -60 */
    float lowpass_hz, highpass_hz;        /* where there is none, or the stricter one */
} quality;

static const quality quality_tab[SNQ_QUALITIES] = {
    [SNQ_QUALITY_aggressive] = { .energy = 0.15f,
                                 .chords = -0.5f,
                                 .density = 0.12f,
                                 .mix = { .drive = 0.35f, .bright_db = 1.5f } },
    [SNQ_QUALITY_arpeggiated] = { .density = 0.1f, .mix = { .delay_db = 42.0f } },
    [SNQ_QUALITY_bright] = { .mix = { .bright_db = 3.5f, .low_db = -0.5f } },
    [SNQ_QUALITY_broken] = { .complexity = 0.2f, .variation = 0.1f },
    [SNQ_QUALITY_busy] = { .energy = 0.05f,
                           .density = 0.25f,
                           .complexity = 0.15f,
                           .variation = 0.1f },
    [SNQ_QUALITY_catchy] = { .density = 0.05f, .variation = -0.15f, .mix = { .gain_db = 1.0f } },
    [SNQ_QUALITY_chopped] = { .complexity = 0.15f, .variation = 0.1f },
    [SNQ_QUALITY_clean] = { .mix = { .drive = -0.4f, .crush = -1.0f, .vinyl = -1.0f } },
    [SNQ_QUALITY_deep] = { .density = -0.05f, .mix = { .low_db = 2.5f, .bright_db = -2.0f } },
    [SNQ_QUALITY_distorted] = { .energy = 0.05f, .mix = { .drive = 0.6f } },
    [SNQ_QUALITY_driving] = { .energy = 0.1f,
                              .density = 0.2f,
                              .variation = -0.05f,
                              .mix = { .drive = 0.12f } },
    [SNQ_QUALITY_dusty] = { .mix = { .vinyl = 0.4f, .crush = 0.2f, .bright_db = -3.0f },
                            .lowpass_hz = 9000.0f },
    [SNQ_QUALITY_filtered] = { .lowpass_hz = 1800.0f },
    [SNQ_QUALITY_four_on_floor] = { .energy = 0.05f, .complexity = -0.1f },
    [SNQ_QUALITY_funky] = { .chords = 0.5f,
                            .density = 0.1f,
                            .complexity = 0.2f,
                            .variation = 0.05f },
    [SNQ_QUALITY_glitchy] = { .complexity = 0.25f, .variation = 0.25f, .mix = { .crush = 0.3f } },
    [SNQ_QUALITY_gritty] = { .mix = { .drive = 0.35f, .crush = 0.15f } },
    [SNQ_QUALITY_heavy] = { .energy = 0.1f,
                            .mix = { .low_db = 2.5f, .drive = 0.15f, .gain_db = 1.0f } },
    [SNQ_QUALITY_lush] = { .chords = 1.0f,
                           .density = 0.1f,
                           .complexity = 0.1f,
                           .mix = { .reverb_db = 3.0f, .width = 0.3f, .chorus = 0.3f } },
    [SNQ_QUALITY_punchy] = { .energy = 0.05f,
                             .mix = { .drive = 0.1f, .reverb_db = -3.0f, .gain_db = 0.5f } },
    [SNQ_QUALITY_resonant] = { .mix = { .bright_db = 1.0f } },
    [SNQ_QUALITY_rolling] = { .density = 0.2f, .variation = -0.05f },
    [SNQ_QUALITY_soft] = { .energy = -0.12f,
                           .density = -0.1f,
                           .mix = { .drive = -0.3f, .bright_db = -3.0f, .gain_db = -1.0f } },
    [SNQ_QUALITY_spacious] = { .density = -0.1f,
                               .mix = { .reverb_db = 5.0f, .width = 0.25f, .delay_db = 46.0f } },
    [SNQ_QUALITY_sparse] = { .energy = -0.05f,
                             .chords = -0.5f,
                             .density = -0.28f,
                             .complexity = -0.1f },
    [SNQ_QUALITY_syncopated] = { .complexity = 0.25f, .variation = 0.05f },
    [SNQ_QUALITY_warm] = { .mix = { .low_db = 1.5f, .bright_db = -2.5f, .drive = 0.12f } },
    [SNQ_QUALITY_wobbling] = { .mix = { .drive = 0.1f } },
};

void snq__moods_feel(uint32_t moods, float *valence, float *arousal)
{
    float v = 0.0f, a = 0.0f;
    int n = 0;
    for (int i = 0; i < SNQ_MOODS; i++)
        if (moods >> i & 1) {
            v += mood_tab[i].valence;
            a += mood_tab[i].arousal;
            n++;
        }
    *valence = n ? v / (float)n : 0.0f;
    *arousal = n ? a / (float)n : 0.5f;
}

float snq__mode_brightness(int mode)
{
    return brightness_tab[mode];
}

float snq__qualities_energy(uint32_t qualities)
{
    float sum = 0.0f;
    for (int i = 0; i < SNQ_QUALITIES; i++)
        sum += qualities >> i & 1 ? quality_tab[i].energy : 0.0f;
    return sum;
}

int snq__qualities_chords(uint32_t qualities)
{
    float sum = 0.0f;
    for (int i = 0; i < SNQ_QUALITIES; i++)
        sum += qualities >> i & 1 ? quality_tab[i].chords : 0.0f;
    return sum >= 1.0f ? 1 : sum <= -1.0f ? -1 : 0;
}

static void mix_one(const quality *q, float by, snq_mix_wish *w)
{
    w->gain_db += by * q->mix.gain_db;
    w->reverb_db += by * q->mix.reverb_db;
    w->drive += by * q->mix.drive;
    w->width += by * q->mix.width;
    w->crush += by * q->mix.crush;
    w->vinyl += by * q->mix.vinyl;
    w->chorus += by * q->mix.chorus;
    w->bright_db += by * q->mix.bright_db;
    w->low_db += by * q->mix.low_db;
    if (by > 0.0f && q->mix.delay_db > 0.0f && q->mix.delay_db - 60.0f > w->delay_db)
        w->delay_db = q->mix.delay_db - 60.0f;
    if (by > 0.0f && q->lowpass_hz > 0.0f &&
        (w->lowpass_hz <= 0.0f || w->lowpass_hz > q->lowpass_hz))
        w->lowpass_hz = q->lowpass_hz;
    if (by > 0.0f && q->highpass_hz > w->highpass_hz)
        w->highpass_hz = q->highpass_hz;
}

void snq__qualities_mix(uint32_t qualities, float by, snq_mix_wish *w)
{
    for (int i = 0; i < SNQ_QUALITIES; i++)
        if (qualities >> i & 1)
            mix_one(&quality_tab[i], by, w);
    snq_mix_wish_clamp(w);
}

static float clamp01(float v)
{
    return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v;
}

void snq__qualities_bend(uint32_t qualities, float by, snq_track_intent *t)
{
    for (int i = 0; i < SNQ_QUALITIES; i++)
        if (qualities >> i & 1) {
            t->density += by * quality_tab[i].density;
            t->complexity += by * quality_tab[i].complexity;
            t->variation += by * quality_tab[i].variation;
        }
    t->density = clamp01(t->density);
    t->complexity = clamp01(t->complexity);
    t->variation = clamp01(t->variation);
}
