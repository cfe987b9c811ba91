// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "listen/pulse_strength.h"
#include "rows.h"

enum { BEATS = 33, ROWS = 50 * 20 };

static void beats_each(double beat_s, double *t_s)
{
    for (int k = 0; k < BEATS; k++)
        t_s[k] = 1.0 + k * beat_s;
}

static double strength(const rows *r, const double *t_s, uint32_t beats)
{
    const snq_measure m = snq_pulse_strength(&r->in, t_s, beats);
    assert_null(m.reason);
    assert_true(m.value >= 0 && m.value <= 1);
    return m.value;
}

/* Onsets on beats and eighths, the eighths softer, everything a little off the hops' grid. */
static void onsets_that_repeat_are_a_pulse(void **state)
{
    double t_s[BEATS];
    rows r = rows_new(ROWS);
    beats_each(0.5073, t_s);
    for (int k = 0; k < BEATS; k++) {
        rows_onset(&r, t_s[k], 4);
        rows_onset(&r, t_s[k] + 0.25, 1);
    }
    assert_true(strength(&r, t_s, BEATS) > 0.9);
    rows_clear(&r);
}

/* Kick and snare in turn, at different places: alike every second beat only. */
static void a_pattern_of_two_or_four_beats_counts(void **state)
{
    for (int every = 2; every <= 4; every += 2) {
        double t_s[BEATS];
        rows r = rows_new(ROWS);
        beats_each(0.5, t_s);
        for (int k = 0; k < BEATS; k++)
            rows_onset(&r, t_s[k] + 0.1 * (k % every), 5);
        assert_true(strength(&r, t_s, BEATS) > 0.9);
        rows_clear(&r);
    }
}

static void onsets_anywhere_are_none(void **state)
{
    double mean = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double t_s[BEATS];
        rows r = rows_new(ROWS);
        snq_rng rng;
        snq_rng_init(&rng, seed);
        beats_each(0.5, t_s);
        for (int k = 0; k < 60; k++)
            rows_onset(&r, 19 * snq_rng_uniform(&rng), 3);
        mean += strength(&r, t_s, BEATS) / 20;
        rows_clear(&r);
    }
    assert_true(mean < 0.2);
}

static void without_onsets_the_strength_is_zero(void **state)
{
    double t_s[BEATS];
    rows r = rows_new(ROWS);
    beats_each(0.5, t_s);
    check_near(strength(&r, t_s, BEATS), 0, 0);
    rows_clear(&r);
}

/* Beats before and behind the rows are legal. */
static void without_beats_there_is_none(void **state)
{
    double t_s[BEATS];
    rows r = rows_new(10);
    beats_each(0.5, t_s);
    assert_string_equal(snq_pulse_strength(&r.in, t_s, 0).reason, "no beats");
    assert_string_equal(snq_pulse_strength(&r.in, t_s, 5).reason, "too few beats");
    check_near(strength(&r, t_s, 6), 0, 0);
    t_s[0] = -3;
    check_near(strength(&r, t_s, BEATS), 0, 0);
    rows_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(onsets_that_repeat_are_a_pulse),
        cmocka_unit_test(a_pattern_of_two_or_four_beats_counts),
        cmocka_unit_test(onsets_anywhere_are_none),
        cmocka_unit_test(without_onsets_the_strength_is_zero),
        cmocka_unit_test(without_beats_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
