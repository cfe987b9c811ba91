// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <strings.h>

#include "jobs/render_names.h"

enum { STEMS = 600 };

static int begin(void **state)
{
    static snq_render_report r;
    r = (snq_render_report) { 0 };
    *state = &r;
    return snq_render_report_room(&r, STEMS) < 0;
}

static int end(void **state)
{
    snq_render_report_clear(*state);
    snq_render_report_clear(*state);
    return 0;
}

static const char *named(snq_render_report *r, const char *name, const char *lane)
{
    snq_render_stem *s = &r->stem[r->stems++];
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->lane, sizeof s->lane, "%s", lane);
    snq_render_name_stem(r, SNQ_AUDIO_FORMAT_WAV);
    return s->file;
}

static void any_file_system_takes_them(void **state)
{
    snq_render_report *r = *state;
    assert_string_equal(named(r, "Bass 1", ""), "stems/Bass_1.wav");
    assert_string_equal(named(r, "lead-a.b_c", ""), "stems/lead-a.b_c.wav");
    assert_string_equal(named(r, "../../etc/x", ""), "stems/_._.._etc_x.wav");
    assert_string_equal(named(r, ".hidden", ""), "stems/_hidden.wav");
    assert_string_equal(named(r, "-rf", ""), "stems/_rf.wav");
    assert_string_equal(named(r, "a\\b:c*d?\"<>|\n\t", ""), "stems/a_b_c_d_______.wav");
    assert_string_equal(named(r, "Stöße", ""), "stems/St__e.wav"); /* one for each character */
    assert_string_equal(named(r, "\xF0\x9F\x8E\xB5", ""), "stems/_.wav");
    assert_string_equal(named(r, "drums", "kick"), "stems/lanes/drums.kick.wav");
    r->stems = 0;
    char is[SNQ_SCORE_NAME_MAX];
    memset(is, 'x', sizeof is - 1);
    is[sizeof is - 1] = '\0';
    const char *file = named(r, is, "");
    assert_int_equal(strlen(file), strlen("stems/") + 47 + strlen(".wav"));
    file = named(r, is, is);
    assert_int_equal(strlen(file), strlen("stems/lanes/") + 47 + 1 + 31 + strlen(".wav"));
}

static void none_has_two_stems(void **state)
{
    snq_render_report *r = *state;
    assert_string_equal(named(r, "bass", ""), "stems/bass.wav");
    assert_string_equal(named(r, "Bass", ""), "stems/Bass_2.wav"); /* case may not count */
    assert_string_equal(named(r, "BASS", ""), "stems/BASS_3.wav");
    assert_string_equal(named(r, "bass 4", ""), "stems/bass_4.wav");
    assert_string_equal(named(r, "bass", ""), "stems/bass_5.wav");
    /* a lane's number is not another lane's name */
    assert_string_equal(named(r, "d", "kick_2"), "stems/lanes/d.kick_2.wav");
    assert_string_equal(named(r, "d", "kick"), "stems/lanes/d.kick.wav");
    assert_string_equal(named(r, "D", "kick"), "stems/lanes/D.kick_3.wav");
    /* what is alike only once it is cut */
    char one[60], two[60];
    memset(one, 'y', sizeof one - 1);
    one[sizeof one - 1] = '\0';
    memcpy(two, one, sizeof two);
    two[58] = 'z';
    named(r, one, "");
    assert_non_null(strstr(named(r, two, ""), "_2.wav"));
}

/* As many tracks as a score may have, of names that all become one. */
static void however_many_there_are(void **state)
{
    snq_render_report *r = *state;
    for (int i = 0; i < STEMS; i++)
        named(r, i % 2 ? "\xC3\xA4" : "\xC3\xB6", "");
    for (uint32_t i = 0; i < STEMS; i++)
        for (uint32_t k = 0; k < i; k++)
            if (strcasecmp(r->stem[i].file, r->stem[k].file) == 0)
                fail_msg("stems %u and %u are both %s", k, i, r->stem[i].file);
    assert_string_equal(r->stem[STEMS - 1].file, "stems/__600.wav");
}

static void endings_are_the_formats(void **state)
{
    snq_render_report *r = *state;
    static const char *const file[] = { "stems/a.wav", "stems/a.flac", "stems/a.mp3", "stems/a.m4a",
                                        "stems/a.opus" };
    for (int f = 0; f < (int)SNQ_COUNT(file); f++) {
        r->stems = 1;
        snprintf(r->stem[0].name, sizeof r->stem[0].name, "a");
        snq_render_name_stem(r, (snq_audio_format)f);
        assert_string_equal(r->stem[0].file, file[f]);
    }
    snq_render_name_whole(&r->mix, "mix", SNQ_AUDIO_FORMAT_OPUS);
    assert_string_equal(r->mix.name, "mix");
    assert_string_equal(r->mix.file, "mix.opus");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(any_file_system_takes_them),
        TEST(none_has_two_stems),
        TEST(however_many_there_are),
        TEST(endings_are_the_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
