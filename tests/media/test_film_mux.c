// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "files.h"
#include "media/film_mux.h"
#include "media/reader.h"
#include "reels.h"

/* A tone on the left, silence on the right; told back by what it decodes to. */
typedef struct sound {
    uint64_t at, heard;
    double error, power; /* of what was heard, on the left */
    int fail_at;         /* block of pull that fails; 0: none */
    int blocks, pictures;
    float original[1 << 18];
} sound;

static snq_status pull(void *user, size_t n, float *left, float *right)
{
    sound *s = user;
    if (s->fail_at && ++s->blocks == s->fail_at)
        return SNQ_FAIL(SNQ_ERR_IO, "the well is dry");
    for (size_t i = 0; i < n; i++, s->at++) {
        left[i] = 0.5f * (float)sin(2.0 * M_PI * 500.0 * (double)s->at / SNQ_FILM_RATE_HZ);
        right[i] = 0.0f;
        if (s->at < SNQ_COUNT(s->original))
            s->original[s->at] = left[i];
    }
    return SNQ_OK;
}

static snq_status heard(void *user, const snq_audio *block)
{
    sound *s = user;
    for (size_t i = 0; i < block->frames; i++, s->heard++) {
        const double d = (double)block->channel[0][i] - (double)s->original[s->heard];
        s->error += d * d;
        s->power += (double)s->original[s->heard] * (double)s->original[s->heard];
    }
    return SNQ_OK;
}

static void progress(void *user, int64_t pictures, int64_t done, int64_t of)
{
    sound *s = user;
    assert_true(done >= 0 && of > 0);
    s->pictures = (int)pictures;
}

static int open_film(const char *name)
{
    const int fd = open(files_path(name), O_RDONLY);
    assert_true(fd >= 0);
    return fd;
}

static snq_film_info scan_well(const char *name, snq_warnings *warnings)
{
    snq_film_info info;
    const int fd = open_film(name);
    check_ok(snq_film_scan(fd, 0, NULL, &info, warnings));
    close(fd);
    return info;
}

static snq_status mux(const char *from, const char *to, snq_film_container container, sound *s,
                      snq_film_mux_report *report)
{
    const int fd = open_film(from);
    snq_film_info info;
    snq_warnings warnings = { 0 };
    FILE *out = fopen(files_path(to), "w+b");
    assert_non_null(out);
    snq_status st = snq_film_scan(fd, 0, NULL, &info, &warnings);
    const snq_film_mux_cfg cfg = { .container = container,
                                   .to = out,
                                   .frames = (uint64_t)llround(info.length_s * SNQ_FILM_RATE_HZ),
                                   .title = "ein Film",
                                   .pull = pull,
                                   .heard = heard,
                                   .progress = progress,
                                   .user = s };
    if (st >= 0)
        st = snq_film_mux_run(fd, &cfg, 0, report);
    fclose(out);
    close(fd);
    return st;
}

/* MD5 of the picture's packets, and their times from the first on. */
static void packets_of(const char *name, char to[4096])
{
    char command[1024];
    snprintf(command, sizeof command,
             "ffprobe -v error -select_streams v:0 -show_entries packet=data_hash -show_data_hash "
             "md5 -of csv=p=0 %s | md5sum; ffprobe -v error -select_streams v:0 -show_entries "
             "packet=pts_time -of csv=p=0 %s | tr -d ',' | sort -n | awk 'NR==1{z=$1} {printf "
             "\"%%.3f \", $1-z}' | md5sum",
             files_path(name), files_path(name));
    FILE *p = popen(command, "r");
    assert_non_null(p);
    to[fread(to, 1, 4095, p)] = '\0';
    pclose(p);
    assert_true(strlen(to) > 60);
}

static void names_and_endings(void **state)
{
    snq_film_container c;
    check_ok(snq_film_container_of("a/b.MP4", &c));
    assert_int_equal(c, SNQ_FILM_MP4);
    check_ok(snq_film_container_of("x.webm", &c));
    assert_int_equal(c, SNQ_FILM_WEBM);
    assert_string_equal(snq_film_ending(SNQ_FILM_MKV), ".mkv");
    assert_int_equal(snq_film_container_of("x.avi", &c), SNQ_ERR_ARG);
    assert_non_null(strstr(snq_last_error(), "x.avi"));
    assert_int_equal(snq_film_container_of("mp4", &c), SNQ_ERR_ARG);
    for (int i = 0; i < SNQ_FILM_CONTAINERS; i++)
        check_ok(snq_film_mux_check((snq_film_container)i));
    snq_film_info info = { .video_codec = "ffv1", .fits = 1 << SNQ_FILM_MKV };
    check_ok(snq_film_fits(&info, SNQ_FILM_MKV));
    assert_int_equal(snq_film_fits(&info, SNQ_FILM_MP4), SNQ_ERR_UNSUPPORTED);
    assert_string_equal(snq_last_error(),
                        "ffv1 pictures can't be put into .mp4: name the output .mkv");
}

#define SOUND "-f lavfi -i sine=f=300:d=2:r=44100 "

/* What each is made of, and where it goes. */
static void the_picture_is_not_touched(void **state)
{
    static const struct {
        const char *words, *from, *to;
        snq_film_container container;
        double length_s;
    } tab[] = {
        { PICTURES("160x96", "25", "2") SOUND "-c:v libx264 -bf 3 -c:a aac", "a.mp4", "a1.mp4",
          SNQ_FILM_MP4, 2.0 },
        { PICTURES("160x96", "25", "2") SOUND "-c:v libx264 -bf 2 -c:a aac", "b.mp4", "b1.mkv",
          SNQ_FILM_MKV, 2.0 },
        { PICTURES("96x160", "30", "2") "-c:v libx264 -bf 2", "c.mkv", "c1.mov", SNQ_FILM_MOV,
          2.0 },
        { PICTURES("160x96", "25", "2") "-vf select='not(mod(n\\,3))+lt(mod(n\\,7)\\,2)' "
                                        "-fps_mode vfr -c:v libx264 -bf 2",
          "d.mkv", "d1.mp4", SNQ_FILM_MP4, 1.0 / 0.0 },
        { PICTURES("160x96", "25", "1") "-c:v libvpx -deadline realtime", "e.webm", "e1.webm",
          SNQ_FILM_WEBM, 1.0 },
        { PICTURES("160x96", "25", "1") "-c:v mpeg4 -bf 0", "f.avi", "f1.m4v", SNQ_FILM_M4V, 1.0 },
        { PICTURES("160x96", "25", "1") "-frames:v 1 -c:v libx264", "g.mp4", "g1.mp4", SNQ_FILM_MP4,
          0.04 },
        { PICTURES("160x96", "25", "1") "-c:v ffv1", "h.mkv", "h1.mkv", SNQ_FILM_MKV, 1.0 },
    };
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        static sound s;
        snq_film_mux_report report;
        snq_warnings warnings = { 0 };
        char before[4096], after[4096];
        s = (sound) { 0 };
        make(tab[i].words, tab[i].from);
        check_ok(mux(tab[i].from, tab[i].to, tab[i].container, &s, &report));
        const snq_film_info in = scan_well(tab[i].from, &warnings);
        const snq_film_info out = scan_well(tab[i].to, &warnings);
        if (isfinite(tab[i].length_s))
            check_near(in.length_s, tab[i].length_s, 0.002);
        check_near(out.length_s, in.length_s, 0.0011 + in.picture_s * (i == 3));
        assert_int_equal(out.pictures, in.pictures);
        assert_int_equal(report.pictures, in.pictures);
        assert_int_equal(report.mended, 0);
        assert_int_equal(s.pictures, in.pictures);
        assert_int_equal(s.heard, report.frames);
        const double delay_s = tab[i].container == SNQ_FILM_MKV    ? 1024.0 / 48000
                               : tab[i].container == SNQ_FILM_WEBM ? 312.0 / 48000
                                                                   : 0.0;
        check_near(out.sound_start_s, -delay_s, 0.0015);
        assert_int_equal(out.audio_tracks, 1);
        /* a tone comes back 20 dB over what coding adds, and where it was */
        if (s.heard > 4800)
            assert_true(s.error < 0.01 * s.power);
        packets_of(tab[i].from, before);
        packets_of(tab[i].to, after);
        assert_string_equal(before, after);
        assert_int_equal(files_run("true"), 0);
    }
}

/* Sound that goes in comes out as many frames long, from the first on. */
static void sound_begins_with_the_picture(void **state)
{
    static const char *const name[] = { "s.mp4", "s.mkv" };
    need_ffmpeg();
    make(PICTURES("64x48", "25", "2") "-c:v libx264", "silent.mp4");
    for (int k = 0; k < 2; k++) {
        static sound s;
        snq_film_mux_report report;
        snq_reader *r;
        snq_audio block;
        s = (sound) { 0 };
        check_ok(mux("silent.mp4", name[k], k ? SNQ_FILM_MKV : SNQ_FILM_MP4, &s, &report));
        assert_int_equal(report.frames, 96000);
        const int fd = open_film(name[k]);
        check_ok(snq_reader_open(fd, name[k], NULL, &r));
        assert_int_equal(snq_reader_pull(r, &block), SNQ_OK);
        double dot = 0.0, own = 0.0;
        const size_t delay = k ? 1024 : 0; /* film_write.c, LIMITS */
        for (size_t i = 0; i < 4800; i++) {
            dot += (double)block.channel[0][i + delay] * (double)s.original[i];
            own += (double)s.original[i] * (double)s.original[i];
        }
        check_near(dot / own, 1.0, 0.05);
        while (snq_reader_pull(r, &block) == SNQ_OK) {
        }
        const int64_t frames = snq_reader_frames(r);
        assert_true(frames >= 96000 && frames <= (k ? 96000 + 2048 : 96000 + 1023));
        snq_reader_free(r);
        close(fd);
    }
}

static void the_same_bytes_each_time(void **state)
{
    static const char *const first[] = { "t.mp4", "t.mkv", "t.mov" };
    static const snq_film_container kind[] = { SNQ_FILM_MP4, SNQ_FILM_MKV, SNQ_FILM_MOV };
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") "-c:v libx264", "same.mp4");
    for (size_t i = 0; i < SNQ_COUNT(kind); i++) {
        static sound s;
        snq_film_mux_report report;
        size_t na, nb;
        s = (sound) { 0 };
        check_ok(mux("same.mp4", first[i], kind[i], &s, &report));
        uint8_t *a = files_read(first[i], &na);
        s = (sound) { 0 };
        check_ok(mux("same.mp4", first[i], kind[i], &s, &report));
        uint8_t *b = files_read(first[i], &nb);
        assert_int_equal(na, nb);
        assert_memory_equal(a, b, na);
        free(a);
        free(b);
    }
}

/* Sound that begins later, has a hole, and is turned. */
static void where_the_sound_lies_is_told(void **state)
{
    snq_warnings warnings = { 0 };
    need_ffmpeg();
    make("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -itsoffset 1.5 -f lavfi -i sine=f=300:d=2 "
         "-c:v libx264 -c:a aac",
         "late.mp4");
    snq_film_info info = scan_well("late.mp4", &warnings);
    check_near(info.sound_start_s, 1.5, 0.03);
    assert_int_equal(info.gaps, 0);
    assert_string_equal(info.audio_codec, "aac");
    make("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -f lavfi -i sine=f=300:d=4 -af "
         "aselect='lt(t\\,1)+gt(t\\,2)' -c:v libx264 -c:a pcm_s16le",
         "hole.mkv");
    info = scan_well("hole.mkv", &warnings);
    assert_int_equal(info.gaps, 1);
    check_near(info.gap[0].at_s, 1.0, 0.05);
    check_near(info.gap[0].jump_s, 1.0, 0.05);
    assert_non_null(snq_warnings_find(&warnings, "sound_gaps"));
    assert_int_equal(info.turned, 0);
}

/* A film that is shown turned, and one that begins in the middle of a group: an edit list hides what is before. */
static void what_is_turned_or_hidden_is_known(void **state)
{
    static sound s;
    snq_film_mux_report report;
    snq_warnings warnings = { 0 };
    need_ffmpeg();
    make(PICTURES("64x48", "25", "4") SOUND "-c:v libx264 -g 100 -bf 2 -c:a aac -map 0 -map 1 "
                                            "-metadata:s:v language=fra",
         "upright.mp4");
    assert_int_equal(files_run("ffmpeg -v error -y -i upright.mp4 -c copy -metadata:s:v rotate=90 "
                               "turned.mp4"),
                     0);
    assert_int_equal(scan_well("upright.mp4", &warnings).turned, 0);
    assert_int_equal(scan_well("turned.mp4", &warnings).turned, 1);
    s = (sound) { 0 };
    check_ok(mux("turned.mp4", "turned1.mp4", SNQ_FILM_MP4, &s, &report));
    assert_int_equal(scan_well("turned1.mp4", &warnings).turned, 1);
    assert_int_equal(files_run("ffmpeg -v error -y -ss 1.3 -i upright.mp4 -c copy hidden.mp4"), 0);
    const snq_film_info in = scan_well("hidden.mp4", &warnings);
    check_near(in.length_s, 2.7, 0.05);
    s = (sound) { 0 };
    check_ok(mux("hidden.mp4", "hidden1.mp4", SNQ_FILM_MP4, &s, &report));
    check_near(scan_well("hidden1.mp4", &warnings).length_s, in.length_s, 0.002);
    s = (sound) { 0 };
    check_ok(mux("hidden.mp4", "hidden1.mkv", SNQ_FILM_MKV, &s, &report));
    const snq_film_info out = scan_well("hidden1.mkv", &warnings); /* there it is seen */
    check_near(out.length_s - out.sound_start_s, in.length_s + 1024.0 / 48000, 0.003);
}

static void pictures_without_times_get_them(void **state)
{
    static sound s;
    snq_film_mux_report report;
    snq_warnings warnings = { 0 };
    need_ffmpeg();
    make(PICTURES("160x96", "25", "2") "-c:v mpeg2video -bf 2", "p.mpg");
    const snq_film_info info = scan_well("p.mpg", &warnings);
    assert_int_equal(info.pictures, 50);
    assert_non_null(snq_warnings_find(&warnings, "times_completed"));
    s = (sound) { 0 };
    check_ok(mux("p.mpg", "p1.mp4", SNQ_FILM_MP4, &s, &report));
    check_near(scan_well("p1.mp4", &warnings).length_s, 2.0, 0.001);
}

static void what_is_no_film_is_refused(void **state)
{
    snq_film_info info;
    snq_warnings warnings = { 0 };
    static sound s;
    snq_film_mux_report report;
    need_ffmpeg();
    files_write("text.mp4", "no film\n", 8);
    files_write("empty.mp4", "", 0);
    make("-f lavfi -i sine=d=1", "sound.mp4");
    static const char *const name[] = { "text.mp4", "empty.mp4", "sound.mp4" };
    for (size_t i = 0; i < SNQ_COUNT(name); i++) {
        const int fd = open_film(name[i]);
        assert_true(snq_film_scan(fd, 0, NULL, &info, &warnings) < 0);
        assert_true(strlen(snq_last_error()) > 10 && !strchr(snq_last_error(), '\n'));
        close(fd);
    }
    make(PICTURES("160x96", "25", "1") "-c:v ffv1", "x.mkv");
    s = (sound) { 0 };
    assert_int_equal(mux("x.mkv", "x1.mp4", SNQ_FILM_MP4, &s, &report), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "ffv1"));
    assert_int_equal(mux("x.mkv", "x1.mov", SNQ_FILM_MOV, &s, &report), SNQ_ERR_UNSUPPORTED);
}

static void failures_are_told(void **state)
{
    static sound s;
    snq_film_mux_report report;
    snq_film_info info;
    snq_warnings warnings = { 0 };
    const int stop = 1;
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") "-c:v libx264", "z.mp4");
    s = (sound) { .fail_at = 3 };
    assert_int_equal(mux("z.mp4", "z1.mp4", SNQ_FILM_MP4, &s, &report), SNQ_ERR_IO);
    assert_string_equal(snq_last_error(), "the well is dry");
    const int fd = open_film("z.mp4");
    assert_int_equal(snq_film_scan(fd, 0, &stop, &info, &warnings), SNQ_ERR_CANCELLED);
    FILE *full = fopen("/dev/full", "w+b");
    if (full) {
        s = (sound) { 0 };
        const snq_film_mux_cfg cfg = {
            .container = SNQ_FILM_MP4, .to = full, .frames = 48000, .pull = pull, .user = &s
        };
        assert_int_equal(snq_film_mux_run(fd, &cfg, 0, &report), SNQ_ERR_IO);
        assert_non_null(strstr(snq_last_error(), strerror(ENOSPC)));
        fclose(full);
    }
    close(fd);
}

/* Each allocation of ours fails in turn. */
static void memory_may_end(void **state)
{
    static sound s;
    snq_film_mux_report report;
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") "-c:v mpeg2video -bf 2", "m.mpg");
    const int64_t live = snq_alloc_live();
    int failures = 0;
    for (int64_t n = 0;; n++) {
        s = (sound) { 0 };
        snq_alloc_fail_after(n);
        const snq_status st = mux("m.mpg", "m1.mp4", SNQ_FILM_MP4, &s, &report);
        snq_alloc_fail_after(-1);
        assert_int_equal(snq_alloc_live(), live);
        if (st >= 0)
            break;
        assert_int_equal(st, SNQ_ERR_NOMEM);
        failures++;
    }
    assert_true(failures > 2);
}

/* A film that is cut anywhere, or has a byte turned over: a film or a sentence. */
static void damaged_films_are_films_or_refused(void **state)
{
    size_t n;
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") SOUND "-c:v libx264 -bf 2 -c:a aac -movflags +faststart",
         "whole.mp4");
    uint8_t *whole = files_read("whole.mp4", &n);
    assert_non_null(whole);
    const int64_t live = snq_alloc_live();
    const int times = check_extent(60, 12);
    for (int i = 0; i < times; i++) {
        static sound s;
        snq_film_mux_report report;
        const size_t at = (size_t)i * n / (size_t)times;
        const uint8_t kept = whole[at];
        s = (sound) { 0 };
        whole[at] ^= (uint8_t)(i % 2 ? 0xFF : 0);
        files_write("hurt.mp4", whole, i % 2 ? n : at);
        const snq_status st = mux("hurt.mp4", "hurt1.mp4", SNQ_FILM_MP4, &s, &report);
        assert_true(st >= 0 || strlen(snq_last_error()) > 5);
        assert_true(st != SNQ_ERR_INTERNAL);
        assert_int_equal(snq_alloc_live(), live);
        whole[at] = kept;
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_endings),
        cmocka_unit_test(the_picture_is_not_touched),
        cmocka_unit_test(sound_begins_with_the_picture),
        cmocka_unit_test(the_same_bytes_each_time),
        cmocka_unit_test(where_the_sound_lies_is_told),
        cmocka_unit_test(what_is_turned_or_hidden_is_known),
        cmocka_unit_test(pictures_without_times_get_them),
        cmocka_unit_test(what_is_no_film_is_refused),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(damaged_films_are_films_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
