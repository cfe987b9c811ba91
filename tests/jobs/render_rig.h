// SPDX-License-Identifier: MIT
/* render_rig -- a temporary folder with a few patches, scores and MIDI files for the tests of render_*.
 *
 * data/patches: soft_keys (keys), sub_bass (bass), kit (drums), sample_kit; programs 32..39 are sub_bass, others
 * soft_keys. SNQ_DATA says so while the rig stands. */
#ifndef SNQ_TESTS_JOBS_RENDER_RIG_H
#define SNQ_TESTS_JOBS_RENDER_RIG_H

#include <stddef.h>

#include "jobs/render_job.h"

int render_rig_begin(void **state); /* fixtures of a cmocka test */
int render_rig_end(void **state);
/* A path in the folder; valid until the end. */
const char *rig_path(const char *name);
void rig_put(const char *name, const void *bytes, size_t n);
void rig_put_text(const char *name, const char *text);
int rig_entries(const char *name); /* of a folder, hidden ones too; -1: it isn't there */
/* A score with these tracks ("{…}, {…}") of `quarters` at 120 BPM; the path of its file. */
const char *rig_score(const char *tracks, int quarters);
/* A track with one note a quarter: velocity 100, of these pitches. `more`: ", \"patch\": \"x\"".
 * Eight are valid at a time. */
const char *rig_track(const char *name, const char *more, int pitches, ...);
/* drums (kick, snare, hat), bass (sub_bass), keys, and a track without notes: two seconds. */
const char *rig_band(void);
/* Of the rig's input and its folder "out", one thread. */
snq_render_job_cfg rig_cfg(const char *input);

#endif
