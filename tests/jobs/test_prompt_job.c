// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "jobs/prompt_job.h"

static char root[64];

static int begin(void **state)
{
    strcpy(root, "/tmp/snq_prompt.XXXXXX");
    return mkdtemp(root) == NULL;
}

static int end(void **state)
{
    char path[512];
    snprintf(path, sizeof path, "%s/lexicon/english.json", root);
    unlink(path);
    snprintf(path, sizeof path, "%s/lexicon/other.json", root);
    unlink(path);
    snprintf(path, sizeof path, "%s/lexicon", root);
    rmdir(path);
    return rmdir(root);
}

static void put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/lexicon", root);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/lexicon/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static snq_status load_there(void)
{
    snq_lexicon *l;
    char *before = getenv("SNQ_DATA");
    char *kept = before ? snq_strdup(before) : NULL;
    setenv("SNQ_DATA", root, 1);
    const snq_status st = snq_prompt_job_lexicon(&l);
    assert_true((st >= 0) == (l != NULL));
    snq_lexicon_free(l);
    if (kept)
        setenv("SNQ_DATA", kept, 1);
    else
        unsetenv("SNQ_DATA");
    snq_free(kept);
    return st;
}

static void says_what_lacks(void **state)
{
    check_status(load_there(), SNQ_ERR_UNSUPPORTED);
    put("other.json", "{}");
    check_status(load_there(), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "english.json"));
    put("english.json", "{}");
    check_status(load_there(), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "english.json"));
    put("english.json", "{");
    check_status(load_there(), SNQ_ERR_FORMAT);
}

static void reads_prompts(void **state)
{
    snq_lexicon *l;
    snq_brief b;
    snq_brief_flags f = snq_brief_flags_none();
    snq_str s;
    snq_json j;
    if (!getenv("SNQ_DATA"))
        skip();
    check_ok(snq_prompt_job_lexicon(&l));
    check_ok(snq_prompt_job_read(l, "techno at 128", NULL, &b));
    assert_true(b.bpm == 128 && b.genre[0] == SNQ_GENRE_techno);
    snq_brief_clear(&b);
    f.bpm = 90;
    check_ok(snq_prompt_job_read(l, "techno at 128", &f, &b));
    assert_true(b.bpm == 90);
    snq_str_init(&s, 1 << 16);
    snq_json_init(&j, snq_json_to_str, &s);
    snq_prompt_job_json(&j, "p", &b);
    check_ok(snq_json_finish(&j));
    assert_string_equal(
        s.text, "{\"schema\":\"sonique/compose-brief/1\",\"prompt\":\"p\",\"brief\":{"
                "\"schema\":\"sonique/brief/1\",\"genres\":[\"techno\"],\"tempo\":{\"bpm\":90}}}");
    snq_str_clear(&s);
    snq_brief_clear(&b);
    char *big = snq_calloc(1, SNQ_PROMPT_BYTES_MAX + 2);
    memset(big, 'x', SNQ_PROMPT_BYTES_MAX + 1);
    check_status(snq_prompt_job_read(l, big, &f, &b), SNQ_ERR_TOO_BIG);
    snq_free(big);
    snq_lexicon_free(l);
}

static void reads_styles_and_parts(void **state)
{
    int genre = -1;
    uint8_t set;
    check_ok(snq_prompt_job_style("deep_house", &genre));
    assert_int_equal(genre, SNQ_GENRE_deep_house);
    check_status(snq_prompt_job_style("polka", &genre), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "cinematic"));
    check_ok(snq_prompt_job_parts("drums,vocal", &set));
    assert_int_equal(set, 1 << SNQ_PART_drums | 1 << SNQ_PART_vocal);
    static const char *const wrong[] = { "", "drum", "drums,", "mix", "drums bass" };
    for (size_t i = 0; i < SNQ_COUNT(wrong); i++)
        check_status(snq_prompt_job_parts(wrong[i], &set), SNQ_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_what_lacks, begin, end),
        cmocka_unit_test(reads_prompts),
        cmocka_unit_test(reads_styles_and_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
