// SPDX-License-Identifier: MIT
/* As the program has it: cairo is not linked, the module is loaded. In one process and in this
 * order, since a module that has been loaded stays. */
#include "support/check.h"

#include <sys/wait.h>
#include <unistd.h>

#include "sheet_stand.h"
#include "watch_stand.h"

static snq_status swallow(void *user, const char *bytes, size_t n)
{
    *(size_t *)user += n;
    return SNQ_OK;
}

static void test_missing(void **state)
{
    stand s;
    size_t n = 0;
    const char *purpose, *version;
    setenv("SNQ_MODULES", "/nowhere", 1);
    check_status(snq_sheet_preload(), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "libsnq_plot.so"));
    assert_non_null(strstr(snq_last_error(), "libcairo2"));
    for (unsigned i = 0; snq_sheet_library(i, &purpose, &version); i++) {
        assert_string_equal(version, "missing");
        assert_non_null(strstr(purpose, "libsnq_plot.so"));
    }
    stand_init(&s);
    check_status(snq_sheet_draw(&s.portrait, &s.hearing, &s.cfg, swallow, &n), SNQ_ERR_UNSUPPORTED);
    assert_int_equal(n, 0);
    stand_clear(&s);
}

static void test_other_build(void **state)
{
    setenv("SNQ_MODULES", OTHER_FOLDER, 1);
    check_status(snq_sheet_preload(), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "of another build"));
}

static void test_loaded(void **state)
{
    stand s;
    picture p;
    size_t n = 0;
    const char *purpose, *version;
    setenv("SNQ_MODULES", MODULE_FOLDER, 1);
    check_ok(snq_sheet_preload());
    setenv("SNQ_MODULES", "/nowhere", 1); /* it stays */
    check_ok(snq_sheet_preload());
    for (unsigned i = 0; snq_sheet_library(i, &purpose, &version); i++)
        assert_true(version[0] >= '1' && version[0] <= '9');
    stand_init(&s);
    picture_draw(&p, &s);
    assert_int_equal(p.width, 1600);
    /* the module's words are heard here */
    s.cfg.bold = (snq_sheet_font) { NULL, 0 };
    const snq_sheet_font regular = s.cfg.regular;
    s.cfg.regular = (snq_sheet_font) { "no font", 7 };
    check_status(snq_sheet_draw(&s.portrait, &s.hearing, &s.cfg, swallow, &n), SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "the regular font can't be read");
    s.cfg.regular = regular;
    /* children draw as well, one after the other has drawn */
    for (int i = 0; i < 2; i++) {
        int status;
        const pid_t pid = fork();
        if (pid == 0) {
            size_t bytes = 0;
            const snq_status st = snq_sheet_draw(&s.portrait, &s.hearing, &s.cfg, swallow, &bytes);
            _exit(st < 0 || bytes < 1000);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    picture_clear(&p);
    stand_clear(&s);
}

/* The other sheet of the same module. */
static void test_watch(void **state)
{
    watch_stand w;
    picture p;
    size_t n = 0;
    watch_stand_init(&w);
    watch_picture_draw(&p, &w);
    assert_int_equal(p.width, 1600);
    w.fonts.cfg.regular = (snq_sheet_font) { "no font", 7 };
    check_status(snq_watch_sheet_draw(&w.sight, &w.look, &w.fonts.cfg, swallow, &n),
                 SNQ_ERR_FORMAT);
    assert_string_equal(snq_last_error(), "the regular font can't be read");
    picture_clear(&p);
    watch_stand_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_other_build),
        cmocka_unit_test(test_loaded),
        cmocka_unit_test(test_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
