// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "listen/metre_path.h"
#include "rows.h"

enum { BEATS_MAX = 400 };

/* A piece as it is counted: `position` of each beat, -1 ends it. */
typedef struct piece {
    rows r;
    snq_beat_path beats;
    int metre[BEATS_MAX], position[BEATS_MAX]; /* as they should come out */
    double gap_s;
} piece;

static void piece_new(piece *p, double gap_s, int beats_max)
{
    memset(p, 0, sizeof *p);
    p->gap_s = gap_s;
    p->r = rows_new((int64_t)((beats_max * gap_s + 0.5) * SNQ_BEAT_ROWS_PER_S));
    p->beats.time_s = calloc((size_t)beats_max + 1, sizeof *p->beats.time_s);
    p->beats.row = calloc((size_t)beats_max + 1, sizeof *p->beats.row);
    p->beats.logit = calloc((size_t)beats_max + 1, sizeof *p->beats.logit);
}

static void piece_clear(piece *p)
{
    rows_clear(&p->r);
    free(p->beats.time_s);
    free(p->beats.row);
    free(p->beats.logit);
}

/* The next beat, at this place in the bar of a metre. */
static void add_beat(piece *p, int metre, int position)
{
    const uint32_t k = p->beats.beats++;
    const double t_s = 0.205 + k * p->gap_s;
    p->beats.time_s[k] = t_s;
    p->beats.row[k] = (int64_t)((t_s * SNQ_HOPS_PER_S - 0.5) / 2 + 0.5);
    p->metre[k] = metre;
    p->position[k] = position;
    rows_beat(&p->r, t_s, 4, position ? -4 : 4);
}

static void add_bars(piece *p, int metre, int bars)
{
    const int pulses = (int)snq_metre_of((uint32_t)metre).pulses_per_bar;
    for (int b = 0; b < bars; b++)
        for (int i = 0; i < pulses; i++)
            add_beat(p, metre, i);
}

static snq_metre_path run(const piece *p)
{
    snq_metre_path m;
    double sum = 0;
    check_ok(snq_metre_path_run(&p->r.in, &p->beats, &m));
    assert_int_equal(m.beats, p->beats.beats);
    for (int i = 0; i < SNQ_METRES; i++) {
        assert_true(m.weight[i] >= 0 && m.weight[i] <= 1);
        sum += m.weight[i];
    }
    check_near(sum, 1, 1e-5);
    for (uint32_t k = 0; k < m.beats; k++) {
        assert_true(m.metre[k] < SNQ_METRES);
        assert_true(m.position[k] < snq_metre_of(m.metre[k]).pulses_per_bar);
    }
    return m;
}

static void check_counted(const piece *p, const snq_metre_path *m, uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k++)
        if (m->metre[k] != p->metre[k] || m->position[k] != p->position[k])
            fail_msg("beat %u: metre %d, position %d; want %d, %d", k, m->metre[k], m->position[k],
                     p->metre[k], p->position[k]);
}

static void names_its_metres(void **state)
{
    static const snq_metre want[SNQ_METRES] = {
        { 2, 4, 2 }, { 3, 4, 3 }, { 4, 4, 4 }, { 5, 4, 5 }, { 6, 8, 2 }
    };
    for (uint32_t i = 0; i < SNQ_METRES; i++) {
        const snq_metre m = snq_metre_of(i);
        assert_memory_equal(&m, &want[i], sizeof m);
    }
}

/* One metre throughout, wherever in the bar the piece begins. */
static void counts_each_metre(void **state)
{
    for (int metre = 0; metre < SNQ_METRES; metre++) {
        const int pulses = (int)snq_metre_of((uint32_t)metre).pulses_per_bar;
        for (int upbeat = 0; upbeat < pulses; upbeat++) {
            piece p;
            piece_new(&p, 0.55, BEATS_MAX);
            rows_metre(&p.r, 0, 1000, metre);
            for (int i = pulses - upbeat; i < pulses; i++)
                add_beat(&p, metre, i);
            add_bars(&p, metre, 12);
            snq_metre_path m = run(&p);
            check_counted(&p, &m, 0, m.beats);
            for (int i = 0; i < SNQ_METRES; i++)
                assert_true(i == metre || m.weight[i] < m.weight[metre]);
            assert_true(m.weight[metre] > 0.8);
            snq_metre_path_clear(&m);
            piece_clear(&p);
        }
    }
}

/* The ones alone tell 3/4, 4/4 and 5/4 apart. */
static void ones_are_enough(void **state)
{
    for (int metre = 1; metre <= 3; metre++) {
        piece p;
        piece_new(&p, 0.4, BEATS_MAX);
        add_bars(&p, metre, 20);
        snq_metre_path m = run(&p);
        check_counted(&p, &m, 0, m.beats);
        assert_true(m.weight[metre] > 0.9);
        snq_metre_path_clear(&m);
        piece_clear(&p);
    }
}

/* What the network hears of the metre tells 6/8 and 2/4 apart, whose ones are the same. */
static void the_metre_heard_decides_between_equals(void **state)
{
    static const int tab[] = { 0, 4 };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        piece p;
        piece_new(&p, 0.6, BEATS_MAX);
        rows_metre(&p.r, 0, 1000, tab[i]);
        add_bars(&p, tab[i], 30);
        snq_metre_path m = run(&p);
        check_counted(&p, &m, 0, m.beats);
        assert_true(m.weight[tab[i]] > m.weight[tab[1 - i]]);
        snq_metre_path_clear(&m);
        piece_clear(&p);
    }
}

static void follows_a_change_of_metre(void **state)
{
    static const int from_to[][2] = { { 2, 1 }, { 1, 2 }, { 2, 3 }, { 3, 1 }, { 0, 4 } };
    for (size_t i = 0; i < SNQ_COUNT(from_to); i++) {
        piece p;
        piece_new(&p, 0.5, BEATS_MAX);
        add_bars(&p, from_to[i][0], 16);
        const uint32_t change = p.beats.beats;
        const double change_s = 0.2 + change * p.gap_s;
        add_bars(&p, from_to[i][1], 16);
        rows_metre(&p.r, 0, change_s, from_to[i][0]);
        rows_metre(&p.r, change_s, 1000, from_to[i][1]);
        snq_metre_path m = run(&p);
        if (from_to[i][0] ==
            0) { /* 2/4 to 6/8: only the metre heard says where, a second at a time */
            check_counted(&p, &m, 0, change - 4);
            check_counted(&p, &m, change + 4, m.beats);
        } else
            check_counted(&p, &m, 0, m.beats);
        snq_metre_path_clear(&m);
        piece_clear(&p);
    }
}

/* A beat too many or one that is missing: the bar doesn't come out, all others do. */
static void a_bar_that_does_not_come_out(void **state)
{
    for (int many = 0; many < 2; many++)
        for (int metre = 1; metre <= 2; metre++) {
            const int pulses = (int)snq_metre_of((uint32_t)metre).pulses_per_bar;
            piece p;
            piece_new(&p, 0.5, BEATS_MAX);
            rows_metre(&p.r, 0, 1000, metre);
            add_bars(&p, metre, 10);
            const uint32_t odd = p.beats.beats;
            for (int i = 0; i < (many ? pulses + 1 : pulses - 1); i++)
                add_beat(&p, metre, i);
            const uint32_t on = p.beats.beats;
            add_bars(&p, metre, 10);
            snq_metre_path m = run(&p);
            check_counted(&p, &m, 0, odd);
            check_counted(&p, &m, on, m.beats);
            for (uint32_t k = odd; k < on; k++)
                assert_int_equal(m.metre[k], metre);
            snq_metre_path_clear(&m);
            piece_clear(&p);
        }
}

/* A one that the network misses, and one that it makes up. */
static void one_wrong_witness_is_outvoted(void **state)
{
    piece p;
    piece_new(&p, 0.5, BEATS_MAX);
    rows_metre(&p.r, 0, 1000, 2);
    add_bars(&p, 2, 20);
    for (int64_t d = -1; d <= 2; d++) {
        p.r.downbeat[p.beats.row[40] + d] = -6;
        p.r.downbeat[p.beats.row[53] + d] = 6;
    }
    snq_metre_path m = run(&p);
    check_counted(&p, &m, 0, m.beats);
    snq_metre_path_clear(&m);
    piece_clear(&p);
}

/* A one is looked for in the rows beside the beat too, up to the edges of the recording. */
static void ones_may_be_a_row_off(void **state)
{
    for (int64_t off = -1; off <= 1; off++) {
        piece p;
        piece_new(&p, 0.5, 41);
        add_bars(&p, 1, 13);
        const int64_t first = p.beats.row[0], last = p.beats.row[38] + 1;
        for (uint32_t k = 0; k < p.beats.beats; k++) /* the first row of all is the first beat */
            p.beats.row[k] -= first;
        p.r.in.rows = last - first;
        for (int64_t i = 0; i < p.r.in.rows; i++)
            p.r.downbeat[i] = -5;
        for (uint32_t k = 0; k < p.beats.beats; k += 3)
            if (p.beats.row[k] + off >= 0)
                p.r.downbeat[p.beats.row[k] + off] = 5;
        snq_metre_path m = run(&p);
        check_counted(&p, &m, 3, m.beats);
        snq_metre_path_clear(&m);
        piece_clear(&p);
    }
}

static void few_beats(void **state)
{
    piece p;
    snq_metre_path m;
    piece_new(&p, 0.5, 8);
    check_ok(snq_metre_path_run(&p.r.in, &p.beats, &m));
    assert_true(!m.beats && !m.metre && !m.position);
    for (int k = 0; k < 5; k++) {
        add_beat(&p, 2, k % 4);
        m = run(&p);
        snq_metre_path_clear(&m);
        assert_null(m.metre);
    }
    piece_clear(&p);
}

static void survives_lack_of_memory(void **state)
{
    piece p;
    piece_new(&p, 0.5, BEATS_MAX);
    add_bars(&p, 2, 20);
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        snq_metre_path m;
        snq_alloc_fail_after(n);
        const snq_status st = snq_metre_path_run(&p.r.in, &p.beats, &m);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        if (refused)
            assert_true(!m.metre && !m.position && !m.beats);
        else
            assert_int_equal(n, 3);
        snq_metre_path_clear(&m);
        assert_int_equal(snq_alloc_live(), live);
    }
    piece_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_its_metres),
        cmocka_unit_test(counts_each_metre),
        cmocka_unit_test(ones_are_enough),
        cmocka_unit_test(the_metre_heard_decides_between_equals),
        cmocka_unit_test(follows_a_change_of_metre),
        cmocka_unit_test(a_bar_that_does_not_come_out),
        cmocka_unit_test(one_wrong_witness_is_outvoted),
        cmocka_unit_test(ones_may_be_a_row_off),
        cmocka_unit_test(few_beats),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
