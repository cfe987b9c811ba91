// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/engine_impl.h"
#include "synth/voice_checks.h"

#define PLAIN PATCH_HEAD "\"sources\":[\"wave\"]}"

static void test_config_is_checked(void **state)
{
    snq_patch p;
    snq_bank *bank;
    patch_of(PLAIN, &p);
    check_ok(snq_bank_new(48000, &bank));
    snq_instrument *i = (snq_instrument *)1;
    snq_instrument_cfg cfg = { .rate_hz = 7999, .patch = &p, .bank = bank };
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_RANGE);
    assert_null(i);
    cfg.rate_hz = 192001;
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_RANGE);
    cfg.rate_hz = 48000;
    snprintf(p.engine, sizeof p.engine, "steam");
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_NOT_FOUND);
    assert_null(i);
    snq_bank_free(bank);
    snq_instrument_free(NULL);
}

static snq_status make(void *user, void **object)
{
    snq_instrument *i = NULL;
    const snq_status st = snq_instrument_new(user, &i);
    *object = i;
    return st;
}

static void unmake(void *object)
{
    snq_instrument_free(object);
}

static void test_sweep(void **state)
{
    snq_patch p;
    snq_bank *bank;
    patch_of(PATCH_HEAD "\"sources\":[\"wave\",\"\",\"wave\"],\"params\":{\"voices\":9}}", &p);
    check_ok(snq_bank_new(48000, &bank));
    snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &p, .bank = bank };
    snq_sweep(make, unmake, &cfg);
    snq_bank_free(bank);
}

static void test_params_are_published(void **state)
{
    sound s;
    sound_open(&s, PLAIN, 48000, 0.1);
    size_t n;
    const snq_param *p = snq_instrument_params(s.instrument, &n);
    /* what mappings address, over the ranges that they know */
    static const struct {
        const char *id;
        float low, high;
    } want[] = { { "lfo_rate", 0.1f, 20 },
                 { "filter_cutoff", 80, 10000 },
                 { "filter_resonance", 0.5f, 20 },
                 { "distortion_amount", 0, 1 } };
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        const int at = snq_param_find(p, n, want[i].id);
        assert_true(at >= 0);
        assert_true(p[at].min <= want[i].low && p[at].max >= want[i].high);
    }
    static const char *const types[] = { "lowpass", "highpass", "bandpass", "notch" };
    for (size_t i = 0; i < SNQ_COUNT(types); i++)
        assert_int_equal(snq_param_choice(&p[snq_param_find(p, n, "filter_type")], types[i]), i);
    static const char *const waves[] = { "sine", "triangle", "sawtooth", "square" };
    for (size_t i = 0; i < SNQ_COUNT(waves); i++)
        assert_true(snq_param_choice(&p[snq_param_find(p, n, "waveform")], waves[i]) >= 0);
    sound_close(&s);
}

/* Every id is there once, every default inside its range, every text there. */
static void test_table_is_sound(void **state)
{
    sound s;
    sound_open(&s, PATCH_HEAD "\"sources\":[\"wave\",\"wave\",\"wave\"]}", 48000, 0.1);
    size_t n;
    const snq_param *p = snq_instrument_params(s.instrument, &n);
    assert_true(n < 256);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(snq_param_find(p, n, p[i].id), i);
        assert_true(p[i].min < p[i].max);
        assert_true(snq_param_clamp(&p[i], p[i].value) == p[i].value);
        assert_true(p[i].scale != SNQ_PARAM_LOG || p[i].min > 0);
        assert_true(p[i].what[0] != '\0');
        assert_non_null(p[i].unit);
        for (int k = 0; p[i].choices && k <= (int)p[i].max; k++)
            assert_int_equal(snq_param_choice(&p[i], p[i].choices[k]), k);
    }
    sound_close(&s);
}

/* No number that is none, and no index too large, does anything. */
static void test_nonsense_is_contained(void **state)
{
    sound s;
    sound_open(&s,
               PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{\"distortion_amount\":0.5,"
                          "\"filter_resonance\":20},\"matrix\":[{\"from\":\"lfo\",\"to\":"
                          "\"filter_cutoff\",\"amount\":3}]}",
               48000, 3);
    size_t n;
    snq_instrument_params(s.instrument, &n);
    static const double values[] = { NAN, INFINITY, -INFINITY, 1e30, -1e30, 1e-40, 0 };
    snq_instrument_note_on(s.instrument, 1, 60, 0.8f);
    for (size_t v = 0; v < SNQ_COUNT(values); v++) {
        snq_instrument_note_on(s.instrument, 2, (float)values[v], 0.5f);
        snq_instrument_note_on(s.instrument, 3, 62, (float)values[v]);
        snq_instrument_note_off(s.instrument, 3, (float)values[v]);
        for (uint32_t i = 0; i < n + 2; i++)
            snq_instrument_set(s.instrument, i, (float)values[v]);
        for (int w = SNQ_PERFORM_BEND; w <= SNQ_PERFORM_BPM; w++)
            snq_instrument_perform(s.instrument, (snq_perform)w, values[v]);
        snq_instrument_set(s.instrument, UINT32_MAX, 1);
        sound_run(&s, 0.1);
    }
    for (size_t i = 0; i < s.n; i++)
        assert_true(isfinite(s.left[i]) && isfinite(s.right[i]) && fabsf(s.left[i]) < 1e4f);
    snq_instrument_all_off(s.instrument, 1);
    sound_run(&s, 0.1);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_prepare_may_be_missing(void **state)
{
    sound s;
    sound_open(&s, PLAIN, 48000, 0.1);
    const snq_instrument_note note = { .frame = 0, .note = 60, .velocity = 1 };
    check_ok(snq_instrument_prepare(s.instrument, &note, 1, NULL, NULL));
    sound_close(&s);
}

static void test_engines(void **state)
{
    assert_ptr_equal(snq__engine_find("voice"), &snq__engine_voice);
    assert_null(snq__engine_find("steam"));
    size_t n;
    const char *const *names = snq__engine_voice.route_sources(&n);
    assert_int_equal(n, 10);
    assert_string_equal(names[0], "lfo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_is_checked),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_params_are_published),
        cmocka_unit_test(test_table_is_sound),
        cmocka_unit_test(test_nonsense_is_contained),
        cmocka_unit_test(test_prepare_may_be_missing),
        cmocka_unit_test(test_engines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
