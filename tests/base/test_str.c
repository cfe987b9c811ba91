// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"

static void grows(void **state)
{
    snq_str s;
    snq_str_init(&s, 1000);
    assert_string_equal(snq_str_text(&s), "");
    for (int i = 0; i < 50; i++)
        snq_str_putf(&s, "%d,", i);
    assert_int_equal(s.length, 140);
    assert_int_equal(s.st, SNQ_OK);
    assert_memory_equal(snq_str_text(&s), "0,1,2,", 6);
    snq_str_put_bytes(&s, NULL, 0);
    snq_str_clear(&s);
    assert_int_equal(s.max, 1000);
}

static void keeps_its_bound_and_first_failure(void **state)
{
    snq_str s;
    snq_str_init(&s, 5);
    snq_str_put(&s, "abc");
    snq_str_put(&s, "def");
    assert_int_equal(s.st, SNQ_ERR_TOO_BIG);
    snq_str_put(&s, "d");
    snq_str_putf(&s, "%s", "e");
    assert_string_equal(snq_str_text(&s), "abc");
    snq_str_clear(&s);
    snq_alloc_fail_after(0);
    snq_str_put(&s, "x");
    snq_alloc_fail_after(-1);
    assert_int_equal(s.st, SNQ_ERR_NOMEM);
    snq_str_clear(&s);
}

static void decodes_utf8(void **state)
{
    static const struct {
        const char *text;
        uint32_t point;
        size_t size;
    } tab[] = {
        { "A", 'A', 1 },
        { "\xC3\xA9", 0xE9, 2 },
        { "\xE2\x82\xAC", 0x20AC, 3 },
        { "\xF4\x8F\xBF\xBF", 0x10FFFF, 4 },
        { "\xEF\xBF\xBD", 0xFFFD, 3 },
        { "\x80", 0xFFFD, 1 },             /* a tail alone */
        { "\xC0\xAF", 0xFFFD, 1 },         /* overlong */
        { "\xE0\x80\xAF", 0xFFFD, 1 },     /* overlong */
        { "\xF0\x80\x80\x80", 0xFFFD, 1 }, /* overlong */
        { "\xED\xA0\x80", 0xFFFD, 1 },     /* surrogate */
        { "\xF4\x90\x80\x80", 0xFFFD, 1 }, /* beyond Unicode */
        { "\xF5", 0xFFFD, 1 },
        { "\xE2\x82", 0xFFFD, 1 },     /* cut */
        { "\xE2\x28\xA1", 0xFFFD, 1 }, /* no tail */
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        uint32_t point;
        assert_int_equal(snq_utf8_get(tab[i].text, strlen(tab[i].text), &point), tab[i].size);
        assert_int_equal(point, tab[i].point);
    }
    assert_true(snq_utf8_check("na\xC3\xAFve \xEF\xBF\xBD"));
    assert_true(snq_utf8_check(""));
    assert_false(snq_utf8_check("na\xEFve"));
}

static void makes_names_printable(void **state)
{
    snq_str s;
    snq_str_init(&s, 1000);
    snq_str_put_printable(&s, "a\nb\x1B[31m\xFF \xC2\x9B \xE2\x80\xAE"
                              "exe \xE4\xB8\xAD");
    assert_string_equal(snq_str_text(&s),
                        "a\\x0Ab\\x1B[31m\\xFF \\u{9B} \\u{202E}exe \xE4\xB8\xAD");
    snq_str_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(keeps_its_bound_and_first_failure),
        cmocka_unit_test(decodes_utf8),
        cmocka_unit_test(makes_names_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
