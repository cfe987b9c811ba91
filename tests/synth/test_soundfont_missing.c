// SPDX-License-Identifier: MIT
/* The engine "soundfont" in a build or on a machine without FluidSynth: it says so, and how to mend it. */
#include "support/check.h"

#include "base/alloc.h"
#include "synth/engine_impl.h"

static void test_says_what_is_missing(void **state)
{
    snq_patch p = { .id = "piano", .engine = "soundfont" };
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &p };
    snq_instrument *i = (snq_instrument *)1;
    setenv("SNQ_MODULES", "/nowhere/at/all", 1);
    const int64_t before = snq_alloc_live();
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_UNSUPPORTED);
    assert_null(i);
    assert_non_null(strstr(snq_last_error(), "libsnq_soundfont.so"));
    assert_non_null(strstr(snq_last_error(), "libfluidsynth3"));
    assert_int_equal(snq_alloc_live(), before);
}

static void test_table_needs_no_library(void **state)
{
    snq_param *table;
    size_t n;
    const snq_patch none = { 0 };
    check_ok(snq__engine_soundfont.table(&none, &table, &n));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_true(snq_param_clamp(&table[i], table[i].value) == table[i].value);
    snq_free(table);
    snq_alloc_fail_after(0);
    check_status(snq__engine_soundfont.table(&none, &table, &n), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_null(table);
    assert_null(snq__engine_soundfont.route_sources(&n));
    assert_int_equal(n, 0);
    snq__engine_soundfont.free(NULL);
}

static void test_settings_are_checked(void **state)
{
    snq_patch p = { .id = "piano", .engine = "soundfont", .settings = 1 };
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &p };
    snq_instrument *i;
    strcpy(p.setting[0].id, "colour");
    check_status(snq_instrument_new(&cfg, &i), SNQ_ERR_NOT_FOUND);
    assert_null(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_is_missing),
        cmocka_unit_test(test_table_needs_no_library),
        cmocka_unit_test(test_settings_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
