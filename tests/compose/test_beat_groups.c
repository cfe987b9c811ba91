// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "compose/beat_groups.h"

static void check_groups(int beats, int unit, const char *want)
{
    snq_beat_group g[SNQ_BEAT_GROUPS_MAX];
    const uint32_t n = snq_beat_groups(beats, unit, g);
    char got[256] = "";
    for (uint32_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%d", i ? " " : "", g[i].steps);
    assert_string_equal(got, want);
}

static void bars_fall_into_the_groups_that_are_felt(void **state)
{
    check_groups(4, 4, "4 4 4 4");
    check_groups(3, 4, "4 4 4");
    check_groups(5, 4, "4 4 4 4 4");
    check_groups(6, 8, "6 6");
    check_groups(9, 8, "6 6 6");
    check_groups(12, 8, "6 6 6 6");
    check_groups(3, 8, "6");
    check_groups(7, 8, "4 4 6");
    check_groups(5, 8, "4 6");
    check_groups(8, 8, "4 4 4 4");
    check_groups(2, 2, "4 4 4 4");
    check_groups(1, 8, "2");
    check_groups(3, 16, "3");
    check_groups(7, 16, "7");
    check_groups(11, 16, "4 7");
    check_groups(0, 4, "");
    check_groups(4, 0, "");
    check_groups(100, 2, "");
}

static void every_metre_is_covered_without_gaps(void **state)
{
    static snq_beat_group g[SNQ_BEAT_GROUPS_MAX];
    static snq_bar_map map;
    for (int unit = 2; unit <= 16; unit *= 2)
        for (int beats = 1; beats <= 99; beats++) {
            const uint32_t n = snq_beat_groups(beats, unit, g);
            int at = 0;
            assert_true(n > 0);
            for (uint32_t i = 0; i < n; i++) {
                assert_int_equal(g[i].start, at);
                assert_true(g[i].steps > 0);
                at += g[i].steps;
            }
            assert_int_equal(at, beats * 16 / unit);
            snq_bar_map_make(beats, unit, 4, 4, &map);
            assert_int_equal(map.steps, at);
            assert_int_equal(map.groups, n);
            assert_int_equal(map.heavy[0], 0); /* the one stays the one */
            assert_int_equal(map.even[0], 0);
            for (int p = 0; p < at; p++) {
                assert_true(map.even[p] >= 0 && map.even[p] < 16);
                assert_true(map.heavy[p] >= -1 && map.heavy[p] < 16);
                if (map.place[p] == 0)
                    assert_true(map.heavy[p] >= 0 && map.heavy[p] % 4 == 0);
            }
        }
}

static void a_bar_reads_itself_step_by_step(void **state)
{
    static const int metre[][2] = { { 4, 4 }, { 3, 4 },  { 7, 8 }, { 6, 8 },
                                    { 5, 8 }, { 7, 16 }, { 12, 8 } };
    static snq_bar_map map;
    for (size_t m = 0; m < sizeof metre / sizeof *metre; m++) {
        snq_bar_map_make(metre[m][0], metre[m][1], metre[m][0], metre[m][1], &map);
        for (int p = 0; p < map.steps; p++) {
            assert_int_equal(map.even[p], p);
            assert_int_equal(map.heavy[p], p);
        }
    }
}

static void check_reads(int beats, int unit, const char *heavy_groups)
{
    static snq_bar_map map;
    char got[128] = "";
    snq_bar_map_make(beats, unit, 4, 4, &map);
    for (int p = 0; p < map.steps; p++)
        if (map.place[p] == 0)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%d", map.heavy[p] / 4 + 1);
    assert_string_equal(got, heavy_groups);
}

static void strong_beats_stay_strong_and_backbeats_backbeats(void **state)
{
    check_reads(3, 4, "134");
    check_reads(5, 4, "13412");
    check_reads(6, 4, "123412");
    check_reads(7, 4, "1234134");
    check_reads(9, 4, "123413412");
    check_reads(2, 4, "12");
    check_reads(1, 4, "1");
    check_reads(7, 8, "134");
    check_reads(6, 8, "12");
    check_reads(12, 8, "1234");
    check_reads(5, 8, "12");
}

static void threes_keep_the_run_of_eighths(void **state)
{
    static snq_bar_map map;
    snq_bar_map_make(6, 8, 4, 4, &map);
    static const int even[12] = { 0, 1, 2, 1, 2, 3, 4, 5, 6, 5, 6, 7 };
    static const int heavy[12] = { 0, -1, 2, -1, 3, -1, 4, -1, 6, -1, 7, -1 };
    for (int p = 0; p < 12; p++) {
        assert_int_equal(map.even[p], even[p]);
        assert_int_equal(map.heavy[p], heavy[p]);
    }
    snq_bar_map_make(4, 4, 6, 8, &map); /* and back */
    static const int back[16] = { 0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5, 6, 7, 10, 11 };
    for (int p = 0; p < 16; p++)
        assert_int_equal(map.heavy[p],
                         back[p] == 6 ? 6 : back[p] + (p / 4 % 2 == 1 && p < 12 ? 6 : 0));
}

static void nothing_reads_from_nothing(void **state)
{
    static snq_bar_map map;
    snq_bar_map_make(4, 4, 0, 4, &map);
    assert_int_equal(map.steps, 16);
    assert_int_equal(map.heavy[0], SNQ_BAR_NOTHING);
    snq_bar_map_make(0, 4, 4, 4, &map);
    assert_int_equal(map.steps, 0);
    snq_bar_map_make(7, 16, 5, 16, &map); /* a long group reads a short one */
    assert_int_equal(map.heavy[6], SNQ_BAR_NOTHING);
    assert_int_equal(map.even[6], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_fall_into_the_groups_that_are_felt),
        cmocka_unit_test(every_metre_is_covered_without_gaps),
        cmocka_unit_test(a_bar_reads_itself_step_by_step),
        cmocka_unit_test(strong_beats_stay_strong_and_backbeats_backbeats),
        cmocka_unit_test(threes_keep_the_run_of_eighths),
        cmocka_unit_test(nothing_reads_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
