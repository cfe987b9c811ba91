// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* singular, plural, number */
static void counts(void **state)
{
    static const said_row rows[] = {
        { "a drop", "'structure':[{'section':'drop','quality':'count:1'}]" },
        { "drops", "'structure':[{'section':'drop','quality':'count:2'}]" },
        { "three drops", "'structure':[{'section':'drop','quality':'count:3'}]" },
        { "one verse", "'structure':[{'section':'verse','quality':'count:1'}]" },
        { "12 heavy techno drops",
          "'genres':['techno'],'modifiers':[{'track':'mix','quality':'heavy'}],'structure':[{'"
          "section':'drop','quality':'count:12'}]" },
        { "2 piano breaks",
          "'instruments':['piano'],'structure':[{'section':'break','quality':'count:2'}]" },
        { "99 drops", "'structure':[{'section':'drop','quality':'count:99'}]" },
        { "128 drops", "'tempo':{'bpm':128},'structure':[{'section':'drop','quality':'count:2'}]" },
        { "at 90 drop", "'tempo':{'bpm':90},'structure':[{'section':'drop','quality':'count:1'}]" },
        { "80 long drops", "'tempo':{'bpm':80},'structure':[{'section':'drop','quality':'long'}]" },
        { "1.5 drops", "'structure':[{'section':'drop','quality':'count:2'}],'unknown':['1.5']" },
        { "2 3 drops", "'structure':[{'section':'drop','quality':'count:3'}],'unknown':['2']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* long and short; slow and fast before a section */
static void lengths(void **state)
{
    static const said_row rows[] = {
        { "a long intro", "'structure':[{'section':'intro','quality':'long'}]" },
        { "two long breakdowns", "'structure':[{'section':'break','quality':'long'},{'section':'"
                                 "break','quality':'count:2'}]" },
        { "fast intro", "'structure':[{'section':'intro','quality':'short'}]" },
        { "slow techno intro", "'genres':['techno'],'tempo':{'min':60,'max':80},'structure':[{'"
                               "section':'intro','quality':'count:1'}]" },
        { "long dark piano intro", "'moods':['dark'],'instruments':['piano'],'structure':[{'"
                                   "section':'intro','quality':'long'}]" },
        { "a long, dark intro",
          "'moods':['dark'],'structure':[{'section':'intro','quality':'long'}]" },
        { "long", "'unknown':['long']" },
        { "the intro is long",
          "'structure':[{'section':'intro','quality':'count:1'}],'unknown':['long']" },
        { "slow", "'tempo':{'min':60,'max':80}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* of a section */
static void bars(void **state)
{
    static const said_row rows[] = {
        { "8 bar intro", "'structure':[{'section':'intro','quality':'bars:8'}]" },
        { "8-bar intro", "'structure':[{'section':'intro','quality':'bars:8'}]" },
        { "two 8 bar breaks", "'structure':[{'section':'break','quality':'count:2'},{'section':'"
                              "break','quality':'bars:8'}]" },
        { "8 bars, intro",
          "'length':{'bars':8},'structure':[{'section':'intro','quality':'count:1'}]" },
        { "a long 8 bar drum intro",
          "'tracks':{'include':['drums']},'structure':[{'section':'intro','quality':'long'},{'"
          "section':'intro','quality':'bars:8'}]" },
        { "pads and 2 drops",
          "'instruments':['pad'],'structure':[{'section':'drop','quality':'count:2'}]" },
        { "short pads and drops", "'instruments':['pad'],'structure':[{'section':'drop','quality':'"
                                  "count:2'}],'unknown':['short']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(lengths),
        cmocka_unit_test(bars),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
