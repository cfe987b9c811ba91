// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "plain_net.h"

#include "base/rng.h"

double plain_weight(const snq__net_layer *l, uint32_t k, uint32_t i, uint32_t o)
{
    return (double)l->scale[o] * l->value[((size_t)k * l->in + i) * l->out + o];
}

static double *plain_layer(const snq__net_layer *l, const double *x, int64_t n, int64_t *rows)
{
    const size_t weights = (size_t)l->taps * l->in * l->out;
    double *weight = calloc(weights, sizeof *weight);
    *rows = (n + l->stride - 1) / l->stride;
    double *y = calloc((size_t)*rows * l->out + 1, sizeof *y);
    for (size_t w = 0; w < weights; w++)
        weight[w] = (double)l->scale[w % l->out] * l->value[w];
    for (int64_t t = 0; t < *rows; t++) {
        double *to = y + t * l->out;
        for (uint32_t o = 0; o < l->out; o++)
            to[o] = (double)l->bias[o] + (l->residual ? x[t * l->stride * l->in + o] : 0);
        for (uint32_t k = 0; k < l->taps; k++) {
            const int64_t from =
                t * l->stride + ((int64_t)k - (int64_t)(l->taps - 1) / 2) * (int64_t)l->dilation;
            for (uint32_t i = 0; from >= 0 && from < n && i < l->in; i++) {
                const double v = x[from * l->in + i];
                const double *w = weight + ((size_t)k * l->in + i) * l->out;
                if (l->relu_in && v <= 0)
                    continue;
                for (uint32_t o = 0; o < l->out; o++)
                    to[o] += w[o] * v;
            }
        }
    }
    free(weight);
    return y;
}

double *plain_stack(const snq__net_layer *tab, uint32_t layers, const double *x, int64_t n,
                    int64_t *rows)
{
    double *last = NULL;
    for (uint32_t i = 0; i < layers; i++) {
        double *y = plain_layer(&tab[i], last ? last : x, n, rows);
        free(last);
        last = y;
        n = *rows;
    }
    return last;
}

void plain_log_softmax(double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += exp(x[i]);
    for (int i = 0; i < n; i++)
        x[i] -= log(sum);
}

double *plain_numbers(int64_t n, double lo, double hi, uint64_t seed)
{
    snq_rng r;
    double *x = calloc((size_t)n + 1, sizeof *x);
    snq_rng_init(&r, seed);
    for (int64_t i = 0; i < n; i++)
        x[i] = lo + (hi - lo) * snq_rng_uniform(&r);
    return x;
}
