// SPDX-License-Identifier: MIT
#include "base/alloc.h"
#include "mix/engine/strip_impl.h"

snq_status snq__strip_delay_init(snq__strip_delay *d, uint32_t frames)
{
    *d = (snq__strip_delay) { .frames = frames };
    for (int c = 0; frames && c < 2; c++)
        if (!(d->ring[c] = snq_calloc(frames, sizeof **d->ring))) {
            snq__strip_delay_clear(d);
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a delay of %u frames", frames);
        }
    return SNQ_OK;
}

void snq__strip_delay_clear(snq__strip_delay *d)
{
    snq_free(d->ring[0]);
    snq_free(d->ring[1]);
    *d = (snq__strip_delay) { 0 };
}

static void swap(float *restrict a, float *restrict b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const float t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

void snq__strip_delay_run(snq__strip_delay *d, float *left, float *right, uint32_t n)
{
    for (uint32_t done = 0; d->frames && done < n;) {
        const uint32_t room = d->frames - d->at, k = n - done < room ? n - done : room;
        swap(left + done, d->ring[0] + d->at, k);
        swap(right + done, d->ring[1] + d->at, k);
        d->at = d->at + k < d->frames ? d->at + k : 0;
        done += k;
    }
}
