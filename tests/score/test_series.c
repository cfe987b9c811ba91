// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"
#include "score/series.h"

static void keeps_values_and_gaps(void **state)
{
    snq_series s;
    check_ok(snq_series_init(&s, "loudness.momentary", "lufs", 0.2, 0.1, 1000));
    for (int i = 0; i < 200; i++)
        check_ok(snq_series_push(&s, i == 3 ? NAN : (float)i));
    assert_int_equal(s.length, 200);
    assert_false(s.valid[3]);
    assert_true(s.valid[4]);
    check_near(snq_series_time_s(&s, 10), 1.2, 1e-12);
    check_near(snq_series_at(&s, 0.2), 0.0, 1e-6);
    check_near(snq_series_at(&s, 0.25), 0.5, 1e-6);
    check_near(snq_series_at(&s, 0.2 + 19.9), 199.0, 1e-4);
    assert_true(isnan(snq_series_at(&s, 0.45))); /* beside the gap */
    assert_true(isnan(snq_series_at(&s, 0.1)));
    assert_true(isnan(snq_series_at(&s, 99.0)));
    assert_true(isnan(snq_series_at(&s, NAN)));
    snq_series_clear(&s);
    assert_true(isnan(snq_series_at(&s, 0.2)));
}

static void is_bounded(void **state)
{
    snq_series s;
    check_status(snq_series_init(&s, "x", "", 0, 0, 10), SNQ_ERR_RANGE);
    check_ok(snq_series_init(&s, "x", "", 0, 1, 3));
    for (int i = 0; i < 3; i++)
        check_ok(snq_series_push(&s, 1.0f));
    check_status(snq_series_push(&s, 1.0f), SNQ_ERR_TOO_BIG);
    snq_series_clear(&s);
    const int64_t live = snq_alloc_live();
    check_ok(snq_series_init(&s, "x", "", 0, 1, 300));
    for (int n = 0; n < 2; n++) {
        snq_alloc_fail_after(n);
        check_status(snq_series_push(&s, 1.0f), SNQ_ERR_NOMEM);
        snq_alloc_fail_after(-1);
        assert_int_equal(s.length, 0);
    }
    check_ok(snq_series_push(&s, 1.0f));
    snq_series_clear(&s);
    assert_int_equal(snq_alloc_live(), live);
}

static void writes_json(void **state)
{
    snq_series s;
    snq_str out;
    snq_json j;
    check_ok(snq_series_init(&s, "a", "hz", 0.5, 0.25, 10));
    check_ok(snq_series_push(&s, 1.5f));
    check_ok(snq_series_push(&s, INFINITY));
    snq_str_init(&out, 1000);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_series_json(&j, &s, 2);
    check_ok(snq_json_finish(&j));
    assert_string_equal(snq_str_text(&out),
                        "{\"name\":\"a\",\"unit\":\"hz\",\"start_s\":0.5,\"step_s\":0.25,"
                        "\"values\":[1.5,null]}");
    snq_str_clear(&out);
    snq_series_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_values_and_gaps),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(writes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
