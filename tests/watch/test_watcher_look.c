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

static void the_flow_over_a_cut_is_no_motion(void **state)
{
    const snq_sight_event event[] = { { 5.5, 1, SNQ_SIGHT_ACCENT },
                                      { 6.0, 1, SNQ_SIGHT_ACCENT },
                                      { 6.0, 1, SNQ_SIGHT_CUT },
                                      { 7.05, 1, SNQ_SIGHT_CUT } };
    float square[FRAMES];
    for (int t = 0; t < FRAMES; t++) /* flow t leads from picture t to picture t + 1 */
        square[t] = t + 1 == 20 || t + 1 == 41 ? 1e6f : t + 1 == 10 ? 44 : 4;
    for (uint32_t events = 0; events <= SNQ_COUNT(event); events += SNQ_COUNT(event)) {
        snq_sight s;
        snq_watch_look look;
        begin(&s);
        snq_watch_look_init(&look);
        s.event = event;
        s.events = events;
        check_ok(snq_watcher_look_curves(&s, square, FRAMES, FPS, &look));
        assert_int_equal(look.steps, STEPS);
        for (uint32_t i = 0; i + 1 < look.steps; i++)
            check_near((double)look.motion[i],
                       !events && (i == 3 || i == 8) ? 200003.2
                       : i == 1                      ? 12
                                                     : 4,
                       0.1);
        assert_true(look.motion[STEPS - 1] == SNQ_WATCH_LOOK_NONE); /* nothing follows the end */
        for (uint32_t i = 0; i < look.steps; i++)
            assert_true(look.energy[SNQ_SIGHT_MF * look.steps + i] ==
                        (i == 4 ? SNQ_WATCH_LOOK_NONE : 9));
        snq_watch_look_clear(&look);
        s.event = NULL;
        s.events = 0;
        snq_sight_clear(&s);
    }
}

/* A step that holds nothing but the flow over a cut says nothing. */
static void slow_films_have_gaps(void **state)
{
    const snq_sight_event event = { 9, 1, SNQ_SIGHT_CUT }; /* picture 2 */
    const float square[] = { 1, 900, 1 };
    snq_sight s;
    snq_watch_look look;
    begin(&s);
    snq_watch_look_init(&look);
    s.event = &event;
    s.events = 1;
    check_ok(snq_watcher_look_curves(&s, square, SNQ_COUNT(square), 0.5, &look));
    for (uint32_t i = 0; i < look.steps; i++) /* picture 1 comes at 7 s */
        assert_true(look.motion[i] == (i < 8 ? 1 : SNQ_WATCH_LOOK_NONE));
    snq_watch_look_clear(&look);
    s.event = NULL;
    s.events = 0;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flow_over_a_cut_is_no_motion),
        cmocka_unit_test(slow_films_have_gaps),
        cmocka_unit_test(without_columns_there_are_no_curves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
