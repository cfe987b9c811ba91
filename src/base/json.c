// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void snq_json_init(snq_json *j, snq_json_sink sink, void *user)
{
    *j = (snq_json) { .sink = sink, .user = user };
}

static void flush(snq_json *j)
{
    if (j->used && j->st >= 0) {
        const snq_status st = j->sink(j->user, j->buffer, j->used);
        if (st < 0)
            j->st = st;
    }
    j->used = 0;
}

static void put(snq_json *j, const char *bytes, size_t n)
{
    while (n) {
        if (j->used == sizeof j->buffer)
            flush(j);
        const size_t room = sizeof j->buffer - j->used;
        const size_t k = n < room ? n : room;
        memcpy(j->buffer + j->used, bytes, k);
        j->used += k;
        bytes += k;
        n -= k;
    }
}

static void put_text(snq_json *j, const char *text)
{
    put(j, text, strlen(text));
}

/* The comma that is due before a value or key; marks that the next one needs one. */
static void separate(snq_json *j)
{
    if (j->after_key) {
        j->after_key = 0;
        return;
    }
    if (!j->depth)
        return;
    if (j->items[j->depth - 1])
        put_text(j, ",");
    j->items[j->depth - 1] = 1;
}

static void value(snq_json *j)
{
    if (j->depth && j->closer[j->depth - 1] == '}' && !j->after_key)
        j->failed_balance = 1; /* a value without a key */
    separate(j);
}

static void open(snq_json *j, const char *opener, char closer)
{
    value(j);
    if (j->depth == SNQ_JSON_DEPTH_MAX) {
        j->failed_balance = 1;
        return;
    }
    put_text(j, opener);
    j->items[j->depth] = 0;
    j->closer[j->depth] = closer;
    j->depth++;
}

void snq_json_object(snq_json *j)
{
    open(j, "{", '}');
}

void snq_json_array(snq_json *j)
{
    open(j, "[", ']');
}

void snq_json_end(snq_json *j)
{
    if (!j->depth || j->after_key) {
        j->failed_balance = 1;
        return;
    }
    j->depth--;
    put(j, &j->closer[j->depth], 1);
}

static void quoted(snq_json *j, const char *text)
{
    size_t n = strlen(text);
    put_text(j, "\"");
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, n, &point);
        char esc[8];
        if (point == 0xFFFD && k == 1)
            put_text(j, "\xEF\xBF\xBD");
        else if (point == '"' || point == '\\')
            put(j, (char[]) { '\\', (char)point }, 2);
        else if (point < 0x20 || point == 0x7F || point == 0x2028 || point == 0x2029) {
            /* the last two are legal JSON but end a line in JavaScript */
            snprintf(esc, sizeof esc, "\\u%04x", (unsigned)point);
            put_text(j, esc);
        } else
            put(j, text, k);
        text += k;
        n -= k;
    }
    put_text(j, "\"");
}

void snq_json_key(snq_json *j, const char *key)
{
    if (!j->depth || j->closer[j->depth - 1] != '}' || j->after_key)
        j->failed_balance = 1;
    separate(j);
    quoted(j, key);
    put_text(j, ":");
    j->after_key = 1;
}

void snq_json_string(snq_json *j, const char *text)
{
    value(j);
    if (text)
        quoted(j, text);
    else
        put_text(j, "null");
}

void snq_json_int(snq_json *j, int64_t v)
{
    char text[24];
    value(j);
    snprintf(text, sizeof text, "%lld", (long long)v);
    put_text(j, text);
}

void snq_json_bool(snq_json *j, int v)
{
    value(j);
    put_text(j, v ? "true" : "false");
}

void snq_json_null(snq_json *j)
{
    value(j);
    put_text(j, "null");
}

void snq_json_real(snq_json *j, double v, int decimals)
{
    char text[352]; /* DBL_MAX has 309 digits before the point */
    if (!isfinite(v)) {
        snq_json_null(j);
        return;
    }
    value(j);
    decimals = decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
    int n = snprintf(text, sizeof text, "%.*f", decimals, v);
    if (decimals) {
        while (text[n - 1] == '0')
            n--;
        if (text[n - 1] == '.')
            n--;
        text[n] = '\0';
    }
    put_text(j, strcmp(text, "-0") == 0 ? "0" : text);
}

void snq_json_digits(snq_json *j, double v, int digits)
{
    char text[32];
    if (!isfinite(v)) {
        snq_json_null(j);
        return;
    }
    value(j);
    snprintf(text, sizeof text, "%.*g", digits < 1 ? 1 : digits > 17 ? 17 : digits, v);
    put_text(j, v == 0.0 ? "0" : text);
}

/* A decimal number of up to FLT_DIG (DBL_DIG) digits survives the way through float (double) and back,
 * so that the first try finds it where there is one. */
void snq_json_float(snq_json *j, float v)
{
    char text[32];
    int digits = FLT_DIG;
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)v);
    while (strtof(text, NULL) != v && ++digits < FLT_DECIMAL_DIG);
    snq_json_digits(j, (double)v, digits);
}

void snq_json_double(snq_json *j, double v)
{
    char text[32];
    int digits = DBL_DIG;
    do
        snprintf(text, sizeof text, "%.*g", digits, v);
    while (strtod(text, NULL) != v && ++digits < DBL_DECIMAL_DIG);
    snq_json_digits(j, v, digits);
}

void snq_json_put_string(snq_json *j, const char *key, const char *text)
{
    snq_json_key(j, key);
    snq_json_string(j, text);
}

void snq_json_put_int(snq_json *j, const char *key, int64_t v)
{
    snq_json_key(j, key);
    snq_json_int(j, v);
}

void snq_json_put_bool(snq_json *j, const char *key, int v)
{
    snq_json_key(j, key);
    snq_json_bool(j, v);
}

void snq_json_put_real(snq_json *j, const char *key, double v, int decimals)
{
    snq_json_key(j, key);
    snq_json_real(j, v, decimals);
}

void snq_json_put_null(snq_json *j, const char *key, const char *reason)
{
    char name[96];
    snq_json_key(j, key);
    snq_json_null(j);
    snprintf(name, sizeof name, "%s_reason", key);
    snq_json_put_string(j, name, reason);
}

snq_status snq_json_finish(snq_json *j)
{
    flush(j);
    if (j->st < 0)
        return j->st;
    if (j->depth || j->after_key || j->failed_balance)
        return SNQ_FAIL(SNQ_ERR_STATE, "JSON writer: unbalanced document (depth %u)", j->depth);
    return SNQ_OK;
}

snq_status snq_json_to_str(void *user, const char *bytes, size_t n)
{
    snq_str *s = user;
    snq_str_put_bytes(s, bytes, n);
    return s->st;
}

snq_status snq_json_to_file(void *user, const char *bytes, size_t n)
{
    if (fwrite(bytes, 1, n, user) != n)
        return SNQ_FAIL(SNQ_ERR_IO, "can't write JSON: %s", strerror(errno));
    return SNQ_OK;
}
