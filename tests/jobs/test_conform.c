// SPDX-License-Identifier: MIT
#include "jobs/conform.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "support/check.h"

enum { RATE = 48000 };

/* ---------------------------------------------------------------- the pulse */

/* Beats each `step` from `at` on, late by up to `loose`. */
static void beats_of(double *to, uint32_t n, double at, double step, double loose)
{
    snq_rng r;
    snq_rng_init(&r, 7);
    for (uint32_t i = 0; i < n; i++)
        to[i] = at + i * step + loose * (2.0 * snq_rng_uniform(&r) - 1.0);
}

static void test_a_line_through_loose_beats(void **state)
{
    double beat[200];
    const double step = 60.0 / 97.3;
    beats_of(beat, 200, 0.41, step, 0.008);
    const double down[] = { beat[2], beat[6] };
    const snq_beats b = { beat, down, 200, 2 };
    const snq_steady_pulse p = snq_pulse_fit(&b, 97.5, 125.0, 4);
    check_near(60.0 / p.pulse_s, 97.3, 0.01);
    check_near(p.first_s, 0.41 + 2.0 * step, 0.003);
    assert_true(p.wander_s > 0.004 && p.wander_s < 0.012);
    assert_false(p.whole);
}

static void test_beats_that_are_missing_are_counted(void **state)
{
    const double beat[] = { 1.0, 1.5, 2.0, 4.0, 4.5, 8.0 };
    const snq_beats b = { beat, beat + 2, 6, 1 };
    const snq_steady_pulse p = snq_pulse_fit(&b, 121.0, 9.3, 4);
    check_near(p.pulse_s, 0.5, 1e-9);
    check_near(p.first_s, 2.0, 1e-9);
}

/* What is cut to bars says its tempo itself, and where its first bar begins. */
static void test_a_loop_is_as_long_as_its_bars(void **state)
{
    double beat[8];
    const double step = 60.0 / 97.3, length_s = 8.0 * step;
    beats_of(beat, 8, 0.004, step * 0.998, 0.004);
    const snq_beats b = { beat, beat + 1, 8, 1 }; /* a downbeat that is none */
    const snq_steady_pulse p = snq_pulse_fit(&b, 97.6, length_s, 4);
    assert_true(p.whole);
    check_near(p.pulse_s, step, 1e-12);
    check_near(p.first_s, 0.0, 0.0);
    assert_false(snq_pulse_fit(&b, 97.6, length_s + 0.1, 4).whole);
    beats_of(beat, 8, 0.2, step, 0.0); /* nor where the beats lie elsewhere */
    assert_false(snq_pulse_fit(&b, 97.3, length_s, 4).whole);
}

static void test_no_pulse(void **state)
{
    const double beat[] = { 0.5 };
    const snq_beats none = { NULL, NULL, 0, 0 }, one = { beat, NULL, 1, 0 };
    check_near(snq_pulse_fit(&none, 120.0, 5.0, 4).pulse_s, 0.0, 0.0);
    check_near(snq_pulse_fit(&one, 0.0, 5.0, 4).pulse_s, 0.0, 0.0);
    const snq_steady_pulse p = snq_pulse_fit(&one, 120.0, 5.1, 4);
    check_near(p.pulse_s, 0.5, 0.0);
    check_near(p.first_s, 0.5, 1e-12);
}

static void test_attacks_are_found(void **state)
{
    enum { N = 10 * RATE };
    float *x = calloc(N, sizeof *x);
    assert_non_null(x);
    const float *const side[2] = { x, x };
    for (int k = 0; k < 18; k++)
        for (int i = 0; i < 2000; i++)
            x[(int)(0.3337 * RATE) + k * RATE / 2 + i] += (float)(sin(0.05 * i) * exp(-i / 600.0));
    snq_steady_pulse p = { .pulse_s = 0.5, .first_s = 0.325 };
    snq_pulse_refine(side, N, RATE, &p);
    check_near(p.first_s, 0.3337, 0.0015);
    p.first_s = 0.345;
    snq_pulse_refine(side, N, RATE, &p);
    check_near(p.first_s, 0.3337, 0.0015);
    p.whole = 1;
    p.first_s = 0.345;
    snq_pulse_refine(side, N, RATE, &p);
    check_near(p.first_s, 0.345, 0.0);
    for (int i = 0; i < N; i++) /* nothing rises */
        x[i] = 0.5f;
    p.whole = 0;
    snq_pulse_refine(side, N, RATE, &p);
    check_near(p.first_s, 0.345, 0.0);
    free(x);
}

/* ---------------------------------------------------------------- the place */

/* A recording whose frame i has the value (i + 1) 2^-20: on the grid of 24 bits. */
static float *ramp(size_t n)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(i + 1) * 0x1p-20f;
    return x;
}

static snq_conform conform_of(const float *x, size_t frames, double first_s, double bar_s,
                              int32_t bars)
{
    const snq_conform_cfg cfg = { .channel = { x, x },
                                  .frames = frames,
                                  .rate_hz = RATE,
                                  .first_s = first_s,
                                  .bar_s = bar_s,
                                  .bars = bars,
                                  .gain = 1.0f };
    snq_conform c;
    snq_conform_init(&cfg, &c);
    return c;
}

static float at(const snq_conform *c, int64_t frame)
{
    float l, r;
    snq_conform_read(c, frame, 1, &l, &r);
    check_near(l, r, 0.0);
    return l;
}

static void test_what_comes_before_the_first_downbeat(void **state)
{
    float *x = ramp(4 * RATE);
    snq_conform c = conform_of(x, 4 * RATE, 0.25, 1.0, 8); /* under a bar: cut */
    check_near(c.begin_s, -0.25, 1e-12);
    check_near(at(&c, 1000), x[RATE / 4 + 1000], 0.0);
    c = conform_of(x, 4 * RATE, 2.25, 1.0, 8); /* two bars are kept */
    check_near(c.begin_s, -0.25, 1e-12);
    c = conform_of(x, 4 * RATE - 3000, 0.97, 1.0, 8); /* the ears missed the first */
    check_near(c.begin_s, 0.03, 1e-12);
    check_near(at(&c, 0), 0.0, 0.0);
    check_near(at(&c, 1440 + 5), x[5], 0.0);
    c = conform_of(x, 4 * RATE - RATE / 20, NAN, 1.0, 8); /* no pulse: as it is, and once */
    assert_int_equal(c.loop_bars, 0);
    check_near(at(&c, 0), x[0], 0.0);
    check_near(at(&c, 4 * RATE), 0.0, 0.0);
    free(x);
}

/* Bars of a length that no frame has: every turn begins at its own grid time. */
static void test_turns_begin_on_the_grid(void **state)
{
    const double bar_s = 240.0 / 97.3;
    const size_t n = (size_t)llround(bar_s * RATE);
    float *x = ramp(n);
    const snq_conform c = conform_of(x, n, 0.0, bar_s, 64);
    assert_int_equal(c.loop_bars, 1);
    assert_int_equal(snq_conform_turns(&c), 64);
    for (uint32_t turn = 0; turn < 64; turn++) {
        const int64_t start = llround(turn * bar_s * RATE);
        check_near(at(&c, start), x[0], 0.0);
        check_near(at(&c, start + 70000), x[70000], 0.0);
        check_near(snq_conform_place_s(&c, turn, 0.5), turn * bar_s + 0.5, 1.1 / RATE);
    }
    check_near(at(&c, c.length), 0.0, 0.0);
    assert_true(isnan(snq_conform_place_s(&c, 64, 0.0)));
    free(x);
}

static void test_what_is_a_loop(void **state)
{
    float *x = ramp(5 * RATE);
    assert_int_equal(conform_of(x, 4 * RATE, 0.0, 1.0, 8).loop_bars, 4);
    assert_int_equal(conform_of(x, (size_t)(4.05 * RATE), 0.0, 1.0, 8).loop_bars, 4);
    assert_int_equal(conform_of(x, (size_t)(3.95 * RATE), 0.0, 1.0, 8).loop_bars, 4);
    assert_int_equal(conform_of(x, (size_t)(4.09 * RATE), 0.0, 1.0, 8).loop_bars, 0);
    assert_int_equal(conform_of(x, 4 * RATE, 0.0, 1.0, 4).loop_bars, 0);
    assert_int_equal(conform_of(x, RATE / 3, 0.0, 1.0, 4).loop_bars, 0);
    assert_int_equal(conform_of(x, 4 * RATE + 1000, NAN, 1.0, 8).loop_bars,
                     4); /* its length says so */
    assert_int_equal(conform_of(x, 4 * RATE + 2000, NAN, 1.0, 8).loop_bars, 0);
    free(x);
}

/* A loop that begins in mid-bar is turned: what is cut before the piece is heard before the next turn. */
static void test_a_loop_is_turned(void **state)
{
    float *x = ramp(2 * RATE);
    const snq_conform c = conform_of(x, 2 * RATE, 0.5, 1.0, 4);
    assert_int_equal(c.loop_bars, 2);
    check_near(at(&c, 1000), x[RATE / 2 + 1000], 0.0);
    check_near(at(&c, RATE * 3 / 2), x[0], 0.0);
    check_near(at(&c, 2 * RATE), x[RATE / 2], 0.0);
    check_near(at(&c, RATE * 7 / 2 + 100), x[100], 0.0);
    assert_int_equal(snq_conform_turns(&c), 3);
    assert_true(isnan(snq_conform_place_s(&c, 0, 0.2)));
    check_near(snq_conform_place_s(&c, 1, 0.2), 1.7, 1e-4);
    free(x);
}

static void test_fades_where_sound_is_cut(void **state)
{
    enum { FADE = RATE / 200 };
    float *x = malloc(6 * RATE * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < 6 * RATE; i++)
        x[i] = 0.5f;
    snq_conform c = conform_of(x, 6 * RATE, 0.3, 1.0, 4);
    assert_true(c.fade_in);
    check_near(c.lost_s, 1.7, 1e-6);
    assert_true(at(&c, 0) < 1e-4f && at(&c, c.length - 1) < 1e-4f);
    for (int i = 1; i < FADE; i++) {
        assert_true(at(&c, i) >= at(&c, i - 1));
        assert_true(at(&c, c.length - i) <= at(&c, c.length - i - 1));
    }
    check_near(at(&c, FADE), 0.5, 0.0);
    check_near(at(&c, c.length - FADE - 1), 0.5, 0.0);
    for (int i = 0; i < (int)(0.3 * RATE); i++) /* out of silence: the attack keeps its edge */
        x[i] = 0.0f;
    c = conform_of(x, 6 * RATE, 0.3, 1.0, 4);
    assert_false(c.fade_in);
    check_near(at(&c, 0), 0.5, 0.0);
    c = conform_of(x, 2 * RATE + 1, 0.0, 1.0, 4); /* a frame over: no cut */
    check_near(at(&c, 2 * RATE - 1), 0.5, 0.0);
    c = conform_of(x, 2 * RATE + 1000, 0.0, 1.0, 4);
    assert_true(at(&c, 2 * RATE - 1) < 1e-4f);
    free(x);
}

static void test_blocks_of_any_size_are_the_same(void **state)
{
    enum { LENGTH = 4 * RATE };
    float *x = ramp(RATE + 500), *whole = malloc(2 * LENGTH * sizeof *x), l[997], r[997];
    assert_non_null(whole);
    snq_conform c = conform_of(x, RATE + 500, 0.123, 1.0, 4);
    c.cfg.gain = 0.7f;
    assert_int_equal(c.loop_bars, 1);
    snq_conform_read(&c, 0, LENGTH, whole, whole + LENGTH);
    for (int64_t f = 0; f < LENGTH; f += 997) {
        const size_t n = LENGTH - f < 997 ? (size_t)(LENGTH - f) : 997;
        snq_conform_read(&c, f, n, l, r);
        assert_memory_equal(l, whole + f, n * sizeof *l);
    }
    for (int64_t f = 0; f < LENGTH; f++) /* what a file of 24 bits holds */
        check_near(whole[f] * 0x1p23f, rintf(whole[f] * 0x1p23f), 0.0);
    free(whole);
    free(x);
}

static void test_what_is_too_loud_is_full_scale(void **state)
{
    const float x[4] = { 3.0f, -3.0f, 0.5f, 0.0f };
    const snq_conform c = conform_of(x, 4, NAN, 1.0, 1);
    check_near(at(&c, 0), 1.0f - 0x1p-23f, 0.0);
    check_near(at(&c, 1), -1.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_through_loose_beats),
        cmocka_unit_test(test_beats_that_are_missing_are_counted),
        cmocka_unit_test(test_a_loop_is_as_long_as_its_bars),
        cmocka_unit_test(test_no_pulse),
        cmocka_unit_test(test_attacks_are_found),
        cmocka_unit_test(test_what_comes_before_the_first_downbeat),
        cmocka_unit_test(test_turns_begin_on_the_grid),
        cmocka_unit_test(test_what_is_a_loop),
        cmocka_unit_test(test_a_loop_is_turned),
        cmocka_unit_test(test_fades_where_sound_is_cut),
        cmocka_unit_test(test_blocks_of_any_size_are_the_same),
        cmocka_unit_test(test_what_is_too_loud_is_full_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
