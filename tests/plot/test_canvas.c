// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <cairo.h>

#include "plot/canvas_impl.h"
#include "sheet_stand.h"

static void test_elide(void **state)
{
    static const double one[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    static const struct {
        size_t n;
        double most, mark;
        int middle;
        size_t head, tail;
    } table[] = {
        { 0, 0, 1, 0, 0, 0 },    { 10, 10, 1, 0, 10, 0 }, { 10, 9.9, 1, 0, 8, 0 },
        { 10, 5, 1, 0, 4, 0 },   { 10, 5, 1, 1, 2, 2 },   { 10, 6, 1, 1, 3, 2 },
        { 10, 9.9, 1, 1, 4, 4 }, { 10, 1, 1, 1, 0, 0 },   { 10, 0.5, 1, 1, 0, 0 },
        { 10, 9.9, 0, 0, 9, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        size_t head, tail;
        snq__elide(one, table[i].n, table[i].most, table[i].mark, table[i].middle, &head, &tail);
        if (head != table[i].head || tail != table[i].tail)
            fail_msg("line %zu: %zu and %zu", i, head, tail);
    }
}

/* Widths add up, elided text fits, what is drawn is as wide as measured. */
static void test_text(void **state)
{
    static const char name[] = "A long name of a recording, which doesn't fit";
    stand s;
    snq__canvas c;
    snq__type type = { .size = 40, .ink = 0xFFFFFFFF };
    stand_init(&s);
    check_ok(snq__canvas_init(&c, 1600, 100, &s.cfg));
    const double w = snq__text_width(&c, &type, "W"), ww = snq__text_width(&c, &type, "WW");
    assert_true(w > 20 && w < 60);
    check_near(ww, 2 * w, 1e-9);
    check_near(snq__text_width(&c, &type, ""), 0, 0);
    type.size = 20;
    check_near(snq__text_width(&c, &type, "WW"), w, 1e-9);
    const double all = snq__text_width(&c, &type, name);
    for (type.middle = 0; type.middle < 2; type.middle++) {
        type.most = all * 0.6;
        const double cut = snq__text_width(&c, &type, name);
        assert_true(cut <= type.most && cut > type.most - 30);
        check_near(snq__text(&c, &type, 10, 60, name), cut, 0);
    }
    type.most = 0;
    type.bold = 1;
    assert_true(snq__text_width(&c, &type, name) > all);
    check_ok(snq__canvas_check(&c));
    snq__canvas_clear(&c);
    stand_clear(&s);
}

static uint32_t at(const snq__canvas *c, uint32_t x, uint32_t y)
{
    const unsigned char *data = cairo_image_surface_get_data(c->surface);
    uint32_t v;
    memcpy(&v, data + y * (size_t)cairo_image_surface_get_stride(c->surface) + 4 * (size_t)x, 4);
    return v & 0xFFFFFF;
}

/* Lines of one pixel are sharp wherever they are asked for; ink is mixed by its last byte. */
static void test_shapes(void **state)
{
    stand s;
    snq__canvas c;
    stand_init(&s);
    check_ok(snq__canvas_init(&c, 1600, 100, &s.cfg));
    snq__fill(&c, (snq__box) { 0, 0, 1600, 100 }, 0x000000FF);
    for (double x = 10; x < 12; x += 0.13) {
        snq__fill(&c, (snq__box) { 0, 0, 1600, 100 }, 0x000000FF);
        snq__line(&c, (snq__box) { x, 10, x, 50 }, 1, 0, 0x123456FF);
        uint32_t n = 0;
        for (uint32_t i = 0; i < 20; i++)
            if (at(&c, i, 30)) {
                assert_int_equal(at(&c, i, 30), 0x123456);
                check_near(i + 0.5, x, 0.76);
                n++;
            }
        assert_int_equal(n, 1);
    }
    snq__fill(&c, (snq__box) { 100, 0, 200, 100 }, 0xFF000080);
    check_near(at(&c, 150, 50) >> 16, 128, 1);
    snq__fill_round(&c, (snq__box) { 300, 10, 400, 60 }, 10, 0x00FF00FF);
    assert_int_equal(at(&c, 300, 10), 0);
    assert_int_equal(at(&c, 350, 10), 0x00FF00);
    assert_int_equal(at(&c, 300, 35), 0x00FF00);
    snq__fill_round(&c, (snq__box) { 500, 10, 500, 60 }, 10, 0x00FF00FF); /* nothing */
    assert_int_equal(at(&c, 500, 30), 0);
    snq__bars_begin(&c);
    snq__bar(&c, 700, 10.25, 20.5, 0xFFFFFFFF);
    snq__bar(&c, 701, -5, 500, 0xFFFFFF80);
    snq__bar(&c, 702, 20, 20, 0xFFFFFFFF); /* nothing */
    snq__bar(&c, 1600, 20, 30, 0xFFFFFFFF);
    snq__bars_end(&c);
    assert_int_equal(at(&c, 700, 9), 0);
    check_near(at(&c, 700, 10) & 255, 0.75 * 255, 1);
    assert_int_equal(at(&c, 700, 11), 0xFFFFFF);
    assert_int_equal(at(&c, 700, 19), 0xFFFFFF);
    check_near(at(&c, 700, 20) & 255, 0.5 * 255, 1);
    assert_int_equal(at(&c, 700, 21), 0);
    check_near(at(&c, 701, 0) & 255, 128, 1);
    check_near(at(&c, 701, 99) & 255, 128, 1);
    assert_int_equal(at(&c, 702, 20), 0);
    check_near(snq__snap(&c, 10.4), 10, 0);
    check_ok(snq__canvas_check(&c));
    snq__canvas_clear(&c);
    snq__canvas_clear(&c); /* once more is legal */
    stand_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elide),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
