// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "listen/attack.h"

enum { HOPS = 100 };

/* Levels of amplitudes. */
static void levels_of(const double *amplitude, uint16_t level[HOPS])
{
    float power[HOPS];
    for (int i = 0; i < HOPS; i++)
        power[i] = (float)(amplitude[i] * amplitude[i]);
    snq_attack_levels(power, HOPS, level);
}

static void levels_are_hundredths_of_a_decibel(void **state)
{
    float power[] = { 1.0f, 0.1f, 1e-6f, 0.0f, 1e30f, 4.0f };
    const uint16_t want[] = { 12000, 11000, 6000, 0, 18000, 12602 };
    uint16_t level[6];
    snq_attack_levels(power, 6, level);
    for (int i = 0; i < 6; i++)
        check_near(level[i], want[i], 1);
    snq_attack_levels(power, 0, level);
}

/* A straight rise of n hops: 80 % of it. */
static void a_straight_rise_reads_eight_tenths(void **state)
{
    uint16_t level[HOPS];
    for (int n = 1; n <= 25; n += 4) {
        double a[HOPS];
        for (int i = 0; i < HOPS; i++)
            a[i] = i <= 40 ? 0.01 : i <= 40 + n ? 0.01 + 0.5 * (i - 40) / n : 0.51;
        levels_of(a, level);
        check_near(snq_attack_ms(level, HOPS, 41, HOPS), 8.0 * n, 0.2);
    }
}

static void a_click_reads_about_a_hop(void **state)
{
    uint16_t level[HOPS];
    for (int part = 0; part <= 10; part++) { /* of the first hop that sounds */
        double a[HOPS] = { 0 };
        a[50] = 0.3 * sqrt(part / 10.0);
        for (int i = 51; i < HOPS; i++)
            a[i] = 0.3 * exp(-(i - 51) / 4.0);
        levels_of(a, level);
        const double ms = snq_attack_ms(level, HOPS, 50, HOPS);
        assert_true(ms >= 7.9 && ms <= 17);
    }
}

static void before_the_first_hop_there_is_silence(void **state)
{
    uint16_t level[HOPS];
    double a[HOPS];
    for (int i = 0; i < HOPS; i++)
        a[i] = 0.5;
    levels_of(a, level);
    check_near(snq_attack_ms(level, HOPS, 0, HOPS), 8, 0.1);
}

static void a_fall_is_no_attack(void **state)
{
    uint16_t level[HOPS];
    double a[HOPS];
    for (int i = 0; i < HOPS; i++)
        a[i] = exp(-i / 30.0);
    levels_of(a, level);
    assert_true(snq_attack_ms(level, HOPS, 50, HOPS) < 0);
}

/* What rises after the peak, or with the next onset, is not part of it. */
static void ends_at_the_peak_and_at_the_next_onset(void **state)
{
    uint16_t level[HOPS];
    double a[HOPS] = { 0 };
    for (int i = 30; i < 40; i++)
        a[i] = 0.2 * exp(-(i - 30) / 5.0);
    for (int i = 40; i < HOPS; i++)
        a[i] = 0.9;
    levels_of(a, level);
    check_near(snq_attack_ms(level, HOPS, 30, HOPS), 8, 0.1);
    for (int i = 30; i < 40; i++)
        a[i] = 0.2;
    levels_of(a, level);
    check_near(snq_attack_ms(level, HOPS, 30, 40), 8, 0.1);
    assert_true(snq_attack_ms(level, HOPS, 30, HOPS) > 50);
    /* at the very end */
    assert_true(snq_attack_ms(level, 31, 30, 31) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_hundredths_of_a_decibel),
        cmocka_unit_test(a_straight_rise_reads_eight_tenths),
        cmocka_unit_test(a_click_reads_about_a_hop),
        cmocka_unit_test(before_the_first_hop_there_is_silence),
        cmocka_unit_test(a_fall_is_no_attack),
        cmocka_unit_test(ends_at_the_peak_and_at_the_next_onset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
