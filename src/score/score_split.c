// SPDX-License-Identifier: MIT
#include "score/score_split.h"

#include <string.h>

#include "base/alloc.h"

enum { PROGRAM_CHANGE = 0xC0, DRUMS = 9, PROGRAMS = 128, NONE = -1 };

/* Program of each note of the track, and whether there is more than one. */
static int find_programs(const snq_track *t, int16_t *program)
{
    int16_t now = t->program;
    size_t m = 0;
    int several = 0;
    for (size_t i = 0; i < t->notes; i++) {
        for (; m < t->messages && t->message[m].tick <= t->note[i].tick; m++)
            if (t->message[m].status == PROGRAM_CHANGE)
                now = t->message[m].a & 127;
        program[i] = now;
        several |= now != program[0];
    }
    return several;
}

static snq_status copy_moves(const snq_track *from, snq_track *to)
{
    for (size_t i = 0; i < from->messages; i++)
        if (from->message[i].status != PROGRAM_CHANGE)
            SNQ_TRY(snq_track_add_message(to, from->message[i],
                                          from->bytes ? from->bytes + from->message[i].at : NULL));
    for (size_t i = 0; i < from->curves; i++) {
        snq_curve *c;
        SNQ_TRY(snq_track_add_curve(to, from->curve[i].target, &c));
        for (size_t k = 0; k < from->curve[i].points; k++) {
            const snq_curve_point *p = &from->curve[i].point[k];
            SNQ_TRY(snq_curve_push(c, p->at, p->value, (snq_curve_shape)p->shape));
        }
    }
    return SNQ_OK;
}

/* The track of `program`, made when it is the first note's; index. */
static snq_status part_of(snq_score *s, size_t whole, int16_t program, int part[PROGRAMS])
{
    const int16_t at = program < 0 ? 0 : program;
    snq_track *t;
    if (part[at] != NONE)
        return SNQ_OK;
    SNQ_TRY(snq_score_add_track(s, s->track[whole].name, &t));
    const snq_track *from = &s->track[whole];
    memcpy(t->kind, from->kind, sizeof t->kind);
    t->channel = from->channel;
    t->port = from->port;
    t->gain_db = from->gain_db;
    t->pan = from->pan;
    t->program = program;
    SNQ_TRY(copy_moves(from, t));
    part[at] = (int)s->tracks - 1;
    return SNQ_OK;
}

static void drop_changes(snq_track *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->messages; i++)
        if (t->message[i].status != PROGRAM_CHANGE)
            t->message[kept++] = t->message[i];
    t->messages = kept;
}

static snq_status split(snq_score *s, size_t whole, const int16_t *program)
{
    int part[PROGRAMS];
    for (int i = 0; i < PROGRAMS; i++)
        part[i] = NONE;
    part[program[0] < 0 ? 0 : program[0]] = (int)whole;
    const size_t notes = s->track[whole].notes;
    size_t kept = 0;
    for (size_t i = 0; i < notes; i++)
        SNQ_TRY(part_of(s, whole, program[i], part));
    for (size_t i = 0; i < notes; i++) {
        snq_track *t = &s->track[whole];
        const size_t to = (size_t)part[program[i] < 0 ? 0 : program[i]];
        if (to == whole)
            t->note[kept++] = t->note[i];
        else
            SNQ_TRY(snq_track_add_note(&s->track[to], &t->note[i]));
    }
    s->track[whole].notes = kept;
    s->track[whole].program = program[0];
    drop_changes(&s->track[whole]);
    return SNQ_OK;
}

snq_status snq_score_split_programs(snq_score *s)
{
    const size_t tracks = s->tracks;
    for (size_t i = 0; i < tracks; i++) {
        const snq_track *t = &s->track[i];
        if (!t->notes || *t->patch || t->channel == DRUMS)
            continue;
        int16_t *program = snq_calloc(t->notes, sizeof *program);
        if (!program)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu notes", t->notes);
        snq_status st = SNQ_OK;
        if (find_programs(t, program))
            st = split(s, i, program);
        else if (program[0] != t->program) { /* one program, said a little late */
            s->track[i].program = program[0];
            drop_changes(&s->track[i]);
        }
        snq_free(program);
        SNQ_TRY(st);
    }
    return SNQ_OK;
}
