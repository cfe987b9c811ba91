// SPDX-License-Identifier: MIT
/* fuzz_input -- what the fuzz targets share: bytes as a file to be read at offsets, and `must`. */
#ifndef SNQ_TESTS_FUZZ_INPUT_H
#define SNQ_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

typedef struct fuzz_input {
    const uint8_t *p;
    size_t n;
} fuzz_input;

/* The read function of a snq_riff_input over a fuzz_input. */
static inline int64_t fuzz_input_read(void *user, int64_t offset, void *to, size_t n)
{
    const fuzz_input *in = user;
    if (offset < 0)
        abort();
    if ((uint64_t)offset >= in->n)
        return 0;
    const size_t left = in->n - (size_t)offset;
    n = n < left ? n : left;
    memcpy(to, in->p + offset, n);
    return (int64_t)n;
}

/* Ends the program, with a word, where `holds` does not. */
#define must(holds) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))

static inline void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

#endif
