// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "compose/bar_fit.h"
#include "compose/bass_line.h"
#include "compose/brief.h"

static const snq_bass_hand c_minor = { .low = 28, .high = 48, .scale = 0x5AD };

static snq_chord chord(const char *label)
{
    snq_chord c;
    check_ok(snq_chord_from_label(label, &c));
    return c;
}

/* For all chords and places: a root is in the range, has the bass's pitch class, and none is nearer but for those
 * that leave no room for the octave. */
static void test_root(void **state)
{
    (void)state;
    for (int pc = 0; pc < 12; pc++)
        for (int near = 20; near < 60; near++) {
            const snq_chord c = { (uint8_t)pc, (uint8_t)((pc + 7) % 12), 0x91 };
            const int p = snq_bass_root(&c_minor, &c, near);
            assert_in_range(p, c_minor.low, c_minor.high);
            assert_int_equal(p % 12, c.bass);
            const int other = p + (near > p ? 12 : -12);
            if (other >= c_minor.low && other + 12 <= c_minor.high && other <= c_minor.high)
                assert_true(abs(other - near) >= abs(p - near));
        }
}

static void test_tones(void **state)
{
    const snq_chord cm7 = chord("C:min7"), sus = chord("C:sus4"), five = { 0, 0, 0x81 };
    const snq_chord inverted = chord("C:min/b3");
    (void)state;
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '1'), 36);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '3'), 39);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '5'), 43);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, 'v'), 31);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '7'), 46);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '8'), 48);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 45, '8'), 33);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, 'x'), 36);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '2'), 38);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '4'), 41);
    assert_int_equal(snq_bass_tone(&c_minor, &cm7, 36, '6'), 44);
    assert_int_equal(snq_bass_tone(&c_minor, &sus, 36, '3'), 41); /* what it has for a third */
    assert_int_equal(snq_bass_tone(&c_minor, &five, 36, '3'), 36);
    assert_int_equal(snq_bass_tone(&c_minor, &five, 36, '7'), 46); /* the scale's */
    /* over an inversion the chord's tones stay the chord's */
    assert_int_equal(snq_bass_tone(&c_minor, &inverted, 39, '5'), 43);
    static const char signs[] = "135781v246x";
    for (int root = 28; root <= 48; root++)
        for (const char *s = signs; *s; s++) {
            const snq_chord c = { (uint8_t)(root % 12), (uint8_t)(root % 12), 0x489 };
            assert_in_range(snq_bass_tone(&c_minor, &c, root, *s), c_minor.low, c_minor.high);
        }
}

static void test_lead(void **state)
{
    (void)state;
    assert_int_equal(snq_bass_lead(&c_minor, 36, 41, 1), 40);
    assert_int_equal(snq_bass_lead(&c_minor, 43, 41, 1), 42);
    assert_int_equal(snq_bass_lead(&c_minor, 36, 41, 0), 39);
    assert_int_equal(snq_bass_lead(&c_minor, 46, 41, 0), 43);
    assert_int_equal(snq_bass_lead(&c_minor, 36, 28, 1), 29); /* from above at the edge */
    assert_int_equal(snq_bass_lead(&c_minor, 28, 28, 1), 29);
    for (int from = 28; from <= 48; from++)
        for (int to = 28; to <= 48; to++)
            for (int half = 0; half < 2; half++) {
                const int p = snq_bass_lead(&c_minor, from, to, half);
                assert_in_range(p, c_minor.low, c_minor.high);
                assert_in_range(abs(p - to), 1, half ? 1 : 3);
            }
}

/* A walk begins on the root, ends beside the next one, never stands still, leaps at most an octave. */
static void test_walk(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        snq_rng rng;
        snq_rng_init(&rng, seed);
        const snq_chord c = { (uint8_t)(seed % 12), (uint8_t)(seed % 12),
                              seed % 2 ? 0x489 : 0x491 };
        const snq_chord d = { (uint8_t)(seed * 5 % 12), (uint8_t)(seed * 5 % 12), 0x91 };
        const int root = snq_bass_root(&c_minor, &c, 38), next = snq_bass_root(&c_minor, &d, root);
        int pitch[16] = { 0 };
        const int n = 1 + (int)(seed % 9);
        snq_bass_walk(&c_minor, &c, root, next, 0.5, &rng, pitch, n);
        assert_int_equal(pitch[0], root);
        if (n >= 3)
            assert_in_range(abs(pitch[n - 1] - next), 1, 3);
        for (int i = 0; i < n; i++) {
            assert_in_range(pitch[i], c_minor.low, c_minor.high);
            if (i > 0 && i < n - 1)
                assert_int_not_equal(pitch[i], pitch[i - 1]);
            if (i > 0)
                assert_true(abs(pitch[i] - pitch[i - 1]) <= 12);
        }
    }
}

static snq_intent metre(int beats, int unit)
{
    return (snq_intent) { .beats_per_bar = (uint8_t)beats, .beat_unit = (uint8_t)unit };
}

static void test_bar_fit(void **state)
{
    (void)state;
    const snq_intent four = metre(4, 4), three = metre(3, 4), six = metre(6, 8), five = metre(5, 4);
    const snq_intent seven = metre(7, 8), two = metre(2, 2), tiny = metre(1, 16);
    for (int s = 0; s < 16; s++)
        assert_int_equal(snq_bar_fit(&four, s), s);
    for (int s = 0; s < 12; s++)
        assert_int_equal(snq_bar_fit(&three, s), s);
    for (int s = 0; s < 12; s++) /* groups take half bars */
        assert_int_equal(snq_bar_fit(&six, s), s < 6 ? s : s + 2);
    assert_int_equal(snq_bar_fit(&five, 16), 8);
    assert_int_equal(snq_bar_fit(&seven, 13), 13);
    assert_int_equal(snq_bar_beat(&four), 4);
    assert_int_equal(snq_bar_beat(&six), 6);
    assert_int_equal(snq_bar_beat(&two), 4);
    assert_int_equal(snq_bar_beat(&tiny), 1);
    static const int four_weights[] = { 4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0 };
    for (int s = 0; s < 16; s++)
        assert_int_equal(snq_bar_weight(&four, s), four_weights[s]);
    assert_int_equal(snq_bar_weight(&three, 8), 2);
    assert_int_equal(snq_bar_weight(&six, 6), 3);
    assert_int_equal(snq_bar_weight(&six, 4), 1);
    assert_int_equal(snq_bar_weight(&six, 3), 0);
    for (int unit = 2; unit <= 16; unit *= 2)
        for (int beats = 1; beats <= 99; beats++) {
            const snq_intent in = metre(beats, unit);
            for (int32_t s = 0; s < snq_intent_bar_steps(&in); s++)
                assert_in_range(snq_bar_fit(&in, s), 0, 15);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root), cmocka_unit_test(test_tones),   cmocka_unit_test(test_lead),
        cmocka_unit_test(test_walk), cmocka_unit_test(test_bar_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
