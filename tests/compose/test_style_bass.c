// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_piece.h"

static snq_status read(const char *text, snq_style_bass *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("test.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq__style_bass_read(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static void refused(const char *text, snq_status want, const char *why)
{
    snq_style_bass b;
    check_status(read(text, &b), want);
    if (!strstr(snq_last_error(), why))
        fail_msg("\"%s\" does not say \"%s\"", snq_last_error(), why);
}

static void test_default(void **state)
{
    snq_style_bass b, empty;
    (void)state;
    snq__style_bass_default(&b);
    assert_true(b.patterns >= 1 && b.high >= b.low + 12);
    for (uint32_t i = 0; i < b.patterns; i++) {
        assert_int_equal(strlen(b.pattern[i].notes), b.pattern[i].steps);
        assert_int_equal(strlen(b.pattern[i].touch), b.pattern[i].steps);
    }
    check_ok(read("{}", &empty));
    assert_memory_equal(&b, &empty, sizeof b);
}

static void test_all_members(void **state)
{
    snq_style_bass b;
    (void)state;
    check_ok(read(
        "{\"range\":[24,40],\"grid\":\"x...x...x...x...\",\"gate\":0.5,\"fill\":0.1,\"approach\":0."
        "2,"
        "\"chromatic\":0.3,\"octave\":0.4,\"slide\":0.5,\"rest\":0.6,\"vary\":0.7,\"under_kick\":0."
        "8,"
        "\"velocity\":90,\"accent\":100,\"ghost\":50,\"wobble\":[0.5,2],\"wobble_patch\":\"w\","
        "\"moves\":[{\"patch\":\"p\",\"target\":\"t\",\"between\":[100,200],\"bars\":4}],"
        "\"patterns\":[{\"name\":\"n\",\"way\":\"kick\",\"kick\":\"between\","
        "\"notes\":\"1-35781v246ax...1...............\",\"touch\":\".>o?/\",\"weight\":2,"
        "\"energy\":[0.25,0.75],\"sections\":[\"drop\",\"outro\"],\"qualities\":[\"heavy\"]}]}",
        &b));
    assert_int_equal(b.low, 24);
    assert_int_equal(b.high, 40);
    for (int i = 0; i < SNQ_BASS_GRID; i++)
        assert_int_equal(b.grid[i], i % 4 == 0);
    check_near((double)b.gate, 0.5, 1e-6);
    check_near((double)b.under_kick, 0.8, 1e-6);
    check_near((double)b.ghost, 50.0, 1e-6);
    assert_int_equal(b.wobbles, 2);
    check_near((double)b.wobble[1], 2.0, 1e-6);
    assert_string_equal(b.wobble_patch, "w");
    assert_int_equal(b.moves, 1);
    assert_string_equal(b.move[0].target, "t");
    assert_int_equal(b.move[0].bars, 4);
    assert_int_equal(b.patterns, 1);
    const snq_bass_pattern *const p = &b.pattern[0];
    assert_int_equal(p->way, SNQ_BASS_KICK);
    assert_int_equal(p->kick, SNQ_BASS_KICK_BETWEEN);
    assert_int_equal(p->steps, 32);
    assert_string_equal(p->touch, ".>o?/...........................");
    assert_int_equal(p->sections, 1 << SNQ_SECTION_drop | 1 << SNQ_SECTION_outro);
    assert_int_equal(p->qualities, 1u << SNQ_QUALITY_heavy);
    check_near((double)p->energy_min, 0.25, 1e-6);
}

static void test_refused(void **state)
{
    (void)state;
    refused("[]", SNQ_ERR_FORMAT, "object");
    refused("{\"rang\":[28,50]}", SNQ_ERR_FORMAT, "rang");
    refused("{\"range\":[28,39]}", SNQ_ERR_RANGE, "octave");
    refused("{\"range\":[50,28]}", SNQ_ERR_RANGE, "over");
    refused("{\"range\":[28]}", SNQ_ERR_FORMAT, "range: 1 items, 2 wanted");
    refused("{\"range\":[1,50]}", SNQ_ERR_RANGE, "range[0]");
    refused("{\"grid\":\"x\"}", SNQ_ERR_FORMAT, "grid: 1 steps, 16 wanted");
    refused("{\"grid\":\"x..o............\"}", SNQ_ERR_FORMAT, "step 4: 'o'");
    refused("{\"gate\":2}", SNQ_ERR_RANGE, "gate");
    refused("{\"fill\":\"x\"}", SNQ_ERR_FORMAT, "fill");
    refused("{\"wobble\":[0]}", SNQ_ERR_RANGE, "wobble[0]");
    refused("{\"wobble\":[1,1,1,1,1,1,1,1,1]}", SNQ_ERR_TOO_BIG, "9 items, at most 8");
    refused("{\"moves\":[{\"patch\":\"p\",\"target\":\"t\"}]}", SNQ_ERR_FORMAT, "between");
    refused("{\"moves\":[{\"patch\":\"p\",\"target\":\"t\",\"between\":[1,2],\"bars\":0}]}",
            SNQ_ERR_RANGE, "moves[0].bars");
    refused("{\"patterns\":[]}", SNQ_ERR_FORMAT, "no pattern");
    refused("{\"patterns\":[{}]}", SNQ_ERR_FORMAT, "patterns[0]");
    refused("{\"patterns\":[{\"notes\":\"1...\"}]}", SNQ_ERR_FORMAT, "patterns[0].notes: 4 steps");
    refused("{\"patterns\":[{\"notes\":\"\"}]}", SNQ_ERR_FORMAT, "0 steps");
    refused("{\"patterns\":[{\"notes\":\"................\"}]}", SNQ_ERR_FORMAT, "no note");
    refused("{\"patterns\":[{\"notes\":\"1..R............\"}]}", SNQ_ERR_FORMAT, "step 4: 'R'");
    refused("{\"patterns\":[{\"notes\":\"1..\xC3\xA9............\"}]}", SNQ_ERR_FORMAT, "step 4");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"touch\":\"!\"}]}", SNQ_ERR_FORMAT,
            "patterns[0].touch: step 1");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"touch\":\".................\"}]}",
            SNQ_ERR_FORMAT, "17 steps, at most 16");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"way\":\"run\"}]}", SNQ_ERR_FORMAT,
            "way");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"sections\":[\"hall\"]}]}",
            SNQ_ERR_FORMAT, "sections[0]");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"weight\":0}]}", SNQ_ERR_RANGE,
            "weight");
    refused("{\"patterns\":[{\"notes\":\"1...............\",\"energy\":[0.8,0.2]}]}", SNQ_ERR_RANGE,
            "energy");
}

static snq_status bass_part(const snq_json_ref *at, void *out)
{
    return snq__style_bass_read(at, out);
}

/* Every style has its own bass, which keeps to its own grid. */
static void test_styles(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        snq_style_bass b;
        assert_true(made_read_part(made_styles[i], "bass", &b, bass_part));
        assert_true(b.patterns >= 3);
        for (uint32_t k = 0; k < b.patterns; k++)
            for (int s = 0; s < b.pattern[k].steps; s++)
                if (b.pattern[k].notes[s] != '.' && b.pattern[k].notes[s] != '-' && !b.grid[s % 16])
                    fail_msg("%s: %s: step %d is not on the grid", made_styles[i],
                             b.pattern[k].name, s + 1);
        /* whatever the energy, something suits */
        for (int e = 0; e <= 10; e++) {
            int any = 0;
            for (uint32_t k = 0; k < b.patterns; k++)
                any |= (double)b.pattern[k].energy_min <= e / 10.0 + 1e-6 &&
                       (double)b.pattern[k].energy_max >= e / 10.0 - 1e-6;
            if (!any)
                fail_msg("%s: no pattern for energy %.1f", made_styles[i], e / 10.0);
        }
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
