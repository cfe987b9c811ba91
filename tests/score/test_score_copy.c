// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "base/str.h"
#include "score/score_copy.h"
#include "score/score_json.h"

/* A piece with something of everything. */
static void make(snq_score *s)
{
    snq_track *t;
    snq_curve *c;
    snq_score_init(s);
    snprintf(s->title, sizeof s->title, "All");
    check_ok(snq_score_add_tempo(s, 0, 128.0));
    check_ok(snq_score_add_metre(s, 0, 3, 4));
    check_ok(snq_score_add_key(s, (snq_key_mark) { 0, 9, SNQ_KEY_MINOR, 0 }));
    check_ok(snq_score_add_chord(s, &(snq_chord_span) { 0, 960, "A:min" }));
    check_ok(snq_score_add_section(s, &(snq_section) { 0, 960, "Intro", 0.5f }));
    for (int i = 0; i < 3; i++) {
        check_ok(snq_score_add_track(s, "bass", &t));
        if (i == 1)
            continue; /* an empty one */
        check_ok(snq_track_add_note(
            t, &(snq_note) { .tick = 240, .length = 120, .pitch = 40, .velocity = 90 }));
        check_ok(snq_track_add_message(t, (snq_message) { .tick = 1, .status = 0xF0, .length = 3 },
                                       "abc"));
        check_ok(snq_track_add_curve(t, "filter_cutoff", &c));
        check_ok(snq_curve_push(c, 0.0, 200.0f, SNQ_CURVE_LINEAR));
        check_ok(snq_curve_push(c, 1.0, 900.0f, SNQ_CURVE_STEP));
    }
    check_ok(snq_score_sort(s));
    check_ok(snq_score_check(s));
}

static char *text_of(const snq_score *s)
{
    snq_str to;
    snq_json j;
    snq_str_init(&to, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &to);
    snq_score_json(&j, s);
    check_ok(snq_json_finish(&j));
    char *text = snq_strdup(to.text);
    snq_str_clear(&to);
    return text;
}

static void same_and_apart(void **state)
{
    snq_score s, copy;
    (void)state;
    make(&s);
    check_ok(snq_score_copy(&s, &copy));
    char *a = text_of(&s), *b = text_of(&copy);
    assert_string_equal(a, b);
    assert_int_equal(copy.track[2].byte_count, 3);
    copy.track[0].note[0].pitch = 41; /* its own */
    copy.track[0].curve[0].point[0].value = 1.0f;
    check_ok(snq_track_add_note(&copy.track[1], &(snq_note) { .pitch = 1, .velocity = 1 }));
    char *c = text_of(&s);
    assert_string_equal(a, c);
    snq_score_clear(&copy);
    snq_score_clear(&s);
    snq_free(a);
    snq_free(b);
    snq_free(c);
}

static void an_empty_one(void **state)
{
    snq_score s, copy;
    (void)state;
    snq_score_init(&s);
    check_ok(snq_score_copy(&s, &copy));
    assert_int_equal(copy.tracks, 0);
    snq_score_clear(&copy);
}

static snq_status build(void *user, void **object)
{
    static snq_score copy;
    const snq_status st = snq_score_copy(user, &copy);
    *object = st < 0 ? NULL : &copy;
    return st;
}

static void release(void *object)
{
    snq_score_clear(object);
}

static void out_of_memory(void **state)
{
    snq_score s;
    (void)state;
    make(&s);
    snq_sweep(build, release, &s);
    snq_score_clear(&s);
}

/* ---- curves alone ---- */

static void curves_take_places(void **state)
{
    snq_score s;
    snq_track *from, *to;
    snq_curve *c;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "from", &from));
    check_ok(snq_score_add_track(&s, "to", &to));
    from = &s.track[0];
    check_ok(snq_track_add_curve(from, "gain_db", &c));
    check_ok(snq_curve_push(c, 0, 1.0f, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(c, 4, 2.0f, SNQ_CURVE_STEP));
    check_ok(snq_track_add_curve(from, "pan", &c));
    check_ok(snq_curve_push(c, 1, 0.5f, SNQ_CURVE_SMOOTH));
    check_ok(snq_track_add_curve(to, "gain_db", &c)); /* gives way */
    for (int i = 0; i < 5; i++)
        check_ok(snq_curve_push(c, i, 9.0f, SNQ_CURVE_STEP));
    check_ok(snq_track_add_curve(to, "reverb", &c)); /* stays */
    check_ok(snq_curve_push(c, 2, 0.25f, SNQ_CURVE_STEP));
    for (int twice = 0; twice < 2; twice++) {
        check_ok(snq_track_copy_curves(from, to));
        assert_int_equal(to->curves, 3);
        assert_string_equal(to->curve[0].target, "gain_db");
        assert_int_equal(to->curve[0].points, 2);
        check_near(to->curve[0].point[1].at, 4, 0);
        check_near((double)to->curve[0].point[1].value, 2, 0);
        assert_int_equal(to->curve[0].point[0].shape, SNQ_CURVE_LINEAR);
        assert_string_equal(to->curve[1].target, "reverb");
        check_near((double)to->curve[1].point[0].value, 0.25, 0);
        assert_string_equal(to->curve[2].target, "pan");
        assert_int_equal(to->curve[2].points, 1);
    }
    assert_ptr_not_equal(to->curve[0].point, from->curve[0].point);
    assert_int_equal(from->curves, 2);
    snq_score_clear(&s);
}

static snq_status copy_curves(void *user, void **object)
{
    static snq_score s;
    snq_score_init(&s);
    snq_track *t;
    snq_status st = snq_score_add_track(&s, "to", &t);
    if (st >= 0)
        st = snq_track_copy_curves(user, t);
    if (st < 0)
        snq_score_clear(&s);
    *object = st < 0 ? NULL : &s;
    return st;
}

static void curves_without_memory(void **state)
{
    snq_score s;
    make(&s);
    snq_sweep(copy_curves, release, &s.track[0]);
    snq_score_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_and_apart),        cmocka_unit_test(an_empty_one),
        cmocka_unit_test(out_of_memory),         cmocka_unit_test(curves_take_places),
        cmocka_unit_test(curves_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
