// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/arena.h"

static void hands_out_and_takes_back(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_arena a;
    snq_arena_init(&a, 1 << 20);
    char *p = snq_arena_get(&a, 10, 10), *q = snq_arena_get(&a, 1, 1);
    assert_non_null(p);
    assert_non_null(q);
    assert_int_equal((uintptr_t)p % 64, 0);
    assert_true(q >= p + 100);
    memset(p, 7, 100);
    char *big = snq_arena_get(&a, 200000, 1);
    assert_non_null(big);
    assert_int_equal(p[99], 7); /* growing moved nothing */
    snq_arena_reset(&a);
    assert_int_equal(snq_alloc_live(), live + 1);
    p = snq_arena_get(&a, 150000, 1); /* fits the chunk kept; zero again */
    for (int i = 0; i < 150000; i += 1000)
        assert_int_equal(p[i], 0);
    assert_int_equal(snq_alloc_live(), live + 1);
    snq_arena_clear(&a);
    snq_arena_clear(&a);
    assert_int_equal(snq_alloc_live(), live);
}

static void keeps_its_bound(void **state)
{
    volatile size_t most = SIZE_MAX;
    snq_arena a;
    snq_arena_init(&a, 100000);
    assert_null(snq_arena_get(&a, 100001, 1));
    assert_null(snq_arena_get(&a, most, 2));
    assert_non_null(snq_arena_get(&a, 65536, 1));
    assert_null(snq_arena_get(&a, 65536, 1));
    snq_arena_clear(&a);
    snq_alloc_fail_after(0);
    assert_null(snq_arena_get(&a, 8, 1));
    snq_alloc_fail_after(-1);
    snq_arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_and_takes_back),
        cmocka_unit_test(keeps_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
