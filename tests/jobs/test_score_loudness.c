// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/map_rig.h"
#include "jobs/score_loudness.h"

enum { STEPS = 640 };
static const double dt = 0.05; /* 32 s: 16 bars at 120 BPM */

static void play(const snq_score *s, snq_track *t, int from_bar, int to_bar, int pitch)
{
    for (int b = from_bar * 4; b < to_bar * 4; b++)
        map_rig_note(s, t, b, 1, pitch);
}

static double at(const double *db, double bar)
{
    return db[(size_t)(bar * 2 / dt)];
}

static void tracks_add_up(void **state)
{
    snq_score s;
    double db[STEPS];
    map_rig_score(&s, 120, 64);
    snq_track *t = map_rig_track(&s, "pad", "pad", "");
    play(&s, t, 0, 12, 60);
    t->gain_db = -10;
    t = map_rig_track(&s, "bass", "bass", "");
    play(&s, t, 4, 12, 33);
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_loudness(&s, dt, STEPS, NULL, NULL, db));
    check_near(at(db, 2), -10, 0.01);
    check_near(at(db, 8), 10 * log10(1.1), 0.01);
    check_near(at(db, 14), -120, 0);
    /* half of a window is half of the power */
    check_near(at(db, 4), 10 * log10(0.1 + 0.5), 0.2);
    snq_score_clear(&s);
}

/* Velocity counts as its square, hits of drums by what they are; the scale is the fullest bars'. */
static void how_hard_and_which(void **state)
{
    snq_score s;
    double db[STEPS];
    map_rig_score(&s, 120, 64);
    snq_track *t = map_rig_track(&s, "lead", "melody", "");
    play(&s, t, 0, 16, 60);
    for (size_t i = 0; i < t->notes / 2; i++)
        t->note[i].velocity = 50;
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_loudness(&s, dt, STEPS, NULL, NULL, db));
    check_near(at(db, 12), 0, 0.01);
    check_near(at(db, 4), -6.02, 0.02);
    snq_score_clear(&s);
    map_rig_score(&s, 120, 64);
    t = map_rig_track(&s, "drums", "drums", "");
    play(&s, t, 0, 4, 36);
    play(&s, t, 4, 8, 38);
    play(&s, t, 8, 12, 42);
    play(&s, t, 12, 16, 37);
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_loudness(&s, dt, STEPS, NULL, NULL, db));
    check_near(at(db, 2), 0, 0.6);
    check_near(at(db, 6) - at(db, 2), 10 * log10(0.6), 0.1);
    check_near(at(db, 10) - at(db, 2), -10, 0.1);
    check_near(at(db, 14) - at(db, 2), 10 * log10(0.3), 0.1);
    snq_score_clear(&s);
}

static double down_on_the_first(void *user, size_t track, size_t k)
{
    return track == 0 && k >= STEPS / 2 ? -20 : 0;
}

static void faders_count(void **state)
{
    snq_score s;
    double db[STEPS];
    map_rig_score(&s, 120, 64);
    play(&s, map_rig_track(&s, "pad", "pad", ""), 0, 16, 60);
    play(&s, map_rig_track(&s, "bass", "bass", ""), 0, 16, 33);
    s.track[1].gain_db = -20;
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_loudness(&s, dt, STEPS, down_on_the_first, NULL, db));
    check_near(at(db, 4), 10 * log10(1.01), 0.01);
    check_near(at(db, 12), 10 * log10(0.02), 0.01);
    snq_score_clear(&s);
}

static void edges(void **state)
{
    snq_score s;
    double db[STEPS];
    map_rig_score(&s, 120, 0);
    check_ok(snq_score_loudness(&s, dt, 0, NULL, NULL, db));
    map_rig_track(&s, "mute", "bass", "");
    check_ok(snq_score_loudness(&s, dt, 1, NULL, NULL, db));
    check_near(db[0], -120, 0);
    /* a note longer than what is asked for */
    map_rig_note(&s, &s.track[0], 0, 40, 33);
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_loudness(&s, dt, 10, NULL, NULL, db));
    assert_true(db[9] > -12 && db[9] <= 3);
    snq_alloc_fail_after(0);
    check_status(snq_score_loudness(&s, dt, 10, NULL, NULL, db), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_score_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracks_add_up),
        cmocka_unit_test(how_hard_and_which),
        cmocka_unit_test(faders_count),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
