// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/outputs.h"

/* Inputs own what they name; these do not. */
#define TEXT(t) ((char *)(uintptr_t)(t))

static char folder[] = "/tmp/sonique-outputs-XXXXXX";

static int begin(void **state)
{
    return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int next;
    char *to = path[next++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    fputs(text, f);
    fclose(f);
}

static void paths_are_as_documented(void **state)
{
    static const struct {
        const char *out, *input, *path;
    } tab[] = {
        { "x.png", "a/b.wav", "x.png" },        { "no/such/", "a/b.c.wav", "no/such/b.c.png" },
        { "no/", ".hidden", "no/.hidden.png" }, { "/", "b", "/b.png" },
        { "/usr", "b.flac", "/usr/b.png" },
    };
    char to[64];
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        assert_true(snq_output_path(tab[i].out, tab[i].input, ".png", to, sizeof to));
        assert_string_equal(to, tab[i].path);
        const size_t n = strlen(tab[i].path);
        assert_false(snq_output_path(tab[i].out, tab[i].input, ".png", to, n));
        assert_true(snq_output_path(tab[i].out, tab[i].input, ".png", to, n + 1));
    }
    assert_true(snq_output_is_folder("/usr") && snq_output_is_folder("new/"));
    assert_false(snq_output_is_folder("new") || snq_output_is_folder(""));
}

static void one_file_is_for_one_input(void **state)
{
    snq_input item[2] = { { .path = TEXT("a.wav") }, { .path = TEXT("b.wav") } };
    snq_inputs in = { .item = item, .count = 1, .room = 2 };
    struct stat st;
    check_ok(snq_output_check(&in, "plot", "x.png"));
    in.count = 2;
    check_status(snq_output_check(&in, "plot", "x.png"), SNQ_ERR_ARG);
    assert_non_null(strstr(snq_last_error(), "--plot"));
    check_ok(snq_output_check(&in, "plot", in_folder("made/")));
    assert_int_equal(stat(in_folder("made"), &st), 0);
    check_ok(snq_output_check(&in, "plot", in_folder("made/"))); /* and so it stays */
    check_status(snq_output_check(&in, "plot", in_folder("no/such/")), SNQ_ERR_IO);
}

static snq_status open_one(const snq_inputs *in, int force, uint32_t index, const char *out)
{
    snq_outputs o;
    snq_atomic_file *file = NULL;
    check_ok(snq_outputs_init(&o, in, force));
    const snq_status st = snq_outputs_open(&o, index, out, ".wav", &file);
    assert_int_equal(file != NULL, st >= 0 && out);
    snq_atomic_abort(file);
    snq_outputs_clear(&o);
    return st;
}

/* Not even by another name, and not with force. */
static void no_input_is_replaced(void **state)
{
    write_text("a.wav", "sound");
    write_text("old.wav", "old");
    assert_int_equal(link(in_folder("a.wav"), in_folder("hard.wav")), 0);
    assert_int_equal(symlink("a.wav", in_folder("soft.wav")), 0);
    char sound[256];
    snprintf(sound, sizeof sound, "%s", in_folder("a.wav"));
    snq_input item[2] = { { .path = sound },
                          { .path = TEXT("missing/b.wav"), .problem = TEXT("not there") } };
    const snq_inputs in = { .item = item, .count = 2, .room = 2 };
    static const char *const names[] = { "a.wav", "hard.wav", "soft.wav" };
    for (size_t i = 0; i < SNQ_COUNT(names); i++)
        for (int force = 0; force < 2; force++) {
            check_status(open_one(&in, force, 1, in_folder(names[i])), SNQ_ERR_EXISTS);
            assert_non_null(strstr(snq_last_error(), "is an input"));
        }
    char dir[300];
    snprintf(dir, sizeof dir, "%s/", folder);
    check_status(open_one(&in, 1, 0, dir), SNQ_ERR_EXISTS); /* a.wav of a.wav */
    check_status(open_one(&in, 0, 0, in_folder("old.wav")), SNQ_ERR_EXISTS);
    assert_non_null(strstr(snq_last_error(), "--force"));
    check_ok(open_one(&in, 1, 0, in_folder("old.wav")));
    check_ok(open_one(&in, 0, 0, in_folder("new.wav")));
    check_ok(open_one(&in, 0, 0, NULL));
    snq_outputs o;
    check_ok(snq_outputs_init(&o, &in, 0));
    assert_int_equal(snq_outputs_input_bytes(&o, 0), 5);
    assert_int_equal(snq_outputs_input_bytes(&o, 1), 0);
    snq_outputs_clear(&o);
}

static void outputs_of_one_name_are_refused(void **state)
{
    snq_input item[3] = { { .path = TEXT("x/same.wav") },
                          { .path = TEXT("y/same.flac") },
                          { .path = TEXT("z.wav") } };
    const snq_inputs in = { .item = item, .count = 3, .room = 3 };
    const char *out = in_folder("made/");
    check_ok(open_one(&in, 1, 0, out));
    check_status(open_one(&in, 1, 1, out), SNQ_ERR_EXISTS);
    assert_non_null(strstr(snq_last_error(), "earlier input"));
    check_ok(open_one(&in, 1, 2, out));
    item[0].problem = TEXT("not there"); /* then there is no output of it */
    check_ok(open_one(&in, 1, 1, out));
    char *long_name = snq_calloc(SNQ_PATH_MAX + 1, 1);
    memset(long_name, 'x', SNQ_PATH_MAX);
    check_status(open_one(&in, 0, 0, long_name), SNQ_ERR_TOO_BIG);
    snq_free(long_name);
}

static void lack_of_memory_is_told(void **state)
{
    snq_input item[1] = { { .path = TEXT("a.wav") } };
    const snq_inputs in = { .item = item, .count = 1, .room = 1 };
    snq_outputs o;
    snq_alloc_fail_after(0);
    check_status(snq_outputs_init(&o, &in, 0), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_outputs_clear(&o);
    assert_int_equal(snq_alloc_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_as_documented),
        cmocka_unit_test(one_file_is_for_one_input),
        cmocka_unit_test(no_input_is_replaced),
        cmocka_unit_test(outputs_of_one_name_are_refused),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
