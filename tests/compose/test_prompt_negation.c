// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* what is negated by itself */
static void things(void **state)
{
    static const said_row rows[] = {
        { "no drums", "'tracks':{'exclude':['drums']}" },
        { "without piano", "'avoid':{'instruments':['piano']}" },
        { "no jazz", "'avoid':{'genres':['jazz']}" },
        { "no intro", "'structure':[{'section':'intro','quality':'none'}]" },
        { "no long intro", "'structure':[{'section':'intro','quality':'none'}],'unknown':[]" },
        { "ohne den bass", "'tracks':{'exclude':['bass']},'unknown':['den']" },
        { "without any of the drums", "'tracks':{'include':['drums']}" },
        { "not instrumental", "" },
        { "no", "" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* adjectives are negated, their noun counts neither way */
static void said(void **state)
{
    static const said_row rows[] = {
        { "no heavy drums", "'avoid':{'modifiers':[{'track':'drums','quality':'heavy'}]}" },
        { "no distorted guitars",
          "'avoid':{'modifiers':[{'track':'harmony','quality':'distorted'}]}" },
        { "not too dark techno", "'genres':['techno'],'avoid':{'moods':['dark']}" },
        { "not too bright", "'avoid':{'modifiers':[{'track':'mix','quality':'bright'}]}" },
        { "no harsh, heavy drums", "'avoid':{'modifiers':[{'track':'drums','quality':'aggressive'},"
                                   "{'track':'drums','quality':'heavy'}]}" },
        { "not too dark, heavy bass", "'avoid':{'moods':['dark']},'tracks':{'include':['bass']},'"
                                      "modifiers':[{'track':'bass','quality':'heavy'}]" },
        { "no soft and dusty drums", "'avoid':{'modifiers':[{'track':'drums','quality':'soft'},{'"
                                     "track':'drums','quality':'dusty'}]}" },
        { "no vocal chops", "'avoid':{'modifiers':[{'track':'vocal','quality':'chopped'}]}" },
        { "no heavy drop", "'avoid':{'modifiers':[{'track':'mix','quality':'heavy'}]}" },
        { "no wobbles", "'avoid':{'modifiers':[{'track':'bass','quality':'wobbling'}]}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* or, nor, and, commas */
static void on(void **state)
{
    static const said_row rows[] = {
        { "no drums or bass", "'tracks':{'exclude':['drums','bass']}" },
        { "neither drums nor warm pads", "'tracks':{'exclude':['drums']},'avoid':{'modifiers':[{'"
                                         "track':'harmony','quality':'warm'}]}" },
        { "no drums and bass", "'tracks':{'exclude':['drums','bass']}" },
        { "no drums and the bass", "'tracks':{'exclude':['drums'],'include':['bass']}" },
        { "no drums and deep bass", "'tracks':{'exclude':['drums'],'include':['bass']},'modifiers':"
                                    "[{'track':'bass','quality':'deep'}]" },
        { "no drums, bass or vocals", "'tracks':{'exclude':['drums','bass','vocal']}" },
        { "no drums, or bass", "'tracks':{'exclude':['drums','bass']}" },
        { "no drums, bass", "'tracks':{'exclude':['drums'],'include':['bass']}" },
        { "no drums but bass", "'tracks':{'exclude':['drums'],'include':['bass']}" },
        { "organ instead of piano", "'instruments':['organ'],'avoid':{'instruments':['piano']}" },
        { "no jazz and funk", "'avoid':{'genres':['jazz','funk']}" },
        { "no techno drums", "'tracks':{'exclude':['drums']},'avoid':{'genres':['techno']}" },
        { "no 808 bass", "'tracks':{'exclude':['bass']},'avoid':{'instruments':['808']}" },
        { "no wait, drums", "'tracks':{'include':['drums']}" },
        { "no female vocals", "'tracks':{'exclude':['vocal']},'unknown':['female']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things),
        cmocka_unit_test(said),
        cmocka_unit_test(on),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
