// SPDX-License-Identifier: MIT
/* reels -- videos read to their end by snq_video_reader, for its tests. */
#ifndef SNQ_TESTS_MEDIA_REELS_H
#define SNQ_TESTS_MEDIA_REELS_H

#include "media/video_reader.h"

/* A video read to its end. */
typedef struct film {
    snq_status opened;
    snq_video_info info;
    snq_warnings warnings;
    uint8_t *luma, *cb, *cr; /* (pictures, h, w) owned */
    uint8_t *flags;          /* (pictures,) owned */
    float *difference;
    double first_s;
    int64_t first, pictures;
    int truncated;
    char hex[65];
} film;

/* Frees what a film owns. */
void forget(film *f);
/* All of a file, while the reader's promises are checked; it may be refused (f.opened). */
film watch_as(const char *path, const snq_video_cfg *cfg);
/* The same of a file in the folder (files.h). */
film watch(const char *name, const snq_video_cfg *cfg);
/* The same, and it must open. */
film watch_well(const char *name, const snq_video_cfg *cfg);
int warned(const film *f, const char *code);
/* Fails the test when there is a warning. */
void check_quiet(const film *f);
/* Skips the test without one. */
void need_ffmpeg(void);
/* "ffmpeg ... <words> name" in the folder. */
void make(const char *words, const char *name);
#define PICTURES(size, rate, seconds) "-f lavfi -i testsrc2=s=" size ":r=" rate ":d=" seconds " "

#endif
