// SPDX-License-Identifier: MIT
/* listener -- runs analysers over a stream: audio in, a hearing out.
 *
 * States and invariants
 *
 *     new --push--> running --push--> running --finish--> done
 *
 * 1. Every analyser sees every hop once, in order, with the regions' edges between blocks.
 * 2. An analyser that failed is never called again but for free; the others don't notice.
 * 3. Nothing depends on the sizes of the blocks pushed.
 * 4. Memory is bounded: the features of the last minute at most (SNQ_REGION_LOOKAHEAD_HOPS) and what
 *    the analysers keep (a few bytes each 100 ms), whatever the length.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_LISTEN_LISTENER_H
#define SNQ_LISTEN_LISTENER_H

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "listen/analyser.h"
#include "score/hearing.h"

typedef struct snq_listener snq_listener;

typedef struct snq_listener_cfg {
    uint32_t rate_hz;                    /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;                   /* 1 .. SNQ_CHANNELS_MAX */
    const snq_position *position;        /* (channels,), borrowed for the call; NULL: unknown */
    const snq_analyser *const *analyser; /* (analysers,), static; NULL: the whole registry */
    uint32_t analysers;                  /* at most SNQ_PLUGINS_MAX */
    int timings;                         /* measure each analyser's time */
} snq_listener_cfg;

/* Results go into `h`, initialised, borrowed until free. On success *out is owned by the caller; on
 * error NULL. ERR_RANGE, ERR_NOMEM. An analyser that can't begin is marked failed, no error. */
SNQ_MUST_USE snq_status snq_listener_new(const snq_listener_cfg *cfg, snq_hearing *h,
                                         snq_listener **out);
void snq_listener_free(snq_listener *l); /* NULL is legal */
/* Whether an analyser failed for want of memory: which of them took it is not known then. */
int snq_listener_starved(const snq_listener *l);
/* Take a block, borrowed for the call; zero frames are legal. ERR_NOMEM, ERR_TOO_BIG, ERR_STATE after
 * finish. */
SNQ_MUST_USE snq_status snq_listener_push(snq_listener *l, const snq_audio *block);
/* The stream has ended: complete the hearing's sections and plug-in outcomes. */
SNQ_MUST_USE snq_status snq_listener_finish(snq_listener *l);

#endif
