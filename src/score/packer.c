// SPDX-License-Identifier: MIT
/* IDEA   What knows much about a recording is packed field by field. Most of its texts are reasons,
 *        and the same few stand in thousands of places: each is written out where it is first
 *        mentioned, and from then on named by its number.
 * STEPS  texts are numbered 1, 2, ... in the order of their first mention; a reference to number r:
 *            r = 0 (no text)   0
 *            r < 255           r
 *            else              255, then r as u32
 *            r new (highest so far + 1)   as above, then the text itself
 *        measure = reference to its reason; when that is 0, the value as f64
 *        list    = its number of elements and the elements. It is read in three steps: its number,
 *        held against the bytes that are left and a bound; its room, held against what the arena may
 *        still give; its elements.
 *        The packer finds the number of a text by its content: a hash table with linear probing,
 *        half full at most. The reader keeps an array from number to arena text.
 * CONST  TEXTS_MAX 1024   distinct texts; today's analysers know fewer than 40
 *        TEXT_ROOM 512    bytes of one with its terminator; today's longest is 44. Both together
 *                         stay below half of TEXTS_ROOM, which lists leave free in the arena.
 *        FULL 255         the byte that says: a longer reference follows
 *        (2026-11-21, this tree)
 * COST   9 bytes a measured value, 1 an unmeasured one. Unpacking is linear in the bytes.
 * LIMITS Text that is malformed or longer than its room is mended: U+FFFD in place of each malformed
 *        byte (so the JSON is the same), cut at a character.
 * REFS   FNV-1a: draft-eastlake-fnv-17, section 2 (32-bit offset basis and prime). */
#include "score/packer_impl.h"

#include <string.h>

enum { FULL = 255, WARNING_LEAST = 4 + 4 + 8 + 4 };

/* ---- writing ---- */

void snq__refuse(snq_str *to, snq_status st)
{
    if (to->st >= 0)
        to->st = st;
}

void snq__put_text(snq_str *to, const char *text, size_t room)
{
    char fit[SNQ__TEXT_ROOM];
    size_t left = strlen(text), used = 0;
    if (left < room && snq_utf8_check(text)) {
        snq_pack_text(to, text);
        return;
    }
    while (left) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, left, &point);
        const int malformed = point == 0xFFFD && k == 1;
        const size_t need = malformed ? 3 : k;
        if (used + need >= room)
            break;
        memcpy(fit + used, malformed ? "\xEF\xBF\xBD" : text, need);
        used += need;
        text += k;
        left -= k;
    }
    fit[used] = '\0';
    snq_pack_text(to, fit);
}

/* Where this text's number is, or will be. */
static uint16_t *find_slot(snq__packer *p, const char *text)
{
    uint32_t h = 2166136261u;
    for (const char *c = text; *c; c++)
        h = (h ^ (uint8_t)*c) * 16777619u;
    for (h %= SNQ__TEXT_SLOTS; p->slot[h]; h = (h + 1) % SNQ__TEXT_SLOTS) {
        const char *known = p->text[p->slot[h] - 1];
        if (known == text || strcmp(known, text) == 0)
            break;
    }
    return &p->slot[h];
}

void snq__put_ref(snq__packer *p, const char *text)
{
    if (!text) {
        snq_pack_u8(p->to, 0);
        return;
    }
    uint16_t *slot = find_slot(p, text);
    const int is_new = !*slot;
    if (is_new) {
        if (p->texts == SNQ__TEXTS_MAX) {
            snq__refuse(p->to, SNQ_FAIL(SNQ_ERR_TOO_BIG, "a %s of more than %d texts", p->what,
                                        SNQ__TEXTS_MAX));
            return;
        }
        p->text[p->texts++] = text;
        *slot = (uint16_t)p->texts;
    }
    if (*slot < FULL)
        snq_pack_u8(p->to, (uint8_t)*slot);
    else {
        snq_pack_u8(p->to, FULL);
        snq_pack_u32(p->to, *slot);
    }
    if (is_new)
        snq__put_text(p->to, text, SNQ__TEXT_ROOM);
}

void snq__put_needed_ref(snq__packer *p, const char *text, const char *name)
{
    if (!text)
        snq__refuse(p->to, SNQ_FAIL(SNQ_ERR_ARG, "a %s without %s can't be packed", p->what, name));
    snq__put_ref(p, text);
}

void snq__put_measure(snq__packer *p, const snq_measure *m)
{
    snq__put_ref(p, m->reason);
    if (!m->reason)
        snq_pack_f64(p->to, m->value);
}

void snq__put_measures(snq__packer *p, const void *section, const size_t *tab, size_t n)
{
    for (size_t i = 0; i < n; i++)
        snq__put_measure(p, (const void *)((const char *)section + tab[i]));
}

void snq__put_span(snq__packer *p, snq_span span)
{
    snq_pack_f64(p->to, span.start_s);
    snq_pack_f64(p->to, span.end_s);
}

void snq__put_reals(snq__packer *p, const double *v, uint32_t n)
{
    snq_pack_u32(p->to, n);
    for (uint32_t i = 0; i < n; i++)
        snq_pack_f64(p->to, v[i]);
}

void snq__put_warnings(snq__packer *p, const snq_warnings *w)
{
    snq_pack_u32(p->to, w->count);
    for (uint32_t i = 0; i < w->count; i++) {
        const snq_warning *item = &w->item[i];
        snq__put_text(p->to, item->code, sizeof item->code);
        snq__put_text(p->to, item->message, sizeof item->message);
        snq_pack_i64(p->to, item->offset_bytes);
        snq_pack_u32(p->to, item->times);
    }
}

/* ---- reading ---- */

const char *snq__get_ref(snq__unpacker *r)
{
    uint32_t number = snq_unpack_u8(r->u);
    if (number == FULL) {
        number = snq_unpack_u32(r->u);
        if (number < FULL)
            SNQ__BAD(r, "%s: text %u is not named in its short form", r->what, number);
    }
    if (!number || r->u->st < 0)
        return NULL;
    if (number <= r->texts)
        return r->text[number - 1];
    if (number != r->texts + 1 || number > SNQ__TEXTS_MAX) {
        SNQ__BAD(r, "%s: text %u follows text %u, at most %d are legal", r->what, number, r->texts,
                 SNQ__TEXTS_MAX);
        return NULL;
    }
    return r->text[r->texts++] = snq_unpack_arena_text(r->u, r->arena, SNQ__TEXT_ROOM - 1);
}

const char *snq__get_needed_ref(snq__unpacker *r, const char *name)
{
    const char *text = snq__get_ref(r);
    if (!text)
        SNQ__BAD(r, "%s: %s is missing", r->what, name);
    return text;
}

int snq__get_flag(snq__unpacker *r, const char *name)
{
    const uint8_t v = snq_unpack_u8(r->u);
    if (v > 1)
        SNQ__BAD(r, "%s: %s is %u, must be 0 or 1", r->what, name, v);
    return v;
}

uint8_t snq__get_code(snq__unpacker *r, uint32_t end, const char *name)
{
    const uint8_t v = snq_unpack_u8(r->u);
    if (v >= end)
        SNQ__BAD(r, "%s: %s is %u, must be below %u", r->what, name, v, end);
    return v;
}

double snq__in_range(snq__unpacker *r, double v, double lo, double hi, const char *name)
{
    if (v < lo || v > hi)
        SNQ__BAD(r, "%s: %s is %g, must be %g .. %g", r->what, name, v, lo, hi);
    return v;
}

double snq__get_real(snq__unpacker *r, double lo, double hi, const char *name)
{
    return snq__in_range(r, snq_unpack_f64(r->u), lo, hi, name);
}

double snq__get_time(snq__unpacker *r, double from_s, const char *name)
{
    const double t_s = snq_unpack_f64(r->u);
    if (t_s < from_s)
        SNQ__BAD(r, "%s: %s at %g s follows %g s", r->what, name, t_s, from_s);
    return t_s;
}

void snq__get_measure(snq__unpacker *r, snq_measure *m)
{
    m->reason = snq__get_ref(r);
    m->value = m->reason ? 0.0 : snq_unpack_f64(r->u);
}

void snq__get_measures(snq__unpacker *r, void *section, const size_t *tab, size_t n)
{
    for (size_t i = 0; i < n; i++)
        snq__get_measure(r, (void *)((char *)section + tab[i]));
}

void *snq__get_list(snq__unpacker *r, uint32_t *n, size_t bytes, uint32_t max, size_t size)
{
    *n = snq_unpack_count(r->u, bytes, max);
    if (!*n)
        return NULL;
    if (r->arena->total_bytes + *n * size > r->lists_max - SNQ__TEXTS_ROOM) {
        SNQ__BAD(r, "%s: its lists take more than %zu bytes", r->what, r->lists_max);
        *n = 0;
        return NULL;
    }
    void *list = snq_arena_get(r->arena, *n, size);
    if (!list) {
        r->u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a list of %u elements", *n);
        *n = 0;
    }
    return list;
}

void snq__get_warnings(snq__unpacker *r, snq_warnings *w)
{
    w->count = snq_unpack_count(r->u, WARNING_LEAST, SNQ_WARNINGS_MAX);
    for (uint32_t i = 0; i < w->count; i++) {
        snq_warning *item = &w->item[i];
        snq_unpack_text(r->u, item->code, sizeof item->code);
        snq_unpack_text(r->u, item->message, sizeof item->message);
        item->offset_bytes = snq_unpack_i64(r->u);
        item->times = snq_unpack_u32(r->u);
    }
}
