// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "listen/tempo_fit.h"

enum { MAX = 2000 };

typedef struct beats {
    double t_s[MAX];
    uint32_t count;
} beats;

/* `n` more beats at a tempo, from where the last one was. */
static void add(beats *b, uint32_t n, double bpm)
{
    if (!b->count)
        b->t_s[b->count++] = 0.7;
    for (uint32_t i = 0; i < n; i++, b->count++)
        b->t_s[b->count] = b->t_s[b->count - 1] + 60 / bpm;
}

static void jitter(beats *b, double most_s, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (uint32_t k = 0; k < b->count; k++)
        b->t_s[k] += most_s * (2 * snq_rng_uniform(&r) - 1);
}

static snq_tempo_span span[MAX];

/* Spans side by side over the whole; their number. */
static uint32_t spans_of(const beats *b)
{
    static double scratch[2 * MAX];
    const snq_span whole = { 0.1, b->count ? b->t_s[b->count - 1] + 1 : 1 };
    const uint32_t n = snq_tempo_fit_spans(b->t_s, b->count, whole, scratch, span);
    for (uint32_t i = 0; i < n; i++) {
        check_near(span[i].span.start_s, i ? span[i - 1].span.end_s : 0.1, 0);
        assert_true(snq_span_length(span[i].span) > 0);
        assert_true(span[i].bpm > 0);
    }
    if (n)
        check_near(span[n - 1].span.end_s, whole.end_s, 0);
    return n;
}

static void a_straight_line_is_exact(void **state)
{
    static const double bpm[] = { 35, 60, 97.531, 120, 174.2, 249 };
    for (size_t i = 0; i < SNQ_COUNT(bpm); i++) {
        beats b = { .count = 0 };
        add(&b, 300, bpm[i]);
        check_near(snq_tempo_fit_bpm(b.t_s, b.count), bpm[i], 1e-6);
        check_near(snq_tempo_fit_bpm(b.t_s, 2), bpm[i], 1e-6);
        assert_int_equal(spans_of(&b), 1);
        check_near(span[0].bpm, bpm[i], 1e-6);
    }
    const double t = 3;
    check_near(snq_tempo_fit_bpm(&t, 1), 0, 0);
    check_near(snq_tempo_fit_bpm(&t, 0), 0, 0);
}

/* Far better than a single distance, of which 10 ms would be 2.4 BPM. */
static void jitter_averages_out(void **state)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        beats b = { .count = 0 };
        add(&b, 100, 120);
        jitter(&b, 0.01, seed);
        check_near(snq_tempo_fit_bpm(b.t_s, b.count), 120, 0.05);
        assert_int_equal(spans_of(&b), 1);
    }
}

/* Beats that were put wrongly are left out. */
static void outliers_are_left_out(void **state)
{
    beats b = { .count = 0 };
    add(&b, 80, 90);
    b.t_s[70] += 0.2;
    b.t_s[75] += 0.25;
    b.t_s[3] -= 0.15;
    check_near(snq_tempo_fit_bpm(b.t_s, b.count), 90, 0.02);
}

/* Rubato: there is no line; the median of all distances. */
static void without_a_line_the_median_distance(void **state)
{
    beats b = { .count = 0 };
    double gap[MAX];
    add(&b, 150, 100);
    for (uint32_t k = 0; k < b.count; k++)
        b.t_s[k] += 0.3 * sin(k / 7.0) + 0.004 * (k % 3);
    for (uint32_t k = 0; k + 1 < b.count; k++)
        gap[k] = b.t_s[k + 1] - b.t_s[k];
    const uint32_t n = b.count - 1;
    for (uint32_t i = 1; i < n; i++) /* sorted by insertion */
        for (uint32_t k = i; k && gap[k] < gap[k - 1]; k--) {
            const double x = gap[k];
            gap[k] = gap[k - 1];
            gap[k - 1] = x;
        }
    check_near(snq_tempo_fit_bpm(b.t_s, b.count), 60 / gap[(n - 1) / 2], 1e-9);
}

static void too_few_beats_are_no_span(void **state)
{
    beats b = { .count = 0 };
    assert_int_equal(spans_of(&b), 0);
    for (uint32_t n = 1; n < 12; n++) {
        add(&b, 1, 120);
        assert_int_equal(spans_of(&b), b.count >= 4);
    }
}

/* The edge lies within some beats of the jump: medians of eight don't say it better. */
static void finds_the_jumps(void **state)
{
    static const struct {
        double bpm[3];
        uint32_t spans;
    } tab[] = {
        { { 120, 90, 0 }, 2 },  { { 100, 110, 0 }, 2 },  { { 140, 70, 0 }, 2 },
        { { 80, 100, 80 }, 3 }, { { 60, 180, 120 }, 3 }, { { 120, 123, 0 }, 1 },
        { { 90, 87, 90 }, 1 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++)
        for (int shaky = 0; shaky < 2; shaky++) {
            beats b = { .count = 0 };
            double edge_s[2];
            for (int k = 0; k < 3 && tab[i].bpm[k] > 0; k++) {
                add(&b, 40, tab[i].bpm[k]);
                if (k < 2)
                    edge_s[k] = b.t_s[b.count - 1];
            }
            if (shaky)
                jitter(&b, 0.005, i);
            assert_int_equal(spans_of(&b), tab[i].spans);
            for (uint32_t k = 0; k < tab[i].spans && tab[i].spans > 1; k++) {
                check_near(span[k].bpm, tab[i].bpm[k], shaky ? 0.6 : 0.3);
                if (k)
                    check_near(span[k].span.start_s, edge_s[k - 1], 3.5 * 60 / tab[i].bpm[k - 1]);
            }
        }
}

/* A change that comes too slowly for an edge, and one within bars. */
static void drift_is_one_stretch(void **state)
{
    beats b = { .count = 0 };
    for (int k = 0; k < 400; k++)
        add(&b, 1, 100 + 0.01 * k);
    assert_int_equal(spans_of(&b), 1);
    check_near(span[0].bpm, 102, 1);
    b.count = 0;
    for (int k = 0; k < 200; k++)
        add(&b, 1, 100 * (1 + 0.02 * sin(k / 3.0)));
    assert_int_equal(spans_of(&b), 1);
}

/* Jumps as near as they can be: never more stretches than eight beats allow. */
static void stretches_have_eight_beats(void **state)
{
    beats b = { .count = 0 };
    for (int k = 0; k < 60; k++)
        add(&b, 9, k % 2 ? 150 : 100);
    const uint32_t n = spans_of(&b);
    assert_true(n > 30 && n <= b.count / 8);
    jitter(&b, 0.2, 1); /* nothing but jumps */
    for (uint32_t k = 1; k < b.count; k++)
        b.t_s[k] = fmax(b.t_s[k], b.t_s[k - 1] + 0.01);
    assert_true(spans_of(&b) <= b.count / 8);
}

/* A day of beats that never agree: no more stretches than a hearing may have. */
static void stretches_have_a_bound(void **state)
{
    enum { MANY = 10 * SNQ_MUSIC_SPANS_MAX };
    double *t_s = calloc(MANY, sizeof *t_s), *scratch = calloc(2 * MANY, sizeof *scratch);
    snq_tempo_span *spans = calloc(MANY, sizeof *spans);
    for (uint32_t k = 1; k < MANY; k++)
        t_s[k] = t_s[k - 1] + (k / 9 % 2 ? 0.4 : 0.6);
    const snq_span whole = { 0, t_s[MANY - 1] };
    const uint32_t n = snq_tempo_fit_spans(t_s, MANY, whole, scratch, spans);
    assert_int_equal(n, SNQ_MUSIC_SPANS_MAX);
    check_near(spans[n - 1].span.end_s, whole.end_s, 0);
    assert_true(snq_span_length(spans[n - 1].span) > 1000);
    free(t_s);
    free(scratch);
    free(spans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_straight_line_is_exact),
        cmocka_unit_test(jitter_averages_out),
        cmocka_unit_test(outliers_are_left_out),
        cmocka_unit_test(without_a_line_the_median_distance),
        cmocka_unit_test(too_few_beats_are_no_span),
        cmocka_unit_test(finds_the_jumps),
        cmocka_unit_test(drift_is_one_stretch),
        cmocka_unit_test(stretches_have_eight_beats),
        cmocka_unit_test(stretches_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
