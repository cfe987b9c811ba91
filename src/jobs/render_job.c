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
#include "jobs/mix_down.h"
#include "jobs/patch_library.h"
#include "jobs/recordings.h"
#include "media/atomic_file.h"
#include "mix/engine/mix_defaults.h"
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
    snq_render_part *part;             /* (stems,) */
    snq_audio_writer **writer;         /* (stems,) */
    float *peak;                       /* (stems,) */
    snq_audio_writer *mix, *premaster; /* premaster NULL: not wanted */
    float sum_peak;
    snq_mix_plan plan;
    snq_mix_down *down; /* NULL: dry */
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

/* ---------------------------------------------------------------- how it is mixed */

static snq_status load_plan(const char *path, snq_mix_plan *out)
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

/* A strip for each part; lanes have plain ones, whose names no track has. */
static snq_status make_plan(job *j, const snq_mix_part *part, uint32_t tracks)
{
    snq_mix_plan plan;
    SNQ_TRY(j->cfg->mix ? load_plan(j->cfg->mix, &plan) : snq_mix_defaults(part, tracks, &plan));
    const snq_status st =
        snq_mix_plan_fit(&plan, part, j->report->stems, &j->report->warnings, &j->plan);
    snq_mix_plan_clear(&plan);
    return st;
}

static snq_status plan_mix(job *j)
{
    const uint32_t stems = j->report->stems;
    uint32_t tracks = 0;
    snq_mix_part *part = snq_calloc(stems, sizeof *part);
    char(*lane)[SNQ_MIX_NAME_MAX] = snq_calloc(stems, sizeof *lane);
    snq_status st = SNQ_OK;
    if (!part || !lane)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u strips", stems);
    for (uint32_t i = 0; st >= 0 && i < stems; i++) {
        const snq_track *t = &j->score.track[j->part[i].track];
        const snq_patch *patch = j->part[i].patch;
        part[i] = (snq_mix_part) { t->name, snq_family_names[patch->family], t->gain_db, t->pan,
                                   j->part[i].only_pitch < 0 ? &patch->chain : NULL };
        tracks += j->part[i].only_pitch < 0;
        if (j->part[i].only_pitch < 0)
            continue;
        snprintf(lane[i], sizeof lane[i], "\x1f%u %d", j->part[i].track, j->part[i].only_pitch);
        part[i].name = lane[i];
    }
    if (st >= 0)
        st = make_plan(j, part, tracks);
    snq_free(part);
    snq_free(lane);
    SNQ_TRY(st);
    j->report->mastered = 1;
    j->report->target_lufs = j->plan.master.target_lufs;
    const snq_mix_down_cfg cfg = { .plan = &j->plan,
                                   .score = &j->score,
                                   .rate_hz = RATE_HZ,
                                   .threads = j->cfg->threads,
                                   .seed = j->cfg->seed,
                                   .cancel = j->cfg->cancel };
    return snq_mix_down_new(&cfg, &j->report->warnings, &j->down);
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
    SNQ_TRY(open_writer(j, mix->file, j->score.title, &j->mix));
    if (!j->cfg->premaster)
        return SNQ_OK;
    snq_render_stem *sum = &j->report->premaster;
    snprintf(sum->name, sizeof sum->name, "premaster");
    snprintf(sum->file, sizeof sum->file, "premaster%s", snq_audio_format_ending(j->cfg->format));
    return open_writer(j, sum->file, j->score.title, &j->premaster);
}

static snq_status on_stem(void *user, uint32_t part, const snq_audio *block)
{
    job *j = user;
    return snq_audio_writer_push(j->writer[part], block);
}

static snq_status on_sum(void *user, const snq_audio *block)
{
    job *j = user;
    if (j->premaster)
        SNQ_TRY(snq_audio_writer_push(j->premaster, block));
    return j->down ? snq_mix_down_take(j->down, block) : snq_audio_writer_push(j->mix, block);
}

static snq_status on_record(void *user, const snq_audio *block)
{
    return snq_audio_writer_push(((job *)user)->mix, block);
}

static int on_progress(void *user, double done_s, double of_s)
{
    const job *j = user;
    if (j->cfg->progress)
        j->cfg->progress(j->cfg->user, done_s, of_s);
    return j->cfg->cancel && *j->cfg->cancel;
}

static snq_status close_writer(snq_audio_writer **w, double peak_dbfs, snq_render_stem *s)
{
    s->peak_dbfs = peak_dbfs;
    s->clipped = snq_audio_writer_clipped(*w);
    snq_audio_writer *mine = *w;
    *w = NULL;
    return snq_audio_writer_close(mine);
}

typedef enum text_kind { TEXT_SCORE = 0, TEXT_MIDI, TEXT_MIX, TEXTS } text_kind;
static const char *const text_names[TEXTS] = { "score.json", "score.mid", "mix.json" };

static snq_status write_text(job *j, text_kind kind, snq_str *text)
{
    snq_json json;
    char path[SNQ_PATH_MAX];
    snq_atomic_file *file;
    if (kind == TEXT_MIDI)
        SNQ_TRY(snq_midi_write(&j->score, text));
    else {
        snq_json_init(&json, snq_json_to_str, text);
        if (kind == TEXT_MIX)
            snq_mix_plan_json(&json, &j->plan);
        else
            snq_score_json(&json, &j->score);
        SNQ_TRY(snq_json_finish(&json));
        snq_str_put(text, "\n");
    }
    SNQ_TRY(text->st);
    SNQ_TRY(snq_folder_output_path(j->folder, text_names[kind], path, sizeof path));
    SNQ_TRY(snq_atomic_open(path, 0, &file));
    fwrite(text->text, 1, text->length, snq_atomic_stream(file));
    return snq_atomic_commit(file);
}

/* A strip that a user can name: lanes are ours alone. */
static void forget_lanes(job *j)
{
    uint32_t tracks = 0;
    for (uint32_t i = 0; i < j->report->stems; i++)
        tracks += j->part[i].only_pitch < 0;
    j->plan.strips = tracks;
}

static snq_status write_texts(job *j)
{
    snq_str text;
    for (int k = 0; k < (j->down ? TEXTS : TEXT_MIX); k++) {
        snq_str_init(&text, (size_t)1 << 30);
        const snq_status st = write_text(j, (text_kind)k, &text);
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
    cfg.desk = j->down ? snq_mix_down_desk(j->down) : NULL;
    SNQ_TRY(snq_render_run(&cfg, &j->report->warnings, &result));
    j->report->frames = result.frames;
    j->sum_peak = result.peak;
    return SNQ_OK;
}

/* Bits of the record's samples, where it has such. */
static int bits_of(snq_audio_format f)
{
    return f == SNQ_AUDIO_FORMAT_WAV || f == SNQ_AUDIO_FORMAT_FLAC ? 24 : 0;
}

static snq_status master(job *j)
{
    snq_mix_figures *f = &j->report->figures;
    const double target = (double)j->report->target_lufs;
    SNQ_TRY(snq_mix_down_finish(j->down, bits_of(j->cfg->format), on_record, j, f));
    for (uint32_t i = 0; i < j->report->stems; i++)
        j->report->stem[i].ducked_db = (double)snq_mix_down_ducked_db(j->down, i);
    if (isfinite(f->lufs) && fabs(f->lufs - target) > 0.3)
        snq_warnings_add(&j->report->warnings, "loudness_not_reached", -1,
                         "the record has %.1f LUFS, not %.1f: a limiter can't make it that loud",
                         f->lufs, target);
    return SNQ_OK;
}

static void warn_of_clipping(job *j, const snq_render_stem *s, const char *what)
{
    if (s->clipped)
        snq_warnings_add(&j->report->warnings, "clipped", -1,
                         "%s is over full scale by %.1f dB: %llu samples are clipped", what,
                         s->peak_dbfs, (unsigned long long)s->clipped);
}

static double dbfs(float peak)
{
    return 20.0 * log10((double)peak);
}

static snq_status finish(job *j)
{
    snq_render_report *r = j->report;
    for (uint32_t i = 0; i < r->stems; i++) {
        SNQ_TRY(close_writer(&j->writer[i], dbfs(j->peak[i]), &r->stem[i]));
        warn_of_clipping(j, &r->stem[i], r->stem[i].name);
    }
    if (j->premaster) {
        SNQ_TRY(close_writer(&j->premaster, dbfs(j->sum_peak), &r->premaster));
        warn_of_clipping(j, &r->premaster, "the pre-master");
    }
    if (j->down)
        SNQ_TRY(master(j));
    SNQ_TRY(close_writer(&j->mix, j->down ? r->figures.peak_dbfs : dbfs(j->sum_peak), &r->mix));
    warn_of_clipping(j, &r->mix, "the sum");
    forget_lanes(j);
    return write_texts(j);
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
    if (!j->cfg->dry)
        SNQ_TRY(plan_mix(j));
    SNQ_TRY(snq_folder_output_open(j->cfg->out, j->cfg->force, &j->folder));
    SNQ_TRY(open_writers(j));
    SNQ_TRY(play(j));
    SNQ_TRY(finish(j));
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
    snq_audio_writer_free(j.premaster);
    snq_mix_down_free(j.down);
    snq_mix_plan_clear(&j.plan);
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
    if (s->ducked_db < 0.0)
        snq_json_put_real(j, "ducked_db", s->ducked_db, 2);
    snq_json_end(j);
}

static void put_level(snq_json *j, const char *key, double level, const char *reason)
{
    if (isfinite(level))
        snq_json_put_real(j, key, level, 2);
    else
        snq_json_put_null(j, key, reason);
}

static void put_master(snq_json *j, const snq_render_report *r)
{
    const snq_mix_figures *f = &r->figures;
    snq_json_key(j, "master");
    snq_json_object(j);
    put_level(j, "target_lufs", (double)r->target_lufs, "no loudness target");
    put_level(j, "integrated_lufs", f->lufs, "silence");
    put_level(j, "true_peak_dbtp", f->true_peak_dbtp, "silence");
    put_level(j, "premaster_lufs", f->premaster_lufs, "silence");
    snq_json_put_real(j, "gain_db", f->gain_db, 2);
    snq_json_put_real(j, "inserts_deepest_db", f->inserts_db, 2);
    snq_json_put_bool(j, "bends", f->bends);
    snq_json_key(j, "limiter");
    snq_json_object(j);
    snq_json_put_real(j, "deepest_db", (double)f->limiter.deepest_db, 2);
    snq_json_put_real(j, "mean_db", (double)f->limiter.mean_db, 3);
    snq_json_put_real(j, "share_over_1_db", (double)f->limiter.share_over_1, 4);
    snq_json_put_real(j, "pumping_db_s", (double)f->limiter.pumping_db_s, 1);
    snq_json_end(j);
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
    if (*r->premaster.file) {
        snq_json_key(j, "premaster");
        put_stem(j, &r->premaster);
    }
    if (r->mastered)
        put_master(j, r);
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
