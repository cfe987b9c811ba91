// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "base/alloc.h"
#include "base/pack.h"

static snq_unpack reader(const snq_str *s)
{
    snq_unpack u;
    snq_unpack_init(&u, s->text, s->length);
    return u;
}

static snq_unpack reader_of(const char *bytes, size_t n)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    return u;
}

static void writes_little_endian_without_padding(void **state)
{
    static const char want[] = "\x7F"
                               "\x04\x03\x02\x01"
                               "\x08\x07\x06\x05\x04\x03\x02\x01"
                               "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                               "\x00\x00\x00\x00\x00\x00\xF8\xBF" /* -1.5 */
                               "\x02\x00\x00\x00"
                               "\x00\x00\x80\x3F"
                               "\x00\x00\x00\x80" /* -0 */
                               "\x03\x00\x00\x00"
                               "a\xC3\xA9"
                               "\x00\x00\x00\x00"
                               "\x00\x00\x00\x00";
    static const float values[] = { 1.0f, -0.0f };
    snq_str s;
    snq_str_init(&s, 1000);
    snq_pack_u8(&s, 0x7F);
    snq_pack_u32(&s, 0x01020304);
    snq_pack_u64(&s, 0x0102030405060708);
    snq_pack_i64(&s, -2);
    snq_pack_f64(&s, -1.5);
    snq_pack_f32s(&s, values, 2);
    snq_pack_text(&s, "a\xC3\xA9");
    snq_pack_text(&s, "");
    snq_pack_text(&s, NULL);
    assert_int_equal(s.st, SNQ_OK);
    assert_int_equal(s.length, sizeof want - 1);
    assert_memory_equal(s.text, want, s.length);
    snq_str_clear(&s);
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static void reads_what_was_written(void **state)
{
    static const double reals[] = { 0.0, -0.0, 1.0 / 3.0, DBL_MAX, -DBL_MIN, 4.9e-324 };
    static const int64_t ints[] = { 0, -1, INT64_MAX, INT64_MIN };
    snq_str s;
    snq_arena arena;
    char text[8];
    snq_str_init(&s, 1000);
    snq_arena_init(&arena, 1 << 20);
    snq_pack_u8(&s, 255);
    snq_pack_u32(&s, UINT32_MAX);
    snq_pack_u64(&s, UINT64_MAX);
    for (size_t i = 0; i < SNQ_COUNT(ints); i++)
        snq_pack_i64(&s, ints[i]);
    for (size_t i = 0; i < SNQ_COUNT(reals); i++)
        snq_pack_f64(&s, reals[i]);
    snq_pack_text(&s, "1234567");
    snq_pack_text(&s, "\xF0\x9F\x8E\xB5");
    snq_unpack u = reader(&s);
    assert_int_equal(snq_unpack_u8(&u), 255);
    assert_int_equal(snq_unpack_u32(&u), UINT32_MAX);
    assert_true(snq_unpack_u64(&u) == UINT64_MAX);
    for (size_t i = 0; i < SNQ_COUNT(ints); i++)
        assert_true(snq_unpack_i64(&u) == ints[i]);
    for (size_t i = 0; i < SNQ_COUNT(reals); i++)
        assert_true(bits_of(snq_unpack_f64(&u)) == bits_of(reals[i]));
    snq_unpack_text(&u, text, sizeof text);
    assert_string_equal(text, "1234567");
    assert_string_equal(snq_unpack_arena_text(&u, &arena, 4), "\xF0\x9F\x8E\xB5");
    check_ok(snq_unpack_finish(&u));
    snq_arena_clear(&arena);
    snq_str_clear(&s);
}

static void arrays_of_any_length_come_back(void **state)
{
    static const uint32_t lengths[] = { 0, 1, 255, 256, 257, 1000 };
    float in[1000], out[1001];
    for (int i = 0; i < 1000; i++)
        in[i] = (float)i * 0.37f - 100.0f;
    for (size_t k = 0; k < SNQ_COUNT(lengths); k++) {
        const uint32_t n = lengths[k];
        snq_str s;
        snq_str_init(&s, 10000);
        snq_pack_f32s(&s, in, n);
        assert_int_equal(s.length, 4 + 4 * n);
        snq_unpack u = reader(&s);
        out[n] = 77.0f;
        snq_unpack_f32s(&u, n ? out : NULL, n);
        check_ok(snq_unpack_finish(&u));
        assert_memory_equal(out, in, n * sizeof *in);
        assert_true(out[n] == 77.0f);
        snq_str_clear(&s);
    }
}

static void what_is_not_finite_is_never_packed(void **state)
{
    static const double bad[] = { (double)INFINITY, (double)-INFINITY, (double)NAN };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        float values[600] = { 0 };
        snq_str s;
        snq_str_init(&s, 10000);
        snq_pack_f64(&s, bad[i]);
        assert_int_equal(s.st, SNQ_ERR_RANGE);
        snq_pack_u32(&s, 1);
        assert_int_equal(s.length, 0);
        snq_str_clear(&s);
        values[i ? 599 : 0] = (float)bad[i];
        snq_pack_f32s(&s, values, 600);
        assert_int_equal(s.st, SNQ_ERR_RANGE);
        snq_str_clear(&s);
    }
}

static void writing_keeps_the_first_failure(void **state)
{
    const float bad = NAN;
    snq_str s;
    snq_str_init(&s, 3);
    snq_pack_u32(&s, 1);
    assert_int_equal(s.st, SNQ_ERR_TOO_BIG);
    snq_pack_f64(&s, (double)NAN);
    snq_pack_f32s(&s, &bad, 1);
    snq_pack_u8(&s, 1);
    assert_int_equal(s.st, SNQ_ERR_TOO_BIG);
    assert_int_equal(s.length, 0);
    snq_str_clear(&s);
    snq_alloc_fail_after(0);
    snq_pack_u8(&s, 1);
    snq_alloc_fail_after(-1);
    assert_int_equal(s.st, SNQ_ERR_NOMEM);
}

static void reading_keeps_the_first_failure_and_gives_zeros(void **state)
{
    snq_arena arena;
    char text[4] = "abc";
    float values[2] = { 1.0f, 2.0f };
    snq_arena_init(&arena, 1 << 20);
    snq_unpack u = reader_of("\1\2\3", 3);
    assert_int_equal(snq_unpack_u32(&u), 0);
    assert_int_equal(u.st, SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "4 wanted, 3 left"));
    snq_error_clear();
    assert_int_equal(snq_unpack_u8(&u), 0); /* though a byte is there */
    assert_true(snq_unpack_u64(&u) == 0);
    assert_true(snq_unpack_i64(&u) == 0);
    assert_true(bits_of(snq_unpack_f64(&u)) == 0);
    assert_int_equal(snq_unpack_count(&u, 1, 10), 0);
    snq_unpack_f32s(&u, values, 2);
    assert_true(values[0] == 0.0f && values[1] == 0.0f);
    snq_unpack_text(&u, text, sizeof text);
    assert_string_equal(text, "");
    assert_string_equal(snq_unpack_arena_text(&u, &arena, 10), "");
    check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), ""); /* nothing was recorded over the first */
    snq_arena_clear(&arena);
}

static void numbers_must_be_finite(void **state)
{
    static const char *const bad[] = { "\0\0\0\0\0\0\xF0\x7F", "\0\0\0\0\0\0\xF0\xFF",
                                       "\1\0\0\0\0\0\xF8\x7F", "\1\0\0\0\0\0\xF0\xFF" };
    static const char *const bad_f32[] = { "\2\0\0\0\0\0\x80\x7F\0\0\0\0",
                                           "\2\0\0\0\0\0\x80\x3F\1\0\x80\xFF" };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_unpack u = reader_of(bad[i], 8);
        assert_true(bits_of(snq_unpack_f64(&u)) == 0);
        check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
    }
    for (size_t i = 0; i < SNQ_COUNT(bad_f32); i++) {
        float values[2] = { 5.0f, 5.0f };
        snq_unpack u = reader_of(bad_f32[i], 12);
        snq_unpack_f32s(&u, values, 2);
        assert_true(values[0] == 0.0f && values[1] == 0.0f);
        check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
    }
}

static void an_array_must_have_the_length_that_is_asked_for(void **state)
{
    for (uint32_t n = 0; n < 4; n++) {
        float values[3] = { 5.0f, 5.0f, 5.0f };
        snq_unpack u = reader_of("\2\0\0\0\0\0\x80\x3F\0\0\x80\x3F", 12);
        snq_unpack_f32s(&u, values, n);
        check_status(snq_unpack_finish(&u), n == 2 ? SNQ_OK : SNQ_ERR_FORMAT);
        for (uint32_t i = 0; i < 3; i++)
            assert_true(values[i] == (i >= n ? 5.0f : n == 2 ? 1.0f : 0.0f));
    }
    float values[2];
    snq_unpack u = reader_of("\2\0\0\0\0\0\x80\x3F\0\0\x80", 11);
    snq_unpack_f32s(&u, values, 2);
    check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
}

static void a_count_is_held_against_the_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t n, least;
        uint32_t max, want;
        snq_status st;
    } tab[] = {
        { "\0\0\0\0", 4, 8, 0, 0, SNQ_OK },
        { "\2\0\0\0abcdef", 10, 3, 2, 2, SNQ_OK },
        { "\2\0\0\0abcde", 9, 3, 2, 0, SNQ_ERR_FORMAT },   /* a byte is missing */
        { "\3\0\0\0abcdef", 10, 2, 2, 0, SNQ_ERR_FORMAT }, /* over max */
        { "\xFF\xFF\xFF\xFF"
          "ab",
          6, SIZE_MAX, UINT32_MAX, 0, SNQ_ERR_FORMAT }, /* n * least would wrap */
        { "\xFF\xFF\xFF\xFF"
          "ab",
          6, 1, UINT32_MAX, 0, SNQ_ERR_FORMAT },
        { "\1\0\0", 3, 1, 1, 0, SNQ_ERR_FORMAT },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_unpack u = reader_of(tab[i].bytes, tab[i].n);
        assert_int_equal(snq_unpack_count(&u, tab[i].least, tab[i].max), tab[i].want);
        assert_int_equal(u.st, tab[i].st);
    }
}

static const struct {
    const char *bytes;
    size_t n;
    const char *want; /* in 4 bytes with the terminator; NULL: refused */
} text_tab[] = {
    { "\0\0\0\0", 4, "" },
    { "\3\0\0\0abc", 7, "abc" },
    { "\3\0\0\0\xE2\x82\xAC", 7, "\xE2\x82\xAC" },
    { "\4\0\0\0abcd", 8, NULL },             /* too long */
    { "\3\0\0\0ab", 6, NULL },               /* cut */
    { "\3\0\0", 3, NULL },                   /* its length cut */
    { "\3\0\0\0a\0c", 7, NULL },             /* a zero byte */
    { "\1\0\0\0\0", 5, NULL },               /* nothing but one */
    { "\2\0\0\0\xE2\x82\xAC", 6, NULL },     /* ends inside a character */
    { "\2\0\0\0\xC0\xAF", 6, NULL },         /* overlong */
    { "\3\0\0\0\xED\xA0\x80", 7, NULL },     /* a surrogate */
    { "\xFF\xFF\xFF\xFF\x61\x62", 6, NULL }, /* a length that no buffer has */
};

static void texts_are_checked(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(text_tab); i++) {
        const char *want = text_tab[i].want;
        snq_arena arena;
        char text[5] = { 'x', 'x', 'x', 'x', 'x' };
        snq_arena_init(&arena, 1 << 20);
        snq_unpack u = reader_of(text_tab[i].bytes, text_tab[i].n);
        snq_unpack_text(&u, text, 4);
        assert_string_equal(text, want ? want : "");
        assert_int_equal(text[4], 'x');
        assert_int_equal(u.st, want ? SNQ_OK : SNQ_ERR_FORMAT);
        u = reader_of(text_tab[i].bytes, text_tab[i].n);
        assert_string_equal(snq_unpack_arena_text(&u, &arena, 3), want ? want : "");
        assert_int_equal(u.st, want ? SNQ_OK : SNQ_ERR_FORMAT);
        /* what is empty or refused takes nothing */
        assert_int_equal(arena.total_bytes > 0, want && *want);
        snq_arena_clear(&arena);
    }
}

static void names_need_not_be_utf8(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(text_tab); i++) {
        /* refused: what is too long, cut or holds a zero byte, but not what is malformed */
        const char *bytes = text_tab[i].bytes;
        const size_t n = text_tab[i].n < 4 ? 0 : text_tab[i].n - 4;
        const int fits =
            text_tab[i].n >= 4 && (uint8_t)bytes[0] == n && n < 4 && !memchr(bytes + 4, 0, n);
        char name[5] = { 'x', 'x', 'x', 'x', 'x' };
        snq_unpack u = reader_of(bytes, text_tab[i].n);
        snq_unpack_name(&u, name, 4);
        assert_int_equal(u.st, fits ? SNQ_OK : SNQ_ERR_FORMAT);
        assert_int_equal(strlen(name), fits ? n : 0);
        if (fits)
            assert_memory_equal(name, bytes + 4, n);
        assert_int_equal(name[4], 'x');
    }
    char name[5];
    snq_unpack u = reader_of("\4\0\0\0na\xEFv", 8);
    snq_unpack_name(&u, name, sizeof name);
    check_ok(snq_unpack_finish(&u));
    assert_string_equal(name, "na\xEFv");
}

static void an_arena_text_can_lack_memory(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_arena arena;
    snq_arena_init(&arena, 1 << 20);
    snq_alloc_fail_after(0);
    snq_unpack u = reader_of("\1\0\0\0a", 5);
    assert_string_equal(snq_unpack_arena_text(&u, &arena, 10), "");
    snq_alloc_fail_after(-1);
    check_status(snq_unpack_finish(&u), SNQ_ERR_NOMEM);
    snq_arena_init(&arena, 100); /* the arena's own bound */
    u = reader_of("\1\0\0\0a", 5);
    assert_string_equal(snq_unpack_arena_text(&u, &arena, 10), "");
    check_status(snq_unpack_finish(&u), SNQ_ERR_NOMEM);
    snq_arena_clear(&arena);
    assert_int_equal(snq_alloc_live(), live);
}

static void what_is_left_over_is_a_failure(void **state)
{
    snq_unpack u = reader_of("\1\2", 2);
    assert_int_equal(snq_unpack_u8(&u), 1);
    assert_int_equal(u.left, 1);
    check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "1 bytes"));
    snq_unpack_init(&u, NULL, 0);
    check_ok(snq_unpack_finish(&u));
    assert_int_equal(snq_unpack_u8(&u), 0);
    check_status(snq_unpack_finish(&u), SNQ_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_little_endian_without_padding),
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(arrays_of_any_length_come_back),
        cmocka_unit_test(what_is_not_finite_is_never_packed),
        cmocka_unit_test(writing_keeps_the_first_failure),
        cmocka_unit_test(reading_keeps_the_first_failure_and_gives_zeros),
        cmocka_unit_test(numbers_must_be_finite),
        cmocka_unit_test(an_array_must_have_the_length_that_is_asked_for),
        cmocka_unit_test(a_count_is_held_against_the_bytes),
        cmocka_unit_test(texts_are_checked),
        cmocka_unit_test(names_need_not_be_utf8),
        cmocka_unit_test(an_arena_text_can_lack_memory),
        cmocka_unit_test(what_is_left_over_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
