// SPDX-License-Identifier: MIT
#include "jobs/file_share.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static snq_status failed(const char *path)
{
    return SNQ_FAIL(errno == ENOENT   ? SNQ_ERR_NOT_FOUND
                    : errno == EEXIST ? SNQ_ERR_EXISTS
                                      : SNQ_ERR_IO,
                    "%s: %s", path, strerror(errno));
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        const ssize_t k = write(fd, bytes, n);
        if (k < 0 && errno != EINTR)
            return -1;
        bytes += k > 0 ? k : 0;
        n -= k > 0 ? (size_t)k : 0;
    }
    return 0;
}

static snq_status pour(int in, const char *from, int out, const char *to)
{
    char bytes[PIECE];
    for (;;) {
        const ssize_t k = read(in, bytes, sizeof bytes);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return failed(from);
        if (k == 0)
            return SNQ_OK;
        if (write_all(out, bytes, (size_t)k) != 0)
            return failed(to);
    }
}

snq_status snq_file_copy(const char *from, const char *to)
{
    struct stat info;
    const int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in < 0)
        return failed(from);
    if (fstat(in, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(in);
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s: it is no regular file", from);
    }
    const int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out < 0) {
        const snq_status st = failed(to);
        close(in);
        return st;
    }
    snq_status st = pour(in, from, out, to);
    close(in);
    if (close(out) != 0 && st >= 0)
        st = failed(to);
    if (st < 0)
        unlink(to);
    return st;
}

snq_status snq_file_share(const char *from, const char *to)
{
    struct stat info;
    if (lstat(from, &info) != 0)
        return failed(from);
    if (S_ISREG(info.st_mode) && link(from, to) == 0)
        return SNQ_OK;
    return snq_file_copy(from, to);
}
