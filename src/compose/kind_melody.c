// SPDX-License-Identifier: MIT
/* The melody as an instrument plays it: the style's traits, bent by the words of the prompt (melody_make.h does the
 * rest).
 *
 *     busy sparse driving rolling soft   density           catchy      exact repeats, more hook
 *     funky                              blue notes        syncopated  weak rhythms, later placed
 *     soft aggressive heavy              force             chopped     shorter notes, punchy too
 *     lush spacious                      longer notes      glitchy     repeated notes, leaps */
#include "compose/melody_make.h"
#include "compose/style.h"

static float bent(float v, double by)
{
    const double x = (double)v + by;
    return (float)(x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x);
}

static void bend(const snq_track_job *job, snq_style_melody *s)
{
#define HAS(q) snq_singer_has(job, SNQ_QUALITY_##q)
    s->hook = bent(s->hook, 0.4 * HAS(catchy));
    s->repeats = bent(s->repeats, 0.15 * HAS(glitchy) + 0.1 * HAS(catchy));
    s->blue = bent(s->blue, 0.25 * (HAS(funky) > 0));
    s->leaps = bent(s->leaps, 0.25 * (HAS(glitchy) > 0) - 0.1 * (HAS(soft) > 0) +
                                  0.2 * ((double)job->track->complexity - 0.5));
    s->chromatic =
        bent(s->chromatic, 0.2 * ((double)job->track->complexity - 0.5) * (s->chromatic > 0.0f));
    s->answer = bent(s->answer, 0.3 * HAS(sparse));
    s->pickup = bent(s->pickup, 0.2 * HAS(driving));
    if (HAS(chopped) > 0 || HAS(punchy) > 0)
        s->gate *= 0.65f;
    if (HAS(lush) > 0 || HAS(spacious) > 0)
        s->gate = s->gate < 1.0f ? 1.0f : s->gate;
    if (s->gate < 0.2f)
        s->gate = 0.2f;
}

static snq_status make_melody(const snq_track_job *job, snq_track *out)
{
    const snq_form *const form = &job->context->form;
    const snq_track_intent *const t = job->track;
    snq_style_melody style = job->context->intent->style->melody;
    snq_singer s = { .job = job, .style = &style };
    bend(job, &style);
    s.density = (double)t->density + 0.25 * HAS(busy) - 0.35 * HAS(sparse) + 0.15 * HAS(driving) +
                0.15 * HAS(rolling) - 0.1 * (HAS(soft) > 0) + 0.1 * HAS(syncopated);
    s.vary = (double)t->variation * (HAS(catchy) > 0 ? 0.3 : 0.8);
    s.loud = 7.0 * HAS(aggressive) + 4.0 * HAS(heavy) - 13.0 * HAS(soft);
    for (uint32_t i = 0; i < form->sections; i++)
        if (form->section[i].active >> job->index & 1)
            SNQ_TRY(snq_singer_section(&s, &form->section[i], out));
    return SNQ_OK;
}

const snq_track_kind snq__kind_melody = {
    .id = "melody",
    .part = SNQ_PART_melody,
    .order = 60,
    .what = "the tune: ideas that come back, ask and answer",
    .make = make_melody,
};
