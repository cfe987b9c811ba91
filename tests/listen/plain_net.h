// SPDX-License-Identifier: MIT
/* plain_net -- the ears' networks by their definition: slow sums in double, straight from the weights' tables.
 *
 * Buffers are owned by the caller: free. */
#ifndef SNQ_TESTS_PLAIN_NET_H
#define SNQ_TESTS_PLAIN_NET_H

#include "listen/net_tab_impl.h"

/* Weight from input i under tap k to output o. */
double plain_weight(const snq__net_layer *l, uint32_t k, uint32_t i, uint32_t o);
/* A stack of layers over x (n, in of the first), zeros around it (dsp/convnet.h); *rows come out. */
double *plain_stack(const snq__net_layer *tab, uint32_t layers, const double *x, int64_t n,
                    int64_t *rows);
/* x (n,) to log probabilities. */
void plain_log_softmax(double *x, int n);
/* n numbers between lo and hi. */
double *plain_numbers(int64_t n, double lo, double hi, uint64_t seed);

#endif
