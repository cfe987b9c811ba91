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

/* What may or may not work on this machine. */
typedef struct snq_inventory_part {
    const char *id;    /* static */
    const char *title; /* static */
    char detail[320];  /* what it is found with, or "" */
    char problem[320]; /* why it doesn't work, how to mend it; "": it works */
} snq_inventory_part;

/* Item i of each list; 0 when there is none. Both load modules.
 * id: the name of an audio format that can be asked for */
int snq_inventory_encoder(uint32_t i, snq_inventory_part *out);
/* id: an engine of instruments that needs more than this program; detail: its bank */
int snq_inventory_engine(uint32_t i, snq_inventory_part *out);

#endif
