// SPDX-License-Identifier: MIT
/* What hearing_pack.c and hearing_pack_music.c share: texts by number, measures, findings. */
#ifndef SNQ_SCORE_HEARING_PACK_IMPL_H
#define SNQ_SCORE_HEARING_PACK_IMPL_H

#include "score/hearing_impl.h"
#include "score/hearing_pack.h"

enum {
    SNQ__TEXTS_MAX = 1024,
    SNQ__TEXT_ROOM = 512,
    SNQ__TEXT_SLOTS = 2 * SNQ__TEXTS_MAX,
    SNQ__TEXTS_ROOM = 1 << 20, /* bytes that lists leave free in the arena */
};
_Static_assert(2 * SNQ__TEXTS_MAX * SNQ__TEXT_ROOM <= SNQ__TEXTS_ROOM, "the texts fit");

typedef struct snq__packer {
    snq_str *to;
    uint32_t texts;
    const char *text[SNQ__TEXTS_MAX]; /* (texts,), number - 1 */
    uint16_t slot[SNQ__TEXT_SLOTS];   /* number of the text that hashes here, 0: none */
} snq__packer;

/* NULL is legal where the field may have no text. */
void snq__put_ref(snq__packer *p, const char *text);
/* The n measures of `section` at the offsets of `tab`. */
void snq__put_measures(snq__packer *p, const void *section, const size_t *tab, size_t n);

typedef struct snq__unpacker {
    snq_unpack *u;
    snq_arena *arena;
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
int snq__get_flag(snq__unpacker *r, const char *what);
void snq__get_measures(snq__unpacker *r, void *section, const size_t *tab, size_t n);

/* All music of the whole recording, and of a region. */
void snq__put_music(snq__packer *p, const snq_hearing *h);
void snq__put_region_music(snq__packer *p, const snq_region *r);
void snq__get_music(snq__unpacker *r, snq_hearing *h);
void snq__get_region_music(snq__unpacker *r, snq_region *to);

#endif
