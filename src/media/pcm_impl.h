// SPDX-License-Identifier: MIT
/* pcm -- plain PCM of a scanned RIFF, Wave64 or AIFF file, piece by piece (private to media). */
#ifndef SNQ_MEDIA_PCM_IMPL_H
#define SNQ_MEDIA_PCM_IMPL_H

#include "base/status.h"
#include "media/convert_impl.h"
#include "media/riff_scan.h"
#include "media/source_impl.h"

typedef struct snq__pcm snq__pcm;

/* `scan` is copied and must have a coding; `source` is borrowed until free. Owned by the caller. */
SNQ_MUST_USE snq_status snq__pcm_open(snq__source *source, const snq_riff_scan *scan,
                                      snq__pcm **out);
void snq__pcm_free(snq__pcm *p); /* NULL is legal */
/* OK: the next frames, borrowed until the next call; END; ERR_IO, ERR_CANCELLED. */
SNQ_MUST_USE snq_status snq__pcm_next(snq__pcm *p, snq__chunk *chunk);

#endif
