// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/frozen_stems.h"
#include "jobs/session_rig.h"
#include "media/audio_writer.h"
#include "support/sweep.h"

enum { N = 10000, LATENCY = 37, PARTS = 3 };

static float x[2][N];

static int begin(void **state)
{
    for (int i = 0; i < N; i++) { /* exact in 24 bits */
        x[0][i] = (float)((i * 8191) % (1 << 22) - (1 << 21)) * 0x1p-22f;
        x[1][i] = -x[0][i] * 0.5f;
    }
    x[0][3] = -1.0f;
    return session_rig_begin(state);
}

static void put_wav(const char *name, snq_wav_format format, uint32_t rate_hz, uint32_t channels,
                    size_t frames)
{
    snq_wav_writer *w;
    const snq_wav_writer_cfg cfg = { rate_hz, channels, format };
    const snq_audio a = { { x[0], x[1] }, channels, rate_hz, frames };
    check_ok(snq_wav_writer_open(rig_path(name), &cfg, 1, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
}

/* A desk that gives 1 of part 1, 2 of part 2 …, and is silent when told to be. */
typedef struct inner {
    int runs[PARTS], quiet;
} inner;

static void inner_strip(void *user, uint32_t part, const float *const (*played)[2], size_t n,
                        float *left, float *right)
{
    inner *in = user;
    (void)played;
    in->runs[part]++;
    for (size_t i = 0; i < n; i++)
        left[i] = right[i] = (float)(part + 1);
}

static int inner_silent(void *user, uint32_t part)
{
    (void)part;
    return ((inner *)user)->quiet;
}

static snq_render_desk desk_of(inner *in)
{
    *in = (inner) { .quiet = 0 };
    return (snq_render_desk) {
        .user = in, .latency = LATENCY, .strip = inner_strip, .silent = inner_silent
    };
}

/* n frames of a part in blocks of `block`. */
static void run(snq_frozen_stems *f, uint32_t part, size_t n, size_t block, float *left,
                float *right)
{
    const snq_render_desk *desk = snq_frozen_stems_desk(f);
    for (size_t at = 0; at < n; at += block)
        desk->strip(desk->user, part, NULL, n - at < block ? n - at : block, left + at, right + at);
}

static void stems_are_read(void **state)
{
    static const size_t blocks[] = { 1, 36, 4096, 5000, 8192, N + 2 * LATENCY };
    static float left[N + 2 * LATENCY], right[N + 2 * LATENCY];
    const int64_t live = snq_alloc_live();
    put_wav("work/a.wav", SNQ_WAV_S24, 48000, 2, N);
    const char *path[PARTS] = { NULL, rig_path("work/a.wav"), NULL };
    for (size_t b = 0; b < SNQ_COUNT(blocks); b++) {
        inner in;
        const snq_render_desk desk = desk_of(&in);
        snq_frozen_stems *f;
        check_ok(snq_frozen_stems_new(path, PARTS, 48000, 0, &desk, &f));
        assert_int_equal(snq_frozen_stems_desk(f)->latency, LATENCY);
        run(f, 0, 100, 50, left, right);
        assert_true(left[99] == 1.0f && right[0] == 1.0f); /* not frozen: as the desk makes it */
        in.quiet = 1;
        assert_int_equal(snq_frozen_stems_desk(f)->silent(f, 0), 1);
        assert_int_equal(snq_frozen_stems_desk(f)->silent(f, 1), 0); /* there is more in the file */
        run(f, 1, N + 2 * LATENCY, blocks[b], left, right);
        for (int i = 0; i < N + 2 * LATENCY; i++) {
            const int at = i - LATENCY;
            const int there = at >= 0 && at < N;
            if (left[i] != (there ? x[0][at] : 0.0f) || right[i] != (there ? x[1][at] : 0.0f))
                fail_msg("blocks of %zu: frame %d: %g, %g", blocks[b], i, left[i], right[i]);
        }
        assert_true(in.runs[1] > 0); /* others may listen to what its strip does */
        assert_int_equal(snq_frozen_stems_desk(f)->silent(f, 1), 1);
        in.quiet = 0;
        assert_int_equal(snq_frozen_stems_desk(f)->silent(f, 1), 0);
        check_ok(snq_frozen_stems_status(f));
        snq_frozen_stems_free(f);
    }
    snq_frozen_stems_free(NULL);
    assert_int_equal(snq_alloc_live(), live);
}

static snq_status try_file(const char *name)
{
    inner in;
    const snq_render_desk desk = desk_of(&in);
    snq_frozen_stems *f;
    const char *path[PARTS] = { NULL, NULL, rig_path(name) };
    const snq_status st = snq_frozen_stems_new(path, PARTS, 48000, 0, &desk, &f);
    if (st < 0) {
        assert_null(f);
        if (!strstr(snq_last_error(), rig_path(name)))
            fail_msg("%s is not named: %s", name, snq_last_error());
    }
    snq_frozen_stems_free(f);
    return st;
}

static void other_files_are_refused(void **state)
{
    static const struct {
        snq_wav_format format;
        uint32_t rate_hz, channels;
    } row[] = { { SNQ_WAV_S16, 48000, 2 },
                { SNQ_WAV_F32, 48000, 2 },
                { SNQ_WAV_S24, 44100, 2 },
                { SNQ_WAV_S24, 48000, 1 } };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        put_wav("work/a.wav", row[i].format, row[i].rate_hz, row[i].channels, 100);
        check_status(try_file("work/a.wav"), SNQ_ERR_FORMAT);
        assert_non_null(
            strstr(snq_last_error(), "WAV of 24 bits, two channels, 48000 Hz is wanted"));
    }
    snq_audio_writer *w;
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_FLAC);
    const snq_audio a = { { x[0], x[1] }, 2, 48000, 100 };
    check_ok(snq_audio_writer_open(rig_path("work/a.flac"), &cfg, 0, &w));
    check_ok(snq_audio_writer_push(w, &a));
    check_ok(snq_audio_writer_close(w));
    assert_true(try_file("work/a.flac") < 0);
    rig_put_text("work/text.wav", "This is no sound at all, but it is long enough for a header.");
    assert_true(try_file("work/text.wav") < 0);
    rig_put_text("work/empty.wav", "");
    assert_true(try_file("work/empty.wav") < 0);
    check_status(try_file("work/none.wav"), SNQ_ERR_NOT_FOUND);
    check_status(try_file("work"), SNQ_ERR_FORMAT);
    assert_int_equal(mkfifo(rig_path("work/pipe"), 0644), 0);
    check_status(try_file("work/pipe"), SNQ_ERR_FORMAT);
    assert_int_equal(symlink("loop", rig_path("work/loop")), 0);
    check_status(try_file("work/loop"), SNQ_ERR_IO);
    put_wav("work/b.wav", SNQ_WAV_S24, 48000, 2, 100);
    assert_int_equal(symlink("b.wav", rig_path("work/link")), 0);
    check_ok(try_file("work/link"));
}

/* A file whose end is missing is silent from there on. */
static void a_cut_file(void **state)
{
    static float left[N], right[N];
    static const int lost[] = { 6 * 100, 6 * 100 + 1, 6 * 100 + 5 };
    for (size_t i = 0; i < SNQ_COUNT(lost); i++) {
        inner in;
        const snq_render_desk desk = desk_of(&in);
        snq_frozen_stems *f;
        struct stat info;
        put_wav("work/a.wav", SNQ_WAV_S24, 48000, 2, 5000);
        const char *path[1] = { rig_path("work/a.wav") };
        assert_int_equal(stat(path[0], &info), 0);
        assert_int_equal(truncate(path[0], info.st_size - lost[i]), 0);
        check_ok(snq_frozen_stems_new(path, 1, 48000, 0, &desk, &f));
        run(f, 0, 6000, 500, left, right);
        const int last = LATENCY + (lost[i] > 600 ? 4899 : 4900); /* first frame without sound */
        assert_true(left[last - 1] == x[0][last - 1 - LATENCY]);
        for (int k = last; k < 6000; k++)
            assert_true(left[k] == 0.0f && right[k] == 0.0f);
        check_ok(snq_frozen_stems_status(f));
        snq_frozen_stems_free(f);
    }
}

/* Somebody cuts it while it is read: the rendering can't be what it should be. */
static void a_file_that_is_cut_meanwhile(void **state)
{
    static float left[N], right[N];
    inner in;
    const snq_render_desk desk = desk_of(&in);
    snq_frozen_stems *f;
    put_wav("work/a.wav", SNQ_WAV_S24, 48000, 2, N);
    const char *path[1] = { rig_path("work/a.wav") };
    check_ok(snq_frozen_stems_new(path, 1, 48000, 0, &desk, &f));
    run(f, 0, 1000, 1000, left, right);
    check_ok(snq_frozen_stems_status(f));
    assert_int_equal(truncate(path[0], 20000), 0);
    run(f, 0, 5000, 1000, left, right);
    check_status(snq_frozen_stems_status(f), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "frozen stem"));
    assert_true(left[4999] == 0.0f && right[4999] == 0.0f);
    snq_frozen_stems_free(f);
}

static snq_status make(void *user, void **object)
{
    const char *path[PARTS] = { NULL, rig_path("work/a.wav"), rig_path("work/a.wav") };
    return snq_frozen_stems_new(path, PARTS, 48000, 0, user, (snq_frozen_stems **)object);
}

static void unmake(void *object)
{
    snq_frozen_stems_free(object);
}

static void memory_may_end(void **state)
{
    inner in;
    snq_render_desk desk = desk_of(&in);
    put_wav("work/a.wav", SNQ_WAV_S24, 48000, 2, 100);
    snq_sweep(make, unmake, &desk);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, session_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stems_are_read), TEST(other_files_are_refused),
        TEST(a_cut_file),     TEST(a_file_that_is_cut_meanwhile),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
