// SPDX-License-Identifier: MIT
/* video_reader -- any video in, small luma and chroma pictures on a regular clock out, streaming, in
 * bounded memory.
 *
 * What a file is, is found from its bytes, never from its name. libavformat and libavcodec find and
 * decode (media/libraries.h; they are loaded by the first file) over the file descriptor given: no
 * path, protocol or network is ever opened. The decoder's planes are used as they are: a working pixel
 * is the mean of the area that it covers, exactly; nothing is ever enlarged. Still pictures (PNG, JPEG,
 * WebP, BMP, TIFF) are videos of one picture.
 *
 * Planes: luma (working_height, working_width), Cb and Cr (chroma_height, chroma_width), uint8, rows
 * side by side, upright: the file's rotation and mirroring are done. Luma is 0 black .. 255 white and
 * Cb, Cr are 1 .. 255 with 128 neutral, whatever range and depth the file has; of R G B the luma is
 * that of BT.601, of BT.709 where the file says so. Aspect is kept but for rounding to whole pixels;
 * pixels that are not square are not made square (info.pixel_aspect).
 *
 * Clock: picture `number` is shown at number / fps_hz seconds, counted from the first picture of the
 * file. The rate comes from all the file's time stamps, not from what its header says. Where a
 * picture is missing, the one before stands in (SNQ_VIDEO_FILLED). A variable rate is laid on a
 * regular clock, each picture at the nearest tick: warning `variable_rate`. With cfg.fps_hz the
 * pictures are the same but in time: their numbers stay, seconds are number / cfg.fps_hz (a file of
 * variable rate then gives each of its pictures once).
 *
 * Warnings, final after END: truncated, decode_errors, variable_rate, timestamp_leap, pictures_dropped,
 * pulldown, interlaced, odd_rotation, pixel_aspect, several_video_tracks, size_change, max_pictures,
 * extension_mismatch, empty_range.
 *
 * Threads: one object belongs to one thread at a time; the decoder uses cfg.threads, and the result
 * does not depend on it. Algorithm and constants: top of video_reader.c. */
#ifndef SNQ_MEDIA_VIDEO_READER_H
#define SNQ_MEDIA_VIDEO_READER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/picture.h"
#include "base/status.h"
#include "base/warnings.h"

typedef struct snq_video_reader snq_video_reader;

enum {
    SNQ_VIDEO_SIDE_MIN = 16,   /* px; of a source's shorter side, and of cfg's long sides */
    SNQ_VIDEO_SIDE_MAX = 8192, /* px; a picture has at most 8192 x 4352 px in all */
    SNQ_VIDEO_THREADS_MAX = 64
};

/* Flags of a picture. */
enum {
    /* the same to the eye as the one before: nothing moves, or it is shown twice (info.cadence tells) */
    SNQ_VIDEO_REPEATED = 1,
    /* the file has no picture for this tick: a copy of the one before, and so repeated */
    SNQ_VIDEO_FILLED = 2
};

typedef struct snq_video_info {
    char container[32];                     /* mp4 mov matroska avi ... png jpeg */
    char codec[32];                         /* h264 hevc vp9 ... (names of libavcodec) */
    char pixels[32];                        /* yuv420p ... (names of libavutil) */
    uint32_t bits;                          /* of a sample of luma */
    int full_range;                         /* of the file's luma */
    uint32_t width, height;                 /* px of the source, upright: turned as the file asks */
    uint32_t rotation_deg;                  /* 0 90 180 270 clockwise; done already */
    int mirrored;                           /* done already, before the rotation */
    uint32_t working_width, working_height; /* px of luma */
    uint32_t chroma_width, chroma_height;   /* px of Cb, Cr; 0 when cfg asks for none */
    double pixel_aspect; /* width / height of a source pixel, upright; 1: square or not told */
    double fps_hz;       /* pictures a second of the clock: cfg's, or file_fps_hz */
    double file_fps_hz;  /* by the time stamps */
    int variable;        /* the time stamps keep no regular clock */
    int64_t frames;      /* pictures on the clock, whole file; -1: unknown */
    double duration_s;   /* frames / fps_hz; NaN: unknown */
    int64_t first, end;  /* numbers of the range: [first, end), end -1: until the file's */
    uint32_t video_tracks, audio_tracks;
    int still; /* a picture file of one picture */
    /* final after END */
    int interlaced;   /* some pictures are two fields */
    double pulldown;  /* share of repeated pictures amid motion, 0 .. 1 */
    uint32_t cadence; /* the repeats' pattern comes back after that many pictures; 0: none */
} snq_video_info;

typedef struct snq_video_cfg {
    uint32_t
        long_side_px; /* of the working picture, 16 .. 8192 (default 320); 0: as the source. The
                                short side keeps 16 px (or the source's): then the long one is longer */
    uint32_t chroma_side_px; /* long side of Cb and Cr, 16 .. 8192 (default 80); 0: none */
    double start, end;   /* the range [start, end), seconds or numbers of the clock; end < 0: to the
                                end of the file (default 0, -1) */
    int range_in_frames; /* start and end are numbers of pictures (default 0) */
    double fps_hz;       /* true pictures a second, 0.01 .. 100000, of footage whose time stamps are
                                for playing it slowly; 0: those of the file (default 0) */
    uint32_t threads;    /* of the decoder, 1 .. 64 (default 1) */
    int64_t max_pictures; /* stop there with END and the warning `max_pictures` (default 2^24) */
    int no_loading;       /* as in media/reader.h (default 0) */
    const volatile int
        *cancel; /* non-zero asks to stop; borrowed until free; NULL: never (default) */
} snq_video_cfg;

/* Borrows all; valid until the next pull or free. */
typedef struct snq_video_picture {
    snq_picture luma;   /* (working_height, working_width) */
    snq_picture cb, cr; /* (chroma_height, chroma_width), pixels NULL when there are none */
    int64_t number;     /* on the clock */
    double t_s;         /* number / fps_hz */
    unsigned flags;     /* SNQ_VIDEO_* */
    float difference;   /* mean |luma - luma before|, 0 .. 255; 0 for the first one pulled */
} snq_video_picture;

snq_video_cfg snq_video_cfg_default(void);

/* Open the video in `fd`, a seekable regular file: borrowed until free, its file position is neither
 * used nor moved. `name` is the path as given, for the extension alone. `cfg` is copied, NULL means
 * the default. Reads the whole file once (its packets, not its pictures) and decodes the first
 * picture. On success *out is owned by the caller (snq_video_reader_free), on error it is NULL.
 * Errors: ERR_FORMAT (empty, no video, damaged beyond use), ERR_UNSUPPORTED (no video track, a cover
 * picture only, a codec or kind of picture we don't take, or the module is missing), ERR_RANGE (size,
 * rate or cfg out of bounds), ERR_STATE (no_loading), ERR_IO, ERR_CANCELLED, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_video_reader_open(int fd, const char *name, const snq_video_cfg *cfg,
                                              snq_video_reader **out);
/* NULL is legal. */
void snq_video_reader_free(snq_video_reader *r);

/* Returns borrowed, valid until free; constant but for what is said to be final after END. */
const snq_video_info *snq_video_reader_info(const snq_video_reader *r);

/* The next picture: OK. END: no more (and so it stays), *picture is zeroed. Errors: ERR_CANCELLED,
 * ERR_IO, ERR_FORMAT, ERR_NOMEM; the same again on further calls. Numbers go up by one from the first
 * picture pulled, which is info.first unless the file begins later. */
SNQ_MUST_USE snq_status snq_video_reader_pull(snq_video_reader *r, snq_video_picture *picture);

/* Pictures handed out so far. */
int64_t snq_video_reader_pictures(const snq_video_reader *r);
/* After END: whether the file ends before its header's promise or in the middle of what it holds. */
int snq_video_reader_truncated(const snq_video_reader *r);
/* Returns borrowed, valid until free; final after END. */
const snq_warnings *snq_video_reader_warnings(const snq_video_reader *r);
/* SHA-256 of the whole file, as in media/reader.h. ERR_STATE before END, ERR_IO, ERR_CANCELLED. */
SNQ_MUST_USE snq_status snq_video_reader_sha256(snq_video_reader *r, char hex[65]);

#endif
