// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "dsp/mel.h"
#include "support/sweep.h"

enum { BINS = 1025 };

static void test_scales(void **state)
{
    (void)state;
    /* anchors: HTK puts 1000 Hz at 1000 mel (within its rounding), Slaney at 15; 6400 Hz is 27
     * on */
    check_near(snq_mel_from_hz(SNQ_MEL_HTK, 1000), 1000, 0.02);
    check_near(snq_mel_from_hz(SNQ_MEL_HTK, 0), 0, 0);
    check_near(snq_mel_from_hz(SNQ_MEL_SLANEY, 500), 7.5, 1e-12);
    check_near(snq_mel_from_hz(SNQ_MEL_SLANEY, 1000), 15, 1e-12);
    check_near(snq_mel_from_hz(SNQ_MEL_SLANEY, 6400), 42, 1e-12);
    /* octaves: an octave is 1, a semitone a twelfth of it */
    check_near(snq_mel_from_hz(SNQ_MEL_OCTAVE, 1), 0, 0);
    check_near(snq_mel_from_hz(SNQ_MEL_OCTAVE, 880) - snq_mel_from_hz(SNQ_MEL_OCTAVE, 440), 1,
               1e-12);
    check_near(snq_mel_to_hz(SNQ_MEL_OCTAVE, snq_mel_from_hz(SNQ_MEL_OCTAVE, 440) + 3.0 / 12),
               523.2511306, 1e-6); /* C5 */
    for (int scale = SNQ_MEL_HTK; scale <= SNQ_MEL_OCTAVE; scale++)
        for (double f = scale == SNQ_MEL_OCTAVE ? 1 : 0; f < 20000; f += 123)
            check_near(
                snq_mel_to_hz((snq_mel_scale)scale, snq_mel_from_hz((snq_mel_scale)scale, f)), f,
                1e-8);
}

static void check_triangles(snq_mel_scale scale)
{
    const snq_mel_cfg cfg = {
        .rate_hz = 44100, .window = 2048, .bands = 20, .lo_hz = 200, .hi_hz = 16000, .scale = scale
    };
    snq_mel *m;
    check_ok(snq_mel_new(&cfg, &m));
    float power[BINS], out[20];
    const double lo = snq_mel_from_hz(cfg.scale, cfg.lo_hz);
    const double step = (snq_mel_from_hz(cfg.scale, cfg.hi_hz) - lo) / 21;
    for (uint32_t b = 0; b < 20; b++)
        check_near(snq_mel_centre_hz(m, b), snq_mel_to_hz(cfg.scale, lo + step * (b + 1)), 1e-9);
    for (uint32_t k = 0; k < BINS; k++) { /* one bin at a time: the triangle at its frequency */
        memset(power, 0, sizeof(power));
        power[k] = 2;
        snq_mel_run(m, power, out);
        const double f = k * 44100.0 / 2048;
        for (uint32_t b = 0; b < 20; b++) {
            const double l = snq_mel_to_hz(cfg.scale, lo + step * b);
            const double c = snq_mel_to_hz(cfg.scale, lo + step * (b + 1));
            const double h = snq_mel_to_hz(cfg.scale, lo + step * (b + 2));
            check_near(out[b], 2 * fmax(0, fmin((f - l) / (c - l), (h - f) / (h - c))), 1e-6);
        }
    }
    for (uint32_t k = 0; k < BINS; k++)
        power[k] = 1;
    snq_mel_run(m, power, out);
    for (uint32_t b = 0; b < 20; b++) { /* area: half the width in bins */
        const double l = snq_mel_to_hz(cfg.scale, lo + step * b);
        const double h = snq_mel_to_hz(cfg.scale, lo + step * (b + 2));
        check_near(out[b], (h - l) / 2 / (44100.0 / 2048), 0.2);
    }
    snq_mel_free(m);
}

static void test_triangles(void **state)
{
    (void)state;
    for (int scale = SNQ_MEL_HTK; scale <= SNQ_MEL_OCTAVE; scale++)
        check_triangles((snq_mel_scale)scale);
}

/* Equal steps of pitch: each centre is the same ratio above the one below. */
static void test_octaves(void **state)
{
    (void)state;
    const snq_mel_cfg cfg = { 11025, 4096, 36, 220, 880, SNQ_MEL_OCTAVE };
    snq_mel *m;
    check_ok(snq_mel_new(&cfg, &m));
    for (uint32_t b = 0; b < 36; b++)
        check_near(snq_mel_centre_hz(m, b), 220 * exp2(2.0 * (b + 1) / 37), 1e-9);
    snq_mel_free(m);
}

/* Bands narrower than a bin still hear something: unit weights in all. */
static void test_no_empty_band(void **state)
{
    (void)state;
    const snq_mel_cfg cfg = { .rate_hz = 44100,
                              .window = 512,
                              .bands = 128,
                              .lo_hz = 0,
                              .hi_hz = 22050,
                              .scale = SNQ_MEL_HTK };
    snq_mel *m;
    check_ok(snq_mel_new(&cfg, &m));
    float power[257], out[128];
    for (int k = 0; k < 257; k++)
        power[k] = (float)(k * 44100.0 / 512); /* linear: interpolation gives the centre back */
    snq_mel_run(m, power, out);
    int interpolated = 0;
    for (uint32_t b = 0; b < 128; b++) {
        assert_true(out[b] > 0);
        interpolated += fabs(out[b] - snq_mel_centre_hz(m, b)) < 1e-3 * out[b];
    }
    assert_true(interpolated > 5);
    snq_mel_free(m);
    /* a band at the very top, between the last bin and nothing */
    const snq_mel_cfg top = { .rate_hz = 44100,
                              .window = 16,
                              .bands = 512,
                              .lo_hz = 22049.9,
                              .hi_hz = 22050,
                              .scale = SNQ_MEL_HTK };
    float few[9] = { 0, 0, 0, 0, 0, 0, 0, 0, 1 }, many[512];
    check_ok(snq_mel_new(&top, &m));
    snq_mel_run(m, few, many);
    check_near(many[511], 1, 1e-3);
    snq_mel_free(m);
}

static void test_refuses(void **state)
{
    (void)state;
    const snq_mel_cfg good = { 44100, 512, 40, 20, 20000, SNQ_MEL_HTK };
    snq_mel_cfg bad[11];
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].rate_hz = 0;
    bad[1].rate_hz = NAN;
    bad[2].window = 15;
    bad[3].window = 1 << 18;
    bad[4].bands = 0;
    bad[5].bands = 513;
    bad[6].lo_hz = -1;
    bad[7].lo_hz = 20000;
    bad[8].hi_hz = 22051;
    bad[9].scale = (snq_mel_scale)7;
    bad[10].scale = SNQ_MEL_OCTAVE; /* which has no 0 Hz */
    bad[10].lo_hz = 0;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_mel *m = (snq_mel *)&state;
        check_status(snq_mel_new(&bad[i], &m), SNQ_ERR_RANGE);
        assert_null(m);
    }
    snq_mel_free(NULL);
}

static snq_status make(void *user, void **object)
{
    const snq_mel_cfg cfg = { 44100, 512, 40, 20, 20000, SNQ_MEL_HTK };
    (void)user;
    return snq_mel_new(&cfg, (snq_mel **)object);
}

static void unmake(void *object)
{
    snq_mel_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales),  cmocka_unit_test(test_triangles),
        cmocka_unit_test(test_octaves), cmocka_unit_test(test_no_empty_band),
        cmocka_unit_test(test_refuses), cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("mel", tests, NULL, NULL);
}
