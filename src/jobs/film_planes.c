// SPDX-License-Identifier: MIT
#include "jobs/film_planes.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

static snq_status read_plane(int fd, uint64_t from, float *to, size_t n)
{
    char *p = (char *)to;
    size_t left = n * sizeof *to;
    uint64_t at = from * sizeof *to;
    while (left) {
        const ssize_t got = pread(fd, p, left, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SNQ_FAIL(SNQ_ERR_IO, "reading a temporary file: %s", strerror(errno));
        if (got == 0)
            break;
        p += got;
        at += (uint64_t)got;
        left -= (size_t)got;
    }
    memset(p, 0, left);
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(to[i]) <= SNQ_SAMPLE_MAX))
            to[i] = to[i] > 0.0f ? SNQ_SAMPLE_MAX : to[i] < 0.0f ? -SNQ_SAMPLE_MAX : 0.0f;
    return SNQ_OK;
}

snq_status snq_film_planes_read(int fd, uint64_t frames, uint64_t at, size_t n, float *left,
                                float *right)
{
    const uint64_t room = at < frames ? frames - at : 0;
    const size_t k = n < room ? n : (size_t)room;
    SNQ_TRY(read_plane(fd, at, left, k));
    SNQ_TRY(read_plane(fd, frames + at, right, k));
    memset(left + k, 0, (n - k) * sizeof *left);
    memset(right + k, 0, (n - k) * sizeof *right);
    return SNQ_OK;
}

snq_status snq_film_plane_write(int fd, uint64_t to, const float *x, size_t n)
{
    const char *p = (const char *)x;
    size_t left = n * sizeof *x;
    uint64_t at = to * sizeof *x;
    while (left) {
        const ssize_t done = pwrite(fd, p, left, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return SNQ_FAIL(SNQ_ERR_IO, "writing a temporary file: %s",
                            strerror(done ? errno : EIO));
        p += done;
        at += (uint64_t)done;
        left -= (size_t)done;
    }
    return SNQ_OK;
}

snq_status snq_film_planes_write(int fd, uint64_t frames, uint64_t at, size_t n, const float *left,
                                 const float *right)
{
    SNQ_TRY(snq_film_plane_write(fd, at, left, n));
    return snq_film_plane_write(fd, frames + at, right, n);
}
