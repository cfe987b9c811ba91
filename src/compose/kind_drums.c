// SPDX-License-Identifier: MIT
/* IDEA   The kit: section by section its groove, bar by bar what is drawn of it, and what a drummer does at
 *        beginnings and ends (drum_fill.c). Percussion is the same with grooves of its own and without fills. */
#include "compose/drum_impl.h"

static snq_status write_bar(snq__drums *d)
{
    int only = 0;
    d->windows = 0;
    SNQ_TRY(snq__drum_marks(d, &only));
    if (only)
        return SNQ_OK;
    SNQ_TRY(snq__drum_ends(d));
    return snq__drum_bar_write(d);
}

snq_status snq__drums_make(const snq_track_job *job, int percussion, snq_track *out)
{
    const snq_form *form = &job->context->form;
    snq__drums d;
    snq__drum_begin(&d, job, percussion, out);
    if (d.bar_steps <= 0 || d.bar_steps > SNQ_BAR_STEPS_MAX)
        return SNQ_OK;
    for (uint32_t i = 0; i < form->sections; i++) {
        const snq_form_section *s = &form->section[i];
        if (!(s->active >> job->index & 1u) || !snq__drum_section(&d, i))
            continue;
        for (d.nth = 0; d.nth < s->bars; d.nth++) {
            d.bar = s->bar + d.nth;
            snq__drum_wish_read(&d);
            SNQ_TRY(write_bar(&d));
        }
    }
    return SNQ_OK;
}

static snq_status make(const snq_track_job *job, snq_track *out)
{
    return snq__drums_make(job, 0, out);
}

const snq_track_kind snq__kind_drums = {
    .id = "drums",
    .part = SNQ_PART_drums,
    .order = 0,
    .what = "the kit: grooves, fills, rolls",
    .make = make,
};
