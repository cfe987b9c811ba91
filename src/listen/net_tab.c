// SPDX-License-Identifier: MIT
#include "listen/net_tab_impl.h"

#include "base/alloc.h"

/* Weights as floats, owned by the caller; NULL without memory. */
static float *unpack(const snq__net_layer *l)
{
    const size_t rows = (size_t)l->taps * l->in;
    float *w = snq_calloc(rows * l->out, sizeof *w);
    for (size_t r = 0; w && r < rows; r++)
        for (uint32_t o = 0; o < l->out; o++)
            w[r * l->out + o] = l->scale[o] * (float)l->value[r * l->out + o];
    return w;
}

static snq_conv_layer layer_of(const snq__net_layer *l, const float *weight)
{
    return (snq_conv_layer) { .in = l->in,
                              .out = l->out,
                              .taps = l->taps,
                              .dilation = l->dilation,
                              .stride = l->stride,
                              .relu_in = l->relu_in,
                              .residual = l->residual,
                              .weight = weight,
                              .bias = l->bias };
}

snq_status snq__net_conv(const snq__net_layer *tab, snq_conv **out)
{
    *out = NULL;
    float *w = unpack(tab);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a network's weights");
    const snq_conv_layer layer = layer_of(tab, w);
    const snq_status st = snq_conv_new(&layer, out);
    snq_free(w);
    return st;
}

snq_status snq__net_stack(const snq__net_layer *tab, uint32_t layers, snq_convnet **out)
{
    *out = NULL;
    snq_conv_layer layer[SNQ_CONVNET_LAYERS_MAX] = { { 0 } };
    float *w[SNQ_CONVNET_LAYERS_MAX] = { NULL };
    snq_status st = SNQ_OK;
    for (uint32_t i = 0; i < layers && st >= 0; i++) {
        w[i] = unpack(&tab[i]);
        if (!w[i])
            st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a network's weights");
        layer[i] = layer_of(&tab[i], w[i]);
    }
    if (st >= 0)
        st = snq_convnet_new(layer, layers, out);
    for (uint32_t i = 0; i < layers; i++)
        snq_free(w[i]);
    return st;
}
