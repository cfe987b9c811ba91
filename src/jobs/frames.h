// SPDX-License-Identifier: MIT
/* frames -- messages over a stream socket between the engine and a worker (docs/formats/worker.md).
 *
 * A frame is 16 bytes of head and a payload:
 *     offset  type    meaning
 *     0       bytes   'S' 'N' 'Q' 'w'
 *     4       uint32  kind (SNQ_FRAME_*)
 *     8       uint32  ticket: a reply carries that of its request
 *     12      uint32  length of the payload in bytes
 * all little-endian. Each kind has a largest length; a frame of an unknown kind, one that is too long
 * for its kind, or one that travels the wrong way ends the connection. Room grows with the bytes that
 * have come, never with those that were promised.
 *
 * Descriptors travel beside the first byte of a frame (SCM_RIGHTS), at most SNQ_FRAME_FDS_MAX.
 *
 * Threads: an object belongs to one thread at a time. */
#ifndef SNQ_JOBS_FRAMES_H
#define SNQ_JOBS_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "jobs/handover.h"

enum { SNQ_FRAME_HEAD = 16, SNQ_FRAME_FDS_MAX = SNQ_HANDOVER_MAX };

/* X(name, number, 1 when it travels to the worker, most bytes) */
#define SNQ_FRAME_MAP(X)         \
    X(HELLO, 1, 0, 4096)         \
    X(LISTEN, 2, 1, 65536)       \
    X(HEARD, 3, 0, 256u << 20)   \
    X(DRAW, 4, 1, 256u << 20)    \
    X(DRAWN, 5, 0, 4096)         \
    X(TRY, 6, 1, 0)              \
    X(TRIED, 7, 0, 4096)         \
    X(CLICK, 8, 1, 16u << 20)    \
    X(CLICKED, 9, 0, 4096)       \
    X(WATCH, 10, 1, 65536)       \
    X(SEEN, 11, 0, 256u << 20)   \
    X(FLOW, 12, 1, 65536)        \
    X(FLOWN, 13, 0, 4096)        \
    X(SKETCH, 14, 1, 256u << 20) \
    X(SAMPLE, 15, 1, 65536)      \
    X(SAMPLED, 16, 0, 4096)      \
    X(FILM, 17, 1, 65536)        \
    X(FILMED, 18, 0, 16384)      \
    X(MUX, 19, 1, 65536)         \
    X(MUXED, 20, 0, 4096)

typedef enum snq_frame_kind {
    SNQ_FRAME_NONE = 0,
#define X(name, number, to_worker, most) SNQ_FRAME_##name = (number),
    SNQ_FRAME_MAP(X)
#undef X
} snq_frame_kind;

typedef struct snq_frame {
    snq_frame_kind kind;
    uint32_t ticket;
    const void *payload; /* (length,), borrowed */
    size_t length;
} snq_frame;

/* Takes a stream apart. */
typedef struct snq_frame_reader {
    int to_worker; /* which way the stream runs */
    snq_str bytes; /* from the head of the next frame on */
    size_t taken;  /* of `bytes`: the frame that was pulled last */
} snq_frame_reader;

/* Allocates nothing yet. */
void snq_frame_reader_init(snq_frame_reader *r, int to_worker);
void snq_frame_reader_clear(snq_frame_reader *r);
/* Add bytes, borrowed for the call. ERR_FORMAT as soon as a head is wrong, ERR_NOMEM; once failed,
 * failed for good. */
SNQ_MUST_USE snq_status snq_frame_reader_push(snq_frame_reader *r, const void *bytes, size_t n);
/* The next frame: OK, or AGAIN when more bytes are needed. *out is borrowed until the next push. */
SNQ_MUST_USE snq_status snq_frame_reader_pull(snq_frame_reader *r, snq_frame *out);

/* Append a frame's head for a payload of `length` bytes. */
void snq_frame_head(snq_str *to, snq_frame_kind kind, uint32_t ticket, size_t length);

/* Blocking, for the worker's side. */
/* Send a whole frame. ERR_IO (the other side is gone). */
SNQ_MUST_USE snq_status snq_frame_send(int fd, snq_frame_kind kind, uint32_t ticket,
                                       const void *payload, size_t length);
/* Wait for bytes and push them; descriptors that come along go to fds[] (owned by the caller), *count
 * grows. END when the other side has closed. ERR_IO, ERR_FORMAT, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_frame_fill(int fd, snq_frame_reader *r, int fds[SNQ_FRAME_FDS_MAX],
                                       uint32_t *count);

#endif
