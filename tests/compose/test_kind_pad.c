// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/same_notes.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/progression.h"
#include "harmony_piece.h"

static harmony_piece piece, again;

static snq_track *track(harmony_piece *p)
{
    check_ok(snq_score_sort(&p->score));
    return &p->score.track[HARMONY_PAD];
}

/* Each note fits every chord that it sounds in; none overlaps another of its pitch; none is held for over eight
 * bars; nearly all the time something sounds. */
static void check_pad(const harmony_piece *p, const snq_track *t)
{
    const int64_t bar = (int64_t)p->context.bar_steps * SNQ_TICKS_PER_STEP;
    int64_t until[128] = { 0 }, covered = 0, to = 0;
    assert_true(t->notes > 0);
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *const n = &t->note[i];
        assert_true(n->tick >= until[n->pitch] && n->length > 0 && n->length <= 8 * bar);
        until[n->pitch] = n->tick + n->length;
        assert_true(until[n->pitch] <= p->form.bars * bar);
        for (int64_t s = n->tick / SNQ_TICKS_PER_STEP;
             s < (n->tick + n->length) / SNQ_TICKS_PER_STEP; s++) {
            const snq_chord *const c = &snq_context_chord(&p->context, (int32_t)s, NULL)->chord;
            assert_true(snq_pitch_in((uint16_t)(snq_chord_set(c) | 1u << c->bass), n->pitch));
        }
        if (until[n->pitch] > to) {
            covered += until[n->pitch] - (n->tick > to ? n->tick : to);
            to = until[n->pitch];
        }
    }
    assert_true(covered >= p->form.bars * bar - 4 * SNQ_TICKS_PER_STEP);
}

static void all_styles_and_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 }, { 5, 4 }, { 7, 8 }, { 1, 4 } };
    for (int i = 0; i <= HARMONY_STYLES; i++)
        for (size_t m = 0; m < SNQ_COUNT(metres); m++) {
            harmony_begin(&piece, i ? harmony_styles[i - 1] : NULL, (uint64_t)i + m, -1);
            harmony_metre(&piece, metres[m][0], metres[m][1]);
            harmony_make(&piece);
            check_pad(&piece, track(&piece));
            harmony_end(&piece);
        }
}

/* A piece on one chord for ever: it is struck again, and ties keep notes over changes. */
static void ties(void **state)
{
    size_t notes[2];
    for (int tie = 0; tie < 2; tie++) {
        harmony_begin(&piece, "trance", 3, SNQ_MODE_minor);
        piece.style->harmony.pad.tie = (float)tie;
        harmony_make(&piece);
        notes[tie] = track(&piece)->notes;
        harmony_end(&piece);
    }
    assert_true(notes[1] * 10 < notes[0] * 9);
    harmony_begin(&piece, NULL, 3, SNQ_MODE_minor);
    const snq_chord one = { 0, 0, 0x89 };
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    piece.context.form.sections = 1;
    piece.context.form.section[0].bars = 40;
    check_ok(snq_context_add_chord(&piece.context, piece.context.steps, &one, 1));
    const snq_track_job job = { &piece.context, &piece.intent.track[HARMONY_PAD], HARMONY_PAD, 1 };
    snq_track t = { 0 };
    check_ok(snq__kind_pad.make(&job, &t));
    assert_true(t.notes >= 5 * 3);
    for (size_t i = 0; i < t.notes; i++)
        assert_true(t.note[i].length <= 8 * 16 * SNQ_TICKS_PER_STEP);
    snq_free(t.note);
    harmony_end(&piece);
}

static void seeds_and_memory(void **state)
{
    snq_status st = SNQ_ERR_NOMEM;
    harmony_begin(&piece, "ambient", 4, -1);
    harmony_begin(&again, "ambient", 4, -1);
    harmony_make(&piece);
    harmony_make(&again);
    const snq_track *const a = track(&piece), *const b = track(&again);
    assert_int_equal(a->notes, b->notes);
    check_same_notes(a->note, b->note, a->notes);
    const int64_t before = snq_alloc_live();
    for (int n = 0; st == SNQ_ERR_NOMEM; n++) {
        const snq_track_job job = { &piece.context, &piece.intent.track[HARMONY_PAD], HARMONY_PAD,
                                    4 };
        snq_track t = { 0 };
        snq_alloc_fail_after(n);
        st = snq__kind_pad.make(&job, &t);
        snq_alloc_fail_after(-1);
        snq_free(t.note);
        assert_int_equal(snq_alloc_live(), before);
        assert_true(n < 100);
    }
    check_ok(st);
    harmony_end(&again);
    harmony_end(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_styles_and_metres),
        cmocka_unit_test(ties),
        cmocka_unit_test(seeds_and_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
