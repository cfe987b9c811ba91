// SPDX-License-Identifier: MIT
/* libraries -- which libraries read and hash files, and their versions at run time. */
#ifndef SNQ_MEDIA_LIBRARIES_H
#define SNQ_MEDIA_LIBRARIES_H

/* Name of library i (static), NULL past the last; *purpose static, *version valid until the next call
 * on this thread. */
const char *snq_media_library(unsigned i, const char **purpose, const char **version);

#endif
