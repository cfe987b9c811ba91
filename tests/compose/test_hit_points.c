// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "compose/hit_points.h"

static snq_hit_list make(const snq_sight_event *event, uint32_t n)
{
    const snq_hit_cfg cfg = snq_hit_cfg_default(60.0);
    snq_hit_list l;
    check_ok(snq_hit_list_make(&cfg, event, n, NULL, &l));
    return l;
}

static void events_have_their_weights(void **state)
{
    const snq_sight_event e[] = {
        { 1.0, 0.2, SNQ_SIGHT_CUT },   { 2.0, 0.6, SNQ_SIGHT_FADE },
        { 3.0, 0.6, SNQ_SIGHT_FLASH }, { 4.0, 0.5, SNQ_SIGHT_ACCENT },
        { 5.0, 0.0, SNQ_SIGHT_FLASH }, { 60.0, 1.0, SNQ_SIGHT_CUT },
        { 61.0, 1.0, SNQ_SIGHT_CUT },  { 6.0, 7.0, SNQ_SIGHT_FLASH },
        { 7.0, NAN, SNQ_SIGHT_FADE },
    };
    static const float want[] = { 1.0f, 0.3f, 0.6f, 0.5f, 1.0f };
    static const char *const kind[] = { "cut", "fade", "flash", "accent", "flash" };
    snq_hit_list l = make(e, 9);
    assert_int_equal(l.hits, 5);
    for (uint32_t i = 0; i < l.hits; i++) {
        check_near(l.hit[i].weight, want[i], 1e-6);
        assert_string_equal(snq_hit_kind_name(l.hit[i].kind), kind[i]);
    }
    assert_string_equal(snq_hit_kind_name(SNQ_HIT_MOTION), "motion");
    check_near(l.hit[0].strength, 0.2, 1e-6);
    snq_hit_list_clear(&l);
    snq_hit_list_clear(&l);
}

static void near_ones_are_one(void **state)
{
    const snq_sight_event e[] = {
        { 1.00, 0.6, SNQ_SIGHT_ACCENT }, { 1.04, 1.0, SNQ_SIGHT_CUT },
        { 1.10, 0.9, SNQ_SIGHT_FLASH },  { 2.00, 1.0, SNQ_SIGHT_CUT },
        { 2.05, 0.7, SNQ_SIGHT_FLASH },  { 2.07, 0.8, SNQ_SIGHT_FLASH },
        { 3.00, 1.0, SNQ_SIGHT_CUT },    { 3.00, 1.0, SNQ_SIGHT_ACCENT },
        { 3.09, 0.4, SNQ_SIGHT_ACCENT },
    };
    static const double want[] = { 1.04, 2.0, 3.0, 3.09 };
    snq_hit_list l = make(e, 9);
    assert_int_equal(l.hits, 4);
    for (uint32_t i = 0; i < l.hits; i++)
        check_near(l.hit[i].t_s, want[i], 1e-12);
    snq_hit_list_clear(&l);
}

static void nothing_is_legal(void **state)
{
    snq_series none;
    check_ok(snq_series_init(&none, "speed", "", 0.0, 0.25, 8));
    const snq_hit_cfg cfg = snq_hit_cfg_default(60.0);
    snq_hit_list l = make(NULL, 0);
    assert_int_equal(l.hits, 0);
    snq_hit_list_clear(&l);
    check_ok(snq_hit_list_make(&cfg, NULL, 0, &none, &l));
    assert_int_equal(l.hits, 0);
    snq_hit_list_clear(&l);
    snq_series_clear(&none);
}

/* Flat but for bumps; a gap in it. */
static snq_series bumps(void)
{
    snq_series s;
    check_ok(snq_series_init(&s, "speed", "", 0.0, 0.25, 240));
    for (int i = 0; i < 240; i++) {
        const double t = i * 0.25;
        double v = 0.1;
        v += fabs(t - 10.0) < 1.0 ? 1.0 - fabs(t - 10.0) : 0.0;
        v += fabs(t - 30.0) < 1.0 ? 1.0 - fabs(t - 30.0) : 0.0;
        v += fabs(t - 45.0) < 1.0 ? 0.05 : 0.0;
        v += t >= 50.0 ? 0.6 : 0.0;
        check_ok(snq_series_push(&s, i == 100 ? NAN : (float)v));
    }
    return s;
}

static void motion_has_peaks(void **state)
{
    snq_series s = bumps();
    const snq_sight_event e = { 30.0, 1.0, SNQ_SIGHT_CUT };
    snq_hit_cfg cfg = snq_hit_cfg_default(60.0);
    snq_hit_list l;
    check_ok(snq_hit_list_make(&cfg, &e, 1, &s, &l));
    assert_int_equal(l.hits,
                     2); /* a step up is no peak, a small bump neither; the cut wins at 30 s */
    check_near(l.hit[0].t_s, 10.0, 1e-9);
    assert_int_equal(l.hit[0].kind, SNQ_HIT_MOTION);
    check_near(l.hit[0].weight, 0.1, 1e-6);
    assert_int_equal(l.hit[1].kind, SNQ_HIT_CUT);
    snq_hit_list_clear(&l);
    cfg.weight[SNQ_HIT_MOTION] = 0.0f;
    check_ok(snq_hit_list_make(&cfg, &e, 1, &s, &l));
    assert_int_equal(l.hits, 1);
    snq_hit_list_clear(&l);
    snq_series_clear(&s);
}

static void bad_wishes_are_refused(void **state)
{
    const struct {
        double start, end, merge, gap;
        float weight;
    } bad[] = { { 0, 0, .1, 1, 1 },  { 0, NAN, .1, 1, 1 }, { 0, 60, -1, 1, 1 },  { 0, 60, 2, 1, 1 },
                { 0, 60, .1, 0, 1 }, { 0, 60, .1, 1, -1 }, { 0, 60, .1, 1, NAN } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snq_hit_cfg cfg = snq_hit_cfg_default(bad[i].end);
        snq_hit_list l;
        cfg.merge_s = bad[i].merge;
        cfg.peak_gap_s = bad[i].gap;
        cfg.weight[SNQ_HIT_FADE] = bad[i].weight;
        check_status(snq_hit_list_make(&cfg, NULL, 0, NULL, &l), SNQ_ERR_RANGE);
        assert_null(l.hit);
    }
}

static void too_many_are_refused(void **state)
{
    const uint32_t n = SNQ_HIT_POINTS_MAX + 1;
    snq_sight_event *e = snq_calloc(n, sizeof *e);
    const snq_hit_cfg cfg = snq_hit_cfg_default(1e6);
    snq_hit_list l;
    for (uint32_t i = 0; i < n; i++)
        e[i] = (snq_sight_event) { i, 1.0, SNQ_SIGHT_CUT };
    check_status(snq_hit_list_make(&cfg, e, n, NULL, &l), SNQ_ERR_TOO_BIG);
    assert_null(l.hit);
    snq_free(e);
}

static snq_status make_list(void *user, void **object)
{
    static snq_hit_list l;
    const snq_hit_cfg cfg = snq_hit_cfg_default(60.0);
    const snq_sight_event e = { 30.0, 1.0, SNQ_SIGHT_CUT };
    const snq_status st = snq_hit_list_make(&cfg, &e, 1, user, &l);
    *object = st < 0 ? NULL : &l;
    return st;
}

static void unmake_list(void *object)
{
    snq_hit_list_clear(object);
}

static void memory_may_fail(void **state)
{
    snq_series s = bumps();
    snq_sweep(make_list, unmake_list, &s);
    snq_series_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_have_their_weights), cmocka_unit_test(near_ones_are_one),
        cmocka_unit_test(nothing_is_legal),          cmocka_unit_test(motion_has_peaks),
        cmocka_unit_test(bad_wishes_are_refused),    cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
