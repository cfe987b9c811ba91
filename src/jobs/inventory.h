// SPDX-License-Identifier: MIT
/* inventory -- what this build has: analysers, kernels, libraries. For --help, doctor and the studio. */
#ifndef SNQ_JOBS_INVENTORY_H
#define SNQ_JOBS_INVENTORY_H

#include <stdint.h>

typedef struct snq_inventory_item {
    const char *id;      /* static */
    const char *title;   /* static */
    const char *version; /* static, or valid until the next call on this thread */
} snq_inventory_item;

/* Item i of each list; 0 when there is none. */
int snq_inventory_analyser(uint32_t i, snq_inventory_item *out);
/* id: the inner loop, version: the variant picked ("c", "avx2", "avx512"). */
int snq_inventory_kernel(uint32_t i, snq_inventory_item *out);
/* id: the library, version: as it is at run time. */
int snq_inventory_library(uint32_t i, snq_inventory_item *out);

#endif
