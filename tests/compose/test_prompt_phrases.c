// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* rule 1 */
static void longest(void **state)
{
    static const said_row rows[] = {
        { "lofi hip hop", "'genres':['lofi']" },
        { "hip hop", "'genres':['boom_bap']" },
        { "deep house", "'genres':['deep_house']" },
        { "two step", "'genres':['garage']" },
        { "2-step", "'genres':['garage']" },
        { "middle 8", "'structure':[{'section':'bridge','quality':'count:1'}]" },
        { "film", "'unknown':['film']" },
        { "4 on the floor", "'modifiers':[{'track':'drums','quality':'four_on_floor'}]" },
        { "just drum and bass", "'genres':['drum_and_bass']" },
        { "drums and bass", "'tracks':{'include':['drums','bass']}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* several things at once */
static void combined(void **state)
{
    static const said_row rows[] = {
        { "arps", "'tracks':{'include':['melody']},'modifiers':[{'track':'melody','quality':'"
                  "arpeggiated'}]" },
        { "instrumental", "'tracks':{'exclude':['vocal']}" },
        { "a cappella", "'tracks':{'only':['vocal']}" },
        { "only arps",
          "'tracks':{'only':['melody']},'modifiers':[{'track':'melody','quality':'arpeggiated'}]" },
        { "no arps", "'avoid':{'modifiers':[{'track':'melody','quality':'arpeggiated'}]}" },
        { "no heavy breakbeats", "'avoid':{'modifiers':[{'track':'drums','quality':'heavy'}]}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 5: the last wins */
static void claims(void **state)
{
    static const said_row rows[] = {
        { "80s, 90s", "'era':'90s'" },
        { "Y2K", "'era':'2000s'" },
        { "high energy, mellow", "'energy':'low'" },
        { "4/4, 7/8", "'meter':'7/8'" },
        { "waltz", "'meter':'3/4'" },
        { "C minor, D dorian", "'key':{'tonic':'D','mode':'dorian'}" },
        { "minor, in E", "'key':{'tonic':'E','mode':'minor'}" },
        { "in E", "'key':{'tonic':'E','mode':'major'}" },
        { "lydian", "'key':{'tonic':null,'mode':'lydian'}" },
        { "slow, fast", "'tempo':{'min':140,'max':170}" },
        { "slow at 128, fast", "'tempo':{'bpm':128}" },
        { "half time, double time", "'tempo':{'feel':'double'}" },
        { "half-time at 140", "'tempo':{'bpm':140,'feel':'half'}" },
        { "3 minutes, 8 bars", "'length':{'bars':8}" },
        { "8 bars, 3 minutes", "'length':{'seconds':180}" },
        { "techno at 120, no wait, 125", "'genres':['techno'],'tempo':{'bpm':125}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 12 */
static void swings(void **state)
{
    static const said_row rows[] = {
        { "swing", "'swing':'light'" },   { "heavy swing", "'swing':'heavy'" },
        { "no swing", "'swing':'none'" }, { "no shuffle", "'swing':'none'" },
        { "straight", "'swing':'none'" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 4: named once, in lower case; what had no effect, too */
static void unknown(void **state)
{
    static const said_row rows[] = {
        { "Fnord fnord", "'unknown':['fnord']" },
        { "short quick", "'unknown':['short','quick']" },
        { "1985", "'unknown':['1985']" },
        { "the a of with", "" },
        { "two", "'unknown':['two']" },
        { "one", "" },
        { "no fast", "'unknown':['fast']" },
        { "not high energy", "'unknown':['high','energy']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest), cmocka_unit_test(combined), cmocka_unit_test(claims),
        cmocka_unit_test(swings),  cmocka_unit_test(unknown),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
