// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/analyse.h"
#include "media/wav_writer.h"
#include "support/make_audio.h"

enum { RATE = 44100, N = 6 * RATE };

static char folder[] = "/tmp/sonique-analyse-XXXXXX";
static char sound[256], out[256];

static int make_sound(void **state)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(sound, sizeof sound, "%s/sound.wav", folder);
    float *x = make_silence(N);
    add_sine(x, RATE, 4 * RATE, RATE, 1000, 0.5, 0);
    const snq_audio a = { { x, x }, 2, RATE, N };
    snq_wav_writer_cfg cfg = snq_wav_writer_cfg_default();
    cfg.rate_hz = RATE;
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

static const char *path_of(const char *name)
{
    snprintf(out, sizeof out, "%s/%s", folder, name);
    return out;
}

/* The request for everything of `path`, and the file opened: what the engine does. */
static snq_listen_request request;

static snq_status analyse(const char *path, snq_analyse_cfg *cfg, snq_hearing *h)
{
    cfg->request = &request;
    cfg->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    assert_true(cfg->fd >= 0);
    const snq_status st = snq_analyse_run(cfg, h);
    close(cfg->fd);
    return st;
}

static void ask_for_all(const char *path)
{
    check_ok(snq_listen_request_default(path, &request));
}

static void hears_a_file(void **state)
{
    snq_overview overview[2];
    snq_pulse pulse;
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    cfg.overview = overview;
    cfg.pulse = &pulse;
    snq_pulse_reset(&pulse);
    ask_for_all(sound);
    check_ok(analyse(sound, &cfg, &h));
    assert_string_equal(h.file.path, sound);
    assert_string_equal(h.file.container, "wav");
    assert_string_equal(h.file.codec, "pcm_s24le");
    assert_int_equal(strlen(h.file.sha256), 64);
    check_near(h.file.duration_s, 6.0, 0);
    assert_int_equal(h.file.channels, 2);
    assert_int_equal(h.warnings.count, 0);
    assert_int_equal(h.regions, 1);
    check_near(h.region[0].span.start_s, 1.0, 0.03);
    check_near(h.region[0].span.end_s, 4.0, 0.03);
    check_near(h.region[0].loudness.integrated_lufs.value, -6.02, 0.1);
    check_near(h.region[0].spectrum.dominant_hz[0], 1000, 0.5);
    assert_int_equal(overview[0].points, SNQ_OVERVIEW_SMALL);
    assert_int_equal(overview[1].points, SNQ_OVERVIEW_LARGE);
    check_near(overview[0].point[500].max, 0.5, 0.001);
    check_near(overview[0].point[900].max, 0, 0);
    check_near(overview[1].point[4000].rms, 0.3536, 0.02);
    struct stat info;
    assert_int_equal(stat(sound, &info), 0);
    assert_int_equal(pulse.offset, info.st_size);
    assert_int_equal(pulse.size_bytes, info.st_size);
    assert_int_equal(pulse.media_us, 6000000);
    assert_true(pulse.beat >= N / 8192);
    snq_overview_clear(&overview[0]);
    snq_overview_clear(&overview[1]);
    snq_hearing_clear(&h);
}

static void runs_what_was_selected(void **state)
{
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    ask_for_all(sound);
    request.only_count = 3;
    strcpy(request.only[0], "stereo");
    strcpy(request.only[1], "loudness");
    strcpy(request.only[2], "stereo");
    check_ok(analyse(sound, &cfg, &h));
    assert_int_equal(h.plugins, 2);
    assert_string_equal(h.plugin[0].id, "loudness");
    assert_string_equal(h.plugin[1].id, "stereo");
    assert_string_equal(h.regions_reason, "not selected");
    assert_string_equal(h.dynamics_reason, "not selected");
    assert_null(h.loudness_reason);
    snq_hearing_clear(&h);
    /* none at all: the file is decoded and hashed */
    request.only_count = 0;
    check_ok(analyse(sound, &cfg, &h));
    assert_int_equal(h.plugins, 0);
    assert_int_equal(strlen(h.file.sha256), 64);
    assert_string_equal(h.loudness_reason, "not selected");
    snq_hearing_clear(&h);
    request.only_count = 1;
    strcpy(request.only[0], "tempi");
    check_status(analyse(sound, &cfg, &h), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "tempi"));
}

static void writes_waveforms(void **state)
{
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    struct stat st;
    ask_for_all(sound);
    for (int json = 0; json < 2; json++) {
        request.waveform = json ? SNQ_WAVEFORM_JSON : SNQ_WAVEFORM_DAT;
        cfg.waveform_fd = open(path_of("w"), O_RDWR | O_CREAT | O_TRUNC, 0600);
        check_ok(analyse(sound, &cfg, &h));
        snq_hearing_clear(&h);
        assert_int_equal(fstat(cfg.waveform_fd, &st), 0);
        if (json)
            assert_true(st.st_size > 1000);
        else
            assert_int_equal(st.st_size, 24 + 4 * ((N + 255) / 256));
        close(cfg.waveform_fd);
    }
    cfg.waveform_fd = open("/dev/full", O_WRONLY);
    if (cfg.waveform_fd >= 0) {
        check_status(analyse(sound, &cfg, &h), SNQ_ERR_IO);
        close(cfg.waveform_fd);
    }
    cfg.waveform_fd = -1;
    check_status(analyse(sound, &cfg, &h), SNQ_ERR_IO);
}

static void looks_for_the_peak(void **state)
{
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    double peak = -1;
    cfg.peak = &peak;
    ask_for_all(sound);
    request.only_count = 0;
    check_ok(analyse(sound, &cfg, &h));
    snq_hearing_clear(&h);
    check_near(peak, 0, 0); /* wasn't asked for */
    request.peak = 1;
    check_ok(analyse(sound, &cfg, &h));
    snq_hearing_clear(&h);
    check_near(peak, 0.5, 1e-4);
}

static void stops_when_asked(void **state)
{
    static const int stop_now = 1;
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    ask_for_all(sound);
    cfg.cancel = &stop_now;
    check_status(analyse(sound, &cfg, &h), SNQ_ERR_CANCELLED);
}

static void refuses_what_is_no_recording(void **state)
{
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    FILE *f = fopen(path_of("text.wav"), "w");
    fputs("this is a text", f);
    fclose(f);
    ask_for_all(out);
    check_status(analyse(out, &cfg, &h), SNQ_ERR_FORMAT);
    check_status(analyse(folder, &cfg, &h), SNQ_ERR_UNSUPPORTED);
    char *long_name = snq_calloc(SNQ_PATH_MAX + 1, 1);
    memset(long_name, 'x', SNQ_PATH_MAX);
    check_status(snq_listen_request_default(long_name, &request), SNQ_ERR_TOO_BIG);
    snq_free(long_name);
}

/* Nothing leaks, and an analyser that lacked memory makes the whole run say so. */
static void survives_lack_of_memory(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_overview overview[2];
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    cfg.overview = overview;
    ask_for_all(sound);
    request.waveform = SNQ_WAVEFORM_DAT;
    for (int n = 0, refused = 1; refused; n++) {
        snq_hearing h;
        cfg.waveform_fd = open("/dev/null", O_WRONLY);
        snq_alloc_fail_after(n);
        const snq_status st = analyse(sound, &cfg, &h);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        check_status(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        close(cfg.waveform_fd);
        if (st >= 0) {
            snq_overview_clear(&overview[0]);
            snq_overview_clear(&overview[1]);
            snq_hearing_clear(&h);
        }
        assert_int_equal(snq_alloc_live(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_a_file),
        cmocka_unit_test(runs_what_was_selected),
        cmocka_unit_test(writes_waveforms),
        cmocka_unit_test(looks_for_the_peak),
        cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(refuses_what_is_no_recording),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, make_sound, remove_sound);
}
