// SPDX-License-Identifier: MIT
/* The speed of the whole picture: against the plain definition, at cuts, amid repeats, on odd grids. */
#include "support/check.h"

#include "base/alloc.h"
#include "support/sweep.h"
#include "watch/speed.h"

enum { CELLS = 6 };

static const snq_speed_cfg plain = {
    .fps = 20, .scale = 2, .height = 100, .cells = CELLS, .frames_max = 5000
};

/* All cells go 3/5 : 4/5, so that the length is `way` px a frame. */
static void push(snq_speed *s, double way, int bridged)
{
    float lattice[3 * CELLS];
    for (int i = 0; i < CELLS; i++) {
        lattice[3 * i] = (float)(way * 0.6);
        lattice[3 * i + 1] = (float)(way * (i % 2 ? 0.8 : -0.8));
        lattice[3 * i + 2] = 0.5f;
    }
    check_ok(snq_speed_push(s, lattice, bridged));
}

static const snq_series *columns(const snq_speed *s, snq_sight *to, double step_s, uint32_t steps)
{
    snq_sight_init(to);
    check_ok(snq_speed_windows(s, 7, step_s, steps, to));
    assert_int_equal(to->columns, 2);
    const snq_series *speed = &to->column[0].series, *norm = &to->column[1].series;
    assert_string_equal(speed->name, "mean_speed");
    assert_string_equal(norm->name, "mean_speed_norm");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(to->column[i].band, -1);
        assert_int_equal(to->column[i].series.length, steps);
        check_near(to->column[i].series.start_s, 7, 0);
    }
    for (uint32_t i = 0; i < steps; i++) {
        assert_int_equal(speed->valid[i], norm->valid[i]);
        check_near((double)norm->value[i], (double)speed->value[i] / 100, 1e-5);
    }
    return speed;
}

static void cells_count_by_what_can_be_seen(void **state)
{
    static const float some[3 * CELLS] = { 3,    4,     1,     0, 0,
                                           0.5f, 100,   0,     0, /* of no confidence */
                                           NAN,  0,     1,     1, INFINITY,
                                           1,    1e30f, 1e30f, 1 };
    static const float none[3 * CELLS] = { 9, 9, 0, 9, 9, NAN, 9, 9, -1 };
    snq_speed *s;
    snq_sight sight;
    size_t frames;
    check_ok(snq_speed_new(&plain, &s));
    check_ok(snq_speed_push(s, some, 0));
    check_ok(snq_speed_push(s, none, 0));
    const float *square = snq_speed_squares(s, &frames);
    assert_int_equal(frames, 2);
    check_near((double)square[0], 25 / 1.5 * 1600, 1e-2);
    check_near((double)square[1], 0, 0);
    const snq_series *speed = columns(s, &sight, 0.05, 2);
    check_near((double)speed->value[0], 5 / 1.5 * 40, 1e-4); /* times scale, fps */
    check_near((double)speed->value[1], 0.5 * 5 / 1.5 * 40, 1e-4);
    snq_sight_clear(&sight);
    snq_speed_free(s);
}

static void steps_follow_the_definition(void **state)
{
    static const double fps[] = { 1, 2.5, 7, 23.976, 30, 240 };
    double way[600];
    for (size_t k = 0; k < SNQ_COUNT(fps); k++) {
        snq_speed_cfg cfg = plain;
        snq_speed *s;
        snq_sight sight;
        const int frames = (int)fmin(600, 8 * fps[k]);
        cfg.fps = fps[k];
        check_ok(snq_speed_new(&cfg, &s));
        for (int t = 0; t < frames; t++) {
            way[t] = 1 + sin(0.3 * t) + 0.01 * t;
            push(s, way[t], 0);
        }
        const uint32_t steps = (uint32_t)((frames + 1) / fps[k] / 0.25) + 1;
        const snq_series *speed = columns(s, &sight, 0.25, steps);
        for (uint32_t i = 0; i < steps; i++) { /* the slow way: a thousand places in the step */
            double sum = 0, n = 0;
            for (int p = 0; p < 1000; p++) {
                const double t = (i - 0.5 + (p + 0.5) / 1000) * 0.25 * fps[k];
                if (t < 0 || (t >= frames && n > 0))
                    continue;
                sum += way[t < frames ? (int)t : frames - 1];
                n++;
            }
            assert_true(speed->valid[i]);
            check_near((double)speed->value[i], sum / n * 2 * fps[k], 0.01 * sum / n * 2 * fps[k]);
        }
        snq_sight_clear(&sight);
        snq_speed_free(s);
    }
}

static void the_flow_over_a_cut_is_left_out(void **state)
{
    static const uint64_t cut[] = { 0, 11, 26, 41, 99 };
    snq_speed *s;
    snq_sight sight;
    size_t frames;
    check_ok(snq_speed_new(&plain, &s));
    for (int t = 0; t < 41; t++)
        push(s, t == 10 || t == 25 || t == 40 ? 1000 : t < 25 ? 1 : 2, 0);
    snq_speed_leave_out(s, cut, SNQ_COUNT(cut));
    const float *square = snq_speed_squares(s, &frames);
    for (size_t t = 0; t < frames; t++)
        assert_int_equal(isnan(square[t]) != 0, t == 10 || t == 25 || t == 40);
    const snq_series *speed = columns(s, &sight, 0.25, 9);
    for (uint32_t i = 0; i < 9; i++)
        check_near((double)speed->value[i],
                   i < 5   ? 40
                   : i > 5 ? 80
                           : (2.5 * 40 + 1.5 * 80) / 4,
                   1e-3);
    snq_sight_clear(&sight);
    snq_speed_free(s);
    /* where it fills a step, that has no value */
    snq_speed_cfg slow = plain;
    static const uint64_t second[] = { 2 };
    slow.fps = 1;
    check_ok(snq_speed_new(&slow, &s));
    for (int t = 0; t < 3; t++)
        push(s, 1, 0);
    snq_speed_leave_out(s, second, 1);
    speed = columns(s, &sight, 0.25, 17);
    for (uint32_t i = 0; i < 17; i++)
        assert_int_equal(speed->valid[i], i < 5 || i > 7);
    snq_sight_clear(&sight);
    snq_speed_free(s);
}

/* 24 pictures a second shown at 30, and runs of several: the way stays, and is even. */
static void repeats_share_the_way_of_the_next(void **state)
{
    for (int run = 1; run <= 4; run++) {
        snq_speed *s;
        snq_sight sight;
        size_t frames;
        check_ok(snq_speed_new(&plain, &s));
        for (int t = 0; t < 100; t++) {
            const int bridged = t % 5 < run;
            push(s, bridged ? 0.001 : t % 5 == run ? run + 1 : 1, bridged);
        }
        push(s, 50, 1); /* at the end: nothing is known of it */
        const float *square = snq_speed_squares(s, &frames);
        for (size_t t = 0; t < 100; t++)
            check_near((double)square[t], 1600, 1e-2);
        check_near((double)square[100], 0, 0);
        const snq_series *speed = columns(s, &sight, 0.25, 20);
        for (uint32_t i = 0; i < 20; i++)
            check_near((double)speed->value[i], 40, 1e-3);
        snq_sight_clear(&sight);
        snq_speed_free(s);
    }
}

static void nothing_pushed_has_no_values(void **state)
{
    snq_speed *s;
    snq_sight sight;
    size_t frames;
    static const uint64_t cut[] = { 1 };
    check_ok(snq_speed_new(&plain, &s));
    snq_speed_leave_out(s, cut, 1);
    snq_speed_squares(s, &frames);
    assert_int_equal(frames, 0);
    const snq_series *speed = columns(s, &sight, 0.25, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_false(speed->valid[i]);
    snq_sight_clear(&sight);
    snq_speed_free(s);
    snq_speed_free(NULL);
}

static void misuse_is_refused(void **state)
{
    static const struct {
        double fps, scale;
        uint32_t height, cells;
    } tab[] = { { 0, 1, 9, 9 },    { NAN, 1, 9, 9 }, { 2e5, 1, 9, 9 }, { 25, 0, 9, 9 },
                { 25, NAN, 9, 9 }, { 25, 1, 0, 9 },  { 25, 1, 9, 0 },  { 25, 1, 9, 65537 } };
    snq_speed *s;
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_speed_cfg cfg = plain;
        cfg.fps = tab[k].fps, cfg.scale = tab[k].scale;
        cfg.height = tab[k].height, cfg.cells = tab[k].cells;
        check_status(snq_speed_new(&cfg, &s), SNQ_ERR_RANGE);
        assert_null(s);
    }
    snq_speed_cfg cfg = plain;
    float lattice[3 * CELLS] = { 0 };
    cfg.frames_max = 3;
    check_ok(snq_speed_new(&cfg, &s));
    for (int t = 0; t < 3; t++)
        check_ok(snq_speed_push(s, lattice, 0));
    check_status(snq_speed_push(s, lattice, 0), SNQ_ERR_TOO_BIG);
    snq_speed_free(s);
}

/* A thousand frames and some, so that its room grows. */
static snq_status make(void *user, void **out)
{
    const float lattice[3 * CELLS] = { 1, 1, 1 };
    snq_speed *s;
    *out = NULL;
    snq_status st = snq_speed_new(user, &s);
    for (int t = 0; t < 1100 && st >= 0; t++)
        st = snq_speed_push(s, lattice, 0);
    if (st < 0)
        snq_speed_free(s);
    else
        *out = s;
    return st;
}

static void unmake(void *s)
{
    snq_speed_free(s);
}

static snq_status make_columns(void *user, void **out)
{
    snq_sight *sight = snq_calloc(1, sizeof *sight);
    *out = NULL;
    if (!sight)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a sight");
    snq_sight_init(sight);
    const snq_status st = snq_speed_windows(user, 0, 0.25, 40, sight);
    *out = sight;
    if (st < 0) {
        snq_sight_clear(sight);
        snq_free(sight);
        *out = NULL;
    }
    return st;
}

static void unmake_columns(void *sight)
{
    snq_sight_clear(sight);
    snq_free(sight);
}

static void allocations_may_fail(void **state)
{
    snq_speed_cfg cfg = plain;
    snq_speed *s;
    assert_true(snq_sweep(make, unmake, &cfg) >= 5);
    check_ok(snq_speed_new(&plain, &s));
    push(s, 1, 0);
    assert_true(snq_sweep(make_columns, unmake_columns, s) >= 4);
    snq_speed_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_count_by_what_can_be_seen),
        cmocka_unit_test(steps_follow_the_definition),
        cmocka_unit_test(the_flow_over_a_cut_is_left_out),
        cmocka_unit_test(repeats_share_the_way_of_the_next),
        cmocka_unit_test(nothing_pushed_has_no_values),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
