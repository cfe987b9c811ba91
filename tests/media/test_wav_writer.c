// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "files.h"
#include "media/reader.h"
#include "media/riff_scan.h"
#include "media/wav_header_impl.h"
#include "media/wav_writer.h"
#include "support/sweep.h"

enum { FRAMES = 5001 };

static float samples[SNQ_CHANNELS_MAX][FRAMES];

static snq_audio signal_block(uint32_t channels)
{
    snq_audio a = { .channels = channels, .rate_hz = 48000, .frames = FRAMES };
    for (uint32_t c = 0; c < channels; c++) {
        for (uint32_t i = 0; i < FRAMES; i++)
            samples[c][i] = (float)wav_signal(i, c);
        a.channel[c] = samples[c];
    }
    return a;
}

static void write_all(const char *name, const snq_wav_writer_cfg *cfg, const snq_audio *a,
                      size_t step)
{
    snq_wav_writer *w;
    check_ok(snq_wav_writer_open(files_path(name), cfg, 1, &w));
    for (size_t i = 0; i < a->frames; i += step) {
        const snq_audio part = snq_audio_part(a, i, step);
        check_ok(snq_wav_writer_push(w, &part));
    }
    assert_int_equal(snq_wav_writer_frames(w), a->frames);
    check_ok(snq_wav_writer_close(w));
}

/* What comes back is within half a step (exact for float), whatever the channels and blocks. */
static void test_round_trip(void **state)
{
    for (uint32_t channels = 1; channels <= SNQ_CHANNELS_MAX; channels++)
        for (int format = SNQ_WAV_S16; format <= SNQ_WAV_F32; format++) {
            const snq_wav_writer_cfg cfg = { 48000, channels, (snq_wav_format)format };
            const snq_audio a = signal_block(channels);
            const double half = format == SNQ_WAV_S16   ? ldexp(1, -16)
                                : format == SNQ_WAV_S24 ? ldexp(1, -24)
                                                        : 0;
            write_all("r.wav", &cfg, &a, channels == 3 ? 777 : FRAMES);
            const int fd = open(files_path("r.wav"), O_RDONLY);
            snq_reader *r;
            snq_audio b;
            check_ok(snq_reader_open(fd, "r.wav", &(snq_reader_cfg) { .block_frames = 8192 }, &r));
            assert_int_equal(snq_reader_info(r)->channels, channels);
            assert_int_equal(snq_reader_pull(r, &b), SNQ_OK);
            assert_int_equal(b.frames, FRAMES);
            assert_int_equal(snq_reader_warnings(r)->count, 0);
            for (uint32_t c = 0; c < channels; c++)
                for (size_t i = 0; i < FRAMES; i++)
                    check_near((double)b.channel[c][i], (double)a.channel[c][i], half);
            snq_reader_free(r);
            close(fd);
        }
}

/* Offsets and values of the header, by the format's definition. */
static void test_bytes(void **state)
{
    const snq_wav_writer_cfg cfg = { 8000, 1, SNQ_WAV_S16 };
    const float x[] = { 0, 0.5f, -0.5f, 1.0f, -1.0f, 2.0f, NAN, 1.5f / 32768, 2.5f / 32768 };
    const int16_t want[] = { 0, 16384, -16384, 32767, -32768, 32767, 0, 2, 2 };
    const snq_audio a = { { x }, 1, 8000, SNQ_COUNT(x) };
    snq_wav_writer *w;
    check_ok(snq_wav_writer_open(files_path("b.wav"), &cfg, 0, &w));
    check_ok(snq_wav_writer_push(w, &a));
    assert_int_equal(snq_wav_writer_clipped(w), 2); /* +1 by a step, and 2 */
    check_ok(snq_wav_writer_close(w));
    size_t n;
    uint8_t *p = files_read("b.wav", &n);
    static const uint8_t head[] = { 'R', 'I', 'F', 'F', 90,  0,   0,  0, 'W', 'A',
                                    'V', 'E', 'J', 'U', 'N', 'K', 28, 0, 0,   0 };
    static const uint8_t fmt[] = { 'f', 'm', 't', ' ', 16,  0,    0,    0, 1, 0, 1,
                                   0,   64,  31,  0,   0,   0x80, 0x3e, 0, 0, 2, 0,
                                   16,  0,   'd', 'a', 't', 'a',  18,   0, 0, 0 };
    assert_int_equal(n, 98);
    assert_memory_equal(p, head, sizeof head);
    assert_memory_equal(p + 48, fmt, sizeof fmt);
    for (size_t i = 0; i < SNQ_COUNT(want); i++)
        assert_int_equal((int16_t)(p[80 + 2 * i] | p[81 + 2 * i] << 8), want[i]);
    free(p);
    /* an odd number of bytes gets a pad byte that the data size leaves out */
    const snq_wav_writer_cfg odd = { 8000, 1, SNQ_WAV_S24 };
    const snq_audio three = { { x }, 1, 8000, 3 };
    write_all("odd.wav", &odd, &three, 8);
    p = files_read("odd.wav", &n);
    assert_int_equal(n, 90);
    assert_int_equal(p[76], 9);
    assert_int_equal(p[4], 82);
    free(p);
}

/* Other programs agree: ffmpeg reads back the same integers. */
static void test_peer(void **state)
{
    if (!files_have("ffmpeg"))
        skip();
    const snq_wav_writer_cfg cfg = { 48000, 6, SNQ_WAV_S24 };
    const snq_audio a = signal_block(6);
    write_all("peer.wav", &cfg, &a, FRAMES);
    assert_int_equal(files_run("ffmpeg -v error -y -i peer.wav -f s24le peer.raw"), 0);
    size_t n, m;
    uint8_t *p = files_read("peer.wav", &n), *q = files_read("peer.raw", &m);
    assert_int_equal(m, FRAMES * 18);
    assert_memory_equal(p + n - m, q, m);
    free(p);
    free(q);
}

/* A source that begins with a header and goes on for ever. */
typedef struct long_file {
    uint8_t head[SNQ__WAV_HEADER_MAX];
    size_t head_bytes;
    int64_t size;
} long_file;

static int64_t read_long(void *user, int64_t offset, void *to, size_t n)
{
    const long_file *f = user;
    uint8_t *p = to;
    size_t i = 0;
    for (; i < n && offset + (int64_t)i < f->size; i++)
        p[i] = offset + (int64_t)i < (int64_t)f->head_bytes ? f->head[offset + (int64_t)i] : 0;
    return (int64_t)i;
}

/* Beyond 4 GiB the header is RF64; just below it is not; both are understood. */
static void test_rf64(void **state)
{
    const snq_wav_writer_cfg cfg = { 48000, 2, SNQ_WAV_F32 };
    const uint64_t limit = (UINT32_MAX - 200) / 8;
    const uint64_t frames[] = { limit, limit + 100, UINT64_C(3) << 32 };
    for (int i = 0; i < 3; i++) {
        long_file f = { 0 };
        snq_riff_scan scan;
        snq_warnings warnings = { 0 };
        f.head_bytes = snq__wav_header(&cfg, frames[i], f.head);
        f.size = (int64_t)(f.head_bytes + frames[i] * 8);
        const snq_riff_input in = { read_long, &f, f.size };
        check_ok(snq_riff_scan_run(&in, &scan, &warnings));
        assert_int_equal(scan.form, i ? SNQ_RIFF_RF64 : SNQ_RIFF_WAVE);
        assert_int_equal(scan.data_offset, f.head_bytes);
        assert_int_equal(scan.data_bytes, frames[i] * 8);
        assert_int_equal(scan.truncated, 0);
        assert_int_equal(warnings.count, 0);
    }
}

static void test_errors(void **state)
{
    snq_wav_writer *w;
    const int before = files_count();
    snq_wav_writer_cfg cfg = snq_wav_writer_cfg_default();
    assert_int_equal(cfg.format, SNQ_WAV_S24);
    cfg.rate_hz = 999;
    check_status(snq_wav_writer_open(files_path("e"), &cfg, 0, &w), SNQ_ERR_RANGE);
    cfg.rate_hz = 48000;
    cfg.channels = 17;
    check_status(snq_wav_writer_open(files_path("e"), &cfg, 0, &w), SNQ_ERR_RANGE);
    cfg.channels = 1;
    cfg.format = (snq_wav_format)7;
    check_status(snq_wav_writer_open(files_path("e"), &cfg, 0, &w), SNQ_ERR_RANGE);
    cfg.format = SNQ_WAV_S16;
    check_status(snq_wav_writer_open(files_path("no/e"), &cfg, 0, &w), SNQ_ERR_IO);
    assert_null(w);
    check_ok(snq_wav_writer_open(files_path("e"), &cfg, 0, &w));
    const snq_audio two = signal_block(2);
    check_status(snq_wav_writer_push(w, &two), SNQ_ERR_ARG);
    snq_wav_writer_free(w);
    snq_wav_writer_free(NULL);
    assert_int_equal(files_count(), before);
    files_write("taken", "x", 1);
    check_status(snq_wav_writer_open(files_path("taken"), &cfg, 0, &w), SNQ_ERR_EXISTS);
}

static void test_full_disk(void **state)
{
    struct rlimit old, small;
    snq_wav_writer *w;
    const int before = files_count();
    const snq_wav_writer_cfg cfg = { 48000, 2, SNQ_WAV_F32 };
    const snq_audio a = signal_block(2);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit) { 20000, old.rlim_max };
    check_ok(snq_wav_writer_open(files_path("full.wav"), &cfg, 0, &w));
    setrlimit(RLIMIT_FSIZE, &small);
    const snq_status pushed = snq_wav_writer_push(w, &a);
    const snq_status again = snq_wav_writer_push(w, &a);
    const snq_status closed = snq_wav_writer_close(w);
    setrlimit(RLIMIT_FSIZE, &old);
    check_status(pushed, SNQ_ERR_IO);
    check_status(again, SNQ_ERR_IO);
    check_status(closed, SNQ_ERR_IO);
    assert_int_equal(files_count(), before);
}

/* Over a stream the same bytes come out; the stream stays the caller's; what it refuses is told. */
static void test_attached(void **state)
{
    const snq_wav_writer_cfg cfg = { 48000, 1, SNQ_WAV_S24 };
    const snq_audio a = signal_block(1);
    snq_wav_writer *w;
    size_t n, m;
    write_all("named.wav", &cfg, &a, 777);
    FILE *f = fopen(files_path("attached.wav"), "w+b");
    check_ok(snq_wav_writer_attach(f, &cfg, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
    uint8_t *p = files_read("named.wav", &n), *q = files_read("attached.wav", &m);
    assert_int_equal(n, m);
    assert_memory_equal(p, q, n);
    free(p);
    free(q);
    check_ok(snq_wav_writer_attach(f, &cfg, &w));
    snq_wav_writer_free(w);
    assert_int_equal(fclose(f), 0);
    const snq_wav_writer_cfg bad = { 48000, 0, SNQ_WAV_S24 };
    check_status(snq_wav_writer_attach(NULL, &bad, &w), SNQ_ERR_RANGE);
    f = fopen("/dev/full", "r+b");
    if (!f)
        skip();
    setvbuf(f, NULL, _IONBF, 0);
    check_status(snq_wav_writer_attach(f, &cfg, &w), SNQ_ERR_IO);
    assert_null(w);
    fclose(f);
    f = fopen("/dev/full", "r+b");
    check_ok(snq_wav_writer_attach(f, &cfg, &w)); /* in the stream's own memory so far */
    check_status(snq_wav_writer_close(w), SNQ_ERR_IO);
    fclose(f);
}

static snq_status make(void *user, void **object)
{
    const snq_wav_writer_cfg cfg = snq_wav_writer_cfg_default();
    return snq_wav_writer_open(user, &cfg, 1, (snq_wav_writer **)object);
}

static void unmake(void *object)
{
    snq_wav_writer_free(object);
}

static void test_sweep(void **state)
{
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("sweep.wav"));
    const int before = files_count();
    snq_sweep(make, unmake, path);
    assert_int_equal(files_count(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_peer),       cmocka_unit_test(test_rf64),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_attached),   cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
