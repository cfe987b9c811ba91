// SPDX-License-Identifier: MIT
/* outputs -- where what is made of each input goes: a file that is named, or one in a folder.
 *
 * A name that ends in '/' or is a folder's is a folder; in it the output of dir/a.b.wav is a.b<ending>. Two
 * inputs never share an output, and no output replaces an input, also with `force` and whatever its
 * names.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_JOBS_OUTPUTS_H
#define SNQ_JOBS_OUTPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/inputs.h"
#include "media/atomic_file.h"

typedef struct snq_outputs {
    const snq_inputs *inputs;        /* borrowed */
    int force;                       /* replace what exists */
    struct snq_outputs_input *input; /* (inputs,) what files they are; owned */
} snq_outputs;

/* Whether `path` is meant as a folder. */
int snq_output_is_folder(const char *path);
/* Whether `out` can take the outputs of all inputs; makes a folder. `what` is the option's name. ERR_ARG:
 * one file for several inputs; ERR_IO: the folder. */
SNQ_MUST_USE snq_status snq_output_check(const snq_inputs *inputs, const char *what,
                                         const char *out);
/* Where the output of `input` goes, into to[room]; 0 when that is too short. */
int snq_output_path(const char *out, const char *input, const char *ending, char *to, size_t room);

/* Looks at the inputs; borrows them until clear. On error *o is cleared. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_outputs_init(snq_outputs *o, const snq_inputs *inputs, int force);
void snq_outputs_clear(snq_outputs *o);
/* Size of input i, 0 when it can't be told. */
int64_t snq_outputs_input_bytes(const snq_outputs *o, uint32_t i);
/* Begin the output of input `index`; `out` NULL: none, *file stays NULL. On success *file is owned by the
 * caller. ERR_EXISTS (it is there, is an input, or is an earlier input's output), ERR_TOO_BIG (its
 * path), those of snq_atomic_open. */
SNQ_MUST_USE snq_status snq_outputs_open(const snq_outputs *o, uint32_t index, const char *out,
                                         const char *ending, snq_atomic_file **file);

/* Make an output that a lost worker may have begun empty again; *fd is where it is written, borrowed.
 * ERR_IO. */
SNQ_MUST_USE snq_status snq_output_rewind(snq_atomic_file *f, int *fd);

/* Write all of bytes (n,) to a descriptor. ERR_IO. */
SNQ_MUST_USE snq_status snq_output_write(int fd, const void *bytes, size_t n);

#endif
