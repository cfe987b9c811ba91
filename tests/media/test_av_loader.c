// SPDX-License-Identifier: MIT
/* As the program has it: libav is not linked, the module is. In one process and in this order, since
 * a module that has been loaded stays. */
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "flac_file.h"
#include "media/audio_writer.h"
#include "media/av_loader_impl.h"
#include "media/libraries.h"
#include "media/reader.h"
#include "media/video_reader.h"

static void write_au(const char *name, uint32_t frames)
{
    bytes b = { .big = 1 };
    put_id(&b, ".snd");
    put_uint(&b, 24, 4);
    put_uint(&b, frames * 2, 4);
    put_uint(&b, 3, 4); /* 16 bits */
    put_uint(&b, 8000, 4);
    put_uint(&b, 1, 4);
    for (uint32_t i = 0; i < frames; i++)
        put_uint(&b, (i * 7) & 0x7FFF, 2);
    files_write(name, b.p, b.n);
    free(b.p);
}

static snq_status read_all(const char *name, int64_t *frames)
{
    snq_reader *r;
    snq_audio block;
    const int fd = open(files_path(name), O_RDONLY);
    assert_true(fd >= 0);
    snq_status st = snq_reader_open(fd, name, NULL, &r);
    while (st == SNQ_OK)
        st = snq_reader_pull(r, &block);
    *frames = r ? snq_reader_frames(r) : -1;
    snq_reader_free(r);
    close(fd);
    return st;
}

/* Pictures of one grey each, a step of 20 from one to the next. */
static void write_video(const char *name, uint32_t pictures)
{
    static const char head[] = "YUV4MPEG2 W32 H16 F25:1 C420jpeg XCOLORRANGE=FULL\n";
    bytes b = { 0 };
    put(&b, head, sizeof head - 1);
    for (uint32_t i = 0; i < pictures; i++) {
        put(&b, "FRAME\n", 6);
        for (uint32_t k = 0; k < 32 * 16 * 3 / 2; k++)
            put_uint(&b, k < 32 * 16 ? 20 * i : 128, 1);
    }
    files_write(name, b.p, b.n);
    free(b.p);
}

static snq_status watch_all(const char *name, int no_loading, int64_t *pictures)
{
    snq_video_reader *r;
    snq_video_picture p;
    snq_video_cfg cfg = snq_video_cfg_default();
    cfg.no_loading = no_loading;
    cfg.start = 3;
    cfg.range_in_frames = 1;
    const int fd = open(files_path(name), O_RDONLY);
    assert_true(fd >= 0);
    snq_status st = snq_video_reader_open(fd, name, &cfg, &r);
    while (st == SNQ_OK && (st = snq_video_reader_pull(r, &p)) == SNQ_OK)
        assert_int_equal(p.luma.pixels[77], 20 * p.number);
    *pictures = r ? snq_video_reader_pictures(r) : -1;
    snq_video_reader_free(r);
    close(fd);
    return st;
}

/* Half a second of silence. */
static snq_status write_sound(snq_audio_format format, const char *name)
{
    static const float x[24000];
    const snq_audio a = { { x, x }, 2, 48000, 24000 };
    const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(format);
    snq_audio_writer *w;
    SNQ_TRY(snq_audio_writer_open(files_path(name), &cfg, 1, &w));
    check_ok(snq_audio_writer_push(w, &a));
    return snq_audio_writer_close(w);
}

static void copy_module(const char *from)
{
    char command[1024];
    snprintf(command, sizeof command, "cp '%s' " SNQ__AV_MODULE_FILE, from);
    assert_int_equal(files_run(command), 0);
}

static void refused(const char *words)
{
    int64_t frames;
    check_status(snq_media_preload(), SNQ_ERR_UNSUPPORTED);
    check_status(read_all("a.au", &frames), SNQ_ERR_UNSUPPORTED);
    if (!strstr(snq_last_error(), SNQ__AV_MODULE_FILE) || !strstr(snq_last_error(), words) ||
        !strstr(snq_last_error(), "libavcodec59"))
        fail_msg("'%s' does not say '%s'", snq_last_error(), words);
}

static int setup(void **state)
{
    write_au("a.au", 1000);
    const wav_spec wav = { .rate = 8000, .channels = 1, .frames = 700, .bits = 16 };
    bytes b = wav_build(&wav, NULL);
    files_write("a.wav", b.p, b.n);
    free(b.p);
    const flac_spec flac = { .rate = 8000, .channels = 1, .bits = 16, .frames = 5000 };
    flac_file f = flac_build(&flac);
    files_write("a.flac", f.b.p, f.b.n);
    for (uint32_t i = 0; i < f.count; i++)
        f.b.p[f.at[i] + 100] ^= 1;
    files_write("rot.flac", f.b.p, f.b.n);
    free(f.b.p);
    write_video("a.y4m", 10);
    files_write("a.png", "\x89PNG\r\n\x1a\n", 8);
    files_write("a.txt", "Dear Sir or Madam,\nthis is a letter.\n", 37);
    return 0;
}

static void test_missing(void **state)
{
    int64_t frames;
    setenv("SNQ_MODULES", files_folder(), 1);
    refused("there is none in");
    check_status(read_all("a.wav", &frames), SNQ_END);
    assert_int_equal(frames, 700);
    check_status(read_all("a.flac", &frames), SNQ_END);
    assert_int_equal(frames, 5000);
    check_status(watch_all("a.y4m", 0, &frames), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), SNQ__AV_MODULE_FILE));
    check_status(watch_all("a.y4m", 1, &frames), SNQ_ERR_STATE);
    check_status(watch_all("a.txt", 1, &frames), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "not video: this is plain text");
    check_status(watch_all("a.png", 1, &frames), SNQ_ERR_STATE); /* a picture can be watched */
    check_status(read_all("a.png", &frames), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "not audio: this is a PNG picture");
    /* what needs none can be written, what needs one is known not to be before anything is on the disk */
    check_ok(write_sound(SNQ_AUDIO_FORMAT_FLAC, "w.flac"));
    const int count = files_count();
    check_status(write_sound(SNQ_AUDIO_FORMAT_MP3, "w.mp3"), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), SNQ__AV_MODULE_FILE));
    assert_int_equal(files_count(), count);
    /* refused for what it is, not for what is missing */
    check_status(read_all("a.txt", &frames), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "plain text"));
    check_status(read_all("rot.flac", &frames), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "FLAC"));
    const char *name, *purpose, *version;
    int missing = 0, there = 0;
    for (unsigned i = 0; (name = snq_media_library(i, &purpose, &version)); i++)
        if (strcmp(version, "missing") == 0) {
            assert_non_null(strstr(purpose, SNQ__AV_MODULE_FILE));
            missing++;
        } else {
            assert_true(version[0] >= '0' && version[0] <= '9');
            there++;
        }
    assert_int_equal(missing, 2);
    assert_int_equal(there, 2);
}

static void test_other_modules(void **state)
{
    setenv("SNQ_MODULES", files_folder(), 1);
    copy_module(OTHER_BUILD);
    refused("of another build");
    copy_module(NO_TABLE);
    refused("of another build");
    files_write(SNQ__AV_MODULE_FILE, "no library", 10);
    refused("file too short"); /* the loader's own words */
}

/* Nothing beside this test; installed nowhere, or by another build. */
static void test_usual_folders(void **state)
{
    int64_t frames;
    unsetenv("SNQ_MODULES");
    if (snq_media_preload() == SNQ_OK)
        skip(); /* this very build is installed here */
    check_status(read_all("a.au", &frames), SNQ_ERR_UNSUPPORTED);
}

static void test_loaded(void **state)
{
    int64_t frames;
    setenv("SNQ_MODULES", MODULE_FOLDER, 1);
    check_ok(snq_media_preload());
    setenv("SNQ_MODULES", "/nowhere", 1); /* it stays */
    check_ok(snq_media_preload());
    check_status(read_all("a.au", &frames), SNQ_END);
    assert_int_equal(frames, 1000);
    check_status(read_all("rot.flac", &frames), SNQ_END);
    assert_int_equal(frames, 5000);
    check_status(watch_all("a.y4m", 1, &frames), SNQ_END);
    assert_int_equal(frames, 7);
    /* the module's words are heard here */
    check_status(read_all("a.txt", &frames), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "not audio: this is plain text");
    for (int f = SNQ_AUDIO_FORMAT_MP3; f <= SNQ_AUDIO_FORMAT_OPUS; f++) {
        check_ok(write_sound((snq_audio_format)f, "w.any"));
        check_status(read_all("w.any", &frames), SNQ_END);
        assert_int_equal(frames, 24000);
    }
    const snq__encode_request none = { .what = "MP3", .encoder = "libnone", .muxer = "mp3" };
    check_status(snq__av_encoder.check(&none), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "libnone")); /* the module's words */
    const char *name, *purpose, *version;
    unsigned n = 0;
    while ((name = snq_media_library(n, &purpose, &version))) {
        assert_true(*name && *purpose && version[0] >= '0' && version[0] <= '9');
        n++;
    }
    assert_int_equal(n, 4);
}

/* A decoder through the module: everything that the table has. */
static void test_table(void **state)
{
    volatile int cancel = 0;
    snq__source source;
    snq_media_info info = { 0 };
    snq_warnings warnings = { 0 };
    snq__chunk chunk;
    uint64_t silence;
    int64_t slack;
    void *d;
    const int fd = open(files_path("a.au"), O_RDONLY);
    check_ok(snq__source_init(&source, fd, &cancel));
    check_ok(snq__av_decoder.open(&source, NULL, &info, &warnings, &d));
    assert_string_equal(snq__av_decoder.container(d)->name, "au");
    assert_int_equal(info.rate_hz, 8000);
    assert_int_equal(snq__av_decoder.next(d, &chunk, &silence), SNQ_OK);
    assert_int_equal(snq__av_decoder.promise(d, &slack), 1000);
    assert_int_equal(snq__av_decoder.holed(d), 0);
    assert_int_equal(snq__av_decoder.cut(d), 0);
    cancel = 1;
    check_status(snq__av_decoder.next(d, &chunk, &silence), SNQ_ERR_CANCELLED);
    assert_string_equal(snq_last_error(), "cancelled");
    snq__av_decoder.free(d);
    snq__av_decoder.free(NULL);
    snq__source_clear(&source);
    close(fd);
}

/* The program finds what stands beside it. */
static void test_program(void **state)
{
    const char *program = getenv("SNQ_PROGRAM");
    char command[1024];
    if (!program || access(program, X_OK) != 0)
        skip();
    snprintf(command, sizeof command,
             "env -u SNQ_MODULES '%s' listen --json --quiet a.au > a.json 2>&1", program);
    const int status = files_run(command);
    size_t n;
    char *text = (char *)files_read("a.json", &n);
    if (status != 0 || !strstr(text, "\"container\":\"au\""))
        fail_msg("status %d: %.200s", status, text);
    free(text);
    snprintf(command, sizeof command,
             "SNQ_MODULES=. '%s' listen --json --quiet a.wav a.flac > a.json", program);
    assert_int_equal(files_run(command), 0);
    snprintf(command, sizeof command, "cp '%s' alone && ./alone listen --quiet a.wav > a.json",
             program);
    assert_int_equal(files_run(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),       cmocka_unit_test(test_other_modules),
        cmocka_unit_test(test_usual_folders), cmocka_unit_test(test_loaded),
        cmocka_unit_test(test_table),         cmocka_unit_test(test_program),
    };
    return cmocka_run_group_tests(tests, setup, files_remove);
}
