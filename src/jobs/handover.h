// SPDX-License-Identifier: MIT
/* handover -- bytes over a Unix socket with open descriptors beside them (SCM_RIGHTS, unix(7)). */
#ifndef SNQ_JOBS_HANDOVER_H
#define SNQ_JOBS_HANDOVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SNQ_HANDOVER_MAX = 3 };

/* Send up to n bytes, and `count` (at most SNQ_HANDOVER_MAX) descriptors with the first: how many went,
 * or -1 with errno. A signal handler that runs doesn't end it; a closed socket raises no signal. */
ssize_t snq_handover_send(int socket, const void *bytes, size_t n, const int *fds, uint32_t count);
/* Receive up to n bytes: how many, 0 when the other side has closed, or -1 with errno. Descriptors that
 * come along are appended to fds[room] (owned by the caller), *count grows; those beyond the room
 * are closed. They close on exec. */
ssize_t snq_handover_receive(int socket, void *bytes, size_t n, int *fds, uint32_t room,
                             uint32_t *count);

#endif
