// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "compose/brief.h"
#include "compose/theory.h"

/* The seven modes are the major scale begun on its seven steps. */
static void modes_are_rotations(void **state)
{
    static const int turned[SNQ_MODES] = { 0, 5, 1, 2, 3, 4, 6 };
    static const int major[7] = { 0, 2, 4, 5, 7, 9, 11 };
    for (int m = 0; m < SNQ_MODES; m++) {
        unsigned set = 0;
        for (int i = 0; i < 7; i++) {
            const int from = major[turned[m]];
            const int want = (major[(turned[m] + i) % 7] - from + 12) % 12;
            assert_int_equal(snq_mode_step(m, i), want);
            assert_int_equal(snq_mode_step(m, i + 7), want + 12);
            assert_int_equal(snq_mode_step(m, i - 7), want - 12);
            assert_int_equal(snq_mode_step(m, i - 14), want - 24);
            set |= 1u << want;
        }
        assert_int_equal(snq_mode_tones(m), set);
        for (int t = 0; t < 12; t++)
            for (int p = 0; p < 128; p++)
                assert_int_equal(snq_pitch_in(snq_scale_set(t, m), p),
                                 set >> ((p - t + 120) % 12) & 1);
    }
}

static void nearest_and_next(void **state)
{
    static const uint16_t sets[] = { 0x091, 0xAB5, 0x001, 0x800, 0xFFF, 0x0A0 };
    for (size_t k = 0; k < SNQ_COUNT(sets); k++)
        for (int p = 0; p < 128; p++) {
            const int near = snq_pitch_nearest(sets[k], p), up = snq_pitch_next(sets[k], p, 1),
                      down = snq_pitch_next(sets[k], p, -1);
            assert_true(snq_pitch_in(sets[k], near) && snq_pitch_in(sets[k], up) &&
                        snq_pitch_in(sets[k], down));
            assert_true(up > p && up <= p + 12 && down < p && down >= p - 12);
            for (int q = p - 12; q <= p + 12; q++)
                if (snq_pitch_in(sets[k], q)) {
                    assert_true(abs(near - p) <= abs(q - p));
                    assert_true(q <= p || q >= up);
                    assert_true(q >= p || q <= down);
                    if (abs(near - p) == abs(q - p))
                        assert_true(near <= q); /* the lower of two */
                }
        }
    assert_int_equal(snq_pitch_nearest(0, 61), 61);
    assert_int_equal(snq_pitch_next(0, 61, 1), 61);
}

/* By pitch class, from what a book of harmony says. */
static const struct {
    const char *numeral;
    int tonic, mode, root, bass;
    const char *label;
} numeral_tab[] = {
    { "I", 0, SNQ_MODE_major, 0, 0, "C:maj" },
    { "ii7", 0, SNQ_MODE_major, 2, 2, "D:min7" },
    { "V7", 0, SNQ_MODE_major, 7, 7, "G:7" },
    { "Imaj7", 5, SNQ_MODE_major, 5, 5, "F:maj7" },
    { "viio", 0, SNQ_MODE_major, 11, 11, "B:dim" },
    { "viio7", 0, SNQ_MODE_minor, 11, 11, "B:dim7" },
    { "iim7b5", 0, SNQ_MODE_minor, 2, 2, "D:hdim7" },
    { "VI", 0, SNQ_MODE_minor, 8, 8, "G#:maj" },
    { "bVI", 0, SNQ_MODE_minor, 8, 8, "G#:maj" },
    { "bVI", 0, SNQ_MODE_major, 8, 8, "G#:maj" },
    { "VI", 0, SNQ_MODE_dorian, 9, 9, "A:maj" },
    { "VII", 9, SNQ_MODE_minor, 7, 7, "G:maj" },
    { "V", 9, SNQ_MODE_minor, 4, 4, "E:maj" },
    { "v", 9, SNQ_MODE_minor, 4, 4, "E:min" },
    { "II", 4, SNQ_MODE_phrygian, 5, 5, "F:maj" },
    { "#ivo7", 0, SNQ_MODE_major, 6, 6, "F#:dim7" },
    { "bIImaj7", 0, SNQ_MODE_major, 1, 1, "C#:maj7" },
    { "I/3", 0, SNQ_MODE_major, 0, 4, "C:maj/3" },
    { "i/5", 0, SNQ_MODE_minor, 0, 7, "C:min/5" },
    { "IV/5", 0, SNQ_MODE_major, 5, 7, "F:maj/2" },
    { "V7/V", 0, SNQ_MODE_major, 2, 2, "D:7" },
    { "V7/ii", 0, SNQ_MODE_major, 9, 9, "A:7" },
    { "viio7/V", 0, SNQ_MODE_major, 6, 6, "F#:dim7" },
    { "bII7/V", 0, SNQ_MODE_major, 8, 8, "G#:7" },
    { "Isus4", 2, SNQ_MODE_major, 2, 2, "D:sus4" },
    { "isus2", 2, SNQ_MODE_minor, 2, 2, "D:sus2" },
    { "I5", 4, SNQ_MODE_minor, 4, 4, "E:(1,5)" },
    { "III+", 9, SNQ_MODE_minor, 0, 0, "C:aug" },
    { "i9", 9, SNQ_MODE_minor, 9, 9, "A:min9" },
    { "Iadd9", 0, SNQ_MODE_major, 0, 0, "C:maj(9)" },
    { "V7#9", 0, SNQ_MODE_major, 7, 7, "G:7(#9)" },
    { "V13", 0, SNQ_MODE_major, 7, 7, "G:9(13)" },
    { "iv6", 0, SNQ_MODE_major, 5, 5, "F:min6" },
    { "imaj7", 0, SNQ_MODE_minor, 0, 0, "C:minmaj7" },
};

static void numerals(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(numeral_tab); i++) {
        snq_chord c, from;
        char label[32];
        check_ok(snq_chord_from_numeral(numeral_tab[i].numeral, numeral_tab[i].tonic,
                                        numeral_tab[i].mode, &c));
        snq_chord_label(&c, label, sizeof label);
        assert_string_equal(label, numeral_tab[i].label);
        assert_int_equal(c.root, numeral_tab[i].root);
        assert_int_equal(c.bass, numeral_tab[i].bass);
        check_ok(snq_chord_from_label(label, &from));
        assert_memory_equal(&from, &c, sizeof c);
    }
}

/* Triads on the steps of a mode, written as that mode has them, stay in its scale. */
static void plain_numerals_are_diatonic(void **state)
{
    static const char *const triads[SNQ_MODES][7] = {
        { "I", "ii", "iii", "IV", "V", "vi", "viio" },
        { "i", "iio", "III", "iv", "v", "VI", "VII" },
        { "i", "ii", "III", "IV", "v", "vio", "VII" },
        { "i", "II", "III", "iv", "vo", "VI", "vii" },
        { "I", "II", "iii", "ivo", "V", "vi", "vii" },
        { "I", "ii", "iiio", "IV", "v", "vi", "VII" },
        { "io", "II", "iii", "iv", "V", "VI", "vii" },
    };
    for (int m = 0; m < SNQ_MODES; m++)
        for (int t = 0; t < 12; t++)
            for (int i = 0; i < 7; i++) {
                snq_chord c;
                check_ok(snq_chord_from_numeral(triads[m][i], t, m, &c));
                assert_int_equal(snq_chord_set(&c) & ~snq_scale_set(t, m), 0);
                assert_int_equal(c.root, (t + snq_mode_step(m, i)) % 12);
            }
}

static void bad_numerals(void **state)
{
    static const char *const bad[] = { "",    "H",  "b",    "IIII", "bbbI",    "V7x",  "i+", "V/8",
                                       "V/1", "V/", "V/V7", "V/x",  "vii7alt", "I /3", "9" };
    snq_chord c;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        check_status(snq_chord_from_numeral(bad[i], 0, SNQ_MODE_major, &c), SNQ_ERR_FORMAT);
        assert_non_null(strstr(snq_last_error(), "is no numeral"));
    }
}

/* Every set of up to nine intervals over every root and bass has a label that reads as itself. */
static void labels_come_back(void **state)
{
    for (unsigned tones = 1; tones < 4096; tones += 2)
        for (unsigned at = 0; at < 144 && __builtin_popcount(tones) <= 9; at++) {
            snq_chord c = { (uint8_t)(at % 12), (uint8_t)(at / 12), (uint16_t)tones }, back;
            char label[32];
            snq_chord_label(&c, label, sizeof label);
            assert_true(strlen(label) < sizeof label);
            if (snq_chord_from_label(label, &back) < 0)
                fail_msg("%s: %s", label, snq_last_error());
            if (memcmp(&back, &c, sizeof c) != 0)
                fail_msg("%s", label);
        }
}

static void labels_of_others(void **state)
{
    static const struct {
        const char *label;
        int root, bass;
        unsigned tones;
    } tab[] = {
        { "C", 0, 0, 0x091 },
        { "Db", 1, 1, 0x091 },
        { "Abb:min", 7, 7, 0x089 },
        { "G:7(*5,b9)", 7, 7, 0x413 },
        { "A:min/b3", 9, 0, 0x089 },
        { "F/5", 5, 0, 0x091 },
        { "D:(1,5,b7)", 2, 2, 0x481 },
        { "E:maj(9)/3", 4, 8, 0x095 },
        { "B#:min7", 0, 0, 0x489 },
        { "N", 0, 0, 0 },
        { "X", 0, 0, 0 },
    };
    static const char *const bad[] = { "",        "H:maj",    "C:foo",   "C:maj(",
                                       "C:maj(9", "C:(*1)",   "C:maj/x", "C:maj/14",
                                       "C maj",   "C:maj(0)", "c:maj",   "C:maj/5x" };
    snq_chord c;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        check_ok(snq_chord_from_label(tab[i].label, &c));
        assert_int_equal(c.root, tab[i].root);
        assert_int_equal(c.bass, tab[i].bass);
        assert_int_equal(c.tones, tab[i].tones);
    }
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        check_status(snq_chord_from_label(bad[i], &c), SNQ_ERR_FORMAT);
    char small[4];
    c = (snq_chord) { 1, 1, 0x489 };
    snq_chord_label(&c, small, sizeof small);
    assert_string_equal(small, "C#:");
    c.tones = 0;
    snq_chord_label(&c, small, sizeof small);
    assert_string_equal(small, "N");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_are_rotations),
        cmocka_unit_test(nearest_and_next),
        cmocka_unit_test(numerals),
        cmocka_unit_test(plain_numerals_are_diatonic),
        cmocka_unit_test(bad_numerals),
        cmocka_unit_test(labels_come_back),
        cmocka_unit_test(labels_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
