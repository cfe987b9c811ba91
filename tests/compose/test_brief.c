// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "prompt_checks.h"
#include "support/sweep.h"

static const char full[] =
    "{\"schema\":\"sonique/brief/"
    "1\",\"genres\":[\"techno\",\"deep_house\"],\"moods\":[\"dark\",\"tense\"],"
    "\"tempo\":{\"min\":126.1,\"max\":133.9,\"feel\":\"half\"},\"key\":{\"tonic\":\"F#\",\"mode\":"
    "\"dorian\"},"
    "\"meter\":\"7/"
    "8\",\"length\":{\"seconds\":90.5},\"tracks\":{\"only\":[\"drums\"],\"include\":[\"bass\","
    "\"vocal\"],\"exclude\":[\"melody\"]},\"modifiers\":[{\"track\":\"drums\",\"quality\":"
    "\"punchy\"},"
    "{\"track\":\"mix\",\"quality\":\"warm\"}],\"instruments\":[\"piano\",\"808\",\"vinyl\"],"
    "\"avoid\":{"
    "\"genres\":[\"jazz\"],\"moods\":[\"happy\"],\"instruments\":[\"organ\"],\"modifiers\":[{"
    "\"track\":"
    "\"bass\",\"quality\":\"soft\"}]},\"swing\":\"heavy\",\"energy\":\"high\",\"era\":\"2010s\","
    "\"structure\":"
    "[{\"section\":\"intro\",\"quality\":\"long\"},{\"section\":\"drop\",\"quality\":\"count:2\"},{"
    "\"section\":"
    "\"outro\",\"quality\":\"bars:8\"},{\"section\":\"verse\",\"quality\":\"none\"}],\"unknown\":["
    "\"fnord\","
    "\"d\xc3\xa9j\xc3\xa0\"]}";

static void comes_back(void **state)
{
    snq_brief b;
    check_ok(read_brief(full, sizeof full - 1, &b));
    assert_int_equal(b.genres, 2);
    assert_int_equal(b.genre[1], SNQ_GENRE_deep_house);
    check_near(b.max_bpm, 133.9, 1e-12);
    assert_int_equal(b.tonic, 6);
    assert_int_equal(b.feel, SNQ_FEEL_HALF);
    assert_int_equal(b.wish[2].n, 8);
    snq_str a = brief_text(&b);
    assert_string_equal(a.text, full);
    snq_str_clear(&a);
    snq_brief_clear(&b);
}

static void an_empty_brief_is_empty(void **state)
{
    snq_brief a, b;
    snq_brief_init(&a);
    snq_str s = brief_text(&a);
    assert_string_equal(s.text, "{\"schema\":\"sonique/brief/1\"}");
    snq_str_clear(&s);
    check_ok(read_brief("{}", 2, &b));
    assert_true(snq_brief_equal(&a, &b));
    static const char nulls[] =
        "{\"tempo\":null,\"key\":null,\"meter\":null,\"length\":null,\"swing\":null,"
        "\"energy\":null,\"era\":null,\"genres\":[],\"unknown\":[],\"structure\":[],"
        "\"tracks\":{},\"avoid\":{}}";
    check_ok(read_brief(nulls, sizeof nulls - 1, &b));
    assert_true(snq_brief_equal(&a, &b));
    snq_brief_clear(&b);
}

/* Sets in another order are the same, genres are not; each field makes a difference. */
static void equality(void **state)
{
    static const char *const two[][2] = {
        { "\"moods\":[\"sad\",\"dark\"]", "\"moods\":[\"dark\",\"sad\"]" },
        { "\"unknown\":[\"a\",\"bb\"]", "\"unknown\":[\"bb\",\"a\"]" },
        { "\"structure\":[{\"section\":\"drop\",\"quality\":\"long\"},{\"section\":\"drop\","
          "\"quality\":"
          "\"count:2\"}]",
          "\"structure\":[{\"section\":\"drop\",\"quality\":\"count:2\"},{\"section\":\"drop\","
          "\"quality\":"
          "\"long\"}]" },
    };
    static const char *const different[] = {
        "\"genres\":[\"techno\",\"house\"]",
        "\"genres\":[\"house\",\"techno\"]",
        "\"moods\":[\"sad\"]",
        "\"tempo\":{\"bpm\":100}",
        "\"tempo\":{\"min\":100}",
        "\"tempo\":{\"max\":100}",
        "\"tempo\":{\"feel\":\"double\"}",
        "\"key\":{\"tonic\":null,\"mode\":\"minor\"}",
        "\"key\":{\"tonic\":\"C\",\"mode\":\"minor\"}",
        "\"meter\":\"3/4\"",
        "\"meter\":\"3/8\"",
        "\"length\":{\"bars\":8}",
        "\"length\":{\"seconds\":8}",
        "\"tracks\":{\"only\":[\"bass\"]}",
        "\"tracks\":{\"include\":[\"bass\"]}",
        "\"tracks\":{\"exclude\":[\"bass\"]}",
        "\"modifiers\":[{\"track\":\"mix\",\"quality\":\"warm\"}]",
        "\"instruments\":[\"sax\"]",
        "\"avoid\":{\"genres\":[\"jazz\"]}",
        "\"avoid\":{\"moods\":[\"sad\"]}",
        "\"avoid\":{\"instruments\":[\"sax\"]}",
        "\"avoid\":{\"modifiers\":[{\"track\":\"mix\",\"quality\":\"warm\"}]}",
        "\"swing\":\"none\"",
        "\"energy\":\"low\"",
        "\"era\":\"50s\"",
        "\"structure\":[{\"section\":\"drop\",\"quality\":\"count:2\"}]",
        "\"structure\":[{\"section\":\"drop\",\"quality\":\"count:3\"}]",
        "\"unknown\":[\"a\"]",
        "\"unknown\":[\"b\"]",
        "\"unknown\":[\"a\",\"b\"]",
        "\"genres\":[]",
    };
    snq_brief a, b;
    char text[512];
    for (size_t i = 0; i < SNQ_COUNT(two); i++) {
        snprintf(text, sizeof text, "{%s}", two[i][0]);
        check_ok(read_brief(text, strlen(text), &a));
        snprintf(text, sizeof text, "{%s}", two[i][1]);
        check_ok(read_brief(text, strlen(text), &b));
        assert_true(snq_brief_equal(&a, &b));
        snq_brief_clear(&a);
        snq_brief_clear(&b);
    }
    for (size_t i = 0; i < SNQ_COUNT(different); i++)
        for (size_t k = 0; k < SNQ_COUNT(different); k++) {
            snprintf(text, sizeof text, "{%s}", different[i]);
            check_ok(read_brief(text, strlen(text), &a));
            snprintf(text, sizeof text, "{%s}", different[k]);
            check_ok(read_brief(text, strlen(text), &b));
            assert_int_equal(snq_brief_equal(&a, &b), i == k);
            snq_brief_clear(&a);
            snq_brief_clear(&b);
        }
}

static const struct {
    const char *text;
    snq_status st;
} wrongs[] = {
    { "[]", SNQ_ERR_FORMAT },
    { "{\"more\":1}", SNQ_ERR_FORMAT },
    { "{\"schema\":\"sonique/brief/2\"}", SNQ_ERR_FORMAT },
    { "{\"genres\":[\"polka\"]}", SNQ_ERR_FORMAT },
    { "{\"genres\":[\"rock\",\"rock\"]}", SNQ_ERR_FORMAT },
    { "{\"genres\":null}", SNQ_ERR_FORMAT },
    { "{\"moods\":\"sad\"}", SNQ_ERR_FORMAT },
    { "{\"tempo\":{\"bpm\":19}}", SNQ_ERR_RANGE },
    { "{\"tempo\":{\"bpm\":401}}", SNQ_ERR_RANGE },
    { "{\"tempo\":{\"bpm\":100,\"min\":90}}", SNQ_ERR_FORMAT },
    { "{\"tempo\":{\"min\":100,\"max\":90}}", SNQ_ERR_RANGE },
    { "{\"tempo\":{\"feel\":\"third\"}}", SNQ_ERR_FORMAT },
    { "{\"tempo\":{\"x\":1}}", SNQ_ERR_FORMAT },
    { "{\"key\":{\"tonic\":\"Bb\",\"mode\":\"minor\"}}", SNQ_ERR_FORMAT },
    { "{\"key\":{\"mode\":\"minor\"}}", SNQ_ERR_FORMAT },
    { "{\"key\":{\"tonic\":\"C\"}}", SNQ_ERR_FORMAT },
    { "{\"key\":{\"tonic\":\"C\",\"mode\":null}}", SNQ_ERR_FORMAT },
    { "{\"key\":{\"tonic\":\"C\",\"mode\":\"odd\"}}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"7/6\"}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"07/8\"}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"7/8x\"}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"100/8\"}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"7/1\"}", SNQ_ERR_FORMAT },
    { "{\"meter\":\"7\"}", SNQ_ERR_FORMAT },
    { "{\"length\":{}}", SNQ_ERR_FORMAT },
    { "{\"length\":{\"bars\":1,\"seconds\":1}}", SNQ_ERR_FORMAT },
    { "{\"length\":{\"bars\":0}}", SNQ_ERR_RANGE },
    { "{\"length\":{\"seconds\":0}}", SNQ_ERR_RANGE },
    { "{\"tracks\":{\"only\":[\"mix\"]}}", SNQ_ERR_FORMAT },
    { "{\"tracks\":{\"not\":[]}}", SNQ_ERR_FORMAT },
    { "{\"modifiers\":[{\"track\":\"mix\"}]}", SNQ_ERR_FORMAT },
    { "{\"modifiers\":[{\"track\":\"mix\",\"quality\":\"x\"}]}", SNQ_ERR_FORMAT },
    { "{\"modifiers\":[{\"track\":\"mix\",\"quality\":\"warm\"},{\"track\":\"mix\",\"quality\":"
      "\"warm\"}]}",
      SNQ_ERR_FORMAT },
    { "{\"modifiers\":{}}", SNQ_ERR_FORMAT },
    { "{\"avoid\":{\"tracks\":[]}}", SNQ_ERR_FORMAT },
    { "{\"avoid\":{\"moods\":[\"x\"]}}", SNQ_ERR_FORMAT },
    { "{\"swing\":\"some\"}", SNQ_ERR_FORMAT },
    { "{\"energy\":1}", SNQ_ERR_FORMAT },
    { "{\"era\":\"40s\"}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:0\"}]}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:100\"}]}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"bars:1x\"}]}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"wide\"}]}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"quality\":\"long\"}]}", SNQ_ERR_FORMAT },
    { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"long\"},{\"section\":\"drop\","
      "\"quality\":\"long\"}]}",
      SNQ_ERR_FORMAT },
    { "{\"structure\":1}", SNQ_ERR_FORMAT },
    { "{\"unknown\":[\"\"]}", SNQ_ERR_FORMAT },
    { "{\"unknown\":[\"a\\nb\"]}", SNQ_ERR_FORMAT },
    { "{\"unknown\":[1]}", SNQ_ERR_FORMAT },
    { "{\"unknown\":1}", SNQ_ERR_FORMAT },
};

static void refuses_what_is_none(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(wrongs); i++) {
        snq_brief b;
        const snq_status st = read_brief(wrongs[i].text, strlen(wrongs[i].text), &b);
        if (st != wrongs[i].st)
            fail_msg("%s: %s", wrongs[i].text, snq_status_name(st));
        assert_true(b.unknowns == 0 && b.genres == 0 && !b.unknown.text);
        if (i > 0)
            assert_non_null(strstr(snq_last_error(), "b.json: "));
    }
}

static void wishes_have_a_bound(void **state)
{
    snq_brief b;
    snq_str s;
    snq_brief_init(&b);
    for (int i = 0; i < SNQ_BRIEF_WISHES_MAX; i++)
        assert_true(snq_brief_add_wish(&b, (snq_section_wish) { 0, SNQ_WISH_BARS, i + 1 }));
    assert_true(snq_brief_add_wish(&b, (snq_section_wish) { 0, SNQ_WISH_BARS, 1 }));
    assert_false(snq_brief_add_wish(&b, (snq_section_wish) { 1, SNQ_WISH_BARS, 1 }));
    snq_brief_clear(&b);
    snq_str_init(&s, 1 << 20);
    snq_str_put(&s, "{\"structure\":[");
    for (int i = 0; i <= SNQ_BRIEF_WISHES_MAX; i++)
        snq_str_putf(&s, "%s{\"section\":\"drop\",\"quality\":\"bars:%d\"}", i ? "," : "", i + 1);
    snq_str_put(&s, "]}");
    check_status(read_brief(s.text, s.length, &b), SNQ_ERR_TOO_BIG);
    snq_str_clear(&s);
}

static void unknown_words_have_a_bound(void **state)
{
    snq_brief b;
    char word[200];
    snq_status st = SNQ_OK;
    memset(word, 'x', sizeof word);
    snq_brief_init(&b);
    for (int i = 0; i < 6000 && st >= 0; i++)
        st = snq_brief_add_unknown(&b, word, sizeof word);
    assert_int_equal(st, SNQ_ERR_TOO_BIG);
    snq_brief_clear(&b);
}

/* ---- flags ---- */

static void flags_win(void **state)
{
    snq_brief b;
    snq_brief_flags f = snq_brief_flags_none();
    check_ok(read_brief(full, sizeof full - 1, &b));
    snq_str before = brief_text(&b);
    snq_brief_override(&b, &f);
    snq_str after = brief_text(&b);
    assert_string_equal(before.text, after.text);
    f = (snq_brief_flags) {
        .bpm = 99, .bars = 16, .tonic = 2, .mode = -1, .genre = SNQ_GENRE_jazz, .only = 6
    };
    snq_brief_override(&b, &f);
    assert_true(b.bpm == 99 && b.min_bpm == 0 && b.max_bpm == 0 && b.feel == SNQ_FEEL_HALF);
    assert_true(b.bars == 16 && b.seconds == 0);
    assert_true(b.tonic == 2 && b.mode == SNQ_MODE_major);
    assert_true(b.genres == 1 && b.genre[0] == SNQ_GENRE_jazz && b.avoid_genres == 0);
    assert_true(b.only == 6 && b.include == 0 && b.exclude == 1 << SNQ_PART_melody);
    f = snq_brief_flags_none();
    f.seconds = 30;
    f.mode = SNQ_MODE_minor;
    f.tonic = 0;
    f.only = 1 << SNQ_PART_melody;
    snq_brief_override(&b, &f);
    assert_true(b.seconds == 30 && b.bars == 0 && b.tonic == 0 && b.mode == SNQ_MODE_minor);
    assert_true(b.only == 1 << SNQ_PART_melody && b.exclude == 0);
    snq_str_clear(&before);
    snq_str_clear(&after);
    snq_brief_clear(&b);
}

static snq_status make(void *user, void **object)
{
    const snq_json_ref root = snq_json_root(user);
    snq_brief *b = calloc(1, sizeof *b);
    const snq_status st = snq_brief_from_json(&root, b);
    *object = st < 0 ? NULL : b;
    if (st < 0)
        free(b);
    return st;
}

static void unmake(void *object)
{
    snq_brief_clear(object);
    free(object);
}

static void survives_failing_allocations(void **state)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("b", full, sizeof full - 1, &doc));
    assert_true(snq_sweep(make, unmake, doc) > 0);
    snq_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(an_empty_brief_is_empty),
        cmocka_unit_test(equality),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(wishes_have_a_bound),
        cmocka_unit_test(unknown_words_have_a_bound),
        cmocka_unit_test(flags_win),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
