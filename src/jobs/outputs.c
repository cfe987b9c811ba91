// SPDX-License-Identifier: MIT
#include "jobs/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"

/* What a file is, whatever its names. */
struct snq_outputs_input {
    dev_t device;
    ino_t number; /* 0: none */
    int64_t size_bytes;
};

int snq_output_is_folder(const char *path)
{
    struct stat st;
    const size_t n = strlen(path);
    return (n && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int snq_output_path(const char *out, const char *input, const char *ending, char *to, size_t room)
{
    if (!snq_output_is_folder(out))
        return (size_t)snprintf(to, room, "%s", out) < room;
    const char *slash = strrchr(input, '/'), *name = slash ? slash + 1 : input;
    const char *dot = strrchr(name, '.');
    const int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    const size_t n = strlen(out);
    return (size_t)snprintf(to, room, "%s%s%.*s%s", out, n && out[n - 1] == '/' ? "" : "/", stem,
                            name, ending) < room;
}

snq_status snq_output_check(const snq_inputs *inputs, const char *what, const char *out)
{
    if (!snq_output_is_folder(out)) {
        if (inputs->count > 1)
            return SNQ_FAIL(SNQ_ERR_ARG, "--%s names one file for %u inputs; name a folder", what,
                            inputs->count);
        return SNQ_OK;
    }
    if (mkdir(out, 0777) != 0 && errno != EEXIST)
        return SNQ_FAIL(SNQ_ERR_IO, "can't make the folder %s: %s", out, strerror(errno));
    return SNQ_OK;
}

snq_status snq_outputs_init(snq_outputs *o, const snq_inputs *inputs, int force)
{
    *o = (snq_outputs) { .inputs = inputs, .force = force };
    o->input = snq_calloc(inputs->count, sizeof *o->input);
    if (!o->input)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u inputs", inputs->count);
    for (uint32_t i = 0; i < inputs->count; i++) {
        struct stat st;
        if (!inputs->item[i].problem && stat(inputs->item[i].path, &st) == 0 && S_ISREG(st.st_mode))
            o->input[i] = (struct snq_outputs_input) { st.st_dev, st.st_ino, (int64_t)st.st_size };
    }
    return SNQ_OK;
}

void snq_outputs_clear(snq_outputs *o)
{
    snq_free(o->input);
    *o = (snq_outputs) { 0 };
}

int64_t snq_outputs_input_bytes(const snq_outputs *o, uint32_t i)
{
    return o->input[i].size_bytes;
}

/* Whether an earlier input of this run has its output at `path`: --force replaces old files, not what
 * was written a moment ago. */
static int is_taken(const snq_outputs *o, uint32_t index, const char *out, const char *ending,
                    const char *path)
{
    char other[SNQ_PATH_MAX];
    for (uint32_t i = 0; i < index; i++)
        if (!o->inputs->item[i].problem &&
            snq_output_path(out, o->inputs->item[i].path, ending, other, sizeof other) &&
            strcmp(other, path) == 0)
            return 1;
    return 0;
}

/* Whether an input lies at `path`. */
static int is_input(const snq_outputs *o, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return 0;
    for (uint32_t i = 0; i < o->inputs->count; i++)
        if (o->input[i].number == st.st_ino && o->input[i].device == st.st_dev)
            return 1;
    return 0;
}

snq_status snq_outputs_open(const snq_outputs *o, uint32_t index, const char *out,
                            const char *ending, snq_atomic_file **file)
{
    char path[SNQ_PATH_MAX];
    if (!out)
        return SNQ_OK;
    if (!snq_output_path(out, o->inputs->item[index].path, ending, path, sizeof path))
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "the output's path is longer than %d bytes",
                        SNQ_PATH_MAX - 1);
    if (is_input(o, path))
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s is an input", path);
    if (o->force && is_taken(o, index, out, ending, path))
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s is the output of an earlier input", path);
    if (!o->force && access(path, F_OK) == 0)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s exists already; --force replaces it", path);
    return snq_atomic_open(path, o->force, file);
}

snq_status snq_output_rewind(snq_atomic_file *f, int *fd)
{
    *fd = fileno(snq_atomic_stream(f));
    if (ftruncate(*fd, 0) != 0 || lseek(*fd, 0, SEEK_SET) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "emptying an output: %s", strerror(errno));
    return SNQ_OK;
}

snq_status snq_output_write(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        const ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return SNQ_FAIL(SNQ_ERR_IO, "writing: %s", strerror(errno));
        p += k;
        n -= (size_t)k;
    }
    return SNQ_OK;
}
