// SPDX-License-Identifier: MIT
/* libraries -- which libraries read and hash files, their versions at run time, and the loading of
 * those that come late.
 *
 * libavformat and libavcodec are not linked with the program: they are behind the shared module
 * libsnq_media_av.so, which the first file that is neither PCM nor FLAC loads. Where it is looked for:
 * base/module.h. */
#ifndef SNQ_MEDIA_LIBRARIES_H
#define SNQ_MEDIA_LIBRARIES_H

#include "base/attr.h"
#include "base/status.h"

/* Name of library i (static), NULL past the last; *purpose static, *version valid until the next call
 * on this thread; "missing" for those of a module that can't be loaded. [any] Loads the module. */
const char *snq_media_library(unsigned i, const char **purpose, const char **version);

/* Load now what would be loaded later: before a sandbox is closed, a child is forked, or a time is
 * taken. [any] May be called again. ERR_UNSUPPORTED: the module is missing or of another build; PCM
 * and FLAC can be read all the same. */
SNQ_MUST_USE snq_status snq_media_preload(void);
/* Whether it is loaded (or linked in). [any] */
int snq_media_loaded(void);

#endif
