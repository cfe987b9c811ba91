// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "compose/brief.h"
#include "compose/melody_line.h"
#include "compose/theory.h"
#include "support/sweep.h"

enum { C_MAJOR = 0xAB5, C_TRIAD = 0x91 };

static const snq_line_taste plain = {
    .low = 60, .high = 79, .leaps = 0.2, .repeats = 0.2, .tonic = 0
};

static snq_line_note note(int step, int target, int strong)
{
    return (snq_line_note) { .step = step,
                             .steps = 2,
                             .target = (int16_t)target,
                             .strong = (uint8_t)strong,
                             .scale = C_MAJOR,
                             .chord = C_TRIAD };
}

static void test_scale(void **state)
{
    (void)state;
    /* G major in A minor: the leading tone in place of the seventh */
    const uint16_t minor = snq_scale_set(9, SNQ_MODE_minor);
    const uint16_t e_major = 1u << 4 | 1u << 8 | 1u << 11;
    const uint16_t here = snq_line_scale(minor, e_major);
    assert_true(snq_pitch_in(here, 8));
    assert_false(snq_pitch_in(here, 7));
    assert_false(
        snq_pitch_in(here, 9)); /* a semitone over the leading tone, and foreign to the chord */
    assert_int_equal(snq_line_scale(C_MAJOR, C_TRIAD), C_MAJOR);
    assert_int_equal(snq_line_five(0, SNQ_MODE_major), 0x295);
    assert_int_equal(snq_line_five(9, SNQ_MODE_minor),
                     0x295); /* the relative minor's are the same */
    for (int mode = 0; mode < SNQ_MODES; mode++)
        for (int t = 0; t < 12; t++)
            assert_int_equal(snq_line_five(t, mode) & ~snq_scale_set(t, mode), 0);
}

/* Single prices, one after the other. */
static void test_tastes(void **state)
{
    int16_t p[3];
    (void)state;
    /* targets that are at home are taken */
    snq_line_note n[3] = { note(0, 64, 3), note(4, 67, 2), note(8, 72, 3) };
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_int_equal(p[0], 64);
    assert_int_equal(p[1], 67);
    assert_int_equal(p[2], 72);
    /* a strong note that rubs moves to the chord, a weak one may stay */
    n[1] = note(4, 65, 3);
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_true(p[1] == 64 || p[1] == 67);
    n[1] = note(4, 65, 0);
    n[0] = note(0, 64, 3);
    n[2] = note(8, 67, 3);
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_int_equal(p[1], 65);
    /* what is fixed stays, wherever it is */
    n[1] = note(4, 66, 3);
    n[1].fixed = 1;
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_int_equal(p[1], 66);
    /* an answer ends on the tonic when it is near */
    n[1] = note(4, 62, 0);
    n[2] = note(8, 62, 2);
    n[2].role = SNQ_LINE_ANSWER;
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_int_equal(p[2], 60);
    /* a question rather not */
    n[2].role = SNQ_LINE_QUESTION;
    n[2].target = 61;
    check_ok(snq_line_solve(&plain, n, 3, p));
    assert_int_not_equal(p[2] % 12, 1);
    check_ok(snq_line_solve(&plain, n, 0, NULL)); /* nothing */
}

/* A foreign note leads on by a semitone; a blue one may come when it may. */
static void test_outside(void **state)
{
    int foreign = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        snq_line_note n[24];
        int16_t p[24];
        snq_rng rng;
        snq_rng_init(&rng, seed);
        for (int i = 0; i < 24; i++) {
            n[i] = note(2 * i, 62 + (int)snq_rng_below(&rng, 14), (int)(i % 4 == 0 ? 3 : 0));
            n[i].outside = i % 4 == 3;
        }
        check_ok(snq_line_solve(&plain, n, 24, p));
        for (int i = 0; i < 23; i++) {
            assert_in_range(p[i], 60, 79);
            if (snq_pitch_in(C_MAJOR, p[i]))
                continue;
            foreign++;
            assert_true(n[i].outside);
            assert_int_equal(abs(p[i + 1] - p[i]), 1);
        }
    }
    assert_true(foreign > 50);
    snq_line_taste blues = plain;
    blues.blue = 1u << 3;
    snq_line_note n[3] = { note(0, 64, 3), note(4, 63, 0), note(8, 62, 0) };
    int16_t p[3];
    check_ok(snq_line_solve(&blues, n, 3, p));
    assert_int_not_equal(p[1], 63);
    n[1].blue = 1;
    check_ok(snq_line_solve(&blues, n, 3, p));
    assert_int_equal(p[1], 63);
}

/* Leaps are for those who like them. */
static void test_leaps(void **state)
{
    int wide[2] = { 0 };
    (void)state;
    for (int eager = 0; eager < 2; eager++)
        for (uint64_t seed = 0; seed < 200; seed++) {
            snq_line_taste t = plain;
            snq_line_note n[16];
            int16_t p[16];
            snq_rng rng;
            t.leaps = eager;
            snq_rng_init(&rng, seed);
            for (int i = 0; i < 16; i++)
                n[i] = note(2 * i, 62 + (int)snq_rng_below(&rng, 16), 1);
            check_ok(snq_line_solve(&t, n, 16, p));
            for (int i = 1; i < 16; i++)
                wide[eager] += abs(p[i] - p[i - 1]) > 4;
        }
    assert_true(wide[1] > wide[0]);
}

static snq_status make(void *user, void **object)
{
    int16_t p[3];
    SNQ_TRY(snq_line_solve(&plain, user, 3, p));
    *object = snq_calloc(1, 1);
    return *object ? SNQ_OK : SNQ_ERR_NOMEM;
}

static void test_no_memory(void **state)
{
    snq_line_note n[3] = { note(0, 64, 3), note(4, 67, 2), note(8, 72, 3) };
    (void)state;
    snq_sweep(make, snq_free, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale),     cmocka_unit_test(test_tastes),
        cmocka_unit_test(test_outside),   cmocka_unit_test(test_leaps),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
