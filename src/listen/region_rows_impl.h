// SPDX-License-Identifier: MIT
/* region_rows -- what the region finder sees of each hop, kept for the last SNQ__REGION_ROWS hops.
 *
 * A hop goes in with its mel powers; ten hops later its level about a slow offset is known, four
 * more later its means over neighbours: then it is ready. Positions are hop numbers from the start.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_LISTEN_REGION_ROWS_IMPL_H
#define SNQ_LISTEN_REGION_ROWS_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "dsp/median.h"
#include "listen/hops.h"

enum {
    SNQ__REGION_LEVEL = SNQ_MEL_BANDS,     /* column of the level, behind the bands */
    SNQ__REGION_USED = SNQ_MEL_BANDS + 1,  /* columns that mean something */
    SNQ__REGION_STRIDE = 48,               /* columns of a row; the last ones are 0 */
    SNQ__REGION_ROWS = 5120,               /* see region_finder.c, MEMORY */
    SNQ__REGION_DC = 10,                   /* hops on either side whose median is the offset */
    SNQ__REGION_DELAY = SNQ__REGION_DC + 4 /* hops from pushed to ready */
};

/* Levels are counted in bins of 0.25 dB from -130 dB up. */
#define SNQ__REGION_BIN_DB   0.25
#define SNQ__REGION_FLOOR_DB (-130.0)
enum { SNQ__REGION_BINS = 560 };

typedef struct snq__region_frame {
    float db;            /* level, dBFS */
    float tint;          /* mean over bands of their dB, but at least level - 70 */
    float tint5;         /* the same over 5 hops */
    float level5;        /* level over 5 hops, mean square */
    float db5;           /* level5, dBFS */
    float db9;           /* level over 9 hops, dBFS */
    uint16_t bin5, bin9; /* tint5 and db9 as bins */
    uint8_t dead;        /* digital silence */
    uint8_t dead5;       /* most of 5 hops are */
} snq__region_frame;

typedef struct snq__region_rows {
    uint32_t channels;
    snq_slidemed *offset[SNQ_CHANNELS_MAX];
    double mean[16][SNQ_CHANNELS_MAX]; /* of hops not yet levelled, by number */
    double power_sum[16];              /* their mean squares, added over channels */
    int64_t pushed, levelled, ready;   /* hops */
    int64_t first_loud;                /* first hop that isn't dead, -1 */
    int ended;
    float most_db, most_db5;  /* of all hops */
    uint32_t room;            /* of both rings; while it grows none has come round yet */
    float *power;             /* ring (SNQ__REGION_ROWS, SNQ__REGION_STRIDE) */
    snq__region_frame *frame; /* ring (SNQ__REGION_ROWS,) */
} snq__region_rows;

/* `r` is zeroed memory; on error call clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__region_rows_init(snq__region_rows *r, uint32_t channels);
void snq__region_rows_clear(snq__region_rows *r); /* zeroed is legal */
/* mel (SNQ_MEL_BANDS,). ERR_NOMEM: the hop was not taken. */
SNQ_MUST_USE snq_status snq__region_rows_push(snq__region_rows *r, const snq_hop *hop,
                                              const float *mel);
/* All hops become ready. */
void snq__region_rows_finish(snq__region_rows *r);

static inline const float *snq__region_power(const snq__region_rows *r, int64_t i)
{
    return r->power + (uint64_t)i % SNQ__REGION_ROWS * SNQ__REGION_STRIDE;
}

static inline const snq__region_frame *snq__region_at(const snq__region_rows *r, int64_t i)
{
    return &r->frame[(uint64_t)i % SNQ__REGION_ROWS];
}

/* First hop whose row is still kept. */
static inline int64_t snq__region_oldest(const snq__region_rows *r)
{
    return r->pushed > SNQ__REGION_ROWS ? r->pushed - SNQ__REGION_ROWS : 0;
}

/* End of the stream as far as it's known: means shrink there. */
static inline int64_t snq__region_end(const snq__region_rows *r)
{
    return r->ended ? r->pushed : INT64_MAX;
}

#endif
