// SPDX-License-Identifier: MIT
/* kit_folder -- a folder of the user's one-shots into a bank, as a drum kit (synth/kit.h).
 *
 * Recordings are decoded by confined workers (samples.h); one that is refused is warned of and left out.
 * Threads: [control] the process must have one thread. */
#ifndef SNQ_JOBS_KIT_FOLDER_H
#define SNQ_JOBS_KIT_FOLDER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "synth/bank.h"

/* The patch that plays it. */
#define SNQ_KIT_PATCH "sample_kit"

/* `path`: a folder, or one file; threads 0: as many workers as there are processors. ERR_NOT_FOUND (nothing in
 * it can be used; the first reason), ERR_CANCELLED, ERR_NOMEM, ERR_IO, those of snq_kit_make. */
SNQ_MUST_USE snq_status snq_kit_folder_load(const char *path, uint32_t rate_hz, uint32_t threads,
                                            const volatile int *cancel, snq_bank *bank,
                                            snq_warnings *warnings);

#endif
