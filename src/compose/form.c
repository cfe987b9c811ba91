// SPDX-License-Identifier: MIT
/* IDEA   The parts of the piece (form_parts.c) get their players: in each, the tracks stand in order of entrance;
 *        so many play at its start, so many at its end, and between the two they come or go one by one, on
 *        phrases.
 *
 * STEPS  who     a section's names are held against names and kinds of the tracks. Who plays nowhere joins the
 *                loud ones; where nobody would play, everybody does; effects stand by throughout
 *        split   a section in which the number changes by d becomes up to d + 1 stretches of at least four bars
 *                (two, where it is shorter than eight), "Intro", "Intro b" …
 *        energy  of the shape, moved by 0.8 of what the piece's energy differs from the style's
 *        ends    as the shape says, of its last stretch (others fill after whole eights); a build that leads nowhere
 *                is a fill; the last is FINAL
 * LIMITS No section of the form changes tempo, metre or key. */
#include "compose/form.h"

#include <stdio.h>
#include <string.h>

#include "compose/form_impl.h"
#include "compose/style.h"

typedef struct line_up {
    uint8_t track[SNQ_INTENT_TRACKS_MAX]; /* in order of entrance */
    uint32_t tracks;
    uint32_t start, end; /* how many of them */
} line_up;

static float clamp01(float v)
{
    return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v;
}

/* ---------------------------------------------------------------- who */

static int stands_by(const snq_track_intent *t)
{
    return strcmp(t->kind, "effects") == 0;
}

static uint32_t standing_by(const snq_intent *in)
{
    uint32_t set = 0;
    for (uint32_t t = 0; t < in->tracks; t++)
        set |= (uint32_t)stands_by(&in->track[t]) << t;
    return set;
}

static void enlist(line_up *l, uint32_t track)
{
    for (uint32_t i = 0; i < l->tracks; i++)
        if (l->track[i] == track)
            return;
    l->track[l->tracks++] = (uint8_t)track;
}

static line_up line_up_of(const snq_intent *in, const snq_shape_section *s)
{
    line_up l = { 0 };
    for (uint32_t i = 0; i < s->players; i++)
        for (uint32_t t = 0; t < in->tracks; t++)
            if (!stands_by(&in->track[t]) && (strcmp(s->player[i], in->track[t].name) == 0 ||
                                              strcmp(s->player[i], in->track[t].kind) == 0))
                enlist(&l, t);
    const int nobody = l.tracks == 0;
    for (uint32_t t = 0; nobody && t < in->tracks; t++)
        if (!stands_by(&in->track[t]))
            enlist(&l, t);
    l.start =
        s->at_start == SNQ_SHAPE_ALL || nobody || s->at_start > l.tracks ? l.tracks : s->at_start;
    l.end = s->at_end == SNQ_SHAPE_ALL || nobody || s->at_end > l.tracks ? l.tracks : s->at_end;
    l.start = l.start ? l.start : l.tracks > 0;
    l.end = l.end ? l.end : l.tracks > 0;
    return l;
}

static uint32_t first_of(const line_up *l, uint32_t n)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; i++)
        set |= 1u << l->track[i];
    return set;
}

/* ---------------------------------------------------------------- stretches */

static uint32_t stretches_of(const line_up *l, int32_t bars, uint32_t room)
{
    const uint32_t d = l->start < l->end ? l->end - l->start : l->start - l->end;
    const uint32_t fit = bars >= 8 ? (uint32_t)bars / 4 : bars >= 4 ? 2 : 1;
    const uint32_t n = d + 1 < fit ? d + 1 : fit;
    return n < room ? n : room ? room : 1;
}

/* Where stretch k of n begins in a section of so many bars: on fours where it can. */
static int32_t stretch_at(int32_t bars, uint32_t k, uint32_t n)
{
    if (k >= n)
        return bars;
    const int32_t unit = bars >= (int32_t)n * 4 ? 4 : bars >= (int32_t)n * 2 ? 2 : 1;
    return bars / unit * (int32_t)k / (int32_t)n * unit;
}

static uint8_t end_of(const snq_form_parts *p, uint32_t i)
{
    const uint8_t end = p->part[i].of->end;
    const int rises = i + 1 < p->parts && p->part[i + 1].of->energy > p->part[i].of->energy + 0.02f;
    return end == SNQ_END_BUILD && !rises ? SNQ_END_FILL : end;
}

static void add_part(const snq_form_parts *p, uint32_t i, const snq_intent *in, int32_t bar,
                     snq_form *f)
{
    const snq_form_part *part = &p->part[i];
    const snq_shape_section *s = part->of;
    const line_up l = line_up_of(in, s);
    const float shift = 0.8f * (in->energy - in->style->energy);
    const uint32_t room = SNQ_FORM_SECTIONS_MAX - f->sections - (p->parts - i - 1);
    const uint32_t n = stretches_of(&l, part->bars, room);
    for (uint32_t k = 0; k < n; k++) {
        const int32_t from = stretch_at(part->bars, k, n), to = stretch_at(part->bars, k + 1, n);
        const float step = (s->energy_end - s->energy) / (float)part->bars;
        const int filled = s->energy >= 0.35f && to % 8 == 0;
        const uint32_t many = n > 1 ? (l.start * (n - 1 - k) + l.end * k + (n - 1) / 2) / (n - 1)
                                    : (l.start > l.end ? l.start : l.end);
        f->section[f->sections++] = (snq_form_section) {
            .section = s->section,
            .material = s->material,
            .end = k + 1 == n ? end_of(p, i)
                   : filled   ? SNQ_END_FILL
                              : SNQ_END_PLAIN,
            .bar = bar + from,
            .bars = to - from,
            .energy = clamp01(s->energy + step * (float)from + shift),
            .energy_end = clamp01(s->energy + step * (float)to + shift),
            .active = first_of(&l, many) | standing_by(in),
            .time = (uint8_t)k, /* for the name; set right below */
        };
    }
}

/* ---------------------------------------------------------------- the whole */

static void name_them(snq_form *f)
{
    int seen[SNQ_SECTIONS] = { 0 };
    for (uint32_t i = 0; i < f->sections; i++) {
        snq_form_section *s = &f->section[i];
        const char *word = snq_section_names[s->section];
        char number[8] = "", letter[4] = "";
        if (s->time == 0)
            seen[s->section]++;
        if (seen[s->section] > 1)
            snprintf(number, sizeof number, " %d", seen[s->section] & 1023);
        if (s->time > 0)
            snprintf(letter, sizeof letter, " %c", 'a' + s->time % 26);
        snprintf(s->name, sizeof s->name, "%c%s%s%s", word[0] - 'a' + 'A', word + 1, number,
                 letter);
    }
}

static void count_times(snq_form *f)
{
    uint8_t times[256] = { 0 };
    for (uint32_t i = 0; i < f->sections; i++) {
        snq_form_section *s = &f->section[i];
        s->time = times[s->material];
        times[s->material] = (uint8_t)(s->time + (s->time < 255));
        s->entering = i ? s->active & ~f->section[i - 1].active : s->active;
    }
}

/* Whom no section has called plays in the loud ones. */
static void seat_strays(snq_form *f, const snq_intent *in)
{
    uint32_t strays = (1u << in->tracks) - 1;
    float most = 0.0f;
    for (uint32_t i = 0; i < f->sections; i++) {
        strays &= ~f->section[i].active;
        most = f->section[i].energy_end > most ? f->section[i].energy_end : most;
    }
    for (uint32_t i = 0; i < f->sections; i++)
        if (f->section[i].energy_end >= 0.7f * most)
            f->section[i].active |= strays;
}

void snq__form_fill(const snq_form_parts *parts, const snq_intent *in, snq_form *out)
{
    int32_t bar = 0;
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < parts->parts; i++) {
        add_part(parts, i, in, bar, out);
        bar += parts->part[i].bars;
    }
    seat_strays(out, in);
    out->bars = bar;
    out->section[out->sections - 1].end = SNQ_END_FINAL;
    name_them(out);
    count_times(out);
}

snq_status snq_form_plan(const snq_brief *brief, const snq_intent *in, snq_form *out)
{
    snq_form_parts parts;
    memset(out, 0, sizeof *out);
    SNQ_TRY(snq__form_parts_plan(brief, &in->style->form, in->seed, in->bars, &parts));
    snq__form_fill(&parts, in, out);
    return SNQ_OK;
}

uint32_t snq_form_at(const snq_form *f, int32_t bar)
{
    uint32_t lo = 0, hi = f->sections;
    while (hi - lo > 1) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (f->section[mid].bar <= bar)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

float snq_form_energy(const snq_form *f, int32_t bar)
{
    const snq_form_section *s = &f->section[snq_form_at(f, bar)];
    if (s->bars < 2)
        return s->energy;
    return s->energy + (s->energy_end - s->energy) * (float)(bar - s->bar) / (float)(s->bars - 1);
}
