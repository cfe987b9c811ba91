// SPDX-License-Identifier: MIT
/* compressor -- its curve and its times, on sines. */
#include "fx_rig.h"

enum { RATE = 48000 };

static double curve(double in_db, double threshold, double ratio, double knee)
{
    const double over = in_db - threshold, slope = 1 - 1 / ratio;
    if (2 * over <= -knee)
        return in_db;
    if (2 * over >= knee)
        return in_db - slope * over;
    return in_db - slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
}

/* Level of a settled sine behind it; levels are of peaks. */
static double settled_db(const char *settings, double hz, double in_db)
{
    rig_sound s = rig_sound_new(2 * RATE);
    rig_sine(&s, hz, RATE, pow(10, in_db / 20));
    snq_effect *e = rig_effect("compressor", RATE, 1, settings);
    rig_run(e, &s, 512);
    const double out = rig_db(rig_tone(s.left + RATE, RATE, hz, RATE));
    assert_true(rig_apart(s.left, s.right, s.n) == 0);
    if (out < in_db - 0.05 && !strstr(settings, "mix"))
        check_near(snq_effect_reduction_db(e), out - in_db, 0.2);
    snq_effect_free(e);
    rig_sound_free(&s);
    return out;
}

static void static_curve(void **state)
{
    static const struct {
        double threshold, ratio, knee;
    } c[] = { { -18, 3, 6 }, { -30, 8, 0 }, { -24, 2, 24 }, { -10, 100, 12 } };
    for (size_t i = 0; i < SNQ_COUNT(c); i++)
        for (double in = -48; in <= 0; in += 4)
            for (double hz = 60; hz < 16000; hz *= 7) {
                char text[128];
                snprintf(text, sizeof text, "threshold_db=%g ratio=%g knee_db=%g attack_ms=5",
                         c[i].threshold, c[i].ratio, c[i].knee);
                check_near(settled_db(text, hz, in),
                           curve(in, c[i].threshold, c[i].ratio, c[i].knee), 0.2);
            }
}

static void rms_reads_power(void **state)
{
    for (double in = -40; in <= 0; in += 5)
        check_near(settled_db("detector=rms threshold_db=-20 ratio=4 knee_db=0", 1000, in),
                   curve(in - 3.0103, -20, 4, 0) + 3.0103, 0.2);
}

static void makeup_and_mix(void **state)
{
    check_near(settled_db("threshold_db=0 makeup_db=7", 500, -20), -13, 0.01);
    /* half of it untouched, half 15 dB lower */
    check_near(settled_db("threshold_db=-20 ratio=4 knee_db=0 mix=0.5", 1000, 0),
               rig_db(0.5 + 0.5 * pow(10, -15.0 / 20)), 0.2);
}

/* Time in ms at which the gain has gone 1 - 1/e of its way in dB, after the level steps at 1 s. */
static double time_ms(const char *settings, double from_db, double to_db)
{
    enum { STEP = RATE };
    const double hz = 4000;
    rig_sound s = rig_sound_new(4 * RATE), dry = rig_sound_new(4 * RATE);
    for (size_t i = 0; i < s.n; i++)
        s.left[i] = s.right[i] = dry.left[i] = dry.right[i] =
            (float)(pow(10, (i < STEP ? from_db : to_db) / 20) *
                    sin(2 * M_PI * hz * (double)i / RATE + 0.3));
    snq_effect *e = rig_effect("compressor", RATE, 1, settings);
    rig_run(e, &s, 64);
    const size_t late = snq_effect_latency(e);
    double before = 0, after = 0, at = -1;
    for (size_t i = STEP - 12; i < STEP; i++)
        before += rig_db(fabs(s.left[i + late] / dry.left[i])) / 12;
    for (size_t i = s.n - late - 12; i < s.n - late; i++)
        after += rig_db(fabs(s.left[i + late] / dry.left[i])) / 12;
    for (size_t i = STEP; i < s.n - late && at < 0; i++) {
        const double gain = rig_db(fabs(s.left[i + late] / dry.left[i]));
        if ((gain - before) / (after - before) >= 1 - exp(-1))
            at = 1000.0 * (double)(i - STEP) / RATE;
    }
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&dry);
    return at;
}

static void times(void **state)
{
    static const double attack[] = { 3, 10, 40, 150 }, release[] = { 20, 100, 400 };
    char text[160];
    for (size_t i = 0; i < SNQ_COUNT(attack); i++) {
        snprintf(text, sizeof text, "threshold_db=-40 ratio=4 knee_db=0 attack_ms=%g", attack[i]);
        check_near(time_ms(text, -30, -6), attack[i], 0.05 * attack[i] + 0.1);
    }
    for (size_t i = 0; i < SNQ_COUNT(release); i++) {
        snprintf(text, sizeof text, "threshold_db=-40 ratio=4 knee_db=0 attack_ms=1 release_ms=%g",
                 release[i]);
        check_near(time_ms(text, -6, -26), release[i], 0.05 * release[i]);
    }
    /* slower down than up */
    check_near(time_ms("threshold_db=-40 knee_db=0 attack_ms=200 release_ms=20", -30, -6), 200, 10);
}

static void looking_ahead_it_is_down_in_time(void **state)
{
    const char *const plain = "threshold_db=-40 ratio=100 knee_db=0 attack_ms=2";
    snq_effect *e = rig_effect("compressor", RATE, 1, "lookahead_ms=10");
    assert_int_equal(snq_effect_latency(e), 480);
    snq_effect_free(e);
    /* the first millisecond of a step of 33 dB, as it comes out */
    for (int ahead = 0; ahead < 2; ahead++) {
        char text[128];
        snprintf(text, sizeof text, "%s lookahead_ms=%d", plain, 10 * ahead);
        rig_sound s = rig_sound_new(RATE);
        for (size_t i = 0; i < s.n; i++)
            s.left[i] = s.right[i] =
                (float)((i < RATE / 2 ? 0.011 : 0.5) * sin(2 * M_PI * 4000 * (double)i / RATE));
        e = rig_effect("compressor", RATE, 1, text);
        rig_run(e, &s, 64);
        const double first =
            rig_db(rig_rms(s.left + RATE / 2 + snq_effect_latency(e), 48) * M_SQRT2);
        if (ahead)
            assert_true(first < -38);
        else
            assert_true(first > -20);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void hears_the_side_chain(void **state)
{
    enum { N = 48000 };
    rig_sound s = rig_sound_new(N), side = rig_sound_new(N), low = rig_sound_new(N);
    rig_sine(&s, 1000, RATE, 0.05);
    rig_sine(&side, 3000, RATE, 1);
    rig_sine(&low, 40, RATE, 1);
    static const char *const base = "threshold_db=-20 ratio=100 knee_db=0 attack_ms=1 ";
    static const struct {
        const char *more;
        int low;
        double want;
    } c[] = { { "sidechain=on", 0, -19.8 },
              { "sidechain=off", 0, 0 },
              { "sidechain=on sidechain_highpass_hz=2000", 1, 0 },
              { "sidechain=on sidechain_highpass_hz=10", 1, -19.8 } };
    for (size_t i = 0; i < SNQ_COUNT(c); i++) {
        char text[160];
        snprintf(text, sizeof text, "%s%s", base, c[i].more);
        snq_effect *e = rig_effect("compressor", RATE, 1, text);
        rig_sine(&s, 1000, RATE, 0.05);
        const rig_sound *key = c[i].low ? &low : &side;
        const snq_effect_context ctx = { .side = { key->left, key->right } };
        snq_effect_run(e, &ctx, s.left, s.right, N);
        check_near(rig_db(rig_tone(s.left + N / 2, N / 2, 1000, RATE) / 0.05), c[i].want, 0.25);
        snq_effect_free(e);
    }
    rig_sound_free(&s);
    rig_sound_free(&side);
    rig_sound_free(&low);
}

static void links_sides_as_told(void **state)
{
    static const double link[] = { 0, 0.5, 1 };
    for (int k = 0; k < 3; k++) {
        rig_sound s = rig_sound_new(RATE);
        rig_sine(&s, 1000, RATE, 1);
        for (size_t i = 0; i < s.n; i++)
            s.right[i] *= 0.1f; /* 20 dB lower: at the threshold */
        char text[128];
        snprintf(text, sizeof text, "threshold_db=-20 ratio=4 knee_db=0 link=%g", link[k]);
        snq_effect *e = rig_effect("compressor", RATE, 1, text);
        rig_run(e, &s, 512);
        const size_t half = RATE / 2;
        check_near(rig_db(rig_tone(s.left + half, half, 1000, RATE)), -15, 0.2);
        check_near(rig_db(rig_tone(s.right + half, half, 1000, RATE)), -20 - 15 * link[k], 0.2);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void below_the_threshold_nothing_changes(void **state)
{
    rig_sound s = rig_sound_new(9600), was = rig_sound_new(9600);
    rig_sine(&s, 700, RATE, 0.05);
    rig_sine(&was, 700, RATE, 0.05);
    snq_effect *e = rig_effect("compressor", RATE, 1, "threshold_db=-20 knee_db=6");
    rig_run(e, &s, 64);
    assert_memory_equal(s.left, was.left, s.n * sizeof(float));
    assert_true(snq_effect_silent(e)); /* it keeps no sound */
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&was);
}

static void jumps_do_not_click(void **state)
{
    static const char *const jump[] = { "threshold_db=-50",
                                        "ratio=50",
                                        "makeup_db=20",
                                        "mix=0",
                                        "detector=rms",
                                        "link=0",
                                        "sidechain_highpass_hz=1500",
                                        "attack_ms=0.05" };
    for (size_t i = 0; i < SNQ_COUNT(jump); i++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 220, RATE, 0.3);
        snq_effect *e = rig_effect("compressor", RATE, 1, "threshold_db=-24 attack_ms=5");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "compressor", jump[i]);
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
    rig_check_kind("compressor",
                   "threshold_db=-30 lookahead_ms=3 sidechain_highpass_hz=100 link=0.3", 1e-5, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(static_curve),
        cmocka_unit_test(rms_reads_power),
        cmocka_unit_test(makeup_and_mix),
        cmocka_unit_test(times),
        cmocka_unit_test(looking_ahead_it_is_down_in_time),
        cmocka_unit_test(hears_the_side_chain),
        cmocka_unit_test(links_sides_as_told),
        cmocka_unit_test(below_the_threshold_nothing_changes),
        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
