// SPDX-License-Identifier: MIT
/* IDEA   One track after the other, as a band arranges: who sets the pulse comes first, who decorates comes last,
 *        and each hears what is there.
 *
 * STEPS  form, chords; of a piece that is there: its own. What is kept is heard first, then kinds by their order:
 *        make (straight), groove (swing, a hand), cut at the end of the piece, read into the context.
 *        Then marks, chord labels, sections; order and check.
 * COST   A few hundred nanoseconds a note; the form's and the chords' planning some tens of microseconds.
 * LIMITS A kept score has the ticks of our own (960) and bars of the intent's metre; sections of it that don't
 *        begin on a bar are moved to theirs. */
#include "compose/composer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compose/groove.h"
#include "compose/progression.h"
#include "compose/style.h"
#include "compose/theory.h"
#include "compose/track_kind.h"

enum { DRUM_CHANNEL = 9 };

typedef struct work {
    const snq_compose_cfg *cfg;
    const snq_intent *in;
    snq_context context;
    snq_score *out;
    int8_t at[SNQ_INTENT_TRACKS_MAX]; /* track of the score; -1: none */
    int64_t end;                      /* ticks */
} work;

/* ---------------------------------------------------------------- form of a piece that is there */

/* SNQ_SECTION_* by a name's first word ("Drop 2"); -1. */
static int kind_of_name(const char *name)
{
    const size_t n = strcspn(name, " ");
    for (int i = 0; i < SNQ_SECTIONS; i++)
        if (strlen(snq_section_names[i]) == n && strncasecmp(snq_section_names[i], name, n) == 0)
            return i;
    return -1;
}

/* The planned section that a kept one is most like: by name, by kind, else the loudest. */
static const snq_form_section *like(const snq_form *plan, const char *name)
{
    const int kind = kind_of_name(name);
    const snq_form_section *best = &plan->section[0];
    for (uint32_t i = 0; i < plan->sections; i++)
        if (strcasecmp(plan->section[i].name, name) == 0)
            return &plan->section[i];
    for (uint32_t i = 0; i < plan->sections; i++)
        if (plan->section[i].section == kind)
            return &plan->section[i];
    for (uint32_t i = 1; i < plan->sections; i++)
        if (plan->section[i].energy > best->energy)
            best = &plan->section[i];
    return best;
}

static void form_of_score(const snq_score *kept, const snq_form *plan, int64_t bar_ticks,
                          snq_form *out)
{
    uint8_t times[256] = { 0 };
    memset(out, 0, sizeof *out);
    out->bars = plan->bars;
    for (size_t i = 0; i < kept->sections && out->sections < SNQ_FORM_SECTIONS_MAX; i++) {
        const snq_section *k = &kept->section[i];
        const int32_t bar = i ? (int32_t)((k->start + bar_ticks / 2) / bar_ticks) : 0;
        if (bar >= out->bars)
            break;
        if (out->sections && bar <= out->section[out->sections - 1].bar)
            continue;
        snq_form_section *s = &out->section[out->sections++];
        *s = *like(plan, k->name);
        snprintf(s->name, sizeof s->name, "%.*s", SNQ_FORM_NAME_MAX - 1, k->name);
        s->bar = bar;
        if (k->energy >= 0.0f && k->energy <= 1.0f) {
            s->energy_end += k->energy - s->energy;
            s->energy_end = fminf(fmaxf(s->energy_end, 0.0f), 1.0f);
            s->energy = k->energy;
        }
    }
    for (uint32_t i = 0; i < out->sections; i++) {
        snq_form_section *s = &out->section[i];
        const int last = i + 1 == out->sections;
        s->bars = (last ? out->bars : out->section[i + 1].bar) - s->bar;
        s->end = last ? SNQ_END_FINAL : s->end == SNQ_END_FINAL ? SNQ_END_PLAIN : s->end;
        s->time = times[s->material];
        times[s->material] = (uint8_t)(s->time + (s->time < 255));
        s->entering = i ? s->active & ~out->section[i - 1].active : s->active;
    }
}

/* Are the kept sections those that are planned? Then the plan knows more about them. */
static int as_planned(const snq_score *kept, const snq_form *plan, int64_t bar_ticks)
{
    if (kept->sections != plan->sections)
        return kept->sections == 0;
    for (size_t i = 0; i < kept->sections; i++)
        if (kept->section[i].start != plan->section[i].bar * bar_ticks ||
            strcmp(kept->section[i].name, plan->section[i].name) != 0)
            return 0;
    return 1;
}

static snq_status make_form(const snq_compose_cfg *cfg, snq_form *form)
{
    const int64_t bar_ticks = snq_intent_bar_ticks(cfg->intent);
    snq_form plan;
    if (cfg->form)
        plan = *cfg->form;
    else
        SNQ_TRY(snq_form_plan(cfg->brief, cfg->intent, &plan));
    if (!cfg->kept || as_planned(cfg->kept, &plan, bar_ticks))
        *form = plan;
    else
        form_of_score(cfg->kept, &plan, bar_ticks, form);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- marks */

static snq_status put_marks(work *w)
{
    const snq_intent *in = w->in;
    const snq_score *kept = w->cfg->kept;
    for (size_t i = 0; kept && i < kept->tempos; i++)
        SNQ_TRY(snq_score_add_tempo(w->out, kept->tempo[i].tick, kept->tempo[i].bpm));
    for (size_t i = 0; kept && i < kept->metres; i++)
        SNQ_TRY(snq_score_add_metre(w->out, kept->metre[i].tick, kept->metre[i].beats_per_bar,
                                    kept->metre[i].beat_unit));
    for (size_t i = 0; kept && i < kept->keys; i++)
        SNQ_TRY(snq_score_add_key(w->out, kept->key[i]));
    for (uint32_t i = 0; !kept && w->cfg->fit && i < w->cfg->fit->steps; i++)
        SNQ_TRY(snq_score_add_tempo(w->out, llround(w->cfg->fit->step[i].quarter * SNQ_SCORE_TICKS),
                                    w->cfg->fit->step[i].bpm));
    if (!w->out->tempos)
        SNQ_TRY(snq_score_add_tempo(w->out, 0, in->bpm));
    if (!w->out->metres)
        SNQ_TRY(snq_score_add_metre(w->out, 0, in->beats_per_bar, in->beat_unit));
    if (w->out->keys)
        return SNQ_OK;
    const snq_key_mark key = { .tonic = (uint8_t)in->tonic,
                               .mode = (uint8_t)in->mode,
                               .fifths =
                                   (int8_t)snq_key_fifths(in->tonic, (snq_key_mode)in->mode) };
    return snq_score_add_key(w->out, key);
}

static snq_status put_sections(work *w)
{
    const int64_t bar = snq_intent_bar_ticks(w->in);
    for (uint32_t i = 0; i < w->context.form.sections; i++) {
        const snq_form_section *s = &w->context.form.section[i];
        snq_section to = { .start = s->bar * bar,
                           .end = (s->bar + s->bars) * bar,
                           .energy = s->energy };
        snprintf(to.name, sizeof to.name, "%s", s->name);
        SNQ_TRY(snq_score_add_section(w->out, &to));
    }
    for (size_t i = 0; i < w->context.chords; i++) {
        const snq_chord_at *c = &w->context.chord[i];
        snq_chord_span to = { .start = (int64_t)c->step * SNQ_TICKS_PER_STEP,
                              .end = (int64_t)(c->step + c->steps) * SNQ_TICKS_PER_STEP };
        snq_chord_label(&c->chord, to.label, sizeof to.label);
        SNQ_TRY(snq_score_add_chord(w->out, &to));
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- tracks */

static snq_status copy_track(const snq_track *from, snq_track *to)
{
    snprintf(to->kind, sizeof to->kind, "%s", from->kind);
    snprintf(to->patch, sizeof to->patch, "%s", from->patch);
    to->program = from->program;
    to->channel = from->channel;
    to->port = from->port;
    to->gain_db = from->gain_db;
    to->pan = from->pan;
    for (size_t i = 0; i < from->notes; i++)
        SNQ_TRY(snq_track_add_note(to, &from->note[i]));
    for (size_t i = 0; i < from->messages; i++) {
        const snq_message *m = &from->message[i];
        SNQ_TRY(snq_track_add_message(to, *m, m->length ? from->bytes + m->at : NULL));
    }
    return snq_track_copy_curves(from, to);
}

static int is_anew(const work *w, uint32_t i)
{
    return !w->cfg->kept || (w->cfg->anew >> i & 1);
}

static uint8_t channel_of(const work *w, uint32_t i)
{
    uint8_t channel = 0;
    if (w->in->track[i].part == SNQ_PART_drums)
        return DRUM_CHANNEL;
    for (uint32_t k = 0; k < i; k++)
        channel = (uint8_t)(channel + (w->in->track[k].part != SNQ_PART_drums));
    channel = (uint8_t)(channel + (channel >= DRUM_CHANNEL));
    return channel & 15;
}

static int index_in(const snq_intent *in, const char *name)
{
    for (uint32_t i = 0; i < in->tracks; i++)
        if (strcasecmp(in->track[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* All tracks, those that are kept with what they play. */
static snq_status put_tracks(work *w)
{
    const snq_score *kept = w->cfg->kept;
    for (uint32_t i = 0; i < w->in->tracks; i++) {
        const snq_track_intent *t = &w->in->track[i];
        const snq_track *from = kept ? snq_score_find_track(kept, t->name) : NULL;
        snq_track *to;
        w->at[i] = -1;
        if (!is_anew(w, i) && !from)
            continue; /* somebody has taken it out */
        SNQ_TRY(snq_score_add_track(w->out, t->name, &to));
        w->at[i] = (int8_t)(w->out->tracks - 1);
        if (!is_anew(w, i)) {
            SNQ_TRY(copy_track(from, to));
            continue;
        }
        memcpy(to->kind, t->kind, sizeof to->kind);
        memcpy(to->patch, t->patch, sizeof to->patch);
        to->program = -1;
        to->channel = channel_of(w, i);
        to->gain_db = t->mix.gain_db;
        to->pan = t->mix.pan;
    }
    for (size_t i = 0; kept && i < kept->tracks; i++) { /* what we have not made */
        snq_track *to;
        if (index_in(w->in, kept->track[i].name) >= 0)
            continue;
        SNQ_TRY(snq_score_add_track(w->out, kept->track[i].name, &to));
        SNQ_TRY(copy_track(&kept->track[i], to));
    }
    return SNQ_OK;
}

/* Nothing is heard after the end. */
static void cut(snq_track *t, int64_t end)
{
    size_t n = 0;
    for (size_t i = 0; i < t->notes; i++) {
        snq_note note = t->note[i];
        if (note.tick >= end)
            continue;
        if (note.tick + note.length > end)
            note.length = end - note.tick;
        t->note[n++] = note;
    }
    t->notes = n;
}

static snq_status make_track(work *w, uint32_t i, const snq_track_kind *kind)
{
    const snq_track_intent *t = &w->in->track[i];
    const snq_track_job job = {
        .context = &w->context, .track = t, .index = i, .seed = w->cfg->track_seed[i]
    };
    snq_track *to = &w->out->track[w->at[i]];
    SNQ_TRY(kind->make(&job, to));
    snq_rng rng = snq_track_rng(&job, "hand", 0, 0);
    snq_groove_apply(w->in, w->cfg->wish, &w->in->style->track[t->style_track].human, &rng, to);
    cut(to, w->end);
    if (t->part != SNQ_PART_mix)
        snq_context_read_track(&w->context, t->part, to);
    return SNQ_OK;
}

static snq_status make_tracks(work *w)
{
    for (uint32_t i = 0; i < w->in->tracks; i++)
        if (w->at[i] >= 0 && !is_anew(w, i) && w->in->track[i].part != SNQ_PART_mix)
            snq_context_read_track(&w->context, w->in->track[i].part, &w->out->track[w->at[i]]);
    for (int order = 0; order < 256; order++)
        for (uint32_t i = 0; i < w->in->tracks; i++) {
            if (w->at[i] < 0 || !is_anew(w, i))
                continue;
            const snq_track_kind *kind = snq_track_kind_find(w->in->track[i].kind);
            if (!kind)
                return SNQ_FAIL(SNQ_ERR_RANGE, "track \"%s\": there is no kind \"%s\"",
                                w->in->track[i].name, w->in->track[i].kind);
            if (kind->order == order)
                SNQ_TRY(make_track(w, i, kind));
        }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the whole */

static snq_status compose(work *w)
{
    snq_form form;
    const snq_score *kept = w->cfg->kept;
    if (kept && kept->ticks_per_quarter != SNQ_SCORE_TICKS)
        return SNQ_FAIL(SNQ_ERR_RANGE, "the score that is kept has %d ticks a quarter, not %d",
                        kept->ticks_per_quarter, SNQ_SCORE_TICKS);
    if (w->cfg->wish)
        SNQ_TRY(snq_bar_wish_check(w->cfg->wish, w->in->bars));
    SNQ_TRY(make_form(w->cfg, &form));
    SNQ_TRY(snq_context_init(&w->context, w->in, &form));
    w->context.wish = w->cfg->wish;
    w->end = (int64_t)w->in->bars * snq_intent_bar_ticks(w->in);
    if (kept)
        SNQ_TRY(snq_progression_from_score(kept, &w->context));
    else
        SNQ_TRY(snq_progression_plan(w->in, &w->context));
    snprintf(w->out->title, sizeof w->out->title, "%s",
             kept && kept->title[0] ? kept->title : w->in->title);
    w->out->length = kept && kept->length > w->end ? kept->length : w->end;
    SNQ_TRY(put_marks(w));
    SNQ_TRY(put_sections(w));
    SNQ_TRY(put_tracks(w));
    SNQ_TRY(make_tracks(w));
    SNQ_TRY(snq_score_sort(w->out));
    return snq_score_check(w->out);
}

snq_status snq_compose(const snq_compose_cfg *cfg, snq_score *out)
{
    work w = { .cfg = cfg, .in = cfg->intent, .out = out };
    snq_score_init(out);
    const snq_status st = compose(&w);
    snq_context_clear(&w.context);
    if (st < 0)
        snq_score_clear(out);
    return st;
}
