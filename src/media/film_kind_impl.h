// SPDX-License-Identifier: MIT
/* film_kind -- what media/film_mux.h asks of the module (private to media). */
#ifndef SNQ_MEDIA_FILM_KIND_IMPL_H
#define SNQ_MEDIA_FILM_KIND_IMPL_H

#include "base/status.h"
#include "base/warnings.h"
#include "media/film_mux.h"
#include "media/source_impl.h"

typedef struct snq__film_kind {
    snq_status (*check)(snq_film_container container);
    snq_status (*scan)(snq__source *source, snq_film_info *info, snq_warnings *warnings);
    snq_status (*run)(snq__source *source, const snq_film_mux_cfg *cfg,
                      snq_film_mux_report *report);
} snq__film_kind;

/* The module's. */
SNQ_MUST_USE snq_status snq__film_check(snq_film_container container);
SNQ_MUST_USE snq_status snq__film_scan(snq__source *source, snq_film_info *info,
                                       snq_warnings *warnings);
SNQ_MUST_USE snq_status snq__film_run(snq__source *source, const snq_film_mux_cfg *cfg,
                                      snq_film_mux_report *report);

#endif
