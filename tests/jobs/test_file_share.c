// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/file_share.h"
#include "jobs/render_rig.h"

enum { N = 200000 }; /* more than one piece */

static char bytes[N];

static int begin(void **state)
{
    for (int i = 0; i < N; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    if (render_rig_begin(state))
        return -1;
    rig_put("work/a", bytes, N);
    return 0;
}

static void same_bytes(const char *name)
{
    static char back[N + 1];
    FILE *f = fopen(rig_path(name), "r");
    assert_non_null(f);
    assert_int_equal(fread(back, 1, sizeof back, f), N);
    fclose(f);
    assert_memory_equal(back, bytes, N);
}

static struct stat info_of(const char *name)
{
    struct stat info;
    assert_int_equal(stat(rig_path(name), &info), 0);
    return info;
}

static void a_second_name(void **state)
{
    check_ok(snq_file_share(rig_path("work/a"), rig_path("work/b")));
    same_bytes("work/b");
    assert_int_equal(info_of("work/a").st_ino, info_of("work/b").st_ino);
}

static void a_copy_is_on_its_own(void **state)
{
    check_ok(snq_file_copy(rig_path("work/a"), rig_path("work/b")));
    assert_int_not_equal(info_of("work/a").st_ino, info_of("work/b").st_ino);
    rig_put_text("work/a", "changed");
    same_bytes("work/b");
}

static void an_empty_file(void **state)
{
    rig_put("work/e", bytes, 0);
    check_ok(snq_file_copy(rig_path("work/e"), rig_path("work/b")));
    assert_int_equal(info_of("work/b").st_size, 0);
}

typedef snq_status doing(const char *from, const char *to);

/* Both refuse the same. */
static void refused(const char *from, const char *to, snq_status want, const char *says)
{
    static doing *const deeds[] = { snq_file_share, snq_file_copy };
    for (size_t i = 0; i < SNQ_COUNT(deeds); i++) {
        check_status(deeds[i](rig_path(from), rig_path(to)), want);
        if (!strstr(snq_last_error(), rig_path(says)))
            fail_msg("%s is not named: %s", says, snq_last_error());
    }
}

static void refusals(void **state)
{
    refused("work/none", "work/b", SNQ_ERR_NOT_FOUND, "work/none");
    refused("work", "work/b", SNQ_ERR_FORMAT, "work");
    refused("work/a", "work/no/b", SNQ_ERR_NOT_FOUND, "work/no/b");
    rig_put_text("work/there", "there");
    refused("work/a", "work/there", SNQ_ERR_EXISTS, "work/there");
    assert_int_equal(info_of("work/there").st_size, 5);
    assert_int_equal(mkdir(rig_path("work/folder"), 0755), 0);
    refused("work/a", "work/folder", SNQ_ERR_EXISTS, "work/folder");
    assert_int_equal(mkfifo(rig_path("work/pipe"), 0644), 0); /* nobody writes: it must not wait */
    refused("work/pipe", "work/b", SNQ_ERR_FORMAT, "work/pipe");
    assert_int_equal(symlink("loop", rig_path("work/loop")), 0);
    refused("work/a/x", "work/b", SNQ_ERR_IO, "work/a/x"); /* no folder */
    check_status(snq_file_copy(rig_path("work/loop"), rig_path("work/b")), SNQ_ERR_IO);
    refused("work/a", "work/loop", SNQ_ERR_EXISTS, "work/loop");
    assert_int_equal(access(rig_path("work/b"), F_OK), -1);
}

/* The file is shared, not the link that leads to it: that may lead elsewhere tomorrow. */
static void links_are_followed(void **state)
{
    struct stat info;
    assert_int_equal(symlink("a", rig_path("work/link")), 0);
    check_ok(snq_file_share(rig_path("work/link"), rig_path("work/b")));
    assert_int_equal(lstat(rig_path("work/b"), &info), 0);
    assert_true(S_ISREG(info.st_mode));
    same_bytes("work/b");
    refused("work/b", "work/link", SNQ_ERR_EXISTS, "work/link");
    same_bytes("work/a");
}

static void a_full_disk(void **state)
{
    struct rlimit was, now;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    now = (struct rlimit) { N - 1000, was.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &now);
    const snq_status st = snq_file_copy(rig_path("work/a"), rig_path("work/b"));
    setrlimit(RLIMIT_FSIZE, &was);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(st, SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "File too large"));
    assert_int_equal(access(rig_path("work/b"), F_OK), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_name), TEST(a_copy_is_on_its_own), TEST(an_empty_file),
        TEST(refusals),      TEST(links_are_followed),   TEST(a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
