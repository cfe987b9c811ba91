// SPDX-License-Identifier: MIT
#include "jobs/session_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/file_share.h"
#include "jobs/session.h"

static const char *const kept_tab[] = { "session.json", "score.json", "mix.json" };

snq_status snq_session_folder_file(const snq_session_folder *f, const char *name, char *to)
{
    if ((size_t)snprintf(to, SNQ_PATH_MAX, "%s/%s", f->path, name) >= SNQ_PATH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the path of %s is too long", name);
    return SNQ_OK;
}

snq_status snq_session_folder_open(const char *path, snq_session_folder *out)
{
    size_t n = strlen(path);
    char session[SNQ_PATH_MAX];
    *out = (snq_session_folder) { .fd = -1 };
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n + 64 >= sizeof out->path)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", n);
    memcpy(out->path, path, n);
    SNQ_TRY(snq_session_folder_file(out, "session.json", session));
    const int fd = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return SNQ_FAIL(errno == ENOENT || errno == ENOTDIR ? SNQ_ERR_NOT_FOUND : SNQ_ERR_IO, "%s",
                        strerror(errno));
    out->fd = fd;
    snq_status st = SNQ_OK;
    if (access(session, R_OK) != 0)
        st = SNQ_FAIL(errno == ENOENT ? SNQ_ERR_NOT_FOUND : SNQ_ERR_IO, "session.json: %s",
                      strerror(errno));
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        st = SNQ_FAIL(SNQ_ERR_STATE, "another program works in it");
    if (st < 0)
        snq_session_folder_close(out);
    return st;
}

void snq_session_folder_close(snq_session_folder *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

snq_status snq_session_folder_keep(const snq_session_folder *f, unsigned number,
                                   snq_folder_output *out)
{
    for (size_t i = 0; i < SNQ_COUNT(kept_tab); i++) {
        char name[64], from[SNQ_PATH_MAX], to[SNQ_PATH_MAX];
        SNQ_TRY(snq_session_folder_file(f, kept_tab[i], from));
        if (access(from, F_OK) != 0)
            continue; /* a mix that somebody removed is made anew */
        snprintf(name, sizeof name, "history/%04u/%s", number, kept_tab[i]);
        SNQ_TRY(snq_folder_output_path(out, name, to, sizeof to));
        SNQ_TRY(snq_file_copy(from, to)); /* a copy: an editor may write into the file itself */
    }
    return SNQ_OK;
}

/* The number that a folder's name says, 0: none. Only as we write it: "0012", not "012" or "00012". */
static unsigned number_of(const char *name)
{
    char again[32];
    const unsigned long n = strtoul(name, NULL, 10);
    if (n > SNQ_SESSION_NUMBER_MAX)
        return 0;
    snprintf(again, sizeof again, "%04lu", n);
    return strcmp(name, again) == 0 ? (unsigned)n : 0;
}

snq_status snq_session_folder_last(const snq_session_folder *f, unsigned *number)
{
    char path[SNQ_PATH_MAX];
    const struct dirent *entry;
    *number = 0;
    SNQ_TRY(snq_session_folder_file(f, "history", path));
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? SNQ_OK : SNQ_FAIL(SNQ_ERR_IO, "history: %s", strerror(errno));
    while ((entry = readdir(dir))) {
        const unsigned n = number_of(entry->d_name);
        *number = n > *number ? n : *number;
    }
    closedir(dir);
    return SNQ_OK;
}

int snq_session_folder_forget(const snq_session_folder *f, unsigned number)
{
    char name[64], path[SNQ_PATH_MAX];
    int gone = 0;
    for (size_t i = 0; i <= SNQ_COUNT(kept_tab); i++) {
        snprintf(name, sizeof name, "history/%04u/%s", number,
                 i < SNQ_COUNT(kept_tab) ? kept_tab[i] : "");
        gone = snq_session_folder_file(f, name, path) >= 0 && remove(path) == 0;
    }
    return gone;
}

void snq_session_folder_trim(const snq_session_folder *f, unsigned newest)
{
    if (newest > SNQ_SESSION_KEPT_MAX)
        snq_session_folder_forget(f, newest - SNQ_SESSION_KEPT_MAX);
}
