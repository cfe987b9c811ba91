// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/json_read.h"
#include "base/str.h"
#include "synth/patch.h"
#include "synth/voice_checks.h"

/* Reads a patch whose members after the head are `rest`. */
static snq_status read(const char *text, snq_patch *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("test.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_patch_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

/* The patch is refused with this status, and the text says `why`. */
static void refused(const char *text, snq_status want, const char *why)
{
    snq_patch p;
    check_status(read(text, &p), want);
    if (!strstr(snq_last_error(), why))
        fail_msg("\"%s\" does not say \"%s\"", snq_last_error(), why);
}

static void test_all_members(void **state)
{
    snq_patch p;
    patch_of(PATCH_HEAD
             "\"range\":[24,60],\"sources\":[\"wave\",\"\",\"wave\"],\"recordings\":[\"\","
             "\"\",\"vowels\"],\"params\":{\"filter_cutoff\":1234.5,\"filter_type\":\"notch\","
             "\"voices\":5,\"osc3_level\":0.25,\"waveform\":\"square\"},\"matrix\":[{\"from\":"
             "\"lfo2\",\"to\":\"filter_cutoff\",\"amount\":-2.5},{\"from\":\"random\",\"to\":"
             "\"pan\",\"amount\":0.5}]}",
             &p);
    assert_string_equal(p.id, "test");
    assert_string_equal(p.name, "Test");
    assert_string_equal(p.about, "A test.");
    assert_string_equal(p.taste, "None.");
    assert_string_equal(p.engine, "voice");
    assert_int_equal(p.family, SNQ_FAMILY_LEAD);
    assert_int_equal(p.low_note, 24);
    assert_int_equal(p.high_note, 60);
    assert_string_equal(p.source[0], "wave");
    assert_string_equal(p.source[1], "");
    assert_string_equal(p.source[2], "wave");
    assert_string_equal(p.recording[2], "vowels");
    assert_int_equal(p.settings, 5);
    assert_string_equal(p.setting[0].id, "filter_cutoff");
    assert_true(p.setting[0].value == 1234.5f);
    assert_true(p.setting[1].value == 3); /* notch */
    assert_true(p.setting[2].value == 5);
    assert_true(p.setting[4].value == 3); /* square */
    assert_int_equal(p.routes, 2);
    assert_string_equal(p.route[0].from, "lfo2");
    assert_string_equal(p.route[0].to, "filter_cutoff");
    assert_true(p.route[0].amount == -2.5f);
}

static void test_defaults(void **state)
{
    snq_patch p;
    patch_of(PATCH_HEAD "\"sources\":[\"wave\"]}", &p);
    assert_int_equal(p.low_note, 0);
    assert_int_equal(p.high_note, 127);
    assert_int_equal(p.settings, 0);
    assert_int_equal(p.routes, 0);
}

static void test_head_is_checked(void **state)
{
    refused("[]", SNQ_ERR_FORMAT, "object");
    refused("{\"id\":\"x\"}", SNQ_ERR_FORMAT, "schema");
    refused("{\"schema\":\"sonique/patch/2\"}", SNQ_ERR_FORMAT, "sonique/patch/1");
    refused("{\"schema\":\"sonique/patch/1\",\"id\":\"Big\"}", SNQ_ERR_FORMAT, "Big");
    refused("{\"schema\":\"sonique/patch/1\",\"id\":\"1st\"}", SNQ_ERR_FORMAT, "begins");
    refused("{\"schema\":\"sonique/patch/1\",\"id\":\"x\",\"name\":\"\"}", SNQ_ERR_FORMAT, "empty");
    refused("{\"schema\":\"sonique/patch/"
            "1\",\"id\":\"x\",\"name\":\"X\",\"about\":\"a\",\"taste\":\"b\","
            "\"family\":\"horn\",\"engine\":\"voice\"}",
            SNQ_ERR_FORMAT, "texture");
    refused("{\"schema\":\"sonique/patch/"
            "1\",\"id\":\"x\",\"name\":\"X\",\"about\":\"a\",\"taste\":\"b\","
            "\"family\":\"lead\",\"engine\":\"steam\"}",
            SNQ_ERR_NOT_FOUND, "steam");
    refused(PATCH_HEAD "\"colour\":1}", SNQ_ERR_FORMAT, "colour");
}

static void test_range_is_checked(void **state)
{
    refused(PATCH_HEAD "\"range\":[60],\"sources\":[\"wave\"]}", SNQ_ERR_FORMAT, "lowest");
    refused(PATCH_HEAD "\"range\":[60,59],\"sources\":[\"wave\"]}", SNQ_ERR_RANGE, "range[1]");
    refused(PATCH_HEAD "\"range\":[-1,59],\"sources\":[\"wave\"]}", SNQ_ERR_RANGE, "range[0]");
}

static void test_sources_are_checked(void **state)
{
    refused(PATCH_HEAD "\"sources\":[\"kazoo\"]}", SNQ_ERR_NOT_FOUND, "kazoo");
    refused(PATCH_HEAD "\"sources\":[]}", SNQ_ERR_NOT_FOUND, "at least one");
    refused(PATCH_HEAD "\"sources\":[\"wave\",\"wave\",\"wave\",\"wave\"]}", SNQ_ERR_RANGE,
            "at most 3");
    refused(PATCH_HEAD "\"sources\":\"wave\"}", SNQ_ERR_FORMAT, "sources");
}

#define BODY PATCH_HEAD "\"sources\":[\"wave\"],"

static void test_params_are_checked(void **state)
{
    refused(BODY "\"params\":{\"filter_cutof\":100}}", SNQ_ERR_NOT_FOUND,
            "is \"filter_cutoff\" meant?");
    refused(BODY "\"params\":{\"osc2_level\":1}}", SNQ_ERR_NOT_FOUND, "osc2_level");
    refused(BODY "\"params\":{\"something_else_entirely\":1}}", SNQ_ERR_NOT_FOUND, "these sources");
    refused(BODY "\"params\":{\"filter_cutoff\":30000}}", SNQ_ERR_RANGE,
            "params.filter_cutoff: 30000 is outside of 20 .. 20000 hz");
    refused(BODY "\"params\":{\"filter_cutoff\":\"high\"}}", SNQ_ERR_FORMAT,
            "params.filter_cutoff");
    refused(BODY "\"params\":{\"filter_type\":\"hipass\"}}", SNQ_ERR_FORMAT,
            "\"hipass\" is none of lowpass, highpass, bandpass, notch");
    refused(BODY "\"params\":{\"filter_type\":1}}", SNQ_ERR_FORMAT, "as \"lowpass\"");
    refused(BODY "\"params\":{\"voices\":33}}", SNQ_ERR_RANGE, "params.voices");
    refused(BODY "\"params\":{\"voices\":1.5}}", SNQ_ERR_RANGE, "params.voices");
    /* an id too long for the table of edits finds nothing near, and does no harm */
    refused(BODY "\"params\":{\"a_very_long_name_indeed_that_nobody_would_give_to_anything_at_all_"
                 "because_it_is_longer_than_any_id_can_be\":1}}",
            SNQ_ERR_NOT_FOUND, "these sources");
}

static void test_bounds_belong_to_the_range(void **state)
{
    snq_patch p;
    patch_of(BODY "\"params\":{\"filter_cutoff\":20000,\"amp_attack_s\":0.0005,\"pan\":-1}}", &p);
    assert_int_equal(p.settings, 3);
}

/* Written, there is no -0. */
static void test_minus_nothing_is_nothing(void **state)
{
    snq_patch p;
    patch_of(BODY "\"params\":{\"gain_db\":-0.0},\"matrix\":[{\"from\":\"lfo\",\"to\":\"pan\","
                  "\"amount\":-0.0}]}",
             &p);
    assert_false(signbit(p.setting[0].value) || signbit(p.route[0].amount));
}

static void test_matrix_is_checked(void **state)
{
#define ROUTE(from, to, amount) \
    BODY "\"matrix\":[{\"from\":\"" from "\",\"to\":\"" to "\",\"amount\":" amount "}]}"
    refused(ROUTE("lfo3", "pan", "1"), SNQ_ERR_FORMAT, "matrix[0].from");
    refused(ROUTE("lfo", "pann", "1"), SNQ_ERR_NOT_FOUND, "is \"pan\" meant?");
    refused(ROUTE("lfo", "filter_type", "1"), SNQ_ERR_RANGE, "nothing can move it");
    refused(ROUTE("lfo", "pan", "2.1"), SNQ_ERR_RANGE, "matrix[0].amount");
    refused(ROUTE("lfo", "filter_cutoff", "-21"), SNQ_ERR_RANGE, "matrix[0].amount");
    refused(BODY "\"matrix\":[{\"from\":\"lfo\",\"to\":\"pan\",\"amount\":1,\"by\":2}]}",
            SNQ_ERR_FORMAT, "by");
    snq_str text;
    snq_str_init(&text, 1 << 20);
    snq_str_put(&text, BODY "\"matrix\":[");
    for (int i = 0; i < SNQ_PATCH_ROUTES_MAX + 1; i++)
        snq_str_putf(&text, "%s{\"from\":\"lfo\",\"to\":\"pan\",\"amount\":0.1}", i ? "," : "");
    snq_str_put(&text, "]}");
    refused(snq_str_text(&text), SNQ_ERR_RANGE, "at most 16");
    snq_str_clear(&text);
}

static void test_too_many_settings(void **state)
{
    snq_str text;
    snq_str_init(&text, 1 << 20);
    snq_str_put(&text, BODY "\"params\":{");
    for (int i = 0; i <= SNQ_PATCH_SETTINGS_MAX; i++)
        snq_str_putf(&text, "%s\"p%d\":1", i ? "," : "", i);
    snq_str_put(&text, "}}");
    refused(snq_str_text(&text), SNQ_ERR_RANGE, "at most 160");
    snq_str_clear(&text);
}

static void write(const snq_patch *p, snq_str *to)
{
    snq_json j;
    snq_str_init(to, 1 << 20);
    snq_json_init(&j, snq_json_to_str, to);
    snq_patch_json(&j, p);
    check_ok(snq_json_finish(&j));
}

/* What is written is read as the same patch, and written as the same bytes. */
static void test_chain(void **state)
{
    snq_patch p;
    patch_of(PATCH_HEAD
             "\"sources\":[\"wave\"],\"chain\":[{\"effect\":\"eq\",\"params\":{\"gain_db\":-3}},"
             "{\"effect\":\"reverb\",\"bypass\":true}]}",
             &p);
    assert_int_equal(p.chain.links, 2);
    assert_string_equal(p.chain.link[0].kind, "eq");
    assert_string_equal(p.chain.link[1].kind, "reverb");
    assert_true(p.chain.link[1].bypass && !p.chain.link[0].bypass);
    patch_of(PATCH_HEAD "\"sources\":[\"wave\"]}", &p);
    assert_int_equal(p.chain.links, 0);
    refused(PATCH_HEAD "\"sources\":[\"wave\"],\"chain\":[{\"effect\":\"eqq\"}]}",
            SNQ_ERR_NOT_FOUND, "chain[0]");
    refused(PATCH_HEAD "\"sources\":[\"wave\"],\"chain\":{}}", SNQ_ERR_FORMAT, "chain");
    refused(
        PATCH_HEAD
        "\"sources\":[\"wave\"],\"chain\":[{\"effect\":\"eq\"},{\"effect\":\"eq\"},{\"effect\":"
        "\"eq\"},{\"effect\":\"eq\"},{\"effect\":\"eq\"},{\"effect\":\"eq\"},{\"effect\":\"eq\"},"
        "{\"effect\":\"eq\"},{\"effect\":\"eq\"}]}",
        SNQ_ERR_TOO_BIG, "at most 8");
}

static void test_round_trip(void **state)
{
    static const char *const ids[] = { "wobble_bass", "warm_pad", "short_pluck", "impact" };
    for (size_t i = 0; i < SNQ_COUNT(ids); i++) {
        snq_patch a, b;
        patch_file(ids[i], &a);
        snq_str text, again;
        write(&a, &text);
        check_ok(read(snq_str_text(&text), &b));
        assert_memory_equal(&a, &b, sizeof a);
        write(&b, &again);
        assert_string_equal(snq_str_text(&text), snq_str_text(&again));
        snq_str_clear(&text);
        snq_str_clear(&again);
    }
}

static void test_choices_are_written_by_name(void **state)
{
    snq_patch p;
    patch_of(BODY "\"params\":{\"filter_type\":\"bandpass\"},\"recordings\":[\"vowels\"]}", &p);
    snq_str text;
    write(&p, &text);
    assert_non_null(strstr(snq_str_text(&text), "\"filter_type\":\"bandpass\""));
    assert_non_null(strstr(snq_str_text(&text), "\"recordings\":[\"vowels\"]"));
    snq_str_clear(&text);
}

static void test_out_of_memory(void **state)
{
    snq_patch p;
    patch_of(BODY "\"params\":{\"filter_type\":\"bandpass\"}}", &p);
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_alloc_fail_after(0);
    snq_patch_json(&j, &p);
    snq_alloc_fail_after(-1);
    check_status(snq_json_finish(&j), SNQ_ERR_NOMEM);
    snq_str_clear(&text);

    snq_json_doc *doc;
    const char *source = BODY "\"params\":{}}";
    check_ok(snq_json_parse("test.json", source, strlen(source), &doc));
    const snq_json_ref root = snq_json_root(doc);
    snq_alloc_fail_after(0);
    const snq_status st = snq_patch_from_json(&root, &p);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
    snq_json_doc_free(doc);
}

static void test_unknown_engine_is_written(void **state)
{
    snq_patch p = { .id = "x", .name = "X", .engine = "steam", .settings = 1 };
    snprintf(p.setting[0].id, sizeof p.setting[0].id, "valve");
    p.setting[0].value = 0.5f;
    snq_str text;
    write(&p, &text);
    assert_non_null(strstr(snq_str_text(&text), "\"valve\":0.5"));
    snq_str_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_head_is_checked),
        cmocka_unit_test(test_range_is_checked),
        cmocka_unit_test(test_sources_are_checked),
        cmocka_unit_test(test_params_are_checked),
        cmocka_unit_test(test_bounds_belong_to_the_range),
        cmocka_unit_test(test_minus_nothing_is_nothing),
        cmocka_unit_test(test_matrix_is_checked),
        cmocka_unit_test(test_too_many_settings),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_choices_are_written_by_name),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_unknown_engine_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
