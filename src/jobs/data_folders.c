// SPDX-License-Identifier: MIT
#include "jobs/data_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/folder_names.h"
#include "jobs/inputs.h"

enum { FOLDERS = 3, NAMES_MAX = 4096 };
#define ENDING ".json"

/* ---------------------------------------------------------------- a file */

static snq_status read_all(int fd, size_t length, snq_text_file *out)
{
    out->bytes = snq_alloc(length + 1, 1);
    if (!out->bytes)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu bytes", length);
    while (out->length < length) {
        const ssize_t n = read(fd, out->bytes + out->length, length - out->length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SNQ_FAIL(SNQ_ERR_IO, "reading it: %s", strerror(errno));
        if (n == 0)
            break; /* it shrank */
        out->length += (size_t)n;
    }
    out->bytes[out->length] = '\0';
    return SNQ_OK;
}

snq_status snq_text_file_read(const char *path, size_t max, snq_text_file *out)
{
    struct stat info;
    *out = (snq_text_file) { 0 };
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return SNQ_FAIL(errno == ENOENT ? SNQ_ERR_NOT_FOUND : SNQ_ERR_IO, "%s", strerror(errno));
    snq_status st;
    if (fstat(fd, &info) != 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "%s", strerror(errno));
    else if (!S_ISREG(info.st_mode))
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "not a regular file");
    else if ((uint64_t)info.st_size > max)
        st = SNQ_FAIL(SNQ_ERR_TOO_BIG, "%lld bytes are over %zu", (long long)info.st_size, max);
    else
        st = read_all(fd, (size_t)info.st_size, out);
    close(fd);
    if (st < 0) {
        snq_free(out->bytes);
        *out = (snq_text_file) { 0 };
    }
    return st;
}

/* ---------------------------------------------------------------- the folders */

typedef struct folder {
    char path[SNQ_PATH_MAX];
    int own;
} folder;

static int add(folder *f, int own, const char *head, const char *tail)
{
    f->own = own;
    return (size_t)snprintf(f->path, sizeof f->path, "%s%s", head, tail) < sizeof f->path;
}

static int users_folder(folder *f)
{
    const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");
    if (data && data[0] == '/')
        return add(f, 1, data, "/sonique");
    return home && home[0] == '/' && add(f, 1, home, "/.local/share/sonique");
}

/* The folder above the executable's. */
static int source_folder(folder *f)
{
    char own[SNQ_PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n <= 0)
        return 0;
    own[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(own, '/');
        if (!slash)
            return 0;
        *slash = '\0';
    }
    return add(f, 0, own, "");
}

static int list(folder f[FOLDERS])
{
    const char *asked = secure_getenv("SNQ_DATA");
    if (asked && *asked)
        return add(&f[0], 0, asked, "");
    int n = 0;
    n += users_folder(&f[n]);
    n += source_folder(&f[n]);
    n += add(&f[n], 0, SNQ_DATA_DIR, "");
    return n;
}

static int is_wanted(const char *name)
{
    const size_t n = strlen(name), end = strlen(ENDING);
    return n > end && strcmp(name + n - end, ENDING) == 0;
}

/* One folder's files; *found counts. */
static snq_status walk(const folder *f, const char *kind, size_t *found,
                       snq_status (*visit)(void *user, const char *path, const char *name, int own),
                       void *user)
{
    char path[SNQ_PATH_MAX], name[256];
    snq_folder_names names;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", f->path, kind) >= sizeof path)
        return SNQ_OK;
    DIR *dir = opendir(path);
    if (!dir)
        return SNQ_OK;
    snq_status st = snq_folder_names_read(dir, 0, &names);
    closedir(dir);
    for (size_t i = 0; i < names.count && st >= 0; i++) {
        if (!is_wanted(names.name[i]) || (size_t)snprintf(path, sizeof path, "%s/%s/%s", f->path,
                                                          kind, names.name[i]) >= sizeof path)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(names.name[i]) - strlen(ENDING)),
                 names.name[i]);
        ++*found;
        st = visit(user, path, name, f->own);
    }
    snq_folder_names_clear(&names);
    return st;
}

snq_status snq_data_folders_walk(const char *kind,
                                 snq_status (*visit)(void *user, const char *path, const char *name,
                                                     int own),
                                 void *user)
{
    folder *f = snq_calloc(FOLDERS, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    const int n = list(f);
    size_t products = 0;
    snq_status st = SNQ_OK;
    for (int i = 0; i < n && st >= 0; i++) {
        size_t here = 0;
        if (!f[i].own && products)
            break; /* the product's own are in one place */
        st = walk(&f[i], kind, &here, visit, user);
        products += f[i].own ? 0 : here;
    }
    if (st >= 0 && !products)
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no %s in %s%s%s: SNQ_DATA can name the folder", kind,
                      f[n - 1].path, n > 1 ? " nor in " : "", n > 1 ? f[n - 2].path : "");
    snq_free(f);
    return st;
}

/* Whether a media file's name is `wanted` and an ending. */
static int is_file_of(const char *name, const char *wanted)
{
    const size_t n = strlen(wanted);
    return strncasecmp(name, wanted, n) == 0 && name[n] == '.' && !strchr(name + n + 1, '.') &&
           snq_inputs_media_name(name);
}

static snq_status find_in(const folder *f, const char *kind, const char *wanted, char *to,
                          size_t room)
{
    char path[SNQ_PATH_MAX];
    snq_folder_names names;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", f->path, kind) >= sizeof path)
        return SNQ_ERR_NOT_FOUND;
    DIR *dir = opendir(path);
    if (!dir)
        return SNQ_ERR_NOT_FOUND;
    snq_status st = snq_folder_names_read(dir, 0, &names);
    closedir(dir);
    SNQ_TRY(st);
    st = SNQ_ERR_NOT_FOUND;
    for (size_t i = 0; i < names.count && st < 0; i++)
        if (is_file_of(names.name[i], wanted) &&
            (size_t)snprintf(to, room, "%s/%s", path, names.name[i]) < room)
            st = SNQ_OK;
    snq_folder_names_clear(&names);
    return st;
}

snq_status snq_data_folders_find(const char *kind, const char *name, char *to, size_t room)
{
    folder *f = snq_calloc(FOLDERS, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    const int n = list(f);
    snq_status st = SNQ_ERR_NOT_FOUND;
    for (int i = 0; i < n && st == SNQ_ERR_NOT_FOUND; i++)
        st = find_in(&f[i], kind, name, to, room);
    snq_free(f);
    if (st == SNQ_ERR_NOT_FOUND)
        return SNQ_FAIL(st, "there is no \"%s\" among the %s", name, kind);
    return st;
}
