// SPDX-License-Identifier: MIT
/* film_planes -- sound of two channels in a nameless file, as film_messages.h lays it out.
 *
 * Threads: [any], each its own frames. */
#ifndef SNQ_JOBS_FILM_PLANES_H
#define SNQ_JOBS_FILM_PLANES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* Frames [at, at + n) of a sound of `frames` into left, right (n,): 0 beyond the end of either; what is not finite
 * or beyond SNQ_SAMPLE_MAX (whoever wrote it may have been taken over) is cut. ERR_IO. */
SNQ_MUST_USE snq_status snq_film_planes_read(int fd, uint64_t frames, uint64_t at, size_t n,
                                             float *left, float *right);
/* left, right (n,) to frames [at, at + n), all of which lie within. ERR_IO. */
SNQ_MUST_USE snq_status snq_film_planes_write(int fd, uint64_t frames, uint64_t at, size_t n,
                                              const float *left, const float *right);
/* x (n,) to sample `to` of the file. ERR_IO. */
SNQ_MUST_USE snq_status snq_film_plane_write(int fd, uint64_t to, const float *x, size_t n);

#endif
