// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* 8a: a link or a colon */
static void tied(void **state)
{
    static const said_row rows[] = {
        { "drums: soft and sparse", "'tracks':{'include':['drums']},'modifiers':[{'track':'drums','"
                                    "quality':'soft'},{'track':'drums','quality':'sparse'}]" },
        { "the bass is really dark, rolling", "'tracks':{'include':['bass']},'moods':['dark'],'"
                                              "modifiers':[{'track':'bass','quality':'rolling'}]" },
        { "bass: deep, punchy drums",
          "'tracks':{'include':['bass','drums']},'modifiers':[{'track':'bass','quality':'deep'},{'"
          "track':'drums','quality':'punchy'}]" },
        { "bassline: techno, deep", "'tracks':{'include':['bass']},'genres':['techno'],'modifiers':"
                                    "[{'track':'mix','quality':'deep'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* 8b: the noun that follows, the head of a row */
static void reached(void **state)
{
    static const said_row rows[] = {
        { "warm 80s techno pads", "'era':'80s','genres':['techno'],'instruments':['pad'],'"
                                  "modifiers':[{'track':'harmony','quality':'warm'}]" },
        { "gritty 808 bass", "'instruments':['808'],'tracks':{'include':['bass']},'modifiers':[{'"
                             "track':'bass','quality':'gritty'}]" },
        { "soft rhodes chords", "'instruments':['rhodes'],'tracks':{'include':['harmony']},'"
                                "modifiers':[{'track':'harmony','quality':'soft'}]" },
        { "driving arps", "'tracks':{'include':['melody']},'modifiers':[{'track':'melody','quality'"
                          ":'driving'},{'track':'melody','quality':'arpeggiated'}]" },
        { "warm track with pads",
          "'instruments':['pad'],'modifiers':[{'track':'mix','quality':'warm'}]" },
        { "deep drop", "'modifiers':[{'track':'mix','quality':'deep'}],'structure':[{'section':'"
                       "drop','quality':'count:1'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* they hold where the phrase was opened */
static void commas(void **state)
{
    static const said_row rows[] = {
        { "with a punchy, driving kick",
          "'tracks':{'include':['drums']},'modifiers':[{'track':'drums','quality':'punchy'},{'"
          "track':'drums','quality':'driving'}]" },
        { "punchy, driving kick", "'tracks':{'include':['drums']},'modifiers':[{'track':'mix','"
                                  "quality':'punchy'},{'track':'drums','quality':'driving'}]" },
        { "with techno, driving, deep bass",
          "'genres':['techno'],'tracks':{'include':['bass']},'modifiers':[{'track':'mix','quality':"
          "'driving'},{'track':'bass','quality':'deep'}]" },
        { "with soft, dark, and deep pads",
          "'instruments':['pad'],'moods':['dark'],'modifiers':[{'track':'harmony','quality':'soft'}"
          ",{'track':'harmony','quality':'deep'}]" },
        { "a drop punchy, deep bass",
          "'structure':[{'section':'drop','quality':'count:1'}],'tracks':{'include':['bass']},'"
          "modifiers':[{'track':'mix','quality':'punchy'},{'track':'bass','quality':'deep'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* 8c and 8d */
static void before(void **state)
{
    static const said_row rows[] = {
        { "vocal chops",
          "'tracks':{'include':['vocal']},'modifiers':[{'track':'vocal','quality':'chopped'}]" },
        { "bass-heavy",
          "'tracks':{'include':['bass']},'modifiers':[{'track':'bass','quality':'heavy'}]" },
        { "bass, heavy",
          "'tracks':{'include':['bass']},'modifiers':[{'track':'mix','quality':'heavy'}]" },
        { "wobbling", "'modifiers':[{'track':'bass','quality':'wobbling'}]" },
        { "deep", "'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "crunchy vinyl",
          "'instruments':['vinyl'],'modifiers':[{'track':'mix','quality':'gritty'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 9: behind a restrictor */
static void restricted(void **state)
{
    static const said_row rows[] = {
        { "only drums", "'tracks':{'only':['drums']}" },
        { "just the warm piano, bass or drums",
          "'tracks':{'only':['harmony','bass','drums']},'instruments':['piano'],'modifiers':[{'"
          "track':'harmony','quality':'warm'}]" },
        { "nothing but vocals", "'tracks':{'only':['vocal']}" },
        { "only drums, and bass", "'tracks':{'only':['drums','bass']}" },
        { "only organ bass", "'tracks':{'only':['bass']},'instruments':['organ']" },
        { "only vocal melody", "'tracks':{'only':['vocal','melody']}" },
        { "only vinyl", "'instruments':['vinyl']" },
        { "only 90 seconds", "'length':{'seconds':90}" },
        { "just techno", "'genres':['techno']" },
        { "only", "" },
        { "not only drums but also bass", "'tracks':{'include':['drums','bass']}" },
        { "only bass, no drums", "'tracks':{'only':['bass'],'exclude':['drums']}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 9: before one */
static void restricted_before(void **state)
{
    static const said_row rows[] = {
        { "piano only", "'tracks':{'only':['harmony']},'instruments':['piano']" },
        { "soft drums and a deep bass only",
          "'tracks':{'only':['drums','bass']},'modifiers':[{'track':'drums','quality':'soft'},{'"
          "track':'bass','quality':'deep'}]" },
        { "drums, and bass only", "'tracks':{'only':['drums','bass']}" },
        { "drums, nothing else", "'tracks':{'only':['drums']}" },
        { "no pads, drums only", "'tracks':{'only':['drums']},'avoid':{'instruments':['pad']}" },
        { "techno, drums only, 120",
          "'genres':['techno'],'tempo':{'bpm':120},'tracks':{'only':['drums']}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 9: solo */
static void solos(void **state)
{
    static const said_row rows[] = {
        { "solo piano", "'tracks':{'only':['harmony']},'instruments':['piano']" },
        { "guitar solo", "'tracks':{'include':['melody']},'instruments':['guitar']" },
        { "fuzzy guitar solo", "'tracks':{'include':['melody']},'instruments':['guitar'],'"
                               "modifiers':[{'track':'melody','quality':'distorted'}]" },
        { "solo", "" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tied),   cmocka_unit_test(reached),    cmocka_unit_test(commas),
        cmocka_unit_test(before), cmocka_unit_test(restricted), cmocka_unit_test(restricted_before),
        cmocka_unit_test(solos),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
