// SPDX-License-Identifier: MIT
/* soundfont -- whether patches of the engine "soundfont" can be played here. How: top of soundfont.c. */
#ifndef SNQ_SYNTH_SOUNDFONT_H
#define SNQ_SYNTH_SOUNDFONT_H

#include "base/attr.h"
#include "base/status.h"

/* Loads the module with FluidSynth and looks for a bank, without reading it: *bank is its path, static or of
 * the environment, NULL on error. ERR_UNSUPPORTED, ERR_NOT_FOUND: what is missing and how to mend it. [any] */
SNQ_MUST_USE snq_status snq_soundfont_find(const char **bank);

#endif
