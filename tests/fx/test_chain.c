// SPDX-License-Identifier: MIT
/* chain -- as data: read, written, refused with the place named; and played. */
#include "fx_rig.h"

#include "base/str.h"
#include "fx/chain.h"
#include "support/sweep.h"

enum { RATE = 48000 };

static snq_status parse(const char *text, snq_chain_plan *out)
{
    snq_json_doc *doc;
    const snq_status bad = snq_json_parse("chain.json", text, strlen(text), &doc);
    if (bad < 0)
        return bad;
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_chain_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static const char *const text =
    "[{\"effect\":\"compressor\",\"params\":{\"threshold_db\":-20,\"detector\":\"rms\","
    "\"lookahead_ms\":5}},{\"effect\":\"limiter\",\"params\":{},\"bypass\":true},"
    "{\"effect\":\"compressor\",\"params\":{\"ratio\":0.1e1}}]";

static void reads_and_writes(void **state)
{
    snq_chain_plan p, again;
    check_ok(parse(text, &p));
    assert_int_equal(p.links, 3);
    assert_string_equal(p.link[0].kind, "compressor");
    assert_true(p.link[0].value[rig_param("compressor", "threshold_db")] == -20);
    assert_true(p.link[0].value[rig_param("compressor", "detector")] == 1);
    assert_true(p.link[0].value[rig_param("compressor", "knee_db")] == 6); /* its default */
    assert_true(p.link[1].bypass);
    for (int file = 0; file < 2; file++) {
        snq_str s;
        snq_str_init(&s, 1 << 16);
        snq_json j;
        snq_json_init(&j, snq_json_to_str, &s);
        if (file)
            snq_chain_file_json(&j, &p);
        else
            snq_chain_json(&j, &p);
        check_ok(snq_json_finish(&j));
        check_ok(parse(snq_str_text(&s), &again));
        assert_memory_equal(&again, &p, sizeof p);
        snq_str_clear(&s);
    }
}

static void refuses_naming_the_place(void **state)
{
    static const struct {
        const char *text;
        snq_status st;
        const char *place;
    } c[] = {
        { "3", SNQ_ERR_FORMAT, "array" },
        { "[3]", SNQ_ERR_FORMAT, "[0]" },
        { "[{\"params\":{}}]", SNQ_ERR_FORMAT, "[0]" },
        { "[{\"effect\":\"eq\"},{\"effect\":\"harmoniser\"}]", SNQ_ERR_NOT_FOUND, "[1]" },
        { "[{\"effect\":\"a name that is longer than any effect has\"}]", SNQ_ERR_TOO_BIG,
          "[0].effect" },
        { "[{\"effect\":\"eq\",\"params\":{\"loudness\":1}}]", SNQ_ERR_NOT_FOUND, "loudness" },
        { "[{\"effect\":\"eq\",\"params\":[]}]", SNQ_ERR_FORMAT, "params" },
        { "[{\"effect\":\"eq\",\"wet\":1}]", SNQ_ERR_FORMAT, "wet" },
        { "[{\"effect\":\"eq\",\"bypass\":1}]", SNQ_ERR_FORMAT, "bypass" },
        { "[{\"effect\":\"limiter\",\"params\":{\"ceiling_dbtp\":1}}]", SNQ_ERR_RANGE,
          "[0].params.ceiling_dbtp" },
        { "[{\"effect\":\"limiter\",\"params\":{\"ceiling_dbtp\":-1e29}}]", SNQ_ERR_RANGE,
          "ceiling" },
        { "[{\"effect\":\"limiter\",\"params\":{\"ceiling_dbtp\":1e400}}]", SNQ_ERR_FORMAT, "" },
        { "[{\"effect\":\"limiter\",\"params\":{\"ceiling_dbtp\":NaN}}]", SNQ_ERR_FORMAT, "" },
        { "[{\"effect\":\"limiter\",\"params\":{\"ceiling_dbtp\":\"low\"}}]", SNQ_ERR_FORMAT,
          "ceiling" },
        { "[{\"effect\":\"filter\",\"params\":{\"type\":1}}]", SNQ_ERR_FORMAT, "lowpass" },
        { "[{\"effect\":\"filter\",\"params\":{\"type\":\"comb\"}}]", SNQ_ERR_FORMAT, "lowpass" },
        { "{\"chain\":[]}", SNQ_ERR_FORMAT, "schema" },
        { "{\"schema\":\"sonique/chain/9\",\"chain\":[]}", SNQ_ERR_FORMAT, "sonique/chain/1" },
        { "{\"schema\":\"sonique/chain/1\"}", SNQ_ERR_FORMAT, "chain" },
        { "{\"schema\":\"sonique/chain/1\",\"chain\":[],\"more\":1}", SNQ_ERR_FORMAT, "more" },
    };
    for (size_t i = 0; i < SNQ_COUNT(c); i++) {
        snq_chain_plan p;
        const snq_status st = parse(c[i].text, &p);
        if (st != c[i].st || !strstr(snq_last_error(), c[i].place))
            fail_msg("%s: %s (%s)", c[i].text, snq_status_name(st), snq_last_error());
    }
}

static void refuses_a_thousand(void **state)
{
    snq_str s;
    snq_str_init(&s, 1 << 16);
    snq_str_put(&s, "[");
    for (int i = 0; i < 1000; i++)
        snq_str_put(&s, i ? ",{\"effect\":\"eq\"}" : "{\"effect\":\"eq\"}");
    snq_str_put(&s, "]");
    snq_chain_plan p;
    check_status(parse(snq_str_text(&s), &p), SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(snq_last_error(), "1000"));
    snq_str_clear(&s);
}

static void plans_are_built_by_hand(void **state)
{
    snq_chain_plan p = { .links = 0 };
    assert_null(snq_chain_add(&p, "harmoniser"));
    for (int i = 0; i < SNQ_CHAIN_LINKS_MAX; i++)
        assert_non_null(snq_chain_add(&p, "width"));
    assert_null(snq_chain_add(&p, "width"));
    check_ok(snq_chain_set(&p.link[0], "width", 0));
    check_status(snq_chain_set(&p.link[0], "depth", 0), SNQ_ERR_NOT_FOUND);
    check_status(snq_chain_set(&p.link[0], "width", 3), SNQ_ERR_RANGE);
    check_status(snq_chain_set(&p.link[0], "width", NAN), SNQ_ERR_RANGE);
    snq_chain *c;
    snq_chain_plan odd = p;
    memset(odd.link[2].kind, 'x', sizeof odd.link[2].kind);
    check_status(snq_chain_new(&odd, RATE, 1, &c), SNQ_ERR_NOT_FOUND);
    assert_null(c);
    check_status(snq_chain_set(&odd.link[2], "width", 0), SNQ_ERR_NOT_FOUND);
    odd.links = 1000;
    check_status(snq_chain_new(&odd, RATE, 1, &c), SNQ_ERR_RANGE);
    check_status(snq_chain_new(&p, 1, 1, &c), SNQ_ERR_RANGE);
}

static void plays_as_its_effects_do(void **state)
{
    snq_chain_plan p;
    check_ok(parse(text, &p));
    snq_chain *c;
    check_ok(snq_chain_new(&p, RATE, 1, &c));
    snq_effect *one =
        rig_effect("compressor", RATE, 1, "threshold_db=-20 detector=rms lookahead_ms=5");
    snq_effect *two = rig_effect("limiter", RATE, 1, "");
    snq_effect_bypass(two, 1);
    snq_effect *three = rig_effect("compressor", RATE, 1, "ratio=1");
    assert_int_equal(snq_chain_latency(c), snq_effect_latency(one) + snq_effect_latency(two));
    rig_sound s = rig_sound_new(9600), want = rig_sound_new(9600);
    rig_noise(&s, 0.3, 1);
    rig_noise(&want, 0.3, 1);
    assert_true(snq_chain_silent(c));
    snq_chain_run(c, NULL, s.left, s.right, s.n);
    assert_false(snq_chain_silent(c));
    rig_run(one, &want, 9600);
    rig_run(two, &want, 9600);
    rig_run(three, &want, 9600);
    assert_memory_equal(s.left, want.left, s.n * sizeof(float));
    snq_chain_reset(c);
    rig_noise(&s, 0.3, 1);
    snq_chain_run(c, NULL, s.left, s.right, s.n);
    assert_memory_equal(s.left, want.left, s.n * sizeof(float));
    assert_non_null(snq_chain_effect(c, 2));
    assert_null(snq_chain_effect(c, 3));
    snq_effect_free(one);
    snq_effect_free(two);
    snq_effect_free(three);
    snq_chain_free(c);
    snq_chain_free(NULL);
    rig_sound_free(&s);
    rig_sound_free(&want);
}

static void moves_what_is_named(void **state)
{
    snq_chain_plan p;
    check_ok(parse(text, &p));
    snq_chain *c;
    check_ok(snq_chain_new(&p, RATE, 1, &c));
    const int third = snq_chain_find(c, "2.makeup_db"),
              first = snq_chain_find(c, "compressor.makeup_db");
    assert_int_equal(first, snq_chain_find(c, "0.makeup_db"));
    assert_int_equal(third - first, 2 * SNQ_EFFECT_PARAMS_MAX);
    static const char *const none[] = {
        "",          ".",          "makeup_db",    "3.makeup_db",
        "0.nothing", "eq.gain_db", "02.makeup_db", "comp.makeup_db"
    };
    for (size_t i = 0; i < SNQ_COUNT(none); i++)
        assert_int_equal(snq_chain_find(c, none[i]), -1);
    snq_chain_move(c, third, -20);
    snq_chain_move(c, -1, -20);
    snq_chain_move(c, 100000, -20);
    snq_chain_bypass(c, 0, 1);
    snq_chain_bypass(c, 99, 1);
    rig_sound s = rig_sound_new(48000);
    rig_sine(&s, 1000, RATE, 0.1);
    snq_chain_run(c, NULL, s.left, s.right, s.n);
    check_near(rig_db(rig_tone(s.left + 24000, 24000, 1000, RATE)), -40, 0.01);
    snq_chain_free(c);
    rig_sound_free(&s);
}

static snq_status make(void *user, void **object)
{
    return snq_chain_new(user, RATE, 1, (snq_chain **)object);
}

static void unmake(void *object)
{
    snq_chain_free(object);
}

static void failing_allocations(void **state)
{
    snq_chain_plan p;
    check_ok(parse(text, &p));
    snq_sweep(make, unmake, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),        cmocka_unit_test(refuses_naming_the_place),
        cmocka_unit_test(refuses_a_thousand),      cmocka_unit_test(plans_are_built_by_hand),
        cmocka_unit_test(plays_as_its_effects_do), cmocka_unit_test(moves_what_is_named),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
