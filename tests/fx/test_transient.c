// SPDX-License-Identifier: MIT
/* transient -- beginnings and tails of decaying tones, whatever their level. */
#include "fx_rig.h"

enum { RATE = 48000, EVERY = RATE, N = 3 * RATE };

/* A tone that begins at each second and dies away by 60 dB in t60 seconds. */
static void strokes(rig_sound *s, double level, double t60)
{
    for (size_t i = 0; i < s->n; i++) {
        const double t = (double)(i % EVERY) / RATE;
        s->left[i] = s->right[i] = (float)(level * exp(-6.9 * t / t60) * sin(2 * M_PI * 2000 * t));
    }
}

/* Gain in dB over a stretch of the last stroke. */
static double gain_of(const char *settings, double level, double t60, double from_s, double to_s)
{
    rig_sound s = rig_sound_new(N), dry = rig_sound_new(N);
    strokes(&s, level, t60);
    strokes(&dry, level, t60);
    snq_effect *e = rig_effect("transient", RATE, 1, settings);
    rig_run(e, &s, 100);
    const size_t a = N - EVERY + (size_t)(from_s * RATE), n = (size_t)((to_s - from_s) * RATE);
    const double db = rig_db(rig_rms(s.left + a, n) / rig_rms(dry.left + a, n));
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&dry);
    return db;
}

static double gain_db(const char *settings, double level, double from_s, double to_s)
{
    return gain_of(settings, level, 0.6, from_s, to_s);
}

static void attack_moves_beginnings(void **state)
{
    assert_true(gain_db("attack=1", 0.1, 0.002, 0.008) > 6);
    assert_true(gain_db("attack=-1", 0.1, 0.002, 0.008) < -6);
    check_near(gain_db("attack=1", 0.1, 0.2, 0.3), 0, 0.5);
    check_near(gain_db("attack=0.5", 0.1, 0.002, 0.008), gain_db("attack=1", 0.1, 0.002, 0.008) / 2,
               1.5);
}

static void sustain_moves_tails(void **state)
{
    assert_true(gain_db("sustain=1", 0.1, 0.2, 0.3) > 5);
    assert_true(gain_db("sustain=-1", 0.1, 0.2, 0.3) < -5);
    check_near(gain_db("sustain=1", 0.1, 0.001, 0.005), 0, 2.5);
}

static void level_does_not_matter(void **state)
{
    for (double level = 0.02; level < 1; level *= 4) {
        check_near(gain_of("attack=1", level, 1.2, 0.002, 0.008),
                   gain_of("attack=1", 0.1, 1.2, 0.002, 0.008), 0.3);
        check_near(gain_of("sustain=-1", level, 1.2, 0.1, 0.15),
                   gain_of("sustain=-1", 0.1, 1.2, 0.1, 0.15), 0.3);
    }
}

static void steady_sound_is_left_alone(void **state)
{
    rig_sound s = rig_sound_new(N), dry = rig_sound_new(N);
    rig_sine(&s, 300, RATE, 0.2);
    rig_sine(&dry, 300, RATE, 0.2);
    snq_effect *e = rig_effect("transient", RATE, 1, "attack=1 sustain=1 gain_db=6");
    rig_run(e, &s, 64);
    check_near(rig_db(rig_rms(s.left + 2 * RATE, RATE) / rig_rms(dry.left + 2 * RATE, RATE)), 6,
               0.3);
    assert_true(snq_effect_reduction_db(e) <= 0);
    snq_effect_free(e);
    e = rig_effect("transient", RATE, 1, "");
    rig_sine(&s, 300, RATE, 0.2);
    rig_run(e, &s, 64);
    assert_memory_equal(s.left, dry.left, N * sizeof(float));
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&dry);
}

static void jumps_do_not_click(void **state)
{
    rig_sound s = rig_sound_new(24000);
    rig_sine(&s, 220, RATE, 0.3);
    snq_effect *e = rig_effect("transient", RATE, 1, "");
    rig_run_part(e, &s, 0, 12000, 256);
    rig_set(e, "transient", "gain_db=-20 attack=1 sustain=-1");
    rig_run_part(e, &s, 12000, 24000, 256);
    assert_true(rig_click_db(&s, 12000, RATE) < 6);
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("transient", "attack=1 sustain=-1 gain_db=3", 1e-4, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attack_moves_beginnings), cmocka_unit_test(sustain_moves_tails),
        cmocka_unit_test(level_does_not_matter),   cmocka_unit_test(steady_sound_is_left_alone),
        cmocka_unit_test(jumps_do_not_click),      cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
