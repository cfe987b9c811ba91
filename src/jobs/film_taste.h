// SPDX-License-Identifier: MIT
/* film_taste -- compose/film_brief.h with what lies among the product's data: the table of tastes, the styles, the templates.
 *
 * The table is <data>/styles/tables/film.json (data_folders.h); the user's own takes the product's place.
 *
 * Threads: [any]; what is loaded is only read. */
#ifndef SNQ_JOBS_FILM_TASTE_H
#define SNQ_JOBS_FILM_TASTE_H

#include "base/attr.h"
#include "base/status.h"
#include "compose/film_brief.h"
#include "jobs/map_library.h"
#include "jobs/style_library.h"

/* On error *out says nothing. ERR_UNSUPPORTED (there is none anywhere), ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG (it is no good
 * table), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_film_taste_load(snq_film_table *out);

/* snq_film_brief with the styles that there are. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_film_taste_brief(const snq_film_table *t, const snq_style_library *l,
                                             const snq_film_traits *f, snq_brief *b,
                                             snq_film_words *why);

/* The template for a style's id: the first that says it is for that genre, the user's own before the product's; else the
 * table's. Where that is not there: ERR_NOT_FOUND. *out is borrowed from the library; on error NULL. */
SNQ_MUST_USE snq_status snq_film_taste_template(const snq_film_table *t, const snq_map_library *l,
                                                const char *style, const snq_map_template **out);

#endif
