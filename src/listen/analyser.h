// SPDX-License-Identifier: MIT
/* analyser -- the table of functions that every analyser is, and the registry of them.
 *
 * An analyser sees the stream once, as blocks of shared features (listen/hops.h) in order, and never
 * across the edge of a region: a region is opened before its first block and closed after its last,
 * one at a time. It measures the file and, where it has region functions, each region. The listener
 * (listen/listener.h) calls
 *
 *     begin  { block | region_begin  block…  region_end }…  finish  [whole]  free
 *
 * An analyser that returns an error is not called again, but for free: its sections become null with
 * the reason and all others go on. It touches nothing but its state and its own part of the result:
 * so the answers do not depend on who else runs, nor on the sizes of blocks. loudness.c is the
 * model to copy.
 *
 * Threads: one state belongs to one thread at a time; the tables are constant. */
#ifndef SNQ_LISTEN_ANALYSER_H
#define SNQ_LISTEN_ANALYSER_H

#include <stdint.h>

#include "base/status.h"
#include "listen/hops.h"
#include "score/hearing.h"

/* Which shared features must be computed: what nobody needs is not. */
enum {
    SNQ_NEED_LEVELS = 1 << 0,    /* frames, clipped, peak, energy, left, right, cross, sum */
    SNQ_NEED_KWEIGHT = 1 << 1,   /* k_energy */
    SNQ_NEED_TRUE_PEAK = 1 << 2, /* true_peak */
    SNQ_NEED_FINE = 1 << 3,      /* the fine spectrum */
    SNQ_NEED_MEL = 1 << 4,       /* mel */
    SNQ_NEED_REGIONS = 1 << 5,   /* regions must be found (implies levels and mel) */
    SNQ_NEED_PITCH = 1 << 6,     /* the pitch spectrum */
    SNQ_NEED_MUSIC = 1 << 7,     /* listen/music.h (implies mel and pitch) */
};

typedef struct snq_analyser_setup {
    uint32_t rate_hz;
    uint32_t channels;
    snq_timegrid grid;
    uint32_t window, bins, low_bins; /* of the fine spectrum */
    struct snq_music
        *music; /* where SNQ_NEED_MUSIC is needed: finished before the analysers finish */
} snq_analyser_setup;

typedef struct snq_analyser {
    const char *id;      /* as in --only and in the document */
    const char *title;   /* a few words for people */
    const char *version; /* changes when answers change */
    uint32_t needs;      /* SNQ_NEED_* */
    /* On success *state is owned by the listener (free); on error NULL. ERR_NOMEM. */
    snq_status (*begin)(const snq_analyser_setup *setup, void **state);
    snq_status (*block)(void *state, const snq_hop_block *block);
    /* NULL when it has nothing to say about regions. `region` is borrowed for the call. */
    snq_status (*region_begin)(void *state, int64_t first_hop);
    snq_status (*region_end)(void *state, int64_t end_hop, snq_region *region);
    snq_status (*finish)(void *state, snq_hearing *h);
    /* After finish: no region was found because the whole stream is one; fill `region` with what is
     * now known of the file, and mend what finish said of regions. NULL as the two above. */
    snq_status (*whole)(void *state, snq_hearing *h, snq_region *region);
    /* Set this analyser's sections to null because of `reason` (static text): in the file's result
     * (region NULL) or in a region's. */
    void (*refuse)(snq_hearing *h, snq_region *region, const char *reason);
    /* Take this analyser's sections from another hearing of the same recording, which must outlive h:
     * of the file (regions NULL) or of a region. NULL when it has none. */
    void (*adopt)(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region);
    void (*free)(void *state); /* NULL is legal */
} snq_analyser;

/* All analysers in the order of the document; *count of them. Static. */
const snq_analyser *const *snq_analysers(uint32_t *count);
/* By id, or NULL. Static. */
const snq_analyser *snq_analyser_find(const char *id);

extern const snq_analyser snq_regions_analyser;
extern const snq_analyser snq_loudness_analyser;
extern const snq_analyser snq_dynamics_analyser;
extern const snq_analyser snq_spectrum_analyser;
extern const snq_analyser snq_stereo_analyser;
extern const snq_analyser snq_onsets_analyser;
extern const snq_analyser snq_beats_analyser;
extern const snq_analyser snq_key_analyser;
extern const snq_analyser snq_chords_analyser;
extern const snq_analyser snq_patterns_analyser;

#endif
