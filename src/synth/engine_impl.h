// SPDX-License-Identifier: MIT
/* engine -- the table of functions behind instrument.h: one constant table an engine. The meaning, the
 * errors and the threads of each are those of the function of instrument.h with its name. */
#ifndef SNQ_SYNTH_ENGINE_IMPL_H
#define SNQ_SYNTH_ENGINE_IMPL_H

#include "synth/instrument.h"

typedef struct snq__engine {
    const char *name;
    snq_status (*make)(const snq_instrument_cfg *cfg, void **out);
    void (*free)(void *self);
    snq_status (*prepare)(void *self, const snq_instrument_note *note, size_t n,
                          float (*value_at)(void *user, uint32_t index, int64_t frame), void *user);
    const snq_param *(*params)(const void *self, size_t *n);
    SNQ_RT void (*note_on)(void *self, uint32_t id, float note, float velocity);
    SNQ_RT void (*note_off)(void *self, uint32_t id, float release_velocity);
    SNQ_RT void (*set)(void *self, uint32_t index, float value);
    SNQ_RT void (*perform)(void *self, snq_perform what, float value);
    SNQ_RT void (*all_off)(void *self, int at_once);
    SNQ_RT void (*run)(void *self, float *left, float *right, uint32_t n);
    SNQ_RT int (*silent)(const void *self);
    /* The engine's parameter table for a patch's sources, made for reading a patch: *out (n,) owned by the
     * caller (snq_free), its strings static or inside the same block. ERR_NOMEM, ERR_NOT_FOUND. */
    snq_status (*table)(const char source[][SNQ_PATCH_ID_MAX], snq_param **out, size_t *n);
    const char *const *(*route_sources)(size_t *n); /* names that a route's `from` may have */
} snq__engine;

extern const snq__engine snq__engine_voice;
extern const snq__engine snq__engine_drums;
extern const snq__engine snq__engine_soundfont;
const snq__engine *snq__engine_find(const char *name); /* NULL: none of this name */

#endif
