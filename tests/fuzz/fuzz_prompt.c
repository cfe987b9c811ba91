// SPDX-License-Identifier: MIT
/* Any bytes as a prompt, read with lexicon/english.json below SNQ_ROOT (a small lexicon without it): a brief
 * that is the same when it is written and read, and when it is read again; a key by itself. Bytes that begin
 * with a brace are a lexicon, too, and a brief: a failure with a word, or one that works. */
#include "fuzz_input.h"

#include "base/alloc.h"
#include "base/str.h"
#include "compose/prompt.h"

static const char small[] = "{\"schema\":\"sonique/lexicon/"
                            "1\",\"genres\":{\"techno\":[\"techno\"],\"drum_and_bass\":[\"drum and "
                            "bass\"]},\"moods\":{\"dark\":[\"dark\"]},\"qualities\":{\"deep\":["
                            "\"deep\"],\"soft\":[\"gentle\"]},"
                            "\"quality_home\":{},\"tracks\":{\"drums\":[\"drums\"],\"bass\":["
                            "\"bass\"]},\"instruments\":{\"piano\":["
                            "\"piano\"]},\"instrument_home\":{\"piano\":\"harmony\"},\"sections\":{"
                            "\"drop\":{\"one\":[\"drop\"],"
                            "\"many\":[\"drops\"]}},\"section_lengths\":{\"long\":[\"long\","
                            "\"slow\"]},\"energy\":{},\"swing\":{},"
                            "\"feel\":{},\"eras\":{\"90s\":[\"90s\"]},\"modes\":{\"minor\":["
                            "\"minor\",\"moll\"]},\"tempo_words\":{"
                            "\"slow\":[60,80]},\"meter_words\":{\"waltz\":\"3/"
                            "4\"},\"combined\":{\"arps\":{\"include\":[\"melody\"]}},"
                            "\"units\":{\"bpm\":[\"bpm\"],\"bars\":[\"bar\",\"bars\"],\"minutes\":["
                            "\"minutes\"]},\"numbers\":{\"two\":2,"
                            "\"one\":1},\"about\":[\"about\"],\"about_after\":[\"ish\"],\"at_"
                            "most\":[\"under\"],\"at_least\":[\"over\"],"
                            "\"negators\":[\"no\"],\"predicate_negators\":[\"not\"],"
                            "\"restrictors\":[\"only\"],\"restrictors_after\":["
                            "\"only\"],\"solo\":[\"solo\"],\"carry_on\":[\"or\"],\"and\":[\"and\"],"
                            "\"link\":[\"is\"],\"corrections\":["
                            "\"no "
                            "wait\"],\"fillers\":[\"very\"],\"articles\":[\"a\"],\"function\":["
                            "\"with\",\"over\",\"one\",\"to\","
                            "\"in\",\"of\",\"key\"],\"never_corrected\":[\"spring\"]}";

static snq_lexicon *lexicon_of(const char *text, size_t n)
{
    snq_json_doc *doc;
    snq_lexicon *l = NULL;
    if (snq_json_parse("l", text, n, &doc) < 0)
        return NULL;
    const snq_json_ref root = snq_json_root(doc);
    must((snq_lexicon_new(&root, &l) >= 0) == (l != NULL));
    must(l || *snq_last_error());
    snq_json_doc_free(doc);
    return l;
}

static snq_lexicon *english(void)
{
    const char *root = getenv("SNQ_ROOT");
    char path[4096];
    static char text[1 << 18];
    snprintf(path, sizeof path, "%s/lexicon/english.json", root ? root : ".");
    FILE *f = root ? fopen(path, "rb") : NULL;
    const size_t n = f ? fread(text, 1, sizeof text, f) : 0;
    if (f)
        fclose(f);
    snq_lexicon *l = n ? lexicon_of(text, n) : NULL;
    return l ? l : lexicon_of(small, sizeof small - 1);
}

static snq_str written(const snq_brief *b)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, 8u << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_brief_json(&j, b);
    must(snq_json_finish(&j) == SNQ_OK);
    return out;
}

static void there_and_back(const snq_brief *b)
{
    snq_json_doc *doc;
    snq_brief back;
    snq_str a = written(b);
    must(snq_json_parse("b", a.text, a.length, &doc) == SNQ_OK);
    const snq_json_ref root = snq_json_root(doc);
    must(snq_brief_from_json(&root, &back) == SNQ_OK);
    must(snq_brief_equal(b, &back));
    snq_str again = written(&back);
    must(a.length == again.length && memcmp(a.text, again.text, a.length) == 0);
    snq_str_clear(&a);
    snq_str_clear(&again);
    snq_brief_clear(&back);
    snq_json_doc_free(doc);
}

static void as_prompt(const snq_lexicon *l, const uint8_t *p, size_t n)
{
    snq_brief a, b;
    must(snq_prompt_read(l, (const char *)p, n, &a) == SNQ_OK);
    must(snq_prompt_read(l, (const char *)p, n, &b) == SNQ_OK);
    must(snq_brief_equal(&a, &b));
    must(!(a.bpm > 0 && (a.min_bpm > 0 || a.max_bpm > 0)) && !(a.bars > 0 && a.seconds > 0));
    must(a.tonic < 0 || a.mode >= 0);
    there_and_back(&a);
    snq_brief_clear(&a);
    snq_brief_clear(&b);
    snq_alloc_fail_after((int64_t)(n % 7));
    const snq_status st = snq_prompt_read(l, (const char *)p, n, &a);
    must(st == SNQ_OK || (snq_alloc_refused() && st == SNQ_ERR_NOMEM));
    snq_alloc_fail_after(-1);
    snq_brief_clear(&a);
}

static void as_key(const snq_lexicon *l, const uint8_t *p, size_t n)
{
    char text[64];
    int tonic = -9, mode = -9;
    const size_t k = n < sizeof text - 1 ? n : sizeof text - 1;
    memcpy(text, p, k);
    text[k] = '\0';
    if (snq_prompt_key(l, text, &tonic, &mode) >= 0)
        must(tonic >= 0 && tonic < 12 && mode >= 0 && mode < SNQ_MODES);
}

static void as_documents(const uint8_t *p, size_t n)
{
    snq_json_doc *doc;
    snq_brief b;
    snq_lexicon *own = lexicon_of((const char *)p, n);
    if (own)
        as_prompt(own, p, n < 4096 ? n : 4096);
    snq_lexicon_free(own);
    if (snq_json_parse("b", (const char *)p, n, &doc) < 0)
        return;
    const snq_json_ref root = snq_json_root(doc);
    if (snq_brief_from_json(&root, &b) >= 0)
        there_and_back(&b);
    snq_brief_clear(&b);
    snq_json_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static snq_lexicon *l; /* for the whole run */
    if (!l)
        l = english();
    must(l);
    const int64_t live = snq_alloc_live();
    if (n > SNQ_PROMPT_BYTES_MAX)
        return 0;
    as_prompt(l, p, n);
    as_key(l, p, n);
    if (n && *p == '{')
        as_documents(p, n);
    must(snq_alloc_live() == live);
    return 0;
}
