// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "legal.h"

#include "base/pack.h"
#include "base/str.h"
#include "hear.h"
#include "score/hearing_pack.h"

enum { PACKED_MAX = 16 << 20 };

/* Onsets may lie half a hop behind the end: at the middle of a hop that is not full. */
#define SLACK_S 0.011

static void check_measure(snq_measure m, double lo, double hi)
{
    if (m.reason)
        assert_true(m.reason[0] && m.value == 0);
    else
        assert_true(m.value >= lo && m.value <= hi);
}

/* Side by side from start to end. */
static double next_span(snq_span s, double from_s)
{
    check_near(s.start_s, from_s, 1e-9);
    assert_true(s.end_s > s.start_s);
    return s.end_s;
}

static void check_tempo(const snq_tempo *t, snq_span whole)
{
    double sum = 0, at_s = whole.start_s;
    check_measure(t->bpm, 30, 260);
    assert_true(t->confidence >= 0 && t->confidence <= 1);
    for (uint32_t i = 0; i < t->candidates; i++) {
        assert_true(!i || t->candidate[i].weight <= t->candidate[i - 1].weight);
        sum += t->candidate[i].weight;
    }
    assert_true(sum <= 1.0001);
    for (uint32_t i = 0; i < t->spans; i++)
        at_s = next_span(t->span[i].span, at_s);
    if (t->spans)
        check_near(at_s, whole.end_s, 1e-9);
    assert_int_equal(t->spans > 0, t->bpm.reason == NULL);
    assert_int_equal(t->candidates > 0, t->bpm.reason == NULL);
}

static void check_beats(const snq_hearing *h)
{
    const snq_beats *b = &h->beats;
    uint32_t down = 0;
    for (uint32_t k = 0; k < b->beats; k++) {
        assert_true(b->beat_s[k] >= 0 && b->beat_s[k] < h->file.duration_s);
        assert_true(!k || b->beat_s[k] > b->beat_s[k - 1]);
        down += down < b->downbeats && b->downbeat_s[down] == b->beat_s[k];
    }
    assert_int_equal(down, b->downbeats); /* all of them are beats */
    assert_int_equal(b->beats > 0, h->tempo.bpm.reason == NULL);
}

static void check_meter(const snq_hearing *h)
{
    const snq_meter *m = &h->meter;
    double at_s = 0;
    assert_int_equal(m->reason == NULL, h->tempo.bpm.reason == NULL);
    assert_true(m->confidence >= 0 && m->confidence <= 1);
    for (uint32_t i = 0; i < m->spans; i++)
        at_s = next_span(m->span[i].span, at_s);
    if (!m->reason)
        check_near(at_s, h->file.duration_s, 1e-9);
}

static void check_key(const snq_key *k, snq_span whole)
{
    check_measure(k->tuning_hz, 427.4, 452.9);
    assert_true(k->confidence >= 0 && k->confidence <= 1);
    if (k->reason || k->mode == SNQ_MODE_ATONAL) {
        assert_int_equal(k->spans, 0);
        return;
    }
    double at_s = whole.start_s;
    for (uint32_t i = 0; i < k->spans; i++) {
        at_s = next_span(k->span[i].span, at_s);
        assert_true(k->span[i].tonic < 12 && k->span[i].mode <= SNQ_MODE_MINOR);
    }
    assert_true(k->spans > 0);
    check_near(at_s, whole.end_s, 1e-9);
}

static void check_chords(const snq_hearing *h)
{
    double at_s = 0;
    for (uint32_t i = 0; i < h->chords.chords; i++)
        at_s = next_span(h->chords.chord[i].span, at_s);
    if (h->chords.chords)
        check_near(at_s, h->file.duration_s, 1e-9);
}

static void check_onsets(const snq_hearing *h)
{
    for (uint32_t i = 0; i < h->onsets.onsets; i++) {
        const snq_onset *o = &h->onsets.onset[i];
        assert_true(o->t_s >= 0 && o->t_s <= h->file.duration_s + SLACK_S);
        assert_true(!i || o->t_s > o[-1].t_s + 0.015);
        assert_true(o->strength >= 0.5f && o->strength <= 1); /* over even odds */
    }
}

static void check_groove(const snq_hearing *h)
{
    double most = 0;
    for (int b = 0; b < SNQ_GROOVE_BANDS; b++)
        for (int s = 0; s < SNQ_GROOVE_STEPS; s++) {
            const double hit = h->groove.band[b].hits[s];
            assert_true(hit >= 0 && hit <= 1);
            assert_true(fabs(h->groove.band[b].timing_ms[s]) < 71);
            most = fmax(most, hit);
        }
    check_near(most, 1, 0);
}

void check_comes_back(const snq_hearing *h)
{
    snq_str bytes;
    snq_unpack u;
    snq_hearing back;
    snq_str_init(&bytes, PACKED_MAX);
    snq_hearing_pack(&bytes, h);
    check_ok(bytes.st);
    snq_unpack_init(&u, bytes.text, bytes.length);
    check_ok(snq_hearing_unpack(&u, &back));
    check_ok(snq_unpack_finish(&u));
    back.file.path = h->file.path;
    char *want = hear_document(h), *got = hear_document(&back);
    assert_string_equal(got, want);
    free(want);
    free(got);
    snq_hearing_clear(&back);
    snq_str_clear(&bytes);
}

void check_legal(const snq_hearing *h)
{
    const snq_span whole = { 0, h->file.duration_s };
    check_comes_back(h);
    for (uint32_t i = 0; i < h->plugins; i++)
        assert_string_equal(h->plugin[i].status, "ok");
    if (!h->onsets_reason)
        check_onsets(h);
    if (!h->tempo_reason) {
        check_tempo(&h->tempo, whole);
        check_beats(h);
        check_meter(h);
        if (!h->groove_reason)
            check_groove(h);
    }
    if (!h->key_reason)
        check_key(&h->key, whole);
    if (!h->chords_reason)
        check_chords(h);
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        if (r->has_music && !r->tempo_reason)
            check_tempo(&r->tempo, r->span);
        if (r->has_music && !r->key_reason)
            check_key(&r->key, r->span);
    }
}

void check_no_music(const snq_hearing *h)
{
    check_legal(h);
    assert_true(!h->tempo_reason && !h->meter_reason && !h->beats_reason && !h->key_reason &&
                !h->chords_reason && !h->onsets_reason);
    assert_non_null(h->tempo.bpm.reason);
    assert_non_null(h->meter.reason);
    assert_non_null(h->groove_reason);
    assert_int_equal(h->beats.beats, 0);
    assert_true(h->key.reason || h->key.mode == SNQ_MODE_ATONAL);
    for (uint32_t i = 0; i < h->chords.chords; i++)
        assert_int_equal(h->chords.chord[i].quality, SNQ_CHORD_NONE);
}
