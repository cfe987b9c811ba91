// SPDX-License-Identifier: MIT
/* sonify_report -- members of a report's "film" (schemas/report-1.schema.json): what was seen, what was made of it, and what
 * went out.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_SONIFY_REPORT_H
#define SNQ_JOBS_SONIFY_REPORT_H

#include "base/json.h"
#include "compose/film_brief.h"
#include "jobs/film_out.h"
#include "map/map_run.h"

typedef struct snq_sonify_told {
    const snq_film_traits *traits;
    const snq_film_words *why;
    const snq_map_result *curves;
    const snq_film_out_report *out; /* NULL: a folder */
} snq_sonify_told;

/* "traits", "why", "destinations", "output"? into the object that is open. */
void snq_sonify_report_json(snq_json *j, const snq_sonify_told *t);

#endif
