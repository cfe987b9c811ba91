// SPDX-License-Identifier: MIT
/* IDEA   The music of a hearing as bytes, in the manner of hearing_pack.c: each section is the
 *        reference to its reason and, when there is none, its fields. A list is its number of
 *        elements and the elements. What comes in is held against what hearing.h promises of it, so
 *        that nobody who reads a hearing need ask whether times ascend or a tonic is a tone.
 * STEPS  put_x and get_x are pairs, in the order of the document. A list is read in four steps: its
 *        number, held against the bytes that are left and the bound in hearing.h; its room, held
 *        against what the arena may still give; its elements; each element against the one before.
 * CONST  SLACK_S 1e-6       by which a span may start before the one before it ended: both ends
 *                           may have been computed from a hop's number, each in its own way
 *        WEIGHTS_SLACK 1e-6 by which the weights of the tempo's candidates may add up to more than
 *                           1: each is a rounded quotient
 * COST   16 bytes an onset, 8 a beat, 19 a chord; in memory 16, 8 and 24. Lists start at multiples
 *        of 64 bytes, so one of a single element takes 64.
 * LIMITS Whether downbeats are among the beats, chords have no gaps or a tempo agrees with its beats
 *        is not checked. */
#include "score/hearing_pack_impl.h"

#include <stddef.h>

#include "base/limits.h"

#define SLACK_S       1e-6
#define WEIGHTS_SLACK 1e-6

enum {
    LABELS = SNQ_PATTERN_RHYTHMIC | SNQ_PATTERN_TONAL | SNQ_PATTERN_PERCUSSIVE,
    TONES = 12,
    /* bytes of an element */
    ONSET_BYTES = 8 + 8,
    CANDIDATE_BYTES = 8 + 8,
    TEMPO_SPAN_BYTES = SNQ__SPAN_BYTES + 8,
    METER_SPAN_BYTES = SNQ__SPAN_BYTES + 4 + 4 + 4,
    KEY_SPAN_BYTES = SNQ__SPAN_BYTES + 1 + 1,
    CHORD_BYTES = SNQ__SPAN_BYTES + 1 + 1 + 1,
};

static const size_t tempo_tab[] = { offsetof(snq_tempo, bpm) };
static const size_t key_tab[] = { offsetof(snq_key, tuning_hz) };
static const size_t patterns_tab[] = {
    offsetof(snq_patterns, pulse),     offsetof(snq_patterns, hnr_db),
    offsetof(snq_patterns, f0_hz),     offsetof(snq_patterns, transients_per_s),
    offsetof(snq_patterns, attack_ms),
};

/* ---- writing ---- */

static void put_tempo(snq__packer *p, const snq_tempo *t, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_measures(p, t, tempo_tab, SNQ_COUNT(tempo_tab));
    snq_pack_f64(p->to, t->confidence);
    snq_pack_u32(p->to, t->candidates);
    for (uint32_t i = 0; i < t->candidates; i++) {
        snq_pack_f64(p->to, t->candidate[i].bpm);
        snq_pack_f64(p->to, t->candidate[i].weight);
    }
    snq_pack_u32(p->to, t->spans);
    for (uint32_t i = 0; i < t->spans; i++) {
        snq__put_span(p, t->span[i].span);
        snq_pack_f64(p->to, t->span[i].bpm);
    }
}

static void put_metre(snq__packer *p, snq_metre m)
{
    snq_pack_u32(p->to, m.beats_per_bar);
    snq_pack_u32(p->to, m.beat_unit);
    snq_pack_u32(p->to, m.pulses_per_bar);
}

static void put_meter(snq__packer *p, const snq_meter *m, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_ref(p, m->reason);
    if (!m->reason)
        put_metre(p, m->metre);
    snq_pack_f64(p->to, m->confidence);
    snq_pack_u32(p->to, m->spans);
    for (uint32_t i = 0; i < m->spans; i++) {
        snq__put_span(p, m->span[i].span);
        put_metre(p, m->span[i].metre);
    }
}

static void put_beats(snq__packer *p, const snq_beats *b, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_reals(p, b->beat_s, b->beats);
    snq__put_reals(p, b->downbeat_s, b->downbeats);
}

static void put_onsets(snq__packer *p, const snq_onsets *o, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq_pack_u32(p->to, o->onsets);
    for (uint32_t i = 0; i < o->onsets; i++) {
        snq_pack_f64(p->to, o->onset[i].t_s);
        snq_pack_f64(p->to, (double)o->onset[i].strength);
    }
}

static void put_groove(snq__packer *p, const snq_groove *g, const char *reason)
{
    snq__put_ref(p, reason);
    for (int b = 0; b < SNQ_GROOVE_BANDS && !reason; b++) {
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++)
            snq_pack_f64(p->to, g->band[b].hits[i]);
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++)
            snq_pack_f64(p->to, g->band[b].timing_ms[i]);
    }
}

static void put_key(snq__packer *p, const snq_key *k, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_ref(p, k->reason);
    if (!k->reason) {
        snq_pack_u8(p->to, k->mode);
        snq_pack_u8(p->to, k->mode == SNQ_MODE_ATONAL ? 0 : k->tonic);
    }
    snq_pack_f64(p->to, k->confidence);
    snq__put_measures(p, k, key_tab, SNQ_COUNT(key_tab));
    snq_pack_u32(p->to, k->spans);
    for (uint32_t i = 0; i < k->spans; i++) {
        snq__put_span(p, k->span[i].span);
        snq_pack_u8(p->to, k->span[i].mode);
        snq_pack_u8(p->to, k->span[i].tonic);
    }
}

static void put_chords(snq__packer *p, const snq_chords *c, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq_pack_u32(p->to, c->chords);
    for (uint32_t i = 0; i < c->chords; i++) {
        const snq_heard_chord *chord = &c->chord[i];
        const int none = chord->quality == SNQ_CHORD_NONE;
        snq__put_span(p, chord->span);
        snq_pack_u8(p->to, chord->quality);
        snq_pack_u8(p->to, none ? 0 : chord->root);
        snq_pack_u8(p->to, none ? 0 : chord->bass);
    }
}

static void put_patterns(snq__packer *p, const snq_patterns *s, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq_pack_u32(p->to, s->labels);
    snq__put_measures(p, s, patterns_tab, SNQ_COUNT(patterns_tab));
}

void snq__put_music(snq__packer *p, const snq_hearing *h)
{
    put_tempo(p, &h->tempo, h->tempo_reason);
    put_meter(p, &h->meter, h->meter_reason);
    put_beats(p, &h->beats, h->beats_reason);
    put_onsets(p, &h->onsets, h->onsets_reason);
    put_groove(p, &h->groove, h->groove_reason);
    put_key(p, &h->key, h->key_reason);
    put_chords(p, &h->chords, h->chords_reason);
    put_patterns(p, &h->patterns, h->patterns_reason);
}

void snq__put_region_music(snq__packer *p, const snq_region *r)
{
    snq_pack_u8(p->to, r->has_music != 0);
    if (!r->has_music)
        return;
    put_tempo(p, &r->tempo, r->tempo_reason);
    put_key(p, &r->key, r->key_reason);
    put_patterns(p, &r->patterns, r->patterns_reason);
}

/* ---- reading ---- */

static void measure_in_range(snq__unpacker *r, snq_measure m, double lo, double hi,
                             const char *what)
{
    if (!m.reason)
        snq__in_range(r, m.value, lo, hi, what);
}

static double get_bpm(snq__unpacker *r)
{
    return snq__get_real(r, SNQ_BPM_MIN, SNQ_BPM_MAX, "a tempo in BPM");
}

/* *from_s: where the span before it ended, 0 before the first. */
static snq_span get_span(snq__unpacker *r, double *from_s, const char *what)
{
    snq_span s;
    s.start_s = snq_unpack_f64(r->u);
    s.end_s = snq_unpack_f64(r->u);
    if (s.start_s < 0.0 || s.start_s < *from_s - SLACK_S || s.end_s < s.start_s)
        SNQ__BAD(r, "hearing: %s from %g s to %g s follows %g s", what, s.start_s, s.end_s,
                 *from_s);
    *from_s = s.end_s;
    return s;
}

static const double *get_times(snq__unpacker *r, uint32_t *n, const char *what)
{
    double *list = snq__get_list(r, n, sizeof *list, SNQ_BEATS_MAX, sizeof *list);
    for (uint32_t i = 0; i < *n && r->u->st >= 0; i++)
        list[i] = snq__get_time(r, i ? list[i - 1] : 0.0, what);
    return list;
}

static void get_candidates(snq__unpacker *r, snq_tempo *t)
{
    double sum = 0.0, before = 1.0;
    t->candidates = snq_unpack_count(r->u, CANDIDATE_BYTES, SNQ_TEMPO_CANDIDATES_MAX);
    for (uint32_t i = 0; i < t->candidates; i++) {
        t->candidate[i].bpm = get_bpm(r);
        before = snq__get_real(r, 0.0, before, "the weight of a tempo");
        sum += t->candidate[i].weight = before;
    }
    if (sum > 1.0 + WEIGHTS_SLACK)
        SNQ__BAD(r, "hearing: the weights of the tempos add up to %g", sum);
}

static const char *get_tempo(snq__unpacker *r, snq_tempo *t)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    snq__get_measures(r, t, tempo_tab, SNQ_COUNT(tempo_tab));
    measure_in_range(r, t->bpm, SNQ_BPM_MIN, SNQ_BPM_MAX, "the tempo in BPM");
    t->confidence = snq__get_real(r, 0.0, 1.0, "the tempo's confidence");
    get_candidates(r, t);
    double from_s = 0.0;
    snq_tempo_span *list =
        snq__get_list(r, &t->spans, TEMPO_SPAN_BYTES, SNQ_MUSIC_SPANS_MAX, sizeof *list);
    t->span = list;
    for (uint32_t i = 0; i < t->spans && r->u->st >= 0; i++) {
        list[i].span = get_span(r, &from_s, "a tempo");
        list[i].bpm = get_bpm(r);
    }
    return NULL;
}

static snq_metre get_metre(snq__unpacker *r)
{
    snq_metre m;
    m.beats_per_bar = snq_unpack_u32(r->u);
    m.beat_unit = snq_unpack_u32(r->u);
    m.pulses_per_bar = snq_unpack_u32(r->u);
    if (!m.beats_per_bar || m.beats_per_bar > SNQ_BEATS_PER_BAR_MAX || !m.pulses_per_bar ||
        m.pulses_per_bar > m.beats_per_bar || !m.beat_unit || m.beat_unit > SNQ_BEAT_UNIT_MAX ||
        (m.beat_unit & (m.beat_unit - 1)))
        SNQ__BAD(r, "hearing: a metre of %u/%u in %u pulses", m.beats_per_bar, m.beat_unit,
                 m.pulses_per_bar);
    return m;
}

static const char *get_meter(snq__unpacker *r, snq_meter *m)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    m->reason = snq__get_ref(r);
    if (!m->reason)
        m->metre = get_metre(r);
    m->confidence = snq__get_real(r, 0.0, 1.0, "the metre's confidence");
    double from_s = 0.0;
    snq_meter_span *list =
        snq__get_list(r, &m->spans, METER_SPAN_BYTES, SNQ_MUSIC_SPANS_MAX, sizeof *list);
    m->span = list;
    for (uint32_t i = 0; i < m->spans && r->u->st >= 0; i++) {
        list[i].span = get_span(r, &from_s, "a metre");
        list[i].metre = get_metre(r);
    }
    return NULL;
}

static const char *get_beats(snq__unpacker *r, snq_beats *b)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    b->beat_s = get_times(r, &b->beats, "a beat");
    b->downbeat_s = get_times(r, &b->downbeats, "a downbeat");
    return NULL;
}

static const char *get_onsets(snq__unpacker *r, snq_onsets *o)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    snq_onset *list = snq__get_list(r, &o->onsets, ONSET_BYTES, SNQ_ONSETS_MAX, sizeof *list);
    o->onset = list;
    for (uint32_t i = 0; i < o->onsets && r->u->st >= 0; i++) {
        list[i].t_s = snq__get_time(r, i ? list[i - 1].t_s : 0.0, "an onset");
        list[i].strength = (float)snq__get_real(r, 0.0, 1.0, "the strength of an onset");
    }
    return NULL;
}

static const char *get_groove(snq__unpacker *r, snq_groove *g)
{
    const char *reason = snq__get_ref(r);
    for (int b = 0; b < SNQ_GROOVE_BANDS && !reason; b++) {
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++)
            g->band[b].hits[i] = snq__get_real(r, 0.0, 1.0, "a hit of the groove");
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++)
            g->band[b].timing_ms[i] = snq_unpack_f64(r->u);
    }
    return reason;
}

static const char *get_key(snq__unpacker *r, snq_key *k)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    k->reason = snq__get_ref(r);
    if (!k->reason) {
        k->mode = snq__get_code(r, SNQ_MODE_ATONAL + 1, "a mode");
        k->tonic = snq__get_code(r, k->mode == SNQ_MODE_ATONAL ? 1 : TONES, "a tonic");
    }
    k->confidence = snq__get_real(r, 0.0, 1.0, "the key's confidence");
    snq__get_measures(r, k, key_tab, SNQ_COUNT(key_tab));
    measure_in_range(r, k->tuning_hz, 1.0, SNQ_RATE_MAX_HZ, "the tuning in Hz");
    double from_s = 0.0;
    snq_key_span *list =
        snq__get_list(r, &k->spans, KEY_SPAN_BYTES, SNQ_MUSIC_SPANS_MAX, sizeof *list);
    k->span = list;
    for (uint32_t i = 0; i < k->spans && r->u->st >= 0; i++) {
        list[i].span = get_span(r, &from_s, "a key");
        list[i].mode = snq__get_code(r, SNQ_MODE_ATONAL, "a mode");
        list[i].tonic = snq__get_code(r, TONES, "a tonic");
    }
    return NULL;
}

static const char *get_chords(snq__unpacker *r, snq_chords *c)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    double from_s = 0.0;
    snq_heard_chord *list = snq__get_list(r, &c->chords, CHORD_BYTES, SNQ_CHORDS_MAX, sizeof *list);
    c->chord = list;
    for (uint32_t i = 0; i < c->chords && r->u->st >= 0; i++) {
        list[i].span = get_span(r, &from_s, "a chord");
        list[i].quality = snq__get_code(r, SNQ_CHORD_QUALITIES, "a chord's quality");
        const uint32_t tones = list[i].quality == SNQ_CHORD_NONE ? 1 : TONES;
        list[i].root = snq__get_code(r, tones, "a chord's root");
        list[i].bass = snq__get_code(r, tones, "a chord's bass");
    }
    return NULL;
}

static const char *get_patterns(snq__unpacker *r, snq_patterns *s)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    s->labels = snq_unpack_u32(r->u);
    if (s->labels & ~(uint32_t)LABELS)
        SNQ__BAD(r, "hearing: labels %u of patterns, at most %d", s->labels, LABELS);
    snq__get_measures(r, s, patterns_tab, SNQ_COUNT(patterns_tab));
    measure_in_range(r, s->pulse, 0.0, 1.0, "the strength of the pulse");
    measure_in_range(r, s->f0_hz, 1.0, SNQ_RATE_MAX_HZ, "the fundamental in Hz");
    measure_in_range(r, s->transients_per_s, 0.0, SNQ_RATE_MAX_HZ,
                     "the number of transients a second");
    measure_in_range(r, s->attack_ms, 0.0, 1e6, "the attack in ms");
    return NULL;
}

void snq__get_music(snq__unpacker *r, snq_hearing *h)
{
    h->tempo_reason = get_tempo(r, &h->tempo);
    h->meter_reason = get_meter(r, &h->meter);
    h->beats_reason = get_beats(r, &h->beats);
    h->onsets_reason = get_onsets(r, &h->onsets);
    h->groove_reason = get_groove(r, &h->groove);
    h->key_reason = get_key(r, &h->key);
    h->chords_reason = get_chords(r, &h->chords);
    h->patterns_reason = get_patterns(r, &h->patterns);
}

void snq__get_region_music(snq__unpacker *r, snq_region *to)
{
    to->has_music = snq__get_flag(r, "has_music");
    if (!to->has_music)
        return;
    to->tempo_reason = get_tempo(r, &to->tempo);
    to->key_reason = get_key(r, &to->key);
    to->patterns_reason = get_patterns(r, &to->patterns);
}
