// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/progression.h"
#include "harmony_piece.h"

static harmony_piece piece, again;

static snq_track *track(harmony_piece *p)
{
    check_ok(snq_score_sort(&p->score));
    return &p->score.track[HARMONY_ARPEGGIO];
}

static void all_styles_and_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 }, { 5, 4 }, { 7, 8 }, { 1, 16 } };
    for (int i = 0; i <= HARMONY_STYLES; i++)
        for (size_t m = 0; m < SNQ_COUNT(metres); m++)
            for (uint64_t s = 0; s < 3; s++) {
                harmony_begin(&piece, i ? harmony_styles[i - 1] : NULL, (uint64_t)i + m + s, -1);
                harmony_metre(&piece, metres[m][0], metres[m][1]);
                harmony_make(&piece);
                const snq_harmony_arpeggio *const a = &piece.style->harmony.arpeggio;
                const snq_track *const t = track(&piece);
                const int64_t end = (int64_t)piece.context.steps * SNQ_TICKS_PER_STEP;
                assert_true(t->notes > 0);
                for (size_t k = 0; k < t->notes; k++) {
                    const snq_note *const n = &t->note[k];
                    const snq_chord *const c =
                        &snq_context_chord(&piece.context, (int32_t)(n->tick / SNQ_TICKS_PER_STEP),
                                           NULL)
                             ->chord;
                    assert_in_range(n->pitch, a->low, a->high);
                    assert_true(snq_pitch_in(snq_chord_set(c), n->pitch));
                    assert_true(n->length > 0 && n->tick + n->length <= end);
                }
                harmony_end(&piece);
            }
}

/* One chord, one pattern: the order of the notes is the shape. */
static void made_with(int shape, int octaves, int *pitch, int n)
{
    const snq_chord chord = { 0, 0, 0x91 };
    harmony_begin(&piece, NULL, 3, SNQ_MODE_major);
    snq_harmony_arpeggio *const a = &piece.style->harmony.arpeggio;
    a->low = 60;
    a->high = 96;
    a->patterns = 1;
    a->pattern[0] = (snq_arpeggio_style) { .shape = (uint8_t)shape,
                                           .octaves = (uint8_t)octaves,
                                           .pulses = 3,
                                           .of = 8,
                                           .rate = 1,
                                           .gate = 0.5f,
                                           .energy_max = 1,
                                           .weight = 1 };
    piece.intent.track[HARMONY_ARPEGGIO].density = 1;
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_ok(snq_context_add_chord(&piece.context, piece.context.steps, &chord, 1));
    snq_score_init(&piece.score);
    snq_track *t;
    check_ok(snq_score_add_track(&piece.score, "a", &t));
    const snq_track_job job = { &piece.context, &piece.intent.track[HARMONY_ARPEGGIO],
                                HARMONY_ARPEGGIO, 1 };
    check_ok(snq__kind_arpeggio.make(&job, t));
    for (int i = 0; i < n; i++)
        pitch[i] = -1;
    for (size_t i = 0; i < t->notes; i++)
        if (t->note[i].tick < n * SNQ_TICKS_PER_STEP)
            pitch[t->note[i].tick / SNQ_TICKS_PER_STEP] = t->note[i].pitch;
    harmony_end(&piece);
}

static void shapes(void **state)
{
    static const struct {
        int shape, octaves, pitch[8];
    } tab[] = {
        { SNQ_ARPEGGIO_up, 1, { 60, 64, 67, 60, 64, 67, 60, 64 } },
        { SNQ_ARPEGGIO_up, 2, { 60, 64, 67, 72, 76, 79, 60, 64 } },
        { SNQ_ARPEGGIO_down, 1, { 67, 64, 60, 67, 64, 60, 67, 64 } },
        { SNQ_ARPEGGIO_updown, 1, { 60, 64, 67, 64, 60, 64, 67, 64 } },
        { SNQ_ARPEGGIO_alberti, 1, { 60, 67, 64, 67, 60, 67, 64, 67 } },
        { SNQ_ARPEGGIO_euclid, 1, { 60, -1, -1, 64, -1, -1, 67, -1 } }, /* the tresillo */
    };
    int pitch[8];
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        made_with(tab[i].shape, tab[i].octaves, pitch, 8);
        assert_memory_equal(pitch, tab[i].pitch, sizeof pitch);
    }
    int walk[64];
    made_with(SNQ_ARPEGGIO_walk, 2, walk, 64);
    for (int i = 1; i < 64; i++) /* from tone to neighbouring tone */
        assert_true(walk[i] >= 0 && abs(walk[i] - walk[i - 1]) <= 5);
    int drawn[32];
    made_with(SNQ_ARPEGGIO_random, 2, drawn, 32);
    assert_memory_equal(drawn, drawn + 16, 16 * sizeof *drawn); /* comes again */
    made_with(SNQ_ARPEGGIO_chord, 1, pitch, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(pitch[i], 67); /* the last that is put: all three are there */
}

static double notes_with(uint32_t qualities, float density)
{
    double n = 0;
    for (int i = 0; i < HARMONY_STYLES; i++) {
        harmony_begin(&piece, harmony_styles[i], 5, -1);
        piece.intent.track[HARMONY_ARPEGGIO].qualities = qualities;
        piece.intent.track[HARMONY_ARPEGGIO].density = density;
        harmony_make(&piece);
        n += (double)track(&piece)->notes;
        harmony_end(&piece);
    }
    return n;
}

static void words_are_heard(void **state)
{
    const double usual = notes_with(0, 0.5f);
    assert_true(notes_with(1u << SNQ_QUALITY_busy, 0.5f) > usual * 1.1);
    assert_true(notes_with(1u << SNQ_QUALITY_sparse, 0.5f) < usual * 0.7);
    assert_true(notes_with(0, 0.0f) < usual * 0.9);
    assert_true(notes_with(0, 1.0f) > usual);
    harmony_begin(&piece, "synthwave", 5, -1);
    harmony_begin(&again, "synthwave", 5, -1);
    again.intent.track[HARMONY_ARPEGGIO].qualities = 1u << SNQ_QUALITY_bright;
    harmony_make(&piece);
    harmony_make(&again);
    double low = 0, high = 0;
    const snq_track *const a = track(&piece), *const b = track(&again);
    for (size_t i = 0; i < a->notes; i++)
        low += a->note[i].pitch / (double)a->notes;
    for (size_t i = 0; i < b->notes; i++)
        high += b->note[i].pitch / (double)b->notes;
    assert_true(high > low + 3);
    harmony_end(&again);
    harmony_end(&piece);
}

static void no_memory(void **state)
{
    snq_status st = SNQ_ERR_NOMEM;
    harmony_begin(&piece, "trance", 4, -1);
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_ok(snq_progression_plan(&piece.intent, &piece.context));
    const int64_t before = snq_alloc_live();
    for (int n = 0; st == SNQ_ERR_NOMEM; n++) {
        const snq_track_job job = { &piece.context, &piece.intent.track[HARMONY_ARPEGGIO],
                                    HARMONY_ARPEGGIO, 4 };
        snq_track t = { 0 };
        snq_alloc_fail_after(n);
        st = snq__kind_arpeggio.make(&job, &t);
        snq_alloc_fail_after(-1);
        snq_free(t.note);
        assert_int_equal(snq_alloc_live(), before);
        assert_true(n < 100);
    }
    check_ok(st);
    harmony_end(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_styles_and_metres),
        cmocka_unit_test(shapes),
        cmocka_unit_test(words_are_heard),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
