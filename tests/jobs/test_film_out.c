// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/film_make.h"
#include "jobs/film_out.h"
#include "jobs/film_planes.h"
#include "jobs/film_sound.h"
#include "jobs/spill.h"

/* Music of eight seconds: a chord. */
static void make_music(void)
{
    films_make("music.wav", "sine=f=440:d=8:r=48000",
               "-f lavfi -i sine=f=550:d=8:r=48000 -filter_complex amix -ac 2 -c:a pcm_s24le");
}

static snq_film_out_cfg cfg_for(char paths[3][256], const char *video, const char *out)
{
    snq_film_out_cfg cfg = snq_film_out_cfg_default();
    films_path(paths[0], video);
    films_path(paths[1], "music.wav");
    films_path(paths[2], out);
    cfg.video = paths[0];
    cfg.music = paths[1];
    cfg.out = paths[2];
    cfg.threads = 2;
    return cfg;
}

static void names_are_read_and_written(void **state)
{
    snq_original o;
    for (int i = 0; i < SNQ_ORIGINALS; i++) {
        check_ok(snq_original_parse(snq_original_name((snq_original)i), &o));
        assert_int_equal(o, i);
    }
    assert_int_equal(snq_original_parse("loud", &o), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "keep duck replace"));
}

static void what_can_be_known_before_is(void **state)
{
    char paths[3][256];
    make_music();
    films_make("film.mp4", "testsrc2=s=64x48:r=25", "-t 1 -c:v libx264");
    snq_film_out_cfg cfg = cfg_for(paths, "film.mp4", "checked.mp4");
    check_ok(snq_film_out_check(&cfg));
    cfg.out = "x.avi";
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_ARG);
    cfg.out = paths[0];
    cfg.force = 1;
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_EXISTS);
    assert_non_null(strstr(snq_last_error(), "input"));
    films_write("there.mp4", "x");
    cfg = cfg_for(paths, "film.mp4", "there.mp4");
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_EXISTS);
    cfg.force = 1;
    check_ok(snq_film_out_check(&cfg));
    cfg = cfg_for(paths, "film.mp4", "no/folder.mp4");
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_IO);
    cfg = cfg_for(paths, "missing.mp4", "y.mp4");
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_IO);
    cfg = cfg_for(paths, "film.mp4", "y.mp4");
    cfg.lufs = NAN;
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_RANGE);
    cfg.lufs = -14.0f;
    cfg.ceiling_dbtp = 1.0f;
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_RANGE);
    cfg.ceiling_dbtp = -1.0f;
    cfg.title = "\xFF";
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_ARG);
    cfg.title = NULL;
    cfg.original = SNQ_ORIGINALS;
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_RANGE);
    cfg.original = SNQ_ORIGINAL_KEEP;
    cfg.video = NULL;
    assert_int_equal(snq_film_out_check(&cfg), SNQ_ERR_ARG);
}

/* All three treatments of a film whose sound is a swinging noise for half of its time. */
static void a_film_goes_out(void **state)
{
    make_music();
    films_make("voice.mp4", "testsrc2=s=64x48:r=25",
               "-f lavfi -i 'anoisesrc=a=0.3:d=6:r=44100:seed=3' -af "
               "'volume=(0.5-0.5*cos(2*PI*4*t))*gt(t\\,3):eval=frame,aresample=44100' -t 6 "
               "-c:v libx264 -c:a aac -b:a 192k");
    const int64_t live = snq_alloc_live();
    for (int i = 0; i < SNQ_ORIGINALS; i++) {
        char paths[3][256];
        snq_film_out_report r;
        snq_film_out_cfg cfg = cfg_for(paths, "voice.mp4", "out.mp4");
        cfg.force = i > 0;
        cfg.original = (snq_original)i;
        cfg.title = "Stimme";
        check_ok(snq_film_out_run(&cfg, &r));
        assert_int_equal(r.pictures, 150);
        check_near(r.length_s, 6.0, 1e-6);
        check_near(r.sound_s, 6.0, 1e-4);
        check_near(r.lufs, -14.0, 0.3);
        assert_true(r.true_peak_dbtp <= -0.9);
        assert_int_equal(r.original, i);
        assert_int_equal(r.original_had_sound, 1);
        assert_string_equal(r.video_codec, "h264");
        assert_string_equal(r.audio_codec, "aac");
        assert_string_equal(r.container, "mp4");
        assert_int_equal(isnan(r.original_lufs) != 0, i == SNQ_ORIGINAL_REPLACE);
        if (i == SNQ_ORIGINAL_DUCK) {
            check_near(r.duck_deepest_db, -12.0, 0.6);
            check_near(r.duck_share, 0.5, 0.2);
        } else {
            assert_true(r.duck_deepest_db == 0.0);
        }
        assert_int_equal(access(paths[2], R_OK), 0);
    }
    assert_int_equal(snq_alloc_live(), live);
}

static void without_sound_there_is_music_alone(void **state)
{
    char paths[3][256];
    snq_film_out_report r;
    make_music();
    films_make("mute.mkv", "testsrc2=s=64x48:r=25", "-t 2 -c:v ffv1");
    snq_film_out_cfg cfg = cfg_for(paths, "mute.mkv", "mute_out.mkv");
    check_ok(snq_film_out_run(&cfg, &r));
    assert_int_equal(r.original, SNQ_ORIGINAL_REPLACE);
    assert_int_equal(r.original_had_sound, 0);
    assert_string_equal(r.video_codec, "ffv1");
    cfg = cfg_for(paths, "mute.mkv", "mute_out.mp4");
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_UNSUPPORTED);
    assert_string_equal(snq_last_error(),
                        "ffv1 pictures can't be put into .mp4: name the output .mkv");
    assert_int_not_equal(access(paths[2], F_OK), 0);
}

static void what_is_wrong_is_said_and_nothing_left(void **state)
{
    char paths[3][256];
    snq_film_out_report r;
    make_music();
    films_write("text.mp4", "no film\n");
    films_make("mono.wav", "sine=d=1:r=44100", "-c:a pcm_s16le");
    films_make("ok.mp4", "testsrc2=s=64x48:r=25", "-t 1 -c:v libx264");
    snq_film_out_cfg cfg = cfg_for(paths, "text.mp4", "never.mp4");
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_FORMAT);
    assert_int_not_equal(access(paths[2], F_OK), 0);
    cfg = cfg_for(paths, "ok.mp4", "never.mp4");
    films_path(paths[1], "mono.wav");
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "mono.wav"));
    films_path(paths[1], "gone.wav");
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_IO);
    cfg.music = NULL;
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_ARG);
    const int stop = 1;
    cfg = cfg_for(paths, "ok.mp4", "never.mp4");
    cfg.hooks.cancel = &stop;
    assert_int_equal(snq_film_out_run(&cfg, &r), SNQ_ERR_CANCELLED);
    assert_int_not_equal(access(paths[2], F_OK), 0);
}

/* The two halves that workers run, here in the open. */
static void the_original_lies_on_the_films_clock(void **state)
{
    char path[256];
    int spill;
    static snq_filmed_reply filmed;
    static float left[4 * SNQ_FILM_RATE_HZ], right[4 * SNQ_FILM_RATE_HZ];
    films_make("late.mkv", "testsrc2=s=64x48:r=25:d=4",
               "-itsoffset 1.5 -f lavfi -i sine=f=300:d=1:r=44100 -c:v libx264 -c:a pcm_s16le "
               "-map 0 -map 1 -t 4");
    films_path(path, "late.mkv");
    const snq_film_request q = { .name = "late.mkv", .keeps_sound = 1 };
    check_ok(snq_spill_open(&spill));
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    filmed = (snq_filmed_reply) { 0 };
    const snq_film_sound_cfg cfg = { .request = &q, .fd = fd, .out_fd = spill };
    check_ok(snq_film_sound_run(&cfg, &filmed));
    assert_true(filmed.has_sound);
    check_near((double)filmed.frames, 4.0 * SNQ_FILM_RATE_HZ, 2.0);
    check_ok(snq_film_planes_read(spill, filmed.frames, 0, SNQ_COUNT(left), left, right));
    size_t first = 0, last = 0;
    for (size_t i = 0; i < SNQ_COUNT(left); i++)
        if (fabsf(left[i]) > 0.01f) {
            first = first ? first : i;
            last = i;
        }
    check_near((double)first, 1.5 * SNQ_FILM_RATE_HZ, 100.0);
    check_near((double)last, 2.5 * SNQ_FILM_RATE_HZ, 100.0);
    static snq_muxed_reply made;
    int out;
    check_ok(snq_spill_open(&out));
    made = (snq_muxed_reply) { 0 };
    const snq_mux_request m = { .name = "late.mkv",
                                .container = SNQ_FILM_MP4,
                                .frames = filmed.frames };
    snq_film_make_cfg make = { .request = &m, .fd = fd, .sound_fd = spill, .out_fd = out };
    check_ok(snq_film_make_run(&make, &made));
    assert_int_equal(made.film.pictures, 100);
    assert_true(made.true_peak > 0.1 && made.true_peak < 0.2);
    make.out_fd = -1;
    assert_int_equal(snq_film_make_run(&make, &made), SNQ_ERR_IO);
    close(out);
    close(spill);
    close(fd);
}

static void sound_that_cant_be_read_is_a_warning(void **state)
{
    char path[256];
    int spill;
    static snq_filmed_reply filmed;
    films_make("odd.mkv", "testsrc2=s=64x48:r=25:d=1",
               "-f lavfi -i sine=d=1 -c:v libx264 -c:a adpcm_g726 -ar 8000 -ac 1");
    films_path(path, "odd.mkv");
    /* its codec's name becomes one that nobody knows */
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    static char bytes[1 << 20];
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    for (size_t i = 0; i + 8 < n; i++)
        if (memcmp(bytes + i, "A_MS/ACM", 8) == 0) {
            fseek(f, (long)i, SEEK_SET);
            fwrite("A_XX/YYY", 1, 8, f);
            break;
        }
    fclose(f);
    const snq_film_request q = { .name = "odd.mkv", .keeps_sound = 1 };
    check_ok(snq_spill_open(&spill));
    const int fd = open(path, O_RDONLY);
    filmed = (snq_filmed_reply) { 0 };
    const snq_film_sound_cfg cfg = { .request = &q, .fd = fd, .out_fd = spill };
    check_ok(snq_film_sound_run(&cfg, &filmed));
    assert_int_equal(filmed.has_sound, 0);
    assert_non_null(snq_warnings_find(&filmed.warnings, "original_unreadable"));
    close(spill);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_written),
        cmocka_unit_test(what_can_be_known_before_is),
        cmocka_unit_test(a_film_goes_out),
        cmocka_unit_test(without_sound_there_is_music_alone),
        cmocka_unit_test(what_is_wrong_is_said_and_nothing_left),
        cmocka_unit_test(the_original_lies_on_the_films_clock),
        cmocka_unit_test(sound_that_cant_be_read_is_a_warning),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
