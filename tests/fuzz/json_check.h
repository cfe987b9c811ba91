// SPDX-License-Identifier: MIT
/* json_check -- whether a text is one legal JSON document; ends the program where it is not. */
#ifndef SNQ_TESTS_JSON_CHECK_H
#define SNQ_TESTS_JSON_CHECK_H

#include "base/attr.h"
#include "base/json.h"
#include "base/str.h"
#include "fuzz_input.h"

/* One JSON value of legal UTF-8 at p (RFC 8259; numbers as our writer puts them: no exponent);
 * returns what follows it, or aborts. */
static inline const char *json_value(const char *p, int depth);

static inline const char *json_string(const char *p)
{
    must(*p++ == '"');
    while (*p != '"') {
        must((unsigned char)*p >= 0x20); /* the end is 0 */
        if (*p == '\\') {
            p++;
            must(*p && strchr("\"\\u", *p));
            if (*p == 'u') {
                must(strspn(p + 1, "0123456789abcdef") >= 4);
                p += 4;
            }
        }
        p++;
    }
    return p + 1;
}

static inline const char *json_number(const char *p)
{
    static const char digits[] = "0123456789";
    p += *p == '-';
    const size_t whole = strspn(p, digits);
    must(whole > 0 && (whole == 1 || *p != '0'));
    p += whole;
    if (*p == '.') {
        const size_t part = strspn(++p, digits);
        must(part > 0);
        p += part;
    }
    return p;
}

static inline const char *json_list(const char *p, char closer, int depth)
{
    if (*p == closer)
        return p + 1;
    for (;;) {
        if (closer == '}') {
            p = json_string(p);
            must(*p++ == ':');
        }
        p = json_value(p, depth);
        if (*p == closer)
            return p + 1;
        must(*p++ == ',');
    }
}

static inline const char *json_value(const char *p, int depth)
{
    static const char *const words[] = { "true", "false", "null" };
    must(depth < SNQ_JSON_DEPTH_MAX);
    if (*p == '{' || *p == '[')
        return json_list(p + 1, *p == '{' ? '}' : ']', depth + 1);
    if (*p == '"')
        return json_string(p);
    for (size_t i = 0; i < SNQ_COUNT(words); i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0)
            return p + strlen(words[i]);
    return json_number(p);
}

static inline void must_be_json(const char *text)
{
    must(snq_utf8_check(text) && *json_value(text, 0) == '\0');
}

#endif
