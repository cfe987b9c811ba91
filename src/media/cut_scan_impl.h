// SPDX-License-Identifier: MIT
/* cut_scan -- does the structure of an Ogg, MP4 or Matroska file end with the file? (private)
 *
 * libavformat reads what is left of a file that was cut off without a word; these look at the few
 * places that tell. They read through a snq_riff_input, allocate nothing, and their work is bounded. */
#ifndef SNQ_MEDIA_CUT_SCAN_IMPL_H
#define SNQ_MEDIA_CUT_SCAN_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "media/riff_scan.h"

/* An Ogg page is at most 27 + 255 + 255 * 255 bytes (RFC 3533, 6). */
enum { SNQ__OGG_PAGE_MAX = 65307 };

typedef struct snq__ogg_tail {
    int64_t page_at; /* of the last page in the bytes, -1: none */
    int whole;       /* it ends within them */
    int last;        /* it carries the end-of-stream flag */
} snq__ogg_tail;

/* The last page within (n,) bytes. */
snq__ogg_tail snq__ogg_find_tail(const uint8_t *p, size_t n);
/* Of a page that is cut after n bytes, make one with the packets that are whole, without the
 * end-of-stream flag, into to (n,). Returns its bytes, 0 when no packet is whole. */
size_t snq__ogg_mend(const uint8_t *page, size_t n, uint8_t *to);

typedef struct snq__mp4_scan {
    int has_moov; /* or a fragment: something that says where the samples are */
    int cut;      /* a box runs past the end of the file */
    int is_mov;   /* QuickTime brand, or none */
} snq__mp4_scan;
snq__mp4_scan snq__mp4_scan_run(const snq_riff_input *in);

/* Whether the segment of a Matroska file runs past the end of the file. */
int snq__matroska_cut(const snq_riff_input *in);

#endif
