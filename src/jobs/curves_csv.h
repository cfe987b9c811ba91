// SPDX-License-Identifier: MIT
/* curves_csv -- control curves as a table for other programs: a row a moment, a column a destination (RFC 4180).
 *
 *     time_s,beat,wobble_bass.lfo_rate (hz),rhythm.kick_pattern
 *     0,0,1.6666666,style
 *     0.05,0.11666667,1.71,style
 *
 * Time is the film's, beats (quarter notes) the music's. A number is as short as brings the same float back; a choice is
 * its name. Lines end with CR LF. Threads: [any]. */
#ifndef SNQ_JOBS_CURVES_CSV_H
#define SNQ_JOBS_CURVES_CSV_H

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "map/map_run.h"
#include "score/score.h"

#define SNQ_CURVES_CSV_RATE_HZ 20.0
/* What a table is kept under by choosing its rate (bytes). */
#define SNQ_CURVES_CSV_BYTES   20e6

typedef struct snq_curves_csv_cfg {
    const snq_score *score; /* its tempo, in order; borrowed for the call; NULL: `bpm` */
    double bpm;             /* without a score: 3.5 .. 1000 (120) */
    double lead_s;          /* >= 0: how far into the music the film begins (0) */
    double duration_s;      /* of the film, 0 .. 86400 */
    double rate_hz;         /* rows a second, 0.01 .. 200; 0: snq_curves_csv_rate (0) */
} snq_curves_csv_cfg;

snq_curves_csv_cfg snq_curves_csv_cfg_default(double duration_s);
/* 20, or, where that would be over BYTES, 10, 5, 2, 1, 0.5 … */
double snq_curves_csv_rate(const snq_map_result *r, double duration_s);
/* Appends the header and a row for each i / rate_hz from 0 to duration_s. ERR_RANGE (a setting, naming it), what `to`
 * says (ERR_TOO_BIG, ERR_NOMEM). */
SNQ_MUST_USE snq_status snq_curves_csv(const snq_map_result *r, const snq_curves_csv_cfg *cfg,
                                       snq_str *to);

#endif
