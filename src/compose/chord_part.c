// SPDX-License-Identifier: MIT
/* What the kinds that play chords share: see chord_part.h. */
#include "compose/chord_part.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/style.h"

int snq__chord_part_active(const snq_track_job *job, const snq_form_section *section)
{
    return section->active >> job->index & 1;
}

int snq__chord_part_quality(const snq_track_job *job, int quality)
{
    if (job->track->shunned >> quality & 1)
        return -1;
    return job->track->qualities >> quality & 1;
}

int snq__chord_part_beside(const snq_track_job *job, const snq_form_section *section, int part,
                           const char *kind)
{
    const snq_intent *in = job->context->intent;
    for (uint32_t i = 0; i < in->tracks; i++)
        if (i != job->index && (section->active >> i & 1) && in->track[i].part == part &&
            (!kind || strcmp(in->track[i].kind, kind) == 0))
            return 1;
    return 0;
}

double snq__chord_part_force(const snq_track_job *job, int32_t bar)
{
    double f = 0.8 + 0.34 * (double)snq_context_energy(job->context, bar);
    f *= snq__chord_part_quality(job, SNQ_QUALITY_soft) > 0 ? 0.85 : 1;
    f *= snq__chord_part_quality(job, SNQ_QUALITY_aggressive) > 0 ? 1.12 : 1;
    return f;
}

float snq__chord_part_weight(const snq_track_job *job, float weight, uint32_t qualities,
                             float energy, float low, float high)
{
    for (uint32_t q = qualities & job->track->qualities; q != 0; q &= q - 1)
        weight *= 4;
    if (qualities & job->track->shunned)
        weight *= 0.05f;
    if (energy < low - 0.001f || energy > high + 0.001f)
        weight *= 0.01f;
    return weight;
}

uint8_t snq__chord_part_kind(const snq_track_job *job, const snq_voicing_style *style)
{
    float w[SNQ_VOICINGS];
    snq_rng r = snq_track_rng(job, "voicing", 0, 0);
    memcpy(w, style->weight, sizeof w);
    if (snq__chord_part_quality(job, SNQ_QUALITY_spacious) > 0 ||
        snq__chord_part_quality(job, SNQ_QUALITY_lush) > 0) {
        w[SNQ_VOICING_open] = w[SNQ_VOICING_open] * 3 + 0.5f;
        w[SNQ_VOICING_spread] = w[SNQ_VOICING_spread] * 3 + 0.5f;
    }
    return (uint8_t)snq_rng_choose(&r, w, SNQ_VOICINGS);
}

/* Nobody plays the bass, and no other chords below do so in our stead. */
static int bassless(const snq_track_job *job, const snq_form_section *s)
{
    const int pad = strcmp(job->track->kind, "pad") == 0;
    return !snq__chord_part_beside(job, s, SNQ_PART_bass, NULL) &&
           !(pad && snq__chord_part_beside(job, s, SNQ_PART_harmony, "harmony"));
}

/* Chords that are wished richer than triads have voices enough to say so. */
static int wished_voices(const snq_track_job *job, const snq_form_section *s, uint8_t kind,
                         int voices)
{
    const snq_bar_wish *wish = job->context->wish;
    float sum = 0;
    int32_t said = 0;
    for (int32_t b = 0; wish && b < s->bars; b++) {
        const float c = wish[s->bar + b].chord_complexity;
        said += c == c;
        sum += snq_wish_or(c, 0);
    }
    if (said == 0 || kind == SNQ_VOICING_power || kind == SNQ_VOICING_shell)
        return voices;
    const int least = (int)(sum / (float)said + 0.5f) + 1; /* 2: the style's own; 5 tones at most */
    return voices > least ? voices : least < 5 ? least : 5;
}

static snq_voicing_cfg make_cfg(const snq_track_job *job, const snq_form_section *s,
                                const snq_voicing_style *style, uint8_t kind)
{
    int voices = style->voices, shift = 0;
    voices = wished_voices(job, s, kind, voices);
    voices += snq__chord_part_quality(job, SNQ_QUALITY_lush) > 0 && voices < 5;
    voices -= snq__chord_part_quality(job, SNQ_QUALITY_sparse) > 0 && voices > 2;
    shift += snq__chord_part_quality(job, SNQ_QUALITY_bright) > 0 ? 4 : 0;
    shift -= snq__chord_part_quality(job, SNQ_QUALITY_warm) > 0 ? 2 : 0;
    shift -= snq__chord_part_quality(job, SNQ_QUALITY_deep) > 0 ? 3 : 0;
    const snq_voicing_cfg cfg = { .low = (uint8_t)(style->low + shift),
                                  .high = (uint8_t)(style->high + shift),
                                  .voices = (uint8_t)voices,
                                  .kind = kind,
                                  .with_bass = (uint8_t)bassless(job, s) };
    return cfg;
}

snq_status snq__chord_part_init(snq_chord_part *p, const snq_track_job *job,
                                const snq_form_section *section, const snq_voicing_style *style,
                                uint8_t kind, snq_voicing *last)
{
    const snq_context *c = job->context;
    const snq_voicing_cfg cfg = make_cfg(job, section, style, kind);
    size_t hint = 0;
    memset(p, 0, sizeof *p);
    p->job = job;
    p->section = section;
    p->start = section->bar * c->bar_steps;
    p->end = p->start + section->bars * c->bar_steps;
    if (!snq_context_chord(c, p->start, &hint))
        return SNQ_OK;
    p->first = hint;
    while (hint < c->chords && c->chord[hint].step < p->end)
        hint++;
    p->chords = hint - p->first;
    p->voicing = snq_calloc(p->chords, sizeof *p->voicing);
    if (!p->voicing)
        return SNQ_ERR_NOMEM;
    const snq_status st = snq__voicing_of_context(c, p->first, p->chords, &cfg, last, p->voicing);
    if (st < 0)
        snq__chord_part_clear(p);
    else
        *last = p->voicing[p->chords - 1];
    return st;
}

void snq__chord_part_clear(snq_chord_part *p)
{
    snq_free(p->voicing);
    memset(p, 0, sizeof *p);
}

size_t snq__chord_part_at(const snq_chord_part *p, int32_t step, int32_t *end)
{
    size_t hint = p->first;
    const snq_chord_at *at = snq_context_chord(p->job->context, step, &hint);
    *end = at->step + at->steps < p->end ? at->step + at->steps : p->end;
    return hint - p->first;
}

int snq__chord_part_final(const snq_chord_part *p, int32_t bar)
{
    return p->section->end == SNQ_END_FINAL && bar + 1 == p->section->bar + p->section->bars;
}

snq_status snq__chord_part_each(const snq_track_job *job, const snq_voicing_style *style,
                                snq_status (*play)(const snq_chord_part *part, snq_track *out),
                                snq_track *out)
{
    const snq_form *f = &job->context->form;
    const uint8_t kind = snq__chord_part_kind(job, style);
    snq_voicing last = { .notes = 0 };
    for (uint32_t i = 0; i < f->sections; i++) {
        snq_chord_part part;
        if (!snq__chord_part_active(job, &f->section[i]))
            continue;
        SNQ_TRY(snq__chord_part_init(&part, job, &f->section[i], style, kind, &last));
        const snq_status st = part.chords > 0 ? play(&part, out) : SNQ_OK;
        snq__chord_part_clear(&part);
        SNQ_TRY(st);
    }
    return SNQ_OK;
}
