// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "score/drum_keys.h"
#include "support/sweep.h"
#include "synth/drums_impl.h"
#include "synth/voice_checks.h"

enum { RATE = 48000 };

#define KIT(params)                                                                           \
    "{\"schema\":\"sonique/patch/1\",\"id\":\"test\",\"name\":\"Test\",\"family\":\"drums\"," \
    "\"about\":\"A test.\",\"taste\":\"None.\",\"engine\":\"drums\",\"params\":{" params "}}"

static const snq_instrument_note *notes_of(size_t n)
{
    /* a bar that comes again: kick, hats of four velocities, snare, open hat, crash */
    static snq_instrument_note note[512];
    static const int keys[] = { 36, 42, 42, 46, 38, 42, 49, 44 };
    assert_true(n <= SNQ_COUNT(note));
    for (size_t i = 0; i < n; i++)
        note[i] = (snq_instrument_note) { .frame = (int64_t)i * 3001,
                                          .note = (float)keys[i % 8],
                                          .velocity = 0.3f + 0.17f * (float)(i * 3 % 5) };
    return note;
}

/* Plays the notes, in runs of `block` that begin anew at each note. */
static void play(sound *s, const snq_instrument_note *note, size_t n, uint32_t block)
{
    for (size_t i = 0; i < n; i++) {
        sound_run_blocks(s, (size_t)note[i].frame - s->n, block);
        snq_instrument_note_on(s->instrument, (uint32_t)i, note[i].note, note[i].velocity);
    }
    sound_run_blocks(s, RATE, block);
}

/* ---------------------------------------------------------------- making */

static snq_status make(void *user, void **object)
{
    snq_instrument *i = NULL;
    const snq_status st = snq_instrument_new(user, &i);
    *object = i;
    return st;
}

static void unmake(void *object)
{
    snq_instrument_free(object);
}

static void test_sweep(void **state)
{
    snq_patch p;
    snq_bank *bank;
    patch_of(KIT("\"manner\":\"808\",\"kick_decay\":2"), &p);
    check_ok(snq_bank_new(RATE, &bank));
    snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = &p, .bank = bank };
    snq_sweep(make, unmake, &cfg);
    snprintf(p.setting[0].id, sizeof p.setting[0].id, "kick_colour");
    snq_instrument *i;
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_NOT_FOUND);
    assert_null(i);
    snq_bank_free(bank);
    snq__engine_drums.free(NULL);
}

static snq_status make_prepared(void *user, void **object)
{
    snq_instrument *i = NULL;
    *object = NULL;
    SNQ_TRY(snq_instrument_new(user, &i));
    const snq_status st = snq_instrument_prepare(i, notes_of(40), 40, NULL, NULL);
    if (st < 0)
        snq_instrument_free(i);
    else
        *object = i;
    return st;
}

static void test_prepare_sweep(void **state)
{
    snq_patch p;
    snq_bank *bank;
    patch_of(KIT("\"manner\":\"909\",\"humanise\":0"), &p);
    check_ok(snq_bank_new(RATE, &bank));
    snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = &p, .bank = bank };
    assert_true(snq_sweep(make_prepared, unmake, &cfg) > 6);
    snq_bank_free(bank);
}

static void test_table(void **state)
{
    snq_param *table;
    size_t n;
    snq_patch none = { 0 };
    check_ok(snq__engine_drums.table(&none, &table, &n));
    assert_int_equal(n, DP_PARAMS);
    snq_free(table);
    snq_alloc_fail_after(0);
    check_status(snq__engine_drums.table(&none, &table, &n), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_null(table);
    assert_null(snq__engine_drums.route_sources(&n));
    assert_int_equal(n, 0);
}

/* ---------------------------------------------------------------- bytes */

static void play_kit(sound *s, const char *kit, int prepared, uint32_t block)
{
    const snq_instrument_note *note = notes_of(64);
    sound_open(s, kit, RATE, 6);
    if (prepared)
        check_ok(snq_instrument_prepare(s->instrument, note, 64, NULL, NULL));
    play(s, note, 64, block);
}

static void test_prepared_is_the_same_bytes(void **state)
{
    static const char *const kits[] = { KIT("\"manner\":\"808\""), KIT("\"manner\":\"909\""),
                                        KIT("\"manner\":\"acoustic\",\"hat_pan\":0.4") };
    for (int k = 0; k < 3; k++) {
        sound a, b;
        play_kit(&a, kits[k], 0, 64);
        play_kit(&b, kits[k], 1, 64);
        assert_true(peak_of(a.left, a.n) > 0.2);
        assert_memory_equal(a.left, b.left, a.n * sizeof(float));
        assert_memory_equal(a.right, b.right, a.n * sizeof(float));
        sound_close(&b);
        play_kit(&b, kits[k], 1, 17);
        assert_memory_equal(a.left, b.left, a.n * sizeof(float));
        sound_close(&a);
        sound_close(&b);
    }
}

/* More one-shots than memory is allowed: the rest is made as it goes. */
static void test_prepare_is_bounded(void **state)
{
    snq_instrument_note note[32];
    sound s[2];
    for (int i = 0; i < 32; i++) /* sixteen layers, each twice: 250 MB */
        note[i] = (snq_instrument_note) { .frame = i * 400,
                                          .note = SNQ_DRUM_KICK,
                                          .velocity = (float)(i % 16 + 1) / 16 };
    for (int k = 0; k < 2; k++) {
        const int64_t before = snq_alloc_live();
        sound_open(&s[k], KIT("\"manner\":\"808\",\"kick_decay\":8"), 192000, 0.5);
        const int64_t opened = snq_alloc_live();
        if (k)
            check_ok(snq_instrument_prepare(s[k].instrument, note, 32, NULL, NULL));
        if (k)
            assert_in_range(snq_alloc_live() - opened, 5, 16);
        assert_true(opened > before);
        for (int i = 0; i < 32; i++) {
            sound_run_blocks(&s[k], (size_t)note[i].frame - s[k].n, 64);
            snq_instrument_note_on(s[k].instrument, 0, note[i].note, note[i].velocity);
        }
        sound_run(&s[k], 0.4);
    }
    assert_memory_equal(s[0].left, s[1].left, s[0].n * sizeof(float));
    sound_close(&s[0]);
    sound_close(&s[1]);
}

/* What curves do at the note's begin is what is made ready. */
static float swept(void *user, uint32_t index, int64_t frame)
{
    int *calls = user;
    ++*calls;
    const int tune = snq_param_find(snq__drum_param_tab(), DP_PARAMS, "snare_tune_semitones");
    return (int)index == tune ? (frame < 40000 ? -3.0f : 99.0f) : NAN; /* 99: clamped to 24 */
}

static void test_prepare_reads_curves(void **state)
{
    snq_instrument_note note[8];
    sound s[2];
    int calls = 0;
    for (int i = 0; i < 8; i++)
        note[i] = (snq_instrument_note) { .frame = i * 10000, .note = 38, .velocity = 0.8f };
    for (int k = 0; k < 2; k++) {
        sound_open(&s[k], KIT("\"manner\":\"808\",\"humanise\":0"), RATE, 3);
        const int64_t opened = snq_alloc_live();
        if (k) {
            check_ok(snq_instrument_prepare(s[k].instrument, note, 8, swept, &calls));
            assert_int_equal(snq_alloc_live() - opened, 4); /* two lists, two sounds */
            assert_int_equal(calls, DP_PARAMS + 8);
        }
        for (int i = 0; i < 8; i++) {
            sound_run_blocks(&s[k], (size_t)note[i].frame - s[k].n, 64);
            sound_set(&s[k], "snare_tune_semitones", i < 4 ? -3 : 24);
            snq_instrument_note_on(s[k].instrument, 0, 38, 0.8f);
        }
        sound_run(&s[k], 1);
    }
    assert_memory_equal(s[0].left, s[1].left, s[0].n * sizeof(float));
    sound_close(&s[0]);
    sound_close(&s[1]);
}

static void test_prepare_again_begins_anew(void **state)
{
    sound s;
    const snq_instrument_note *note = notes_of(40);
    sound_open(&s, KIT("\"manner\":\"808\""), RATE, 3);
    check_ok(snq_instrument_prepare(s.instrument, note, 40, NULL, NULL));
    snq_instrument_note_on(s.instrument, 1, 36, 1);
    sound_run(&s, 0.1);
    check_ok(snq_instrument_prepare(s.instrument, note, 2, NULL, NULL));
    assert_true(snq_instrument_silent(s.instrument));
    check_ok(snq_instrument_prepare(s.instrument, note, 0, NULL, NULL));
    snq_instrument_note_on(s.instrument, 1, 36, 1);
    sound_run(&s, 0.1);
    assert_true(peak_of(s.left + 4800, 4800) > 0.3);
    sound_close(&s);
}

/* ---------------------------------------------------------------- playing */

static void test_begins_on_its_frame(void **state)
{
    for (size_t at = 0; at < 300; at += 37) {
        sound s;
        sound_open(&s, KIT("\"manner\":\"909\""), RATE, 1);
        sound_run_blocks(&s, at, 64);
        snq_instrument_note_on(s.instrument, 1, SNQ_DRUM_RIM, 1);
        sound_run_blocks(&s, 400, 64);
        for (size_t i = 0; i < at; i++)
            assert_true(s.left[i] == 0 && s.right[i] == 0);
        assert_true(s.left[at + 1] != 0); /* a sine: 0 at its first frame */
        sound_close(&s);
    }
}

static void test_kick_peaks_at_6_db(void **state)
{
    for (int m = 0; m < 3; m++) {
        sound s;
        sound_open(&s, KIT(""), RATE, 3);
        sound_set(&s, "manner", (float)m);
        snq_instrument_note_on(s.instrument, 1, SNQ_DRUM_KICK, 1);
        sound_run(&s, 2.5);
        check_near(20 * log10(peak_of(s.left, s.n)), -6, 1.2);
        assert_true(snq_instrument_silent(s.instrument));
        const size_t n = s.n;
        sound_run(&s, 0.1);
        for (size_t i = n; i < s.n; i++)
            assert_true(s.left[i] == 0 && s.right[i] == 0);
        sound_close(&s);
    }
}

static void test_levels_and_places(void **state)
{
    static const struct {
        const char *id;
        float value;
        double left_db, right_db;
    } rows[] = { { "snare_level_db", -6, -6, -6 },
                 { "gain_db", -12, -12, -12 },
                 { "snare_pan", 0.5f, -3.01, 1.76 },
                 { "snare_pan", -1, 3.01, -200 } };
    sound base;
    sound_open(&base, KIT("\"humanise\":0"), RATE, 1);
    snq_instrument_note_on(base.instrument, 1, 38, 1);
    sound_run(&base, 0.5);
    for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
        sound s;
        sound_open(&s, KIT("\"humanise\":0"), RATE, 1);
        sound_set(&s, rows[i].id, rows[i].value);
        snq_instrument_note_on(s.instrument, 1, 38, 1);
        sound_run(&s, 0.5);
        const double rest = rms_of(base.left, base.n);
        check_near(20 * log10(rms_of(s.left, s.n) / rest + 1e-10), rows[i].left_db, 0.02);
        check_near(20 * log10(rms_of(s.right, s.n) / rest + 1e-10), rows[i].right_db, 0.02);
        sound_close(&s);
    }
    sound_close(&base);
}

static void test_velocity_is_heard(void **state)
{
    sound s;
    sound_open(&s, KIT("\"velocity_sensitivity\":1,\"velocity_to_tone\":0,\"humanise\":0"), RATE,
               2);
    snq_instrument_note_on(s.instrument, 1, 38, 1);
    sound_run(&s, 0.5);
    snq_instrument_note_on(s.instrument, 1, 38, 0.5f);
    sound_run(&s, 0.5);
    for (size_t i = 0; i < 24000; i++)
        check_near((double)s.left[24000 + i], 0.25 * (double)s.left[i], 1e-6);
    sound_close(&s);
}

static void test_hands_of_the_player(void **state)
{
    sound s;
    sound_open(&s, KIT("\"humanise\":0"), RATE, 4);
    snq_instrument_note_on(s.instrument, 1, 49, 1);
    sound_run(&s, 0.2);
    const double full = rms_of(s.left + s.n - 480, 480);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_VOLUME, 0.5);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_BEND, 12); /* nothing to them */
    sound_run(&s, 0.03);
    check_near(20 * log10(rms_of(s.left + s.n - 480, 480) / full), -12, 2);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_EXPRESSION, 0);
    sound_run(&s, 0.1);
    assert_true(rms_of(s.left + s.n - 480, 480) < 1e-5 * full);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_EXPRESSION, 1);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_VOLUME, 1);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_PAN, 1);
    sound_run(&s, 0.1);
    assert_true(rms_of(s.left + s.n - 480, 480) < 1e-6 && rms_of(s.right + s.n - 480, 480) > 0.001);
    sound_close(&s);
}

/* A volume that is set before the first note is there at its first frame. */
static void test_silent_changes_are_at_once(void **state)
{
    sound a, b;
    sound_open(&a, KIT("\"humanise\":0"), RATE, 1);
    sound_open(&b, KIT("\"humanise\":0"), RATE, 1);
    snq_instrument_perform(b.instrument, SNQ_PERFORM_VOLUME, 0.5);
    snq_instrument_note_on(a.instrument, 1, 37, 1);
    snq_instrument_note_on(b.instrument, 1, 37, 1);
    sound_run(&a, 0.02);
    sound_run(&b, 0.02);
    for (size_t i = 0; i < a.n; i++)
        check_near((double)b.left[i], 0.25 * (double)a.left[i], 1e-7);
    sound_close(&a);
    sound_close(&b);
}

static void test_hats_choke(void **state)
{
    static const int closers[] = { SNQ_DRUM_HAT_CLOSED, SNQ_DRUM_HAT_PEDAL, SNQ_DRUM_HAT_OPEN };
    for (int m = 0; m < 3; m++)
        for (int c = 0; c < 3; c++) {
            sound s, alone;
            sound_open(&s, KIT("\"humanise\":0"), RATE, 1);
            sound_open(&alone, KIT("\"humanise\":0"), RATE, 1);
            sound_set(&s, "manner", (float)m);
            sound_set(&alone, "manner", (float)m);
            snq_instrument_note_on(s.instrument, 1, SNQ_DRUM_HAT_OPEN, 1);
            sound_run(&s, 0.1);
            sound_run(&alone, 0.1);
            snq_instrument_note_on(s.instrument, 2, (float)closers[c], 0.5f);
            snq_instrument_note_on(alone.instrument, 2, (float)closers[c], 0.5f);
            const size_t at = s.n;
            sound_run(&s, 0.2);
            sound_run(&alone, 0.2);
            for (size_t i = at + RATE / 200; i < s.n; i++) /* 5 ms */
                assert_true(s.left[i] == alone.left[i]);
            sound_close(&s);
            sound_close(&alone);
        }
}

/* A kick that is cut by silence for all: nothing above 8 kHz comes of it. */
static void test_choke_does_not_click(void **state)
{
    sound s;
    sound_open(&s, KIT("\"manner\":\"808\""), RATE, 2);
    snq_instrument_note_on(s.instrument, 1, SNQ_DRUM_KICK, 1);
    sound_run(&s, 0.3);
    const size_t at = s.n;
    snq_instrument_all_off(s.instrument, 0); /* drums ring on */
    sound_run(&s, 0.05);
    assert_true(rms_of(s.left + at, 2400) > 0.05);
    const size_t cut = s.n;
    snq_instrument_all_off(s.instrument, 1);
    sound_run(&s, 0.2);
    assert_true(snq_instrument_silent(s.instrument));
    for (size_t i = cut + RATE / 200; i < s.n; i++)
        assert_true(s.left[i] == 0);
    assert_true(click_db(s.left, s.n, cut, RATE, -80) < 6);
    assert_true(click_db(s.left, s.n, cut + 192, RATE, -80) < 6);
    sound_close(&s);
}

/* A machine's drum has one voice: the second kick ends the first. A skin has two. */
static void test_machines_have_one_voice(void **state)
{
    double rms[2];
    for (int m = 0; m < 2; m++) {
        sound s;
        sound_open(&s, KIT("\"humanise\":0"), RATE, 2);
        sound_set(&s, "manner", m ? DM_ACOUSTIC : DM_808);
        snq_instrument_note_on(s.instrument, 1, 49, 1);
        sound_run(&s, 0.05);
        snq_instrument_note_on(s.instrument, 1, 49, 0.01f);
        sound_run(&s, 0.1);
        rms[m] = rms_of(s.left + s.n - 2400, 2400);
        sound_close(&s);
    }
    assert_true(rms[0] < 1e-3 && rms[1] > 0.01);
}

static void test_repeats(void **state)
{
    for (int humanised = 0; humanised < 2; humanised++) {
        sound s;
        sound_open(&s, KIT(""), RATE, 5);
        sound_set(&s, "humanise", (float)humanised);
        for (int i = 0; i < 8; i++) {
            snq_instrument_note_on(s.instrument, 1, 38, 0.8f);
            sound_run(&s, 0.5);
        }
        int same = 0;
        for (int i = 1; i < 8; i++)
            same += !memcmp(s.left + i * 24000, s.left + (i - 1) * 24000, 24000 * sizeof(float));
        assert_int_equal(same, humanised ? 0 : 7);
        sound_close(&s);
    }
}

/* Hundreds of hits at once: the oldest go; nothing breaks; it ends. */
static void test_crowds(void **state)
{
    sound s;
    sound_open(&s, KIT(""), RATE, 12);
    for (int i = 0; i < 300; i++) {
        snq_instrument_note_on(s.instrument, (uint32_t)i, (float)(27 + i % 61), 0.7f);
        if (i % 3 == 0)
            sound_run_blocks(&s, 5, 64);
    }
    sound_run(&s, 9);
    assert_true(peak_of(s.left, s.n) < 64);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_nonsense_is_contained(void **state)
{
    static const double values[] = { NAN, INFINITY, -INFINITY, 1e30, -1e30, 1e-40, 0 };
    sound s;
    size_t n;
    sound_open(&s, KIT(""), RATE, 14);
    snq_instrument_params(s.instrument, &n);
    for (size_t v = 0; v < SNQ_COUNT(values); v++) {
        for (uint32_t i = 0; i < n; i++)
            snq_instrument_set(s.instrument, i, (float)values[v]);
        for (int w = SNQ_PERFORM_BEND; w <= SNQ_PERFORM_BPM; w++)
            snq_instrument_perform(s.instrument, (snq_perform)w, values[v]);
        snq_instrument_note_on(s.instrument, 2, (float)values[v], 0.5f);
        snq_instrument_note_on(s.instrument, 3, 26.4f, 1);
        snq_instrument_note_on(s.instrument, 3, 88, 1);
        snq_instrument_note_on(s.instrument, 3, 127, 1);
        for (int key = 27; key < 88; key += 7)
            snq_instrument_note_on(s.instrument, 3, (float)key, (float)values[v]);
        snq_instrument_note_off(s.instrument, 3, (float)values[v]);
        sound_run(&s, 0.1);
    }
    for (size_t i = 0; i < s.n; i++)
        assert_true(isfinite(s.left[i]) && fabsf(s.left[i]) < 1e4f);
    snq_instrument_all_off(s.instrument, 1);
    sound_run(&s, 0.1);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_other_keys_are_silent(void **state)
{
    sound s;
    sound_open(&s, KIT(""), RATE, 1);
    for (int key = 0; key < 128; key++)
        if (key < SNQ__DRUM_KEY_FIRST || key > SNQ__DRUM_KEY_LAST)
            snq_instrument_note_on(s.instrument, 1, (float)key, 1);
    snq_instrument_note_on(s.instrument, 1, 36, 0);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_plays_without_memory(void **state)
{
    for (int prepared = 0; prepared < 2; prepared++) {
        sound s;
        const snq_instrument_note *note = notes_of(64);
        sound_open(&s, KIT(""), RATE, 6);
        if (prepared)
            check_ok(snq_instrument_prepare(s.instrument, note, 64, NULL, NULL));
        snq_alloc_fail_after(0);
        play(&s, note, 64, 64);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_false(refused);
        assert_true(peak_of(s.left, s.n) > 0.1);
        sound_close(&s);
    }
}

/* ---------------------------------------------------------------- patches */

static void test_kits_are_worth_having(void **state)
{
    static const char *const kits[] = { "kit_808",     "kit_909",  "kit_acoustic",
                                        "kit_electro", "kit_lofi", "kit_trap",
                                        "kit_house",   "kit_rock", "kit_brushes" };
    for (size_t k = 0; k < SNQ_COUNT(kits); k++) {
        snq_patch p;
        sound s;
        patch_file(kits[k], &p);
        assert_string_equal(p.id, kits[k]);
        assert_int_equal(p.family, SNQ_FAMILY_DRUMS);
        sound_open_patch(&s, &p, RATE, 40);
        for (int key = 35; key <= 81; key++) {
            const size_t at = s.n;
            snq_instrument_note_on(s.instrument, 1, (float)key, 1);
            sound_run(&s, 0.3);
            const double db = 20 * log10(peak_of(s.left + at, s.n - at));
            if (db < -32 || db > -2)
                fail_msg("%s: key %d peaks at %.1f dBFS", kits[k], key, db);
            snq_instrument_all_off(s.instrument, 1);
            sound_run(&s, 0.01);
        }
        double sum = 0;
        for (size_t i = 0; i < s.n; i++)
            sum += (double)s.left[i];
        check_near(sum / (double)s.n, 0, 1e-4);
        sound_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_prepare_sweep),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_prepared_is_the_same_bytes),
        cmocka_unit_test(test_prepare_is_bounded),
        cmocka_unit_test(test_prepare_reads_curves),
        cmocka_unit_test(test_prepare_again_begins_anew),
        cmocka_unit_test(test_begins_on_its_frame),
        cmocka_unit_test(test_kick_peaks_at_6_db),
        cmocka_unit_test(test_levels_and_places),
        cmocka_unit_test(test_velocity_is_heard),
        cmocka_unit_test(test_hands_of_the_player),
        cmocka_unit_test(test_silent_changes_are_at_once),
        cmocka_unit_test(test_hats_choke),
        cmocka_unit_test(test_choke_does_not_click),
        cmocka_unit_test(test_machines_have_one_voice),
        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_crowds),
        cmocka_unit_test(test_nonsense_is_contained),
        cmocka_unit_test(test_other_keys_are_silent),
        cmocka_unit_test(test_plays_without_memory),
        cmocka_unit_test(test_kits_are_worth_having),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
