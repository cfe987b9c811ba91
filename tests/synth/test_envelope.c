// SPDX-License-Identifier: MIT
/* Envelope: exact times, the same however time is cut, from any stage to any other. */
#include "support/check.h"

#include "base/rng.h"
#include "synth/envelope_impl.h"

static const snq__envelope_cfg plain = {
    .attack_s = 0.1f, .hold_s = 0.05f, .decay_s = 0.2f, .sustain = 0.5f, .release_s = 0.4f
};

static snq__envelope started(void)
{
    snq__envelope e = { 0 };
    snq__envelope_start(&e, 1);
    return e;
}

/* Level `at_s` seconds after the start, in one go. */
static double level_at(const snq__envelope_cfg *cfg, double at_s)
{
    snq__envelope e = started();
    return snq__envelope_advance(&e, cfg, at_s);
}

static void test_straight_stages(void **state)
{
    (void)state;
    check_near(level_at(&plain, 0), 0, 0);
    check_near(level_at(&plain, 0.025), 0.25, 1e-6);
    check_near(level_at(&plain, 0.1), 1, 1e-6);
    check_near(level_at(&plain, 0.14), 1, 0);
    check_near(level_at(&plain, 0.2), 0.875, 1e-6);
    check_near(level_at(&plain, 0.35), 0.5, 1e-6);
    check_near(level_at(&plain, 1000), 0.5, 0);
    snq__envelope e = started();
    snq__envelope_advance(&e, &plain, 1);
    assert_int_equal(e.stage, SNQ__ENVELOPE_SUSTAIN);
    snq__envelope_release(&e);
    check_near(snq__envelope_advance(&e, &plain, 0), 0.5, 0);
    check_near(snq__envelope_advance(&e, &plain, 0.1), 0.375, 1e-6);
    check_near(snq__envelope_advance(&e, &plain, 0.299), 0.00125, 1e-6);
    assert_int_equal(e.stage, SNQ__ENVELOPE_RELEASE);
    check_near(snq__envelope_advance(&e, &plain, 0.0011), 0, 0);
    assert_int_equal(e.stage, SNQ__ENVELOPE_IDLE);
    check_near(snq__envelope_advance(&e, &plain, 1), 0, 0);
}

/* Seconds from the start to the end of each stage, found frame by frame. */
static void test_stages_end_on_their_frame(void **state)
{
    (void)state;
    static const double frame_s = 1 / 48000.0;
    static const float curves[] = { -1, -0.5f, 0, 0.3f, 1 };
    for (size_t c = 0; c < SNQ_COUNT(curves); c++) {
        snq__envelope_cfg cfg = plain;
        cfg.curve = curves[c];
        snq__envelope e = started();
        double ended_s[SNQ__ENVELOPE_CUT + 1] = { 0 };
        for (int i = 1; i <= 48000; i++) {
            const uint8_t was = e.stage;
            if (i == 24000)
                snq__envelope_release(&e);
            snq__envelope_advance(&e, &cfg, frame_s);
            if (e.stage != was)
                ended_s[was] = i * frame_s;
        }
        check_near(ended_s[SNQ__ENVELOPE_ATTACK], 0.1, 1.1 * frame_s);
        check_near(ended_s[SNQ__ENVELOPE_HOLD], 0.15, 1.1 * frame_s);
        check_near(ended_s[SNQ__ENVELOPE_DECAY], 0.35, 1.1 * frame_s);
        check_near(ended_s[SNQ__ENVELOPE_RELEASE], 0.5 + 0.4, 1.1 * frame_s);
    }
}

static void test_cut_of_time_does_not_matter(void **state)
{
    (void)state;
    snq__envelope_cfg cfg = plain;
    cfg.curve = 0.7f;
    snq_rng rng;
    snq_rng_init(&rng, 1);
    snq__envelope e = started();
    double at_s = 0;
    for (int i = 0; i < 500; i++) {
        const double step = 0.002 * snq_rng_uniform(&rng);
        at_s += step;
        check_near(snq__envelope_advance(&e, &cfg, step), level_at(&cfg, at_s), 1e-6);
    }
    assert_int_equal(e.stage, SNQ__ENVELOPE_SUSTAIN);
}

/* Bent up or down, through the same ends. */
static void test_curve_bends(void **state)
{
    (void)state;
    snq__envelope_cfg up = plain, down = plain;
    up.curve = 1;
    down.curve = -1;
    const double want = (1 - exp(-3)) / (1 - exp(-6));
    check_near(level_at(&up, 0.05), want, 1e-5);
    check_near(level_at(&down, 0.05), 1 - want, 1e-5);
    check_near(level_at(&up, 0.25), 1 - 0.5 * want, 1e-5);
    for (int i = 1; i < 100; i++) { /* never back */
        assert_true(level_at(&up, 0.001 * i) > level_at(&up, 0.001 * (i - 1)));
        assert_true(level_at(&down, 0.15 + 0.002 * i) < level_at(&down, 0.15 + 0.002 * (i - 1)));
    }
    up.curve = NAN; /* counts as the lower end */
    check_near(level_at(&up, 0.05), 1 - want, 1e-5);
    up.curve = 50;
    check_near(level_at(&up, 0.05), want, 1e-5);
}

static void test_release_from_anywhere(void **state)
{
    (void)state;
    static const double from_s[] = { 0.05, 0.12, 0.2, 0.6 };
    for (size_t i = 0; i < SNQ_COUNT(from_s); i++) {
        snq__envelope e = started();
        const double level = snq__envelope_advance(&e, &plain, from_s[i]);
        snq__envelope_release(&e);
        check_near(snq__envelope_advance(&e, &plain, 0), level, 0);
        check_near(snq__envelope_advance(&e, &plain, 0.2), 0.5 * level, 1e-6);
        snq__envelope_release(&e); /* again: goes on */
        snq__envelope_advance(&e, &plain, 0.1999);
        assert_int_equal(e.stage, SNQ__ENVELOPE_RELEASE);
        snq__envelope_advance(&e, &plain, 0.0002);
        assert_int_equal(e.stage, SNQ__ENVELOPE_IDLE);
    }
    snq__envelope idle = { 0 };
    snq__envelope_release(&idle);
    snq__envelope_cut(&idle);
    assert_int_equal(idle.stage, SNQ__ENVELOPE_IDLE);
}

static void test_cut_takes_milliseconds(void **state)
{
    (void)state;
    for (int releasing = 0; releasing < 2; releasing++) {
        snq__envelope e = started();
        snq__envelope_advance(&e, &plain, 1);
        if (releasing)
            snq__envelope_release(&e);
        float last = snq__envelope_advance(&e, &plain, 0.1), steepest = 0;
        snq__envelope_cut(&e);
        double took_s = 0;
        while (e.stage != SNQ__ENVELOPE_IDLE) {
            const float now = snq__envelope_advance(&e, &plain, 1e-5);
            assert_true(now <= last);
            steepest = fmaxf(steepest, last - now);
            last = now;
            took_s += 1e-5;
            if (e.stage == SNQ__ENVELOPE_CUT) {
                snq__envelope_cut(&e); /* again: goes on */
                snq__envelope_release(&e);
                assert_int_equal(e.stage, SNQ__ENVELOPE_CUT);
            }
        }
        check_near(took_s, 0.004, 1.5e-5);
        assert_true(steepest < 0.5f * 1.6f * 1e-5f / 0.004f);
    }
}

static void test_retrigger(void **state)
{
    (void)state;
    snq__envelope e = started();
    snq__envelope_advance(&e, &plain, 1);
    snq__envelope_start(&e, 0);
    check_near(snq__envelope_advance(&e, &plain, 0), 0.5, 0);
    check_near(snq__envelope_advance(&e, &plain, 0.05), 0.75, 1e-6);
    snq__envelope_start(&e, 1);
    check_near(snq__envelope_advance(&e, &plain, 0), 0, 0);
}

/* Times may change on the way: the level goes on from where it is. */
static void test_settings_move(void **state)
{
    (void)state;
    snq__envelope_cfg cfg = plain;
    snq__envelope e = started();
    check_near(snq__envelope_advance(&e, &cfg, 0.05), 0.5, 1e-6);
    cfg.attack_s = 10;
    check_near(snq__envelope_advance(&e, &cfg, 0), 0.5, 1e-6);
    check_near(snq__envelope_advance(&e, &cfg, 1), 0.6, 1e-6);
    cfg.attack_s = 0.01f;
    check_near(snq__envelope_advance(&e, &cfg, 0.0041), 1, 1e-6);
    snq__envelope_advance(&e, &cfg, 1);
    cfg.sustain = 0.9f;
    check_near(snq__envelope_advance(&e, &cfg, 0.001), 0.6, 1e-5);
    check_near(snq__envelope_advance(&e, &cfg, 1), 0.9f, 0);
    cfg.sustain = -3;
    check_near(snq__envelope_advance(&e, &cfg, 0.001), 0.8, 1e-5);
    check_near(snq__envelope_advance(&e, &cfg, 1), 0, 0);
    cfg.sustain = NAN;
    check_near(snq__envelope_advance(&e, &cfg, 1), 0, 0);
}

/* Shortest times, and what is no time. */
static void test_least_and_odd_times(void **state)
{
    (void)state;
    const snq__envelope_cfg none = { .sustain = 0.25f };
    check_near(level_at(&none, 0.00025), 0.5, 1e-5);
    check_near(level_at(&none, 0.00075), 0.625, 1e-5);
    check_near(level_at(&none, 0.001001), 0.25, 1e-6);
    snq__envelope e = started();
    snq__envelope_advance(&e, &none, 1);
    snq__envelope_release(&e);
    check_near(snq__envelope_advance(&e, &none, 0.001), 0.125, 1e-6);
    const snq__envelope_cfg odd = {
        .attack_s = NAN, .hold_s = -1, .decay_s = -INFINITY, .sustain = 7, .release_s = INFINITY
    };
    check_near(level_at(&odd, 0.00025), 0.5, 1e-5);
    check_near(level_at(&odd, INFINITY), 1, 0);
    check_near(level_at(&odd, NAN), 0, 0);
    check_near(level_at(&odd, -1), 0, 0);
    snq__envelope_start(&e, 1);
    snq__envelope_advance(&e, &odd, 1);
    snq__envelope_release(&e);
    check_near(snq__envelope_advance(&e, &odd, 30), 0.5, 1e-6); /* a minute at most */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_straight_stages),
        cmocka_unit_test(test_stages_end_on_their_frame),
        cmocka_unit_test(test_cut_of_time_does_not_matter),
        cmocka_unit_test(test_curve_bends),
        cmocka_unit_test(test_release_from_anywhere),
        cmocka_unit_test(test_cut_takes_milliseconds),
        cmocka_unit_test(test_retrigger),
        cmocka_unit_test(test_settings_move),
        cmocka_unit_test(test_least_and_odd_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
