// SPDX-License-Identifier: MIT
#include "jobs/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

/* Some file systems know no nameless files: there it is unlinked at once. */
static int open_in(const char *folder)
{
    char path[SNQ_PATH_MAX];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;
    if ((size_t)snprintf(path, sizeof path, "%s/sonique-XXXXXX", folder) >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

snq_status snq_spill_open(int *fd)
{
    const char *const folder[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
    for (size_t i = 0; i < SNQ_COUNT(folder); i++) {
        *fd = folder[i] && *folder[i] ? open_in(folder[i]) : -1;
        if (*fd >= 0)
            return SNQ_OK;
    }
    return SNQ_FAIL(SNQ_ERR_IO, "can't make a temporary file: %s", strerror(errno));
}

snq_status snq_spill_reset(int fd)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "emptying a temporary file: %s", strerror(errno));
    return SNQ_OK;
}
