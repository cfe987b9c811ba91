// SPDX-License-Identifier: MIT
/* Any bytes as a packed hearing: a failure, or a hearing that keeps every limit, whose document is
 * legal JSON, and that packs again to bytes that give the same document.
 *
 * The seeds in corpus_hearing_pack/ are a hearing of nothing; the worked example of
 * docs/formats/hearing.md; all sections with gaps; regions, warnings and plug-ins of every status;
 * music, whole and with gaps. tests/score/test_hearing_pack.c and test_hearing_pack_music.c compare
 * the files with what they pack. After a change of the format:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_hearing_pack (and …_pack_music) */
#include "fuzz_input.h"
#include "json_check.h"

#include <math.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "score/hearing_pack.h"

static snq_str document(const snq_hearing *h)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, 1 << 30);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_hearing_json(&j, h, 1);
    must(snq_json_finish(&j) == SNQ_OK);
    must_be_json(out.text);
    return out;
}

static void check_measure(snq_measure m, double lo, double hi)
{
    must(m.reason || (m.value >= lo && m.value <= hi));
}

static void check_span(const snq_span *s, const snq_span *before)
{
    must(s->start_s >= 0.0 && s->end_s >= s->start_s && isfinite(s->end_s));
    must(!before || s->start_s >= before->end_s - 1e-6);
}

static void check_tempo(const snq_tempo *t)
{
    double sum = 0.0;
    check_measure(t->bpm, SNQ_BPM_MIN, SNQ_BPM_MAX);
    must(t->confidence >= 0.0 && t->confidence <= 1.0);
    must(t->candidates <= SNQ_TEMPO_CANDIDATES_MAX && t->spans <= SNQ_MUSIC_SPANS_MAX);
    for (uint32_t i = 0; i < t->candidates; i++) {
        const snq_tempo_candidate *c = &t->candidate[i];
        must(c->bpm >= SNQ_BPM_MIN && c->bpm <= SNQ_BPM_MAX && c->weight >= 0.0);
        must(!i || c->weight <= c[-1].weight);
        sum += c->weight;
    }
    must(sum < 1.0001);
    for (uint32_t i = 0; i < t->spans; i++) {
        check_span(&t->span[i].span, i ? &t->span[i - 1].span : NULL);
        must(t->span[i].bpm >= SNQ_BPM_MIN && t->span[i].bpm <= SNQ_BPM_MAX);
    }
}

static void check_metre(snq_metre m)
{
    must(m.beats_per_bar >= 1 && m.beats_per_bar <= SNQ_BEATS_PER_BAR_MAX);
    must(m.pulses_per_bar >= 1 && m.pulses_per_bar <= m.beats_per_bar);
    must(m.beat_unit >= 1 && m.beat_unit <= SNQ_BEAT_UNIT_MAX);
    must((m.beat_unit & (m.beat_unit - 1)) == 0);
}

static void check_meter(const snq_meter *m)
{
    must(m->confidence >= 0.0 && m->confidence <= 1.0 && m->spans <= SNQ_MUSIC_SPANS_MAX);
    if (!m->reason)
        check_metre(m->metre);
    for (uint32_t i = 0; i < m->spans; i++) {
        check_span(&m->span[i].span, i ? &m->span[i - 1].span : NULL);
        check_metre(m->span[i].metre);
    }
}

static void check_times(const double *t_s, uint32_t n)
{
    must(n <= SNQ_BEATS_MAX);
    for (uint32_t i = 0; i < n; i++)
        must(isfinite(t_s[i]) && t_s[i] >= (i ? t_s[i - 1] : 0.0));
}

static void check_key(const snq_key *k)
{
    check_measure(k->tuning_hz, 1.0, SNQ_RATE_MAX_HZ);
    must(k->confidence >= 0.0 && k->confidence <= 1.0 && k->spans <= SNQ_MUSIC_SPANS_MAX);
    must(k->mode <= SNQ_MODE_ATONAL && k->tonic < 12);
    for (uint32_t i = 0; i < k->spans; i++) {
        check_span(&k->span[i].span, i ? &k->span[i - 1].span : NULL);
        must(k->span[i].mode < SNQ_MODE_ATONAL && k->span[i].tonic < 12);
    }
}

static void check_patterns(const snq_patterns *p)
{
    must(p->labels < 8);
    check_measure(p->pulse, 0.0, 1.0);
    must(isfinite(p->hnr_db.value));
    check_measure(p->f0_hz, 1.0, SNQ_RATE_MAX_HZ);
    check_measure(p->transients_per_s, 0.0, SNQ_RATE_MAX_HZ);
    check_measure(p->attack_ms, 0.0, 1e6);
}

static void check_lists(const snq_hearing *h)
{
    must(h->onsets.onsets <= SNQ_ONSETS_MAX && h->chords.chords <= SNQ_CHORDS_MAX);
    for (uint32_t i = 0; i < h->onsets.onsets; i++) {
        const snq_onset *o = &h->onsets.onset[i];
        must(isfinite(o->t_s) && o->t_s >= (i ? o[-1].t_s : 0.0));
        must(o->strength >= 0.0f && o->strength <= 1.0f);
    }
    check_times(h->beats.beat_s, h->beats.beats);
    check_times(h->beats.downbeat_s, h->beats.downbeats);
    for (uint32_t i = 0; i < h->chords.chords; i++) {
        const snq_heard_chord *c = &h->chords.chord[i];
        check_span(&c->span, i ? &c[-1].span : NULL);
        must(c->quality < SNQ_CHORD_QUALITIES && c->root < 12 && c->bass < 12);
    }
    for (int b = 0; b < SNQ_GROOVE_BANDS; b++)
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++) {
            must(h->groove.band[b].hits[i] >= 0.0 && h->groove.band[b].hits[i] <= 1.0);
            must(isfinite(h->groove.band[b].timing_ms[i]));
        }
}

static void check_music(const snq_hearing *h)
{
    if (!h->tempo_reason)
        check_tempo(&h->tempo);
    if (!h->meter_reason)
        check_meter(&h->meter);
    if (!h->key_reason)
        check_key(&h->key);
    if (!h->patterns_reason)
        check_patterns(&h->patterns);
    check_lists(h);
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        if (!r->tempo_reason)
            check_tempo(&r->tempo);
        if (!r->key_reason)
            check_key(&r->key);
        if (!r->patterns_reason)
            check_patterns(&r->patterns);
        must(r->has_music || (r->tempo_reason && r->key_reason && r->patterns_reason));
    }
}

static void check_limits(const snq_hearing *h)
{
    const size_t hex = strspn(h->file.sha256, "0123456789abcdef");
    must(h->file.sha256[hex] == '\0' && (hex == 0 || hex == 64));
    must(h->file.rate_hz == 0 ||
         (h->file.rate_hz >= SNQ_RATE_MIN_HZ && h->file.rate_hz <= SNQ_RATE_MAX_HZ));
    must(h->file.channels <= SNQ_CHANNELS_MAX && isfinite(h->file.duration_s));
    must(h->warnings.count <= SNQ_WARNINGS_MAX && h->plugins <= SNQ_PLUGINS_MAX);
    must(h->regions <= SNQ_REGIONS_MAX && h->spectrum.dominants <= SNQ_DOMINANTS_MAX);
    must(h->lists.total_bytes <= SNQ_HEARING_LISTS_MAX);
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        must(r->span.start_s >= 0.0 && r->span.end_s >= r->span.start_s && isfinite(r->span.end_s));
        must(r->spectrum.dominants <= SNQ_DOMINANTS_MAX && r->kind);
        must(isfinite(r->level_dbfs.value));
    }
    for (uint32_t i = 0; i < h->plugins; i++)
        must(h->plugin[i].id && h->plugin[i].version && h->plugin[i].status);
    check_music(h);
}

static void again(snq_hearing *h)
{
    snq_hearing back;
    snq_unpack u;
    snq_str bytes;
    check_limits(h);
    snq_str_init(&bytes, 1 << 30);
    snq_hearing_pack(&bytes, h);
    must(bytes.st == SNQ_OK);
    snq_unpack_init(&u, bytes.text, bytes.length);
    must(snq_hearing_unpack(&u, &back) == SNQ_OK && snq_unpack_finish(&u) == SNQ_OK);
    snq_str a = document(h), b = document(&back);
    must(a.length == b.length && memcmp(a.text, b.text, a.length) == 0);
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_str_clear(&bytes);
    snq_hearing_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_unpack u;
    snq_hearing h;
    snq_error_clear();
    snq_unpack_init(&u, p, n);
    const snq_status st = snq_hearing_unpack(&u, &h);
    if (st < 0)
        must(st == SNQ_ERR_FORMAT && u.st == st && *snq_last_error() && !h.region &&
             !h.lists.chunk);
    else {
        must(u.left <= n && u.at == p + (n - u.left));
        again(&h);
    }
    snq_hearing_clear(&h);
    must(snq_alloc_live() == 0);
    return 0;
}
