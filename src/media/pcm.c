// SPDX-License-Identifier: MIT
#include "media/pcm_impl.h"

#include "base/alloc.h"

struct snq__pcm {
    snq__source *source;
    snq_riff_scan scan;
    snq__sample format;
    uint32_t frame_bytes;
    int64_t at, end; /* file offsets */
    uint8_t *buffer; /* (SNQ__SOURCE_BUFFER + SNQ__CHUNK_SLACK,) */
};

static snq__sample format_of(const snq_riff_scan *s)
{
    if (s->coding == SNQ_RIFF_FLOAT)
        return s->sample_bytes == 8 ? SNQ__SAMPLE_F64 : SNQ__SAMPLE_F32;
    switch (s->sample_bytes) {
    case 1:
        return s->coding == SNQ_RIFF_UNSIGNED ? SNQ__SAMPLE_U8 : SNQ__SAMPLE_S8;
    case 2:
        return SNQ__SAMPLE_S16;
    case 3:
        return SNQ__SAMPLE_S24;
    default:
        return SNQ__SAMPLE_S32;
    }
}

snq_status snq__pcm_open(snq__source *source, const snq_riff_scan *scan, snq__pcm **out)
{
    *out = NULL;
    snq__pcm *p = snq_calloc(1, sizeof *p);
    if (!p)
        goto fail;
    p->source = source;
    p->scan = *scan;
    p->format = format_of(scan);
    p->frame_bytes = scan->sample_bytes * scan->channels;
    p->at = scan->data_offset;
    p->end = scan->data_offset + scan->data_bytes;
    p->buffer = snq_calloc(SNQ__SOURCE_BUFFER + SNQ__CHUNK_SLACK, 1);
    if (!p->buffer)
        goto fail;
    *out = p;
    return SNQ_OK;
fail:
    snq__pcm_free(p);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a PCM buffer");
}

void snq__pcm_free(snq__pcm *p)
{
    if (p)
        snq_free(p->buffer);
    snq_free(p);
}

snq_status snq__pcm_next(snq__pcm *p, snq__chunk *chunk)
{
    const uint32_t channels = p->scan.channels;
    const int64_t room = SNQ__SOURCE_BUFFER / p->frame_bytes * p->frame_bytes;
    const int64_t want = p->end - p->at < room ? p->end - p->at : room;
    SNQ_TRY(snq__source_status(p->source));
    if (want <= 0)
        return SNQ_END;
    const int64_t got = snq__source_read(p->source, p->at, p->buffer, (size_t)want);
    if (got < 0) {
        SNQ_TRY(snq__source_status(p->source));
        return SNQ_ERR_IO;
    }
    if (got < want)
        return SNQ_FAIL(SNQ_ERR_IO, "the file shrank while it was read, byte %lld",
                        (long long)(p->at + got));
    p->at += got;
    if (p->scan.big_endian)
        snq__swap(p->buffer, (size_t)got / p->scan.sample_bytes, p->scan.sample_bytes);
    *chunk = (snq__chunk) { .format = p->format,
                            .channels = channels,
                            .stride = channels,
                            .frames = (size_t)(got / p->frame_bytes) };
    for (uint32_t c = 0; c < channels; c++)
        chunk->plane[c] = p->buffer + (size_t)c * p->scan.sample_bytes;
    return SNQ_OK;
}
