// SPDX-License-Identifier: MIT
#include "score/score_copy.h"

#include <string.h>

#include "base/alloc.h"

/* A copy of n items; NULL for none. *failed is set when there is no memory. */
static void *copy_of(const void *items, size_t n, size_t size, int *failed)
{
    void *to = n ? snq_calloc(n, size) : NULL;
    if (n && !to)
        *failed = 1;
    else if (n)
        memcpy(to, items, n * size);
    return to;
}

static void drop_content(snq_track *t)
{
    for (size_t i = 0; t->curve && i < t->curves; i++)
        snq_curve_clear(&t->curve[i]);
    snq_free(t->note);
    snq_free(t->message);
    snq_free(t->bytes);
    snq_free(t->curve);
    t->note = NULL;
    t->message = NULL;
    t->bytes = NULL;
    t->curve = NULL;
    t->notes = t->messages = t->byte_count = t->curves = 0;
    t->note_room = t->message_room = t->byte_room = t->curve_room = 0;
}

snq_status snq_track_copy(const snq_track *from, snq_track *to)
{
    int failed = 0;
    snq_track made = *from;
    memcpy(made.name, to->name, sizeof made.name);
    made.note = copy_of(from->note, from->notes, sizeof *from->note, &failed);
    made.message = copy_of(from->message, from->messages, sizeof *from->message, &failed);
    made.bytes = copy_of(from->bytes, from->byte_count, 1, &failed);
    made.curve = copy_of(from->curve, from->curves, sizeof *from->curve, &failed);
    for (size_t i = 0; made.curve && i < made.curves; i++) {
        snq_curve *c = &made.curve[i];
        c->point = copy_of(from->curve[i].point, c->points, sizeof *c->point, &failed);
        c->points = c->point ? c->points : 0;
        c->room = c->points;
    }
    made.note_room = made.notes;
    made.message_room = made.messages;
    made.byte_room = made.byte_count;
    made.curve_room = made.curves;
    if (failed)
        drop_content(&made);
    else
        *to = made;
    return failed ? SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a track") : SNQ_OK;
}

static snq_status copy_lists(const snq_score *from, snq_score *out)
{
    int failed = 0;
    out->tempo = copy_of(from->tempo, from->tempos, sizeof *from->tempo, &failed);
    out->metre = copy_of(from->metre, from->metres, sizeof *from->metre, &failed);
    out->key = copy_of(from->key, from->keys, sizeof *from->key, &failed);
    out->chord = copy_of(from->chord, from->chords, sizeof *from->chord, &failed);
    out->section = copy_of(from->section, from->sections, sizeof *from->section, &failed);
    if (failed)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a score");
    out->tempos = out->tempo_room = from->tempos;
    out->metres = out->metre_room = from->metres;
    out->keys = out->key_room = from->keys;
    out->chords = out->chord_room = from->chords;
    out->sections = out->section_room = from->sections;
    return SNQ_OK;
}

snq_status snq_score_copy(const snq_score *from, snq_score *out)
{
    snq_status st;
    snq_score_init(out);
    memcpy(out->title, from->title, sizeof out->title);
    out->ticks_per_quarter = from->ticks_per_quarter;
    out->length = from->length;
    SNQ_GOTO(copy_lists(from, out));
    for (size_t i = 0; i < from->tracks; i++) {
        snq_track *t;
        SNQ_GOTO(snq_score_add_track(out, from->track[i].name, &t));
        memcpy(t->name, from->track[i].name, sizeof t->name);
        SNQ_GOTO(snq_track_copy(&from->track[i], t));
    }
    return SNQ_OK;
fail:
    snq_score_clear(out);
    return st;
}
