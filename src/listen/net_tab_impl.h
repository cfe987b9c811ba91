// SPDX-License-Identifier: MIT
/* net_tab -- weights of the ears' networks as constant tables, written by scripts/train/export_net.py.
 *
 * A layer's weight is scale[o] value[k][i][o], its bias bias[o]. */
#ifndef SNQ_LISTEN_NET_TAB_IMPL_H
#define SNQ_LISTEN_NET_TAB_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "dsp/convnet.h"

typedef struct snq__net_layer {
    uint32_t in, out, taps, dilation, stride;
    int relu_in, residual;
    const int16_t *value; /* (taps, in, out) */
    const float *scale;   /* (out,) */
    const float *bias;    /* (out,) */
} snq__net_layer;

/* A stack of the layers [first, first + layers) of a table. As snq_convnet_new. */
SNQ_MUST_USE snq_status snq__net_stack(const snq__net_layer *tab, uint32_t layers,
                                       snq_convnet **out);
/* One of them. As snq_conv_new. */
SNQ_MUST_USE snq_status snq__net_conv(const snq__net_layer *tab, snq_conv **out);

/* Indices of the stacks in the tables. */
enum {
    SNQ__RHYTHM_FRONT = 0, /* 3 layers */
    SNQ__RHYTHM_FRONT_LAYERS = 3,
    SNQ__RHYTHM_NEAR = 3,
    SNQ__RHYTHM_ONSET = 4,
    SNQ__RHYTHM_DOWN = 5, /* 1 */
    SNQ__RHYTHM_BODY = 6, /* mix and 9 */
    SNQ__RHYTHM_BODY_LAYERS = 10,
    SNQ__RHYTHM_BEAT = 16,
    SNQ__RHYTHM_SLOW = 17,
    SNQ__RHYTHM_EXPECT = 18,
    SNQ__RHYTHM_TONE = 19, /* 3 */
    SNQ__RHYTHM_TONE_LAYERS = 3,
    SNQ__RHYTHM_LAYERS = 22,
};

extern const snq__net_layer snq__rhythm_tab[SNQ__RHYTHM_LAYERS];

enum {
    SNQ__HARMONY_NOTE = 0,
    SNQ__HARMONY_FOLD,
    SNQ__HARMONY_TIME1,
    SNQ__HARMONY_CIRCLE,
    SNQ__HARMONY_TIME2,
    SNQ__HARMONY_HEAD,
    SNQ__HARMONY_NONE,
    SNQ__HARMONY_KEY,
    SNQ__HARMONY_LAYERS,
};

extern const snq__net_layer snq__harmony_tab[SNQ__HARMONY_LAYERS];

#endif
