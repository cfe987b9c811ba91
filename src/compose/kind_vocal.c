// SPDX-License-Identifier: MIT
/* The voice without words: a melody that somebody must be able to sing.
 *
 *     sung     the style's rhythms with fewer weak notes, small steps, no phrase longer than a breath
 *     vowels   one or two long tones a bar; also where a melody is there already: it sings under it
 *     chops    short syllables in rhythm on few pitches; what "chopped" and "glitchy" ask for
 *
 * The rhythms of vowels and chops are here, not in the style: they are what the words mean. */
#include <string.h>

#include "compose/melody_make.h"
#include "compose/style.h"

#define HAS(q) snq_singer_has(job, SNQ_QUALITY_##q)

static const snq_melody_rhythm vowel_tab[] = {
    { .notes = "x--------------.", .weight = 3, .energy_max = 1 },
    { .notes = "x-------x-----..", .weight = 3, .energy_max = 1 },
    { .notes = "x-----------x---", .weight = 2, .energy_max = 1 },
    { .notes = "x---------......", .place = SNQ_MELODY_CLOSE, .weight = 2, .energy_max = 1 },
    { .notes = "x-----x-----....", .place = SNQ_MELODY_CLOSE, .weight = 1, .energy_max = 1 },
};
static const snq_melody_plan vowel_plans[] = {
    { "ABAC", 2 }, { "AB", 1 }, { "A.B.", 1 }, { "AaBC", 1 }
};

static const snq_melody_rhythm chop_tab[] = {
    { .notes = "x..x..x...x.x...", .weight = 3, .energy_max = 1 },
    { .notes = "..x..x..x..x..x.", .weight = 2, .energy_min = 0.3f, .energy_max = 1 },
    { .notes = "x.x...x..x..x...", .weight = 2, .energy_max = 1 },
    { .notes = "...x..x....x..x.", .weight = 2, .energy_max = 1 },
    { .notes = "x.xx..x.x..x..x.", .weight = 1, .energy_min = 0.5f, .energy_max = 1 },
    { .notes = "x.....x...x.....", .weight = 2, .energy_max = 0.5f },
    { .notes = "x..x..x.........", .place = SNQ_MELODY_CLOSE, .weight = 2, .energy_max = 1 },
};
static const snq_melody_plan chop_plans[] = {
    { "ABAB", 2 }, { "A.A.", 1 }, { "AaAB", 2 }, { "AABC", 1 }
};

static void take_rhythms(snq_style_melody *s, const snq_melody_rhythm *r, uint32_t rhythms,
                         const snq_melody_plan *p, uint32_t plans)
{
    memcpy(s->rhythm, r, rhythms * sizeof *r);
    memcpy(s->plan, p, plans * sizeof *p);
    s->rhythms = rhythms;
    s->plans = plans;
}

static void prepare(const snq_style_melody *from, int way, snq_style_melody *s)
{
    *s = *from;
    s->low = from->vocal.low;
    s->high = from->vocal.high;
    s->leaps *= 0.6f;
    s->chromatic *= 0.3f;
    s->ornament *= 0.5f;
    s->gate = 0.97f;
    if (way == SNQ_VOCAL_VOWELS) {
        take_rhythms(s, vowel_tab, SNQ_COUNT(vowel_tab), vowel_plans, SNQ_COUNT(vowel_plans));
        s->leaps *= 0.5f;
        s->blue = 0.0f;
        s->chromatic = 0.0f;
        s->pickup = 0.0f;
    }
    if (way == SNQ_VOCAL_CHOPS) {
        take_rhythms(s, chop_tab, SNQ_COUNT(chop_tab), chop_plans, SNQ_COUNT(chop_plans));
        s->repeats = 0.35f;
        s->hook = 0.7f;
        s->gate = 0.85f;
        s->pickup = 0.0f;
    }
}

/* Does a melody play in this section already? */
static int has_tune(const snq_context *c, const snq_form_section *f)
{
    int32_t bars = 0;
    for (int32_t b = f->bar; b < f->bar + f->bars; b++)
        bars += c->range[SNQ_PART_melody][b].low <= c->range[SNQ_PART_melody][b].high;
    return bars * 2 > f->bars;
}

static snq_status make_vocal(const snq_track_job *job, snq_track *out)
{
    const snq_context *const c = job->context;
    const snq_style_melody *const from = &c->intent->style->melody;
    const int chops = HAS(chopped) > 0 || HAS(glitchy) > 0;
    snq_style_melody style, under;
    snq_singer s = { .job = job };
    const int way = chops ? SNQ_VOCAL_CHOPS : from->vocal.way;
    prepare(from, way, &style);
    prepare(from, way == SNQ_VOCAL_SUNG ? SNQ_VOCAL_VOWELS : way, &under);
    s.density = (double)from->vocal.density + (double)job->track->density - 0.5 + 0.25 * HAS(busy) -
                0.35 * HAS(sparse);
    s.vary = 0.6 * (double)job->track->variation * (HAS(catchy) > 0 ? 0.3 : 1.0);
    s.loud = 6.0 * HAS(aggressive) - 12.0 * HAS(soft);
    s.breath_steps = (double)from->vocal.phrase_s * c->intent->bpm / 15.0;
    for (uint32_t i = 0; i < c->form.sections; i++) {
        const snq_form_section *const f = &c->form.section[i];
        if (!(f->active >> job->index & 1))
            continue;
        s.style = has_tune(c, f) ? &under : &style;
        SNQ_TRY(snq_singer_section(&s, f, out));
    }
    return SNQ_OK;
}

const snq_track_kind snq__kind_vocal = {
    .id = "vocal",
    .part = SNQ_PART_vocal,
    .order = 70,
    .what = "a voice without words: sung lines, long vowels or chopped syllables",
    .make = make_vocal,
};
