// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_piece.h"

static snq_status read(const char *text, snq_style_melody *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("test.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq__style_melody_read(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static void refused(const char *text, snq_status want, const char *why)
{
    snq_style_melody m;
    check_status(read(text, &m), want);
    if (!strstr(snq_last_error(), why))
        fail_msg("\"%s\" does not say \"%s\"", snq_last_error(), why);
}

static void test_default(void **state)
{
    snq_style_melody m, empty;
    (void)state;
    snq__style_melody_default(&m);
    assert_true(m.rhythms >= 1 && m.plans >= 1 && m.high >= m.low + 10);
    for (uint32_t i = 0; i < m.rhythms; i++)
        assert_int_equal(strlen(m.rhythm[i].notes), SNQ_MELODY_STEPS);
    check_ok(read("{}", &empty));
    assert_memory_equal(&m, &empty, sizeof m);
}

static void test_all_members(void **state)
{
    snq_style_melody m;
    (void)state;
    check_ok(
        read("{\"range\":[50,70],\"leaps\":0.1,\"repeats\":0.2,\"pentatonic\":0.3,\"blue\":0.4,"
             "\"chromatic\":0.5,\"hook\":0.6,\"ornament\":0.7,\"pickup\":0.8,\"answer\":0.9,"
             "\"gate\":1.1,\"velocity\":80,\"accent\":110,\"rhythms\":[{\"notes\":"
             "\"X--x...x--------\",\"place\":\"close\",\"weight\":3,\"energy\":[0.5,0.6]}],"
             "\"plans\":[\"AB\",{\"bars\":\"ABacABaD\",\"weight\":4}],\"vocal\":{\"range\":[50,64],"
             "\"way\":\"chops\",\"phrase_s\":3,\"density\":0.2}}",
             &m));
    assert_int_equal(m.low, 50);
    assert_int_equal(m.high, 70);
    check_near((double)m.blue, 0.4, 1e-6);
    check_near((double)m.gate, 1.1, 1e-6);
    assert_int_equal(m.rhythms, 1);
    assert_string_equal(m.rhythm[0].notes, "X--x...x--------");
    assert_int_equal(m.rhythm[0].place, SNQ_MELODY_CLOSE);
    check_near((double)m.rhythm[0].energy_max, 0.6, 1e-6);
    assert_int_equal(m.plans, 2);
    assert_string_equal(m.plan[1].bars, "ABacABaD");
    check_near((double)m.plan[1].weight, 4.0, 1e-6);
    assert_int_equal(m.vocal.way, SNQ_VOCAL_CHOPS);
    assert_int_equal(m.vocal.high, 64);
    check_near((double)m.vocal.phrase_s, 3.0, 1e-6);
}

static void test_refused(void **state)
{
    (void)state;
    refused("7", SNQ_ERR_FORMAT, "object");
    refused("{\"leap\":1}", SNQ_ERR_FORMAT, "leap");
    refused("{\"leaps\":1.5}", SNQ_ERR_RANGE, "leaps");
    refused("{\"range\":[60,69]}", SNQ_ERR_RANGE, "less than 10");
    refused("{\"range\":[69,60]}", SNQ_ERR_RANGE, "over");
    refused("{\"range\":[60,70,80]}", SNQ_ERR_FORMAT, "3 items, 2 wanted");
    refused("{\"rhythms\":[]}", SNQ_ERR_FORMAT, "empty");
    refused("{\"rhythms\":[{\"notes\":\"x---\"}]}", SNQ_ERR_FORMAT, "rhythms[0].notes: 4 steps");
    refused("{\"rhythms\":[{\"notes\":\"x---y-----------\"}]}", SNQ_ERR_FORMAT, "4 steps");
    refused("{\"rhythms\":[{\"notes\":\"................\"}]}", SNQ_ERR_FORMAT, "no note");
    refused("{\"rhythms\":[{\"notes\":\"x---x---x---x---\",\"place\":\"end\"}]}", SNQ_ERR_FORMAT,
            "place");
    refused("{\"rhythms\":[{\"note\":\"x---x---x---x---\"}]}", SNQ_ERR_FORMAT, "note");
    refused("{\"plans\":[]}", SNQ_ERR_FORMAT, "empty");
    refused("{\"plans\":[\"A\"]}", SNQ_ERR_FORMAT, "plans[0]");
    refused("{\"plans\":[\"AZ\"]}", SNQ_ERR_FORMAT, "plans[0]");
    refused("{\"plans\":[\"....\"]}", SNQ_ERR_FORMAT, "silence");
    refused("{\"plans\":[{\"bars\":\"AB\",\"weight\":0}]}", SNQ_ERR_RANGE, "plans[0].weight");
    refused("{\"plans\":[\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\","
            "\"A\"]}",
            SNQ_ERR_TOO_BIG, "13 items, at most 12");
    refused("{\"vocal\":[]}", SNQ_ERR_FORMAT, "vocal");
    refused("{\"vocal\":{\"range\":[40,60]}}", SNQ_ERR_RANGE, "vocal.range");
    refused("{\"vocal\":{\"way\":\"rap\"}}", SNQ_ERR_FORMAT, "vocal.way");
    refused("{\"vocal\":{\"phrase_s\":60}}", SNQ_ERR_RANGE, "vocal.phrase_s");
}

static snq_status melody_part(const snq_json_ref *at, void *out)
{
    return snq__style_melody_read(at, out);
}

/* Every style sings in its own way, within what a phrase needs: somewhere to begin, somewhere to end. */
static void test_styles(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        snq_style_melody m;
        int closes = 0;
        assert_true(made_read_part(made_styles[i], "melody", &m, melody_part));
        assert_true(m.rhythms >= 6 && m.plans >= 3);
        for (uint32_t k = 0; k < m.rhythms; k++)
            closes += m.rhythm[k].place == SNQ_MELODY_CLOSE;
        assert_true(closes >= 2);
        assert_true((double)m.vocal.phrase_s <= 6.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
