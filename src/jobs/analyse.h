// SPDX-License-Identifier: MIT
/* analyse -- one recording, from its file to a hearing: the pipeline behind `sonique listen`.
 *
 *     file -> media/reader -> listen/listener -> hearing
 *                         \-> media/waveform -> waveform file
 *
 * Threads: several may analyse at once, each its own file. */
#ifndef SNQ_JOBS_ANALYSE_H
#define SNQ_JOBS_ANALYSE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/hearing.h"
#include "score/overview.h"

/* The two outlines that plots and the catalogue use. */
enum { SNQ_OVERVIEW_SMALL = 1000, SNQ_OVERVIEW_LARGE = 8000 };

typedef struct snq_analyse_cfg {
    const char *const *only;   /* (only_count,) ids of analysers; borrowed */
    uint32_t only_count;       /* 0: all */
    const char *waveform_path; /* NULL, or where to write: ends in ".dat" or ".json"; borrowed */
    uint32_t zoom;          /* frames a pixel of the waveform file, 2 .. 2^31 - 1 (default 256) */
    int force;              /* replace an existing waveform file (default 0) */
    int timings;            /* measure each analyser's time (default 0) */
    snq_overview *overview; /* NULL, or (2,): filled with SMALL and LARGE; the caller clears */
    const volatile int *cancel; /* NULL, or non-zero asks to stop; borrowed (default NULL) */
    /* NULL, or told now and then how much of the file is done, 0 .. 1, and how much sound that was. */
    void (*progress)(void *user, double part, double sound_s);
    void *user;
} snq_analyse_cfg;

snq_analyse_cfg snq_analyse_cfg_default(void);
/* Whether each id is an analyser's and the waveform's name says its format. ERR_NOT_FOUND and ERR_ARG
 * name what is wrong and what there is. */
SNQ_MUST_USE snq_status snq_analyse_check(const snq_analyse_cfg *cfg);

/* Make sure that a folder for output files is there; its parent must be. ERR_IO with the system's
 * reason. */
SNQ_MUST_USE snq_status snq_analyse_folder(const char *path);

/* Analyse the file at `path` (borrowed for the life of *h). On success *h is complete and owned by
 * the caller (snq_hearing_clear); on error it is cleared, no file was written, and snq_last_error
 * says in one sentence why the input was refused. Errors: those of media/reader.h, ERR_NOT_FOUND,
 * ERR_CANCELLED, ERR_EXISTS and ERR_IO for the waveform file. */
SNQ_MUST_USE snq_status snq_analyse_run(const char *path, const snq_analyse_cfg *cfg,
                                        snq_hearing *h);

#endif
