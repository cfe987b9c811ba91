// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/str.h"
#include "score/measure.h"
#include "score/span.h"

static void a_measure_has_a_value_or_a_reason(void **state)
{
    snq_measure m = snq_measured(2.5);
    assert_null(m.reason);
    check_near(m.value, 2.5, 0);
    assert_non_null(snq_measured(NAN).reason);
    assert_non_null(snq_measured(-INFINITY).reason);
    m = snq_measured_power_db(0.01, "silence");
    check_near(m.value, -20.0, 1e-12);
    m = snq_measured_power_db(0.0, "silence");
    assert_string_equal(m.reason, "silence");
    assert_non_null(snq_measured_power_db(NAN, "nothing").reason);
}

static void json_gives_null_and_why(void **state)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, 1000);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_json_object(&j);
    snq_measure_json(&j, "range_lu", snq_measured(3.14159), 2);
    snq_measure_json(&j, "bpm", snq_unmeasured("too short"), 2);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_string_equal(snq_str_text(&out),
                        "{\"range_lu\":3.14,\"bpm\":null,\"bpm_reason\":\"too short\"}");
    snq_str_clear(&out);
}

static void spans_are_half_open(void **state)
{
    const snq_span a = { 1.0, 2.0 }, b = { 1.5, 4.0 }, c = { 2.0, 3.0 };
    assert_true(snq_span_holds(a, 1.0));
    assert_false(snq_span_holds(a, 2.0));
    check_near(snq_span_length(b), 2.5, 0);
    check_near(snq_span_overlap(a, b), 0.5, 1e-15);
    check_near(snq_span_overlap(b, a), 0.5, 1e-15);
    check_near(snq_span_overlap(a, c), 0.0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measure_has_a_value_or_a_reason),
        cmocka_unit_test(json_gives_null_and_why),
        cmocka_unit_test(spans_are_half_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
