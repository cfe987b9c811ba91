// SPDX-License-Identifier: MIT
/* mutate -- what a libFuzzer target of media does to an input besides libFuzzer's own mutations.
 *
 * Media are blocks with names, sizes and checksums: one flipped bit mostly ends at a checksum or at a
 * name. So, by turns: a size beside a four-letter name gets a value from the edge of what is
 * possible; a block is moved, doubled, taken out, blanked; the end is cut off; and then, mostly, the
 * checksums of Ogg pages and FLAC frames are made good again.
 *
 * Including this file's .c in a target defines LLVMFuzzerCustomMutator. */
#ifndef SNQ_TESTS_MUTATE_H
#define SNQ_TESTS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Of libFuzzer: its own mutations, in place. */
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t room, unsigned seed);

/* Write the CRC that belongs there into each Ogg page that is whole (RFC 3533), and into what looks
 * like a FLAC frame: of its header, and of all up to the next (RFC 9639, 9.1 and 9.3). */
void mend_ogg(uint8_t *p, size_t n);
void mend_flac(uint8_t *p, size_t n);

#endif
