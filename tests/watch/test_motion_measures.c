// SPDX-License-Identifier: MIT
/* Magnitudes, frequencies and evolution against closed forms, at several rates and lengths. */
#include "support/check.h"

#include "watch/made_motion.h"

static int band_of(double hz)
{
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        if (hz >= snq_sight_band_lo_hz(b) && hz < snq_sight_band_hi_hz(b))
            return (int)b;
    return -1;
}

/* Mean |velocity| over the clip, px/s: the sum itself. */
static double true_speed(const made *m)
{
    double sum = 0;
    for (uint32_t t = 0; t < made_frames(m); t++) {
        const double a = t / m->fps - m->onset_s, b = (t + 1) / m->fps - m->onset_s;
        const double x = a >= 0 ? sin(2 * M_PI * m->hz * a) : 0;
        const double y = b >= 0 ? sin(2 * M_PI * m->hz * b) : 0;
        sum += fabs(y - x) * m->amp * m->fps;
    }
    return sum / made_frames(m);
}

static void sines_are_measured_at_every_rate(void **state)
{
    static const double rates[] = { 24, 25, 30, 50, 60, 120, 250 };
    static const double hz[] = { 0.05, 0.5, 1.1, 2, 4.8, 5.2, 7, 11, 20, 40 };
    static const double seconds[] = { 4, 10, 60 };
    uint32_t tried = 0;
    for (size_t r = 0; r < SNQ_COUNT(rates); r++)
        for (size_t f = 0; f < SNQ_COUNT(hz); f++)
            for (size_t l = 0; l < SNQ_COUNT(seconds); l++) {
                const made m = { .kind = MADE_OSC,
                                 .fps = rates[r],
                                 .seconds = seconds[l],
                                 .hz = hz[f],
                                 .amp = 4 / pow(hz[f], 0.7),
                                 .deg = 60,
                                 .across = 8,
                                 .down = 6 };
                const int b = band_of(m.hz);
                snq_sight s;
                if (hz[f] > 0.45 * rates[r] || hz[f] * seconds[l] < 2 ||
                    m.amp * 2 * M_PI * hz[f] / rates[r] < 0.1)
                    continue;
                made_look(&m, &s);
                if (!s.band[b].unobservable) {
                    double others = 0;
                    const snq_sight_band *x = &s.band[b];
                    tried++;
                    if (fabs(x->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value - m.hz) >
                        0.25 / m.seconds)
                        fail_msg("%g Hz, %g fps, %g s: %g Hz", m.hz, m.fps, m.seconds,
                                 x->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value);
                    if (fabs(x->mean_magnitude.value / true_speed(&m) - 1) > 0.02)
                        fail_msg("%g Hz, %g fps, %g s: %g of %g px/s", m.hz, m.fps, m.seconds,
                                 x->mean_magnitude.value, true_speed(&m));
                    check_near(x->property[SNQ_SIGHT_AMPLITUDE_MEAN].value, m.amp, 0.02 * m.amp);
                    check_near(x->property[SNQ_SIGHT_PRIMARY_DIRECTION].value, 60, 1);
                    check_near(x->property[SNQ_SIGHT_PHASE_COHERENCE].value, 1, 0.01);
                    check_near(x->period_s.value, 1 / m.hz, 0.03 / m.hz);
                    assert_true(x->periodicity.value > 0.9);
                    assert_int_equal(x->changes, 0);
                    assert_int_equal(x->trend, 0);
                    for (int k = 0; k < SNQ_SIGHT_BANDS; k++)
                        others += k == b || s.band[k].unobservable ? 0 : s.band[k].energy.value;
                    assert_true(others < 0.02 * x->energy.value);
                }
                snq_sight_clear(&s);
            }
    assert_true(tried > 90);
}

static void an_onset_is_one_change(void **state)
{
    static const double hz[] = { 1.5, 2, 2.6, 4, 7, 11 };
    for (size_t f = 0; f < SNQ_COUNT(hz); f++)
        for (double at = 0.2; at < 0.85; at += 0.15) {
            const made m = { .kind = MADE_OSC,
                             .fps = 30,
                             .seconds = 10,
                             .hz = hz[f],
                             .amp = 3,
                             .onset_s = at * 10,
                             .across = 8,
                             .down = 6,
                             .noise = 0.01 };
            const int b = band_of(m.hz);
            double others = 0;
            snq_sight s;
            made_look(&m, &s);
            const snq_sight_band *x = &s.band[b];
            if (x->changes != 1)
                fail_msg("%g Hz from %g s on: %u changes", m.hz, m.onset_s, x->changes);
            check_near(x->change_s[0], m.onset_s, 1 / m.hz);
            check_near(x->mean_magnitude.value / true_speed(&m), 1, at < 0.7 ? 0.05 : 0.08);
            check_near(x->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, m.hz,
                       0.25 / (m.seconds - m.onset_s));
            for (int k = 0; k < SNQ_SIGHT_BANDS; k++)
                others += k == b || s.band[k].unobservable ? 0 : s.band[k].energy.value;
            assert_true(others < 0.02 * x->energy.value);
            snq_sight_clear(&s);
        }
}

static void ramps_beats_and_noise_are_no_changes(void **state)
{
    static const made others[] = {
        { .kind = MADE_RAMP, .hz = 2, .amp = 1, .amp2 = 6 },
        { .kind = MADE_RAMP, .hz = 3, .amp = 5, .amp2 = 1 },
        { .kind = MADE_OSC, .hz = 2, .amp = 3, .hz2 = 2.6, .amp2 = 1 },
        { .kind = MADE_OSC, .hz = 1.5, .amp = 3, .hz2 = 3.5, .amp2 = 2 },
        { .kind = MADE_CIRCLE, .hz = 2, .amp = 3 },
        { .kind = MADE_JITTER, .amp = 2 },
    };
    for (size_t i = 0; i < SNQ_COUNT(others); i++)
        for (int length = 0; length < 3; length++) {
            snq_sight s;
            made m = others[i];
            m.fps = 30;
            m.seconds = length == 0 ? 8 : length == 1 ? 12 : 40;
            m.across = 8;
            m.down = 6;
            made_look(&m, &s);
            if (s.band[SNQ_SIGHT_MF].changes)
                fail_msg("kind %zu, %g s: a change at %g s", i, m.seconds,
                         s.band[SNQ_SIGHT_MF].change_s[0]);
            if (m.kind == MADE_RAMP)
                assert_int_equal(s.band[SNQ_SIGHT_MF].trend, m.amp2 > m.amp ? 1 : -1);
            snq_sight_clear(&s);
        }
}

static void bands_add_up(void **state)
{
    snq_sight s;
    const made m = {
        .kind = MADE_JITTER, .fps = 120, .seconds = 20, .amp = 2, .across = 8, .down = 6
    };
    made_look(&m, &s);
    /* differences of uniform shifts, both ways: variance 2 * 2 * 4/3 px^2 a frame^2 */
    double sum = 0;
    for (int b = 1; b < SNQ_SIGHT_BANDS; b++)
        sum += s.band[b].energy.value;
    /* spectrum of a difference: 1 - cos: what is under 50 of 60 Hz */
    const double all = 16.0 / 3 * 120 * 120, x = M_PI * 50 / 60;
    check_near(sum / (all * (x - sin(x)) / M_PI), 1, 0.06);
    snq_sight_clear(&s);
}

static void places_in_step_and_in_waves(void **state)
{
    snq_sight s;
    made m = { .kind = MADE_WAVE, .fps = 30, .seconds = 10, .hz = 2, .amp = 3, .deg = 90 };
    made_look(&m, &s);
    const snq_measure *p = s.band[SNQ_SIGHT_MF].property;
    assert_true(p[SNQ_SIGHT_PHASE_COHERENCE].value < 0.15);
    assert_true(p[SNQ_SIGHT_SPATIAL_CORRELATION].value < 0); /* 3/8 of a wave away */
    check_near(p[SNQ_SIGHT_PRIMARY_DIRECTION].value, 90, 1);
    check_near(p[SNQ_SIGHT_HOMOGENEITY].value, 1, 0.01);
    check_near(p[SNQ_SIGHT_TEMPORAL_CONSISTENCY].value, 1, 0.02);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_CIRCLE, .fps = 30, .seconds = 10, .hz = 2, .amp = 3 };
    made_look(&m, &s);
    p = s.band[SNQ_SIGHT_MF].property;
    check_near(p[SNQ_SIGHT_PHASE_COHERENCE].value, 1, 0.01);
    assert_true(p[SNQ_SIGHT_DIRECTION_COHERENCE].value < 0.05);
    check_near(p[SNQ_SIGHT_AMPLITUDE_MEAN].value, 3, 0.06);
    check_near(s.band[SNQ_SIGHT_MF].mean_magnitude.value, 2 * 3 * 30 * sin(M_PI * 2 / 30), 0.5);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_LEAVES, .fps = 30, .seconds = 20, .amp = 0.3, .seed = 6 };
    made_look(&m, &s);
    p = s.band[SNQ_SIGHT_MF].property;
    assert_true(p[SNQ_SIGHT_PHASE_COHERENCE].value < 0.5);     /* some 20 leaves */
    assert_true(p[SNQ_SIGHT_SPATIAL_CORRELATION].value > 0.2); /* leaves are 3 .. 9 cells wide */
    assert_true(p[SNQ_SIGHT_SPATIAL_CORRELATION].value < 0.8);
    assert_true(p[SNQ_SIGHT_ENTROPY].value > 0.8);
    assert_true(p[SNQ_SIGHT_PREDICTABILITY_SCORE].value < 0.2);
    snq_sight_clear(&s);
}

static void order_is_told_from_disorder(void **state)
{
    snq_sight s;
    made m = { .kind = MADE_OSC, .fps = 60, .seconds = 20, .hz = 2, .amp = 3 };
    made_look(&m, &s);
    const snq_measure *p = s.band[SNQ_SIGHT_MF].property;
    const double order = p[SNQ_SIGHT_ENTROPY].value;
    assert_true(p[SNQ_SIGHT_PREDICTABILITY_SCORE].value > 0.95);
    assert_true(p[SNQ_SIGHT_FREQUENCY_COHERENCE].value > 0.99);
    assert_true(p[SNQ_SIGHT_FREQUENCY_BANDWIDTH].value < 0.05);
    assert_null(p[SNQ_SIGHT_LYAPUNOV_EXPONENT].reason);
    check_near(p[SNQ_SIGHT_LYAPUNOV_EXPONENT].value, 0, 0.3);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_JITTER, .fps = 60, .seconds = 20, .amp = 2 };
    made_look(&m, &s);
    p = s.band[SNQ_SIGHT_MF].property;
    assert_true(p[SNQ_SIGHT_ENTROPY].value > order + 0.15);
    assert_true(p[SNQ_SIGHT_PREDICTABILITY_SCORE].value < 0.4);
    assert_true(p[SNQ_SIGHT_FREQUENCY_BANDWIDTH].value > 1.5);
    assert_true(p[SNQ_SIGHT_LYAPUNOV_EXPONENT].value > 1);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_OSC, .fps = 30, .seconds = 4, .hz = 2, .amp = 3 };
    made_look(&m, &s);
    assert_non_null(s.band[SNQ_SIGHT_MF].property[SNQ_SIGHT_LYAPUNOV_EXPONENT].reason);
    snq_sight_clear(&s);
}

/* Frequencies are read between the bins, to a hundredth of a line, in noise and wherever they fall. */
static void lines_are_read_between_bins(void **state)
{
    for (int i = 0; i < 12; i++) {
        const made m = { .kind = MADE_OSC,
                         .fps = 240,
                         .seconds = 873 / 240.0,
                         .hz = 31.68 + 0.045 * i,
                         .amp = 0.1,
                         .noise = 0.02,
                         .across = 8,
                         .down = 6,
                         .seed = (uint64_t)i };
        snq_sight s;
        made_look(&m, &s);
        const snq_sight_band *uhf = &s.band[SNQ_SIGHT_UHF];
        check_near(uhf->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, m.hz, 0.003);
        assert_int_equal(uhf->regions, 1);
        check_near(uhf->region[0].dominant_hz.value, m.hz, 0.003);
        snq_sight_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_are_measured_at_every_rate),
        cmocka_unit_test(an_onset_is_one_change),
        cmocka_unit_test(ramps_beats_and_noise_are_no_changes),
        cmocka_unit_test(bands_add_up),
        cmocka_unit_test(places_in_step_and_in_waves),
        cmocka_unit_test(order_is_told_from_disorder),
        cmocka_unit_test(lines_are_read_between_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
