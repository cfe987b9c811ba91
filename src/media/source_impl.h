// SPDX-License-Identifier: MIT
/* source -- the bytes of one file by pread, hashed as they pass (private to media).
 *
 * `base` hides that many leading bytes from the decoder (garbage before the first frame); hashing
 * always sees the whole file. Belongs to one thread at a time. */
#ifndef SNQ_MEDIA_SOURCE_IMPL_H
#define SNQ_MEDIA_SOURCE_IMPL_H

#include <stdint.h>

#include <nettle/sha2.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ__SOURCE_BUFFER = 65536, SNQ__SOURCE_GAP = 1 << 20 };

typedef struct snq__source {
    int fd; /* borrowed */
    int64_t size_bytes;
    int64_t base;
    int64_t hashed_to; /* all before this is in `sha`; looks at the end don't move it: progress */
    int error;         /* errno of the first failed read, 0 */
    const volatile int *cancel;
    struct sha256_ctx sha;
    uint8_t *scratch; /* (SNQ__SOURCE_BUFFER,) owned; for what is read only to be hashed */
    uint8_t digest[SHA256_DIGEST_SIZE];
    int digest_done;
} snq__source;

/* Errors: ERR_IO, ERR_UNSUPPORTED (not a regular file), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__source_init(snq__source *s, int fd, const volatile int *cancel);
void snq__source_clear(snq__source *s);

/* Up to n bytes at `offset` of the file (base is not added); fewer only at its end; -1: failed. */
int64_t snq__source_peek(void *source, int64_t offset, void *to, size_t n);
/* The same, and what is read in order goes into the hash. */
int64_t snq__source_read(snq__source *s, int64_t offset, void *to, size_t n);
int snq__source_cancelled(const snq__source *s);
/* ERR_IO with the system's reason when a read has failed, ERR_CANCELLED, else OK. */
SNQ_MUST_USE snq_status snq__source_status(const snq__source *s);
/* Hash what is left and write 64 hexadecimal digits. */
SNQ_MUST_USE snq_status snq__source_sha256(snq__source *s, char hex[65]);

#endif
