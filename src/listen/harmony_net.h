// SPDX-License-Identifier: MIT
/* harmony_net -- the network that hears chords: semitones in, evidence of chords, bass and key out.
 *
 * A step is 0.2 s. All pitch classes are treated alike. Trained on rendered music whose chords are known
 * exactly (scripts/train/README.md).
 *
 * Threads: one object belongs to one thread at a time. How it is built: top of harmony_net.c. */
#ifndef SNQ_LISTEN_HARMONY_NET_H
#define SNQ_LISTEN_HARMONY_NET_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"

enum {
    SNQ_HARMONY_QUALITIES = 9, /* snq_chord_quality without NONE */
    SNQ_HARMONY_CHORDS = 12 * SNQ_HARMONY_QUALITIES + 1,
    SNQ_HARMONY_NO_CHORD = SNQ_HARMONY_CHORDS - 1,
    SNQ_HARMONY_CHANNELS = 32,
    SNQ_HARMONY_FEATURES = 12 * SNQ_HARMONY_CHANNELS,
    SNQ_HARMONY_KEYS = 24,      /* 2 tonic + mode, tonic C = 0, mode 1 minor */
    SNQ_HARMONY_STEPS_MAX = 64, /* of one run */
    SNQ_HARMONY_HALO = 4,       /* steps to both sides that an answer depends on */
};

typedef struct snq_harmony_net snq_harmony_net;

/* What a run says of a step. */
typedef struct snq_harmony_answer {
    float chord[SNQ_HARMONY_CHORDS];     /* log probabilities; root * 9 + quality, root C = 0 */
    float bass[12];                      /* log probabilities, C = 0 */
    float feature[SNQ_HARMONY_FEATURES]; /* for snq_harmony_net_keys, averaged over steps */
} snq_harmony_answer;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_harmony_net_new(snq_harmony_net **out);
void snq_harmony_net_free(snq_harmony_net *n); /* NULL is legal */
/* x (HALO + steps + HALO, SNQ_PITCH_SEMITONES, 2): level and contrast of each semitone (harmony.c), the
 * steps before `before` and behind `behind` lie outside of the recording. out (steps,). */
void snq_harmony_net_run(snq_harmony_net *n, const float *x, uint32_t steps, uint32_t before,
                         uint32_t behind, snq_harmony_answer *out);
/* feature (SNQ_HARMONY_FEATURES,): means over the steps of interest; log_p (SNQ_HARMONY_KEYS,). */
void snq_harmony_net_keys(snq_harmony_net *n, const float *feature, float *log_p);

#endif
