// SPDX-License-Identifier: MIT
#include "jobs/analyse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "listen/analyser.h"
#include "listen/listener.h"
#include "media/reader.h"
#include "media/waveform.h"

/* Everything that one run holds; released by run_clear whatever happened. */
typedef struct run {
    const snq_analyse_cfg *cfg;
    const snq_listen_request *request;
    snq_hearing *h;
    snq_reader *reader;
    snq_listener *listener;
    snq_waveform *waveform;
    snq_outliner *outliner;
    snq_portraitist *portraitist;
    uint32_t
        peak_bits; /* of the largest |sample|: of floats >= 0 the order of bits is that of values */
    const snq_analyser *selected[SNQ_PLUGINS_MAX];
} run;

snq_analyse_cfg snq_analyse_cfg_default(void)
{
    return (snq_analyse_cfg) { .fd = -1, .waveform_fd = -1 };
}

snq_status snq_listen_request_default(const char *name, snq_listen_request *r)
{
    uint32_t count;
    const snq_analyser *const *all = snq_analysers(&count);
    memset(r, 0, sizeof *r);
    if (strlen(name) >= sizeof r->name)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes, at most %d are possible",
                        strlen(name), SNQ_PATH_MAX - 1);
    memcpy(r->name, name, strlen(name) + 1);
    r->zoom = 256;
    for (uint32_t i = 0; i < count && i < SNQ_PLUGINS_MAX; i++)
        snprintf(r->only[r->only_count++], SNQ_ID_MAX, "%s", all[i]->id);
    return SNQ_OK;
}

snq_status snq_listen_request_analysers(const snq_listen_request *r,
                                        const snq_analyser *out[SNQ_PLUGINS_MAX], uint32_t *count)
{
    uint32_t all_count;
    const snq_analyser *const *all = snq_analysers(&all_count);
    *count = 0;
    for (uint32_t i = 0; i < r->only_count; i++)
        if (!snq_analyser_find(r->only[i]))
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no analyser is called \"%s\"", r->only[i]);
    for (uint32_t k = 0; k < all_count && *count < SNQ_PLUGINS_MAX; k++)
        for (uint32_t i = 0; i < r->only_count; i++)
            if (strcmp(all[k]->id, r->only[i]) == 0) {
                out[(*count)++] = all[k];
                break;
            }
    return SNQ_OK;
}

static void run_clear(run *r)
{
    snq_listener_free(r->listener);
    snq_waveform_free(r->waveform);
    snq_outliner_free(r->outliner);
    snq_portraitist_free(r->portraitist);
    snq_reader_free(r->reader);
}

static snq_status open_input(run *r)
{
    snq_reader_cfg cfg = snq_reader_cfg_default();
    cfg.cancel = r->cfg->cancel;
    cfg.no_loading = r->cfg->no_loading;
    return snq_reader_open(r->cfg->fd, r->request->name, &cfg, &r->reader);
}

static snq_status open_listener(run *r)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    snq_listener_cfg cfg = { .rate_hz = info->rate_hz,
                             .channels = info->channels,
                             .position = info->position,
                             .analyser = r->selected,
                             .timings = r->request->timings };
    SNQ_TRY(snq_listen_request_analysers(r->request, r->selected, &cfg.analysers));
    return snq_listener_new(&cfg, r->h, &r->listener);
}

static snq_status open_sinks(run *r)
{
    const snq_media_info *info = snq_reader_info(r->reader);
    if (r->cfg->overview)
        SNQ_TRY(snq_outliner_new(info->rate_hz, &r->outliner));
    if (r->cfg->portrait && r->request->portrait)
        SNQ_TRY(
            snq_portraitist_new(info->rate_hz, info->channels, info->position, &r->portraitist));
    if (r->request->waveform == SNQ_WAVEFORM_NONE)
        return SNQ_OK;
    snq_waveform_cfg cfg = snq_waveform_cfg_default(info->rate_hz, info->channels);
    cfg.samples_per_pixel = r->request->zoom;
    return snq_waveform_new(&cfg, &r->waveform);
}

static void report(const run *r)
{
    const double sound_s =
        (double)snq_reader_frames(r->reader) / snq_reader_info(r->reader)->rate_hz;
    snq_pulse_set(r->cfg->pulse, snq_reader_offset(r->reader), snq_reader_size(r->reader),
                  (int64_t)(sound_s * 1e6));
}

static void look_for_peak(run *r, const snq_audio *block)
{
    uint32_t most = r->peak_bits;
    for (uint32_t c = 0; c < block->channels; c++)
        for (size_t i = 0; i < block->frames; i++) {
            uint32_t bits;
            memcpy(&bits, &block->channel[c][i], sizeof bits);
            bits &= INT32_MAX;
            most = bits > most ? bits : most;
        }
    r->peak_bits = most;
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
        if (r->portraitist)
            SNQ_TRY(snq_portraitist_push(r->portraitist, &block));
        if (r->cfg->peak && r->request->peak)
            look_for_peak(r, &block);
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
    snq_warnings_join(&r->h->warnings, &heard);
}

static snq_status write_waveform(run *r)
{
    if (!r->waveform)
        return SNQ_OK;
    const int fd = dup(r->cfg->waveform_fd);
    FILE *to = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!to) {
        const int error = errno;
        if (fd >= 0)
            close(fd);
        return SNQ_FAIL(SNQ_ERR_IO, "no stream for the waveform: %s", strerror(error));
    }
    snq_status st = r->request->waveform == SNQ_WAVEFORM_DAT
                        ? snq_waveform_write_dat(r->waveform, to)
                        : snq_waveform_write_json(r->waveform, to);
    if (fclose(to) != 0 && st >= 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "writing the waveform: %s", strerror(errno));
    return st;
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
    SNQ_TRY(open_input(r));
    SNQ_TRY(open_sinks(r));
    SNQ_TRY(open_listener(r));
    SNQ_TRY(stream(r));
    SNQ_TRY(snq_listener_finish(r->listener));
    if (snq_listener_starved(r->listener))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    report(r);
    SNQ_TRY(snq_reader_sha256(r->reader, r->h->file.sha256));
    report(r);
    describe(r);
    merge_warnings(r);
    SNQ_TRY(write_waveform(r));
    SNQ_TRY(outlines(r));
    if (r->cfg->peak) {
        float peak;
        memcpy(&peak, &r->peak_bits, sizeof peak);
        *r->cfg->peak = (double)peak;
    }
    /* the last that can fail: nothing to take back after it */
    return r->portraitist ? snq_portraitist_pull(r->portraitist, r->cfg->portrait) : SNQ_OK;
}

snq_status snq_analyse_run(const snq_analyse_cfg *cfg, snq_hearing *h)
{
    run r = { .cfg = cfg, .request = cfg->request, .h = h };
    snq_hearing_init(h);
    h->file.path = cfg->request->name;
    for (int i = 0; cfg->overview && i < 2; i++)
        cfg->overview[i] = (snq_overview) { 0 };
    if (cfg->portrait)
        *cfg->portrait = (snq_portrait) { 0 };
    const snq_status st = run_all(&r);
    run_clear(&r);
    if (st >= 0)
        return st;
    snq_hearing_clear(h);
    for (int i = 0; cfg->overview && i < 2; i++)
        snq_overview_clear(&cfg->overview[i]);
    return st;
}
