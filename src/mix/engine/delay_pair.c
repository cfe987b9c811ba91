// SPDX-License-Identifier: MIT
#include "base/alloc.h"
#include "mix/engine/strip_impl.h"

snq_status snq__delay_pair_init(snq__delay_pair *d, uint32_t frames)
{
    *d = (snq__delay_pair) { .frames = frames };
    for (int c = 0; frames && c < 2; c++)
        if (!(d->ring[c] = snq_calloc(frames, sizeof **d->ring))) {
            snq__delay_pair_clear(d);
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a delay of %u frames", frames);
        }
    return SNQ_OK;
}

void snq__delay_pair_clear(snq__delay_pair *d)
{
    snq_free(d->ring[0]);
    snq_free(d->ring[1]);
    *d = (snq__delay_pair) { 0 };
}

void snq__delay_pair_run(snq__delay_pair *d, float *left, float *right, uint32_t n)
{
    for (uint32_t i = 0; d->frames && i < n; i++) {
        const float l = d->ring[0][d->at], r = d->ring[1][d->at];
        d->ring[0][d->at] = left[i];
        d->ring[1][d->at] = right[i];
        left[i] = l;
        right[i] = r;
        d->at = d->at + 1 < d->frames ? d->at + 1 : 0;
    }
}
