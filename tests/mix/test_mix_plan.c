// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "base/str.h"
#include "mix/engine/mix_plan.h"

static snq_status parse(const char *text, snq_mix_plan *out)
{
    snq_json_doc *doc;
    *out = (snq_mix_plan) { 0 };
    SNQ_TRY(snq_json_parse("mix.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_mix_plan_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static char *print(const snq_mix_plan *p)
{
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_mix_plan_json(&j, p);
    check_ok(snq_json_finish(&j));
    check_ok(text.st);
    char *copy = strdup(text.text);
    snq_str_clear(&text);
    return copy;
}

static const char full[] =
    "{\"schema\": \"sonique/mix/1\", \"strips\": ["
    "{\"name\": \"kick\", \"gain_db\": -3.5, \"pan\": 0.25, \"invert\": true, \"mute\": true},"
    "{\"name\": \"bass\", \"group\": \"low\", \"side_chain\": \"KICK\","
    " \"inserts\": [{\"effect\": \"compressor\", \"params\": {\"ratio\": 4}}],"
    " \"ducks\": [{\"by\": \"kick\", \"depth_db\": 9, \"threshold_db\": -20, \"range_db\": 6,"
    "  \"attack_ms\": 1, \"release_ms\": 200, \"freq_hz\": 70, \"q\": 0.8}, {\"by\": \"Kick\"}],"
    " \"sends\": [{\"bus\": \"room\", \"level_db\": -12, \"pre_fader\": true}]}],"
    "\"buses\": [{\"name\": \"low\"}, {\"name\": \"room\", \"gain_db\": -6,"
    " \"inserts\": [{\"effect\": \"eq\"}]}],"
    "\"master\": {\"inserts\": [{\"effect\": \"compressor\"}], \"target_lufs\": -9,"
    " \"ceiling_dbtp\": -0.5, \"bass_mono_hz\": 90}}";

static void reads_what_is_there(void **state)
{
    snq_mix_plan p;
    check_ok(parse(full, &p));
    assert_int_equal(p.strips, 2);
    assert_int_equal(p.buses, 2);
    const snq_strip_plan *k = &p.strip[0], *b = &p.strip[1];
    assert_true(k->gain_db == -3.5f && k->pan == 0.25f && k->invert && k->mute);
    assert_string_equal(b->group, "low");
    assert_string_equal(b->side_chain, "KICK");
    assert_int_equal(b->ducks, 2);
    assert_true(b->duck[0].depth_db == 9.0f && b->duck[0].freq_hz == 70.0f && b->duck[0].q == 0.8f);
    assert_true(b->duck[1].depth_db == 6.0f && b->duck[1].freq_hz == 0.0f); /* as usual */
    assert_true(b->send[0].pre_fader && b->send[0].level_db == -12.0f);
    assert_int_equal(b->inserts.links, 1);
    assert_int_equal(p.bus[1].inserts.links, 1);
    assert_true(p.bus[1].gain_db == -6.0f && p.master.target_lufs == -9.0f &&
                p.master.ceiling_dbtp == -0.5f && p.master.bass_mono_hz == 90.0f);
    assert_int_equal(p.master.inserts.links, 1);
    assert_int_equal(snq_mix_plan_strip(&p, "BASS"), 1);
    assert_int_equal(snq_mix_plan_strip(&p, ""), -1);
    assert_int_equal(snq_mix_plan_bus(&p, "Room"), 1);
    assert_int_equal(snq_mix_plan_bus(&p, ""), -1);
    snq_mix_plan_clear(&p);
}

static void there_and_back(void **state)
{
    snq_mix_plan p, q;
    check_ok(parse(full, &p));
    for (int k = 0; k < 2; k++) {
        p.master.target_lufs = k ? NAN : -9.0f;
        char *text = print(&p);
        check_ok(parse(text, &q));
        char *again = print(&q);
        assert_string_equal(text, again);
        assert_true(k ? isnan(q.master.target_lufs) : q.master.target_lufs == -9.0f);
        free(text);
        free(again);
        snq_mix_plan_clear(&q);
    }
    snq_mix_plan_clear(&p);
}

static void what_is_missing_is_as_usual(void **state)
{
    snq_mix_plan p;
    check_ok(parse("{\"schema\": \"sonique/mix/1\"}", &p));
    assert_true(p.strips == 0 && p.buses == 0 && p.master.target_lufs == -14.0f &&
                p.master.ceiling_dbtp == -1.0f && p.master.bass_mono_hz == 120.0f);
    check_ok(snq_mix_plan_check(&p));
    snq_mix_plan_clear(&p);
    snq_mix_plan_clear(&p);
}

#define PLAN(rest)  "{\"schema\": \"sonique/mix/1\", " rest "}"
#define STRIP(rest) PLAN("\"strips\": [{\"name\": \"a\"}, {\"name\": \"b\", " rest "}]")

static void hostile_plans_are_refused(void **state)
{
    static const struct {
        const char *text;
        snq_status st;
        const char *says;
    } tab[] = {
        { "[]", SNQ_ERR_FORMAT, "" },
        { "{}", SNQ_ERR_FORMAT, "schema" },
        { "{\"schema\": \"sonique/score/1\"}", SNQ_ERR_FORMAT, "sonique/mix/1" },
        { PLAN("\"strip\": []"), SNQ_ERR_FORMAT, "strip" },
        { PLAN("\"strips\": 3"), SNQ_ERR_FORMAT, "strips" },
        { PLAN("\"strips\": [3]"), SNQ_ERR_FORMAT, "strips[0]" },
        { PLAN("\"strips\": [{}]"), SNQ_ERR_FORMAT, "strips[0]" },
        { PLAN("\"strips\": [{\"name\": \"\"}]"), SNQ_ERR_FORMAT, "no name" },
        { PLAN("\"strips\": [{\"name\": \"a\"}, {\"name\": \"A\"}]"), SNQ_ERR_FORMAT,
          "two strips" },
        { STRIP("\"gain_db\": NaN"), SNQ_ERR_FORMAT, "" },
        { STRIP("\"gain_db\": 1e9"), SNQ_ERR_RANGE, "strips[1].gain_db" },
        { STRIP("\"gain_db\": 25"), SNQ_ERR_RANGE, "\"b\": gain_db 25" },
        { STRIP("\"gain_db\": \"loud\""), SNQ_ERR_FORMAT, "strips[1].gain_db" },
        { STRIP("\"pan\": -1.5"), SNQ_ERR_RANGE, "pan -1.5" },
        { STRIP("\"invert\": 1"), SNQ_ERR_FORMAT, "invert" },
        { STRIP("\"group\": \"x\""), SNQ_ERR_NOT_FOUND, "no bus \"x\"" },
        { STRIP("\"side_chain\": \"x\""), SNQ_ERR_NOT_FOUND, "\"x\"" },
        { STRIP("\"sends\": [{\"bus\": \"x\"}]"), SNQ_ERR_NOT_FOUND, "no bus \"x\"" },
        { STRIP("\"sends\": [{\"level_db\": 0}]"), SNQ_ERR_FORMAT, "sends[0]" },
        { STRIP("\"sends\": [{}, {}, {}, {}, {}]"), SNQ_ERR_TOO_BIG, "sends" },
        { STRIP("\"sends\": [{\"bus\": \"x\", \"levl_db\": 0}]"), SNQ_ERR_FORMAT, "levl_db" },
        { STRIP("\"ducks\": [{\"by\": \"x\"}]"), SNQ_ERR_NOT_FOUND, "no strip" },
        { STRIP("\"ducks\": [{\"by\": \"b\"}]"), SNQ_ERR_FORMAT, "by itself" },
        { STRIP("\"ducks\": [{\"by\": \"a\", \"depth_db\": -1}]"), SNQ_ERR_RANGE, "depth_db" },
        { STRIP("\"ducks\": [{\"by\": \"a\", \"q\": 99}]"), SNQ_ERR_RANGE, "q 99" },
        { STRIP("\"ducks\": [{\"by\": \"a\", \"release_ms\": 0}]"), SNQ_ERR_RANGE, "release_ms" },
        { STRIP("\"ducks\": {}"), SNQ_ERR_FORMAT, "list" },
        { STRIP("\"inserts\": [{\"effect\": \"magic\"}]"), SNQ_ERR_NOT_FOUND, "magic" },
        { STRIP("\"inserts\": [{\"effect\": \"eq\", \"params\": {\"x\": 1}}]"), SNQ_ERR_NOT_FOUND,
          "strips[1].inserts" },
        { PLAN("\"buses\": [{\"name\": \"\"}]"), SNQ_ERR_FORMAT, "no name" },
        { PLAN("\"buses\": [{\"name\": \"x\"}, {\"name\": \"X\"}]"), SNQ_ERR_FORMAT, "two buses" },
        { PLAN("\"buses\": [{\"name\": \"x\", \"gain_db\": 99}]"), SNQ_ERR_RANGE, "gain_db 99" },
        { PLAN("\"buses\": [{\"name\": \"x\", \"inserts\": [{\"effect\": \"compressor\"}]}]"),
          SNQ_ERR_FORMAT, "compressor is not linear" },
        { PLAN("\"buses\": [{\"name\": \"x\", \"inserts\": [{\"effect\": \"saturation\"}]}]"),
          SNQ_ERR_FORMAT, "saturation is not linear" },
        { PLAN("\"buses\": [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]"), SNQ_ERR_TOO_BIG,
          "buses" },
        { PLAN("\"master\": {\"target_lufs\": -3}"), SNQ_ERR_RANGE, "target_lufs" },
        { PLAN("\"master\": {\"ceiling_dbtp\": 1}"), SNQ_ERR_RANGE, "ceiling_dbtp" },
        { PLAN("\"master\": {\"bass_mono_hz\": 400}"), SNQ_ERR_RANGE, "bass_mono_hz" },
        { PLAN("\"master\": {\"inserts\": 5}"), SNQ_ERR_FORMAT, "inserts" },
        { PLAN("\"master\": {\"limiter\": 5}"), SNQ_ERR_FORMAT, "limiter" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_mix_plan p;
        const int64_t live = snq_alloc_live();
        const snq_status st = parse(tab[i].text, &p);
        if (st != tab[i].st || !strstr(snq_last_error(), tab[i].says))
            fail_msg("%s: %s: %s", tab[i].text, snq_status_name(st), snq_last_error());
        assert_null(p.strip);
        assert_int_equal(snq_alloc_live(), live);
    }
}

/* What a program may put together wrongly. */
static void broken_plans_are_refused(void **state)
{
    snq_mix_plan p;
    check_ok(snq_mix_plan_init(&p, 2));
    check_status(snq_mix_plan_check(&p), SNQ_ERR_FORMAT);
    snprintf(p.strip[0].name, sizeof p.strip[0].name, "a");
    snprintf(p.strip[1].name, sizeof p.strip[1].name, "b");
    check_ok(snq_mix_plan_check(&p));
    p.strip[0].gain_db = NAN;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_RANGE);
    p.strip[0].gain_db = 0.0f;
    p.strip[1].sends = 9;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_TOO_BIG);
    p.strip[1].sends = 0;
    p.strip[1].ducks = 9;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_TOO_BIG);
    p.strip[1].ducks = 0;
    p.buses = 99;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_TOO_BIG);
    p.buses = 1;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_FORMAT);
    p.buses = 0;
    snprintf(p.bus[0].name, sizeof p.bus[0].name, "x");
    p.buses = 1;
    p.strip[0].sends = 1;
    p.strip[0].send[0] = (snq_mix_send) { .bus = "x", .level_db = 13.0f };
    check_status(snq_mix_plan_check(&p), SNQ_ERR_RANGE);
    p.strip[0].sends = 0;
    p.master.target_lufs = INFINITY;
    check_status(snq_mix_plan_check(&p), SNQ_ERR_RANGE);
    p.master.target_lufs = NAN;
    check_ok(snq_mix_plan_check(&p));
    /* ducking each other is fine */
    for (int i = 0; i < 2; i++) {
        p.strip[i].ducks = 1;
        p.strip[i].duck[0] = (snq_mix_duck) {
            .depth_db = 3.0f, .range_db = 6.0f, .attack_ms = 1.0f, .release_ms = 50.0f, .q = 1.0f
        };
        snprintf(p.strip[i].duck[0].by, SNQ_MIX_NAME_MAX, "%s", p.strip[!i].name);
    }
    check_ok(snq_mix_plan_check(&p));
    snq_mix_plan_clear(&p);
}

static void a_thousand_strips_are_too_many(void **state)
{
    snq_mix_plan p;
    snq_str text;
    snq_str_init(&text, 1 << 20);
    snq_str_put(&text, "{\"schema\": \"sonique/mix/1\", \"strips\": [{\"name\": \"0\"}");
    for (int i = 1; i < 1000; i++)
        snq_str_putf(&text, ", {\"name\": \"%d\"}", i);
    snq_str_put(&text, "]}");
    check_ok(text.st);
    check_status(parse(text.text, &p), SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(snq_last_error(), "strips"));
    snq_str_clear(&text);
    check_status(snq_mix_plan_init(&p, 100000), SNQ_ERR_TOO_BIG);
    assert_null(p.strip);
}

static void fits_a_plan_to_a_score(void **state)
{
    const snq_mix_part part[] = { { "keys", "keys", -2.0f, 0.5f, NULL },
                                  { "Bass", "bass", -9.0f, 0.0f, NULL } };
    snq_mix_plan p, q;
    snq_warnings w = { 0 };
    check_ok(parse(full, &p));
    check_ok(snq_mix_plan_fit(&p, part, 2, &w, &q));
    check_ok(snq_mix_plan_check(&q));
    assert_int_equal(q.strips, 2);
    assert_true(q.strip[0].gain_db == -2.0f && q.strip[0].pan == 0.5f && q.strip[0].sends == 0);
    assert_string_equal(q.strip[1].name, "Bass");
    assert_true(q.strip[1].gain_db == 0.0f && q.strip[1].sends == 1);
    assert_int_equal(q.strip[1].ducks, 0); /* the kick is not there */
    assert_string_equal(q.strip[1].side_chain, "");
    assert_true(q.buses == 2 && q.master.target_lufs == -9.0f);
    assert_int_equal(w.count, 1);
    assert_non_null(strstr(w.item[0].message, "kick"));
    snq_mix_plan_clear(&q);
    check_ok(snq_mix_plan_fit(&p, part, 0, NULL, &q));
    assert_int_equal(q.strips, 0);
    snq_mix_plan_clear(&q);
    snq_mix_plan_clear(&p);
}

static snq_status make(void *user, void **out)
{
    static snq_mix_plan p;
    *out = NULL;
    SNQ_TRY(snq_mix_plan_init(&p, 3));
    *out = &p;
    return SNQ_OK;
}

static void unmake(void *p)
{
    snq_mix_plan_clear(p);
}

static void out_of_memory(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(what_is_missing_is_as_usual),
        cmocka_unit_test(hostile_plans_are_refused),
        cmocka_unit_test(broken_plans_are_refused),
        cmocka_unit_test(a_thousand_strips_are_too_many),
        cmocka_unit_test(fits_a_plan_to_a_score),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
