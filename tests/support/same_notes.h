// SPDX-License-Identifier: MIT
/* same_notes -- whether two lists of notes are the same, member by member: what lies between the members is nobody's. */
#ifndef SNQ_TESTS_SAME_NOTES_H
#define SNQ_TESTS_SAME_NOTES_H

#include "support/check.h"

#include "score/score.h"

static inline void check_same_notes(const snq_note *a, const snq_note *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].tick != b[i].tick || a[i].length != b[i].length ||
            a[i].offset_s != b[i].offset_s || a[i].cents != b[i].cents ||
            a[i].pitch != b[i].pitch || a[i].velocity != b[i].velocity ||
            a[i].release != b[i].release)
            fail_msg("note %zu differs", i);
}

#endif
