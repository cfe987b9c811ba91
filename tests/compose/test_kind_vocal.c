// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_piece.h"

static snq_track *make_with(made_piece *p, const char *id, uint64_t seed, uint32_t qualities,
                            int melody)
{
    made_begin(p, id, seed, 4, 4, -1);
    if (melody)
        made_add(p, "melody", seed);
    snq_track_intent *const t = &p->intent.track[p->intent.tracks];
    snprintf(t->name, sizeof t->name, "vocal");
    t->density = t->complexity = 0.5f;
    t->variation = 0.4f;
    t->qualities = qualities;
    made_add(p, "vocal", seed);
    return made_track(p, "vocal");
}

static double seconds(const made_piece *p, int64_t ticks)
{
    return (double)ticks / SNQ_SCORE_TICKS * 60.0 / p->intent.bpm;
}

/* Somebody could sing it: one voice, in its range, no phrase longer than a breath, a rest between two. */
static void test_breath(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 5; seed++)
            for (int melody = 0; melody < 2; melody++) {
                made_piece p;
                const snq_track *const t = make_with(&p, made_styles[i], seed, 0, melody);
                const snq_style_vocal *const v = &p.style->melody.vocal;
                int64_t from = t->note[0].tick, end = from;
                assert_true(t->notes >= 10);
                for (size_t k = 0; k < t->notes; k++) {
                    const snq_note *const n = &t->note[k];
                    assert_in_range(n->pitch, v->low, v->high);
                    if (k > 0)
                        assert_true(n->tick >= end);
                    if (n->tick - end >= SNQ_TICKS_PER_STEP * 3 / 2)
                        from = n->tick;
                    end = n->tick + n->length;
                    if (seconds(&p, end - from) > (double)v->phrase_s + 0.02)
                        fail_msg("%s: a phrase of %.2f s", made_styles[i], seconds(&p, end - from));
                }
                assert_true((double)v->phrase_s <= 6.0);
                made_end(&p);
            }
}

static double mean_steps(const snq_track *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->notes; i++)
        sum += (double)t->note[i].length / SNQ_TICKS_PER_STEP;
    return sum / (double)t->notes;
}

/* Chopped is short; under a melody it holds. */
static void test_ways(void **state)
{
    double chops = 0, under = 0, sung = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        made_piece p;
        chops += mean_steps(make_with(&p, "rock", seed, 1u << SNQ_QUALITY_chopped, 0));
        made_end(&p);
        sung += mean_steps(make_with(&p, "rock", seed, 0, 0));
        made_end(&p);
        under += mean_steps(make_with(&p, "rock", seed, 0, 1));
        made_end(&p);
        make_with(&p, "rock", seed, ~0u, 1);
        made_end(&p);
    }
    assert_true(chops * 1.5 < sung);
    assert_true(under > sung * 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breath),
        cmocka_unit_test(test_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
