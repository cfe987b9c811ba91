// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <unistd.h>

#include "jobs/film_messages.h"
#include "jobs/film_planes.h"
#include "jobs/spill.h"

static void requests_come_back(void **state)
{
    snq_str s;
    snq_film_request f = { .name = "a film", .keeps_sound = 1 }, f2;
    snq_str_init(&s, 65536);
    snq_film_request_pack(&s, &f);
    check_ok(snq_film_request_unpack(s.text, s.length, &f2));
    assert_string_equal(f2.name, "a film");
    assert_int_equal(f2.keeps_sound, 1);
    assert_int_equal(snq_film_request_unpack(s.text, s.length - 1, &f2), SNQ_ERR_FORMAT);
    snq_str_clear(&s);

    snq_mux_request m = { "b", "Titel", SNQ_FILM_MKV, 48000 }, m2;
    snq_str_init(&s, 65536);
    snq_mux_request_pack(&s, &m);
    check_ok(snq_mux_request_unpack(s.text, s.length, &m2));
    assert_string_equal(m2.title, "Titel");
    assert_int_equal(m2.container, SNQ_FILM_MKV);
    assert_int_equal(m2.frames, 48000);
    snq_str_clear(&s);
    m.frames = SNQ_FILM_FRAMES_MAX + 1;
    snq_str_init(&s, 65536);
    snq_mux_request_pack(&s, &m);
    assert_int_equal(snq_mux_request_unpack(s.text, s.length, &m2), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    m.frames = 1;
    m.container = (snq_film_container)9;
    snq_str_init(&s, 65536);
    snq_mux_request_pack(&s, &m);
    assert_int_equal(snq_mux_request_unpack(s.text, s.length, &m2), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
}

static snq_filmed_reply good_filmed(void)
{
    snq_filmed_reply r = { .frames = 96000, .has_sound = 1 };
    snprintf(r.film.container, sizeof r.film.container, "mp4");
    snprintf(r.film.video_codec, sizeof r.film.video_codec, "h264");
    r.film.pictures = 50;
    r.film.length_s = 2.0;
    r.film.picture_s = 0.04;
    r.film.turned = 1;
    r.film.fits = 0xF;
    snq_warnings_add(&r.warnings, "truncated", 5, "it ends");
    return r;
}

static snq_status through(const snq_filmed_reply *r, snq_filmed_reply *out)
{
    snq_str s;
    snq_str_init(&s, 16384);
    snq_filmed_reply_pack(&s, r);
    check_ok(s.st);
    const snq_status st = snq_filmed_reply_unpack(s.text, s.length, out);
    snq_str_clear(&s);
    return st;
}

static void a_film_comes_back(void **state)
{
    static snq_filmed_reply r, back;
    r = good_filmed();
    check_ok(through(&r, &back));
    assert_string_equal(back.film.video_codec, "h264");
    assert_int_equal(back.frames, 96000);
    assert_int_equal(back.film.turned, 1);
    assert_int_equal(back.warnings.count, 1);
    assert_string_equal(back.warnings.item[0].message, "it ends");
    assert_int_equal(back.warnings.item[0].offset_bytes, 5);
    for (int i = 0; i < SNQ_WARNINGS_MAX + 3; i++) {
        char code[SNQ_WARNING_CODE_MAX], text[SNQ_WARNING_TEXT_MAX];
        snprintf(code, sizeof code, "w%d", i);
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        snq_warnings_add(&r.warnings, code, -1, "%s", text);
    }
    check_ok(through(&r, &back)); /* as much as there can be fits into a frame */
    r = good_filmed();
    r.frames = 0;
    assert_int_equal(through(&r, &back), SNQ_ERR_FORMAT);
    r = good_filmed();
    r.film.length_s = SNQ_FILM_LENGTH_MAX_S * 2;
    assert_int_equal(through(&r, &back), SNQ_ERR_FORMAT);
    r = good_filmed();
    r.film.pictures = 0;
    assert_int_equal(through(&r, &back), SNQ_ERR_FORMAT);
    r = (snq_filmed_reply) { .st = SNQ_ERR_FORMAT, .needs = 1, .error = "no film" };
    check_ok(through(&r, &back));
    assert_int_equal(back.st, SNQ_ERR_FORMAT);
    assert_string_equal(back.error, "no film");
}

static void what_was_made_comes_back(void **state)
{
    snq_str s;
    snq_muxed_reply r = { .lufs = -INFINITY, .true_peak = 0.5 }, back;
    r.film.pictures = 7;
    r.film.frames = 9;
    snprintf(r.film.audio_codec, sizeof r.film.audio_codec, "aac");
    snq_str_init(&s, 4096);
    snq_muxed_reply_pack(&s, &r);
    check_ok(snq_muxed_reply_unpack(s.text, s.length, &back));
    assert_true(isinf(back.lufs) && back.lufs < 0.0);
    assert_int_equal(back.film.pictures, 7);
    assert_int_equal(back.film.frames, 9);
    assert_string_equal(back.film.audio_codec, "aac");
    snq_str_clear(&s);
    r.true_peak = -1.0;
    snq_str_init(&s, 4096);
    snq_muxed_reply_pack(&s, &r);
    assert_int_equal(snq_muxed_reply_unpack(s.text, s.length, &back), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
}

static void planes_are_cut_where_they_must(void **state)
{
    int fd;
    const float l[3] = { 1.0f, NAN, 3.0f }, r[3] = { -INFINITY, 5.0f, 1e30f };
    float a[8], b[8];
    check_ok(snq_spill_open(&fd));
    check_ok(snq_film_planes_write(fd, 6, 1, 3, l, r));
    check_ok(snq_film_planes_read(fd, 6, 0, 8, a, b));
    assert_true(a[0] == 0.0f && a[1] == 1.0f && a[2] == 0.0f && a[3] == 3.0f && a[5] == 0.0f);
    assert_true(b[1] == -SNQ_SAMPLE_MAX && b[2] == 5.0f && b[3] == SNQ_SAMPLE_MAX && b[7] == 0.0f);
    check_ok(snq_film_planes_read(fd, 6, 9, 2, a, b)); /* beyond */
    assert_true(a[0] == 0.0f && b[1] == 0.0f);
    close(fd);
    assert_int_equal(snq_film_planes_read(fd, 6, 0, 1, a, b), SNQ_ERR_IO);
    assert_int_equal(snq_film_planes_write(fd, 6, 0, 1, a, b), SNQ_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_come_back),
        cmocka_unit_test(a_film_comes_back),
        cmocka_unit_test(what_was_made_comes_back),
        cmocka_unit_test(planes_are_cut_where_they_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
