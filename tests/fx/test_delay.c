// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"

enum { RATE = 48000 };

/* The answer to an impulse of the left side, or both. */
static rig_sound impulse(uint32_t rate, const char *settings, double bpm, double seconds, int both)
{
    rig_sound s = rig_sound_new((size_t)(seconds * rate));
    s.left[0] = 1;
    s.right[0] = (float)both;
    snq_effect *e = rig_effect("delay", rate, 1, settings);
    const snq_effect_context ctx = { .bpm = bpm };
    for (size_t at = 0; at < s.n; at += 100)
        snq_effect_run(e, &ctx, s.left + at, s.right + at, s.n - at < 100 ? s.n - at : 100);
    snq_effect_free(e);
    return s;
}

/* Exactly at frames k * step is gain^(k - 1), k = 1 .., everything else is 0. */
static void check_echoes(const float *x, size_t n, size_t step, double gain)
{
    for (size_t i = 0; i < n; i++) {
        const double want = i && i % step == 0 ? pow(gain, (double)(i / step) - 1) : 0;
        if (fabs(x[i] - want) > (want > 0 ? 1e-6 : 0))
            fail_msg("frame %zu (step %zu): %g, want %g", i, step, x[i], want);
    }
}

static void test_exact(void **state)
{
    (void)state;
    static const double times_ms[] = { 1, 20, 125, 333.3, 800 };
    static const uint32_t rates[] = { 8000, 44100, 48000, 96000 };
    for (size_t t = 0; t < SNQ_COUNT(times_ms); t++)
        for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
            char settings[128];
            snprintf(settings, sizeof settings, "mix=1 feedback=0.5 time_ms=%g", times_ms[t]);
            rig_sound s = impulse(rates[r], settings, 0, 1.7, 1);
            const size_t step = (size_t)floor((float)times_ms[t] * 1e-3 * rates[r] + 0.5);
            check_echoes(s.left, step * 2 < s.n ? step * 2 : s.n, step, 0.5);
            check_echoes(s.right, s.n < 20 * step ? s.n : 20 * step, step, 0.5);
            rig_sound_free(&s);
        }
}

static void test_synced(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double bpm, quarters;
    } cases[] = {
        { "sync=1/4", 120, 1 },
        { "sync=1/4", 0, 1 }, /* no tempo known: 120 */
        { "sync=1/8 sync_feel=dotted", 97, 0.75 },
        { "sync=1/8 sync_feel=triplet", 141.3, 1.0 / 3 },
        { "sync=1/1", 174, 4 },
        { "sync=1/2", 128, 2 },
        { "sync=1/16", 128, 0.25 },
        { "sync=1/32", 60, 0.125 },
        { "sync=1/1 sync_feel=dotted", 20, 12.0 * 4 / 36 }, /* 18 s asked: 4 s at most */
    };
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "mix=1 feedback=0 %s", cases[i].settings);
        const double bpm = cases[i].bpm > 0 ? cases[i].bpm : 120;
        rig_sound s = impulse(RATE, settings, cases[i].bpm, 4.5, 1);
        const double quarters = i == SNQ_COUNT(cases) - 1 ? 4.0 * bpm / 60 : cases[i].quarters;
        const size_t want = (size_t)floor(quarters * 60 / bpm * RATE + 0.5);
        for (size_t k = 0; k < s.n; k++)
            assert_true(s.left[k] == (k == want ? 1 : 0));
        rig_sound_free(&s);
    }
}

static void test_ping_pong(void **state)
{
    (void)state;
    rig_sound s = impulse(RATE, "mix=1 feedback=0.5 ping_pong=1 time_ms=10", 0, 0.1, 1);
    for (size_t k = 1; k < 9; k++) {
        const double want = pow(0.5, (double)k - 1);
        check_near(s.left[480 * k], k % 2 ? want : 0, 1e-6);
        check_near(s.right[480 * k], k % 2 ? 0 : want, 1e-6);
    }
    rig_sound_free(&s);
}

/* The second echo went through the cuts once: their formula. */
static void test_cuts(void **state)
{
    (void)state;
    enum { N = 32768, STEP = 48 * 100 };
    for (int high = 0; high < 2; high++) {
        rig_sound s = impulse(RATE,
                              high ? "mix=1 feedback=0.9 time_ms=100 high_cut_hz=3000"
                                   : "mix=1 feedback=0.9 time_ms=100 low_cut_hz=300",
                              0, 1, 1);
        for (double hz = 100; hz < 12000; hz *= 2) {
            double re = 0, im = 0;
            for (size_t i = 0; i < STEP; i++) {
                re += s.left[2 * STEP + i] * cos(6.283185307179586 * hz * (double)i / RATE);
                im += s.left[2 * STEP + i] * sin(6.283185307179586 * hz * (double)i / RATE);
            }
            const double u = hz / (high ? 3000 : 300), x = u * u;
            const double want = 10 * log10((high ? 1 : x) / (1 + x));
            const double got = rig_db(hypot(re, im) / 0.9);
            if (!high || hz < 6000)
                check_near(got, want, 0.35);
            else
                assert_true(got < -6);
        }
        rig_sound_free(&s);
    }
}

static void test_modulated(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(2 * RATE);
    rig_sine(&s, 1000, RATE, 0.5);
    snq_effect *e =
        rig_effect("delay", RATE, 1, "mix=1 feedback=0 time_ms=100 mod_rate_hz=1 mod_depth_ms=2");
    rig_run(e, &s, 64);
    /* the frequency of each tenth of a second: 1000 (1 - D'), D' = depth pi rate cos(2 pi rate t) */
    double low = 2000, high = 0;
    for (size_t at = RATE / 2; at + RATE / 40 < s.n; at += RATE / 40) {
        size_t first = 0, last = 0, crossings = 0;
        for (size_t i = at; i < at + RATE / 40; i++)
            if (s.left[i - 1] < 0 && s.left[i] >= 0) {
                first = first ? first : i;
                last = i;
                crossings++;
            }
        const double hz = (double)(crossings - 1) * RATE / (double)(last - first);
        low = fmin(low, hz);
        high = fmax(high, hz);
    }
    const double most = 1000 * 2e-3 * 3.14159265;
    check_near(high - 1000, most, 1.5);
    check_near(1000 - low, most, 1.5);
    check_near(rig_rms(s.left + RATE, RATE), 0.5 / sqrt(2), 0.005);
    snq_effect_free(e);
    rig_sound_free(&s);
}

/* After a change the echo comes at the new time, in both ways. */
static void test_changes(void **state)
{
    (void)state;
    static const char *const ways[] = { "change=fade", "change=glide" };
    for (int w = 0; w < 2; w++) {
        rig_sound s = rig_sound_new(4 * RATE);
        char settings[128];
        snprintf(settings, sizeof settings, "mix=1 feedback=0 time_ms=100 %s", ways[w]);
        snq_effect *e = rig_effect("delay", RATE, 1, settings);
        rig_run_part(e, &s, 0, RATE, 480);
        rig_set(e, "delay", "time_ms=250");
        rig_run_part(e, &s, RATE, 3 * RATE, 480);
        s.left[3 * RATE] = 1;
        rig_run_part(e, &s, 3 * RATE, 4 * RATE, 480);
        for (size_t i = 3 * RATE; i < s.n; i++)
            assert_true(s.left[i] == (i == 3 * RATE + 12000 ? 1 : 0));
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

static void test_jumps(void **state)
{
    (void)state;
    static const char *const jumps[] = { "time_ms=90",      "time_ms=700",      "time_ms=20.02",
                                         "feedback=0.9",    "feedback=0",       "ping_pong=1",
                                         "low_cut_hz=1000", "high_cut_hz=1000", "mod_depth_ms=5",
                                         "mix=1",           "sync=1/16",        "change=glide" };
    for (size_t i = 0; i < SNQ_COUNT(jumps); i++)
        for (int gliding = 0; gliding < 2; gliding++) {
            rig_sound s = rig_sound_new(2 * RATE);
            rig_sine(&s, 440, RATE, 0.5);
            snq_effect *e = rig_effect("delay", RATE, 1,
                                       gliding ? "time_ms=20 mix=0.5 feedback=0.5 change=glide"
                                               : "time_ms=20 mix=0.5 feedback=0.5");
            rig_run_part(e, &s, 0, RATE, 64);
            rig_set(e, "delay", jumps[i]);
            rig_run_part(e, &s, RATE, 2 * RATE, 64);
            const double db = rig_click_db(&s, RATE, RATE);
            print_message("%s%s: %+.1f dB\n", jumps[i], gliding ? " gliding" : "", db);
            assert_true(db < 6);
            snq_effect_free(e);
            rig_sound_free(&s);
        }
}

static void test_time_in_motion(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(RATE);
    rig_sine(&s, 440, RATE, 0.5);
    snq_effect *e = rig_effect("delay", RATE, 1, "mix=1 feedback=0");
    for (size_t at = 0; at < s.n; at += 64) {
        snq_effect_set(e, rig_param("delay", "time_ms"), (float)(20 + 10 * sin((double)at * 1e-3)));
        rig_run_part(e, &s, at, at + 64 < s.n ? at + 64 : s.n, 64);
    }
    assert_true(rig_rms(s.left + RATE / 2, RATE / 2) > 0.15);
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void test_kind(void **state)
{
    (void)state;
    rig_check_kind("delay", "mix=0.5 time_ms=37 low_cut_hz=100 high_cut_hz=5000", 1e-6, 12);
    rig_check_kind("delay", "mix=1 time_ms=15 mod_depth_ms=3 change=glide ping_pong=0.7", 1e-5, 12);
}

/* Echoes that come sooner than a block is long are worked out frame by frame, the others a block at once: the same. */
static void test_near_and_far(void **state)
{
    (void)state;
    static const char *const more[] = { "", "mod_depth_ms=3 mod_rate_hz=2" };
    for (size_t k = 0; k < SNQ_COUNT(more); k++) {
        char settings[160];
        snprintf(settings, sizeof settings,
                 "mix=0.6 feedback=0.9 time_ms=1 ping_pong=0.3 low_cut_hz=200 high_cut_hz=5000 %s",
                 more[k]);
        rig_sound s[2];
        for (int v = 0; v < 2; v++) {
            s[v] = rig_sound_new(2 * RATE);
            rig_noise(&s[v], 0.1, 7);
            memset(s[v].left + RATE, 0, RATE * sizeof(float));
            memset(s[v].right + RATE, 0, RATE * sizeof(float));
            snq_effect *e = rig_effect("delay", RATE, 1, settings);
            rig_run(e, &s[v], v ? 64 : 19);
            assert_true(s[v].left[2 * RATE - 1] == 0 && s[v].right[2 * RATE - 1] == 0);
            snq_effect_free(e);
        }
        for (size_t i = 0; i < s[0].n; i++) {
            assert_true(fabsf(s[0].left[i] - s[1].left[i]) < 1e-5f);
            assert_true(fabsf(s[0].right[i] - s[1].right[i]) < 1e-5f);
        }
        rig_sound_free(&s[0]);
        rig_sound_free(&s[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_and_far), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_synced),       cmocka_unit_test(test_ping_pong),
        cmocka_unit_test(test_cuts),         cmocka_unit_test(test_modulated),
        cmocka_unit_test(test_changes),      cmocka_unit_test(test_time_in_motion),
        cmocka_unit_test(test_jumps),        cmocka_unit_test(test_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
