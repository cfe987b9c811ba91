// SPDX-License-Identifier: MIT
/* Every patch of patches/: it is read, an instrument is made of it, a note of its range sounds at a level
 * that lets patches stand beside one another, and ends. */
#include "support/check.h"

#include <dirent.h>

#include "synth/voice_checks.h"

enum { PATCHES_MAX = 512 };

static char ids[PATCHES_MAX][SNQ_PATCH_ID_MAX];
static size_t patches;

static void list_patches(void)
{
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    char folder[512];
    snprintf(folder, sizeof folder, "%s/patches", root);
    DIR *d = opendir(folder);
    assert_non_null(d);
    patches = 0;
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        const size_t n = strlen(e->d_name);
        if (n <= 5 || n - 5 >= SNQ_PATCH_ID_MAX || strcmp(e->d_name + n - 5, ".json") != 0)
            continue;
        assert_true(patches < PATCHES_MAX);
        snprintf(ids[patches++], SNQ_PATCH_ID_MAX, "%.*s", (int)(n - 5), e->d_name);
    }
    closedir(d);
    assert_true(patches >= 10);
}

static void test_each_is_read(void **state)
{
    list_patches();
    for (size_t i = 0; i < patches; i++) {
        snq_patch p;
        patch_file(ids[i], &p);
        assert_string_equal(p.id, ids[i]);
        assert_true(p.low_note < p.high_note);
    }
}

enum { HELD_S = check_extent(10, 2) };

/* Loudest 400 ms of a note, dBFS; how it ends is looked at. */
static double play(const snq_patch *p, float note, float velocity, double *peak)
{
    sound s;
    sound_open_patch(&s, p, 48000, 45);
    snq_instrument_note_on(s.instrument, 1, note, velocity);
    sound_run(&s, HELD_S);
    snq_instrument_note_off(s.instrument, 1, 0.5f);
    while (!snq_instrument_silent(s.instrument) && s.n < 44 * 48000)
        sound_run(&s, 0.1);
    if (!snq_instrument_silent(s.instrument))
        fail_msg("%s: note %g sounds 34 s after its end", p->id, (double)note);
    double loudest = 0;
    for (size_t k = 0; k + 19200 < s.n; k += 4800)
        loudest = fmax(loudest, rms_of(s.left + k, 19200));
    for (size_t k = 0; k < s.n; k++)
        assert_true(isfinite(s.left[k]) && isfinite(s.right[k]));
    *peak = fmax(peak_of(s.left, s.n), peak_of(s.right, s.n));
    sound_close(&s);
    return 20 * log10(loudest + 1e-9);
}

/* The bank has tables of its own; other recordings are the user's. */
static int needs_recordings(const snq_patch *p)
{
    for (int o = 0; o < SNQ_PATCH_SOURCES; o++)
        if (p->recording[o][0] && strcmp(p->source[o], "wave") != 0)
            return 1;
    return 0;
}

static void test_each_sounds_and_ends(void **state)
{
    list_patches();
    for (size_t i = 0; i < patches; i++) {
        snq_patch p;
        patch_file(ids[i], &p);
        if (needs_recordings(&p) || strcmp(p.engine, "voice") != 0)
            continue;
        double peak;
        const double db = play(&p, (float)(p.low_note + p.high_note) / 2, 0.8f, &peak);
        if (getenv("SNQ_VERBOSE"))
            printf("%-20s loudest 400 ms %6.1f dBFS, peak %.3f\n", p.id, db, peak);
        /* some rise slowly, some are brought up by their own effects */
        const double least = check_extent(p.chain.links ? -60 : -46, -90);
        if (!(db > least && db < -6) || peak > 1.5)
            fail_msg("%s: loudest 400 ms %.1f dBFS, peak %.3f", p.id, db, peak);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_read),
        cmocka_unit_test(test_each_sounds_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
