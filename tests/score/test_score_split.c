// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "score/score_split.h"

static void add_note(snq_track *t, int tick, int pitch)
{
    const snq_note n = {
        .tick = tick, .length = 10, .pitch = (uint8_t)pitch, .velocity = 90, .release = 64
    };
    check_ok(snq_track_add_note(t, &n));
}

static void tell(snq_track *t, int tick, int status, int a)
{
    const snq_message m = { .tick = tick, .status = (uint8_t)status, .a = (uint8_t)a, .b = 1 };
    check_ok(snq_track_add_message(t, m, NULL));
}

/* Program 3, then 40, then 3 again, with a controller and a curve. */
static void make(snq_score *s)
{
    snq_track *t;
    snq_curve *c;
    snq_score_init(s);
    check_ok(snq_score_add_track(s, "Bass", &t));
    t->program = 3;
    t->gain_db = -2.0f;
    t->channel = 4;
    add_note(t, 0, 50);
    tell(t, 100, 0xC0, 40);
    tell(t, 100, 0xB0, 7);
    add_note(t, 100, 51);
    add_note(t, 200, 52);
    tell(t, 300, 0xC0, 3);
    add_note(t, 300, 53);
    check_ok(snq_track_add_curve(t, "gain_db", &c));
    check_ok(snq_curve_push(c, 1.0, 2.0f, SNQ_CURVE_LINEAR));
    check_ok(snq_score_sort(s));
}

static void each_program_has_a_track(void **state)
{
    snq_score s;
    make(&s);
    check_ok(snq_score_split_programs(&s));
    check_ok(snq_score_check(&s));
    assert_int_equal(s.tracks, 2);
    const snq_track *a = &s.track[0], *b = &s.track[1];
    assert_string_equal(b->name, "Bass 2");
    assert_int_equal(a->program, 3);
    assert_int_equal(b->program, 40);
    assert_int_equal(a->notes, 2);
    assert_int_equal(a->note[0].pitch, 50);
    assert_int_equal(a->note[1].pitch, 53);
    assert_int_equal(b->notes, 2);
    assert_int_equal(b->note[0].pitch, 51);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s.track[i].messages, 1);
        assert_int_equal(s.track[i].message[0].status, 0xB0);
        assert_int_equal(s.track[i].curves, 1);
        check_near(s.track[i].gain_db, -2.0, 0.0);
        assert_int_equal(s.track[i].channel, 4);
    }
    check_ok(snq_score_split_programs(&s));
    assert_int_equal(s.tracks, 2);
    snq_score_clear(&s);
}

static void others_stay(void **state)
{
    snq_score s;
    make(&s);
    s.track[0].channel = 9;
    check_ok(snq_score_split_programs(&s));
    assert_int_equal(s.tracks, 1);
    s.track[0].channel = 0;
    strcpy(s.track[0].patch, "mine");
    check_ok(snq_score_split_programs(&s));
    assert_int_equal(s.tracks, 1);
    assert_int_equal(s.track[0].messages, 3);
    snq_score_clear(&s);
}

/* The first note comes after the change: nothing is split, the program is the later one. */
static void a_late_program(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "x", &t));
    t->program = -1;
    tell(t, 5, 0xC0, 12);
    add_note(t, 5, 60);
    check_ok(snq_score_add_track(&s, "empty", &t));
    tell(t, 5, 0xC0, 12);
    check_ok(snq_score_sort(&s));
    check_ok(snq_score_split_programs(&s));
    assert_int_equal(s.tracks, 2);
    assert_int_equal(s.track[0].program, 12);
    assert_int_equal(s.track[0].messages, 0);
    assert_int_equal(s.track[1].messages, 1);
    snq_score_clear(&s);
}

static void out_of_memory_is_told(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st == SNQ_ERR_NOMEM && n < 100; n++) {
        snq_score s;
        make(&s);
        snq_alloc_fail_after(n);
        st = snq_score_split_programs(&s);
        snq_alloc_fail_after(-1);
        snq_score_clear(&s);
        assert_int_equal(snq_alloc_live(), live);
    }
    check_ok(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_program_has_a_track),
        cmocka_unit_test(others_stay),
        cmocka_unit_test(a_late_program),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
