// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "files.h"
#include "media/atomic_file.h"
#include "support/sweep.h"

static void test_commit_and_abort(void **state)
{
    snq_atomic_file *f;
    check_ok(snq_atomic_open(files_path("a"), 0, &f));
    assert_true(fputs("hello", snq_atomic_stream(f)) >= 0);
    assert_false(files_exists("a")); /* not before it is whole */
    assert_int_equal(files_count(), 1);
    check_ok(snq_atomic_commit(f));
    size_t n;
    char *text = (char *)files_read("a", &n);
    assert_string_equal(text, "hello");
    free(text);
    assert_int_equal(files_count(), 1);
    check_ok(snq_atomic_open(files_path("b"), 0, &f));
    snq_atomic_abort(f);
    snq_atomic_abort(NULL);
    assert_int_equal(files_count(), 1);
    check_status(snq_atomic_commit(NULL), SNQ_ERR_ARG);
}

static void test_permissions(void **state)
{
    snq_atomic_file *f;
    struct stat info;
    const mode_t before = umask(027);
    check_ok(snq_atomic_open(files_path("mode"), 0, &f));
    check_ok(snq_atomic_commit(f));
    umask(before);
    assert_int_equal(stat(files_path("mode"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void test_existing(void **state)
{
    snq_atomic_file *f = NULL;
    files_write("old", "old", 3);
    check_status(snq_atomic_open(files_path("old"), 0, &f), SNQ_ERR_EXISTS);
    assert_null(f);
    assert_non_null(strstr(snq_last_error(), "old"));
    check_ok(snq_atomic_open(files_path("old"), 1, &f));
    fputs("new", snq_atomic_stream(f));
    check_ok(snq_atomic_commit(f));
    size_t n;
    char *text = (char *)files_read("old", &n);
    assert_string_equal(text, "new");
    free(text);
    /* it appears between open and commit: kept */
    const int before = files_count();
    check_ok(snq_atomic_open(files_path("race"), 0, &f));
    files_write("race", "first", 5);
    check_status(snq_atomic_commit(f), SNQ_ERR_EXISTS);
    text = (char *)files_read("race", &n);
    assert_string_equal(text, "first");
    free(text);
    assert_int_equal(files_count(), before + 1);
}

static void test_bad_targets(void **state)
{
    snq_atomic_file *f;
    char longest[300], path[5000];
    const int before = files_count();
    check_status(snq_atomic_open("", 0, &f), SNQ_ERR_ARG);
    check_status(snq_atomic_open(files_path("x/"), 0, &f), SNQ_ERR_ARG);
    check_status(snq_atomic_open(files_path("nowhere/x"), 0, &f), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "No such file"));
    check_status(snq_atomic_open(files_folder(), 1, &f), SNQ_ERR_IO);
    check_status(snq_atomic_open("/dev/null", 1, &f), SNQ_ERR_IO);
    check_status(snq_atomic_open("/dev/null", 0, &f), SNQ_ERR_EXISTS);
    files_write("plain", "", 0);
    check_status(snq_atomic_open(files_path("plain/x"), 0, &f), SNQ_ERR_IO);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    check_status(snq_atomic_open(path, 0, &f), SNQ_ERR_TOO_BIG);
    assert_null(f);
    /* the longest name there is has no room for a suffix: it is shortened for the temporary */
    memset(longest, 'n', 255);
    longest[255] = '\0';
    check_ok(snq_atomic_open(files_path(longest), 0, &f));
    check_ok(snq_atomic_commit(f));
    assert_true(files_exists(longest));
    assert_int_equal(files_count(), before + 2);
}

/* A full disk (here: a limit on the file's size) is reported, and nothing is left. */
static void test_full(void **state)
{
    struct rlimit old, small;
    snq_atomic_file *f;
    const int before = files_count();
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit) { 10000, old.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    check_ok(snq_atomic_open(files_path("full"), 0, &f));
    for (int i = 0; i < 50000; i++)
        putc('x', snq_atomic_stream(f));
    const snq_status st = snq_atomic_commit(f);
    setrlimit(RLIMIT_FSIZE, &old);
    check_status(st, SNQ_ERR_IO);
    assert_false(files_exists("full"));
    assert_int_equal(files_count(), before);
}

static snq_status make(void *user, void **object)
{
    return snq_atomic_open(user, 1, (snq_atomic_file **)object);
}

static void unmake(void *object)
{
    snq_atomic_abort(object);
}

static void test_sweep(void **state)
{
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("sweep"));
    const int before = files_count();
    snq_sweep(make, unmake, path);
    assert_int_equal(files_count(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commit_and_abort),
        cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_existing),
        cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
