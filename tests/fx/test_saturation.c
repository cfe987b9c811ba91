// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/fft.h"
#include "fx/shaper_impl.h"

enum { RATE = 48000 };
static const char *const kinds[] = { "tape", "tube", "soft", "hard", "fold", "diode" };

static rig_sound play(const char *settings, double hz, double amplitude, double seconds)
{
    rig_sound s = rig_sound_new((size_t)(seconds * RATE));
    rig_sine(&s, hz, RATE, amplitude);
    snq_effect *e = rig_effect("saturation", RATE, 1, settings);
    rig_run(e, &s, 64);
    snq_effect_free(e);
    return s;
}

/* The loudest of what is below 20 kHz and no overtone of hz, against the fundamental. */
static double alias_db(const float *x, double hz)
{
    enum { N = 32768 };
    snq_rfft *f;
    check_ok(snq_rfft_new(N, &f));
    float *y = snq_calloc(N + 2, sizeof *y), *w = snq_calloc(N, sizeof *w);
    assert_true(y && w);
    for (size_t i = 0; i < N; i++) { /* Blackman-Harris: -92 dB */
        const double u = 6.283185307179586 * (double)i / N;
        w[i] = x[i] *
               (float)(0.35875 - 0.48829 * cos(u) + 0.14128 * cos(2 * u) - 0.01168 * cos(3 * u));
    }
    snq_rfft_run(f, y, w);
    double alias = 0, fundamental = 0;
    for (size_t k = 20; k < N / 2; k++) {
        const double at = (double)k * RATE / N, size = hypot(y[2 * k], y[2 * k + 1]);
        const double over = round(at / hz);
        if (fabs(at - over * hz) < 8.0 * RATE / N)
            fundamental = over == 1 ? fmax(fundamental, size) : fundamental;
        else if (at < 20000)
            alias = fmax(alias, size);
    }
    snq_rfft_free(f);
    snq_free(y);
    snq_free(w);
    return rig_db(alias / fundamental);
}

static void test_aliases(void **state)
{
    (void)state;
    double worst = -1000;
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++)
        for (double drive = 0; drive <= 48; drive += 8)
            for (double hz = 4990; hz <= 5010; hz += 10) {
                char settings[128];
                snprintf(settings, sizeof settings, "kind=%s drive_db=%g bias=%g", kinds[k], drive,
                         hz > 5000 ? 0.3 : 0);
                rig_sound s = play(settings, hz, 1, 1.5);
                const double db = alias_db(s.left + RATE / 2, hz);
                if (db > -70)
                    print_message("%s %g Hz: %.1f dB\n", settings, hz, db);
                worst = fmax(worst, db);
                rig_sound_free(&s);
            }
    print_message("aliases %.1f dB\n", worst);
    assert_true(worst < -60);
}

static double curve_of(const char *kind, double u)
{
    if (!strcmp(kind, "hard"))
        return u > 1 ? 1 : u < -1 ? -1 : u;
    if (!strcmp(kind, "fold"))
        return sin(u);
    const double k = u > 0 ? 1 : !strcmp(kind, "tube") ? 1.7 : !strcmp(kind, "diode") ? 6 : 1;
    return u / sqrt(1 + k * k * u * u);
}

/* A slow sine follows the static curve. */
static void test_curves(void **state)
{
    (void)state;
    enum { LATE = 64 };
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++)
        for (double bias = -0.5; bias <= 0.5; bias += 0.5)
            for (double drive = 0; drive <= 36; drive += 12) {
                char settings[128];
                snprintf(settings, sizeof settings, "kind=%s drive_db=%g bias=%g", kinds[k], drive,
                         bias);
                rig_sound s = play(settings, 100, 0.8, 1.5);
                const int fold = !strcmp(kinds[k], "fold");
                const double g = (fold ? 1.570796327 : 1) * pow(10, drive / (fold ? 40 : 20));
                const double comp = fold ? 0.7
                                         : 1 / (curve_of(kinds[k], 0.5 * g + bias) -
                                                curve_of(kinds[k], bias - 0.5 * g));
                double want[480], mean = 0, worst = 0, size = 0, got_mean = 0;
                for (int i = 0; i < 480; i++) {
                    const double x = 0.8 * sin(6.283185307179586 * (i - 0.0625) / 480);
                    want[i] = comp * curve_of(kinds[k], g * x + bias);
                    mean += want[i] / 480;
                }
                const float *got = s.left + RATE + LATE;
                for (int i = 0; i < 480; i++) {
                    worst += pow(got[i] - (want[i] - mean), 2);
                    size += pow(want[i] - mean, 2);
                    got_mean += got[i] / 480;
                }
                const double db = 10 * log10(worst / size);
                if (db > -20)
                    print_message("%s: %.1f dB from the curve\n", settings, db);
                /* the high-pass of 5 Hz turns the fundamental by 3 degrees: -26 dB */
                assert_true(db < (strcmp(kinds[k], "tape") ? -22 : -18));
                assert_true(fabs(got_mean) < 1e-3); /* no constant */
                rig_sound_free(&s);
            }
}

/* The means against the definition, summed in steps. */
static void test_means(void **state)
{
    (void)state;
    static const float u[] = { 0,       1e-6f, -1e-6f, 0.5f,  0.5f, 0.999f, 1.001f, 1.0001f, 3,
                               3.0001f, -2,    -2,     -0.3f, 0.7f, 250,    249,    -250,    12.5f,
                               12.51f,  0,     0,      -1,    1,    2,      0.1f };
    enum { M = SNQ_COUNT(u) - 1, STEPS = 20000 };
    for (int v = 0; v < 2; v++) {
        snq__shaper_kernels k;
        snq__shaper_kernels_init(&k, v ? snq_cpu_detect() : 0);
        float y[5][M];
        k.bow(1, u, y[0], M);
        k.bow(1.7f, u, y[1], M);
        k.bow(6, u, y[2], M);
        k.clip(u, y[3], M);
        k.fold(u, y[4], M);
        static const char *const kind[] = { "soft", "tube", "diode", "hard", "fold" };
        for (int c = 0; c < 5; c++)
            for (size_t i = 0; i < M; i++) {
                double sum = 0;
                for (int t = 0; t < STEPS; t++)
                    sum += curve_of(kind[c], u[i] + ((double)u[i + 1] - u[i]) * (t + 0.5) / STEPS);
                if (fabs(y[c][i] - sum / STEPS) > 2e-4)
                    fail_msg("%s, %g to %g: %g, want %g", kind[c], u[i], u[i + 1], y[c][i],
                             sum / STEPS);
            }
    }
}

/* What has the level 1/2 keeps it about, at any drive. */
static void test_compensation(void **state)
{
    (void)state;
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++)
        for (double drive = 0; drive <= 48; drive += 12) {
            char settings[128];
            snprintf(settings, sizeof settings, "kind=%s drive_db=%g", kinds[k], drive);
            rig_sound s = play(settings, 200, 0.5, 1);
            const double db = rig_db(rig_rms(s.left + RATE / 2, RATE / 2) * sqrt(2) / 0.5);
            if (db < -2 || db > 4.5)
                fail_msg("%s: %.1f dB", settings, db);
            rig_sound_free(&s);
        }
}

/* Almost no drive, dry: the sound, 64 frames late; half dry: no comb. */
static void test_latency_and_mix(void **state)
{
    (void)state;
    snq_effect *e = rig_effect("saturation", RATE, 1, "mix=0");
    assert_int_equal(snq_effect_latency(e), 64);
    rig_sound s = rig_sound_new(RATE / 4), x = rig_sound_new(RATE / 4);
    rig_noise(&s, 0.1, 1);
    rig_noise(&x, 0.1, 1);
    rig_run(e, &s, 100);
    assert_true(rig_apart(s.left + 64, x.left, s.n - 64) < 1e-9);
    assert_true(rig_apart(s.right + 64, x.right, s.n - 64) < 1e-9);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&x);
    for (double hz = 100; hz < 20000; hz *= 1.5) {
        rig_sound half = play("kind=hard drive_db=0 mix=0.5", hz, 0.5, 0.5);
        check_near(rig_db(rig_tone(half.left + 2400, 19200, hz, RATE) / 0.5), 0, 0.1);
        rig_sound_free(&half);
    }
}

static void test_tone(void **state)
{
    (void)state;
    for (double tone = -1; tone <= 1; tone += 0.5) {
        char settings[128];
        snprintf(settings, sizeof settings, "kind=hard drive_db=0 output_db=-3 tone=%g", tone);
        rig_sound low = play(settings, 60, 0.2, 1), high = play(settings, 15000, 0.2, 1);
        check_near(rig_db(rig_tone(low.left + 4800, 40000, 60, RATE) / 0.2), -6 * tone - 3, 0.4);
        check_near(rig_db(rig_tone(high.left + 4800, 40000, 15000, RATE) / 0.2), 6 * tone - 3,
                   tone < 0 ? 1.7 : 0.7); /* what the low part leaves */
        rig_sound_free(&low);
        rig_sound_free(&high);
    }
}

static void test_even_overtones(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double least, most; /* of the second against the first, dB */
    } cases[] = { { "kind=soft", -200, -90 }, { "kind=hard", -200, -90 },
                  { "kind=tape", -200, -90 }, { "kind=soft bias=0.5", -40, 0 },
                  { "kind=tube", -40, 0 },    { "kind=diode", -20, 0 } };
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        rig_sound s = play(cases[i].settings, 500, 0.5, 1);
        const double db = rig_db(rig_tone(s.left + 9600, 38400, 1000, RATE) /
                                 rig_tone(s.left + 9600, 38400, 500, RATE));
        assert_true(db > cases[i].least && db < cases[i].most);
        rig_sound_free(&s);
    }
}

static void test_jumps(void **state)
{
    (void)state;
    static const char *const jumps[] = { "kind=hard",     "kind=fold", "kind=tape", "drive_db=48",
                                         "drive_db=0",    "bias=0.9",  "tone=1",    "tone=-1",
                                         "output_db=-24", "mix=0" };
    for (size_t i = 0; i < SNQ_COUNT(jumps); i++) {
        rig_sound s = rig_sound_new(RATE);
        rig_sine(&s, 440, RATE, 0.5);
        snq_effect *e = rig_effect("saturation", RATE, 1, "kind=tube");
        rig_run_part(e, &s, 0, RATE / 2, 64);
        rig_set(e, "saturation", jumps[i]);
        rig_run_part(e, &s, RATE / 2, RATE, 64);
        const double db = rig_click_db(&s, RATE / 2, RATE);
        print_message("%s: %+.1f dB\n", jumps[i], db);
        if (strcmp(jumps[i], "kind=hard") && strcmp(jumps[i], "kind=fold") &&
            strcmp(jumps[i], "drive_db=48")) /* whose own sound has more highs */
            assert_true(db < 6);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* A bias alone makes no sound, not even when it begins or moves. */
static void test_bias_is_silent(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(RATE);
    snq_effect *e = rig_effect("saturation", RATE, 1, "kind=diode bias=0.7 drive_db=30");
    rig_run_part(e, &s, 0, RATE / 2, 64);
    assert_true(rig_rms(s.left, s.n) < 1e-6);
    s.left[RATE / 2] = 1e-3f; /* wakes it */
    rig_run_part(e, &s, RATE / 2, RATE / 2 + 32, 64);
    assert_true(rig_rms(s.left + RATE / 2, 32) < 1e-5);
    snq_effect_free(e);
    rig_sound_free(&s);
}

static void test_kind(void **state)
{
    (void)state;
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
        char settings[128];
        snprintf(settings, sizeof settings, "kind=%s drive_db=20 bias=%g mix=0.8", kinds[k],
                 k % 2 ? 0.3 : 0);
        rig_check_kind("saturation", settings, 1e-5, 3);
    }
}

/* What comes out on the left is the same to the bit whatever is on the right, as long as both sides are alike too. */
static void test_sides_are_apart(void **state)
{
    (void)state;
    enum { N = 9600, APART = 5000 };
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
        char settings[64];
        snprintf(settings, sizeof settings, "kind=%s drive_db=20 bias=0.2 tone=0.3", kinds[k]);
        rig_sound s[2];
        for (int v = 0; v < 2; v++) {
            s[v] = rig_sound_new(N);
            rig_sine(&s[v], 997, RATE, 0.8);
            for (int i = v ? 0 : APART; i < N; i++)
                s[v].right[i] *= 0.5f;
            snq_effect *e = rig_effect("saturation", RATE, 1, settings);
            rig_run(e, &s[v], 100);
            snq_effect_free(e);
        }
        assert_memory_equal(s[0].left, s[1].left, N * sizeof(float));
        assert_memory_equal(s[0].right, s[0].left, APART * sizeof(float));
        double apart = 0; /* what was remembered goes on: later both right sides are the same */
        for (int i = N - 2000; i < N; i++)
            apart = fmax(apart, fabs((double)s[0].right[i] - (double)s[1].right[i]));
        assert_true(apart < 0.1);
        assert_memory_not_equal(s[0].right + APART, s[0].left + APART, (N - APART) * sizeof(float));
        rig_sound_free(&s[0]);
        rig_sound_free(&s[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means),           cmocka_unit_test(test_curves),
        cmocka_unit_test(test_aliases),         cmocka_unit_test(test_compensation),
        cmocka_unit_test(test_latency_and_mix), cmocka_unit_test(test_tone),
        cmocka_unit_test(test_even_overtones),  cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_bias_is_silent),  cmocka_unit_test(test_kind),
        cmocka_unit_test(test_sides_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
