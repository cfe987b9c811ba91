// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "drum_piece.h"
#include "score/drum_keys.h"

static void every_style_has_percussion_in_every_metre(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 }, { 5, 4 }, { 7, 8 } };
    for (int i = 0; i < DRUM_STYLES; i++)
        for (size_t m = 0; m < sizeof metres / sizeof *metres; m++) {
            drum_piece p;
            drum_begin(&p, drum_styles[i], 3, metres[m][0], metres[m][1]);
            drum_make(&p, "percussion");
            const int64_t bar = snq_intent_bar_ticks(&p.intent), end = bar * DRUM_BARS;
            assert_true(p.track->notes > DRUM_BARS / 2);
            for (size_t k = 0; k < p.track->notes; k++) {
                assert_true(p.track->note[k].tick < end - bar); /* the last blow is the kit's */
                assert_int_not_equal(p.track->note[k].pitch, SNQ_DRUM_KICK);
                assert_int_not_equal(p.track->note[k].pitch, SNQ_DRUM_SNARE);
            }
            drum_end(&p);
        }
}

static const char shaker[] =
    "{\"percussion\": [{\"lanes\": [{\"key\": \"shaker\", \"chance\": [1]}]}]}";

static void it_has_no_fills_and_stops_with_the_kit(void **state)
{
    drum_piece p;
    drum_begin(&p, shaker, 1, 4, 4);
    drum_make(&p, "percussion");
    for (int bar = 0; bar < DRUM_BARS - 1; bar++)
        if (bar != 67)
            assert_int_equal(drum_count(&p, bar, -1, 0, 16), 16);
    assert_int_equal(drum_count(&p, 67, -1, 12, 16), 0);
    assert_int_equal(drum_count(&p, 75, -1, 0, 16), 0);
    drum_end(&p);
}

static void a_style_without_it_is_silent(void **state)
{
    drum_piece p;
    drum_begin(&p, "{}", 1, 4, 4);
    drum_make(&p, "percussion");
    assert_int_equal(p.track->notes, 0);
    drum_end(&p);
}

static void films_wish_for_it(void **state)
{
    snq_bar_wish wish[DRUM_BARS];
    drum_piece p;
    drum_begin(&p, shaker, 1, 4, 4);
    for (int i = 0; i < DRUM_BARS; i++) {
        wish[i] = snq_bar_wish_none();
        wish[i].percussion = i < 20 ? 0.0f : i < 30 ? 0.3f : i < 40 ? 1.0f : NAN;
    }
    check_ok(snq_context_init(&p.context, &p.intent, &p.form));
    p.context.wish = wish;
    check_ok(snq_score_add_track(&p.score, "percussion", &p.track));
    const snq_track_job job = { &p.context, &p.intent.track[0], 0, 1 };
    check_ok(snq_track_kind_find("percussion")->make(&job, p.track));
    int some = 0, most = 0;
    for (int bar = 0; bar < 20; bar++)
        assert_int_equal(drum_count(&p, bar, -1, 0, 16), 0);
    for (int bar = 20; bar < 30; bar++)
        some += drum_count(&p, bar, -1, 0, 16);
    for (int bar = 30; bar < 40; bar++)
        most += drum_count(&p, bar, -1, 0, 16);
    assert_true(some > 0 && most > some);
    assert_int_equal(drum_count(&p, 41, -1, 0, 16), 16);
    drum_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_has_percussion_in_every_metre),
        cmocka_unit_test(it_has_no_fills_and_stops_with_the_kit),
        cmocka_unit_test(a_style_without_it_is_silent),
        cmocka_unit_test(films_wish_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
