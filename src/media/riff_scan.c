// SPDX-License-Identifier: MIT
/* IDEA   All these files are a list of chunks: a name, a size, a body. Walk the list once, note where
 *        the samples and their description are, and believe no size without looking at the file.
 * STEPS  form       from the first 12 (Wave64: 40) bytes
 *        walk       chunk := id, size, body; next = body + size, padded to 2 (Wave64: 8) bytes
 *        promise    what the header says of the data: the chunk's size; RF64: 64 bits in ds64;
 *                   0, 0xFFFFFFFF and from 0x7FFF0000 on are placeholders of writers that could not
 *                   seek back: then the data ends with the file
 *        truncated  promise > what is there
 *        sample     bytes = block size / channels where block size and byte rate agree with each
 *                   other, else ceil(bits / 8)
 * CONST  RIFF, WAVEFORMATEX(TENSIBLE), cue, smpl: Microsoft, Multimedia Programming Interface and
 *        Data Specifications 1.0 (1991), and mmreg.h (format tags). RF64: EBU Tech 3306 v1.1. BW64:
 *        ITU-R BS.2088-1. Wave64: Sony Pictures Digital, 64-bit audio file format. AIFF, AIFF-C:
 *        Apple 1989, 1991. The placeholder 0x7FFF0000: what streaming writers leave (sox writes
 *        0x7ffff000, others 0x7fffffff); a real file of that size would have to be 2 GiB long.
 *        1000 chunks are a flood: the richest file of a field recorder has a few dozen.
 * COST   one read of 4 KiB for each chunk further away than that; 65536 chunks at most.
 * LIMITS DTS or AC-3 disguised as 16-bit PCM is played as noise, as most programs do. A second fmt
 *        or data chunk, and chunks inside LIST, are not looked at.
 *
 * Example, a WAV of two 16-bit mono samples at 8 kHz:
 *     0  "RIFF" 28 00 00 00 "WAVE"             size of all that follows: 40
 *    12  "fmt " 10 00 00 00  01 00 01 00  40 1f 00 00  80 3e 00 00  02 00 10 00
 *                            tag   chan.  8000 Hz      16000 B/s    block bits
 *    36  "data" 04 00 00 00  00 00 ff 7f */
#include "media/riff_scan.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"

enum { WINDOW = 4096, LOOPS_READ = 64 };

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_EXTENSIBLE = 0xFFFE };

typedef struct walk {
    const snq_riff_input *in;
    snq_riff_scan *scan;
    snq_warnings *warnings;
    int big; /* byte order of the chunk list */
    int have_fmt, have_data, data_first;
    int io_failed;
    uint32_t byte_rate, block_bytes;
    int64_t ds64_data;   /* -1: no ds64 */
    int64_t data_claim;  /* the data chunk's size field */
    int64_t aiff_frames; /* COMM; -1: not AIFF */
    uint32_t mark_max;   /* furthest loop end or cue, frames */
    const char *mark_what;
    int64_t mark_at;
    int64_t window_at;
    int64_t window_n;
    uint8_t window[WINDOW];
} walk;

typedef struct chunk {
    char id[5];
    int64_t at;    /* of its header */
    int64_t body;  /* of its contents */
    uint64_t size; /* of its contents, as claimed */
} chunk;

/* n bytes at `offset`, NULL when the file ends before; returns borrowed until the next call. */
static const uint8_t *look(walk *k, int64_t offset, size_t n)
{
    if (offset < 0 || n > WINDOW || offset > k->in->size_bytes - (int64_t)n)
        return NULL;
    if (offset < k->window_at || offset + (int64_t)n > k->window_at + k->window_n) {
        k->window_n = k->in->read(k->in->user, offset, k->window, WINDOW);
        k->window_at = offset;
        if (k->window_n < 0) {
            k->io_failed = 1;
            k->window_n = 0;
        }
        if (k->window_n < (int64_t)n)
            return NULL;
    }
    return k->window + (offset - k->window_at);
}

static uint32_t u16(int big, const uint8_t *p)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t u32(int big, const uint8_t *p)
{
    return big ? u16(1, p) << 16 | u16(1, p + 2) : u16(0, p + 2) << 16 | u16(0, p);
}

static uint64_t u64(int big, const uint8_t *p)
{
    return big ? (uint64_t)u32(1, p) << 32 | u32(1, p + 4)
               : (uint64_t)u32(0, p + 4) << 32 | u32(0, p);
}

/* An 80-bit IEEE 754 extended number (AIFF), positive; 0 when it is negative or none. */
static double extended(const uint8_t *p)
{
    const int exponent = (int)(u16(1, p) & 0x7FFF);
    if (p[0] & 0x80 || exponent == 0x7FFF)
        return 0;
    return ldexp((double)u64(1, p + 2), exponent - 16383 - 63);
}

static const uint8_t w64_tail[12] = { 0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1,
                                      0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a };
static const uint8_t w64_riff[16] = { 'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
                                      0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00 };

/* What kind of file, and where its first chunk is; 0: none of ours. */
static int64_t find_form(walk *k)
{
    static const struct {
        char head[5], type[5];
        snq_riff_form form;
        int big;
    } forms[] = {
        { "RIFF", "WAVE", SNQ_RIFF_WAVE, 0 }, { "RIFX", "WAVE", SNQ_RIFF_RIFX, 1 },
        { "RF64", "WAVE", SNQ_RIFF_RF64, 0 }, { "BW64", "WAVE", SNQ_RIFF_BW64, 0 },
        { "FORM", "AIFF", SNQ_RIFF_AIFF, 1 }, { "FORM", "AIFC", SNQ_RIFF_AIFC, 1 },
    };
    const uint8_t *p = look(k, 0, 12);
    if (!p)
        return 0;
    for (size_t i = 0; i < SNQ_COUNT(forms); i++)
        if (memcmp(p, forms[i].head, 4) == 0 && memcmp(p + 8, forms[i].type, 4) == 0) {
            k->scan->form = forms[i].form;
            k->big = forms[i].big;
            return 12;
        }
    p = look(k, 0, 40);
    if (p && memcmp(p, w64_riff, 16) == 0 && memcmp(p + 24, "wave", 4) == 0 &&
        memcmp(p + 28, w64_tail, 12) == 0) {
        k->scan->form = SNQ_RIFF_W64;
        return 40;
    }
    return 0;
}

/* The chunk header at `at`; 0 at the end of the file. */
static int read_chunk(walk *k, int64_t at, chunk *c)
{
    const int w64 = k->scan->form == SNQ_RIFF_W64;
    const size_t head = w64 ? 24 : 8;
    const uint8_t *p = look(k, at, head);
    if (!p)
        return 0;
    memcpy(c->id, p, 4);
    c->id[4] = '\0';
    c->at = at;
    c->body = at + (int64_t)head;
    if (!w64) {
        c->size = u32(k->big, p + 4);
        return 1;
    }
    if (memcmp(p + 4, w64_tail, 12) != 0)
        c->id[0] = '\0'; /* not one that we know */
    const uint64_t size = u64(0, p + 16);
    c->size = size < head ? 0 : size - head;
    return 1;
}

static int64_t next_chunk(const walk *k, const chunk *c)
{
    const uint64_t step = k->scan->form == SNQ_RIFF_W64 ? 8 : 2;
    const uint64_t size = (c->size + step - 1) / step * step;
    if (size < c->size || size > (uint64_t)(k->in->size_bytes - c->body))
        return -1;
    return c->body + (int64_t)size;
}

static int printable_id(const char *id)
{
    for (int i = 0; i < 4; i++)
        if (id[i] < 0x20 || id[i] > 0x7E)
            return 0;
    return 1;
}

static snq_status check_shape(const snq_riff_scan *s, double rate, int64_t at)
{
    if (s->channels == 0 || s->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "the header claims %u channels (1 to %d are possible), byte %lld",
                        s->channels, SNQ_CHANNELS_MAX, (long long)at);
    if (!(rate >= SNQ_RATE_MIN_HZ && rate <= SNQ_RATE_MAX_HZ))
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "the header claims %.0f Hz (%d to %d are possible), byte %lld", rate,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ, (long long)at);
    return SNQ_OK;
}

/* Bytes that one PCM sample takes, 0 when bits and block size make no sense. */
static uint32_t container_bytes(walk *k, int64_t at)
{
    const snq_riff_scan *s = k->scan;
    const uint32_t from_bits = (s->bits + 7) / 8;
    const uint32_t block = k->block_bytes;
    if (block == from_bits * s->channels)
        return from_bits;
    snq_warnings_add(k->warnings, "fmt_inconsistent", at,
                     "%u bits in %u channels do not fit a block of %u bytes", s->bits, s->channels,
                     block);
    const uint32_t each = block / s->channels;
    if (block % s->channels == 0 && each > from_bits && each <= 4 &&
        (uint64_t)k->byte_rate == (uint64_t)s->rate_hz * block)
        return each;
    return from_bits;
}

static int is_adpcm(uint32_t tag)
{
    static const uint16_t tags[] = { 0x02, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                     0x20, 0x40, 0x45, 0x64, 0x65, 0x69, 0x6B, 0x200 };
    for (size_t i = 0; i < SNQ_COUNT(tags); i++)
        if (tag == tags[i])
            return 1;
    return 0;
}

/* From tag, bits and block to coding and sample_bytes. */
static snq_status classify_wave(walk *k, int64_t at)
{
    snq_riff_scan *s = k->scan;
    if (is_adpcm(s->tag))
        snq_warnings_add(k->warnings, "lossy_pcm", at,
                         "the samples are ADPCM (format tag %u): lossy, 4 bits or so a sample",
                         s->tag);
    if (s->tag != TAG_PCM && s->tag != TAG_FLOAT)
        return SNQ_OK;
    if (s->bits == 0 || s->bits > 64)
        return SNQ_FAIL(SNQ_ERR_RANGE, "the header claims %u bits a sample, byte %lld", s->bits,
                        (long long)at);
    if (s->tag == TAG_PCM && s->bits <= 32) {
        s->sample_bytes = container_bytes(k, at);
        s->coding = s->sample_bytes == 1 ? SNQ_RIFF_UNSIGNED : SNQ_RIFF_SIGNED;
    } else if (s->tag == TAG_FLOAT && (s->bits == 32 || s->bits == 64)) {
        s->sample_bytes = s->bits / 8;
        s->coding = SNQ_RIFF_FLOAT;
        container_bytes(k, at);
    }
    return SNQ_OK;
}

static snq_status take_fmt(walk *k, const chunk *c)
{
    snq_riff_scan *s = k->scan;
    const size_t n = c->size < 40 ? (size_t)c->size : 40;
    const uint8_t *p = n < 14 ? NULL : look(k, c->body, n);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the fmt chunk is cut short, byte %lld", (long long)c->at);
    k->have_fmt = 1;
    s->tag = u16(k->big, p);
    s->channels = u16(k->big, p + 2);
    s->rate_hz = u32(k->big, p + 4);
    k->byte_rate = u32(k->big, p + 8);
    k->block_bytes = u16(k->big, p + 12);
    s->bits = n >= 16 ? u16(k->big, p + 14) : 0;
    s->big_endian = k->big;
    SNQ_TRY(check_shape(s, s->rate_hz, c->at));
    uint32_t valid = 0;
    if (s->tag == TAG_EXTENSIBLE && n >= 40) {
        valid = u16(k->big, p + 18);
        s->channel_mask = u32(k->big, p + 20);
        s->tag = u16(k->big, p + 24);
    }
    SNQ_TRY(classify_wave(k, c->at));
    if (valid && valid < s->bits && s->coding)
        s->bits = valid;
    return SNQ_OK;
}

static void classify_aiff(snq_riff_scan *s)
{
    static const struct {
        char id[5];
        uint8_t coding, bytes, big; /* bytes 0: from the bits */
    } types[] = {
        { "NONE", SNQ_RIFF_SIGNED, 0, 1 }, { "twos", SNQ_RIFF_SIGNED, 0, 1 },
        { "sowt", SNQ_RIFF_SIGNED, 0, 0 }, { "raw ", SNQ_RIFF_UNSIGNED, 1, 1 },
        { "in24", SNQ_RIFF_SIGNED, 3, 1 }, { "42ni", SNQ_RIFF_SIGNED, 3, 0 },
        { "in32", SNQ_RIFF_SIGNED, 4, 1 }, { "23ni", SNQ_RIFF_SIGNED, 4, 0 },
        { "fl32", SNQ_RIFF_FLOAT, 4, 1 },  { "FL32", SNQ_RIFF_FLOAT, 4, 1 },
        { "fl64", SNQ_RIFF_FLOAT, 8, 1 },  { "FL64", SNQ_RIFF_FLOAT, 8, 1 },
    };
    for (size_t i = 0; i < SNQ_COUNT(types); i++)
        if (s->tag == u32(1, (const uint8_t *)types[i].id)) {
            s->coding = (snq_riff_coding)types[i].coding;
            s->sample_bytes = types[i].bytes ? types[i].bytes : (s->bits + 7) / 8;
            s->big_endian = types[i].big;
        }
}

static snq_status take_comm(walk *k, const chunk *c)
{
    snq_riff_scan *s = k->scan;
    const size_t n = s->form == SNQ_RIFF_AIFC ? 22 : 18;
    const uint8_t *p = c->size < n ? NULL : look(k, c->body, n);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the COMM chunk is cut short, byte %lld", (long long)c->at);
    k->have_fmt = 1;
    s->channels = u16(1, p);
    k->aiff_frames = u32(1, p + 2);
    s->bits = u16(1, p + 6);
    const double rate = extended(p + 8);
    s->tag = s->form == SNQ_RIFF_AIFC ? u32(1, p + 18) : u32(1, (const uint8_t *)"NONE");
    SNQ_TRY(check_shape(s, rate, c->at));
    s->rate_hz = (uint32_t)lround(rate);
    classify_aiff(s);
    if (s->coding && (s->bits == 0 || s->bits > 64 || s->sample_bytes > 8 ||
                      (s->coding != SNQ_RIFF_FLOAT && s->sample_bytes > 4)))
        return SNQ_FAIL(SNQ_ERR_RANGE, "the header claims %u bits a sample, byte %lld", s->bits,
                        (long long)c->at);
    return SNQ_OK;
}

static void take_ds64(walk *k, const chunk *c)
{
    const uint8_t *p = c->size < 24 ? NULL : look(k, c->body, 24);
    if (p && u64(0, p + 8) <= INT64_MAX)
        k->ds64_data = (int64_t)u64(0, p + 8);
}

/* Remember the furthest frame that a loop or cue point names; judged once the length is known. */
static void mark(walk *k, uint32_t frame, const char *what, int64_t at)
{
    if (k->mark_what && frame <= k->mark_max)
        return;
    k->mark_max = frame;
    k->mark_what = what;
    k->mark_at = at;
}

static void take_cue(walk *k, const chunk *c)
{
    const uint8_t *p = c->size < 4 ? NULL : look(k, c->body, 4);
    if (!p)
        return;
    const uint32_t count = u32(k->big, p);
    const uint64_t room = (c->size - 4) / 24;
    if (count > room)
        snq_warnings_add(k->warnings, "cue_invalid", c->at,
                         "the cue list claims %u points, its chunk has room for %llu; ignored",
                         count, (unsigned long long)room);
    for (uint32_t i = 0; i < count && i < room && i < LOOPS_READ; i++)
        if ((p = look(k, c->body + 4 + 24 * (int64_t)i, 24)))
            mark(k, u32(k->big, p + 20), "cue_invalid", c->at);
}

/* The first loop whose end is not before its start; whether it lies within the samples shows at the end. */
static void take_loop(walk *k, const uint8_t *p)
{
    snq_riff_sampler *s = &k->scan->sampler;
    const uint32_t type = u32(k->big, p + 4);
    if (s->loop || type > 2 || u32(k->big, p + 8) > u32(k->big, p + 12))
        return;
    s->loop = (snq_riff_loop)(type + SNQ_RIFF_LOOP_FORWARD);
    s->loop_start = u32(k->big, p + 8);
    s->loop_end = (int64_t)u32(k->big, p + 12) + 1; /* the file names the last frame */
}

static void take_smpl(walk *k, const chunk *c)
{
    const uint8_t *p = c->size < 36 ? NULL : look(k, c->body, 36);
    if (!p)
        return;
    const uint32_t key = u32(k->big, p + 12);
    if (key > 0 && key < 128) { /* 0 is what is left there by who knows none */
        k->scan->sampler.keyed = 1;
        k->scan->sampler.key = key;
        k->scan->sampler.cents = u32(k->big, p + 16) * (100.0 / 0x1p32);
    }
    const uint32_t count = u32(k->big, p + 28);
    const uint64_t room = (c->size - 36) / 24;
    if (count > room)
        snq_warnings_add(k->warnings, "loop_invalid", c->at,
                         "the sampler chunk claims %u loops and has room for %llu; ignored", count,
                         (unsigned long long)room);
    for (uint32_t i = 0; i < count && i < room && i < LOOPS_READ; i++) {
        if (!(p = look(k, c->body + 36 + 24 * (int64_t)i, 24)))
            return;
        if (u32(k->big, p + 8) > u32(k->big, p + 12))
            snq_warnings_add(k->warnings, "loop_invalid", c->at,
                             "a sampler loop ends before it starts; ignored");
        take_loop(k, p);
        mark(k, u32(k->big, p + 12), "loop_invalid", c->at);
    }
}

static void take_data(walk *k, chunk *c)
{
    if (k->scan->form == SNQ_RIFF_AIFF || k->scan->form == SNQ_RIFF_AIFC) {
        const uint8_t *p = c->size < 8 ? NULL : look(k, c->body, 8);
        const uint32_t skip = p ? u32(1, p) : 0;
        k->scan->data_offset = c->body + 8 + skip;
        k->data_claim = (int64_t)c->size - 8 - (int64_t)skip;
        if (k->data_claim < 0)
            k->data_claim = 0;
    } else {
        if (k->ds64_data >= 0 && c->size == 0xFFFFFFFFu)
            c->size = (uint64_t)k->ds64_data;
        k->scan->data_offset = c->body;
        k->data_claim = c->size > INT64_MAX ? INT64_MAX : (int64_t)c->size;
    }
    k->data_first = !k->have_fmt;
    k->have_data = 1;
}

/* Whether a plausible chunk starts at `at`, or the file ends there. */
static int chunk_or_end(walk *k, int64_t at)
{
    chunk c;
    if (at >= k->in->size_bytes)
        return 1;
    return read_chunk(k, at, &c) && printable_id(c.id) && next_chunk(k, &c) >= 0;
}

/* From the claim to what is there: data_bytes, promised_bytes, truncated. */
static void settle_data(walk *k)
{
    snq_riff_scan *s = k->scan;
    const int wide = s->form == SNQ_RIFF_W64 || k->ds64_data >= 0;
    const int64_t there =
        s->data_offset < k->in->size_bytes ? k->in->size_bytes - s->data_offset : 0;
    const int64_t claim = k->data_claim;
    s->promised_bytes = claim;
    s->data_bytes = claim < there ? claim : there;
    if (claim == 0 && !chunk_or_end(k, s->data_offset)) {
        s->promised_bytes = -1;
        s->data_bytes = there;
        snq_warnings_add(k->warnings, "size_mismatch", s->data_offset,
                         "the header claims 0 bytes of samples, %lld are there and are used",
                         (long long)there);
    } else if (claim > there && !wide && claim >= 0x7FFF0000) {
        s->promised_bytes = -1;
        snq_warnings_add(k->warnings, "size_mismatch", s->data_offset,
                         "the header claims %lld bytes of samples, %lld are there and are used",
                         (long long)claim, (long long)there);
    } else if (claim > there) {
        s->truncated = 1;
        snq_warnings_add(k->warnings, "truncated", s->data_offset + there,
                         "the header promises %lld bytes of samples, the file ends after %lld",
                         (long long)claim, (long long)there);
    } else if (!wide && there > (int64_t)UINT32_MAX && !chunk_or_end(k, s->data_offset + claim)) {
        s->promised_bytes = -1;
        s->data_bytes = there;
        snq_warnings_add(
            k->warnings, "size_mismatch", s->data_offset,
            "the file outgrew its 32-bit size; all %lld bytes after the header are used",
            (long long)there);
    }
}

/* A loop beyond the samples is none; one that ends just behind them is by a writer who excludes the end. */
static void settle_loop(snq_riff_scan *s, int64_t frames)
{
    snq_riff_sampler *m = &s->sampler;
    if (m->loop_end == frames + 1 && m->loop_start < frames)
        m->loop_end = frames;
    if (m->loop_end > frames) {
        m->loop = SNQ_RIFF_LOOP_NONE;
        m->loop_start = m->loop_end = 0;
    }
}

static void settle_frames(walk *k)
{
    snq_riff_scan *s = k->scan;
    const int64_t block = (int64_t)s->sample_bytes * s->channels;
    if (s->coding) {
        s->data_bytes -= s->data_bytes % block;
        if (k->aiff_frames >= 0 && k->aiff_frames < s->data_bytes / block) {
            s->data_bytes = k->aiff_frames * block;
            s->promised_bytes = s->data_bytes;
        }
        if (k->mark_what && (int64_t)k->mark_max > s->data_bytes / block && !s->truncated)
            snq_warnings_add(k->warnings, k->mark_what, k->mark_at,
                             "a loop or cue points at frame %u of %lld; ignored", k->mark_max,
                             (long long)(s->data_bytes / block));
    }
    settle_loop(s, s->coding ? s->data_bytes / block : 0);
    if (s->data_bytes == 0)
        snq_warnings_add(k->warnings, "empty_audio", s->data_offset, "there is no sample in it");
}

static snq_status finish(walk *k)
{
    snq_riff_scan *s = k->scan;
    const int aiff = s->form == SNQ_RIFF_AIFF || s->form == SNQ_RIFF_AIFC;
    if (k->io_failed)
        return SNQ_FAIL(SNQ_ERR_IO, "the chunk list can't be read");
    if (!k->have_fmt)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "no %s chunk among %u: the samples are not described",
                        aiff ? "COMM" : "fmt", s->chunks);
    if (!k->have_data)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "no %s chunk among %u: there are no samples",
                        aiff ? "SSND" : "data", s->chunks);
    if (k->data_first && !aiff)
        snq_warnings_add(k->warnings, "data_before_fmt", s->data_offset,
                         "the samples stand before their description");
    if (s->chunks > SNQ_RIFF_CHUNKS_FLOOD)
        snq_warnings_add(k->warnings, "chunk_flood", -1, "%u chunks where a dozen is usual",
                         s->chunks);
    if (s->form == SNQ_RIFF_RIFX || s->form == SNQ_RIFF_W64)
        snq_warnings_add(k->warnings, "uncommon_container", 0, "%s is read by few programs",
                         s->form == SNQ_RIFF_W64 ? "Wave64" : "RIFX (big-endian WAV)");
    settle_data(k);
    settle_frames(k);
    return SNQ_OK;
}

static snq_status visit(walk *k, chunk *c)
{
    const int aiff = k->scan->form == SNQ_RIFF_AIFF || k->scan->form == SNQ_RIFF_AIFC;
    if (aiff) {
        if (memcmp(c->id, "COMM", 4) == 0 && !k->have_fmt)
            return take_comm(k, c);
        if (memcmp(c->id, "SSND", 4) == 0 && !k->have_data)
            take_data(k, c);
        return SNQ_OK;
    }
    if (memcmp(c->id, "fmt ", 4) == 0 && !k->have_fmt)
        return take_fmt(k, c);
    if (memcmp(c->id, "data", 4) == 0 && !k->have_data)
        take_data(k, c);
    else if (memcmp(c->id, "ds64", 4) == 0 && k->scan->form != SNQ_RIFF_W64)
        take_ds64(k, c);
    else if (memcmp(c->id, "cue ", 4) == 0)
        take_cue(k, c);
    else if (memcmp(c->id, "smpl", 4) == 0)
        take_smpl(k, c);
    return SNQ_OK;
}

snq_status snq_riff_scan_run(const snq_riff_input *in, snq_riff_scan *scan, snq_warnings *warnings)
{
    walk k = { .in = in, .scan = scan, .warnings = warnings, .ds64_data = -1, .aiff_frames = -1 };
    *scan = (snq_riff_scan) { .promised_bytes = -1 };
    int64_t at = find_form(&k);
    if (k.io_failed)
        return SNQ_FAIL(SNQ_ERR_IO, "the first bytes can't be read");
    if (at == 0)
        return SNQ_OK;
    chunk c;
    while (at >= 0 && scan->chunks < SNQ_RIFF_CHUNKS_MAX && read_chunk(&k, at, &c)) {
        if (k.have_fmt && k.have_data && !printable_id(c.id) && scan->form != SNQ_RIFF_W64)
            break; /* no chunk but what somebody appended: tags, zeros */
        scan->chunks++;
        SNQ_TRY(visit(&k, &c));
        const int64_t next = next_chunk(&k, &c);
        if (next < 0 && k.have_data && k.have_fmt && c.at > scan->data_offset)
            snq_warnings_add(warnings, "size_mismatch", c.at,
                             "the chunk '%s' after the samples runs past the end of the file",
                             c.id);
        at = next;
    }
    return finish(&k);
}
