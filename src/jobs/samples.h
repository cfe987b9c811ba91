// SPDX-License-Identifier: MIT
/* samples -- the user's own recordings for the synth: one-shots, loops, wavetables, kits.
 *
 * Any file that media/reader.h reads, decoded in a confined worker (jobs/pool.h) and brought to one rate:
 * float32, one or two channels, whole in memory. What a WAV's smpl chunk says of key and loop comes along.
 * A folder stands for the media in it (jobs/inputs.h), in byte order of their paths; names are kept.
 *
 * Bounds: max_s of each, max_bytes of all together. What breaks one is refused, never cut: the same inputs
 * give the same list whatever the number of workers. An item that is refused stays at its place, with its
 * reason in one sentence; the others are there all the same.
 *
 * Threads: [control] the process must have one thread when loading begins (jobs/batch.h); the list may
 * then be read by any number. */
#ifndef SNQ_JOBS_SAMPLES_H
#define SNQ_JOBS_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "jobs/batch.h"
#include "jobs/inputs.h"
#include "media/riff_scan.h"

typedef struct snq_samples {
    char *path;    /* as given, or as found in a folder; owned */
    char *name;    /* its last part without the ending: "kick_01"; owned */
    snq_status st; /* OK, or why it was refused, and then `error` says it and there is no sound */
    char *error;   /* NULL, or one sentence without the path; owned */
    uint32_t channels; /* 1, 2 */
    uint32_t rate_hz;  /* cfg.rate_hz */
    size_t frames;     /* > 0 */
    float *channel
        [2];      /* (frames,) each, aligned to SNQ_ALLOC_ALIGN, finite, within SNQ_SAMPLE_MAX; one
                           channel: both are the same; owned */
    int key;      /* MIDI key at which it sounds as recorded, 1 .. 127; -1: the file doesn't say */
    double cents; /* the recording is that much above the key, 0 <= cents < 100 */
    snq_riff_loop loop;          /* SNQ_RIFF_LOOP_NONE: none */
    double loop_start, loop_end; /* frames at rate_hz, not rounded: 0 <= start < end <= frames */
} snq_samples;

typedef struct snq_samples_list {
    snq_samples *item; /* (count,), owned */
    uint32_t count, refused;
    uint64_t bytes; /* of sound, all together */
} snq_samples_list;

typedef struct snq_samples_cfg {
    uint32_t rate_hz; /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ (default 48000) */
    uint32_t
        channels; /* 1: mixed to one; 2: one becomes two; 0: as the file, at most 2 (default 0) */
    double max_s; /* of one recording, > 0 (default 600) */
    uint64_t max_bytes;    /* of all (default 512 MiB) */
    uint32_t threads;      /* workers at most; 0: processors at our disposal (default 0) */
    snq_batch_hooks hooks; /* (default none) */
} snq_samples_cfg;

snq_samples_cfg snq_samples_cfg_default(void);
/* Load all inputs (borrowed for the call). On success *out is owned by the caller (clear), items in the
 * order of the inputs, some of them refused; on error it is empty. ERR_RANGE (cfg), ERR_CANCELLED,
 * ERR_NOMEM, ERR_IO (no worker, no temporary file). A format whose module is missing is a refusal. */
SNQ_MUST_USE snq_status snq_samples_load(const snq_inputs *inputs, const snq_samples_cfg *cfg,
                                         snq_samples_list *out);
/* The same for what `path` names: a file, or a folder (a kit). A path that isn't there and a folder without
 * media are a list of one item that is refused. */
SNQ_MUST_USE snq_status snq_samples_load_path(const char *path, const snq_samples_cfg *cfg,
                                              snq_samples_list *out);
/* A list that is zeroed is legal. */
void snq_samples_clear(snq_samples_list *list);

#endif
