// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* a bare number and one with its unit */
static void tempo(void **state)
{
    static const said_row rows[] = {
        { "40", "'tempo':{'bpm':40}" },
        { "250", "'tempo':{'bpm':250}" },
        { "39", "'unknown':['39']" },
        { "251", "'unknown':['251']" },
        { "20 bpm", "'tempo':{'bpm':20}" },
        { "400 bpm", "'tempo':{'bpm':400}" },
        { "19 bpm", "'unknown':['19']" },
        { "401 bpm", "'unknown':['401']" },
        { "at 9999 bpm", "'unknown':['9999']" },
        { "bpm: 30", "'tempo':{'bpm':30}" },
        { "bpm 300", "'tempo':{'bpm':300}" },
        { "tempo 115", "'tempo':{'bpm':115}" },
        { "120 beats per minute", "'tempo':{'bpm':120}" },
        { "sixty bpm", "'tempo':{'bpm':60}" },
        { "ninety", "'tempo':{'bpm':90}" },
        { "120, 125", "'tempo':{'bpm':125}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* a to b */
static void ranges(void **state)
{
    static const said_row rows[] = {
        { "120 to 126", "'tempo':{'min':120,'max':126}" },
        { "between 120 and 126 bpm", "'tempo':{'min':120,'max':126}" },
        { "from 126 to 120", "'tempo':{'min':120,'max':126}" },
        { "120 bpm to 126 bpm", "'tempo':{'min':120,'max':126}" },
        { "30 to 35 bpm", "'tempo':{'min':30,'max':35}" },
        { "from 120 up to 126", "'tempo':{'min':120,'max':126}" },
        { "30 to 35", "'unknown':['30','35']" },
        { "120 to 126 bpm or so", "'tempo':{'min':120,'max':126}" },
        { "techno 130 - 3 minutes",
          "'genres':['techno'],'tempo':{'bpm':130},'length':{'seconds':180}" },
        { "120 and 126", "'tempo':{'bpm':126}" },
        { "120 at most 126", "'tempo':{'max':126}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* around, at most, at least */
static void bounds(void **state)
{
    static const said_row rows[] = {
        { "around 85", "'tempo':{'min':82.5,'max':87.6}" },
        { "approx. 100 bpm", "'tempo':{'min':97,'max':103}" },
        { "at about a 100", "'tempo':{'min':97,'max':103}" },
        { "100ish", "'tempo':{'min':97,'max':103}" },
        { "100-ish bpm", "'tempo':{'min':97,'max':103}" },
        { "100 bpm give or take", "'tempo':{'min':97,'max':103}" },
        { "under 100", "'tempo':{'max':100}" },
        { "no more than 100 bpm", "'tempo':{'max':100}" },
        { "at least about 100", "'tempo':{'min':100}" },
        { "faster than 170", "'tempo':{'min':170}" },
        { "130 bpm maximum", "'tempo':{'max':130}" },
        { "130 over pads", "'tempo':{'bpm':130},'instruments':['pad']" },
        { "around 20 bpm", "'tempo':{'min':20,'max':20.6}" },
        { "pads under strings", "'instruments':['pad','strings']" },
        { "no more than drums", "'tracks':{'include':['drums']}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* times and bars */
static void lengths(void **state)
{
    static const said_row rows[] = {
        { "90 seconds", "'length':{'seconds':90}" },
        { "3 min", "'length':{'seconds':180}" },
        { "2:30", "'length':{'seconds':150}" },
        { "1m30s", "'length':{'seconds':90}" },
        { "1m30", "'length':{'seconds':90}" },
        { "2 minutes and 30 seconds", "'length':{'seconds':150}" },
        { "2min30s", "'length':{'seconds':150}" },
        { "two and a half minutes", "'length':{'seconds':150}" },
        { "a minute and a half", "'length':{'seconds':90}" },
        { "half a minute", "'length':{'seconds':30}" },
        { "a minute", "'length':{'seconds':60}" },
        { "half an hour", "'length':{'seconds':1800}" },
        { "1 hour long", "'length':{'seconds':3600}" },
        { "2.5 minutes", "'length':{'seconds':150}" },
        { "thirty two bars", "'length':{'bars':32}" },
        { "8 measures long", "'length':{'bars':8}" },
        { "0 bars", "'unknown':['0']" },
        { "1.5 bars", "'unknown':['1.5']" },
        { "9999999 bars", "'unknown':['9999999']" },
        { "0:00", "'unknown':['0:00']" },
        { "2:75", "'tempo':{'bpm':75},'unknown':['2']" },
        { "45s", "'length':{'seconds':45}" },
        { "about 3 minutes", "'length':{'seconds':180}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* an era, unless it is a time */
static void decades(void **state)
{
    static const said_row rows[] = {
        { "90s", "'era':'90s'" },
        { "1980s", "'era':'80s'" },
        { "90s long", "'length':{'seconds':90}" },
        { "90s in length", "'length':{'seconds':90}" },
        { "for 90s", "'length':{'seconds':90}" },
        { "lasting 60s", "'length':{'seconds':60}" },
        { "for 1990s", "'era':'90s'" },
        { "eighties long", "'era':'80s','unknown':['long']" },
        { "90s house, 90s long, at 90",
          "'genres':['house'],'era':'90s','length':{'seconds':90},'tempo':{'bpm':90}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* n over 2, 4, 8, 16 */
static void metres(void **state)
{
    static const said_row rows[] = {
        { "7/8", "'meter':'7/8'" },
        { "12/8", "'meter':'12/8'" },
        { "15/16", "'meter':'15/16'" },
        { "3/2", "'meter':'3/2'" },
        { "5/3", "'unknown':['5','3']" },
        { "0/4", "'unknown':['0','4']" },
        { "F\342\231\257/7/8", "'key':{'tonic':'F#','mode':'major'},'meter':'7/8'" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* 808, 909, 303 are instruments */
static void machines(void **state)
{
    static const said_row rows[] = {
        { "808", "'instruments':['808']" },
        { "TR-909, 303", "'instruments':['909','acid']" },
        { "303 bpm", "'tempo':{'bpm':303}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tempo),    cmocka_unit_test(ranges),  cmocka_unit_test(bounds),
        cmocka_unit_test(lengths),  cmocka_unit_test(decades), cmocka_unit_test(metres),
        cmocka_unit_test(machines),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
