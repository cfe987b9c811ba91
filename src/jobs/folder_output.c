// SPDX-License-Identifier: MIT
#include "jobs/folder_output.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/folder_names.h"

enum { NAME_KEPT = 200, OPEN_FOLDERS = 16, DEPTH_MAX = 8 };

struct snq_folder_output {
    char path[SNQ_PATH_MAX]; /* final name, without a slash at its end */
    char temp[SNQ_PATH_MAX];
    int there; /* the folder is there already */
};

static snq_status system_failed(const char *doing, const char *path)
{
    return SNQ_FAIL(errno == EEXIST ? SNQ_ERR_EXISTS : SNQ_ERR_IO, "%s: %s: %s", path, doing,
                    strerror(errno));
}

static snq_status set_path(snq_folder_output *f, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n == 0 || (n == 1 && path[0] == '/'))
        return SNQ_FAIL(SNQ_ERR_ARG, "'%s' names no folder that can be made", path);
    if (n + NAME_KEPT + 16 >= sizeof f->path)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", n);
    memcpy(f->path, path, n);
    return SNQ_OK;
}

static snq_status look(snq_folder_output *f, int force)
{
    struct stat info;
    if (lstat(f->path, &info) != 0)
        return errno == ENOENT ? SNQ_OK : system_failed("looking for it", f->path);
    if (!force)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s exists already; --force replaces the files in it",
                        f->path);
    if (stat(f->path, &info) != 0 || !S_ISDIR(info.st_mode))
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s is there and is no folder", f->path);
    f->there = 1;
    return SNQ_OK;
}

static snq_status make_temp(snq_folder_output *f)
{
    const char *slash = strrchr(f->path, '/'), *name = slash ? slash + 1 : f->path;
    snprintf(f->temp, sizeof f->temp, "%.*s.%.*s.XXXXXX", (int)(name - f->path), f->path, NAME_KEPT,
             name);
    if (!mkdtemp(f->temp)) {
        f->temp[0] = '\0';
        return system_failed("making it", f->path);
    }
    const mode_t mask = umask(0); /* as any new folder: mkdtemp lets nobody else in */
    umask(mask);
    if (chmod(f->temp, 0777 & ~mask) != 0)
        return system_failed("making it", f->path);
    return SNQ_OK;
}

snq_status snq_folder_make(const char *path, int force)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && force))
        return SNQ_OK;
    return errno == EEXIST ? SNQ_FAIL(SNQ_ERR_EXISTS, "it exists already; --force writes into it")
                           : SNQ_FAIL(SNQ_ERR_IO, "%s", strerror(errno));
}

snq_status snq_folder_output_open(const char *path, int force, snq_folder_output **out)
{
    snq_status st;
    *out = NULL;
    snq_folder_output *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    SNQ_GOTO(set_path(f, path));
    SNQ_GOTO(look(f, force));
    SNQ_GOTO(make_temp(f));
    *out = f;
    return SNQ_OK;
fail:
    snq_folder_output_abort(f);
    return st;
}

/* Make the folders that lead to `path`, from byte `from` of it on. */
static snq_status make_way(char *path, size_t from)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int bad = mkdir(path, 0777) != 0 && errno != EEXIST;
        const snq_status st = bad ? system_failed("making the folder", path) : SNQ_OK;
        *slash = '/';
        SNQ_TRY(st);
    }
    return SNQ_OK;
}

snq_status snq_folder_output_path(snq_folder_output *f, const char *name, char *to, size_t room)
{
    if ((size_t)snprintf(to, room, "%s/%s", f->temp, name) >= room)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the path of %s is too long", name);
    return make_way(to, strlen(f->temp) + 1);
}

snq_status snq_folder_output_text(snq_folder_output *f, const char *name, const snq_str *text)
{
    char path[SNQ_PATH_MAX];
    SNQ_TRY(text->st);
    SNQ_TRY(snq_folder_output_path(f, name, path, sizeof path));
    FILE *to = fopen(path, "wxe");
    if (!to)
        return system_failed("making it", path);
    const int whole = fwrite(text->text, 1, text->length, to) == text->length && fflush(to) == 0;
    const snq_status st = whole ? SNQ_OK : system_failed("writing it", path);
    if (fclose(to) != 0 && st >= 0)
        return system_failed("writing it", path);
    return st;
}

/* Move all below `from` to the same place below `to`; both end without a slash. */
static snq_status move_over(char *from, char *to, int depth);

static snq_status move_entry(char *from, char *to, const char *name, int depth)
{
    const size_t a = strlen(from), b = strlen(to);
    struct stat info;
    snq_status st = SNQ_OK;
    if (a + strlen(name) + 2 >= SNQ_PATH_MAX || b + strlen(name) + 2 >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the path of %s is too long", name);
    snprintf(from + a, SNQ_PATH_MAX - a, "/%s", name);
    snprintf(to + b, SNQ_PATH_MAX - b, "/%s", name);
    if (lstat(from, &info) != 0)
        st = system_failed("looking at it", from);
    else if (S_ISDIR(info.st_mode)) {
        if (mkdir(to, 0777) != 0 && errno != EEXIST)
            st = system_failed("making the folder", to);
        else
            st = move_over(from, to, depth + 1);
    } else if (rename(from, to) != 0)
        st = system_failed("giving it its name", to);
    from[a] = to[b] = '\0';
    return st;
}

static snq_status move_over(char *from, char *to, int depth)
{
    snq_folder_names names;
    if (depth > DEPTH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%s: folders nested deeper than %d", from, DEPTH_MAX);
    DIR *dir = opendir(from);
    if (!dir)
        return system_failed("reading the folder", from);
    snq_status st = snq_folder_names_read(dir, 1, &names);
    closedir(dir);
    for (size_t i = 0; i < names.count && st >= 0; i++)
        st = move_entry(from, to, names.name[i], depth);
    snq_folder_names_clear(&names);
    return st;
}

static snq_status give_name(snq_folder_output *f)
{
    if (f->there)
        return move_over(f->temp, f->path, 0);
    int code = renameat2(AT_FDCWD, f->temp, AT_FDCWD, f->path, RENAME_NOREPLACE);
    if (code != 0 && (errno == EINVAL || errno == ENOSYS)) {
        struct stat info; /* a file system that can't promise it: look, then rename */
        errno = EEXIST;
        code = lstat(f->path, &info) == 0 ? -1 : rename(f->temp, f->path);
    }
    if (code != 0)
        return system_failed("giving it its name", f->path);
    f->temp[0] = '\0';
    return SNQ_OK;
}

snq_status snq_folder_output_commit(snq_folder_output *f)
{
    const snq_status st = give_name(f);
    snq_folder_output_abort(f);
    return st;
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path), 0;
}

void snq_folder_output_abort(snq_folder_output *f)
{
    if (f && f->temp[0])
        nftw(f->temp, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    snq_free(f);
}
