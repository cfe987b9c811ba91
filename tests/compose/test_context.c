// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "compose/groove.h"
#include "harmony_piece.h"
#include "support/sweep.h"

static harmony_piece piece;

static void chords_in_order(void **state)
{
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    snq_context *const c = &piece.context;
    const snq_chord a = { 0, 0, 0x89 }, b = { 5, 5, 0x91 };
    check_ok(snq_context_init(c, &piece.intent, &piece.form));
    assert_int_equal(c->steps, HARMONY_BARS * 16);
    assert_null(snq_context_chord(c, 0, NULL));
    snq_rng r;
    snq_rng_init(&r, 3);
    while (c->chords == 0 ||
           c->chord[c->chords - 1].step + c->chord[c->chords - 1].steps < c->steps) {
        const int32_t at =
            c->chords ? c->chord[c->chords - 1].step + c->chord[c->chords - 1].steps : 0;
        int32_t n = 1 + (int32_t)snq_rng_below(&r, 9);
        n = n > c->steps - at ? c->steps - at : n;
        check_ok(snq_context_add_chord(c, n, c->chords % 2 ? &b : &a, c->chords % 4 == 3));
    }
    check_status(snq_context_add_chord(c, 1, &a, 0), SNQ_ERR_RANGE);
    /* forwards with a hint, and anywhere with a wrong one, as without */
    size_t hint = 0, at = 0;
    for (int32_t s = 0; s < c->steps; s++) {
        while (c->chord[at].step + c->chord[at].steps <= s)
            at++;
        size_t wrong = snq_rng_below(&r, (uint32_t)c->chords + 5);
        assert_ptr_equal(snq_context_chord(c, s, &hint), &c->chord[at]);
        assert_ptr_equal(snq_context_chord(c, s, &wrong), &c->chord[at]);
        assert_ptr_equal(snq_context_chord(c, s, NULL), &c->chord[at]);
        assert_int_equal(hint, at);
    }
    harmony_end(&piece);
}

static void bad_lengths(void **state)
{
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    const snq_chord a = { 0, 0, 0x89 };
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_status(snq_context_add_chord(&piece.context, 0, &a, 0), SNQ_ERR_RANGE);
    check_status(snq_context_add_chord(&piece.context, 1 << 20, &a, 0), SNQ_ERR_RANGE);
    snq_alloc_fail_after(0);
    check_status(snq_context_add_chord(&piece.context, 4, &a, 0), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    harmony_end(&piece);
}

/* Swing and a hand move notes; the context sees the step that they were written on. */
static void tracks_are_read_on_their_steps(void **state)
{
    static const float swings[] = { 0.5f, 0.58f, 0.6667f, 0.75f };
    for (int by = 1; by <= 2; by++)
        for (size_t k = 0; k < 4; k++) {
            harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
            piece.intent.swing = swings[k];
            piece.intent.swing_step = (uint8_t)by;
            snq_context *const c = &piece.context;
            check_ok(snq_context_init(c, &piece.intent, &piece.form));
            snq_score_init(&piece.score);
            snq_track *t;
            check_ok(snq_score_add_track(&piece.score, "kit", &t));
            for (int32_t s = 0; s < c->steps; s += by)
                check_ok(snq_track_put(t, s, 1, s % 3 == 0 ? 36 : s % 3 == 1 ? 38 : 42, 127));
            const snq_human hand = { .force_by_step = { 1, 1, 1, 1 } };
            snq_rng r;
            snq_rng_init(&r, 1);
            snq_groove_apply(&piece.intent, NULL, &hand, &r, t);
            snq_context_read_track(c, SNQ_PART_drums, t);
            for (int32_t s = 0; s < c->steps; s++) {
                const int on = s % by == 0;
                check_near((double)c->hit[SNQ_HITS_KICK][s], on && s % 3 == 0, 0.01);
                check_near((double)c->hit[SNQ_HITS_SNARE][s], on && s % 3 == 1, 0.01);
                check_near((double)c->hit[SNQ_HITS_DRUMS][s], on && s % 3 == 2, 0.01);
                check_near((double)c->hit[SNQ_HITS_BASS][s], 0, 0);
            }
            assert_true(c->range[SNQ_PART_drums][0].low > c->range[SNQ_PART_drums][0].high);
            harmony_end(&piece);
        }
}

static void registers(void **state)
{
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    snq_context *const c = &piece.context;
    check_ok(snq_context_init(c, &piece.intent, &piece.form));
    snq_score_init(&piece.score);
    snq_track *t;
    check_ok(snq_score_add_track(&piece.score, "bass", &t));
    check_ok(snq_track_put(t, 0, 4, 40, 64));
    check_ok(snq_track_put(t, 4, 28, 45, 100));            /* into the second bar */
    check_ok(snq_track_put(t, c->steps - 2, 100, 50, 80)); /* beyond the end */
    check_ok(snq_track_put(t, c->steps + 16, 4, 60, 80));  /* after it: not there */
    snq_context_read_track(c, SNQ_PART_bass, t);
    const snq_register *const r = c->range[SNQ_PART_bass];
    assert_int_equal(r[0].low, 40);
    assert_int_equal(r[0].high, 45);
    assert_int_equal(r[1].low, 45);
    assert_int_equal(r[1].high, 45);
    assert_true(r[2].low > r[2].high);
    assert_int_equal(r[HARMONY_BARS - 1].high, 50);
    check_near((double)c->hit[SNQ_HITS_BASS][4], 100 / 127.0, 1e-6);
    snq_context_read_track(c, SNQ_PART_melody, t);
    check_near((double)c->hit[SNQ_HITS_REST][0], 64 / 127.0, 1e-6);
    harmony_end(&piece);
}

static void energies(void **state)
{
    static snq_bar_wish wish[HARMONY_BARS];
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_near((double)snq_context_energy(&piece.context, 0), 0.3, 1e-6);
    for (int i = 0; i < HARMONY_BARS; i++)
        wish[i].energy = i == 1 ? 0.9f : NAN;
    piece.context.wish = wish;
    check_near((double)snq_context_energy(&piece.context, 0), 0.3, 1e-6);
    check_near((double)snq_context_energy(&piece.context, 1), 0.9, 1e-6);
    harmony_end(&piece);
}

static snq_status make(void *user, void **object)
{
    static snq_context c;
    const snq_status st = snq_context_init(&c, &piece.intent, &piece.form);
    *object = st < 0 ? NULL : &c;
    return st;
}

static void unmake(void *object)
{
    snq_context_clear(object);
    snq_context_clear(object); /* legal twice */
}

static void sweep(void **state)
{
    static snq_style style;
    piece.style = NULL;
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    snq_free(piece.style);
    piece.intent.style = &style;
    assert_true(snq_sweep(make, unmake, NULL) >= SNQ_HITS + SNQ_PARTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chords_in_order),
        cmocka_unit_test(bad_lengths),
        cmocka_unit_test(tracks_are_read_on_their_steps),
        cmocka_unit_test(registers),
        cmocka_unit_test(energies),
        cmocka_unit_test(sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
