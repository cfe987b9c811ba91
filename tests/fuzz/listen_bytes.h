// SPDX-License-Identifier: MIT
/* listen_bytes -- any bytes as a recording, from the file to the JSON document, and what must hold of
 * the way and of the document.
 *
 * The bytes become a file in memory, which the reader opens, all analysers hear (the first
 * LISTEN_FRAMES_MAX frames), and whose hearing is written as JSON. It must end in a refusal with a
 * sentence, or in a document where
 *
 *   samples   are finite and within SNQ_SAMPLE_MAX
 *   numbers   are finite, and within the range that their name promises
 *   regions   are in order, do not overlap, and end within the recording
 *   analysers have all said "ok", unless memory was refused
 *   JSON      is well formed, without a key twice (by Jansson)
 *   memory    of our own is all freed, whatever the outcome
 *
 * What else is done hangs on the bytes; of eight inputs one each is heard again (`twice`)
 *
 *   in blocks of another size: the document must be the same
 *   by one analyser alone: so must its section
 *   with an allocation that fails: the same outcome, or a lack of memory told as such */
#ifndef SNQ_TESTS_LISTEN_BYTES_H
#define SNQ_TESTS_LISTEN_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum { LISTEN_FRAMES_MAX = 80000 };

/* Aborts when something does not hold. `twice`: decoding the same bytes again gives the same; else
 * the first two are left out. */
void listen_bytes(const uint8_t *p, size_t n, int twice);

#endif
