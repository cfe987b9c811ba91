// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "base/alloc.h"
#include "files.h"
#include "media/reader.h"
#include "support/sweep.h"

/* A recording read to its end: planar, owned. */
typedef struct heard {
    snq_media_info info;
    snq_warnings warnings;
    float *x[SNQ_CHANNELS_MAX];
    size_t frames;
    int truncated;
    char hex[65];
} heard;

static void forget(heard *h)
{
    for (int c = 0; c < SNQ_CHANNELS_MAX; c++)
        free(h->x[c]);
}

static heard listen_to(const char *name, uint32_t block_frames)
{
    heard h = { 0 };
    snq_reader *r;
    snq_audio b;
    snq_status st;
    snq_reader_cfg cfg = snq_reader_cfg_default();
    cfg.block_frames = block_frames;
    const int fd = open(files_path(name), O_RDONLY);
    assert_true(fd >= 0);
    check_ok(snq_reader_open(fd, name, &cfg, &r));
    h.info = *snq_reader_info(r);
    int last = 0;
    int64_t offset = 0;
    while ((st = snq_reader_pull(r, &b)) == SNQ_OK) {
        assert_false(last); /* only the last block may be short */
        assert_true(b.frames >= 1 && b.frames <= block_frames);
        assert_int_equal(b.channels, h.info.channels);
        assert_int_equal(b.rate_hz, h.info.rate_hz);
        last = b.frames < block_frames;
        for (uint32_t c = 0; c < b.channels; c++) {
            h.x[c] = realloc(h.x[c], (h.frames + b.frames) * sizeof(float));
            assert_non_null(h.x[c]);
            memcpy(h.x[c] + h.frames, b.channel[c], b.frames * sizeof(float));
        }
        h.frames += b.frames;
        assert_int_equal(snq_reader_frames(r), h.frames);
        assert_true(snq_reader_offset(r) >= offset && snq_reader_offset(r) <= snq_reader_size(r));
        offset = snq_reader_offset(r);
    }
    check_ok(st);
    assert_int_equal(st, SNQ_END);
    assert_int_equal(b.frames, 0);
    assert_int_equal(snq_reader_pull(r, &b), SNQ_END);
    assert_int_equal(snq_reader_offset(r), snq_reader_size(r));
    h.truncated = snq_reader_truncated(r);
    h.warnings = *snq_reader_warnings(r);
    check_ok(snq_reader_sha256(r, h.hex));
    snq_reader_free(r);
    close(fd);
    return h;
}

static void check_hash(const char *name, const char *hex)
{
    size_t n;
    uint8_t *p = files_read(name, &n);
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char want[65];
    sha256_init(&sha);
    sha256_update(&sha, n, p);
    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < 32; i++)
        snprintf(want + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, want);
    free(p);
}

static snq_status refused(const char *name, const char *words)
{
    snq_reader *r = (snq_reader *)1;
    const int64_t live = snq_alloc_live();
    const int fd = open(files_path(name), O_RDONLY);
    const snq_status st = snq_reader_open(fd, name, NULL, &r);
    assert_null(r);
    assert_int_equal(snq_alloc_live(), live);
    if (words && !strstr(snq_last_error(), words))
        fail_msg("'%s' does not say '%s'", snq_last_error(), words);
    close(fd);
    return st;
}

/* Every sample of every variant is what the definition says, hash and duration as well. */
static void check_variant(wav_spec s, const char *container, const char *codec)
{
    bytes b = wav_build(&s, NULL);
    files_write("v", b.p, b.n);
    free(b.p);
    heard h = listen_to("v", 1000);
    assert_string_equal(h.info.container, container);
    if (codec)
        assert_string_equal(h.info.codec, codec);
    assert_int_equal(h.info.rate_hz, s.rate);
    assert_int_equal(h.info.channels, s.channels);
    assert_int_equal(h.info.bits_per_sample, s.bits);
    assert_int_equal(h.info.audio_tracks, 1);
    assert_int_equal(h.info.has_video, 0);
    assert_int_equal(h.frames, s.frames);
    assert_int_equal(h.truncated, 0);
    check_near(h.info.header_duration_s, (double)s.frames / s.rate, 1e-12);
    for (uint32_t c = 0; c < s.channels; c++)
        for (uint32_t i = 0; i < s.frames; i++)
            if ((double)h.x[c][i] != wav_expected(&s, i, c))
                fail_msg("%s %s frame %u channel %u: %.9g, want %.9g", container, h.info.codec, i,
                         c, (double)h.x[c][i], wav_expected(&s, i, c));
    check_hash("v", h.hex);
    forget(&h);
}

static void test_wav_variants(void **state)
{
    static const struct {
        uint32_t bits, container;
        int is_float;
        const char *codec;
    } kinds[] = {
        { 8, 0, 0, "pcm_u8" },     { 16, 0, 0, "pcm_s16le" }, { 24, 0, 0, "pcm_s24le" },
        { 32, 0, 0, "pcm_s32le" }, { 20, 3, 0, "pcm_s24le" }, { 12, 2, 0, "pcm_s16le" },
        { 24, 4, 0, "pcm_s32le" }, { 32, 0, 1, "pcm_f32le" }, { 64, 0, 1, "pcm_f64le" },
    };
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++)
        for (uint32_t channels = 1; channels <= 8; channels++)
            for (int extensible = 0; extensible < 2; extensible++)
                check_variant((wav_spec) { .rate = 48000,
                                           .channels = channels,
                                           .frames = 2345,
                                           .bits = kinds[k].bits,
                                           .container = kinds[k].container,
                                           .is_float = kinds[k].is_float,
                                           .extensible = extensible },
                              "wav", kinds[k].codec);
    check_variant((wav_spec) { .rate = 768000, .channels = 16, .frames = 9999, .bits = 24 }, "wav",
                  NULL);
}

static void test_other_forms(void **state)
{
    static const struct {
        wav_form form;
        const char *aifc, *container;
        uint32_t bits;
        int is_float;
        const char *codec;
    } kinds[] = {
        { WAV_RF64, NULL, "rf64", 24, 0, "pcm_s24le" },
        { WAV_BW64, NULL, "bw64", 16, 0, "pcm_s16le" },
        { WAV_W64, NULL, "w64", 16, 0, "pcm_s16le" },
        { WAV_W64, NULL, "w64", 32, 1, "pcm_f32le" },
        { WAV_RIFX, NULL, "rifx", 16, 0, "pcm_s16be" },
        { WAV_RIFX, NULL, "rifx", 24, 0, "pcm_s24be" },
        { WAV_RIFX, NULL, "rifx", 32, 1, "pcm_f32be" },
        { WAV_RIFX, NULL, "rifx", 64, 1, "pcm_f64be" },
        { WAV_AIFF, NULL, "aiff", 8, 0, "pcm_s8" },
        { WAV_AIFF, NULL, "aiff", 16, 0, "pcm_s16be" },
        { WAV_AIFF, NULL, "aiff", 24, 0, "pcm_s24be" },
        { WAV_AIFF, NULL, "aiff", 32, 0, "pcm_s32be" },
        { WAV_AIFC, "sowt", "aiff", 16, 0, "pcm_s16le" },
        { WAV_AIFC, "fl32", "aiff", 32, 1, "pcm_f32be" },
        { WAV_AIFC, "FL64", "aiff", 64, 1, "pcm_f64be" },
        { WAV_AIFC, "in24", "aiff", 24, 0, "pcm_s24be" },
        { WAV_AIFC, "42ni", "aiff", 24, 0, "pcm_s24le" },
        { WAV_AIFC, "23ni", "aiff", 32, 0, "pcm_s32le" },
        { WAV_AIFC, "twos", "aiff", 12, 0, "pcm_s16be" },
    };
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++)
        for (uint32_t channels = 1; channels <= 3; channels++)
            check_variant((wav_spec) { .form = kinds[k].form,
                                       .aifc = kinds[k].aifc,
                                       .rate = 44100,
                                       .channels = channels,
                                       .frames = 2001,
                                       .bits = kinds[k].bits,
                                       .is_float = kinds[k].is_float },
                          kinds[k].container, kinds[k].codec);
}

/* The same samples whatever the block; and never a gap between blocks. */
static void test_block_size(void **state)
{
    const wav_spec s = { .rate = 44100, .channels = 2, .frames = 70001, .bits = 16 };
    bytes b = wav_build(&s, NULL);
    files_write("blocks.wav", b.p, b.n);
    free(b.p);
    const uint32_t sizes[] = { 256, 1023, 8192, 65536 };
    for (size_t k = 0; k < SNQ_COUNT(sizes); k++) {
        heard h = listen_to("blocks.wav", sizes[k]);
        assert_int_equal(h.frames, s.frames);
        assert_int_equal(h.warnings.count, 0);
        for (uint32_t i = 0; i < s.frames; i++)
            for (uint32_t c = 0; c < 2; c++)
                assert_true((double)h.x[c][i] == wav_expected(&s, i, c));
        forget(&h);
    }
}

static void test_float_repair(void **state)
{
    const wav_spec s = { .rate = 44100, .channels = 2, .frames = 3000, .bits = 32, .is_float = 1 };
    size_t at;
    bytes b = wav_build(&s, &at);
    const float odd[] = { NAN, -NAN, INFINITY, -INFINITY, 1e30f, -2e6f, 1e-40f, 1e6f };
    memcpy(b.p + at + 8 * 1000, odd, sizeof odd);
    files_write("odd.wav", b.p, b.n);
    free(b.p);
    heard h = listen_to("odd.wav", 512);
    const float want[2][4] = { { 0, 1e6f, 1e6f, 0 }, { 0, -1e6f, -1e6f, 1e6f } };
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < 4; i++)
            assert_true(h.x[c][1000 + i] == want[c][i]);
    assert_true((double)h.x[0][999] == wav_expected(&s, 999, 0));
    assert_true((double)h.x[0][1004] == wav_expected(&s, 1004, 0));
    assert_int_equal(h.warnings.count, 3);
    assert_non_null(strstr(snq_warnings_find(&h.warnings, "nan_samples")->message, "2 samples"));
    assert_non_null(strstr(snq_warnings_find(&h.warnings, "inf_samples")->message, "2 samples"));
    assert_non_null(strstr(snq_warnings_find(&h.warnings, "over_range")->message, "2 samples"));
    forget(&h);
}

static void test_positions(void **state)
{
    static const struct {
        uint32_t channels, mask;
        snq_position want[8];
    } tab[] = {
        { 1, 0, { SNQ_POSITION_FRONT_CENTRE } },
        { 2, 0, { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT } },
        { 3, 0, { 0, 0, 0 } },
        { 6,
          0x3F,
          { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT, SNQ_POSITION_FRONT_CENTRE,
            SNQ_POSITION_LFE, SNQ_POSITION_SIDE_LEFT, SNQ_POSITION_SIDE_RIGHT } },
        { 8,
          0x63F,
          { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT, SNQ_POSITION_FRONT_CENTRE,
            SNQ_POSITION_LFE, SNQ_POSITION_BACK_LEFT, SNQ_POSITION_BACK_RIGHT,
            SNQ_POSITION_SIDE_LEFT, SNQ_POSITION_SIDE_RIGHT } },
        { 3,
          0x1103,
          { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT, SNQ_POSITION_BACK_CENTRE } },
        { 3, 0x1003, { SNQ_POSITION_FRONT_LEFT, SNQ_POSITION_FRONT_RIGHT, SNQ_POSITION_OTHER } },
    };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const wav_spec s = { .rate = 8000,
                             .channels = tab[k].channels,
                             .frames = 10,
                             .bits = 16,
                             .extensible = 1,
                             .mask = tab[k].mask };
        bytes b = wav_build(&s, NULL);
        files_write("p.wav", b.p, b.n);
        free(b.p);
        heard h = listen_to("p.wav", 256);
        for (uint32_t c = 0; c < tab[k].channels; c++)
            assert_int_equal(h.info.position[c], tab[k].want[c]);
        forget(&h);
    }
}

static void test_max_frames(void **state)
{
    const wav_spec s = { .rate = 8000, .channels = 1, .frames = 5000, .bits = 16 };
    bytes b = wav_build(&s, NULL);
    files_write("max.wav", b.p, b.n);
    free(b.p);
    for (uint64_t max = 255; max <= 5001; max += 4746 / 2) {
        snq_reader *r;
        snq_audio block;
        uint64_t got = 0;
        const int fd = open(files_path("max.wav"), O_RDONLY);
        const snq_reader_cfg cfg = { .block_frames = 256, .max_frames = max };
        check_ok(snq_reader_open(fd, "max.wav", &cfg, &r));
        while (snq_reader_pull(r, &block) == SNQ_OK)
            got += block.frames;
        assert_int_equal(got, max < 5000 ? max : 5000);
        assert_int_equal(snq_warnings_find(snq_reader_warnings(r), "max_frames") != NULL,
                         max < 5000);
        assert_int_equal(snq_reader_truncated(r), 0);
        snq_reader_free(r);
        close(fd);
    }
}

static void test_refusals(void **state)
{
    files_write("empty.wav", "", 0);
    check_status(refused("empty.wav", "empty file"), SNQ_ERR_FORMAT);
    files_write("a.txt", "Dear Sir or Madam,\nthis is a letter.\n", 37);
    check_status(refused("a.txt", "plain text"), SNQ_ERR_FORMAT);
    files_write("a.mp3", "\n <!DOCTYPE html><html><body>404</body></html>", 46);
    check_status(refused("a.mp3", "HTML"), SNQ_ERR_FORMAT);
    files_write("._a.wav", "\0\005\026\007\0\002\0\0Mac OS X        ", 24);
    check_status(refused("._a.wav", "AppleDouble"), SNQ_ERR_FORMAT);
    files_write("a.ogg", "MThd\0\0\0\6\0\1\0\1\0\140", 14);
    check_status(refused("a.ogg", "MIDI"), SNQ_ERR_FORMAT);
    files_write("one", "x", 1);
    check_status(refused("one", "not audio"), SNQ_ERR_FORMAT);
    snq_reader *r;
    int fd = open(files_folder(), O_RDONLY);
    check_status(snq_reader_open(fd, "folder", NULL, &r), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "folder"));
    close(fd);
    fd = open("/dev/null", O_RDONLY);
    check_status(snq_reader_open(fd, "null", NULL, &r), SNQ_ERR_UNSUPPORTED);
    close(fd);
    check_status(snq_reader_open(-1, "nothing", NULL, &r), SNQ_ERR_IO);
    fd = open(files_path("a.txt"), O_WRONLY); /* a file that can't be read */
    check_status(snq_reader_open(fd, "a.txt", NULL, &r), SNQ_ERR_IO);
    close(fd);
    const snq_reader_cfg small = { .block_frames = 255 }, large = { .block_frames = 65537 };
    check_status(snq_reader_open(-1, "", &small, &r), SNQ_ERR_RANGE);
    check_status(snq_reader_open(-1, "", &large, &r), SNQ_ERR_RANGE);
}

static void test_cancel_and_state(void **state)
{
    const wav_spec s = { .rate = 8000, .channels = 1, .frames = 100000, .bits = 16 };
    bytes b = wav_build(&s, NULL);
    files_write("c.wav", b.p, b.n);
    free(b.p);
    volatile int cancel = 0;
    const snq_reader_cfg cfg = { .block_frames = 4096, .cancel = &cancel };
    const int fd = open(files_path("c.wav"), O_RDONLY);
    snq_reader *r;
    snq_audio block;
    char hex[65] = "x";
    check_ok(snq_reader_open(fd, "c.wav", &cfg, &r));
    assert_int_equal(snq_reader_pull(r, &block), SNQ_OK);
    check_status(snq_reader_sha256(r, hex), SNQ_ERR_STATE);
    assert_string_equal(hex, "");
    cancel = 1;
    for (int i = 0; i < 12; i++) /* what is read already may still come, then it stops for good */
        if (snq_reader_pull(r, &block) != SNQ_OK)
            break;
    check_status(snq_reader_pull(r, &block), SNQ_ERR_CANCELLED);
    assert_int_equal(block.frames, 0);
    cancel = 0;
    check_status(snq_reader_pull(r, &block), SNQ_ERR_CANCELLED);
    assert_string_equal(snq_last_error(), "cancelled");
    snq_reader_free(r);
    cancel = 1;
    check_status(snq_reader_open(fd, "c.wav", &cfg, &r), SNQ_ERR_CANCELLED);
    /* cancelled while the rest is hashed */
    cancel = 0;
    const snq_reader_cfg some = { .block_frames = 256, .max_frames = 300, .cancel = &cancel };
    check_ok(snq_reader_open(fd, "c.wav", &some, &r));
    while (snq_reader_pull(r, &block) == SNQ_OK)
        ;
    cancel = 1;
    check_status(snq_reader_sha256(r, hex), SNQ_ERR_CANCELLED);
    cancel = 0;
    check_ok(snq_reader_sha256(r, hex));
    check_hash("c.wav", hex);
    snq_reader_free(r);
    close(fd);
}

/* A file that shrinks under our hands is an error, not silence. */
static void test_shrinking_file(void **state)
{
    const wav_spec s = { .rate = 8000, .channels = 1, .frames = 200000, .bits = 16 };
    bytes b = wav_build(&s, NULL);
    files_write("s.wav", b.p, b.n);
    free(b.p);
    const int fd = open(files_path("s.wav"), O_RDWR);
    snq_reader *r;
    snq_audio block;
    snq_status st;
    check_ok(snq_reader_open(fd, "s.wav", NULL, &r));
    assert_int_equal(snq_reader_pull(r, &block), SNQ_OK);
    assert_int_equal(ftruncate(fd, 100000), 0);
    while ((st = snq_reader_pull(r, &block)) == SNQ_OK)
        ;
    check_status(st, SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "shrank"));
    check_status(snq_reader_pull(r, &block), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "shrank"));
    snq_reader_free(r);
    close(fd);
}

/* ---- coded files, made by the command ffmpeg ---- */

static void need_ffmpeg(void)
{
    if (!files_have("ffmpeg"))
        skip();
    if (files_exists("t.wav"))
        return;
    assert_int_equal(files_run("ffmpeg -v error -y -f lavfi -i 'sine=440:r=44100:d=10,volume=0.5'"
                               " -ac 2 -c:a pcm_s16le -bitexact t.wav"),
                     0);
}

static double rms(const float *x, size_t from, size_t n)
{
    double e = 0;
    for (size_t i = from; i < from + n; i++)
        e += (double)x[i] * (double)x[i];
    return sqrt(e / (double)n);
}

static void test_codecs(void **state)
{
    static const struct {
        const char *name, *options, *container, *codec;
        double slack_s; /* 0: exact */
    } tab[] = {
        { "t.mp3", "", "mp3", "mp3", 0 },
        { "t.m4a", "-c:a aac", "mp4", "aac", 0 },
        { "t.mov", "-c:a aac", "mov", "aac", 0 },
        { "t2.m4a", "-c:a alac", "mp4", "alac", 0 },
        { "t.flac", "", "flac", "flac", 0 },
        { "t24.flac", "-sample_fmt s32", "flac", "flac", 0 },
        { "t.ogg", "-c:a libvorbis", "ogg", "vorbis", 0 },
        { "t.opus", "-c:a libopus", "ogg", "opus", 0 },
        { "t.oga", "-c:a flac", "ogg", "flac", 0 },
        { "t.mka", "-c:a flac", "matroska", "flac", 0 },
        { "t.webm", "-c:a libopus", "matroska", "opus", 0 },
        { "t.caf", "", "caf", "pcm_s16be", 0 },
        { "t.au", "", "au", "pcm_s16be", 0 },
        { "t.aiff", "", "aiff", "pcm_s16be", 0 },
        { "t.wv", "", "wavpack", "wavpack", 0 },
        { "t.tta", "", "tta", "tta", 0 },
        { "alaw.wav", "-c:a pcm_alaw", "wav", "pcm_alaw", 0 },
        { "mp3.wav", "-c:a libmp3lame", "wav", "mp3", 0.06 },
        { "alaw.aifc", "-c:a pcm_alaw -f aiff", "aiff", "pcm_alaw", 0 },
        { "t.mp2", "", "mp3", "mp2", 0.03 },
        { "t.aac", "", "aac", "aac", 0.06 },
        { "t.ac3", "", "ac3", "ac3", 0.04 },
        { "t.eac3", "", "eac3", "eac3", 0.04 },
        { "t.dts", "-c:a dca -strict -2 -b:a 768k", "dts", "dts", 0.04 },
        { "t.thd", "-c:a truehd -strict -2", "truehd", "truehd", 0.04 },
        { "t.wma", "", "asf", "wmav2", 0.06 },
        { "t.avi", "-c:a libmp3lame", "avi", "mp3", 0.06 },
        { "t.ts", "-c:a aac", "mpegts", "aac", 0.06 },
        { "t.mpg", "-c:a mp2", "mpeg", "mp2", 0.06 },
        { "t.flv", "-c:a aac", "flv", "aac", 0.06 },
    };
    need_ffmpeg();
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        char command[256];
        snprintf(command, sizeof command, "ffmpeg -v error -y -i t.wav -bitexact %s %s",
                 tab[k].options, tab[k].name);
        if (files_run(command) != 0) {
            print_message("[  NOTE    ] this ffmpeg can't write %s\n", tab[k].name);
            continue;
        }
        heard h = listen_to(tab[k].name, 4096);
        assert_string_equal(h.info.container, tab[k].container);
        assert_string_equal(h.info.codec, tab[k].codec);
        assert_int_equal(h.info.channels, 2);
        assert_int_equal(h.info.position[0], SNQ_POSITION_FRONT_LEFT);
        assert_int_equal(h.truncated, 0);
        if (h.warnings.count)
            fail_msg("%s: %s: %s", tab[k].name, h.warnings.item[0].code,
                     h.warnings.item[0].message);
        if (tab[k].slack_s == 0)
            assert_int_equal(h.frames, 10 * h.info.rate_hz);
        check_near((double)h.frames / h.info.rate_hz, 10.0, tab[k].slack_s + 1e-9);
        /* a sine of peak 1/8, volume 0.5, mono to stereo at -3 dB; LAME scales by 0.95 */
        check_near(rms(h.x[0], h.frames / 2, 44100), 0.03125, 0.0018);
        if (tab[k].slack_s == 0)
            check_near(rms(h.x[1], 400, 2000), 0.03125, 0.005);
        check_hash(tab[k].name, h.hex);
        forget(&h);
    }
}

/* Lossless means lossless, sample for sample; and the phase of a lossy one has no delay left. */
static void test_alignment(void **state)
{
    need_ffmpeg();
    heard plain = listen_to("t.wav", 8192);
    const char *const same[] = { "t.flac", "t.oga", "t.mka", "t.wv", "t.tta", "t2.m4a" };
    for (size_t k = 0; k < SNQ_COUNT(same); k++)
        if (files_exists(same[k])) {
            heard h = listen_to(same[k], 1111);
            assert_int_equal(h.frames, plain.frames);
            assert_memory_equal(h.x[0], plain.x[0], plain.frames * sizeof(float));
            assert_memory_equal(h.x[1], plain.x[1], plain.frames * sizeof(float));
            forget(&h);
        }
    const char *const near[] = { "t.mp3", "t.m4a", "t.ogg" };
    for (size_t k = 0; k < SNQ_COUNT(near); k++)
        if (files_exists(near[k])) {
            heard h = listen_to(near[k], 8192);
            double noise = 0, signal = 0;
            for (size_t i = 44100; i < 400000; i++) {
                const double e = (double)h.x[0][i] - (double)plain.x[0][i];
                noise += e * e;
                signal += (double)plain.x[0][i] * (double)plain.x[0][i];
            }
            if (!(10 * log10(signal / noise) >
                  20)) /* a delay of one sample gives 24 dB, of two 18 */
                fail_msg("%s: SNR %.1f dB", near[k], 10 * log10(signal / noise));
            forget(&h);
        }
    forget(&plain);
}

static void test_extension(void **state)
{
    need_ffmpeg();
    assert_int_equal(files_run("ffmpeg -v error -y -i t.wav -t 1 e.flac && cp e.flac e.mp3 &&"
                               " cp e.flac e.FLAC && cp e.flac e.unheard && cp e.flac e"),
                     0);
    const char *const names[] = { "e.mp3", "e.FLAC", "e.unheard", "e" };
    for (size_t k = 0; k < SNQ_COUNT(names); k++) {
        heard h = listen_to(names[k], 8192);
        assert_int_equal(snq_warnings_find(&h.warnings, "extension_mismatch") != NULL, k == 0);
        assert_int_equal(h.frames, 44100);
        forget(&h);
    }
}

static void test_tracks_and_video(void **state)
{
    need_ffmpeg();
    assert_int_equal(
        files_run("ffmpeg -v error -y -f lavfi -i testsrc=size=64x64:rate=10:duration=2"
                  " -i t.wav -t 2 -c:v mpeg4 -c:a aac film.mp4 && ffmpeg -v error -y -f"
                  " lavfi -i testsrc=size=64x64:rate=10:duration=1 -c:v mpeg4 mute.mp4 &&"
                  " ffmpeg -v error -y -i t.wav -i t.wav -map 0 -map 1 -t 1 -c:a aac"
                  " two.m4a && ffmpeg -v error -y -f lavfi -i"
                  " testsrc=size=64x64:rate=10:duration=2 -i t.wav -t 2 -c:v mpeg2video"
                  " -c:a mp2 film.ts"),
        0);
    heard h = listen_to("film.mp4", 8192);
    assert_int_equal(h.info.has_video, 1);
    assert_int_equal(h.info.audio_tracks, 1);
    check_near((double)h.frames / h.info.rate_hz, 2, 0.03);
    forget(&h);
    h = listen_to("film.ts", 8192);
    assert_int_equal(h.info.has_video, 1);
    check_near((double)h.frames / h.info.rate_hz, 2, 0.06);
    forget(&h);
    h = listen_to("two.m4a", 8192);
    assert_int_equal(h.info.audio_tracks, 2);
    assert_non_null(snq_warnings_find(&h.warnings, "several_audio_tracks"));
    assert_int_equal(h.frames, 44100);
    forget(&h);
    check_status(refused("mute.mp4", "no audio track"), SNQ_ERR_UNSUPPORTED);
}

/* Cut at many places: either refused or read, never a crash; what was cut says so. */
static void test_cut_files(void **state)
{
    const char *const names[] = { "t.mp3",  "t.flac", "t.ogg",    "t.opus", "t.mka",
                                  "t.aiff", "t.aac",  "fast.m4a", "t.wv",   "mp3.wav" };
    need_ffmpeg();
    files_run("ffmpeg -v error -y -i t.wav -c:a aac -movflags +faststart fast.m4a");
    for (size_t k = 0; k < SNQ_COUNT(names); k++) {
        size_t n;
        uint8_t *p = files_read(names[k], &n);
        if (!p)
            continue;
        for (int part = 1; part < 20; part++) {
            snq_reader *r;
            snq_audio b;
            files_write("cut", p, n * (size_t)part / 20 + (size_t)part);
            const int fd = open(files_path("cut"), O_RDONLY);
            const snq_status st = snq_reader_open(fd, names[k], NULL, &r);
            if (part >= 4)
                check_ok(st);
            if (st == SNQ_OK) {
                snq_status end;
                while ((end = snq_reader_pull(r, &b)) == SNQ_OK)
                    ;
                check_ok(end);
                check_near((double)snq_reader_frames(r) / snq_reader_info(r)->rate_hz, part * 0.5,
                           1.2);
                if (!snq_reader_truncated(r))
                    fail_msg("%s cut at %d/20 is not called truncated", names[k], part);
                assert_non_null(snq_warnings_find(snq_reader_warnings(r), "truncated"));
                snq_reader_free(r);
            }
            close(fd);
        }
        free(p);
    }
}

/* One damaged stretch: warned of, and everything after it stays in its place. */
static void test_holes(void **state)
{
    need_ffmpeg();
    heard plain = listen_to("t.flac", 8192);
    size_t n;
    uint8_t *p = files_read("t.flac", &n);
    for (size_t i = n / 2; i < n / 2 + 40; i++)
        p[i] ^= 0x55;
    files_write("rot.flac", p, n);
    free(p);
    heard h = listen_to("rot.flac", 8192);
    assert_non_null(snq_warnings_find(&h.warnings, "decode_errors"));
    assert_int_equal(h.truncated, 0);
    assert_int_equal(h.frames, plain.frames);
    assert_memory_equal(h.x[0], plain.x[0], 4 * 44100 * sizeof(float));
    assert_memory_equal(h.x[0] + 6 * 44100, plain.x[0] + 6 * 44100, 4 * 44100 * sizeof(float));
    forget(&h);
    forget(&plain);
}

/* Ogg: block lengths that change are no holes; a page that is damaged is one, and is filled. */
static void test_ogg_pages(void **state)
{
    const char *const codecs[] = { "libvorbis", "libopus", "flac" };
    need_ffmpeg();
    assert_int_equal(
        files_run("ffmpeg -v error -y -f lavfi -i \"aevalsrc='if(lt(mod(t,0.21),0.01),"
                  "random(0)-0.5,0.01*sin(3000*t))':s=48000:d=10\" -bitexact hits.wav"),
        0);
    for (size_t k = 0; k < SNQ_COUNT(codecs); k++) {
        char command[256];
        snprintf(command, sizeof command, "ffmpeg -v error -y -i hits.wav -c:a %s hits.ogg",
                 codecs[k]);
        if (files_run(command) != 0)
            continue;
        heard h = listen_to("hits.ogg", 8192);
        assert_int_equal(h.frames, 480000);
        assert_int_equal(h.warnings.count, 0);
        size_t n;
        uint8_t *p = files_read("hits.ogg", &n);
        for (size_t i = n / 2; i < n / 2 + 20; i++)
            p[i] ^= 0x55;
        files_write("rot.ogg", p, n);
        free(p);
        heard rot = listen_to("rot.ogg", 8192);
        assert_int_equal(rot.frames, 480000);
        assert_int_equal(rot.truncated, 0);
        assert_int_equal(rot.warnings.count, 1);
        assert_string_equal(rot.warnings.item[0].code, "decode_errors");
        double noise = 0, signal = 1e-9; /* the end is where it was */
        for (size_t i = 400000; i < 480000; i++) {
            const double e = (double)rot.x[0][i] - (double)h.x[0][i];
            noise += e * e;
            signal += (double)h.x[0][i] * (double)h.x[0][i];
        }
        assert_true(noise < 1e-3 * signal);
        forget(&rot);
        forget(&h);
    }
}

/* Two recordings of different shape in one stream: read up to the change. */
static void test_format_change(void **state)
{
    need_ffmpeg();
    assert_int_equal(files_run("ffmpeg -v error -y -i t.wav -t 2 -ac 2 -f adts a1.aac && ffmpeg -v"
                               " error -y -i t.wav -t 2 -ac 1 -f adts a2.aac && cat a1.aac a2.aac"
                               " > change.aac"),
                     0);
    heard h = listen_to("change.aac", 8192);
    assert_non_null(snq_warnings_find(&h.warnings, "format_change"));
    assert_int_equal(h.info.channels, 2);
    check_near((double)h.frames / 44100, 2, 0.06);
    forget(&h);
}

static void test_tags(void **state)
{
    static const uint8_t bad[] = { 'I', 'D', '3', 3, 0, 0, 0, 0, 0,    16,   'T', 'I',  'T',
                                   '2', 0,   0,   0, 6, 0, 0, 1, 0xFF, 0xFE, 0,   0xD8, 'x' };
    need_ffmpeg();
    size_t n;
    uint8_t *p = files_read("t.mp3", &n);
    bytes b = { 0 };
    put(&b, bad, sizeof bad);
    put(&b, p, n);
    files_write("bad.mp3", b.p, b.n);
    heard h = listen_to("bad.mp3", 8192);
    assert_non_null(snq_warnings_find(&h.warnings, "bad_tags"));
    assert_int_equal(h.frames, 441000);
    forget(&h);
    set_uint(&b, 6, 0x7F7F7F7F, 4); /* 256 MiB of tag */
    files_write("bad.mp3", b.p, b.n);
    h = listen_to("bad.mp3", 8192);
    assert_non_null(snq_warnings_find(&h.warnings, "bad_tags"));
    assert_int_equal(h.frames, 441000);
    forget(&h);
    memset(b.p + 26, 0x11, b.n - 26); /* and nothing behind it */
    files_write("bad.mp3", b.p, b.n);
    check_status(refused("bad.mp3", "MPEG"), SNQ_ERR_FORMAT);
    free(b.p);
    free(p);
    assert_int_equal(
        files_run("ffmpeg -v error -y -i t.wav -t 1 -metadata title=\"$(printf 'a\\001b')\""
                  " ctl.flac"),
        0);
    h = listen_to("ctl.flac", 8192);
    assert_non_null(snq_warnings_find(&h.warnings, "bad_tags"));
    forget(&h);
}

static void test_cancel_decode(void **state)
{
    need_ffmpeg();
    volatile int cancel = 0;
    const snq_reader_cfg cfg = { .block_frames = 256, .cancel = &cancel };
    const int fd = open(files_path("t.mp3"), O_RDONLY);
    snq_reader *r;
    snq_audio b;
    check_ok(snq_reader_open(fd, "t.mp3", &cfg, &r));
    assert_int_equal(snq_reader_pull(r, &b), SNQ_OK);
    cancel = 1;
    for (int i = 0; i < 10 && snq_reader_pull(r, &b) == SNQ_OK; i++)
        ;
    check_status(snq_reader_pull(r, &b), SNQ_ERR_CANCELLED);
    snq_reader_free(r);
    close(fd);
}

/* ---- memory ---- */

static snq_status make_reader(void *user, void **object)
{
    return snq_reader_open(*(int *)user, "x", NULL, (snq_reader **)object);
}

static void unmake_reader(void *object)
{
    snq_reader_free(object);
}

static void sweep(const char *name)
{
    int fd = open(files_path(name), O_RDONLY);
    assert_true(fd >= 0);
    assert_true(snq_sweep(make_reader, unmake_reader, &fd) >= 4);
    close(fd);
}

static void test_sweep_pcm(void **state)
{
    const wav_spec s = { .rate = 8000, .channels = 2, .frames = 1000, .bits = 16 };
    bytes b = wav_build(&s, NULL);
    files_write("sweep.wav", b.p, b.n);
    free(b.p);
    sweep("sweep.wav");
    snq_reader_free(NULL);
}

static void test_sweep_coded(void **state)
{
    need_ffmpeg();
    sweep("t.mp3");
    sweep("t.flac");
    sweep("t.ogg");
    size_t n;
    uint8_t *p = files_read("t.ogg", &n);
    files_write("cut.ogg", p, n * 2 / 3);
    free(p);
    sweep("cut.ogg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wav_variants),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_block_size),
        cmocka_unit_test(test_float_repair),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_max_frames),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cancel_and_state),
        cmocka_unit_test(test_shrinking_file),
        cmocka_unit_test(test_codecs),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_extension),
        cmocka_unit_test(test_tracks_and_video),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_ogg_pages),
        cmocka_unit_test(test_format_change),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_cancel_decode),
        cmocka_unit_test(test_sweep_pcm),
        cmocka_unit_test(test_sweep_coded),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
