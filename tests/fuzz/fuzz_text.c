// SPDX-License-Identifier: MIT
/* Names and texts from outside, which need not be UTF-8: what is printed of them can't move a cursor,
 * what goes into a document or a warning can be read back. */
#include "fuzz_input.h"

#include <jansson.h>

#include "base/json.h"
#include "base/str.h"
#include "base/warnings.h"
#include "media/container_impl.h"

enum { TEXT_MAX = 1 << 20 };

/* One line of printable text, and the same again when it has been through once. */
static void try_print(const char *text)
{
    snq_str once, twice;
    snq_str_init(&once, TEXT_MAX);
    snq_str_init(&twice, TEXT_MAX);
    snq_str_put_printable(&once, text);
    const char *shown = snq_str_text(&once);
    must(once.st >= 0 && snq_utf8_check(shown));
    must(!strpbrk(shown, "\n\r\t\x1B\x7F"));
    snq_str_put_printable(&twice, shown);
    must(strcmp(shown, snq_str_text(&twice)) == 0);
    snq_str_clear(&once);
    snq_str_clear(&twice);
}

/* What is written as a JSON string reads back as itself, or with U+FFFD for what was malformed. */
static void try_json(const char *text)
{
    snq_str to;
    snq_json j;
    snq_str_init(&to, TEXT_MAX);
    snq_json_init(&j, snq_json_to_str, &to);
    snq_json_array(&j);
    snq_json_string(&j, text);
    snq_json_end(&j);
    must(snq_json_finish(&j) >= 0);
    json_t *doc = json_loadb(snq_str_text(&to), to.length, 0, NULL);
    must(json_array_size(doc) == 1);
    const char *back = json_string_value(json_array_get(doc, 0));
    must(back != NULL && snq_utf8_check(back));
    must((strcmp(back, text) == 0) == snq_utf8_check(text));
    json_decref(doc);
    snq_str_clear(&to);
}

static void try_name(const char *text)
{
    char extension[16];
    snq__extension(text, extension, sizeof extension);
    must(strlen(extension) < sizeof extension && !strchr(extension, '/'));
    snq__extension_lies(snq__container_named("wav"), extension);
    snq_warnings w = { 0 };
    snq_warnings_add(&w, "fuzz", 0, "%s", text);
    must(w.count == 1 && snq_utf8_check(w.item[0].message));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *text = malloc(n + 1);
    must(text != NULL);
    memcpy(text, p, n);
    text[n] = '\0';
    try_print(text);
    try_json(text);
    try_name(text);
    free(text);
    return 0;
}
