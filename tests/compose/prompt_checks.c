// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "prompt_checks.h"

char *tree_file(const char *path, size_t *n)
{
    char name[512];
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    snprintf(name, sizeof name, "%s/%s", root, path);
    FILE *f = fopen(name, "rb");
    if (!f)
        fail_msg("no %s", name);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return text;
}

snq_status read_lexicon(const char *text, size_t n, snq_lexicon **out)
{
    snq_json_doc *doc;
    *out = NULL;
    SNQ_TRY(snq_json_parse("l.json", text, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_lexicon_new(&root, out);
    snq_json_doc_free(doc);
    return st;
}

snq_status read_brief(const char *text, size_t n, snq_brief *b)
{
    snq_json_doc *doc;
    snq_brief_init(b);
    SNQ_TRY(snq_json_parse("b.json", text, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_brief_from_json(&root, b);
    snq_json_doc_free(doc);
    return st;
}

int load_english(void **state)
{
    size_t n;
    snq_lexicon *l;
    if (!getenv("SNQ_ROOT")) {
        *state = NULL;
        return 0;
    }
    char *text = tree_file("lexicon/english.json", &n);
    const snq_status st = read_lexicon(text, n, &l);
    free(text);
    *state = l;
    if (st < 0)
        fprintf(stderr, "%s\n", snq_last_error());
    return st < 0;
}

int free_english(void **state)
{
    snq_lexicon_free(*state);
    return 0;
}

snq_str brief_text(const snq_brief *b)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, 4u << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_brief_json(&j, b);
    check_ok(snq_json_finish(&j));
    return out;
}

void check_said(const snq_lexicon *l, const char *prompt, size_t n, const snq_brief *want)
{
    snq_brief got, back;
    if (!l)
        skip();
    check_ok(snq_prompt_read(l, prompt, n, &got));
    snq_str a = brief_text(&got);
    if (!snq_brief_equal(&got, want)) {
        snq_str w = brief_text(want);
        fail_msg("\"%s\":\n got  %s\n want %s", prompt, a.text, w.text);
    }
    check_ok(read_brief(a.text, a.length, &back));
    assert_true(snq_brief_equal(&got, &back));
    snq_str_clear(&a);
    snq_brief_clear(&got);
    snq_brief_clear(&back);
}

void check_rows(const snq_lexicon *l, const said_row *row, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        char text[1024];
        snq_brief want;
        snprintf(text, sizeof text, "{%s}", row[i].brief);
        for (char *c = text; *c; c++)
            if (*c == '\'')
                *c = '"';
        check_ok(read_brief(text, strlen(text), &want));
        check_said(l, row[i].prompt, strlen(row[i].prompt), &want);
        snq_brief_clear(&want);
    }
}
