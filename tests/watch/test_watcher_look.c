// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "watch/watcher_look.h"

enum { FPS = 20, FRAMES = 59, STEPS = 13 };

/* A sight with one column, steps of a quarter of a second from 5 s on. */
static void begin(snq_sight *s)
{
    snq_series *c;
    snq_sight_init(s);
    check_ok(snq_sight_add_column(s, SNQ_SIGHT_MF, "energy", "px2_s2", 5, 0.25, &c));
    for (int i = 0; i < STEPS; i++)
        check_ok(snq_series_push(c, i == 4 ? NAN : 9));
}

static void what_does_not_count_is_left_out(void **state)
{
    float square[FRAMES];
    for (int t = 0; t < FRAMES; t++)
        square[t] = t == 19 || t == 40 ? NAN : t == 9 ? 44 : 4;
    snq_sight s;
    snq_watch_look look;
    begin(&s);
    snq_watch_look_init(&look);
    check_ok(snq_watcher_look_curves(&s, square, FRAMES, FPS, &look));
    assert_int_equal(look.steps, STEPS);
    for (uint32_t i = 0; i + 1 < look.steps; i++)
        check_near((double)look.motion[i], i == 1 ? 12 : 4, 0.1);
    assert_true(look.motion[STEPS - 1] == SNQ_WATCH_LOOK_NONE); /* nothing follows the end */
    for (uint32_t i = 0; i < look.steps; i++)
        assert_true(look.energy[SNQ_SIGHT_MF * look.steps + i] ==
                    (i == 4 ? SNQ_WATCH_LOOK_NONE : 9));
    snq_watch_look_clear(&look);
    snq_sight_clear(&s);
}

/* A step that holds nothing else says nothing. */
static void slow_films_have_gaps(void **state)
{
    const float square[] = { 1, NAN, 1 };
    snq_sight s;
    snq_watch_look look;
    begin(&s);
    snq_watch_look_init(&look);
    check_ok(snq_watcher_look_curves(&s, square, SNQ_COUNT(square), 0.5, &look));
    for (uint32_t i = 0; i < look.steps; i++) /* picture 1 comes at 7 s */
        assert_true(look.motion[i] == (i < 8 ? 1 : SNQ_WATCH_LOOK_NONE));
    snq_watch_look_clear(&look);
    snq_sight_clear(&s);
}

static void without_columns_there_are_no_curves(void **state)
{
    snq_sight s;
    snq_watch_look look;
    snq_sight_init(&s);
    snq_watch_look_init(&look);
    check_ok(snq_watcher_look_curves(&s, NULL, 0, FPS, &look));
    assert_int_equal(look.steps, 0);
    snq_sight_clear(&s);
}

/* A step that ends within a frame has its part of it: a swing whose energy has the step's own period is
 * even. */
static void steps_share_frames(void **state)
{
    enum { N = 89 };
    float square[N];
    snq_sight s;
    snq_watch_look look;
    begin(&s);
    snq_watch_look_init(&look);
    for (int t = 0; t < N; t++) /* 7.5 frames a step */
        square[t] = (float)(100 + 100 * cos(2 * M_PI * (t + 0.5) / 7.5));
    check_ok(snq_watcher_look_curves(&s, square, N, 30, &look));
    for (uint32_t i = 0; i + 2 < look.steps; i++)
        check_near((double)look.motion[i], 100, 2);
    snq_watch_look_clear(&look);
    snq_sight_clear(&s);
}

/* Columns have values at the ends of steps, curves in their middles; a cut keeps both sides apart. */
static void curves_are_of_the_middles(void **state)
{
    static const struct {
        double cut_s;
        float want[4];
    } tab[] = { { 99, { 1, 2, 4, 6 } }, /* none */
                { 5.45, { 1, 1, 4, 6 } },
                { 5.3, { 1, 3, 4, 6 } },
                { 5.5, { 1, 1, 4, 6 } },
                { 5.51, { 1, 2, 5, 6 } } };
    static const float value[] = { 1, 1, 3, 5, 7, NAN };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const snq_sight_event event[] = { { 5.1, 1, SNQ_SIGHT_FLASH },
                                          { tab[k].cut_s, 1, SNQ_SIGHT_CUT } };
        snq_sight s;
        snq_series *c;
        snq_watch_look look;
        snq_sight_init(&s);
        snq_watch_look_init(&look);
        check_ok(snq_sight_add_column(&s, SNQ_SIGHT_MF, "energy", "px2_s2", 5, 0.25, &c));
        for (size_t i = 0; i < SNQ_COUNT(value); i++)
            check_ok(snq_series_push(c, value[i]));
        s.event = event;
        s.events = SNQ_COUNT(event);
        check_ok(snq_watcher_look_curves(&s, NULL, 0, FPS, &look));
        const float *e = look.energy + SNQ_SIGHT_MF * look.steps;
        for (int i = 0; i < 4; i++)
            check_near((double)e[i], (double)tab[k].want[i], 0);
        assert_true(e[4] == 7 && e[5] == SNQ_WATCH_LOOK_NONE);
        snq_watch_look_clear(&look);
        s.event = NULL;
        s.events = 0;
        snq_sight_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_count_is_left_out),
        cmocka_unit_test(slow_films_have_gaps),
        cmocka_unit_test(steps_share_frames),
        cmocka_unit_test(curves_are_of_the_middles),
        cmocka_unit_test(without_columns_there_are_no_curves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
