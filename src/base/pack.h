// SPDX-License-Identifier: MIT
/* pack -- plain values as bytes, for what passes between processes.
 *
 * Everything is little-endian and without padding. A text is its length in bytes (u32) and the bytes,
 * no terminator. Writing appends to a snq_str, which has the bound and keeps the first failure;
 * reading keeps its first failure too and gives zeros and "" from then on, so that a caller may read
 * many fields and look once. No length that is read is believed before it has been held against the
 * bytes that are there.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_BASE_PACK_H
#define SNQ_BASE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"

void snq_pack_u8(snq_str *to, uint8_t v);
void snq_pack_u32(snq_str *to, uint32_t v);
void snq_pack_u64(snq_str *to, uint64_t v);
void snq_pack_i64(snq_str *to, int64_t v);
void snq_pack_f64(snq_str *to, double v);
/* u32 count, then the values. */
void snq_pack_f32s(snq_str *to, const float *v, uint32_t n);
/* NULL is packed as the empty text. */
void snq_pack_text(snq_str *to, const char *text);

typedef struct snq_unpack {
    const uint8_t *at; /* borrowed */
    size_t left;       /* bytes */
    snq_status st;     /* first failure: ERR_FORMAT, ERR_NOMEM */
} snq_unpack;

/* Borrows the bytes until the last read. */
void snq_unpack_init(snq_unpack *u, const void *bytes, size_t n);
uint8_t snq_unpack_u8(snq_unpack *u);
uint32_t snq_unpack_u32(snq_unpack *u);
uint64_t snq_unpack_u64(snq_unpack *u);
int64_t snq_unpack_i64(snq_unpack *u);
/* A NaN or an infinity is a failure: none is ever packed. */
double snq_unpack_f64(snq_unpack *u);
/* The number of elements that follow, each of at least `least_bytes` (> 0) bytes; a number that
 * the bytes left can't hold, or over `max`, is a failure and 0. */
uint32_t snq_unpack_count(snq_unpack *u, size_t least_bytes, uint32_t max);
/* Exactly n values into `to` (n,): their count comes first and must be n; not finite is a failure. */
void snq_unpack_f32s(snq_unpack *u, float *to, uint32_t n);
/* Into to[room], terminated. A text that is too long, holds a zero byte or is not UTF-8 is a
 * failure and "". */
void snq_unpack_text(snq_unpack *u, char *to, size_t room);
/* The same for bytes without a zero byte that need not be UTF-8: a file's name. */
void snq_unpack_name(snq_unpack *u, char *to, size_t room);
/* As snq_unpack_text, into the arena, at most `max` bytes; never NULL ("" on failure); returns borrowed from
 * the arena, or static. */
const char *snq_unpack_arena_text(snq_unpack *u, snq_arena *arena, size_t max);
/* The first failure; ERR_FORMAT when bytes are left over. */
SNQ_MUST_USE snq_status snq_unpack_finish(snq_unpack *u);

#endif
