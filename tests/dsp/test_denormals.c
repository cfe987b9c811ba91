// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "dsp/denormals.h"

/* volatile: computed now, by the processor */
static float half_of(volatile float x)
{
    return x * 0.5f;
}

static void test_pairs_nest(void **state)
{
    (void)state;
    assert_true(half_of(FLT_MIN) > 0);
    const snq_denormals outer = snq_denormals_off();
    const snq_denormals inner = snq_denormals_off();
#if defined(__SSE2__) || defined(__aarch64__)
    assert_true(half_of(FLT_MIN) == 0);
    snq_denormals_restore(inner);
    assert_true(half_of(FLT_MIN) == 0);
#else
    snq_denormals_restore(inner);
#endif
    snq_denormals_restore(outer);
    assert_true(half_of(FLT_MIN) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pairs_nest) };
    return cmocka_run_group_tests_name("denormals", tests, NULL, NULL);
}
