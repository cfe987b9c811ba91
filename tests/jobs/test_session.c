// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/session.h"
#include "support/sweep.h"

static void an_empty_one(void **state)
{
    snq_session s;
    snq_session_init(&s);
    assert_int_equal(snq_session_find(&s, "bass"), -1);
    assert_int_equal(s.steps, 0);
    snq_session_clear(&s);
    snq_session_clear(&s);
}

static void names_without_regard_to_case(void **state)
{
    snq_session s;
    snq_session_init(&s);
    s.intent.tracks = 2;
    strcpy(s.intent.track[0].name, "drums");
    strcpy(s.intent.track[1].name, "Bass");
    strcpy(s.intent.track[2].name, "left over");
    assert_int_equal(snq_session_find(&s, "DRUMS"), 0);
    assert_int_equal(snq_session_find(&s, "bass"), 1);
    assert_int_equal(snq_session_find(&s, "bas"), -1);
    assert_int_equal(snq_session_find(&s, ""), -1);
    assert_int_equal(snq_session_find(&s, "left over"), -1);
    snq_session_clear(&s);
}

static void what_was_done_is_noted(void **state)
{
    snq_session s;
    char prompt[] = "louder";
    snq_session_init(&s);
    check_ok(snq_session_did(&s, "compose", "", NULL));
    check_ok(snq_session_did(&s, "regenerate", "bass, keys", prompt));
    prompt[0] = 'X'; /* it has its own copy */
    assert_int_equal(s.steps, 2);
    assert_int_equal(s.step[0].number, 1);
    assert_null(s.step[0].prompt);
    assert_int_equal(s.step[1].number, 2);
    assert_string_equal(s.step[1].did, "regenerate");
    assert_string_equal(s.step[1].track, "bass, keys");
    assert_string_equal(s.step[1].prompt, "louder");
    snq_session_clear(&s);
}

static void history_is_bounded(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_session s;
    snq_session_init(&s);
    for (int i = 1; i <= SNQ_SESSION_STEPS_MAX + 5; i++) {
        char track[16];
        snprintf(track, sizeof track, "t%d", i);
        check_ok(snq_session_did(&s, "lock", track, track));
        assert_int_equal(s.steps, i < SNQ_SESSION_STEPS_MAX ? i : SNQ_SESSION_STEPS_MAX);
    }
    for (uint32_t i = 0; i < s.steps; i++) { /* the oldest five are forgotten, numbers go on */
        char track[16];
        snprintf(track, sizeof track, "t%u", i + 6);
        assert_int_equal(s.step[i].number, i + 6);
        assert_string_equal(s.step[i].track, track);
        assert_string_equal(s.step[i].prompt, track);
    }
    s.step[s.steps - 1].number = SNQ_SESSION_NUMBER_MAX;
    check_status(snq_session_did(&s, "lock", "", "x"), SNQ_ERR_TOO_BIG);
    assert_int_equal(s.steps, SNQ_SESSION_STEPS_MAX);
    snq_session_clear(&s);
    assert_int_equal(snq_alloc_live(), live);
}

/* Names that don't fit are cut, not written over what follows. */
static void long_names_are_cut(void **state)
{
    char name[2 * SNQ_SESSION_FILE_MAX];
    snq_session s;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    snq_session_init(&s);
    check_ok(snq_session_did(&s, name, name, NULL));
    assert_int_equal(strlen(s.step[0].did), sizeof s.step[0].did - 1);
    assert_int_equal(strlen(s.step[0].track), SNQ_SESSION_FILE_MAX - 1);
    assert_null(s.step[0].prompt);
    snq_session_clear(&s);
}

static snq_status make(void *user, void **object)
{
    snq_session *s = calloc(1, sizeof *s);
    snq_status st = SNQ_OK;
    (void)user;
    snq_session_init(s);
    for (int i = 0; i < 17 && st >= 0; i++) { /* room for 16 grows */
        const uint32_t steps = s->steps;
        st = snq_session_did(s, "lock", "bass", "prompt");
        assert_int_equal(s->steps, steps + (st >= 0));
    }
    if (st < 0) {
        snq_session_clear(s);
        free(s);
        return st;
    }
    *object = s;
    return st;
}

static void unmake(void *object)
{
    snq_session_clear(object);
    free(object);
}

static void memory_may_end(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 17 + 2);
}

/* Seeds: of the name, the count and the piece; the same for ever (sessions say only the piece's). */
static void seeds_of_tracks(void **state)
{
    enum { NAMES = 3, MADE = 50, PIECES = 20 };
    static const char *const names[NAMES] = { "drums", "bass", "drum" };
    static uint64_t seen[NAMES * MADE * PIECES];
    size_t n = 0;
    for (uint64_t piece = 0; piece < PIECES; piece++)
        for (int i = 0; i < NAMES; i++)
            for (uint32_t made = 1; made <= MADE; made++) {
                const uint64_t seed = snq_session_track_seed(piece, names[i], made);
                assert_true(seed < SNQ_SESSION_SEED_MAX);
                assert_int_equal(seed, snq_session_track_seed(piece, names[i], made));
                for (size_t k = 0; k < n; k++)
                    assert_int_not_equal(seed, seen[k]);
                seen[n++] = seed;
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one),           cmocka_unit_test(names_without_regard_to_case),
        cmocka_unit_test(what_was_done_is_noted), cmocka_unit_test(history_is_bounded),
        cmocka_unit_test(long_names_are_cut),     cmocka_unit_test(memory_may_end),
        cmocka_unit_test(seeds_of_tracks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
