// SPDX-License-Identifier: MIT
/* bench_ears -- all analysers on a recording that is decoded already: what listening itself costs.
 *
 *     bench_ears FILE [RUNS]
 *
 * Prints {"duration_s", "cpu_s" (the best run), "x" real time}. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "listen/listener.h"
#include "media/reader.h"

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(snq_status st)
{
    if (st < 0) {
        fprintf(stderr, "bench_ears: %s\n", snq_last_error());
        exit(1);
    }
}

/* The whole recording in memory; its planes are never freed. */
static snq_audio decode(snq_reader *r)
{
    const snq_media_info *info = snq_reader_info(r);
    snq_audio all = { .channels = info->channels, .rate_hz = info->rate_hz }, block;
    size_t room = 0;
    snq_status st;
    while ((st = snq_reader_pull(r, &block)) == SNQ_OK) {
        if (all.frames + block.frames > room)
            room = 2 * (all.frames + block.frames);
        for (uint32_t c = 0; c < all.channels; c++) {
            float *plane = realloc((void *)all.channel[c], room * sizeof *plane);
            if (!plane)
                exit(1);
            memcpy(plane + all.frames, block.channel[c], block.frames * sizeof *plane);
            all.channel[c] = plane;
        }
        all.frames += block.frames;
    }
    must(st);
    return all;
}

static double listen_once(const snq_audio *a, const snq_media_info *info)
{
    snq_hearing h;
    snq_listener *l;
    const double from = cpu_s();
    snq_hearing_init(&h);
    must(snq_listener_new(&(snq_listener_cfg) { .rate_hz = a->rate_hz,
                                                .channels = a->channels,
                                                .position = info->position },
                          &h, &l));
    for (size_t at = 0; at < a->frames; at += SNQ_READER_BLOCK_DEFAULT) {
        const snq_audio part = snq_audio_part(a, at, SNQ_READER_BLOCK_DEFAULT);
        must(snq_listener_push(l, &part));
    }
    must(snq_listener_finish(l));
    const double took = cpu_s() - from;
    snq_listener_free(l);
    snq_hearing_clear(&h);
    return took;
}

int main(int argc, char **argv)
{
    snq_reader *r;
    const int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    const int runs = argc > 2 ? atoi(argv[2]) : 5;
    must(snq_reader_open(fd, argc > 1 ? argv[1] : "", NULL, &r));
    const snq_audio a = decode(r);
    double best = 1e9;
    for (int i = 0; i < runs; i++) {
        const double took = listen_once(&a, snq_reader_info(r));
        best = took < best ? took : best;
    }
    const double duration_s = (double)a.frames / a.rate_hz;
    printf("{\"duration_s\": %.3f, \"cpu_s\": %.4f, \"x\": %.1f}\n", duration_s, best,
           duration_s / best);
    return 0;
}
