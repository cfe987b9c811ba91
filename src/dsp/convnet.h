// SPDX-License-Identifier: MIT
/* convnet -- small convolutional networks over time: one layer on a buffer, and a stack of layers
 * on a stream.
 *
 * A row is one time step, `in` or `out` floats beside each other. A layer makes
 *
 *     y[t][o] = bias[o] + sum over k in [0, taps), i in [0, in) of
 *               weight[k][i][o] f(x[t stride + (k - (taps - 1) / 2) dilation][i])
 *
 * where f is max(0, .) when relu_in, else the identity, plus x[t stride][o] when residual; rows
 * before the first and behind the last are zero. taps is odd. So a stream of n rows gives
 * ceil(n / stride).
 *
 * Accuracy: every output is a sum in float, within (taps in + 3) 2^-24 of the sum of its terms'
 * magnitudes (1e-5 at taps in = 160), whatever the variant. Numbers under 1e-38 count as zero.
 * Threads: one object belongs to one thread at a time. How it is done: top of convnet.c. */
#ifndef SNQ_DSP_CONVNET_H
#define SNQ_DSP_CONVNET_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_CONVNET_LAYERS_MAX = 24, SNQ_CONVNET_CHANNELS_MAX = 1024, SNQ_CONVNET_TAPS_MAX = 127 };

typedef struct snq_conv_layer {
    uint32_t in, out;  /* channels, 1 .. SNQ_CONVNET_CHANNELS_MAX */
    uint32_t taps;     /* odd, 1 .. SNQ_CONVNET_TAPS_MAX */
    uint32_t dilation; /* rows from tap to tap, 1 .. 4096 */
    uint32_t stride;   /* 1 .. 16 */
    int relu_in;       /* f is max(0, .) */
    int residual;      /* in == out */
    /* borrowed for the call of new; finite */
    const float *weight;  /* (taps, in, out) */
    const int16_t *value; /* (taps, in, out), where weight is NULL; */
    const float *scale;   /* (out,): then weight[k][i][o] = scale[o] value[k][i][o], in float */
    const float *bias;    /* (out,) */
} snq_conv_layer;

/* ---- one layer on a buffer */

typedef struct snq_conv snq_conv;

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE (names the field),
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_conv_new(const snq_conv_layer *layer, snq_conv **out);
void snq_conv_free(snq_conv *c); /* NULL is legal */
/* Valid rows only: x holds (rows - 1) stride + (taps - 1) dilation + 1 rows of `in` floats, the
 * first of them under the first tap of y[0]; y (rows, out) is written, each row `y_step` floats
 * behind the last (y_step >= out). Residual adds the row under the middle tap. x and y are borrowed
 * for the call and do not overlap. Any cut of rows into calls gives the same bits. */
SNQ_RT void snq_conv_run(snq_conv *c, float *y, size_t y_step, const float *x, uint32_t rows);

/* ---- a stack of layers on a stream */

typedef struct snq_convnet snq_convnet;

/* Takes rows of the last layer in order, borrowed for the call. A negative status stops the push
 * and is returned by it; the net must then be reset or freed. */
typedef snq_status (*snq_convnet_sink)(void *user, const float *y, uint32_t rows);

/* layer (layers,), 1 .. SNQ_CONVNET_LAYERS_MAX, out of each = in of the next. As snq_conv_new.
 * Memory: for each layer the rows that its taps span and a few hundred. */
SNQ_MUST_USE snq_status snq_convnet_new(const snq_conv_layer *layer, uint32_t layers,
                                        snq_convnet **out);
void snq_convnet_free(snq_convnet *n); /* NULL is legal */
/* x (rows, in), borrowed for the call; any number of rows. The same rows come out whatever the
 * sizes of the pushes, bit by bit; they come in blocks, so some only after later pushes. */
SNQ_MUST_USE snq_status snq_convnet_push(snq_convnet *n, const float *x, uint32_t rows,
                                         snq_convnet_sink sink, void *user);
/* The stream has ended: hand on the rest. Then as after reset; on error as after a push's. */
SNQ_MUST_USE snq_status snq_convnet_finish(snq_convnet *n, snq_convnet_sink sink, void *user);
/* Forget the stream. */
void snq_convnet_reset(snq_convnet *n);

#endif
