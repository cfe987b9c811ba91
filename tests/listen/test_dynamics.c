// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "hear.h"
#include "support/make_audio.h"

enum { RATE = 44100 };

static void a_sine_reads_as_defined(void **state)
{
    snq_hearing h;
    const size_t n = 4 * RATE;
    float *x = make_silence(n);
    add_sine(x, 0, n, RATE, 997, 1.0, 0);
    for (size_t i = 0; i < n; i++)
        x[i] *= 0.99f; /* not clipped */
    const snq_audio a = { { x }, 1, RATE, n };
    hear(&a, "dynamics", &h);
    const double full = 20 * log10(0.99);
    check_near(h.dynamics.rms_dbfs.value, full - 3.0103, 0.001);
    check_near(h.dynamics.peak_dbfs.value, full, 0.001);
    check_near(h.dynamics.crest_factor_db.value, 3.0103, 0.002);
    check_near(h.dynamics.dynamic_range_db.value, 0.0, 0.1);
    check_near(h.dynamics.dc_offset.value, 0.0, 1e-4);
    assert_int_equal(h.dynamics.clipped_samples, 0);
    snq_hearing_clear(&h);
    snq_free(x);
}

/* Half loud, half 20 dB lower, without a break: P95 - P10 of the levels is 20 dB. */
static void the_range_is_the_spread_of_levels(void **state)
{
    snq_hearing h;
    const size_t n = 20 * RATE;
    float *x = make_silence(n);
    add_sine(x, 0, n / 2, RATE, 440, 0.5, 0);
    add_sine(x, n / 2, n, RATE, 440, 0.05, 0);
    const snq_audio a = { { x }, 1, RATE, n };
    hear(&a, NULL, &h);
    check_near(h.dynamics.dynamic_range_db.value, 20.0, 0.1);
    snq_hearing_clear(&h);
    snq_free(x);
}

static void an_offset_is_no_sound(void **state)
{
    snq_hearing h;
    const size_t n = 3 * RATE;
    float *x = make_silence(n), *y = make_silence(n);
    add_sine(x, 0, n, RATE, 500, 0.1, 0);
    for (size_t i = 0; i < n; i++) {
        x[i] -= 0.45f;
        y[i] = 0.01f;
    }
    const snq_audio a = { { y, x }, 2, RATE, n };
    hear(&a, "dynamics", &h);
    check_near(h.dynamics.dc_offset.value, -0.45, 1e-4);
    check_near(h.dynamics.rms_dbfs.value, -20 - 3.01 - 3.01, 0.01); /* one of two channels sounds */
    check_near(h.dynamics.peak_dbfs.value, 20 * log10(0.55), 0.01);
    snq_hearing_clear(&h);
    for (size_t i = 0; i < n; i++)
        x[i] = 0.25f;
    const snq_audio constant = { { x }, 1, RATE, n };
    hear(&constant, "dynamics", &h);
    assert_non_null(h.dynamics.rms_dbfs.reason);
    assert_non_null(h.dynamics.crest_factor_db.reason);
    check_near(h.dynamics.dc_offset.value, 0.25, 1e-6);
    assert_non_null(snq_warnings_find(&h.warnings, "dc_only"));
    snq_hearing_clear(&h);
    snq_free(x);
    snq_free(y);
}

static void counts_clipped_samples(void **state)
{
    snq_hearing h;
    const size_t n = RATE;
    float *x = make_silence(n);
    add_sine(x, 0, n, RATE, 100, 1.5, 0);
    int64_t at_ceiling = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = x[i] > 1 ? 1 : x[i] < -1 ? -1 : x[i];
        at_ceiling += fabsf(x[i]) >= 32767.0f / 32768.0f;
    }
    const snq_audio a = { { x }, 1, RATE, n };
    hear(&a, "dynamics", &h);
    assert_int_equal(h.dynamics.clipped_samples, at_ceiling);
    assert_non_null(snq_warnings_find(&h.warnings, "clipped"));
    snq_hearing_clear(&h);
    snq_free(x);
}

static void silence_and_nothing(void **state)
{
    snq_hearing h;
    float *x = make_silence(RATE);
    snq_audio a = { { x }, 1, RATE, RATE };
    hear(&a, "dynamics", &h);
    assert_string_equal(h.dynamics.rms_dbfs.reason, "digital silence");
    assert_string_equal(h.dynamics.peak_dbfs.reason, "digital silence");
    assert_non_null(h.dynamics.dynamic_range_db.reason);
    check_near(h.dynamics.dc_offset.value, 0, 0);
    snq_hearing_clear(&h);
    a.frames = 0;
    hear(&a, "dynamics", &h);
    assert_string_equal(h.dynamics.rms_dbfs.reason, "no samples");
    snq_hearing_clear(&h);
    add_sine(x, 0, RATE, RATE, 1000, sine_amplitude(-78), 0);
    a.frames = RATE;
    hear(&a, "dynamics", &h);
    assert_non_null(snq_warnings_find(&h.warnings, "very_quiet"));
    snq_hearing_clear(&h);
    snq_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_reads_as_defined),
        cmocka_unit_test(the_range_is_the_spread_of_levels),
        cmocka_unit_test(an_offset_is_no_sound),
        cmocka_unit_test(counts_clipped_samples),
        cmocka_unit_test(silence_and_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
