// SPDX-License-Identifier: MIT
/* Strips: which pictures stay, how large and of what colour they are, round trips, and bytes that no strip packs to. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "score/film_strip.h"
#include "support/sweep.h"

static snq_picture plane(const uint8_t *pixels, uint32_t width, uint32_t height)
{
    return (snq_picture) { pixels, width, height, 1, width };
}

/* A picture of 8 x 6 whose luma is n, modulo 251. */
static snq_status push(snq_film_strip *s, uint64_t n)
{
    static uint8_t luma[48];
    static const snq_picture none = { 0 };
    memset(luma, (int)(n % 251), sizeof luma);
    const snq_picture y = plane(luma, 8, 6);
    return snq_film_strip_push(s, &y, &none, &none, (double)n / 25);
}

static void pictures_are_spread_evenly(void **state)
{
    static const uint64_t length[] = { 0, 1, 2, 47, 48, 49, 95, 96, 97, 1000, 54321 };
    for (size_t i = 0; i < SNQ_COUNT(length); i++) {
        snq_film_strip s;
        snq_film_strip_init(&s);
        for (uint64_t n = 0; n < length[i]; n++)
            check_ok(push(&s, n));
        assert_true(s.thumbs <= SNQ_FILM_STRIP_MAX);
        assert_true(s.thumbs >= SNQ_FILM_STRIP_MAX / 2 || s.thumbs == length[i]);
        uint64_t every = 1; /* the least power of two that is enough */
        while ((length[i] + every - 1) / every > SNQ_FILM_STRIP_MAX)
            every *= 2;
        assert_int_equal(s.thumbs, (length[i] + every - 1) / every);
        for (uint32_t k = 0; k < s.thumbs; k++) {
            check_near(s.t_s[k], (double)(k * every) / 25, 1e-9);
            assert_int_equal(*snq_film_strip_thumb(&s, k), k * every % 251);
        }
        if (s.thumbs) {
            assert_int_equal(snq_film_strip_nearest(&s, -5), 0);
            assert_int_equal(snq_film_strip_nearest(&s, 1e6), s.thumbs - 1);
        }
        if (s.thumbs > 2)
            assert_int_equal(snq_film_strip_nearest(&s, s.t_s[1] * 1.4), 1);
        snq_film_strip_clear(&s);
    }
}

static void thumbs_keep_proportions(void **state)
{
    static const uint32_t size[][4] = { { 320, 180, 112, 63 }, { 180, 320, 63, 112 },
                                        { 16, 16, 16, 16 },    { 1000, 1000, 91, 91 },
                                        { 4000, 10, 112, 1 },  { 1, 1, 1, 1 } };
    uint8_t *pixels = snq_calloc(4000 * 1000, 1);
    for (size_t i = 0; i < SNQ_COUNT(size); i++) {
        snq_film_strip s;
        const snq_picture none = { 0 }, y = plane(pixels, size[i][0], size[i][1]);
        snq_film_strip_init(&s);
        check_ok(snq_film_strip_push(&s, &y, &none, &none, 0));
        assert_true(s.width * s.height <= SNQ_FILM_STRIP_PIXELS_MAX);
        assert_true(s.width <= SNQ_FILM_STRIP_SIDE_MAX && s.height <= SNQ_FILM_STRIP_SIDE_MAX);
        check_near(s.width, size[i][2], 1);
        check_near(s.height, size[i][3], 1);
        snq_film_strip_clear(&s);
    }
    snq_free(pixels);
}

/* BT.601: the colours of a test picture (EBU 3325, full range). */
static void colours_are_what_they_are(void **state)
{
    static const struct {
        uint8_t y, cb, cr, rgb[3];
    } table[] = { { 0, 128, 128, { 0, 0, 0 } },    { 255, 128, 128, { 255, 255, 255 } },
                  { 76, 85, 255, { 254, 0, 0 } },  { 150, 44, 21, { 0, 255, 1 } },
                  { 29, 255, 107, { 0, 0, 254 } }, { 128, 128, 128, { 128, 128, 128 } },
                  { 226, 1, 149, { 255, 255, 1 } } };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        snq_film_strip s;
        const snq_picture y = plane(&table[i].y, 1, 1), b = plane(&table[i].cb, 1, 1),
                          r = plane(&table[i].cr, 1, 1);
        snq_film_strip_init(&s);
        check_ok(snq_film_strip_push(&s, &y, &b, &r, 0));
        for (int k = 0; k < 3; k++)
            check_near(snq_film_strip_thumb(&s, 0)[k], table[i].rgb[k], 2);
        snq_film_strip_clear(&s);
    }
}

/* A step in the middle stays in the middle, and the mean stays the mean. */
static void thumbs_are_means(void **state)
{
    enum { W = 640, H = 360 };
    static uint8_t pixels[W * H];
    const snq_picture none = { 0 }, y = plane(pixels, W, H);
    snq_film_strip s;
    for (int i = 0; i < W * H; i++)
        pixels[i] = i % W < W / 2 ? (i % 2 ? 90 : 110) : 200;
    snq_film_strip_init(&s);
    check_ok(snq_film_strip_push(&s, &y, &none, &none, 0));
    for (uint32_t j = 0; j < s.height; j++)
        for (uint32_t i = 0; i < s.width; i++)
            check_near(s.rgb[3 * (j * s.width + i) + 1], i < s.width / 2 ? 100 : 200, 4);
    snq_film_strip_clear(&s);
}

static snq_str packed(const snq_film_strip *s)
{
    snq_str bytes;
    snq_str_init(&bytes, 4 << 20);
    snq_film_strip_pack(&bytes, s);
    check_ok(bytes.st);
    return bytes;
}

static snq_status unpack(const char *bytes, size_t n, snq_film_strip *s)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    const snq_status st = snq_film_strip_unpack(&u, s);
    return st < 0 ? st : snq_unpack_finish(&u);
}

static void round_trips(void **state)
{
    snq_film_strip s, back;
    snq_film_strip_init(&s);
    for (int thumbs = 0; thumbs < 60; thumbs++) {
        snq_str bytes = packed(&s);
        if (!thumbs)
            assert_int_equal(bytes.length, 12);
        check_ok(unpack(bytes.text, bytes.length, &back));
        assert_int_equal(back.thumbs, s.thumbs);
        snq_str again = packed(&back);
        assert_int_equal(bytes.length, again.length);
        assert_memory_equal(bytes.text, again.text, bytes.length);
        snq_str_clear(&bytes);
        snq_str_clear(&again);
        snq_film_strip_clear(&back);
        check_ok(push(&s, (uint64_t)thumbs));
    }
    snq_film_strip_clear(&s);
}

static void other_bytes_are_refused(void **state)
{
    snq_film_strip s, back;
    snq_film_strip_init(&s);
    for (uint64_t n = 0; n < 3; n++)
        check_ok(push(&s, n));
    snq_str bytes = packed(&s);
    const int64_t live = snq_alloc_live();
    for (size_t n = 0; n < bytes.length; n++) {
        check_status(unpack(bytes.text, n, &back), SNQ_ERR_FORMAT);
        assert_null(back.rgb);
    }
    /* width, height, count; times out of order, no time */
    static const struct {
        size_t at;
        uint8_t byte;
    } wrong[] = { { 0, 0 }, { 0, 113 }, { 1, 1 },         { 4, 0 },         { 8, 49 },
                  { 8, 0 }, { 10, 1 },  { 12 + 7, 0x40 }, { 12 + 7, 0x7F }, { 12 + 15, 0xFF } };
    for (size_t i = 0; i < SNQ_COUNT(wrong); i++) {
        const char was = bytes.text[wrong[i].at];
        bytes.text[wrong[i].at] = (char)wrong[i].byte;
        check_status(unpack(bytes.text, bytes.length, &back), SNQ_ERR_FORMAT);
        assert_null(back.rgb);
        bytes.text[wrong[i].at] = was;
    }
    assert_int_equal(snq_alloc_live(), live);
    snq_str_clear(&bytes);
    snq_film_strip_clear(&s);
}

static void what_is_no_picture_is_refused(void **state)
{
    static const uint8_t pixels[12] = { 0 };
    const snq_picture none = { 0 }, y = plane(pixels, 2, 2), colour = { pixels, 2, 2, 3, 6 };
    snq_film_strip s;
    snq_film_strip_init(&s);
    check_status(snq_film_strip_push(&s, &none, &none, &none, 0), SNQ_ERR_ARG);
    check_status(snq_film_strip_push(&s, &colour, &none, &none, 0), SNQ_ERR_ARG);
    check_status(snq_film_strip_push(&s, &y, &colour, &none, 0), SNQ_ERR_ARG);
    check_status(snq_film_strip_push(&s, &y, &none, &colour, 0), SNQ_ERR_ARG);
    check_status(snq_film_strip_push(&s, &y, &none, &none, NAN), SNQ_ERR_ARG);
    check_ok(snq_film_strip_push(&s, &y, &none, &none, 1));
    check_status(snq_film_strip_push(&s, &y, &none, &none, 1), SNQ_ERR_ARG);
    assert_int_equal(s.thumbs, 1);
    snq_film_strip_clear(&s);
}

static snq_status make(void *user, void **out)
{
    snq_film_strip *s = user;
    snq_film_strip back = { 0 };
    snq_film_strip_init(s);
    *out = NULL;
    SNQ_TRY(push(s, 0));
    snq_str bytes;
    snq_str_init(&bytes, 1 << 20);
    snq_film_strip_pack(&bytes, s);
    snq_status st = bytes.st;
    if (st >= 0)
        st = unpack(bytes.text, bytes.length, &back);
    snq_str_clear(&bytes);
    snq_film_strip_clear(&back);
    if (st < 0)
        snq_film_strip_clear(s);
    else
        *out = s;
    return st;
}

static void unmake(void *s)
{
    snq_film_strip_clear(s);
}

static void memory_may_end(void **state)
{
    snq_film_strip s;
    assert_true(snq_sweep(make, unmake, &s) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_spread_evenly),
        cmocka_unit_test(thumbs_keep_proportions),
        cmocka_unit_test(colours_are_what_they_are),
        cmocka_unit_test(thumbs_are_means),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
