// SPDX-License-Identifier: MIT
/* eq -- against the cookbook's filters, by what an impulse becomes. */
#include "fx_rig.h"

#include "dsp/sos.h"

enum { RATE = 48000, N = 1 << 16 };

/* Gain in dB of the left impulse response at hz. */
static double gain_db(const rig_sound *s, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < s->n; i++) {
        re += s->left[i] * cos(2 * M_PI * hz * (double)i / RATE);
        im += s->left[i] * sin(2 * M_PI * hz * (double)i / RATE);
    }
    return rig_db(hypot(re, im));
}

static rig_sound impulse_through(const char *kind, const char *settings)
{
    rig_sound s = rig_sound_new(N);
    s.left[0] = s.right[0] = 1;
    snq_effect *e = rig_effect(kind, RATE, 1, settings);
    rig_run(e, &s, 480);
    snq_effect_free(e);
    assert_memory_equal(s.left, s.right, N * sizeof(float));
    return s;
}

static void check_against(const char *settings, const snq_sos *sos, uint32_t n)
{
    rig_sound s = impulse_through("eq", settings);
    for (double hz = 20; hz < 23000; hz *= 1.19) {
        const double want = rig_db(cabs(snq_sos_response(sos, n, hz, RATE)));
        if (want > -70)
            check_near(gain_db(&s, hz), want, 0.01);
    }
    rig_sound_free(&s);
}

static void shelves_and_bells_are_the_cookbooks(void **state)
{
    static const struct {
        const char *settings;
        snq_rbj_kind kind;
        double hz, q, db;
    } c[] = {
        { "low_shelf_on=1 low_shelf_hz=100 low_shelf_db=9 low_shelf_q=0.7", SNQ_RBJ_LOW_SHELF, 100,
          0.7, 9 },
        { "high_shelf_on=1 high_shelf_hz=6000 high_shelf_db=-12 high_shelf_q=0.5",
          SNQ_RBJ_HIGH_SHELF, 6000, 0.5, -12 },
        { "peak1_on=1 peak1_hz=20 peak1_db=12 peak1_q=4", SNQ_RBJ_PEAK, 20, 4, 12 },
        { "peak2_on=1 peak2_hz=1000 peak2_db=-24 peak2_q=10", SNQ_RBJ_PEAK, 1000, 10, -24 },
        { "peak4_on=1 peak4_hz=18000 peak4_db=6 peak4_q=1", SNQ_RBJ_PEAK, 18000, 1, 6 },
        { "low_cut_on=1 low_cut_hz=20 low_cut_q=0.7071068", SNQ_RBJ_HIGHPASS, 20, 0.7071068, 0 },
        { "high_cut_on=1 high_cut_hz=9000 high_cut_q=2", SNQ_RBJ_LOWPASS, 9000, 2, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(c); i++) {
        snq_sos sos;
        check_ok(snq_sos_rbj(c[i].kind, c[i].hz, c[i].q, c[i].db, RATE, &sos));
        check_against(c[i].settings, &sos, 1);
    }
}

static void steep_cuts_are_butterworths(void **state)
{
    static const char *const slope[] = { "12", "24", "36", "48" };
    for (int i = 0; i < 4; i++) {
        char text[128];
        snq_sos sos[SNQ_SOS_SECTIONS_MAX];
        uint32_t n;
        check_ok(snq_sos_highpass(2 * (i + 1), 80, RATE, sos, &n));
        snprintf(text, sizeof text, "low_cut_on=1 low_cut_hz=80 low_cut_slope=%s", slope[i]);
        check_against(text, sos, n);
        check_ok(snq_sos_lowpass(2 * (i + 1), 5000, RATE, sos, &n));
        snprintf(text, sizeof text, "high_cut_on=1 high_cut_hz=5000 high_cut_slope=%s", slope[i]);
        check_against(text, sos, n);
    }
}

static void bands_add_up_and_gain_follows(void **state)
{
    rig_sound s =
        impulse_through("eq", "peak1_on=1 peak1_hz=300 peak1_db=6 peak3_on=1 peak3_hz=3000 "
                              "peak3_db=-6 gain_db=3");
    snq_sos sos[2];
    check_ok(snq_sos_rbj(SNQ_RBJ_PEAK, 300, 1, 6, RATE, &sos[0]));
    check_ok(snq_sos_rbj(SNQ_RBJ_PEAK, 3000, 1, -6, RATE, &sos[1]));
    for (double hz = 30; hz < 20000; hz *= 1.5)
        check_near(gain_db(&s, hz), 3 + rig_db(cabs(snq_sos_response(sos, 2, hz, RATE))), 0.01);
    rig_sound_free(&s);
}

static void switched_off_it_changes_nothing(void **state)
{
    rig_sound s = rig_sound_new(4000), was = rig_sound_new(4000);
    rig_noise(&s, 0.3, 2);
    rig_noise(&was, 0.3, 2);
    snq_effect *e = rig_effect("eq", RATE, 1, "peak1_db=12");
    rig_run(e, &s, 100);
    assert_memory_equal(s.left, was.left, 4000 * sizeof(float));
    assert_memory_equal(s.right, was.right, 4000 * sizeof(float));
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&was);
}

static void jumps_do_not_click(void **state)
{
    static const char *const jump[] = {
        "peak2_on=1 peak2_db=18 peak2_hz=300",
        "low_cut_on=1 low_cut_hz=2000",
        "high_cut_on=1 high_cut_hz=300 high_cut_slope=48",
        "low_shelf_on=1 low_shelf_db=-24",
        "gain_db=-20",
        "peak1_hz=5000 peak1_db=-24 peak1_q=12",
        "peak1_on=0",
    };
    for (size_t i = 0; i < SNQ_COUNT(jump); i++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 220, RATE, 0.5);
        snq_effect *e = rig_effect("eq", RATE, 1, "peak1_on=1 peak1_db=12 peak1_hz=100");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "eq", jump[i]);
        rig_run_part(e, &s, 12000, 24000, 256);
        const double click = rig_click_db(&s, 12000, RATE);
        if (click > 6)
            fail_msg("%s: a click of %.1f dB", jump[i], click);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void a_band_gone_is_at_rest(void **state)
{
    snq_effect *e = rig_effect("eq", RATE, 1, "peak1_on=1 peak1_db=12 peak1_hz=50 peak1_q=10");
    rig_sound s = rig_sound_new(9600);
    rig_noise(&s, 0.3, 2);
    rig_run_part(e, &s, 0, 4800, 64);
    assert_false(snq_effect_silent(e));
    rig_set(e, "eq", "peak1_on=0");
    rig_run_part(e, &s, 4800, 9600, 64);
    assert_true(snq_effect_silent(e));
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("eq",
                   "low_cut_on=1 low_shelf_on=1 low_shelf_db=6 peak1_on=1 peak1_db=6 peak1_q=20 "
                   "high_cut_on=1 high_cut_slope=48",
                   1e-5, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shelves_and_bells_are_the_cookbooks),
        cmocka_unit_test(steep_cuts_are_butterworths),
        cmocka_unit_test(bands_add_up_and_gain_follows),
        cmocka_unit_test(switched_off_it_changes_nothing),
        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(a_band_gone_is_at_rest),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
