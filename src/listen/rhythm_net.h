// SPDX-License-Identifier: MIT
/* rhythm_net -- the network that hears rhythm: shared features in, rhythm_rows out.
 *
 * A convolutional network of some 99 000 weights, trained on rendered music whose beats are known exactly
 * (scripts/train/README.md). It runs along the stream; what it says is kept until the end.
 *
 * Threads: one object belongs to one thread at a time. How it is built: top of rhythm_net.c. */
#ifndef SNQ_LISTEN_RHYTHM_NET_H
#define SNQ_LISTEN_RHYTHM_NET_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"
#include "listen/rhythm_rows.h"

typedef struct snq_rhythm_net snq_rhythm_net;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_rhythm_net_new(snq_rhythm_net **out);
void snq_rhythm_net_free(snq_rhythm_net *n); /* NULL is legal */
/* Take the next hops (mel and pitch spectra), borrowed for the call. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_rhythm_net_push(snq_rhythm_net *n, const snq_hop_block *b);
/* The stream has ended. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_rhythm_net_finish(snq_rhythm_net *n);
/* After finish: all rows, borrowed until free. */
snq_rhythm_rows snq_rhythm_net_rows(const snq_rhythm_net *n);

#endif
