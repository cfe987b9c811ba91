// SPDX-License-Identifier: MIT
/* hit_fit -- tempo and downbeats that fit a film: one tempo, or a few that follow each other gently, such that the hit
 * points of the film (hit_points.h) fall on downbeats, beats, eighths (explained in hit_fit.c and hit_path.c).
 *
 * Time in seconds from the film's start; place in the music in quarter notes from the start of bar 0. Bar 0 begins at
 * the film's start or less than a bar before it (in metres of odd eighths two bars, of odd sixteenths four: it begins on
 * a beat): the first `lead_s` are not heard. The piece ends with the film, whatever its last bar says:
 * `end` and `tail_s` tell how.
 *
 * Plain data, no memory of its own. Threads: [any]. */
#ifndef SNQ_COMPOSE_HIT_FIT_H
#define SNQ_COMPOSE_HIT_FIT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/status.h"
#include "compose/hit_points.h"

enum { SNQ_TEMPO_STEPS_MAX = 256 };
#define SNQ_FIT_FILM_MAX_S 86400.0

typedef struct snq_fit_cfg {
    double bpm_min, bpm_max; /* quarter notes a minute, 20 .. 400, min <= max */
    int32_t bar_steps;       /* sixteenths of a bar, 1 .. 99 (16) */
    double end_s;            /* the film's length, > 0 */
    double tolerance_s;      /* how near is a hit: 0.005 .. 0.1 (0.04) */
    float downbeat, eighth;  /* what these are worth, a beat is 1 (1.12, 0.43) */
    float end_weight;        /* of the film's end on a bar line (0.4); 0: it may end anywhere */
    float
        luck; /* 0 .. 1: how much of what any offset gets counts for nothing, lest the fastest tempo win (1) */
    int changes;          /* tempo may change where a section begins (0) */
    double change_max;    /* > 0 .. 0.1: by this ratio at most from section to section (0.03) */
    double section_min_s; /* sections begin at cuts that are this far apart (1.5) */
} snq_fit_cfg;

/* How the piece ends with the film. */
typedef enum snq_film_end {
    SNQ_FILM_END_BAR = 0, /* on a bar line, within the tolerance */
    SNQ_FILM_END_BEAT,    /* on another beat: the last bar is a shorter one */
    SNQ_FILM_END_CUT,     /* between: the last bar is cut */
} snq_film_end;

typedef struct snq_tempo_step {
    double quarter; /* from bar 0, a whole number */
    double t_s;     /* of that quarter */
    double bpm;     /* from here to the next */
} snq_tempo_step;

/* Shares 0 .. 1 of the weight of all hits. */
typedef struct snq_hit_shares {
    double downbeat, beat, eighth;
} snq_hit_shares;

typedef struct snq_hit_fit {
    snq_tempo_step step[SNQ_TEMPO_STEPS_MAX]; /* (steps,), the first at quarter 0 */
    uint32_t steps;                           /* >= 1 */
    int32_t bar_steps;
    int32_t bars; /* that reach the film's end */
    double end_s; /* of the film */
    double tolerance_s;
    /* Of bar 0 before the film begins; below 0, by the tolerance at most: the film begins first. */
    double lead_s;
    double tail_s; /* >= 0: of the last bar after it has ended */
    snq_film_end end;
    snq_hit_shares got, chance; /* chance: what a random offset of these tempos would get */
    double bpm;                 /* the median over time */
} snq_hit_fit;

/* One hit in the report. Errors: hit minus grid, seconds. */
typedef struct snq_hit_row {
    double beat_error_s, eighth_error_s, downbeat_error_s;
    double beat_chance, eighth_chance; /* 0 .. 1 that a random offset meets it */
} snq_hit_row;

snq_fit_cfg snq_fit_cfg_default(double bpm_min, double bpm_max, double end_s);
/* Hits: in order, within 0 .. end_s. Without any (NULL is legal): a tempo near the middle at which the film is whole
 * bars, if there is one, bar 0 at its start. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_hit_fit_find(const snq_fit_cfg *cfg, const snq_hit_list *hits,
                                         snq_hit_fit *out);
/* Time of a place, place of a time: beyond the ends the first and the last tempo go on. */
double snq_hit_fit_time_s(const snq_hit_fit *f, double quarter);
double snq_hit_fit_quarter(const snq_hit_fit *f, double t_s);
double snq_hit_fit_bar_s(const snq_hit_fit *f, int32_t bar); /* where bar `bar` begins */
snq_hit_row snq_hit_fit_row(const snq_hit_fit *f, double t_s);
/* Shares that these hits get (and by chance), by this grid. No hits: 0. */
void snq_hit_fit_score(const snq_hit_fit *f, const snq_hit_list *hits, snq_hit_shares *got,
                       snq_hit_shares *chance);
/* Members of a report: "hits": [{t_s, kind, weight, beat_error_s, eighth_error_s, …}] and "hit_points": {…}, written
 * into the object that is open. */
void snq_hit_fit_json(snq_json *j, const snq_hit_fit *f, const snq_hit_list *hits);

#endif
