// SPDX-License-Identifier: MIT
/* attack -- how fast the level rises at an onset.
 *
 * Levels are kept as numbers of two bytes a hop: hundredths of a decibel over -120 dBFS.
 *
 * Threads: [any]. Algorithm: top of attack.c. */
#ifndef SNQ_LISTEN_ATTACK_H
#define SNQ_LISTEN_ATTACK_H

#include <stddef.h>
#include <stdint.h>

/* level (n,): the levels of mean squares power (n,), which are overwritten. */
void snq_attack_levels(float *power, size_t n, uint16_t *level);
/* 10 to 90 % of the rise at the onset at hop `onset` of level (hops,), in ms; `next`: hop of the next onset,
 * or `hops`. Before the first hop there is silence. Negative: the level doesn't rise. */
double snq_attack_ms(const uint16_t *level, int64_t hops, int64_t onset, int64_t next);

#endif
