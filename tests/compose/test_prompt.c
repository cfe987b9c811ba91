// SPDX-License-Identifier: MIT
/* The prompts of tests/compose/prompts.jsonl, whose briefs were derived by hand from the rules, and prompts that
 * mean harm. (scripts/truth.py scores those of the shared truth set.) */
#include "support/check.h"

#include <time.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "prompt_checks.h"
#include "support/sweep.h"

static size_t check_line(const snq_lexicon *l, const char *line, size_t n)
{
    snq_json_doc *doc;
    snq_json_ref brief;
    snq_brief want;
    char prompt[1024];
    check_ok(snq_json_parse("prompts.jsonl", line, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    check_ok(snq_json_text_of(&root, "prompt", prompt, sizeof prompt));
    check_ok(snq_json_get(&root, "brief", SNQ_JSON_OBJECT, &brief));
    check_ok(snq_brief_from_json(&brief, &want));
    check_said(l, prompt, strlen(prompt), &want);
    snq_brief_clear(&want);
    snq_json_doc_free(doc);
    return 1;
}

static size_t check_lines(const snq_lexicon *l, const char *text)
{
    size_t lines = 0;
    while (*text) {
        const size_t n = strcspn(text, "\n");
        if (n)
            lines += check_line(l, text, n);
        text += n + (text[n] == '\n');
    }
    return lines;
}

static void reads_our_prompts(void **state)
{
    size_t n;
    char *text = tree_file("tests/compose/prompts.jsonl", &n);
    assert_true(check_lines(*state, text) >= 60);
    free(text);
}

/* ---- hostile ones ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Repeated to 100 kB: read, written and read again to the same; soon (0.05 s asked; ten times that fails,
 * as the machine may be slow and watched over by a sanitizer). */
static void check_many(const snq_lexicon *l, const char *piece)
{
    enum { BYTES = 100000 };
    char *text = calloc(1, BYTES);
    snq_brief b, back;
    const size_t n = strlen(piece);
    assert_non_null(text);
    for (size_t i = 0; i < BYTES; i++)
        text[i] = piece[i % n];
    const double before = seconds();
    check_ok(snq_prompt_read(l, text, BYTES, &b));
    const double took = seconds() - before;
    if (took > 0.05)
        print_message("\"%.12s\": %.0f ms\n", piece, 1e3 * took);
    assert_true(took < 0.5);
    snq_str a = brief_text(&b);
    check_ok(read_brief(a.text, a.length, &back));
    assert_true(snq_brief_equal(&b, &back));
    snq_str_clear(&a);
    snq_brief_clear(&back);
    snq_brief_clear(&b);
    free(text);
}

static void long_prompts_take_their_time(void **state)
{
    static const char *const pieces[] = {
        "deep ",
        "no drums, ",
        "drums, ",
        "drums only ",
        "only deep ",
        "no deep, ",
        "a ",
        "long ",
        "with deep, warm ",
        "2 ",
        "1a",
        "x",
        "9",
        "120 to ",
        "no ",
        "bass: deep, ",
        "solo ",
        "about at ",
        "neither drums, bass, ",
        "\xf0\x9f\x8e\xb5",
        "\xff",
        "F# ",
        "two drops and ",
        "- ",
        "'n'",
    };
    if (!*state)
        skip();
    for (size_t i = 0; i < SNQ_COUNT(pieces); i++)
        check_many(*state, pieces[i]);
}

static void distinct_misspelt_words(void **state)
{
    enum { WORDS = 11000 };
    snq_rng r;
    snq_brief b;
    char *text = calloc(WORDS, 9);
    if (!*state)
        skip();
    snq_rng_init(&r, 5);
    for (size_t i = 0; i < WORDS; i++) {
        char *w = text + 9 * i;
        w[0] = 's';
        for (int k = 1; k < 8; k++)
            w[k] = (char)('a' + snq_rng_below(&r, 20));
        w[8] = ' ';
    }
    const double before = seconds();
    check_ok(snq_prompt_read(*state, text, (size_t)WORDS * 9, &b));
    print_message("99 kB of distinct words: %.1f ms\n", 1e3 * (seconds() - before));
    assert_true(seconds() - before < 0.5);
    assert_true(b.unknowns > WORDS - 100);
    snq_brief_clear(&b);
    free(text);
}

static void any_bytes_are_a_prompt(void **state)
{
    static const char *const words[] = {
        "techno",           "no",   "deep", "bass", ",",   "only", "120", "to", "F#", "\xff\xfe",
        "\xf0\x9f\x8e\xb5", "drop", "8",    "bar",  "'n'", "-"
    };
    snq_rng r;
    char text[256];
    if (!*state)
        skip();
    snq_rng_init(&r, 9);
    for (int round = 0; round < 4000; round++) {
        size_t n = 0;
        snq_brief b, back;
        while (n < 200)
            if (round % 2) {
                const char *w = words[snq_rng_below(&r, SNQ_COUNT(words))];
                n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", w,
                                      snq_rng_below(&r, 4) ? " " : "");
            } else
                text[n++] = (char)snq_rng_below(&r, 256);
        /* in a block of its own, so that a sanitizer sees what is read behind it */
        char *block = snq_alloc(n, 1);
        memcpy(block, text, n);
        check_ok(snq_prompt_read(*state, block, n, &b));
        snq_str a = brief_text(&b);
        check_ok(read_brief(a.text, a.length, &back));
        assert_true(snq_brief_equal(&b, &back));
        snq_str_clear(&a);
        snq_brief_clear(&b);
        snq_brief_clear(&back);
        snq_free(block);
    }
}

static void empty_and_too_long(void **state)
{
    snq_brief b, nothing;
    snq_brief_init(&nothing);
    if (!*state)
        skip();
    check_said(*state, "", 0, &nothing);
    check_said(*state, " \n\t\0.,;", 8, &nothing);
    char *text = calloc(1, SNQ_PROMPT_BYTES_MAX + 1);
    check_status(snq_prompt_read(*state, text, SNQ_PROMPT_BYTES_MAX + 1, &b), SNQ_ERR_TOO_BIG);
    check_ok(snq_prompt_read(*state, text, SNQ_PROMPT_BYTES_MAX, &b));
    memset(text, '~', SNQ_PROMPT_BYTES_MAX);
    check_ok(snq_prompt_read(*state, text, SNQ_PROMPT_BYTES_MAX, &b));
    memset(text, 'q', SNQ_PROMPT_BYTES_MAX);
    check_ok(snq_prompt_read(*state, text, SNQ_PROMPT_BYTES_MAX, &b));
    assert_int_equal(b.unknowns, 1);
    assert_true(b.unknown.length <= SNQ_PROMPT_WORD_BYTES_MAX + 1);
    snq_brief_clear(&b);
    free(text);
}

static void too_many_sections_are_named(void **state)
{
    snq_str s;
    snq_brief b;
    if (!*state)
        skip();
    snq_str_init(&s, 1 << 20);
    for (int i = 1; i < 100; i++)
        snq_str_putf(&s, "%d long drops, %d long verses, %d bars intro, %d bar bridge, ", i, i,
                     i + 1, i + 1);
    check_ok(snq_prompt_read(*state, s.text, s.length, &b));
    assert_int_equal(b.wishes, SNQ_BRIEF_WISHES_MAX);
    assert_true(b.unknowns > 0);
    snq_brief_clear(&b);
    snq_str_clear(&s);
}

/* ---- keys by themselves ---- */

static void reads_keys(void **state)
{
    static const struct {
        const char *text;
        int tonic, mode;
    } row[] = {
        { "F# minor", 6, SNQ_MODE_minor },  { "Am", 9, SNQ_MODE_minor },
        { "8A", 9, SNQ_MODE_minor },        { "h-Moll", 11, SNQ_MODE_minor },
        { "c", 0, SNQ_MODE_major },         { "Bb", 10, SNQ_MODE_major },
        { "d dorian", 2, SNQ_MODE_dorian }, { "G sharp", 8, SNQ_MODE_major },
    };
    int tonic, mode;
    char text[256];
    if (!*state)
        skip();
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        check_ok(snq_prompt_key(*state, row[i].text, &tonic, &mode));
        assert_int_equal(tonic, row[i].tonic);
        assert_int_equal(mode, row[i].mode);
    }
    check_status(snq_prompt_key(*state, "", &tonic, &mode), SNQ_ERR_FORMAT);
    check_status(snq_prompt_key(*state, "x", &tonic, &mode), SNQ_ERR_FORMAT);
    check_status(snq_prompt_key(*state, "Am techno", &tonic, &mode), SNQ_ERR_FORMAT);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_status(snq_prompt_key(*state, text, &tonic, &mode), SNQ_ERR_TOO_BIG);
}

/* ---- allocations ---- */

static snq_status make(void *user, void **object)
{
    static const char prompt[] =
        "dark techno in F#m, no warm pads, only 2 drops, fnord grault garply";
    snq_brief *b = calloc(1, sizeof *b);
    const snq_status st = snq_prompt_read(user, prompt, sizeof prompt - 1, b);
    *object = st < 0 ? NULL : b;
    if (st < 0)
        free(b);
    return st;
}

static void unmake(void *object)
{
    snq_brief_clear(object);
    free(object);
}

static void survives_failing_allocations(void **state)
{
    if (!*state)
        skip();
    assert_true(snq_sweep(make, unmake, *state) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_our_prompts),
        cmocka_unit_test(long_prompts_take_their_time),
        cmocka_unit_test(distinct_misspelt_words),
        cmocka_unit_test(any_bytes_are_a_prompt),
        cmocka_unit_test(empty_and_too_long),
        cmocka_unit_test(too_many_sections_are_named),
        cmocka_unit_test(reads_keys),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, load_english, free_english);
}
