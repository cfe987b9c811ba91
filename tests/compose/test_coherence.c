// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "compose/coherence.h"

/* A bar of 4/4 at 120 BPM: a sixteenth is 125 ms, half of one 62.5 ms. */
static snq_intent plain(int bars)
{
    return (snq_intent) { .bpm = 120.0,
                          .beats_per_bar = 4,
                          .beat_unit = 4,
                          .swing = 0.5f,
                          .swing_step = 1,
                          .bars = bars };
}

static void begin(snq_score *s, snq_track **drums, snq_track **bass)
{
    snq_score_init(s);
    check_ok(snq_score_add_tempo(s, 0, 120.0));
    check_ok(snq_score_add_track(s, "drums", drums));
    check_ok(snq_score_add_track(s, "bass", bass));
    *drums = &s->track[0];
}

static void hit(snq_track *t, double step, float offset_s)
{
    check_ok(snq_track_add_note(t, &(snq_note) { .tick = (int64_t)(step * SNQ_TICKS_PER_STEP),
                                                 .length = 100,
                                                 .offset_s = offset_s,
                                                 .pitch = 40,
                                                 .velocity = 90 }));
}

static snq_coherence measure(const snq_score *s, const snq_track *bass, const snq_track *drums,
                             const snq_intent *in, const uint8_t *grid)
{
    snq_coherence c;
    check_ok(snq_coherence_measure(s, bass, drums, in, NULL, grid, &c));
    return c;
}

static void together_and_apart(void **state)
{
    snq_score s;
    snq_track *drums, *bass;
    const snq_intent in = plain(1);
    (void)state;
    begin(&s, &drums, &bass);
    for (int i = 0; i < 4; i++) {
        hit(drums, 4.0 * i, 0.0f);
        hit(bass, 4.0 * i, i % 2 ? 0.024f : -0.0f); /* within 25 ms */
    }
    snq_coherence c = measure(&s, bass, drums, &in, NULL);
    check_near(c.share, 1.0, 0.0);
    check_near(c.control, 0.0, 0.0);
    hit(bass, 2.0, 0.0f); /* alone */
    hit(bass, 4.0, 0.026f);
    hit(bass, 10.5, 0.0f); /* half a sixteenth behind nothing */
    hit(bass, 12.5, 0.0f); /* half a sixteenth behind a hit: the control's */
    c = measure(&s, bass, drums, &in, NULL);
    check_near(c.share, 4.0 / 8.0, 1e-12);
    check_near(c.control, 1.0 / 8.0, 1e-12);
    snq_score_clear(&s);
}

static void the_grid_counts_and_swings(void **state)
{
    snq_score s;
    snq_track *drums, *bass;
    snq_intent in = plain(2);
    uint8_t grid[16] = { 0 };
    (void)state;
    begin(&s, &drums, &bass);
    grid[3] = 1;
    in.swing = 2.0f / 3.0f;
    hit(bass, 2.0 + 4.0 / 3.0, 0.0f); /* where a swung step 3 falls */
    hit(bass, 16.0 + 2.0 + 4.0 / 3.0, 0.0f);
    hit(bass, 16.0 + 3.0, 0.0f); /* straight: 42 ms early */
    snq_coherence c = measure(&s, bass, drums, &in, grid);
    check_near(c.share, 2.0 / 3.0, 1e-12);
    c = measure(&s, bass, drums, &in, NULL);
    check_near(c.share, 0.0, 0.0);
    snq_score_clear(&s);
}

static void chords_count_once_and_silence_is_no_number(void **state)
{
    snq_score s;
    snq_track *drums, *bass;
    const snq_intent in = plain(1);
    (void)state;
    begin(&s, &drums, &bass);
    hit(drums, 0.0, 0.0f);
    snq_coherence c = measure(&s, bass, drums, &in, NULL);
    assert_true(isnan(c.share) && isnan(c.control));
    hit(bass, 0.0, 0.0f);
    hit(bass, 0.0, 0.0f);
    hit(bass, 8.0, 0.0f);
    c = measure(&s, bass, drums, &in, NULL);
    check_near(c.share, 0.5, 1e-12);
    snq_score_clear(&s);
}

typedef struct pair {
    snq_score s;
    snq_track *drums, *bass;
    snq_intent in;
} pair;

static snq_status build(void *user, void **object)
{
    static snq_coherence c;
    pair *p = user;
    const snq_status st = snq_coherence_measure(&p->s, p->bass, p->drums, &p->in, NULL, NULL, &c);
    *object = st < 0 ? NULL : &c;
    return st;
}

static void nothing(void *object)
{
    (void)object;
}

static void out_of_memory(void **state)
{
    pair p = { .in = plain(1) };
    (void)state;
    begin(&p.s, &p.drums, &p.bass);
    hit(p.bass, 0.0, 0.0f);
    snq_sweep(build, nothing, &p);
    snq_score_clear(&p.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(together_and_apart),
        cmocka_unit_test(the_grid_counts_and_swings),
        cmocka_unit_test(chords_count_once_and_silence_is_no_number),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
