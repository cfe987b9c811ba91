// SPDX-License-Identifier: MIT
#include "media/source_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

/* By its descriptor alone: libc's fstat is a call that could look at names too, which a confined
 * process may not make. */
static int look_at(int fd, struct stat *info)
{
#ifdef SYS_fstat
    return (int)syscall(SYS_fstat, fd, info);
#else
    return fstat(fd, info);
#endif
}

snq_status snq__source_init(snq__source *s, int fd, const volatile int *cancel)
{
    struct stat info;
    *s = (snq__source) { .fd = fd, .cancel = cancel };
    if (look_at(fd, &info) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "%s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s, not a regular file",
                        S_ISDIR(info.st_mode) ? "a folder" : "a device, pipe or socket");
    s->size_bytes = (int64_t)info.st_size;
    sha256_init(&s->sha);
    s->scratch = snq_calloc(SNQ__SOURCE_BUFFER, 1);
    return s->scratch ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a read buffer");
}

void snq__source_clear(snq__source *s)
{
    snq_free(s->scratch);
    s->scratch = NULL;
}

int64_t snq__source_peek(void *source, int64_t offset, void *to, size_t n)
{
    snq__source *s = source;
    size_t got = 0;
    while (got < n) {
        const ssize_t k =
            pread(s->fd, (uint8_t *)to + got, n - got, (off_t)(offset + (int64_t)got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0) {
            s->error = errno;
            return -1;
        }
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (int64_t)got;
}

/* Put [hashed_to, to) into the hash. */
static snq_status hash_up_to(snq__source *s, int64_t to)
{
    while (s->hashed_to < to) {
        if (snq__source_cancelled(s))
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
        const int64_t left = to - s->hashed_to;
        const int64_t got =
            snq__source_peek(s, s->hashed_to, s->scratch,
                             left < SNQ__SOURCE_BUFFER ? (size_t)left : SNQ__SOURCE_BUFFER);
        if (got < 0)
            return snq__source_status(s);
        if (got == 0)
            s->error = EIO; /* for those who ask later */
        if (got == 0)
            return SNQ_FAIL(SNQ_ERR_IO, "the file shrank to %lld of %lld bytes while it was read",
                            (long long)s->hashed_to, (long long)to);
        sha256_update(&s->sha, (size_t)got, s->scratch);
        s->hashed_to += got;
    }
    return SNQ_OK;
}

int64_t snq__source_read(snq__source *s, int64_t offset, void *to, size_t n)
{
    const int64_t got = snq__source_peek(s, offset, to, n);
    if (got <= 0)
        return got;
    const int64_t end = offset + got;
    /* A small step ahead (a header, a tag) is caught up; a leap is left to the end. */
    if (offset > s->hashed_to && offset - s->hashed_to <= SNQ__SOURCE_GAP &&
        hash_up_to(s, offset) < 0)
        return -1;
    if (offset <= s->hashed_to && end > s->hashed_to) {
        sha256_update(&s->sha, (size_t)(end - s->hashed_to),
                      (const uint8_t *)to + (s->hashed_to - offset));
        s->hashed_to = end;
    }
    return got;
}

int snq__source_cancelled(const snq__source *s)
{
    return s->cancel && *s->cancel;
}

snq_status snq__source_status(const snq__source *s)
{
    if (snq__source_cancelled(s))
        return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
    if (s->error)
        return SNQ_FAIL(SNQ_ERR_IO, "reading failed: %s", strerror(s->error));
    return SNQ_OK;
}

snq_status snq__source_sha256(snq__source *s, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    hex[0] = '\0';
    if (!s->digest_done) {
        SNQ_TRY(hash_up_to(s, s->size_bytes));
        sha256_digest(&s->sha, sizeof s->digest, s->digest);
        s->digest_done = 1;
    }
    for (size_t i = 0; i < sizeof s->digest; i++) {
        hex[2 * i] = digits[s->digest[i] >> 4];
        hex[2 * i + 1] = digits[s->digest[i] & 15];
    }
    hex[64] = '\0';
    return SNQ_OK;
}
