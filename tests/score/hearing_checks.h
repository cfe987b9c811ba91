// SPDX-License-Identifier: MIT
/* hearing_checks -- what the tests of a hearing's document and bytes share. Every function ends the
 * test when something is wrong. */
#ifndef SNQ_TESTS_HEARING_CHECKS_H
#define SNQ_TESTS_HEARING_CHECKS_H

#include <stdio.h>

#include "base/pack.h"
#include "base/str.h"
#include "score/hearing.h"

enum { DOCUMENT_MAX = 64 << 20, PACKED_MAX = 128 << 20 };

/* Nothing heard of "x.wav", all for one and the same reason. */
void make_nothing(snq_hearing *h);
/* Something in every section of the music: of the whole, of a region that has music, and a region
 * that has none. Owned by the caller. */
void make_music(snq_hearing *h);
/* The same with all that may be missing inside of sections missing. */
void make_music_with_gaps(snq_hearing *h);

/* Owned by the caller. */
snq_str document(const snq_hearing *h, int timings);
void check_holds(const snq_str *text, const char *part);
void check_same_document(const snq_hearing *a, const snq_hearing *b);
snq_str packed(const snq_hearing *h);
/* OK leaves nothing over; a failure is kept by the reader. */
snq_status unpack_bytes(const void *bytes, size_t n, snq_hearing *h);
/* What a failure leaves: a hearing of nothing that owns nothing. */
void check_cleared(snq_hearing *h);
/* There and back: the same document, and the same bytes when packed again. Returns their number. */
size_t check_round_trip(const snq_hearing *h);
/* Every beginning of these bytes is refused and leaves nothing. */
void check_truncations(const snq_str *bytes);
/* Whatever a byte is changed to: a failure, or a hearing that comes back equal again. Counts. */
void check_mutations(const snq_str *bytes, int *refused, int *taken);

/* The file under the root of the tree, or skips the test. */
FILE *open_in_tree(const char *path, const char *mode);
/* tests/fuzz/corpus_hearing_pack/<name>.bin is what is packed; written with SNQ_WRITE_SEEDS set. */
void check_seed(const char *name, void (*make)(snq_hearing *h));

#endif
