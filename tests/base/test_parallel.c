// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <stdatomic.h>

#include "base/parallel.h"
#include "support/sweep.h"

enum { PIECES = 1000 };

typedef struct sheet {
    atomic_int times[PIECES];
    atomic_int running, together;
} sheet;

static void tick(void *user, uint32_t index)
{
    sheet *s = user;
    const int now = atomic_fetch_add(&s->running, 1) + 1;
    if (now > atomic_load(&s->together))
        atomic_store(&s->together, now);
    for (volatile int i = 0; i < 2000; i++) {
    }
    atomic_fetch_add(&s->times[index], 1);
    atomic_fetch_sub(&s->running, 1);
}

static void does_each_piece_once(uint32_t threads)
{
    static sheet s;
    snq_parallel *p;
    assert_int_equal(snq_parallel_new(threads, &p), SNQ_OK);
    for (int round = 1; round <= 20; round++) {
        snq_parallel_run(p, PIECES, tick, &s);
        for (int i = 0; i < PIECES; i++)
            assert_int_equal(atomic_exchange(&s.times[i], 0), 1);
    }
    snq_parallel_run(p, 0, tick, &s);
    snq_parallel_run(p, 1, tick, &s);
    assert_int_equal(atomic_exchange(&s.times[0], 0), 1);
    assert_true(atomic_load(&s.together) <= (int)threads);
    snq_parallel_free(p);
    atomic_store(&s.together, 0);
}

static void shares_pieces(void **state)
{
    does_each_piece_once(1);
    does_each_piece_once(2);
    does_each_piece_once(7);
}

static void refuses_no_threads(void **state)
{
    snq_parallel *p;
    assert_int_equal(snq_parallel_new(0, &p), SNQ_ERR_RANGE);
    assert_null(p);
    assert_int_equal(snq_parallel_new(SNQ_PARALLEL_THREADS_MAX + 1, &p), SNQ_ERR_RANGE);
    snq_parallel_free(NULL);
}

static snq_status make(void *user, void **out)
{
    return snq_parallel_new(3, (snq_parallel **)out);
}

static void unmake(void *object)
{
    snq_parallel_free(object);
}

static void survives_the_sweep(void **state)
{
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_pieces),
        cmocka_unit_test(refuses_no_threads),
        cmocka_unit_test(survives_the_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
