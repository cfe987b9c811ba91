// SPDX-License-Identifier: MIT
/* render_job -- a score or a MIDI file, from its path to a folder of stems and their sum: what is behind
 * `sonique render`.
 *
 *     OUT/score.json  what was played      OUT/score.mid
 *     OUT/mix.json    how it was mixed     OUT/premaster.wav (premaster): the sum of the stems
 *     OUT/stems/<track>.wav                OUT/stems/lanes/<track>.<lane>.wav (lanes)
 *     OUT/mix.wav     the record: mastered; dry: the plain sum of the tracks
 *
 * Lanes are as their track's level and place make them; what else happens to the track, happens to all of
 * it together.
 *
 *     render_plan: what is played ─► render_files: the folder ─► synth/render, mix_down: the sound ─► commit
 *
 * Threads: [control] one job at a time; the process must have one thread (kits and recordings are decoded by
 * workers). */
#ifndef SNQ_JOBS_RENDER_JOB_H
#define SNQ_JOBS_RENDER_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "jobs/render_report.h"
#include "media/audio_writer.h"
#include "mix/engine/mix_plan.h"
#include "score/score.h"

enum { SNQ_RENDER_CHOICES_MAX = 512, SNQ_MIX_BYTES_MAX = 16 << 20 };

/* --patch TRACK=ID */
typedef struct snq_patch_choice {
    const char *track, *patch; /* borrowed */
} snq_patch_choice;

/* A stem that is there and stays as it is (jobs/frozen_stems.h). */
typedef struct snq_frozen_stem {
    const char *track, *path; /* borrowed */
    int recording;            /* it is also what its track plays */
    const struct snq_frozen_sound
        *sound; /* a recording that is no stem yet, in place of path: it is
                                             written as one; borrowed; NULL: path */
} snq_frozen_stem;

typedef struct snq_folder_output snq_folder_output;

typedef struct snq_render_job_cfg {
    const char *input;      /* a score (JSON) or a standard MIDI file: told by its bytes */
    const snq_score *score; /* in place of `input`: checked and sorted, copied; NULL */
    const char *out;        /* folder */
    const snq_patch_choice *choice;
    size_t choices;
    const char *kit; /* folder of one-shots that drum tracks are played with; NULL */
    const char
        *mix;      /* a file that says how to mix (sonique/mix/1); NULL: by the patches' families */
    int dry;       /* no mix: level and place of the tracks, nothing else */
    int premaster; /* write the sum of the stems, too */
    int lanes;     /* a stem for each lane of a drum track, too */
    int force;
    int no_stems; /* stems are made, and not written */
    int discard;  /* the folder is gone at the end: `finish` takes what is wanted of it */
    /* Seconds of the piece that are heard; 0, 0: all of it, until its last sound has died away. It ends at to_s with a
     * fade of fade_s. */
    double from_s, to_s, fade_s;
    snq_audio_format format;       /* of the stems and the sum (WAV) */
    uint32_t threads;              /* (1) */
    uint64_t seed;                 /* (0) */
    const volatile int *cancel;    /* non-zero asks to stop; NULL */
    const snq_frozen_stem *frozen; /* (frozen_count,); WAV only */
    size_t frozen_count;
    /* In place of `mix` and the defaults: a plan for these parts, as snq_mix_defaults. NULL. */
    snq_status (*plan)(void *user, const snq_mix_part *part, uint32_t parts, snq_mix_plan *out);
    /* Level of a track (dB, -120 .. 24) whose fullest bars have this integrated loudness before anything is
     * mixed (-inf: silence); NaN: as the score has it. NULL: nothing is measured. */
    float (*level)(void *user, const char *track, double lufs);
    /* A block of a whole track's stem, borrowed: on any thread, for different tracks at once, for one in
     * order. NULL. */
    snq_status (*stem)(void *user, const char *track, const snq_audio *block);
    /* All is in the folder, no thread is left; more may be put there before it gets its name. NULL. */
    snq_status (*finish)(void *user, snq_folder_output *folder, const snq_render_report *report);
    void (*progress)(void *user, double done_s, double of_s);
    void *user; /* of all the above */
} snq_render_job_cfg;

snq_render_job_cfg snq_render_job_cfg_default(void);
/* *out is initialised; the caller clears it, also after an error. ERR_NOT_FOUND, ERR_FORMAT, ERR_RANGE,
 * ERR_TOO_BIG, ERR_EXISTS, ERR_IO, ERR_UNSUPPORTED, ERR_CANCELLED, ERR_NOMEM: nothing is left in OUT. */
SNQ_MUST_USE snq_status snq_render_job_run(const snq_render_job_cfg *cfg, snq_render_report *out);

#endif
