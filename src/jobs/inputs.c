// SPDX-License-Identifier: MIT
#include "jobs/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "jobs/folder_names.h"
#include "base/limits.h"

/* The first VIDEOS may be of films. */
static const char *const media_endings[] = {
    "mp4",  "m4v",  "mov", "3gp", "ogv", "webm", "mkv", "avi",  "ts",   "mts",  "m2ts", "mpg",
    "mpeg", "wmv",  "asf", "flv", "wav", "wave", "bwf", "rf64", "bw64", "w64",  "aif",  "aiff",
    "aifc", "flac", "mp3", "mp2", "m4a", "m4b",  "aac", "ogg",  "oga",  "opus", "spx",  "mka",
    "caf",  "au",   "snd", "wma", "wv",  "ape",  "tta", "ac3",  "eac3", "dts",  "amr",
};
enum { VIDEOS = 16 };

static int ends_as(const char *name, size_t endings)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < endings; i++)
        if (strcasecmp(dot + 1, media_endings[i]) == 0)
            return 1;
    return 0;
}

int snq_inputs_media_name(const char *name)
{
    return ends_as(name, SNQ_COUNT(media_endings));
}

/* Whether a file in a folder is meant. */
static int is_meant(const snq_inputs *in, const char *name)
{
    return ends_as(name, in->videos ? VIDEOS : SNQ_COUNT(media_endings));
}

void snq_inputs_clear(snq_inputs *in)
{
    for (uint32_t i = 0; i < in->count; i++) {
        snq_free(in->item[i].path);
        snq_free(in->item[i].problem);
    }
    snq_free(in->item);
    *in = (snq_inputs) { 0 };
}

static snq_status append(snq_inputs *in, const char *path, const char *problem)
{
    if (in->count == SNQ_INPUTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d input files", SNQ_INPUTS_MAX);
    if (in->count == in->room) {
        const uint32_t room = in->room ? 2 * in->room : 16;
        snq_input *item = snq_regrow(in->item, in->count, room, sizeof *item);
        if (!item)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u inputs", room);
        in->item = item;
        in->room = room;
    }
    snq_input *to = &in->item[in->count];
    to->path = snq_strdup(path);
    to->problem = problem ? snq_strdup(problem) : NULL;
    in->count++; /* counted even when half made: clear frees it */
    if (!to->path || (problem && !to->problem))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an input's path");
    return SNQ_OK;
}

/* The folders on the way down, innermost first: a folder among its own ancestors is a circle. */
typedef struct trail {
    const struct trail *up;
    dev_t device;
    ino_t number;
    int depth;
} trail;

static snq_status add_folder(snq_inputs *in, const char *path, const struct stat *st,
                             const trail *up);

static snq_status add_entry(snq_inputs *in, const char *folder, const char *name, const trail *here)
{
    char path[SNQ_PATH_MAX];
    struct stat st;
    const size_t n = strlen(folder);
    const char *slash = n && folder[n - 1] == '/' ? "" : "/";
    if ((size_t)snprintf(path, sizeof path, "%s%s%s", folder, slash, name) >= sizeof path)
        return append(in, folder, "a path in it is longer than 4095 bytes");
    if (stat(path, &st) != 0)
        return is_meant(in, name) ? append(in, path, strerror(errno)) : SNQ_OK;
    if (S_ISDIR(st.st_mode))
        return add_folder(in, path, &st, here);
    return S_ISREG(st.st_mode) && is_meant(in, name) ? append(in, path, NULL) : SNQ_OK;
}

static snq_status add_folder(snq_inputs *in, const char *path, const struct stat *st,
                             const trail *up)
{
    const trail here = { up, st->st_dev, st->st_ino, up ? up->depth + 1 : 0 };
    for (const trail *t = up; t; t = t->up)
        if (t->device == here.device && t->number == here.number)
            return SNQ_OK;
    if (here.depth > SNQ_INPUTS_DEPTH_MAX)
        return append(in, path, "folders nested deeper than 64");
    DIR *dir = opendir(path);
    if (!dir)
        return append(in, path, strerror(errno));
    snq_folder_names names;
    snq_status result = snq_folder_names_read(dir, 0, &names);
    closedir(dir);
    for (size_t i = 0; i < names.count && result >= 0; i++)
        result = add_entry(in, path, names.name[i], &here);
    snq_folder_names_clear(&names);
    return result;
}

snq_status snq_inputs_add(snq_inputs *in, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return append(in, path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return append(in, path, NULL);
    const uint32_t before = in->count;
    SNQ_TRY(add_folder(in, path, &st, NULL));
    return in->count == before
               ? append(in, path,
                        in->videos ? "no videos in this folder" : "no media in this folder")
               : SNQ_OK;
}
