// SPDX-License-Identifier: MIT
/* hear -- run analysers over a signal in memory. */
#ifndef SNQ_TESTS_HEAR_H
#define SNQ_TESTS_HEAR_H

#include "base/audio.h"
#include "score/hearing.h"

/* One analyser by id (NULL: all), fed in blocks of `block` frames; position NULL: unknown. Fails the
 * test on any error. The caller clears *h. */
void hear_blocks(const snq_audio *a, const snq_position *position, const char *id, size_t block,
                 snq_hearing *h);
/* The same in blocks of 5000 frames. */
void hear(const snq_audio *a, const char *id, snq_hearing *h);
/* The document, as text owned by the caller: free. */
char *hear_document(const snq_hearing *h);

#endif
