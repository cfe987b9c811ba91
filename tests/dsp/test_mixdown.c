// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/cpu.h"
#include "dsp/mixdown.h"

static void test_mean(void **state)
{
    (void)state;
    enum { N = 37 };
    float x[SNQ_CHANNELS_MAX][N], mono[N];
    snq_audio a = { .rate_hz = 1, .frames = N };
    for (int c = 0; c < SNQ_CHANNELS_MAX; c++) {
        a.channel[c] = x[c];
        for (int t = 0; t < N; t++)
            x[c][t] = (float)sin(c + 0.3 * t);
    }
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 2; row++) {
        snq_cpu_force(row ? was : 0);
        for (a.channels = 1; a.channels <= SNQ_CHANNELS_MAX; a.channels++) {
            snq_mixdown(&a, mono);
            for (int t = 0; t < N; t++) {
                double sum = 0;
                for (uint32_t c = 0; c < a.channels; c++)
                    sum += x[c][t];
                check_near(mono[t], sum / a.channels, 2e-7);
            }
        }
    }
    snq_cpu_force(was);
    a.channels = 2;
    a.channel[1] = x[0]; /* equal channels come out untouched: no 3 dB more or less */
    snq_mixdown(&a, mono);
    assert_memory_equal(mono, x[0], sizeof(mono));
    a.frames = 0;
    mono[0] = 7;
    snq_mixdown(&a, mono);
    check_near(mono[0], 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_mean) };
    return cmocka_run_group_tests_name("mixdown", tests, NULL, NULL);
}
