// SPDX-License-Identifier: MIT
/* IDEA   A pulse is a chain of beats whose distances change little. Of all chains take the one that best
 *        meets the network's beats and its notion of the tempo.
 * STEPS  rows r of 20 ms; a chain is in state (r, i) when there is a beat in row r and the one before it
 *        in row r - i.
 *          S(r, i) = max over j in [i - 2, i + 2] of S(r - i, j) - change(i, j)
 *                    + beat(r) + (i / 50) W_TEMPO tempo(r, i)
 *          beat(r) = the network's logit, between +-LOGIT_MAX, less BEAT_COST
 *          tempo(r, i) = its log probability of the tempo 3000 / i BPM in that second
 *          change(i, j) = CHANGE ((i - j) / max(1, i / SOFT))^2
 *        When the tempo probabilities within 6 % of twice or half the chain's mean tempo are together, averaged over
 *        the seconds, FAR times those around it, the beats themselves said little: once more, with BEAT_COST
 *        and W_TEMPO that give the tempo the word.
 *        A chain may begin anywhere at no cost but the tempo's for the gap before it.
 *        The chain that ends best in the last two seconds and so on, traced back.
 *        Between rows: the parabola through the three rows around a beat; then the nearest peak of the
 *        onset logits within 35 ms, where there is one.
 *        Memory: back pointers of the last HISTORY rows; when they are full, the older half of the best
 *        chain is final. Chains of music merge within seconds, so that nothing is lost by it.
 * CONST  BEAT_COST and W_TEMPO: best of eight pairs on made music (seed 98), held-out accompaniments and
 *        the 30 songs (docs/rooms/listen.md), 2026-11; their second values are those that were best before the first
 *        ones, which soft recordings don't suit (a marimba's 86 was heard as 43). The others set by hand; CHANGE
 *        at twice its value scores no better.
 * COST   5 sums for each of 77 distances and 50 rows a second: some 8 ms for four minutes.
 * LIMITS One pulse at a time: where two tempi overlap it keeps to one.
 * REFS   D. Ellis, "Beat tracking by dynamic programming", J. New Music Research 36(1), 2007;
 *        F. Krebs, S. Boeck, G. Widmer, "An efficient state-space model for joint tempo and meter
 *        tracking", ISMIR 2015. */
#include "listen/beat_path.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/peaks.h"
#include "score/hearing.h"

enum {
    SHORTEST = 12, /* rows between beats: 250 BPM */
    LONGEST = 88,  /* 34 BPM */
    DISTANCES = LONGEST - SHORTEST + 1,
    STEP = 2, /* change of the distance from one beat to the next, rows */
    HISTORY = 1 << 14,
    RING = 128,  /* rows of scores kept, a power of two > LONGEST */
    BEGUN = 255, /* back pointer: the chain begins here */
};

#define LOGIT_MAX 5.0f
/* at first, and where the tempo has the word */
#define BEAT_COST   \
    {               \
        0.3f, -0.5f \
    }
#define W_TEMPO    \
    {              \
        0.3f, 1.0f \
    }
#define FAR    5.0
#define CHANGE 0.5f
#define SOFT   30.0f

typedef struct trellis {
    const snq_rhythm_rows *in;
    float beat_cost, w_tempo;
    float change[DISTANCES][2 * STEP + 1];
    float *score;  /* (RING, DISTANCES) */
    uint8_t *back; /* (HISTORY, DISTANCES) index of j - i + STEP, or BEGUN */
    float tempo[DISTANCES];
    int64_t tempo_second; /* of which `tempo` is */
    int64_t final;        /* beats before this row are written */
    snq_beat_path *path;
} trellis;

void snq_beat_path_clear(snq_beat_path *path)
{
    snq_free(path->time_s);
    snq_free(path->row);
    snq_free(path->logit);
    *path = (snq_beat_path) { 0 };
}

/* Room for n beats. */
static snq_status reserve(snq_beat_path *p, uint32_t n)
{
    if (n <= p->room)
        return SNQ_OK;
    if (n > SNQ_BEATS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d beats", SNQ_BEATS_MAX);
    uint32_t room = p->room ? p->room : 256;
    while (room < n)
        room *= 2;
    /* each list is the path's as soon as it has grown: what is freed on error is all of them */
    double *time_s = snq_regrow(p->time_s, p->beats, room, sizeof *time_s);
    p->time_s = time_s ? time_s : p->time_s;
    int64_t *row = time_s ? snq_regrow(p->row, p->beats, room, sizeof *row) : NULL;
    p->row = row ? row : p->row;
    float *logit = row ? snq_regrow(p->logit, p->beats, room, sizeof *logit) : NULL;
    p->logit = logit ? logit : p->logit;
    if (!logit)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u beats", room);
    p->room = room;
    return SNQ_OK;
}

static void fill_change(trellis *t)
{
    for (int i = 0; i < DISTANCES; i++)
        for (int k = 0; k <= 2 * STEP; k++) {
            const float soft = (float)(i + SHORTEST) / SOFT, d = (float)(k - STEP);
            const float x = soft > 1.0f ? d / soft : d;
            t->change[i][k] = CHANGE * x * x;
        }
}

/* (i / 50) W_TEMPO log p(tempo of distance i) in the second of row r. */
static void fill_tempo(trellis *t, int64_t r)
{
    int64_t s = r / SNQ_BEAT_ROWS_PER_S;
    s = s < t->in->seconds ? s : t->in->seconds - 1;
    if (s == t->tempo_second)
        return;
    t->tempo_second = s;
    const float *p = t->in->second[s].tempo;
    const double scale = (SNQ_TEMPO_BINS - 1) / log(SNQ_TEMPO_HIGH_BPM / SNQ_TEMPO_LOW_BPM);
    for (int i = 0; i < DISTANCES; i++) {
        const double bpm = 60.0 * SNQ_BEAT_ROWS_PER_S / (i + SHORTEST);
        double x = log(bpm / SNQ_TEMPO_LOW_BPM) * scale;
        x = x < 0 ? 0 : x > SNQ_TEMPO_BINS - 1.001 ? SNQ_TEMPO_BINS - 1.001 : x;
        const int b = (int)x;
        const float f = (float)(x - b), y = p[b] + f * (p[b + 1] - p[b]);
        t->tempo[i] = t->w_tempo * y * (float)(i + SHORTEST) / SNQ_BEAT_ROWS_PER_S;
    }
}

static float beat_score(const trellis *t, int64_t r)
{
    const float x = t->in->beat[r];
    return (x > LOGIT_MAX ? LOGIT_MAX : x < -LOGIT_MAX ? -LOGIT_MAX : x) - t->beat_cost;
}

/* All states of row r. */
static void forward(trellis *t, int64_t r)
{
    float *to = t->score + (size_t)(r & (RING - 1)) * DISTANCES;
    uint8_t *back = t->back + (size_t)(r & (HISTORY - 1)) * DISTANCES;
    const float here = beat_score(t, r);
    fill_tempo(t, r);
    for (int i = 0; i < DISTANCES; i++) {
        const int64_t before = r - (i + SHORTEST);
        if (before < 0) {
            to[i] = here + t->tempo[i] * ((float)r / (float)(i + SHORTEST));
            back[i] = BEGUN;
            continue;
        }
        const float *from = t->score + (size_t)(before & (RING - 1)) * DISTANCES;
        float best = -FLT_MAX;
        int which = 0;
        for (int k = 0; k <= 2 * STEP; k++) {
            const int j = i + k - STEP;
            if (j < 0 || j >= DISTANCES)
                continue;
            const float s = from[j] - t->change[i][k];
            if (s > best) {
                best = s;
                which = k;
            }
        }
        to[i] = best + here + t->tempo[i];
        back[i] = (uint8_t)which;
    }
}

/* The best state whose next beat would lie behind row `end` - 1. */
static int best_end(const trellis *t, int64_t end, int64_t *row)
{
    float best = -FLT_MAX;
    int distance = -1;
    for (int64_t r = end - LONGEST > 0 ? end - LONGEST : 0; r < end; r++)
        for (int i = 0; i < DISTANCES; i++) {
            if (r + i + SHORTEST < end)
                continue;
            /* what of the distance has passed since counts for the tempo already */
            const float s = t->score[(size_t)(r & (RING - 1)) * DISTANCES + i] +
                            t->tempo[i] * (float)(end - r) / (float)(i + SHORTEST);
            if (s > best) {
                best = s;
                distance = i;
                *row = r;
            }
        }
    return distance;
}

/* Write the beats of rows [t->final, until) of the best chain that ends before `end`. */
static snq_status trace(trellis *t, int64_t end, int64_t until)
{
    int64_t r = 0;
    int i = best_end(t, end, &r);
    snq_beat_path *p = t->path;
    const uint32_t first = p->beats;
    while (i >= 0 && r >= t->final) {
        if (r < until) {
            SNQ_TRY(reserve(p, p->beats + 1));
            p->row[p->beats] = r;
            p->logit[p->beats++] = t->in->beat[r];
        }
        const uint8_t k = t->back[(size_t)(r & (HISTORY - 1)) * DISTANCES + i];
        if (k == BEGUN)
            break;
        r -= i + SHORTEST;
        i += k - STEP;
    }
    for (uint32_t a = first, b = p->beats; a + 1 < b; a++) {
        b--;
        const int64_t row = p->row[a];
        const float logit = p->logit[a];
        p->row[a] = p->row[b];
        p->logit[a] = p->logit[b];
        p->row[b] = row;
        p->logit[b] = logit;
    }
    /* where two chains were joined: no beat right behind another */
    if (first && p->beats > first && p->row[first] - p->row[first - 1] < SHORTEST / 2) {
        p->beats--;
        memmove(p->row + first, p->row + first + 1, (p->beats - first) * sizeof *p->row);
        memmove(p->logit + first, p->logit + first + 1, (p->beats - first) * sizeof *p->logit);
    }
    t->final = until;
    return SNQ_OK;
}

/* Between the rows. */
static void refine(const snq_rhythm_rows *in, snq_beat_path *p)
{
    for (uint32_t k = 0; k < p->beats; k++) {
        const int64_t r = p->row[k];
        double at = (double)r;
        if (r > 0 && r + 1 < in->rows && in->beat[r] >= in->beat[r - 1] &&
            in->beat[r] >= in->beat[r + 1])
            at += snq_peak_parabola((double)in->beat[r - 1], (double)in->beat[r],
                                    (double)in->beat[r + 1], NULL);
        const double hop = 2.0 * at;
        int64_t best = -1;
        for (int64_t h = (int64_t)hop - 3; h <= (int64_t)hop + 4; h++)
            if (h > 0 && h + 1 < in->hops && in->onset[h] > -1.0f &&
                in->onset[h] >= in->onset[h - 1] && in->onset[h] > in->onset[h + 1] &&
                fabs((double)h - hop) <= 3.5 && (best < 0 || in->onset[h] > in->onset[best]))
                best = h;
        p->time_s[k] = snq_beat_row_time_s(at);
        if (best >= 0)
            p->time_s[k] = snq_onset_time_s((double)best +
                                            snq_peak_parabola((double)in->onset[best - 1],
                                                              (double)in->onset[best],
                                                              (double)in->onset[best + 1], NULL));
        if (p->time_s[k] < 0.0)
            p->time_s[k] = 0.0;
        if (k && p->time_s[k] <= p->time_s[k - 1])
            p->time_s[k] = p->time_s[k - 1] + 1e-3;
    }
}

/* The best chain; `path` is empty. Unrefined; on error the path is cleared. */
static snq_status find_chain(const snq_rhythm_rows *rows, int pass, snq_beat_path *path)
{
    static const float beat_cost[] = BEAT_COST, w_tempo[] = W_TEMPO;
    trellis t = { .in = rows,
                  .beat_cost = beat_cost[pass],
                  .w_tempo = w_tempo[pass],
                  .tempo_second = -1,
                  .path = path };
    snq_status st = SNQ_OK;
    t.score = snq_calloc((size_t)RING * DISTANCES, sizeof *t.score);
    const size_t history = (size_t)(rows->rows < HISTORY ? rows->rows : HISTORY);
    t.back = snq_calloc(history * DISTANCES, sizeof *t.back);
    if (!t.score || !t.back)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the chains of beats");
    if (st >= 0)
        fill_change(&t);
    for (int64_t r = 0; r < rows->rows && st >= 0; r++) {
        forward(&t, r);
        if (r + 1 - t.final >= HISTORY - LONGEST)
            st = trace(&t, r + 1, t.final + HISTORY / 2);
    }
    if (st >= 0)
        st = trace(&t, rows->rows, rows->rows);
    snq_free(t.score);
    snq_free(t.back);
    if (st < 0)
        snq_beat_path_clear(path);
    return st;
}

double snq_tempo_mass(const snq_rhythm_rows *rows, int64_t from, int64_t to, double bpm)
{
    const double scale = (SNQ_TEMPO_BINS - 1) / log(SNQ_TEMPO_HIGH_BPM / SNQ_TEMPO_LOW_BPM);
    const double at = log(bpm / SNQ_TEMPO_LOW_BPM) * scale;
    double sum = 0.0;
    for (int64_t s = from; s < to; s++)
        for (int i = 0; i < SNQ_TEMPO_BINS; i++)
            if (fabs(i - at) < 0.06 * scale)
                sum += exp((double)rows->second[s].tempo[i]);
    return sum;
}

/* Whether the tempo is plainly heard at another level than the chain's. */
static int is_far(const snq_rhythm_rows *rows, const snq_beat_path *p)
{
    if (p->beats < 2)
        return 0;
    const double bpm =
        60.0 * SNQ_BEAT_ROWS_PER_S * (p->beats - 1) / (double)(p->row[p->beats - 1] - p->row[0]);
    const int64_t n = rows->seconds;
    return snq_tempo_mass(rows, 0, n, 2.0 * bpm) + snq_tempo_mass(rows, 0, n, 0.5 * bpm) >
           FAR * snq_tempo_mass(rows, 0, n, bpm);
}

snq_status snq_beat_path_run(const snq_rhythm_rows *rows, snq_beat_path *path)
{
    *path = (snq_beat_path) { 0 };
    if (!rows->rows || !rows->seconds)
        return SNQ_OK;
    SNQ_TRY(find_chain(rows, 0, path));
    if (is_far(rows, path)) {
        snq_beat_path_clear(path);
        SNQ_TRY(find_chain(rows, 1, path));
    }
    refine(rows, path);
    return SNQ_OK;
}
