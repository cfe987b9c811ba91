// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "compose/brief.h"
#include "compose/style_harmony.h"
#include "compose/theory.h"
#include "harmony_piece.h"

static snq_style_harmony made;

static snq_status read_text(const char *text, snq_style_harmony *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("style.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq__style_harmony_read(&root, out);
    snq_json_doc_free(doc);
    return st;
}

/* What no style may break: the bounds of the header. */
static void check_style(const snq_style_harmony *h)
{
    unsigned loops = 0, finals = 0;
    for (size_t i = 0; i < h->progressions; i++) {
        const snq_harmony_loop *const l = &h->progression[i];
        loops |= l->modes;
        assert_true(l->steps > 0 && l->bars > 0 && l->weight > 0);
        assert_int_equal(l->step[0].bar + l->step[0].part, 0);
        for (size_t k = 0; k < l->steps; k++) {
            snq_chord c;
            assert_true(l->step[k].part < l->step[k].parts && l->step[k].bar < l->bars);
            for (int m = 0; m < SNQ_MODES; m++)
                check_ok(snq_chord_from_numeral(l->step[k].numeral, 0, m, &c));
        }
    }
    for (size_t i = 0; i < h->endings; i++)
        finals |= h->ending[i].cadence == SNQ_CADENCE_final ? h->ending[i].modes : 0;
    assert_int_equal(loops, (1u << SNQ_MODES) - 1);
    assert_int_equal(finals, (1u << SNQ_MODES) - 1);
    for (size_t i = 0; i < h->endings; i++) { /* the end is the tonic */
        const snq_harmony_loop *const l = &h->ending[i];
        snq_chord c;
        check_ok(snq_chord_from_numeral(l->step[l->steps - 1].numeral, 0, 0, &c));
        assert_true(l->cadence != SNQ_CADENCE_final || c.root == 0);
    }
    assert_true(h->chords.rhythms > 0 && h->arpeggio.patterns > 0);
    for (size_t i = 0; i < h->chords.rhythms; i++)
        assert_int_equal(strlen(h->chords.rhythm[i].step), h->chords.rhythm[i].steps);
}

static void the_default(void **state)
{
    snq__style_harmony_default(&made);
    check_style(&made);
    assert_int_equal(made.phrase_bars, 4);
    snq_style_harmony empty;
    check_ok(read_text("{}", &empty));
    assert_memory_equal(&empty, &made, sizeof made);
}

static void all_styles(void **state)
{
    unsigned played = 0;
    for (int i = 0; i < HARMONY_STYLES; i++) {
        harmony_piece p;
        harmony_begin(&p, harmony_styles[i], 1, SNQ_MODE_minor);
        check_style(&p.style->harmony);
        snq__style_harmony_default(&made);
        played += memcmp(&made, &p.style->harmony, sizeof made) != 0;
        harmony_end(&p);
    }
    assert_int_equal(played, HARMONY_STYLES);
}

static void charts(void **state)
{
    snq_harmony_loop l;
    check_ok(snq__harmony_chart("i - - V7|  VI7 iv | % | - VII  |%", &l));
    static const snq_harmony_step want[] = {
        { "i", 0, 0, 4 },   { "V7", 0, 3, 4 }, { "VI7", 1, 0, 2 }, { "iv", 1, 1, 2 },
        { "VI7", 2, 0, 2 }, { "iv", 2, 1, 2 }, { "VII", 3, 1, 2 }, { "VII", 4, 1, 2 },
    };
    assert_int_equal(l.bars, 5);
    assert_int_equal(l.steps, SNQ_COUNT(want));
    assert_memory_equal(l.step, want, sizeof want);
    static const char *const bad[] = { "",        "|",
                                       "- i",     "%",
                                       "i |",     "i || i",
                                       "i j",     "i i i i i i i i i",
                                       "i | I5x", "i | iiiiiiiiiiiiiiiiiiii" };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        check_status(snq__harmony_chart(bad[i], &l), SNQ_ERR_FORMAT);
    char many[400] = "i";
    for (int i = 0; i < 32; i++)
        strcat(many, "|i");
    check_status(snq__harmony_chart(many, &l), SNQ_ERR_FORMAT); /* 33 bars */
    many[0] = '\0';
    for (int i = 0; i < 13; i++)
        strcat(many, i ? "|i i i i" : "i i i i");
    check_status(snq__harmony_chart(many, &l), SNQ_ERR_FORMAT); /* 52 chords */
}

static void a_section(void **state)
{
    check_ok(read_text(
        "{\"phrase_bars\":8,\"cadence\":0.25,\"contrast\":1,"
        "\"colours\":[{\"triad\":1},{\"7\":2},{\"9\":1},{\"11\":1},{\"13\":1,\"sus4\":3}],"
        "\"substitutions\":{\"tritone\":0.5},"
        "\"progressions\":[{\"bars\":\"i | iv\",\"modes\":[\"minor\"],\"moods\":[\"sad\",\"dark\"],"
        "\"sections\":[\"verse\"],\"complexity\":[2,4],\"weight\":3}],"
        "\"cadences\":[{\"kind\":\"final\",\"bars\":\"V | i\",\"modes\":[\"minor\"]}],"
        "\"chords\":{\"range\":[50,72],\"voices\":4,\"voicings\":{\"drop2\":1},\"velocity\":90,"
        "\"rhythms\":[{\"name\":\"a\",\"pattern\":\"x---1-2-b-t-u-da\",\"sections\":[\"drop\"],"
        "\"qualities\":[\"busy\"],\"energy\":[0.5,1],\"gate\":0.5,\"strum\":0.2,\"weight\":2}]},"
        "\"pad\":{\"range\":[48,70],\"voices\":5,\"voicings\":{\"spread\":2},\"tie\":0,\"swell\":1}"
        ","
        "\"arpeggio\":{\"range\":[60,90],\"velocity\":70,\"patterns\":[{\"shape\":\"euclid\","
        "\"octaves\":3,\"pulses\":3,\"of\":8,\"accent\":0,\"rate\":0.5,\"gate\":2,"
        "\"energy\":[0,0.5],\"qualities\":[\"rolling\"],\"weight\":2}]}}",
        &made));
    check_style(&made);
    assert_int_equal(made.phrase_bars, 8);
    check_near((double)made.colour[4][SNQ_COLOUR_sus4], 3, 1e-9);
    check_near((double)made.substitution[SNQ_SUBSTITUTION_tritone], 0.5, 1e-9);
    check_near((double)made.substitution[SNQ_SUBSTITUTION_inversion], 0, 1e-9);
    const snq_harmony_loop *const l = &made.progression[0];
    assert_int_equal(l->modes, 1u << SNQ_MODE_minor);
    assert_int_equal(l->moods, 1u << SNQ_MOOD_sad | 1u << SNQ_MOOD_dark);
    assert_int_equal(l->sections, 1u << SNQ_SECTION_verse);
    assert_int_equal(l->complexity * 10 + l->complexity_max, 24);
    assert_int_equal(made.chords.voicing.low, 50);
    assert_int_equal(made.chords.rhythm[0].qualities, 1u << SNQ_QUALITY_busy);
    assert_int_equal(made.pad.voicing.voices, 5);
    assert_int_equal(made.arpeggio.pattern[0].shape, SNQ_ARPEGGIO_euclid);
    check_near((double)made.arpeggio.pattern[0].gate, 2, 1e-9);
}

/* What is wrong is said, and where. */
static void errors(void **state)
{
    static const struct {
        const char *text, *says;
        snq_status st;
    } tab[] = {
        { "{\"foo\":1}", "foo", SNQ_ERR_FORMAT },
        { "{\"phrase_bars\":0}", "phrase_bars", SNQ_ERR_RANGE },
        { "{\"cadence\":1.5}", "cadence", SNQ_ERR_RANGE },
        { "{\"contrast\":-1}", "contrast", SNQ_ERR_RANGE },
        { "{\"colours\":[{\"7\":1}]}", "colours: 1 items, 5 wanted", SNQ_ERR_FORMAT },
        { "{\"colours\":[1,1,1,1,1]}", "colours[0]", SNQ_ERR_FORMAT },
        { "{\"colours\":{}}", "colours", SNQ_ERR_FORMAT },
        { "{\"colours\":[{},{},{},{},{}]}", "all weights are 0", SNQ_ERR_RANGE },
        { "{\"colours\":[{\"8\":1},{},{},{},{}]}", "colours[0]", SNQ_ERR_FORMAT },
        { "{\"substitutions\":{\"foo\":1}}", "foo", SNQ_ERR_FORMAT },
        { "{\"substitutions\":{\"pedal\":2}}", "substitutions.pedal", SNQ_ERR_RANGE },
        { "{\"progressions\":[]}", "progressions: 0 items", SNQ_ERR_TOO_BIG },
        { "{\"progressions\":[1]}", "progressions[0]", SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"bars\":\"i\"}]}", "modes", SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"modes\":[\"minor\"]}]}", "bars", SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"bars\":\"i | q\",\"modes\":[\"minor\"]}]}",
          "progressions[0].bars: \"q\" is no numeral", SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"bars\":\"i\",\"modes\":[\"blue\"]}]}", "modes[0]",
          SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"bars\":\"i\",\"modes\":[\"minor\"],\"complexity\":[3]}]}",
          "complexity: 1 items, 2 wanted", SNQ_ERR_FORMAT },
        { "{\"progressions\":[{\"bars\":\"i\",\"modes\":[\"minor\"],\"complexity\":[4,3]}]}",
          "4 is over 3", SNQ_ERR_RANGE },
        { "{\"progressions\":[{\"bars\":\"i\",\"modes\":[\"minor\"],\"weight\":0}]}", "weight",
          SNQ_ERR_RANGE },
        { "{\"cadences\":[{\"bars\":\"i\",\"modes\":[\"minor\"]}]}", "kind", SNQ_ERR_FORMAT },
        { "{\"cadences\":[{\"kind\":\"odd\",\"bars\":\"i\",\"modes\":[\"minor\"]}]}", "kind",
          SNQ_ERR_FORMAT },
        { "{\"chords\":1}", "chords", SNQ_ERR_FORMAT },
        { "{\"chords\":{\"range\":[60,70]}}", "under 16 semitones", SNQ_ERR_RANGE },
        { "{\"chords\":{\"voicings\":{\"close\":0}}}", "all weights are 0", SNQ_ERR_RANGE },
        { "{\"chords\":{\"voices\":7}}", "voices", SNQ_ERR_RANGE },
        { "{\"chords\":{\"rhythms\":[{\"name\":\"a\",\"pattern\":\"x\"}]}}", "1 steps, 16",
          SNQ_ERR_FORMAT },
        { "{\"chords\":{\"rhythms\":[{\"name\":\"a\",\"pattern\":\"x--------------y\"}]}}",
          "rhythms[0].pattern: step 16", SNQ_ERR_FORMAT },
        { "{\"chords\":{\"rhythms\":[{\"name\":\"a\",\"pattern\":\"----------------\"}]}}",
          "nothing is played", SNQ_ERR_FORMAT },
        { "{\"chords\":{\"rhythms\":[{\"pattern\":\"x---------------\"}]}}", "name",
          SNQ_ERR_FORMAT },
        { "{\"pad\":{\"tie\":2}}", "pad.tie", SNQ_ERR_RANGE },
        { "{\"pad\":[]}", "pad", SNQ_ERR_FORMAT },
        { "{\"arpeggio\":{\"range\":[60,61]}}", "under 16 semitones", SNQ_ERR_RANGE },
        { "{\"arpeggio\":{\"patterns\":[{\"shape\":\"round\"}]}}", "shape", SNQ_ERR_FORMAT },
        { "{\"arpeggio\":{\"patterns\":[{}]}}", "shape", SNQ_ERR_FORMAT },
        { "{\"arpeggio\":{\"patterns\":[{\"shape\":\"euclid\",\"pulses\":9,\"of\":8}]}}",
          "9 pulses are over 8", SNQ_ERR_RANGE },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const snq_status st = read_text(tab[i].text, &made);
        if (st != tab[i].st || !strstr(snq_last_error(), tab[i].says))
            fail_msg("%s: %s: %s", tab[i].text, snq_status_name(st), snq_last_error());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default), cmocka_unit_test(all_styles), cmocka_unit_test(charts),
        cmocka_unit_test(a_section),   cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
