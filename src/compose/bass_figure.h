// SPDX-License-Identifier: MIT
/* bass_figure -- what a piece makes of a style's bass beyond the notes as written: its own figure of a pattern, and the
 * parameters that move.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_BASS_FIGURE_H
#define SNQ_COMPOSE_BASS_FIGURE_H

#include "base/attr.h"
#include "base/status.h"
#include "compose/style_bass.h"
#include "compose/track_kind.h"

/* `from` (one of the style's patterns) as this piece and this section's material have it. */
void snq_bass_figure(const snq_track_job *job, const snq_form_section *f,
                     const snq_bass_pattern *from, snq_bass_pattern *out);
/* Append curves: lfo_rate by the style's cycles a beat, moves by bars and energy, of the patches that they are for.
 * ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_bass_curves(const snq_track_job *job, snq_track *out);

#endif
