// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <FLAC/metadata.h>
#include <FLAC/stream_encoder.h>

#include "flac_file.h"

int32_t flac_sample(uint32_t bits, uint32_t frame, uint32_t channel)
{
    /* a tone with noise in the lower half of the bits, and the extremes now and then */
    uint32_t x = (frame + 1) * 2654435761u + channel * 40503u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    const int64_t top = (int64_t)1 << (bits - 1);
    if (frame % 1000 == 7)
        return (int32_t)(x & 1 ? top - 1 : -top);
    const double tone = 0.5 * sin(0.05 * (channel + 1) * frame) * (double)top;
    return (int32_t)tone + (int32_t)(x % (uint32_t)(top / 4 + 1));
}

static FLAC__StreamEncoderWriteStatus on_write(const FLAC__StreamEncoder *e,
                                               const FLAC__byte from[], size_t n, uint32_t samples,
                                               uint32_t frame, void *user)
{
    flac_file *f = user;
    if (samples) {
        assert_true(f->count < FLAC_FRAMES_MAX);
        f->at[f->count++] = f->b.n;
    }
    put(&f->b, from, n);
    f->at[f->count] = f->b.n;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

flac_file flac_build(const flac_spec *s)
{
    flac_file f = { 0 };
    const uint32_t block = s->block ? s->block : 4096;
    FLAC__StreamMetadata *tags = NULL;
    FLAC__StreamEncoder *e = FLAC__stream_encoder_new();
    assert_non_null(e);
    FLAC__stream_encoder_set_streamable_subset(e, 0);
    FLAC__stream_encoder_set_channels(e, s->channels);
    FLAC__stream_encoder_set_bits_per_sample(e, s->bits);
    FLAC__stream_encoder_set_sample_rate(e, s->rate);
    FLAC__stream_encoder_set_blocksize(e, block);
    if (s->tell_total)
        FLAC__stream_encoder_set_total_samples_estimate(e, s->frames);
    if (s->comment) {
        FLAC__StreamMetadata_VorbisComment_Entry entry = { .length = (uint32_t)strlen(s->comment),
                                                           .entry = (FLAC__byte *)s->comment };
        tags = FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT);
        assert_non_null(tags);
        /* as it is, whatever the text: the library would refuse a bad one */
        tags->data.vorbis_comment.comments = calloc(1, sizeof entry);
        assert_non_null(tags->data.vorbis_comment.comments);
        entry.entry = (FLAC__byte *)strdup(s->comment);
        tags->data.vorbis_comment.comments[0] = entry;
        tags->data.vorbis_comment.num_comments = 1;
        tags->length += 4 + entry.length;
        FLAC__stream_encoder_set_metadata(e, &tags, 1);
    }
    assert_int_equal(FLAC__stream_encoder_init_stream(e, on_write, NULL, NULL, NULL, &f),
                     FLAC__STREAM_ENCODER_INIT_STATUS_OK);
    FLAC__int32 frame[FLAC__MAX_CHANNELS];
    for (uint32_t i = 0; i < s->frames; i++) {
        for (uint32_t c = 0; c < s->channels; c++)
            frame[c] = i >= s->constant_from && i < s->constant_to ? s->constant
                                                                   : flac_sample(s->bits, i, c);
        assert_true(FLAC__stream_encoder_process_interleaved(e, frame, 1));
    }
    assert_true(FLAC__stream_encoder_finish(e));
    FLAC__stream_encoder_delete(e);
    if (tags)
        FLAC__metadata_object_delete(tags);
    if (s->tell_total) { /* can't be written afterwards into a stream: RFC 9639, 8.2 */
        f.b.p[21] = (uint8_t)(f.b.p[21] & 0xF0);
        f.b.big = 1;
        set_uint(&f.b, 22, s->frames, 4);
        f.b.big = 0;
    }
    return f;
}
