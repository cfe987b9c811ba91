// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "listen/onset_grid.h"

enum { HOPS = 6000, BEATS = 118 }; /* 60 s, two beats a second */

typedef struct scene {
    float onset[HOPS], logit[HOPS];
    double time_s[BEATS];
    snq_rhythm_rows rows;
    snq_beat_path beats;
} scene;

/* Nothing begins anywhere; beats at 0.5, 1.0, … s. */
static scene *make(void)
{
    scene *s = calloc(1, sizeof *s);
    for (int i = 0; i < HOPS; i++)
        s->onset[i] = -4;
    for (int k = 0; k < BEATS; k++)
        s->time_s[k] = 0.5 * (k + 1);
    s->rows = (snq_rhythm_rows) { .onset = s->onset, .hops = HOPS };
    s->beats = (snq_beat_path) { .time_s = s->time_s, .beats = BEATS };
    return s;
}

static void begin(scene *s, double t_s, float logit)
{
    s->onset[(int)(t_s * 100)] = logit;
}

/* Notes on the eighths lift a doubtful sound there and lower one beside. */
static void places_that_notes_prefer_count(void **state)
{
    scene *s = make();
    for (int k = 0; k < 2 * BEATS; k++)
        if (k != 100 && k != 101)
            begin(s, 0.5 + 0.25 * k + 0.003, 3);
    const int on = (int)((0.5 + 0.25 * 100) * 100), beside = on + 12;
    s->onset[on] = s->onset[beside] = 0.1f;
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    assert_true(s->logit[on] > 0.6);
    assert_true(s->logit[beside] < -0.5);
    /* half of what the odds say, within their bounds */
    for (int i = 0; i < HOPS; i++) {
        const float added = s->logit[i] - s->onset[i];
        assert_true(added >= -1.25F - 1e-5F && added <= 1.0F + 1e-5F);
    }
    free(s);
}

/* Far from the beats nothing is told. */
static void nothing_before_and_behind_the_beats(void **state)
{
    scene *s = make();
    for (int k = 20; k < BEATS; k++)
        begin(s, 0.5 * (k + 1) + 0.003, 3);
    s->beats.time_s += 20;
    s->beats.beats -= 40;
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    const double first = s->beats.time_s[0], last = s->beats.time_s[s->beats.beats - 1];
    int changed = 0;
    for (int i = 0; i < HOPS; i++) {
        const double t = snq_onset_time_s(i);
        if (t < first - 0.5 || t > last + 0.5)
            assert_true(s->logit[i] == s->onset[i]);
        else
            changed += s->logit[i] != s->onset[i];
    }
    assert_true(changed > 2000);
    free(s);
}

/* Onsets at random, few beats, few onsets: as they were. */
static void without_a_grid_nothing_changes(void **state)
{
    scene *s = make();
    snq_rng r;
    snq_rng_init(&r, 5);
    for (int k = 0; k < 200; k++)
        begin(s, 0.1 + 59.0 * snq_rng_uniform(&r), 3);
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    assert_memory_equal(s->logit, s->onset, sizeof s->logit);
    free(s);

    s = make();
    for (int k = 0; k < BEATS; k++)
        begin(s, 0.5 * (k + 1) + 0.003, 3);
    s->beats.beats = 7;
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    assert_memory_equal(s->logit, s->onset, sizeof s->logit);
    free(s);

    s = make();
    for (int k = 0; k < 9; k++)
        begin(s, 0.5 * (k + 1) + 0.003, 3);
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    assert_memory_equal(s->logit, s->onset, sizeof s->logit);
    s->rows.hops = 0;
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    free(s);
}

/* The beats' tempo may change: what counts is the place between them; and a piece whose second half prefers other
 * places is taken as it comes. */
static void the_grid_follows_the_music(void **state)
{
    scene *s = make();
    double t = 0.5;
    uint32_t n = 0;
    for (; t < 59.5 && n < BEATS; n++, t += n < 40 ? 0.7 : 0.4)
        s->time_s[n] = t;
    s->beats.beats = n;
    for (uint32_t k = 0; k + 1 < n; k++)
        begin(s, s->time_s[k] + 0.5 * (s->time_s[k + 1] - s->time_s[k]) + 0.003, 3);
    check_ok(snq_onset_grid_run(&s->rows, &s->beats, s->logit));
    for (uint32_t k = 2; k + 2 < n; k++) {
        const double gap = s->time_s[k + 1] - s->time_s[k];
        const int mid = (int)((s->time_s[k] + 0.5 * gap) * 100 + 0.3),
                  on = (int)(s->time_s[k] * 100);
        assert_true(s->logit[mid] > s->onset[mid] + 0.3F);
        assert_true(s->logit[on] < s->onset[on] - 0.3F);
    }
    free(s);
}

static void survives_lack_of_memory(void **state)
{
    scene *s = make();
    const int64_t live = snq_alloc_live();
    snq_alloc_fail_after(0);
    const snq_status st = snq_onset_grid_run(&s->rows, &s->beats, s->logit);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
    assert_int_equal(snq_alloc_live(), live);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_that_notes_prefer_count),
        cmocka_unit_test(nothing_before_and_behind_the_beats),
        cmocka_unit_test(without_a_grid_nothing_changes),
        cmocka_unit_test(the_grid_follows_the_music),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
