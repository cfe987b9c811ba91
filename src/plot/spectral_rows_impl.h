// SPDX-License-Identifier: MIT
/* spectral_rows -- the spectrum of a recording of any length, in a bounded number of columns.
 *
 * The answer doesn't depend on the sizes of blocks. One thread at a time. How it is done: top of
 * spectral_rows.c. */
#ifndef SNQ_PLOT_SPECTRAL_ROWS_IMPL_H
#define SNQ_PLOT_SPECTRAL_ROWS_IMPL_H

#include "base/attr.h"
#include "base/audio.h"
#include "plot/portrait.h"

typedef struct snq__spectral_rows snq__spectral_rows;

/* rate_hz and channels are in range. On success *out is owned by the caller; on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__spectral_rows_new(uint32_t rate_hz, uint32_t channels,
                                               snq__spectral_rows **out);
void snq__spectral_rows_free(snq__spectral_rows *s); /* NULL is legal */
/* Borrows the block for the call. */
void snq__spectral_rows_push(snq__spectral_rows *s, const snq_audio *block);
/* The stream has ended; once only. Sets column_frames, columns, rows, top_db, level and band, owned by
 * the portrait. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__spectral_rows_pull(snq__spectral_rows *s, snq_portrait *to);

#endif
