// SPDX-License-Identifier: MIT
/* render_names -- what the files of a rendering are called.
 *
 *     stems/<track>.wav     stems/lanes/<track>.<lane>.wav     mix.wav     premaster.wav
 *
 * Names that every file system takes: letters and digits of ASCII, and '.', '_', '-' but at the front; any other
 * character becomes one '_'. What is long is cut. Two stems never share a name, also where case doesn't
 * count: the second is "bass_2". Threads: one at a time. */
#ifndef SNQ_JOBS_RENDER_NAMES_H
#define SNQ_JOBS_RENDER_NAMES_H

#include "jobs/render_report.h"
#include "media/audio_writer.h"

/* Name the file of the last stem of `r`, whose `name` and `lane` are set, unlike the files of those before it. */
void snq_render_name_stem(snq_render_report *r, snq_audio_format format);
/* Name a file of the whole piece: "mix", "premaster". */
void snq_render_name_whole(snq_render_stem *s, const char *name, snq_audio_format format);

#endif
