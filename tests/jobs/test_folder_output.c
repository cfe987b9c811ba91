// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/alloc.h"
#include "jobs/folder_output.h"
#include "support/sweep.h"

static char root[64];

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static int begin(void **state)
{
    strcpy(root, "/tmp/snq_folder.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_root(const char *name)
{
    static char path[SNQ_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void holds(const char *name, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(in_root(name), "r");
    assert_non_null(f);
    assert_non_null(fgets(got, sizeof got, f));
    fclose(f);
    assert_string_equal(got, text);
}

static int entries(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void put(snq_folder_output *f, const char *name, const char *text)
{
    char path[SNQ_PATH_MAX];
    check_ok(snq_folder_output_path(f, name, path, sizeof path));
    write_text(path, text);
}

static void appears_whole(void **state)
{
    snq_folder_output *f;
    struct stat info;
    const mode_t mask = umask(027);
    check_ok(snq_folder_output_open(in_root("song/"), 0, &f));
    put(f, "mix.wav", "mix");
    put(f, "stems/lanes/kick.wav", "kick");
    assert_int_not_equal(access(in_root("song"), F_OK), 0);
    check_ok(snq_folder_output_commit(f));
    umask(mask);
    holds("song/mix.wav", "mix");
    holds("song/stems/lanes/kick.wav", "kick");
    assert_int_equal(stat(in_root("song"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0750);
    assert_int_equal(entries(root), 1);
}

static void leaves_nothing_behind(void **state)
{
    snq_folder_output *f;
    check_ok(snq_folder_output_open(in_root("song"), 0, &f));
    put(f, "a/b/c", "x");
    assert_int_equal(entries(root), 1);
    snq_folder_output_abort(f);
    assert_int_equal(entries(root), 0);
    snq_folder_output_abort(NULL);
}

static void refuses_what_is_there(void **state)
{
    snq_folder_output *f;
    mkdir(in_root("song"), 0755);
    check_status(snq_folder_output_open(in_root("song"), 0, &f), SNQ_ERR_EXISTS);
    assert_null(f);
    write_text(in_root("file"), "x");
    check_status(snq_folder_output_open(in_root("file"), 1, &f), SNQ_ERR_EXISTS);
    check_status(snq_folder_output_open("/", 1, &f), SNQ_ERR_ARG);
    check_status(snq_folder_output_open("", 1, &f), SNQ_ERR_ARG);
    check_status(snq_folder_output_open(in_root("no/such/folder"), 0, &f), SNQ_ERR_IO);
    assert_int_equal(entries(root), 2);
}

/* With force other files stay; without, a folder that appeared meanwhile is not touched. */
static void replaces_file_by_file(void **state)
{
    snq_folder_output *f;
    mkdir(in_root("song"), 0755);
    mkdir(in_root("song/stems"), 0755);
    write_text(in_root("song/mix.wav"), "old");
    write_text(in_root("song/notes.txt"), "mine");
    check_ok(snq_folder_output_open(in_root("song"), 1, &f));
    put(f, "mix.wav", "new");
    put(f, "stems/bass.wav", "bass");
    check_ok(snq_folder_output_commit(f));
    holds("song/mix.wav", "new");
    holds("song/notes.txt", "mine");
    holds("song/stems/bass.wav", "bass");
    assert_int_equal(entries(root), 1);

    check_ok(snq_folder_output_open(in_root("other"), 0, &f));
    put(f, "mix.wav", "new");
    mkdir(in_root("other"), 0755);
    check_status(snq_folder_output_commit(f), SNQ_ERR_EXISTS);
    assert_int_equal(entries(in_root("other")), 0);
    assert_int_equal(entries(root), 2);
}

static void fails_in_the_way(void **state)
{
    snq_folder_output *f;
    char path[SNQ_PATH_MAX], tiny[8];
    check_ok(snq_folder_output_open(in_root("song"), 0, &f));
    check_status(snq_folder_output_path(f, "mix.wav", tiny, sizeof tiny), SNQ_ERR_TOO_BIG);
    put(f, "stems", "a file");
    check_status(snq_folder_output_path(f, "stems/x/bass.wav", path, sizeof path), SNQ_ERR_IO);
    snq_folder_output_abort(f);

    mkdir(in_root("song"), 0755);
    mkdir(in_root("song/mix.wav"), 0755);
    check_ok(snq_folder_output_open(in_root("song"), 1, &f));
    put(f, "mix.wav", "new");
    check_status(snq_folder_output_commit(f), SNQ_ERR_IO);
    assert_int_equal(entries(root), 1);
}

/* Names that are taken and memory that ends are found out before anything is replaced. */
static void all_or_nothing_over_what_is_there(void **state)
{
    snq_folder_output *f;
    mkdir(in_root("song"), 0755);
    write_text(in_root("song/a.wav"), "old");
    write_text(in_root("song/stems"), "a file where a folder should be");
    check_ok(snq_folder_output_open(in_root("song"), 1, &f));
    put(f, "a.wav", "new");
    put(f, "stems/b.wav", "new");
    check_status(snq_folder_output_commit(f), SNQ_ERR_IO);
    holds("song/a.wav", "old");
    remove(in_root("song/stems"));
    mkdir(in_root("elsewhere"), 0755); /* a folder by another name is one */
    assert_int_equal(symlink("../elsewhere", in_root("song/stems")), 0);
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st < 0; n++) {
        check_ok(snq_folder_output_open(in_root("song"), 1, &f));
        put(f, "a.wav", "new");
        for (int i = 0; i < 40; i++) {
            char name[32];
            snprintf(name, sizeof name, "stems/%d.wav", i);
            put(f, name, "new");
        }
        holds("song/a.wav", "old");
        snq_alloc_fail_after(n);
        st = snq_folder_output_commit(f);
        snq_alloc_fail_after(-1);
        assert_true(st == SNQ_OK || st == SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live);
        assert_int_equal(entries(root), 2);
    }
    holds("song/a.wav", "new");
    assert_int_equal(entries(in_root("elsewhere")), 40);
}

static void folders_are_made(void **state)
{
    check_ok(snq_folder_make(in_root("new"), 0));
    check_status(snq_folder_make(in_root("new"), 0), SNQ_ERR_EXISTS);
    assert_non_null(strstr(snq_last_error(), "--force"));
    check_ok(snq_folder_make(in_root("new"), 1));
    check_status(snq_folder_make(in_root("no/such"), 1), SNQ_ERR_IO);
}

static snq_status make(void *user, void **out)
{
    return snq_folder_output_open(in_root("song"), 0, (snq_folder_output **)out);
}

static void unmake(void *object)
{
    snq_folder_output_abort(object);
}

static void survives_the_sweep(void **state)
{
    snq_sweep(make, unmake, NULL);
    assert_int_equal(entries(root), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(appears_whole),
        TEST(leaves_nothing_behind),
        TEST(refuses_what_is_there),
        TEST(replaces_file_by_file),
        TEST(fails_in_the_way),
        TEST(survives_the_sweep),
        TEST(all_or_nothing_over_what_is_there),
        TEST(folders_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
