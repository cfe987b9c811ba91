// SPDX-License-Identifier: MIT
/* EBU Tech 3341 (2016) table 1 and Tech 3342 (2016) table 1, each signal made from its definition;
 * libebur128 as a second opinion on signals that no table has. Cases 7 and 8 (3341) and 5 and 6
 * (3342) are recordings and not ours to ship. */
#include "support/check.h"

#include <ebur128.h>

#include "base/alloc.h"
#include "dsp/sos.h"
#include "hear.h"
#include "support/make_audio.h"

enum { RATE = 48000 };

typedef struct part {
    double s, dbfs; /* how long, at what peak level; -INFINITY: silence */
} part;

/* A stereo 1 kHz tone in parts, without a break of phase. */
static snq_audio tone(const part *p, size_t parts, float **own)
{
    double total = 0;
    for (size_t i = 0; i < parts; i++)
        total += p[i].s;
    const size_t n = (size_t)(total * RATE + 0.5);
    float *x = *own = make_silence(n);
    double at = 0;
    for (size_t i = 0; i < parts; i++) {
        const size_t from = (size_t)(at * RATE + 0.5);
        at += p[i].s;
        if (isfinite(p[i].dbfs))
            add_sine(x, from, (size_t)(at * RATE + 0.5), RATE, 1000, sine_amplitude(p[i].dbfs), 0);
    }
    return (snq_audio) { { x, x }, 2, RATE, n };
}

static snq_loudness measure(const part *p, size_t parts)
{
    float *own;
    snq_hearing h;
    const snq_audio a = tone(p, parts, &own);
    hear(&a, "loudness", &h);
    assert_null(h.loudness_reason);
    snq_free(own);
    snq_hearing_clear(&h);
    return h.loudness;
}

#define check_lufs(measure_, want)                    \
    do {                                              \
        const snq_measure m_ = (measure_);            \
        if (m_.reason)                                \
            fail_msg("%s: %s", #measure_, m_.reason); \
        check_near(m_.value, (want), 0.1);            \
    } while (0)

static void tech_3341_cases_1_to_5(void **state)
{
    snq_loudness l = measure((part[]) { { 20, -23 } }, 1);
    check_lufs(l.integrated_lufs, -23.0);
    check_lufs(l.max_momentary_lufs, -23.0);
    check_lufs(l.max_short_term_lufs, -23.0);
    l = measure((part[]) { { 20, -33 } }, 1);
    check_lufs(l.integrated_lufs, -33.0);
    check_lufs(l.max_momentary_lufs, -33.0);
    check_lufs(l.max_short_term_lufs, -33.0);
    l = measure((part[]) { { 10, -36 }, { 60, -23 }, { 10, -36 } }, 3);
    check_lufs(l.integrated_lufs, -23.0);
    l = measure((part[]) { { 10, -72 }, { 10, -36 }, { 60, -23 }, { 10, -36 }, { 10, -72 } }, 5);
    check_lufs(l.integrated_lufs, -23.0);
    l = measure((part[]) { { 20, -26 }, { 20.1, -20 }, { 20, -26 } }, 3);
    check_lufs(l.integrated_lufs, -23.0);
}

static void tech_3341_case_6(void **state)
{
    static const snq_position place[5] = { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT,
                                           SNQ_POSITION_FRONT_CENTRE, SNQ_POSITION_SIDE_LEFT,
                                           SNQ_POSITION_SIDE_RIGHT };
    static const double dbfs[5] = { -28, -28, -24, -30, -30 };
    const size_t n = 20 * RATE;
    snq_audio a = { .channels = 5, .rate_hz = RATE, .frames = n };
    float *x[5];
    snq_hearing h;
    for (int c = 0; c < 5; c++) {
        a.channel[c] = x[c] = make_silence(n);
        add_sine(x[c], 0, n, RATE, 1000, sine_amplitude(dbfs[c]), 0);
    }
    hear_blocks(&a, place, "loudness", 4096, &h);
    check_lufs(h.loudness.integrated_lufs, -23.0);
    for (int c = 0; c < 5; c++)
        snq_free(x[c]);
    snq_hearing_clear(&h);
}

static void tech_3341_cases_9_and_12(void **state)
{
    part p[50];
    for (int i = 0; i < 10; i++)
        p[i] = i % 2 ? (part) { 1.66, -30 } : (part) { 1.34, -20 };
    check_lufs(measure(p, 10).max_short_term_lufs, -23.0);
    for (int i = 0; i < 50; i++)
        p[i] = i % 2 ? (part) { 0.22, -30 } : (part) { 0.18, -20 };
    check_lufs(measure(p, 50).max_momentary_lufs, -23.0);
}

/* 10 and 13: twenty files that start a little later each; 11 and 14: the same on one tape, louder
 * each, read off as the maximum so far. */
static void tech_3341_cases_10_11_13_14(void **state)
{
    for (int i = 0; i < 20; i++) {
        const part slow[] = { { i * 0.15, -INFINITY }, { 3, -23 }, { 1, -INFINITY } };
        const part fast[] = { { i * 0.02, -INFINITY }, { 0.4, -23 }, { 1, -INFINITY } };
        check_lufs(measure(slow, 3).max_short_term_lufs, -23.0);
        check_lufs(measure(fast, 3).max_momentary_lufs, -23.0);
    }
    part slow[60], fast[60];
    for (int i = 0; i < 20; i++) {
        slow[3 * i] = (part) { i * 0.15, -INFINITY };
        slow[3 * i + 1] = (part) { 3, i - 38 };
        slow[3 * i + 2] = (part) { 3 - i * 0.15, -INFINITY };
        fast[3 * i] = (part) { i * 0.02, -INFINITY };
        fast[3 * i + 1] = (part) { 0.4, i - 38 };
        fast[3 * i + 2] = (part) { 0.4 - i * 0.02, -INFINITY };
        check_lufs(measure(slow, 3 * (size_t)i + 3).max_short_term_lufs, i - 38);
        check_lufs(measure(fast, 3 * (size_t)i + 3).max_momentary_lufs, i - 38);
    }
}

static double true_peak(const float *x, size_t n)
{
    snq_hearing h;
    const snq_audio a = { { x, x }, 2, RATE, n };
    hear(&a, "loudness", &h);
    snq_hearing_clear(&h);
    assert_null(h.loudness.true_peak_dbtp.reason);
    return h.loudness.true_peak_dbtp.value;
}

static void check_peak(double got, double want)
{
    if (!(got <= want + 0.2 && got >= want - 0.4))
        fail_msg("true peak %.3f dBTP, want %.1f +0.2 -0.4", got, want);
}

static void tech_3341_cases_15_to_19(void **state)
{
    static const struct {
        double divisor, degrees, amplitude, dbtp;
    } tab[] = { { 4, 0, 0.5, -6 },
                { 4, 45, 0.5, -6 },
                { 6, 60, 0.5, -6 },
                { 8, 67.5, 0.5, -6 },
                { 4, 45, 1.41, 3 } };
    const size_t n = RATE;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, RATE / tab[i].divisor, tab[i].amplitude,
                 tab[i].degrees * M_PI / 180);
        /* the tone's abrupt ends are not part of the case: fade 10 ms */
        for (int k = 0; k < 480; k++) {
            x[k] *= (float)(0.5 - 0.5 * cos(M_PI * k / 480));
            x[n - 1 - (size_t)k] *= (float)(0.5 - 0.5 * cos(M_PI * k / 480));
        }
        check_peak(true_peak(x, n), tab[i].dbtp);
        snq_free(x);
    }
}

/* Made at four times the rate: fs/6 at 0.5 with one period at 1.0, then every fourth sample from
 * the offset on. The step in amplitude is smoothed to the band that the rate holds. */
static void tech_3341_cases_20_to_23(void **state)
{
    const size_t n = 24000, centre = 4 * n / 2;
    float *x = make_silence(n);
    for (int offset = 0; offset < 4; offset++) {
        for (size_t i = 0; i < n; i++) {
            const double at = (double)(4 * i) + offset - (double)centre;
            const double wave = cos(2.0 * M_PI * at / 24.0);
            const double bump = 0.5 * exp(-at * at / (2 * 24.0 * 24.0));
            const double fade = fmin(1.0, fmin((double)i, (double)(n - 1 - i)) / 480.0);
            x[i] = (float)(fade * (0.5 + bump) * wave);
        }
        check_peak(true_peak(x, n), 0.0);
    }
    snq_free(x);
}

static void tech_3342_cases_1_to_4(void **state)
{
    static const struct {
        part p[5];
        size_t parts;
        double lra;
    } tab[] = { { { { 20, -20 }, { 20, -30 } }, 2, 10 },
                { { { 20, -20 }, { 20, -15 } }, 2, 5 },
                { { { 20, -40 }, { 20, -20 } }, 2, 20 },
                { { { 20, -50 }, { 20, -35 }, { 20, -20 }, { 20, -35 }, { 20, -50 } }, 5, 15 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const snq_measure m = measure(tab[i].p, tab[i].parts).range_lu;
        assert_null(m.reason);
        check_near(m.value, tab[i].lra, 1.0);
    }
}

/* Noise whose level wanders, at odd rates and with one to six channels, against libebur128. */
static void agrees_with_libebur128(void **state)
{
    static const struct {
        uint32_t rate, channels;
    } tab[] = { { 48000, 2 }, { 44100, 2 },  { 44100, 1 }, { 22050, 1 },
                { 96000, 2 }, { 192000, 2 }, { 32000, 6 } };
    static const snq_position place[6] = { SNQ_POSITION_FRONT_LEFT,   SNQ_POSITION_FRONT_RIGHT,
                                           SNQ_POSITION_FRONT_CENTRE, SNQ_POSITION_LFE,
                                           SNQ_POSITION_SIDE_LEFT,    SNQ_POSITION_SIDE_RIGHT };
    for (size_t t = 0; t < SNQ_COUNT(tab); t++) {
        const uint32_t channels = tab[t].channels, rate = tab[t].rate;
        const size_t n = 20 * (size_t)rate;
        snq_audio a = { .channels = channels, .rate_hz = rate, .frames = n };
        float *x[6], *mixed = make_silence(n * channels);
        for (uint32_t c = 0; c < channels; c++) {
            a.channel[c] = x[c] = make_silence(n);
            for (size_t s = 0; s < 20; s++)
                add_noise(x[c], s * rate, (s + 1) * rate,
                          0.2 * pow(10.0, -1.5 * fabs(sin((double)s * 0.7 + c))),
                          100 * t + 10 * s + c);
            if (rate == 96000) { /* up to 24 kHz: at factor 2 filters differ near the edge */
                snq_sos low[SNQ_SOS_SECTIONS_MAX];
                snq_sos_filter filter;
                uint32_t sections;
                check_ok(snq_sos_lowpass(8, 24000, rate, low, &sections));
                snq_sos_filter_init(&filter, low, sections);
                snq_sos_filter_run(&filter, x[c], x[c], n);
            }
            for (size_t i = 0; i < n; i++)
                mixed[i * channels + c] = x[c][i];
        }
        ebur128_state *e = ebur128_init(channels, rate,
                                        EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
        assert_int_equal(ebur128_add_frames_float(e, mixed, n), 0);
        double i, lra, peak = 0;
        ebur128_loudness_global(e, &i);
        ebur128_loudness_range(e, &lra);
        for (uint32_t c = 0; c < channels; c++) {
            double p;
            ebur128_true_peak(e, c, &p);
            peak = fmax(peak, p);
        }
        ebur128_destroy(&e);
        snq_hearing h;
        hear_blocks(&a, channels == 6 ? place : NULL, "loudness", 7777, &h);
        check_near(h.loudness.integrated_lufs.value, i, 0.02);
        check_near(h.loudness.range_lu.value, lra, 0.1);
        check_near(h.loudness.true_peak_dbtp.value, 20 * log10(peak), 0.1);
        check_near(h.loudness.plr_db.value, 20 * log10(peak) - i, 0.1);
        snq_hearing_clear(&h);
        for (uint32_t c = 0; c < channels; c++)
            snq_free(x[c]);
        snq_free(mixed);
    }
}

static void says_why_there_is_no_number(void **state)
{
    snq_loudness l = measure((part[]) { { 0.3, -20 } }, 1);
    assert_string_equal(l.integrated_lufs.reason, "shorter than 400 ms");
    assert_string_equal(l.max_momentary_lufs.reason, "shorter than 400 ms");
    assert_string_equal(l.plr_db.reason, "shorter than 400 ms");
    assert_null(l.true_peak_dbtp.reason);
    l = measure((part[]) { { 2, -20 } }, 1);
    assert_string_equal(l.max_short_term_lufs.reason, "shorter than 3 s");
    assert_string_equal(l.range_lu.reason, "shorter than 3 s");
    check_near(l.integrated_lufs.value, -20, 0.1);
    l = measure((part[]) { { 5, -INFINITY } }, 1);
    assert_string_equal(l.max_momentary_lufs.reason, "digital silence");
    assert_string_equal(l.true_peak_dbtp.reason, "digital silence");
    assert_string_equal(l.integrated_lufs.reason, "never above the gate of -70 LUFS");
    assert_string_equal(l.range_lu.reason, "never above the gate of -70 LUFS");
    l = measure((part[]) { { 5, -80 } }, 1);
    assert_string_equal(l.integrated_lufs.reason, "never above the gate of -70 LUFS");
    check_near(l.max_momentary_lufs.value, -80, 0.1);
}

/* Property: a gain of g dB moves loudness and peak by g and leaves the range. */
static void gain_moves_loudness_alone(void **state)
{
    const part p[] = { { 5, -30 }, { 5, -18 }, { 4, -24 } };
    part q[3];
    for (int i = 0; i < 3; i++)
        q[i] = (part) { p[i].s, p[i].dbfs - 12.5 };
    const snq_loudness a = measure(p, 3), b = measure(q, 3);
    check_near(a.integrated_lufs.value - b.integrated_lufs.value, 12.5, 0.001);
    check_near(a.true_peak_dbtp.value - b.true_peak_dbtp.value, 12.5, 0.001);
    check_near(a.max_short_term_lufs.value - b.max_short_term_lufs.value, 12.5, 0.001);
    check_near(a.range_lu.value, b.range_lu.value, 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tech_3341_cases_1_to_5),
        cmocka_unit_test(tech_3341_case_6),
        cmocka_unit_test(tech_3341_cases_9_and_12),
        cmocka_unit_test(tech_3341_cases_10_11_13_14),
        cmocka_unit_test(tech_3341_cases_15_to_19),
        cmocka_unit_test(tech_3341_cases_20_to_23),
        cmocka_unit_test(tech_3342_cases_1_to_4),
        cmocka_unit_test(agrees_with_libebur128),
        cmocka_unit_test(says_why_there_is_no_number),
        cmocka_unit_test(gain_moves_loudness_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
