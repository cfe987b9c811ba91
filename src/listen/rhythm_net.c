// SPDX-License-Identifier: MIT
/* IDEA   Someone who has heard much music knows how a beat sounds, with and without drums. A small network is
 *        shown thousands of pieces whose beats are known, and learns to mark onsets, beats and ones, and to
 *        say how fast and in what metre it hears them; what follows from that is reckoned by
 *        beat_path.c and metre_path.c, where it can be followed.
 * STEPS  (time, channels); conv k,d: taps, dilation (dsp/convnet.h)
 *        mel    hop i: max(10 log10 mel, -90) / 20 + 4.5                          (hops, 41)
 *        front  conv 5 -> 32; + conv 5; + conv 5,2                               (hops, 32)
 *        near   + conv 5                                                         (hops, 32)
 *        down   conv 5, every second hop                                         (rows, 32)
 *        tone   row: max(10 log10 tone, -80) / 20 + 4; conv 3 -> 32; + conv 5; + conv 5,2; max(0, .)  (rows, 32)
 *        novel  harmonic novelty, below                                          (rows, 8)
 *        body   mix 1 of max(0, down), novel and tone -> 32; + conv 5,d, d = 1 .. 256  (rows, 32)
 *        onset  near and what body and tone expect of the hop (64 -> 2 x 32); conv 5 -> 1   (hops,) logits
 *        heads  beat, downbeat                                                   (rows, 2) logits
 *               each fifth row: 64 tempo, 6 metre classes, pulse; as log probabilities averaged over a second
 *        Body rows see 10 s to both sides: a bar pattern, not only the beat at hand.
 *        novelty at the start of pitch frame j, for lags L of 2, 5, 10, 20 frames, treble and bass apart:
 *          c = (max(10 log10 band, -80) / 20 + 4) folded to one octave of 36 bands, mean removed
 *          a, b = sums of c over the L frames before and behind
 *          |b - a| / (|a| + |b| + L): 0 where the harmony stays, towards 1 where it changes
 *        A row takes it by interpolation in time.
 * CONST  Architecture: S. Boeck and M. Davies (REFS) with one convolution a layer and a hop of 20 ms in the
 *        body. Weights: scripts/train/train_rhythm.py; data: scripts/train/README.md.
 * COST   22 000 products a hop and 75 000 a row: 6 million a second of sound.
 * LIMITS It knows what it was shown: rendered music with drums, bands, pianos, ensembles. Unaccompanied singing and
 *        free speech-like rhythm are beyond it.
 * REFS   M. Davies, S. Boeck, "Temporal convolutional networks for musical audio beat tracking",
 *        EUSIPCO 2019; S. Boeck, M. Davies, "Deconstruct, analyse, reconstruct", ISMIR 2020. */
#include "listen/rhythm_net.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/convnet.h"
#include "dsp/decibel.h"
#include "listen/net_tab_impl.h"

enum {
    WIDE = 32,
    FOLD = 12 * SNQ_PITCH_STEPS, /* bands of an octave */
    BASS_BANDS = 2 * FOLD,       /* E1 .. E3 */
    PARTS = 2,                   /* treble, bass */
    LAGS = 4,
    LAG_MAX = 20,
    NOVELTY = PARTS * LAGS,
    SUMS =
        256, /* running sums kept: the network's rows come blockwise, some 8 s behind the frames */
    ROWS_PER_FRAME = SNQ_PITCH_HOPS / 2,
    SLOW = SNQ_TEMPO_BINS + SNQ_METRE_CLASSES + 1,
    SLOW_EVERY = 5,
    SLOW_FIRST = 2,
    PIECE = 64, /* rows that are worked on at once */
};

static const int lag_tab[LAGS] = { 2, 5, 10, 20 };

/* A growing list of floats. */
typedef struct floats {
    float *value;
    int64_t count, room;
} floats;

/* Rows of WIDE floats from number `first` on; the first `used` of what is kept are done with. */
typedef struct row_queue {
    floats kept;
    int64_t first, used;
} row_queue;

struct snq_rhythm_net {
    snq_convnet *front, *near, *onset_net, *down, *tone_net, *body;
    snq_conv *beat_head, *slow_head, *expect_head;

    floats onset, beat, downbeat;
    snq_rhythm_second *second;
    int64_t seconds, second_room;
    int64_t body_rows; /* that have left the body */
    double tempo[SNQ_TEMPO_BINS], metre[SNQ_METRE_CLASSES],
        pulse;          /* sums over the second at hand */
    uint32_t slow_rows; /* in them */

    row_queue nears;   /* hops that wait for what is expected of them */
    row_queue waiting; /* rows of `down` that wait for their novelty and tone */
    row_queue tones;   /* rows of `tone` that have not come out of the body */

    double sum[SUMS][PARTS * FOLD]; /* of c over the frames below j, at j mod SUMS */
    int64_t frames;                 /* pitch frames taken */
    float novelty[2][NOVELTY];      /* at novelty_at and behind it */
    int64_t novelty_at;
    int ended;
};

/* Room for n more. */
static snq_status reserve(floats *f, int64_t n)
{
    if (f->count + n <= f->room)
        return SNQ_OK;
    int64_t room = f->room ? f->room : 1024;
    while (room < f->count + n)
        room *= 2;
    float *value = snq_regrow(f->value, (size_t)f->count, (size_t)room, sizeof *value);
    if (!value)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %lld rows of rhythm", (long long)room);
    f->value = value;
    f->room = room;
    return SNQ_OK;
}

static snq_status put_rows(row_queue *q, const float *y, uint32_t rows)
{
    SNQ_TRY(reserve(&q->kept, (int64_t)rows * WIDE));
    memcpy(q->kept.value + q->kept.count, y, (size_t)rows * WIDE * sizeof *y);
    q->kept.count += (int64_t)rows * WIDE;
    return SNQ_OK;
}

/* Number behind the last row. */
static int64_t rows_end(const row_queue *q)
{
    return q->first - q->used + q->kept.count / WIDE;
}

/* Row r, first <= r < rows_end. */
static const float *row_at(const row_queue *q, int64_t r)
{
    return q->kept.value + (r - q->first + q->used) * WIDE;
}

/* Rows below r are done with; they go when they are more than what stays. */
static void drop_rows(row_queue *q, int64_t r)
{
    q->used += r - q->first;
    q->first = r;
    if (2 * q->used * WIDE <= q->kept.count)
        return;
    q->kept.count -= q->used * WIDE;
    memmove(q->kept.value, q->kept.value + q->used * WIDE,
            (size_t)q->kept.count * sizeof *q->kept.value);
    q->used = 0;
}

snq_status snq_rhythm_net_new(snq_rhythm_net **out)
{
    *out = NULL;
    snq_rhythm_net *n = snq_calloc(1, sizeof *n);
    if (!n)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the rhythm network");
    const snq__net_layer *tab = snq__rhythm_tab;
    snq_status st = snq__net_stack(tab + SNQ__RHYTHM_FRONT, SNQ__RHYTHM_FRONT_LAYERS, &n->front);
    if (st >= 0)
        st = snq__net_stack(tab + SNQ__RHYTHM_NEAR, 1, &n->near);
    if (st >= 0)
        st = snq__net_stack(tab + SNQ__RHYTHM_ONSET, 1, &n->onset_net);
    if (st >= 0)
        st = snq__net_stack(tab + SNQ__RHYTHM_DOWN, 1, &n->down);
    if (st >= 0)
        st = snq__net_stack(tab + SNQ__RHYTHM_TONE, SNQ__RHYTHM_TONE_LAYERS, &n->tone_net);
    if (st >= 0)
        st = snq__net_stack(tab + SNQ__RHYTHM_BODY, SNQ__RHYTHM_BODY_LAYERS, &n->body);
    if (st >= 0)
        st = snq__net_conv(tab + SNQ__RHYTHM_BEAT, &n->beat_head);
    if (st >= 0)
        st = snq__net_conv(tab + SNQ__RHYTHM_SLOW, &n->slow_head);
    if (st >= 0)
        st = snq__net_conv(tab + SNQ__RHYTHM_EXPECT, &n->expect_head);
    if (st < 0) {
        snq_rhythm_net_free(n);
        return st;
    }
    n->novelty_at = -1;
    *out = n;
    return SNQ_OK;
}

void snq_rhythm_net_free(snq_rhythm_net *n)
{
    if (!n)
        return;
    snq_convnet_free(n->front);
    snq_convnet_free(n->near);
    snq_convnet_free(n->onset_net);
    snq_convnet_free(n->down);
    snq_convnet_free(n->tone_net);
    snq_convnet_free(n->body);
    snq_conv_free(n->beat_head);
    snq_conv_free(n->slow_head);
    snq_conv_free(n->expect_head);
    snq_free(n->onset.value);
    snq_free(n->beat.value);
    snq_free(n->downbeat.value);
    snq_free(n->nears.kept.value);
    snq_free(n->waiting.kept.value);
    snq_free(n->tones.kept.value);
    snq_free(n->second);
    snq_free(n);
}

/* ---- novelty ---------------------------------------------------------------------------------- */

static void take_pitch(snq_rhythm_net *n, const snq_pitch_frame *f)
{
    float level[SNQ_PITCH_BANDS], fold[PARTS * FOLD] = { 0.0f };
    snq_decibel_run(level, f->band, SNQ_PITCH_BANDS, 1e-8f);
    for (int b = 0; b < SNQ_PITCH_BANDS; b++)
        fold[(b < BASS_BANDS ? FOLD : 0) + b % FOLD] += level[b] / 20.0f + 4.0f;
    const double *was = n->sum[n->frames % SUMS];
    double *to = n->sum[(n->frames + 1) % SUMS];
    for (int p = 0; p < PARTS; p++) {
        float mean = 0.0f;
        for (int i = 0; i < FOLD; i++)
            mean += fold[p * FOLD + i];
        mean /= FOLD;
        for (int i = p * FOLD; i < (p + 1) * FOLD; i++)
            to[i] = was[i] + (double)(fold[i] - mean);
    }
    n->frames++;
}

/* At the start of pitch frame j; frames behind the end of the stream count for nothing. */
static void novelty(const snq_rhythm_net *n, int64_t j, float out[NOVELTY])
{
    j = j < n->frames ? j : n->frames;
    for (int l = 0; l < LAGS; l++) {
        const int64_t from = j > lag_tab[l] ? j - lag_tab[l] : 0;
        const int64_t to = j + lag_tab[l] < n->frames ? j + lag_tab[l] : n->frames;
        const double *a = n->sum[from % SUMS], *b = n->sum[j % SUMS], *c = n->sum[to % SUMS];
        for (int p = 0; p < PARTS; p++) {
            double left = 0.0, right = 0.0, gap = 0.0;
            for (int i = p * FOLD; i < (p + 1) * FOLD; i++) {
                const double x = b[i] - a[i], y = c[i] - b[i];
                left += x * x;
                right += y * y;
                gap += (y - x) * (y - x);
            }
            out[p * LAGS + l] = (float)(sqrt(gap) / (sqrt(left) + sqrt(right) + lag_tab[l]));
        }
    }
}

/* Pitch frames that the novelty of row r needs. */
static int64_t frames_for(int64_t r)
{
    return r / ROWS_PER_FRAME + 1 + LAG_MAX;
}

static void novelty_of_row(snq_rhythm_net *n, int64_t r, float out[NOVELTY])
{
    const int64_t j = r / ROWS_PER_FRAME;
    if (j != n->novelty_at) {
        if (j == n->novelty_at + 1 && n->novelty_at >= 0)
            memcpy(n->novelty[0], n->novelty[1], sizeof n->novelty[0]);
        else
            novelty(n, j, n->novelty[0]);
        novelty(n, j + 1, n->novelty[1]);
        n->novelty_at = j;
    }
    const float f = (2.0f * (float)(r - j * ROWS_PER_FRAME) + 0.5f) / SNQ_PITCH_HOPS;
    for (int i = 0; i < NOVELTY; i++)
        out[i] = n->novelty[0][i] * (1.0f - f) + n->novelty[1][i] * f;
}

/* ---- tones ------------------------------------------------------------------------------------ */

static snq_status tone_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    return put_rows(&n->tones, y, rows);
}

static snq_status take_tones(snq_rhythm_net *n, const snq_pitch_frame *f)
{
    float x[SNQ_TONE_ROWS * SNQ_TONE_BANDS];
    snq_decibel_run(x, f->tone[0], SNQ_COUNT(x), 1e-8f);
    for (size_t i = 0; i < SNQ_COUNT(x); i++)
        x[i] = x[i] / 20.0f + 4.0f;
    return snq_convnet_push(n->tone_net, x, SNQ_TONE_ROWS, tone_sink, n);
}

/* max(0, .) of row r of `tone`; rows behind the end of the stream are zero. */
static void tone_row(const snq_rhythm_net *n, int64_t r, float out[WIDE])
{
    memset(out, 0, WIDE * sizeof *out);
    if (r >= rows_end(&n->tones))
        return;
    const float *row = row_at(&n->tones, r);
    for (int i = 0; i < WIDE; i++)
        out[i] = row[i] > 0.0f ? row[i] : 0.0f;
}

/* ---- heads ------------------------------------------------------------------------------------ */

static void add_log_softmax(double *sum, const float *logit, int count)
{
    float most = logit[0];
    for (int i = 1; i < count; i++)
        most = logit[i] > most ? logit[i] : most;
    float total = 0.0f;
    for (int i = 0; i < count; i++)
        total += expf(logit[i] - most);
    const float norm = most + logf(total);
    for (int i = 0; i < count; i++)
        sum[i] += (double)(logit[i] - norm);
}

static snq_status end_second(snq_rhythm_net *n)
{
    if (n->seconds == n->second_room) {
        const int64_t room = n->second_room ? 2 * n->second_room : 64;
        snq_rhythm_second *second =
            snq_regrow(n->second, (size_t)n->seconds, (size_t)room, sizeof *second);
        if (!second)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %lld s of rhythm", (long long)room);
        n->second = second;
        n->second_room = room;
    }
    snq_rhythm_second *s = &n->second[n->seconds++];
    for (int i = 0; i < SNQ_TEMPO_BINS; i++)
        s->tempo[i] = (float)(n->tempo[i] / n->slow_rows);
    for (int i = 0; i < SNQ_METRE_CLASSES; i++)
        s->metre[i] = (float)(n->metre[i] / n->slow_rows);
    s->pulse = (float)(n->pulse / n->slow_rows);
    memset(n->tempo, 0, sizeof n->tempo);
    memset(n->metre, 0, sizeof n->metre);
    n->pulse = 0.0;
    n->slow_rows = 0;
    return SNQ_OK;
}

static snq_status onset_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    SNQ_TRY(reserve(&n->onset, rows));
    memcpy(n->onset.value + n->onset.count, y, rows * sizeof *y);
    n->onset.count += rows;
    return SNQ_OK;
}

/* The hops of body rows r .. r + rows - 1, y (rows, WIDE), at most PIECE of them: what is near and what is
 * expected -> onsets. */
static snq_status feed_onsets(snq_rhythm_net *n, int64_t r, const float *y, uint32_t rows)
{
    float x[PIECE][2 * WIDE], expected[PIECE * 2 * WIDE];
    for (uint32_t i = 0; i < rows; i++) {
        memcpy(x[i], y + (size_t)i * WIDE, WIDE * sizeof *y);
        tone_row(n, r + i, x[i] + WIDE);
    }
    drop_rows(&n->tones, r + rows < rows_end(&n->tones) ? r + rows : rows_end(&n->tones));
    snq_conv_run(n->expect_head, expected, 2 * WIDE, x[0], rows);
    int64_t hops = 2 * (int64_t)rows;
    const int64_t from = n->nears.first, there = rows_end(&n->nears) - from;
    hops = hops < there ? hops : there; /* the last row may be of one hop */
    for (int64_t h = 0; h < hops; h++) {
        const float *near = row_at(&n->nears, from + h);
        for (int i = 0; i < WIDE; i++)
            expected[h * WIDE + i] += near[i];
    }
    drop_rows(&n->nears, from + hops);
    return snq_convnet_push(n->onset_net, expected, (uint32_t)hops, onset_sink, n);
}

static snq_status body_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    float two[PIECE * 2], slow[SLOW];
    SNQ_TRY(reserve(&n->beat, rows));
    SNQ_TRY(reserve(&n->downbeat, rows));
    for (uint32_t at = 0; at < rows; at += PIECE) {
        const uint32_t k = rows - at < PIECE ? rows - at : PIECE;
        snq_conv_run(n->beat_head, two, 2, y + (size_t)at * WIDE, k);
        SNQ_TRY(feed_onsets(n, n->beat.count, y + (size_t)at * WIDE, k));
        for (uint32_t i = 0; i < k; i++) {
            n->beat.value[n->beat.count++] = two[2 * i];
            n->downbeat.value[n->downbeat.count++] = two[2 * i + 1];
        }
    }
    for (uint32_t i = 0; i < rows; i++, n->body_rows++) {
        if (n->body_rows % SLOW_EVERY == SLOW_FIRST) {
            snq_conv_run(n->slow_head, slow, SLOW, y + (size_t)i * WIDE, 1);
            add_log_softmax(n->tempo, slow, SNQ_TEMPO_BINS);
            add_log_softmax(n->metre, slow + SNQ_TEMPO_BINS, SNQ_METRE_CLASSES);
            n->pulse += (double)slow[SLOW - 1];
            n->slow_rows++;
        }
        if ((n->body_rows + 1) % SNQ_BEAT_ROWS_PER_S == 0)
            SNQ_TRY(end_second(n));
    }
    return SNQ_OK;
}

/* ---- stream ----------------------------------------------------------------------------------- */

/* Whether all that the body needs of row r is there. */
static int is_ready(const snq_rhythm_net *n, int64_t r)
{
    return n->ended || (frames_for(r) <= n->frames && r < rows_end(&n->tones));
}

/* Rows whose novelty and tone are known go on. */
static snq_status feed_body(snq_rhythm_net *n)
{
    float x[PIECE][WIDE + NOVELTY + WIDE];
    for (;;) {
        uint32_t k = 0;
        int64_t r = n->waiting.first;
        for (; k < PIECE && r < rows_end(&n->waiting) && is_ready(n, r); k++, r++) {
            const float *row = row_at(&n->waiting, r);
            for (int i = 0; i < WIDE; i++)
                x[k][i] = row[i] > 0.0f ? row[i] : 0.0f;
            novelty_of_row(n, r, x[k] + WIDE);
            tone_row(n, r, x[k] + WIDE + NOVELTY);
        }
        if (!k)
            return SNQ_OK;
        drop_rows(&n->waiting, r);
        SNQ_TRY(snq_convnet_push(n->body, x[0], k, body_sink, n));
    }
}

static snq_status down_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    return put_rows(&n->waiting, y, rows);
}

static snq_status near_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    return put_rows(&n->nears, y, rows);
}

static snq_status front_sink(void *user, const float *y, uint32_t rows)
{
    snq_rhythm_net *n = user;
    SNQ_TRY(snq_convnet_push(n->near, y, rows, near_sink, n));
    return snq_convnet_push(n->down, y, rows, down_sink, n);
}

snq_status snq_rhythm_net_push(snq_rhythm_net *n, const snq_hop_block *b)
{
    float x[PIECE * SNQ_MEL_BANDS];
    for (uint32_t i = 0; i < b->pitch_frames; i++) {
        /* rows that wait need sums up to SUMS frames back */
        take_pitch(n, b->pitch[i]);
        SNQ_TRY(take_tones(n, b->pitch[i]));
        SNQ_TRY(feed_body(n));
    }
    for (uint32_t at = 0; at < b->hops; at += PIECE) {
        const uint32_t k = b->hops - at < PIECE ? b->hops - at : PIECE;
        snq_decibel_run(x, b->mel + (size_t)at * SNQ_MEL_BANDS, (size_t)k * SNQ_MEL_BANDS, 1e-9f);
        for (uint32_t i = 0; i < k * SNQ_MEL_BANDS; i++)
            x[i] = x[i] / 20.0f + 4.5f;
        SNQ_TRY(snq_convnet_push(n->front, x, k, front_sink, n));
    }
    return feed_body(n);
}

snq_status snq_rhythm_net_finish(snq_rhythm_net *n)
{
    n->ended = 1;
    SNQ_TRY(snq_convnet_finish(n->front, front_sink, n));
    SNQ_TRY(snq_convnet_finish(n->near, near_sink, n));
    SNQ_TRY(snq_convnet_finish(n->down, down_sink, n));
    SNQ_TRY(snq_convnet_finish(n->tone_net, tone_sink, n));
    SNQ_TRY(feed_body(n));
    SNQ_TRY(snq_convnet_finish(n->body, body_sink, n));
    SNQ_TRY(snq_convnet_finish(n->onset_net, onset_sink, n));
    return n->slow_rows ? end_second(n) : SNQ_OK;
}

snq_rhythm_rows snq_rhythm_net_rows(const snq_rhythm_net *n)
{
    return (snq_rhythm_rows) { .onset = n->onset.value,
                               .beat = n->beat.value,
                               .downbeat = n->downbeat.value,
                               .second = n->second,
                               .hops = n->onset.count,
                               .rows = n->beat.count,
                               .seconds = n->seconds };
}
