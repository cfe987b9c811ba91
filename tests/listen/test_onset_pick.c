// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "listen/onset_pick.h"
#include "rows.h"

enum { ROWS = 100 };

static void picks_peaks_and_places_them_between_hops(void **state)
{
    static const double at_s[] = { 0.113, 0.5, 0.768, 1.99 };
    rows r = rows_new(ROWS);
    for (int k = 0; k < 4; k++)
        rows_onset(&r, at_s[k], 3);
    int64_t i = snq_onset_first(&r.in, 0);
    for (int k = 0; k < 4; k++) {
        check_near(snq_onset_refined_s(&r.in, i), at_s[k], 1e-3);
        i = snq_onset_next(&r.in, i);
    }
    assert_int_equal(i, r.in.hops);
    assert_int_equal(snq_onset_first(&r.in, 60), snq_onset_first(&r.in, 76));
    assert_int_equal(snq_onset_next(&r.in, r.in.hops - 1), r.in.hops);
    rows_clear(&r);
}

static void soft_ones_and_near_ones_are_left_out(void **state)
{
    rows r = rows_new(ROWS);
    rows_onset(&r, 0.205, -0.1); /* under the threshold */
    rows_onset(&r, 0.405, 3);
    rows_onset(&r, 0.425, 2);         /* in the reach of a higher one */
    r.onset[80] = r.onset[82] = 1.5f; /* equal: the first */
    assert_int_equal(snq_onset_first(&r.in, 0), 40);
    assert_int_equal(snq_onset_next(&r.in, 40), 80);
    assert_int_equal(snq_onset_next(&r.in, 80), r.in.hops);
    rows_clear(&r);
}

static void the_ends_are_no_obstacle(void **state)
{
    rows r = rows_new(ROWS);
    r.onset[0] = r.onset[r.in.hops - 1] = 2;
    assert_int_equal(snq_onset_first(&r.in, 0), 0);
    check_near(snq_onset_refined_s(&r.in, 0), 0.005, 1e-9);
    assert_int_equal(snq_onset_next(&r.in, 0), r.in.hops - 1);
    check_near(snq_onset_refined_s(&r.in, r.in.hops - 1), 1.995, 1e-9);
    const snq_rhythm_rows none = { 0 };
    assert_int_equal(snq_onset_first(&none, 0), 0);
    rows_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_peaks_and_places_them_between_hops),
        cmocka_unit_test(soft_ones_and_near_ones_are_left_out),
        cmocka_unit_test(the_ends_are_no_obstacle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
