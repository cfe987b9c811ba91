// SPDX-License-Identifier: MIT
/* video_decoder -- what video_reader asks of the part that needs libav (private to media).
 *
 * An object belongs to one thread at a time. Times are in ticks of the track's clock. */
#ifndef SNQ_MEDIA_VIDEO_DECODER_IMPL_H
#define SNQ_MEDIA_VIDEO_DECODER_IMPL_H

#include <stdint.h>

#include "base/status.h"
#include "base/warnings.h"
#include "media/source_impl.h"

enum {
    SNQ__VIDEO_SIDE_MIN = 16,            /* px */
    SNQ__VIDEO_SIDE_MAX = 8192,          /* px */
    SNQ__VIDEO_PIXELS_MAX = 8192 * 4352, /* px; 8K in either orientation */
    SNQ__VIDEO_TIMES_MAX = 1 << 18,      /* time stamps that are kept */
    SNQ__TURN_TRANSPOSE = 1,             /* the shown x runs along the stored y */
    SNQ__TURN_FLIP_X = 2,
    SNQ__TURN_FLIP_Y = 4 /* the shown x, y run backwards */
};

/* One sample: at data + y stride + x step, 1 byte when shift + depth <= 8, else 2; its value is that,
 * shifted down by `shift` and cut to `depth` bits. */
typedef struct snq__video_plane {
    const uint8_t *data;
    ptrdiff_t stride;
    uint32_t step, shift, depth;
} snq__video_plane;

typedef enum snq__video_kind {
    SNQ__VIDEO_YUV,     /* plane Y, or Y Cb Cr */
    SNQ__VIDEO_RGB,     /* plane R G B */
    SNQ__VIDEO_PALETTE, /* plane of indices */
    SNQ__VIDEO_BITS     /* eight pixels a byte, the first one in the highest bit */
} snq__video_kind;

/* A decoded picture; borrows all. */
typedef struct snq__video_raw {
    snq__video_kind kind;
    uint32_t width, height; /* px */
    uint32_t planes;        /* 1 or 3 */
    snq__video_plane plane[3];
    uint32_t chroma_log2_w, chroma_log2_h; /* the planes from the second on are that much smaller */
    const uint32_t *palette;               /* (256,) 0xAARRGGBB */
    int big_endian;                        /* of samples of 2 bytes */
    int full_range;                        /* 0: black is 16, white 235 (of 8 bits) */
    int bt709;                             /* weights of RGB; else BT.601 */
    int white_is_0;                        /* of SNQ__VIDEO_BITS */
    int has_ticks, interlaced;
    int64_t ticks;
} snq__video_raw;

typedef struct snq__video_request {
    uint32_t threads; /* of the decoder */
} snq__video_request;

typedef struct snq__video_track {
    char container[32], codec[32], pixels[32];
    uint32_t width, height;               /* px, of the first picture as stored */
    uint32_t chroma_width, chroma_height; /* px, of its colour */
    uint32_t bits;                        /* of a luma (or red) sample */
    uint32_t turn;                        /* set of SNQ__TURN_* that shows it upright */
    uint32_t aspect_num, aspect_den;      /* of a pixel; 1 : 1 when the file doesn't say */
    double tick_s;                        /* seconds a tick */
    double average_hz, base_hz;           /* rates that the file tells; 0: none */
    int64_t first_ticks;                  /* of the first picture, where has_first_ticks */
    int has_first_ticks;
    const int64_t *times; /* (times_count,) of the packets, ascending; borrowed until free */
    uint32_t times_count; /* 0: the file has none that can be used */
    int64_t packets;      /* of the whole track; -1: more than were looked at */
    int64_t read;         /* packets, with those that the file says not to show */
    int64_t promised;     /* of these, -1: not told */
    uint32_t video_tracks, audio_tracks;
    int interlaced, full_range;
} snq__video_track;

typedef struct snq__video_report {
    uint64_t packets, lost, damaged;
    unsigned cut; /* set of SNQ__CUT_* */
} snq__video_report;

typedef struct snq__video_decoder_kind {
    /* Open, look at every packet's time, decode the first picture. `source` and `warnings` are
     * borrowed until free. On success *out is owned by the caller (free), on error it is NULL. */
    snq_status (*open)(snq__source *source, const snq__video_request *request,
                       snq__video_track *track, snq_warnings *warnings, void **out);
    void (*free)(void *decoder); /* NULL is legal */
    /* OK: a picture in the order of showing, borrowed until the next call. END: the warnings are
     * final. Errors: ERR_FORMAT, ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
    snq_status (*next)(void *decoder, snq__video_raw *raw);
    /* Go on with a picture at or before `ticks`, whatever of it was not asked for. */
    snq_status (*seek)(void *decoder, int64_t ticks);
    void (*report)(const void *decoder, snq__video_report *report);
} snq__video_decoder_kind;

#endif
