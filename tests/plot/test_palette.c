// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "plot/palette_impl.h"

enum { W = 600, H = 200 };

static uint32_t pixel[W * H];

static void test_few_are_exact(void **state)
{
    snq__palette p;
    const uint32_t given[] = { 0x123456 };
    for (uint32_t i = 0; i < W * H; i++)
        pixel[i] = 0xAB000000u | (i % 200) * 0x010203; /* the upper byte is not looked at */
    check_ok(snq__palette_init(&p, pixel, W, W, H, given, 1));
    assert_true(p.colours >= 200 && p.colours <= 256);
    assert_int_equal(p.rgb[0], 0x123456);
    for (uint32_t i = 0; i < W * H; i++)
        assert_int_equal(p.rgb[p.index[i]], pixel[i] & 0xFFFFFF);
    snq__palette_clear(&p);
}

static double error_of(const snq__palette *p)
{
    double most = 0;
    for (uint32_t i = 0; i < W * H; i++)
        for (int shift = 0; shift < 24; shift += 8)
            most = fmax(most, fabs((double)(pixel[i] >> shift & 255) -
                                   (double)(p->rgb[p->index[i]] >> shift & 255)));
    return most;
}

/* Mixtures of two inks, as at the edges of letters: more than 256 colours in all, each near one. */
static void test_mixtures(void **state)
{
    snq__palette p;
    for (uint32_t i = 0; i < W * H; i++) {
        const uint32_t a = i % 256, b = i / 256 % 7;
        pixel[i] = i < W * 40 ? 0x0D1017 : (a << 16 | a << 8 | (a * (b + 10) / 16));
    }
    check_ok(snq__palette_init(&p, pixel, W, W, H, NULL, 0));
    assert_int_equal(p.colours, 256);
    assert_true(error_of(&p) <= 16);
    assert_int_equal(p.rgb[p.index[5]], 0x0D1017); /* what is frequent stays as it is */
    snq__palette_clear(&p);
}

/* More colours than are counted one by one: still every pixel has a near one of 6 x 6 x 6. */
static void test_all_colours(void **state)
{
    snq__palette p, again;
    for (uint32_t i = 0; i < W * H; i++)
        pixel[i] = (i * 2654435761u) >> 8;
    check_ok(snq__palette_init(&p, pixel, W, W, H, NULL, 0));
    check_ok(snq__palette_init(&again, pixel, W, W, H, NULL, 0));
    assert_int_equal(p.colours, 256);
    assert_memory_equal(p.index, again.index, W * H);
    assert_memory_equal(p.rgb, again.rgb, sizeof p.rgb);
    snq__palette_clear(&p);
    snq__palette_clear(&again);
}

static void test_memory(void **state)
{
    const int64_t live = snq_alloc_live();
    snq__palette p;
    for (int n = 0; n < 4; n++) {
        snq_alloc_fail_after(n);
        check_status(snq__palette_init(&p, pixel, W, W, H, NULL, 0), SNQ_ERR_NOMEM);
        assert_null(p.index);
    }
    snq_alloc_fail_after(-1);
    assert_int_equal(snq_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_are_exact),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_all_colours),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
