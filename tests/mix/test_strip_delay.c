// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "mix/engine/strip_impl.h"

enum { N = 2000 };

static void exact_to_the_frame(void **state)
{
    static const uint32_t frames[] = { 0, 1, 5, 63, 64, 65, 500, 1999 };
    static const uint32_t blocks[] = { 1, 7, 64 };
    for (size_t f = 0; f < SNQ_COUNT(frames); f++)
        for (size_t b = 0; b < SNQ_COUNT(blocks); b++) {
            float x[2][N];
            snq__strip_delay d;
            check_ok(snq__strip_delay_init(&d, frames[f]));
            for (int i = 0; i < N; i++) {
                x[0][i] = (float)(i + 1);
                x[1][i] = (float)-(i + 1);
            }
            for (uint32_t at = 0; at < N; at += blocks[b])
                snq__strip_delay_run(&d, x[0] + at, x[1] + at,
                                     N - at < blocks[b] ? N - at : blocks[b]);
            for (uint32_t i = 0; i < N; i++) {
                const float want = i < frames[f] ? 0.0f : (float)(i - frames[f] + 1);
                assert_true(x[0][i] == want && x[1][i] == -want);
            }
            snq__strip_delay_clear(&d);
        }
}

static snq_status make(void *user, void **out)
{
    snq__strip_delay *d = user;
    *out = NULL;
    SNQ_TRY(snq__strip_delay_init(d, 10));
    *out = d;
    return SNQ_OK;
}

static void unmake(void *d)
{
    snq__strip_delay_clear(d);
}

static void out_of_memory(void **state)
{
    snq__strip_delay d;
    assert_int_equal(snq_sweep(make, unmake, &d), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_to_the_frame),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
