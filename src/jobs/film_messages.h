// SPDX-License-Identifier: MIT
/* film_messages -- what the frames FILM, FILMED, MUX and MUXED carry (docs/formats/worker.md); see messages.h.
 *
 * Sound lies in nameless files as float32, two channels at SNQ_FILM_RATE_HZ: sample i of channel c at byte
 * 4 (c frames + i); what is beyond the end of the file is 0. */
#ifndef SNQ_JOBS_FILM_MESSAGES_H
#define SNQ_JOBS_FILM_MESSAGES_H

#include <stdint.h>

#include "base/limits.h"
#include "base/pack.h"
#include "base/status.h"
#include "base/warnings.h"
#include "media/film_mux.h"

enum { SNQ_FILM_TITLE_MAX = 256 };
/* Frames of the longest film. */
#define SNQ_FILM_FRAMES_MAX ((uint64_t)(SNQ_FILM_LENGTH_MAX_S + 1.0) * SNQ_FILM_RATE_HZ)

/* FILM, engine -> worker, with the descriptors of the film (read only) and of an empty file for its sound. */
typedef struct snq_film_request {
    char name[SNQ_PATH_MAX]; /* as in LISTEN */
    int keeps_sound;         /* the original sound is wanted */
} snq_film_request;

void snq_film_request_pack(snq_str *to, const snq_film_request *r);
SNQ_MUST_USE snq_status snq_film_request_unpack(const void *bytes, size_t n, snq_film_request *r);

/* FILMED, worker -> engine. */
typedef struct snq_filmed_reply {
    snq_status st;
    uint32_t needs;
    char error[SNQ_ERROR_MAX];
    snq_film_info film; /* with OK, and all below; gaps are not told */
    uint64_t frames;    /* from zero to the end of the picture, 1 .. SNQ_FILM_FRAMES_MAX */
    int has_sound;      /* there is original sound in the file */
    snq_warnings warnings;
} snq_filmed_reply;

void snq_filmed_reply_pack(snq_str *to, const snq_filmed_reply *r);
/* What is out of range is ERR_FORMAT. */
SNQ_MUST_USE snq_status snq_filmed_reply_unpack(const void *bytes, size_t n, snq_filmed_reply *r);

/* MUX, engine -> worker, with the descriptors of the film (read only), of the new sound (read only) and of an empty
 * file for the film that it makes. */
typedef struct snq_mux_request {
    char name[SNQ_PATH_MAX];
    char title[SNQ_FILM_TITLE_MAX]; /* UTF-8; "": none */
    snq_film_container container;
    uint64_t frames; /* as FILMED said */
} snq_mux_request;

void snq_mux_request_pack(snq_str *to, const snq_mux_request *r);
SNQ_MUST_USE snq_status snq_mux_request_unpack(const void *bytes, size_t n, snq_mux_request *r);

/* MUXED, worker -> engine. */
typedef struct snq_muxed_reply {
    snq_status st;
    uint32_t needs;
    char error[SNQ_ERROR_MAX];
    snq_film_mux_report film; /* with OK, and all below */
    double lufs;              /* of the coded sound, decoded; -inf: silence */
    double true_peak;         /* of it, linear */
} snq_muxed_reply;

void snq_muxed_reply_pack(snq_str *to, const snq_muxed_reply *r);
SNQ_MUST_USE snq_status snq_muxed_reply_unpack(const void *bytes, size_t n, snq_muxed_reply *r);

#endif
