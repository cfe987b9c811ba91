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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_and_apart),
        cmocka_unit_test(an_empty_one),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
