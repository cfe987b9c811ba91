// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"

enum { RATE = 48000, LATE = 3 };
#define CLEAN                                                                              \
    "noise=0 crackle=0 wow_cents=0 flutter_cents=0 low_cut_hz=10 high_cut_hz=20000 age=0 " \
    "bass_mono_hz=10 "

static rig_sound play(const char *settings, double hz, double seconds, uint64_t seed)
{
    rig_sound s = rig_sound_new((size_t)(seconds * RATE));
    rig_sine(&s, hz, RATE, hz > 0 ? 0.5 : 0);
    snq_effect *e = rig_effect("vinyl", RATE, seed, settings);
    rig_run(e, &s, 64);
    snq_effect_free(e);
    return s;
}

/* With all at nothing it is the sound, LATE frames later. */
static void test_nothing(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(RATE / 2), x = rig_sound_new(RATE / 2);
    rig_noise(&s, 0.1, 1);
    rig_noise(&x, 0.1, 1);
    snq_effect *e = rig_effect("vinyl", RATE, 1, CLEAN);
    assert_int_equal(snq_effect_latency(e), LATE);
    rig_run(e, &s, 77);
    assert_true(rig_apart(s.left + LATE, x.left, s.n - LATE) < 1e-6);
    assert_true(rig_apart(s.right + LATE, x.right, s.n - LATE) < 1e-6);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&x);
}

static void test_levels_of_noise(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double db;
    } cases[] = { { CLEAN "noise=1 stop_with_silence=off", -39.7 },
                  { CLEAN "noise=0.5 stop_with_silence=off", -51.7 },
                  { CLEAN "noise=0.1 stop_with_silence=off", -79.7 } };
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        rig_sound s = play(cases[i].settings, 0, 10, 1);
        const double db = rig_db(rig_rms(s.left + RATE, 9 * RATE));
        check_near(db, cases[i].db, 1);
        /* rumble is the same on both sides, hiss is not */
        double side = 0, mid = 0;
        for (size_t k = RATE; k < s.n; k++) {
            side += pow(s.left[k] - s.right[k], 2) / 4;
            mid += pow(s.left[k] + s.right[k], 2) / 4;
        }
        check_near(10 * log10(side / mid), -15, 1.5);
        rig_sound_free(&s);
    }
}

/* Clicks come as a Poisson process: as many as asked, as many in the variance, and of many sizes. */
static void test_crackle(void **state)
{
    (void)state;
    enum { SECONDS = 120, PER_S = 8 };
    for (double crackle = 0.25; crackle <= 0.5; crackle *= 2) {
        char settings[256];
        snprintf(settings, sizeof settings, CLEAN "stop_with_silence=off crackle=%g", crackle);
        rig_sound s = play(settings, 0, SECONDS, 5);
        double mean = 0, square = 0, least = 1, most = 0, all = 0;
        for (size_t part = 0; part < SECONDS * PER_S; part++) {
            double count = 0;
            for (size_t i = 0; i < RATE / PER_S; i++) {
                const size_t at = part * (RATE / PER_S) + i;
                /* a click's begin: after at least 1 ms of nothing */
                if (at < 96 || fabs(s.left[at]) < 1e-4 || fabs(s.left[at - 1]) >= 1e-4)
                    continue;
                size_t k = 1;
                while (k < 24 && fabs(s.left[at - k]) < 1e-4)
                    k++;
                if (k < 24)
                    continue;
                double peak = 0;
                for (k = 0; k < 48 && at + k < s.n; k++)
                    peak = fmax(peak, fabs(s.left[at + k]));
                least = fmin(least, peak);
                most = fmax(most, peak);
                count++;
            }
            all += count;
            mean += count / (SECONDS * PER_S);
            square += count * count / (SECONDS * PER_S);
        }
        const double want = 60 * crackle * crackle * SECONDS;
        print_message("crackle %g: %g clicks, asked %g; variance / mean %.2f; sizes %.1f dB\n",
                      crackle, all, want, (square - mean * mean) / mean, rig_db(most / least));
        check_near(all, want, 4 * sqrt(want) + 0.03 * want);
        check_near((square - mean * mean) / mean, 1, 0.2);
        assert_true(rig_db(most / least) > 25 && most < 0.5 && most > 0.02);
        rig_sound_free(&s);
    }
}

/* Instantaneous pitch by zero crossings: `cents` each way, at the rates of the parts. */
static void check_pitch(const char *settings, double cents, double hz_of_sway, double window_s)
{
    rig_sound s = play(settings, 3000, 6, 3);
    const size_t window = (size_t)(window_s * RATE);
    double least = 1e9, most = -1e9;
    int swings = 0;
    double last = 0;
    for (size_t at = RATE; at + window < s.n; at += window) {
        double first = 0, end = 0;
        int turns = -1;
        for (size_t i = at; i < at + window; i++)
            if (s.left[i - 1] < 0 && s.left[i] >= 0) {
                end = (double)i - s.left[i] / ((double)s.left[i] - s.left[i - 1]);
                first = turns < 0 ? end : first;
                turns++;
            }
        const double c = 1200 * log2(turns * RATE / (end - first) / 3000);
        least = fmin(least, c);
        most = fmax(most, c);
        swings += last < 0 && c >= 0;
        last = c;
    }
    print_message("%s: %.1f .. %.1f cents, %.2f Hz\n", settings, least, most, swings / 5.0);
    check_near(most, cents, 0.06 * cents + 0.2);
    check_near(-least, cents, 0.06 * cents + 0.2);
    check_near(swings / 5.0, hz_of_sway, 0.25);
    rig_sound_free(&s);
}

static void test_wow_and_flutter(void **state)
{
    (void)state;
    check_pitch(CLEAN "wow_cents=50", 50, 0.5556, 0.02);
    check_pitch(CLEAN "flutter_cents=20", 20, 6.1, 0.01);
}

static void test_band_and_bass(void **state)
{
    (void)state;
    rig_sound low = play(CLEAN "low_cut_hz=200", 200, 1, 1);
    check_near(rig_db(rig_tone(low.left + 9600, 38400, 200, RATE) / 0.5), -3, 0.3);
    rig_sound_free(&low);
    low = play(CLEAN "low_cut_hz=200", 50, 1, 1);
    assert_true(rig_db(rig_tone(low.left + 9600, 38400, 50, RATE) / 0.5) < -15);
    rig_sound_free(&low);
    rig_sound high = play(CLEAN "high_cut_hz=3000", 3000, 1, 1);
    check_near(rig_db(rig_tone(high.left + 9600, 38400, 3000, RATE) / 0.5), -3, 0.5);
    rig_sound_free(&high);
    /* age: the band closes in */
    double last = 1;
    for (double age = 0; age <= 1; age += 0.25) {
        char settings[256];
        snprintf(settings, sizeof settings, CLEAN "age=%g", age);
        rig_sound s = play(settings, 9000, 0.5, 1);
        const double db = rig_db(rig_tone(s.left + 4800, 19200, 9000, RATE) / 0.5);
        assert_true(db < last);
        last = db - 0.3;
        rig_sound_free(&s);
    }
    /* bass on one side only: below the edge it goes to both */
    for (double hz = 30; hz < 2000; hz *= 8) {
        rig_sound s = rig_sound_new(RATE);
        rig_sine(&s, hz, RATE, 0.5);
        memset(s.right, 0, s.n * sizeof *s.right);
        snq_effect *e = rig_effect("vinyl", RATE, 1, CLEAN "bass_mono_hz=240");
        rig_run(e, &s, 64);
        const double right = rig_tone(s.right + 9600, 38400, hz, RATE);
        const double left = rig_tone(s.left + 9600, 38400, hz, RATE);
        if (hz < 50)
            check_near(right, left, 0.1 * left);
        else if (hz > 1000)
            assert_true(right < 0.15 * left);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* Seeded, silent at nothing, and it stops after the music. */
static void test_seed_and_silence(void **state)
{
    (void)state;
    rig_sound a = play("", 440, 2, 1), b = play("", 440, 2, 1), c = play("", 440, 2, 2);
    assert_true(rig_apart(a.left, b.left, a.n) == 0);
    assert_true(rig_apart(a.left, c.left, a.n) > 1e-3);
    rig_sound_free(&a);
    rig_sound_free(&b);
    rig_sound_free(&c);
    rig_sound s = play("noise=1 crackle=1", 0, 2, 1); /* nothing comes in: the player rests */
    assert_true(rig_rms(s.left, s.n) == 0 && rig_rms(s.right, s.n) == 0);
    rig_sound_free(&s);

    snq_effect *e = rig_effect("vinyl", RATE, 1, "noise=1 crackle=1");
    s = rig_sound_new(4 * RATE);
    for (size_t i = 0; i < RATE; i++)
        s.left[i] = s.right[i] = 0.1f;
    rig_run(e, &s, 64);
    assert_true(rig_rms(s.left + RATE + RATE / 5, RATE / 10) > 1e-3); /* holds */
    assert_true(rig_rms(s.left + 3 * RATE, RATE) == 0);
    assert_true(snq_effect_silent(e));
    snq_effect_free(e);
    rig_sound_free(&s);

    e = rig_effect("vinyl", RATE, 1, "noise=1 stop_with_silence=off");
    s = rig_sound_new(4 * RATE);
    rig_run(e, &s, 64);
    assert_true(rig_rms(s.left + 3 * RATE, RATE) > 1e-3);
    assert_false(snq_effect_silent(e));
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void test_jumps(void **state)
{
    (void)state;
    static const char *const jumps[] = { "wow_cents=100",    "wow_cents=0",
                                         "flutter_cents=50", "low_cut_hz=800",
                                         "high_cut_hz=2000", "age=1",
                                         "bass_mono_hz=500", "mix=0" };
    for (size_t i = 0; i < SNQ_COUNT(jumps); i++) {
        rig_sound s = rig_sound_new(2 * RATE);
        rig_sine(&s, 440, RATE, 0.5);
        memset(s.right, 0, s.n * sizeof *s.right);
        snq_effect *e = rig_effect("vinyl", RATE, 1, "noise=0 crackle=0 wow_cents=20");
        rig_run_part(e, &s, 0, RATE, 64);
        rig_set(e, "vinyl", jumps[i]);
        rig_run_part(e, &s, RATE, 2 * RATE, 64);
        const double db = rig_click_db(&s, RATE, RATE);
        print_message("%s: %+.1f dB\n", jumps[i], db);
        assert_true(db < 6);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void test_kind(void **state)
{
    (void)state;
    rig_check_kind("vinyl", "crackle=1 noise=1 wow_cents=100", 1e-5, 6);
    rig_check_kind("vinyl", CLEAN "mix=0.5", 1e-5, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),       cmocka_unit_test(test_levels_of_noise),
        cmocka_unit_test(test_crackle),       cmocka_unit_test(test_wow_and_flutter),
        cmocka_unit_test(test_band_and_bass), cmocka_unit_test(test_seed_and_silence),
        cmocka_unit_test(test_jumps),         cmocka_unit_test(test_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
