// SPDX-License-Identifier: MIT
/* Oracles: the samples that went into the encoder; libav's decoder on the same files. */
#include "support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "flac_file.h"
#include "media/av_loader_impl.h"
#include "media/flac_impl.h"
#include "support/sweep.h"

/* What a decoder made of a file: planar, owned. */
typedef struct heard {
    snq_status st; /* of open, else END */
    snq_media_info info;
    snq_warnings warnings;
    float *x[SNQ_CHANNELS_MAX];
    size_t frames, room;
    uint64_t silence;
    unsigned cut;
    int holed;
    int64_t promise;
} heard;

static void forget(heard *h)
{
    for (int c = 0; c < SNQ_CHANNELS_MAX; c++)
        free(h->x[c]);
}

static void grow(heard *h, size_t more)
{
    const size_t need = h->frames + more + 1;
    const int larger = need > h->room;
    if (larger)
        h->room = 2 * need;
    for (uint32_t c = 0; c < h->info.channels; c++) {
        if (larger)
            h->x[c] = realloc(h->x[c], h->room * sizeof(float));
        assert_non_null(h->x[c]);
        memset(h->x[c] + h->frames, 0, more * sizeof(float));
    }
}

static heard decode(const snq__decoder_kind *kind, const char *path)
{
    heard h = { 0 };
    snq__source source;
    void *decoder = NULL;
    snq__chunk chunk = { 0 };
    snq__convert_stats stats = { 0 };
    uint64_t silence;
    int64_t slack;
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    check_ok(snq__source_init(&source, fd, NULL));
    h.st = kind->open(&source, NULL, &h.info, &h.warnings, &decoder);
    if (h.st == SNQ_OK) {
        while ((h.st = kind->next(decoder, &chunk, &silence)) == SNQ_OK) {
            float *to[SNQ_CHANNELS_MAX] = { 0 };
            grow(&h, silence + chunk.frames);
            h.frames += silence;
            h.silence += silence;
            for (uint32_t c = 0; c < h.info.channels; c++)
                to[c] = h.x[c] + h.frames;
            if (chunk.frames)
                snq__convert(&chunk, 0, chunk.frames, to, &stats);
            h.frames += chunk.frames;
        }
        assert_int_equal(h.st, SNQ_END);
        assert_int_equal(kind->next(decoder, &chunk, &silence), SNQ_END);
        h.cut = kind->cut(decoder);
        h.holed = kind->holed(decoder);
        h.promise = kind->promise(decoder, &slack);
        assert_string_equal(kind->container(decoder)->name, "flac");
        assert_int_equal(slack, 0);
    }
    kind->free(decoder);
    snq__source_clear(&source);
    close(fd);
    return h;
}

static heard decode_bytes(const bytes *b)
{
    files_write("x.flac", b->p, b->n);
    return decode(&snq__flac_decoder, files_path("x.flac"));
}

/* Frames [from, to) of the result are the signal's from `at` on; at < 0: silence. */
static void check_part(const heard *h, const flac_spec *s, size_t from, size_t to, int64_t at)
{
    for (uint32_t c = 0; c < s->channels; c++)
        for (size_t i = from; i < to; i++) {
            const float want =
                at < 0 ? 0.0f
                       : (float)ldexp(flac_sample(s->bits, (uint32_t)(at + (int64_t)(i - from)), c),
                                      1 - (int)s->bits);
            if (h->x[c][i] != want)
                fail_msg("%u bits, channel %u, frame %zu: %.9g, want %.9g", s->bits, c, i,
                         (double)h->x[c][i], (double)want);
        }
}

static const char *warned(const heard *h, const char *code)
{
    const snq_warning *w = snq_warnings_find(&h->warnings, code);
    return w ? w->message : NULL;
}

static void test_depths(void **state)
{
    for (uint32_t bits = 4; bits <= 32; bits++)
        for (uint32_t channels = 1; channels <= 8; channels++) {
            const flac_spec s = { .rate = 44100,
                                  .channels = channels,
                                  .bits = bits,
                                  .frames = 3003,
                                  .block = 1152,
                                  .tell_total = channels & 1 };
            flac_file f = flac_build(&s);
            heard h = decode_bytes(&f.b);
            assert_int_equal(h.st, SNQ_END);
            assert_int_equal(h.info.bits_per_sample, bits);
            assert_int_equal(h.info.channels, channels);
            assert_int_equal(h.info.rate_hz, 44100);
            assert_int_equal(h.info.audio_tracks, 1);
            assert_int_equal(h.info.has_video, 0);
            assert_string_equal(h.info.codec, "flac");
            assert_int_equal(h.frames, s.frames);
            assert_int_equal(h.warnings.count, 0);
            assert_int_equal(h.cut | (unsigned)h.holed, 0);
            assert_int_equal(h.promise, s.tell_total ? 3003 : -1);
            if (s.tell_total)
                check_near(h.info.header_duration_s, 3003 / 44100.0, 1e-12);
            else
                assert_true(isnan(h.info.header_duration_s));
            check_part(&h, &s, 0, s.frames, 0);
            forget(&h);
            free(f.b.p);
        }
}

static void check_same(const char *path)
{
    heard ours = decode(&snq__flac_decoder, path), theirs = decode(&snq__av_decoder, path);
    assert_int_equal(ours.st, theirs.st);
    if (ours.frames != theirs.frames)
        fail_msg("%s: %zu frames, libav has %zu", path, ours.frames, theirs.frames);
    assert_int_equal(ours.info.rate_hz, theirs.info.rate_hz);
    assert_int_equal(ours.info.channels, theirs.info.channels);
    assert_int_equal(ours.info.bits_per_sample, theirs.info.bits_per_sample);
    assert_int_equal(ours.info.audio_tracks, theirs.info.audio_tracks);
    assert_string_equal(ours.info.codec, theirs.info.codec);
    assert_int_equal(ours.promise, theirs.promise);
    assert_memory_equal(ours.info.position, theirs.info.position, sizeof ours.info.position);
    assert_memory_equal(&ours.info.header_duration_s, &theirs.info.header_duration_s,
                        sizeof(double));
    for (uint32_t c = 0; c < ours.info.channels; c++)
        assert_memory_equal(ours.x[c], theirs.x[c], ours.frames * sizeof(float));
    assert_int_equal(warned(&ours, "bad_tags") != NULL, warned(&theirs, "bad_tags") != NULL);
    assert_int_equal(ours.cut, theirs.cut);
    forget(&ours);
    forget(&theirs);
}

/* libav reads 4 to 24 bits. */
static void test_as_libav(void **state)
{
    static const uint32_t depths[] = { 8, 12, 16, 20, 24 };
    for (size_t k = 0; k < SNQ_COUNT(depths); k++)
        for (uint32_t channels = 1; channels <= 8; channels++) {
            const flac_spec s = { .rate = 48000,
                                  .channels = channels,
                                  .bits = depths[k],
                                  .frames = 20000,
                                  .tell_total = k & 1 };
            flac_file f = flac_build(&s);
            files_write("same.flac", f.b.p, f.b.n);
            check_same(files_path("same.flac"));
            free(f.b.p);
        }
}

static int is_flac(const struct dirent *e)
{
    const size_t n = strlen(e->d_name);
    return n > 5 && strcmp(e->d_name + n - 5, ".flac") == 0;
}

/* The recordings of the shared folder: one in twelve of each kind (under sanitizers one in sixty), and the hostile
 * ones. */
static void test_shared(void **state)
{
    static const char *const kinds[] = { "oneshots", "speech", "regions_syn", "regions_real",
                                         "singing",  "music",  "loops" };
    static const char *const hostile[] = { "truncated.flac", "flac_total_samples_lie.flac",
                                           "needle_in_silence.flac", "flac_named.mp3" };
    const char *shared = getenv("SNQ_SHARED");
    char path[512];
    int files = 0;
    if (!shared)
        skip();
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
        struct dirent **list;
        snprintf(path, sizeof path, "%s/data/sounds/%s", shared, kinds[k]);
        const int n = scandir(path, &list, is_flac, alphasort);
        for (int i = 0; i < n; i++) {
            struct stat info;
            snprintf(path, sizeof path, "%s/data/sounds/%s/%s", shared, kinds[k], list[i]->d_name);
            if (i % check_extent(12, 60) == 0 && stat(path, &info) == 0 && info.st_size < 8 << 20) {
                check_same(path);
                files++;
            }
            free(list[i]);
        }
        if (n >= 0)
            free(list);
    }
    snprintf(path, sizeof path, "tar xf '%s/data/hostile.tar' --strip-components=1", shared);
    if (files_have("tar") && files_run(path) == 0)
        for (size_t k = 0; k < SNQ_COUNT(hostile); k++, files++)
            check_same(files_path(hostile[k]));
    if (files == 0)
        skip();
    print_message("[  NOTE    ] %d files\n", files);
}

static void test_positions(void **state)
{
    static const struct {
        uint32_t channels;
        const char *comment;
        snq_position first, last;
    } tab[] = {
        { 3, NULL, SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_CENTRE },
        { 4, NULL, SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_SIDE_RIGHT },
        { 7, NULL, SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_SIDE_RIGHT },
        { 3, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x103", SNQ_POSITION_FRONT_LEFT,
          SNQ_POSITION_BACK_CENTRE },
        { 2, "waveformatextensible_channel_mask=0x600", SNQ_POSITION_SIDE_LEFT,
          SNQ_POSITION_SIDE_RIGHT },
        /* a mask for another number of channels, or of no known loudspeakers, says nothing */
        { 2, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x7", SNQ_POSITION_FRONT_LEFT,
          SNQ_POSITION_FRONT_RIGHT },
        { 2, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x80000001", SNQ_POSITION_FRONT_LEFT,
          SNQ_POSITION_FRONT_RIGHT },
        { 2, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK 0x600", SNQ_POSITION_FRONT_LEFT,
          SNQ_POSITION_FRONT_RIGHT },
    };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const flac_spec s = { .rate = 8000,
                              .channels = tab[k].channels,
                              .bits = 16,
                              .frames = 500,
                              .comment = tab[k].comment };
        flac_file f = flac_build(&s);
        heard h = decode_bytes(&f.b);
        assert_int_equal(h.info.position[0], tab[k].first);
        assert_int_equal(h.info.position[s.channels - 1], tab[k].last);
        assert_int_equal(h.warnings.count, 0);
        check_same(files_path("x.flac"));
        forget(&h);
        free(f.b.p);
    }
}

static const flac_spec usual = { .rate = 44100,
                                 .channels = 2,
                                 .bits = 16,
                                 .frames = 40 * 1024 + 500,
                                 .block = 1024,
                                 .tell_total = 1 };

/* What may stand before and after the stream without being missed. */
static void test_tags(void **state)
{
    static const uint8_t id3[] = { 'I', 'D', '3', 3, 0, 0, 0, 0, 0,   16,  'T', 'I', 'T',
                                   '2', 0,   0,   0, 6, 0, 0, 0, 'h', 'e', 'l', 'l', 'o' };
    flac_spec s = usual;
    for (s.tell_total = 0; s.tell_total < 2; s.tell_total++) {
        flac_file f = flac_build(&s);
        static const char *const tails[] = { "TAG and so on", "APETAGEX and so on", "" };
        for (size_t k = 0; k < SNQ_COUNT(tails); k++) {
            bytes b = { 0 };
            put(&b, id3, sizeof id3);
            put(&b, f.b.p, f.b.n);
            put(&b, tails[k], strlen(tails[k]));
            heard h = decode_bytes(&b);
            assert_int_equal(h.frames, s.frames);
            assert_int_equal(h.warnings.count, 0);
            assert_int_equal(h.cut, 0);
            check_part(&h, &s, 0, s.frames, 0);
            forget(&h);
            b.p[25] = 1; /* a control character in the title */
            h = decode_bytes(&b);
            assert_non_null(warned(&h, "bad_tags"));
            forget(&h);
            free(b.p);
        }
        /* anything else: no harm when all that was promised has come */
        put(&f.b, "something else", 14);
        heard h = decode_bytes(&f.b);
        assert_int_equal(h.frames, s.frames);
        assert_int_equal(warned(&h, "decode_errors") != NULL, !s.tell_total);
        forget(&h);
        free(f.b.p);
    }
    s.comment = "TITLE=a\001b";
    flac_file f = flac_build(&s);
    heard h = decode_bytes(&f.b);
    assert_non_null(warned(&h, "bad_tags"));
    forget(&h);
    free(f.b.p);
    /* the comments' count is a lie: the block is malformed, the recording is not */
    s.comment = "TITLE=ab";
    f = flac_build(&s);
    uint8_t *title = memmem(f.b.p, f.b.n, "TITLE", 5);
    assert_non_null(title);
    memset(title - 8, 0xFF, 3);
    h = decode_bytes(&f.b);
    assert_int_equal(h.frames, s.frames);
    check_part(&h, &s, 0, s.frames, 0);
    forget(&h);
    free(f.b.p);
}

/* Frames [first, first + n) of FLAC are damaged in this way: silence stands in their place. */
static void damage(const flac_spec *s, uint32_t first, uint32_t n, int how)
{
    flac_file f = flac_build(s);
    const size_t at = f.at[first], end = f.at[first + n];
    if (how == 0) /* one bit in the middle of each */
        for (uint32_t i = first; i < first + n; i++)
            f.b.p[(f.at[i] + f.at[i + 1]) / 2] ^= 0x10;
    else if (how == 1) /* their headers */
        for (uint32_t i = first; i < first + n; i++)
            f.b.p[f.at[i] + 1] ^= 0xFF;
    else /* everything */
        memset(f.b.p + at, how == 2 ? 0 : 0x55, end - at);
    heard h = decode_bytes(&f.b);
    const size_t from = (size_t)first * s->block;
    const size_t to = first + n == f.count ? s->frames : (size_t)(first + n) * s->block;
    assert_int_equal(h.st, SNQ_END);
    assert_int_equal(h.holed, 1);
    assert_int_equal(h.cut, 0);
    assert_non_null(warned(&h, "decode_errors"));
    assert_int_equal(h.warnings.item[0].offset_bytes, at);
    const int at_end = first + n == f.count;
    if (at_end && !s->tell_total) {
        assert_int_equal(h.frames, from); /* nothing comes after it */
        check_part(&h, s, 0, from, 0);
    } else if (first == 0 && !s->tell_total) {
        assert_int_equal(h.frames, s->frames - to); /* nothing tells where it began */
        check_part(&h, s, 0, h.frames, (int64_t)to);
    } else {
        assert_int_equal(h.frames, s->frames);
        assert_int_equal(h.silence, to - from);
        check_part(&h, s, 0, from, 0);
        check_part(&h, s, from, to, -1);
        check_part(&h, s, to, s->frames, (int64_t)to);
    }
    forget(&h);
    free(f.b.p);
}

static void test_damage(void **state)
{
    flac_spec s = usual;
    for (s.tell_total = 0; s.tell_total < 2; s.tell_total++)
        for (int how = 0; how < 4; how++) {
            damage(&s, 5, 1, how);
            damage(&s, 3, 7, how);
            damage(&s, 0, 1, how);
            damage(&s, 0, 4, how);
            damage(&s, 40, 1, how);
        }
    /* more than libFLAC would fill by itself, and frames larger than its buffer */
    s = (flac_spec) {
        .rate = 8000, .channels = 1, .bits = 16, .frames = 200 * 512, .block = 512, .tell_total = 1
    };
    damage(&s, 20, 120, 2);
    s = (flac_spec) { .rate = 48000,
                      .channels = 8,
                      .bits = 24,
                      .frames = 12 * 16384,
                      .block = 16384,
                      .tell_total = 1 };
    damage(&s, 4, 2, 0);
    damage(&s, 4, 1, 1);
}

/* Frames of FLAC that are one constant, of any number of channels: zeros come as silence, and are no
 * damage. */
static void test_constants(void **state)
{
    static const uint32_t part[][2] = {
        { 3000, 30000 }, { 0, 9999 }, { 20000, 40000 }, { 0, 40000 }
    };
    for (uint32_t channels = 1; channels <= 6; channels++)
        for (uint32_t i = 0; i < 4 * SNQ_COUNT(part); i++) {
            const uint32_t from = part[i / 4][0], to = part[i / 4][1], block = 1000;
            const flac_spec s = { .rate = 44100,
                                  .channels = channels,
                                  .bits = 8 * (channels % 3 + 1),
                                  .frames = 40000,
                                  .block = block,
                                  .tell_total = i & 1,
                                  .constant_from = from,
                                  .constant_to = to,
                                  .constant = i & 2 ? -1 : 0 };
            flac_file f = flac_build(&s);
            heard h = decode_bytes(&f.b);
            assert_int_equal(h.st, SNQ_END);
            assert_int_equal(h.frames, s.frames);
            assert_int_equal(h.warnings.count, 0);
            assert_int_equal(h.cut | (unsigned)h.holed, 0);
            const uint32_t whole = to / block - (from + block - 1) / block;
            assert_int_equal(h.silence, s.constant ? 0 : whole * block);
            check_part(&h, &s, 0, from, 0);
            check_part(&h, &s, to, s.frames, to);
            const float want = (float)ldexp(s.constant, 1 - (int)s.bits);
            for (uint32_t c = 0; c < channels; c++)
                for (uint32_t k = from; k < to; k++)
                    assert_true(h.x[c][k] == want);
            forget(&h);
            free(f.b.p);
        }
}

/* A frame of zeros that is damaged is a hole as any other. */
static void test_damaged_zeros(void **state)
{
    const flac_spec s = { .rate = 44100,
                          .channels = 2,
                          .bits = 16,
                          .frames = 40000,
                          .block = 1000,
                          .constant_from = 10000,
                          .constant_to = 20000 };
    for (uint32_t first = 9; first <= 19; first++)
        for (uint32_t n = 1; n <= 3; n++) {
            flac_file f = flac_build(&s);
            for (uint32_t i = first; i < first + n; i++)
                f.b.p[f.at[i + 1] - 1] ^= 1;
            heard h = decode_bytes(&f.b);
            assert_int_equal(h.frames, s.frames);
            assert_int_equal(h.holed, 1);
            char text[64];
            snprintf(text, sizeof text, "; %u frames", n * 1000);
            assert_non_null(strstr(warned(&h, "decode_errors"), text));
            assert_int_equal(h.warnings.item[0].offset_bytes, f.at[first]);
            const uint32_t end = first + n > 20 ? (first + n) * 1000 : 20000;
            check_part(&h, &s, 0, first * 1000 < 10000 ? first * 1000 : 10000, 0);
            check_part(&h, &s, 10000, end, -1);
            check_part(&h, &s, end, s.frames, end);
            forget(&h);
            free(f.b.p);
        }
}

/* No hole is longer than a minute, whatever the numbers say. */
static void test_hole_bound(void **state)
{
    const flac_spec s = {
        .rate = 1000, .channels = 1, .bits = 8, .frames = 300 * 512, .block = 512
    };
    flac_file f = flac_build(&s);
    memset(f.b.p + f.at[10], 0, f.at[290] - f.at[10]);
    heard h = decode_bytes(&f.b);
    assert_int_equal(h.silence, 60 * 1000);
    assert_int_equal(h.frames, 20 * 512 + 60 * 1000);
    forget(&h);
    free(f.b.p);
}

/* Jumps of the numbers without damage are none of our business: neither a frame that was cut out, nor
 * numbers that a wrong block size makes. */
static void test_numbers(void **state)
{
    flac_spec s = usual;
    s.tell_total = 0;
    flac_file f = flac_build(&s);
    bytes b = { 0 };
    put(&b, f.b.p, f.at[10]);
    put(&b, f.b.p + f.at[13], f.b.n - f.at[13]);
    heard h = decode_bytes(&b);
    assert_int_equal(h.frames, s.frames - 3 * 1024);
    assert_int_equal(h.warnings.count, 0);
    check_part(&h, &s, 0, 10 * 1024, 0);
    check_part(&h, &s, 10 * 1024, h.frames, 13 * 1024);
    check_same(files_path("x.flac"));
    forget(&h);
    /* cut out of the middle of a stream, and damaged at once */
    b.n = 0;
    put(&b, f.b.p, f.at[0]);
    put(&b, f.b.p + f.at[20], f.b.n - f.at[20]);
    b.p[f.at[0] + 100] ^= 1;
    h = decode_bytes(&b);
    assert_int_equal(h.frames, s.frames - 21 * 1024);
    assert_int_equal(h.silence, 0);
    forget(&h);
    /* STREAMINFO: smallest and largest block 2048 */
    f.b.p[8] = f.b.p[10] = 8;
    f.b.p[9] = f.b.p[11] = 0;
    h = decode_bytes(&f.b);
    assert_int_equal(h.frames, s.frames);
    assert_int_equal(h.warnings.count, 0);
    check_part(&h, &s, 0, s.frames, 0);
    forget(&h);
    free(b.p);
    free(f.b.p);
}

static void test_cut(void **state)
{
    for (int total = 0; total < 2; total++) {
        flac_spec s = usual;
        s.tell_total = total;
        flac_file f = flac_build(&s);
        const size_t lengths[] = { f.at[10] + 1, f.at[10] + 2, f.at[10] + 6,     f.at[10] + 500,
                                   f.at[11] - 1, f.at[40] + 5, f.at[1] - 1 + 50, f.b.n - 1 };
        for (size_t k = 0; k < SNQ_COUNT(lengths); k++) {
            bytes b = f.b;
            b.n = lengths[k];
            heard h = decode_bytes(&b);
            uint32_t whole = 0;
            while (f.at[whole + 1] <= b.n)
                whole++;
            if (h.frames != whole * 1024 || h.cut != SNQ__CUT_TAIL)
                fail_msg("%zu bytes, total %d: %zu frames, want %u; cut %u", b.n, total, h.frames,
                         whole * 1024, h.cut);
            assert_int_equal(h.warnings.count, 0);
            check_part(&h, &s, 0, h.frames, 0);
            forget(&h);
        }
        free(f.b.p);
    }
}

/* Frames of another stream put behind ours. */
static void test_format_change(void **state)
{
    static const struct {
        uint32_t rate, channels, bits;
        int stops;
    } tab[] = { { 48000, 2, 16, 1 }, { 44100, 1, 16, 1 }, { 44100, 2, 24, 0 }, { 44100, 2, 8, 0 } };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        flac_spec s = usual, other = usual;
        s.tell_total = 0;
        other.rate = tab[k].rate;
        other.channels = tab[k].channels;
        other.bits = tab[k].bits;
        flac_file f = flac_build(&s), g = flac_build(&other);
        bytes b = { 0 };
        put(&b, f.b.p, f.at[20]);
        put(&b, g.b.p + g.at[20], g.b.n - g.at[20]);
        heard h = decode_bytes(&b);
        assert_int_equal(warned(&h, "format_change") != NULL, tab[k].stops);
        assert_int_equal(h.frames, tab[k].stops ? 20 * 1024 : s.frames);
        assert_int_equal(h.cut, tab[k].stops ? SNQ__CUT_TAIL : 0);
        check_part(&h, &s, 0, 20 * 1024, 0);
        if (!tab[k].stops)
            check_part(&h, &other, 20 * 1024, s.frames, 20 * 1024);
        forget(&h);
        free(b.p);
        free(f.b.p);
        free(g.b.p);
    }
}

static void refuse(const bytes *b, snq_status st, const char *words)
{
    heard h = decode_bytes(b);
    check_status(h.st, st);
    if (!strstr(snq_last_error(), words))
        fail_msg("'%s' does not say '%s'", snq_last_error(), words);
    assert_null(h.x[0]);
}

static void test_refusals(void **state)
{
    const flac_spec s = usual;
    flac_file f = flac_build(&s);
    bytes b = f.b;
    for (b.n = 4; b.n < f.at[0]; b.n += 7)
        refuse(&b, SNQ_ERR_FORMAT, "FLAC header");
    b.n = f.at[0] + 300;
    refuse(&b, SNQ_ERR_FORMAT, "no good FLAC frame");
    b = f.b;
    for (uint32_t i = 0; i < f.count; i++)
        b.p[f.at[i] + 200] ^= 2;
    refuse(&b, SNQ_ERR_FORMAT, "no good FLAC frame");
    /* no frame in a long file: not read to its end */
    bytes big = { 0 };
    put(&big, f.b.p, f.at[0]);
    put(&big, NULL, 20 << 20);
    refuse(&big, SNQ_ERR_FORMAT, "16 MiB");
    snq_rng rng;
    snq_rng_init(&rng, 5);
    for (size_t i = f.at[0]; i < big.n; i++)
        big.p[i] = (uint8_t)snq_rng_next(&rng);
    refuse(&big, SNQ_ERR_FORMAT, "16 MiB");
    free(big.p);
    free(f.b.p);
    const flac_spec slow = { .rate = 10, .channels = 1, .bits = 16, .frames = 5000 };
    f = flac_build(&slow);
    refuse(&f.b, SNQ_ERR_RANGE, "10 Hz");
    free(f.b.p);
}

/* Headers nested in headers can't hold us up: what is read again is bounded. */
static void test_nested_headers(void **state)
{
    const flac_spec s = { .rate = 8000, .channels = 8, .bits = 32, .frames = 20000, .block = 4096 };
    flac_file f = flac_build(&s);
    bytes b = { 0 };
    put(&b, f.b.p, f.at[1]);
    /* the header of the second frame, and nothing that could be its body, again and again */
    while (b.n < 4 << 20)
        put(&b, f.b.p + f.at[1], 40);
    heard h = decode_bytes(&b);
    assert_int_equal(h.frames, 4096);
    assert_true(h.cut || h.holed);
    forget(&h);
    free(b.p);
    free(f.b.p);
}

/* ---- memory, cancelling, failing reads ---- */

typedef struct stage {
    snq__source source;
    snq_media_info info;
    snq_warnings warnings;
} stage;

static snq_status make(void *user, void **object)
{
    stage *s = user;
    return snq__flac_decoder.open(&s->source, NULL, &s->info, &s->warnings, object);
}

static void unmake(void *object)
{
    snq__flac_decoder.free(object);
}

static void test_sweep(void **state)
{
    static const uint8_t id3[] = { 'I', 'D', '3', 3, 0, 0, 0, 0, 0, 0 };
    const flac_spec s = usual;
    flac_file f = flac_build(&s);
    bytes b = { 0 };
    put(&b, id3, sizeof id3);
    put(&b, f.b.p, f.b.n);
    files_write("s.flac", b.p, b.n);
    const int fd = open(files_path("s.flac"), O_RDONLY);
    stage st = { 0 };
    check_ok(snq__source_init(&st.source, fd, NULL));
    assert_true(snq_sweep(make, unmake, &st) >= 3);
    snq__flac_decoder.free(NULL);
    snq__source_clear(&st.source);
    close(fd);
    free(b.p);
    free(f.b.p);
}

static void test_cancel_and_errors(void **state)
{
    flac_spec s = usual;
    s.frames = 400 * 1024;
    flac_file f = flac_build(&s);
    files_write("c.flac", f.b.p, f.b.n);
    for (int what = 0; what < 2; what++) {
        volatile int cancel = 0;
        snq__chunk chunk;
        uint64_t silence;
        void *d;
        stage st = { 0 };
        int fd = open(files_path("c.flac"), O_RDONLY);
        check_ok(snq__source_init(&st.source, fd, &cancel));
        check_ok(make(&st, &d));
        assert_int_equal(snq__flac_decoder.next(d, &chunk, &silence), SNQ_OK);
        if (what == 0)
            cancel = 1;
        else
            st.source.fd = -1;
        snq_status end;
        while ((end = snq__flac_decoder.next(d, &chunk, &silence)) == SNQ_OK)
            ;
        check_status(end, what == 0 ? SNQ_ERR_CANCELLED : SNQ_ERR_IO);
        snq__flac_decoder.free(d);
        check_status(make(&st, &d), what == 0 ? SNQ_ERR_CANCELLED : SNQ_ERR_IO);
        assert_null(d);
        snq__source_clear(&st.source);
        close(fd);
    }
    free(f.b.p);
}

static void test_here(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        int here;
    } tab[] = {
        { "fLaC", 4, 1 },
        { "fLa", 3, 0 },
        { "FLAC", 4, 0 },
        { "OggS....fLaC", 12, 0 },
        { "ID3\3\0\0\0\0\0\2xxfLaC", 16, 1 },
        { "ID3\3\0\0\0\0\0\2xxRIFF", 16, 0 },
        { "ID3\3\0\0\0\0\1\2xxfLaC", 16, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq__source source;
        files_write("h", tab[i].p, tab[i].n);
        const int fd = open(files_path("h"), O_RDONLY);
        check_ok(snq__source_init(&source, fd, NULL));
        assert_int_equal(snq__flac_here(&source), tab[i].here);
        snq__source_clear(&source);
        close(fd);
    }
    assert_true(snq__flac_version()[0] >= '1');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depths),        cmocka_unit_test(test_as_libav),
        cmocka_unit_test(test_shared),        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_tags),          cmocka_unit_test(test_damage),
        cmocka_unit_test(test_hole_bound),    cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cut),           cmocka_unit_test(test_format_change),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_nested_headers),
        cmocka_unit_test(test_sweep),         cmocka_unit_test(test_cancel_and_errors),
        cmocka_unit_test(test_here),          cmocka_unit_test(test_constants),
        cmocka_unit_test(test_damaged_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
