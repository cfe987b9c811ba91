// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "jobs/bass_hold.h"
#include "jobs/map_rig.h"

enum { Q = SNQ_SCORE_TICKS };

static snq_track *line(snq_score *s, const double (*note)[3], size_t n, double quarters)
{
    map_rig_score(s, 140, quarters);
    snq_track *t = map_rig_track(s, "bass", "bass", "");
    for (size_t i = 0; i < n; i++)
        map_rig_note(s, t, note[i][0], note[i][1], (int)note[i][2]);
    snq_bass_hold(s, t);
    check_ok(snq_score_check(s));
    return t;
}

/* Sixteenths on one pitch are one note; another pitch is a slur. */
static void joins_and_slurs(void **state)
{
    static const double note[][3] = { { 0.25, 0.2, 33 }, { 0.5, 0.2, 33 }, { 0.75, 0.2, 33 },
                                      { 2.5, 0.5, 36 },  { 3, 1, 33 },     { 7, 1, 33 } };
    snq_score s;
    snq_track *t = line(&s, note, SNQ_COUNT(note), 8);
    assert_int_equal(t->notes, 4);
    assert_int_equal(t->note[0].tick, Q / 4);
    assert_int_equal(t->note[0].length, Q * 7 / 10);     /* the rest behind it stays */
    assert_int_equal(t->note[1].length, Q / 2 + Q / 16); /* over the next one's begin */
    assert_int_equal(t->note[2].length, Q);
    assert_int_equal(t->note[3].pitch, 33);
    snq_score_clear(&s);
}

/* After two bars the key is struck again, without a gap. */
static void breathes(void **state)
{
    double note[32][3];
    for (int i = 0; i < 32; i++)
        note[i][0] = i / 2.0, note[i][1] = 0.25, note[i][2] = 33;
    snq_score s;
    snq_track *t = line(&s, (const double(*)[3])note, 32, 16);
    assert_int_equal(t->notes, 2);
    assert_int_equal(t->note[1].tick, 8 * Q);
    assert_int_equal(t->note[0].length, 8 * Q);
    snq_score_clear(&s);
}

static void edges(void **state)
{
    static const double chord[][3] = { { 0, 1, 33 }, { 0, 1, 40 }, { 0, 2, 40 }, { 7.5, 0.5, 33 } };
    snq_score s;
    snq_track *t = line(&s, NULL, 0, 4);
    assert_int_equal(t->notes, 0);
    snq_score_clear(&s);
    t = line(&s, chord, SNQ_COUNT(chord), 8);
    assert_int_equal(t->notes, 3);
    assert_int_equal(t->note[0].length, Q); /* of a chord nothing is slurred */
    assert_int_equal(t->note[1].length, 2 * Q);
    snq_score_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_and_slurs),
        cmocka_unit_test(breathes),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
