// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "listen/beat_path.h"
#include "rows.h"

enum { BEATS = 6000 };

/* Times that a path must hold. */
typedef struct beats {
    double t_s[BEATS];
    int count;
} beats;

static int64_t rows_for(double seconds)
{
    return (int64_t)(seconds * SNQ_BEAT_ROWS_PER_S);
}

static void add_steady(beats *b, double from_s, double to_s, double bpm)
{
    for (int k = 0; from_s + k * 60 / bpm < to_s; k++)
        b->t_s[b->count++] = from_s + k * 60 / bpm;
}

static rows made(const beats *b, double length_s, double logit)
{
    rows r = rows_new(rows_for(length_s));
    for (int k = 0; k < b->count; k++)
        rows_beat(&r, b->t_s[k], logit, -5);
    return r;
}

static snq_beat_path run(const rows *r)
{
    snq_beat_path p;
    check_ok(snq_beat_path_run(&r->in, &p));
    for (uint32_t k = 0; k < p.beats; k++) {
        assert_true(p.row[k] >= 0 && p.row[k] < r->in.rows);
        assert_true(p.logit[k] == r->beat[p.row[k]]);
        /* refined by half a row, or to an onset that is near */
        check_near(p.time_s[k], snq_beat_row_time_s((double)p.row[k]), 0.0601);
        if (k) {
            assert_true(p.time_s[k] > p.time_s[k - 1]);
            assert_true(p.row[k] - p.row[k - 1] >= 6);
        }
    }
    return p;
}

/* With onsets on the beats, which say when exactly. */
static rows made_with_onsets(const beats *b, double length_s)
{
    rows r = made(b, length_s, 4);
    for (int k = 0; k < b->count; k++)
        rows_onset(&r, b->t_s[k], 2);
    return r;
}

/* What a path is off by without onsets: rows are 20 ms apart, and a steady chain may take the neighbour of
 * the likeliest row. */
#define WITHOUT_ONSETS_S 0.016

/* The beat of the path nearest to t. */
static double nearest(const snq_beat_path *p, double t_s)
{
    double best = INFINITY;
    for (uint32_t k = 0; k < p->beats; k++)
        if (fabs(p->time_s[k] - t_s) < fabs(best - t_s))
            best = p->time_s[k];
    return best;
}

static void check_beats(const snq_beat_path *p, const beats *want, double tolerance_s)
{
    assert_int_equal(p->beats, want->count);
    for (int k = 0; k < want->count; k++)
        check_near(p->time_s[k], want->t_s[k], tolerance_s);
}

static void follows_a_steady_pulse(void **state)
{
    static const double bpm[] = { 36, 50, 61.7, 90, 120, 133.33, 171, 200, 238 };
    for (size_t i = 0; i < SNQ_COUNT(bpm); i++)
        for (int sure = 0; sure < 2; sure++) {
            beats b = { .count = 0 };
            add_steady(&b, 0.11, 30, bpm[i]);
            rows r = sure ? made(&b, 30.05, 4) : made_with_onsets(&b, 30.05);
            if (sure)
                rows_tempo(&r, 0, 30, bpm[i]);
            snq_beat_path p = run(&r);
            check_beats(&p, &b, sure ? WITHOUT_ONSETS_S : 0.001);
            snq_beat_path_clear(&p);
            rows_clear(&r);
        }
}

/* Players are not machines: each beat up to 18 ms off. */
static void follows_jitter_and_drift(void **state)
{
    beats b = { .count = 0 };
    snq_rng rng;
    snq_rng_init(&rng, 5);
    for (double t = 0.2; t < 60; t += 60 / (100 + 20 * sin(t / 9))) /* 80 .. 120 BPM and back */
        b.t_s[b.count++] = t + 0.036 * (snq_rng_uniform(&rng) - 0.5);
    rows r = made_with_onsets(&b, 60.1);
    snq_beat_path p = run(&r);
    check_beats(&p, &b, 0.001);
    snq_beat_path_clear(&p);
    rows_clear(&r);
}

/* Rests: the pulse goes on through beats that nobody plays. */
static void goes_on_through_rests(void **state)
{
    beats b = { .count = 0 };
    add_steady(&b, 0.1, 40, 110);
    rows r = rows_new(rows_for(40.1));
    rows_tempo(&r, 0, 41, 110);
    for (int k = 0; k < b.count; k++)
        if (k % 5 != 3 && (k < 30 || k > 33))
            rows_beat(&r, b.t_s[k], 4, -5);
    snq_beat_path p = run(&r);
    check_beats(&p, &b, 0.03);
    snq_beat_path_clear(&p);
    rows_clear(&r);
}

/* Off-beats that are nearly as strong: the network's tempo decides. */
static void the_tempo_decides_between_levels(void **state)
{
    static const double bpm[] = { 60, 120, 240 };
    for (size_t i = 0; i < SNQ_COUNT(bpm); i++) {
        beats b = { .count = 0 };
        add_steady(&b, 0.1, 30, 240);
        rows r = made(&b, 30.1, 0.5);
        rows_tempo(&r, 0, 31, bpm[i]);
        snq_beat_path p = run(&r);
        check_near(p.beats, 30 * bpm[i] / 60, 2);
        snq_beat_path_clear(&p);
        rows_clear(&r);
    }
}

/* A jump of tempo: all is right but for a few beats around it. */
/* Every second beat is doubted: alone, the others are the pulse; where twice the tempo is heard far more
 * clearly than that, all are, and where both are heard alike, they are not. */
static void a_tempo_heard_plainly_has_the_word(void **state)
{
    for (int plain = 0; plain < 2; plain++) {
        rows r = rows_new(rows_for(30));
        for (int k = 0; k < 56; k++)
            rows_beat(&r, 1 + 0.5 * k, k % 2 ? -1 : 1, -5);
        const double scale = (SNQ_TEMPO_BINS - 1) / log(SNQ_TEMPO_HIGH_BPM / SNQ_TEMPO_LOW_BPM);
        const int slow = (int)(log(60 / SNQ_TEMPO_LOW_BPM) * scale + 0.5);
        const int fast = (int)(log(120 / SNQ_TEMPO_LOW_BPM) * scale + 0.5);
        for (int64_t s = 0; s < r.in.seconds; s++)
            for (int i = 0; i < SNQ_TEMPO_BINS; i++)
                r.second[s].tempo[i] = (float)log(abs(i - fast) <= 1   ? plain ? 0.25 : 0.12
                                                  : abs(i - slow) <= 1 ? plain ? 0.02 : 0.12
                                                                       : 0.003);
        snq_beat_path p = run(&r);
        const double gap_s = (p.time_s[p.beats - 1] - p.time_s[0]) / (p.beats - 1);
        check_near(gap_s, plain ? 0.5 : 1, 0.02);
        snq_beat_path_clear(&p);
        rows_clear(&r);
    }
}

static void follows_a_change_of_tempo(void **state)
{
    static const double to_bpm[] = { 80, 108, 140 };
    for (size_t i = 0; i < SNQ_COUNT(to_bpm); i++) {
        beats b = { .count = 0 };
        add_steady(&b, 0.1, 20, 100);
        const double change_s = b.t_s[--b.count];
        add_steady(&b, change_s, 40, to_bpm[i]);
        rows r = made_with_onsets(&b, 40.05);
        rows_tempo(&r, 0, change_s, 100);
        rows_tempo(&r, change_s, 41, to_bpm[i]);
        snq_beat_path p = run(&r);
        check_near(p.beats, b.count, 1);
        for (int k = 0; k < b.count; k++)
            if (fabs(b.t_s[k] - change_s) > 2)
                check_near(nearest(&p, b.t_s[k]), b.t_s[k], 0.001);
        snq_beat_path_clear(&p);
        rows_clear(&r);
    }
}

/* An onset within 35 ms says more exactly when the beat was. */
static void onsets_place_the_beats(void **state)
{
    beats b = { .count = 0 };
    add_steady(&b, 0.31, 20, 75);
    for (int late_ms = -50; late_ms <= 50; late_ms += 5) {
        const double late_s = 1e-3 * late_ms;
        rows r = made(&b, 20.1, 4);
        for (int k = 0; k < b.count; k++)
            rows_onset(&r, b.t_s[k] + late_s, 2);
        snq_beat_path p = run(&r);
        assert_int_equal(p.beats, b.count);
        for (int k = 0; k < b.count; k++)
            if (fabs(late_s) < 0.028)
                check_near(p.time_s[k], b.t_s[k] + late_s, 0.001);
            else if (fabs(late_s) > 0.042)
                check_near(p.time_s[k], b.t_s[k], WITHOUT_ONSETS_S);
        snq_beat_path_clear(&p);
        rows_clear(&r);
    }
    /* of two the likelier; one that is unlikely is none */
    rows r = made(&b, 20.1, 4);
    for (int k = 0; k < b.count; k++) {
        rows_onset(&r, b.t_s[k] - 0.025, k % 2 ? 1 : 3);
        rows_onset(&r, b.t_s[k] + 0.025, k % 2 ? 3 : 1);
    }
    snq_beat_path p = run(&r);
    for (int k = 0; k < b.count; k++)
        check_near(p.time_s[k], b.t_s[k] + (k % 2 ? 0.025 : -0.025), 0.001);
    snq_beat_path_clear(&p);
    rows_clear(&r);
    r = made(&b, 20.1, 4);
    for (int k = 0; k < b.count; k++)
        rows_onset(&r, b.t_s[k] + 0.02, -2);
    p = run(&r);
    check_beats(&p, &b, WITHOUT_ONSETS_S);
    snq_beat_path_clear(&p);
    rows_clear(&r);
}

/* Over 16 384 rows, the history is cut in two again and again: nothing is lost, nothing doubled. */
static void long_recordings_lose_nothing(void **state)
{
    beats b = { .count = 0 };
    double t = 0.2;
    for (int k = 0; t < 1000; k++) { /* 50 000 rows, and never steady */
        b.t_s[b.count++] = t;
        t += 60 / (120 + 30 * sin(t / 40));
    }
    rows r = made_with_onsets(&b, 1000.1);
    snq_beat_path p = run(&r);
    check_beats(&p, &b, 0.001);
    /* and what comes later changes nothing that is long past */
    rows head = made_with_onsets(&b, 600);
    snq_beat_path q = run(&head);
    for (uint32_t k = 0; k < q.beats && q.time_s[k] < 595; k++)
        check_near(q.time_s[k], p.time_s[k], 0);
    assert_true(q.beats > 1000);
    snq_beat_path_clear(&p);
    snq_beat_path_clear(&q);
    rows_clear(&r);
    rows_clear(&head);
}

enum { FIRST = 24, SECOND = 40, CUT = 8192, HISTORY = 16384, TRACED = HISTORY - 88 };

/* Two pulses at once in the first HISTORY rows; then only the second plays on. */
static rows two_pulses(int64_t length, float second)
{
    rows r = rows_new(length);
    for (int64_t i = 0; i < length; i++)
        r.beat[i] = -5;
    for (int64_t i = (CUT + 1) % SECOND; i < length; i += SECOND)
        r.beat[i] = i < HISTORY ? second : 5;
    for (int64_t i = (CUT - 2) % FIRST; i < length && i < HISTORY; i += FIRST)
        r.beat[i] = 1;
    return r;
}

/* Does the first pulse win, in the rows that are heard when the older half of the history becomes final? */
static int first_wins(float second)
{
    rows r = two_pulses(TRACED, second);
    snq_beat_path p = run(&r);
    const uint32_t k = p.beats / 2;
    const int won = p.row[k + 1] - p.row[k] == FIRST;
    snq_beat_path_clear(&p);
    rows_clear(&r);
    return won;
}

/* The first pulse is a little ahead until the older half is final; then all speaks for the second. Where the
 * two chains meet, a beat of the one must not follow 60 ms behind one of the other. */
static void two_chains_meet(void **state)
{
    float lo = 0, hi = 5; /* of the second pulse: the first wins, it loses */
    assert_true(first_wins(lo) && !first_wins(hi));
    while (hi - lo > 0.005f) {
        const float mid = 0.5f * (lo + hi);
        *(first_wins(mid) ? &lo : &hi) = mid;
    }
    rows r = two_pulses(24000, lo);
    snq_beat_path p = run(&r); /* it checks the distances */
    uint32_t k = 0;
    for (; k + 1 < p.beats && p.row[k] < CUT - 3 * SECOND; k++)
        assert_int_equal(p.row[k + 1] - p.row[k], FIRST);
    for (; k < p.beats && p.row[k] < CUT; k++)
        ;
    assert_int_equal(p.row[k - 1], CUT - 2);
    assert_int_equal(p.row[k], CUT + 1 + SECOND);
    for (; k + 1 < p.beats; k++)
        assert_int_equal(p.row[k + 1] - p.row[k], SECOND);
    snq_beat_path_clear(&p);
    rows_clear(&r);
}

/* However few rows there are. */
static void short_recordings(void **state)
{
    snq_beat_path p;
    rows r = rows_new(0);
    check_ok(snq_beat_path_run(&r.in, &p));
    assert_int_equal(p.beats, 0);
    assert_null(p.time_s);
    rows_clear(&r);
    r = rows_new(2); /* no second yet */
    assert_int_equal(r.in.seconds, 0);
    check_ok(snq_beat_path_run(&r.in, &p));
    assert_int_equal(p.beats, 0);
    rows_clear(&r);
    for (int64_t n = 3; n < 200; n++) {
        r = rows_new(n);
        for (double t = 0.1; t < (double)n / 50; t += 0.5)
            rows_beat(&r, t, 4, -5);
        p = run(&r);
        for (uint32_t k = 0; k < p.beats; k++)
            assert_true(p.time_s[k] >= 0 && p.time_s[k] <= (double)n / 50);
        check_near(p.beats, n / 25.0, 1.01);
        snq_beat_path_clear(&p);
        rows_clear(&r);
    }
}

/* Logits of any size: a network may be very sure. */
static void large_logits_are_bounded(void **state)
{
    beats b = { .count = 0 };
    add_steady(&b, 0.1, 20, 120);
    rows r = made(&b, 20.1, 4);
    for (int64_t i = 0; i < r.in.rows; i++)
        r.beat[i] = r.beat[i] > 3 ? 1e30f : -1e30f;
    snq_beat_path p = run(&r);
    assert_int_equal(p.beats, b.count);
    for (int k = 0; k < b.count; k++)
        check_near(p.time_s[k], b.t_s[k], 0.0101);
    snq_beat_path_clear(&p);
    rows_clear(&r);
}

static void survives_lack_of_memory(void **state)
{
    beats b = { .count = 0 };
    add_steady(&b, 0.1, 400, 200); /* the lists grow, the history is cut */
    rows r = made(&b, 400, 4);
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        snq_beat_path p;
        snq_alloc_fail_after(n);
        const snq_status st = snq_beat_path_run(&r.in, &p);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        if (refused)
            assert_true(!p.time_s && !p.row && !p.logit && !p.beats);
        else
            assert_true(n > 8);
        snq_beat_path_clear(&p);
        assert_int_equal(snq_alloc_live(), live);
    }
    rows_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_a_steady_pulse),
        cmocka_unit_test(follows_jitter_and_drift),
        cmocka_unit_test(goes_on_through_rests),
        cmocka_unit_test(the_tempo_decides_between_levels),
        cmocka_unit_test(a_tempo_heard_plainly_has_the_word),
        cmocka_unit_test(follows_a_change_of_tempo),
        cmocka_unit_test(onsets_place_the_beats),
        cmocka_unit_test(long_recordings_lose_nothing),
        cmocka_unit_test(two_chains_meet),
        cmocka_unit_test(short_recordings),
        cmocka_unit_test(large_logits_are_bounded),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
