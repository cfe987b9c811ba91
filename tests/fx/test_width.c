// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "dsp/sos.h"

enum { RATE = 48000, N = 48000 };

static void play(rig_sound *s, const char *settings)
{
    *s = rig_sound_new(N);
    rig_noise(s, 0.2, 7);
    snq_effect *e = rig_effect("width", RATE, 1, settings);
    rig_run(e, s, 77);
    snq_effect_free(e);
}

static void zero_is_mono_one_is_as_it_is(void **state)
{
    rig_sound s, was = rig_sound_new(N);
    rig_noise(&was, 0.2, 7);
    play(&s, "width=0");
    assert_memory_equal(s.left, s.right, N * sizeof(float));
    for (size_t i = 0; i < N; i++)
        check_near(s.left[i], (was.left[i] + was.right[i]) / 2, 1e-7);
    rig_sound_free(&s);
    play(&s, "width=1");
    assert_memory_equal(s.left, was.left, N * sizeof(float));
    assert_memory_equal(s.right, was.right, N * sizeof(float));
    rig_sound_free(&s);
    rig_sound_free(&was);
}

static void the_side_is_scaled_and_the_middle_kept(void **state)
{
    static const double width[] = { 0.25, 0.5, 1.5, 2 };
    rig_sound was = rig_sound_new(N);
    rig_noise(&was, 0.2, 7);
    for (size_t k = 0; k < SNQ_COUNT(width); k++) {
        rig_sound s;
        char text[32];
        snprintf(text, sizeof text, "width=%g", width[k]);
        play(&s, text);
        for (size_t i = 0; i < N; i++) {
            check_near(s.left[i] + s.right[i], was.left[i] + was.right[i], 1e-6);
            check_near(s.left[i] - s.right[i], width[k] * (was.left[i] - was.right[i]), 1e-6);
        }
        rig_sound_free(&s);
    }
    rig_sound_free(&was);
}

static void bass_is_in_the_middle(void **state)
{
    for (double hz = 20; hz < 2000; hz *= 1.7) {
        rig_sound s = rig_sound_new(2 * N);
        rig_sine(&s, hz, RATE, 0.5);
        for (size_t i = 0; i < s.n; i++)
            s.right[i] = -s.left[i]; /* all side */
        snq_effect *e = rig_effect("width", RATE, 1, "bass_mono=on bass_mono_hz=120");
        rig_run(e, &s, 77);
        snq_sos sos[2];
        check_ok(snq_sos_rbj(SNQ_RBJ_HIGHPASS, 120, M_SQRT1_2, 0, RATE, sos));
        sos[1] = sos[0];
        check_near(rig_db(rig_tone(s.left + N, N, hz, RATE) / 0.5),
                   rig_db(cabs(snq_sos_response(sos, 2, hz, RATE))), 0.05);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void jumps_do_not_click(void **state)
{
    static const char *const jump[] = { "width=0", "width=2", "bass_mono=on", "bass_mono_hz=500" };
    for (size_t k = 0; k < SNQ_COUNT(jump); k++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 220, RATE, 0.3);
        for (size_t i = 0; i < s.n; i++)
            s.right[i] = 0.1f * s.left[i];
        snq_effect *e = rig_effect("width", RATE, 1, k == 3 ? "bass_mono=on" : "");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "width", jump[k]);
        rig_run_part(e, &s, 12000, 24000, 256);
        assert_true(rig_click_db(&s, 12000, RATE) < 6);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("width", "width=1.5 bass_mono=on bass_mono_hz=20", 1e-5, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_is_mono_one_is_as_it_is),
        cmocka_unit_test(the_side_is_scaled_and_the_middle_kept),
        cmocka_unit_test(bass_is_in_the_middle),
        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
