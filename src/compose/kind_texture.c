// SPDX-License-Identifier: MIT
/* IDEA   What lies under a piece for as long as it plays: rain, vinyl, a drone. One long note a stretch, on the
 *        tonic or its fifth, so that what has a pitch agrees with everything.
 *
 * STEPS  sections in which the track plays are joined where they touch; such a stretch is one note, or, with
 *        variation, one a section. Pitch: the tonic in the octave of C4 (drone: of C2), by variation the fifth in
 *        sections of another material. Velocity 52 + 40 * energy. The last note of a piece ends with it. */
#include "compose/track_kind.h"

#include <string.h>

static int pitch_of(const snq_track_job *job, const snq_form_section *s)
{
    const snq_intent *in = job->context->intent;
    const int low = strcmp(job->track->patch, "drone") == 0 ? 36 : 60;
    snq_rng rng = snq_track_rng(job, "pitch", s->material, 0);
    const int fifth = s->material > 0 && snq_rng_uniform(&rng) < (double)job->track->variation &&
                      (snq_scale_set(in->tonic, in->mode) >> ((in->tonic + 7) % 12) & 1);
    return low + (in->tonic + (fifth ? 7 : 0)) % 12;
}

static snq_status make(const snq_track_job *job, snq_track *out)
{
    const snq_context *c = job->context;
    const snq_form *f = &c->form;
    for (uint32_t i = 0; i < f->sections; i++) {
        const snq_form_section *s = &f->section[i];
        if (!(s->active >> job->index & 1))
            continue;
        const int pitch = pitch_of(job, s);
        int32_t bars = s->bars;
        while (i + 1 < f->sections && (f->section[i + 1].active >> job->index & 1) &&
               pitch_of(job, &f->section[i + 1]) == pitch)
            bars += f->section[++i].bars;
        SNQ_TRY(snq_track_put(out, (double)s->bar * c->bar_steps, (double)bars * c->bar_steps,
                              pitch, 52.0 + 40.0 * (double)snq_context_energy(c, s->bar)));
    }
    return SNQ_OK;
}

const snq_track_kind snq__kind_texture = {
    .id = "texture",
    .part = SNQ_PART_mix,
    .order = 90,
    .what = "one long note under a stretch of the piece: rain, vinyl, noise, a drone",
    .make = make,
};
