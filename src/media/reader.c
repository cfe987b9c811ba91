// SPDX-License-Identifier: MIT
/* IDEA   Three ways in: plain PCM that our own scanner understands is read straight from the file,
 *        FLAC goes through libFLAC, everything else through libav, which is only loaded then. All hand
 *        over runs of samples as they are, and one place cuts them into blocks of equal length and
 *        makes them float.
 * STEPS  open   scan (riff_scan) -> PCM, or decoder (flac, av_loader) -> info, warnings
 *        pull   until the block is full: silence for a hole, then frames of the run at hand, then the
 *               next run
 *        end    warnings with their counts; truncated = the scanner or the decoder saw the cut, or
 *               the promise (header) exceeds what came by more than the format's slack and no packet
 *               was lost on the way
 * CONST  A promise over 65536 frames for each 11 bytes of the file can't be kept by any codec (the
 *        smallest FLAC frame: header, one constant subframe, CRC, for 65535 frames; RFC 9639): a lie,
 *        `size_mismatch`, not a truncation. More than 2000 bytes of 16-bit samples from one byte of
 *        file is worth a word (`high_expansion`): silence compresses to 1:1260 with the usual block
 *        of 4096 stereo frames.
 * COST   WAV, 4 min stereo 16 bit with SHA-256, see bench; otherwise libav's own.
 * LIMITS see media/reader.h.
 *
 * States: OPEN --pull--> OPEN | ENDED (END for good) | FAILED (the same error for good) */
#include "media/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "media/av_loader_impl.h"
#include "media/container_impl.h"
#include "media/convert_impl.h"
#include "media/flac_impl.h"
#include "media/layout_impl.h"
#include "media/libraries.h"
#include "media/pcm_impl.h"
#include "media/riff_scan.h"
#include "media/source_impl.h"

enum { EXPANSION_WARN = 2000, FLAC_FRAME_MIN_BYTES = 11, FLAC_FRAME_MAX_FRAMES = 65536 };

struct snq_reader {
    snq_reader_cfg cfg;
    snq__source source;
    snq_media_info info;
    snq_warnings warnings;
    snq_riff_scan scan;
    snq__pcm *pcm;                 /* either this, or a decoder, or none: there are no samples */
    const snq__decoder_kind *kind; /* with `decoder` */
    void *decoder;
    snq__chunk chunk;  /* the run at hand */
    size_t chunk_used; /* frames of it */
    uint64_t silence;  /* frames to hand out before it */
    float *samples;    /* (channels, block_frames), owned */
    float *channel[SNQ_CHANNELS_MAX];
    snq__convert_stats stats;
    int64_t frames;
    int truncated, cut_short; /* cut_short: by max_frames */
    snq_status st;            /* OK, END, or the error that ended it */
    char why[SNQ_ERROR_MAX];  /* text of that error */
};

snq_reader_cfg snq_reader_cfg_default(void)
{
    return (snq_reader_cfg) { .block_frames = SNQ_READER_BLOCK_DEFAULT };
}

/* ---- opening ---- */

static void name_pcm(const snq_riff_scan *s, char *to, size_t room)
{
    const char *end = s->sample_bytes == 1 ? "" : s->big_endian ? "be" : "le";
    const char kind = s->coding == SNQ_RIFF_FLOAT      ? 'f'
                      : s->coding == SNQ_RIFF_UNSIGNED ? 'u'
                                                       : 's';
    snprintf(to, room, "pcm_%c%u%s", kind, s->sample_bytes * 8, end);
}

static const char *form_name(snq_riff_form form)
{
    static const char *const names[] = {
        [SNQ_RIFF_NONE] = "",     [SNQ_RIFF_WAVE] = "wav",  [SNQ_RIFF_RIFX] = "rifx",
        [SNQ_RIFF_RF64] = "rf64", [SNQ_RIFF_BW64] = "bw64", [SNQ_RIFF_W64] = "w64",
        [SNQ_RIFF_AIFF] = "aiff", [SNQ_RIFF_AIFC] = "aiff",
    };
    return names[form];
}

/* The demuxer that knows this form; NULL: let it be found. */
static const char *form_demuxer(snq_riff_form form)
{
    switch (form) {
    case SNQ_RIFF_NONE:
        return NULL;
    case SNQ_RIFF_W64:
        return "w64";
    case SNQ_RIFF_AIFF:
    case SNQ_RIFF_AIFC:
        return "aiff";
    default:
        return "wav";
    }
}

static void describe_scan(snq_reader *r)
{
    const snq_riff_scan *s = &r->scan;
    const int64_t block = (int64_t)s->sample_bytes * s->channels;
    r->info.rate_hz = s->rate_hz;
    r->info.channels = s->channels;
    r->info.bits_per_sample = s->coding ? s->bits : 0;
    r->info.audio_tracks = 1;
    r->info.header_duration_s = (double)NAN;
    if (s->coding && s->promised_bytes >= 0)
        r->info.header_duration_s = (double)(s->promised_bytes / block) / s->rate_hz;
    if (s->coding)
        name_pcm(s, r->info.codec, sizeof r->info.codec);
    else
        snprintf(r->info.codec, sizeof r->info.codec, "unknown");
    snq__positions_of_mask(s->channel_mask, s->channels, r->info.position);
    r->info.sampler = s->sampler;
}

/* A decoder by what the first bytes are; `demuxer`: libavformat's name when that is known already.
 * libFLAC leaves damaged frames out; a file in which all are damaged goes to libav, which takes them
 * as they are. */
static snq_status may_use_av(snq_reader *r)
{
    if (!r->cfg.no_loading || snq_media_loaded())
        return SNQ_OK;
    /* what no libav would read needs none to be refused */
    const snq_status st = snq__not_for_av(&r->source, 0);
    return st == SNQ_ERR_FORMAT
               ? st
               : SNQ_FAIL(SNQ_ERR_STATE, "this format needs libavformat, which is not loaded");
}

static snq_status open_decoder(snq_reader *r, const char *demuxer)
{
    r->info.audio_tracks = 0;
    if (!demuxer && snq__flac_here(&r->source)) {
        r->kind = &snq__flac_decoder;
        const snq_status st = r->kind->open(&r->source, NULL, &r->info, &r->warnings, &r->decoder);
        if (st != SNQ_ERR_FORMAT)
            return st;
        snprintf(r->why, sizeof r->why, "%s", snq_last_error());
        SNQ_TRY(may_use_av(r));
        if (snq_media_preload() < 0)
            return SNQ_FAIL(st, "%s", r->why);
    }
    SNQ_TRY(may_use_av(r));
    r->kind = &snq__av_decoder;
    return r->kind->open(&r->source, demuxer, &r->info, &r->warnings, &r->decoder);
}

static snq_status open_samples(snq_reader *r)
{
    const snq_riff_input in = { snq__source_peek, &r->source, r->source.size_bytes };
    SNQ_TRY(snq_riff_scan_run(&in, &r->scan, &r->warnings));
    const snq__container *container = snq__container_named(form_name(r->scan.form));
    if (r->scan.form)
        describe_scan(r);
    if (r->scan.form && (r->scan.coding || r->scan.data_bytes == 0)) {
        if (r->scan.data_bytes > 0)
            SNQ_TRY(snq__pcm_open(&r->source, &r->scan, &r->pcm));
    } else {
        SNQ_TRY(open_decoder(r, form_demuxer(r->scan.form)));
        if (!container)
            container = r->kind->container(r->decoder);
    }
    snprintf(r->info.container, sizeof r->info.container, "%s", container ? container->name : "");
    return container ? SNQ_OK : SNQ_FAIL(SNQ_ERR_INTERNAL, "a container without a name");
}

static void check_name(snq_reader *r, const char *name)
{
    char extension[16];
    const snq__container *c = snq__container_named(r->info.container);
    snq__extension(name, extension, sizeof extension);
    if (c && snq__extension_lies(c, extension))
        snq_warnings_add(&r->warnings, "extension_mismatch", -1,
                         "the name ends in .%s, the content is %s (%s)", extension,
                         r->info.container, r->info.codec);
}

static snq_status build(snq_reader *r, int fd, const char *name)
{
    SNQ_TRY(snq__source_init(&r->source, fd, r->cfg.cancel));
    if (r->source.size_bytes == 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "empty file");
    SNQ_TRY(snq__source_status(&r->source));
    SNQ_TRY(open_samples(r));
    check_name(r, name);
    r->samples = snq_calloc((size_t)r->info.channels * r->cfg.block_frames, sizeof *r->samples);
    if (!r->samples)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a block of %u frames", r->cfg.block_frames);
    for (uint32_t c = 0; c < r->info.channels; c++)
        r->channel[c] = r->samples + (size_t)c * r->cfg.block_frames;
    return SNQ_OK;
}

snq_status snq_reader_open(int fd, const char *name, const snq_reader_cfg *cfg, snq_reader **out)
{
    snq_status st;
    *out = NULL;
    const snq_reader_cfg use = cfg ? *cfg : snq_reader_cfg_default();
    if (use.block_frames < SNQ_READER_BLOCK_MIN || use.block_frames > SNQ_READER_BLOCK_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "block_frames %u is not in %d .. %d", use.block_frames,
                        SNQ_READER_BLOCK_MIN, SNQ_READER_BLOCK_MAX);
    snq_reader *r = snq_calloc(1, sizeof *r);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a reader");
    r->cfg = use;
    SNQ_GOTO(build(r, fd, name));
    *out = r;
    return SNQ_OK;
fail:
    snq_reader_free(r);
    return st;
}

void snq_reader_free(snq_reader *r)
{
    if (!r)
        return;
    snq__pcm_free(r->pcm);
    if (r->kind)
        r->kind->free(r->decoder);
    snq__source_clear(&r->source);
    snq_free(r->samples);
    snq_free(r);
}

/* ---- the end ---- */

static void warn_cut(snq_reader *r, const char *why)
{
    if (r->truncated)
        return;
    r->truncated = 1;
    snq_warnings_add(&r->warnings, "truncated", r->source.size_bytes, "%s after %.3f s", why,
                     (double)r->frames / r->info.rate_hz);
}

/* Compare what came with what was promised. A promise that was kept outweighs a damaged tail; the
 * length of a film is no promise for its sound. */
static void check_cut(snq_reader *r)
{
    r->truncated |= r->scan.truncated;
    if (!r->decoder || r->scan.form)
        return;
    int64_t slack;
    const unsigned cut = r->kind->cut(r->decoder);
    const int64_t promise = r->info.has_video ? -1 : r->kind->promise(r->decoder, &slack);
    const int64_t frames_most = r->source.size_bytes / FLAC_FRAME_MIN_BYTES * FLAC_FRAME_MAX_FRAMES;
    if (cut & SNQ__CUT_STRUCTURE)
        warn_cut(r, "the file ends in the middle of what it holds,");
    if (promise < 0 && cut & SNQ__CUT_TAIL)
        warn_cut(r, "the file ends in the middle of a frame,");
    if (promise < 0 || promise <= r->frames + slack)
        return;
    if (promise > frames_most + FLAC_FRAME_MAX_FRAMES)
        snq_warnings_add(
            &r->warnings, "size_mismatch", -1,
            "the header claims %lld frames, more than %lld bytes can hold; %lld are used",
            (long long)promise, (long long)r->source.size_bytes, (long long)r->frames);
    else if (cut || !r->kind->holed(r->decoder))
        warn_cut(r, "the file ends before its header promises,");
}

static void warn_samples(snq_reader *r)
{
    const snq__convert_stats *s = &r->stats;
    if (s->nan)
        snq_warnings_add(&r->warnings, "nan_samples", -1,
                         "%llu samples are not numbers; taken as 0", (unsigned long long)s->nan);
    if (s->inf)
        snq_warnings_add(&r->warnings, "inf_samples", -1, "%llu samples are infinite; cut to %g",
                         (unsigned long long)s->inf, (double)SNQ_SAMPLE_MAX);
    if (s->over)
        snq_warnings_add(&r->warnings, "over_range", -1, "%llu samples are beyond %g; cut to it",
                         (unsigned long long)s->over,
                         (double)(r->chunk.limit > 0 ? r->chunk.limit : SNQ_SAMPLE_MAX));
    const double bytes = 2.0 * (double)r->frames * r->info.channels;
    if (bytes > (double)EXPANSION_WARN * (double)r->source.size_bytes)
        snq_warnings_add(&r->warnings, "high_expansion", -1,
                         "%.1f MB of samples from %.1f MB of file: silence, or made to exhaust us",
                         bytes / 1e6, (double)r->source.size_bytes / 1e6);
}

static void finish(snq_reader *r)
{
    r->st = SNQ_END;
    if (!r->cut_short)
        check_cut(r);
    if (r->frames == 0 && !snq_warnings_find(&r->warnings, "empty_audio"))
        snq_warnings_add(&r->warnings, "empty_audio", -1, "there is no sample in it");
    warn_samples(r);
}

/* ---- pulling ---- */

/* Fetch the next run: OK with chunk and silence set, END, or an error. */
static snq_status next_run(snq_reader *r)
{
    r->chunk_used = 0;
    r->chunk.frames = 0;
    if (r->pcm)
        return snq__pcm_next(r->pcm, &r->chunk);
    if (r->decoder)
        return r->kind->next(r->decoder, &r->chunk, &r->silence);
    return SNQ_END;
}

/* Frames still wanted in the block that has `filled`. */
static size_t wanted(const snq_reader *r, size_t filled)
{
    size_t room = r->cfg.block_frames - filled;
    if (r->cfg.max_frames) {
        const uint64_t left = r->cfg.max_frames - (uint64_t)r->frames - filled;
        room = left < room ? (size_t)left : room;
    }
    return room;
}

static size_t put_silence(snq_reader *r, size_t filled, size_t room)
{
    const size_t n = r->silence < room ? (size_t)r->silence : room;
    for (uint32_t c = 0; c < r->info.channels; c++)
        memset(r->channel[c] + filled, 0, n * sizeof(float));
    r->silence -= n;
    return n;
}

static size_t put_frames(snq_reader *r, size_t filled, size_t room)
{
    float *to[SNQ_CHANNELS_MAX];
    const size_t left = r->chunk.frames - r->chunk_used;
    const size_t n = left < room ? left : room;
    for (uint32_t c = 0; c < r->info.channels; c++)
        to[c] = r->channel[c] + filled;
    snq__convert(&r->chunk, r->chunk_used, n, to, &r->stats);
    r->chunk_used += n;
    return n;
}

/* Fill the block; *filled frames are good whatever comes back: OK (full), END, or an error. */
static snq_status fill(snq_reader *r, size_t *filled)
{
    size_t room;
    while ((room = wanted(r, *filled)) > 0) {
        if (r->silence)
            *filled += put_silence(r, *filled, room);
        else if (r->chunk_used < r->chunk.frames)
            *filled += put_frames(r, *filled, room);
        else {
            const snq_status st = next_run(r);
            if (st != SNQ_OK)
                return st;
        }
    }
    if (*filled < r->cfg.block_frames) {
        r->cut_short = 1;
        snq_warnings_add(&r->warnings, "max_frames", -1,
                         "stopped after %llu frames (%.1f s), the most that is read",
                         (unsigned long long)r->cfg.max_frames,
                         (double)r->cfg.max_frames / r->info.rate_hz);
        return SNQ_END;
    }
    return SNQ_OK;
}

snq_status snq_reader_pull(snq_reader *r, snq_audio *block)
{
    *block = (snq_audio) { .channels = r->info.channels, .rate_hz = r->info.rate_hz };
    for (uint32_t c = 0; c < r->info.channels; c++)
        block->channel[c] = r->channel[c];
    if (r->st < 0)
        return SNQ_FAIL(r->st, "%s", r->why);
    if (r->st == SNQ_END)
        return SNQ_END;
    size_t filled = 0;
    const snq_status st = fill(r, &filled);
    if (st < 0) {
        r->st = st;
        snprintf(r->why, sizeof r->why, "%s", snq_last_error());
        return st;
    }
    block->frames = filled;
    r->frames += (int64_t)filled;
    if (st == SNQ_END)
        finish(r);
    return filled ? SNQ_OK : SNQ_END;
}

/* ---- asking ---- */

const snq_media_info *snq_reader_info(const snq_reader *r)
{
    return &r->info;
}

int64_t snq_reader_frames(const snq_reader *r)
{
    return r->frames;
}

int snq_reader_truncated(const snq_reader *r)
{
    return r->truncated;
}

const snq_warnings *snq_reader_warnings(const snq_reader *r)
{
    return &r->warnings;
}

snq_status snq_reader_sha256(snq_reader *r, char hex[65])
{
    hex[0] = '\0';
    if (r->st != SNQ_END)
        return SNQ_FAIL(SNQ_ERR_STATE, "the hash is known after the end only");
    return snq__source_sha256(&r->source, hex);
}

int64_t snq_reader_offset(const snq_reader *r)
{
    return r->st == SNQ_END ? r->source.size_bytes : r->source.hashed_to;
}

int64_t snq_reader_size(const snq_reader *r)
{
    return r->source.size_bytes;
}
