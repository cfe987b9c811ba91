// SPDX-License-Identifier: MIT
/* IDEA   First find out which notes sound, by looking up and down from each semitone to where its overtones
 *        would be; put the octaves together; then ask of each pitch class in turn, as if it were the root,
 *        what chord stands on it. Nothing depends on which pitch class it is: what holds in C holds in F#.
 * STEPS  rows are semitones or (step, pitch class); ReLU f between layers
 *        note    41 taps over semitones -12 .. +28, 2 -> 12                  (72, 12) a step
 *        fold    six octaves of each pitch class, 72 -> 24                   (12, 24)
 *        time1   y + 5 taps over steps, 24 -> 24
 *        circle  twelve pitch classes upwards from each, 288 -> 32           (12, 32)
 *        time2   y + 5 taps over steps: the features
 *        head    32 -> nine qualities on that root, and: it is the bass; none: mean over roots, 32 -> 1
 *        key     features averaged over time, circle of 384 -> 2 modes on each tonic
 *        Pitch classes are counted from E inside, the lowest semitone; from C outside.
 * CONST  Weights: scripts/train/train_harmony.py; data: scripts/train/README.md.
 * COST   300 000 products a step: 1.5 million a second of sound.
 * LIMITS Nine qualities; sixths, ninths and clusters are read as what comes nearest.
 * REFS   F. Korzeniowski, G. Widmer, "Feature learning for chord recognition: the deep chroma extractor",
 *        ISMIR 2016; T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016. */
#include "listen/harmony_net.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/convnet.h"
#include "listen/net_tab_impl.h"

enum {
    BELOW = 12,
    ABOVE = 28,
    NOTE = 12,
    CLASS = 24,
    CHORD = SNQ_HARMONY_CHANNELS,
    ROWS = SNQ_HARMONY_STEPS_MAX + 2 * SNQ_HARMONY_HALO, /* steps at once */
    ROUND = 24, /* rows of a circle laid out: 12 + 11, and one */
    LOWEST_CLASS = SNQ_PITCH_LOWEST % 12,
    TIME = 2, /* steps that the time layers look to each side */
};

struct snq_harmony_net {
    snq_conv *conv[SNQ__HARMONY_LAYERS];
    float in[(BELOW + SNQ_PITCH_SEMITONES + ABOVE) * 2];
    float note[(SNQ_PITCH_SEMITONES + 12) * NOTE];
    float a[(ROWS + 2 * TIME) * 12 * CHORD], b[(ROWS + 2 * TIME) * 12 * CHORD];
    float round[ROUND * CHORD];
};

snq_status snq_harmony_net_new(snq_harmony_net **out)
{
    *out = NULL;
    snq_harmony_net *n = snq_calloc(1, sizeof *n);
    if (!n)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the harmony network");
    for (int i = 0; i < SNQ__HARMONY_LAYERS; i++) {
        const snq_status st = snq__net_conv(&snq__harmony_tab[i], &n->conv[i]);
        if (st < 0) {
            snq_harmony_net_free(n);
            return st;
        }
    }
    *out = n;
    return SNQ_OK;
}

void snq_harmony_net_free(snq_harmony_net *n)
{
    if (!n)
        return;
    for (int i = 0; i < SNQ__HARMONY_LAYERS; i++)
        snq_conv_free(n->conv[i]);
    snq_free(n);
}

static void relu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] > 0.0f ? x[i] : 0.0f;
}

/* One step's semitones x (72, 2) -> classes (12, CLASS). */
static void notes(snq_harmony_net *n, const float *x, float *out)
{
    memcpy(n->in + BELOW * 2, x, SNQ_PITCH_SEMITONES * 2 * sizeof *x);
    snq_conv_run(n->conv[SNQ__HARMONY_NOTE], n->note, NOTE, n->in, SNQ_PITCH_SEMITONES);
    snq_conv_run(n->conv[SNQ__HARMONY_FOLD], out, CLASS, n->note, 12);
    relu(out, 12 * CLASS);
}

/* The twelve rows of x (12, width) upwards from each: out (12, …) by layer `which`. */
static void circle(snq_harmony_net *n, int which, const float *x, uint32_t width, float *out,
                   uint32_t out_width)
{
    memcpy(n->round, x, 12 * width * sizeof *x);
    memcpy(n->round + (size_t)12 * width, x, 12 * width * sizeof *x);
    snq_conv_run(n->conv[which], out, out_width, n->round, 12);
}

static void log_softmax(float *x, int n)
{
    float most = x[0], sum = 0.0f;
    for (int i = 1; i < n; i++)
        most = x[i] > most ? x[i] : most;
    for (int i = 0; i < n; i++)
        sum += expf(x[i] - most);
    const float norm = most + logf(sum);
    for (int i = 0; i < n; i++)
        x[i] -= norm;
}

/* Features (12, CHORD) of a step -> what is said of it. */
static void answer(snq_harmony_net *n, const float *feature, snq_harmony_answer *out)
{
    float head[12][SNQ_HARMONY_QUALITIES + 1], mean[CHORD] = { 0.0f };
    snq_conv_run(n->conv[SNQ__HARMONY_HEAD], head[0], SNQ_HARMONY_QUALITIES + 1, feature, 12);
    for (int p = 0; p < 12; p++)
        for (int c = 0; c < CHORD; c++)
            mean[c] += feature[p * CHORD + c] / 12.0f;
    snq_conv_run(n->conv[SNQ__HARMONY_NONE], out->chord + SNQ_HARMONY_NO_CHORD, 1, mean, 1);
    for (int p = 0; p < 12; p++) {
        const int root = (p + LOWEST_CLASS) % 12;
        memcpy(out->chord + (size_t)root * SNQ_HARMONY_QUALITIES, head[p],
               SNQ_HARMONY_QUALITIES * sizeof head[p][0]);
        out->bass[root] = head[p][SNQ_HARMONY_QUALITIES];
        memcpy(out->feature + (size_t)root * CHORD, feature + (size_t)p * CHORD,
               CHORD * sizeof *feature);
    }
    log_softmax(out->chord, SNQ_HARMONY_CHORDS);
    log_softmax(out->bass, 12);
}

void snq_harmony_net_run(snq_harmony_net *n, const float *x, uint32_t steps, uint32_t before,
                         uint32_t behind, snq_harmony_answer *out)
{
    const uint32_t rows = steps + 2 * SNQ_HARMONY_HALO;
    float *a = n->a + (size_t)TIME * 12 * CLASS, *b = n->b;
    memset(n->a, 0, sizeof n->a);
    for (uint32_t t = before; t < behind; t++)
        notes(n, x + (size_t)t * SNQ_PITCH_SEMITONES * 2, a + (size_t)t * 12 * CLASS);
    /* b = f(a + time1 a) */
    snq_conv_run(n->conv[SNQ__HARMONY_TIME1], b, CLASS, n->a, rows * 12);
    relu(b, (size_t)rows * 12 * CLASS);
    /* a = f(circle b), with TIME steps in front again */
    memset(n->a, 0, sizeof n->a);
    a = n->a + (size_t)TIME * 12 * CHORD;
    for (uint32_t t = before; t < behind; t++)
        circle(n, SNQ__HARMONY_CIRCLE, b + (size_t)t * 12 * CLASS, CLASS,
               a + (size_t)t * 12 * CHORD, CHORD);
    relu(a, (size_t)rows * 12 * CHORD);
    for (uint32_t t = 0; t < before; t++)
        memset(a + (size_t)t * 12 * CHORD, 0, 12 * CHORD * sizeof *a);
    snq_conv_run(n->conv[SNQ__HARMONY_TIME2], b, CHORD, n->a, rows * 12);
    relu(b, (size_t)rows * 12 * CHORD);
    for (uint32_t i = 0; i < steps; i++)
        answer(n, b + (size_t)(SNQ_HARMONY_HALO + i) * 12 * CHORD, &out[i]);
}

void snq_harmony_net_keys(snq_harmony_net *n, const float *feature, float *log_p)
{
    circle(n, SNQ__HARMONY_KEY, feature, CHORD, log_p, 2);
    log_softmax(log_p, SNQ_HARMONY_KEYS);
}
