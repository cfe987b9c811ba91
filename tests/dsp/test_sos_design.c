// SPDX-License-Identifier: MIT
/* The designs against their definitions: |H|^2 of a Butterworth filter is 1/(1 + (w/wc)^2N) on the
 * bilinear frequency axis, exactly. */
#include "support/check.h"

#include "base/attr.h"
#include "dsp/sos.h"

static const double rate = 8000;

static double bent(double f)
{
    return tan(M_PI * f / rate);
}

/* Poles inside the unit circle: the triangle of stability of a second-order section. */
static void check_stable(const snq_sos *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        assert_true(fabs(s[i].a2) < 1 && fabs(s[i].a1) < 1 + s[i].a2);
}

static void test_butterworth(void **state)
{
    (void)state;
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    for (int order = 1; order <= SNQ_SOS_ORDER_MAX; order++) {
        for (double f = 50; f < rate / 2; f += 171) {
            check_ok(snq_sos_lowpass(order, 700, rate, s, &n));
            assert_int_equal(n, (order + 1) / 2);
            check_stable(s, n);
            const double low = 1 / (1 + pow(bent(f) / bent(700), 2 * order));
            check_near(pow(cabs(snq_sos_response(s, n, f, rate)), 2), low, 1e-9);
            check_ok(snq_sos_highpass(order, 700, rate, s, &n));
            assert_int_equal(n, (order + 1) / 2);
            check_stable(s, n);
            check_near(pow(cabs(snq_sos_response(s, n, f, rate)), 2), 1 - low, 1e-9);
            check_ok(snq_sos_bandpass(order, 300, 1500, rate, s, &n));
            assert_int_equal(n, order);
            check_stable(s, n);
            const double u =
                (bent(f) * bent(f) - bent(300) * bent(1500)) / (bent(f) * (bent(1500) - bent(300)));
            check_near(pow(cabs(snq_sos_response(s, n, f, rate)), 2), 1 / (1 + pow(u, 2 * order)),
                       1e-9);
        }
    }
    check_near(cabs(snq_sos_response(s, 0, 100, rate)), 1, 0);
}

static double gain_db(snq_rbj_kind kind, double q, double gain, double f)
{
    snq_sos s;
    check_ok(snq_sos_rbj(kind, 1000, q, gain, rate, &s));
    check_stable(&s, 1);
    return 20 * log10(cabs(snq_sos_response(&s, 1, f, rate)) + 1e-12);
}

static void test_cookbook(void **state)
{
    (void)state;
    const double tiny = 1e-3, top = rate / 2 - 1e-3, q = 0.9;
    check_near(gain_db(SNQ_RBJ_LOWPASS, q, 0, tiny), 0, 1e-6);
    check_near(gain_db(SNQ_RBJ_LOWPASS, q, 0, 1000), 20 * log10(q), 1e-6);
    assert_true(gain_db(SNQ_RBJ_LOWPASS, q, 0, top) < -100);
    check_near(gain_db(SNQ_RBJ_HIGHPASS, q, 0, top), 0, 1e-6);
    check_near(gain_db(SNQ_RBJ_HIGHPASS, q, 0, 1000), 20 * log10(q), 1e-6);
    assert_true(gain_db(SNQ_RBJ_HIGHPASS, q, 0, tiny) < -100);
    check_near(gain_db(SNQ_RBJ_BANDPASS, q, 0, 1000), 0, 1e-6);
    assert_true(gain_db(SNQ_RBJ_BANDPASS, q, 0, tiny) < -100);
    assert_true(gain_db(SNQ_RBJ_NOTCH, q, 0, 1000) < -100);
    check_near(gain_db(SNQ_RBJ_NOTCH, q, 0, tiny), 0, 1e-6);
    for (double g = -12; g <= 12; g += 6) {
        check_near(gain_db(SNQ_RBJ_PEAK, q, g, 1000), g, 1e-6);
        check_near(gain_db(SNQ_RBJ_PEAK, q, g, tiny), 0, 1e-6);
        check_near(gain_db(SNQ_RBJ_PEAK, q, g, top), 0, 1e-6);
        check_near(gain_db(SNQ_RBJ_LOW_SHELF, q, g, tiny), g, 1e-6);
        check_near(gain_db(SNQ_RBJ_LOW_SHELF, q, g, 1000), g / 2, 1e-6);
        check_near(gain_db(SNQ_RBJ_LOW_SHELF, q, g, top), 0, 1e-6);
        check_near(gain_db(SNQ_RBJ_HIGH_SHELF, q, g, tiny), 0, 1e-6);
        check_near(gain_db(SNQ_RBJ_HIGH_SHELF, q, g, 1000), g / 2, 1e-6);
        check_near(gain_db(SNQ_RBJ_HIGH_SHELF, q, g, top), g, 1e-6);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n = 99;
    check_status(snq_sos_lowpass(0, 100, rate, s, &n), SNQ_ERR_RANGE);
    assert_int_equal(n, 0);
    check_status(snq_sos_lowpass(13, 100, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_lowpass(2, 0, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_lowpass(2, 4000, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_lowpass(2, NAN, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_highpass(-1, 100, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_highpass(2, -5, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_bandpass(99, 100, 200, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_bandpass(2, 0, 200, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_bandpass(2, 100, 4001, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_bandpass(2, 200, 200, rate, s, &n), SNQ_ERR_RANGE);
    check_status(snq_sos_rbj(SNQ_RBJ_PEAK, 0, 1, 0, rate, s), SNQ_ERR_RANGE);
    check_status(snq_sos_rbj(SNQ_RBJ_PEAK, 100, 0, 0, rate, s), SNQ_ERR_RANGE);
    check_status(snq_sos_rbj(SNQ_RBJ_PEAK, 100, INFINITY, 0, rate, s), SNQ_ERR_RANGE);
    check_status(snq_sos_rbj(SNQ_RBJ_PEAK, 100, 1, NAN, rate, s), SNQ_ERR_RANGE);
    check_status(snq_sos_rbj((snq_rbj_kind)42, 100, 1, 0, rate, s), SNQ_ERR_ARG);
    check_near(cabs(snq_sos_response(s, 1, 50, rate)), 1, 0); /* it lets pass what it can't shape */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_butterworth),
        cmocka_unit_test(test_cookbook),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests_name("sos_design", tests, NULL, NULL);
}
