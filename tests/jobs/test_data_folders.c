// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/data_folders.h"

static char root[64];

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int begin(void **state)
{
    char path[256];
    strcpy(root, "/tmp/snq_data.XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(path, sizeof path, "%s/things", root);
    return mkdir(path, 0755);
}

static int end(void **state)
{
    unsetenv("SNQ_DATA");
    unsetenv("XDG_DATA_HOME");
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

typedef struct seen {
    char names[256];
    int own;
    const char *stop_at;
} seen;

static snq_status visit(void *user, const char *path, const char *name, int own)
{
    seen *s = user;
    assert_int_equal(access(path, R_OK), 0);
    strcat(s->names, name);
    strcat(s->names, " ");
    s->own += own;
    return s->stop_at && strcmp(name, s->stop_at) == 0 ? SNQ_FAIL(SNQ_ERR_RANGE, "stop") : SNQ_OK;
}

static void walks_in_byte_order(void **state)
{
    seen s = { 0 };
    put("things/b.json", "{}");
    put("things/a.json", "{}");
    put("things/B.json", "{}");
    put("things/.hidden.json", "{}");
    put("things/other.txt", "");
    put("things/.json", "");
    setenv("SNQ_DATA", root, 1);
    check_ok(snq_data_folders_walk("things", visit, &s));
    assert_string_equal(s.names, "B a b ");
    assert_int_equal(s.own, 0);
    s = (seen) { .stop_at = "a" };
    check_status(snq_data_folders_walk("things", visit, &s), SNQ_ERR_RANGE);
    assert_string_equal(s.names, "B a ");
    check_status(snq_data_folders_walk("none", visit, &s), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), root));
}

/* The user's come first; the product's must be there all the same. */
static void looks_at_the_users_own(void **state)
{
    seen s = { 0 };
    char path[256];
    snprintf(path, sizeof path, "%s/sonique", root);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/sonique/things", root);
    assert_int_equal(mkdir(path, 0755), 0);
    put("sonique/things/mine.json", "{}");
    setenv("XDG_DATA_HOME", root, 1);
    check_status(snq_data_folders_walk("things", visit, &s), SNQ_ERR_NOT_FOUND);
    assert_string_equal(s.names, "mine ");
    assert_int_equal(s.own, 1);
}

static void reads_a_file(void **state)
{
    snq_text_file f;
    char path[256];
    put("things/a.json", "hello");
    snprintf(path, sizeof path, "%s/things/a.json", root);
    check_ok(snq_text_file_read(path, 5, &f));
    assert_int_equal(f.length, 5);
    assert_string_equal(f.bytes, "hello");
    snq_free(f.bytes);
    check_status(snq_text_file_read(path, 4, &f), SNQ_ERR_TOO_BIG);
    assert_null(f.bytes);
    check_status(snq_text_file_read(root, 100, &f), SNQ_ERR_FORMAT);
    strcat(path, "x");
    check_status(snq_text_file_read(path, 100, &f), SNQ_ERR_NOT_FOUND);
    snprintf(path, sizeof path, "%s/things/a.json/b", root);
    check_status(snq_text_file_read(path, 100, &f), SNQ_ERR_IO);
    snq_alloc_fail_after(0);
    snprintf(path, sizeof path, "%s/things/a.json", root);
    const snq_status st = snq_text_file_read(path, 100, &f);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(walks_in_byte_order), TEST(looks_at_the_users_own),
                                        TEST(reads_a_file) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
