// SPDX-License-Identifier: MIT
/* flow_line -- the flow of a stream of pictures, several pairs at a time.
 *
 * Pictures are pushed in order; each from the second on makes a pair with the one before. Results are
 * pulled in the same order: lattices, as snq_flow_get_cells of watch/flow.h gives them, the same bit by
 * bit for any number of threads. With one thread nothing is started, and a pair is done when it is
 * pulled; with more, up to snq_flow_line_room() pairs are under way while the caller does other work.
 *
 *     while (more pictures) {
 *         while (snq_flow_line_waiting(l) >= snq_flow_line_room(l))
 *             pull ...
 *         push ...
 *     }
 *     while (snq_flow_line_waiting(l))
 *         pull ...
 *
 * Threads: one object belongs to one thread at a time; it uses cfg.threads in all, the caller's
 * included. Fine and small pictures gain most: see the top of flow_line.c. */
#ifndef SNQ_WATCH_FLOW_LINE_H
#define SNQ_WATCH_FLOW_LINE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/picture.h"
#include "base/status.h"
#include "watch/flow.h"

typedef struct snq_flow_line snq_flow_line;

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE, ERR_NOMEM. Memory: for each
 * thread about 12 bytes a pixel and 50 rows of 72 bytes a pixel (fast: half), and for each of room + 1
 * pictures 6 bytes a pixel (fast: 3). */
SNQ_MUST_USE snq_status snq_flow_line_new(const snq_flow_cfg *cfg, snq_flow_line **out);
/* Waits for what is under way. NULL is legal. */
void snq_flow_line_free(snq_flow_line *l);
/* luma: of the configured size, one channel, borrowed for the call. AGAIN: taken, but it makes no pair,
 * as it is the first; OK: a pair more waits. ERR_ARG: another size; ERR_STATE: `room` pairs wait; the
 * object stays as it was. */
SNQ_MUST_USE snq_status snq_flow_line_push(snq_flow_line *l, const snq_picture *luma);
/* The oldest pair that waits: out (cells_y, cells_x), of the caller. ERR_STATE: none does. */
SNQ_MUST_USE snq_status snq_flow_line_pull(snq_flow_line *l, snq_flow_cell *out);
/* Pairs pushed and not pulled; how many may be. */
uint32_t snq_flow_line_waiting(const snq_flow_line *l);
uint32_t snq_flow_line_room(const snq_flow_line *l);

#endif
