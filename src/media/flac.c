// SPDX-License-Identifier: MIT
/* IDEA   FLAC frames stand alone: each says how long it is, which samples it holds, and carries a
 *        checksum. So a damaged one is simply left out, and the number of the next one tells how much
 *        silence must stand for it.
 * STEPS  open   skip ID3v2 tags; metadata: STREAMINFO (frames promised), Vorbis comment (channel mask;
 *               the texts are looked at, not used); then up to the first good frame, which is believed
 *               before the header
 *        next   x' = x 2^(32-b), b bits a sample: one 32-bit scale for every depth
 *        hole   after an error: H = n - (n0 + B0) frames, n the first sample of this frame, n0 and B0
 *               first sample and length of the last good one. Without an error numbers may jump: a
 *               piece cut out of a stream, or a wrong block size in STREAMINFO
 *        end    what is left after the last good frame: nothing, or a tag; or a frame in which the file
 *               ends (cut); or damage: silence for it when no more than one frame is missing
 * CONST  A frame header begins with 0xFFF8 or 0xFFF9 (RFC 9639, 9.1). 16 MiB (2^24, the largest frame
 *        that STREAMINFO can state) without one good frame: no audio. Rewinding after damage may read
 *        the file twice, not more: headers nested in headers would make us read it for ever. A hole
 *        is at most 60 s.
 * COST   4 min stereo 16 bit: 0.25 s with hashing, see docs/decisions/0003-flac-and-lazy-libav.md. The
 *        frames' checksums are checked, the MD5 sum of all samples in STREAMINFO is not.
 * LIMITS one recording a file: of two FLAC files put together the second is read as well, with a
 *        warning for what stands between.
 * REFS   RFC 9639; FLAC/stream_decoder.h (libFLAC 1.4.2).
 *
 * What libFLAC 1.4.2 does with damage: it reports LOST_SYNC or BAD_HEADER, or for a whole frame
 * FRAME_CRC_MISMATCH; hands out nothing of it; goes back to just after that frame's sync code (in its
 * buffer of 8 KiB, further by our seek) and looks for the next. At the end of the file it does the
 * same with a frame that is cut. When the numbers have jumped it hands out frames of zeros first (up
 * to 50), in the very buffer that holds the good frame by then, which is lost with them: so we throw
 * both away, make it forget the frame before, and have it decode once more from there on. */
#include "media/flac_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <FLAC/format.h>
#include <FLAC/stream_decoder.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "media/id3_impl.h"
#include "media/layout_impl.h"

enum { HOLE_MAX_S = 60, TRIAL_BYTES = 1 << 24 };

typedef struct snq__flac {
    snq__source *source;
    snq_warnings *warnings;
    FLAC__StreamDecoder *flac;
    int64_t pos;      /* next byte to read; all positions count from the start of the file */
    int64_t good_end; /* end of the last good frame, at first of the metadata */
    int64_t tried;    /* bytes read since the metadata, until there is a good frame */
    int64_t reread;   /* bytes gone back */
    int in_frames;    /* the metadata is behind us */
    uint64_t total;   /* frames promised, 0: unknown */
    uint32_t mask;    /* WAVEFORMATEXTENSIBLE_CHANNEL_MASK, 0: none */
    uint32_t rate_hz, channels;
    FLAC__FrameHeader head; /* of the frame at hand */
    int32_t *samples;       /* (channels, room), owned */
    size_t room;            /* of samples, in all */
    int have;               /* frames that the last step gave: 1, or more and all of them zeros */
    int zero;               /* the frame at hand says in a word that it holds nothing but zeros */
    int primed, done, no_memory;
    int good;             /* there has been a good frame */
    uint64_t next_number; /* of the sample after it */
    uint64_t frames;      /* handed out, silence included */
    int broken;           /* errors since the last good frame */
    int early;            /* one of them before the file had come to its end */
    int eof;              /* more was wanted than there is */
    uint64_t places;      /* damaged */
    uint64_t silence;     /* frames that stand for what they held */
    int64_t first_error_at;
    int tail_cut;
} snq__flac;

/* ---- what libFLAC asks for ---- */

static int hopeless(const snq__flac *d)
{
    return d->in_frames && !d->good && d->tried > TRIAL_BYTES;
}

static FLAC__StreamDecoderReadStatus on_read(const FLAC__StreamDecoder *flac, FLAC__byte to[],
                                             size_t *bytes, void *user)
{
    snq__flac *d = user;
    const size_t want = *bytes;
    *bytes = 0;
    if (snq__source_cancelled(d->source) || hopeless(d))
        return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    const int64_t got = snq__source_read(d->source, d->pos, to, want);
    if (got < 0)
        return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    d->pos += got;
    d->tried += d->in_frames ? got : 0;
    *bytes = (size_t)got;
    return got ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
               : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

/* libFLAC goes back only after damage. Told that we can't, it goes on from where it is. */
static FLAC__StreamDecoderSeekStatus on_seek(const FLAC__StreamDecoder *flac, FLAC__uint64 to,
                                             void *user)
{
    snq__flac *d = user;
    if (to > (uint64_t)d->pos || d->reread > d->source->size_bytes)
        return FLAC__STREAM_DECODER_SEEK_STATUS_UNSUPPORTED;
    d->reread += d->pos - (int64_t)to;
    d->pos = (int64_t)to;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static FLAC__StreamDecoderTellStatus on_tell(const FLAC__StreamDecoder *flac, FLAC__uint64 *at,
                                             void *user)
{
    *at = (FLAC__uint64)((snq__flac *)user)->pos;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderLengthStatus on_length(const FLAC__StreamDecoder *flac,
                                                 FLAC__uint64 *bytes, void *user)
{
    *bytes = (FLAC__uint64)((snq__flac *)user)->source->size_bytes;
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

/* Asked whenever more bytes are wanted. */
static FLAC__bool on_eof(const FLAC__StreamDecoder *flac, void *user)
{
    snq__flac *d = user;
    const int over = d->pos >= d->source->size_bytes;
    d->eof |= over;
    return over;
}

/* Constant zero in every channel: so are their sums and differences. */
static int is_zero(const FLAC__Frame *frame)
{
    for (uint32_t c = 0; c < frame->header.channels; c++)
        if (frame->subframes[c].type != FLAC__SUBFRAME_TYPE_CONSTANT ||
            frame->subframes[c].data.constant.value != 0)
            return 0;
    return 1;
}

static FLAC__StreamDecoderWriteStatus on_write(const FLAC__StreamDecoder *flac,
                                               const FLAC__Frame *frame,
                                               const FLAC__int32 *const x[], void *user)
{
    snq__flac *d = user;
    const size_t n = frame->header.blocksize, channels = frame->header.channels;
    const unsigned shift = 32 - frame->header.bits_per_sample;
    d->head = frame->header;
    d->have++;
    d->zero = is_zero(frame);
    if (d->zero)
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    if (n * channels > d->room) {
        snq_free(d->samples);
        d->room = n * channels;
        d->samples = snq_calloc(d->room, sizeof *d->samples);
        if (!d->samples) {
            d->room = 0;
            d->no_memory = 1;
            return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
        }
    }
    for (size_t c = 0; c < channels; c++) {
        const FLAC__int32 *restrict from = x[c];
        int32_t *restrict to = d->samples + c * n;
        for (size_t i = 0; i < n; i++)
            to[i] = (int32_t)((uint32_t)from[i] << shift);
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void on_error(const FLAC__StreamDecoder *flac, FLAC__StreamDecoderErrorStatus error,
                     void *user)
{
    snq__flac *d = user;
    if (!d->in_frames) {
        snq_warnings_add(d->warnings, "bad_tags", d->pos, "a metadata block is malformed");
        return;
    }
    d->broken = 1;
    d->early |= !d->eof;
}

static void read_comment(snq__flac *d, const char *text)
{
    static const char key[] = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=";
    if (!strchr(text, '='))
        return;
    if (!snq__text_fine(text))
        snq_warnings_add(d->warnings, "bad_tags", -1,
                         "a tag holds text that is not valid; tags are not used");
    if (strncasecmp(text, key, sizeof key - 1) == 0) {
        const unsigned long long mask = strtoull(text + sizeof key - 1, NULL, 0);
        d->mask = mask < 1 << 18 ? (uint32_t)mask : 0; /* the loudspeakers of mmreg.h */
    }
}

static void on_metadata(const FLAC__StreamDecoder *flac, const FLAC__StreamMetadata *m, void *user)
{
    snq__flac *d = user;
    if (m->type == FLAC__METADATA_TYPE_STREAMINFO)
        d->total = m->data.stream_info.total_samples;
    if (m->type == FLAC__METADATA_TYPE_VORBIS_COMMENT)
        for (uint32_t i = 0; i < m->data.vorbis_comment.num_comments; i++)
            if (m->data.vorbis_comment.comments[i].entry)
                read_comment(d, (const char *)m->data.vorbis_comment.comments[i].entry);
}

/* ---- decoding ---- */

/* The state after libFLAC has stopped: OK when it can go on, END, or an error. */
static snq_status outcome(const snq__flac *d)
{
    SNQ_TRY(snq__source_status(d->source));
    if (hopeless(d))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not audio: no good frame in the first %d MiB of this FLAC",
                        TRIAL_BYTES >> 20);
    const FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(d->flac);
    switch (state) {
    case FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC:
    case FLAC__STREAM_DECODER_READ_FRAME:
        return SNQ_OK;
    case FLAC__STREAM_DECODER_END_OF_STREAM:
        return SNQ_END;
    case FLAC__STREAM_DECODER_MEMORY_ALLOCATION_ERROR:
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory decoding");
    default:
        if (d->no_memory)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory decoding");
        return SNQ_FAIL(SNQ_ERR_FORMAT, "damaged beyond use, byte %lld: %s", (long long)d->pos,
                        FLAC__StreamDecoderStateString[state]);
    }
}

/* Decode the next good frame. */
static snq_status step(snq__flac *d)
{
    d->have = 0;
    while (d->have != 1) {
        if (d->have > 1) { /* zeros: see the top */
            if (!FLAC__stream_decoder_flush(d->flac))
                return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory decoding");
            d->pos = d->good_end;
            d->have = 0;
        }
        FLAC__stream_decoder_process_single(d->flac);
        const snq_status st = outcome(d);
        SNQ_TRY(st);
        if (st == SNQ_END && !d->have)
            return SNQ_END;
    }
    return SNQ_OK;
}

static void note_damage(snq__flac *d)
{
    if (d->places == 0)
        d->first_error_at = d->good_end;
    d->places++;
}

/* Frames of silence before the frame at hand. Before the first good one only a promise that the frame
 * fits in tells that the numbers begin at 0. */
static uint64_t hole_before(snq__flac *d)
{
    const uint64_t from = d->good ? d->next_number : 0, at = d->head.number.sample_number;
    const uint64_t most = (uint64_t)HOLE_MAX_S * d->rate_hz;
    if (!d->broken)
        return 0;
    note_damage(d);
    if (at <= from || (!d->good && at + d->head.blocksize > d->total))
        return 0;
    return at - from < most ? at - from : most;
}

/* The frame at hand is good and has been taken. */
static void take(snq__flac *d, uint64_t silence)
{
    FLAC__uint64 at;
    if (FLAC__stream_decoder_get_decode_position(d->flac, &at))
        d->good_end = (int64_t)at;
    d->good = 1;
    d->broken = d->early = d->eof = 0;
    d->next_number = d->head.number.sample_number + d->head.blocksize;
    d->silence += silence;
    d->frames += silence + d->head.blocksize;
}

/* What stands after the last good frame; frames of silence for a last frame that was damaged. */
static uint64_t end_of_file(snq__flac *d)
{
    uint8_t head[8] = { 0 };
    const int64_t left = d->source->size_bytes - d->good_end;
    const uint64_t missing = d->total > d->frames ? d->total - d->frames : 0;
    if (left <= 0 || (d->total && !missing)) /* whatever it is, nothing is missing */
        return 0;
    const int64_t n = snq__source_peek(d->source, d->good_end, head, sizeof head);
    if (n >= 3 && (memcmp(head, "TAG", 3) == 0 || (n == 8 && memcmp(head, "APETAGEX", 8) == 0)))
        return 0;
    const int begins = head[0] == 0xFF && (n < 2 || (head[1] & 0xFE) == 0xF8);
    if (begins && !d->early) {
        d->tail_cut = 1;
        return 0;
    }
    note_damage(d);
    if (missing <= d->head.blocksize)
        return missing;
    d->tail_cut = begins;
    return 0;
}

static void finish(snq__flac *d)
{
    d->done = 1;
    if (d->places)
        snq_warnings_add(d->warnings, "decode_errors", d->first_error_at,
                         "damaged in %llu places; %llu frames (%.3f s) of silence stand for what "
                         "could not be decoded",
                         (unsigned long long)d->places, (unsigned long long)d->silence,
                         (double)d->silence / d->rate_hz);
}

static snq_status flac_next(void *decoder, snq__chunk *chunk, uint64_t *silence)
{
    snq__flac *d = decoder;
    *silence = 0;
    chunk->frames = 0;
    if (d->done)
        return SNQ_END;
    const snq_status st = d->primed ? SNQ_OK : step(d);
    SNQ_TRY(st);
    d->primed = 0;
    if (st == SNQ_END) {
        *silence = end_of_file(d);
        d->silence += *silence;
        d->frames += *silence;
        finish(d);
        return *silence ? SNQ_OK : SNQ_END;
    }
    if (d->head.sample_rate != d->rate_hz || d->head.channels != d->channels) {
        snq_warnings_add(d->warnings, "format_change", d->good_end,
                         "from %u Hz, %u channels to %u Hz, %u channels midway; read up to there",
                         d->rate_hz, d->channels, d->head.sample_rate, d->head.channels);
        d->tail_cut = 1;
        finish(d);
        return SNQ_END;
    }
    *silence = hole_before(d);
    take(d, *silence);
    if (d->zero) {
        *silence += d->head.blocksize;
        return SNQ_OK;
    }
    *chunk = (snq__chunk) {
        .format = SNQ__SAMPLE_S32, .channels = d->channels, .stride = 1, .frames = d->head.blocksize
    };
    for (uint32_t c = 0; c < d->channels; c++)
        chunk->plane[c] = (const uint8_t *)(d->samples + (size_t)c * d->head.blocksize);
    return SNQ_OK;
}

/* ---- opening ---- */

/* RFC 9639, 9.1.3: the loudspeakers of 1 to 8 channels, in the order of the mask's bits. */
static uint32_t usual_mask(uint32_t channels)
{
    static const uint32_t masks[] = { 0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F };
    return channels < SNQ_COUNT(masks) ? masks[channels] : 0;
}

/* Decode the first good frame and learn from it what the stream is. */
static snq_status prime(snq__flac *d, snq_media_info *info)
{
    const snq_status st = step(d);
    SNQ_TRY(st);
    if (st == SNQ_END)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "nothing in it can be decoded: no good FLAC frame");
    const FLAC__FrameHeader *h = &d->head;
    if (h->sample_rate < SNQ_RATE_MIN_HZ || h->sample_rate > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u Hz (%d to %d are possible)", h->sample_rate,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    d->primed = 1;
    d->rate_hz = info->rate_hz = h->sample_rate;
    d->channels = info->channels = h->channels;
    info->bits_per_sample = h->bits_per_sample;
    info->audio_tracks = 1;
    info->header_duration_s = d->total ? (double)d->total / d->rate_hz : (double)NAN;
    const int told = d->mask && __builtin_popcount(d->mask) == (int)d->channels;
    snq__positions_of_mask(told ? d->mask : usual_mask(d->channels), d->channels, info->position);
    snprintf(info->codec, sizeof info->codec, "flac");
    return SNQ_OK;
}

static snq_status start(snq__flac *d)
{
    d->flac = FLAC__stream_decoder_new();
    if (!d->flac)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    FLAC__stream_decoder_set_md5_checking(d->flac, 0);
    FLAC__stream_decoder_set_metadata_respond(d->flac, FLAC__METADATA_TYPE_VORBIS_COMMENT);
    if (FLAC__stream_decoder_init_stream(d->flac, on_read, on_seek, on_tell, on_length, on_eof,
                                         on_write, on_metadata, on_error,
                                         d) != FLAC__STREAM_DECODER_INIT_STATUS_OK)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    FLAC__stream_decoder_process_until_end_of_metadata(d->flac);
    const snq_status st = outcome(d);
    SNQ_TRY(st);
    FLAC__uint64 at;
    if (st == SNQ_END || !FLAC__stream_decoder_get_decode_position(d->flac, &at))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the file ends in the middle of its FLAC header");
    d->good_end = (int64_t)at;
    d->in_frames = 1;
    return SNQ_OK;
}

static void flac_free(void *decoder)
{
    snq__flac *d = decoder;
    if (!d)
        return;
    if (d->flac)
        FLAC__stream_decoder_delete(d->flac);
    snq_free(d->samples);
    snq_free(d);
}

static snq_status flac_open(snq__source *source, const char *demuxer, snq_media_info *info,
                            snq_warnings *warnings, void **out)
{
    snq_status st;
    *out = NULL;
    snq__flac *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a decoder");
    d->source = source;
    d->warnings = warnings;
    d->pos = snq__id3_end(source);
    if (d->pos < 0)
        d->pos = 0;
    if (d->pos)
        SNQ_GOTO(snq__id3_check(source, warnings));
    SNQ_GOTO(start(d));
    SNQ_GOTO(prime(d, info));
    *out = d;
    return SNQ_OK;
fail:
    flac_free(d);
    return st;
}

/* ---- asking ---- */

static int flac_holed(const void *decoder)
{
    return ((const snq__flac *)decoder)->places > 0;
}

static unsigned flac_cut(const void *decoder)
{
    return ((const snq__flac *)decoder)->tail_cut ? SNQ__CUT_TAIL : 0;
}

static const snq__container *flac_container(const void *decoder)
{
    return snq__container_named("flac");
}

static int64_t flac_promise(const void *decoder, int64_t *slack)
{
    const snq__flac *d = decoder;
    *slack = 0;
    return d->total ? (int64_t)d->total : -1;
}

const snq__decoder_kind snq__flac_decoder = { .open = flac_open,
                                              .free = flac_free,
                                              .next = flac_next,
                                              .holed = flac_holed,
                                              .cut = flac_cut,
                                              .container = flac_container,
                                              .promise = flac_promise };

int snq__flac_here(snq__source *source)
{
    uint8_t magic[4];
    const int64_t at = snq__id3_end(source);
    return at >= 0 && snq__source_peek(source, at, magic, 4) == 4 && memcmp(magic, "fLaC", 4) == 0;
}

const char *snq__flac_version(void)
{
    return FLAC__VERSION_STRING;
}
