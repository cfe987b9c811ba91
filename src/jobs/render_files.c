// SPDX-License-Identifier: MIT
#include "jobs/render_files.h"

#include <stdio.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/file_share.h"
#include "jobs/folder_output.h"
#include "jobs/render_names.h"

typedef struct stem_file {
    snq_audio_writer *writer; /* NULL: closed, or `kept` */
    int kept;                 /* it stays as it is, and its level is not known yet */
} stem_file;

struct snq_render_files {
    snq_folder_output *folder; /* NULL: committed, or never begun */
    stem_file *stem;           /* (stems,), owned */
    snq_audio_writer *mix, *premaster;
    snq_render_report *report; /* borrowed */
};

static snq_audio_writer **writer_of(snq_render_files *f, int32_t file)
{
    return file == SNQ_RENDER_MIX         ? &f->mix
           : file == SNQ_RENDER_PREMASTER ? &f->premaster
                                          : &f->stem[file].writer;
}

static snq_render_stem *stem_of(snq_render_files *f, int32_t file)
{
    return file == SNQ_RENDER_MIX         ? &f->report->mix
           : file == SNQ_RENDER_PREMASTER ? &f->report->premaster
                                          : &f->report->stem[file];
}

static snq_status open_audio(snq_render_files *f, snq_audio_format format, int32_t file)
{
    char path[SNQ_PATH_MAX];
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(format);
    cfg.rate_hz = f->report->rate_hz;
    cfg.title = file >= 0 ? f->report->stem[file].name : f->report->title;
    SNQ_TRY(snq_folder_output_path(f->folder, stem_of(f, file)->file, path, sizeof path));
    return snq_audio_writer_open(path, &cfg, 0, writer_of(f, file));
}

const snq_frozen_stem *snq_render_frozen(const snq_render_job_cfg *cfg, const char *track)
{
    for (size_t i = 0; i < cfg->frozen_count; i++)
        if (strcasecmp(cfg->frozen[i].track, track) == 0)
            return &cfg->frozen[i];
    return NULL;
}

const char *snq_render_frozen_path(const snq_render_job_cfg *cfg, const char *track)
{
    const snq_frozen_stem *stem = snq_render_frozen(cfg, track);
    return stem ? stem->path : NULL;
}

snq_folder_output *snq_render_files_folder(snq_render_files *f)
{
    return f->folder;
}

/* A stem that stays: its file has the same bytes in the new folder. */
static snq_status keep_audio(snq_render_files *f, const char *from, uint32_t stem)
{
    char path[SNQ_PATH_MAX];
    SNQ_TRY(snq_folder_output_path(f->folder, f->report->stem[stem].file, path, sizeof path));
    SNQ_TRY(snq_file_share(from, path));
    f->stem[stem].kept = 1;
    return SNQ_OK;
}

static snq_status open_stem(snq_render_files *f, const snq_render_job_cfg *cfg, uint32_t i)
{
    const snq_render_stem *s = &f->report->stem[i];
    const char *frozen = *s->lane ? NULL : snq_render_frozen_path(cfg, s->name);
    return frozen ? keep_audio(f, frozen, i) : open_audio(f, cfg->format, (int32_t)i);
}

static snq_status open_all(snq_render_files *f, const snq_render_job_cfg *cfg)
{
    snq_render_report *r = f->report;
    f->stem = snq_calloc(r->stems, sizeof *f->stem);
    if (!f->stem)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u stems", r->stems);
    SNQ_TRY(snq_folder_output_open(cfg->out, cfg->force, &f->folder));
    for (uint32_t i = 0; i < r->stems; i++)
        if (cfg->no_stems)
            *r->stem[i].file = '\0';
        else
            SNQ_TRY(open_stem(f, cfg, i));
    snq_render_name_whole(&r->mix, "mix", cfg->format);
    SNQ_TRY(open_audio(f, cfg->format, SNQ_RENDER_MIX));
    if (!cfg->premaster)
        return SNQ_OK;
    snq_render_name_whole(&r->premaster, "premaster", cfg->format);
    return open_audio(f, cfg->format, SNQ_RENDER_PREMASTER);
}

snq_status snq_render_files_open(const snq_render_job_cfg *cfg, snq_render_report *report,
                                 snq_render_files **out)
{
    *out = NULL;
    snq_render_files *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the files of a rendering");
    f->report = report;
    const snq_status st = open_all(f, cfg);
    if (st < 0) {
        snq_render_files_free(f);
        return st;
    }
    *out = f;
    return SNQ_OK;
}

snq_status snq_render_files_push(snq_render_files *f, int32_t file, const snq_audio *block)
{
    snq_audio_writer *w = *writer_of(f, file);
    return w ? snq_audio_writer_push(w, block) : SNQ_OK;
}

static void warn_of_clipping(snq_render_files *f, int32_t file)
{
    const snq_render_stem *s = stem_of(f, file);
    const char *what = file == SNQ_RENDER_MIX         ? "the sum"
                       : file == SNQ_RENDER_PREMASTER ? "the pre-master"
                                                      : s->name;
    if (s->clipped)
        snq_warnings_add(&f->report->warnings, "clipped", -1,
                         "%s is over full scale by %.1f dB: %llu samples are clipped", what,
                         s->peak_dbfs, (unsigned long long)s->clipped);
}

snq_status snq_render_files_close_audio(snq_render_files *f, int32_t file, double peak_dbfs)
{
    snq_audio_writer **at = writer_of(f, file), *w = *at;
    if (file >= 0 && f->stem[file].kept) {
        f->stem[file].kept = 0;
        stem_of(f, file)->peak_dbfs = peak_dbfs;
    }
    if (!w)
        return SNQ_OK;
    *at = NULL;
    stem_of(f, file)->peak_dbfs = peak_dbfs;
    stem_of(f, file)->clipped = snq_audio_writer_clipped(w);
    warn_of_clipping(f, file);
    return snq_audio_writer_close(w);
}

snq_status snq_render_files_text(snq_render_files *f, const char *name, const snq_str *text)
{
    return snq_folder_output_text(f->folder, name, text);
}

snq_status snq_render_files_commit(snq_render_files *f)
{
    snq_folder_output *folder = f->folder;
    f->folder = NULL;
    snq_render_files_free(f);
    return snq_folder_output_commit(folder);
}

void snq_render_files_free(snq_render_files *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; f->stem && i < f->report->stems; i++)
        snq_audio_writer_free(f->stem[i].writer);
    snq_audio_writer_free(f->mix);
    snq_audio_writer_free(f->premaster);
    snq_folder_output_abort(f->folder);
    snq_free(f->stem);
    snq_free(f);
}
