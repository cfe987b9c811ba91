// SPDX-License-Identifier: MIT
/* limiter -- by libebur128's true peak, and by a finer one: eight points a sample by libsoxr. */
#include "fx_rig.h"

#include <ebur128.h>

#include "base/rng.h"
#include "dsp/resample.h"
#include "dsp/sos.h"

enum { RATE = 48000, N = RATE };

static double ebur_peak_db(const rig_sound *s, uint32_t rate)
{
    ebur128_state *e = ebur128_init(2, rate, EBUR128_MODE_TRUE_PEAK);
    assert_non_null(e);
    float *both = calloc(2 * s->n, sizeof *both);
    assert_non_null(both);
    for (size_t i = 0; i < s->n; i++) {
        both[2 * i] = s->left[i];
        both[2 * i + 1] = s->right[i];
    }
    assert_int_equal(ebur128_add_frames_float(e, both, s->n), 0);
    double most = 0;
    for (unsigned c = 0; c < 2; c++) {
        double peak;
        assert_int_equal(ebur128_true_peak(e, c, &peak), 0);
        most = fmax(most, peak);
    }
    ebur128_destroy(&e);
    free(both);
    return rig_db(most);
}

static snq_status largest(void *user, const float *out, size_t n)
{
    float *most = user;
    for (size_t i = 0; i < n; i++)
        *most = fmaxf(*most, fabsf(out[i]));
    return SNQ_OK;
}

static double fine_peak_db(const rig_sound *s, uint32_t rate)
{
    float most = 0;
    for (int c = 0; c < 2; c++) {
        snq_resample *r;
        check_ok(snq_resample_new(
            &(snq_resample_cfg) { rate, 8 * rate > 768000 ? 768000 : 8 * rate }, &r));
        check_ok(snq_resample_push(r, c ? s->right : s->left, s->n, largest, &most));
        check_ok(snq_resample_finish(r, largest, &most));
        snq_resample_free(r);
    }
    return rig_db(most);
}

/* NOISE has what is near half of the rate, where filters differ: libebur128's true peak alone counts there */
enum { NOISE, BRIGHT, DARK, SINES, SQUARE, CLICKS, HIGH, SOUNDS };

static void fill(rig_sound *s, int what)
{
    snq_rng r;
    snq_rng_init(&r, (uint64_t)what);
    snq_sos sos[SNQ_SOS_SECTIONS_MAX];
    uint32_t sections;
    snq_sos_filter below_20k;
    check_ok(snq_sos_lowpass(12, 19000, RATE, sos, &sections));
    snq_sos_filter_init(&below_20k, sos, sections);
    double low = 0;
    for (size_t i = 100; i < s->n - 2000; i++) { /* an end is no sound */
        const double t = (double)i / RATE;
        double v = 0;
        switch (what) {
        case NOISE:
        case BRIGHT:
            v = 0.4 * snq_rng_normal(&r);
            break;
        case DARK:
            low += 0.2 * (snq_rng_normal(&r) - low);
            v = 1.5 * low * (fmod(t, 0.25) < 0.05 ? 3 : 0.3);
            break;
        case SINES:
            v = 0.7 * sin(2 * M_PI * 11999 * t + 0.8) + 0.7 * sin(2 * M_PI * 97 * t);
            break;
        case SQUARE:
            v = sin(2 * M_PI * 130.7 * t) > 0 ? 0.9 : -0.9;
            break;
        case CLICKS:
            v = i % 1201 == 0 ? 3 : 0;
            break;
        case HIGH:
            v = 1.5 * sin(2 * M_PI * 19000 * t) * sin(2 * M_PI * 3 * t);
            break;
        }
        s->left[i] = (float)v;
        if (what == BRIGHT || what == SQUARE)
            snq_sos_filter_run(&below_20k, s->left + i, s->left + i, 1);
        s->right[i] = what == NOISE ? (float)(0.4 * snq_rng_normal(&r)) : 0.7f * s->left[i];
    }
}

static void never_over_the_ceiling(void **state)
{
    static const double gain[] = { 0, 6, 18 };
    double worst = -100, worst_fine = -100;
    for (int what = 0; what < SOUNDS; what++)
        for (int g = 0; g < 3; g++) {
            rig_sound s = rig_sound_new(N);
            fill(&s, what);
            char text[128];
            snprintf(text, sizeof text, "ceiling_dbtp=-1 gain_db=%g release_ms=%d", gain[g],
                     g ? 60 : 5);
            snq_effect *e = rig_effect("limiter", RATE, 1, text);
            rig_run(e, &s, 512);
            const double peak = ebur_peak_db(&s, RATE), fine = fine_peak_db(&s, RATE);
            if (peak > -1 || (fine > -0.95 && what != NOISE))
                fail_msg("sound %d at %+g dB: true peak %.3f, fine %.3f dBTP", what, gain[g], peak,
                         fine);
            worst = fmax(worst, peak);
            worst_fine = fmax(worst_fine, what != NOISE ? fine : -100);
            snq_effect_free(e);
            rig_sound_free(&s);
        }
    print_message("true peak at most %.3f, by eighths %.3f dBTP\n", worst, worst_fine);
    assert_true(worst > -1.3); /* and not far below */
}

static void other_rates(void **state)
{
    static const uint32_t rate[] = { 8000, 44100, 96000, 192000 };
    for (int k = 0; k < 4; k++) {
        rig_sound s = rig_sound_new(N);
        fill(&s, DARK);
        snq_effect *e = rig_effect("limiter", rate[k], 1, "ceiling_dbtp=-2 gain_db=12");
        rig_run(e, &s, 100);
        assert_true(fine_peak_db(&s, rate[k]) < -1.95);
        assert_true(ebur_peak_db(&s, rate[k]) < -2);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* Below the ceiling it is a delay. */
static void quiet_sound_only_comes_later(void **state)
{
    rig_sound s = rig_sound_new(N), was = rig_sound_new(N);
    rig_noise(&s, 0.05, 3);
    rig_noise(&was, 0.05, 3);
    snq_effect *e = rig_effect("limiter", RATE, 1, "");
    const size_t late = snq_effect_latency(e);
    assert_true(late > 96 && late <= 240);
    rig_run(e, &s, 333);
    assert_int_equal(snq_effect_latency(e), late);
    assert_memory_equal(s.left + late, was.left, (N - late) * sizeof(float));
    assert_memory_equal(s.right + late, was.right, (N - late) * sizeof(float));
    assert_true(snq_effect_reduction_db(e) == 0);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&was);
}

/* A steady sine comes out as a sine. */
static void steady_sound_is_not_distorted(void **state)
{
    for (double hz = 60; hz < 5000; hz *= 3) {
        rig_sound s = rig_sound_new(2 * RATE);
        rig_sine(&s, hz, RATE, 1);
        snq_effect *e = rig_effect("limiter", RATE, 1, "ceiling_dbtp=-6 gain_db=6");
        rig_run(e, &s, 512);
        const double one = rig_tone(s.left + RATE, RATE, hz, RATE);
        check_near(rig_db(one), -6.25, 0.1);
        for (int k = 2; k < 6; k++) {
            const double over = rig_db(rig_tone(s.left + RATE, RATE, k * hz, RATE) / one);
            if (over > -60)
                fail_msg("%g Hz: overtone %d at %.1f dB", hz, k, over);
        }
        check_near(snq_effect_reduction_db(e), -12.25, 0.2);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* Where a burst ends, the gain comes back as fast as was asked; slower with auto, after a long one. */
static double back_ms(const char *settings, double burst_s)
{
    const size_t burst = (size_t)(burst_s * RATE);
    rig_sound s = rig_sound_new(burst + 4 * RATE);
    for (size_t i = 0; i < s.n; i++)
        s.left[i] = s.right[i] =
            (float)((i < burst ? 1 : 0.1) * sin(2 * M_PI * 4000 * i / RATE + 1));
    snq_effect *e = rig_effect("limiter", RATE, 1, settings);
    rig_run(e, &s, 512);
    const size_t late = snq_effect_latency(e);
    size_t at = burst + late;
    /* 12 dB down during the burst; 1 - 1/e of the way back */
    const double goal = pow(10, -12.25 * exp(-1) / 20);
    for (; at < s.n; at += 12)
        if (rig_rms(s.left + at, 12) * M_SQRT2 >= 0.1 * goal)
            break;
    snq_effect_free(e);
    rig_sound_free(&s);
    return 1000.0 * (double)(at - burst - late) / RATE;
}

static void releases_as_told(void **state)
{
    /* held for 10 ms first */
    check_near(back_ms("ceiling_dbtp=-12 auto_release=off release_ms=100", 0.5), 110, 5);
    check_near(back_ms("ceiling_dbtp=-12 auto_release=off release_ms=400", 0.5), 410, 20);
    const double peak = back_ms("ceiling_dbtp=-12 release_ms=60", 0.002);
    const double passage = back_ms("ceiling_dbtp=-12 release_ms=60", 2);
    assert_true(peak < 90);
    assert_true(passage > 3 * peak);
}

static void jumps_do_not_click(void **state)
{
    static const char *const jump[] = { "ceiling_dbtp=-12", "gain_db=12", "release_ms=1000",
                                        "auto_release=off" };
    for (size_t i = 0; i < SNQ_COUNT(jump); i++) {
        rig_sound s = rig_sound_new(24000);
        rig_sine(&s, 220, RATE, 0.8);
        snq_effect *e = rig_effect("limiter", RATE, 1, "gain_db=3");
        rig_run_part(e, &s, 0, 12000, 256);
        rig_set(e, "limiter", jump[i]);
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
    rig_check_kind("limiter", "gain_db=18", 1e-5, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_over_the_ceiling),
        cmocka_unit_test(other_rates),
        cmocka_unit_test(quiet_sound_only_comes_later),
        cmocka_unit_test(steady_sound_is_not_distorted),
        cmocka_unit_test(releases_as_told),
        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(what_every_kind_owes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
