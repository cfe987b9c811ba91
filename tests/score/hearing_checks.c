// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/limits.h"
#include "hearing_checks.h"
#include "score/hearing_pack.h"

#define NOT_SELECTED "not selected"

/* ---- hearings ---- */

void make_nothing(snq_hearing *h)
{
    snq_hearing_init(h);
    h->file.path = "x.wav";
    h->onsets_reason = h->tempo_reason = h->meter_reason = h->beats_reason = NOT_SELECTED;
    h->groove_reason = h->key_reason = h->chords_reason = h->patterns_reason = NOT_SELECTED;
}

/* A copy in the hearing's arena. */
static void *list(snq_hearing *h, const void *from, size_t n, size_t size)
{
    void *to = snq_hearing_list(h, n, size);
    assert_non_null(to);
    memcpy(to, from, n * size);
    return to;
}

static snq_tempo some_tempo(snq_hearing *h)
{
    static const snq_tempo_span spans[] = { { { 0.5, 8.25 }, 119.875 }, { { 8.25, 16.0 }, 124.0 } };
    return (snq_tempo) {
        .bpm = snq_measured(120.03125),
        .confidence = 0.875,
        .candidate = { { 120.03125, 0.625 }, { 60.0, 0.25 }, { 240.0, 0.125 } },
        .candidates = 3,
        .span = list(h, spans, SNQ_COUNT(spans), sizeof spans[0]),
        .spans = SNQ_COUNT(spans),
    };
}

static snq_key some_key(snq_hearing *h)
{
    static const snq_key_span spans[] = { { { 0.0, 4.0 }, 6, SNQ_MODE_MINOR },
                                          { { 4.0, 16.0 }, 9, SNQ_MODE_MAJOR } };
    return (snq_key) { .tonic = 6,
                       .mode = SNQ_MODE_MINOR,
                       .confidence = 0.75,
                       .tuning_hz = snq_measured(441.5),
                       .span = list(h, spans, SNQ_COUNT(spans), sizeof spans[0]),
                       .spans = SNQ_COUNT(spans) };
}

static snq_patterns some_patterns(void)
{
    return (snq_patterns) { .labels = SNQ_PATTERN_RHYTHMIC | SNQ_PATTERN_PERCUSSIVE,
                            .pulse = snq_measured(0.5),
                            .hnr_db = snq_measured(-3.25),
                            .f0_hz = snq_unmeasured("many notes sound"),
                            .transients_per_s = snq_measured(4.125),
                            .attack_ms = snq_measured(7.75) };
}

static void add_times(snq_hearing *h)
{
    static const snq_onset onsets[] = { { 0.0, 0.25f }, { 0.50004, 1.0f }, { 0.50004, 0.5f } };
    static const double beats[] = { 0.5, 1.0, 1.5, 2.0, 2.5 }, downbeats[] = { 0.5, 2.0 };
    h->onsets.onset = list(h, onsets, SNQ_COUNT(onsets), sizeof onsets[0]);
    h->onsets.onsets = SNQ_COUNT(onsets);
    h->beats.beat_s = list(h, beats, SNQ_COUNT(beats), sizeof beats[0]);
    h->beats.beats = SNQ_COUNT(beats);
    h->beats.downbeat_s = list(h, downbeats, SNQ_COUNT(downbeats), sizeof downbeats[0]);
    h->beats.downbeats = SNQ_COUNT(downbeats);
}

static void add_bars(snq_hearing *h)
{
    static const snq_meter_span spans[] = { { { 0.0, 8.0 }, { 6, 8, 2 } },
                                            { { 8.0, 16.0 }, { 4, 4, 4 } } };
    h->meter = (snq_meter) { .metre = { 6, 8, 2 },
                             .confidence = 0.5625,
                             .span = list(h, spans, SNQ_COUNT(spans), sizeof spans[0]),
                             .spans = SNQ_COUNT(spans) };
    for (int b = 0; b < SNQ_GROOVE_BANDS; b++)
        for (int i = 0; i < SNQ_GROOVE_STEPS; i++) {
            h->groove.band[b].hits[i] = (b * SNQ_GROOVE_STEPS + i) / 64.0;
            h->groove.band[b].timing_ms[i] = i / 4.0 - b;
        }
}

static void add_chords(snq_hearing *h)
{
    static const snq_heard_chord chords[] = {
        { { 0.0, 1.5 }, 9, 0, SNQ_CHORD_MIN },   { { 1.5, 4.0 }, 5, 5, SNQ_CHORD_MAJ },
        { { 4.0, 4.25 }, 7, 8, SNQ_CHORD_NONE }, { { 4.25, 6.0 }, 7, 11, SNQ_CHORD_DOM7 },
        { { 6.0, 16.0 }, 9, 9, SNQ_CHORD_MIN },
    };
    h->chords.chord = list(h, chords, SNQ_COUNT(chords), sizeof chords[0]);
    h->chords.chords = SNQ_COUNT(chords);
}

void make_music(snq_hearing *h)
{
    snq_region *r;
    make_nothing(h);
    h->file = (snq_heard_file) { .path = "x.wav",
                                 .container = "wav",
                                 .codec = "pcm_s16le",
                                 .duration_s = 16.0,
                                 .rate_hz = 44100,
                                 .channels = 2 };
    memset(h->file.sha256, 'a', 64);
    h->onsets_reason = h->tempo_reason = h->meter_reason = h->beats_reason = NULL;
    h->groove_reason = h->key_reason = h->chords_reason = h->patterns_reason = NULL;
    h->tempo = some_tempo(h);
    add_bars(h);
    add_times(h);
    h->key = some_key(h);
    add_chords(h);
    h->patterns = some_patterns();
    h->regions_reason = NULL;
    check_ok(snq_hearing_add_region(h, &r));
    r->span = (snq_span) { 0.5, 12.0 };
    r->has_music = 1;
    r->tempo_reason = r->key_reason = r->patterns_reason = NULL;
    r->tempo = some_tempo(h);
    r->key = some_key(h);
    r->patterns = some_patterns();
    check_ok(snq_hearing_add_region(h, &r));
    r->span = (snq_span) { 13.0, 16.0 };
}

void make_music_with_gaps(snq_hearing *h)
{
    make_music(h);
    h->tempo = (snq_tempo) { .bpm = snq_unmeasured("no pulse") };
    h->meter = (snq_meter) { .reason = "no pulse" };
    h->beats = (snq_beats) { 0 };
    h->onsets = (snq_onsets) { 0 };
    h->groove_reason = "no bars";
    h->key = (snq_key) { .mode = SNQ_MODE_ATONAL,
                         .tonic = 5, /* unused */
                         .confidence = 0.25,
                         .tuning_hz = snq_unmeasured("no tones") };
    h->chords = (snq_chords) { 0 };
    h->patterns = (snq_patterns) { .pulse = snq_unmeasured("no pulse"),
                                   .hnr_db = snq_unmeasured("no tones"),
                                   .f0_hz = snq_measured(27.5),
                                   .transients_per_s = snq_unmeasured("no attacks"),
                                   .attack_ms = snq_unmeasured("no attacks") };
    h->region[0].tempo_reason = "its analyser failed";
    h->region[0].key =
        (snq_key) { .reason = "shorter than 5 s", .tuning_hz = snq_unmeasured("shorter than 5 s") };
    h->region[0].patterns_reason = "its analyser failed";
}

/* ---- documents ---- */

snq_str document(const snq_hearing *h, int timings)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, DOCUMENT_MAX);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_hearing_json(&j, h, timings);
    check_ok(snq_json_finish(&j));
    return out;
}

void check_holds(const snq_str *text, const char *part)
{
    if (!strstr(text->text, part))
        fail_msg("no %s in %s", part, text->text);
}

void check_same_document(const snq_hearing *a, const snq_hearing *b)
{
    for (int timings = 0; timings < 2; timings++) {
        snq_str x = document(a, timings), y = document(b, timings);
        assert_string_equal(snq_str_text(&x), snq_str_text(&y));
        snq_str_clear(&x);
        snq_str_clear(&y);
    }
}

/* ---- bytes ---- */

snq_str packed(const snq_hearing *h)
{
    snq_str s;
    snq_str_init(&s, PACKED_MAX);
    snq_hearing_pack(&s, h);
    check_ok(s.st);
    return s;
}

snq_status unpack_bytes(const void *bytes, size_t n, snq_hearing *h)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    const snq_status st = snq_hearing_unpack(&u, h);
    if (st >= 0)
        check_ok(snq_unpack_finish(&u));
    else
        assert_int_equal(u.st, st);
    return st;
}

void check_cleared(snq_hearing *h)
{
    snq_hearing fresh;
    snq_hearing_init(&fresh);
    check_same_document(h, &fresh);
    assert_null(h->region);
    assert_null(h->lists.chunk);
}

size_t check_round_trip(const snq_hearing *h)
{
    snq_hearing back;
    snq_str bytes = packed(h);
    check_ok(unpack_bytes(bytes.text, bytes.length, &back));
    assert_null(back.file.path);
    back.file.path = h->file.path;
    check_same_document(h, &back);
    for (uint32_t i = 0; i < h->warnings.count; i++)
        assert_int_equal(back.warnings.item[i].times, h->warnings.item[i].times);
    snq_str again = packed(&back);
    assert_int_equal(again.length, bytes.length);
    assert_memory_equal(again.text, bytes.text, bytes.length);
    const size_t n = bytes.length;
    snq_str_clear(&bytes);
    snq_str_clear(&again);
    snq_hearing_clear(&back);
    return n;
}

/* A copy that ends where the memory ends, so that reading beyond it is seen. */
static uint8_t *exact_copy(const char *bytes, size_t n)
{
    uint8_t *p = malloc(n ? n : 1);
    assert_non_null(p);
    memcpy(p, bytes, n);
    return p;
}

void check_truncations(const snq_str *bytes)
{
    snq_hearing back;
    for (size_t n = 0; n < bytes->length; n++) {
        uint8_t *cut = exact_copy(bytes->text, n);
        check_status(unpack_bytes(cut, n, &back), SNQ_ERR_FORMAT);
        assert_null(back.region);
        assert_null(back.lists.chunk);
        free(cut);
    }
}

void check_mutations(const snq_str *s, int *refused, int *taken)
{
    static const uint8_t marks[] = { 0x01, 0x02, 0x7F, 0x80, 0xFF, 0x10 };
    uint8_t *bytes = exact_copy(s->text, s->length);
    snq_hearing back;
    for (size_t at = 0; at < s->length; at++)
        for (size_t k = 0; k < SNQ_COUNT(marks); k++) {
            snq_unpack u;
            bytes[at] ^= marks[k];
            snq_unpack_init(&u, bytes, s->length);
            const snq_status st = snq_hearing_unpack(&u, &back);
            bytes[at] ^= marks[k];
            assert_true(st == SNQ_OK || st == SNQ_ERR_FORMAT);
            *refused += st < 0;
            *taken += st >= 0;
            if (st >= 0)
                check_round_trip(&back);
            snq_hearing_clear(&back);
        }
    free(bytes);
}

/* ---- files ---- */

FILE *open_in_tree(const char *path, const char *mode)
{
    char full[SNQ_PATH_MAX];
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    snprintf(full, sizeof full, "%s/%s", root, path);
    FILE *f = fopen(full, mode);
    if (!f)
        fail_msg("can't open %s", full);
    return f;
}

void check_seed(const char *name, void (*make)(snq_hearing *h))
{
    const int write_it = getenv("SNQ_WRITE_SEEDS") != NULL;
    char path[100], bytes[4000];
    snq_hearing h;
    snprintf(path, sizeof path, "tests/fuzz/corpus_hearing_pack/%s.bin", name);
    FILE *f = open_in_tree(path, write_it ? "wb" : "rb");
    make(&h);
    snq_str s = packed(&h);
    if (write_it)
        assert_int_equal(fwrite(s.text, 1, s.length, f), s.length);
    else {
        assert_int_equal(fread(bytes, 1, sizeof bytes, f), s.length);
        assert_memory_equal(bytes, s.text, s.length);
    }
    fclose(f);
    snq_str_clear(&s);
    snq_hearing_clear(&h);
}
