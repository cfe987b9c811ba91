// SPDX-License-Identifier: MIT
/* film_wishes -- what the matrix says of composition, as wishes: for each bar, and for the whole piece.
 *
 *     snq_map_result ─┬─► snq_bar_wish (bars,)   energy, hats, percussion, swing, chords, kick, progression
 *                     └─► snq_brief              key, scale, tempo, where the prompt leaves them open
 *
 * A destination says something where an enabled mapping sets it and a source of it had a value at all; else the
 * style does what it does.
 *
 * Threads: [any]. */
#ifndef SNQ_JOBS_FILM_WISHES_H
#define SNQ_JOBS_FILM_WISHES_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/bar_wish.h"
#include "compose/brief.h"
#include "map/map_run.h"

/* out (bars,): bar b lasts from b bar_quarters to (b + 1) bar_quarters on the curves' own scale (quarter notes from the
 * start of the piece); behind a curve's end its last value holds. Numbers are means over the bar, choices what holds
 * longest in it (of two the earlier). */
void snq_film_wishes(const snq_map_result *r, int32_t bars, double bar_quarters, snq_bar_wish *out);
/* Into b, where neither prompt nor flags said it: key and scale that hold longest from 0 to `quarters`; a range of
 * SNQ_FILM_TEMPO_SHARE about the mean tempo. */
void snq_film_wishes_brief(const snq_map_result *r, double quarters, snq_brief *b);
#define SNQ_FILM_TEMPO_SHARE 0.06

/* One object of arrays (bars,) by the names of snq_bar_wish_fields: numbers, choices by name, null where nothing is
 * said; a member that no bar says anything of is left out. */
void snq_film_wishes_json(snq_json *j, const snq_bar_wish *wish, int32_t bars);
/* Back into out (bars,). Other keys, other lengths, values out of range are errors: ERR_FORMAT, ERR_RANGE, naming the
 * place; `out` is then undefined. */
SNQ_MUST_USE snq_status snq_film_wishes_from_json(const snq_json_ref *at, int32_t bars,
                                                  snq_bar_wish *out);

#endif
