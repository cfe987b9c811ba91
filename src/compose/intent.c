// SPDX-License-Identifier: MIT
/* IDEA   Everything that the words leave open is decided here, once, so that all who come after read plain
 *        numbers. What is said wins; then the style; within its ranges the moods lean, and the seed chooses.
 *
 * STEPS  mood     valence and arousal: mean over the moods (intent_words.c), an energy word counting as two moods;
 *                 what is to be avoided pushes the other way by 0.3
 *        energy   style's + 0.5 (arousal - 0.5) + qualities of the mix; a word: low <= 0.35, medium 0.45 .. 0.65,
 *                 high >= 0.75
 *        tempo    said: exact. Else the style's range cut to what is said; in it the usual tempo, moved by
 *                 (arousal - 0.5) of the range, and by the seed by up to 6 %; whole numbers
 *        mode     weight (1 + 1.6 valence * brightness), at least 0.02 of it; tonic by the seed
 *        length   bars; seconds by the nearest whole bars; where the tempo is open it is moved, within its range,
 *                 until whole bars, of four where that goes, last so long exactly
 *        swing    none 0.5; light >= 0.56 (sixteenths), 0.58 (eighths), heavy >= 0.62, 0.66; else the style's range
 *        chords   style's complexity, +-1 by qualities, moods and the seed
 * COST   Nothing to speak of. */
#include "compose/intent.h"

#include <stdio.h>
#include <string.h>

#include "compose/form.h"
#include "compose/intent_impl.h"
#include "compose/mix_wish.h"
#include "compose/style.h"

static float clampf(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

double snq_intent_bar_s(const snq_intent *in)
{
    return 60.0 / in->bpm * (double)snq_intent_bar_ticks(in) / SNQ_SCORE_TICKS;
}

/* ---------------------------------------------------------------- mood and energy */

static void decide_mood(const snq_brief *b, snq_intent *out)
{
    static const float word[SNQ_ENERGIES] = { 0.5f, 0.15f, 0.5f, 0.85f };
    float v = 0.0f, a = 0.5f, not_v = 0.0f, not_a = 0.5f;
    snq__moods_feel(b->moods, &v, &a);
    snq__moods_feel(b->avoid_moods, &not_v, &not_a);
    if (b->energy)
        a = b->moods ? (a + 2.0f * word[b->energy]) / 3.0f : word[b->energy];
    out->moods = b->moods;
    out->valence = clampf(v - 0.3f * not_v, -1.0f, 1.0f);
    out->arousal = clampf(a - 0.3f * (not_a - 0.5f), 0.0f, 1.0f);
    const uint32_t mix = b->modifiers[SNQ_PART_mix], not_mix = b->avoid_modifiers[SNQ_PART_mix];
    float e = out->style->energy + 0.5f * (out->arousal - 0.5f) + snq__qualities_energy(mix) -
              0.7f * snq__qualities_energy(not_mix);
    if (b->energy == SNQ_ENERGY_LOW)
        e = clampf(e, 0.05f, 0.35f);
    else if (b->energy == SNQ_ENERGY_MEDIUM)
        e = clampf(e, 0.45f, 0.65f);
    else if (b->energy == SNQ_ENERGY_HIGH)
        e = clampf(e, 0.75f, 1.0f);
    out->energy = clampf(e, 0.05f, 1.0f);
}

/* ---------------------------------------------------------------- tempo */

void snq_intent_tempo_range(const snq_brief *b, const snq_style *s, double *lo, double *hi)
{
    if (b->bpm > 0.0) {
        *lo = *hi = b->bpm;
        return;
    }
    *lo = s->bpm_min;
    *hi = s->bpm_max;
    if (b->min_bpm > 0.0 && b->min_bpm > *hi)
        *hi = b->max_bpm > 0.0 ? b->max_bpm : b->min_bpm * 1.1;
    if (b->max_bpm > 0.0 && b->max_bpm < *lo)
        *lo = b->min_bpm > 0.0 ? b->min_bpm : b->max_bpm * 0.9;
    if (b->min_bpm > 0.0 && b->min_bpm > *lo)
        *lo = b->min_bpm;
    if (b->max_bpm > 0.0 && b->max_bpm < *hi)
        *hi = b->max_bpm;
    if (*lo < SNQ_BRIEF_BPM_MIN)
        *lo = SNQ_BRIEF_BPM_MIN;
    if (*hi > SNQ_BRIEF_BPM_MAX)
        *hi = SNQ_BRIEF_BPM_MAX;
}

static double whole(double v)
{
    return (double)(int64_t)(v + 0.5);
}

static void decide_tempo(const snq_brief *b, snq_intent *out)
{
    const snq_style *s = out->style;
    double lo, hi;
    out->feel = b->feel;
    if (b->bpm > 0.0) {
        out->bpm = b->bpm;
        return;
    }
    snq_intent_tempo_range(b, s, &lo, &hi);
    snq_rng rng = snq__intent_rng(out->seed, "tempo", 0);
    const double usual = s->bpm >= lo && s->bpm <= hi ? s->bpm : 0.5 * (lo + hi);
    const double lean = (double)(out->arousal - 0.5f) * (hi - lo);
    double bpm = whole(usual + lean + (snq_rng_uniform(&rng) - 0.5) * 0.12 * usual);
    if (bpm < lo)
        bpm = whole(lo) < lo ? whole(lo) + 1.0 : whole(lo);
    if (bpm > hi)
        bpm = whole(hi) > hi ? whole(hi) - 1.0 : whole(hi);
    out->bpm = bpm < lo || bpm > hi ? 0.5 * (lo + hi) : bpm; /* a range without a whole number */
}

/* ---------------------------------------------------------------- length */

/* Whole bars of an open tempo that last so long exactly: the tempo is moved. 0: there is none in the range. */
static int fit_tempo(const snq_brief *b, snq_intent *out, int32_t multiple)
{
    double lo, hi;
    snq_intent_tempo_range(b, out->style, &lo, &hi);
    const double quarters = (double)snq_intent_bar_ticks(out) / SNQ_SCORE_TICKS;
    const double per_bpm = b->seconds / 60.0 / quarters; /* bars that one BPM makes */
    const double want = out->bpm * per_bpm;
    const int64_t near = (int64_t)(want / multiple + 0.5) * multiple;
    for (int64_t step = 0; step <= 1; step++)
        for (int sign = -1; sign <= 1; sign += 2) {
            const int64_t bars = near + sign * step * multiple;
            const double bpm = (double)bars / per_bpm;
            if (bars >= 1 && bars <= SNQ_INTENT_BARS_MAX && bpm >= lo && bpm <= hi) {
                out->bpm = bpm;
                out->bars = (int32_t)bars;
                return 1;
            }
        }
    return 0;
}

static snq_status decide_length(const snq_brief *b, snq_intent *out)
{
    const snq_style *s = out->style;
    if (b->bars > SNQ_INTENT_BARS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%d bars are wanted; a piece has at most %d", b->bars,
                        SNQ_INTENT_BARS_MAX);
    if (b->bars > 0) {
        out->bars = b->bars;
    } else if (b->seconds > 0.0) {
        const double bars = b->seconds / snq_intent_bar_s(out);
        if (b->bpm <= 0.0 && (fit_tempo(b, out, 8) || fit_tempo(b, out, 4) ||
                              fit_tempo(b, out, 2) || fit_tempo(b, out, 1)))
            return SNQ_OK;
        if (bars >= SNQ_INTENT_BARS_MAX + 0.5)
            return SNQ_FAIL(SNQ_ERR_RANGE, "%g seconds are %.0f bars; a piece has at most %d",
                            b->seconds, bars, SNQ_INTENT_BARS_MAX);
        out->bars = bars < 1.0 ? 1 : (int32_t)(bars + 0.5);
    } else {
        /* as long as the style's bars last in the style's metre */
        const int64_t own = (int64_t)s->bars * s->beats_per_bar * 16 / s->beat_unit;
        const int64_t bars = (own + snq_intent_bar_steps(out) / 2) / snq_intent_bar_steps(out);
        const int64_t phrase = s->form.phrase;
        const int64_t even =
            bars < phrase ? (bars < 1 ? 1 : bars) : (bars + phrase / 2) / phrase * phrase;
        const int64_t most = even > SNQ_INTENT_BARS_MAX ? SNQ_INTENT_BARS_MAX : even;
        out->bars = snq_form_usual_bars(b, &s->form, out->seed, (int32_t)most);
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- key, chords, swing */

static void decide_key(const snq_brief *b, snq_intent *out)
{
    /* by the style too, or all styles of a seed had one tonic */
    snq_rng rng = snq__intent_rng(out->seed, out->style->id, 0x6b6579);
    const uint32_t tonic = snq_rng_below(&rng, 12);
    float weight[SNQ_MODES];
    for (int m = 0; m < SNQ_MODES; m++) {
        const float lean = 1.0f + 1.6f * out->valence * snq__mode_brightness(m);
        weight[m] = out->style->mode_weight[m] * (lean < 0.02f ? 0.02f : lean);
    }
    out->tonic = b->tonic >= 0 ? b->tonic : (int8_t)tonic;
    out->mode = b->mode >= 0 ? b->mode : (int8_t)snq__intent_choose(&rng, weight, SNQ_MODES);
}

static void decide_chords(const snq_brief *b, snq_intent *out)
{
    const uint32_t rich = 1u << SNQ_MOOD_dreamy | 1u << SNQ_MOOD_romantic |
                          1u << SNQ_MOOD_nostalgic | 1u << SNQ_MOOD_melancholic;
    const uint32_t plain = 1u << SNQ_MOOD_angry | 1u << SNQ_MOOD_epic | 1u << SNQ_MOOD_hypnotic;
    uint32_t words = b->modifiers[SNQ_PART_harmony] | b->modifiers[SNQ_PART_mix];
    snq_rng rng = snq__intent_rng(out->seed, "chords", 0);
    int c = out->style->chord_complexity + snq__qualities_chords(words);
    const double roll = snq_rng_uniform(&rng);
    c += (b->moods & rich) && roll < 0.5;
    c -= (b->moods & plain) && roll < 0.5;
    c += !b->moods && roll > 0.85;
    out->chord_complexity = (uint8_t)(c < 1 ? 1 : c > 5 ? 5 : c);
}

static void decide_swing(const snq_brief *b, snq_intent *out)
{
    const snq_style *s = out->style;
    snq_rng rng = snq__intent_rng(out->seed, "swing", 0);
    const float span = s->swing_max - s->swing_min;
    const float own = clampf(s->swing + ((float)snq_rng_uniform(&rng) - 0.5f) * 0.5f * span,
                             s->swing_min, s->swing_max);
    const int eighths = s->swing_step == 2;
    const float light = eighths ? 0.58f : 0.56f, heavy = eighths ? 0.66f : 0.62f;
    out->swing_step = s->swing_step;
    out->swing = own;
    if (b->swing == SNQ_SWING_NONE)
        out->swing = 0.5f;
    else if (b->swing == SNQ_SWING_LIGHT)
        out->swing = clampf(own, light, heavy - 0.02f);
    else if (b->swing == SNQ_SWING_HEAVY)
        out->swing = clampf(own, heavy, 0.7f);
}

/* ---------------------------------------------------------------- the whole's mix, title */

static void decide_mix(const snq_brief *b, snq_intent *out)
{
    const int vinyl = (b->instruments >> SNQ_PLAYED_vinyl & 1) != 0;
    out->mix = out->style->mix;
    snq__qualities_mix(b->modifiers[SNQ_PART_mix], 1.0f, &out->mix);
    snq__qualities_mix(b->avoid_modifiers[SNQ_PART_mix], -0.7f, &out->mix);
    if (vinyl && out->mix.vinyl < 0.4f)
        out->mix.vinyl = 0.4f;
    if (b->avoid_instruments >> SNQ_PLAYED_vinyl & 1)
        out->mix.vinyl = 0.0f;
    out->target_lufs = out->style->target_lufs;
    out->ceiling_dbtp = -1.0f;
}

static void decide_title(const snq_brief *b, snq_intent *out)
{
    static const char *const modes[SNQ_MODES] = { "Major",  "Minor",      "Dorian", "Phrygian",
                                                  "Lydian", "Mixolydian", "Locrian" };
    char moods[64] = "";
    size_t n = 0;
    int words = 0;
    for (int i = 0; i < SNQ_MOODS && words < 2; i++)
        if (b->moods >> i & 1) {
            n += (size_t)snprintf(moods + n, sizeof moods - n, "%s ", snq_mood_names[i]);
            moods[n - strlen(snq_mood_names[i]) - 1] -= 'a' - 'A';
            words++;
        }
    snprintf(out->title, sizeof out->title, "%s%s in %s %s", moods, out->style->name,
             snq_tonic_names[out->tonic], modes[out->mode]);
}

snq_status snq_intent_decide(const snq_brief *brief, const snq_style *style,
                             const snq_sound_table *sounds, uint64_t seed, snq_intent *out)
{
    memset(out, 0, sizeof *out);
    out->style = style;
    out->seed = seed;
    out->era = brief->era;
    out->beats_per_bar = brief->beat_unit ? brief->beats_per_bar : style->beats_per_bar;
    out->beat_unit = brief->beat_unit ? brief->beat_unit : style->beat_unit;
    decide_mood(brief, out);
    decide_tempo(brief, out);
    SNQ_TRY(decide_length(brief, out));
    decide_key(brief, out);
    decide_chords(brief, out);
    decide_swing(brief, out);
    decide_mix(brief, out);
    decide_title(brief, out);
    return snq__intent_tracks(brief, sounds, out);
}
