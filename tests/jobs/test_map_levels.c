// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "jobs/map_levels.h"
#include "jobs/map_rig.h"
#include "score/score_copy.h"

/* Half a minute, in which all play all the time: an arrangement without dynamics. */
static void band(snq_score *s)
{
    static const char *const kind[] = { "drums",  "percussion", "bass", "harmony", "arpeggio",
                                        "melody", "vocal",      "pad",  "texture", "effects" };
    map_rig_score(s, 120, 64);
    for (size_t i = 0; i < SNQ_COUNT(kind); i++) {
        snq_track *t = map_rig_track(s, kind[i], kind[i], "");
        for (int b = 0; b < 64; b++)
            map_rig_note(s, t, b, 1, 36);
    }
    check_ok(snq_score_sort(s));
}

/* Strokes of drums are not even within a beat: dB. */
static const double flat = 0.3;

static double level(const snq_score *s, const char *track, double beat)
{
    const snq_curve *c = map_rig_curve(snq_score_find_track(s, track), "mix.trim_db");
    return c ? (double)snq_curve_at(c, beat, NULL, NAN) : NAN;
}

static void energy_moves_all(void **state)
{
    static const double e[][2] = { { 0, 0.2 }, { 16, 0.2 }, { 32, 1 }, { 64, 1 } };
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put(&r, "global.energy", SNQ_CURVE_LINEAR, e, 4);
    check_ok(snq_map_levels_apply(&r, 0, &s)); /* dynamics_range: 0.6 where nothing says so */
    for (size_t i = 0; i < s.tracks; i++) {
        check_near(level(&s, s.track[i].name, 4), -12, flat);
        check_near(level(&s, s.track[i].name, 24), -6, flat);
        check_near(level(&s, s.track[i].name, 40), 0, flat);
        assert_true(map_rig_curve(&s.track[i], "mix.trim_db")->points < 40);
    }
    check_ok(snq_score_check(&s));
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* Its mean is the depth: one number for the piece. */
static void dynamics_are_the_depth(void **state)
{
    static const double d[] = { 0, 0.3, 1 };
    static const double e[][2] = { { 0, 0 }, { 64, 1 } }, moving[][2] = { { 0, 0 }, { 64, 1 } };
    for (size_t i = 0; i <= SNQ_COUNT(d); i++) {
        snq_score s;
        snq_map_result r = { 0 };
        band(&s);
        map_rig_put(&r, "global.energy", SNQ_CURVE_LINEAR, e, 2);
        if (i < SNQ_COUNT(d))
            map_rig_put_one(&r, "global.dynamics_range", d[i]);
        else
            map_rig_put(&r, "global.dynamics_range", SNQ_CURVE_LINEAR, moving, 2);
        check_ok(snq_map_levels_apply(&r, 0, &s));
        check_near(level(&s, "bass", 48) - level(&s, "bass", 16),
                   SNQ_MAP_LEVELS_DEPTH_DB * (i < SNQ_COUNT(d) ? d[i] : 0.5) * 0.5, 0.12);
        map_rig_clear(&r);
        snq_score_clear(&s);
    }
}

static void balance_and_own_levels_add_up(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put_one(&r, "atmosphere.pad_intensity", 1);
    map_rig_put_one(&r, "atmosphere.texture_density", 0);
    check_ok(snq_map_levels_apply(&r, 0, &s));
    check_near(level(&s, "pad", 9), 6, 0.01);
    check_near(level(&s, "texture", 9), -24, 0.01);
    assert_true(isnan(level(&s, "drums", 9)));
    map_rig_clear(&r);
    map_rig_put_one(&r, "global.mix_balance", 0.25);
    map_rig_put_one(&r, "atmosphere.pad_intensity", 0.5);
    check_ok(snq_map_levels_apply(&r, 0, &s));
    check_near(level(&s, "pad", 9), 6 - 6 - 3, 0.01); /* on what was there */
    check_near(level(&s, "texture", 9), -24, 0.01);
    check_near(level(&s, "drums", 9), 3, 0.01);
    check_near(level(&s, "percussion", 9), 3, 0.01);
    check_near(level(&s, "vocal", 9), -3, 0.01);
    assert_true(isnan(level(&s, "bass", 9)) && isnan(level(&s, "effects", 9)));
    for (size_t i = 0; i < s.tracks; i++)
        assert_true(s.track[i].curves <= 1);
    check_ok(snq_score_check(&s));
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* Never faster than a hand: 0.8 s for a jump; half of it before, half behind. */
static void jumps_are_smoothed(void **state)
{
    static const double e[][2] = { { 0, 0 }, { 32, 1 } };
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put(&r, "global.energy", SNQ_CURVE_STEP, e, 2);
    check_ok(snq_map_levels_apply(&r, 0, &s));
    check_near(level(&s, "bass", 31), -15, flat);
    check_near(level(&s, "bass", 32), -7.5, 1.5);
    check_near(level(&s, "bass", 33), 0, flat);
    for (double b = 30; b < 34; b += 0.1)
        assert_true(fabs(level(&s, "bass", b + 0.1) - level(&s, "bass", b)) < 2.5);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* What an arrangement has of its own is evened out, so far as 10 dB go; only where there is energy to follow. */
static void arrangement_is_evened(void **state)
{
    for (int has = 0; has < 2; has++) {
        snq_score s;
        snq_map_result r = { 0 };
        map_rig_score(&s, 120, 96);
        snq_track *a = map_rig_track(&s, "pad", "pad", ""), *b;
        for (int k = 0; k < 64; k++)
            map_rig_note(&s, a, k, 1, 60);
        a->gain_db = -6;
        b = map_rig_track(&s, "bass", "bass", "");
        for (int k = 0; k < 32; k++)
            map_rig_note(&s, b, k, 1, 33);
        check_ok(snq_score_sort(&s));
        if (has)
            map_rig_put_one(&r, "global.energy", 1);
        else
            map_rig_put_one(&r, "global.mix_balance", 0.5);
        check_ok(snq_map_levels_apply(&r, 0, &s));
        check_near(level(&s, "pad", 16), 0, 0.06);
        check_near(level(&s, "pad", 48), has ? 0.5 * (6 + 10 * log10(1 + pow(10, -0.6))) : 0, 0.1);
        check_near(level(&s, "pad", 80), has ? 10 : 0, 0.06);
        map_rig_clear(&r);
        snq_score_clear(&s);
    }
}

static void kept_tracks_stay(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    check_ok(snq_map_levels_apply(&r, 0, &s)); /* nothing is wished */
    map_rig_put_one(&r, "global.energy", 0);
    check_ok(snq_map_levels_apply(&r, 1u << 2, &s));
    assert_int_equal(s.track[2].curves, 0);
    assert_int_equal(s.track[3].curves, 1);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

static void edges(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    map_rig_put_one(&r, "global.energy", 0.5);
    map_rig_score(&s, 120, 0); /* nothing, for no time */
    check_ok(snq_map_levels_apply(&r, 0, &s));
    map_rig_track(&s, "bass", "bass", "");
    check_ok(snq_map_levels_apply(&r, 0, &s));
    check_near(level(&s, "bass", 0), SNQ_MAP_LEVELS_DEPTH_DB * 0.6 * -0.5, 0.01);
    s.length = SNQ_SCORE_TICK_MAX;
    check_status(snq_map_levels_apply(&r, 0, &s), SNQ_ERR_TOO_BIG);
    snq_score_clear(&s);
    map_rig_clear(&r);
}

static snq_map_result wishes;
static snq_score piece;

static snq_status make(void *user, void **out)
{
    snq_score *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_ERR_NOMEM;
    snq_status st = snq_score_copy(&piece, s);
    if (st >= 0)
        st = snq_map_levels_apply(&wishes, 0, s);
    if (st < 0) {
        snq_score_clear(s);
        snq_free(s);
        return st;
    }
    *out = s;
    return SNQ_OK;
}

static void unmake(void *s)
{
    snq_score_clear(s);
    snq_free(s);
}

static void out_of_memory(void **state)
{
    static const double e[][2] = { { 0, 0 }, { 2, 1 }, { 8, 0.3 } };
    snq_map_result first = { 0 };
    map_rig_score(&piece, 120, 8);
    map_rig_note(&piece, map_rig_track(&piece, "pad", "pad", ""), 0, 4, 60);
    map_rig_track(&piece, "drums", "drums", "");
    map_rig_put_one(&first, "global.mix_balance", 0.1);
    check_ok(snq_map_levels_apply(&first, 0, &piece)); /* something to be added to */
    map_rig_put(&wishes, "global.energy", SNQ_CURVE_LINEAR, e, 3);
    map_rig_put_one(&wishes, "atmosphere.pad_intensity", 0.7);
    snq_sweep(make, unmake, NULL);
    map_rig_clear(&first);
    map_rig_clear(&wishes);
    snq_score_clear(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_moves_all),
        cmocka_unit_test(dynamics_are_the_depth),
        cmocka_unit_test(balance_and_own_levels_add_up),
        cmocka_unit_test(jumps_are_smoothed),
        cmocka_unit_test(arrangement_is_evened),
        cmocka_unit_test(kept_tracks_stay),
        cmocka_unit_test(edges),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
