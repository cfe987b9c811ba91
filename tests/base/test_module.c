// SPDX-License-Identifier: MIT
/* The folder of the modules made for this test comes as MODULE_FOLDER. What a real module adds is in
 * media/test_av_loader.c and plot/test_sheet_loading.c. */
#include "support/check.h"

#include "base/module.h"

static int is_seven(const void *table)
{
    return *(const int *)table == 7;
}

static int is_eight(const void *table)
{
    return *(const int *)table == 8;
}

static void refused(const snq_module *m, const char *words)
{
    const void *table = &table;
    check_status(snq_module_load(m, &table), SNQ_ERR_UNSUPPORTED);
    assert_null(table);
    if (!strstr(snq_last_error(), words) || !strstr(snq_last_error(), m->file) ||
        strncmp(snq_last_error(), "a test needs", 12) != 0 ||
        !strstr(snq_last_error(), "the package none"))
        fail_msg("'%s' does not say '%s'", snq_last_error(), words);
}

static void test_load(void **state)
{
    const snq_module m = { "libseven.so", "snq_seven", is_seven, "a test", "the package none" };
    const void *table, *again;
    setenv("SNQ_MODULES", MODULE_FOLDER, 1);
    check_ok(snq_module_load(&m, &table));
    assert_int_equal(*(const int *)table, 7);
    check_ok(snq_module_load(&m, &again));
    assert_ptr_equal(again, table);
}

static void test_refused(void **state)
{
    const snq_module other = { "libseven.so", "snq_seven", is_eight, "a test", "the package none" };
    const snq_module unnamed = { "libseven.so", "snq_eight", is_seven, "a test",
                                 "the package none" };
    const snq_module missing = { "libeight.so", "snq_seven", is_seven, "a test",
                                 "the package none" };
    setenv("SNQ_MODULES", MODULE_FOLDER, 1);
    refused(&other, "of another build");
    refused(&unnamed, "of another build");
    refused(&missing, "there is none in " MODULE_FOLDER);
    /* set to another folder, the usual ones are not looked at */
    setenv("SNQ_MODULES", "/nowhere", 1);
    const snq_module m = { "libseven.so", "snq_seven", is_seven, "a test", "the package none" };
    refused(&m, "there is none in /nowhere");
}

/* The modules of this test lie beside its executable. */
static void test_beside(void **state)
{
    const snq_module m = { "libseven.so", "snq_seven", is_seven, "a test", "the package none" };
    const snq_module missing = { "libeight.so", "snq_seven", is_seven, "a test",
                                 "the package none" };
    const void *table;
    unsetenv("SNQ_MODULES");
    check_ok(snq_module_load(&m, &table));
    refused(&missing, "there is none in");
    setenv("SNQ_MODULES", "", 1); /* empty is as unset */
    check_ok(snq_module_load(&m, &table));
}

static void test_no_library(void **state)
{
    const snq_module m = { "meson.build", "snq_seven", is_seven, "a test", "the package none" };
    char folder[1024];
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    snprintf(folder, sizeof folder, "%s/tests/base", root);
    setenv("SNQ_MODULES", folder, 1);
    refused(&m, "invalid ELF header"); /* the loader's own words */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_no_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
