// SPDX-License-Identifier: MIT
#include "base/warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* A message cut in the middle of a character ends before that character. */
static void mend_tail(char *text)
{
    size_t n = strlen(text), at = 0;
    while (at < n) {
        uint32_t point;
        const size_t k = snq_utf8_get(text + at, n - at, &point);
        if (point == 0xFFFD && k == 1) {
            if (n - at < 4) {
                text[at] = '\0';
                return;
            }
            text[at] = '?';
        }
        at += k;
    }
}

void snq_warnings_add(snq_warnings *w, const char *code, int64_t offset_bytes, const char *fmt, ...)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0) {
            w->item[i].times++;
            return;
        }
    if (w->count == SNQ_WARNINGS_MAX)
        return;
    snq_warning *to = &w->item[w->count++];
    *to = (snq_warning) { .offset_bytes = offset_bytes, .times = 1 };
    snprintf(to->code, sizeof to->code, "%s", code);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(to->message, sizeof to->message, fmt, ap);
    va_end(ap);
    mend_tail(to->message);
}

const snq_warning *snq_warnings_find(const snq_warnings *w, const char *code)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0)
            return &w->item[i];
    return NULL;
}

void snq_warnings_join(snq_warnings *w, const snq_warnings *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        if (!snq_warnings_find(w, from->item[i].code) && w->count < SNQ_WARNINGS_MAX)
            w->item[w->count++] = from->item[i];
}

void snq_warnings_json(snq_json *j, const snq_warnings *w)
{
    snq_json_key(j, "warnings");
    snq_json_array(j);
    for (uint32_t i = 0; w && i < w->count; i++) {
        snq_json_object(j);
        snq_json_put_string(j, "code", w->item[i].code);
        snq_json_put_string(j, "message", w->item[i].message);
        if (w->item[i].offset_bytes >= 0)
            snq_json_put_int(j, "offset_bytes", w->item[i].offset_bytes);
        snq_json_end(j);
    }
    snq_json_end(j);
}
