// SPDX-License-Identifier: MIT
/* map_rig -- results of a matrix made by hand, scores to try them on, and what is heard of them with the product's own
 * patches. */
#ifndef SNQ_TESTS_JOBS_MAP_RIG_H
#define SNQ_TESTS_JOBS_MAP_RIG_H

#include <stddef.h>

#include "map/map_run.h"
#include "score/score.h"

enum { MAP_RIG_RATE = 48000 };

int map_rig_begin(
    void **state); /* fixtures of a cmocka group: a temporary folder, patches of the source tree */
int map_rig_end(void **state);
const char *map_rig_folder(const char *name); /* a path in it; until the next call */

/* What a mapping of `destination` gave: points (n,) of {quarter note, value}. */
void map_rig_put(snq_map_result *r, const char *destination, snq_curve_shape shape,
                 const double (*point)[2], size_t n);
void map_rig_put_one(snq_map_result *r, const char *destination, double value);
void map_rig_clear(snq_map_result *r);

/* 4/4 without tracks; the caller clears. */
void map_rig_score(snq_score *s, double bpm, double quarters);
snq_track *map_rig_track(snq_score *s, const char *name, const char *kind, const char *patch);
void map_rig_note(const snq_score *s, snq_track *t, double at, double length, int pitch);
const snq_curve *map_rig_curve(const snq_track *t, const char *target); /* NULL: there is none */
/* map_sound on the score, which is then checked. */
void map_rig_apply(const snq_map_result *r, snq_score *s);

/* Left side of a track's stem, *frames of it; free. `dry`: as the patch plays it. */
float *map_rig_stem(const snq_score *s, const char *track, int dry, size_t *frames);

double map_rig_db(const float *x, size_t from, size_t to); /* power in dBFS */
/* Ranks' correlation of a and b (n,). */
double map_rig_spearman(const double *a, const double *b, size_t n);

#endif
