// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "support/sweep.h"

#include "base/alloc.h"

int snq_sweep(snq_status (*make)(void *user, void **object), void (*unmake)(void *object),
              void *user)
{
    const int64_t live = snq_alloc_live();
    for (int n = 0; n < 100000; n++) {
        void *object = NULL;
        snq_alloc_fail_after(n);
        const snq_status st = make(user, &object);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!refused) {
            check_ok(st);
            assert_non_null(object);
            unmake(object);
            assert_int_equal(snq_alloc_live(), live);
            assert_true(n > 0);
            return n;
        }
        if (st != SNQ_ERR_NOMEM)
            fail_msg("allocation %d refused: got %s, want ERR_NOMEM", n, snq_status_name(st));
        assert_null(object);
        if (snq_alloc_live() != live)
            fail_msg("allocation %d refused: %lld blocks leaked", n,
                     (long long)(snq_alloc_live() - live));
    }
    fail_msg("a constructor that allocates without end");
    return -1;
}
