// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "prompt_checks.h"

/* any case */
static void with_mode(void **state)
{
    static const said_row rows[] = {
        { "b minor", "'key':{'tonic':'B','mode':'minor'}" },
        { "bb minor", "'key':{'tonic':'A#','mode':'minor'}" },
        { "c sharp minor", "'key':{'tonic':'C#','mode':'minor'}" },
        { "E-flat major", "'key':{'tonic':'D#','mode':'major'}" },
        { "F# dorian", "'key':{'tonic':'F#','mode':'dorian'}" },
        { "Cb major", "'key':{'tonic':'B','mode':'major'}" },
        { "e# minor", "'key':{'tonic':'F','mode':'minor'}" },
        { "B\342\231\255 minor", "'key':{'tonic':'A#','mode':'minor'}" },
        { "A minor", "'key':{'tonic':'A','mode':'minor'}" },
        { "a minor", "'key':{'tonic':'A','mode':'minor'}" },
        { "D min", "'key':{'tonic':'D','mode':'minor'}" },
        { "G maj", "'key':{'tonic':'G','mode':'major'}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* with a capital or an accidental, or announced */
static void compact(void **state)
{
    static const said_row rows[] = {
        { "Am", "'key':{'tonic':'A','mode':'minor'}" },
        { "F#m", "'key':{'tonic':'F#','mode':'minor'}" },
        { "f#m", "'key':{'tonic':'F#','mode':'minor'}" },
        { "Bbmaj", "'key':{'tonic':'A#','mode':'major'}" },
        { "in am", "'key':{'tonic':'A','mode':'minor'}" },
        { "key: em", "'key':{'tonic':'E','mode':'minor'}" },
        { "am", "'unknown':['am']" },
        { "FM AM", "'unknown':['fm','am']" },
        { "Cminor", "'key':{'tonic':'C','mode':'minor'}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* a capital with an accidental, after in, after key of */
static void bare(void **state)
{
    static const said_row rows[] = {
        { "Bb", "'key':{'tonic':'A#','mode':'major'}" },
        { "in A", "'key':{'tonic':'A','mode':'major'}" },
        { "in a", "" },
        { "key of c", "'key':{'tonic':'C','mode':'major'}" },
        { "key of c sharp", "'key':{'tonic':'C#','mode':'major'}" },
        { "in f#", "'key':{'tonic':'F#','mode':'major'}" },
        { "f#", "'unknown':['f#']" },
        { "C", "'unknown':['c']" },
        { "A flat", "'key':{'tonic':'G#','mode':'major'}" },
        { "a flat", "'unknown':['flat']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* a minor key has no tonic */
static void articles(void **state)
{
    static const said_row rows[] = {
        { "a minor key", "'key':{'tonic':null,'mode':'minor'}" },
        { "A major scale", "'key':{'tonic':null,'mode':'major'}" },
        { "a dorian mode", "'key':{'tonic':null,'mode':'dorian'}" },
        { "in the key of A minor", "'key':{'tonic':'A','mode':'minor'}" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* Moll and Dur */
static void german(void **state)
{
    static const said_row rows[] = {
        { "h-Moll", "'key':{'tonic':'B','mode':'minor'}" },
        { "B-Dur", "'key':{'tonic':'A#','mode':'major'}" },
        { "fis-moll", "'key':{'tonic':'F#','mode':'minor'}" },
        { "Es-Dur", "'key':{'tonic':'D#','mode':'major'}" },
        { "as-Moll", "'key':{'tonic':'G#','mode':'minor'}" },
        { "Ges Dur", "'key':{'tonic':'F#','mode':'major'}" },
        { "Ais-Moll", "'key':{'tonic':'A#','mode':'minor'}" },
        { "C-Dur", "'key':{'tonic':'C','mode':'major'}" },
        { "bis-moll", "'key':{'tonic':null,'mode':'minor'},'unknown':['bis']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

/* 8B is C major, 8A A minor, one step up a fifth */
static void camelot(void **state)
{
    static const said_row rows[] = {
        { "1B", "'key':{'tonic':'B','mode':'major'}" },
        { "1a", "'key':{'tonic':'G#','mode':'minor'}" },
        { "2B", "'key':{'tonic':'F#','mode':'major'}" },
        { "2a", "'key':{'tonic':'D#','mode':'minor'}" },
        { "3B", "'key':{'tonic':'C#','mode':'major'}" },
        { "3a", "'key':{'tonic':'A#','mode':'minor'}" },
        { "4B", "'key':{'tonic':'G#','mode':'major'}" },
        { "4a", "'key':{'tonic':'F','mode':'minor'}" },
        { "5B", "'key':{'tonic':'D#','mode':'major'}" },
        { "5a", "'key':{'tonic':'C','mode':'minor'}" },
        { "6B", "'key':{'tonic':'A#','mode':'major'}" },
        { "6a", "'key':{'tonic':'G','mode':'minor'}" },
        { "7B", "'key':{'tonic':'F','mode':'major'}" },
        { "7a", "'key':{'tonic':'D','mode':'minor'}" },
        { "8B", "'key':{'tonic':'C','mode':'major'}" },
        { "8a", "'key':{'tonic':'A','mode':'minor'}" },
        { "9B", "'key':{'tonic':'G','mode':'major'}" },
        { "9a", "'key':{'tonic':'E','mode':'minor'}" },
        { "10B", "'key':{'tonic':'D','mode':'major'}" },
        { "10a", "'key':{'tonic':'B','mode':'minor'}" },
        { "11B", "'key':{'tonic':'A','mode':'major'}" },
        { "11a", "'key':{'tonic':'F#','mode':'minor'}" },
        { "12B", "'key':{'tonic':'E','mode':'major'}" },
        { "12a", "'key':{'tonic':'C#','mode':'minor'}" },
        { "13A", "'unknown':['13a']" },
        { "0B", "'unknown':['0b']" },
    };
    check_rows(*state, rows, SNQ_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_mode), cmocka_unit_test(compact), cmocka_unit_test(bare),
        cmocka_unit_test(articles),  cmocka_unit_test(german),  cmocka_unit_test(camelot),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
