// SPDX-License-Identifier: MIT
/* film_out -- a film goes out with new sound: the last step of `sonique sonify VIDEO -o OUT.mp4`.
 *
 *     video ──worker──► its original sound on its clock ──► speech_duck ─┐
 *     music.wav ─────────────────────────────────────────────────────────┴► sum ─► master ─► new sound
 *     video, new sound ──worker──► OUT: picture packets copied, sound coded (media/film_mux.h)
 *
 * The music begins with the first picture. Where the original sound stays, both are brought to one loudness and
 * added: `keep` with the music a fixed offset below, `duck` with music that steps back where something sounds. The
 * sum is brought to `lufs`; the ceiling is one for what a player decodes.
 *
 * Only the first tracks of picture and sound are looked at. The same inputs give the same bytes.
 *
 * Threads: [control] one at a time in a process that has one thread when it begins (jobs/batch.h). */
#ifndef SNQ_JOBS_FILM_OUT_H
#define SNQ_JOBS_FILM_OUT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/warnings.h"
#include "jobs/batch.h"
#include "media/atomic_file.h"
#include "media/film_mux.h"

/* What becomes of the original sound: X(name, number, word) */
#define SNQ_ORIGINAL_MAP(X) \
    X(KEEP, 0, "keep")      \
    X(DUCK, 1, "duck")      \
    X(REPLACE, 2, "replace")

typedef enum snq_original {
#define X(name, number, word) SNQ_ORIGINAL_##name = (number),
    SNQ_ORIGINAL_MAP(X)
#undef X
        SNQ_ORIGINALS
} snq_original;

/* "duck"; static. */
const char *snq_original_name(snq_original original);
/* "duck" -> *out. ERR_NOT_FOUND says what there is. */
SNQ_MUST_USE snq_status snq_original_parse(const char *name, snq_original *out);

typedef struct snq_film_out_cfg {
    const char *video; /* borrowed, as all */
    const char
        *music;      /* a WAV of SNQ_FILM_RATE_HZ, two channels; frame 0 is at the first picture */
    const char *out; /* its ending is the container (media/film_mux.h) */
    int force;       /* replace an existing file (default 0) */
    snq_original original; /* (default SNQ_ORIGINAL_DUCK) */
    float lufs;            /* of the new sound, -40 .. -5 (default -14) */
    float ceiling_dbtp;    /* -12 .. 0 (default -1) */
    const char *title;     /* UTF-8, under 256 bytes; NULL: none (default) */
    uint32_t threads;      /* 0: one a processor (default 0) */
    /* NULL (default): it gets its name; else NULL at first, and takes what is to get it: the caller commits or aborts it,
     * whatever is returned. */
    snq_atomic_file **pending;
    snq_batch_hooks hooks; /* (default none) */
} snq_film_out_cfg;

typedef struct snq_film_out_report {
    char video_codec[32]; /* copied */
    char audio_codec[32]; /* of the new sound: aac, opus */
    char container[8];    /* mp4 m4v mov mkv webm */
    int64_t pictures;     /* packets */
    double length_s;      /* to the end of the last picture */
    double sound_s;       /* length of the new sound */
    int original_had_sound;
    snq_original original; /* what was done: REPLACE when there is no sound */
    double original_lufs;  /* of it; NaN: none, or silence */
    double original_db,
        music_db;           /* what each was changed by before they were added, ducking aside */
    double duck_deepest_db; /* 0: never */
    double duck_share;      /* of the time, under -1 dB */
    double speech_share;    /* of the time, taken for speech */
    double lufs, true_peak_dbtp; /* of what was written, decoded; -inf: silence */
    uint32_t tries;              /* that the ceiling took */
    snq_warnings warnings;
} snq_film_out_report;

snq_film_out_cfg snq_film_out_cfg_default(void);
/* What can be said before hours of work: the ending, ranges, whether the output exists or is an input, its folder,
 * libraries. ERR_ARG, ERR_RANGE, ERR_EXISTS, ERR_IO (folder, video), ERR_UNSUPPORTED. `music` may be NULL here. */
SNQ_MUST_USE snq_status snq_film_out_check(const snq_film_out_cfg *cfg);
/* Whether the film can be copied into that container: a worker looks at its packets. Those of check and of snq_film_scan,
 * ERR_UNSUPPORTED: the codec doesn't go there; ERR_CANCELLED, ERR_NOMEM, ERR_IO. */
SNQ_MUST_USE snq_status snq_film_out_probe(const snq_film_out_cfg *cfg);
/* Write it. Fills *report. Errors: those of check; of snq_film_scan and snq_film_mux_run, without the video's name;
 * ERR_FORMAT, ERR_RANGE (the music, which is named); ERR_CANCELLED; ERR_NOMEM; ERR_IO. On error nothing is left
 * under the output's name that was not there before. */
SNQ_MUST_USE snq_status snq_film_out_run(const snq_film_out_cfg *cfg, snq_film_out_report *report);

#endif
