// SPDX-License-Identifier: MIT
/* modules -- the shared modules and the font that are loaded before a sandbox closes. */
#ifndef SNQ_JOBS_MODULES_H
#define SNQ_JOBS_MODULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_FONTS = 2 }; /* regular, bold */

typedef struct snq_font_file {
    void *bytes; /* (length,) owned */
    size_t length;
} snq_font_file;

typedef struct snq_modules {
    uint32_t tried; /* SNQ_MODULE_* (jobs/nursery.h) that loading was tried of */
    snq_font_file font[SNQ_FONTS];
} snq_modules;

/* Load those of `wanted` that were not tried yet. ERR_UNSUPPORTED and ERR_NOT_FOUND say what is
 * missing and how to mend it; the others are loaded all the same. */
SNQ_MUST_USE snq_status snq_modules_load(snq_modules *m, uint32_t wanted);
void snq_modules_clear(snq_modules *m);

#endif
