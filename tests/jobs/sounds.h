// SPDX-License-Identifier: MIT
/* sounds -- a temporary folder, and recordings in it whose sample rate tells `misbehave` what to do. */
#ifndef SNQ_TESTS_JOBS_SOUNDS_H
#define SNQ_TESTS_JOBS_SOUNDS_H

/* For cmocka's group setup and teardown. */
int sounds_begin(void **state);
int sounds_end(void **state);
/* "<folder>/<name>" into to[256]. */
void sounds_path(char to[256], const char *name);
/* Entries of the folder. */
int sounds_count(void);
/* A tone in the second quarter of `seconds`, at MISBEHAVE_RATE_HZ + deed. */
void sounds_write(const char *name, int deed, double seconds);

/* A drum machine of 120 BPM for `seconds`, at the same rates: strokes each half second, every fourth lower. */
void sounds_write_beat(const char *name, int deed, double seconds);

#endif
