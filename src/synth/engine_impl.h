// SPDX-License-Identifier: MIT
/* engine -- the table of functions behind instrument.h: one constant table an engine. The meaning, the
 * errors and the threads of each are those of the function of instrument.h with its name. instrument.c
 * has looked at what it hands on: note, velocity and value are no NaN, velocities 0..1, index < params,
 * value within its parameter's range. */
#ifndef SNQ_SYNTH_ENGINE_IMPL_H
#define SNQ_SYNTH_ENGINE_IMPL_H

#include "synth/instrument.h"

typedef struct snq__engine {
    const char *name;
    snq_status (*make)(const snq_instrument_cfg *cfg, void **out);
    void (*free)(void *self);
    /* NULL: nothing to make ready */
    snq_status (*prepare)(void *self, const snq_instrument_note *note, size_t n,
                          float (*value_at)(void *user, uint32_t index, int64_t frame), void *user);
    const snq_param *(*params)(const void *self, size_t *n);
    SNQ_RT void (*note_on)(void *self, uint32_t id, float note, float velocity);
    SNQ_RT void (*note_off)(void *self, uint32_t id, float release_velocity);
    SNQ_RT void (*set)(void *self, uint32_t index, float value);
    SNQ_RT void (*perform)(void *self, snq_perform what, double value);
    SNQ_RT void (*all_off)(void *self, int at_once);
    SNQ_RT void (*run)(void *self, float *left, float *right, uint32_t n);
    SNQ_RT int (*silent)(const void *self);
    /* The parameter table that the engine has with the patch's sources, which are all that is read of it:
     * *out (n,) owned by the caller (snq_free), its strings static or inside the same block. On error
     * *out is NULL: ERR_NOMEM, ERR_NOT_FOUND (source). */
    snq_status (*table)(const snq_patch *patch, snq_param **out, size_t *n);
    /* Names (n,) that a route's `from` may have, static; n 0: the engine has no matrix. */
    const char *const *(*route_sources)(size_t *n);
    uint32_t sources; /* how many a patch may name, 0 .. SNQ_PATCH_SOURCES */
} snq__engine;

extern const snq__engine snq__engine_voice;
extern const snq__engine snq__engine_drums;
extern const snq__engine snq__engine_soundfont;
const snq__engine *snq__engine_find(const char *name); /* NULL: none of this name */

#endif
