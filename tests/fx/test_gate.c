// SPDX-License-Identifier: MIT
/* gate -- when it opens and closes, how far and how fast, on sines. */
#include "fx_rig.h"

enum { RATE = 48000 };

/* Gain in dB at frame i, read from a 4 kHz tone's 12 frames before it. */
static double gain_db(const rig_sound *s, const rig_sound *dry, size_t i)
{
    return rig_db(rig_rms(s->left + i - 12, 12) / rig_rms(dry->left + i - 12, 12));
}

static void play(rig_sound *s, rig_sound *dry, const char *settings, double first_db,
                 double then_db, size_t step)
{
    *s = rig_sound_new(2 * RATE);
    *dry = rig_sound_new(2 * RATE);
    for (size_t i = 0; i < s->n; i++)
        s->left[i] = s->right[i] = dry->left[i] = dry->right[i] =
            (float)(pow(10, (i < step ? first_db : then_db) / 20) *
                    sin(2 * M_PI * 4000 * (double)i / RATE + 0.3));
    snq_effect *e = rig_effect("gate", RATE, 1, settings);
    rig_run(e, s, 100);
    check_near(snq_effect_reduction_db(e), gain_db(s, dry, s->n), 0.1);
    snq_effect_free(e);
}

static size_t reaches(const rig_sound *s, const rig_sound *dry, size_t from, double db, int up)
{
    for (size_t i = from + 12; i < s->n; i++)
        if (up ? gain_db(s, dry, i) >= db : gain_db(s, dry, i) <= db)
            return i - from - 6;
    return s->n;
}

static void opens_and_closes_where_told(void **state)
{
    static const struct {
        double first, then, want_first, want_then;
    } c[] = {
        { -43, -43, -50, -50 }, /* never loud enough */
        { -39.8, -39.8, 0, 0 }, /* just */
        { -30, -45.8, 0, 0 },   /* within the hysteresis */
        { -30, -46.3, 0, -50 }, /* below it */
        { -60, -20, -50, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(c); i++) {
        rig_sound s, dry;
        play(&s, &dry, "threshold_db=-40 hysteresis_db=6 range_db=-50 release_ms=20", c[i].first,
             c[i].then, RATE);
        check_near(gain_db(&s, &dry, RATE), c[i].want_first, 0.2);
        check_near(gain_db(&s, &dry, s.n), c[i].want_then, 0.2);
        rig_sound_free(&s);
        rig_sound_free(&dry);
    }
}

static void times(void **state)
{
    static const double attack[] = { 5, 20, 80 }, release[] = { 60, 300 }, hold[] = { 0, 200, 400 };
    char text[160];
    rig_sound s, dry;
    for (size_t i = 0; i < SNQ_COUNT(attack); i++) {
        snprintf(text, sizeof text, "threshold_db=-40 range_db=-60 attack_ms=%g", attack[i]);
        play(&s, &dry, text, -60, -10, RATE / 2);
        const double ms = 1000.0 * (double)reaches(&s, &dry, RATE / 2, -60 * exp(-1), 1) / RATE;
        check_near(ms, attack[i], 0.05 * attack[i]);
        rig_sound_free(&s);
        rig_sound_free(&dry);
    }
    for (size_t i = 0; i < SNQ_COUNT(release); i++)
        for (size_t h = 0; h < SNQ_COUNT(hold); h++) {
            snprintf(text, sizeof text,
                     "threshold_db=-40 range_db=-60 attack_ms=1 release_ms=%g hold_ms=%g",
                     release[i], hold[h]);
            play(&s, &dry, text, -10, -50, RATE / 2);
            const double ms =
                1000.0 * (double)reaches(&s, &dry, RATE / 2, -60 * (1 - exp(-1)), 0) / RATE;
            const double want = release[i] + hold[h];
            check_near(ms, want, 0.05 * want + 0.2);
            rig_sound_free(&s);
            rig_sound_free(&dry);
        }
}

static void hears_the_side_chain(void **state)
{
    rig_sound s = rig_sound_new(RATE), side = rig_sound_new(RATE);
    rig_sine(&s, 500, RATE, 0.5);
    snq_effect *e = rig_effect("gate", RATE, 1, "sidechain=on threshold_db=-40");
    const snq_effect_context ctx = { .side = { side.left, side.right } };
    snq_effect_run(e, &ctx, s.left, s.right, RATE);
    assert_true(rig_rms(s.left + RATE / 2, RATE / 2) < 0.001);
    rig_sine(&s, 500, RATE, 0.5);
    rig_sine(&side, 100, RATE, 0.5);
    snq_effect_run(e, &ctx, s.left, s.right, RATE);
    check_near(rig_rms(s.left + RATE / 2, RATE / 2), 0.5 * M_SQRT1_2, 0.001);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&side);
}

static void jumps_do_not_click(void **state)
{
    static const char *const jump[] = { "threshold_db=0", "range_db=0", "sidechain=on" };
    for (size_t i = 0; i < SNQ_COUNT(jump); i++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 220, RATE, 0.3);
        snq_effect *e = rig_effect("gate", RATE, 1, "release_ms=50");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "gate", jump[i]);
        rig_run_part(e, &s, 12000, 24000, 256);
        const double click = rig_click_db(&s, 12000, RATE);
        if (click > 6)
            fail_msg("%s: a click of %.1f dB", jump[i], click);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void what_every_kind_owes(void **state)
{
    rig_check_kind("gate", "threshold_db=-14 hysteresis_db=1 hold_ms=0", 1e-5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_and_closes_where_told), cmocka_unit_test(times),
        cmocka_unit_test(hears_the_side_chain),        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
