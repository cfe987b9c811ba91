// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"

enum { RATE = 48000 };

static rig_sound play(const char *settings, double hz, double seconds)
{
    rig_sound s = rig_sound_new((size_t)(seconds * RATE));
    rig_sine(&s, hz, RATE, 0.5);
    snq_effect *e = rig_effect("chorus", RATE, 1, settings);
    rig_run(e, &s, 64);
    snq_effect_free(e);
    return s;
}

/* One voice: flat within 1 dB, at any place between two samples. */
static void test_flat(void **state)
{
    (void)state;
    double worst = 0;
    for (int part = 0; part < 8; part++)
        for (double hz = 30; hz < 12000; hz *= 1.7) {
            char settings[160];
            snprintf(settings, sizeof settings, "mix=1 voices=1 depth_ms=0 delay_ms=%.9g",
                     1000 * (240 + part / 8.0) / RATE);
            rig_sound s = play(settings, hz, 0.5);
            const double db = rig_db(rig_tone(s.left + 2400, s.n - 2400, hz, RATE) / 0.5);
            worst = fmax(worst, fabs(db));
            rig_sound_free(&s);
        }
    rig_sound s = play("mix=1 voices=1 depth_ms=5 rate_hz=1", 5000, 3);
    for (size_t at = RATE / 2; at + 480 < s.n; at += 480)
        worst = fmax(worst, fabs(rig_db(rig_rms(s.left + at, 480) / (0.5 / sqrt(2)))));
    rig_sound_free(&s);
    print_message("flat within %.2f dB\n", worst);
    assert_true(worst < 1);
}

/* A voice's delay is delay .. delay + depth: an impulse train says where it is. */
static void test_delay_range(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(4 * RATE);
    for (size_t at = 0; at < s.n; at += 1200)
        s.left[at] = s.right[at] = 1;
    snq_effect *e =
        rig_effect("chorus", RATE, 1, "mix=1 voices=1 delay_ms=5 depth_ms=8 rate_hz=0.5 spread=1");
    rig_run(e, &s, 100);
    for (size_t at = 0; at + 1200 < s.n; at += 1200)
        for (int c = 0; c < 2; c++) {
            const float *x = (c ? s.right : s.left) + at;
            double sum = 0, place = 0;
            for (size_t i = 0; i < 1200; i++) {
                sum += x[i];
                place += x[i] * (double)i;
            }
            place /= sum;
            /* the impulse went in when the echo comes out: the delay is that of then */
            const double t = ((double)at + place) / RATE;
            const double want =
                RATE * (5e-3 + 4e-3 * (1 + sin(6.283185307179586 * (0.5 * t + 0.25 * c))));
            check_near(place, want, 1);
        }
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void test_voices_and_spread(void **state)
{
    (void)state;
    /* noise: as loud as it came, whatever the number of voices */
    for (double voices = 1; voices <= 4; voices += 0.5) {
        char settings[128];
        snprintf(settings, sizeof settings, "mix=1 voices=%g", voices);
        rig_sound s = rig_sound_new(2 * RATE);
        rig_noise(&s, 0.1, 1);
        snq_effect *e = rig_effect("chorus", RATE, 1, settings);
        rig_run(e, &s, 64);
        check_near(rig_db(rig_rms(s.left + RATE, RATE) / 0.1), 0, 1);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
    rig_sound wide = play("mix=0.5 voices=3 spread=1", 440, 1), narrow = play("spread=0", 440, 1);
    assert_true(rig_apart(wide.left, wide.right, wide.n) > 0.1);
    assert_true(rig_apart(narrow.left, narrow.right, narrow.n) == 0);
    rig_sound_free(&wide);
    rig_sound_free(&narrow);
}

/* A comb's formula: x + m (y - x), y = ring D ago, ring = x + f y. */
static void test_flanger(void **state)
{
    (void)state;
    const double frames = 48, mix = 0.5, feedback = 0.7;
    for (double hz = 500; hz <= 2500; hz += 250) {
        rig_sound s = play("mix=0.5 voices=1 feedback=0.7 depth_ms=0 delay_ms=1", hz, 1);
        const double w = 6.283185307179586 * hz / RATE * frames;
        /* z^-D / (1 - f z^-D) */
        const double re = cos(w) - feedback, im = sin(w), d = re * re + im * im;
        const double yr = re / d, yi = -im / d;
        const double want = hypot(1 - mix + mix * yr, mix * yi);
        check_near(rig_db(rig_tone(s.left + RATE / 2, RATE / 2, hz, RATE) / 0.5), rig_db(want),
                   0.1);
        rig_sound_free(&s);
    }
}

static void test_jumps(void **state)
{
    (void)state;
    static const char *const jumps[] = { "voices=4",      "voices=1",   "rate_hz=5", "delay_ms=1",
                                         "delay_ms=35",   "depth_ms=9", "spread=0",  "feedback=0.9",
                                         "feedback=-0.9", "mix=1" };
    for (size_t i = 0; i < SNQ_COUNT(jumps); i++) {
        rig_sound s = rig_sound_new(RATE);
        rig_sine(&s, 440, RATE, 0.5);
        snq_effect *e = rig_effect("chorus", RATE, 1, "");
        rig_run_part(e, &s, 0, RATE / 2, 64);
        rig_set(e, "chorus", jumps[i]);
        rig_run_part(e, &s, RATE / 2, RATE, 64);
        const double db = rig_click_db(&s, RATE / 2, RATE);
        print_message("%s: %+.1f dB\n", jumps[i], db);
        assert_true(db < 6);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void test_kind(void **state)
{
    (void)state;
    rig_check_kind("chorus", "voices=4 depth_ms=10 rate_hz=3", 1e-5, 2);
    rig_check_kind("chorus", "feedback=0.9 delay_ms=0.1 depth_ms=2 mix=1", 1e-5, 10);
}

/* Copies that come sooner than a block is long are worked out frame by frame, the others a block at once: the same. */
static void test_near_and_far(void **state)
{
    (void)state;
    static const char settings[] =
        "mix=0.7 voices=3.5 delay_ms=0.9 depth_ms=4 rate_hz=3 spread=0.6 feedback=0.7";
    rig_sound s[2];
    for (int v = 0; v < 2; v++) {
        s[v] = rig_sound_new(RATE);
        rig_noise(&s[v], 0.1, 7);
        snq_effect *e = rig_effect("chorus", RATE, 1, settings);
        rig_run(e, &s[v], v ? 64 : 19);
        snq_effect_free(e);
    }
    for (size_t i = 0; i < s[0].n; i++) {
        assert_true(fabsf(s[0].left[i] - s[1].left[i]) < 2e-5f);
        assert_true(fabsf(s[0].right[i] - s[1].right[i]) < 2e-5f);
    }
    rig_sound_free(&s[0]);
    rig_sound_free(&s[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flat),        cmocka_unit_test(test_near_and_far),
        cmocka_unit_test(test_delay_range), cmocka_unit_test(test_voices_and_spread),
        cmocka_unit_test(test_flanger),     cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
