// SPDX-License-Identifier: MIT
/* bench_short -- what a short file costs besides its sound: opening, closing, tables, buffers.
 *
 *     bench_short [-n FILES] [-o] FILE...
 *
 * Reads and analyses FILES recordings (default 1000; the names given, round and round) one after the
 * other in one process, as a worker does, and prints files a second and CPU a file; -o: each is only
 * opened and closed, which tells the cost of both alone. A first pass over all names warms the file
 * cache and loads what is loaded once a process. */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "listen/listener.h"
#include "media/reader.h"

static double wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

/* What the reader gives to the listener, to the end. */
static snq_status stream(snq_reader *reader, snq_listener *listener)
{
    char sha256[65];
    snq_audio block;
    snq_status st;
    while ((st = snq_reader_pull(reader, &block)) == SNQ_OK)
        SNQ_TRY(snq_listener_push(listener, &block));
    SNQ_TRY(st);
    SNQ_TRY(snq_listener_finish(listener));
    return snq_reader_sha256(reader, sha256);
}

/* One file; *sound_s is how long it lasts. */
static snq_status analyse(const char *path, int only_open, double *sound_s)
{
    snq_reader *reader = NULL;
    snq_listener *listener = NULL;
    snq_hearing hearing;
    snq_status st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    snq_hearing_init(&hearing);
    hearing.file.path = path;
    SNQ_GOTO(fd < 0 ? SNQ_FAIL(SNQ_ERR_IO, "can't open") : SNQ_OK);
    SNQ_GOTO(snq_reader_open(fd, path, NULL, &reader));
    const snq_media_info *info = snq_reader_info(reader);
    const snq_listener_cfg cfg = { .rate_hz = info->rate_hz,
                                   .channels = info->channels,
                                   .position = info->position };
    SNQ_GOTO(snq_listener_new(&cfg, &hearing, &listener));
    SNQ_GOTO(only_open ? SNQ_OK : stream(reader, listener));
    *sound_s = (double)snq_reader_frames(reader) / info->rate_hz;
fail:
    snq_listener_free(listener);
    snq_reader_free(reader);
    snq_hearing_clear(&hearing);
    if (fd >= 0)
        close(fd);
    return st;
}

int main(int argc, char **argv)
{
    int files = 1000, only_open = 0, option;
    while ((option = getopt(argc, argv, "n:o")) != -1)
        if (option == 'n')
            files = atoi(optarg);
        else if (option == 'o')
            only_open = 1;
        else
            return 2;
    mallopt(M_MMAP_THRESHOLD, 1 << 20); /* as jobs/worker.c */
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    const int names = argc - optind;
    if (names < 1 || files < 1) {
        fprintf(stderr, "usage: bench_short [-n FILES] [-o] FILE...\n");
        return 2;
    }
    double sound_s = 0, wall = 0, cpu = 0, one_s = 0;
    for (int i = -names; i < files; i++) {
        const char *path = argv[optind + (i + names) % names];
        if (i == 0) {
            wall = wall_s();
            cpu = cpu_s();
            sound_s = 0;
        }
        const snq_status st = analyse(path, only_open, &one_s);
        if (st < 0) {
            fprintf(stderr, "%s: %s\n", path, snq_last_error());
            return 1;
        }
        sound_s += one_s;
    }
    wall = wall_s() - wall;
    cpu = cpu_s() - cpu;
    printf("%d files, %.1f s of sound: %.0f files/s, %.3f ms of CPU a file\n", files, sound_s,
           files / wall, 1e3 * cpu / files);
    return 0;
}
