// SPDX-License-Identifier: MIT
/* recordings -- the user's sounds that patches name: wave tables, one-shots, loops, what grains are cut from.
 *
 * A patch says "recordings": ["breath"]; the sound is <data folder>/recordings/breath.wav (or .flac …; data_folders.h:
 * the user's own are in ~/.local/share/sonique/recordings). For the source "wave" it is a table: a WAV of single
 * cycles of 2048 samples one after another, or of one cycle of another length up to 8192, taken sample for sample.
 * Names that nobody has such a file of are left to the engines, which have tables and sounds of their own.
 *
 * Threads: [control] the process must have one thread. */
#ifndef SNQ_JOBS_RECORDINGS_H
#define SNQ_JOBS_RECORDINGS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/samples.h"
#include "synth/bank.h"
#include "synth/patch.h"

/* Load what `p` names and the bank lacks. ERR_FORMAT, ERR_RANGE (no table; naming the file), ERR_CANCELLED,
 * ERR_NOMEM, ERR_IO, those of snq_bank_add. */
SNQ_MUST_USE snq_status snq_recordings_load(const snq_patch *p, uint32_t rate_hz, uint32_t threads,
                                            const volatile int *cancel, snq_bank *bank);

/* Add what was loaded to the bank under a name, with its key and loop. Errors: those of snq_bank_add. */
SNQ_MUST_USE snq_status snq_recordings_add(snq_bank *bank, const char *name, const snq_samples *s);

#endif
