// SPDX-License-Identifier: MIT
/* IDEA   A prompt without a genre ("a sad piano piece") still says what it is like: how fast, how loud, who plays.
 *
 * STEPS  points   tempo that the style can play: 2 (a range: its overlap), outside: 10 times the ratio less
 *                 instruments: 1.5 for each that a track has among its sounds
 *                 moods: the share of tracks with a sound for it, times 2, each
 *                 -3 |arousal - energy|, where moods or energy are said; +1 where the metre is the style's own
 *                 parts that are asked for (left out), that the style has (has not): 0.5 each
 *                 a style with a pulse, for who speaks of drums: 1 */
#include <string.h>

#include "compose/intent_impl.h"
#include "compose/track_kind.h"

static float tempo_points(const snq_style *s, const snq_brief *b)
{
    const double lo = b->bpm > 0.0 ? b->bpm : b->min_bpm > 0.0 ? b->min_bpm : s->bpm_min;
    const double hi = b->bpm > 0.0 ? b->bpm : b->max_bpm > 0.0 ? b->max_bpm : s->bpm_max;
    if (b->bpm <= 0.0 && b->min_bpm <= 0.0 && b->max_bpm <= 0.0)
        return 0.0f;
    if (lo <= s->bpm_max && hi >= s->bpm_min)
        return 2.0f;
    const double off = lo > s->bpm_max ? lo / s->bpm_max : s->bpm_min / hi;
    return (float)(2.0 - 10.0 * (off - 1.0));
}

static int has_sound(const snq_style_track *t, const snq_sound_list *l)
{
    for (uint32_t i = 0; i < t->sounds; i++)
        for (uint32_t k = 0; k < l->patches; k++)
            if (strcmp(t->sound[i].patch, l->patch[k]) == 0)
                return 1;
    return 0;
}

static float instrument_points(const snq_style *s, const snq_sound_table *sounds,
                               const snq_brief *b)
{
    float sum = 0.0f;
    for (int i = 0; i < SNQ_PLAYED; i++) {
        int has = 0;
        for (uint32_t t = 0; (b->instruments >> i & 1) && t < s->tracks; t++)
            for (int p = 0; p < SNQ_PARTS; p++)
                has |= has_sound(&s->track[t], &sounds->played[i][p]);
        sum += has ? 1.5f : 0.0f;
    }
    return sum;
}

static float mood_points(const snq_style *s, const snq_brief *b)
{
    float sum = 0.0f;
    for (uint32_t m = 0; m < SNQ_MOODS; m++) {
        uint32_t tracks = 0;
        for (uint32_t t = 0; (b->moods >> m & 1) && t < s->tracks; t++) {
            uint32_t moods = 0;
            for (uint32_t i = 0; i < s->track[t].sounds; i++)
                moods |= s->track[t].sound[i].moods;
            tracks += moods >> m & 1;
        }
        sum += 2.0f * (float)tracks / (float)s->tracks;
    }
    return sum;
}

static float part_points(const snq_style *s, const snq_brief *b)
{
    uint32_t has = 0;
    float sum = 0.0f;
    for (uint32_t t = 0; t < s->tracks; t++) {
        const snq_track_kind *k = snq_track_kind_find(s->track[t].kind);
        if (k && s->track[t].chance >= 0.5f)
            has |= 1u << k->part;
    }
    for (int p = 0; p < SNQ_PART_mix; p++) {
        const int wanted = (b->include | b->only) >> p & 1, unwanted = b->exclude >> p & 1;
        if (wanted)
            sum += has >> p & 1 ? 0.5f : -0.5f;
        if (unwanted)
            sum += has >> p & 1 ? -0.5f : 0.5f;
    }
    if ((b->modifiers[SNQ_PART_drums] || (b->include >> SNQ_PART_drums & 1)) && s->pulse)
        sum += 1.0f;
    return sum;
}

float snq_style_fit(const snq_style *s, const snq_sound_table *sounds, const snq_brief *brief)
{
    static const float word[SNQ_ENERGIES] = { 0.5f, 0.2f, 0.5f, 0.85f };
    float valence, arousal;
    snq__moods_feel(brief->moods, &valence, &arousal);
    if (brief->energy)
        arousal = word[brief->energy];
    const int said = brief->moods || brief->energy;
    const float off = said ? arousal - s->energy : 0.0f;
    const int metre = brief->beat_unit && brief->beat_unit == s->beat_unit &&
                      brief->beats_per_bar == s->beats_per_bar;
    return tempo_points(s, brief) + instrument_points(s, sounds, brief) + mood_points(s, brief) +
           part_points(s, brief) - 3.0f * (off < 0.0f ? -off : off) + (metre ? 1.0f : 0.0f);
}
