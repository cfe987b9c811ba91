// SPDX-License-Identifier: MIT
/* The music of a hearing as bytes. The seeds music.bin and music_gaps.bin in
 * tests/fuzz/corpus_hearing_pack/ are what is packed; with SNQ_WRITE_SEEDS set they are written. */
#include "support/check.h"

#include "base/alloc.h"
#include "hearing_checks.h"
#include "score/hearing_pack.h"
#include "support/sweep.h"

static void music_comes_back_equal(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_hearing h, back;
    make_music_with_gaps(&h);
    check_round_trip(&h);
    snq_hearing_clear(&h);
    make_music(&h);
    check_round_trip(&h);
    /* and what the document rounds is equal to the last bit */
    snq_str bytes = packed(&h);
    check_ok(unpack_bytes(bytes.text, bytes.length, &back));
    assert_true(back.tempo.bpm.value == h.tempo.bpm.value);
    assert_int_equal(back.onsets.onsets, 3);
    assert_true(back.onsets.onset[1].t_s == 0.50004 && back.onsets.onset[0].strength == 0.25f);
    assert_int_equal(back.chords.chord[2].root, 0); /* of no chord, not kept */
    assert_int_equal(back.chords.chord[3].bass, 11);
    assert_int_equal(back.region[0].key.spans, 2);
    assert_int_equal(back.region[0].key.span[1].tonic, 9);
    assert_true(back.region[1].tempo_reason && back.region[1].key_reason);
    assert_non_null(back.region[1].patterns_reason);
    snq_hearing_clear(&back);
    snq_str_clear(&bytes);
    snq_hearing_clear(&h);
    assert_int_equal(snq_alloc_live(), live);
}

static void empty_lists_cost_their_numbers(void **state)
{
    static const snq_onset onset = { 1.0, 0.5f };
    static const double beat_s = 1.0;
    static const snq_heard_chord chord = { { 0.0, 1.0 }, 0, 0, SNQ_CHORD_MAJ };
    snq_hearing h;
    make_nothing(&h);
    const size_t nothing = check_round_trip(&h);
    h.onsets_reason = NULL;
    assert_int_equal(check_round_trip(&h), nothing + 4);
    h.onsets = (snq_onsets) { &onset, 1 };
    assert_int_equal(check_round_trip(&h), nothing + 4 + 16);
    h.beats_reason = NULL;
    h.beats = (snq_beats) { .beat_s = &beat_s, .beats = 1 };
    assert_int_equal(check_round_trip(&h), nothing + 20 + 4 + 4 + 8);
    h.chords_reason = NULL;
    h.chords = (snq_chords) { &chord, 1 };
    assert_int_equal(check_round_trip(&h), nothing + 36 + 4 + 19);
    snq_hearing_clear(&h);
}

static void what_is_at_the_limits_is_taken(void **state)
{
    static const snq_tempo_span spans[] = { { { 0.0, 1.0 }, SNQ_BPM_MIN },
                                            { { 1.0 - 1e-7, 2.0 }, SNQ_BPM_MAX },
                                            { { 2.0, 2.0 }, 100.0 } };
    static const double times[] = { 0.0, 0.0, 3.5, 3.5 };
    snq_hearing h;
    make_music(&h);
    h.tempo.span = spans;
    h.tempo.spans = SNQ_COUNT(spans);
    h.tempo.candidates = SNQ_TEMPO_CANDIDATES_MAX;
    for (int i = 0; i < SNQ_TEMPO_CANDIDATES_MAX; i++)
        h.tempo.candidate[i] = (snq_tempo_candidate) { 100.0, 0.2 + 1e-8 };
    h.tempo.confidence = h.meter.confidence = h.key.confidence = 1.0;
    h.meter.metre = (snq_metre) { SNQ_BEATS_PER_BAR_MAX, SNQ_BEAT_UNIT_MAX, SNQ_BEATS_PER_BAR_MAX };
    h.beats = (snq_beats) { times, times, SNQ_COUNT(times), SNQ_COUNT(times) };
    h.key.tonic = 11;
    h.patterns.labels = 7;
    check_round_trip(&h);
    h.meter.metre = (snq_metre) { 1, 1, 1 };
    h.patterns.labels = 0;
    check_round_trip(&h);
    snq_hearing_clear(&h);
}

/* Each line of the table changes music so that it can be packed and must not be taken. What a list
 * holds is changed in place: the lists are the hearing's own. */
#define BREAKS(X)                                                                                  \
    X("the tempo in BPM is 0.5", h->tempo.bpm.value = 0.5)                                         \
    X("the tempo in BPM is 1001", h->tempo.bpm.value = 1001.0)                                     \
    X("tempo's confidence is -0.5", h->tempo.confidence = -0.5)                                    \
    X("tempo's confidence is 1.5", h->tempo.confidence = 1.5)                                      \
    X("a tempo in BPM is 0", h->tempo.candidate[1].bpm = 0.0)                                      \
    X("weight of a tempo is -0.25", h->tempo.candidate[2].weight = -0.25)                          \
    X("weight of a tempo is 0.75", h->tempo.candidate[1].weight = 0.75)                            \
    X("add up to 1.375", h->tempo.candidate[1].weight = h->tempo.candidate[0].weight)              \
    X("a tempo in BPM is -3", MUTABLE(snq_tempo_span, h->tempo.span)[1].bpm = -3.0)                \
    X("a tempo from 8 s to 16 s follows 8.25 s",                                                   \
      MUTABLE(snq_tempo_span, h->tempo.span)[1].span.start_s = 8.0)                                \
    X("a tempo from -1 s", MUTABLE(snq_tempo_span, h->tempo.span)[0].span.start_s = -1.0)          \
    X("to 0.25 s", MUTABLE(snq_tempo_span, h->tempo.span)[0].span.end_s = 0.25)                    \
    X("a metre of 0/8", h->meter.metre.beats_per_bar = 0)                                          \
    X("a metre of 65/8", h->meter.metre.beats_per_bar = 65)                                        \
    X("a metre of 6/0", h->meter.metre.beat_unit = 0)                                              \
    X("a metre of 6/6", h->meter.metre.beat_unit = 6)                                              \
    X("a metre of 6/128", h->meter.metre.beat_unit = 128)                                          \
    X("in 0 pulses", h->meter.metre.pulses_per_bar = 0)                                            \
    X("in 7 pulses", h->meter.metre.pulses_per_bar = 7)                                            \
    X("metre's confidence is 2", h->meter.confidence = 2.0)                                        \
    X("a metre of 4/5", MUTABLE(snq_meter_span, h->meter.span)[1].metre.beat_unit = 5)             \
    X("a metre from 7 s", MUTABLE(snq_meter_span, h->meter.span)[1].span.start_s = 7.0)            \
    X("a beat at -1 s", MUTABLE(double, h->beats.beat_s)[0] = -1.0)                                \
    X("a beat at 2.5 s follows 3 s", MUTABLE(double, h->beats.beat_s)[3] = 3.0)                    \
    X("a downbeat at 0.25 s", MUTABLE(double, h->beats.downbeat_s)[1] = 0.25)                      \
    X("an onset at -0.5 s", MUTABLE(snq_onset, h->onsets.onset)[0].t_s = -0.5)                     \
    X("an onset at 0.25 s", MUTABLE(snq_onset, h->onsets.onset)[2].t_s = 0.25)                     \
    X("strength of an onset is 1.5", MUTABLE(snq_onset, h->onsets.onset)[2].strength = 1.5f)       \
    X("strength of an onset is -1", MUTABLE(snq_onset, h->onsets.onset)[2].strength = -1.0f)       \
    X("hit of the groove is 2", h->groove.band[2].hits[15] = 2.0)                                  \
    X("a mode is 3", h->key.mode = 3)                                                              \
    X("a tonic is 12", h->key.tonic = 12)                                                          \
    X("key's confidence is -1", h->key.confidence = -1.0)                                          \
    X("the tuning in Hz is 0", h->key.tuning_hz.value = 0.0)                                       \
    X("a mode is 2", MUTABLE(snq_key_span, h->key.span)[0].mode = SNQ_MODE_ATONAL)                 \
    X("a tonic is 200", MUTABLE(snq_key_span, h->key.span)[1].tonic = 200)                         \
    X("a key from 3 s", MUTABLE(snq_key_span, h->key.span)[1].span.start_s = 3.0)                  \
    X("quality is 10", MUTABLE(snq_heard_chord, h->chords.chord)[1].quality = SNQ_CHORD_QUALITIES) \
    X("root is 12", MUTABLE(snq_heard_chord, h->chords.chord)[1].root = 12)                        \
    X("bass is 255", MUTABLE(snq_heard_chord, h->chords.chord)[1].bass = 255)                      \
    X("a chord from 1 s", MUTABLE(snq_heard_chord, h->chords.chord)[1].span.start_s = 1.0)         \
    X("labels 8", h->patterns.labels = 8)                                                          \
    X("strength of the pulse is 1.01", h->patterns.pulse.value = 1.01)                             \
    X("the fundamental in Hz is 0.5", h->patterns.f0_hz = snq_measured(0.5))                       \
    X("transients a second is -1", h->patterns.transients_per_s.value = -1.0)                      \
    X("the attack in ms is -1", h->patterns.attack_ms.value = -1.0)                                \
    X("a tonic is 13", h->region[0].key.tonic = 13)                                                \
    X("the tempo in BPM is -7", h->region[0].tempo.bpm.value = -7.0)                               \
    X("labels 16", h->region[0].patterns.labels = 16)

#define MUTABLE(type, list) ((type *)(uintptr_t)(list))

static const char *const said_tab[] = {
#define X(said, change) said,
    BREAKS(X)
#undef X
};

static void break_it(snq_hearing *h, int how)
{
    int k = 0;
#define X(said, change) \
    if (k++ == how)     \
        change;
    BREAKS(X)
#undef X
}

static void what_breaks_a_promise_is_refused(void **state)
{
    for (int i = 0; i < (int)SNQ_COUNT(said_tab); i++) {
        snq_hearing h, back;
        make_music(&h);
        break_it(&h, i);
        snq_str bytes = packed(&h);
        check_status(unpack_bytes(bytes.text, bytes.length, &back), SNQ_ERR_FORMAT);
        if (!strstr(snq_last_error(), said_tab[i]))
            fail_msg("no \"%s\" in: %s", said_tab[i], snq_last_error());
        check_cleared(&back);
        snq_str_clear(&bytes);
        snq_hearing_clear(&h);
    }
}

/* The bytes of nothing, with `section` of the eight of music measured and its fields those given;
 * the rest of the bytes is zeros. */
static snq_str with_section(uint32_t section, const uint32_t *fields, uint32_t n)
{
    snq_hearing h;
    make_nothing(&h);
    snq_str s = packed(&h);
    s.length -= 4 + 8 - section; /* plug-ins, and one byte a section */
    snq_pack_u8(&s, 0);
    for (uint32_t i = 0; i < n; i++)
        snq_pack_u32(&s, fields[i]);
    for (int i = 0; i < 50; i++)
        snq_pack_u32(&s, 0);
    snq_hearing_clear(&h);
    return s;
}

static void counts_are_held_against_the_bytes_and_the_bounds(void **state)
{
    /* in the order in which they are packed */
    enum { TEMPO, METER, BEATS, ONSETS, GROOVE, KEY, CHORDS, PATTERNS };
    static const struct {
        uint32_t section, n, field[12];
        const char *said;
    } tab[] = {
        { ONSETS, 1, { SNQ_ONSETS_MAX + 1 }, "at most 1048576" },
        { ONSETS, 1, { SNQ_ONSETS_MAX }, "1048576 packed elements in 200 bytes" },
        { ONSETS, 1, { 13 }, "13 packed elements in 200 bytes" },
        { ONSETS, 1, { UINT32_MAX }, "at most" },
        { BEATS, 1, { SNQ_BEATS_MAX + 1 }, "at most 524288" },
        { BEATS, 2, { 0, SNQ_BEATS_MAX }, "524288 packed elements in 200" },
        { CHORDS, 1, { SNQ_CHORDS_MAX + 1 }, "at most 131072" },
        { CHORDS, 1, { 11 }, "11 packed elements in 200 bytes" },
        { PATTERNS, 1, { 0x80000000 }, "labels 2147483648" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_hearing back;
        snq_unpack u;
        snq_str s = with_section(tab[i].section, tab[i].field, tab[i].n);
        snq_unpack_init(&u, s.text, s.length);
        check_status(snq_hearing_unpack(&u, &back), SNQ_ERR_FORMAT);
        if (!strstr(snq_last_error(), tab[i].said))
            fail_msg("no \"%s\" in: %s", tab[i].said, snq_last_error());
        check_cleared(&back);
        snq_str_clear(&s);
    }
}

static void candidates_and_spans_are_counted_too(void **state)
{
    static snq_key_span many[SNQ_MUSIC_SPANS_MAX + 1];
    snq_hearing h, back;
    make_music(&h);
    h.key.span = many;
    h.key.spans = SNQ_MUSIC_SPANS_MAX;
    check_round_trip(&h);
    h.key.spans++;
    snq_str s = packed(&h);
    check_status(unpack_bytes(s.text, s.length, &back), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "at most 16384"));
    snq_str_clear(&s);
    snq_hearing_clear(&h);
    /* a sixth candidate: the number stands behind reason, measure and confidence */
    make_nothing(&h);
    h.tempo_reason = NULL;
    h.tempo.bpm = snq_unmeasured("no pulse");
    s = packed(&h);
    s.text[s.length - 4 - 7 - 4 - 4] = SNQ_TEMPO_CANDIDATES_MAX + 1;
    for (int i = 0; i < 50; i++)
        snq_pack_u32(&s, 0);
    check_status(unpack_bytes(s.text, s.length, &back), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "6 packed elements"));
    snq_str_clear(&s);
    snq_hearing_clear(&h);
}

static void a_region_has_music_or_not(void **state)
{
    snq_hearing h, back;
    snq_region *r;
    make_nothing(&h);
    h.regions_reason = NULL;
    check_ok(snq_hearing_add_region(&h, &r));
    snq_str s = packed(&h);
    /* behind the mark: 4 sections, 8 of music, no plug-ins */
    assert_int_equal(s.text[s.length - 4 - 8 - 4 - 1], 0);
    s.text[s.length - 4 - 8 - 4 - 1] = 2;
    check_status(unpack_bytes(s.text, s.length, &back), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "has_music is 2"));
    snq_str_clear(&s);
    snq_hearing_clear(&h);
}

/* All lists within their bounds, all together more than a hearing holds. */
static void lists_have_a_bound_together(void **state)
{
    static snq_key_span many[SNQ_MUSIC_SPANS_MAX];
    const int64_t live = snq_alloc_live();
    const uint32_t fit = (SNQ_HEARING_LISTS_MAX - (1 << 20)) / (uint32_t)sizeof many;
    snq_hearing h, back;
    snq_region *r;
    make_nothing(&h);
    h.regions_reason = NULL;
    for (uint32_t i = 0; i < fit; i++) {
        check_ok(snq_hearing_add_region(&h, &r));
        r->has_music = 1;
        r->key_reason = NULL;
        r->key = (snq_key) { .reason = "R",
                             .tuning_hz = snq_unmeasured("R"),
                             .span = many,
                             .spans = SNQ_MUSIC_SPANS_MAX };
    }
    snq_str s = packed(&h);
    check_ok(unpack_bytes(s.text, s.length, &back));
    assert_true(back.lists.total_bytes <= SNQ_HEARING_LISTS_MAX);
    snq_hearing_clear(&back);
    snq_str_clear(&s);
    check_ok(snq_hearing_add_region(&h, &r));
    *r = h.region[0];
    s = packed(&h);
    check_status(unpack_bytes(s.text, s.length, &back), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "lists take more"));
    check_cleared(&back);
    snq_str_clear(&s);
    snq_hearing_clear(&h);
    assert_int_equal(snq_alloc_live(), live);
}

static void truncations_and_mutations_of_music(void **state)
{
    static void (*const makers[])(snq_hearing * h) = { make_music, make_music_with_gaps };
    const int64_t live = snq_alloc_live();
    int refused = 0, taken = 0;
    for (size_t i = 0; i < SNQ_COUNT(makers); i++) {
        snq_hearing h;
        makers[i](&h);
        snq_str s = packed(&h);
        check_truncations(&s);
        check_mutations(&s, &refused, &taken);
        snq_str_clear(&s);
        snq_hearing_clear(&h);
    }
    assert_true(refused > 1000 && taken > 1000);
    assert_int_equal(snq_alloc_live(), live);
}

static snq_status make_unpacked(void *user, void **object)
{
    const snq_str *bytes = user;
    snq_hearing *h = snq_calloc(1, sizeof *h);
    if (!h)
        return SNQ_ERR_NOMEM;
    const snq_status st = unpack_bytes(bytes->text, bytes->length, h);
    if (st < 0)
        snq_free(h);
    else
        *object = h;
    return st;
}

static void unmake_unpacked(void *object)
{
    snq_hearing_clear(object);
    snq_free(object);
}

static void allocations_may_fail(void **state)
{
    static const snq_onset onset[10000]; /* more than the arena's first piece */
    snq_hearing h;
    make_music(&h);
    h.onsets = (snq_onsets) { onset, SNQ_COUNT(onset) };
    snq_str s = packed(&h);
    /* hearing, regions, the first lists, the onsets, the lists after them */
    assert_in_range(snq_sweep(make_unpacked, unmake_unpacked, &s), 4, 6);
    snq_str_clear(&s);
    snq_hearing_clear(&h);
}

static void the_seeds_are_what_is_packed(void **state)
{
    check_seed("music", make_music);
    check_seed("music_gaps", make_music_with_gaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(music_comes_back_equal),
        cmocka_unit_test(empty_lists_cost_their_numbers),
        cmocka_unit_test(what_is_at_the_limits_is_taken),
        cmocka_unit_test(what_breaks_a_promise_is_refused),
        cmocka_unit_test(counts_are_held_against_the_bytes_and_the_bounds),
        cmocka_unit_test(candidates_and_spans_are_counted_too),
        cmocka_unit_test(a_region_has_music_or_not),
        cmocka_unit_test(lists_have_a_bound_together),
        cmocka_unit_test(truncations_and_mutations_of_music),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(the_seeds_are_what_is_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
