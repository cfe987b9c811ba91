// SPDX-License-Identifier: MIT
/* The engine "soundfont" with a module of our own in FluidSynth's place, that writes down what it is told: so it is
 * tested on machines without FluidSynth too. With it: test_soundfont.c. */
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/engine_impl.h"
#include "synth/soundfont.h"
#include "synth/soundfont_module_impl.h"

enum { RATE = 48000, BLOCK = SNQ_INSTRUMENT_BLOCK };

static struct {
    char said[4096]; /* one word a call */
    int voices;      /* that sound now; each run plays a constant 0.5 as long as there is one */
    int opened;
    snq_status open;
} fake;

static void say(const char *fmt, ...) SNQ_PRINTF(1, 2);
static void say(const char *fmt, ...)
{
    const size_t n = strlen(fake.said);
    va_list list;
    va_start(list, fmt);
    vsnprintf(fake.said + n, sizeof fake.said - n, fmt, list);
    va_end(list);
}

/* What was said since the last question. */
static void said(const char *want)
{
    if (strcmp(fake.said, want) != 0)
        fail_msg("said \"%s\", want \"%s\"", fake.said, want);
    fake.said[0] = '\0';
}

static snq_status f_open(const char *path, uint32_t rate_hz, void **out)
{
    *out = NULL;
    if (fake.open < 0)
        return SNQ_FAIL(fake.open, "%s: no bank", path);
    say("open %u ", rate_hz);
    fake.opened++;
    *out = &fake;
    return SNQ_OK;
}

static void f_close(void *player)
{
    fake.opened -= player != NULL;
}

static void f_program(void *p, int bank, int program)
{
    say("program %d:%d ", bank, program);
}

static void f_gain(void *p, float linear)
{
    say("gain %.3f ", (double)linear);
}

static void f_on(void *p, int key, int velocity)
{
    say("on %d/%d ", key, velocity);
    fake.voices++;
}

static void f_off(void *p, int key)
{
    say("off %d ", key);
    fake.voices = 0;
}

static void f_controller(void *p, int number, int value)
{
    say("cc %d=%d ", number, value);
}

static void f_pressure(void *p, int value)
{
    say("pressure %d ", value);
}

static void f_bend(void *p, float semitones)
{
    say("bend %.1f ", (double)semitones);
}

static void f_notes_off(void *p)
{
    say("notes-off ");
}

static void f_sounds_off(void *p)
{
    say("sounds-off ");
    fake.voices = 0;
}

static void f_run(void *p, float *left, float *right, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        left[i] = right[i] = fake.voices ? 0.5f : 0.0f;
}

static int f_voices(void *p)
{
    return fake.voices;
}

const snq__soundfont_module snq_soundfont = { SNQ__SOUNDFONT_MODULE_TAG,
                                              .open = f_open,
                                              .close = f_close,
                                              .program = f_program,
                                              .gain = f_gain,
                                              .note_on = f_on,
                                              .note_off = f_off,
                                              .controller = f_controller,
                                              .pressure = f_pressure,
                                              .bend = f_bend,
                                              .all_notes_off = f_notes_off,
                                              .all_sounds_off = f_sounds_off,
                                              .run = f_run,
                                              .voices = f_voices,
                                              .last_error = snq_last_error };

static snq_status open_with(const snq_patch *p, snq_instrument **out)
{
    const snq_instrument_cfg cfg = { .rate_hz = RATE, .patch = p };
    return snq_instrument_new(&cfg, out);
}

static int begin(void **state)
{
    static const snq_patch p = { .id = "piano",
                                 .engine = "soundfont",
                                 .settings = 2,
                                 .setting = { { .id = "program", .value = 7 },
                                              { .id = "bank", .value = 999 } } };
    memset(&fake, 0, sizeof fake);
    setenv("SNQ_SOUNDFONT", "/dev/null", 1);
    check_ok(open_with(&p, (snq_instrument **)state));
    said("open 48000 program 128:7 gain 0.400 "); /* a bank out of range is brought into it */
    return 0;
}

static int end(void **state)
{
    snq_instrument_free(*state);
    unsetenv("SNQ_SOUNDFONT");
    return fake.opened;
}

/* Runs n frames; the largest sample. */
static float play(snq_instrument *i, uint32_t n)
{
    float left[BLOCK], right[BLOCK], most = 0;
    for (uint32_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? n - at : BLOCK;
        snq_instrument_run(i, left, right, k);
        for (uint32_t j = 0; j < k; j++) {
            assert_true(left[j] == right[j]);
            most = fmaxf(most, fabsf(left[j]));
        }
    }
    return most;
}

static void notes_become_keys(void **state)
{
    snq_instrument *i = *state;
    snq_instrument_note_on(i, 1, 60.4f, 1.0f);
    snq_instrument_note_on(i, 2, 127.0f, 0.5f);
    snq_instrument_note_on(i, 3, 0.0f, 0.001f); /* too soft to be one */
    said("on 60/127 on 127/64 ");
    snq_instrument_note_on(i, 4, 60.0f, 0.9f); /* the key again */
    snq_instrument_note_off(i, 1, 0.5f);       /* which the other still holds */
    snq_instrument_note_off(i, 77, 0.5f);
    said("on 60/114 ");
    snq_instrument_note_off(i, 4, 0.5f);
    snq_instrument_note_off(i, 2, 0.5f);
    said("off 60 off 127 ");
}

/* The oldest note goes when there are more than it remembers. */
static void a_hundred_and_more_notes(void **state)
{
    snq_instrument *i = *state;
    for (uint32_t id = 0; id < 128; id++)
        snq_instrument_note_on(i, id, (float)(id % 120), 1.0f);
    fake.said[0] = '\0';
    snq_instrument_note_on(i, 128, 121.0f, 1.0f); /* key 0 is held by note 120 too */
    snq_instrument_note_on(i, 129, 122.0f, 1.0f);
    said("on 121/127 on 122/127 ");
    snq_instrument_note_off(i, 0, 0.0f); /* forgotten */
    snq_instrument_note_off(i, 120, 0.0f);
    said("off 0 ");
}

static void it_is_played_by_hand(void **state)
{
    snq_instrument *i = *state;
    static const struct {
        snq_perform what;
        double value;
        const char *says;
    } tab[] = {
        { SNQ_PERFORM_BEND, 2.0, "bend 2.0 " },
        { SNQ_PERFORM_BEND, -99.0, "bend -24.0 " },
        { SNQ_PERFORM_WHEEL, 0.5, "cc 1=64 " },
        { SNQ_PERFORM_PRESSURE, 2.0, "pressure 127 " },
        { SNQ_PERFORM_SUSTAIN, 1.0, "cc 64=127 " },
        { SNQ_PERFORM_EXPRESSION, 0.25, "cc 11=32 " },
        { SNQ_PERFORM_VOLUME, -1.0, "cc 7=0 " },
        { SNQ_PERFORM_PAN, -1.0, "cc 10=1 " },
        { SNQ_PERFORM_PAN, 1.0, "cc 10=127 " },
        { SNQ_PERFORM_PAN, 0.0, "cc 10=64 " },
        { SNQ_PERFORM_BEAT, 4.0, "" },
        { SNQ_PERFORM_BPM, 99.0, "" },
    };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        snq_instrument_perform(i, tab[k].what, tab[k].value);
        said(tab[k].says);
    }
}

static void parameters_are_told_once(void **state)
{
    snq_instrument *i = *state;
    size_t n;
    const snq_param *p = snq_instrument_params(i, &n);
    assert_int_equal(n, 3);
    const int gain = snq_param_find(p, n, "gain_db"), program = snq_param_find(p, n, "program");
    snq_instrument_set(i, (uint32_t)gain, 0.0f); /* as it is */
    said("");
    snq_instrument_set(i, (uint32_t)gain, -20.0f);
    said("gain 0.040 ");
    snq_instrument_set(i, (uint32_t)program, 40.0f);
    said("program 128:40 ");
}

static void silence_is_exact(void **state)
{
    snq_instrument *i = *state;
    assert_true(snq_instrument_silent(i) && play(i, 200) == 0.0f);
    snq_instrument_note_on(i, 1, 60.0f, 1.0f);
    assert_false(snq_instrument_silent(i));
    assert_true(play(i, 1000) == 0.5f && !snq_instrument_silent(i));
    snq_instrument_note_off(i, 1, 0.0f);
    assert_true(play(i, 300) == 0.0f && snq_instrument_silent(i));
}

static void all_ends(void **state)
{
    snq_instrument *i = *state;
    float left[BLOCK], right[BLOCK], before = 0.5f;
    snq_instrument_note_on(i, 1, 60.0f, 1.0f);
    play(i, 100);
    snq_instrument_all_off(i, 0); /* the notes; what rings may ring */
    said("on 60/127 notes-off ");
    assert_true(play(i, 100) == 0.5f);
    snq_instrument_all_off(i, 1);
    said("notes-off ");
    for (int k = 0; k < 4; k++) { /* down within 5 ms, without a step */
        snq_instrument_run(i, left, right, BLOCK);
        for (int j = 0; j < BLOCK; j++) {
            assert_true(left[j] <= before && before - left[j] < 0.005f);
            before = left[j];
        }
    }
    assert_true(before == 0.0f && snq_instrument_silent(i));
    said("sounds-off ");
    snq_instrument_note_on(i, 2, 62.0f, 1.0f);
    play(i, 64);
    snq_instrument_all_off(i, 1);
    play(i, 64);
    fake.said[0] = '\0';
    snq_instrument_note_on(i, 3, 64.0f, 1.0f); /* while that ends */
    said("sounds-off on 64/127 ");
    assert_true(play(i, 1000) == 0.5f);
}

static snq_status make(void *user, void **out)
{
    return open_with(user, (snq_instrument **)out);
}

static void unmake(void *object)
{
    snq_instrument_free(object);
}

static void errors_leave_nothing(void **state)
{
    snq_patch p = { .id = "piano", .engine = "soundfont" };
    snq_instrument *i;
    const char *bank;
    snq_sweep(make, unmake, &p);
    fake.open = SNQ_ERR_FORMAT;
    check_status(open_with(&p, &i), SNQ_ERR_FORMAT);
    assert_null(i);
    assert_non_null(strstr(snq_last_error(), "/dev/null: no bank"));
    fake.open = SNQ_OK;
    check_ok(snq_soundfont_find(&bank));
    assert_string_equal(bank, "/dev/null");
    setenv("SNQ_SOUNDFONT", "/nowhere/a.sf2", 1);
    check_status(open_with(&p, &i), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "/nowhere/a.sf2"));
    check_status(snq_soundfont_find(&bank), SNQ_ERR_NOT_FOUND);
    assert_null(bank);
    setenv("SNQ_SOUNDFONT", "", 1); /* as if it were not set: a known place, or what to install */
    const snq_status st = snq_soundfont_find(&bank);
    if (st >= 0)
        assert_int_equal(access(bank, R_OK), 0);
    else
        assert_non_null(strstr(snq_last_error(), "fluid-soundfont-gm"));
    assert_int_equal(fake.opened, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(notes_become_keys),        TEST(a_hundred_and_more_notes), TEST(it_is_played_by_hand),
        TEST(parameters_are_told_once), TEST(silence_is_exact),         TEST(all_ends),
        TEST(errors_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
