// SPDX-License-Identifier: MIT
/* IDEA  Chords held as long as they last. A voice that is in the next chord too is held on, most of the time,
 *       as string players would; the rest moves. Forces rise towards the middle of a phrase of eight bars and
 *       fall again.
 * LIMITS No note is held for more than LONGEST bars: a patch that fades must come again. */
#include <string.h>

#include "base/attr.h"
#include "compose/chord_part.h"
#include "compose/style.h"

enum { LONGEST = 8 };

typedef struct held {
    int pitch; /* -1: free */
    int32_t since;
    double velocity;
} held;

static const snq_harmony_pad *style_of(const snq_track_job *job)
{
    return &job->context->intent->style->harmony.pad;
}

/* A swell over eight bars: 0 at its ends, 1 in the middle. */
static double swell_at(int32_t bar)
{
    const double t = (bar % 8) / 8.0;
    return 4 * t * (1 - t);
}

static int holds(const snq_voicing *v, int pitch)
{
    return v->notes > 0 && memchr(v->pitch, pitch, v->notes) != NULL;
}

static snq_status release(snq_track *out, held *h, int32_t at)
{
    const held was = *h;
    h->pitch = -1;
    return was.pitch < 0 || at <= was.since
               ? SNQ_OK
               : snq_track_put(out, was.since, at - was.since, was.pitch, was.velocity);
}

static snq_status play_chord(const snq_chord_part *p, size_t i, int32_t at, held *voice,
                             snq_track *out)
{
    const snq_track_job *job = p->job;
    const snq_harmony_pad *style = style_of(job);
    const snq_voicing *v = &p->voicing[i];
    const int32_t bar_steps = job->context->bar_steps, bar = at / bar_steps;
    snq_rng r = snq_track_rng(job, "tie", p->section->material, (uint32_t)(at - p->start));
    const double force = (double)style->velocity * snq__chord_part_force(job, bar) *
                         (1 + 0.3 * (double)style->swell * (swell_at(bar - p->section->bar) - 0.5));
    for (size_t k = 0; k < SNQ_VOICING_NOTES_MAX; k++) {
        const int stays = voice[k].pitch >= 0 && holds(v, voice[k].pitch) &&
                          at - voice[k].since < (LONGEST - 1) * bar_steps;
        if (!(snq_rng_uniform(&r) < (double)style->tie && stays))
            SNQ_TRY(release(out, &voice[k], at));
    }
    for (size_t n = 0; n < v->notes; n++) {
        size_t k = 0, spare = SNQ_VOICING_NOTES_MAX;
        for (; k < SNQ_VOICING_NOTES_MAX && voice[k].pitch != v->pitch[n]; k++)
            spare = voice[k].pitch < 0 ? k : spare;
        if (k == SNQ_VOICING_NOTES_MAX && spare < SNQ_VOICING_NOTES_MAX)
            voice[spare] = (held) { v->pitch[n], at, force };
    }
    return SNQ_OK;
}

static snq_status play_section(const snq_chord_part *p, snq_track *out)
{
    const int32_t bar_steps = p->job->context->bar_steps;
    held voice[SNQ_VOICING_NOTES_MAX];
    for (size_t k = 0; k < SNQ_VOICING_NOTES_MAX; k++)
        voice[k] = (held) { -1, 0, 0 };
    for (int32_t at = p->start, end; at < p->end; at = end) {
        const size_t i = snq__chord_part_at(p, at, &end);
        /* one chord for ever: it comes again */
        if (end - at > LONGEST * bar_steps)
            end = at + LONGEST * bar_steps;
        SNQ_TRY(play_chord(p, i, at, voice, out));
    }
    /* a breath before what comes: a beat, where the section stops */
    const int32_t stop = p->section->end == SNQ_END_STOP ? p->end - 4 : p->end;
    for (size_t k = 0; k < SNQ_VOICING_NOTES_MAX; k++)
        SNQ_TRY(release(out, &voice[k], stop > voice[k].since ? stop : p->end));
    return SNQ_OK;
}

static snq_status make(const snq_track_job *job, snq_track *out)
{
    return snq__chord_part_each(job, &style_of(job)->voicing, play_section, out);
}

const snq_track_kind snq__kind_pad = {
    .id = "pad",
    .part = SNQ_PART_harmony,
    .order = 41,
    .what = "chords held",
    .make = make,
};
