// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "media/container_impl.h"
#include "media/libraries.h"

static void test_rows(void **state)
{
    assert_string_equal(snq__container_of_demuxer("mp3")->name, "mp3");
    assert_string_equal(snq__container_of_demuxer("matroska,webm")->name, "matroska");
    static const char *const refused[] = { "hls",   "concat", "image2",   "tty",      "sdp",
                                           "lavfi", "",       "rawvideo", "png_pipe", "dash" };
    for (size_t i = 0; i < SNQ_COUNT(refused); i++)
        assert_null(snq__container_of_demuxer(refused[i]));
    assert_non_null(snq__container_named("rf64"));
    assert_null(snq__container_named("pdf"));
}

/* What we name exists in this libav, and every decoder is one of sound. */
static void test_libav_knows(void **state)
{
    char list[4096];
    int known = 0;
    snprintf(list, sizeof list, "%s", snq__decoders);
    for (char *save, *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        const AVCodec *codec = avcodec_find_decoder_by_name(name);
        if (!codec)
            continue;
        assert_int_equal(codec->type, AVMEDIA_TYPE_AUDIO);
        known++;
    }
    assert_true(known > 90);
    static const char *const needed[] = {
        "wav", "w64", "aiff", "flac", "mp3", "ogg", "aac", "caf"
    };
    for (size_t i = 0; i < SNQ_COUNT(needed); i++)
        assert_non_null(av_find_input_format(needed[i]));
}

static void test_extension(void **state)
{
    static const char *const tab[][2] = {
        { "a.wav", "wav" },
        { "/x.y/song.MP3", "mp3" },
        { "noext", "" },
        { "/a.b/noext", "" },
        { ".hidden", "" },
        { "a.tar.gz", "gz" },
        { "a.", "" },
        { "a.thisisfartoolong", "" },
        { "new\nline.wav", "wav" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        char e[16];
        snq__extension(tab[i][0], e, sizeof e);
        assert_string_equal(e, tab[i][1]);
    }
}

static void test_lies(void **state)
{
    const snq__container *flac = snq__container_named("flac"), *ogg = snq__container_named("ogg");
    assert_false(snq__extension_lies(flac, "flac"));
    assert_true(snq__extension_lies(flac, "wav"));
    assert_true(snq__extension_lies(flac, "mp3"));
    assert_false(snq__extension_lies(flac, "tmp"));
    assert_false(snq__extension_lies(flac, ""));
    assert_false(snq__extension_lies(ogg, "opus"));
    assert_true(snq__extension_lies(ogg, "mp3"));
    assert_false(snq__extension_lies(ogg, "op")); /* no word of the list, only a part of one */
}

static void test_not_audio(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        const char *words;
    } tab[] = {
        { "\0\5\026\7...", 7, "AppleDouble" },
        { "\x89PNG\r\n", 6, "PNG" },
        { "\xFF\xD8\xFF\xE0", 4, "JPEG" },
        { "PK\3\4", 4, "ZIP" },
        { "%PDF-1.4", 8, "PDF" },
        { "  <html>", 8, "HTML" },
        { "hello\n", 6, "plain text" },
        { "hel\1lo", 6, NULL },
        { "", 0, NULL },
        { "\x89PN", 3, NULL },
        { "  \n ", 4, "plain text" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const char *what = snq__not_audio((const uint8_t *)tab[i].p, tab[i].n);
        if (!tab[i].words)
            assert_null(what);
        else
            assert_non_null(strstr(what, tab[i].words));
        /* a picture can be watched */
        const char *unseen = snq__not_video((const uint8_t *)tab[i].p, tab[i].n);
        if (what && (strstr(what, "PNG") || strstr(what, "JPEG")))
            assert_null(unseen);
        else
            assert_true(what == unseen);
    }
}

static void test_libraries(void **state)
{
    unsigned n = 0;
    const char *name, *purpose, *version;
    while ((name = snq_media_library(n, &purpose, &version))) {
        assert_true(*name && *purpose && version[0] >= '0' && version[0] <= '9');
        n++;
    }
    assert_true(n >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_libav_knows),
        cmocka_unit_test(test_extension), cmocka_unit_test(test_lies),
        cmocka_unit_test(test_not_audio), cmocka_unit_test(test_libraries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
