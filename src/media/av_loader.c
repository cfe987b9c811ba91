// SPDX-License-Identifier: MIT
/* IDEA   libavformat and libavcodec come with more than a hundred shared objects. A program that
 *        reads WAV and FLAC should not wait for them; they come with the first file that needs them.
 * STEPS  linked in   a program that has the module's objects (the tests) uses those
 *        module      else it is looked for and loaded as base/module.c tells
 *        tag         sizes and version must be those of this build, or it is not used
 *        keep        the table's address, for good: what hangs on it must never be unloaded
 * COST   30 ms of CPU and 17 MB at the first such file, nothing before
 *        (docs/decisions/0003-flac-and-lazy-libav.md).
 * LIMITS /proc must be there at the first load (snq_media_preload, before a sandbox closes). */
#include "media/av_loader_impl.h"

#include <stdatomic.h>
#include <string.h>

#include "base/attr.h"
#include "base/module.h"
#include "media/container_impl.h"

/* Defined where the module's objects are linked into the program. */
extern const snq__av_module snq_media_av __attribute__((weak));

/* Written once with the address of constant data; two threads that load at once write the same. */
static _Atomic(const snq__av_module *) loaded;

static int same_build(const void *table)
{
    static const snq__av_module ours = { SNQ__AV_MODULE_TAG };
    const snq__av_module *m = table;
    return m->module_bytes == ours.module_bytes && m->source_bytes == ours.source_bytes &&
           m->info_bytes == ours.info_bytes && m->warnings_bytes == ours.warnings_bytes &&
           m->chunk_bytes == ours.chunk_bytes &&
           m->video_request_bytes == ours.video_request_bytes &&
           m->video_track_bytes == ours.video_track_bytes &&
           m->video_raw_bytes == ours.video_raw_bytes &&
           m->video_report_bytes == ours.video_report_bytes &&
           m->encode_request_bytes == ours.encode_request_bytes &&
           m->audio_bytes == ours.audio_bytes && m->film_info_bytes == ours.film_info_bytes &&
           m->film_cfg_bytes == ours.film_cfg_bytes &&
           m->film_report_bytes == ours.film_report_bytes &&
           strncmp(m->version, ours.version, 64) == 0;
}

int snq__av_loaded(void)
{
    return &snq_media_av || atomic_load_explicit(&loaded, memory_order_acquire);
}

snq_status snq__av_load(const snq__av_module **out)
{
    static const snq_module module = { SNQ__AV_MODULE_FILE, SNQ__AV_MODULE_SYMBOL, same_build,
                                       "this kind of file",
                                       "the packages libavformat59 and libavcodec59" };
    const void *table = &snq_media_av;
    *out = atomic_load_explicit(&loaded, memory_order_acquire);
    if (*out)
        return SNQ_OK;
    if (!table)
        SNQ_TRY(snq_module_load(&module, &table));
    *out = table;
    atomic_store_explicit(&loaded, *out, memory_order_release);
    return SNQ_OK;
}

/* ---- the decoder ---- */

/* The module's words become ours. */
snq_status snq__av_retell(const snq__av_module *m, snq_status st)
{
    return st < 0 && m != &snq_media_av ? SNQ_FAIL(st, "%s", m->last_error()) : st;
}

static const snq__decoder_kind *kind(void)
{
    return &atomic_load_explicit(&loaded, memory_order_acquire)->decoder;
}

/* What no libav would read needs none to be refused. */
snq_status snq__not_for_av(snq__source *source, int pictures)
{
    uint8_t head[512];
    const int64_t n = snq__source_peek(source, 0, head, sizeof head);
    const size_t known = n > 0 ? (size_t)n : 0;
    const char *what = pictures ? snq__not_video(head, known) : snq__not_audio(head, known);
    return what ? SNQ_FAIL(SNQ_ERR_FORMAT, "not %s: this is %s", pictures ? "video" : "audio", what)
                : SNQ_ERR_UNSUPPORTED;
}

static snq_status av_open(snq__source *source, const char *demuxer, snq_media_info *info,
                          snq_warnings *warnings, void **out)
{
    const snq__av_module *m;
    *out = NULL;
    if (snq__av_load(&m) < 0)
        return snq__not_for_av(source, 0);
    return snq__av_retell(m, m->decoder.open(source, demuxer, info, warnings, out));
}

static snq_status av_next(void *decoder, snq__chunk *chunk, uint64_t *silence)
{
    const snq__av_module *m = atomic_load_explicit(&loaded, memory_order_acquire);
    return snq__av_retell(m, m->decoder.next(decoder, chunk, silence));
}

static void av_free(void *decoder)
{
    if (decoder)
        kind()->free(decoder);
}

static int av_holed(const void *decoder)
{
    return kind()->holed(decoder);
}

static unsigned av_cut(const void *decoder)
{
    return kind()->cut(decoder);
}

static const snq__container *av_container(const void *decoder)
{
    return kind()->container(decoder);
}

static int64_t av_promise(const void *decoder, int64_t *slack)
{
    return kind()->promise(decoder, slack);
}

const snq__decoder_kind snq__av_decoder = { .open = av_open,
                                            .free = av_free,
                                            .next = av_next,
                                            .holed = av_holed,
                                            .cut = av_cut,
                                            .container = av_container,
                                            .promise = av_promise };

/* ---- the decoder of pictures ---- */

static const snq__video_decoder_kind *video(void)
{
    return &atomic_load_explicit(&loaded, memory_order_acquire)->video;
}

static snq_status video_open(snq__source *source, const snq__video_request *request,
                             snq__video_track *track, snq_warnings *warnings, void **out)
{
    const snq__av_module *m;
    *out = NULL;
    SNQ_TRY(snq__av_load(&m));
    return snq__av_retell(m, m->video.open(source, request, track, warnings, out));
}

static void video_free(void *decoder)
{
    if (decoder)
        video()->free(decoder);
}

static snq_status video_next(void *decoder, snq__video_raw *raw)
{
    const snq__av_module *m = atomic_load_explicit(&loaded, memory_order_acquire);
    return snq__av_retell(m, m->video.next(decoder, raw));
}

static snq_status video_seek(void *decoder, int64_t ticks)
{
    const snq__av_module *m = atomic_load_explicit(&loaded, memory_order_acquire);
    return snq__av_retell(m, m->video.seek(decoder, ticks));
}

static void video_report(const void *decoder, snq__video_report *report)
{
    video()->report(decoder, report);
}

const snq__video_decoder_kind snq__av_video = { .open = video_open,
                                                .free = video_free,
                                                .next = video_next,
                                                .seek = video_seek,
                                                .report = video_report };

/* ---- the encoder ---- */

static snq_status encode_check(const snq__encode_request *request)
{
    const snq__av_module *m;
    SNQ_TRY(snq__av_load(&m));
    return snq__av_retell(m, m->encoder.check(request));
}

static snq_status encode_open(const snq__encode_request *request, void **out)
{
    const snq__av_module *m;
    *out = NULL;
    SNQ_TRY(snq__av_load(&m));
    return snq__av_retell(m, m->encoder.open(request, out));
}

static snq_status encode_push(void *encoder, const snq_audio *block, uint64_t *clipped)
{
    const snq__av_module *m = atomic_load_explicit(&loaded, memory_order_acquire);
    return snq__av_retell(m, m->encoder.push(encoder, block, clipped));
}

static snq_status encode_finish(void *encoder)
{
    const snq__av_module *m = atomic_load_explicit(&loaded, memory_order_acquire);
    return snq__av_retell(m, m->encoder.finish(encoder));
}

static void encode_free(void *encoder)
{
    if (encoder)
        atomic_load_explicit(&loaded, memory_order_acquire)->encoder.free(encoder);
}

const snq__encoder_kind snq__av_encoder = { .check = encode_check,
                                            .open = encode_open,
                                            .push = encode_push,
                                            .finish = encode_finish,
                                            .free = encode_free };
