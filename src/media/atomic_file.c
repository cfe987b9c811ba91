// SPDX-License-Identifier: MIT
#include "media/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"

/* NAME_MAX is 255; the dot, the random suffix and its dot take 8 bytes of it. */
enum { NAME_KEPT = 240, SUFFIX = 6, TRIES = 16 };

struct snq_atomic_file {
    FILE *stream;
    char *path; /* final name */
    char *temp; /* temporary in the same folder; "" once it is gone */
    int force;
};

static snq_status system_failed(int error, const char *doing, const char *path)
{
    return SNQ_FAIL(error == EEXIST ? SNQ_ERR_EXISTS : SNQ_ERR_IO, "%s: %s: %s", path, doing,
                    strerror(error));
}

static void release(snq_atomic_file *f)
{
    if (!f)
        return;
    if (f->stream)
        fclose(f->stream);
    if (f->temp && *f->temp)
        unlink(f->temp);
    snq_free(f->temp);
    snq_free(f->path);
    snq_free(f);
}

/* What stands at `path` may be replaced: nothing, or a regular file and `force`. A device (and
 * /dev/null) must never be renamed over. */
static snq_status check_target(const char *path, int force)
{
    struct stat info;
    const size_t n = strlen(path);
    if (n == 0 || path[n - 1] == '/')
        return SNQ_FAIL(SNQ_ERR_ARG, "'%s' names no file", path);
    if (n >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes (%d are possible)", n, SNQ_PATH_MAX);
    if (lstat(path, &info) != 0)
        return errno == ENOENT ? SNQ_OK : system_failed(errno, "looking for it", path);
    if (!force)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s exists already", path);
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return SNQ_FAIL(SNQ_ERR_IO, "%s is there and is not a regular file", path);
    return SNQ_OK;
}

/* Create the temporary; the umask decides who may read it, as for any new file. */
static int make_temp(snq_atomic_file *f, size_t room)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    const char *slash = strrchr(f->path, '/');
    const char *name = slash ? slash + 1 : f->path;
    const int folder = (int)(name - f->path);
    for (int i = 0; i < TRIES; i++) {
        unsigned char random[SUFFIX];
        char suffix[SUFFIX + 1] = "";
        if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
            return -1;
        for (int k = 0; k < SUFFIX; k++)
            suffix[k] = letters[random[k] & 31];
        snprintf(f->temp, room, "%.*s.%.*s.%s", folder, f->path, NAME_KEPT, name, suffix);
        const int fd = open(f->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

snq_status snq_atomic_open(const char *path, int force, snq_atomic_file **out)
{
    *out = NULL;
    SNQ_TRY(check_target(path, force));
    snq_status st = SNQ_ERR_NOMEM;
    const size_t room = strlen(path) + SUFFIX + 3;
    snq_atomic_file *f = snq_calloc(1, sizeof *f);
    if (!f || !(f->path = snq_strdup(path)) || !(f->temp = snq_calloc(room, 1))) {
        SNQ_FAIL(st, "no memory to write %s", path);
        goto fail;
    }
    f->force = force;
    const int fd = make_temp(f, room);
    if (fd < 0) {
        st = system_failed(errno == EEXIST ? EAGAIN : errno, "creating it", path);
        f->temp[0] = '\0';
        goto fail;
    }
    f->stream = fdopen(fd, "w+b");
    if (!f->stream) {
        st = system_failed(errno, "creating it", path);
        close(fd);
        goto fail;
    }
    *out = f;
    return SNQ_OK;
fail:
    release(f);
    return st;
}

FILE *snq_atomic_stream(snq_atomic_file *f)
{
    return f->stream;
}

static int give_name(const snq_atomic_file *f)
{
    if (f->force)
        return rename(f->temp, f->path);
    const int code = renameat2(AT_FDCWD, f->temp, AT_FDCWD, f->path, RENAME_NOREPLACE);
    if (code == 0 || (errno != EINVAL && errno != ENOSYS))
        return code;
    struct stat info; /* a file system that can't promise it: look, then rename */
    if (lstat(f->path, &info) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(f->temp, f->path);
}

snq_status snq_atomic_commit(snq_atomic_file *f)
{
    snq_status st = SNQ_OK;
    if (!f)
        return SNQ_FAIL(SNQ_ERR_ARG, "nothing to commit");
    errno = 0;
    const int bad = fflush(f->stream) != 0 || ferror(f->stream);
    int error = bad ? errno : 0;
    if (fclose(f->stream) != 0 && !error)
        error = errno;
    f->stream = NULL;
    if (bad || error)
        st = system_failed(error ? error : EIO, "writing it", f->path);
    else if (give_name(f) != 0)
        st = system_failed(errno, "giving it its name", f->path);
    else
        f->temp[0] = '\0';
    release(f);
    return st;
}

void snq_atomic_abort(snq_atomic_file *f)
{
    release(f);
}
