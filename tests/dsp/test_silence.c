// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "base/attr.h"
#include "dsp/silence.h"

enum { N = 2000 };

/* One sample anywhere is enough; the samples around the stretch don't count. */
static void test_one_sample(void **state)
{
    static const size_t length[] = { 1, 2, 7, 16, 511, 512, 513, 1023, 1024, 1025, 1999 };
    static const float sound[] = { 1, -1e-30f, FLT_MIN / 8, NAN, -INFINITY };
    static float x[N + 2];
    for (size_t l = 0; l < SNQ_COUNT(length); l++)
        for (size_t from = 0; from < 2; from++) {
            const size_t n = length[l];
            x[from + n] = 1;
            if (from)
                x[0] = 1;
            assert_true(snq_is_silent(x + from, n));
            for (size_t at = from; at < from + n; at += n / 5 + 1)
                for (size_t s = 0; s < SNQ_COUNT(sound); s++) {
                    x[at] = sound[s];
                    assert_false(snq_is_silent(x + from, n));
                    x[at] = s & 1 ? -0.0f : 0.0f;
                    assert_true(snq_is_silent(x + from, n));
                }
            x[from + n - 1] = 0.5f;
            assert_false(snq_is_silent(x + from, n));
            memset(x, 0, sizeof x);
        }
    assert_true(snq_is_silent(NULL, 0));
}

static void test_blocks(void **state)
{
    static float quiet[N], loud[N];
    loud[N - 1] = 1e-3f;
    snq_audio a = { { quiet, loud, quiet }, 3, 44100, N - 1 };
    assert_true(snq_audio_is_silent(&a));
    a.frames = N;
    assert_false(snq_audio_is_silent(&a));
    a.channels = 1;
    assert_true(snq_audio_is_silent(&a));
    a.channels = 3;
    a.frames = 0;
    assert_true(snq_audio_is_silent(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sample),
        cmocka_unit_test(test_blocks),
    };
    return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
