// SPDX-License-Identifier: MIT
/* IDEA   Walk along the beats and count: 1 2 3 4, 1 2 3 4. Of all ways to count take the one whose ones fall
 *        best on the network's downbeats and whose bars are the metre that it hears.
 * STEPS  state = (metre m, position p in the bar); at beat k
 *          V(k, m, p) = one(k) [p = 0] + (t_k - t_(k-1)) W_METRE metre(k, m) + max of
 *             V(k - 1, m, p - 1)                       in the bar, p > 0
 *             V(k - 1, n, last of n) - CHANGE [n != m]  a new bar, p = 0
 *             V(k - 1, m, any q) - SLIP                a bar that doesn't come out: a beat too many or few
 *          one(k) = largest downbeat logit within a row of the beat, between +-LOGIT_MAX
 *          metre(k, m) = log probability of m in that second
 *        The weight of a metre is its share when each is made to hold throughout (CHANGE infinite):
 *        softmax of V's end, divided by TEMPER for each beat counts for less than one witness.
 * CONST  Set by hand, 2026-11: on held-out pieces half and twice W_METRE score no better, SLIP 14 and CHANGE 20
 *        the same. TEMPER, which only the confidence sees, was not tried otherwise.
 * COST   16 states and some 40 sums a beat.
 * LIMITS Metres of 7 and more, and additive ones, are read as what comes nearest. Where only the chords tell 4/4
 *        from 2/4, twenty decibels less can turn the answer.
 * REFS   N. Whiteley, A. T. Cemgil, S. Godsill, "Bayesian modelling of temporal structure in musical
 *        audio", ISMIR 2006. */
#include "listen/metre_path.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { STATES = 2 + 3 + 4 + 5 + 2 };

#define W_METRE   0.5f
#define CHANGE    12.0f
#define SLIP      9.0f
#define LOGIT_MAX 5.0f
#define TEMPER    8.0f

static const snq_metre metre_tab[SNQ_METRES] = {
    { 2, 4, 2 }, { 3, 4, 3 }, { 4, 4, 4 }, { 5, 4, 5 }, { 6, 8, 2 }
};

snq_metre snq_metre_of(uint32_t index)
{
    return metre_tab[index];
}

void snq_metre_path_clear(snq_metre_path *p)
{
    snq_free(p->metre);
    snq_free(p->position);
    *p = (snq_metre_path) { 0 };
}

typedef struct chart {
    uint8_t metre[STATES], position[STATES], first[SNQ_METRES], last[SNQ_METRES];
} chart;

static void draw(chart *c)
{
    uint8_t s = 0;
    for (uint8_t m = 0; m < SNQ_METRES; m++) {
        c->first[m] = s;
        for (uint8_t p = 0; p < metre_tab[m].pulses_per_bar; p++, s++) {
            c->metre[s] = m;
            c->position[s] = p;
        }
        c->last[m] = (uint8_t)(s - 1);
    }
}

static float one(const snq_rhythm_rows *in, int64_t row)
{
    float best = -FLT_MAX;
    for (int64_t r = row - 1; r <= row + 1; r++)
        if (r >= 0 && r < in->rows && in->downbeat[r] > best)
            best = in->downbeat[r];
    return best > LOGIT_MAX ? LOGIT_MAX : best < -LOGIT_MAX ? -LOGIT_MAX : best;
}

/* What all states gain at beat k. */
static void gains(const snq_rhythm_rows *in, const snq_beat_path *b, uint32_t k, const chart *c,
                  float gain[STATES])
{
    const float down = one(in, b->row[k]);
    int64_t s = b->row[k] / SNQ_BEAT_ROWS_PER_S;
    s = s < in->seconds ? s : in->seconds - 1;
    const float gap = k ? (float)(b->row[k] - b->row[k - 1]) / SNQ_BEAT_ROWS_PER_S : 0.5f;
    for (int i = 0; i < STATES; i++)
        gain[i] = W_METRE * (gap < 2.0f ? gap : 2.0f) * in->second[s].metre[c->metre[i]] +
                  (c->position[i] == 0 ? down : 0.0f);
}

/* From state j to state i. */
static float cost(const chart *c, int j, int i, float change)
{
    if (c->position[i] && i == j + 1)
        return 0.0f;
    if (c->position[i] == 0 && j == c->last[c->metre[j]])
        return c->metre[i] == c->metre[j] ? 0.0f : change;
    return c->metre[i] == c->metre[j] ? SLIP : FLT_MAX;
}

/* The best path; back (beats, STATES) or NULL. end (STATES,) gets the scores at the end. */
static void walk(const snq_rhythm_rows *in, const snq_beat_path *b, const chart *c, float change,
                 uint8_t *back, float end[STATES])
{
    float now[STATES], gain[STATES], tab[STATES][STATES];
    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < STATES; j++)
            tab[i][j] = cost(c, j, i, change);
    for (uint32_t k = 0; k < b->beats; k++) {
        gains(in, b, k, c, gain);
        for (int i = 0; i < STATES; i++) {
            float best = k ? -FLT_MAX : 0.0f;
            uint8_t from = (uint8_t)i;
            for (int j = 0; k && j < STATES; j++) {
                if (tab[i][j] < FLT_MAX && end[j] - tab[i][j] > best) {
                    best = end[j] - tab[i][j];
                    from = (uint8_t)j;
                }
            }
            now[i] = best + gain[i];
            if (back)
                back[(size_t)k * STATES + i] = from;
        }
        memcpy(end, now, sizeof now);
    }
}

static int best_state(const float end[STATES])
{
    int best = 0;
    for (int i = 1; i < STATES; i++)
        if (end[i] > end[best])
            best = i;
    return best;
}

/* Scores with each metre throughout -> weights. */
static void weigh(const snq_rhythm_rows *in, const snq_beat_path *b, const chart *c,
                  float weight[SNQ_METRES])
{
    float end[STATES], score[SNQ_METRES], most = -FLT_MAX, sum = 0.0f;
    walk(in, b, c, FLT_MAX, NULL, end);
    for (int m = 0; m < SNQ_METRES; m++) {
        score[m] = -FLT_MAX;
        for (int i = c->first[m]; i <= c->last[m]; i++)
            score[m] = end[i] > score[m] ? end[i] : score[m];
        most = score[m] > most ? score[m] : most;
    }
    for (int m = 0; m < SNQ_METRES; m++)
        sum += weight[m] = expf((score[m] - most) / TEMPER);
    for (int m = 0; m < SNQ_METRES; m++)
        weight[m] /= sum;
}

snq_status snq_metre_path_run(const snq_rhythm_rows *rows, const snq_beat_path *beats,
                              snq_metre_path *out)
{
    *out = (snq_metre_path) { 0 };
    if (!beats->beats)
        return SNQ_OK;
    chart c;
    float end[STATES];
    draw(&c);
    uint8_t *back = snq_calloc(beats->beats, STATES);
    out->metre = snq_calloc(beats->beats, 1);
    out->position = snq_calloc(beats->beats, 1);
    if (!back || !out->metre || !out->position) {
        snq_free(back);
        snq_metre_path_clear(out);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the bars of %u beats", beats->beats);
    }
    out->beats = beats->beats;
    walk(rows, beats, &c, CHANGE, back, end);
    int s = best_state(end);
    for (uint32_t k = beats->beats; k-- > 0;) {
        out->metre[k] = c.metre[s];
        out->position[k] = c.position[s];
        s = back[(size_t)k * STATES + s];
    }
    snq_free(back);
    weigh(rows, beats, &c, out->weight);
    return SNQ_OK;
}
