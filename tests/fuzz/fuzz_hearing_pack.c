// SPDX-License-Identifier: MIT
/* Any bytes as a packed hearing: a failure, or a hearing that keeps every limit, whose document is
 * legal JSON, and that packs again to bytes that give the same document.
 *
 * The seeds in corpus_hearing_pack/ are a hearing of nothing; the worked example of
 * docs/formats/hearing.md; all sections with gaps; regions, warnings and plug-ins of every status.
 * The builders in tests/score/test_hearing_pack.c make them, and that test compares the files with
 * what it packs. After a change of the format:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_hearing_pack */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "score/hearing_pack.h"

/* One JSON value of legal UTF-8 at p (RFC 8259; numbers as our writer puts them: no exponent);
 * returns what follows it, or aborts. */
static const char *json_value(const char *p, int depth);

static const char *json_string(const char *p)
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

static const char *json_number(const char *p)
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

static const char *json_list(const char *p, char closer, int depth)
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

static const char *json_value(const char *p, int depth)
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

static snq_str document(const snq_hearing *h)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, 1 << 30);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_hearing_json(&j, h, 1);
    must(snq_json_finish(&j) == SNQ_OK);
    must(snq_utf8_check(out.text) && *json_value(out.text, 0) == '\0');
    return out;
}

static void check_limits(const snq_hearing *h)
{
    const size_t hex = strspn(h->file.sha256, "0123456789abcdef");
    must(h->file.sha256[hex] == '\0' && (hex == 0 || hex == 64));
    must(h->file.rate_hz == 0 ||
         (h->file.rate_hz >= SNQ_RATE_MIN_HZ && h->file.rate_hz <= SNQ_RATE_MAX_HZ));
    must(h->file.channels <= SNQ_CHANNELS_MAX && isfinite(h->file.duration_s));
    must(h->warnings.count <= SNQ_WARNINGS_MAX && h->plugins <= SNQ_PLUGINS_MAX);
    must(h->regions <= SNQ_REGIONS_MAX && h->spectrum.dominants <= SNQ_DOMINANTS_MAX);
    must(h->text.total_bytes <= SNQ_HEARING_TEXT_MAX);
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        must(r->span.start_s >= 0.0 && r->span.end_s >= r->span.start_s && isfinite(r->span.end_s));
        must(r->spectrum.dominants <= SNQ_DOMINANTS_MAX && r->kind);
        must(isfinite(r->level_dbfs.value));
    }
    for (uint32_t i = 0; i < h->plugins; i++)
        must(h->plugin[i].id && h->plugin[i].version && h->plugin[i].status);
}

static void again(snq_hearing *h)
{
    snq_hearing back;
    snq_unpack u;
    snq_str bytes;
    check_limits(h);
    snq_str_init(&bytes, 1 << 30);
    snq_hearing_pack(&bytes, h);
    must(bytes.st == SNQ_OK);
    snq_unpack_init(&u, bytes.text, bytes.length);
    must(snq_hearing_unpack(&u, &back) == SNQ_OK && snq_unpack_finish(&u) == SNQ_OK);
    snq_str a = document(h), b = document(&back);
    must(a.length == b.length && memcmp(a.text, b.text, a.length) == 0);
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_str_clear(&bytes);
    snq_hearing_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_unpack u;
    snq_hearing h;
    snq_error_clear();
    snq_unpack_init(&u, p, n);
    const snq_status st = snq_hearing_unpack(&u, &h);
    if (st < 0)
        must(st == SNQ_ERR_FORMAT && u.st == st && *snq_last_error() && !h.region && !h.text.chunk);
    else {
        must(u.left <= n && u.at == p + (n - u.left));
        again(&h);
    }
    snq_hearing_clear(&h);
    must(snq_alloc_live() == 0);
    return 0;
}
