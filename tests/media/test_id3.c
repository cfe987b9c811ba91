// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "media/id3_impl.h"

static void test_bytes(void **state)
{
    static const struct {
        const char *head;
        uint32_t want;
    } tab[] = {
        { "ID3\3\0\0\0\0\0\0", 10 },       { "ID3\4\0\20\0\0\0\5", 25 }, /* with a footer */
        { "ID3\3\0\0\0\0\2\1", 10 + 257 }, { "ID3\3\0\0\177\177\177\177", 10 + 0xFFFFFFF },
        { "ID3\3\0\0\0\0\0\200", 0 },      { "ID3\377\0\0\0\0\0\1", 0 },
        { "ID3\3\377\0\0\0\0\1", 0 },      { "ID4\3\0\0\0\0\0\1", 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++)
        assert_int_equal(snq__id3_bytes((const uint8_t *)tab[i].head), tab[i].want);
}

/* One text frame of a version with this body. */
static int fine(int version, const char *body, size_t n)
{
    uint8_t tag[128] = {
        'I', 'D', '3', (uint8_t)version, 0, 0, 0, 0, 0, (uint8_t)(n + 10), 'T', 'I', 'T', '2',
        0,   0,   0,   (uint8_t)n,       0, 0
    };
    memcpy(tag + 20, body, n);
    return snq__id3_texts_fine(tag, 20 + n);
}
#define FINE(version, body) fine(version, body, sizeof(body) - 1)

static void test_texts(void **state)
{
    for (int version = 3; version <= 4; version++) {
        assert_true(FINE(version, ""));
        assert_true(FINE(version, "\0Caf\xE9\n\0")); /* Latin-1 */
        assert_false(FINE(version, "\0bell\a"));
        assert_true(FINE(version, "\1\xFF\xFE"
                                  "a\0\x3C\xD8\xB5\xDF")); /* with a pair */
        assert_false(FINE(version, "\1\xFF\xFE"
                                   "\x3C\xD8"
                                   "a\0")); /* half a pair */
        assert_false(FINE(version, "\1\xFF\xFE"
                                   "a\0\xB5\xDF")); /* the other half */
        assert_false(FINE(version, "\1\xFF\xFE"
                                   "\x3C\xD8")); /* at the end */
        assert_false(FINE(version, "\1\xFF\xFE"
                                   "\1\0"));
        assert_true(FINE(version, "\1\xFE\xFF"
                                  "\0a"));
        assert_true(FINE(version, "\2\0a\xD8\x3C\xDF\xB5"));
        assert_false(FINE(version, "\2\xDF\xB5"));
        assert_true(FINE(version, "\3na\xC3\xAFve"));
        assert_false(FINE(version, "\3na\xEFve"));
        assert_false(FINE(version, "\3\x1B[31m"));
    }
    assert_true(fine(2, "\3\xFF", 2)); /* version 2.2 is not looked into */
}

static void test_structure(void **state)
{
    uint8_t tag[64] = { 'I', 'D', '3', 3, 0, 0x40, 0, 0, 0, 54, 'T',
                        'I', 'T', '2', 0, 0, 0,    2, 0, 0, 3,  0xFF };
    assert_true(snq__id3_texts_fine(tag, sizeof tag)); /* an extended header: left alone */
    tag[5] = 0;
    assert_false(snq__id3_texts_fine(tag, sizeof tag));
    tag[10] = 'A'; /* not a text frame */
    assert_true(snq__id3_texts_fine(tag, sizeof tag));
    memcpy(tag + 22, "TPE1\0\0\0\2\0\0\3\xFF", 12); /* and one behind it */
    assert_false(snq__id3_texts_fine(tag, sizeof tag));
    tag[14] = 0xFF; /* a size beyond the tag ends the walk */
    assert_true(snq__id3_texts_fine(tag, sizeof tag));
    assert_true(snq__id3_texts_fine(tag, 12));
}

static void test_text(void **state)
{
    assert_true(snq__text_fine(""));
    assert_true(snq__text_fine("Für Elise\n\t"));
    assert_false(snq__text_fine("F\xFCr"));
    assert_false(snq__text_fine("a\x7F"));
    assert_false(snq__text_fine("a\xEF\xBF\xBD")); /* what a converter leaves of broken text */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_bytes), cmocka_unit_test(test_texts),
                                        cmocka_unit_test(test_structure),
                                        cmocka_unit_test(test_text) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
