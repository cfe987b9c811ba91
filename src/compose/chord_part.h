// SPDX-License-Identifier: MIT
/* chord_part -- what all kinds that play chords share: their register and layout, their force, their section's
 * chords as pitches.
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_CHORD_PART_H
#define SNQ_COMPOSE_CHORD_PART_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "compose/style_harmony.h"
#include "compose/track_kind.h"
#include "compose/voicing.h"

/* The chords of a section, laid out. */
typedef struct snq_chord_part {
    const snq_track_job *job;
    const snq_form_section *section;
    int32_t start, end;   /* steps of the section in the piece */
    size_t first, chords; /* in the context */
    snq_voicing *voicing; /* (chords,), owned */
} snq_chord_part;

/* Lay out the section's chords in `style`; `kind` of snq__chord_part_kind; `last` is what sounded last and
 * becomes what sounds at its end. On error p is clear. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__chord_part_init(snq_chord_part *p, const snq_track_job *job,
                                             const snq_form_section *section,
                                             const snq_voicing_style *style, uint8_t kind,
                                             snq_voicing *last);
void snq__chord_part_clear(snq_chord_part *p);
/* Call `play` for each section in which the track plays and there are chords, laid out one after the other.
 * ERR_NOMEM, those of `play`. */
SNQ_MUST_USE snq_status snq__chord_part_each(
    const snq_track_job *job, const snq_voicing_style *style,
    snq_status (*play)(const snq_chord_part *part, snq_track *out), snq_track *out);
/* Which SNQ_VOICING_* the track uses: by the style's weights and the track's qualities. */
uint8_t snq__chord_part_kind(const snq_track_job *job, const snq_voicing_style *style);
/* Its chord at a step of the piece: index 0 .. chords - 1, and where that one ends. */
size_t snq__chord_part_at(const snq_chord_part *p, int32_t step, int32_t *end);

/* Does the track play in this section? */
int snq__chord_part_active(const snq_track_job *job, const snq_form_section *section);
/* Is there a track of this part (and kind, NULL: any) in the section? */
int snq__chord_part_beside(const snq_track_job *job, const snq_form_section *section, int part,
                           const char *kind);
/* Has the track this quality? 1, shunned -1, else 0. */
int snq__chord_part_quality(const snq_track_job *job, int quality);
/* Factor of a velocity: the bar's energy, soft and aggressive playing. */
double snq__chord_part_force(const snq_track_job *job, int32_t bar);
/* Is this the bar in which the piece ends? */
int snq__chord_part_final(const snq_chord_part *p, int32_t bar);
/* How likely something of these qualities and this energy range is for a track, times its weight. */
float snq__chord_part_weight(const snq_track_job *job, float weight, uint32_t qualities,
                             float energy, float low, float high);

#endif
