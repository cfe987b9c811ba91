// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "score/timegrid.h"

static const uint32_t rates[] = { 1000, 8000, 11025, 22050, 44100, 48000, 96000, 192000, 767999 };

static void hops_tile_the_stream(void **state)
{
    for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
        const snq_timegrid g = { rates[r], SNQ_HOPS_PER_S };
        const double mean = (double)rates[r] / SNQ_HOPS_PER_S;
        for (int64_t i = 0; i < 1000; i++) {
            const int64_t from = snq_timegrid_frame(g, i), to = snq_timegrid_frame(g, i + 1);
            assert_true(to - from >= (int64_t)mean && to - from <= (int64_t)mean + 1);
            assert_int_equal(from, (int64_t)floor((double)i * mean + 1e-9));
            assert_int_equal(snq_timegrid_hop(g, from), i);
            assert_int_equal(snq_timegrid_hop(g, to - 1), i);
        }
    }
}

static void long_streams_do_not_drift(void **state)
{
    const snq_timegrid g = { 44100, SNQ_HOPS_PER_S };
    const int64_t week = (int64_t)7 * 86400;
    assert_int_equal(snq_timegrid_frame(g, week * SNQ_HOPS_PER_S), week * 44100);
    assert_int_equal(snq_timegrid_hop(g, week * 44100), week * SNQ_HOPS_PER_S);
    check_near(snq_timegrid_time_s(g, 123), 1.23, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hops_tile_the_stream),
        cmocka_unit_test(long_streams_do_not_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
