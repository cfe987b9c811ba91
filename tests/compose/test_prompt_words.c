// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* & + @ ~ as words */
static void signs(void **state)
{
    static const said_row rows[] = {
        { "trance & house", "'genres':['trance','house']" },
        { "piano+strings", "'instruments':['piano','strings']" },
        { "techno@130", "'genres':['techno'],'tempo':{'bpm':130}" },
        { "techno ~130", "'genres':['techno'],'tempo':{'min':126.1,'max':133.9}" },
        { "D&B", "'genres':['drum_and_bass']" },
        { "drum&bass", "'genres':['drum_and_bass']" },
        { "d & dub", "'unknown':['d','dub']" },
        { "130+ bpm", "'tempo':{'bpm':130}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* they go; an n between two is a word */
static void apostrophes(void **state)
{
    static const said_row rows[] = {
        { "drum'n'bass", "'genres':['drum_and_bass']" },
        { "drum \342\200\230n\342\200\231 bass", "'genres':['drum_and_bass']" },
        { "'90s", "'era':'90s'" },
        { "90's", "'era':'90s'" },
        { "90\342\200\231s house", "'era':'90s','genres':['house']" },
        { "don't want drums", "'tracks':{'exclude':['drums']}" },
        { "that's 'warm'", "'modifiers':[{'track':'mix','quality':'warm'}]" },
        { "y'all", "'unknown':['yall']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* between words a space, between numbers to, free a stop */
static void dashes(void **state)
{
    static const said_row rows[] = {
        { "lo-fi", "'genres':['lofi']" },
        { "lo\342\200\220fi", "'genres':['lofi']" },
        { "120-130", "'tempo':{'min':120,'max':130}" },
        { "120\342\200\223130 bpm", "'tempo':{'min':120,'max':130}" },
        { "120 - 130", "'tempo':{'min':120,'max':130}" },
        { "120bpm-130bpm", "'tempo':{'min':120,'max':130}" },
        { "deep - house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep\342\200\224house",
          "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* no phrase goes across them */
static void stops(void **state)
{
    static const said_row rows[] = {
        { "deep, house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep; house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep: house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep. house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep! house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep? house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep( house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep) house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep/ house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep\" house", "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
        { "deep\342\200\246 house",
          "'genres':['house'],'modifiers':[{'track':'mix','quality':'deep'}]" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* capitals, accents, full width, pictographs */
static void scripts(void **state)
{
    static const said_row rows[] = {
        { "REGGAET\303\223N", "'genres':['reggaeton']" },
        { "reggaeto\314\201n", "'genres':['reggaeton']" },
        { "D\303\234STER", "'moods':['dark']" },
        { "du\314\210ster", "'moods':['dark']" },
        { "\357\274\264\357\274\245\357\274\243\357\274\250\357\274\256\357\274\257",
          "'genres':['techno']" },
        { "techno\360\237\216\265house", "'genres':['techno','house']" },
        { "\320\226\320\243\320\232 \320\226\321\203\320\272 \320\201\320\266 \321\221\320\266",
          "'unknown':['\320\266\321\203\320\272','\321\221\320\266']" },
        { "\316\221\316\251 \305\201\303\263d\305\272 \305\201\303\223D\305\271",
          "'unknown':['\316\261\317\211','\305\202\303\263d\305\272']" },
        { "\351\237\263\346\245\275 \360\240\200\200",
          "'unknown':['\351\237\263\346\245\275','\360\240\200\200']" },
        { "\304\200\304\271\321\240", "'unknown':['\304\201\304\272\321\241']" },
        { "x\314\201y", "'unknown':['xy']" },
        { "\360\237\216\265 \342\230\203 \342\202\254", "" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* units touch, letters end a number */
static void digits(void **state)
{
    static const said_row rows[] = {
        { "140bpm", "'tempo':{'bpm':140}" },
        { "120.5 bpm", "'tempo':{'bpm':120.5}" },
        { "mp3", "'unknown':['mp','3']" },
        { "808s", "'instruments':['808']" },
        { "909.", "'instruments':['909']" },
        { "123456789012345678901234567890", "'unknown':['123456789012345678901234567890']" },
        { "7s", "'length':{'seconds':7}" },
        { "7sx", "'unknown':['7','sx']" },
        { "5'x", "'unknown':['5','x']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* rule 3 */
static void mends(void **state)
{
    static const said_row rows[] = {
        { "ambinet tecnho", "'genres':['ambient','techno']" },
        { "dubsetp", "'genres':['dubstep']" },
        { "melancoly", "'moods':['melancholic']" },
        { "agressive wobbel bass",
          "'tracks':{'include':['bass']},'modifiers':[{'track':'bass','quality':'aggressive'},{'"
          "track':'bass','quality':'wobbling'}]" },
        { "spring light", "'unknown':['spring','light']" },
        { "bess", "'unknown':['bess']" },
        { "sehr lansgam", "'tempo':{'min':40,'max':60}" },
        { "accordion", "'unknown':['accordion']" },
        { "D minro", "'key':{'tonic':'D','mode':'minor'}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs), cmocka_unit_test(apostrophes), cmocka_unit_test(dashes),
        cmocka_unit_test(stops), cmocka_unit_test(scripts),     cmocka_unit_test(digits),
        cmocka_unit_test(mends),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
