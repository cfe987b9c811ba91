// SPDX-License-Identifier: MIT
/* soundfont_module -- the part of synth that needs FluidSynth, as a shared module with one symbol (private
 * to synth). It has its own copy of base; its error text is its own too.
 *
 * A player is one bank on one channel: reverb and chorus off, no locks. Of its functions only open and
 * close are [control]; the others are [audio], and allocate nothing as far as FluidSynth does not. */
#ifndef SNQ_SYNTH_SOUNDFONT_MODULE_IMPL_H
#define SNQ_SYNTH_SOUNDFONT_MODULE_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

#define SNQ__SOUNDFONT_MODULE_FILE    "libsnq_soundfont.so"
#define SNQ__SOUNDFONT_MODULE_SYMBOL  "snq_soundfont"
#define SNQ__SOUNDFONT_MODULE_VERSION "soundfont 1, sonique " SNQ_VERSION

typedef struct snq__soundfont_module {
    uint32_t module_bytes; /* sizeof of this; never moves */
    char version[64];      /* SNQ__SOUNDFONT_MODULE_VERSION of its build */
    /* On success *out is owned by the caller (close). ERR_FORMAT (no bank), ERR_NOMEM, ERR_UNSUPPORTED. */
    snq_status (*open)(const char *path, uint32_t rate_hz, void **out);
    void (*close)(void *player); /* NULL is legal */
    SNQ_RT void (*program)(void *player, int bank, int program);
    SNQ_RT void (*gain)(void *player, float linear);
    SNQ_RT void (*note_on)(void *player, int key, int velocity); /* 0..127, 1..127 */
    SNQ_RT void (*note_off)(void *player, int key);
    SNQ_RT void (*controller)(void *player, int number, int value);
    SNQ_RT void (*pressure)(void *player, int value);
    SNQ_RT void (*bend)(void *player, float semitones); /* -24 .. 24 */
    SNQ_RT void (*all_notes_off)(void *player);
    SNQ_RT void (*all_sounds_off)(void *player);
    SNQ_RT void (*run)(void *player, float *left, float *right, uint32_t n);
    SNQ_RT int (*voices)(void *player); /* that sound now */
    const char *(*last_error)(void);    /* text of the thread's last failure within the module */
} snq__soundfont_module;

/* What a module must say to be used; the same words fill and check the tag. */
#define SNQ__SOUNDFONT_MODULE_TAG \
    .module_bytes = sizeof(snq__soundfont_module), .version = SNQ__SOUNDFONT_MODULE_VERSION

extern const snq__soundfont_module snq_soundfont __attribute__((visibility("default")));

#endif
