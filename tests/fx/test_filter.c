// SPDX-License-Identifier: MIT
/* filter -- against the cookbook's filters, by what an impulse becomes. */
#include "fx_rig.h"

#include "dsp/sos.h"

enum { RATE = 48000, N = 1 << 15 };

static double gain_db(const float *x, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < N; i++) {
        re += x[i] * cos(2 * M_PI * hz * (double)i / RATE);
        im += x[i] * sin(2 * M_PI * hz * (double)i / RATE);
    }
    return rig_db(hypot(re, im));
}

static void responses_are_the_cookbooks(void **state)
{
    static const char *const type[] = { "lowpass", "highpass", "bandpass", "notch" };
    static const snq_rbj_kind kind[] = { SNQ_RBJ_LOWPASS, SNQ_RBJ_HIGHPASS, SNQ_RBJ_BANDPASS,
                                         SNQ_RBJ_NOTCH };
    for (int t = 0; t < 4; t++)
        for (int steep = 0; steep < 2; steep++) {
            const double ring = pow(40, 0.4), wide = M_SQRT1_2 * ring;
            const double q[2] = { steep && t < 2 ? 1.30656296 * ring : wide,
                                  t < 2 ? 0.54119610 : wide };
            snq_sos sos[2];
            for (int i = 0; i < 2; i++)
                check_ok(snq_sos_rbj(kind[t], 1000, q[i], 0, RATE, &sos[i]));
            char text[128];
            snprintf(text, sizeof text, "type=%s slope=%s cutoff_hz=1000 resonance=0.4 gain_db=-3",
                     type[t], steep ? "24" : "12");
            rig_sound s = rig_sound_new(N);
            s.left[0] = s.right[0] = 1;
            snq_effect *e = rig_effect("filter", RATE, 1, text);
            rig_run(e, &s, 333);
            for (double hz = 30; hz < 22000; hz *= 1.31) {
                const double want =
                    rig_db(cabs(snq_sos_response(sos, 1 + (uint32_t)steep, hz, RATE))) - 3;
                if (want > -80)
                    check_near(gain_db(s.left, hz), want, 0.01);
            }
            snq_effect_free(e);
            rig_sound_free(&s);
        }
}

static void moves_without_a_click(void **state)
{
    static const char *const jump[] = { "cutoff_hz=80",  "cutoff_hz=12000", "resonance=0.9",
                                        "type=highpass", "type=notch",      "slope=24",
                                        "gain_db=-36" };
    for (size_t i = 0; i < SNQ_COUNT(jump); i++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 330, RATE, 0.5);
        snq_effect *e = rig_effect("filter", RATE, 1, "cutoff_hz=1000 resonance=0.3");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "filter", jump[i]);
        rig_run_part(e, &s, 12000, 24000, 256);
        const double click = rig_click_db(&s, 12000, RATE);
        if (click > 6)
            fail_msg("%s: a click of %.1f dB", jump[i], click);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* A sweep under full modulation stays within what the filter can do at all. */
static void sweeps_stay_in_bounds(void **state)
{
    rig_sound s = rig_sound_new(96000);
    rig_noise(&s, 0.1, 4);
    snq_effect *e = rig_effect("filter", RATE, 1, "slope=24 resonance=0.5");
    for (size_t at = 0; at < s.n; at += 64) {
        snq_effect_set(e, rig_param("filter", "cutoff_hz"), (at / 64) % 20 < 10 ? 20000 : 20);
        rig_run_part(e, &s, at, at + 64, 64);
    }
    for (size_t i = 0; i < s.n; i++)
        assert_true(fabsf(s.left[i]) < 0.1f * 6 * 11);
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("filter", "slope=24 cutoff_hz=200 resonance=1 gain_db=-6", 1e-5, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_are_the_cookbooks),
        cmocka_unit_test(moves_without_a_click),
        cmocka_unit_test(sweeps_stay_in_bounds),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
