// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "hear.h"
#include "listen/analyser.h"
#include "listen/music.h"
#include "notes.h"
#include "song.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = NOTES_RATE };

static void hear_it(const float *x, size_t n, snq_hearing *h)
{
    const snq_audio a = { { x }, 1, RATE, n };
    hear(&a, "patterns", h);
    assert_null(h->patterns_reason);
}

/* A burst of noise that fades at once. */
static void add_hit(float *x, size_t n, double t_s, double amplitude, uint64_t seed)
{
    const size_t from = (size_t)(t_s * RATE), to = from + RATE / 8;
    float *hit = make_silence(RATE / 8);
    add_noise(hit, 0, RATE / 8, amplitude, seed);
    for (size_t i = from; i < to && i < n; i++)
        x[i] += hit[i - from] * (float)exp(-(double)(i - from) / RATE / 0.015);
    snq_free(hit);
}

static void hits_at_a_known_rate(void **state)
{
    for (int each_ms = 250; each_ms <= 500; each_ms += 250) {
        const size_t n = 12 * RATE;
        float *x = make_silence(n);
        snq_hearing h;
        for (double t = 0.5; t < 11.8; t += 0.001 * each_ms)
            add_hit(x, n, t, 0.3, (uint64_t)(t * 1000));
        hear_it(x, n, &h);
        check_near(h.patterns.transients_per_s.value, 1000.0 / each_ms, 100.0 / each_ms);
        assert_true(h.patterns.attack_ms.value >= 7 && h.patterns.attack_ms.value <= 17);
        assert_true(h.patterns.pulse.value > 0.6);
        assert_int_equal(h.patterns.labels, SNQ_PATTERN_RHYTHMIC | SNQ_PATTERN_PERCUSSIVE);
        assert_non_null(h.patterns.f0_hz.reason);
        snq_hearing_clear(&h);
        snq_free(x);
    }
}

/* The network has heard nothing before it: the start counts. */
static void a_single_hit_is_percussive(void **state)
{
    const size_t n = RATE / 2;
    float *x = make_silence(n);
    snq_hearing h;
    add_hit(x, n, 0, 0.3, 1);
    hear_it(x, n, &h);
    check_near(h.patterns.transients_per_s.value, 1, 0.01);
    check_near(h.patterns.attack_ms.value, 8, 1);
    assert_int_equal(h.patterns.labels, SNQ_PATTERN_PERCUSSIVE);
    snq_hearing_clear(&h);
    snq_free(x);
}

static void a_note_is_tonal(void **state)
{
    static const partial tone[] = { { 1, 0.2 }, { 2, 0.1 }, { 3, 0.1 }, { 4, 0.05 }, { 0, 0 } };
    const size_t n = 3 * RATE;
    float *x = note_make(n, 196, tone, 0);
    snq_hearing h;
    for (size_t i = 0; i < RATE / 5; i++) /* rises in 200 ms */
        x[i] *= 5 * (float)i / RATE;
    hear_it(x, n, &h);
    check_near(h.patterns.f0_hz.value, 196, 0.5);
    assert_true(h.patterns.hnr_db.value > 25);
    assert_int_equal(h.patterns.labels, SNQ_PATTERN_TONAL);
    snq_hearing_clear(&h);
    snq_free(x);
}

static void silence_has_no_pattern(void **state)
{
    snq_hearing h;
    float *x = make_silence(3 * RATE);
    for (size_t n = 0; n <= 3 * RATE; n += 3 * RATE / 2) {
        hear_it(x, n, &h);
        assert_int_equal(h.patterns.labels, 0);
        assert_string_equal(h.patterns.pulse.reason, "silence");
        assert_string_equal(h.patterns.hnr_db.reason, "silence");
        assert_string_equal(h.patterns.f0_hz.reason, "silence");
        assert_string_equal(h.patterns.transients_per_s.reason, "silence");
        assert_string_equal(h.patterns.attack_ms.reason, "silence");
        snq_hearing_clear(&h);
    }
    snq_free(x);
}

static void a_song_is_rhythmic_and_tonal(void **state)
{
    const song_cfg c = song_cfg_default();
    float *own;
    snq_hearing h;
    const snq_audio a = song_make(&c, 22050, &own);
    hear(&a, "patterns", &h);
    assert_true(h.patterns.labels & SNQ_PATTERN_RHYTHMIC);
    assert_true(h.patterns.pulse.value > 0.6);
    check_near(h.patterns.transients_per_s.value, 4, 0.8); /* hats on eighths */
    assert_non_null(h.patterns.f0_hz.reason);
    snq_hearing_clear(&h);
    snq_free(own);
}

static void same(const snq_patterns *a, const snq_patterns *b)
{
    assert_int_equal(a->labels, b->labels);
    check_near(a->pulse.value, b->pulse.value, 0);
    check_near(a->hnr_db.value, b->hnr_db.value, 0);
    check_near(a->f0_hz.value, b->f0_hz.value, 0);
    check_near(a->transients_per_s.value, b->transients_per_s.value, 0);
    check_near(a->attack_ms.value, b->attack_ms.value, 0);
}

/* Six seconds of hits over hiss, a pause, six of a note, a pause, a short note. */
static void regions_have_their_own(void **state)
{
    const size_t n = 22 * RATE;
    float *x = make_silence(n);
    snq_hearing h, again;
    add_noise(x, 0, n, 1e-5, 9);
    add_noise(x, 9 * RATE / 10, 71 * RATE / 10, 0.003, 10);
    for (double t = 1; t < 7; t += 0.25)
        add_hit(x, n, t, 0.3, (uint64_t)(t * 1000));
    add_sine(x, 10 * RATE, 16 * RATE, RATE, 330, 0.1, 0);
    add_sine(x, 10 * RATE, 16 * RATE, RATE, 660, 0.1, 0);
    add_sine(x, 18 * RATE, 20 * RATE, RATE, 440, 0.1, 0);
    const snq_audio a = { { x }, 1, RATE, n };
    hear_blocks(&a, NULL, NULL, 5000, &h);
    assert_int_equal(h.regions, 3);
    assert_true(h.region[0].has_music && h.region[1].has_music && !h.region[2].has_music);
    const snq_patterns *hits = &h.region[0].patterns, *note = &h.region[1].patterns;
    assert_null(h.region[0].patterns_reason);
    assert_null(h.region[1].patterns_reason);
    assert_non_null(h.region[2].patterns_reason);
    assert_true(hits->labels & SNQ_PATTERN_PERCUSSIVE);
    assert_false(hits->labels & SNQ_PATTERN_TONAL);
    check_near(hits->transients_per_s.value, 4, 0.5);
    assert_non_null(hits->f0_hz.reason);
    assert_int_equal(note->labels, SNQ_PATTERN_TONAL);
    check_near(note->f0_hz.value, 330, 0.5);

    hear_blocks(&a, NULL, NULL, 977, &again);
    same(&h.patterns, &again.patterns);
    for (uint32_t i = 0; i < 2; i++)
        same(&h.region[i].patterns, &again.region[i].patterns);
    snq_hearing_clear(&again);

    /* given away and taken over */
    const snq_analyser *p = snq_analyser_find("patterns");
    snq_hearing other;
    snq_hearing_init(&other);
    p->adopt(&other, NULL, &h, NULL);
    same(&other.patterns, &h.patterns);
    p->refuse(&other, NULL, "a reason");
    assert_string_equal(other.patterns_reason, "a reason");
    p->refuse(&other, &h.region[0], "a reason");
    assert_string_equal(h.region[0].patterns_reason, "a reason");
    p->adopt(&other, &h.region[0], &h, &h.region[1]);
    same(&h.region[0].patterns, &h.region[1].patterns);
    snq_hearing_clear(&other);
    snq_hearing_clear(&h);
    snq_free(x);
}

/* Steady noise and nothing else: the file is the region. */
static void an_unbroken_stream_is_one_region(void **state)
{
    enum { LOW_RATE = 8000, LONG = 80 * LOW_RATE };
    float *x = make_silence(LONG);
    snq_hearing h;
    add_noise(x, 0, LONG, 0.003, 8);
    const snq_audio a = { { x }, 1, LOW_RATE, LONG };
    hear(&a, NULL, &h);
    assert_int_equal(h.regions, 1);
    assert_null(h.region[0].patterns_reason);
    same(&h.region[0].patterns, &h.patterns);
    assert_string_equal(h.region[0].patterns.f0_hz.reason, "no steady tone");
    assert_string_equal(h.region[0].patterns.hnr_db.reason, "no tones");
    assert_false(h.patterns.labels & (SNQ_PATTERN_TONAL | SNQ_PATTERN_PERCUSSIVE));
    snq_hearing_clear(&h);
    snq_free(x);
}

/* ---- alone ------------------------------------------------------------------------------------ */

static snq_status make(void *user, void **out)
{
    const snq_analyser_setup setup = { .rate_hz = RATE, .channels = 1, .music = user };
    return snq_analyser_find("patterns")->begin(&setup, out);
}

static void unmake(void *object)
{
    snq_analyser_find("patterns")->free(object);
}

static void is_made_whole_or_not_at_all(void **state)
{
    void *p;
    snq_music *music;
    check_ok(snq_music_new(&music));
    const int64_t before = snq_alloc_live();
    assert_true(snq_sweep(make, unmake, music) > 2);
    assert_int_equal(snq_alloc_live(), before);
    unmake(NULL);
    snq_music_free(music);
    check_status(make(NULL, &p), SNQ_ERR_STATE);
    assert_null(p);
}

/* Memory may run out at any growth, and at the end. */
static void says_when_memory_is_short(void **state)
{
    static float mel[SNQ_MEL_BANDS * 256];
    static snq_hop hop[256];
    const snq_analyser *a = snq_analyser_find("patterns");
    const snq_hop_block b = { .channels = 1, .hops = 256, .hop = hop, .mel = mel };
    snq_music *music;
    snq_hearing h;
    void *p;
    check_ok(snq_music_new(&music));
    check_ok(make(music, &p));
    for (int k = 0; k < 2; k++) {
        snq_alloc_fail_after(k);
        check_status(a->block(p, &b), SNQ_ERR_NOMEM);
        snq_alloc_fail_after(-1);
    }
    check_ok(a->block(p, &b));
    check_ok(snq_music_finish(music, 2.56));
    snq_hearing_init(&h);
    snq_alloc_fail_after(0);
    check_status(a->finish(p, &h), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    check_ok(a->finish(p, &h));
    assert_string_equal(h.patterns.pulse.reason, "silence");
    snq_hearing_clear(&h);
    a->free(p);
    snq_music_free(music);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_at_a_known_rate),
        cmocka_unit_test(a_single_hit_is_percussive),
        cmocka_unit_test(a_note_is_tonal),
        cmocka_unit_test(silence_has_no_pattern),
        cmocka_unit_test(a_song_is_rhythmic_and_tonal),
        cmocka_unit_test(regions_have_their_own),
        cmocka_unit_test(an_unbroken_stream_is_one_region),
        cmocka_unit_test(is_made_whole_or_not_at_all),
        cmocka_unit_test(says_when_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
