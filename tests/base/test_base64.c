// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/base64.h"
#include "base/rng.h"

/* RFC 4648, section 10, and the two last letters of the alphabet. */
static const struct {
    const char *plain, *text;
    size_t n;
} tab[] = {
    { "", "", 0 },
    { "f", "Zg==", 1 },
    { "fo", "Zm8=", 2 },
    { "foo", "Zm9v", 3 },
    { "foob", "Zm9vYg==", 4 },
    { "fooba", "Zm9vYmE=", 5 },
    { "foobar", "Zm9vYmFy", 6 },
    { "\xFB\xFF\xBF", "+/+/", 3 },
    { "\0\0", "AAA=", 2 },
};

static void keeps_the_standards_examples(void **state)
{
    uint8_t back[16];
    size_t n;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_str s;
        snq_str_init(&s, 100);
        snq_base64_put(&s, tab[i].plain, tab[i].n);
        assert_int_equal(s.st, SNQ_OK);
        assert_string_equal(snq_str_text(&s), tab[i].text);
        check_ok(snq_base64_get(tab[i].text, strlen(tab[i].text), back, &n));
        assert_int_equal(n, tab[i].n);
        assert_memory_equal(back, tab[i].plain, n);
        snq_str_clear(&s);
    }
}

static void brings_all_bytes_back(void **state)
{
    enum { LONGEST = 700 }; /* some of the writer's pieces */
    uint8_t bytes[LONGEST], back[LONGEST + 3];
    snq_rng r;
    snq_rng_init(&r, 1);
    for (size_t n = 0; n <= LONGEST; n++) {
        size_t got = 99;
        snq_str s;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)snq_rng_next(&r);
        snq_str_init(&s, 4 * LONGEST);
        snq_base64_put(&s, bytes, n);
        assert_int_equal(s.length, (n + 2) / 3 * 4);
        check_ok(snq_base64_get(snq_str_text(&s), s.length, back, &got));
        assert_int_equal(got, n);
        assert_memory_equal(back, bytes, n);
        snq_str_clear(&s);
    }
}

static void reads_only_what_it_writes(void **state)
{
    static const char *const wrong[] = {
        "Z",    "Zg",   "Zg=",       "Zg===",    "====", "=g==",    "Z===", "Zh==", /* stray bits */
        "Zm9=", "Zm 9", "Zm9v\nZg=", "Zg==Zg==", "Zm-_", "Zm9\xC3", "Zm9@", "Zm9[", "Z`9v",
    };
    uint8_t back[16];
    size_t n;
    for (size_t i = 0; i < SNQ_COUNT(wrong); i++)
        if (snq_base64_get(wrong[i], strlen(wrong[i]), back, &n) != SNQ_ERR_FORMAT || n != 0)
            fail_msg("read \"%s\"", wrong[i]);
    check_status(snq_base64_get("Zm9vZ*==", 8, back, &n), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "letter 5 is no base64");
}

static void says_when_there_is_no_room(void **state)
{
    snq_str s;
    snq_str_init(&s, 7);
    snq_base64_put(&s, "foobar", 6);
    assert_int_equal(s.st, SNQ_ERR_TOO_BIG);
    snq_str_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_standards_examples),
        cmocka_unit_test(brings_all_bytes_back),
        cmocka_unit_test(reads_only_what_it_writes),
        cmocka_unit_test(says_when_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
