// SPDX-License-Identifier: MIT
/* module -- a shared module of ours, found and loaded when it is first needed.
 *
 * What needs libraries with many shared objects of their own is not linked with the program; it is
 * in a module with one symbol, a constant table. A module is looked for in the folder that the
 * environment variable SNQ_MODULES names, and only there when it is set; else beside the executable,
 * where a build leaves it; else in the folder that the program was installed with
 * (<prefix>/<libdir>/sonique). One of another build is not used. What was loaded stays for good.
 *
 * Threads: [any]. Needs /proc, so it comes before a sandbox closes. */
#ifndef SNQ_BASE_MODULE_H
#define SNQ_BASE_MODULE_H

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_module {
    const char *file;                     /* "libsnq_plot.so" */
    const char *symbol;                   /* of the table */
    int (*same_build)(const void *table); /* whether its tag is that of this build; reads no more of
                                             the table than that */
    /* of the sentence that says what is missing: "this kind of file", "the package libcairo2" */
    const char *what, *packages;
} snq_module;

/* Load it; *table is static (borrowed for good), NULL on error. ERR_UNSUPPORTED: missing, can't be
 * loaded, or of another build; the text says which and how to mend it. Remembers nothing: the caller
 * keeps the table. */
SNQ_MUST_USE snq_status snq_module_load(const snq_module *m, const void **table);

#endif
