// SPDX-License-Identifier: MIT
#include "jobs/render_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"
#include "jobs/kit_folder.h"
#include "jobs/loudness_probe.h"
#include "jobs/recordings.h"
#include "jobs/render_files.h"
#include "jobs/render_names.h"
#include "mix/engine/mix_defaults.h"
#include "score/drum_keys.h"
#include "score/midi.h"
#include "score/score_copy.h"
#include "score/score_json.h"
#include "score/score_split.h"

enum { SCORE_BYTES_MAX = 64 << 20, PITCHES = 128 };
#define SCORE_SCHEMA "sonique/score/1"

typedef struct work {
    const snq_render_job_cfg *cfg;
    snq_render_plan *plan;
    snq_render_report *report;
} work;

/* ---------------------------------------------------------------- the score */

static snq_status from_json(const snq_text_file *f, snq_score *out)
{
    snq_json_doc *doc;
    SNQ_TRY(snq_json_parse("score", f->bytes, f->length, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_score_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

snq_status snq_score_load(const char *path, snq_score *out, snq_warnings *warnings)
{
    snq_text_file f;
    snq_score_init(out);
    SNQ_TRY(snq_text_file_read(path, SCORE_BYTES_MAX, &f));
    const int midi = snq_midi_is(f.bytes, f.length);
    size_t at = 0;
    while (at < f.length && strchr(" \t\r\n", f.bytes[at]))
        at++;
    snq_status st;
    if (midi)
        st = snq_midi_read(f.bytes, f.length, out, warnings);
    else if (at < f.length && f.bytes[at] == '{')
        st = from_json(&f, out);
    else
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "offset 0: neither a score (JSON, \"%s\") nor a MIDI file",
                      SCORE_SCHEMA);
    snq_free(f.bytes);
    return st;
}

/* ---------------------------------------------------------------- who plays what */

static int is_drums(const snq_render_plan *p, const snq_track *t)
{
    const snq_patch *patch;
    return snq_patch_library_choose(&p->library, t, &patch) >= 0 &&
           patch->family == SNQ_FAMILY_DRUMS;
}

/* Drum tracks play the user's kit, unless the user said otherwise. */
static snq_status use_kit(const work *w)
{
    snq_render_plan *p = w->plan;
    if (!w->cfg->kit)
        return SNQ_OK;
    if (!snq_patch_library_find(&p->library, SNQ_KIT_PATCH))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "there is no patch \"%s\"", SNQ_KIT_PATCH);
    for (size_t t = 0; t < p->score.tracks; t++)
        if (is_drums(p, &p->score.track[t]))
            snprintf(p->score.track[t].patch, sizeof p->score.track[t].patch, "%s", SNQ_KIT_PATCH);
    return snq_kit_folder_load(w->cfg->kit, SNQ_RENDER_RATE_HZ, w->cfg->threads, w->cfg->cancel,
                               p->bank, &w->report->warnings);
}

static snq_status apply_choices(const work *w)
{
    for (size_t i = 0; i < w->cfg->choices; i++) {
        const snq_patch_choice *c = &w->cfg->choice[i];
        snq_track *t = snq_score_find_track(&w->plan->score, c->track);
        if (!t)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "--patch: there is no track \"%s\"", c->track);
        if (!snq_patch_library_find(&w->plan->library, c->patch))
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "--patch: there is no patch \"%s\"", c->patch);
        snprintf(t->patch, sizeof t->patch, "%s", c->patch);
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- parts */

/* Which pitches a track has: its lanes. */
static uint32_t find_lanes(const snq_track *t, uint8_t has[PITCHES])
{
    uint32_t n = 0;
    memset(has, 0, PITCHES);
    for (size_t i = 0; i < t->notes; i++) {
        n += !has[t->note[i].pitch];
        has[t->note[i].pitch] = 1;
    }
    return n;
}

static void add_part(const work *w, uint32_t track, int pitch, const snq_patch *patch)
{
    snq_render_plan *p = w->plan;
    snq_render_stem *s = &w->report->stem[w->report->stems++];
    p->part[p->parts++] = (snq_render_part) { .track = track, .only_pitch = pitch, .patch = patch };
    p->tracks += pitch < 0;
    snprintf(s->name, sizeof s->name, "%s", p->score.track[track].name);
    snprintf(s->patch, sizeof s->patch, "%s", patch->id);
    if (pitch >= 0)
        snprintf(s->lane, sizeof s->lane, "%s", snq_drum_name(pitch));
    snq_render_name_stem(w->report, w->cfg->format);
}

static snq_status add_tracks(const work *w)
{
    const snq_render_plan *p = w->plan;
    for (uint32_t t = 0; t < p->score.tracks; t++) {
        const snq_patch *patch;
        if (!p->score.track[t].notes)
            continue; /* a MIDI file's conductor, say */
        SNQ_TRY(snq_patch_library_choose(&p->library, &p->score.track[t], &patch));
        SNQ_TRY(snq_recordings_load(patch, SNQ_RENDER_RATE_HZ, w->cfg->threads, w->cfg->cancel,
                                    p->bank));
        add_part(w, t, -1, patch);
    }
    return SNQ_OK;
}

/* Its notes only say when it hits. */
static int is_recording(const work *w, const snq_track *t)
{
    const snq_frozen_stem *stem = snq_render_frozen(w->cfg, t->name);
    return stem && stem->recording;
}

static snq_status add_lanes(const work *w)
{
    const snq_render_plan *p = w->plan;
    uint8_t has[PITCHES];
    for (uint32_t t = 0; t < p->score.tracks; t++) {
        const snq_patch *patch;
        if (!is_drums(p, &p->score.track[t]) || is_recording(w, &p->score.track[t]))
            continue;
        SNQ_TRY(snq_patch_library_choose(&p->library, &p->score.track[t], &patch));
        find_lanes(&p->score.track[t], has);
        for (int pitch = 0; pitch < PITCHES; pitch++)
            if (has[pitch])
                add_part(w, t, pitch, patch);
    }
    return SNQ_OK;
}

static snq_status make_parts(const work *w)
{
    snq_render_plan *p = w->plan;
    uint8_t has[PITCHES];
    size_t stems = p->score.tracks;
    for (size_t t = 0; w->cfg->lanes && t < p->score.tracks; t++)
        stems += is_drums(p, &p->score.track[t]) ? find_lanes(&p->score.track[t], has) : 0;
    SNQ_TRY(snq_render_report_room(w->report, stems));
    p->part = snq_calloc(stems, sizeof *p->part);
    if (!p->part)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu stems", stems);
    SNQ_TRY(add_tracks(w));
    return w->cfg->lanes ? add_lanes(w) : SNQ_OK;
}

/* ---------------------------------------------------------------- how it is mixed */

snq_status snq_mix_plan_load(const char *path, snq_mix_plan *out)
{
    snq_text_file f;
    snq_json_doc *doc;
    *out = (snq_mix_plan) { 0 };
    SNQ_TRY(snq_text_file_read(path, SNQ_MIX_BYTES_MAX, &f));
    snq_status st = snq_json_parse(path, f.bytes, f.length, &doc);
    snq_free(f.bytes);
    SNQ_TRY(st);
    const snq_json_ref root = snq_json_root(doc);
    st = snq_mix_plan_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

/* A strip for each part; lanes have plain ones. */
static snq_status fit_mix(const work *w, const snq_mix_part *part)
{
    snq_mix_plan mix;
    snq_render_plan *p = w->plan;
    if (w->cfg->plan)
        SNQ_TRY(w->cfg->plan(w->cfg->user, part, p->tracks, &mix));
    else if (w->cfg->mix)
        SNQ_TRY(snq_mix_plan_load(w->cfg->mix, &mix));
    else
        SNQ_TRY(snq_mix_defaults(part, p->tracks, &mix));
    const snq_status st = snq_mix_plan_fit(&mix, part, p->parts, &w->report->warnings, &p->mix);
    snq_mix_plan_clear(&mix);
    return st;
}

static snq_status plan_mix(const work *w)
{
    const snq_render_plan *p = w->plan;
    snq_mix_part *part = snq_calloc(p->parts, sizeof *part);
    char(*lane)[SNQ_MIX_NAME_MAX] = snq_calloc(p->parts, sizeof *lane);
    snq_status st = SNQ_OK;
    if (!part || !lane)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u strips", p->parts);
    for (uint32_t i = 0; st >= 0 && i < p->parts; i++) {
        const snq_track *t = &p->score.track[p->part[i].track];
        const snq_patch *patch = p->part[i].patch;
        part[i] = (snq_mix_part) { t->name, snq_family_names[patch->family], t->gain_db, t->pan,
                                   p->part[i].only_pitch < 0 ? &patch->chain : NULL };
        if (p->part[i].only_pitch < 0)
            continue;
        snprintf(lane[i], sizeof lane[i], "\x1f%u %d", p->part[i].track, p->part[i].only_pitch);
        part[i].name = lane[i];
    }
    if (st >= 0)
        st = fit_mix(w, part);
    snq_free(part);
    snq_free(lane);
    SNQ_TRY(st);
    w->report->mastered = 1;
    w->report->target_lufs = p->mix.master.target_lufs;
    return SNQ_OK;
}

/* ---------------------------------------------------------------- levels */

static snq_status set_levels(const work *w)
{
    snq_render_plan *p = w->plan;
    double *lufs = snq_calloc(p->tracks + 1, sizeof *lufs);
    if (!lufs)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u levels", p->tracks);
    const snq_status st =
        snq_loudness_probe(&p->score, p->part, p->tracks, p->bank, SNQ_RENDER_RATE_HZ,
                           w->cfg->threads, w->cfg->seed, lufs);
    for (uint32_t i = 0; st >= 0 && i < p->tracks; i++) {
        snq_track *t = &p->score.track[p->part[i].track];
        const float db = w->cfg->level(w->cfg->user, t->name, lufs[i]);
        if (!isnan(db))
            t->gain_db = fminf(fmaxf(db, -120.0f), 24.0f);
    }
    snq_free(lufs);
    return st;
}

/* ---------------------------------------------------------------- all of it */

static snq_status make(const work *w)
{
    snq_score *score = &w->plan->score;
    if (w->cfg->score)
        SNQ_TRY(snq_score_copy(w->cfg->score, score));
    else
        SNQ_TRY(snq_score_load(w->cfg->input, score, &w->report->warnings));
    SNQ_TRY(snq_score_sort(score));
    SNQ_TRY(snq_score_split_programs(score));
    SNQ_TRY(snq_score_check(score));
    SNQ_TRY(snq_patch_library_load(&w->plan->library));
    SNQ_TRY(snq_bank_new(SNQ_RENDER_RATE_HZ, &w->plan->bank));
    SNQ_TRY(use_kit(w));
    SNQ_TRY(apply_choices(w));
    snprintf(w->report->title, sizeof w->report->title, "%s", score->title);
    w->report->rate_hz = SNQ_RENDER_RATE_HZ;
    SNQ_TRY(make_parts(w));
    if (w->cfg->level)
        SNQ_TRY(set_levels(w));
    return w->cfg->dry ? SNQ_OK : plan_mix(w);
}

snq_status snq_render_plan_make(const snq_render_job_cfg *cfg, snq_render_plan *out,
                                snq_render_report *report)
{
    *out = (snq_render_plan) { 0 };
    snq_score_init(&out->score);
    return make(&(work) { .cfg = cfg, .plan = out, .report = report });
}

void snq_render_plan_clear(snq_render_plan *p)
{
    snq_mix_plan_clear(&p->mix);
    snq_free(p->part);
    snq_bank_free(p->bank);
    snq_patch_library_clear(&p->library);
    snq_score_clear(&p->score);
    *p = (snq_render_plan) { 0 };
}
