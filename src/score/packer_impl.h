// SPDX-License-Identifier: MIT
/* What the packers of hearings and sights share: texts by number, measures, lists, findings
 * (packer.c tells how). */
#ifndef SNQ_SCORE_PACKER_IMPL_H
#define SNQ_SCORE_PACKER_IMPL_H

#include "base/arena.h"
#include "base/pack.h"
#include "base/warnings.h"
#include "score/measure.h"
#include "score/span.h"

enum {
    SNQ__TEXTS_MAX = 1024,
    SNQ__TEXT_ROOM = 512,
    SNQ__TEXT_SLOTS = 2 * SNQ__TEXTS_MAX,
    SNQ__TEXTS_ROOM = 1 << 20, /* bytes that lists leave free in the arena */
    SNQ__SPAN_BYTES = 8 + 8,   /* packed */
};
_Static_assert(2 * SNQ__TEXTS_MAX * SNQ__TEXT_ROOM <= SNQ__TEXTS_ROOM, "the texts fit");

/* ---- writing ---- */

typedef struct snq__packer {
    snq_str *to;
    const char *what; /* "hearing": what is packed, for messages; static */
    uint32_t texts;
    const char *text[SNQ__TEXTS_MAX]; /* (texts,), number - 1 */
    uint16_t slot[SNQ__TEXT_SLOTS];   /* number of the text that hashes here, 0: none */
} snq__packer;

/* A failure of our own; an earlier one stands. */
void snq__refuse(snq_str *to, snq_status st);
/* A text that the reader will take into `room` (<= SNQ__TEXT_ROOM) bytes: mended and cut to fit. */
void snq__put_text(snq_str *to, const char *text, size_t room);
/* NULL is legal where the field may have no text. */
void snq__put_ref(snq__packer *p, const char *text);
/* One that must be there; `name` is the field's. */
void snq__put_needed_ref(snq__packer *p, const char *text, const char *name);
void snq__put_measure(snq__packer *p, const snq_measure *m);
/* The n measures of `section` at the offsets of `tab`. */
void snq__put_measures(snq__packer *p, const void *section, const size_t *tab, size_t n);
void snq__put_span(snq__packer *p, snq_span span);
/* Their number and the values. */
void snq__put_reals(snq__packer *p, const double *v, uint32_t n);
void snq__put_warnings(snq__packer *p, const snq_warnings *w);

/* ---- reading ---- */

typedef struct snq__unpacker {
    snq_unpack *u;
    const char *what; /* as of the packer */
    snq_arena *arena;
    size_t lists_max; /* bytes that lists and texts may take of it */
    uint32_t texts;
    const char *text[SNQ__TEXTS_MAX]; /* (texts,), number - 1 */
} snq__unpacker;

/* An own finding about a value; an earlier failure stands. */
#define SNQ__BAD(r, ...)                                        \
    do {                                                        \
        if ((r)->u->st >= 0)                                    \
            (r)->u->st = SNQ_FAIL(SNQ_ERR_FORMAT, __VA_ARGS__); \
    } while (0)

/* NULL: no text. */
const char *snq__get_ref(snq__unpacker *r);
const char *snq__get_needed_ref(snq__unpacker *r, const char *name);
int snq__get_flag(snq__unpacker *r, const char *name);
/* Below `end`. */
uint8_t snq__get_code(snq__unpacker *r, uint32_t end, const char *name);
double snq__in_range(snq__unpacker *r, double v, double lo, double hi, const char *name);
double snq__get_real(snq__unpacker *r, double lo, double hi, const char *name);
/* A time at or after `from_s`. */
double snq__get_time(snq__unpacker *r, double from_s, const char *name);
void snq__get_measure(snq__unpacker *r, snq_measure *m);
void snq__get_measures(snq__unpacker *r, void *section, const size_t *tab, size_t n);
/* Room for the list that follows, *n elements of `bytes` packed and `size` in memory; NULL when
 * there is none. */
void *snq__get_list(snq__unpacker *r, uint32_t *n, size_t bytes, uint32_t max, size_t size);
void snq__get_warnings(snq__unpacker *r, snq_warnings *w);

#endif
