// SPDX-License-Identifier: MIT
/* Against the definition in rhythm_net.c's essay, whatever the weights. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "made_hops.h"
#include "listen/rhythm_net.h"
#include "plain_net.h"
#include "support/sweep.h"

enum {
    WIDE = 32,
    FOLD = 36,
    LAGS = 4,
    NOVELTY = 2 * LAGS,
    SLOW = SNQ_TEMPO_BINS + SNQ_METRE_CLASSES + 1,
};

static snq_status push(void *net, const snq_hop_block *b)
{
    return snq_rhythm_net_push(net, b);
}

static snq_rhythm_net *run(const made_hops *f, uint32_t step)
{
    snq_rhythm_net *n;
    check_ok(snq_rhythm_net_new(&n));
    check_ok(made_hops_feed(f, step, push, n));
    check_ok(snq_rhythm_net_finish(n));
    return n;
}

/* ---- the definition --------------------------------------------------------------------------- */

/* c of the essay: (2, FOLD), treble first. */
static void fold_of(const snq_pitch_frame *f, double c[2 * FOLD])
{
    memset(c, 0, 2 * FOLD * sizeof *c);
    for (int b = 0; b < SNQ_PITCH_BANDS; b++)
        c[(b < 2 * FOLD ? FOLD : 0) + b % FOLD] +=
            fmax(10 * log10((double)f->band[b]), -80) / 20 + 4;
    for (int part = 0; part < 2; part++) {
        double mean = 0;
        for (int i = 0; i < FOLD; i++)
            mean += c[part * FOLD + i] / FOLD;
        for (int i = 0; i < FOLD; i++)
            c[part * FOLD + i] -= mean;
    }
}

/* At the start of frame j of `frames` that there are. */
static void novelty_at(const double *c, int64_t frames, int64_t j, double out[NOVELTY])
{
    static const int64_t lag_tab[LAGS] = { 2, 5, 10, 20 };
    for (int part = 0; part < 2; part++)
        for (int l = 0; l < LAGS; l++) {
            double left = 0, right = 0, gap = 0;
            for (int i = 0; i < FOLD; i++) {
                double a = 0, b = 0;
                for (int64_t k = j - lag_tab[l]; k < j + lag_tab[l]; k++)
                    if (k >= 0 && k < frames)
                        *(k < j ? &a : &b) += c[k * 2 * FOLD + part * FOLD + i];
                left += a * a;
                right += b * b;
                gap += (b - a) * (b - a);
            }
            out[part * LAGS + l] = sqrt(gap) / (sqrt(left) + sqrt(right) + (double)lag_tab[l]);
        }
}

typedef struct plain {
    int64_t hops, rows, seconds;
    double *onset, *head,
        *slow; /* (hops,), (rows, 2), (seconds, SLOW): means of log probabilities */
} plain;

/* `tone` of the essay: (rows, WIDE). */
static double *tones_of(const made_hops *f, int64_t rows)
{
    const int64_t all = f->frames * SNQ_TONE_ROWS;
    int64_t n;
    double *x = calloc((size_t)all * SNQ_TONE_BANDS + 1, sizeof *x);
    for (int64_t r = 0; r < all; r++)
        for (int b = 0; b < SNQ_TONE_BANDS; b++) {
            const double p = (double)f->pitch[r / SNQ_TONE_ROWS].tone[r % SNQ_TONE_ROWS][b];
            x[r * SNQ_TONE_BANDS + b] = fmax(10 * log10(p), -80) / 20 + 4;
        }
    double *y =
        plain_stack(snq__rhythm_tab + SNQ__RHYTHM_TONE, SNQ__RHYTHM_TONE_LAYERS, x, all, &n);
    assert_true(all >= rows);
    for (int64_t i = 0; i < rows * WIDE; i++)
        y[i] = fmax(0, y[i]);
    free(x);
    return y;
}

/* The body's input: max(0, down), the novelty of each row's middle, and its tone. */
static double *body_input(const made_hops *f, const double *down, const double *tone, int64_t rows)
{
    enum { IN = WIDE + NOVELTY + WIDE };
    double *x = calloc((size_t)rows * IN + 1, sizeof *x);
    double *c = calloc((size_t)f->frames * 2 * FOLD + 1, sizeof *c);
    for (int64_t k = 0; k < f->frames; k++)
        fold_of(&f->pitch[k], c + k * 2 * FOLD);
    for (int64_t r = 0; r < rows; r++) {
        double *row = x + r * IN, a[NOVELTY], b[NOVELTY];
        const int64_t j = r / 5;
        const double part = (2.0 * (double)(r % 5) + 0.5) / 10;
        for (int i = 0; i < WIDE; i++)
            row[i] = fmax(0, down[r * WIDE + i]);
        novelty_at(c, f->frames, j < f->frames ? j : f->frames, a);
        novelty_at(c, f->frames, j + 1 < f->frames ? j + 1 : f->frames, b);
        for (int i = 0; i < NOVELTY; i++)
            row[WIDE + i] = a[i] + part * (b[i] - a[i]);
        memcpy(row + WIDE + NOVELTY, tone + r * WIDE, WIDE * sizeof *row);
    }
    free(c);
    return x;
}

/* Means over each second of every fifth row's log probabilities. */
static void slow_seconds(plain *p, double *slow)
{
    p->seconds = 0;
    p->slow = calloc((size_t)p->rows / 50 + 1, SLOW * sizeof *p->slow);
    for (int64_t s = 0; s * 50 + 2 < p->rows; s++, p->seconds++) {
        int count = 0;
        double *to = p->slow + s * SLOW;
        for (int64_t r = s * 50 + 2; r < p->rows && r < s * 50 + 50; r += 5, count++) {
            double *y = slow + r * SLOW;
            plain_log_softmax(y, SNQ_TEMPO_BINS);
            plain_log_softmax(y + SNQ_TEMPO_BINS, SNQ_METRE_CLASSES);
            for (int i = 0; i < SLOW; i++)
                to[i] += y[i];
        }
        for (int i = 0; i < SLOW; i++)
            to[i] /= count;
    }
}

static plain plain_run(const made_hops *f)
{
    const snq__net_layer *tab = snq__rhythm_tab;
    plain p = { .hops = f->hops };
    int64_t n;
    double *x = calloc((size_t)f->hops * SNQ_MEL_BANDS + 1, sizeof *x);
    for (int64_t i = 0; i < f->hops * SNQ_MEL_BANDS; i++)
        x[i] = fmax(10 * log10((double)f->mel[i]), -90) / 20 + 4.5;
    double *front = plain_stack(tab + SNQ__RHYTHM_FRONT, SNQ__RHYTHM_FRONT_LAYERS, x, f->hops, &n);
    double *near = plain_stack(tab + SNQ__RHYTHM_NEAR, 1, front, f->hops, &n);
    double *down = plain_stack(tab + SNQ__RHYTHM_DOWN, 1, front, f->hops, &p.rows);
    double *tone = tones_of(f, p.rows), *in = body_input(f, down, tone, p.rows);
    double *body = plain_stack(tab + SNQ__RHYTHM_BODY, SNQ__RHYTHM_BODY_LAYERS, in, p.rows, &n);
    p.head = plain_stack(tab + SNQ__RHYTHM_BEAT, 1, body, p.rows, &n);
    double *slow = plain_stack(tab + SNQ__RHYTHM_SLOW, 1, body, p.rows, &n);
    slow_seconds(&p, slow);
    /* each row expects something of its two hops */
    double *both = calloc((size_t)p.rows * 2 * WIDE + 1, sizeof *both);
    for (int64_t r = 0; r < p.rows; r++) {
        memcpy(both + r * 2 * WIDE, body + r * WIDE, WIDE * sizeof *both);
        memcpy(both + r * 2 * WIDE + WIDE, tone + r * WIDE, WIDE * sizeof *both);
    }
    double *expected = plain_stack(tab + SNQ__RHYTHM_EXPECT, 1, both, p.rows, &n);
    for (int64_t i = 0; i < f->hops * WIDE; i++)
        near[i] += expected[i];
    p.onset = plain_stack(tab + SNQ__RHYTHM_ONSET, 1, near, f->hops, &n);
    free(near);
    free(expected);
    free(both);
    free(tone);
    free(x);
    free(front);
    free(down);
    free(in);
    free(body);
    free(slow);
    return p;
}

static void plain_clear(plain *p)
{
    free(p->onset);
    free(p->head);
    free(p->slow);
}

/* Sums in float through eleven layers; logits of noise are some tens. */
#define CLOSE(want) (1e-3 * (1 + fabs(want)))

static void agree(const snq_rhythm_net *n, const plain *p)
{
    const snq_rhythm_rows r = snq_rhythm_net_rows(n);
    assert_int_equal(r.hops, p->hops);
    assert_int_equal(r.rows, p->rows);
    assert_int_equal(r.seconds, p->seconds);
    for (int64_t i = 0; i < r.hops; i++)
        check_near(r.onset[i], p->onset[i], CLOSE(p->onset[i]));
    for (int64_t i = 0; i < r.rows; i++) {
        check_near(r.beat[i], p->head[2 * i], CLOSE(p->head[2 * i]));
        check_near(r.downbeat[i], p->head[2 * i + 1], CLOSE(p->head[2 * i + 1]));
    }
    for (int64_t s = 0; s < r.seconds; s++) {
        const double *slow = p->slow + s * SLOW;
        for (int i = 0; i < SNQ_TEMPO_BINS; i++)
            check_near(r.second[s].tempo[i], slow[i], CLOSE(slow[i]));
        for (int i = 0; i < SNQ_METRE_CLASSES; i++)
            check_near(r.second[s].metre[i], slow[SNQ_TEMPO_BINS + i],
                       CLOSE(slow[SNQ_TEMPO_BINS + i]));
        check_near(r.second[s].pulse, slow[SLOW - 1], CLOSE(slow[SLOW - 1]));
    }
}

/* ---- tests ------------------------------------------------------------------------------------ */

static void agrees_with_its_definition(void **state)
{
    static const int64_t hops[] = {
        0, 1, 2, 3, 4, 5, 9, 10, 11, 99, 100, 101, 104, 105, 333, 3001
    };
    for (size_t i = 0; i < SNQ_COUNT(hops); i++) {
        made_hops f = made_hops_random(hops[i], 7, i);
        plain want = plain_run(&f);
        snq_rhythm_net *got = run(&f, 200);
        agree(got, &want);
        snq_rhythm_net_free(got);
        plain_clear(&want);
        made_hops_clear(&f);
    }
}

/* Digital silence, and steady sounds whose harmony never changes, are rows as any other. */
static void agrees_in_silence(void **state)
{
    made_hops f = made_hops_new(700);
    for (int sound = 0; sound < 2; sound++) {
        for (int64_t i = 0; sound && i < f.hops * SNQ_MEL_BANDS; i++)
            f.mel[i] = 1e-3f;
        plain want = plain_run(&f);
        snq_rhythm_net *got = run(&f, 256);
        agree(got, &want);
        snq_rhythm_net_free(got);
        plain_clear(&want);
    }
    made_hops_clear(&f);
}

static void block_sizes_do_not_matter(void **state)
{
    static const uint32_t step[] = { 1, 3, 10, 63, 64, 65, 128, 256 };
    made_hops f = made_hops_random(2777, 3, 99);
    snq_rhythm_net *one = run(&f, 200);
    const snq_rhythm_rows want = snq_rhythm_net_rows(one);
    for (size_t i = 0; i < SNQ_COUNT(step); i++) {
        snq_rhythm_net *n = run(&f, step[i]);
        const snq_rhythm_rows got = snq_rhythm_net_rows(n);
        assert_true(got.hops == want.hops && got.rows == want.rows && got.seconds == want.seconds);
        assert_memory_equal(got.onset, want.onset, (size_t)want.hops * sizeof *want.onset);
        assert_memory_equal(got.beat, want.beat, (size_t)want.rows * sizeof *want.beat);
        assert_memory_equal(got.downbeat, want.downbeat, (size_t)want.rows * sizeof *want.beat);
        assert_memory_equal(got.second, want.second, (size_t)want.seconds * sizeof *want.second);
        snq_rhythm_net_free(n);
    }
    snq_rhythm_net_free(one);
    made_hops_clear(&f);
}

/* Pitch frames that come late: rows wait for them, and the answers are the same. */
static void rows_wait_for_their_novelty(void **state)
{
    enum { STEP = 50, LATE = 100 }; /* hops, frames */
    made_hops f = made_hops_random(3000, 5, 42);
    snq_rhythm_net *one = run(&f, 200), *n;
    const snq_rhythm_rows want = snq_rhythm_net_rows(one);
    int64_t pitch = 0;
    check_ok(snq_rhythm_net_new(&n));
    for (int64_t at = 0; at < f.hops + LATE * SNQ_PITCH_HOPS; at += STEP) {
        const snq_pitch_frame *view[STEP];
        snq_hop_block b = { .first = at, .pitch_first = pitch, .pitch = view };
        if (at < f.hops) {
            b.hops = STEP;
            b.mel = f.mel + at * SNQ_MEL_BANDS;
        }
        while (pitch < f.frames && (pitch + LATE) * SNQ_PITCH_HOPS < at + STEP)
            view[b.pitch_frames++] = &f.pitch[pitch++];
        check_ok(snq_rhythm_net_push(n, &b));
    }
    assert_int_equal(pitch, f.frames);
    check_ok(snq_rhythm_net_finish(n));
    const snq_rhythm_rows got = snq_rhythm_net_rows(n);
    assert_int_equal(got.rows, want.rows);
    assert_memory_equal(got.beat, want.beat, (size_t)want.rows * sizeof *want.beat);
    assert_memory_equal(got.onset, want.onset, (size_t)want.hops * sizeof *want.onset);
    assert_memory_equal(got.second, want.second, (size_t)want.seconds * sizeof *want.second);
    snq_rhythm_net_free(n);
    snq_rhythm_net_free(one);
    made_hops_clear(&f);
}

static snq_status make(void *user, void **out)
{
    return snq_rhythm_net_new((snq_rhythm_net **)out);
}

static void unmake(void *n)
{
    snq_rhythm_net_free(n);
}

/* Each allocation on the way in turn; how many there were. */
static int refuse_each(const made_hops *f)
{
    const int64_t live = snq_alloc_live();
    for (int n = 0;; n++) {
        snq_rhythm_net *net;
        check_ok(snq_rhythm_net_new(&net));
        snq_alloc_fail_after(n);
        snq_status st = made_hops_feed(f, 256, push, net);
        if (st >= 0)
            st = snq_rhythm_net_finish(net);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        snq_rhythm_net_free(net);
        assert_int_equal(snq_alloc_live(), live);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        if (!refused)
            return n;
    }
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    snq_rhythm_net_free(NULL);
    made_hops brief = made_hops_random(30, 1, 1); /* all of it comes at the end */
    assert_true(refuse_each(&brief) >= 5);
    made_hops_clear(&brief);
    made_hops full = made_hops_random(6450, 1, 1); /* over 64 s: all lists grow */
    assert_true(refuse_each(&full) >= 10);
    made_hops_clear(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_its_definition), cmocka_unit_test(agrees_in_silence),
        cmocka_unit_test(block_sizes_do_not_matter),  cmocka_unit_test(rows_wait_for_their_novelty),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
