// SPDX-License-Identifier: MIT
#include "base/json_read.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/str.h"

enum {
    PATH_ROOM = 160,       /* bytes of a place in a message */
    KEY_SHOWN = 40,        /* bytes of a key in a message */
    NAME_SHOWN = 128,      /* bytes of the document's name in a message */
    WEIGHT_MAX = 16 << 20, /* see weigh() */
};
/* Whole numbers beyond this one are not all doubles. */
static const double WHOLE_MAX = 9007199254740992.0; /* 2^53 */

struct snq_json_doc {
    json_t *root;
    char *name;
};

/* ---- parsing ------------------------------------------------------------------------------- */

/* Bound the memory and the depth that the parser will need, before it takes any: a document of 64 MB
 * that is all "{}," would become 5 GB. The weight is in pieces of about 64 to 100 bytes of jansson
 * 2.14: an object has 4, an array 2, each further value or member 1. */
static snq_status weigh(const char *name, const char *bytes, size_t n)
{
    size_t weight = 0, depth = 0;
    int in_string = 0;
    for (size_t i = 0; i < n; i++) {
        const char c = bytes[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = 0;
        } else if (c == '"')
            in_string = 1;
        else if (c == ',')
            weight++;
        else if (c == '{' || c == '[') {
            weight += c == '{' ? 4 : 2;
            if (++depth > SNQ_JSON_READ_DEPTH_MAX)
                return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%.*s: offset %zu: nested deeper than %d",
                                NAME_SHOWN, name, i, SNQ_JSON_READ_DEPTH_MAX);
        } else if ((c == '}' || c == ']') && depth)
            depth--;
    }
    if (weight > WEIGHT_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%.*s: too many values for one document", NAME_SHOWN,
                        name);
    return SNQ_OK;
}

static snq_status parse(snq_json_doc *doc, const char *bytes, size_t n)
{
    json_error_t e;
    doc->root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (doc->root)
        return SNQ_OK;
    if (json_error_code(&e) == json_error_out_of_memory)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "%.*s: no memory for the document", NAME_SHOWN, doc->name);
    return SNQ_FAIL(SNQ_ERR_FORMAT, "%.*s: line %d, column %d: %s", NAME_SHOWN, doc->name, e.line,
                    e.column, e.text);
}

snq_status snq_json_parse(const char *name, const char *bytes, size_t n, snq_json_doc **out)
{
    snq_status st;
    *out = NULL;
    if (n > SNQ_JSON_BYTES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%.*s: %zu bytes, over %d", NAME_SHOWN, name, n,
                        SNQ_JSON_BYTES_MAX);
    SNQ_TRY(weigh(name, bytes, n));
    snq_json_doc *doc = snq_calloc(1, sizeof *doc);
    if (!doc)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a JSON document");
    doc->name = snq_strdup(name);
    if (!doc->name) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a JSON document");
        goto fail;
    }
    SNQ_GOTO(parse(doc, bytes, n));
    *out = doc;
    return SNQ_OK;
fail:
    snq_json_doc_free(doc);
    return st;
}

void snq_json_doc_free(snq_json_doc *doc)
{
    if (!doc)
        return;
    json_decref(doc->root);
    snq_free(doc->name);
    snq_free(doc);
}

/* ---- walking ------------------------------------------------------------------------------- */

snq_json_ref snq_json_root(const snq_json_doc *doc)
{
    return (snq_json_ref) { .value = doc->root, .doc = doc };
}

snq_json_kind snq_json_kind_of(const snq_json_ref *at)
{
    switch (json_typeof((const json_t *)at->value)) {
    case JSON_OBJECT:
        return SNQ_JSON_OBJECT;
    case JSON_ARRAY:
        return SNQ_JSON_ARRAY;
    case JSON_STRING:
        return SNQ_JSON_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return SNQ_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return SNQ_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return SNQ_JSON_NULL;
}

static const char *kind_name(snq_json_kind kind)
{
    static const char *const names[] = {
        [SNQ_JSON_NULL] = "null",       [SNQ_JSON_BOOL] = "true or false",
        [SNQ_JSON_NUMBER] = "a number", [SNQ_JSON_STRING] = "a string",
        [SNQ_JSON_ARRAY] = "an array",  [SNQ_JSON_OBJECT] = "an object",
        [SNQ_JSON_ANY] = "anything",
    };
    return names[kind];
}

/* Whether the value is of this kind; else the failure. */
static snq_status want(const snq_json_ref *at, snq_json_kind kind)
{
    const snq_json_kind is = snq_json_kind_of(at);
    if (kind == SNQ_JSON_ANY || is == kind)
        return SNQ_OK;
    return snq_json_fail(at, SNQ_ERR_FORMAT, "is %s, not %s", kind_name(is), kind_name(kind));
}

int snq_json_find(const snq_json_ref *at, const char *key, snq_json_ref *out)
{
    const json_t *v = json_object_get(at->value, key); /* NULL for what is no object */
    if (!v)
        return 0;
    *out = (snq_json_ref) { .value = v, .doc = at->doc, .parent = at, .key = key };
    return 1;
}

snq_status snq_json_get(const snq_json_ref *at, const char *key, snq_json_kind kind,
                        snq_json_ref *out)
{
    SNQ_TRY(want(at, SNQ_JSON_OBJECT));
    if (!snq_json_find(at, key, out))
        return snq_json_fail(at, SNQ_ERR_FORMAT, "has no \"%s\"", key);
    return want(out, kind);
}

size_t snq_json_count(const snq_json_ref *at)
{
    return json_is_array((const json_t *)at->value) ? json_array_size(at->value)
                                                    : json_object_size(at->value);
}

/* jansson's iterators want a value that may be changed; nothing here changes it. */
static json_t *plain(const snq_json_ref *at)
{
    return (json_t *)(uintptr_t)at->value;
}

static snq_json_ref member_of(const snq_json_ref *at, void *iter)
{
    return (snq_json_ref) {
        .value = json_object_iter_value(iter),
        .doc = at->doc,
        .parent = at,
        .key = json_object_iter_key(iter),
    };
}

int snq_json_next(const snq_json_ref *at, snq_json_ref *member)
{
    if (!json_is_object((const json_t *)at->value))
        return 0;
    void *iter = member->key
                     ? json_object_iter_next(plain(at), json_object_key_to_iter(member->key))
                     : json_object_iter(plain(at));
    if (!iter)
        return 0;
    *member = member_of(at, iter);
    return 1;
}

void snq_json_item(const snq_json_ref *at, size_t i, snq_json_ref *out)
{
    if (json_is_array((const json_t *)at->value)) {
        *out = (snq_json_ref) {
            .value = json_array_get(at->value, i), .doc = at->doc, .parent = at, .index = i
        };
        return;
    }
    *out = (snq_json_ref) { 0 };
    for (size_t k = 0; k <= i && snq_json_next(at, out); k++)
        continue;
}

snq_status snq_json_only(const snq_json_ref *at, const char *const *keys, size_t n)
{
    snq_json_ref member = { 0 };
    SNQ_TRY(want(at, SNQ_JSON_OBJECT));
    while (snq_json_next(at, &member)) {
        size_t i = 0;
        while (i < n && strcmp(member.key, keys[i]) != 0)
            i++;
        if (i == n)
            return snq_json_fail(at, SNQ_ERR_FORMAT, "unknown key \"%.*s\"", KEY_SHOWN, member.key);
    }
    return SNQ_OK;
}

/* ---- values -------------------------------------------------------------------------------- */

snq_status snq_json_as_real(const snq_json_ref *at, double lo, double hi, double *v)
{
    SNQ_TRY(want(at, SNQ_JSON_NUMBER));
    const double x = json_number_value(at->value);
    if (x < lo)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%.10g is under %.10g", x, lo);
    if (x > hi)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%.10g is over %.10g", x, hi);
    *v = x;
    return SNQ_OK;
}

snq_status snq_json_as_int(const snq_json_ref *at, int64_t lo, int64_t hi, int64_t *v)
{
    int64_t x;
    SNQ_TRY(want(at, SNQ_JSON_NUMBER));
    if (json_is_integer((const json_t *)at->value))
        x = json_integer_value(at->value);
    else { /* 1e3 and 12.0 are whole, too */
        const double real = json_real_value(at->value);
        if (real != floor(real) || fabs(real) > WHOLE_MAX)
            return snq_json_fail(at, SNQ_ERR_RANGE, "%.10g is not a whole number", real);
        x = (int64_t)real;
    }
    if (x < lo)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%lld is under %lld", (long long)x, (long long)lo);
    if (x > hi)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%lld is over %lld", (long long)x, (long long)hi);
    *v = x;
    return SNQ_OK;
}

snq_status snq_json_as_bool(const snq_json_ref *at, int *v)
{
    SNQ_TRY(want(at, SNQ_JSON_BOOL));
    *v = json_is_true((const json_t *)at->value);
    return SNQ_OK;
}

snq_status snq_json_as_text(const snq_json_ref *at, char *to, size_t room)
{
    SNQ_TRY(want(at, SNQ_JSON_STRING));
    const size_t n = json_string_length(at->value);
    if (n >= room)
        return snq_json_fail(at, SNQ_ERR_TOO_BIG, "%zu bytes of text, over %zu", n, room - 1);
    memcpy(to, json_string_value(at->value), n + 1);
    return SNQ_OK;
}

snq_status snq_json_text(const snq_json_ref *at, const char **text, size_t *n)
{
    SNQ_TRY(want(at, SNQ_JSON_STRING));
    *text = json_string_value(at->value);
    *n = json_string_length(at->value);
    return SNQ_OK;
}

snq_status snq_json_as_choice(const snq_json_ref *at, const char *const *names, size_t n, size_t *v)
{
    char list[256] = "";
    size_t used = 0;
    SNQ_TRY(want(at, SNQ_JSON_STRING));
    const char *text = json_string_value(at->value);
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, names[i]) == 0) {
            *v = i;
            return SNQ_OK;
        }
    for (size_t i = 0; i < n && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    return snq_json_fail(at, SNQ_ERR_FORMAT, "\"%.*s\" is none of %s", KEY_SHOWN, text, list);
}

/* ---- members ------------------------------------------------------------------------------- */

snq_status snq_json_real_of(const snq_json_ref *at, const char *key, double lo, double hi,
                            double *v)
{
    snq_json_ref member;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_NUMBER, &member));
    return snq_json_as_real(&member, lo, hi, v);
}

snq_status snq_json_int_of(const snq_json_ref *at, const char *key, int64_t lo, int64_t hi,
                           int64_t *v)
{
    snq_json_ref member;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_NUMBER, &member));
    return snq_json_as_int(&member, lo, hi, v);
}

snq_status snq_json_text_of(const snq_json_ref *at, const char *key, char *to, size_t room)
{
    snq_json_ref member;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &member));
    return snq_json_as_text(&member, to, room);
}

snq_status snq_json_real_if(const snq_json_ref *at, const char *key, double lo, double hi,
                            double *v)
{
    snq_json_ref member;
    return snq_json_find(at, key, &member) ? snq_json_as_real(&member, lo, hi, v) : SNQ_OK;
}

snq_status snq_json_int_if(const snq_json_ref *at, const char *key, int64_t lo, int64_t hi,
                           int64_t *v)
{
    snq_json_ref member;
    return snq_json_find(at, key, &member) ? snq_json_as_int(&member, lo, hi, v) : SNQ_OK;
}

snq_status snq_json_bool_if(const snq_json_ref *at, const char *key, int *v)
{
    snq_json_ref member;
    return snq_json_find(at, key, &member) ? snq_json_as_bool(&member, v) : SNQ_OK;
}

snq_status snq_json_text_if(const snq_json_ref *at, const char *key, char *to, size_t room)
{
    snq_json_ref member;
    return snq_json_find(at, key, &member) ? snq_json_as_text(&member, to, room) : SNQ_OK;
}

/* ---- failures ------------------------------------------------------------------------------ */

/* Put the text before what stands in path at `from`; returns the new `from`. What has no room is cut
 * on the left: the innermost places are the ones that help. */
static size_t prepend(char *path, size_t from, const char *text)
{
    size_t n = strlen(text);
    if (n > from)
        n = from;
    memcpy(path + from - n, text + strlen(text) - n, n);
    return from - n;
}

snq_status snq_json_fail(const snq_json_ref *at, snq_status st, const char *fmt, ...)
{
    char path[PATH_ROOM], piece[KEY_SHOWN + 8], what[SNQ_ERROR_MAX];
    size_t from = sizeof path - 1;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    path[from] = '\0';
    for (const snq_json_ref *p = at; p->parent; p = p->parent) {
        if (p->key)
            snprintf(piece, sizeof piece, "%s%.*s", p->parent->parent ? "." : "", KEY_SHOWN,
                     p->key);
        else
            snprintf(piece, sizeof piece, "[%zu]", p->index);
        from = prepend(path, from, piece);
    }
    return SNQ_FAIL(st, "%.*s: %s%s%s", NAME_SHOWN, at->doc->name, path + from,
                    path[from] ? ": " : "", what);
}

/* ---------------------------------------------------------------- members into smaller types */

snq_status snq_json_float_if(const snq_json_ref *at, const char *key, double lo, double hi,
                             float *v)
{
    double d = (double)*v;
    SNQ_TRY(snq_json_real_if(at, key, lo, hi, &d));
    *v = (float)d;
    return SNQ_OK;
}

snq_status snq_json_byte_if(const snq_json_ref *at, const char *key, int lo, int hi, uint8_t *v)
{
    int64_t d = *v;
    SNQ_TRY(snq_json_int_if(at, key, lo, hi, &d));
    *v = (uint8_t)d;
    return SNQ_OK;
}

snq_status snq_json_choice_if(const snq_json_ref *at, const char *key, const char *const *names,
                              size_t n, uint8_t *v)
{
    snq_json_ref item;
    size_t found = 0;
    if (!snq_json_find(at, key, &item))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_choice(&item, names, n, &found));
    *v = (uint8_t)found;
    return SNQ_OK;
}

snq_status snq_json_set_if(const snq_json_ref *at, const char *key, const char *const *names,
                           size_t n, uint32_t *set)
{
    snq_json_ref list, item;
    size_t found = 0;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    *set = 0;
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_choice(&item, names, n, &found));
        *set |= 1u << found;
    }
    return SNQ_OK;
}

snq_status snq_json_range_if(const snq_json_ref *at, const char *key, double lo, double hi,
                             float *a, float *b)
{
    snq_json_ref list, item;
    double v[2];
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) != 2)
        return snq_json_fail(&list, SNQ_ERR_FORMAT, "%zu items, 2 wanted", snq_json_count(&list));
    for (size_t i = 0; i < 2; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_real(&item, lo, hi, &v[i]));
    }
    if (v[0] > v[1])
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%g is over %g", v[0], v[1]);
    *a = (float)v[0];
    *b = (float)v[1];
    return SNQ_OK;
}
