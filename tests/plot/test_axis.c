// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "plot/axis_impl.h"

typedef struct wanted {
    double length;
    uint32_t most;
    const char *unit, *labels; /* the labels, with a space between */
} wanted;

static void check_labels(const snq__axis *a, const wanted *w)
{
    char text[512] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < a->ticks; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                                 a->tick[i].label);
    if (strcmp(text, w->labels) != 0 || strcmp(a->unit, w->unit) != 0)
        fail_msg("%g: '%s' %s, want '%s' %s", w->length, text, a->unit, w->labels, w->unit);
}

static void test_time(void **state)
{
    static const wanted table[] = {
        { 0, 10, "ms", "" },
        { NAN, 10, "h:min", "" },
        { 2e-5, 4, "ms", "0.000 0.005 0.010 0.015 0.020" },
        { 0.001, 10, "ms", "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0" },
        { 0.3, 6, "ms", "0 50 100 150 200 250 300" },
        { 0.999, 10, "ms", "0 100 200 300 400 500 600 700 800 900" },
        { 1, 10, "s", "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0" },
        { 7.2, 8, "s", "0 1 2 3 4 5 6 7" },
        { 59, 7, "s", "0 10 20 30 40 50" },
        { 61, 7, "min:s", "0:00 0:10 0:20 0:30 0:40 0:50 1:00" },
        { 205, 8, "min:s", "0:00 0:30 1:00 1:30 2:00 2:30 3:00" },
        { 3599, 4, "min:s", "0:00 15:00 30:00 45:00" },
        { 3600, 4, "h:min", "0:00 0:15 0:30 0:45 1:00" },
        { 36000, 10, "h:min", "0:00 1:00 2:00 3:00 4:00 5:00 6:00 7:00 8:00 9:00 10:00" },
        { 9e5, 12, "h:min",
          "0:00 24:00 48:00 72:00 96:00 120:00 144:00 168:00 192:00 216:00 240:00" },
    };
    snq__axis a;
    for (size_t i = 0; i < SNQ_COUNT(table) - 1; i++) {
        snq__time_axis(table[i].length, table[i].most, &a);
        check_labels(&a, &table[i]);
    }
    snq__time_axis(10 * 86400.0, 12, &a);
    check_labels(&a, &table[SNQ_COUNT(table) - 1]);
}

/* Ticks ascend from 0, are evenly far apart, never more than asked, never beyond the end. */
static void test_time_everywhere(void **state)
{
    snq__axis a;
    for (double d = 1e-6; d < 1e7; d *= 1.07)
        for (uint32_t most = 2; most <= 20; most += 6) {
            snq__time_axis(d, most, &a);
            assert_true(a.ticks >= 1 && a.ticks <= most + 1);
            assert_true(a.tick[0].value == 0);
            for (uint32_t i = 1; i < a.ticks; i++) {
                check_near(a.tick[i].value, i * a.tick[1].value, 1e-9 * d);
                assert_true(a.tick[i].value <= d * (1 + 1e-6));
                assert_string_not_equal(a.tick[i].label, a.tick[i - 1].label);
            }
            assert_true(a.ticks > 1 || a.tick[0].value + 86400 * 400 > d);
        }
}

/* From anywhere: ticks at whole steps, labels that differ, as precise as the step. */
static void test_time_between(void **state)
{
    static const struct {
        double from, to;
        uint32_t most;
        const char *first, *last, *unit;
    } table[] = { { 90, 95.5, 12, "1:30.0", "1:35.5", "min:s" },
                  { 90, 90.9, 10, "1:30.0", "1:30.9", "min:s" },
                  { 3, 8, 14, "3.0", "8.0", "s" },
                  { 3.3, 7.9, 5, "4", "7", "s" },
                  { 59, 61, 4, "0:59.0", "1:01.0", "min:s" },
                  { 7190, 7210, 4, "1:59:50", "2:00:10", "h:min:s" },
                  { 3600, 10800, 14, "1:00", "3:00", "h:min" },
                  { 0.1, 0.2, 14, "100", "200", "ms" } };
    snq__axis a;
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        snq__time_axis_between(table[i].from, table[i].to, table[i].most, &a);
        assert_true(a.ticks >= 2 && a.ticks <= table[i].most + 1);
        assert_string_equal(a.tick[0].label, table[i].first);
        assert_string_equal(a.tick[a.ticks - 1].label, table[i].last);
        assert_string_equal(a.unit, table[i].unit);
        assert_true(a.tick[0].value >= table[i].from - 1e-9);
        for (uint32_t k = 1; k < a.ticks; k++)
            assert_string_not_equal(a.tick[k].label, a.tick[k - 1].label);
    }
    snq__time_axis_between(3, 3, 10, &a);
    assert_int_equal(a.ticks, 0);
    snq__time_axis_between(3, NAN, 10, &a);
    assert_int_equal(a.ticks, 0);
}

static void test_db(void **state)
{
    static const struct {
        double lo, hi;
        wanted w;
    } table[] = {
        { -30,
          0,
          { 30, 6, "dB",
            "\xE2\x88\x92"
            "30 \xE2\x88\x92"
            "25 \xE2\x88\x92"
            "20 \xE2\x88\x92"
            "15 \xE2\x88\x92"
            "10 \xE2\x88\x92"
            "5 0" } },
        { -33,
          -7,
          { 26, 3, "dB",
            "\xE2\x88\x92"
            "30 \xE2\x88\x92"
            "20 \xE2\x88\x92"
            "10" } },
        { 0, 3, { 3, 5, "dB", "0 1 2 3" } },
        { 0, 4000, { 4000, 2, "dB", "0 500 1000 1500 2000 2500 3000 3500 4000" } },
        { 1, 1, { 0, 5, "dB", "" } },
        { NAN, 1, { 0, 5, "dB", "" } },
    };
    snq__axis a;
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        snq__db_axis(table[i].lo, table[i].hi, table[i].w.most, &a);
        check_labels(&a, &table[i].w);
    }
    snq__db_axis(0, 1e6, 2, &a); /* never more than there is room for */
    assert_int_equal(a.ticks, SNQ__TICKS_MAX);
}

static void test_hz(void **state)
{
    const wanted all = { 0, 0, "Hz", "20 50 100 200 500 1k 2k 5k 10k 20k" };
    const wanted phone = { 0, 0, "Hz", "20 50 100 200 500 1k 2k" };
    snq__axis a;
    snq__hz_axis(19.4, 20500, &a);
    check_labels(&a, &all);
    snq__hz_axis(20, 4000, &a);
    check_labels(&a, &phone);
}

static void test_amplitude(void **state)
{
    static const double table[][2] = {
        { 0, 0 },      { 1, 1 },       { 0.71, 1 },  { 0.7, 0.7 },   { 0.28, 0.3 },    { 0.3, 0.3 },
        { 0.16, 0.2 }, { 0.11, 0.15 }, { 0.1, 0.1 }, { 0.05, 0.05 }, { 0.012, 0.015 }, { 1.6, 1.6 },
    };
    for (size_t i = 1; i < SNQ_COUNT(table); i++)
        check_near(snq__amplitude_scale(table[i][0]), table[i][1], 1e-9);
    /* silence ends somewhere, and is never a scale of zero */
    assert_true(snq__amplitude_scale(0) > 0 && snq__amplitude_scale(0) < 1e-5);
}

static void test_words(void **state)
{
    char to[SNQ__LABEL_BYTES];
    static const struct {
        double s;
        const char *text;
    } duration[] = {
        { 0, "0 ms" },         { 2.2675e-5, "0.0227 ms" }, { 0.0075, "7.5 ms" },
        { 0.3124, "0.312 s" }, { 59.9994, "59.999 s" },    { 59.9996, "1:00.000" },
        { 205.5, "3:25.500" }, { 3599.9996, "1:00:00" },   { 36061.9, "10:01:01" },
    };
    for (size_t i = 0; i < SNQ_COUNT(duration); i++)
        assert_string_equal(snq__put_duration(to, duration[i].s), duration[i].text);
    assert_string_equal(snq__put_number(to, -23.04, 1), "\xE2\x88\x92"
                                                        "23.0");
    assert_string_equal(snq__put_number(to, -0.04, 1), "0.0");
    assert_string_equal(snq__put_number(to, 12.5, 2), "12.50");
    /* cut, not beyond its end */
    assert_int_equal(strlen(snq__put_number(to, 1e300, 1)), SNQ__LABEL_BYTES - 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),         cmocka_unit_test(test_time_everywhere),
        cmocka_unit_test(test_time_between), cmocka_unit_test(test_db),
        cmocka_unit_test(test_hz),           cmocka_unit_test(test_amplitude),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
