// SPDX-License-Identifier: MIT
/* feature_store -- makes the shared features of listen/hops.h from the stream and keeps the recent ones.
 *
 * Audio goes in by push, in blocks of any size. A hop is ready once all its features are known
 * (spectra reach beyond it); ready hops are viewed any number of times and dropped once nobody will
 * ask for them again. Only what `needs` names is computed. Memory: what lies between dropped and
 * pushed, at most SNQ_FEATURES_HOPS_MAX hops.
 *
 * Threads: one object belongs to one thread at a time. How it is done: top of feature_store.c. */
#ifndef SNQ_LISTEN_FEATURE_STORE_H
#define SNQ_LISTEN_FEATURE_STORE_H

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "listen/analyser.h"
#include "listen/hops.h"

typedef struct snq_features snq_features;

typedef struct snq_features_cfg {
    uint32_t rate_hz;             /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;            /* 1 .. SNQ_CHANNELS_MAX */
    const snq_position *position; /* (channels,), borrowed for the call; NULL: all unknown */
    uint32_t needs;               /* SNQ_NEED_* */
} snq_features_cfg;

/* Hops that may be kept at once: two minutes. */
enum { SNQ_FEATURES_HOPS_MAX = 120 * SNQ_HOPS_PER_S };

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_features_new(const snq_features_cfg *cfg, snq_features **out);
void snq_features_free(snq_features *f); /* NULL is legal */
/* What begin() of the analysers is told. */
snq_analyser_setup snq_features_setup(const snq_features *f);

/* Take a block, borrowed for the call. ERR_NOMEM; ERR_TOO_BIG when hops aren't dropped in time. */
SNQ_MUST_USE snq_status snq_features_push(snq_features *f, const snq_audio *block);
/* The stream has ended: all hops become ready, the last one may be short. */
SNQ_MUST_USE snq_status snq_features_finish(snq_features *f);
/* Hops [0, ready) are ready. */
int64_t snq_features_ready(const snq_features *f);
/* Frames pushed so far. */
int64_t snq_features_frames(const snq_features *f);
/* View the ready hops from `first` on: at most up to `end`, fewer where the store wraps or a block is
 * full; b->hops says how many, at least one when first < end. Borrowed until the next push or drop. */
void snq_features_view(snq_features *f, int64_t first, int64_t end, snq_hop_block *b);
/* Hops below `first` won't be asked for again. */
void snq_features_drop(snq_features *f, int64_t first);

#endif
