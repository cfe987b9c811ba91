// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "jobs/render_rig.h"
#include "jobs/session.h"
#include "jobs/session_folder.h"

static int begin(void **state)
{
    if (render_rig_begin(state) || mkdir(rig_path("work/s"), 0755))
        return -1;
    rig_put_text("work/s/session.json", "session");
    rig_put_text("work/s/score.json", "score");
    rig_put_text("work/s/mix.json", "mix");
    return 0;
}

static snq_session_folder opened(void)
{
    snq_session_folder f;
    check_ok(snq_session_folder_open(rig_path("work/s"), &f));
    return f;
}

static void paths_in_it(void **state)
{
    char path[SNQ_PATH_MAX], want[SNQ_PATH_MAX], slashes[SNQ_PATH_MAX];
    snq_session_folder f;
    snprintf(slashes, sizeof slashes, "%s///", rig_path("work/s"));
    check_ok(snq_session_folder_open(slashes, &f));
    check_ok(snq_session_folder_file(&f, "stems/a.wav", path));
    snprintf(want, sizeof want, "%s/stems/a.wav", rig_path("work/s"));
    assert_string_equal(path, want);
    memset(slashes, 'x', sizeof slashes);
    slashes[sizeof slashes - 1] = '\0';
    check_status(snq_session_folder_file(&f, slashes, path), SNQ_ERR_TOO_BIG);
    snq_session_folder_close(&f);
    snq_session_folder_close(&f);
    check_status(snq_session_folder_open(slashes, &f), SNQ_ERR_TOO_BIG);
    assert_int_equal(f.fd, -1);
}

static void what_is_no_session(void **state)
{
    snq_session_folder f;
    check_status(snq_session_folder_open(rig_path("work/none"), &f), SNQ_ERR_NOT_FOUND);
    assert_int_equal(f.fd, -1);
    check_status(snq_session_folder_open(rig_path("work/s/mix.json"), &f), SNQ_ERR_NOT_FOUND);
    check_status(snq_session_folder_open(rig_path("work"), &f), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "session.json: No such file"));
    assert_int_equal(f.fd, -1);
    assert_int_equal(symlink(rig_path("work/s"), rig_path("work/link")), 0);
    check_ok(snq_session_folder_open(rig_path("work/link"), &f)); /* a folder by another name */
    snq_session_folder_close(&f);
    assert_int_equal(symlink("loop", rig_path("work/loop")), 0);
    check_status(snq_session_folder_open(rig_path("work/loop"), &f), SNQ_ERR_IO);
    remove(rig_path("work/s/session.json"));
    assert_int_equal(symlink("session.json", rig_path("work/s/session.json")), 0);
    check_status(snq_session_folder_open(rig_path("work/s"), &f), SNQ_ERR_IO);
    assert_int_equal(f.fd, -1);
}

static void one_at_a_time(void **state)
{
    snq_session_folder a = opened(), b;
    check_status(snq_session_folder_open(rig_path("work/s"), &b), SNQ_ERR_STATE);
    assert_non_null(strstr(snq_last_error(), "another program"));
    assert_int_equal(b.fd, -1);
    snq_session_folder_close(&a);
    b = opened();
    snq_session_folder_close(&b);
}

static void keep(const snq_session_folder *f, unsigned number, snq_status want)
{
    snq_folder_output *out;
    check_ok(snq_folder_output_open(f->path, 1, &out));
    check_status(snq_session_folder_keep(f, number, out), want);
    if (want < 0)
        snq_folder_output_abort(out);
    else
        check_ok(snq_folder_output_commit(out));
}

static void how_it_was_is_kept(void **state)
{
    snq_session_folder f = opened();
    unsigned last = 7;
    char text[16] = "";
    check_ok(snq_session_folder_last(&f, &last));
    assert_int_equal(last, 0);
    keep(&f, 2, SNQ_OK);
    rig_put_text("work/s/score.json", "other"); /* in place: what is kept stays as it was */
    FILE *in = fopen(rig_path("work/s/history/0002/score.json"), "r");
    assert_non_null(in);
    assert_non_null(fgets(text, sizeof text, in));
    fclose(in);
    assert_string_equal(text, "score");
    remove(rig_path("work/s/mix.json")); /* somebody removed the mix: it is made anew */
    keep(&f, 12345, SNQ_OK);
    assert_int_equal(rig_entries("work/s/history/0002"), 3);
    assert_int_equal(rig_entries("work/s/history/12345"), 2);
    check_ok(snq_session_folder_last(&f, &last));
    assert_int_equal(last, 12345);
    assert_int_equal(snq_session_folder_forget(&f, 12345), 1);
    assert_int_equal(snq_session_folder_forget(&f, 12345), 0);
    check_ok(snq_session_folder_last(&f, &last));
    assert_int_equal(last, 2);
    rig_put_text("work/s/history/0002/mine.txt", "mine"); /* not ours: it stays, and the folder */
    assert_int_equal(snq_session_folder_forget(&f, 2), 0);
    assert_int_equal(rig_entries("work/s/history/0002"), 1);
    snq_session_folder_close(&f);
}

static void what_is_no_file_is_not_kept(void **state)
{
    snq_session_folder f = opened();
    remove(rig_path("work/s/mix.json"));
    assert_int_equal(mkdir(rig_path("work/s/mix.json"), 0755), 0);
    keep(&f, 2, SNQ_ERR_FORMAT);
    assert_int_equal(rig_entries("work"), 1);
    assert_int_equal(rig_entries("work/s/history"), -1);
    snq_session_folder_close(&f);
}

static void other_names_are_no_steps(void **state)
{
    static const char *const names[] = { "0",
                                         "0000",
                                         "12",
                                         "00012",
                                         "12x4",
                                         "x0012",
                                         "-001",
                                         "+012",
                                         " 123",
                                         "100000000",
                                         "99999999999999999999",
                                         "0003.bak" };
    snq_session_folder f = opened();
    unsigned last;
    assert_int_equal(mkdir(rig_path("work/s/history"), 0755), 0);
    for (size_t i = 0; i < SNQ_COUNT(names); i++) {
        char name[64];
        snprintf(name, sizeof name, "work/s/history/%s", names[i]);
        assert_int_equal(mkdir(rig_path(name), 0755), 0);
        check_ok(snq_session_folder_last(&f, &last));
        if (last)
            fail_msg("%s is step %u", names[i], last);
    }
    assert_int_equal(mkdir(rig_path("work/s/history/99999999"), 0755), 0);
    check_ok(snq_session_folder_last(&f, &last));
    assert_int_equal(last, SNQ_SESSION_NUMBER_MAX);
    snq_session_folder_close(&f);
}

static void a_history_that_is_a_file(void **state)
{
    snq_session_folder f = opened();
    unsigned last;
    rig_put_text("work/s/history", "");
    check_status(snq_session_folder_last(&f, &last), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "history: "));
    assert_int_equal(last, 0);
    assert_int_equal(snq_session_folder_forget(&f, 1), 0);
    snq_session_folder_close(&f);
}

static void the_oldest_is_let_go(void **state)
{
    snq_session_folder f = opened();
    keep(&f, 2, SNQ_OK);
    keep(&f, 3, SNQ_OK);
    snq_session_folder_trim(&f, 3);
    snq_session_folder_trim(&f, SNQ_SESSION_KEPT_MAX);
    assert_int_equal(rig_entries("work/s/history"), 2);
    snq_session_folder_trim(&f, SNQ_SESSION_KEPT_MAX + 2);
    assert_int_equal(rig_entries("work/s/history"), 1);
    assert_int_equal(rig_entries("work/s/history/0003"), 3);
    snq_session_folder_close(&f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_in_it),
        TEST(what_is_no_session),
        TEST(one_at_a_time),
        TEST(how_it_was_is_kept),
        TEST(what_is_no_file_is_not_kept),
        TEST(other_names_are_no_steps),
        TEST(a_history_that_is_a_file),
        TEST(the_oldest_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
