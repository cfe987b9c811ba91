// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "whole_piece.h"

static snq_sound_table *sounds;

static int begin(void **state)
{
    sounds = sounds_of_tree();
    return 0;
}

static int end(void **state)
{
    snq_free(sounds);
    return 0;
}

static snq_form *plan(const snq_style *style, const snq_brief *b, uint64_t seed, snq_intent *in)
{
    static snq_form f;
    check_ok(snq_intent_decide(b, style, sounds, seed, in));
    const snq_status st = snq_form_plan(b, in, &f);
    if (st < 0)
        fail_msg("%s, %d bars: %s", style->id, in->bars, snq_last_error());
    check_form(&f, in);
    return &f;
}

/* Sections of a kind, without the stretches that go on with one ("Intro b"). */
static uint32_t count_of(const snq_form *f, int section, int32_t *bars, int32_t *shortest)
{
    uint32_t n = 0;
    int32_t run = 0;
    *bars = 0;
    *shortest = INT32_MAX;
    for (uint32_t i = 0; i <= f->sections; i++) {
        const snq_form_section *s = i < f->sections ? &f->section[i] : NULL;
        const size_t length = s ? strlen(s->name) : 0;
        const int goes_on = s && length > 2 && s->name[length - 2] == ' ' &&
                            s->name[length - 1] >= 'b' && s->name[length - 1] <= 'z';
        if (!goes_on && run) {
            *shortest = run < *shortest ? run : *shortest;
            run = 0;
        }
        if (!s || s->section != section)
            continue;
        n += !goes_on;
        run += s->bars;
        *bars += s->bars;
    }
    return n;
}

static uint32_t how_many(const snq_form *f, int section)
{
    int32_t bars, shortest;
    return count_of(f, section, &bars, &shortest);
}

static int32_t how_long(const snq_form *f, int section)
{
    int32_t bars, shortest;
    count_of(f, section, &bars, &shortest);
    return bars;
}

static void every_length_is_filled(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (int32_t bars = 1; bars <= 256; bars++) {
            snq_brief b = brief_of("{}");
            snq_intent in;
            b.bars = bars;
            for (uint64_t seed = 0; seed < 3; seed++)
                plan(style, &b, seed * 77 + (uint64_t)bars, &in);
            snq_brief_clear(&b);
        }
        snq_brief b = brief_of("{\"length\":{\"bars\":4096}}");
        snq_intent in;
        const snq_form *f = plan(style, &b, 1, &in);
        assert_true(f->sections > 16);
        snq_brief_clear(&b);
        snq_style_free(style);
    }
}

/* From eight bars a phrase on, sections are whole fours; the odd bars are in one or two of them. */
static void lengths_are_phrases(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (int32_t bars = 64; bars < 160; bars += 5) {
            snq_brief b = brief_of("{}");
            snq_intent in;
            b.bars = bars;
            const snq_form *f = plan(style, &b, (uint64_t)bars, &in);
            uint32_t odd = 0;
            for (uint32_t i = 0; i < f->sections; i++)
                odd += f->section[i].bars % 2 != 0;
            if (odd > (bars % 4 ? 1u : 0u))
                fail_msg("%s: %u odd sections in %d bars", style->id, odd, bars);
            snq_brief_clear(&b);
        }
        snq_style_free(style);
    }
}

/* Tension and release: the loudest section lies in the second half or close to it, and the piece neither begins nor
 * ends with it; tracks enter one after the other. */
static void energy_has_a_shape(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (uint64_t seed = 0; seed < 6; seed++) {
            snq_brief b = brief_of("{}");
            snq_intent in;
            const snq_form *f = plan(style, &b, seed, &in);
            uint32_t top = 0;
            for (uint32_t i = 0; i < f->sections; i++)
                if (f->section[i].energy_end >= f->section[top].energy_end)
                    top = i;
            assert_true(top > 0 && top + 1 < f->sections);
            assert_true(f->section[top].bar + f->section[top].bars > f->bars * 4 / 10);
            if (snq_form_energy(f, 0) >= snq_form_energy(f, f->section[top].bar))
                fail_msg("%s begins at its loudest", style->id);
            assert_true(snq_form_energy(f, f->bars - 1) < f->section[top].energy_end);
            int32_t first = __builtin_popcount(f->section[0].active),
                    most = __builtin_popcount(f->section[top].active);
            assert_true(first < most || in.tracks < 4);
            snq_brief_clear(&b);
        }
        snq_style_free(style);
    }
}

static void energy_goes_straight_from_end_to_end(void **state)
{
    snq_style *style = style_of_tree("trance");
    snq_brief b = brief_of("{}");
    snq_intent in;
    const snq_form *f = plan(style, &b, 1, &in);
    for (uint32_t i = 0; i < f->sections; i++) {
        const snq_form_section *s = &f->section[i];
        check_near(snq_form_energy(f, s->bar), s->energy, 1e-6);
        if (s->bars > 1)
            check_near(snq_form_energy(f, s->bar + s->bars - 1), s->energy_end, 1e-6);
    }
    snq_brief_clear(&b);
    snq_style_free(style);
}

/* ---------------------------------------------------------------- wishes */

static const char *const all[] = { "techno",  "trance", "rock",      "jazz",
                                   "ambient", "lofi",   "cinematic", "trap" };

static void counts_are_counts(void **state)
{
    static const struct {
        const char *brief;
        int section;
        uint32_t n;
    } row[] = {
        { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:1\"}]}", SNQ_SECTION_drop, 1 },
        { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:3\"}]}", SNQ_SECTION_drop, 3 },
        { "{\"structure\":[{\"section\":\"verse\",\"quality\":\"count:4\"}]}", SNQ_SECTION_verse,
          4 },
        { "{\"structure\":[{\"section\":\"chorus\",\"quality\":\"count:2\"}]}", SNQ_SECTION_chorus,
          2 },
        { "{\"structure\":[{\"section\":\"bridge\",\"quality\":\"count:1\"}]}", SNQ_SECTION_bridge,
          1 },
        { "{\"structure\":[{\"section\":\"intro\",\"quality\":\"none\"}]}", SNQ_SECTION_intro, 0 },
        { "{\"structure\":[{\"section\":\"break\",\"quality\":\"none\"}]}", SNQ_SECTION_break, 0 },
        { "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:12\"}]}", SNQ_SECTION_drop,
          12 },
    };
    for (size_t g = 0; g < SNQ_COUNT(all); g++) {
        snq_style *style = style_of_tree(all[g]);
        for (size_t i = 0; i < SNQ_COUNT(row); i++) {
            snq_brief b = brief_of(row[i].brief);
            snq_intent in;
            const snq_form *f = plan(style, &b, i, &in);
            const uint32_t n = how_many(f, row[i].section);
            if (n != row[i].n)
                fail_msg("%s: %s: %u of them", all[g], row[i].brief, n);
            snq_brief_clear(&b);
        }
        snq_style_free(style);
    }
}

static void bars_are_bars(void **state)
{
    for (size_t g = 0; g < SNQ_COUNT(all); g++) {
        snq_style *style = style_of_tree(all[g]);
        snq_brief b = brief_of("{\"structure\":[{\"section\":\"intro\",\"quality\":\"bars:6\"},"
                               "{\"section\":\"drop\",\"quality\":\"bars:20\"},"
                               "{\"section\":\"drop\",\"quality\":\"count:2\"}]}");
        snq_intent in;
        const snq_form *f = plan(style, &b, g, &in);
        assert_int_equal(how_many(f, SNQ_SECTION_intro), 1);
        assert_int_equal(how_long(f, SNQ_SECTION_intro), 6);
        assert_int_equal(how_many(f, SNQ_SECTION_drop), 2);
        assert_int_equal(how_long(f, SNQ_SECTION_drop), 40);
        b.bars = 52;
        f = plan(style, &b, g, &in);
        assert_int_equal(how_long(f, SNQ_SECTION_drop), 40);
        b.bars = 40; /* there is no room for that */
        check_ok(snq_intent_decide(&b, style, sounds, g, &in));
        check_status(snq_form_plan(&b, &in, &(snq_form) { 0 }), SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), "don't fit into 40 bars"));
        snq_brief_clear(&b);
        snq_style_free(style);
    }
}

static void long_is_longer_than_short(void **state)
{
    for (size_t g = 0; g < SNQ_COUNT(all); g++) {
        snq_style *style = style_of_tree(all[g]);
        for (int section = 0; section < SNQ_SECTIONS; section++) {
            int32_t bars[2];
            for (int is_long = 0; is_long < 2; is_long++) {
                char text[128];
                snprintf(text, sizeof text,
                         "{\"length\":{\"bars\":120},\"structure\":[{\"section\":\"%s\","
                         "\"quality\":\"%s\"}]}",
                         snq_section_names[section], is_long ? "long" : "short");
                snq_brief b = brief_of(text);
                snq_intent in;
                const snq_form *f = plan(style, &b, 4, &in);
                bars[is_long] = how_long(f, section);
                assert_true(bars[is_long] > 0);
                snq_brief_clear(&b);
            }
            if (bars[1] <= bars[0])
                fail_msg("%s: a long %s has %d bars, a short one %d", all[g],
                         snq_section_names[section], bars[1], bars[0]);
        }
        snq_style_free(style);
    }
}

static void what_can_not_be_is_said(void **state)
{
    snq_style *style = style_of_tree("house");
    snq_intent in;
    snq_form f;
    snq_brief none = brief_of(
        "{\"structure\":[{\"section\":\"intro\",\"quality\":\"none\"},{\"section\":\"verse\","
        "\"quality\":\"none\"},{\"section\":\"break\",\"quality\":\"none\"},{\"section\":\"build\","
        "\"quality\":\"none\"},{\"section\":\"drop\",\"quality\":\"none\"},{\"section\":\"outro\","
        "\"quality\":\"none\"}]}");
    check_ok(snq_intent_decide(&none, style, sounds, 1, &in));
    check_status(snq_form_plan(&none, &in, &f), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "no section is left"));
    snq_brief many = brief_of(
        "{\"structure\":[{\"section\":\"drop\",\"quality\":\"count:99\"},{\"section\":\"verse\","
        "\"quality\":\"count:99\"},{\"section\":\"break\",\"quality\":\"count:99\"}]}");
    check_ok(snq_intent_decide(&many, style, sounds, 1, &in));
    check_status(snq_form_plan(&many, &in, &f), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "sections"));
    snq_brief huge = brief_of("{\"length\":{\"bars\":8},\"structure\":[{\"section\":\"drop\","
                              "\"quality\":\"bars:1000000\"}]}");
    check_ok(snq_intent_decide(&huge, style, sounds, 1, &in));
    check_status(snq_form_plan(&huge, &in, &f), SNQ_ERR_RANGE);
    /* contradictions: none wins */
    snq_brief both = brief_of("{\"structure\":[{\"section\":\"intro\",\"quality\":\"none\"},"
                              "{\"section\":\"intro\",\"quality\":\"long\"}]}");
    assert_int_equal(how_many(plan(style, &both, 1, &in), SNQ_SECTION_intro), 0);
    /* a piece of nothing but said lengths: the last one takes the rest */
    snq_brief only = brief_of(
        "{\"length\":{\"bars\":40},\"structure\":[{\"section\":\"drop\",\"quality\":\"bars:8\"},"
        "{\"section\":\"intro\",\"quality\":\"none\"},{\"section\":\"verse\",\"quality\":\"none\"},"
        "{\"section\":\"break\",\"quality\":\"none\"},{\"section\":\"build\",\"quality\":\"none\"},"
        "{\"section\":\"outro\",\"quality\":\"none\"}]}");
    assert_int_equal(how_long(plan(style, &only, 1, &in), SNQ_SECTION_drop), 40);
    snq_brief_clear(&none);
    snq_brief_clear(&many);
    snq_brief_clear(&huge);
    snq_brief_clear(&both);
    snq_brief_clear(&only);
    snq_style_free(style);
}

/* Nobody is left out: a track that the style never heard of, a piece of a single part. */
static void whoever_is_there_plays(void **state)
{
    static const char *const briefs[] = {
        "{\"tracks\":{\"only\":[\"melody\"]}}",
        "{\"tracks\":{\"only\":[\"bass\"]}}",
        "{\"tracks\":{\"only\":[\"vocal\"]}}",
        "{\"tracks\":{\"exclude\":[\"drums\",\"bass\"]}}",
        "{\"instruments\":[\"vinyl\",\"sax\",\"choir\",\"marimba\",\"acid\"]}",
    };
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (size_t i = 0; i < SNQ_COUNT(briefs); i++) {
            snq_brief b = brief_of(briefs[i]);
            snq_intent in;
            plan(style, &b, i, &in); /* check_form looks that each plays */
            snq_brief_clear(&b);
        }
        /* under names that no section knows */
        snq_brief b = brief_of("{}");
        snq_intent in;
        snq_form f;
        check_ok(snq_intent_decide(&b, style, sounds, 3, &in));
        for (uint32_t t = 0; t < in.tracks; t++) {
            snprintf(in.track[t].name, sizeof in.track[t].name, "track %u", t);
            snprintf(in.track[t].kind, sizeof in.track[t].kind, "unheard of");
        }
        check_ok(snq_form_plan(&b, &in, &f));
        check_form(&f, &in);
        snq_brief_clear(&b);
        snq_style_free(style);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_filled),
        cmocka_unit_test(lengths_are_phrases),
        cmocka_unit_test(energy_has_a_shape),
        cmocka_unit_test(energy_goes_straight_from_end_to_end),
        cmocka_unit_test(counts_are_counts),
        cmocka_unit_test(bars_are_bars),
        cmocka_unit_test(long_is_longer_than_short),
        cmocka_unit_test(what_can_not_be_is_said),
        cmocka_unit_test(whoever_is_there_plays),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
