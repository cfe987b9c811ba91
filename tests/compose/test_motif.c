// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_piece.h"
#include "compose/motif.h"

static snq_intent metre(int beats, int unit)
{
    return (snq_intent) { .beats_per_bar = (uint8_t)beats, .beat_unit = (uint8_t)unit };
}

static void check_motif(const snq_motif *m, int bar)
{
    assert_in_range(m->notes, 1, SNQ_MOTIF_NOTES_MAX);
    for (int i = 0; i < m->notes; i++) {
        const snq_motif_note *const n = &m->note[i];
        assert_true(n->steps >= 1 && n->step >= 0 && n->step + n->steps <= bar);
        assert_true(n->contour >= -SNQ_MOTIF_CONTOUR_MAX && n->contour <= SNQ_MOTIF_CONTOUR_MAX);
        if (i > 0)
            assert_true(n[-1].step + n[-1].steps <= n->step);
    }
}

/* Whatever the metre, the style, the change: a motif stays one. */
static void test_whole(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 },  { 6, 8 }, { 7, 8 },
                                     { 5, 4 }, { 99, 2 }, { 1, 16 } };
    snq_style *const s = calloc(1, sizeof *s);
    (void)state;
    for (size_t i = 0; i <= MADE_STYLES; i++) {
        made_style(i < MADE_STYLES ? made_styles[i] : NULL, s);
        for (size_t k = 0; k < SNQ_COUNT(metres); k++) {
            const snq_intent in = metre(metres[k][0], metres[k][1]);
            for (uint64_t seed = 0; seed < 30; seed++) {
                snq_rng rng;
                snq_motif m;
                snq_rng_init(&rng, seed);
                const snq_motif_wish w = { &s->melody, &in, (uint8_t)(seed % 3),
                                           (double)(seed % 7) / 6.0, (double)(seed % 5) / 4.0 };
                snq_motif_draw(&w, &rng, &m);
                check_motif(&m, snq_intent_bar_steps(&in));
                for (int c = 0; c < 12; c++) {
                    snq_motif_vary(&m, (snq_motif_change)((seed + (uint64_t)c * 5) % 6),
                                   snq_intent_bar_steps(&in), &rng);
                    check_motif(&m, snq_intent_bar_steps(&in));
                }
            }
        }
    }
    free(s);
}

static snq_motif four_notes(void)
{
    snq_motif m = { .notes = 4 };
    for (int i = 0; i < 4; i++)
        m.note[i] = (snq_motif_note) {
            .step = (int16_t)(4 * i), .steps = 2, .contour = (int8_t)i, .pitch = (uint8_t)(60 + i)
        };
    return m;
}

static void test_changes(void **state)
{
    snq_rng rng;
    (void)state;
    snq_rng_init(&rng, 5);
    snq_motif m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_SEQUENCE, 16, &rng);
    const int by = m.note[0].contour;
    assert_int_not_equal(by, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(m.note[i].contour, i + by);
        assert_int_equal(m.note[i].pitch, 0);
    }
    m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_INVERT_TAIL, 16, &rng);
    assert_int_equal(m.note[2].contour, 2);
    assert_int_equal(m.note[2].pitch, 62); /* the hinge stays */
    assert_int_equal(m.note[3].contour, 1);
    assert_int_equal(m.note[3].pitch, 0);
    m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_DISPLACE, 16, &rng);
    assert_int_equal(m.note[1].step, 4);
    assert_int_equal(m.note[2].step, 10);
    assert_int_equal(m.note[3].step, 14);
    assert_int_equal(m.note[3].pitch, 63);
    m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_ORNAMENT, 16, &rng);
    assert_int_equal(m.notes, 5);
    m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_TRUNCATE, 16, &rng);
    assert_int_equal(m.notes, 3);
    m = four_notes();
    snq_motif_vary(&m, SNQ_MOTIF_EXTEND, 16, &rng);
    assert_int_equal(m.notes, 3);
    assert_int_equal(m.note[2].steps, 6);
    /* what is too short for it stays */
    m = four_notes();
    m.notes = 1;
    for (int c = 0; c < SNQ_MOTIF_CHANGES; c++)
        snq_motif_vary(&m, (snq_motif_change)c, 16, &rng);
    assert_int_equal(m.notes, 1);
}

/* Tastes are heard: more leaps, more repeats; and after a leap the line turns. */
static void test_contour(void **state)
{
    int leaps[2] = { 0 }, repeats[2] = { 0 }, turned = 0, all = 0;
    (void)state;
    for (int eager = 0; eager < 2; eager++)
        for (uint64_t seed = 0; seed < 300; seed++) {
            snq_rng rng;
            snq_motif m = { .notes = 10 };
            const snq_style_melody s = { .leaps = eager ? 0.8f : 0.1f,
                                         .repeats = eager ? 0.1f : 0.5f };
            snq_rng_init(&rng, seed);
            snq_motif_contour(&s, &rng, &m);
            for (int i = 1; i < m.notes; i++) {
                const int by = m.note[i].contour - m.note[i - 1].contour;
                leaps[eager] += abs(by) > 1;
                repeats[eager] += by == 0;
                if (abs(by) > 2 && i + 1 < m.notes) {
                    all++;
                    turned += (m.note[i + 1].contour - m.note[i].contour) * by < 0;
                }
            }
        }
    assert_true(leaps[1] > 3 * leaps[0]);
    assert_true(repeats[0] > 3 * repeats[1]);
    assert_true(all > 100 && turned * 10 >= all * 8);
}

/* The density wished for chooses the rhythm. */
static void test_density(void **state)
{
    int notes[2] = { 0 };
    const snq_intent in = metre(4, 4);
    snq_style *const s = calloc(1, sizeof *s);
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        made_style(made_styles[i], s);
        for (int much = 0; much < 2; much++)
            for (uint64_t seed = 0; seed < 50; seed++) {
                snq_rng rng;
                snq_motif m;
                snq_rng_init(&rng, seed);
                const snq_motif_wish w = { &s->melody, &in, SNQ_MELODY_ANY, 0.6, much };
                snq_motif_draw(&w, &rng, &m);
                notes[much] += m.notes;
            }
    }
    assert_true(notes[1] * 10 > notes[0] * 12);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_contour),
        cmocka_unit_test(test_density),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
