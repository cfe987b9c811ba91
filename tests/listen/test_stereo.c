// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "hear.h"
#include "support/make_audio.h"

enum { RATE = 44100, N = 5 * RATE };

static snq_hearing of(const float *l, const float *r)
{
    snq_hearing h;
    const snq_audio a = { { l, r }, 2, RATE, N };
    hear(&a, "stereo", &h);
    snq_hearing_clear(&h);
    return h;
}

static void one_signal_in_both(void **state)
{
    float *l = make_silence(N), *r = make_silence(N);
    add_noise(l, 0, N, 0.1, 1);
    memcpy(r, l, N * sizeof *l);
    snq_hearing h = of(l, r);
    assert_null(h.stereo_reason);
    check_near(h.stereo.width.value, 0, 1e-9);
    check_near(h.stereo.correlation.value, 1, 1e-9);
    check_near(h.stereo.low_correlation.value, 1, 1e-4);
    assert_false(h.stereo.antiphase);
    for (int i = 0; i < N; i++)
        r[i] = -0.5f * l[i];
    h = of(l, r);
    check_near(h.stereo.correlation.value, -1, 1e-6);
    check_near(h.stereo.width.value, 0.9, 1e-6); /* 1.5^2 / (0.5^2 + 1.5^2) */
    assert_true(h.stereo.antiphase);
    assert_non_null(snq_warnings_find(&h.warnings, "antiphase"));
    snq_free(l);
    snq_free(r);
}

static void independent_signals(void **state)
{
    float *l = make_silence(N), *r = make_silence(N);
    add_noise(l, 0, N, 0.1, 1);
    add_noise(r, 0, N, 0.1, 2);
    const snq_hearing h = of(l, r);
    check_near(h.stereo.width.value, 0.5, 0.01);
    check_near(h.stereo.correlation.value, 0, 0.01);
    assert_false(h.stereo.antiphase);
    snq_free(l);
    snq_free(r);
}

/* The bass in antiphase, at half the level on one side; all else shared. An offset says nothing. */
static void the_bass_by_itself(void **state)
{
    float *l = make_silence(N), *r = make_silence(N);
    add_sine(l, 0, N, RATE, 60, 0.2, 0);
    add_sine(r, 0, N, RATE, 60, -0.1, 0);
    add_sine(l, 0, N, RATE, 1000, 0.5, 0);
    add_sine(r, 0, N, RATE, 1000, 0.5, 0);
    for (int i = 0; i < N; i++) {
        l[i] += 0.3f;
        r[i] -= 0.3f;
    }
    const snq_hearing h = of(l, r);
    check_near(h.stereo.low_correlation.value, -1, 0.01); /* the offset begins and ends */
    assert_true(h.stereo.correlation.value > 0.7);
    snq_free(l);
    snq_free(r);
}

static void silent_sides_and_other_counts(void **state)
{
    float *l = make_silence(N), *r = make_silence(N);
    snq_hearing h = of(l, r);
    assert_string_equal(h.stereo_reason, "digital silence");
    add_noise(l, 0, N, 0.1, 1);
    h = of(l, r);
    assert_string_equal(h.stereo.correlation.reason, "one channel is silent");
    assert_non_null(h.stereo.low_correlation.reason);
    check_near(h.stereo.width.value, 0.5, 1e-9);
    assert_false(h.stereo.antiphase);
    const snq_audio mono = { { l }, 1, RATE, N }, three = { { l, r, l }, 3, RATE, N };
    hear(&mono, "stereo", &h);
    assert_string_equal(h.stereo_reason, "mono");
    hear(&three, "stereo", &h);
    assert_string_equal(h.stereo_reason, "not two channels");
    snq_free(l);
    snq_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_signal_in_both),
        cmocka_unit_test(independent_signals),
        cmocka_unit_test(the_bass_by_itself),
        cmocka_unit_test(silent_sides_and_other_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
