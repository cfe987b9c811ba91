// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "score/curve.h"

static snq_curve made(const snq_curve_point *point, size_t n)
{
    snq_curve c = { .target = "x" };
    for (size_t i = 0; i < n; i++)
        check_ok(snq_curve_push(&c, point[i].at, point[i].value, (snq_curve_shape)point[i].shape));
    check_ok(snq_curve_check(&c));
    return c;
}

static void at(const snq_curve *c, double place, double want)
{
    check_near((double)snq_curve_at(c, place, NULL, -99.0f), want, 1e-6 * fabs(want));
}

static void moves_in_each_shape(void **state)
{
    static const snq_curve_point point[] = {
        { 1, 100, SNQ_CURVE_STEP },         { 2, 200, SNQ_CURVE_LINEAR },
        { 4, 400, SNQ_CURVE_EXPONENTIAL },  { 6, 1600, SNQ_CURVE_SMOOTH },
        { 10, 0, SNQ_CURVE_EXPONENTIAL },   { 12, 10, SNQ_CURVE_EXPONENTIAL },
        { 14, -10, SNQ_CURVE_EXPONENTIAL }, { 16, -20, SNQ_CURVE_LINEAR },
    };
    snq_curve c = made(point, SNQ_COUNT(point));
    for (size_t i = 0; i < SNQ_COUNT(point); i++)
        at(&c, point[i].at, (double)point[i].value);
    at(&c, -INFINITY, 100);
    at(&c, 0, 100);
    at(&c, 1.999, 100); /* the step holds */
    at(&c, 2.5, 250);
    at(&c, 3, 300);
    at(&c, 5, 800); /* the geometric middle */
    at(&c, 4.5, 400 * sqrt(2.0));
    at(&c, 8, 800);
    at(&c, 7, 1600 - 1600 * (3.0 / 16 - 2.0 / 64));
    check_near((double)snq_curve_at(&c, 6.0001, NULL, 0), 1600, 1e-3); /* rests at its ends */
    at(&c, 11, 5);                                                     /* from zero: straight */
    at(&c, 13, 0);                                                     /* to below zero: straight */
    at(&c, 15, -15);                                                   /* below zero: straight */
    at(&c, 99, -20);
    at(&c, INFINITY, -20);
    at(&c, NAN, 100);
    snq_curve_clear(&c);
    assert_null(c.point);
    assert_true(snq_curve_at(&c, 3, NULL, 7.5f) == 7.5f);
    size_t hint = 3;
    assert_true(snq_curve_at(&c, 3, &hint, 7.5f) == 7.5f);
}

static void jumps_where_two_points_meet(void **state)
{
    static const snq_curve_point point[] = {
        { 0, 1, SNQ_CURVE_LINEAR }, { 2, 3, SNQ_CURVE_LINEAR }, { 2, 9, SNQ_CURVE_LINEAR },
        { 2, 5, SNQ_CURVE_LINEAR }, { 4, 7, SNQ_CURVE_LINEAR },
    };
    snq_curve c = made(point, SNQ_COUNT(point));
    check_near((double)snq_curve_at(&c, 1.999999, NULL, 0), 3, 1e-5);
    at(&c, 2, 5);
    at(&c, 3, 6);
    snq_curve_clear(&c);
}

static void keeps_to_floats_at_the_extremes(void **state)
{
    static const snq_curve_point point[] = {
        { 0, -FLT_MAX, SNQ_CURVE_LINEAR },
        { 1, FLT_MAX, SNQ_CURVE_EXPONENTIAL },
        { 2, FLT_TRUE_MIN, SNQ_CURVE_SMOOTH },
        { 3, FLT_MAX, SNQ_CURVE_EXPONENTIAL },
        { SNQ_CURVE_AT_MAX, FLT_MAX, SNQ_CURVE_STEP },
    };
    snq_curve c = made(point, SNQ_COUNT(point));
    for (int i = 0; i <= 400; i++)
        assert_true(isfinite(snq_curve_at(&c, i / 100.0, NULL, 0)));
    assert_true(snq_curve_at(&c, 1e9, NULL, 0) == FLT_MAX);
    snq_curve_clear(&c);
}

/* Whatever the hint, and in whatever order it is asked: the answer of a plain search. */
static void hints_change_nothing(void **state)
{
    snq_rng r;
    snq_curve c = { .target = "x" };
    double place = 0;
    snq_rng_init(&r, 5);
    for (int i = 0; i < 500; i++) {
        check_ok(snq_curve_push(&c, place, (float)snq_rng_uniform(&r),
                                (snq_curve_shape)snq_rng_below(&r, 4)));
        place += snq_rng_below(&r, 4) ? snq_rng_uniform(&r) : 0.0;
    }
    size_t forward = 0;
    for (double x = -1; x < place + 1; x += 0.01) {
        const float want = snq_curve_at(&c, x, NULL, 0);
        size_t any = snq_rng_below(&r, 600); /* over the end, too */
        assert_true(snq_curve_at(&c, x, &forward, 0) == want);
        assert_true(snq_curve_at(&c, x, &any, 0) == want);
        assert_int_equal(any, forward);
        if (x >= 0 && any < c.points)
            assert_true(c.point[any].at > x && (!any || c.point[any - 1].at <= x));
    }
    assert_int_equal(forward, 500);
    for (size_t i = 0; i < c.points; i++) /* at the points themselves, from near and far */
        for (size_t hint = i < 6 ? 0 : i - 6; hint < i + 6; hint++) {
            size_t any = hint;
            assert_true(snq_curve_at(&c, c.point[i].at, &any, 0) ==
                        snq_curve_at(&c, c.point[i].at, NULL, 0));
            assert_true(any == c.points || c.point[any].at > c.point[i].at);
            assert_true(c.point[any - 1].at == c.point[i].at);
        }
    for (double x = place; x > -1; x -= 7.3) { /* backwards */
        const float want = snq_curve_at(&c, x, NULL, 0);
        assert_true(snq_curve_at(&c, x, &forward, 0) == want);
    }
    snq_curve_clear(&c);
}

static void refuses_what_breaks_it(void **state)
{
    snq_curve c = { .target = "x" };
    check_status(snq_curve_push(&c, -0.1, 0, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, NAN, 0, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, 1e13, 0, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, 0, NAN, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, 0, -INFINITY, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, 0, 0, (snq_curve_shape)4), SNQ_ERR_RANGE);
    check_status(snq_curve_push(&c, 0, 0, (snq_curve_shape)-1), SNQ_ERR_RANGE);
    check_ok(snq_curve_push(&c, 2, 0, SNQ_CURVE_STEP));
    check_status(snq_curve_push(&c, 1.9, 0, SNQ_CURVE_STEP), SNQ_ERR_RANGE);
    assert_int_equal(c.points, 1);
    snq_curve_clear(&c);
    assert_int_equal(snq_alloc_live(), 0);
}

static void is_bounded(void **state)
{
    snq_curve c = { .target = "x" };
    const int64_t live = snq_alloc_live();
    for (int i = 0; i < SNQ_CURVE_POINTS_MAX; i++)
        check_ok(snq_curve_push(&c, i, 1, SNQ_CURVE_STEP));
    check_status(snq_curve_push(&c, 1e9, 1, SNQ_CURVE_STEP), SNQ_ERR_TOO_BIG);
    assert_int_equal(c.points, SNQ_CURVE_POINTS_MAX);
    check_ok(snq_curve_check(&c));
    snq_curve_clear(&c);
    for (int i = 0; i < 9; i++) { /* the 1st and the 9th ask for memory */
        snq_alloc_fail_after(0);
        const snq_status st = snq_curve_push(&c, i, 1, SNQ_CURVE_STEP);
        snq_alloc_fail_after(-1);
        assert_int_equal(st, i % 8 ? SNQ_OK : SNQ_ERR_NOMEM);
        assert_int_equal(c.points, i % 8 ? i + 1 : i);
        if (st < 0)
            check_ok(snq_curve_push(&c, i, 1, SNQ_CURVE_STEP));
    }
    snq_curve_clear(&c);
    assert_int_equal(snq_alloc_live(), live);
}

static void checks_each_point(void **state)
{
    static const snq_curve_point good[] = { { 0, 1, SNQ_CURVE_LINEAR },
                                            { 1, 2, SNQ_CURVE_SMOOTH } };
    static const struct {
        snq_curve_point point;
        const char *says;
    } bad[] = {
        { { -1, 0, 0 }, "point 1: at -1, not in 0 .. 1.09951e+12" },
        { { NAN, 0, 0 }, "point 1: at nan" },
        { { 2e12, 0, 0 }, "point 1: at 2e+12" },
        { { 1, NAN, 0 }, "point 1: value nan, shape 0" },
        { { 1, INFINITY, 0 }, "point 1: value inf" },
        { { 1, 3, 4 }, "point 1: value 3, shape 4" },
    };
    snq_curve c = made(good, 2);
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        c.point[1] = bad[i].point;
        check_status(snq_curve_check(&c), SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), bad[i].says));
    }
    c.point[1] = good[1];
    check_ok(snq_curve_check(&c));
    c.points = SNQ_CURVE_POINTS_MAX + 1;
    check_status(snq_curve_check(&c), SNQ_ERR_TOO_BIG);
    c.points = 2;
    c.target[0] = '\0';
    check_status(snq_curve_check(&c), SNQ_ERR_FORMAT);
    strcpy(c.target, "\xFF");
    check_status(snq_curve_check(&c), SNQ_ERR_FORMAT);
    memset(c.target, 'x', sizeof c.target);
    check_status(snq_curve_check(&c), SNQ_ERR_FORMAT);
    snq_curve_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_in_each_shape),
        cmocka_unit_test(jumps_where_two_points_meet),
        cmocka_unit_test(keeps_to_floats_at_the_extremes),
        cmocka_unit_test(hints_change_nothing),
        cmocka_unit_test(refuses_what_breaks_it),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(checks_each_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
