// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "cli/brief_table.h"

static char *table_of(const char *prompt, const snq_brief *b)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    snq_brief_table(to, prompt, b);
    assert_int_equal(fclose(to), 0);
    return text;
}

static void check_shows(const snq_brief *b, const char *line)
{
    char *text = table_of("p", b);
    if (!strstr(text, line))
        fail_msg("no \"%s\" in\n%s", line, text);
    free(text);
}

static void an_empty_brief_is_its_prompt(void **state)
{
    snq_brief b;
    snq_brief_init(&b);
    char *text = table_of("a\x1b[2J", &b);
    assert_null(strchr(text, '\x1b'));
    assert_int_equal(strcspn(text, "\n") + 1, strlen(text));
    free(text);
}

static void shows_every_field(void **state)
{
    snq_brief b;
    snq_brief_init(&b);
    snq_brief_add_genre(&b, SNQ_GENRE_deep_house);
    snq_brief_add_genre(&b, SNQ_GENRE_jazz);
    check_shows(&b, "deep house, jazz\n");
    b.moods = 1u << SNQ_MOOD_sad;
    check_shows(&b, "sad\n");
    b.min_bpm = 120;
    check_shows(&b, "120 BPM or more\n");
    b.max_bpm = 126.5;
    check_shows(&b, "120 to 126.5 BPM\n");
    b.min_bpm = 0;
    check_shows(&b, "126.5 BPM or less\n");
    b.bpm = 140;
    b.feel = SNQ_FEEL_HALF;
    check_shows(&b, "140 BPM, half time\n");
    b.beats_per_bar = 7;
    b.beat_unit = 8;
    check_shows(&b, "7/8\n");
    b.seconds = 90;
    check_shows(&b, "90 s\n");
    b.seconds = 0;
    b.bars = 32;
    check_shows(&b, "32 bars\n");
    b.mode = SNQ_MODE_dorian;
    check_shows(&b, "dorian\n");
    b.tonic = 6;
    check_shows(&b, "F# dorian\n");
    b.only = 1 << SNQ_PART_drums;
    b.include = 1 << SNQ_PART_bass;
    b.exclude = 1 << SNQ_PART_vocal;
    check_shows(&b, "drums\n");
    check_shows(&b, "bass\n");
    check_shows(&b, "vocal\n");
    b.modifiers[SNQ_PART_drums] = 1u << SNQ_QUALITY_four_on_floor | 1u << SNQ_QUALITY_soft;
    check_shows(&b, "four on floor drums, soft drums\n");
    b.instruments = 1u << SNQ_PLAYED_tr808;
    check_shows(&b, "808\n");
    b.avoid_genres = 1u << SNQ_GENRE_rock;
    b.avoid_moods = 1u << SNQ_MOOD_epic;
    b.avoid_instruments = 1u << SNQ_PLAYED_harp;
    b.avoid_modifiers[SNQ_PART_mix] = 1u << SNQ_QUALITY_busy;
    check_shows(&b, "rock, epic, harp, busy mix\n");
    b.swing = SNQ_SWING_HEAVY;
    b.energy = SNQ_ENERGY_LOW;
    b.era = SNQ_ERA_90s;
    check_shows(&b, "heavy\n");
    check_shows(&b, "low\n");
    check_shows(&b, "90s\n");
    snq_brief_add_wish(&b, (snq_section_wish) { SNQ_SECTION_intro, SNQ_WISH_LONG, 0 });
    snq_brief_add_wish(&b, (snq_section_wish) { SNQ_SECTION_drop, SNQ_WISH_COUNT, 2 });
    snq_brief_add_wish(&b, (snq_section_wish) { SNQ_SECTION_outro, SNQ_WISH_BARS, 8 });
    snq_brief_add_wish(&b, (snq_section_wish) { SNQ_SECTION_verse, SNQ_WISH_NONE, 0 });
    snq_brief_add_wish(&b, (snq_section_wish) { SNQ_SECTION_build, SNQ_WISH_SHORT, 0 });
    check_shows(&b, "long intro, 2 drop, outro of 8 bars, no verse, short build\n");
    check_ok(snq_brief_add_unknown(&b, "fnord", 5));
    check_ok(snq_brief_add_unknown(&b, "grault", 6));
    check_shows(&b, "not used");
    check_shows(&b, "fnord, grault\n");
    snq_brief_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_brief_is_its_prompt),
        cmocka_unit_test(shows_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
