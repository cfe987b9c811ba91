// SPDX-License-Identifier: MIT
/* IDEA   A MIDI file is a header and a list of track chunks that sound together; what else stands in the
 *        list is passed over. midi_chunk.c turns each chunk into tracks of the score.
 * STEPS  header     MThd, 6 or more bytes: format, number of chunks, division
 *        division   ticks a quarter note; below 24 all ticks are multiplied by ceil(24 / division)
 *        SMPTE      division < 0: -rate (24, 25, 29: 30/1.001, 30) and ticks a frame; t ticks a second
 *                   are t/2 ticks a quarter at 120 BPM, or t at 60 where t/2 is not whole or too small
 *        chunks     name, size, body, up to the end of the file
 *        at last    put in order; a section lasts to the next later one, the last to the end
 * CONST  MIDI Manufacturers Association, RP-001 Standard MIDI Files 1.0 (1996); RP-029 Bundling SMF
 *        files in an RMID file.
 * COST   two walks over each chunk, memory for what is kept: 32 bytes a note, 24 a message; limits in
 *        score.h.
 * LIMITS Format 2 (pieces one after the other) is refused: hardly any program wrote it. */
#include "score/midi.h"

#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

enum { HEADER_BYTES = 8 };

typedef snq__midi_reader reader;

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

int snq_midi_is(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    return (n >= 4 && memcmp(p, "MThd", 4) == 0) ||
           (n >= 12 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "RMID", 4) == 0);
}

static snq_status read_division(reader *r, size_t at)
{
    const uint32_t division = be16(r->file + at);
    const int rate = 256 - (int)(division >> 8), frame = division & 0xFF;
    r->scale = 1;
    if (division < 0x8000) {
        if (!division)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: no ticks in a quarter note", at);
        r->scale = (24 + division - 1) / division;
        r->score->ticks_per_quarter = (int32_t)(division * r->scale);
        return SNQ_OK;
    }
    if ((rate != 24 && rate != 25 && rate != 29 && rate != 30) || !frame)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: a time base of %d frames of %d ticks", at,
                        rate, frame);
    const int second = (rate == 29 ? 30 : rate) * frame;
    const int is_half = second % 2 == 0 && second >= 48;
    r->is_smpte = 1;
    r->score->ticks_per_quarter = is_half ? second / 2 : second;
    /* microseconds a quarter, as a file would say them */
    return snq_score_add_tempo(r->score, 0,
                               60e6 / ((is_half ? 500 : 1000) * (rate == 29 ? 1001 : 1000)));
}

static snq_status read_header(reader *r)
{
    const uint8_t *p = r->file + r->at;
    if (r->end - r->at < HEADER_BYTES + 6)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: the file ends within its header", r->end);
    const uint32_t length = be32(p + 4);
    if (length < 6 || length > r->end - r->at - HEADER_BYTES)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: a header of %u bytes", r->at + 4, length);
    r->format = (int)be16(p + 8);
    r->chunks_said = (int)be16(p + 10);
    if (r->format > 1)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "offset %zu: MIDI files of format %d are not read%s",
                        r->at + 8, r->format,
                        r->format == 2 ? " (several pieces in one file)" : "");
    SNQ_TRY(read_division(r, r->at + 12));
    r->at += HEADER_BYTES + length;
    return SNQ_OK;
}

/* The body of a RIFF RMID file: what its chunk "data" holds. */
static snq_status open_riff(reader *r)
{
    for (size_t at = 12; r->end - at >= HEADER_BYTES;) {
        const uint32_t length = le32(r->file + at + 4);
        const size_t left = r->end - at - HEADER_BYTES;
        if (length > left)
            return SNQ_FAIL(SNQ_ERR_FORMAT,
                            "offset %zu: a chunk of %u bytes, but the file ends after %zu", at,
                            length, left);
        if (memcmp(r->file + at, "data", 4) == 0) {
            r->at = at + HEADER_BYTES;
            r->end = r->at + length;
            return SNQ_OK;
        }
        at += HEADER_BYTES + length;
        at += at < r->end ? length % 2 : 0;
    }
    return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: a RIFF RMID file without data", r->end);
}

/* A chunk that lies in full where the file says; *is_over when the rest of the file is none. */
static snq_status next_chunk(reader *r, uint32_t *length, int *is_track, int *is_over)
{
    const size_t left = r->end - r->at;
    const uint8_t *p = r->file + r->at;
    *is_track = left >= 4 && memcmp(p, "MTrk", 4) == 0;
    *length = left >= HEADER_BYTES ? be32(p + 4) : 0;
    *is_over = 0;
    if (left >= HEADER_BYTES && *length <= left - HEADER_BYTES) {
        r->at += HEADER_BYTES;
        return SNQ_OK;
    }
    if (*is_track || r->chunks < (size_t)r->chunks_said) {
        if (left < HEADER_BYTES)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: the file ends within a chunk's header",
                            r->end);
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "offset %zu: a chunk of %u bytes, but the file ends after %zu", r->at + 4,
                        *length, left - HEADER_BYTES);
    }
    snq__midi_warn(r->warnings, "midi_trailing", r->at,
                   "%zu bytes after the last chunk are ignored", left);
    *is_over = 1;
    return SNQ_OK;
}

static snq_status read_chunks(reader *r)
{
    while (r->at < r->end) {
        uint32_t length;
        int is_track, is_over;
        SNQ_TRY(next_chunk(r, &length, &is_track, &is_over));
        if (is_over)
            break;
        if (is_track)
            SNQ_TRY(snq__midi_read_chunk(r, length));
        else
            snq__midi_warn(r->warnings, "midi_chunk_skipped", r->at - HEADER_BYTES,
                           "a chunk that is no track is ignored");
        r->at += length;
    }
    if (!r->chunks)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: no track chunk", r->at);
    if (r->chunks != (size_t)r->chunks_said)
        snq__midi_warn(r->warnings, "midi_track_count", 0,
                       "the header promises %d track chunks, there are %zu", r->chunks_said,
                       r->chunks);
    if (r->format == 0 && r->chunks > 1)
        snq__midi_warn(r->warnings, "midi_format", 0,
                       "format 0 has one track chunk, here are %zu: read as format 1", r->chunks);
    return SNQ_OK;
}

static snq_status finish(reader *r)
{
    snq_score *s = r->score;
    SNQ_TRY(snq_score_sort(s));
    for (size_t i = s->sections; i-- > 0;) {
        const snq_section *next = i + 1 < s->sections ? &s->section[i + 1] : NULL;
        s->section[i].end = !next                               ? s->length
                            : next->start > s->section[i].start ? next->start
                                                                : next->end;
    }
    return snq_score_check(s);
}

snq_status snq_midi_read(const void *bytes, size_t n, snq_score *out, snq_warnings *warnings)
{
    reader r = { .file = bytes, .end = n, .score = out, .warnings = warnings };
    snq_status st;
    snq_score_init(out);
    if (!snq_midi_is(bytes, n))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset 0: no MIDI file");
    if (memcmp(bytes, "RIFF", 4) == 0)
        SNQ_GOTO(open_riff(&r));
    if (r.end - r.at < 4 || memcmp(r.file + r.at, "MThd", 4) != 0)
        SNQ_GOTO(SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: no MIDI header in a RIFF RMID file", r.at));
    SNQ_GOTO(read_header(&r));
    SNQ_GOTO(read_chunks(&r));
    SNQ_GOTO(finish(&r));
fail:
    snq_free(r.marks.slot);
    if (st < 0)
        snq_score_clear(out);
    return st;
}
