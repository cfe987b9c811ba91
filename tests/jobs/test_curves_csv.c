// SPDX-License-Identifier: MIT
/* Curves as a table: what is in it, by a reader of our own; how large it grows. By Python's reader: tests/e2e/test_map.py. */
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/curves_csv.h"
#include "support/sweep.h"

enum { CELL_MAX = 64 };

/* A result of two destinations: a rate that rises, and a choice that changes. */
static snq_map_result two(void)
{
    snq_map_result r = { .output = snq_calloc(2, sizeof *r.output), .outputs = 2 };
    assert_non_null(r.output);
    r.output[0].destination = (uint16_t)snq_destination_find("wobble_bass.lfo_rate");
    r.output[1].destination = (uint16_t)snq_destination_find("rhythm.kick_pattern");
    check_ok(snq_curve_push(&r.output[0].curve, 0, 0.1f, SNQ_CURVE_EXPONENTIAL));
    check_ok(snq_curve_push(&r.output[0].curve, 20, 17.3f, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(&r.output[1].curve, 0, 0, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&r.output[1].curve, 10, 3, SNQ_CURVE_STEP));
    return r;
}

/* The next cell; *at is behind its comma or its line's end. None of these has a quote. */
static int next_cell(const char **at, char cell[CELL_MAX])
{
    const size_t n = strcspn(*at, ",\r");
    assert_true(n < CELL_MAX);
    memcpy(cell, *at, n);
    cell[n] = '\0';
    const int more = (*at)[n] == ',';
    if (!more)
        assert_memory_equal(*at + n, "\r\n", 2);
    *at += n + (more ? 1 : 2);
    return more;
}

static void rows_are_the_curves(void **state)
{
    snq_map_result r = two();
    snq_str text;
    snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(10);
    char cell[CELL_MAX];
    snq_str_init(&text, 1 << 20);
    check_ok(snq_curves_csv(&r, &cfg, &text));
    const char *at = text.text;
    static const char head[] = "time_s,beat,wobble_bass.lfo_rate (hz),rhythm.kick_pattern\r\n";
    assert_memory_equal(at, head, sizeof head - 1);
    at += sizeof head - 1;
    for (int i = 0; i <= 200; i++) {
        assert_true(next_cell(&at, cell));
        check_near(strtod(cell, NULL), i / 20.0, 1e-12);
        assert_true(strlen(cell) <= 5); /* 0.15, not 0.15000000000000002 */
        assert_true(next_cell(&at, cell));
        const double beat = strtod(cell, NULL);
        check_near(beat, i / 10.0, 1e-9);
        assert_true(next_cell(&at, cell));
        /* the very float */
        assert_true(strtof(cell, NULL) == snq_curve_at(&r.output[0].curve, i / 20.0 * 2, NULL, 0));
        assert_false(next_cell(&at, cell));
        assert_string_equal(cell, i < 100 ? "style" : "breakbeat");
    }
    assert_int_equal(*at, '\0');
    snq_str_clear(&text);
    snq_map_result_clear(&r);
}

/* By the score's tempo, from within the piece. */
static void beats_are_the_score_s(void **state)
{
    snq_map_result r = two();
    snq_score score;
    snq_str text;
    snq_score_init(&score);
    check_ok(snq_score_add_tempo(&score, 0, 60));
    check_ok(snq_score_add_tempo(&score, 960 * 4, 120));
    check_ok(snq_score_sort(&score));
    snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(4);
    cfg.score = &score;
    cfg.lead_s = 2;
    cfg.rate_hz = 1;
    snq_str_init(&text, 1 << 20);
    check_ok(snq_curves_csv(&r, &cfg, &text));
    static const char *const rows[] = { "\r\n0,2,", "\r\n1,3,", "\r\n2,4,", "\r\n3,6,",
                                        "\r\n4,8," };
    for (size_t i = 0; i < SNQ_COUNT(rows); i++)
        assert_non_null(strstr(text.text, rows[i]));
    assert_null(strstr(text.text, "\r\n5,"));
    snq_str_clear(&text);
    snq_score_clear(&score);
    snq_map_result_clear(&r);
}

/* All destinations, values of full length: never over the bound, and fine where that leaves room. */
static void tables_stay_small(void **state)
{
    static const double length_s[] = { 0, 4, 1800, 14400, 86400 };
    size_t n;
    (void)snq_destinations(&n);
    snq_map_result r = { .output = snq_calloc(n, sizeof *r.output), .outputs = n };
    for (size_t i = 0; i < n; i++) {
        r.output[i].destination = (uint16_t)i;
        check_ok(snq_curve_push(&r.output[i].curve, 0, 0.123456789f, SNQ_CURVE_LINEAR));
        check_ok(snq_curve_push(&r.output[i].curve, 1e6, 0.987654321f, SNQ_CURVE_LINEAR));
    }
    assert_true(snq_curves_csv_rate(&r, 1800) == 20);
    double before = 20;
    for (size_t k = 0; k < SNQ_COUNT(length_s); k++) {
        const double rate = snq_curves_csv_rate(&r, length_s[k]);
        snq_str text;
        assert_true(rate > 0.1 && rate <= before);
        before = rate;
        if (length_s[k] > check_extent(14400, 4))
            continue;
        snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(length_s[k]);
        snq_str_init(&text, 64 << 20);
        check_ok(snq_curves_csv(&r, &cfg, &text));
        assert_true((double)text.length < SNQ_CURVES_CSV_BYTES);
        snq_str_clear(&text);
    }
    snq_map_result_clear(&r);
}

static void nothing_is_a_header(void **state)
{
    const snq_map_result r = { 0 };
    snq_str text;
    const snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(0);
    snq_str_init(&text, 1 << 10);
    check_ok(snq_curves_csv(&r, &cfg, &text));
    assert_string_equal(text.text, "time_s,beat\r\n0,0\r\n");
    snq_str_clear(&text);
}

static void settings_are_looked_at(void **state)
{
    const snq_map_result r = { 0 };
    snq_str text;
    snq_str_init(&text, 1 << 10);
    for (int i = 0; i < 8; i++) {
        snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(1);
        static const char *const name[] = { "bpm", "lead_s", "duration_s", "rate_hz" };
        double *const member[] = { &cfg.bpm, &cfg.lead_s, &cfg.duration_s, &cfg.rate_hz };
        *member[i % 4] = i < 4 ? NAN : i % 4 == 3 ? 201 : i % 4 == 0 ? 0 : -2;
        check_status(snq_curves_csv(&r, &cfg, &text), SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), name[i % 4]));
    }
    snq_str_clear(&text);
    snq_map_result some = two();
    const snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(100);
    snq_str_init(&text, 1000);
    check_status(snq_curves_csv(&some, &cfg, &text), SNQ_ERR_TOO_BIG);
    snq_str_clear(&text);
    snq_map_result_clear(&some);
}

static snq_status make(void *user, void **out)
{
    static snq_str text;
    const snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(3);
    *out = NULL;
    snq_str_init(&text, 1 << 20);
    const snq_status st = snq_curves_csv(user, &cfg, &text);
    if (st < 0)
        snq_str_clear(&text);
    else
        *out = &text;
    return st;
}

static void unmake(void *text)
{
    snq_str_clear(text);
}

static void memory_may_end(void **state)
{
    snq_map_result r = two();
    assert_true(snq_sweep(make, unmake, &r) >= 2);
    snq_map_result_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_curves),    cmocka_unit_test(beats_are_the_score_s),
        cmocka_unit_test(tables_stay_small),      cmocka_unit_test(nothing_is_a_header),
        cmocka_unit_test(settings_are_looked_at), cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
