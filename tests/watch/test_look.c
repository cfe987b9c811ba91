// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "support/sweep.h"
#include "watch/look.h"

enum { W = 40, H = 30, CW = 20, CH = 15 };

typedef struct made {
    uint8_t y[H * W], cb[CH * CW], cr[CH * CW];
} made;

/* BT.601, full range; 0 .. 255 */
static void paint(made *m, double r, double g, double b)
{
    memset(m->y, (int)lrint(0.299 * r + 0.587 * g + 0.114 * b), sizeof m->y);
    memset(m->cb, (int)fmin(255, lrint(128 - 0.168736 * r - 0.331264 * g + 0.5 * b)), sizeof m->cb);
    memset(m->cr, (int)fmin(255, lrint(128 + 0.5 * r - 0.418688 * g - 0.081312 * b)), sizeof m->cr);
}

static snq_look_at measure(const made *m)
{
    const snq_picture y = { m->y, W, H, 1, W }, cb = { m->cb, CW, CH, 1, CW },
                      cr = { m->cr, CW, CH, 1, CW };
    snq_look_at at;
    snq_look_measure(&y, &cb, &cr, &at);
    return at;
}

static snq_sight_picture picture_of(const snq_look_at *at, int n)
{
    snq_look *l;
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_look_new(0, &l));
    for (int i = 0; i < n; i++)
        check_ok(snq_look_push(l, &at[i], i / 25.0));
    snq_look_finish(l, &s);
    assert_null(s.picture_reason);
    snq_look_free(l);
    snq_sight_clear(&s);
    return s.picture;
}

static void colours_have_their_hue(void **state)
{
    static const struct {
        double r, g, b, hue, least;
    } tab[] = { { 255, 0, 0, 0, 0.95 },     { 255, 255, 0, 60, 0.9 },   { 0, 255, 0, 120, 0.99 },
                { 0, 255, 255, 180, 0.95 }, { 0, 0, 255, 240, 0.9 },    { 255, 0, 255, 300, 0.95 },
                { 200, 150, 100, 30, 0.2 }, { 100, 110, 150, 228, 0.1 } };
    made m;
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        paint(&m, tab[k].r, tab[k].g, tab[k].b);
        const snq_look_at at = measure(&m);
        const snq_sight_picture p = picture_of(&at, 1);
        assert_null(p.hue_deg.reason);
        check_near(fmod(p.hue_deg.value - tab[k].hue + 540, 360), 180, 1.5);
        assert_true(p.hue_deg.value >= 0 && p.hue_deg.value < 360);
        assert_true(p.saturation_mean.value >= tab[k].least && p.saturation_mean.value <= 1);
        check_near(p.luma_std.value, 0, 1e-9);
    }
}

static void grey_and_mixed_pictures_have_none(void **state)
{
    made m;
    paint(&m, 90, 90, 90);
    snq_look_at at = measure(&m);
    snq_sight_picture p = picture_of(&at, 1);
    assert_string_equal(p.hue_deg.reason, "grey");
    check_near(p.saturation_mean.value, 0, 1e-9);
    check_near(p.luma_mean.value, 90 / 255.0, 1e-6);
    /* half red, half cyan */
    made n;
    paint(&m, 220, 20, 20);
    paint(&n, 20, 220, 220);
    memcpy(m.cb, n.cb, sizeof m.cb / 2);
    memcpy(m.cr, n.cr, sizeof m.cr / 2);
    at = measure(&m);
    p = picture_of(&at, 1);
    assert_string_equal(p.hue_deg.reason, "no colour leads");
    assert_true(p.saturation_mean.value > 0.6);
    /* without chroma */
    const snq_picture y = { m.y, W, H, 1, W }, none = { 0 };
    snq_look_measure(&y, &none, &none, &at);
    check_near(at.saturation, 0, 0);
    const snq_picture empty = { m.y, 0, 0, 1, 0 };
    snq_look_measure(&empty, &none, &none, &at);
    check_near(at.luma_mean, 0, 0);
}

static void luma_follows_the_definition(void **state)
{
    made m;
    paint(&m, 128, 128, 128);
    double sum = 0, square = 0;
    for (int i = 0; i < W * H; i++) {
        m.y[i] = (uint8_t)(i * 37 % 251);
        sum += m.y[i] / 255.0;
        square += m.y[i] / 255.0 * m.y[i] / 255.0;
    }
    const snq_look_at at = measure(&m);
    check_near(at.luma_mean, sum / (W * H), 1e-6);
    check_near(at.luma_std, sqrt(square / (W * H) - sum * sum / (W * H) / (W * H)), 1e-6);
    paint(&m, 0, 0, 0);
    const snq_look_at two[] = { at, measure(&m) };
    const snq_sight_picture p = picture_of(two, 2);
    check_near(p.luma_mean.value, 0.5 * (double)at.luma_mean, 1e-6);
    check_near(p.luma_std.value, 0.5 * (double)at.luma_std, 1e-6);
}

static snq_series *column(snq_sight *s, uint32_t i, const char *name)
{
    assert_string_equal(s->column[i].series.name, name);
    assert_int_equal(s->column[i].band, -1);
    return &s->column[i].series;
}

static void curves_follow_the_pictures(void **state)
{
    made m;
    snq_look *l;
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_look_new(10, &l));
    /* red for two seconds, nothing for two, grey and darker for two */
    for (int i = 0; i < 180; i++) {
        if (i < 60)
            paint(&m, 255, 0, 0);
        else
            paint(&m, 30, 30, 30);
        const snq_look_at at = measure(&m);
        if (i < 60 || i >= 120)
            check_ok(snq_look_push(l, &at, 10 + i / 30.0));
    }
    check_ok(snq_look_windows(l, 10, 0.25, 25, &s));
    assert_int_equal(s.columns, 4);
    const snq_series *mean = column(&s, 0, "luma_mean"), *std = column(&s, 1, "luma_std");
    const snq_series *sat = column(&s, 2, "saturation_mean"), *hue = column(&s, 3, "hue_deg");
    assert_int_equal(mean->length, 25);
    for (size_t i = 0; i < 25; i++) {
        const double t = 0.25 * (double)i;
        const int red = t<2.45, dark = t> 3.55;
        assert_int_equal(mean->valid[i], red || dark);
        assert_int_equal(sat->valid[i], red || dark);
        assert_int_equal(hue->valid[i], red);
        if (red || dark) {
            check_near(mean->value[i], (red ? 76 : 30) / 255.0, 1e-4);
            check_near(sat->value[i], red ? 0.985 : 0, 0.01);
            check_near(std->value[i], 0, 1e-6);
        }
    }
    snq_look_finish(l, &s);
    check_near(s.picture.luma_mean.value, 53 / 255.0, 1e-4);
    snq_look_free(l);
    snq_sight_clear(&s);
}

static snq_status make_new(void *user, void **object)
{
    return snq_look_new(*(double *)user, (snq_look **)object);
}

static void unmake(void *object)
{
    snq_look_free(object);
}

static void bounds_are_kept(void **state)
{
    double start = 0;
    snq_sweep(make_new, unmake, &start);
    snq_look *l;
    check_status(snq_look_new(NAN, &l), SNQ_ERR_RANGE);
    assert_null(l);
    check_ok(snq_look_new(5, &l));
    snq_sight s;
    snq_sight_init(&s);
    snq_look_finish(l, &s);
    assert_string_equal(s.picture_reason, "no picture");
    const snq_look_at at = { 0.5f, 0.1f, 0.2f, 0.1f, 0.1f };
    snq_alloc_fail_after(0);
    check_status(snq_look_push(l, &at, 5), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    check_ok(snq_look_push(l, &at, 0));   /* before the start: for the file alone */
    check_ok(snq_look_push(l, &at, 1e9)); /* and far behind */
    check_ok(snq_look_push(l, &at, 100)); /* 95 s later: room for 760 blocks */
    check_status(snq_look_windows(l, 5, 0, 4, &s), SNQ_ERR_RANGE);
    snq_sight_clear(&s);
    snq_sight_init(&s);
    check_ok(snq_look_windows(l, 5, 0.25, 400, &s));
    const snq_series *mean = column(&s, 0, "luma_mean");
    size_t valid = 0;
    for (size_t i = 0; i < mean->length; i++)
        valid += mean->valid[i];
    assert_int_equal(valid, 4); /* within half a second of 95 s */
    for (int n = 0; n < 6; n++) {
        snq_sight t;
        snq_sight_init(&t);
        snq_alloc_fail_after(n);
        assert_true(snq_look_windows(l, 5, 0.25, 4, &t) == SNQ_ERR_NOMEM || n >= 3);
        snq_alloc_fail_after(-1);
        snq_sight_clear(&t);
    }
    snq_look_free(l);
    snq_look_free(NULL);
    snq_sight_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_have_their_hue),
        cmocka_unit_test(grey_and_mixed_pictures_have_none),
        cmocka_unit_test(luma_follows_the_definition),
        cmocka_unit_test(curves_follow_the_pictures),
        cmocka_unit_test(bounds_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
