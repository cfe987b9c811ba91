// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/patch_library.h"
#include "jobs/patch_preview.h"

static char root[64];

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static void in_root(const char *name, char path[512])
{
    snprintf(path, 512, "%s/%s", root, name);
}

static void put(const char *name, const char *text)
{
    char path[512];
    in_root(name, path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make_folder(const char *name)
{
    char path[512];
    in_root(name, path);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void put_patch(const char *folder, const char *id, const char *family, const char *about)
{
    char name[128], text[512];
    snprintf(name, sizeof name, "%s/%s.json", folder, id);
    snprintf(
        text, sizeof text,
        "{\"schema\": \"sonique/patch/1\", \"id\": \"%s\", \"name\": \"A\", \"family\": \"%s\", "
        "\"about\": \"%s\", \"taste\": \"Anywhere.\", \"engine\": \"voice\", \"range\": [0, 127], "
        "\"sources\": [\"wave\"], \"params\": {}, \"matrix\": []}",
        id, family, about);
    put(name, text);
}

#define TABLE(drums, programs) \
    "{\"schema\": \"sonique/general-midi/1\", \"drums\": \"" drums "\", \"programs\": " programs "}"

static int begin(void **state)
{
    strcpy(root, "/tmp/snq_library.XXXXXX");
    if (!mkdtemp(root))
        return -1;
    make_folder("patches");
    make_folder("patches/tables");
    put_patch("patches", "soft_keys", "keys", "Keys.");
    put_patch("patches", "sub_bass", "bass", "Bass.");
    put_patch("patches", "kit", "drums", "Drums.");
    put("patches/tables/general_midi.json",
        TABLE("kit", "[[0, 31, \"soft_keys\"], [32, 39, \"sub_bass\"], [40, 127, \"soft_keys\"]]"));
    return setenv("SNQ_DATA", root, 1);
}

static int end(void **state)
{
    unsetenv("SNQ_DATA");
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *chosen(const snq_patch_library *l, snq_track t)
{
    const snq_patch *p;
    return snq_patch_library_choose(l, &t, &p) < 0 ? "none" : p->id;
}

static void chooses_for_a_track(void **state)
{
    snq_patch_library l;
    check_ok(snq_patch_library_load(&l));
    assert_int_equal(l.entries, 3);
    assert_string_equal(chosen(&l, (snq_track) { .program = 33 }), "sub_bass");
    assert_string_equal(chosen(&l, (snq_track) { .program = 0, .channel = 9 }), "kit");
    assert_string_equal(chosen(&l, (snq_track) { .program = -1, .kind = "Drums" }), "kit");
    assert_string_equal(chosen(&l, (snq_track) { .program = -1, .kind = "bass" }), "sub_bass");
    assert_string_equal(chosen(&l, (snq_track) { .program = -1, .kind = "whatever" }), "soft_keys");
    assert_string_equal(chosen(&l, (snq_track) { .program = 0, .patch = "sub_bass" }), "sub_bass");
    assert_string_equal(chosen(&l, (snq_track) { .name = "x", .patch = "nobody" }), "none");
    assert_non_null(strstr(snq_last_error(), "\"x\""));
    assert_non_null(strstr(snq_last_error(), "\"nobody\""));
    assert_null(snq_patch_library_find(&l, "nobody"));
    snq_patch_library_clear(&l);
    snq_patch_library_clear(&l);
}

static void lists_what_is_no_good(void **state)
{
    snq_patch_library l;
    int problems = 0;
    put("patches/broken.json", "{");
    put("patches/other.json", "{\"schema\": \"sonique/patch/1\"}");
    put_patch("patches", "zz", "bass", "Its file has another name.");
    char from[512], to[512];
    in_root("patches/zz.json", from);
    in_root("patches/zy.json", to);
    assert_int_equal(rename(from, to), 0);
    check_ok(snq_patch_library_load(&l));
    assert_int_equal(l.entries, 6);
    for (size_t i = 0; i < l.entries; i++) {
        assert_true(!l.entry[i].patch == !!l.entry[i].problem);
        problems += l.entry[i].problem != NULL;
    }
    assert_int_equal(problems, 3);
    assert_null(snq_patch_library_find(&l, "zz"));
    snq_patch_library_clear(&l);
}

static void refuses_a_bad_table(void **state)
{
    static const char *const bad[] = {
        "{}",
        "[",
        TABLE("kit", "[[0, 127, \"nobody\"]]"),
        TABLE("kit", "[[0, 126, \"soft_keys\"]]"),
        TABLE("kit", "[[0, 128, \"soft_keys\"]]"),
        TABLE("kit", "[[5, 4, \"soft_keys\"], [0, 127, \"soft_keys\"]]"),
        TABLE("kit", "[[0, 127]]"),
        TABLE("kit", "[0, 127]"),
        ("{\"schema\": \"sonique/other/1\", \"drums\": \"kit\", "
         "\"programs\": [[0, 127, \"soft_keys\"]]}"),
    };
    snq_patch_library l;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        put("patches/tables/general_midi.json", bad[i]);
        const snq_status st = snq_patch_library_load(&l);
        if (st != SNQ_ERR_FORMAT && st != SNQ_ERR_RANGE)
            fail_msg("table %zu: %s", i, snq_status_name(st));
        assert_int_equal(l.entries, 0);
        assert_null(l.entry);
    }
    char path[512];
    in_root("patches/tables/general_midi.json", path);
    unlink(path);
    check_status(snq_patch_library_load(&l), SNQ_ERR_UNSUPPORTED);
}

static void out_of_memory_leaves_nothing(void **state)
{
    snq_patch_library l;
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st == SNQ_ERR_NOMEM && n < 1000; n++) {
        snq_alloc_fail_after(n);
        st = snq_patch_library_load(&l);
        snq_alloc_fail_after(-1);
        if (st < 0)
            assert_int_equal(snq_alloc_live(), live);
    }
    check_ok(st);
    snq_patch_library_clear(&l);
    assert_int_equal(snq_alloc_live(), live);
}

/* Each family has a phrase, within the range that the patch is meant for; it can be written. */
static void previews_are_played(void **state)
{
    snq_patch_library l;
    char path[512];
    float peak;
    check_ok(snq_patch_library_load(&l));
    snq_patch p = *snq_patch_library_find(&l, "sub_bass");
    for (int f = 0; f < SNQ_FAMILIES; f++) {
        snq_score s;
        p.family = (uint8_t)f;
        p.low_note = 60;
        p.high_note = 96;
        check_ok(snq_patch_phrase(&p, &s));
        check_ok(snq_score_check(&s));
        assert_true(s.tracks == 1 && s.track[0].notes > 0);
        for (size_t i = 0; f != SNQ_FAMILY_DRUMS && i < s.track[0].notes; i++)
            assert_in_range(s.track[0].note[i].pitch, 60, 96);
        snq_score_clear(&s);
    }
    in_root("preview.wav", path);
    check_ok(snq_patch_preview(snq_patch_library_find(&l, "sub_bass"), path, 0, 0, 0, &peak));
    assert_true(peak > 0.01f && peak <= 1.0f);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 3 * 48000 * 6);
    check_status(snq_patch_preview(snq_patch_library_find(&l, "sub_bass"), path, 0, 0, 0, NULL),
                 SNQ_ERR_EXISTS);
    in_root("preview.txt", path);
    check_status(snq_patch_preview(snq_patch_library_find(&l, "sub_bass"), path, 0, 0, 0, NULL),
                 SNQ_ERR_ARG);
    snq_patch_library_clear(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chooses_for_a_track),          TEST(lists_what_is_no_good), TEST(refuses_a_bad_table),
        TEST(out_of_memory_leaves_nothing), TEST(previews_are_played),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
