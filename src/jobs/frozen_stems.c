// SPDX-License-Identifier: MIT
#include "jobs/frozen_stems.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "media/riff_scan.h"

enum { FRAME_BYTES = 6, RUN = 4096 };

/* Where reading has come to. */
typedef struct place {
    int64_t at, end; /* next byte of the samples, and where they end; of a sound: frames */
    int64_t ahead;   /* frames of silence before: the desk's latency, and what lies before `from` */
} place;

typedef struct frozen {
    int fd; /* -1: no file */
    const snq_frozen_sound
        *sound; /* in its place; NULL: none, and without a file the part is made */
    int recording;
    place stem, played;
} frozen;

struct snq_frozen_stems {
    snq_render_desk desk;
    const snq_render_desk *inner;
    uint32_t parts;
    frozen *part;      /* (parts,), owned */
    atomic_int failed; /* errno of the first reading that failed */
};

static int64_t read_at(void *user, int64_t offset, void *to, size_t n)
{
    const int fd = *(const int *)user;
    size_t got = 0;
    while (got < n) {
        const ssize_t k = pread(fd, (char *)to + got, n - got, (off_t)offset + (off_t)got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (int64_t)got;
}

static snq_status scan(frozen *f, const char *path, uint32_t rate_hz)
{
    struct stat info;
    snq_warnings warnings = { 0 };
    snq_riff_scan s;
    if (fstat(f->fd, &info) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s: it is no regular file", path);
    const snq_riff_input in = { .read = read_at, .user = &f->fd, .size_bytes = info.st_size };
    const snq_status st = snq_riff_scan_run(&in, &s, &warnings);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return SNQ_FAIL(st, "%s: %s", path, why);
    }
    if (s.form == SNQ_RIFF_NONE || s.big_endian || s.coding != SNQ_RIFF_SIGNED || s.bits != 24 ||
        s.sample_bytes != 3 || s.channels != 2 || s.rate_hz != rate_hz)
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "%s: no stem: WAV of 24 bits, two channels, %u Hz is wanted", path,
                        rate_hz);
    f->stem.at = s.data_offset;
    f->stem.end = s.data_offset + s.data_bytes / FRAME_BYTES * FRAME_BYTES;
    return SNQ_OK;
}

static snq_status open_part(frozen *f, const char *path, uint32_t rate_hz)
{
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0)
        return SNQ_FAIL(errno == ENOENT ? SNQ_ERR_NOT_FOUND : SNQ_ERR_IO, "%s: %s", path,
                        strerror(errno));
    return scan(f, path, rate_hz);
}

/* n frames (at most RUN) of three-byte samples at `from` to the two sides. */
static void unpack(const uint8_t *from, size_t n, float *left, float *right)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *b = from + i * FRAME_BYTES;
        const uint32_t l = (uint32_t)b[0] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 24;
        const uint32_t r = (uint32_t)b[3] << 8 | (uint32_t)b[4] << 16 | (uint32_t)b[5] << 24;
        left[i] = (float)(int32_t)l * 0x1p-31f;
        right[i] = (float)(int32_t)r * 0x1p-31f;
    }
}

/* Of a file: n frames at its place. */
static void read_file(snq_frozen_stems *all, const frozen *f, place *p, size_t n, float *left,
                      float *right)
{
    uint8_t bytes[RUN * FRAME_BYTES];
    for (size_t at = 0; at < n && p->at < p->end;) {
        const size_t there = (size_t)((p->end - p->at) / FRAME_BYTES);
        size_t k = n - at < RUN ? n - at : RUN;
        k = k < there ? k : there;
        int fd = f->fd;
        const int64_t got = read_at(&fd, p->at, bytes, k * FRAME_BYTES);
        if (got < (int64_t)(k * FRAME_BYTES)) { /* an error, or somebody cut it meanwhile */
            int none = 0;
            atomic_compare_exchange_strong(&all->failed, &none, got < 0 && errno ? errno : EIO);
            p->end = p->at;
            return;
        }
        unpack(bytes, k, left + at, right + at);
        p->at += (int64_t)(k * FRAME_BYTES);
        at += k;
    }
}

/* The next n frames; how many of them may hold sound. */
static size_t read_part(snq_frozen_stems *all, const frozen *f, place *p, size_t n, float *left,
                        float *right)
{
    const size_t wait = (int64_t)n < p->ahead ? n : (size_t)p->ahead;
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    p->ahead -= (int64_t)wait;
    const int64_t left_over = (p->end - p->at) / (f->sound ? 1 : FRAME_BYTES);
    const size_t there = (int64_t)(n - wait) < left_over ? n - wait : (size_t)left_over;
    if (!f->sound)
        read_file(all, f, p, there, left + wait, right + wait);
    else {
        f->sound->read(f->sound->user, p->at, there, left + wait, right + wait);
        p->at += (int64_t)there;
    }
    return wait + there;
}

static int is_frozen(const frozen *f)
{
    return f->fd >= 0 || f->sound;
}

static void strip(void *user, uint32_t part, const float *const (*played)[2], size_t n, float *left,
                  float *right)
{
    snq_frozen_stems *f = user;
    f->inner->strip(f->inner->user, part, played, n, left, right);
    if (is_frozen(&f->part[part]))
        read_part(f, &f->part[part], &f->part[part].stem, n, left, right);
}

static int silent(void *user, uint32_t part)
{
    const snq_frozen_stems *f = user;
    const place *p = &f->part[part].stem;
    return p->at >= p->end && f->inner->silent(f->inner->user, part);
}

static int64_t play(void *user, uint32_t part, size_t n, float *left, float *right)
{
    snq_frozen_stems *f = user;
    frozen *p = &f->part[part];
    return p->recording ? (int64_t)read_part(f, p, &p->played, n, left, right) : -1;
}

snq_status snq_frozen_stems_new(const char *const *path, uint32_t parts, uint32_t rate_hz,
                                int64_t from, const snq_render_desk *inner, snq_frozen_stems **out)
{
    snq_status st = SNQ_OK;
    *out = NULL;
    snq_frozen_stems *f = snq_calloc(1, sizeof *f);
    frozen *part = snq_calloc(parts ? parts : 1, sizeof *part);
    if (!f || !part) {
        snq_free(f);
        snq_free(part);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for frozen stems");
    }
    f->part = part;
    f->parts = parts;
    f->inner = inner;
    f->desk = (snq_render_desk) {
        .user = f, .latency = inner->latency, .strip = strip, .silent = silent, .play = play
    };
    for (uint32_t i = 0; i < parts; i++)
        part[i] = (frozen) { .fd = -1, .stem.ahead = from + inner->latency };
    for (uint32_t i = 0; i < parts; i++)
        if (path[i])
            SNQ_GOTO(open_part(&part[i], path[i], rate_hz));
    *out = f;
    return SNQ_OK;
fail:
    snq_frozen_stems_free(f);
    return st;
}

void snq_frozen_stems_record(snq_frozen_stems *f, uint32_t part, const snq_frozen_sound *sound)
{
    frozen *p = &f->part[part];
    if (sound)
        p->stem = (place) { .end = sound->frames, .ahead = p->stem.ahead };
    p->sound = sound;
    p->recording = 1;
    p->played = p->stem;
    p->played.ahead -= f->inner->latency;
}

void snq_frozen_stems_free(snq_frozen_stems *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->parts; i++)
        if (f->part[i].fd >= 0)
            close(f->part[i].fd);
    snq_free(f->part);
    snq_free(f);
}

const snq_render_desk *snq_frozen_stems_desk(const snq_frozen_stems *f)
{
    return &f->desk;
}

snq_status snq_frozen_stems_status(const snq_frozen_stems *f)
{
    const int e = atomic_load(&f->failed);
    return e ? SNQ_FAIL(SNQ_ERR_IO, "reading a frozen stem: %s", strerror(e)) : SNQ_OK;
}
