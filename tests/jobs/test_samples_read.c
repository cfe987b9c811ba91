// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/samples_read.h"
#include "media/audio_writer.h"

enum { N = 30000, MOST = 100000 };

static char folder[] = "/tmp/sonique-samples-XXXXXX";
static float x[SNQ_CHANNELS_MAX][N], got[2][MOST];

static int begin(void **state)
{
    return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* The first n frames of x as a float WAV, or as what its name says. */
static void write_sound(const char *name, uint32_t channels, uint32_t rate_hz, size_t n)
{
    snq_audio_format format;
    snq_audio_writer *w;
    snq_audio a = { .channels = channels, .rate_hz = rate_hz, .frames = n };
    check_ok(snq_audio_format_parse(strrchr(name, '.') + 1, &format));
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(format);
    cfg.rate_hz = rate_hz;
    cfg.channels = channels;
    cfg.wav = SNQ_WAV_F32;
    for (uint32_t c = 0; c < channels; c++)
        a.channel[c] = x[c];
    check_ok(snq_audio_writer_open(path_of(name), &cfg, 1, &w));
    check_ok(snq_audio_writer_push(w, &a));
    check_ok(snq_audio_writer_close(w));
}

static void fill_sines(uint32_t rate_hz)
{
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < N; i++)
            x[c][i] = (float)(0.5 * sin(2 * M_PI * (440 + 220 * c) * i / rate_hz));
}

/* Into `got`; 0 channels: as the file. */
static snq_status read_sound(const char *name, uint32_t channels, uint32_t rate_hz,
                             uint64_t max_frames, snq_sampled_reply *reply)
{
    static snq_sample_request q;
    char out[256];
    q = (snq_sample_request) { .rate_hz = rate_hz, .channels = channels, .max_frames = max_frames };
    snprintf(q.name, sizeof q.name, "%s", name);
    snq_samples_read_cfg cfg = { .request = &q };
    cfg.fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    snprintf(out, sizeof out, "%s", path_of("out"));
    cfg.out_fd = open(out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(cfg.fd >= 0 && cfg.out_fd >= 0);
    *reply = (snq_sampled_reply) { 0 };
    const snq_status st = snq_samples_read_run(&cfg, reply);
    for (uint32_t c = 0; st >= 0 && c < reply->channels; c++) {
        const ssize_t bytes = (ssize_t)(reply->frames * sizeof(float));
        assert_true(reply->frames <= MOST);
        assert_int_equal(
            pread(cfg.out_fd, got[c], (size_t)bytes, (off_t)(c * max_frames * sizeof(float))),
            bytes);
    }
    close(cfg.fd);
    close(cfg.out_fd);
    return st;
}

static void the_same_rate_is_exact(void **state)
{
    snq_sampled_reply r;
    fill_sines(48000);
    write_sound("s.wav", 2, 48000, N);
    write_sound("m.wav", 1, 48000, N);
    check_ok(read_sound("s.wav", 0, 48000, MOST, &r));
    assert_int_equal(r.channels, 2);
    assert_int_equal(r.frames, N);
    assert_memory_equal(got[0], x[0], sizeof x[0]);
    assert_memory_equal(got[1], x[1], sizeof x[1]);
    assert_true(!r.keyed && !r.loop);
    check_ok(read_sound("m.wav", 0, 48000, N, &r)); /* just as long as it may be */
    assert_int_equal(r.channels, 1);
    assert_memory_equal(got[0], x[0], sizeof x[0]);
    check_ok(read_sound("m.wav", 2, 48000, MOST, &r));
    assert_int_equal(r.channels, 2);
    assert_memory_equal(got[0], x[0], sizeof x[0]);
    assert_memory_equal(got[1], x[0], sizeof x[0]);
    check_ok(read_sound("s.wav", 1, 48000, MOST, &r));
    assert_int_equal(r.channels, 1);
    for (int i = 0; i < N; i++)
        check_near((double)got[0][i], 0.5 * ((double)x[0][i] + (double)x[1][i]), 1e-7);
}

/* Length, place and pitch are right at another rate, whatever the format; lossy ones to their noise. */
static void another_rate_keeps_the_tone(void **state)
{
    static const struct {
        const char *name;
        double within;
    } tab[] = { { "r.wav", 2e-5 }, { "r.flac", 2e-5 }, { "r.mp3", 0.06 }, { "r.m4a", 0.06 } };
    fill_sines(44100);
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_sampled_reply r;
        write_sound(tab[k].name, 2, 44100, N);
        check_ok(read_sound(tab[k].name, 0, 48000, MOST, &r));
        assert_int_equal(r.frames, (N * 48000 + 44099) / 44100);
        for (int c = 0; c < 2; c++)
            for (uint64_t i = 2000; i + 2000 < r.frames; i++)
                check_near((double)got[c][i],
                           0.5 * sin(2 * M_PI * (440 + 220 * c) * (double)i / 48000),
                           tab[k].within);
    }
}

/* Each channel by itself, by BS.775; the mean for one. */
static void many_channels_become_two(void **state)
{
    static const double g = 0.70710678;
    const struct {
        uint32_t channels, at;
        double left, right;
    } tab[] = {
        { 6, 0, 1, 0 }, { 6, 1, 0, 1 }, { 6, 2, g, g }, { 6, 3, 0, 0 }, { 6, 4, g, 0 },
        { 6, 5, 0, g }, { 3, 0, 1, 0 }, { 3, 1, 0, 1 }, { 3, 2, 1, 0 }, /* places unknown */
    };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_sampled_reply r;
        for (uint32_t c = 0; c < tab[k].channels; c++)
            for (int i = 0; i < 100; i++)
                x[c][i] = c == tab[k].at ? 0.5f : 0.0f;
        write_sound("many.wav", tab[k].channels, 48000, 100);
        check_ok(read_sound("many.wav", 0, 48000, MOST, &r));
        assert_int_equal(r.channels, 2);
        for (int i = 0; i < 100; i++) {
            check_near((double)got[0][i], 0.5 * tab[k].left, 1e-6);
            check_near((double)got[1][i], 0.5 * tab[k].right, 1e-6);
        }
        check_ok(read_sound("many.wav", 1, 48000, MOST, &r));
        check_near((double)got[0][50], 0.5 / tab[k].channels, 1e-6);
    }
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

/* Append a smpl chunk with one loop to a WAV of ours. */
static void add_loop(const char *name, uint32_t key, uint32_t type, uint32_t first, uint32_t last)
{
    uint8_t c[68] = "smpl", riff[4];
    put32(c + 4, 60);
    put32(c + 20, key);
    put32(c + 24, 0x80000000u);
    put32(c + 36, 1);
    put32(c + 48, type);
    put32(c + 52, first);
    put32(c + 56, last);
    FILE *f = fopen(path_of(name), "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    fwrite(c, 1, sizeof c, f);
    put32(riff, (uint32_t)ftell(f) - 8);
    fseek(f, 4, SEEK_SET);
    fwrite(riff, 1, 4, f);
    assert_int_equal(fclose(f), 0);
}

static void key_and_loop_come_along(void **state)
{
    snq_sampled_reply r;
    fill_sines(24000);
    write_sound("l.wav", 1, 24000, 1000);
    add_loop("l.wav", 61, 1, 101, 998);
    check_ok(read_sound("l.wav", 0, 36000, MOST, &r));
    assert_int_equal(r.frames, 1500);
    assert_true(r.keyed);
    assert_int_equal(r.key, 61);
    check_near(r.cents, 50, 0);
    assert_int_equal(r.loop, SNQ_RIFF_LOOP_ALTERNATING);
    check_near(r.loop_start, 151.5, 1e-9);
    check_near(r.loop_end, 1498.5, 1e-9);
    write_sound("l.wav", 1, 24000, 1000);
    add_loop("l.wav", 61, 0, 101, 1001); /* past the end */
    check_ok(read_sound("l.wav", 0, 48000, MOST, &r));
    assert_true(r.keyed);
    assert_int_equal(r.loop, SNQ_RIFF_LOOP_NONE);
}

static void what_fails_says_so(void **state)
{
    static const volatile int now = 1;
    snq_sampled_reply r;
    snq_pulse pulse;
    fill_sines(48000);
    write_sound("s.wav", 2, 48000, N);
    check_status(read_sound("s.wav", 0, 48000, N - 1, &r), SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(snq_last_error(), "longer than 0.624979 s"));
    check_status(read_sound("s.wav", 0, 44100, 10, &r), SNQ_ERR_TOO_BIG);
    write_sound("none.wav", 1, 48000, 0);
    check_status(read_sound("none.wav", 0, 48000, MOST, &r), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "there is no sample in it");
    FILE *f = fopen(path_of("text.wav"), "w");
    fputs("Dear Sir or Madam,\nthis is a letter.\n", f);
    fclose(f);
    check_status(read_sound("text.wav", 0, 48000, MOST, &r), SNQ_ERR_FORMAT);
    const snq_sample_request q = { .name = "s.wav", .rate_hz = 48000, .max_frames = MOST };
    snq_samples_read_cfg cfg = { .request = &q, .pulse = &pulse, .cancel = &now };
    snq_pulse_reset(&pulse);
    cfg.fd = open(path_of("s.wav"), O_RDONLY);
    cfg.out_fd = open("/dev/null", O_WRONLY);
    check_status(snq_samples_read_run(&cfg, &r), SNQ_ERR_CANCELLED);
    cfg.cancel = NULL;
    check_ok(snq_samples_read_run(&cfg, &r));
    assert_int_equal(pulse.media_us, N * INT64_C(1000000) / 48000);
    close(cfg.out_fd);
    cfg.out_fd = open("/dev/full", O_WRONLY);
    if (cfg.out_fd >= 0)
        check_status(snq_samples_read_run(&cfg, &r), SNQ_ERR_IO);
    close(cfg.out_fd);
    cfg.out_fd = -1;
    check_status(snq_samples_read_run(&cfg, &r), SNQ_ERR_IO);
    close(cfg.fd);
    assert_int_equal(snq_alloc_live(), 0);
}

static void lack_of_memory_is_clean(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_sampled_reply r;
    int n = 0;
    fill_sines(44100);
    write_sound("s.wav", 2, 44100, N);
    for (int refused = 1; refused; n++) {
        snq_alloc_fail_after(n);
        const snq_status st = read_sound("s.wav", 0, 48000, MOST, &r);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        check_status(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rate_is_exact),   cmocka_unit_test(another_rate_keeps_the_tone),
        cmocka_unit_test(many_channels_become_two), cmocka_unit_test(key_and_loop_come_along),
        cmocka_unit_test(what_fails_says_so),       cmocka_unit_test(lack_of_memory_is_clean),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
