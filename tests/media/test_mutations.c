// SPDX-License-Identifier: MIT
/* The fuzz targets without a fuzzer: thousands of seeded mutations of good files, every time the
 * same. The whole reader sees some of them too. */
#include "support/check.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/rng.h"
#include "flac_file.h"
#include "media/reader.h"

/* the entries of tests/fuzz, renamed by the build */
int snq_fuzz_flac_reader(const uint8_t *p, size_t n);
int snq_fuzz_riff_scan(const uint8_t *p, size_t n);
int snq_fuzz_media_scans(const uint8_t *p, size_t n);

/* Change a few bytes: to anything, to extremes, a stretch moved or cut. */
static void mutate(snq_rng *rng, bytes *b)
{
    static const uint8_t extremes[] = { 0, 1, 0x7F, 0x80, 0xFE, 0xFF };
    const uint32_t times = 1 + snq_rng_below(rng, 6);
    for (uint32_t i = 0; i < times && b->n > 8; i++) {
        /* most often in the first bytes, where the headers are */
        const uint32_t reach = snq_rng_below(rng, 4) ? 128 : (uint32_t)b->n;
        const size_t at = snq_rng_below(rng, reach < b->n ? reach : (uint32_t)b->n);
        switch (snq_rng_below(rng, 6)) {
        case 0:
            b->p[at] = (uint8_t)snq_rng_next(rng);
            break;
        case 1:
            b->p[at] ^= (uint8_t)(1u << snq_rng_below(rng, 8));
            break;
        case 2:
            for (size_t k = at; k < b->n && k < at + 4; k++)
                b->p[k] = extremes[snq_rng_below(rng, SNQ_COUNT(extremes))];
            break;
        case 3:
            b->n = snq_rng_below(rng, 3) ? b->n : at + 1;
            break;
        case 4: {
            const size_t n = snq_rng_below(rng, 32), from = snq_rng_below(rng, (uint32_t)b->n);
            if (from + n <= b->n && at + n <= b->n)
                memmove(b->p + at, b->p + from, n);
            break;
        }
        default:
            for (size_t k = at; k < b->n && k < at + 4; k++)
                b->p[k] = 0xFF;
        }
    }
}

static void copy(bytes *to, const bytes *from)
{
    to->n = 0;
    put(to, from->p, from->n);
}

/* Read a whole mutant; any outcome will do that ends. */
static void read_all(const bytes *b)
{
    const int fd = memfd_create("mutant", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b->p, b->n), b->n);
    snq_reader *r;
    snq_audio block;
    const snq_reader_cfg cfg = { .block_frames = 4096, .max_frames = 1000000 };
    if (snq_reader_open(fd, "mutant", &cfg, &r) == SNQ_OK) {
        while (snq_reader_pull(r, &block) == SNQ_OK)
            for (uint32_t c = 0; c < block.channels; c++)
                for (size_t i = 0; i < block.frames; i += 97)
                    assert_true(fabsf(block.channel[c][i]) <= SNQ_SAMPLE_MAX);
        snq_reader_free(r);
    } else {
        assert_true(*snq_last_error() != '\0');
    }
    close(fd);
}

static void test_riff(void **state)
{
    snq_rng rng;
    snq_rng_init(&rng, 1);
    for (int form = WAV_RIFF; form <= WAV_AIFC; form++) {
        const wav_spec spec = {
            .form = (wav_form)form, .rate = 44100, .channels = 2, .frames = 60, .bits = 24
        };
        bytes good = wav_build(&spec, NULL), b = { 0 };
        for (int i = 0; i < 1500; i++) {
            copy(&b, &good);
            mutate(&rng, &b);
            /* exactly sized, so that a read past the end is seen by the sanitizer */
            uint8_t *p = malloc(b.n + !b.n);
            assert_non_null(p);
            memcpy(p, b.p, b.n);
            snq_fuzz_riff_scan(p, b.n);
            snq_fuzz_media_scans(p, b.n);
            free(p);
            if (i % 5 == 0)
                read_all(&b);
        }
        free(good.p);
        free(b.p);
    }
}

static void test_flac(void **state)
{
    snq_rng rng;
    snq_rng_init(&rng, 3);
    for (uint32_t bits = 8; bits <= 32; bits += 8) {
        const flac_spec spec = { .rate = 44100,
                                 .channels = 2,
                                 .bits = bits,
                                 .frames = 3000,
                                 .block = 256,
                                 .tell_total = bits > 16,
                                 .comment = "TITLE=song" };
        flac_file good = flac_build(&spec);
        bytes b = { 0 };
        for (int i = 0; i < 300; i++) {
            copy(&b, &good.b);
            mutate(&rng, &b);
            snq_fuzz_flac_reader(b.p, b.n);
        }
        free(good.b.p);
        free(b.p);
    }
}

static void test_coded(void **state)
{
    static const char *const names[] = { "m.mp3", "m.ogg", "m.opus", "m.m4a", "m.flac",
                                         "m.mka", "m.aac", "m.wv",   "a.wav", "m.caf" };
    snq_rng rng;
    snq_rng_init(&rng, 2);
    if (!files_have("ffmpeg"))
        skip();
    assert_int_equal(
        files_run("ffmpeg -v error -y -f lavfi -i 'sine=440:r=44100:d=0.7' -ac 2 -bitexact m.wav"),
        0);
    files_run("for e in mp3 ogg opus m4a flac mka aac wv caf; do"
              " ffmpeg -v error -y -i m.wav -bitexact -metadata title=song m.$e; done;"
              " ffmpeg -v error -y -i m.wav -c:a adpcm_ima_wav a.wav");
    for (size_t k = 0; k < SNQ_COUNT(names); k++) {
        bytes good = { 0 }, b = { 0 };
        size_t n;
        uint8_t *p = files_read(names[k], &n);
        if (!p)
            continue;
        put(&good, p, n);
        free(p);
        for (int i = 0; i < 60; i++) {
            copy(&b, &good);
            mutate(&rng, &b);
            snq_fuzz_media_scans(b.p, b.n);
            read_all(&b);
        }
        free(good.p);
        free(b.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_riff), cmocka_unit_test(test_flac),
                                        cmocka_unit_test(test_coded) };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
