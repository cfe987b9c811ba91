// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "jobs/inputs.h"

static char root[] = "/tmp/sonique-inputs-XXXXXX";

static void touch(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
}

static int make_tree(void **state)
{
    char a[256], b[256];
    if (!mkdtemp(root))
        return 1;
    snprintf(a, sizeof a, "%s/b", root);
    mkdir(a, 0700);
    snprintf(a, sizeof a, "%s/b/empty", root);
    mkdir(a, 0700);
    touch("z.flac");
    touch("a.WAV");
    touch("b/m.mp3");
    touch("b/cover.png");
    touch(".hidden.wav");
    touch("noext");
    snprintf(a, sizeof a, "%s/b/circle", root);
    snprintf(b, sizeof b, "%s/dangling.ogg", root);
    return symlink(root, a) || symlink("/nonexistent/x", b);
}

static int remove_tree(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static void a_folder_means_the_media_in_it(void **state)
{
    static const char *const want[] = { "a.WAV", "b/m.mp3", "dangling.ogg", "z.flac" };
    snq_inputs in = { 0 };
    check_ok(snq_inputs_add(&in, root));
    assert_int_equal(in.count, SNQ_COUNT(want));
    for (uint32_t i = 0; i < in.count; i++) {
        assert_string_equal(in.item[i].path + strlen(root) + 1, want[i]);
        assert_int_equal(in.item[i].problem != NULL, i == 2);
    }
    snq_inputs_clear(&in);
}

static void for_the_eyes_a_folder_means_its_videos(void **state)
{
    char path[256];
    snq_inputs in = { .videos = 1 };
    check_ok(snq_inputs_add(&in, root));
    assert_int_equal(in.count, 1);
    assert_string_equal(in.item[0].problem, "no videos in this folder");
    snq_inputs_clear(&in);
    touch("b/film.MKV");
    in.videos = 1;
    check_ok(snq_inputs_add(&in, root));
    snprintf(path, sizeof path, "%s/a.WAV", root);
    check_ok(snq_inputs_add(&in, path)); /* named, it stands for itself */
    assert_int_equal(in.count, 2);
    assert_string_equal(in.item[0].path + strlen(root) + 1, "b/film.MKV");
    snq_inputs_clear(&in);
    snprintf(path, sizeof path, "%s/b/film.MKV", root);
    assert_int_equal(unlink(path), 0);
}

static void a_file_stands_for_itself(void **state)
{
    char path[256];
    snq_inputs in = { 0 };
    snprintf(path, sizeof path, "%s/noext", root);
    check_ok(snq_inputs_add(&in, path));
    check_ok(snq_inputs_add(&in, "/nonexistent/y.wav"));
    snprintf(path, sizeof path, "%s/b/empty", root);
    check_ok(snq_inputs_add(&in, path));
    assert_int_equal(in.count, 3);
    assert_null(in.item[0].problem);
    assert_non_null(in.item[1].problem);
    assert_string_equal(in.item[2].problem, "no media in this folder");
    snq_inputs_clear(&in);
    assert_int_equal(in.count, 0);
}

static void knows_names_of_media(void **state)
{
    assert_true(snq_inputs_media_name("x.wav"));
    assert_true(snq_inputs_media_name("x.y.OPUS"));
    assert_false(snq_inputs_media_name("wav"));
    assert_false(snq_inputs_media_name("x.txt"));
}

static void deep_folders_end(void **state)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/deep", root);
    for (int i = 0; i < SNQ_INPUTS_DEPTH_MAX + 5; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        strcat(path, "/d");
    }
    snq_inputs in = { 0 };
    snprintf(path, sizeof path, "%s/deep/", root);
    check_ok(snq_inputs_add(&in, path));
    assert_int_equal(in.count, 1);
    assert_string_equal(in.item[0].problem, "folders nested deeper than 64");
    snq_inputs_clear(&in);
}

static void survives_lack_of_memory(void **state)
{
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        snq_inputs in = { 0 };
        snq_alloc_fail_after(n);
        const snq_status st = snq_inputs_add(&in, root);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        snq_inputs_clear(&in);
        assert_int_equal(snq_alloc_live(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_means_the_media_in_it),
        cmocka_unit_test(for_the_eyes_a_folder_means_its_videos),
        cmocka_unit_test(a_file_stands_for_itself),
        cmocka_unit_test(knows_names_of_media),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(deep_folders_end),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
