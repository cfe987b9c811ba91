// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>

#include "base/alloc.h"
#include "files.h"
#include "media/audio_writer.h"
#include "media/av_loader_impl.h"
#include "media/reader.h"
#include "support/sweep.h"

enum { RATE = 48000, FRAMES = 2 * RATE + 777, FORMATS = 5 };

static float samples[2][FRAMES], decoded[2][FRAMES + 8192];

static const snq_audio_format formats[FORMATS] = { SNQ_AUDIO_FORMAT_WAV, SNQ_AUDIO_FORMAT_FLAC,
                                                   SNQ_AUDIO_FORMAT_MP3, SNQ_AUDIO_FORMAT_M4A,
                                                   SNQ_AUDIO_FORMAT_OPUS };

static int is_lossy(snq_audio_format f)
{
    return f > SNQ_AUDIO_FORMAT_FLAC;
}

/* Tones that no codec has trouble with, different in each channel, and swelling: a shift in time shows. */
static snq_audio tones(uint32_t channels, size_t frames)
{
    snq_audio a = { { samples[0], samples[1] }, channels, RATE, frames };
    for (size_t i = 0; i < frames; i++) {
        const double t = (double)i / RATE, swell = 0.5 + 0.4 * sin(2 * M_PI * 3 * t);
        samples[0][i] = (float)(swell * (0.5 * sin(2 * M_PI * 220 * t) + 0.3 * sin(6100 * t)));
        samples[1][i] = (float)(swell * (0.5 * sin(2 * M_PI * 330 * t) + 0.3 * sin(9700 * t)));
    }
    return a;
}

/* "x<ending>". */
static const char *name_of(snq_audio_format f, const char *stem)
{
    static char name[64];
    snprintf(name, sizeof name, "%s%s", stem, snq_audio_format_ending(f));
    return name;
}

static uint64_t write_all(const char *name, const snq_audio_writer_cfg *cfg, const snq_audio *a,
                          size_t step)
{
    snq_audio_writer *w;
    check_ok(snq_audio_writer_open(files_path(name), cfg, 1, &w));
    for (size_t i = 0; i < a->frames; i += step) {
        const snq_audio part = snq_audio_part(a, i, step);
        check_ok(snq_audio_writer_push(w, &part));
    }
    assert_int_equal(snq_audio_writer_frames(w), a->frames);
    const uint64_t clipped = snq_audio_writer_clipped(w);
    check_ok(snq_audio_writer_close(w));
    return clipped;
}

/* Into `decoded`; returns the frames. */
static size_t read_all(const char *name, snq_media_info *info)
{
    snq_reader *r;
    snq_audio b;
    size_t n = 0;
    const int fd = open(files_path(name), O_RDONLY);
    check_ok(snq_reader_open(fd, name, NULL, &r));
    *info = *snq_reader_info(r);
    while (snq_reader_pull(r, &b) == SNQ_OK) {
        assert_true(n + b.frames <= SNQ_COUNT(decoded[0]));
        for (uint32_t c = 0; c < b.channels && c < 2; c++)
            memcpy(decoded[c] + n, b.channel[c], b.frames * sizeof(float));
        n += b.frames;
    }
    if (snq_reader_warnings(r)->count)
        fail_msg("%s: %s", name, snq_reader_warnings(r)->item[0].message);
    snq_reader_free(r);
    close(fd);
    return n;
}

/* Of channel c, taken `late` frames late, against `samples`, dB. */
static double snr_db(uint32_t c, size_t frames, int late)
{
    double signal = 0, noise = 0;
    for (size_t i = 8; i + 8 < frames; i++) {
        const double d = (double)decoded[c][(int)i + late] - (double)samples[c][i];
        signal += (double)samples[c][i] * (double)samples[c][i];
        noise += d * d;
    }
    return 10 * log10(signal / noise);
}

static void test_names(void **state)
{
    static const char *const name[FORMATS] = { "wav", "flac", "MP3", "m4a", "Opus" };
    snq_audio_format f;
    for (int i = 0; i < FORMATS; i++) {
        check_ok(snq_audio_format_parse(name[i], &f));
        assert_int_equal(f, formats[i]);
        assert_int_equal(strcasecmp(snq_audio_format_ending(f) + 1, name[i]), 0);
    }
    check_status(snq_audio_format_parse("ogg", &f), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "wav flac mp3 m4a opus"));
}

/* Every value that 24 bits can hold comes back, in one channel and two, in blocks of any size. */
static void test_flac_is_exact(void **state)
{
    static const size_t steps[] = { 1, 777, 4096, FRAMES };
    static const uint32_t rates[] = { 1000, 44100, 48000, 192000, 655350, 123457 };
    uint64_t x = 1;
    for (int i = 0; i < FRAMES; i++)
        for (int c = 0; c < 2; c++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            samples[c][i] = (float)((int32_t)(x >> 40) - (1 << 23)) * 0x1p-23f;
        }
    samples[0][0] = samples[1][1] = -1.0f;
    samples[1][0] = samples[0][1] = (float)(1.0 - 0x1p-23);
    for (size_t k = 0; k < SNQ_COUNT(rates); k++) {
        snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_FLAC);
        const size_t step = steps[k % SNQ_COUNT(steps)], frames = step == 1 ? 5001 : FRAMES;
        snq_media_info info;
        cfg.channels = 1 + k % 2;
        cfg.rate_hz = rates[k];
        const snq_audio a = { { samples[0], samples[1] }, cfg.channels, rates[k], frames };
        assert_int_equal(write_all("r.flac", &cfg, &a, step), 0);
        assert_int_equal(read_all("r.flac", &info), frames);
        assert_string_equal(info.codec, "flac");
        assert_int_equal(info.bits_per_sample, 24);
        assert_int_equal(info.rate_hz, rates[k]);
        assert_int_equal(info.channels, cfg.channels);
        check_near(info.header_duration_s, (double)frames / rates[k], 1e-9);
        for (uint32_t c = 0; c < cfg.channels; c++)
            assert_memory_equal(decoded[c], samples[c], frames * sizeof(float));
    }
}

/* Other programs agree: what FLAC gives ffmpeg is what WAV holds; libFLAC's own checksum is right. */
static void test_flac_peers(void **state)
{
    if (!files_have("ffmpeg"))
        skip();
    const snq_audio a = tones(2, FRAMES);
    const snq_audio_writer_cfg flac = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_FLAC),
                               wav = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_WAV);
    write_all("p.flac", &flac, &a, 5000);
    write_all("p.wav", &wav, &a, 5000);
    assert_int_equal(files_run("ffmpeg -v error -y -i p.flac -f s24le f.raw && "
                               "ffmpeg -v error -y -i p.wav -f s24le w.raw && cmp f.raw w.raw"),
                     0);
    if (files_have("flac"))
        assert_int_equal(files_run("flac --totally-silent -t p.flac"), 0);
}

/* Frames of 16 bits that another program makes of a file. */
static size_t frames_of_peer(const char *program, const char *name, const char *to,
                             uint32_t channels)
{
    char command[160];
    size_t n;
    snprintf(command, sizeof command, "%s %s %s n.raw", program, name, to);
    assert_int_equal(files_run(command), 0);
    free(files_read("n.raw", &n));
    return n / 2 / channels;
}

/* As many frames come back as went in, at their places, whatever their number: by us, and by ffmpeg as
 * far as it knows the format's means. */
static void test_lengths(void **state)
{
    static const size_t lengths[] = { 1,    100,  1023, 1024,  1025,  1151,     1152,
                                      1153, 2000, 4800, 47999, 48000, 2 * RATE, FRAMES };
    const int peer = files_have("ffmpeg");
    for (int f = 0; f < FORMATS; f++)
        for (size_t k = 0; k < SNQ_COUNT(lengths); k++) {
            snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
            snq_media_info info;
            cfg.channels = 1 + k % 2;
            const char *name = name_of(formats[f], "n");
            const snq_audio a = tones(cfg.channels, lengths[k]);
            write_all(name, &cfg, &a, 1000);
            const size_t got = read_all(name, &info);
            if (got != lengths[k])
                fail_msg("%s: %zu frames came back of %zu", name, got, lengths[k]);
            assert_int_equal(info.channels, cfg.channels);
            assert_int_equal(info.rate_hz, RATE);
            if (!peer)
                continue;
            const size_t other =
                frames_of_peer("ffmpeg -v error -y -i", name, "-f s16le", cfg.channels);
            const size_t tail = formats[f] == SNQ_AUDIO_FORMAT_M4A ? 1023 : 0;
            if (other < lengths[k] || other > lengths[k] + tail)
                fail_msg("%s: ffmpeg makes %zu frames of %zu", name, other, lengths[k]);
            if (formats[f] == SNQ_AUDIO_FORMAT_MP3 && files_have("mpg123"))
                assert_int_equal(frames_of_peer("mpg123 -q -s", name, ">", cfg.channels),
                                 lengths[k]);
        }
}

/* The end may fall anywhere in a frame, and in frames of either length that MP3 has. */
static void test_every_end(void **state)
{
    static const struct {
        snq_audio_format format;
        uint32_t rate_hz, from; /* frames; less than 47 at low rates FFmpeg's decoder gets wrong */
    } tab[] = { { SNQ_AUDIO_FORMAT_MP3, 48000, 1 },
                { SNQ_AUDIO_FORMAT_MP3, 24000, 47 },
                { SNQ_AUDIO_FORMAT_M4A, 48000, 1 },
                { SNQ_AUDIO_FORMAT_OPUS, 48000, 1 } };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++)
        for (size_t n = tab[k].from; n < 3000; n += 23) {
            snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(tab[k].format);
            const char *name = name_of(tab[k].format, "end");
            const snq_audio a = tones(1, n);
            snq_media_info info;
            cfg.channels = 1;
            cfg.rate_hz = tab[k].rate_hz;
            write_all(name, &cfg, &a, 1000);
            const size_t got = read_all(name, &info);
            if (got != n)
                fail_msg("%s at %u Hz: %zu frames came back of %zu", name, cfg.rate_hz, got, n);
        }
}

/* What comes back is what went in, where it was: a frame early or late it is further from it. */
static void test_lossy_is_near(void **state)
{
    static const double least_db[FORMATS] = { 100, 100, 20, 20, 20 };
    for (int f = 0; f < FORMATS; f++)
        for (uint32_t channels = 1; channels <= 2; channels++) {
            snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
            snq_media_info info;
            const char *name = name_of(formats[f], "q");
            cfg.channels = channels;
            const snq_audio a = tones(channels, FRAMES);
            assert_int_equal(write_all(name, &cfg, &a, 64), 0);
            read_all(name, &info);
            for (uint32_t c = 0; c < channels; c++) {
                const double db = snr_db(c, FRAMES, 0);
                if (db < least_db[f] || db < snr_db(c, FRAMES, -1) + 2 ||
                    db < snr_db(c, FRAMES, 1) + 2)
                    fail_msg("%s: %g dB; %g and %g beside it", name, db, snr_db(c, FRAMES, -1),
                             snr_db(c, FRAMES, 1));
            }
        }
}

static void check_same(const char *a, const char *b)
{
    size_t n, m;
    uint8_t *p = files_read(a, &n), *q = files_read(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(p, q, n);
    free(p);
    free(q);
}

static const uint8_t *find(const uint8_t *p, size_t n, const char *text)
{
    return memmem(p, n, text, strlen(text));
}

/* The same bytes for blocks of any size, and again; they say who wrote them, not when. */
static void test_bytes(void **state)
{
    for (int f = 0; f < FORMATS; f++) {
        snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        char first[64];
        size_t n;
        cfg.title = "Caf\xc3\xa9 one";
        const snq_audio a = tones(2, FRAMES);
        snprintf(first, sizeof first, "%s", name_of(formats[f], "b1"));
        write_all(first, &cfg, &a, FRAMES);
        write_all(name_of(formats[f], "b2"), &cfg, &a, 64);
        check_same(first, name_of(formats[f], "b2"));
        if (formats[f] == SNQ_AUDIO_FORMAT_WAV)
            continue;
        uint8_t *p = files_read(first, &n);
        assert_non_null(find(p, n, "Sonique " SNQ_VERSION));
        if (formats[f] != SNQ_AUDIO_FORMAT_MP3) { /* there it is UTF-16 */
            assert_non_null(find(p, n, cfg.title));
            assert_null(find(p, n, "Lavf"));
        }
        assert_null(find(p, n, "Lavc"));
        if (formats[f] == SNQ_AUDIO_FORMAT_OPUS)
            assert_memory_equal(p + 14, "\0\0\0\0", 4); /* serial number */
        if (formats[f] == SNQ_AUDIO_FORMAT_M4A)
            assert_true(find(p, n, "moov") < find(p, n, "mdat"));
        free(p);
    }
}

static uint64_t big(const uint8_t *p, int count)
{
    uint64_t v = 0;
    for (int i = 0; i < count; i++)
        v = v << 8 | p[i];
    return v;
}

static uint64_t little(const uint8_t *p, int count)
{
    uint64_t v = 0;
    for (int i = count; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

/* Delay and length where each format's standard has them. */
static void test_gapless_fields(void **state)
{
    size_t n;
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_M4A);
    const snq_audio a = tones(2, 12345);
    write_all("g.m4a", &cfg, &a, 12345);
    uint8_t *p = files_read("g.m4a", &n);
    /* ISO 14496-12: mvhd version 0, time scale after two times; elst version 0, one entry: duration in
     * that scale, media time in the track's, which is the rate; rate 1 */
    const uint8_t *at = find(p, n, "mvhd");
    assert_non_null(at);
    assert_int_equal(big(at + 4, 4), 0);
    assert_int_equal(big(at + 8, 8), 0); /* no clock */
    assert_int_equal(big(at + 16, 4), 48000);
    at = find(p, n, "elst");
    assert_non_null(at);
    assert_int_equal(big(at + 4, 8), 1);
    assert_int_equal(big(at + 12, 4), 12345);
    assert_int_equal(big(at + 16, 4), 1024);
    assert_int_equal(big(at + 20, 4), 0x10000);
    free(p);
    /* RFC 7845: pre-skip in OpusHead; the last page's granule position counts it */
    cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_OPUS);
    write_all("g.opus", &cfg, &a, 12345);
    p = files_read("g.opus", &n);
    at = find(p, n, "OpusHead");
    const uint64_t skip = little(at + 10, 2);
    assert_in_range(skip, 100, 1000);
    assert_int_equal(little(at + 12, 4), 48000);
    for (at = p; find(at + 1, n - (size_t)(at + 1 - p), "OggS");)
        at = find(at + 1, n - (size_t)(at + 1 - p), "OggS");
    assert_int_equal(at[5] & 4, 4); /* the last */
    assert_int_equal(little(at + 6, 8), skip + 12345);
    free(p);
    /* LAME tag: 12 bits of delay, 12 of padding; they and the sound fill the frames */
    cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_MP3);
    write_all("g.mp3", &cfg, &a, 12345);
    p = files_read("g.mp3", &n);
    at = find(p, n, "Info"); /* of constant bit rate */
    assert_non_null(at);
    const uint64_t frames = big(at + 8, 4), delay = big(at + 141, 3);
    assert_int_equal((delay >> 12) + (delay & 0xFFF) + 12345, frames * 1152);
    free(p);
}

static void test_tags_by_ffprobe(void **state)
{
    if (!files_have("ffprobe"))
        skip();
    for (int f = 1; f < FORMATS; f++) {
        snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        char command[256];
        const snq_audio a = tones(2, 5000);
        cfg.title = "Caf\xc3\xa9 one";
        write_all(name_of(formats[f], "t"), &cfg, &a, 5000);
        snprintf(command, sizeof command,
                 "ffprobe -v error -show_entries format_tags:stream_tags %s > tags && "
                 "grep -qi '^TAG:title=Caf\xc3\xa9 one$' tags && "
                 "grep -qi '^TAG:encoder=Sonique " SNQ_VERSION "$' tags",
                 name_of(formats[f], "t"));
        if (files_run(command) != 0)
            fail_msg("%s: no tags", name_of(formats[f], "t"));
    }
}

/* The bit rate is what was asked for. */
static void test_bitrates(void **state)
{
    static const struct {
        snq_audio_format format;
        uint32_t channels, wanted, got;
        double within;
    } tab[] = {
        { SNQ_AUDIO_FORMAT_MP3, 2, 0, 256000, 0.05 },
        { SNQ_AUDIO_FORMAT_MP3, 1, 0, 160000, 0.05 },
        { SNQ_AUDIO_FORMAT_MP3, 2, 128000, 128000, 0.05 },
        { SNQ_AUDIO_FORMAT_M4A, 2, 0, 256000, 0.1 },
        { SNQ_AUDIO_FORMAT_M4A, 2, 96000, 96000, 0.1 },
        { SNQ_AUDIO_FORMAT_OPUS, 2, 0, 160000, 0.25 },
        { SNQ_AUDIO_FORMAT_OPUS, 1, 24000, 24000, 0.25 },
    };
    uint64_t x = 1;
    for (int i = 0; i < FRAMES; i++)
        for (int c = 0; c < 2; c++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            samples[c][i] = (float)((int32_t)(x >> 40) - (1 << 23)) * 0x1p-26f;
        }
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(tab[k].format);
        size_t n;
        cfg.channels = tab[k].channels;
        cfg.bitrate_bps = tab[k].wanted;
        const snq_audio a = { { samples[0], samples[1] }, cfg.channels, RATE, FRAMES };
        const char *name = name_of(tab[k].format, "rate");
        write_all(name, &cfg, &a, FRAMES);
        free(files_read(name, &n));
        check_near(8.0 * (double)n * RATE / FRAMES, tab[k].got, tab[k].got * tab[k].within);
    }
}

static void test_clipping(void **state)
{
    /* as integers +1.0 is a step too much; floats are as they are */
    static const uint64_t want[FORMATS] = { 4, 4, 3, 3, 3 };
    for (int f = 0; f < FORMATS; f++) {
        snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        const snq_audio a = tones(2, 5000);
        samples[0][10] = 1.0f;
        samples[1][11] = -1.0f;
        samples[0][12] = 2.0f;
        samples[1][4999] = -1e30f;
        samples[0][14] = NAN;
        samples[1][15] = INFINITY;
        assert_int_equal(write_all(name_of(formats[f], "c"), &cfg, &a, 999), want[f]);
        cfg.wav = SNQ_WAV_F32;
        if (formats[f] == SNQ_AUDIO_FORMAT_WAV)
            assert_int_equal(write_all(name_of(formats[f], "c"), &cfg, &a, 999), 0);
    }
    snq_media_info info;
    read_all("c.flac", &info);
    check_near((double)decoded[0][10], 1 - 0x1p-23, 0);
    check_near((double)decoded[1][11], -1, 0);
    check_near((double)decoded[1][4999], -1, 0);
    check_near((double)decoded[0][14], 0, 0);
}

typedef struct stem {
    char name[64];
    snq_audio_format format;
    const snq_audio *a;
    snq_status st;
} stem;

static void *write_stem(void *user)
{
    stem *s = user;
    char path[512];
    snq_audio_writer *w;
    const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(s->format);
    snprintf(path, sizeof path, "%s/%s", files_folder(), s->name);
    s->st = snq_audio_writer_open(path, &cfg, 1, &w);
    for (size_t i = 0; s->st >= 0 && i < s->a->frames; i += 512) {
        const snq_audio part = snq_audio_part(s->a, i, 512);
        s->st = snq_audio_writer_push(w, &part);
    }
    if (s->st >= 0)
        s->st = snq_audio_writer_close(w);
    return NULL;
}

/* Stems that are written side by side are what they are alone. */
static void test_side_by_side(void **state)
{
    stem stems[3 * FORMATS];
    pthread_t thread[SNQ_COUNT(stems)];
    const snq_audio a = tones(2, 30000);
    for (int f = 0; f < FORMATS; f++) {
        const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        write_all(name_of(formats[f], "alone"), &cfg, &a, 30000);
    }
    for (size_t i = 0; i < SNQ_COUNT(stems); i++) {
        stems[i] = (stem) { .format = formats[i % FORMATS], .a = &a };
        snprintf(stems[i].name, sizeof stems[i].name, "stem%zu", i);
        assert_int_equal(pthread_create(&thread[i], NULL, write_stem, &stems[i]), 0);
    }
    for (size_t i = 0; i < SNQ_COUNT(stems); i++) {
        pthread_join(thread[i], NULL);
        check_ok(stems[i].st);
        check_same(stems[i].name, name_of(stems[i].format, "alone"));
    }
}

/* Each table of rates is the encoder's own; every one of them works, with the default bit rate. */
static void test_rates(void **state)
{
    static const char *const encoder[FORMATS] = { 0, 0, "libmp3lame", "aac", "libopus" };
    for (int f = 2; f < FORMATS; f++) {
        const AVCodec *codec = avcodec_find_encoder_by_name(encoder[f]);
        assert_non_null(codec);
        uint32_t good = 0;
        for (uint32_t rate_hz = 1000; rate_hz <= 200000; rate_hz++) {
            snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
            int known = 0;
            for (const int *r = codec->supported_samplerates; *r; r++)
                known |= (uint32_t)*r == rate_hz;
            if (formats[f] == SNQ_AUDIO_FORMAT_OPUS)
                known = rate_hz == 48000; /* what else it takes comes out as that */
            cfg.rate_hz = rate_hz;
            check_status(snq_audio_writer_check(&cfg), known ? SNQ_OK : SNQ_ERR_RANGE);
            good += (uint32_t)known;
            for (cfg.channels = 1; known && cfg.channels <= 2; cfg.channels++) {
                snq_media_info info;
                const char *name = name_of(formats[f], "rates");
                const snq_audio a = tones(cfg.channels, 10001);
                write_all(name, &cfg, &a, 10001);
                assert_int_equal(read_all(name, &info), 10001);
                assert_int_equal(info.rate_hz, rate_hz);
            }
        }
        assert_int_equal(good, f == 2 ? 9 : f == 3 ? 13 : 1);
    }
}

static void refuse(const snq_audio_writer_cfg *cfg, snq_status want, const char *words)
{
    snq_audio_writer *w;
    check_status(snq_audio_writer_check(cfg), want);
    check_status(snq_audio_writer_open(files_path("e"), cfg, 0, &w), want);
    assert_null(w);
    if (!strstr(snq_last_error(), words))
        fail_msg("'%s' does not say '%s'", snq_last_error(), words);
}

static void test_errors(void **state)
{
    const int before = files_count();
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default((snq_audio_format)9);
    refuse(&cfg, SNQ_ERR_RANGE, "format 9");
    cfg.format = (snq_audio_format)-1;
    refuse(&cfg, SNQ_ERR_RANGE, "format -1");
    for (int f = 0; f < FORMATS; f++) {
        cfg = snq_audio_writer_cfg_default(formats[f]);
        cfg.channels = 0;
        refuse(&cfg, SNQ_ERR_RANGE, "channels 0");
        cfg.channels = formats[f] == SNQ_AUDIO_FORMAT_WAV ? 17 : 3;
        refuse(&cfg, SNQ_ERR_RANGE, "channels");
        cfg.channels = 1;
        cfg.rate_hz = 999;
        refuse(&cfg, SNQ_ERR_RANGE, "rate_hz 999");
        cfg.rate_hz = 48000;
        cfg.title = "\xff";
        refuse(&cfg, SNQ_ERR_ARG, "UTF-8");
        cfg.title = NULL;
        cfg.bitrate_bps = 2000;
        if (is_lossy(formats[f]))
            refuse(&cfg, SNQ_ERR_RANGE, "bitrate_bps 2000");
        cfg.bitrate_bps = 1000000;
        if (is_lossy(formats[f]))
            refuse(&cfg, SNQ_ERR_RANGE, "1 channels at 48000 Hz");
    }
    cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_OPUS);
    cfg.rate_hz = 44100;
    refuse(&cfg, SNQ_ERR_RANGE, "none of 48000");
    cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_WAV);
    cfg.wav = (snq_wav_format)7;
    refuse(&cfg, SNQ_ERR_RANGE, "samples of format 7");
    snq_audio_writer *w;
    for (int f = 0; f < FORMATS; f++) {
        cfg = snq_audio_writer_cfg_default(formats[f]);
        check_status(snq_audio_writer_open(files_path("no/e"), &cfg, 0, &w), SNQ_ERR_IO);
        assert_null(w);
        check_ok(snq_audio_writer_open(files_path("e"), &cfg, 0, &w));
        const snq_audio one = tones(1, 3000), two = tones(2, 3000);
        check_status(snq_audio_writer_push(w, &one), SNQ_ERR_ARG);
        check_ok(snq_audio_writer_push(w, &two));
        snq_audio_writer_free(w);
        assert_int_equal(files_count(), before);
    }
    snq_audio_writer_free(NULL);
    files_write("taken", "x", 1);
    check_status(snq_audio_writer_open(files_path("taken"), &cfg, 0, &w), SNQ_ERR_EXISTS);
}

/* An encoder or a muxer that a libav lacks is named, with what helps. */
static void test_missing_encoder(void **state)
{
    snq__encode_request q = { .what = "MP3", .encoder = "libnone", .muxer = "mp3" };
    void *e;
    check_status(snq__av_encoder.check(&q), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "MP3"));
    assert_non_null(strstr(snq_last_error(), "libnone"));
    assert_non_null(strstr(snq_last_error(), "libavcodec59"));
    check_status(snq__av_encoder.open(&q, &e), SNQ_ERR_UNSUPPORTED);
    assert_null(e);
    q.encoder = "aac";
    q.muxer = "none";
    check_status(snq__av_encoder.check(&q), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "libavformat59"));
    /* what can't end in the middle of a frame would lengthen every file */
    q = (snq__encode_request) {
        .what = "AC-3", .encoder = "ac3", .muxer = "ac3", .rate_hz = 48000, .channels = 2
    };
    q.bitrate_bps = 192000;
    q.to = tmpfile();
    check_status(snq__av_encoder.open(&q, &e), SNQ_ERR_UNSUPPORTED);
    q.rate_hz = 1234; /* the encoder's own words */
    check_status(snq__av_encoder.open(&q, &e), SNQ_ERR_INTERNAL);
    assert_non_null(strstr(snq_last_error(), "AC-3: starting the encoder failed"));
    fclose(q.to);
    snq__av_encoder.free(NULL);
}

/* The disk fills up in the header, in the middle, at the end: one error, and nothing is left. */
static void test_full_disk(void **state)
{
    struct rlimit old;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    for (int f = 0; f < FORMATS; f++) {
        const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        const snq_audio a = tones(2, FRAMES);
        const char *name = name_of(formats[f], "full");
        size_t whole;
        write_all(name, &cfg, &a, FRAMES);
        free(files_read(name, &whole));
        files_run("rm -f full.*");
        const int before = files_count();
        const size_t room[] = { 0, 20, 20000, whole / 2, whole - 1 };
        for (size_t k = 0; k < SNQ_COUNT(room); k++) {
            const struct rlimit small = { room[k], old.rlim_max };
            snq_audio_writer *w;
            snq_status pushed = SNQ_OK, again = SNQ_OK, closed = SNQ_OK;
            setrlimit(RLIMIT_FSIZE, &small);
            const snq_status opened = snq_audio_writer_open(files_path(name), &cfg, 0, &w);
            if (opened >= 0) {
                pushed = snq_audio_writer_push(w, &a);
                again = snq_audio_writer_push(w, &a);
                closed = snq_audio_writer_close(w);
            }
            setrlimit(RLIMIT_FSIZE, &old);
            check_status(opened < 0 ? opened : closed, SNQ_ERR_IO);
            if (!strstr(snq_last_error(), "File too large"))
                fail_msg("%s, %zu bytes: %s", name, room[k], snq_last_error());
            assert_true(pushed >= 0 || again == pushed);
            assert_int_equal(files_count(), before);
        }
    }
}

/* Nothing pushed: a file all the same, and what we read of it is no frame. */
static void test_nothing(void **state)
{
    for (int f = 0; f < FORMATS; f++) {
        const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(formats[f]);
        const char *name = name_of(formats[f], "none");
        const snq_audio a = tones(2, 0);
        snq_audio_writer *w;
        check_ok(snq_audio_writer_open(files_path(name), &cfg, 0, &w));
        check_ok(snq_audio_writer_push(w, &a));
        check_ok(snq_audio_writer_close(w));
        assert_true(files_exists(name));
    }
}

typedef struct wish {
    char path[512];
    snq_audio_format format;
} wish;

static snq_status make(void *user, void **object)
{
    const wish *q = user;
    const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(q->format);
    return snq_audio_writer_open(q->path, &cfg, 1, (snq_audio_writer **)object);
}

static void unmake(void *object)
{
    snq_audio_writer_free(object);
}

static void test_sweep(void **state)
{
    for (int f = 0; f < FORMATS; f++) {
        wish q = { .format = formats[f] };
        snprintf(q.path, sizeof q.path, "%s", files_path("sweep"));
        const int before = files_count();
        snq_sweep(make, unmake, &q);
        assert_int_equal(files_count(), before);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),           cmocka_unit_test(test_flac_is_exact),
        cmocka_unit_test(test_flac_peers),      cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_lossy_is_near),   cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_every_end),       cmocka_unit_test(test_gapless_fields),
        cmocka_unit_test(test_side_by_side),    cmocka_unit_test(test_tags_by_ffprobe),
        cmocka_unit_test(test_bitrates),        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_rates),           cmocka_unit_test(test_errors),
        cmocka_unit_test(test_missing_encoder), cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_nothing),         cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
