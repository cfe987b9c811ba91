// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/str.h"
#include "map/source_table.h"

static snq_status read_source(const char *text, snq_map_source *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("s", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_source_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static void rows_are_sound(void **state)
{
    size_t n;
    const snq_source_row *row = snq_source_rows(&n);
    int eyes = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(row[i].min < row[i].max && row[i].value >= row[i].min &&
                    row[i].value <= row[i].max);
        assert_true(row[i].what[0] && row[i].property[0]);
        assert_int_equal(snq_source_find(row[i].type, row[i].property), i);
        assert_true(!row[i].log_scale || row[i].min > 0);
        if (row[i].eyes >= 0) { /* type and property as the eyes have them */
            char path[SNQ_SOURCE_TEXT_MAX];
            snprintf(path, sizeof path, "%s.%s%s", row[i].type, row[i].property,
                     row[i].norm ? "_norm" : "");
            assert_string_equal(path, snq_sight_property_path((uint32_t)row[i].eyes));
            eyes++;
        }
    }
    assert_int_equal(eyes, SNQ_SIGHT_PROPERTIES - 2); /* each, but px where there is _norm */
    assert_int_equal(snq_source_find("directional", "mean_velocity_norm"),
                     snq_source_find("directional", "mean_velocity"));
    assert_int_equal(snq_source_find("directional", "entropy"), -1);
    assert_int_equal(snq_source_find("chaotic", "entropy_norm"), -1);
    assert_int_equal(snq_source_find("directional", "mean"), -1);
}

static void both_spellings(void **state)
{
    snq_map_source a, b;
    char path[SNQ_SOURCE_TEXT_MAX];
    check_ok(read_source(
        "{\"type\":\"oscillatory\",\"band\":\"mf\",\"property\":\"primary_frequency\"}", &a));
    check_ok(read_source("\"oscillatory.mf.primary_frequency\"", &b));
    assert_true(a.row == b.row && a.band == b.band && a.band == SNQ_SIGHT_MF);
    snq_source_path(a, path);
    assert_string_equal(path, "oscillatory.mf.primary_frequency");
    check_ok(read_source("\"picture.luma_mean\"", &a));
    assert_int_equal(a.band, SNQ_SOURCE_NO_BAND);
    check_ok(read_source("\"motion.rms_speed\"", &a));
    check_ok(read_source("\"motion.hf.rms_speed\"", &b));
    assert_true(a.band < 0 && b.band == SNQ_SIGHT_HF);
    snq_str text;
    snq_json j;
    snq_str_init(&text, 200);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_source_json(&j, b);
    check_ok(snq_json_finish(&j));
    assert_string_equal(snq_str_text(&text),
                        "{\"type\":\"motion\",\"band\":\"hf\",\"property\":\"rms_speed\"}");
    snq_str_clear(&text);
}

static void wrong_ones(void **state)
{
    static const char *const row[][2] = {
        { "3", "{type, band, property}" },
        { "\"nonsense\"", "type.band.property" },
        { "\"kinetic.mf.speed\"", "there are: directional, oscillatory, chaotic, ambient, motion" },
        { "\"chaotic.mf.speed\"", "there are: entropy, lyapunov_exponent, predictability_score" },
        { "\"chaotic.entropy\"", "wants a band" },
        { "\"chaotic.xf.entropy\"", "none of ulf" },
        { "\"picture.mf.luma_mean\"", "has no bands" },
        { "\"motion.mf.mean_speed\"", "motion.mean_speed has no bands" },
        { "{\"type\":\"chaotic\",\"band\":\"zf\",\"property\":\"entropy\"}", "s: band" },
        { "{\"type\":\"chaotic\",\"property\":\"entropy\",\"x\":1}", "x" },
        { "{\"type\":\"chaotic\"}", "property" },
        { "{\"type\":7,\"property\":\"entropy\"}", "type" },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_map_source s;
        check_status(read_source(row[i][0], &s), SNQ_ERR_FORMAT);
        if (!strstr(snq_last_error(), row[i][1]))
            fail_msg("%s: \"%s\" lacks \"%s\"", row[i][0], snq_last_error(), row[i][1]);
    }
}

static void normalises(void **state)
{
    const uint32_t hz = (uint32_t)snq_source_find("oscillatory", "primary_frequency");
    const uint32_t v = (uint32_t)snq_source_find("directional", "mean_velocity");
    check_near(snq_source_normalise(hz, 0.5), log(50) / log(2500), 1e-6);
    check_near(snq_source_normalise(v, 0.125), 0.25, 1e-9);
    assert_true(snq_source_normalise(v, 9) == 1 && snq_source_normalise(v, -9) == 0 &&
                snq_source_normalise(hz, 0) == 0);
    assert_true(isnan(snq_source_normalise(v, NAN)));
    assert_true(snq_source_stand_in(v) >= 0 && snq_source_stand_in(hz) < 0);
    assert_true(
        snq_source_stand_in((uint32_t)snq_source_find("directional", "primary_direction")) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(both_spellings),
        cmocka_unit_test(wrong_ones),
        cmocka_unit_test(normalises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
