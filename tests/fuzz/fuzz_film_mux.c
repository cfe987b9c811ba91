// SPDX-License-Identifier: MIT
/* Any bytes as a film, scanned and written into a container that its own bytes choose (media/film_mux.h). It must end
 * in a refusal with a sentence, or in a film whose info keeps its bounds, with as much sound as was asked for, and
 * which can be scanned again. Memory of our own is all freed.
 *
 * libav is not instrumented: the corpus of fuzz_video and mutate.c make up for it. */
#include "fuzz_input.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libavutil/mem.h>

#include "base/alloc.h"
#include "base/str.h"
#include "media/film_mux.h"

enum { PICTURES_MAX = 300, SECONDS_MAX = 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* As fuzz_listen_av.c: sizes that libavformat believes without using them. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    av_max_alloc((size_t)256 << 20);
    return 0;
}

static snq_status pull(void *user, size_t n, float *left, float *right)
{
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    return SNQ_OK;
}

static snq_status heard(void *user, const snq_audio *block)
{
    *(uint64_t *)user += block->frames;
    return SNQ_OK;
}

static void check_info(const snq_film_info *f)
{
    must(f->pictures >= 1 && f->length_s >= 0.0 && f->length_s <= SNQ_FILM_LENGTH_MAX_S);
    must(f->picture_s >= 0.0 && isfinite(f->sound_start_s) && f->gaps <= SNQ_FILM_GAPS_MAX);
    must(f->video_tracks >= 1 && f->video_codec[0] && f->container[0]);
    for (uint32_t i = 0; i < f->gaps; i++)
        must(isfinite(f->gap[i].at_s) && isfinite(f->gap[i].jump_s) &&
             (i == 0 || f->gap[i].at_s >= f->gap[i - 1].at_s));
}

static void write_film(int fd, const snq_film_info *info, snq_film_container container)
{
    snq_film_mux_report report;
    snq_film_info again;
    snq_warnings warnings = { 0 };
    uint64_t sound = 0;
    const int out = memfd_create("film", 0);
    FILE *to = fdopen(out, "w+b");
    must(to != NULL);
    const snq_film_mux_cfg cfg = { .container = container,
                                   .to = to,
                                   .frames = 1 + (uint64_t)(info->length_s * SNQ_FILM_RATE_HZ),
                                   .pull = pull,
                                   .heard = heard,
                                   .user = &sound };
    const snq_status st = snq_film_mux_run(fd, &cfg, 0, &report);
    must(st >= 0 || *snq_last_error() != '\0');
    if (st >= 0) {
        must(report.pictures == info->pictures && report.frames == cfg.frames);
        must(sound <= cfg.frames && sound + 4096 > cfg.frames);
        must(fflush(to) == 0);
        (void)!snq_film_scan(out, 0, NULL, &again, &warnings);
    }
    fclose(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_film_info info;
    snq_warnings warnings = { 0 };
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001B3u;
    const int64_t live = snq_alloc_live();
    const int fd = memfd_create("fuzz", 0);
    must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    const snq_status st = snq_film_scan(fd, 0, NULL, &info, &warnings);
    must(st >= 0 || *snq_last_error() != '\0');
    for (uint32_t i = 0; i < warnings.count; i++)
        must(warnings.item[i].code[0] && snq_utf8_check(warnings.item[i].message));
    if (st >= 0) {
        check_info(&info);
        if (info.pictures <= PICTURES_MAX && info.length_s <= SECONDS_MAX)
            write_film(fd, &info, (snq_film_container)(hash % SNQ_FILM_CONTAINERS));
    }
    must(snq_alloc_live() == live);
    must(close(fd) == 0);
    return 0;
}
