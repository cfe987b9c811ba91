// SPDX-License-Identifier: MIT
/* The music's part of the document, and the names of its tones, keys and chords. */
#include "score/hearing_impl.h"

#include <stdio.h>

/* Decimals. A tenth of a millisecond is a hundredth of the hop that an onset is found in, a
 * thousandth of a BPM is a beat in sixteen hours, and a hundredth of a hertz is 0.04 cents at A4.
 * Spans keep the microseconds of the regions, so that none leaves its region by rounding. */
enum { TIMES = 4, BPM = 3, WEIGHT = 4, TONE_HZ = 2, HNR_DB = 2, MILLISECONDS = 2, RATE = 3 };

/* ---- names ---- */

const char *snq_pitch_class_name(uint32_t pitch_class)
{
    static const char name_tab[12][3] = { "C",  "C#", "D",  "D#", "E",  "F",
                                          "F#", "G",  "G#", "A",  "A#", "B" };
    return name_tab[pitch_class % 12];
}

const char *snq_camelot(uint32_t tonic, snq_mode mode)
{
    /* Hours of a clock: a fifth up is an hour on, a minor key (A) stands with its relative major
     * (B), and C major is 8B. */
    static const char code_tab[12][2][4] = {
        { "12A", "12B" }, { "1A", "1B" }, { "2A", "2B" },   { "3A", "3B" },
        { "4A", "4B" },   { "5A", "5B" }, { "6A", "6B" },   { "7A", "7B" },
        { "8A", "8B" },   { "9A", "9B" }, { "10A", "10B" }, { "11A", "11B" },
    };
    const uint32_t major = tonic % 12 + (mode == SNQ_MODE_MINOR ? 3 : 0);
    return code_tab[(7 * major + 8) % 12][mode != SNQ_MODE_MINOR];
}

const char *snq_chord_quality_name(uint32_t quality)
{
    static const char name_tab[SNQ_CHORD_QUALITIES][5] = {
#define X(id, text) text,
        SNQ_CHORD_QUALITY_MAP(X)
#undef X
    };
    return name_tab[quality < SNQ_CHORD_QUALITIES ? quality : SNQ_CHORD_NONE];
}

static const char *mode_name(uint32_t mode)
{
    static const char *const name_tab[] = { "major", "minor", "atonal" };
    return name_tab[mode <= SNQ_MODE_ATONAL ? mode : SNQ_MODE_ATONAL];
}

/* ---- pieces ---- */

static void nulls(snq_json *j, const char *const *keys, size_t n, const char *reason)
{
    for (size_t i = 0; i < n; i++)
        snq_json_put_null(j, keys[i], reason);
}

static void open_object(snq_json *j, const char *key)
{
    snq_json_key(j, key);
    snq_json_object(j);
}

static void open_array(snq_json *j, const char *key)
{
    snq_json_key(j, key);
    snq_json_array(j);
}

static void reals(snq_json *j, const char *key, const double *v, uint32_t n, int decimals)
{
    open_array(j, key);
    for (uint32_t i = 0; i < n; i++)
        snq_json_real(j, v[i], decimals);
    snq_json_end(j);
}

/* An object in an array, open for more. */
static void open_span(snq_json *j, snq_span span)
{
    snq_json_object(j);
    snq_json_put_real(j, "start_s", span.start_s, SNQ__SECONDS);
    snq_json_put_real(j, "end_s", span.end_s, SNQ__SECONDS);
}

static void metre_json(snq_json *j, snq_metre m)
{
    snq_json_put_int(j, "beats_per_bar", m.beats_per_bar);
    snq_json_put_int(j, "beat_unit", m.beat_unit);
    snq_json_put_int(j, "pulses_per_bar", m.pulses_per_bar);
}

/* ---- sections ---- */

/* The contract: tempo, meter and key are always objects; their values may be null. */
void snq__tempo_json(snq_json *j, const snq_tempo *t, const char *reason)
{
    static const char *const keys[] = { "bpm", "confidence", "candidates", "spans" };
    open_object(j, "tempo");
    if (reason)
        nulls(j, keys, SNQ_COUNT(keys), reason);
    else {
        snq_measure_json(j, "bpm", t->bpm, BPM);
        snq_json_put_real(j, "confidence", t->confidence, WEIGHT);
        open_array(j, "candidates");
        for (uint32_t i = 0; i < t->candidates; i++) {
            snq_json_object(j);
            snq_json_put_real(j, "bpm", t->candidate[i].bpm, BPM);
            snq_json_put_real(j, "weight", t->candidate[i].weight, WEIGHT);
            snq_json_end(j);
        }
        snq_json_end(j);
        open_array(j, "spans");
        for (uint32_t i = 0; i < t->spans; i++) {
            open_span(j, t->span[i].span);
            snq_json_put_real(j, "bpm", t->span[i].bpm, BPM);
            snq_json_end(j);
        }
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void meter_json(snq_json *j, const snq_meter *m, const char *reason)
{
    static const char *const keys[] = { "beats_per_bar", "beat_unit", "pulses_per_bar",
                                        "confidence", "spans" };
    enum { METRE_KEYS = 3 };
    open_object(j, "meter");
    if (reason)
        nulls(j, keys, SNQ_COUNT(keys), reason);
    else {
        if (m->reason)
            nulls(j, keys, METRE_KEYS, m->reason);
        else
            metre_json(j, m->metre);
        snq_json_put_real(j, "confidence", m->confidence, WEIGHT);
        open_array(j, "spans");
        for (uint32_t i = 0; i < m->spans; i++) {
            open_span(j, m->span[i].span);
            metre_json(j, m->span[i].metre);
            snq_json_end(j);
        }
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void beats_json(snq_json *j, const snq_beats *b, const char *reason)
{
    static const char *const keys[] = { "beats_s", "downbeats_s" };
    if (reason) {
        nulls(j, keys, SNQ_COUNT(keys), reason);
        return;
    }
    reals(j, keys[0], b->beat_s, b->beats, TIMES);
    reals(j, keys[1], b->downbeat_s, b->downbeats, TIMES);
}

static void onsets_json(snq_json *j, const snq_onsets *o, const char *reason)
{
    static const char *const keys[] = { "onsets_s", "onset_strength" };
    if (reason) {
        nulls(j, keys, SNQ_COUNT(keys), reason);
        return;
    }
    open_array(j, keys[0]);
    for (uint32_t i = 0; i < o->onsets; i++)
        snq_json_real(j, o->onset[i].t_s, TIMES);
    snq_json_end(j);
    open_array(j, keys[1]);
    for (uint32_t i = 0; i < o->onsets; i++)
        snq_json_real(j, (double)o->onset[i].strength, WEIGHT);
    snq_json_end(j);
}

static void groove_json(snq_json *j, const snq_groove *g, const char *reason)
{
    static const char *const ids[SNQ_GROOVE_BANDS] = { "low", "mid", "high" };
    if (reason) {
        snq_json_put_null(j, "groove", reason);
        return;
    }
    open_object(j, "groove");
    open_object(j, "bands");
    for (int b = 0; b < SNQ_GROOVE_BANDS; b++) {
        open_object(j, ids[b]);
        reals(j, "hits", g->band[b].hits, SNQ_GROOVE_STEPS, WEIGHT);
        reals(j, "timing_ms", g->band[b].timing_ms, SNQ_GROOVE_STEPS, MILLISECONDS);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_end(j);
}

void snq__key_json(snq_json *j, const snq_key *k, const char *reason)
{
    static const char *const keys[] = { "tonic",   "mode",      "confidence",
                                        "camelot", "tuning_hz", "spans" };
    open_object(j, "key");
    if (reason)
        nulls(j, keys, SNQ_COUNT(keys), reason);
    else {
        const int atonal = k->mode == SNQ_MODE_ATONAL;
        const char *no_tonic = k->reason ? k->reason : atonal ? mode_name(k->mode) : NULL;
        if (no_tonic)
            snq_json_put_null(j, "tonic", no_tonic);
        else
            snq_json_put_string(j, "tonic", snq_pitch_class_name(k->tonic));
        if (k->reason)
            snq_json_put_null(j, "mode", k->reason);
        else
            snq_json_put_string(j, "mode", mode_name(k->mode));
        snq_json_put_real(j, "confidence", k->confidence, WEIGHT);
        if (no_tonic)
            snq_json_put_null(j, "camelot", no_tonic);
        else
            snq_json_put_string(j, "camelot", snq_camelot(k->tonic, (snq_mode)k->mode));
        snq_measure_json(j, "tuning_hz", k->tuning_hz, TONE_HZ);
        open_array(j, "spans");
        for (uint32_t i = 0; i < k->spans; i++) {
            open_span(j, k->span[i].span);
            snq_json_put_string(j, "tonic", snq_pitch_class_name(k->span[i].tonic));
            snq_json_put_string(j, "mode", mode_name(k->span[i].mode));
            snq_json_end(j);
        }
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void chords_json(snq_json *j, const snq_chords *c, const char *reason)
{
    if (reason) {
        snq_json_put_null(j, "chords", reason);
        return;
    }
    open_array(j, "chords");
    for (uint32_t i = 0; i < c->chords; i++) {
        const snq_heard_chord *chord = &c->chord[i];
        open_span(j, chord->span);
        if (chord->quality == SNQ_CHORD_NONE) {
            snq_json_put_string(j, "label", snq_chord_quality_name(SNQ_CHORD_NONE));
            snq_json_put_null(j, "bass", "no chord");
        } else {
            char label[12];
            snprintf(label, sizeof label, "%s:%s", snq_pitch_class_name(chord->root),
                     snq_chord_quality_name(chord->quality));
            snq_json_put_string(j, "label", label);
            snq_json_put_string(j, "bass", snq_pitch_class_name(chord->bass));
        }
        snq_json_end(j);
    }
    snq_json_end(j);
}

void snq__patterns_json(snq_json *j, const snq_patterns *p, const char *reason)
{
    static const char *const labels[] = { "rhythmic", "tonal", "percussive" };
    if (reason) {
        snq_json_put_null(j, "patterns", reason);
        return;
    }
    open_object(j, "patterns");
    open_array(j, "labels");
    for (uint32_t i = 0; i < SNQ_COUNT(labels); i++)
        if (p->labels >> i & 1)
            snq_json_string(j, labels[i]);
    snq_json_end(j);
    snq_measure_json(j, "pulse", p->pulse, WEIGHT);
    snq_measure_json(j, "hnr_db", p->hnr_db, HNR_DB);
    snq_measure_json(j, "f0_hz", p->f0_hz, TONE_HZ);
    snq_measure_json(j, "transients_per_s", p->transients_per_s, RATE);
    snq_measure_json(j, "attack_ms", p->attack_ms, MILLISECONDS);
    snq_json_end(j);
}

void snq__music_json(snq_json *j, const snq_hearing *h)
{
    snq__tempo_json(j, &h->tempo, h->tempo_reason);
    meter_json(j, &h->meter, h->meter_reason);
    beats_json(j, &h->beats, h->beats_reason);
    onsets_json(j, &h->onsets, h->onsets_reason);
    groove_json(j, &h->groove, h->groove_reason);
    snq__key_json(j, &h->key, h->key_reason);
    chords_json(j, &h->chords, h->chords_reason);
}
