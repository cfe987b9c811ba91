// SPDX-License-Identifier: MIT
#include "support/check.h"

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

static void hears_a_file(void **state)
{
    snq_overview overview[2];
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    cfg.overview = overview;
    check_ok(snq_analyse_run(sound, &cfg, &h));
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
    snq_overview_clear(&overview[0]);
    snq_overview_clear(&overview[1]);
    snq_hearing_clear(&h);
}

static void runs_what_was_selected(void **state)
{
    const char *const only[] = { "stereo", "loudness", "stereo" };
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    cfg.only = only;
    cfg.only_count = 3;
    check_ok(snq_analyse_run(sound, &cfg, &h));
    assert_int_equal(h.plugins, 2);
    assert_string_equal(h.plugin[0].id, "loudness");
    assert_string_equal(h.plugin[1].id, "stereo");
    assert_string_equal(h.regions_reason, "not selected");
    assert_string_equal(h.dynamics_reason, "not selected");
    assert_null(h.loudness_reason);
    snq_hearing_clear(&h);
}

static void checks_what_it_is_told(void **state)
{
    const char *const only[] = { "tempi" };
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    check_ok(snq_analyse_check(&cfg));
    cfg.only = only;
    cfg.only_count = 1;
    check_status(snq_analyse_check(&cfg), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "loudness"));
    check_status(snq_analyse_run(sound, &cfg, &h), SNQ_ERR_NOT_FOUND);
    cfg = snq_analyse_cfg_default();
    cfg.waveform_path = "x.png";
    check_status(snq_analyse_check(&cfg), SNQ_ERR_ARG);
    cfg.waveform_path = "x.dat";
    cfg.zoom = 1;
    check_status(snq_analyse_check(&cfg), SNQ_ERR_RANGE);
}

static void writes_waveforms_whole_or_not_at_all(void **state)
{
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    struct stat st;
    cfg.waveform_path = path_of("w.dat");
    check_ok(snq_analyse_run(sound, &cfg, &h));
    snq_hearing_clear(&h);
    assert_int_equal(stat(out, &st), 0);
    assert_int_equal(st.st_size, 24 + 4 * ((N + 255) / 256));
    check_status(snq_analyse_run(sound, &cfg, &h), SNQ_ERR_EXISTS);
    cfg.force = 1;
    check_ok(snq_analyse_run(sound, &cfg, &h));
    snq_hearing_clear(&h);
    cfg.waveform_path = path_of("w.json");
    check_ok(snq_analyse_run(sound, &cfg, &h));
    snq_hearing_clear(&h);
    cfg.waveform_path = path_of("no/folder/w.json");
    check_status(snq_analyse_run(sound, &cfg, &h), SNQ_ERR_IO);
    check_ok(snq_analyse_folder(path_of("new")));
    check_ok(snq_analyse_folder(path_of("new")));
    check_status(snq_analyse_folder(path_of("no/such/parent")), SNQ_ERR_IO);
}

static int stop_now;

static void stop_at_half(void *user, double part, double sound_s)
{
    assert_true(part >= 0.0 && part <= 1.0);
    *(double *)user = sound_s;
    if (part > 0.5)
        stop_now = 1;
}

static void stops_when_asked(void **state)
{
    double heard = 0;
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    cfg.cancel = &stop_now;
    cfg.progress = stop_at_half;
    cfg.user = &heard;
    cfg.waveform_path = path_of("stopped.dat");
    check_status(snq_analyse_run(sound, &cfg, &h), SNQ_ERR_CANCELLED);
    assert_true(heard > 2.0 && heard < 6.0);
    assert_int_not_equal(access(out, F_OK), 0);
}

static void refuses_what_is_no_recording(void **state)
{
    const snq_analyse_cfg cfg = snq_analyse_cfg_default();
    snq_hearing h;
    check_status(snq_analyse_run("/nonexistent.wav", &cfg, &h), SNQ_ERR_IO);
    check_status(snq_analyse_run(folder, &cfg, &h), SNQ_ERR_FORMAT);
    FILE *f = fopen(path_of("text.wav"), "w");
    fputs("this is a text", f);
    fclose(f);
    check_status(snq_analyse_run(out, &cfg, &h), SNQ_ERR_FORMAT);
    assert_int_equal(mkfifo(path_of("pipe.wav"), 0600), 0);
    check_status(snq_analyse_run(out, &cfg, &h), SNQ_ERR_FORMAT);
}

static void survives_lack_of_memory(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_overview overview[2];
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    cfg.overview = overview;
    cfg.waveform_path = path_of("sweep.dat");
    cfg.force = 1;
    for (int n = 0, refused = 1; refused; n++) {
        snq_hearing h;
        snq_alloc_fail_after(n);
        const snq_status st = snq_analyse_run(sound, &cfg, &h);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!refused)
            check_ok(st);
        if (st >= 0) { /* an analyser may have failed by itself */
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
        cmocka_unit_test(checks_what_it_is_told),
        cmocka_unit_test(writes_waveforms_whole_or_not_at_all),
        cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(refuses_what_is_no_recording),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, make_sound, remove_sound);
}
