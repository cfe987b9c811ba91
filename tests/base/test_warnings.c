// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/str.h"
#include "base/warnings.h"

static void keeps_each_code_once(void **state)
{
    snq_warnings w = { .count = 0 };
    snq_warnings_add(&w, "truncated", 12, "cut at %d", 12);
    snq_warnings_add(&w, "truncated", 99, "again");
    assert_int_equal(w.count, 1);
    const snq_warning *found = snq_warnings_find(&w, "truncated");
    assert_non_null(found);
    assert_string_equal(found->message, "cut at 12");
    assert_int_equal(found->offset_bytes, 12);
    assert_int_equal(found->times, 2);
    assert_null(snq_warnings_find(&w, "other"));
}

static void is_bounded(void **state)
{
    snq_warnings w = { .count = 0 };
    char code[16];
    for (int i = 0; i < SNQ_WARNINGS_MAX + 5; i++) {
        snprintf(code, sizeof code, "code_%d", i);
        snq_warnings_add(&w, code, -1, "x");
    }
    assert_int_equal(w.count, SNQ_WARNINGS_MAX);
}

static void messages_stay_utf8(void **state)
{
    char text[400] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, "\xE2\x82\xAC"); /* 240 / 3 leaves a part at the end */
    snq_warnings w = { .count = 0 };
    snq_warnings_add(&w, "a", -1, "%s", text);
    snq_warnings_add(&w, "b", -1, "x%s", text);
    snq_warnings_add(&w, "c", -1, "bad \xFF byte in the middle");
    for (uint32_t i = 0; i < w.count; i++)
        assert_true(snq_utf8_check(w.item[i].message));
    assert_string_equal(w.item[2].message, "bad ? byte in the middle");
}

static void told_as_json(void **state)
{
    snq_warnings w = { .count = 0 };
    snq_str text;
    snq_json j;
    snq_warnings_add(&w, "truncated", 0, "cut at \"%d\"", 12);
    snq_warnings_add(&w, "odd", -1, "nowhere");
    snq_str_init(&text, 4096);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_json_array(&j);
    for (int some = 1; some >= 0; some--) {
        snq_json_object(&j);
        snq_warnings_json(&j, some ? &w : NULL);
        snq_json_end(&j);
    }
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_string_equal(snq_str_text(&text),
                        "[{\"warnings\":[{\"code\":\"truncated\",\"message\":\"cut at "
                        "\\\"12\\\"\",\"offset_bytes\":0},"
                        "{\"code\":\"odd\",\"message\":\"nowhere\"}]},{\"warnings\":[]}]");
    snq_str_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_each_code_once),
        cmocka_unit_test(told_as_json),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(messages_stay_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
