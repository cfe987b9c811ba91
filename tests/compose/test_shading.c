// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <math.h>

#include "base/alloc.h"
#include "compose/shading.h"
#include "harmony_piece.h"
#include "support/sweep.h"

static harmony_piece piece;
static snq_track *track;

static void begin(void)
{
    harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    snq_score_init(&piece.score);
    check_ok(snq_score_add_track(&piece.score, "it", &track));
}

static double level_of(const snq_message *m)
{
    return 40.0 * log10(m->b / 127.0);
}

/* What is said at a tick or before it: 0 dB until something is. */
static double level_at(int64_t tick)
{
    double level = 0.0;
    for (size_t i = 0; i < track->messages && track->message[i].tick <= tick; i++)
        level = level_of(&track->message[i]);
    return level;
}

static double most_energy(void)
{
    double most = 0.0;
    for (int32_t b = 0; b < piece.form.bars; b++)
        most = fmax(most, (double)snq_context_energy(&piece.context, b));
    return most;
}

/* Each bar's beginning is as far under the loudest as its energy says; the last bar dies away. */
static void levels_follow_the_energy(void **state)
{
    begin();
    check_ok(snq_shading_write(&piece.context, (snq_shading) { .depth_db = 12.0f }, track));
    assert_true(track->messages > 4);
    const double most = most_energy();
    const int64_t bar = (int64_t)piece.context.bar_steps * SNQ_TICKS_PER_STEP;
    for (int32_t b = 0; b < piece.form.bars; b++) {
        const double want = 12.0 * ((double)snq_context_energy(&piece.context, b) - most);
        check_near(level_at(b * bar), want, 0.2);
    }
    const double end = level_at(piece.form.bars * bar);
    check_near(end, level_at((piece.form.bars - 1) * bar) - 9.0 * 0.75, 0.4);
    for (size_t i = 0; i < track->messages; i++) {
        const snq_message *m = &track->message[i];
        assert_int_equal(m->status, 0xB0);
        assert_int_equal(m->a, 11);
        assert_true(m->b <= 127 && m->tick >= 0 && m->tick < piece.form.bars * bar);
        assert_true(i == 0 || (m->tick > m[-1].tick && m->b != m[-1].b));
    }
    harmony_end(&piece);
}

static void pads_swell_over_eight_bars(void **state)
{
    begin();
    for (uint32_t i = 0; i < piece.form.sections; i++)
        piece.context.form.section[i].energy = piece.context.form.section[i].energy_end = 0.5f;
    check_ok(snq_shading_write(&piece.context, (snq_shading) { .swell_db = 6.0f }, track));
    const int64_t bar = (int64_t)piece.context.bar_steps * SNQ_TICKS_PER_STEP;
    for (uint32_t i = 0; i < piece.form.sections; i++) {
        const snq_form_section *s = &piece.form.section[i];
        if (s->bars >= 8) {
            check_near(level_at(s->bar * bar), -6.0, 0.2);
            check_near(level_at((s->bar + 4) * bar), 0.0, 0.2);
        }
    }
    harmony_end(&piece);
}

/* No depth: no messages. A film's wish is the energy; the deepest there is stays audible. */
static void bounds(void **state)
{
    snq_bar_wish wish[HARMONY_BARS];
    begin();
    check_ok(snq_shading_write(&piece.context, (snq_shading) { 0 }, track));
    assert_int_equal(track->messages, 0);
    for (int i = 0; i < HARMONY_BARS; i++) {
        wish[i] = snq_bar_wish_none();
        wish[i].energy = i < 26 ? 0.0f : 1.0f;
    }
    piece.context.wish = wish;
    check_ok(snq_shading_write(&piece.context,
                               (snq_shading) { .depth_db = 24.0f, .swell_db = 24.0f }, track));
    const int64_t bar = (int64_t)piece.context.bar_steps * SNQ_TICKS_PER_STEP;
    assert_true(level_at(20 * bar) < -23.0);
    for (size_t i = 0; i < track->messages; i++)
        assert_in_range(track->message[i].b, 8, 127);
    harmony_end(&piece);
}

/* Beats of any metre: every message lies on one. */
static void other_metres(void **state)
{
    static const struct {
        int beats, unit;
    } metre_tab[] = { { 3, 4 }, { 6, 8 }, { 7, 8 }, { 2, 2 }, { 5, 16 } };
    for (size_t k = 0; k < sizeof metre_tab / sizeof *metre_tab; k++) {
        harmony_begin(&piece, NULL, 1, SNQ_MODE_minor);
        harmony_metre(&piece, metre_tab[k].beats, metre_tab[k].unit);
        check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
        snq_score_init(&piece.score);
        check_ok(snq_score_add_track(&piece.score, "it", &track));
        check_ok(snq_shading_write(&piece.context, (snq_shading) { .depth_db = 9.0f }, track));
        assert_true(track->messages > 2);
        for (size_t i = 0; i < track->messages; i++)
            assert_int_equal(track->message[i].tick % (SNQ_SCORE_TICKS * 4 / metre_tab[k].unit), 0);
        harmony_end(&piece);
    }
}

static snq_status make(void *user, void **object)
{
    static snq_score score;
    snq_track *t;
    *object = NULL;
    snq_score_init(&score);
    snq_status st = snq_score_add_track(&score, "it", &t);
    if (st >= 0)
        st = snq_shading_write(&piece.context, (snq_shading) { .depth_db = 12.0f }, t);
    if (st < 0)
        snq_score_clear(&score);
    else
        *object = &score;
    return st;
}

static void unmake(void *object)
{
    snq_score_clear(object);
}

static void allocations_may_fail(void **state)
{
    begin();
    snq_score_clear(&piece.score);
    snq_sweep(make, unmake, NULL);
    snq_score_init(&piece.score);
    harmony_end(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_follow_the_energy),
        cmocka_unit_test(pads_swell_over_eight_bars),
        cmocka_unit_test(bounds),
        cmocka_unit_test(other_metres),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
