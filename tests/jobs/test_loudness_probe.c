// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/loudness_probe.h"
#include "jobs/patch_library.h"
#include "jobs/session_rig.h"
#include "mix/engine/loud_slots.h"
#include "support/sweep.h"
#include "synth/player.h"

enum { RATE = 48000, BARS = 8, PARTS = 5 };

typedef struct stage {
    snq_patch_library library;
    snq_bank *bank;
    snq_score score;
    snq_render_part part[PARTS];
    uint32_t threads;
} stage;

/* Eighth notes all through; `soft` bars at its begin are played softly. */
static void add_track(stage *s, const char *name, const char *patch, int pitch, int soft)
{
    snq_track *t;
    const uint32_t i = s->score.tracks;
    check_ok(snq_score_add_track(&s->score, name, &t));
    for (int k = 0; k < 8 * BARS && pitch; k++) {
        const snq_note n = { .tick = k * SNQ_SCORE_TICKS / 2,
                             .length = SNQ_SCORE_TICKS / 2,
                             .pitch = (uint8_t)pitch,
                             .velocity = k < 8 * soft ? 20 : 100 };
        check_ok(snq_track_add_note(t, &n));
    }
    s->part[i] = (snq_render_part) { i, -1, snq_patch_library_find(&s->library, patch) };
    assert_non_null(s->part[i].patch);
}

static int begin(void **state)
{
    if (session_rig_begin(state))
        return -1;
    stage *s = snq_calloc(1, sizeof *s);
    check_ok(snq_patch_library_load(&s->library));
    check_ok(snq_bank_new(RATE, &s->bank));
    snq_score_init(&s->score);
    check_ok(snq_score_add_tempo(&s->score, 0, 120.0));
    check_ok(snq_score_add_metre(&s->score, 0, 4, 4));
    add_track(s, "even", "soft_keys", 57, 0);
    add_track(s, "late", "soft_keys", 57, 4); /* soft for four bars, then as "even" */
    add_track(s, "silent", "soft_keys", 0, 0);
    add_track(s, "drums", "kit", 36, 0);
    s->part[PARTS - 1] = s->part[3]; /* a lane that nothing plays in */
    s->part[PARTS - 1].only_pitch = 38;
    s->score.length = (int64_t)BARS * 4 * SNQ_SCORE_TICKS;
    check_ok(snq_score_sort(&s->score));
    check_ok(snq_score_check(&s->score));
    s->threads = 1;
    *state = s;
    return 0;
}

static int end(void **state)
{
    stage *s = *state;
    snq_score_clear(&s->score);
    snq_bank_free(s->bank);
    snq_patch_library_clear(&s->library);
    snq_free(s);
    return session_rig_end(state);
}

static snq_status probe(const stage *s, uint32_t threads, uint64_t seed, double *lufs)
{
    return snq_loudness_probe(&s->score, s->part, PARTS, s->bank, RATE, threads, seed, lufs);
}

/* Loudness of all that a track plays. */
static double whole(const stage *s, uint32_t i)
{
    float left[4096], right[4096];
    snq_player_cfg cfg = snq_player_cfg_default();
    snq_player *p;
    snq_loud_slots slots;
    cfg.rate_hz = RATE;
    cfg.seed = 3;
    cfg.score = &s->score;
    cfg.track = &s->score.track[i];
    cfg.patch = s->part[i].patch;
    cfg.bank = s->bank;
    check_ok(snq_player_new(&cfg, NULL, &p));
    check_ok(snq_loud_slots_init(&slots, RATE));
    while (!snq_player_done(p)) {
        snq_player_run(p, left, right, 4096);
        snq_loud_slots_push(&slots, left, right, 4096);
    }
    const double lufs = snq_loud_integrated(slots.power, slots.count);
    snq_loud_slots_clear(&slots);
    snq_player_free(p);
    return lufs;
}

static void as_all_of_it(void **state)
{
    const stage *s = *state;
    double lufs[PARTS];
    check_ok(probe(s, 1, 3, lufs));
    check_near(lufs[0], whole(s, 0), 0.3);
    check_near(lufs[3], whole(s, 3), 0.3);
    check_near(lufs[1], lufs[0], 0.01); /* its fullest bars are the last four */
    assert_true(whole(s, 1) < lufs[1] - 1.0);
    assert_true(isinf(lufs[2]) && lufs[2] < 0);
    assert_true(isinf(lufs[4]) && lufs[4] < 0);
}

static void threads_and_level_change_nothing(void **state)
{
    stage *s = *state;
    double one[PARTS], again[PARTS];
    check_ok(probe(s, 1, 3, one));
    s->score.track[0].gain_db = -20.0f; /* measured is what it plays, not where it stands */
    s->score.track[0].pan = -1.0f;
    for (uint32_t threads = 2; threads <= 8; threads += 3) {
        check_ok(probe(s, threads, 3, again));
        assert_memory_equal(one, again, sizeof one);
    }
    check_near(s->score.track[0].gain_db, -20.0, 0.0);
}

/* A curve that turns the track down before its fullest bars still holds in them. */
static void curves_go_along(void **state)
{
    stage *s = *state;
    double before[PARTS], after[PARTS];
    snq_curve *c;
    check_ok(probe(s, 1, 3, before));
    check_ok(snq_track_add_curve(&s->score.track[1], "amp_level", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(c, 4.0, 0.1f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(c, 30.0, 0.1f, SNQ_CURVE_STEP));
    check_ok(probe(s, 1, 3, after));
    assert_true(isfinite(after[1]));
    assert_int_equal(s->score.track[1].curve[0].points, 3); /* the score itself is as it was */
    check_near(after[0], before[0], 0.0);
}

/* A slower place is measured at its own tempo: notes that last longer are no softer. */
static void tempo_of_the_place(void **state)
{
    stage *s = *state;
    double lufs[PARTS];
    check_ok(snq_score_add_tempo(&s->score, (int64_t)4 * 4 * SNQ_SCORE_TICKS, 60.0));
    check_ok(snq_score_sort(&s->score));
    check_ok(probe(s, 1, 3, lufs));
    assert_true(isfinite(lufs[0]) && isfinite(lufs[1]));
    check_near(lufs[1], whole(s, 1), 3.0);
}

static void nothing_to_do(void **state)
{
    const stage *s = *state;
    check_ok(snq_loudness_probe(&s->score, s->part, 0, s->bank, RATE, 4, 3, NULL));
}

static snq_status make(void *user, void **object)
{
    static double lufs[PARTS];
    const stage *s = user;
    const snq_status st = probe(s, s->threads, 3, lufs);
    if (st >= 0)
        *object = lufs;
    return st;
}

static void unmake(void *object)
{
    assert_non_null(object);
}

static void memory_may_end(void **state)
{
    stage *s = *state;
    for (uint32_t i = 0; i < s->score.tracks; i++) /* a bar is enough for it */
        s->score.track[i].notes = s->score.track[i].notes < 4 ? s->score.track[i].notes : 4;
    s->score.length = (int64_t)4 * SNQ_SCORE_TICKS;
    snq_sweep(make, unmake, s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_all_of_it),    TEST(threads_and_level_change_nothing),
        TEST(curves_go_along), TEST(tempo_of_the_place),
        TEST(nothing_to_do),   TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
