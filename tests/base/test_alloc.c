// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"

static void gives_zeroed_aligned_blocks(void **state)
{
    const int64_t live = snq_alloc_live();
    unsigned char *p = snq_calloc(3, 33);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % SNQ_ALLOC_ALIGN, 0);
    for (int i = 0; i < 99; i++)
        assert_int_equal(p[i], 0);
    assert_int_equal(snq_alloc_live(), live + 1);
    snq_free(p);
    snq_free(NULL);
    assert_int_equal(snq_alloc_live(), live);
    p = snq_calloc(0, 8);
    assert_non_null(p);
    snq_free(p);
}

static void refuses_overflow_and_giants(void **state)
{
    volatile size_t most = SIZE_MAX; /* keeps the compiler from judging the call */
    assert_null(snq_calloc(most, 2));
    assert_null(snq_calloc(2, most));
    assert_null(snq_calloc(SNQ_ALLOC_MAX + 1, 1));
    assert_null(snq_regrow(NULL, 0, most / 2, 3));
}

static void regrows(void **state)
{
    int *p = snq_regrow(NULL, 0, 4, sizeof *p);
    assert_non_null(p);
    for (int i = 0; i < 4; i++)
        p[i] = i + 1;
    p = snq_regrow(p, 4, 100, sizeof *p);
    assert_int_equal(p[3], 4);
    assert_int_equal(p[4], 0);
    p = snq_regrow(p, 100, 2, sizeof *p);
    assert_int_equal(p[1], 2);
    snq_alloc_fail_after(0);
    assert_null(snq_regrow(p, 2, 1000, sizeof *p));
    snq_alloc_fail_after(-1);
    assert_int_equal(p[0], 1); /* still ours */
    snq_free(p);
}

static void gives_unzeroed_blocks_under_the_same_rules(void **state)
{
    const int64_t live = snq_alloc_live();
    unsigned char *p = snq_alloc(3, 100);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % SNQ_ALLOC_ALIGN, 0);
    assert_int_equal(snq_alloc_live(), live + 1);
    memset(p, 7, 320); /* whole lines */
    snq_free(p);
    assert_int_equal(snq_alloc_live(), live);
    assert_null(snq_alloc(SIZE_MAX / 2, 3));
    assert_null(snq_alloc(SNQ_ALLOC_MAX, 2));
    snq_alloc_fail_after(0);
    assert_null(snq_alloc(1, 1));
    snq_alloc_fail_after(-1);
    assert_int_equal(snq_alloc_live(), live);
}

static void fails_on_demand(void **state)
{
    snq_alloc_fail_after(1);
    void *first = snq_calloc(1, 1), *second = snq_calloc(1, 1);
    assert_non_null(first);
    assert_null(second);
    assert_true(snq_alloc_refused());
    assert_null(snq_strdup("x"));
    snq_alloc_fail_after(-1);
    assert_false(snq_alloc_refused());
    char *copy = snq_strdup("abc");
    assert_string_equal(copy, "abc");
    snq_free(copy);
    snq_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_blocks),
        cmocka_unit_test(refuses_overflow_and_giants),
        cmocka_unit_test(regrows),
        cmocka_unit_test(gives_unzeroed_blocks_under_the_same_rules),
        cmocka_unit_test(fails_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
