// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/cpu.h"

static void reads_the_environment_once(void **state)
{
    setenv("SNQ_CPU", "c", 1);
    assert_int_equal(snq_cpu_flags(), 0);
    setenv("SNQ_CPU", "avx2", 1);
    assert_int_equal(snq_cpu_flags(), 0);
}

static void names_and_masks(void **state)
{
    assert_int_equal(snq_cpu_parse("c"), 0);
    assert_int_equal(snq_cpu_parse("avx2"), SNQ_CPU_AVX2);
    assert_int_equal(snq_cpu_parse("avx512"), SNQ_CPU_AVX2 | SNQ_CPU_AVX512);
    assert_int_equal(snq_cpu_parse("mmx"), -1);
    assert_string_equal(snq_cpu_name(0), "c");
    assert_string_equal(snq_cpu_name(SNQ_CPU_AVX2), "avx2");
    assert_string_equal(snq_cpu_name(SNQ_CPU_AVX2 | SNQ_CPU_AVX512), "avx512");
}

static void never_adds_what_is_not_there(void **state)
{
    snq_cpu_force(~0u);
    assert_int_equal(snq_cpu_flags(), snq_cpu_detect());
    snq_cpu_force(0);
    assert_int_equal(snq_cpu_flags(), 0);
    if (snq_cpu_detect() & SNQ_CPU_AVX512)
        assert_true(snq_cpu_detect() & SNQ_CPU_AVX2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_environment_once),
        cmocka_unit_test(names_and_masks),
        cmocka_unit_test(never_adds_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
