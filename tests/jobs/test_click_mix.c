// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/click_mix.h"
#include "media/reader.h"
#include "media/wav_writer.h"
#include "support/make_audio.h"

enum { RATE = 44100, N = 5 * RATE };

static char folder[] = "/tmp/sonique-clicks-XXXXXX";
static char sound[256], out[256];
static const double beat_s[] = { 0.5, 1.0, 1.5, 2.0, 4.75 };

static int make_sound(void **state)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(sound, sizeof sound, "%s/sound.wav", folder);
    snprintf(out, sizeof out, "%s/out.wav", folder);
    float *x = make_silence(N);
    add_sine(x, 0, N, RATE, 220, 0.25, 0);
    const snq_audio a = { { x, x }, 2, RATE, N };
    const snq_wav_writer_cfg cfg = { RATE, 2, SNQ_WAV_F32 };
    snq_wav_writer *w;
    const int bad = snq_wav_writer_open(sound, &cfg, 0, &w) < 0 || snq_wav_writer_push(w, &a) < 0 ||
                    snq_wav_writer_close(w) < 0;
    snq_free(x);
    return bad;
}

static int remove_sound(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* The mix of `path`; the output is new each time. */
static snq_status mix(const char *path, snq_click_mix_cfg *cfg)
{
    static snq_click_request request;
    request = (snq_click_request) { .peak = 0.25, .beats = { beat_s, beat_s + 1, 5, 1 } };
    snprintf(request.name, sizeof request.name, "%s", path);
    cfg->request = &request;
    cfg->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (!cfg->out_fd)
        cfg->out_fd = open(out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const snq_status st = snq_click_mix_run(cfg);
    close(cfg->fd);
    close(cfg->out_fd);
    cfg->out_fd = 0;
    return st;
}

/* Rate, channels and length are the recording's; each click is where its beat is, and nothing else is
 * there than the recording at half its level. */
static void it_is_the_recording_with_clicks(void **state)
{
    snq_pulse pulse;
    snq_click_mix_cfg cfg = { .pulse = &pulse };
    snq_reader *r;
    snq_audio a;
    snq_pulse_reset(&pulse);
    check_ok(mix(sound, &cfg));
    const int fd = open(out, O_RDONLY);
    check_ok(snq_reader_open(fd, "out.wav", NULL, &r));
    const snq_media_info *info = snq_reader_info(r);
    assert_string_equal(info->codec, "pcm_s24le");
    assert_int_equal(info->rate_hz, RATE);
    assert_int_equal(info->channels, 2);
    int64_t at = 0;
    while (snq_reader_pull(r, &a) == SNQ_OK) {
        for (size_t i = 0; i < a.frames; i++, at++) {
            int64_t since = N;
            for (size_t k = 0; k < SNQ_COUNT(beat_s); k++)
                if (at >= beat_s[k] * RATE)
                    since = at - (int64_t)(beat_s[k] * RATE);
            const double rest =
                (double)a.channel[1][i] - 0.125 * sin(2 * M_PI * 220 * (double)at / RATE);
            if (since >= RATE / 40 || since == 0)
                check_near(rest, 0, 1e-6);
            else if (since == 8) /* 8 / 44100 s is a quarter of 1.38 kHz: near the top of both */
                assert_true(rest > 0.06);
        }
    }
    assert_int_equal(at, N);
    assert_int_equal(snq_reader_warnings(r)->count, 0);
    snq_reader_free(r);
    close(fd);
    struct stat info_of;
    assert_int_equal(stat(sound, &info_of), 0);
    assert_int_equal(pulse.offset, info_of.st_size);
    assert_int_equal(pulse.media_us, 5000000);
}

static void what_fails_says_so(void **state)
{
    static const int now = 1;
    snq_click_mix_cfg cfg = { .cancel = &now };
    check_status(mix(sound, &cfg), SNQ_ERR_CANCELLED);
    cfg.cancel = NULL;
    cfg.out_fd = open("/dev/full", O_RDWR);
    if (cfg.out_fd > 0)
        check_status(mix(sound, &cfg), SNQ_ERR_IO);
    cfg.out_fd = -1;
    check_status(mix(sound, &cfg), SNQ_ERR_IO);
    char text[300];
    snprintf(text, sizeof text, "%s/text.wav", folder);
    FILE *f = fopen(text, "w");
    fputs("this is a text", f);
    fclose(f);
    check_status(mix(text, &cfg), SNQ_ERR_FORMAT);
    /* a descriptor that can't be written to */
    cfg.out_fd = open(text, O_RDONLY);
    check_status(mix(sound, &cfg), SNQ_ERR_IO);
    assert_int_equal(snq_alloc_live(), 0);
}

static void lack_of_memory_is_clean(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_click_mix_cfg cfg = { 0 };
    int n = 0;
    for (int refused = 1; refused; n++) {
        snq_alloc_fail_after(n);
        const snq_status st = mix(sound, &cfg);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        check_status(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(n > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_recording_with_clicks),
        cmocka_unit_test(what_fails_says_so),
        cmocka_unit_test(lack_of_memory_is_clean),
    };
    return cmocka_run_group_tests(tests, make_sound, remove_sound);
}
