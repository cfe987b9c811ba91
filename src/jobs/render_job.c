// SPDX-License-Identifier: MIT
#include "jobs/render_job.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"
#include "jobs/folder_output.h"
#include "jobs/kit_folder.h"
#include "jobs/patch_library.h"
#include "jobs/recordings.h"
#include "media/atomic_file.h"
#include "score/drum_keys.h"
#include "score/midi.h"
#include "score/score_json.h"
#include "score/score_split.h"
#include "synth/render.h"

enum { RATE_HZ = 48000, MIDI_BYTES_MAX = 64 << 20, PITCHES = 128 };
#define SCORE_SCHEMA "sonique/score/1"

typedef struct job {
    const snq_render_job_cfg *cfg;
    snq_score score;
    snq_patch_library library;
    snq_bank *bank;
    snq_folder_output *folder;
    snq_render_part *part;     /* (stems,) */
    snq_audio_writer **writer; /* (stems,) */
    float *peak;               /* (stems,) */
    snq_audio_writer *mix;
    float mix_peak;
    snq_render_report *report;
} job;

snq_render_job_cfg snq_render_job_cfg_default(void)
{
    return (snq_render_job_cfg) { .format = SNQ_AUDIO_FORMAT_WAV, .threads = 1 };
}

void snq_render_report_clear(snq_render_report *r)
{
    snq_free(r->stem);
    *r = (snq_render_report) { 0 };
}

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
    SNQ_TRY(snq_text_file_read(path, MIDI_BYTES_MAX, &f));
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

/* ---------------------------------------------------------------- parts */

static snq_status apply_choices(job *j)
{
    for (size_t i = 0; i < j->cfg->choices; i++) {
        const snq_patch_choice *c = &j->cfg->choice[i];
        snq_track *t = snq_score_find_track(&j->score, c->track);
        if (!t)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "--patch: there is no track \"%s\"", c->track);
        if (!snq_patch_library_find(&j->library, c->patch))
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "--patch: there is no patch \"%s\"", c->patch);
        snprintf(t->patch, sizeof t->patch, "%s", c->patch);
    }
    return SNQ_OK;
}

/* A name that any file system takes: letters, digits, '.', '_', '-'; others become '_'. */
static void file_name(const char *name, char *to, size_t room)
{
    size_t n = 0;
    for (; *name && n + 1 < room; name++) {
        const int plain = isalnum((unsigned char)*name) || (n && strchr("._-", *name));
        if (((unsigned char)*name & 0xC0) != 0x80) /* one for each character */
            to[n++] = plain ? *name : '_';
    }
    to[n] = '\0';
}

static int is_taken(const job *j, uint32_t stems, const char *file)
{
    for (uint32_t i = 0; i < stems; i++)
        if (strcasecmp(j->report->stem[i].file, file) == 0)
            return 1;
    return 0;
}

static void name_stem(job *j, uint32_t i)
{
    snq_render_stem *s = &j->report->stem[i];
    const char *ending = snq_audio_format_ending(j->cfg->format);
    char track[48], lane[32], file[sizeof s->file];
    file_name(s->name, track, sizeof track);
    file_name(s->lane, lane, sizeof lane);
    for (int k = 1; k < 1000; k++) {
        char number[8] = "";
        if (k > 1)
            snprintf(number, sizeof number, "_%d", k);
        snprintf(file, sizeof file, "stems/%s%s%s%s%s%s", *lane ? "lanes/" : "", track,
                 *lane ? "." : "", lane, number, ending);
        if (!is_taken(j, i, file))
            break;
    }
    memcpy(s->file, file, sizeof file);
}

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

static int is_drums(const job *j, const snq_track *t)
{
    const snq_patch *p;
    return snq_patch_library_choose(&j->library, t, &p) >= 0 && p->family == SNQ_FAMILY_DRUMS;
}

/* Drum tracks play the user's kit, unless the user said otherwise. */
static snq_status use_kit(job *j)
{
    if (!j->cfg->kit)
        return SNQ_OK;
    if (!snq_patch_library_find(&j->library, SNQ_KIT_PATCH))
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "there is no patch \"%s\"", SNQ_KIT_PATCH);
    for (size_t t = 0; t < j->score.tracks; t++)
        if (is_drums(j, &j->score.track[t]))
            snprintf(j->score.track[t].patch, sizeof j->score.track[t].patch, "%s", SNQ_KIT_PATCH);
    return snq_kit_folder_load(j->cfg->kit, RATE_HZ, j->cfg->threads, j->cfg->cancel, j->bank,
                               &j->report->warnings);
}

static void add_part(job *j, uint32_t track, int pitch, const snq_patch *patch)
{
    const uint32_t i = j->report->stems++;
    snq_render_stem *s = &j->report->stem[i];
    j->part[i] = (snq_render_part) { .track = track, .only_pitch = pitch, .patch = patch };
    snprintf(s->name, sizeof s->name, "%s", j->score.track[track].name);
    snprintf(s->patch, sizeof s->patch, "%s", patch->id);
    if (pitch >= 0)
        snprintf(s->lane, sizeof s->lane, "%s", snq_drum_name(pitch));
    name_stem(j, i);
}

static snq_status make_parts(job *j)
{
    uint8_t has[PITCHES];
    size_t stems = j->score.tracks;
    for (size_t t = 0; j->cfg->lanes && t < j->score.tracks; t++)
        stems += is_drums(j, &j->score.track[t]) ? find_lanes(&j->score.track[t], has) : 0;
    j->part = snq_calloc(stems, sizeof *j->part);
    j->writer = snq_calloc(stems, sizeof(snq_audio_writer *));
    j->peak = snq_calloc(stems, sizeof *j->peak);
    j->report->stem = snq_calloc(stems, sizeof *j->report->stem);
    if (!j->part || !j->writer || !j->peak || !j->report->stem)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu stems", stems);
    for (uint32_t t = 0; t < j->score.tracks; t++) {
        const snq_patch *patch;
        if (!j->score.track[t].notes)
            continue; /* a MIDI file's conductor, say */
        SNQ_TRY(snq_patch_library_choose(&j->library, &j->score.track[t], &patch));
        SNQ_TRY(snq_recordings_load(patch, RATE_HZ, j->cfg->threads, j->cfg->cancel, j->bank));
        add_part(j, t, -1, patch);
    }
    for (uint32_t t = 0; j->cfg->lanes && t < j->score.tracks; t++) {
        const snq_patch *patch;
        if (!is_drums(j, &j->score.track[t]))
            continue;
        SNQ_TRY(snq_patch_library_choose(&j->library, &j->score.track[t], &patch));
        find_lanes(&j->score.track[t], has);
        for (int p = 0; p < PITCHES; p++)
            if (has[p])
                add_part(j, t, p, patch);
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- writing */

static snq_status open_writer(job *j, const char *file, const char *title, snq_audio_writer **out)
{
    char path[SNQ_PATH_MAX];
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(j->cfg->format);
    cfg.rate_hz = RATE_HZ;
    cfg.title = title;
    SNQ_TRY(snq_folder_output_path(j->folder, file, path, sizeof path));
    return snq_audio_writer_open(path, &cfg, 0, out);
}

static snq_status open_writers(job *j)
{
    snq_render_stem *mix = &j->report->mix;
    for (uint32_t i = 0; i < j->report->stems; i++)
        SNQ_TRY(open_writer(j, j->report->stem[i].file, j->report->stem[i].name, &j->writer[i]));
    snprintf(mix->name, sizeof mix->name, "mix");
    snprintf(mix->file, sizeof mix->file, "mix%s", snq_audio_format_ending(j->cfg->format));
    return open_writer(j, mix->file, j->score.title, &j->mix);
}

static snq_status on_stem(void *user, uint32_t part, const snq_audio *block)
{
    job *j = user;
    return snq_audio_writer_push(j->writer[part], block);
}

static snq_status on_sum(void *user, const snq_audio *block)
{
    job *j = user;
    return snq_audio_writer_push(j->mix, block);
}

static int on_progress(void *user, double done_s, double of_s)
{
    const job *j = user;
    if (j->cfg->progress)
        j->cfg->progress(j->cfg->user, done_s, of_s);
    return j->cfg->cancel && *j->cfg->cancel;
}

static snq_status close_writer(snq_audio_writer **w, float peak, snq_render_stem *s)
{
    s->peak_dbfs = 20.0 * log10(peak);
    s->clipped = snq_audio_writer_clipped(*w);
    snq_audio_writer *mine = *w;
    *w = NULL;
    return snq_audio_writer_close(mine);
}

static snq_status write_score(job *j)
{
    snq_str text;
    snq_json json;
    char path[SNQ_PATH_MAX];
    for (int midi = 0; midi < 2; midi++) {
        snq_str_init(&text, (size_t)1 << 30);
        snq_status st = SNQ_OK;
        if (midi)
            st = snq_midi_write(&j->score, &text);
        else {
            snq_json_init(&json, snq_json_to_str, &text);
            snq_score_json(&json, &j->score);
            st = snq_json_finish(&json);
            snq_str_put(&text, "\n");
        }
        st = st < 0 ? st : text.st;
        if (st >= 0)
            st = snq_folder_output_path(j->folder, midi ? "score.mid" : "score.json", path,
                                        sizeof path);
        snq_atomic_file *file = NULL;
        if (st >= 0)
            st = snq_atomic_open(path, 0, &file);
        if (st >= 0) {
            fwrite(text.text, 1, text.length, snq_atomic_stream(file));
            st = snq_atomic_commit(file);
        }
        snq_str_clear(&text);
        SNQ_TRY(st);
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- all of it */

static snq_status play(job *j)
{
    snq_render_cfg cfg = snq_render_cfg_default();
    snq_render_result result;
    cfg.score = &j->score;
    cfg.bank = j->bank;
    cfg.part = j->part;
    cfg.parts = j->report->stems;
    cfg.rate_hz = RATE_HZ;
    cfg.threads = j->cfg->threads;
    cfg.seed = j->cfg->seed;
    cfg.user = j;
    cfg.stem = on_stem;
    cfg.sum = on_sum;
    cfg.peak = j->peak;
    cfg.progress = on_progress;
    SNQ_TRY(snq_render_run(&cfg, &j->report->warnings, &result));
    j->report->frames = result.frames;
    j->mix_peak = result.peak;
    return SNQ_OK;
}

static void warn_of_clipping(job *j)
{
    const snq_render_stem *m = &j->report->mix;
    if (m->clipped)
        snq_warnings_add(&j->report->warnings, "clipped", -1,
                         "the sum is over full scale by %.1f dB: %llu samples are clipped",
                         m->peak_dbfs, (unsigned long long)m->clipped);
}

static snq_status run(job *j)
{
    SNQ_TRY(snq_score_load(j->cfg->input, &j->score, &j->report->warnings));
    SNQ_TRY(snq_score_sort(&j->score));
    SNQ_TRY(snq_score_split_programs(&j->score));
    SNQ_TRY(snq_score_check(&j->score));
    SNQ_TRY(snq_patch_library_load(&j->library));
    SNQ_TRY(snq_bank_new(RATE_HZ, &j->bank));
    SNQ_TRY(use_kit(j));
    SNQ_TRY(apply_choices(j));
    snprintf(j->report->title, sizeof j->report->title, "%s", j->score.title);
    j->report->rate_hz = RATE_HZ;
    SNQ_TRY(make_parts(j));
    SNQ_TRY(snq_folder_output_open(j->cfg->out, j->cfg->force, &j->folder));
    SNQ_TRY(open_writers(j));
    SNQ_TRY(play(j));
    for (uint32_t i = 0; i < j->report->stems; i++)
        SNQ_TRY(close_writer(&j->writer[i], j->peak[i], &j->report->stem[i]));
    SNQ_TRY(close_writer(&j->mix, j->mix_peak, &j->report->mix));
    warn_of_clipping(j);
    SNQ_TRY(write_score(j));
    snq_folder_output *folder = j->folder;
    j->folder = NULL;
    return snq_folder_output_commit(folder);
}

snq_status snq_render_job_run(const snq_render_job_cfg *cfg, snq_render_report *out)
{
    job j = { .cfg = cfg, .report = out };
    *out = (snq_render_report) { 0 };
    snq_score_init(&j.score);
    const snq_status st = run(&j);
    for (uint32_t i = 0; j.writer && i < out->stems; i++)
        snq_audio_writer_free(j.writer[i]);
    snq_audio_writer_free(j.mix);
    snq_folder_output_abort(j.folder);
    snq_bank_free(j.bank);
    snq_patch_library_clear(&j.library);
    snq_score_clear(&j.score);
    snq_free(j.part);
    snq_free(j.writer);
    snq_free(j.peak);
    return st;
}

/* ---------------------------------------------------------------- the document */

static void put_stem(snq_json *j, const snq_render_stem *s)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", s->name);
    if (*s->lane)
        snq_json_put_string(j, "lane", s->lane);
    if (*s->patch)
        snq_json_put_string(j, "patch", s->patch);
    snq_json_put_string(j, "file", s->file);
    if (isfinite(s->peak_dbfs))
        snq_json_put_real(j, "peak_dbfs", s->peak_dbfs, 2);
    else
        snq_json_put_null(j, "peak_dbfs", "silence");
    snq_json_put_int(j, "clipped_samples", (int64_t)s->clipped);
    snq_json_end(j);
}

void snq_render_report_json(snq_json *j, const char *path, const snq_render_report *r)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", "sonique/render/1");
    snq_json_put_string(j, "path", path);
    snq_json_put_string(j, "title", r->title);
    snq_json_put_int(j, "sample_rate_hz", r->rate_hz);
    snq_json_put_real(j, "duration_s", (double)r->frames / r->rate_hz, 6);
    snq_json_key(j, "stems");
    snq_json_array(j);
    for (uint32_t i = 0; i < r->stems; i++)
        put_stem(j, &r->stem[i]);
    snq_json_end(j);
    snq_json_key(j, "mix");
    put_stem(j, &r->mix);
    snq_json_key(j, "warnings");
    snq_json_array(j);
    for (uint32_t i = 0; i < r->warnings.count; i++) {
        snq_json_object(j);
        snq_json_put_string(j, "code", r->warnings.item[i].code);
        snq_json_put_string(j, "message", r->warnings.item[i].message);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_end(j);
}
