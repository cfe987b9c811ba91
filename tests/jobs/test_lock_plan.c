// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "compose/theory.h"
#include "jobs/lock_plan.h"
#include "support/sweep.h"

enum { RATE = SNQ_LOCKED_RATE_HZ, FRAMES = 8 * RATE };

/* Sixteen beats at 120 BPM, each a boom; what is heard of them is written in by hand. */
static float x[FRAMES];
static snq_samples samples = {
    .channels = 2, .rate_hz = RATE, .frames = FRAMES, .channel = { x, x }
};
static snq_onset onset[16];
static snq_heard_chord chord[4] = {
    { { 0.0, 2.0 }, 9, 9, SNQ_CHORD_MIN7 },
    { { 2.0, 4.0 }, 5, 5, SNQ_CHORD_MAJ },
    { { 4.0, 4.1 }, 1, 1, SNQ_CHORD_MAJ }, /* shorter than a beat */
    { { 4.1, 8.0 }, 0, 0, SNQ_CHORD_MAJ7 },
};
static char path[] = "some/where.in/Loop.Take2.wav";

static int begin(void **state)
{
    for (int i = 0; i < FRAMES; i++) {
        const double t = (double)(i % (RATE / 2)) / RATE;
        x[i] = (float)(0.5 * exp(-t / 0.1) * sin(2.0 * M_PI * 60.0 * t));
    }
    for (int i = 0; i < 16; i++)
        onset[i] = (snq_onset) { 0.5 * i, i % 4 ? 0.5f : 1.0f };
    return 0;
}

static snq_locked_recording recording(const char *name)
{
    snq_locked_recording r = { .path = path,
                               .samples = { .item = &samples, .count = 1 },
                               .pulse = { .pulse_s = 0.5, .whole = 1 },
                               .quarters = 1.0,
                               .tonic = 9,
                               .mode = SNQ_MODE_minor,
                               .onset = onset,
                               .onsets = 16,
                               .chord = chord,
                               .chords = 4 };
    snprintf(r.name, sizeof r.name, "%s", name);
    return r;
}

/* ---------------------------------------------------------------- asking */

static void test_what_is_open_is_the_recordings(void **state)
{
    const snq_locked_recording r[] = { recording("Drums"), recording("bass") };
    snq_brief b;
    snq_brief_init(&b);
    snq_lock_plan_ask(r, 1, &b);
    check_near(b.bpm, 120.0, 0.0);
    assert_int_equal(b.tonic, -1); /* of drums nobody takes a key */
    assert_int_equal(b.include, 1 << SNQ_PART_drums);
    assert_int_equal(b.beat_unit, 0);
    snq_lock_plan_ask(r, 2, &b);
    assert_int_equal(b.tonic, 9);
    assert_int_equal(b.mode, SNQ_MODE_minor);
    snq_brief_clear(&b);
}

static void test_what_is_said_stays(void **state)
{
    const snq_locked_recording r = recording("bass");
    snq_brief b;
    snq_brief_init(&b);
    b.bpm = 90.0;
    b.tonic = 2;
    b.mode = SNQ_MODE_major;
    b.beats_per_bar = 3;
    b.beat_unit = 4;
    b.only = 1 << SNQ_PART_drums;
    b.exclude = 1 << SNQ_PART_bass;
    snq_lock_plan_ask(&r, 1, &b);
    check_near(b.bpm, 90.0, 0.0);
    assert_int_equal(b.tonic, 2);
    assert_int_equal(b.mode, SNQ_MODE_major);
    assert_int_equal(b.beats_per_bar, 3);
    assert_int_equal(b.only, 1 << SNQ_PART_drums | 1 << SNQ_PART_bass); /* but it plays */
    assert_int_equal(b.exclude, 0);
    snq_brief_clear(&b);
}

static void test_a_range_and_a_mode(void **state)
{
    snq_locked_recording r = recording("bass");
    snq_brief b;
    snq_brief_init(&b);
    b.min_bpm = 55.0;
    b.max_bpm = 70.0;
    b.mode = SNQ_MODE_dorian; /* of D, with the tones of A minor */
    snq_lock_plan_ask(&r, 1, &b);
    check_near(b.bpm, 60.0, 0.0);
    check_near(b.max_bpm, 0.0, 0.0);
    assert_int_equal(b.tonic, 2);
    assert_true(snq_scale_set(b.tonic, b.mode) == snq_scale_set(9, SNQ_MODE_minor));
    b.bpm = 0.0;
    b.min_bpm = 130.0;
    snq_lock_plan_ask(&r, 1, &b); /* from 130 on: double */
    check_near(b.bpm, 240.0, 0.0);
    b.bpm = 0.0;
    b.min_bpm = 150.0;
    b.max_bpm = 160.0;
    snq_lock_plan_ask(&r, 1, &b); /* at no level */
    check_near(b.bpm, 0.0, 0.0);
    check_near(b.min_bpm, 150.0, 0.0);
    snq_brief_clear(&b);
}

/* Percussion is no reason for drums. */
static void test_kinds_that_are_no_parts(void **state)
{
    const snq_locked_recording r[] = { recording("percussion"), recording("pad"),
                                       recording("sea") };
    snq_brief b;
    snq_brief_init(&b);
    b.only = 1 << SNQ_PART_bass;
    snq_lock_plan_ask(r, 3, &b);
    assert_int_equal(b.include, 0);
    assert_int_equal(b.only, 1 << SNQ_PART_bass);
    snq_brief_clear(&b);
}

static void test_metre_and_no_pulse(void **state)
{
    snq_locked_recording r = recording("texture");
    snq_brief b;
    snq_brief_init(&b);
    r.metre = (snq_metre) { 6, 8, 2 };
    r.quarters = 1.5;
    snq_lock_plan_ask(&r, 1, &b);
    check_near(b.bpm, 180.0, 1e-9);
    assert_int_equal(b.beats_per_bar, 6);
    assert_int_equal(b.beat_unit, 8);
    assert_int_equal(b.include, 0);
    b.bpm = 0.0;
    r.pulse.pulse_s = 0.0;
    snq_lock_plan_ask(&r, 1, &b);
    check_near(b.bpm, 0.0, 0.0);
    snq_brief_clear(&b);
}

static void test_the_level_that_suits_the_style(void **state)
{
    snq_style *s = snq_calloc(1, sizeof *s);
    snq_brief b;
    assert_non_null(s);
    snq_brief_init(&b);
    s->bpm_min = 160.0;
    s->bpm_max = 180.0;
    b.bpm = 87.0;
    snq_lock_plan_fit(s, &b);
    check_near(b.bpm, 174.0, 0.0);
    b.bpm = 97.3;
    snq_lock_plan_fit(s, &b);
    check_near(b.bpm, 97.3, 0.0);
    snq_brief_clear(&b);
    snq_free(s);
}

/* ---------------------------------------------------------------- making */

typedef struct scene {
    snq_style style;
    snq_sound_table sounds;
    snq_session session;
    snq_warnings warnings;
    snq_lock_plan plan;
} scene;

/* A session with drums and chords, 8 bars of 4/4 in C major, or so. */
static scene *open_scene(void)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snq_session_init(&s->session);
    snprintf(s->sounds.part[SNQ_PART_mix].patch[0], SNQ_SCORE_NAME_MAX, "rain");
    s->sounds.part[SNQ_PART_mix].patches = 1;
    snprintf(s->style.track[0].sound[0].patch, SNQ_SCORE_NAME_MAX, "saw");
    snq_intent *in = &s->session.intent;
    in->style = &s->style;
    in->bpm = 120.0;
    in->beats_per_bar = in->beat_unit = 4;
    in->bars = 8;
    in->tracks = 2;
    snprintf(in->track[0].name, SNQ_SCORE_NAME_MAX, "drums");
    snprintf(in->track[0].kind, SNQ_SCORE_NAME_MAX, "drums");
    in->track[0].part = SNQ_PART_drums;
    snprintf(in->track[1].name, SNQ_SCORE_NAME_MAX, "chords");
    snprintf(in->track[1].kind, SNQ_SCORE_NAME_MAX, "harmony");
    in->track[1].part = SNQ_PART_harmony;
    return s;
}

static void close_scene(scene *s)
{
    snq_lock_plan_clear(&s->plan);
    snq_session_clear(&s->session);
    free(s);
}

static snq_status make(scene *s, const snq_locked_recording *r, uint32_t n)
{
    return snq_lock_plan_make(r, n, &s->sounds, &s->session, &s->warnings, &s->plan);
}

static void test_they_take_their_places(void **state)
{
    const snq_locked_recording r[] = { recording("Drums"), recording("harmony"), recording("sea"),
                                       recording("bass") };
    scene *s = open_scene();
    const snq_session_track *t = s->session.track;
    check_ok(make(s, r, 4));
    static const char *const names[] = { "Drums", "harmony", "sea", "bass" };
    static const char *const kinds[] = { "drums", "harmony", "texture", "bass" };
    static const char *const patches[] = { "", "", "rain", "saw" };
    assert_int_equal(s->session.intent.tracks, 4);
    assert_int_equal(s->plan.set, 15);
    for (int i = 0; i < 4; i++) {
        char file[64];
        snprintf(file, sizeof file, "locked/%s.wav", names[i]);
        assert_string_equal(s->session.intent.track[i].name, names[i]);
        assert_string_equal(s->session.intent.track[i].kind, kinds[i]);
        assert_string_equal(s->session.intent.track[i].patch, patches[i]);
        assert_string_equal(t[i].recording, file);
        assert_true(t[i].locked);
        assert_ptr_equal(s->plan.recorded[i].stem, &s->plan.sound[i]);
        assert_string_equal(s->plan.recorded[i].original, path);
    }
    assert_int_equal(s->plan.kept.tracks, 4);
    close_scene(s);
}

static void test_names_of_originals(void **state)
{
    static char odd[][32] = { "a.b/loop", "loop.", "x.w v", "x.aiffaiffaiff", "loop.FLAC" };
    static const char *const want[] = { "locked/drums", "locked/drums", "locked/drums",
                                        "locked/drums", "locked/drums.FLAC" };
    for (size_t i = 0; i < SNQ_COUNT(odd); i++) {
        snq_locked_recording r = recording("drums");
        scene *s = open_scene();
        r.path = odd[i];
        check_ok(make(s, &r, 1));
        assert_string_equal(s->session.track[0].recording, want[i]);
        close_scene(s);
    }
}

static void test_notes_say_when_it_hits(void **state)
{
    const snq_locked_recording r[] = { recording("drums"), recording("harmony") };
    scene *s = open_scene();
    check_ok(make(s, r, 2));
    for (int k = 0; k < 2; k++) {
        const snq_track *t = &s->plan.kept.track[k];
        assert_int_equal(t->notes, 32); /* the loop twice */
        for (size_t i = 0; i < t->notes; i++) {
            assert_int_equal(t->note[i].tick, i * SNQ_SCORE_TICKS);
            assert_int_equal(t->note[i].velocity, i % 4 ? 64 : 127);
            assert_int_equal(t->note[i].pitch, k ? 48 : 36);
        }
    }
    assert_int_equal(s->plan.kept.track[0].channel, 9);
    close_scene(s);
}

static void test_chords_are_those_that_are_heard(void **state)
{
    const snq_locked_recording r[] = { recording("bass"), recording("harmony") };
    scene *s = open_scene();
    check_ok(make(s, r, 2));
    static const struct {
        int quarter;
        const char *label;
    } want[] = { { 0, "A:min7" },  { 4, "F:maj" },  { 8, "C:maj7" },
                 { 16, "A:min7" }, { 20, "F:maj" }, { 24, "C:maj7" } };
    assert_int_equal(s->plan.kept.chords, SNQ_COUNT(want));
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        assert_int_equal(s->plan.kept.chord[i].start, want[i].quarter * SNQ_SCORE_TICKS);
        assert_string_equal(s->plan.kept.chord[i].label, want[i].label);
    }
    close_scene(s);
    s = open_scene(); /* a bass alone: triads of the scale over it */
    check_ok(make(s, r, 1));
    assert_int_equal(s->plan.kept.chords, SNQ_COUNT(want));
    assert_string_equal(s->plan.kept.chord[0].label, "A:min");
    assert_string_equal(s->plan.kept.chord[2].label, "C:maj");
    close_scene(s);
}

static void test_nothing_heard_is_one_note(void **state)
{
    snq_locked_recording r = recording("sea");
    scene *s = open_scene();
    r.onsets = 0;
    r.pulse.pulse_s = 0.0;
    s->session.intent.bpm = 118.0; /* whose bars it doesn't fill */
    check_ok(make(s, &r, 1));
    assert_int_equal(s->plan.kept.track[0].notes, 1);
    assert_int_equal(s->plan.kept.track[0].note[0].length, 32 * SNQ_SCORE_TICKS);
    assert_non_null(snq_warnings_find(&s->warnings, "lock_no_pulse"));
    assert_int_equal(s->plan.conform[2].loop_bars, 0);
    close_scene(s);
}

static void test_warnings(void **state)
{
    snq_locked_recording r = recording("bass");
    scene *s = open_scene();
    check_ok(make(s, &r, 1));
    assert_int_equal(s->warnings.count, 0); /* A minor has the tones of C major */
    close_scene(s);
    s = open_scene();
    s->session.intent.bpm = 240.0; /* double: the same grid */
    s->session.intent.tonic = 2;
    r.metre = (snq_metre) { 3, 4, 3 };
    r.pulse.wander_s = 0.2;
    check_ok(make(s, &r, 1));
    assert_null(snq_warnings_find(&s->warnings, "lock_not_stretched"));
    assert_non_null(snq_warnings_find(&s->warnings, "lock_wanders"));
    assert_non_null(snq_warnings_find(&s->warnings, "lock_not_transposed"));
    assert_non_null(snq_warnings_find(&s->warnings, "lock_metre"));
    close_scene(s);
    s = open_scene();
    s->session.intent.bpm = 118.0;
    s->session.intent.bars = 2;
    check_ok(make(s, &r, 1));
    assert_non_null(snq_warnings_find(&s->warnings, "lock_not_stretched"));
    assert_non_null(snq_warnings_find(&s->warnings, "lock_cut"));
    close_scene(s);
}

static void test_no_room(void **state)
{
    const snq_locked_recording r[] = { recording("sea"), recording("SEA") };
    scene *s = open_scene();
    check_status(make(s, r, 2), SNQ_ERR_RANGE);
    close_scene(s);
    s = open_scene();
    s->session.intent.tracks = SNQ_INTENT_TRACKS_MAX;
    check_status(make(s, r, 1), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "sea"));
    close_scene(s);
}

/* Loudness of what is laid there, and its peak. */
static void test_levels(void **state)
{
    static float l[FRAMES], r_[FRAMES];
    snq_locked_recording r = recording("drums");
    scene *s = open_scene();
    float peak = 0.0f;
    check_ok(make(s, &r, 1));
    snq_conform_read(&s->plan.conform[0], 0, FRAMES, l, r_);
    for (int i = 0; i < FRAMES; i++)
        peak = fmaxf(peak, fabsf(l[i]));
    assert_true(peak > 0.05f && peak < 0.945f);
    check_near(s->plan.conform[0].cfg.gain * 0.5, peak, 0.1);
    close_scene(s);
    s = open_scene();
    s->session.intent.track[0].mix.gain_db = 12.0f;
    check_ok(make(s, &r, 1));
    snq_conform_read(&s->plan.conform[0], 0, FRAMES, l, r_);
    for (int i = 0; i < FRAMES; i++)
        assert_true(fabsf(l[i]) <= 0.9441f);
    close_scene(s);
}

static snq_status sweep_make(void *user, void **object)
{
    const snq_locked_recording r[] = { recording("drums"), recording("harmony") };
    scene *s = user;
    s->session.intent.tracks = 2;
    *object = NULL;
    const snq_status st = make(s, r, 2);
    if (st < 0)
        snq_lock_plan_clear(&s->plan);
    else
        *object = &s->plan;
    return st;
}

static void sweep_unmake(void *object)
{
    snq_lock_plan_clear(object);
}

static void test_without_memory(void **state)
{
    scene *s = open_scene();
    assert_true(snq_sweep(sweep_make, sweep_unmake, s) > 3);
    close_scene(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_open_is_the_recordings),
        cmocka_unit_test(test_what_is_said_stays),
        cmocka_unit_test(test_a_range_and_a_mode),
        cmocka_unit_test(test_kinds_that_are_no_parts),
        cmocka_unit_test(test_metre_and_no_pulse),
        cmocka_unit_test(test_the_level_that_suits_the_style),
        cmocka_unit_test(test_they_take_their_places),
        cmocka_unit_test(test_names_of_originals),
        cmocka_unit_test(test_notes_say_when_it_hits),
        cmocka_unit_test(test_chords_are_those_that_are_heard),
        cmocka_unit_test(test_nothing_heard_is_one_note),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
