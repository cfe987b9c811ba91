// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/map_library.h"
#include "support/sweep.h"

static char root[64];

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static const char *in_root(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put_map(const char *folder, const char *file, const char *id, const char *name)
{
    char at[128];
    snprintf(at, sizeof at, "%s/%s.json", folder, file);
    FILE *f = fopen(in_root(at), "w");
    assert_non_null(f);
    fprintf(f, "{\"id\":\"%s\",\"name\":\"%s\",\"mappings\":[]}", id, name);
    fclose(f);
}

static int begin(void **state)
{
    strcpy(root, "/tmp/snq_maps.XXXXXX");
    if (!mkdtemp(root))
        return -1;
    if (mkdir(in_root("templates"), 0755) != 0)
        return -1;
    put_map("templates", "one", "one", "One");
    put_map("templates", "two", "two", "Two");
    return setenv("SNQ_DATA", root, 1);
}

static int end(void **state)
{
    unsetenv("SNQ_DATA");
    unsetenv("XDG_DATA_HOME");
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void templates_are_found(void **state)
{
    snq_map_library l;
    check_ok(snq_map_library_load(&l));
    assert_int_equal(l.entries, 2);
    assert_string_equal(snq_map_library_find(&l, "two")->name, "Two");
    assert_null(snq_map_library_find(&l, "three"));
    snq_map_library_clear(&l);
    snq_map_library_clear(&l);
}

static void what_is_wrong_is_listed(void **state)
{
    snq_map_library l;
    put_map("templates", "three", "other", "Three");
    put_map("templates", "zero", "", "Zero");
    check_ok(snq_map_library_load(&l));
    assert_int_equal(l.entries, 4);
    for (size_t i = 0; i < l.entries; i++) {
        const snq_map_entry *e = &l.entry[i];
        assert_true(!e->problem == (e->map && e->odd));
        if (strstr(e->path, "three"))
            assert_non_null(strstr(e->problem, "file's name"));
        if (strstr(e->path, "zero"))
            assert_non_null(strstr(e->problem, "id"));
    }
    snq_map_library_clear(&l);
}

static void many_are_too_many(void **state)
{
    snq_map_library l;
    char name[16];
    for (int i = 0; i < SNQ_MAP_LIBRARY_MAX; i++) {
        snprintf(name, sizeof name, "m%d", i);
        put_map("templates", name, name, "M");
    }
    check_status(snq_map_library_load(&l), SNQ_ERR_TOO_BIG);
    assert_true(!l.entry && !l.entries);
}

static void without_any_the_product_lacks_a_part(void **state)
{
    snq_map_library l;
    setenv("SNQ_DATA", "/nowhere", 1);
    check_status(snq_map_library_load(&l), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "templates"));
}

static void files_of_any_name(void **state)
{
    snq_map_template *t;
    check_ok(snq_map_library_read(in_root("templates/one.json"), NULL, &t));
    assert_string_equal(t->id, "one");
    snq_map_template_free(t);
    check_status(snq_map_library_read(in_root("none.json"), NULL, &t), SNQ_ERR_NOT_FOUND);
    assert_true(!t && strstr(snq_last_error(), "none.json"));
    FILE *f = fopen(in_root("big.json"), "w"); /* ten megabytes */
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), 10 << 20), 0);
    fclose(f);
    check_status(snq_map_library_read(in_root("big.json"), NULL, &t), SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(snq_last_error(), "big.json: 10485760 bytes"));
}

static snq_status make(void *user, void **object)
{
    static snq_map_library l; /* one at a time */
    const snq_status st = snq_map_library_load(&l);
    *object = st < 0 ? NULL : &l;
    return st;
}

static void unmake(void *object)
{
    snq_map_library_clear(object);
}

static void memory_may_end(void **state)
{
    snq_sweep(make, unmake, NULL);
}

static void one_is_found_by_file_or_id(void **state)
{
    snq_map_template *t;
    snq_warnings odd = { 0 };
    check_ok(snq_map_library_open("two", &odd, &t));
    assert_string_equal(t->name, "Two");
    assert_int_equal(odd.count, 0);
    snq_map_template_free(t);
    check_ok(snq_map_library_open(in_root("templates/one.json"), NULL, &t));
    assert_string_equal(t->name, "One");
    snq_map_template_free(t);
    check_status(snq_map_library_open("three", NULL, &t), SNQ_ERR_NOT_FOUND);
    assert_null(t);
    assert_non_null(strstr(snq_last_error(), "\"three\"; there are: one two"));
    check_status(snq_map_library_open("three.json", NULL, &t), SNQ_ERR_NOT_FOUND);
    /* a file whose name is no id and has no ending */
    char was[512];
    assert_non_null(getcwd(was, sizeof was));
    put_map("", "plain", "plain", "Plain");
    char from[512], to[512];
    snprintf(from, sizeof from, "%s", in_root("plain.json"));
    snprintf(to, sizeof to, "%s", in_root("plain"));
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(chdir(root), 0);
    check_ok(snq_map_library_open("plain", NULL, &t));
    assert_string_equal(t->id, "plain");
    snq_map_template_free(t);
    assert_int_equal(chdir(was), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(templates_are_found, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_listed, begin, end),
        cmocka_unit_test_setup_teardown(many_are_too_many, begin, end),
        cmocka_unit_test_setup_teardown(without_any_the_product_lacks_a_part, begin, end),
        cmocka_unit_test_setup_teardown(files_of_any_name, begin, end),
        cmocka_unit_test_setup_teardown(memory_may_end, begin, end),
        cmocka_unit_test_setup_teardown(one_is_found_by_file_or_id, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
