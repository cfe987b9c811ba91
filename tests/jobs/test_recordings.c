// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "jobs/recordings.h"
#include "jobs/render_rig.h"
#include "media/wav_writer.h"

enum { RATE = 48000, CYCLE = 2048 };

static float x[20000];

static int begin(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(x); i++)
        x[i] = (float)(0.5 * sin(2 * M_PI * (double)i / CYCLE));
    return render_rig_begin(state) || mkdir(rig_path("data/recordings"), 0755);
}

/* A sound in the data folder. */
static void put(const char *name, uint32_t rate_hz, uint32_t channels, size_t frames)
{
    char path[64];
    snq_wav_writer *w;
    const snq_wav_writer_cfg cfg = { rate_hz, channels, SNQ_WAV_F32 };
    const snq_audio a = { { x, x + 1 }, channels, rate_hz, frames };
    snprintf(path, sizeof path, "data/recordings/%s", name);
    check_ok(snq_wav_writer_open(rig_path(path), &cfg, 1, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
}

static snq_patch naming(const char *source, const char *recording)
{
    snq_patch p = { .id = "a", .engine = "voice" };
    snprintf(p.source[1], sizeof p.source[1], "%s", source);
    snprintf(p.recording[1], sizeof p.recording[1], "%s", recording);
    return p;
}

static snq_status load(const char *source, const char *recording, snq_bank *bank)
{
    const snq_patch p = naming(source, recording);
    return snq_recordings_load(&p, RATE, 1, NULL, bank);
}

static void refused(const char *source, const char *recording, snq_status want, const char *says)
{
    snq_bank *bank;
    check_ok(snq_bank_new(RATE, &bank));
    check_status(load(source, recording, bank), want);
    if (!strstr(snq_last_error(), recording) || !strstr(snq_last_error(), says))
        fail_msg("%s: \"%s\" doesn't say \"%s\"", recording, snq_last_error(), says);
    snq_bank_free(bank);
}

/* A one-shot comes at the bank's rate, with its channels; it is loaded once. */
static void a_sound_of_ones_own(void **state)
{
    snq_bank *bank;
    put("ping.wav", RATE / 2, 2, 5000);
    check_ok(snq_bank_new(RATE, &bank));
    const size_t before = snq_bank_recordings(bank);
    for (int i = 0; i < 2; i++)
        check_ok(load("sample", "ping", bank));
    check_ok(load("grain", "Ping", bank)); /* case doesn't count */
    assert_int_equal(snq_bank_recordings(bank), before + 1);
    const snq_recording *r = snq_bank_find(bank, "ping");
    assert_non_null(r);
    assert_true(r->rate_hz == RATE && r->channels == 2 && isnan(r->root_note));
    check_near((double)r->frames, 10000, 1);
    for (size_t i = 1000; i < 9000; i++) /* half the pitch in samples */
        check_near((double)r->channel[0][i], 0.5 * sin(M_PI * (double)i / CYCLE), 1e-3);
    snq_bank_free(bank);
}

/* Tables are taken sample for sample, whatever rate their file says: whole cycles, or one of another length. */
static void tables(void **state)
{
    static const size_t frames[] = { CYCLE, 5 * CYCLE, 600, 8192, 8191 };
    for (size_t i = 0; i < SNQ_COUNT(frames); i++) {
        snq_bank *bank;
        put("thirds.wav", 22050, 1, frames[i]);
        check_ok(snq_bank_new(RATE, &bank));
        for (int k = 0; k < 2; k++) /* another patch names it, too */
            check_ok(load("wave", "thirds", bank));
        snq_bank_free(bank);
    }
    put("long.wav", RATE, 1, 8193);
    refused("wave", "long", SNQ_ERR_RANGE, "8193 samples");
    put("short.wav", RATE, 1, 15);
    snq_bank *bank;
    check_ok(snq_bank_new(RATE, &bank));
    check_status(load("wave", "short", bank), SNQ_ERR_RANGE);
    snq_bank_free(bank);
}

static void what_is_no_sound_is_named(void **state)
{
    rig_put_text("data/recordings/letter.wav", "Dear Sir or Madam, this is a letter.");
    refused("sample", "letter", SNQ_ERR_FORMAT, "letter.wav");
    refused("wave", "letter", SNQ_ERR_FORMAT, "a wave table is a WAV file");
    rig_put_text("data/recordings/tiny.wav", "RIFF");
    refused("wave", "tiny", SNQ_ERR_FORMAT, "a wave table is a WAV file");
    static const char no_format[] =
        "RIFF\x24\0\0\0WAVEjunk\x04\0\0\0abcddata\xFF\xFF\xFF\x7Fzzzzzzzzzz";
    rig_put("data/recordings/bare.wav", no_format, sizeof no_format - 1);
    refused("wave", "bare", SNQ_ERR_FORMAT, "without a format");
}

/* What nobody has a file of is the engines' own, or theirs to miss. */
static void what_is_not_there_is_left(void **state)
{
    snq_bank *bank;
    check_ok(snq_bank_new(RATE, &bank));
    check_ok(load("wave", "nobody", bank));
    check_ok(load("sample", "", bank));
    assert_null(snq_bank_find(bank, "nobody"));
    put("ping.wav", RATE, 1, 1000);
    const volatile int cancel = 1;
    const snq_patch p = naming("sample", "ping");
    check_status(snq_recordings_load(&p, RATE, 1, &cancel, bank), SNQ_ERR_CANCELLED);
    snq_bank_free(bank);
}

/* The key and the loop that a file tells go with it. */
static void key_and_loop(void **state)
{
    snq_bank *bank;
    const snq_samples s = { .channels = 1,
                            .rate_hz = RATE,
                            .frames = 1000,
                            .channel = { x },
                            .key = 64,
                            .cents = 25,
                            .loop_start = 100.4,
                            .loop_end = 899.6 };
    check_ok(snq_bank_new(RATE, &bank));
    check_ok(snq_recordings_add(bank, "a", &s));
    const snq_recording *r = snq_bank_find(bank, "a");
    assert_non_null(r);
    check_near(r->root_note, 64.25, 1e-9);
    assert_true(r->loop_start == 100 && r->loop_end == 900);
    check_status(snq_recordings_add(bank, "A", &s), SNQ_ERR_EXISTS);
    snq_bank_free(bank);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sound_of_ones_own),       TEST(tables),       TEST(what_is_no_sound_is_named),
        TEST(what_is_not_there_is_left), TEST(key_and_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
