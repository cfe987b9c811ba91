// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/style_library.h"
#include "support/sweep.h"

static char root[64];

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static void put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make_folder(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void put_style(const char *folder, const char *file, const char *id, const char *patch)
{
    char name[128], text[1024];
    snprintf(name, sizeof name, "%s/%s.json", folder, file);
    snprintf(text, sizeof text,
             "{\"schema\":\"sonique/style/1\",\"id\":\"%s\",\"name\":\"A\",\"tempo\":{\"bpm\":120,"
             "\"range\":[110,130]},\"modes\":{\"minor\":1},\"tracks\":[{\"name\":\"bass\",\"kind\":"
             "\"bass\",\"sounds\":[{\"patch\":\"%s\"}]}]}",
             id, patch);
    put(name, text);
}

#define TABLE "{\"schema\":\"sonique/sounds/1\",\"instruments\":{},\"parts\":{},\"eras\":{}}"

static int begin(void **state)
{
    strcpy(root, "/tmp/snq_styles.XXXXXX");
    if (!mkdtemp(root))
        return -1;
    make_folder("styles");
    make_folder("styles/tables");
    put("styles/tables/sounds.json", TABLE);
    put_style("styles", "house", "house", "sub_bass");
    put_style("styles", "techno", "techno", "sub_bass");
    return setenv("SNQ_DATA", root, 1);
}

static int end(void **state)
{
    unsetenv("SNQ_DATA");
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void styles_are_found(void **state)
{
    snq_style_library l;
    check_ok(snq_style_library_load(NULL, &l));
    assert_int_equal(l.entries, 2);
    assert_non_null(l.sounds);
    assert_non_null(snq_style_library_find(&l, "techno"));
    assert_null(snq_style_library_find(&l, "polka"));
    snq_style_library_clear(&l);
    snq_style_library_clear(&l);
}

static void what_is_wrong_is_listed(void **state)
{
    snq_style_library l;
    put_style("styles", "polka", "waltz", "sub_bass");
    put("styles/broken.json", "{");
    make_folder("styles/folder.json");
    check_ok(snq_style_library_load(NULL, &l));
    assert_int_equal(l.entries, 5);
    int problems = 0;
    for (size_t i = 0; i < l.entries; i++) {
        problems += l.entry[i].problem != NULL;
        assert_true(!l.entry[i].style == (l.entry[i].problem != NULL));
        if (strstr(l.entry[i].path, "polka"))
            assert_non_null(strstr(l.entry[i].problem, "\"waltz\" is not the file's name"));
    }
    assert_int_equal(problems, 3);
    assert_non_null(snq_style_library_find(&l, "house"));
    snq_style_library_clear(&l);
}

/* Asked for by name, a file with a problem says what it is. */
static void problems_are_told(void **state)
{
    snq_style_library l;
    snq_brief b;
    const snq_style *s;
    put_style("styles", "polka", "waltz", "sub_bass");
    put("styles/jazz.json", "{\"id\": 3}");
    put("styles/rock.json", "");
    check_ok(snq_style_library_load(NULL, &l));
    check_ok(snq_style_library_get(&l, "house", &s));
    assert_string_equal(s->id, "house");
    check_status(snq_style_library_get(&l, "polka", &s), SNQ_ERR_FORMAT);
    assert_non_null(
        strstr(snq_last_error(), "polka.json: its id \"waltz\" is not the file's name"));
    assert_null(s);
    check_status(snq_style_library_get(&l, "rock", &s), SNQ_ERR_FORMAT);
    check_status(snq_style_library_get(&l, "waltz", &s), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "there is no style \"waltz\""));
    check_status(snq_style_library_get(&l, "pol", &s), SNQ_ERR_NOT_FOUND);
    check_status(snq_style_library_get(&l, "", &s), SNQ_ERR_NOT_FOUND);
    snq_brief_init(&b);
    snq_brief_add_genre(&b, SNQ_GENRE_jazz);
    check_status(snq_style_library_choose(&l, &b, &s), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "jazz.json: "));
    snq_brief_clear(&b);
    snq_style_library_clear(&l);
}

static void patches_are_looked_for(void **state)
{
    snq_patch patch = { .id = "sub_bass" };
    snq_patch_entry entry = { .patch = &patch };
    snq_patch_library patches = { .entry = &entry, .entries = 1, .room = 1 };
    snq_style_library l;
    put_style("styles", "rock", "rock", "kazoo_bass");
    check_ok(snq_style_library_load(&patches, &l));
    assert_null(snq_style_library_find(&l, "rock"));
    assert_non_null(snq_style_library_find(&l, "house"));
    for (size_t i = 0; i < l.entries; i++)
        if (strstr(l.entry[i].path, "rock"))
            assert_non_null(strstr(l.entry[i].problem,
                                   "tracks[0].sounds[0]: there is no patch \"kazoo_bass\""));
    snq_style_library_clear(&l);
}

/* The product's styles are a part of it: the user's own don't stand in for them. */
static void ones_own_are_not_enough(void **state)
{
    snq_style_library l;
    unsetenv("SNQ_DATA");
    make_folder("sonique");
    make_folder("sonique/styles");
    put_style("sonique/styles", "house", "house", "my_bass");
    setenv("XDG_DATA_HOME", root, 1);
    check_status(snq_style_library_load(NULL, &l), SNQ_ERR_UNSUPPORTED);
    assert_null(l.entry);
    unsetenv("XDG_DATA_HOME");
    setenv("SNQ_DATA", root, 1);
}

static void without_a_table_or_styles_nothing_goes(void **state)
{
    char path[512];
    snq_style_library l;
    put("styles/tables/sounds.json", "{\"schema\":\"x\"}");
    check_status(snq_style_library_load(NULL, &l), SNQ_ERR_FORMAT);
    assert_null(l.entry);
    snprintf(path, sizeof path, "%s/styles/tables/sounds.json", root);
    remove(path);
    put("styles/tables/other.json", "{}");
    check_status(snq_style_library_load(NULL, &l), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "sounds.json"));
    snprintf(path, sizeof path, "%s/nowhere", root);
    setenv("SNQ_DATA", path, 1);
    check_status(snq_style_library_load(NULL, &l), SNQ_ERR_UNSUPPORTED);
    setenv("SNQ_DATA", root, 1);
    put("styles/tables/sounds.json", TABLE);
}

static void briefs_choose(void **state)
{
    snq_style_library l;
    snq_brief b;
    const snq_style *s;
    check_ok(snq_style_library_load(NULL, &l));
    snq_brief_init(&b);
    check_ok(snq_style_library_choose(&l, &b, &s));
    b.avoid_genres = 1u << SNQ_GENRE_house;
    check_ok(snq_style_library_choose(&l, &b, &s));
    assert_string_not_equal(s->id, "house");
    snq_brief_add_genre(&b, SNQ_GENRE_techno);
    snq_brief_add_genre(&b, SNQ_GENRE_house);
    check_ok(snq_style_library_choose(&l, &b, &s));
    assert_string_equal(s->id, "techno");
    snq_brief_clear(&b);
    snq_brief_init(&b);
    snq_brief_add_genre(&b, SNQ_GENRE_jazz);
    check_status(snq_style_library_choose(&l, &b, &s), SNQ_ERR_NOT_FOUND);
    assert_null(s);
    snq_brief_clear(&b);
    snq_brief_init(&b);
    b.avoid_genres = (1u << SNQ_GENRES) - 1;
    check_status(snq_style_library_choose(&l, &b, &s), SNQ_ERR_NOT_FOUND);
    snq_brief_clear(&b);
    snq_style_library_clear(&l);
}

static snq_status make(void *user, void **object)
{
    snq_style_library *l = calloc(1, sizeof *l);
    const snq_status st = snq_style_library_load(NULL, l);
    (void)user;
    if (st < 0) {
        free(l);
        return st;
    }
    *object = l;
    return st;
}

static void unmake(void *object)
{
    snq_style_library_clear(object);
    free(object);
}

static void memory_may_end(void **state)
{
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(styles_are_found, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_listed, begin, end),
        cmocka_unit_test_setup_teardown(problems_are_told, begin, end),
        cmocka_unit_test_setup_teardown(patches_are_looked_for, begin, end),
        cmocka_unit_test_setup_teardown(ones_own_are_not_enough, begin, end),
        cmocka_unit_test_setup_teardown(without_a_table_or_styles_nothing_goes, begin, end),
        cmocka_unit_test_setup_teardown(briefs_choose, begin, end),
        cmocka_unit_test_setup_teardown(memory_may_end, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
