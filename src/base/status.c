// SPDX-License-Identifier: MIT
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char error_text[SNQ_ERROR_MAX];
static _Thread_local char error_place[160];

const char *snq_status_name(snq_status s)
{
    switch (s) {
#define X(name, value, text) \
    case SNQ_##name:         \
        return #name;
        SNQ_STATUS_MAP(X)
#undef X
    }
    return "UNKNOWN";
}

const char *snq_status_text(snq_status s)
{
    switch (s) {
#define X(name, value, text) \
    case SNQ_##name:         \
        return text;
        SNQ_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}

snq_status snq_fail_at(const char *file, int line, snq_status s, const char *fmt, ...)
{
    const char *src = strstr(file, "src/");
    va_list ap;
    va_start(ap, fmt);
    /* Format first: the arguments may point into the old text. */
    char text[SNQ_ERROR_MAX];
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    memcpy(error_text, text, sizeof text);
    snprintf(error_place, sizeof error_place, "%s:%d", src ? src : file, line);
    return s;
}

const char *snq_last_error(void)
{
    return error_text;
}

const char *snq_last_error_place(void)
{
    return error_place;
}

void snq_error_clear(void)
{
    error_text[0] = '\0';
    error_place[0] = '\0';
}
