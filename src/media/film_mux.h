// SPDX-License-Identifier: MIT
/* film_mux -- a film once more, with other sound: its picture's packets as they are, beside them new sound.
 *
 *     container  by its ending       pictures                                      sound
 *     mp4, m4v   .mp4 .m4v           H.264, HEVC, AV1, VP9, MPEG-4, MPEG-2, MJPEG … AAC-LC
 *     mov        .mov                those, ProRes, DNxHD, raw …                   AAC-LC
 *     mkv        .mkv                nearly all                                    AAC-LC
 *     webm       .webm               VP8, VP9, AV1                                 Opus
 *
 * Sound is 48 kHz, two channels, 256 kbit/s (Opus 192). The first moving-picture track is copied: bytes, times
 * (variable rates, reordered pictures, those that are decoded and not shown), shape of the pixels, rotation, colour,
 * HDR side data, language. Other tracks, chapters and subtitles are left out.
 *
 * Clock. Zero is where the first picture is shown; all is moved there, and the new sound begins there.
 *
 * The same film and sound give the same bytes: no clock, no library's version, no chance.
 *
 * Needs libavformat and libavcodec, which the first film loads (media/libraries.h). Threads: several films at
 * once, each on one thread. How: top of film_mux.c. */
#ifndef SNQ_MEDIA_FILM_MUX_H
#define SNQ_MEDIA_FILM_MUX_H

#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "base/warnings.h"

enum { SNQ_FILM_RATE_HZ = 48000, SNQ_FILM_GAPS_MAX = 64 };
/* Longest film (s). */
#define SNQ_FILM_LENGTH_MAX_S 10800.0

/* X(name, number, its ending) */
#define SNQ_FILM_CONTAINER_MAP(X) \
    X(MP4, 0, "mp4")              \
    X(M4V, 1, "m4v")              \
    X(MOV, 2, "mov")              \
    X(MKV, 3, "mkv")              \
    X(WEBM, 4, "webm")

typedef enum snq_film_container {
#define X(name, number, ending) SNQ_FILM_##name = (number),
    SNQ_FILM_CONTAINER_MAP(X)
#undef X
        SNQ_FILM_CONTAINERS
} snq_film_container;

/* Where the original sound leaps on the film's clock. */
typedef struct snq_film_gap {
    double at_s;   /* seconds of decoded sound before it; ascending */
    double jump_s; /* > 0: so much is missing; < 0: so much is there twice */
} snq_film_gap;

/* What a film is, from its packets alone. */
typedef struct snq_film_info {
    char container[32];     /* mp4 mov matroska avi mpegts … */
    char video_codec[32];   /* names of libavcodec */
    char audio_codec[32];   /* "": no sound */
    uint32_t width, height; /* px, as stored */
    int turned;             /* is to be shown turned or mirrored */
    uint32_t video_tracks, audio_tracks;
    uint32_t fits;    /* bit 1 << SNQ_FILM_x: that container can hold its pictures */
    int64_t pictures; /* packets of the picture */
    double length_s;  /* the last one ends at */
    double picture_s; /* for so long the last one is shown */
    double
        sound_start_s; /* the original sound begins at; may be below 0: that much of it is before zero */
    snq_film_gap gap[SNQ_FILM_GAPS_MAX]; /* of the original sound */
    uint32_t gaps;
} snq_film_info;

typedef struct snq_film_mux_cfg {
    snq_film_container container;
    FILE *to;             /* empty, can be sought in, open for reading and writing; borrowed */
    uint64_t frames;      /* of the new sound */
    const char *title;    /* NULL: none; borrowed */
    uint32_t bitrate_bps; /* 0: 256k, Opus 192k */
    /* The next n frames of the new sound into left, right (n,). What it returns below 0 ends the work. */
    snq_status (*pull)(void *user, size_t n, float *left, float *right);
    /* NULL, or told what the coded sound is when decoded, in blocks borrowed for the call, as many frames. */
    snq_status (*heard)(void *user, const snq_audio *block);
    /* NULL, or told after each picture: how many, bytes of the film that were read, of how many. */
    void (*progress)(void *user, int64_t pictures, int64_t bytes, int64_t of);
    void *user;
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed */
} snq_film_mux_cfg;

typedef struct snq_film_mux_report {
    char audio_codec[32];
    int64_t pictures; /* packets written */
    int64_t mended;   /* of them with a time that the container could not take */
    uint64_t frames;  /* of sound */
    uint64_t clipped; /* samples beyond full scale */
} snq_film_mux_report;

/* ".mp4"; static. */
const char *snq_film_ending(snq_film_container container);
/* By the ending of a path, whose case doesn't matter. ERR_ARG names those that there are. */
SNQ_MUST_USE snq_status snq_film_container_of(const char *path, snq_film_container *out);
/* Whether there is what writing this container needs; loads the module. ERR_UNSUPPORTED with the mend. */
SNQ_MUST_USE snq_status snq_film_mux_check(snq_film_container container);

/* Look at the film in `fd`, a seekable regular file, borrowed, not moved. Adds to *warnings: truncated, timestamps_mended, several_video_tracks,
 * several_audio_tracks, sound_gaps.
 * Errors: ERR_FORMAT, ERR_UNSUPPORTED (no picture; one without times), ERR_TOO_BIG (longer than
 * SNQ_FILM_LENGTH_MAX_S), ERR_STATE (`no_loading` and the module isn't there), ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_film_scan(int fd, int no_loading, const volatile int *cancel,
                                      snq_film_info *info, snq_warnings *warnings);
/* Write it. All is in the stream then, which may still hold it. Errors: those of the scan; ERR_UNSUPPORTED: the
 * container can't hold the codec; ERR_INTERNAL: a library refused, with its words; those of pull and heard. */
SNQ_MUST_USE snq_status snq_film_mux_run(int fd, const snq_film_mux_cfg *cfg, int no_loading,
                                         snq_film_mux_report *report);

/* "ffv1 can't be put into .mp4: name the output .mkv", when `info` says so: ERR_UNSUPPORTED. */
SNQ_MUST_USE snq_status snq_film_fits(const snq_film_info *info, snq_film_container container);

#endif
