// SPDX-License-Identifier: MIT
#include "score/curve.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

const char *const snq_curve_shape_names[SNQ_CURVE_SHAPES] = { "step", "linear", "exponential",
                                                              "smooth" };

void snq_curve_clear(snq_curve *c)
{
    snq_free(c->point);
    *c = (snq_curve) { 0 };
}

snq_status snq_curve_push(snq_curve *c, double at, float value, snq_curve_shape shape)
{
    const double before = c->points ? c->point[c->points - 1].at : 0.0;
    if (!(at >= before && at <= SNQ_CURVE_AT_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "point at %g: must be %g .. %g", at, before,
                        SNQ_CURVE_AT_MAX);
    if (!isfinite(value))
        return SNQ_FAIL(SNQ_ERR_RANGE, "point at %g: its value is not finite", at);
    if ((unsigned)shape >= SNQ_CURVE_SHAPES)
        return SNQ_FAIL(SNQ_ERR_RANGE, "point at %g: shape %d", at, (int)shape);
    if (c->points == SNQ_CURVE_POINTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d points in a curve", SNQ_CURVE_POINTS_MAX);
    if (c->points == c->room) {
        const size_t room = c->room ? 2 * c->room : 8;
        snq_curve_point *point = snq_regrow(c->point, c->room, room, sizeof *point);
        if (!point)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu points of a curve", room);
        c->point = point;
        c->room = room;
    }
    c->point[c->points++] = (snq_curve_point) { at, value, (uint8_t)shape };
    return SNQ_OK;
}

/* Number of points at or before `at`, found from `near`, a guess. */
SNQ_RT static size_t points_until(const snq_curve *c, double at, size_t near)
{
    size_t lo = 0, hi = c->points; /* the answer is in lo .. hi */
    if (near > 0 && near <= c->points && c->point[near - 1].at <= at) {
        /* forward: nearly always this step or one of the next */
        for (int k = 0; k < 4; k++, near++)
            if (near == c->points || c->point[near].at > at)
                return near;
        lo = near;
    }
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (c->point[mid].at <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

SNQ_RT static double between(const snq_curve_point *p, double at)
{
    const double a = (double)p[0].value, b = (double)p[1].value;
    const double x = (at - p[0].at) / (p[1].at - p[0].at); /* 0 <= x < 1 */
    switch (p[0].shape) {
    case SNQ_CURVE_LINEAR:
        return a + x * (b - a);
    case SNQ_CURVE_EXPONENTIAL:
        return a > 0.0 && b > 0.0 ? a * pow(b / a, x) : a + x * (b - a);
    case SNQ_CURVE_SMOOTH:
        return a + x * x * (3.0 - 2.0 * x) * (b - a);
    default:
        return a;
    }
}

SNQ_RT float snq_curve_at(const snq_curve *c, double at, size_t *hint, float otherwise)
{
    if (!c->points)
        return otherwise;
    const size_t k = points_until(c, at, hint ? *hint : 0);
    if (hint)
        *hint = k;
    if (!k)
        return c->point[0].value;
    const snq_curve_point *p = &c->point[k - 1];
    return k == c->points ? p->value : (float)between(p, at);
}

snq_status snq_curve_check(const snq_curve *c)
{
    if (!memchr(c->target, 0, sizeof c->target) || !c->target[0] || !snq_utf8_check(c->target))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "target: not a text of 1 .. %d bytes",
                        SNQ_CURVE_TARGET_MAX - 1);
    if (c->points > SNQ_CURVE_POINTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%zu points, over %d", c->points, SNQ_CURVE_POINTS_MAX);
    double before = 0.0;
    for (size_t i = 0; i < c->points; i++) {
        const snq_curve_point *p = &c->point[i];
        if (!(p->at >= before && p->at <= SNQ_CURVE_AT_MAX))
            return SNQ_FAIL(SNQ_ERR_RANGE, "point %zu: at %g, not in %g .. %g", i, p->at, before,
                            SNQ_CURVE_AT_MAX);
        if (!isfinite(p->value) || p->shape >= SNQ_CURVE_SHAPES)
            return SNQ_FAIL(SNQ_ERR_RANGE, "point %zu: value %g, shape %u", i, (double)p->value,
                            p->shape);
        before = p->at;
    }
    return SNQ_OK;
}
