// SPDX-License-Identifier: MIT
#include "jobs/analyse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "listen/analyser.h"
#include "listen/listener.h"
#include "media/reader.h"
#include "media/waveform.h"

/* Everything that one run holds; released by run_clear whatever happened. */
typedef struct run {
    const snq_analyse_cfg *cfg;
    const char *path;
    snq_hearing *h;
    int fd;
    snq_reader *reader;
    snq_listener *listener;
    snq_waveform *waveform;
    snq_outliner *outliner;
    const snq_analyser *selected[SNQ_PLUGINS_MAX];
} run;

snq_analyse_cfg snq_analyse_cfg_default(void)
{
    return (snq_analyse_cfg) { .zoom = 256 };
}

static int ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n > k && strcmp(text + n - k, end) == 0;
}

snq_status snq_analyse_check(const snq_analyse_cfg *cfg)
{
    for (uint32_t i = 0; i < cfg->only_count; i++)
        if (!snq_analyser_find(cfg->only[i])) {
            uint32_t count;
            const snq_analyser *const *all = snq_analysers(&count);
            char known[256] = "";
            for (uint32_t k = 0; k < count; k++)
                snprintf(known + strlen(known), sizeof known - strlen(known), " %s", all[k]->id);
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no analyser is called \"%s\"; there are:%s",
                            cfg->only[i], known);
        }
    if (cfg->waveform_path && !ends_with(cfg->waveform_path, ".dat") &&
        !ends_with(cfg->waveform_path, ".json"))
        return SNQ_FAIL(SNQ_ERR_ARG, "the waveform file must end in .dat or .json, not \"%s\"",
                        cfg->waveform_path);
    if (cfg->zoom < 2 || cfg->zoom > INT32_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "zoom of %u samples a pixel, must be 2 .. 2147483647",
                        cfg->zoom);
    return SNQ_OK;
}

snq_status snq_analyse_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return SNQ_FAIL(SNQ_ERR_IO, "can't make the folder %s: %s", path, strerror(errno));
    return SNQ_OK;
}

static void run_clear(run *r)
{
    snq_listener_free(r->listener);
    snq_waveform_free(r->waveform);
    snq_outliner_free(r->outliner);
    snq_reader_free(r->reader);
    if (r->fd >= 0)
        close(r->fd);
}

static snq_status open_input(run *r)
{
    struct stat st;
    /* O_NONBLOCK: a pipe without a writer must not hang us; for regular files it means nothing */
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (r->fd < 0 || fstat(r->fd, &st) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "can't open: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not a regular file");
    snq_reader_cfg cfg = snq_reader_cfg_default();
    cfg.cancel = r->cfg->cancel;
    return snq_reader_open(r->fd, r->path, &cfg, &r->reader);
}

static snq_status open_listener(run *r)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    snq_listener_cfg cfg = { .rate_hz = info->rate_hz,
                             .channels = info->channels,
                             .position = info->position,
                             .timings = r->cfg->timings };
    if (r->cfg->only_count) {
        /* in the order of the registry, each once, whatever the order asked */
        uint32_t count;
        const snq_analyser *const *all = snq_analysers(&count);
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t i = 0; i < r->cfg->only_count; i++)
                if (strcmp(all[k]->id, r->cfg->only[i]) == 0) {
                    r->selected[cfg.analysers++] = all[k];
                    break;
                }
        cfg.analyser = r->selected;
    }
    return snq_listener_new(&cfg, r->h, &r->listener);
}

static snq_status open_sinks(run *r)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    if (r->cfg->overview)
        SNQ_TRY(snq_outliner_new(info->rate_hz, &r->outliner));
    if (!r->cfg->waveform_path)
        return SNQ_OK;
    if (!r->cfg->force && access(r->cfg->waveform_path, F_OK) == 0)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s exists already; --force replaces it",
                        r->cfg->waveform_path);
    snq_waveform_cfg cfg = snq_waveform_cfg_default(info->rate_hz, info->channels);
    cfg.samples_per_pixel = r->cfg->zoom;
    return snq_waveform_new(&cfg, &r->waveform);
}

static void report(const run *r)
{
    if (!r->cfg->progress)
        return;
    const double size = (double)snq_reader_size(r->reader);
    r->cfg->progress(r->cfg->user, size > 0 ? (double)snq_reader_offset(r->reader) / size : 1.0,
                     (double)snq_reader_frames(r->reader) / snq_reader_info(r->reader)->rate_hz);
}

static snq_status stream(run *r)
{
    for (;;) {
        snq_audio block;
        const snq_status st = snq_reader_pull(r->reader, &block);
        if (st < 0)
            return st;
        if (st == SNQ_END)
            return SNQ_OK;
        SNQ_TRY(snq_listener_push(r->listener, &block));
        if (r->waveform)
            SNQ_TRY(snq_waveform_push(r->waveform, &block));
        if (r->outliner)
            snq_outliner_push(r->outliner, &block);
        report(r);
    }
}

static void describe(run *r)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    snq_heard_file *f = &r->h->file;
    snprintf(f->container, sizeof f->container, "%s", info->container);
    snprintf(f->codec, sizeof f->codec, "%s", info->codec);
    f->rate_hz = info->rate_hz;
    f->channels = info->channels;
    f->duration_s = (double)snq_reader_frames(r->reader) / info->rate_hz;
    f->truncated = snq_reader_truncated(r->reader);
}

/* What the file was warned of stands before what was heard. */
static void merge_warnings(run *r)
{
    const snq_warnings heard = r->h->warnings;
    r->h->warnings = *snq_reader_warnings(r->reader);
    for (uint32_t i = 0; i < heard.count; i++)
        snq_warnings_add(&r->h->warnings, heard.item[i].code, heard.item[i].offset_bytes, "%s",
                         heard.item[i].message);
}

static snq_status outlines(run *r)
{
    if (!r->outliner)
        return SNQ_OK;
    SNQ_TRY(snq_outliner_pull(r->outliner, SNQ_OVERVIEW_SMALL, &r->cfg->overview[0]));
    const snq_status st = snq_outliner_pull(r->outliner, SNQ_OVERVIEW_LARGE, &r->cfg->overview[1]);
    if (st < 0)
        snq_overview_clear(&r->cfg->overview[0]);
    return st;
}

static snq_status run_all(run *r)
{
    SNQ_TRY(snq_analyse_check(r->cfg));
    SNQ_TRY(open_input(r));
    SNQ_TRY(open_sinks(r));
    SNQ_TRY(open_listener(r));
    SNQ_TRY(stream(r));
    SNQ_TRY(snq_listener_finish(r->listener));
    SNQ_TRY(snq_reader_sha256(r->reader, r->h->file.sha256));
    describe(r);
    merge_warnings(r);
    /* the file comes last: nothing is written for an input that is refused */
    if (r->waveform && ends_with(r->cfg->waveform_path, ".dat"))
        SNQ_TRY(snq_waveform_write_dat(r->waveform, r->cfg->waveform_path, r->cfg->force));
    else if (r->waveform)
        SNQ_TRY(snq_waveform_write_json(r->waveform, r->cfg->waveform_path, r->cfg->force));
    return outlines(r);
}

snq_status snq_analyse_run(const char *path, const snq_analyse_cfg *cfg, snq_hearing *h)
{
    run r = { .cfg = cfg, .path = path, .h = h, .fd = -1 };
    snq_hearing_init(h);
    h->file.path = path;
    const snq_status st = run_all(&r);
    run_clear(&r);
    if (st < 0)
        snq_hearing_clear(h);
    return st;
}
