// SPDX-License-Identifier: MIT
/* messages -- what the frames between engine and worker carry (docs/formats/worker.md).
 *
 * Each struct is packed (base/pack.h) by the side that sends and unpacked by the side that receives;
 * what comes from a worker is unpacked as any outside bytes are. */
#ifndef SNQ_JOBS_MESSAGES_H
#define SNQ_JOBS_MESSAGES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/status.h"
#include "jobs/confine.h"
#include "media/riff_scan.h"
#include "plot/portrait.h"
#include "score/hearing.h"
#include "score/sight.h"
#include "score/watch_look.h"

enum { SNQ_MESSAGES_VERSION = 5, SNQ_ID_MAX = 64 };

/* What all replies but HELLO, DRAWN and TRIED begin with: OK or why not; SNQ_MODULE_* that are needed first;
 * one sentence. */
void snq_outcome_pack(snq_str *to, snq_status st, uint32_t needs, const char *error);
void snq_outcome_unpack(snq_unpack *u, snq_status *st, uint32_t *needs, char error[SNQ_ERROR_MAX]);

/* HELLO, worker -> engine: once, when it is confined and ready. */
void snq_hello_pack(snq_str *to, const snq_confinement *c);
SNQ_MUST_USE snq_status snq_hello_unpack(const void *bytes, size_t n, snq_confinement *c);

typedef enum snq_waveform_format {
    SNQ_WAVEFORM_NONE,
    SNQ_WAVEFORM_DAT,
    SNQ_WAVEFORM_JSON
} snq_waveform_format;

/* LISTEN, engine -> worker, with the descriptor of the recording (read only) and, when a waveform is
 * wanted, one of an empty file to write it to. */
typedef struct snq_listen_request {
    char name[SNQ_PATH_MAX];                /* for messages and the extension; never opened */
    char only[SNQ_PLUGINS_MAX][SNQ_ID_MAX]; /* ids of the analysers to run */
    uint32_t only_count;                    /* 0: none */
    uint32_t zoom;                          /* frames a pixel of the waveform */
    snq_waveform_format waveform;
    int portrait; /* gather what a picture is drawn from */
    int peak;     /* look for the largest sample */
    int timings;
} snq_listen_request;

void snq_listen_request_pack(snq_str *to, const snq_listen_request *r);
SNQ_MUST_USE snq_status snq_listen_request_unpack(const void *bytes, size_t n,
                                                  snq_listen_request *r);

/* HEARD, worker -> engine. */
typedef struct snq_heard_reply {
    snq_status st;             /* why there is no hearing, or OK */
    uint32_t needs;            /* SNQ_MODULE_*: load these, then ask a new worker */
    char error[SNQ_ERROR_MAX]; /* one sentence, "" with OK */
    snq_hearing hearing;       /* with OK; owned */
    double peak; /* with OK: largest |sample|, 0 .. SNQ_SAMPLE_MAX; 0 unless asked for */
    int has_portrait;
    snq_portrait portrait; /* owned */
} snq_heard_reply;

void snq_heard_reply_pack(snq_str *to, const snq_heard_reply *r);
/* On success *r is owned by the caller (clear); on error it is cleared. */
SNQ_MUST_USE snq_status snq_heard_reply_unpack(const void *bytes, size_t n, snq_heard_reply *r);
void snq_heard_reply_clear(snq_heard_reply *r);

/* DRAW, engine -> worker, with the descriptor of an empty file to write the PNG to. */
typedef struct snq_draw_request {
    const char *name;             /* of the recording; borrowed when packed, from `text` unpacked */
    const snq_hearing *hearing;   /* borrowed */
    const snq_portrait *portrait; /* borrowed */
} snq_draw_request;

void snq_draw_request_pack(snq_str *to, const snq_draw_request *r);
/* On success *h and *p are owned by the caller and name[] filled; on error they are cleared. */
SNQ_MUST_USE snq_status snq_draw_request_unpack(const void *bytes, size_t n,
                                                char name[SNQ_PATH_MAX], snq_hearing *h,
                                                snq_portrait *p);

/* DRAWN, worker -> engine: how it went. */
void snq_drawn_pack(snq_str *to, snq_status st, const char *error);
SNQ_MUST_USE snq_status snq_drawn_unpack(const void *bytes, size_t n, snq_status *st,
                                         char error[SNQ_ERROR_MAX]);

/* CLICK, engine -> worker, with the descriptors of the recording (read only) and of an empty file to write
 * the recording with clicks to, as WAV. */
typedef struct snq_click_request {
    char name[SNQ_PATH_MAX]; /* of the recording, as in LISTEN */
    double peak;             /* its largest |sample|, 0 .. SNQ_SAMPLE_MAX */
    snq_beats beats;         /* unpacked, its lists live in `lists`; else borrowed */
    snq_arena lists;         /* unpacked: owned */
} snq_click_request;

void snq_click_request_pack(snq_str *to, const snq_click_request *r);
/* On success *r is owned by the caller (clear); on error it is cleared. */
SNQ_MUST_USE snq_status snq_click_request_unpack(const void *bytes, size_t n, snq_click_request *r);
void snq_click_request_clear(snq_click_request *r);

/* CLICKED and FLOWN, worker -> engine: how it went. */
typedef struct snq_done_reply {
    snq_status st;
    uint32_t needs; /* as in HEARD */
    char error[SNQ_ERROR_MAX];
} snq_done_reply;

void snq_done_reply_pack(snq_str *to, const snq_done_reply *r);
SNQ_MUST_USE snq_status snq_done_reply_unpack(const void *bytes, size_t n, snq_done_reply *r);

/* WATCH, engine -> worker, with the descriptors of the video (read only) and of an empty file for what
 * doesn't stay in memory. */
typedef struct snq_watch_request {
    char name[SNQ_PATH_MAX]; /* for messages and the extension; never opened */
    int64_t size_bytes;      /* of the file; only told how far the work is */
    double start, end;       /* as in media/video_reader.h: seconds, or numbers of pictures with */
    int range_in_frames;
    double fps_hz;    /* 0: the file's */
    uint32_t preset;  /* SNQ_FLOW_*, watch/flow.h */
    uint32_t threads; /* of the flow, 1 .. SNQ_FLOW_THREADS_MAX */
    int stabilize;
    int windows;
    int timings;
    int look; /* gather what a picture is drawn from */
} snq_watch_request;

void snq_watch_request_pack(snq_str *to, const snq_watch_request *r);
SNQ_MUST_USE snq_status snq_watch_request_unpack(const void *bytes, size_t n, snq_watch_request *r);

/* SEEN, worker -> engine. */
typedef struct snq_seen_reply {
    snq_status st;  /* why there is no sight, or OK */
    uint32_t needs; /* as in HEARD */
    char error[SNQ_ERROR_MAX];
    snq_sight sight; /* with OK; owned */
    int has_look;
    snq_watch_look look; /* owned */
} snq_seen_reply;

void snq_seen_reply_pack(snq_str *to, const snq_seen_reply *r);
/* On success *r is owned by the caller (clear); on error it is cleared. */
SNQ_MUST_USE snq_status snq_seen_reply_unpack(const void *bytes, size_t n, snq_seen_reply *r);
void snq_seen_reply_clear(snq_seen_reply *r);

/* SKETCH, engine -> worker, with the descriptor of an empty file to write the PNG to; DRAWN answers. */
typedef struct snq_sketch_request {
    const char *name;           /* of the video; borrowed when packed */
    const snq_sight *sight;     /* borrowed */
    const snq_watch_look *look; /* borrowed */
} snq_sketch_request;

void snq_sketch_request_pack(snq_str *to, const snq_sketch_request *r);
/* On success *s and *l are owned by the caller and name[] filled, which is s's path; on error they are
 * cleared. */
SNQ_MUST_USE snq_status snq_sketch_request_unpack(const void *bytes, size_t n,
                                                  char name[SNQ_PATH_MAX], snq_sight *s,
                                                  snq_watch_look *l);

/* FLOW, engine -> worker, with the descriptors of two pictures (read only) and of an empty file to write
 * the flow from the first to the second to (watch/flo_file.h). */
typedef struct snq_flow_request {
    char name[2][SNQ_PATH_MAX]; /* as in WATCH */
    uint32_t preset, threads;
} snq_flow_request;

void snq_flow_request_pack(snq_str *to, const snq_flow_request *r);
SNQ_MUST_USE snq_status snq_flow_request_unpack(const void *bytes, size_t n, snq_flow_request *r);

/* SAMPLE, engine -> worker, with the descriptors of a recording (read only) and of an empty file for its
 * samples: float32 as in memory, sample i of channel c at byte 4 (c max_frames + i). */
typedef struct snq_sample_request {
    char name[SNQ_PATH_MAX]; /* as in LISTEN */
    uint32_t rate_hz;        /* that is wanted, SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;       /* 1, 2, or 0: the recording's own, at most 2 */
    uint64_t max_frames;     /* 1 .. SNQ_SAMPLE_FRAMES_MAX, at that rate; longer is refused */
} snq_sample_request;

enum { SNQ_SAMPLE_FRAMES_MAX = 1 << 29 };

void snq_sample_request_pack(snq_str *to, const snq_sample_request *r);
/* What is out of range is ERR_FORMAT. */
SNQ_MUST_USE snq_status snq_sample_request_unpack(const void *bytes, size_t n,
                                                  snq_sample_request *r);

/* SAMPLED, worker -> engine. */
typedef struct snq_sampled_reply {
    snq_status st;
    uint32_t needs; /* as in HEARD */
    char error[SNQ_ERROR_MAX];
    uint32_t channels; /* with OK, and all below: 1, 2 */
    uint64_t frames;   /* 1 .. SNQ_SAMPLE_FRAMES_MAX */
    int keyed;         /* as in media/riff_scan.h */
    uint32_t key;
    double cents;
    snq_riff_loop loop;
    double loop_start, loop_end; /* frames at the wanted rate: 0 <= start < end <= frames */
} snq_sampled_reply;

void snq_sampled_reply_pack(snq_str *to, const snq_sampled_reply *r);
SNQ_MUST_USE snq_status snq_sampled_reply_unpack(const void *bytes, size_t n, snq_sampled_reply *r);

/* TRIED, worker -> engine: the result of snq_confine_try. */
void snq_tried_pack(snq_str *to, uint32_t refused);
SNQ_MUST_USE snq_status snq_tried_unpack(const void *bytes, size_t n, uint32_t *refused);

#endif
