// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "compose/groove.h"
#include "compose/track_kind.h"

static snq_intent intent_of(int beats, int unit, float swing, int swing_step)
{
    return (snq_intent) { .beats_per_bar = (uint8_t)beats,
                          .beat_unit = (uint8_t)unit,
                          .swing = swing,
                          .swing_step = (uint8_t)swing_step,
                          .bpm = 120.0 };
}

static void swing_moves_the_second_of_two(void **state)
{
    const snq_intent six = intent_of(4, 4, 0.6f, 1), three = intent_of(4, 4, 2.0f / 3.0f, 2);
    assert_int_equal(snq_groove_swing(&six, NULL, 0), 0);
    assert_int_equal(snq_groove_swing(&six, NULL, 240), 288);
    assert_int_equal(snq_groove_swing(&six, NULL, 480), 480);
    assert_int_equal(snq_groove_swing(&six, NULL, 480 + 120), 480 + 144);
    assert_int_equal(snq_groove_swing(&six, NULL, 3840 + 720), 3840 + 768);
    assert_int_equal(snq_groove_swing(&three, NULL, 480), 640);
    assert_int_equal(snq_groove_swing(&three, NULL, 240), 320);
    assert_int_equal(snq_groove_swing(&three, NULL, 720), 800);
    assert_int_equal(snq_groove_swing(&three, NULL, 960), 960);
    assert_int_equal(snq_groove_swing(&six, NULL, -5), -5);
}

static void straight_and_senseless_swing_move_nothing(void **state)
{
    static const float swing[] = { 0.5f, 0.0f, 1.0f, -3.0f, 7.0f };
    for (size_t i = 0; i < 5; i++) {
        const snq_intent in = intent_of(4, 4, swing[i], 1);
        for (int64_t t = 0; t < 8000; t += 37)
            assert_int_equal(snq_groove_swing(&in, NULL, t), t);
    }
}

static void swing_keeps_order_pairs_and_bars_in_every_metre(void **state)
{
    static const int metre[][2] = { { 4, 4 }, { 3, 4 },  { 5, 4 },  { 7, 8 }, { 6, 8 },
                                    { 5, 8 }, { 1, 16 }, { 5, 16 }, { 3, 2 } };
    for (size_t m = 0; m < sizeof metre / sizeof *metre; m++)
        for (int step = 1; step <= 2; step++) {
            const snq_intent in = intent_of(metre[m][0], metre[m][1], 0.66f, step);
            const int64_t bar = snq_intent_bar_ticks(&in), span = 480 * step;
            int64_t before = -1;
            for (int64_t t = 0; t <= 3 * bar; t++) {
                const int64_t to = snq_groove_swing(&in, NULL, t);
                assert_true(to >= before);
                before = to;
                const int64_t within = t % bar;
                if (within % span == 0 || within >= bar / span * span)
                    assert_int_equal(to, t); /* a pair's begin, and what the bar cuts off */
            }
        }
}

enum { NOTES = 4000 };

static void fill(snq_score *s, snq_track **t, int together)
{
    snq_score_init(s);
    check_ok(snq_score_add_track(s, "t", t));
    for (int i = NOTES - 1; i >= 0; i--)
        for (int k = 0; k < together; k++)
            check_ok(snq_track_put(*t, i, 1.0, 40 + k, 64.0));
}

static void a_hand_is_late_for_a_while(void **state)
{
    const snq_intent in = intent_of(4, 4, 0.5f, 1);
    const snq_human h = { 10.0f, 0.2f, 4.0f, 0.1f, { 1, 1, 1, 1 } };
    snq_score s;
    snq_track *t;
    snq_rng r;
    snq_rng_init(&r, 3);
    fill(&s, &t, 1);
    snq_groove_apply(&in, NULL, &h, &r, t);
    double mean = 0.0, var = 0.0, lag = 0.0, v = 0.0, v2 = 0.0;
    for (size_t i = 0; i < t->notes; i++) {
        const double x = (double)t->note[i].offset_s * 1000.0;
        assert_int_equal(t->note[i].tick, (int64_t)i * 240);
        assert_int_equal(t->note[i].length, 240);
        assert_true(fabs(x - 4.0) <= 25.01);
        check_near(x * 10.0, floor(x * 10.0 + 0.5), 1e-3);
        mean += x / NOTES;
        v += t->note[i].velocity / (double)NOTES;
    }
    for (size_t i = 0; i < t->notes; i++) {
        const double x = (double)t->note[i].offset_s * 1000.0 - mean;
        var += x * x / NOTES;
        v2 += (t->note[i].velocity - v) * (t->note[i].velocity - v) / NOTES;
        if (i > 0)
            lag += x * ((double)t->note[i - 1].offset_s * 1000.0 - mean) / NOTES;
    }
    check_near(mean, 4.0, 0.7);
    check_near(sqrt(var), 9.9, 0.6);
    check_near(lag / var, 0.2 * 0.9375, 0.05);
    check_near(v, 64.0, 0.5);
    check_near(sqrt(v2), 6.4, 0.5);
    snq_score_clear(&s);
}

static void notes_that_begin_together_stay_together(void **state)
{
    const snq_intent in = intent_of(4, 4, 0.5f, 1);
    const snq_human h = { 20.0f, 0.0f, 0.0f, 0.0f, { 1, 1, 1, 1 } };
    snq_score s;
    snq_track *t;
    snq_rng r;
    snq_rng_init(&r, 4);
    fill(&s, &t, 2);
    snq_groove_apply(&in, NULL, &h, &r, t);
    double apart = 0.0, from_before = 0.0;
    for (size_t i = 0; i + 2 < t->notes; i += 2) {
        const double d = (double)(t->note[i].offset_s - t->note[i + 1].offset_s) * 1000.0;
        const double e = (double)(t->note[i].offset_s - t->note[i + 2].offset_s) * 1000.0;
        assert_int_equal(t->note[i].tick, t->note[i + 1].tick);
        apart += d * d / NOTES;
        from_before += e * e / NOTES;
    }
    check_near(sqrt(apart), 20.0 * 0.25 * sqrt(2.0), 0.7);
    assert_true(from_before > 8.0 * apart);
    snq_score_clear(&s);
}

static void force_follows_the_step_and_swing_the_pair(void **state)
{
    const snq_intent in = intent_of(7, 8, 0.6f, 1);
    const snq_human h = { 0.0f, 0.0f, 0.0f, 0.0f, { 1.0f, 0.5f, 3.0f, 0.0f } };
    snq_score s;
    snq_track *t;
    snq_rng r;
    snq_rng_init(&r, 5);
    fill(&s, &t, 1);
    snq_groove_apply(&in, NULL, &h, &r, t);
    for (size_t i = 0; i < t->notes; i++) {
        static const int want[4] = { 64, 32, 127, 1 };
        assert_int_equal(t->note[i].velocity, want[i % 14 % 4]);
        assert_int_equal(t->note[i].tick, snq_groove_swing(&in, NULL, (int64_t)i * 240));
        assert_int_equal(t->note[i].length, i % 2 ? 192 : 288);
        check_near(t->note[i].offset_s, 0.0, 0.0);
    }
    snq_score_clear(&s);
}

static void an_empty_track_stays_empty(void **state)
{
    const snq_intent in = intent_of(4, 4, 0.6f, 1);
    const snq_human h = { 10.0f, 0.2f, 0.0f, 0.1f, { 1, 1, 1, 1 } };
    snq_track t = { 0 };
    snq_rng r;
    snq_rng_init(&r, 1);
    snq_groove_apply(&in, NULL, &h, &r, &t);
    assert_int_equal(t.notes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swing_moves_the_second_of_two),
        cmocka_unit_test(straight_and_senseless_swing_move_nothing),
        cmocka_unit_test(swing_keeps_order_pairs_and_bars_in_every_metre),
        cmocka_unit_test(a_hand_is_late_for_a_while),
        cmocka_unit_test(notes_that_begin_together_stay_together),
        cmocka_unit_test(force_follows_the_step_and_swing_the_pair),
        cmocka_unit_test(an_empty_track_stays_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
