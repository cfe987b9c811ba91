// SPDX-License-Identifier: MIT
/* json_read -- reading a JSON document (RFC 8259) whose author may be anybody.
 *
 * A document is parsed whole (jansson; duplicate keys, trailing bytes, NaN, numbers beyond double and
 * NUL in strings are refused), then asked for what should be there. Every question states the bounds of
 * its answer, and a failure names the place: `song.json: tracks[3].notes[12].pitch: 140 is over 127`.
 *
 *     snq_json_doc *doc;
 *     SNQ_TRY(snq_json_parse("song.json", bytes, n, &doc));
 *     snq_json_ref root = snq_json_root(doc), notes;
 *     st = snq_json_get(&root, "notes", SNQ_JSON_ARRAY, &notes);
 *
 * A ref is plain data: it points into the document and at the ref that it came from, so both must
 * outlive it (a stack of calls does so by nature). It owns nothing.
 *
 * Threads: a document that nobody frees may be read by any number of threads. */
#ifndef SNQ_BASE_JSON_READ_H
#define SNQ_BASE_JSON_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* What is larger, deeper, or would take more than about 1.5 GB as a tree is ERR_TOO_BIG: said before any
 * of it is allocated. */
enum { SNQ_JSON_BYTES_MAX = 64 << 20, SNQ_JSON_READ_DEPTH_MAX = 64 };

typedef enum snq_json_kind {
    SNQ_JSON_NULL = 0,
    SNQ_JSON_BOOL,
    SNQ_JSON_NUMBER,
    SNQ_JSON_STRING,
    SNQ_JSON_ARRAY,
    SNQ_JSON_OBJECT,
    SNQ_JSON_ANY, /* in questions only */
} snq_json_kind;

typedef struct snq_json_doc snq_json_doc;

typedef struct snq_json_ref {
    const void *value;                 /* inside the document */
    const snq_json_doc *doc;           /* borrowed */
    const struct snq_json_ref *parent; /* NULL at the root */
    const char *key;                   /* in an object; NULL in an array and at the root */
    size_t index;                      /* in an array */
} snq_json_ref;

/* Parse bytes (n,), borrowed for the call; `name` (copied) begins every message. On success *out is
 * owned by the caller (free); on error NULL. Errors: ERR_FORMAT (with line and column), ERR_TOO_BIG,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_json_parse(const char *name, const char *bytes, size_t n,
                                       snq_json_doc **out);
void snq_json_doc_free(snq_json_doc *doc); /* NULL is legal */
snq_json_ref snq_json_root(const snq_json_doc *doc);
snq_json_kind snq_json_kind_of(const snq_json_ref *at);

/* Members and items. get: ERR_FORMAT when the key is missing or of another kind. find: 1 when the key
 * is there (any kind), else 0. */
SNQ_MUST_USE snq_status snq_json_get(const snq_json_ref *at, const char *key, snq_json_kind kind,
                                     snq_json_ref *out);
int snq_json_find(const snq_json_ref *at, const char *key, snq_json_ref *out);
/* Items of an array, members of an object, else 0. */
size_t snq_json_count(const snq_json_ref *at);
/* Item i < count of an array, member i < count of an object (in the document's order; its key is
 * out->key, borrowed from the document; i steps: to go through all, use next). */
void snq_json_item(const snq_json_ref *at, size_t i, snq_json_ref *out);
/* Members of an object one after the other, in the document's order: begin with a zeroed *member;
 * 1 and the next one, or 0 after the last (and for what is no object). */
int snq_json_next(const snq_json_ref *at, snq_json_ref *member);
/* Every key of this object must be among keys (n,): else ERR_FORMAT, naming the stranger. */
SNQ_MUST_USE snq_status snq_json_only(const snq_json_ref *at, const char *const *keys, size_t n);

/* The value itself, within bounds (inclusive). ERR_FORMAT (kind), ERR_RANGE (bound). Strings: valid
 * UTF-8 without NUL, at most room - 1 bytes, copied with its NUL; ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_json_as_real(const snq_json_ref *at, double lo, double hi, double *v);
SNQ_MUST_USE snq_status snq_json_as_int(const snq_json_ref *at, int64_t lo, int64_t hi, int64_t *v);
SNQ_MUST_USE snq_status snq_json_as_bool(const snq_json_ref *at, int *v);
SNQ_MUST_USE snq_status snq_json_as_text(const snq_json_ref *at, char *to, size_t room);
/* The string itself, (n,) bytes and a NUL, borrowed from the document. */
SNQ_MUST_USE snq_status snq_json_text(const snq_json_ref *at, const char **text, size_t *n);
/* Index of the string among names (n,); else ERR_FORMAT, listing the names. */
SNQ_MUST_USE snq_status snq_json_as_choice(const snq_json_ref *at, const char *const *names,
                                           size_t n, size_t *v);

/* A member that must be there. */
SNQ_MUST_USE snq_status snq_json_real_of(const snq_json_ref *at, const char *key, double lo,
                                         double hi, double *v);
SNQ_MUST_USE snq_status snq_json_int_of(const snq_json_ref *at, const char *key, int64_t lo,
                                        int64_t hi, int64_t *v);
SNQ_MUST_USE snq_status snq_json_text_of(const snq_json_ref *at, const char *key, char *to,
                                         size_t room);
/* A member that may be missing: *v stays as it was. */
SNQ_MUST_USE snq_status snq_json_real_if(const snq_json_ref *at, const char *key, double lo,
                                         double hi, double *v);
SNQ_MUST_USE snq_status snq_json_int_if(const snq_json_ref *at, const char *key, int64_t lo,
                                        int64_t hi, int64_t *v);
SNQ_MUST_USE snq_status snq_json_bool_if(const snq_json_ref *at, const char *key, int *v);
SNQ_MUST_USE snq_status snq_json_text_if(const snq_json_ref *at, const char *key, char *to,
                                         size_t room);

/* The same into smaller types: as a float; as a byte (0 <= lo, hi <= 255); the index of one of names (n,), at
 * most 256; a list of names as the set of their indices (n <= 32; empty: the empty set); [a, b] with lo <=
 * a <= b <= hi. */
SNQ_MUST_USE snq_status snq_json_float_if(const snq_json_ref *at, const char *key, double lo,
                                          double hi, float *v);
SNQ_MUST_USE snq_status snq_json_byte_if(const snq_json_ref *at, const char *key, int lo, int hi,
                                         uint8_t *v);
SNQ_MUST_USE snq_status snq_json_choice_if(const snq_json_ref *at, const char *key,
                                           const char *const *names, size_t n, uint8_t *v);
SNQ_MUST_USE snq_status snq_json_set_if(const snq_json_ref *at, const char *key,
                                        const char *const *names, size_t n, uint32_t *set);
SNQ_MUST_USE snq_status snq_json_range_if(const snq_json_ref *at, const char *key, double lo,
                                          double hi, float *a, float *b);

/* Record a failure at this place: "NAME: path: …", and return st. */
snq_status snq_json_fail(const snq_json_ref *at, snq_status st, const char *fmt, ...)
    SNQ_PRINTF(3, 4);

#endif
