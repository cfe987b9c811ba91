// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/cpu.h"
#include "jobs/inventory.h"
#include "listen/analyser.h"
#include "media/audio_writer.h"

typedef int (*list_fn)(uint32_t i, snq_inventory_item *out);

static uint32_t count(list_fn list)
{
    snq_inventory_item item;
    uint32_t n = 0;
    while (list(n, &item)) {
        assert_true(item.id[0] && item.title[0] && item.version[0]);
        n++;
    }
    return n;
}

static void lists_what_there_is(void **state)
{
    uint32_t analysers;
    snq_analysers(&analysers);
    assert_int_equal(count(snq_inventory_analyser), analysers);
    assert_true(count(snq_inventory_kernel) >= 5);
    assert_true(count(snq_inventory_library) >= 3);
}

static void kernels_follow_the_mask(void **state)
{
    snq_inventory_item item;
    const unsigned was = snq_cpu_flags();
    snq_cpu_force(0);
    for (uint32_t i = 0; snq_inventory_kernel(i, &item); i++)
        assert_string_equal(item.version, "c");
    snq_cpu_force(was);
}

/* Those of the ears and of the eyes, each once; the flow's are of the best variant there is. */
static void kernels_are_listed_once(void **state)
{
    snq_inventory_item item, other;
    uint32_t flow = 0;
    for (uint32_t i = 0; snq_inventory_kernel(i, &item); i++) {
        for (uint32_t k = 0; k < i && snq_inventory_kernel(k, &other); k++)
            assert_string_not_equal(item.id, other.id);
        flow += !strncmp(item.id, "flow_", 5);
        if (!strcmp(item.id, "flow_descend"))
            assert_int_equal(!strcmp(item.version, "c"), !(snq_cpu_flags() & SNQ_CPU_AVX2));
    }
    assert_true(flow >= 10);
}

/* Every format that can be asked for, in the order of its numbers; those that need no module always work. */
static void encoders_are_the_formats(void **state)
{
    snq_inventory_part part;
    snq_audio_format format;
    uint32_t n = 0;
    for (; snq_inventory_encoder(n, &part); n++) {
        check_ok(snq_audio_format_parse(part.id, &format));
        assert_int_equal(format, n);
        assert_true(part.title[0]);
        if (format == SNQ_AUDIO_FORMAT_WAV || format == SNQ_AUDIO_FORMAT_FLAC)
            assert_string_equal(part.problem, "");
    }
    assert_int_equal(n, 5);
}

/* Its bank is named, or what is missing is said. */
static void an_engine_says_what_it_lacks(void **state)
{
    snq_inventory_part part;
    setenv("SNQ_SOUNDFONT", "/nowhere/a.sf2", 1);
    assert_true(snq_inventory_engine(0, &part));
    assert_true(part.problem[0] && !part.detail[0]);
    setenv("SNQ_SOUNDFONT", "/dev/null", 1);
    assert_true(snq_inventory_engine(0, &part));
    if (part.problem[0])
        assert_non_null(strstr(part.problem, "soundfont"));
    else
        assert_string_equal(part.detail, "/dev/null");
    unsetenv("SNQ_SOUNDFONT");
    assert_true(snq_inventory_engine(0, &part));
    assert_int_equal(part.problem[0] == 0, part.detail[0] != 0);
    assert_false(snq_inventory_engine(1, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_what_there_is),          cmocka_unit_test(kernels_follow_the_mask),
        cmocka_unit_test(kernels_are_listed_once),      cmocka_unit_test(encoders_are_the_formats),
        cmocka_unit_test(an_engine_says_what_it_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
