// SPDX-License-Identifier: MIT
#include "listen/net_tab_impl.h"

static snq_conv_layer layer_of(const snq__net_layer *l)
{
    return (snq_conv_layer) { .in = l->in,
                              .out = l->out,
                              .taps = l->taps,
                              .dilation = l->dilation,
                              .stride = l->stride,
                              .relu_in = l->relu_in,
                              .residual = l->residual,
                              .value = l->value,
                              .scale = l->scale,
                              .bias = l->bias };
}

snq_status snq__net_conv(const snq__net_layer *tab, snq_conv **out)
{
    const snq_conv_layer layer = layer_of(tab);
    return snq_conv_new(&layer, out);
}

snq_status snq__net_stack(const snq__net_layer *tab, uint32_t layers, snq_convnet **out)
{
    snq_conv_layer layer[SNQ_CONVNET_LAYERS_MAX];
    for (uint32_t i = 0; i < layers; i++)
        layer[i] = layer_of(&tab[i]);
    return snq_convnet_new(layer, layers, out);
}
