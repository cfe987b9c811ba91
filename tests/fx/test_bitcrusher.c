// SPDX-License-Identifier: MIT
#include "fx_rig.h"

enum { RATE = 48000, N = 48000 };

static void steps_are_as_told(void **state)
{
    static const double bits[] = { 1, 2, 4, 8, 12, 3.5 };
    for (size_t k = 0; k < SNQ_COUNT(bits); k++) {
        rig_sound s = rig_sound_new(N), was = rig_sound_new(N);
        rig_sine(&s, 331, RATE, 0.9);
        rig_sine(&was, 331, RATE, 0.9);
        char text[32];
        snprintf(text, sizeof text, "bits=%g", bits[k]);
        snq_effect *e = rig_effect("bitcrusher", RATE, 1, text);
        rig_run(e, &s, 100);
        const double d = pow(2, 1 - bits[k]);
        for (size_t i = 0; i < N; i++) {
            check_near(s.left[i] / d, floor(s.left[i] / d + 0.5), 1e-3);
            check_near(s.left[i], was.left[i], d / 2 + 1e-6);
        }
        snq_effect_free(e);
        rig_sound_free(&s);
        rig_sound_free(&was);
    }
}

static void many_bits_change_next_to_nothing(void **state)
{
    rig_sound s = rig_sound_new(N), was = rig_sound_new(N);
    rig_noise(&s, 0.2, 7);
    rig_noise(&was, 0.2, 7);
    snq_effect *e = rig_effect("bitcrusher", RATE, 1, "bits=24");
    rig_run(e, &s, 100);
    assert_true(rig_apart(s.left, was.left, N) < 1.5e-7);
    snq_effect_free(e);
    e = rig_effect("bitcrusher", RATE, 1, "bits=1 mix=0");
    rig_noise(&s, 0.2, 7);
    rig_run(e, &s, 100);
    assert_true(rig_apart(s.left, was.left, N) == 0);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&was);
}

static void dither_takes_the_distortion_away(void **state)
{
    double third[2], mean[2];
    for (int on = 0; on < 2; on++) {
        rig_sound s = rig_sound_new(N);
        rig_sine(&s, 500, RATE, 0.01); /* one step of seven bits is 0.0156 */
        snq_effect *e = rig_effect("bitcrusher", RATE, 1, on ? "bits=7 dither=1" : "bits=7");
        rig_run(e, &s, 100);
        third[on] = rig_tone(s.left, N, 1500, RATE);
        mean[on] = rig_tone(s.left, N, 500, RATE);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
    check_near(mean[1], 0.01, 0.0003);
    assert_true(third[0] > 0.001);
    assert_true(third[1] < 0.0003);
}

static void holds_values_for_the_new_rate(void **state)
{
    rig_sound s = rig_sound_new(N), was = rig_sound_new(N);
    rig_sine(&s, 331, RATE, 0.5);
    rig_sine(&was, 331, RATE, 0.5);
    snq_effect *e = rig_effect("bitcrusher", RATE, 1, "bits=24 rate_hz=6000");
    rig_run(e, &s, 100);
    for (size_t i = 0; i < N; i++)
        check_near(s.left[i], was.left[i - i % 8], 1e-6);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&was);
}

static void the_filter_keeps_images_out(void **state)
{
    double image[2];
    for (int on = 0; on < 2; on++) {
        rig_sound s = rig_sound_new(N);
        rig_sine(&s, 7000, RATE, 0.5); /* at 8 kHz: 1 kHz */
        snq_effect *e =
            rig_effect("bitcrusher", RATE, 1,
                       on ? "bits=24 rate_hz=8000 anti_alias=on" : "bits=24 rate_hz=8000");
        rig_run(e, &s, 100);
        image[on] = rig_db(rig_tone(s.left + N / 2, N / 2, 1000, RATE) / 0.5);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
    assert_true(image[0] > -1);
    assert_true(image[1] < -20);
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("bitcrusher", "bits=6 rate_hz=9000 anti_alias=on dither=1 mix=0.8", 0.04, 2);
    rig_check_kind("bitcrusher", "bits=24 rate_hz=9000", 1e-5, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_as_told),
        cmocka_unit_test(many_bits_change_next_to_nothing),
        cmocka_unit_test(dither_takes_the_distortion_away),
        cmocka_unit_test(holds_values_for_the_new_rate),
        cmocka_unit_test(the_filter_keeps_images_out),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
