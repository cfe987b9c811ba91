// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "compose/brief.h"
#include "compose/style_drums.h"
#include "drum_piece.h"
#include "score/drum_keys.h"

static snq_status read_text(const char *text, snq_style_drums *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("style", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq__style_drums_read(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static void refuse(const char *text, snq_status want, const char *said)
{
    static snq_style_drums d;
    check_status(read_text(text, &d), want);
    if (!strstr(snq_last_error(), said))
        fail_msg("\"%s\" is not in: %s", said, snq_last_error());
}

static void nothing_said_is_a_plain_beat(void **state)
{
    static snq_style_drums said, unsaid;
    check_ok(read_text("{}", &said));
    snq__style_drums_default(&unsaid);
    assert_int_equal(unsaid.grooves, 1);
    assert_memory_equal(&said.groove[0], &unsaid.groove[0], sizeof said.groove[0]);
    assert_int_equal(unsaid.groove[0].lanes, 3);
    assert_int_equal(unsaid.groove[0].lane[1].key, SNQ_DRUM_SNARE);
    for (int k = 0; k < 16; k++)
        check_near(unsaid.groove[0].lane[1].chance[k], k % 8 == 4, 0.0);
    assert_int_equal(unsaid.fills, 1);
    assert_int_equal(unsaid.percussions, 0);
    assert_int_equal(unsaid.build.stages, 4);
    assert_int_equal(unsaid.fill_every, 8);
}

static const char all[] =
    "{\"feel\": \"half\", \"loyalty\": 0.25, \"fill_every\": 4, \"fill_chance\": 0.75,"
    " \"grooves\": [{\"name\": \"one\", \"weight\": 2, \"sections\": [\"verse\", \"drop\"], "
    "\"energy\": [0.2, 0.8],"
    "  \"qualities\": [\"broken\"], \"moods\": [\"dark\", \"sad\"], \"metre\": \"6/8\", \"bars\": "
    "2, \"lanes\": ["
    "   {\"key\": \"snare\", \"chance\": [0, 0.5, 1], \"accent\": [2, 0], \"ghost\": [0.1, 0.2], "
    "\"velocity\": 90,"
    "    \"ghost_velocity\": 20, \"energy\": [0.5, 1], \"roll\": [0, 1], \"roll_steps\": 4, "
    "\"roll_parts\": [3, 16], \"late\": -0.25},"
    "   {\"key\": \"clap\", \"doubles\": \"snare\"}]}],"
    " \"percussion\": [{\"lanes\": [{\"key\": \"shaker\"}]}],"
    " \"fills\": [{\"name\": \"f\", \"weight\": 3, \"steps\": 4, \"energy\": [0.1, 0.9], "
    "\"qualities\": [\"busy\"], \"keep\": [\"kick\"],"
    "  \"lanes\": [{\"key\": \"tom_low\", \"chance\": [1, 0], \"velocity\": 80, \"rise\": -0.5, "
    "\"parts\": 3}]}],"
    " \"build\": {\"keys\": [\"snare\", \"clap\"], \"bars\": 2, \"spacing\": [4, 0.5], "
    "\"velocity\": 10, \"velocity_end\": 20,"
    "  \"kick_until\": 0.5, \"gap_steps\": 3},"
    " \"crash\": {\"keys\": [\"crash\"], \"velocity\": 70, \"chance\": 0.5, \"energy\": 0.6},"
    " \"final\": {\"keys\": []}, \"dropout\": {\"keys\": [\"kick\"], \"steps\": 2, \"every\": 3, "
    "\"chance\": 1}}";

static void every_member_is_read(void **state)
{
    static snq_style_drums d;
    check_ok(read_text(all, &d));
    assert_int_equal(d.feel, SNQ_FEEL_HALF);
    check_near(d.loyalty, 0.25, 0.0);
    assert_int_equal(d.fill_every, 4);
    check_near(d.fill_chance, 0.75, 0.0);
    const snq_drum_groove *g = &d.groove[0];
    assert_string_equal(g->name, "one");
    check_near(g->weight, 2.0, 0.0);
    assert_int_equal(g->sections, 1u << SNQ_SECTION_verse | 1u << SNQ_SECTION_drop);
    assert_int_equal(g->qualities, 1u << SNQ_QUALITY_broken);
    assert_int_equal(g->moods, 1u << SNQ_MOOD_dark | 1u << SNQ_MOOD_sad);
    assert_int_equal(g->bar_steps, 12);
    assert_int_equal(g->steps, 24);
    const snq_drum_lane *l = &g->lane[0];
    assert_int_equal(l->key, SNQ_DRUM_SNARE);
    assert_int_equal(l->doubles, -1);
    assert_int_equal(l->period, 3);
    for (int k = 0; k < 24; k++) {
        check_near(l->chance[k], k % 3 * 0.5, 0.0);
        check_near(l->accent[k], k % 2 ? 0.0 : 2.0, 0.0);
        check_near(l->ghost[k], k % 2 ? 0.2 : 0.1, 1e-7);
        check_near(l->roll[k], k % 2, 0.0);
    }
    check_near(l->low, 0.5, 0.0);
    check_near(l->late_steps, -0.25, 0.0);
    assert_int_equal(l->roll_steps, 4);
    assert_int_equal(l->roll_choices, 2);
    assert_int_equal(l->roll_parts[1], 16);
    assert_int_equal(g->lane[1].doubles, 0);
    check_near(g->lane[1].chance[5], 1.0, 0.0);
    assert_int_equal(d.percussions, 1);
    check_near(d.percussion[0].lane[0].chance[0], 0.0, 0.0);
    assert_int_equal(d.fill[0].steps, 4);
    assert_int_equal(d.fill[0].keep[0], SNQ_DRUM_KICK);
    check_near(d.fill[0].lane[0].chance[2], 1.0, 0.0);
    check_near(d.fill[0].lane[0].rise, -0.5, 0.0);
    assert_int_equal(d.fill[0].lane[0].parts, 3);
    assert_int_equal(d.build.keys, 2);
    assert_int_equal(d.build.stages, 2);
    check_near(d.build.gap_steps, 3.0, 0.0);
    check_near(d.crash.energy, 0.6, 1e-6);
    assert_int_equal(d.final.keys, 0);
    assert_int_equal(d.dropout.every, 3);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    refuse("{\"grooves\": [{}, {\"lanes\": [{\"key\": \"kick\", \"chance\": [0,0,0,0,0]}]}]}",
           SNQ_ERR_RANGE, "style: grooves[1].lanes[0].chance: 5 items, 16 wanted");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"chance\": []}]}]}", SNQ_ERR_RANGE,
           "0 items");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"chance\": 1}]}]}", SNQ_ERR_FORMAT,
           "chance");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"chance\": [1.5]}]}]}", SNQ_ERR_RANGE,
           "chance[0]");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kik\"}]}]}", SNQ_ERR_RANGE, "no drum \"kik\"");
    refuse("{\"grooves\": [{\"lanes\": [{}]}]}", SNQ_ERR_FORMAT, "key");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"pitch\": 1}]}]}", SNQ_ERR_FORMAT,
           "pitch");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"clap\", \"doubles\": \"snare\"}]}]}",
           SNQ_ERR_RANGE, "no lane before");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"clap\", \"doubles\": 3}]}]}", SNQ_ERR_FORMAT,
           "doubles");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"energy\": [0.5]}]}]}", SNQ_ERR_RANGE,
           "1 items, 2 wanted");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"energy\": [0.5, 0.4]}]}]}",
           SNQ_ERR_RANGE, "0.5 is over 0.4");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"roll_parts\": [1]}]}]}",
           SNQ_ERR_RANGE, "roll_parts[0]");
    refuse("{\"grooves\": [{\"lanes\": [{\"key\": \"kick\", \"roll_parts\": [2,2,2,2,2,2,2]}]}]}",
           SNQ_ERR_TOO_BIG, "at most 6");
    refuse("{\"grooves\": [{\"metre\": \"13/4\"}]}", SNQ_ERR_RANGE, "grooves[0].metre");
    refuse("{\"grooves\": [{\"metre\": \"4/4x\"}]}", SNQ_ERR_RANGE, "metre");
    refuse("{\"grooves\": [{\"metre\": \"4/5\"}]}", SNQ_ERR_RANGE, "metre");
    refuse("{\"grooves\": [{\"metre\": \"-4/4\"}]}", SNQ_ERR_RANGE, "metre");
    refuse("{\"grooves\": [{\"metre\": \"3/2\", \"bars\": 3}]}", SNQ_ERR_RANGE, "bars");
    refuse("{\"grooves\": [{\"metre\": \"7/4\", \"bars\": 2}]}", SNQ_ERR_RANGE, "metre");
    refuse("{\"grooves\": [{\"sections\": [\"refrain\"]}]}", SNQ_ERR_FORMAT, "sections[0]");
    refuse("{\"grooves\": [{\"weight\": 0}]}", SNQ_ERR_RANGE, "weight");
    refuse("{\"grooves\": [3]}", SNQ_ERR_FORMAT, "grooves[0]");
    refuse("{\"grooves\": {}}", SNQ_ERR_FORMAT, "grooves");
    refuse("{\"fills\": [{\"steps\": 33}]}", SNQ_ERR_RANGE, "steps");
    refuse("{\"fills\": [{\"lanes\": [{\"key\": \"kick\", \"parts\": 5}]}]}", SNQ_ERR_RANGE,
           "parts");
    refuse("{\"fills\": [{\"keep\": [\"a\", 1]}]}", SNQ_ERR_RANGE, "keep[0]");
    refuse("{\"build\": {\"spacing\": [0]}}", SNQ_ERR_RANGE, "build.spacing[0]");
    refuse("{\"build\": {\"keys\": [\"kick\",\"kick\",\"kick\",\"kick\",\"kick\"]}}",
           SNQ_ERR_TOO_BIG, "build.keys");
    refuse("{\"crash\": []}", SNQ_ERR_FORMAT, "crash");
    refuse("{\"final\": {\"velocity\": 128}}", SNQ_ERR_RANGE, "final.velocity");
    refuse("{\"dropout\": {\"every\": 0}}", SNQ_ERR_RANGE, "dropout.every");
    refuse("{\"feel\": \"quick\"}", SNQ_ERR_FORMAT, "feel");
    refuse("{\"fill_every\": 0}", SNQ_ERR_RANGE, "fill_every");
    refuse("{\"loyalty\": 2}", SNQ_ERR_RANGE, "loyalty");
    refuse("{\"swing\": 2}", SNQ_ERR_FORMAT, "swing");
    refuse("[]", SNQ_ERR_FORMAT, "object");
}

/* Cut the document anywhere and put something else in: an error or a style, never more. */
static void damaged_styles_are_refused_or_read(void **state)
{
    static snq_style_drums d;
    static const char *const junk[] = {
        "0", "1", "null", "[]", "{}", "-1", "1e300", "\"\"", "true"
    };
    char text[sizeof all + 16];
    int read = 0;
    for (size_t i = 0; i < sizeof all - 1; i++) {
        if (!strchr("0123456789[{\"", all[i]))
            continue;
        for (size_t k = 0; k < sizeof junk / sizeof *junk; k++) {
            snq_json_doc *doc;
            const int n =
                snprintf(text, sizeof text, "%.*s%s%s", (int)i, all, junk[k], all + i + 1);
            if (snq_json_parse("damaged", text, (size_t)n, &doc) < 0)
                continue;
            const snq_json_ref root = snq_json_root(doc);
            const snq_status st = snq__style_drums_read(&root, &d);
            assert_true(st == SNQ_OK || st == SNQ_ERR_RANGE || st == SNQ_ERR_FORMAT ||
                        st == SNQ_ERR_TOO_BIG);
            read += st == SNQ_OK;
            snq_json_doc_free(doc);
        }
    }
    assert_true(read > 10);
}

static void every_style_has_grooves_for_every_section_and_energy(void **state)
{
    for (int i = 0; i < DRUM_STYLES; i++) {
        drum_piece p;
        drum_begin(&p, drum_styles[i], 1, 4, 4);
        const snq_style_drums *d = &p.style->drums;
        assert_true(d->grooves >= 3 && d->percussions >= 1 && d->fills >= 2);
        for (int section = 0; section < SNQ_SECTIONS; section++)
            for (float e = 0.0f; e <= 1.0f; e += 0.05f) {
                int fits = 0;
                for (uint32_t k = 0; k < d->grooves; k++) {
                    const snq_drum_groove *g = &d->groove[k];
                    fits += g->beat_unit == 4 && g->beats_per_bar == 4 &&
                            (g->sections >> section & 1u) && e >= g->low && e <= g->high;
                }
                if (!fits)
                    fail_msg("%s: nothing for a %s of energy %g", drum_styles[i],
                             snq_section_names[section], (double)e);
            }
        drum_end(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_a_plain_beat),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(damaged_styles_are_refused_or_read),
        cmocka_unit_test(every_style_has_grooves_for_every_section_and_energy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
