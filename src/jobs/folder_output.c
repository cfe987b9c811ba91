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

/* What lies in the folder, below its path: "stems", "stems/bass.wav" … A folder comes before what is in it. */
typedef struct inside {
    char **name; /* (count,), owned */
    size_t count, room;
} inside;

static void clear_inside(inside *all)
{
    for (size_t i = 0; i < all->count; i++)
        snq_free(all->name[i]);
    snq_free(all->name);
}

static snq_status add_name(inside *all, const char *name)
{
    if (all->count == all->room) {
        const size_t room = all->room ? 2 * all->room : 32;
        char **grown = snq_regrow(all->name, all->room, room, sizeof *grown);
        if (!grown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu files", room);
        all->name = grown;
        all->room = room;
    }
    all->name[all->count] = snq_strdup(name);
    return all->name[all->count++] ? SNQ_OK
                                   : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a file's name");
}

/* `path`: a folder whose own name ends at `top`, room for SNQ_PATH_MAX. */
static snq_status look_inside(char *path, size_t top, int depth, inside *all);

static snq_status look_at(char *path, size_t top, const char *name, int depth, inside *all)
{
    const size_t n = strlen(path);
    struct stat info;
    if (n + strlen(name) + 2 >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the path of %s is too long", name);
    snprintf(path + n, SNQ_PATH_MAX - n, "/%s", name);
    snq_status st = add_name(all, path + top + 1);
    if (st >= 0 && lstat(path, &info) != 0)
        st = system_failed("looking at it", path);
    if (st >= 0 && S_ISDIR(info.st_mode))
        st = look_inside(path, top, depth + 1, all);
    path[n] = '\0';
    return st;
}

static snq_status look_inside(char *path, size_t top, int depth, inside *all)
{
    snq_folder_names names;
    if (depth > DEPTH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%s: folders nested deeper than %d", path, DEPTH_MAX);
    DIR *dir = opendir(path);
    if (!dir)
        return system_failed("reading the folder", path);
    snq_status st = snq_folder_names_read(dir, 1, &names);
    closedir(dir);
    for (size_t i = 0; i < names.count && st >= 0; i++)
        st = look_at(path, top, names.name[i], depth, all);
    snq_folder_names_clear(&names);
    return st;
}

/* A file to its place, a folder made there; `only_look`: whether that can be. */
static snq_status move_one(const snq_folder_output *f, const char *name, int only_look)
{
    char from[SNQ_PATH_MAX], to[SNQ_PATH_MAX];
    struct stat here, there;
    if ((size_t)snprintf(from, sizeof from, "%s/%s", f->temp, name) >= sizeof from ||
        (size_t)snprintf(to, sizeof to, "%s/%s", f->path, name) >= sizeof to)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the path of %s is too long", name);
    if (lstat(from, &here) != 0)
        return system_failed("looking at it", from);
    const int folder = S_ISDIR(here.st_mode);
    if (only_look) {
        errno = folder ? ENOTDIR : EISDIR;
        return (folder ? stat : lstat)(to, &there) == 0 && folder != !!S_ISDIR(there.st_mode)
                   ? system_failed("giving it its name", to)
                   : SNQ_OK;
    }
    if (folder)
        return mkdir(to, 0777) == 0 || errno == EEXIST ? SNQ_OK
                                                       : system_failed("making the folder", to);
    return rename(from, to) == 0 ? SNQ_OK : system_failed("giving it its name", to);
}

/* All of the temporary folder into the one that is there: nothing is touched before all is known that memory
 * and names can hinder. */
static snq_status move_over(const snq_folder_output *f)
{
    char path[SNQ_PATH_MAX];
    inside all = { 0 };
    memcpy(path, f->temp, sizeof path);
    snq_status st = look_inside(path, strlen(path), 0, &all);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < all.count && st >= 0; i++)
            st = move_one(f, all.name[i], pass == 0);
    clear_inside(&all);
    return st;
}

static snq_status give_name(snq_folder_output *f)
{
    if (f->there)
        return move_over(f);
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
