// SPDX-License-Identifier: MIT
/* IDEA   The fields of a hearing in the order of their structs, one after the other (of a section the
 *        measures first). Most texts of a hearing are reasons, and the same few stand in thousands
 *        of regions: each is written out where it is first mentioned, and from then on named by
 *        its number.
 * STEPS  texts are numbered 1, 2, ... in the order of their first mention; a reference to number r:
 *            r = 0 (no text)   0
 *            r < 255           r
 *            else              255, then r as u32
 *            r new (highest so far + 1)   as above, then the text itself
 *        measure = reference to its reason; when that is 0, the value as f64
 *        section = reference to its reason; when that is 0, its fields
 *        The packer finds the number of a text by its content: a hash table with linear probing,
 *        half full at most. The reader keeps an array from number to arena text.
 *        docs/formats/hearing.md has the table of all fields, and an example.
 * CONST  TEXTS_MAX 1024   distinct texts; today's analysers know fewer than 40
 *        TEXT_ROOM 512    bytes of one with its terminator; today's longest is 44. Both together
 *                         stay below half of TEXTS_ROOM, which lists leave free in the arena.
 *        FULL 255         the byte that says: a longer reference follows
 *        (2026-11-21, this tree)
 * COST   9 bytes a measured value, 1 an unmeasured one: 549 bytes a region with everything in it
 *        but spans, 22 the least. Unpacking is linear in the bytes. A region takes 42 times its least
 *        bytes in memory, and there are at most SNQ_REGIONS_MAX.
 * LIMITS What a null section holds is not packed: it comes back as zeros. Text that is malformed or
 *        longer than its room is mended: U+FFFD in place of each malformed byte (so the JSON is the
 *        same), cut at a character.
 * REFS   FNV-1a: draft-eastlake-fnv-17, section 2 (32-bit offset basis and prime). */
#include "score/hearing_pack_impl.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

enum {
    FORMAT = 2,
    FULL = 255,
    /* least bytes of an element */
    WARNING_LEAST = 4 + 4 + 8 + 4,
    REGION_LEAST = 8 + 8 + 1 + 1 + 3 + 1,
    PLUGIN_LEAST = 1 + 1 + 1 + 4 + 8,
};

/* The measures of a section, in the order in which they are packed. */
static const size_t loudness_tab[] = {
    offsetof(snq_loudness, integrated_lufs),     offsetof(snq_loudness, range_lu),
    offsetof(snq_loudness, true_peak_dbtp),      offsetof(snq_loudness, max_momentary_lufs),
    offsetof(snq_loudness, max_short_term_lufs), offsetof(snq_loudness, plr_db),
};
static const size_t dynamics_tab[] = {
    offsetof(snq_dynamics, rms_dbfs),        offsetof(snq_dynamics, peak_dbfs),
    offsetof(snq_dynamics, crest_factor_db), offsetof(snq_dynamics, dynamic_range_db),
    offsetof(snq_dynamics, dc_offset),
};
static const size_t band_tab[] = {
    offsetof(snq_spectrum_band, share),
    offsetof(snq_spectrum_band, level_dbfs),
};
static const size_t spectrum_tab[] = {
    offsetof(snq_spectrum, centroid_hz),
    offsetof(snq_spectrum, flatness),
    offsetof(snq_spectrum, tilt_db_per_octave),
    offsetof(snq_spectrum, cutoff_hz),
};
static const size_t region_tab[] = {
    offsetof(snq_region, level_dbfs),
};
static const size_t stereo_tab[] = {
    offsetof(snq_stereo, width),
    offsetof(snq_stereo, correlation),
    offsetof(snq_stereo, low_correlation),
};

/* A plug-in's status is packed as its place in this list. */
static const char *const status_tab[] = { "ok", "failed", "crashed", "timeout", "skipped" };

/* ---- writing ---- */

static void refuse(snq_str *to, snq_status st)
{
    if (to->st >= 0)
        to->st = st;
}

/* A text that the reader will take into `room` (<= SNQ__TEXT_ROOM) bytes: see LIMITS. */
static void put_text(snq_str *to, const char *text, size_t room)
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

/* NULL is legal where the field may have no text. */
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
            refuse(p->to,
                   SNQ_FAIL(SNQ_ERR_TOO_BIG, "a hearing of more than %d texts", SNQ__TEXTS_MAX));
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
        put_text(p->to, text, SNQ__TEXT_ROOM);
}

static void put_needed_ref(snq__packer *p, const char *text, const char *what)
{
    if (!text)
        refuse(p->to, SNQ_FAIL(SNQ_ERR_ARG, "a hearing without %s can't be packed", what));
    snq__put_ref(p, text);
}

void snq__put_measures(snq__packer *p, const void *section, const size_t *tab, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const snq_measure *m = (const void *)((const char *)section + tab[i]);
        snq__put_ref(p, m->reason);
        if (!m->reason)
            snq_pack_f64(p->to, m->value);
    }
}

static void put_loudness(snq__packer *p, const snq_loudness *l, const char *reason)
{
    snq__put_ref(p, reason);
    if (!reason)
        snq__put_measures(p, l, loudness_tab, SNQ_COUNT(loudness_tab));
}

static void put_dynamics(snq__packer *p, const snq_dynamics *d, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_measures(p, d, dynamics_tab, SNQ_COUNT(dynamics_tab));
    snq_pack_i64(p->to, d->clipped_samples);
}

static void put_spectrum(snq__packer *p, const snq_spectrum *s, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++)
        snq__put_measures(p, &s->band[b], band_tab, SNQ_COUNT(band_tab));
    snq__put_ref(p, s->dominant_reason);
    if (!s->dominant_reason) {
        snq_pack_u32(p->to, s->dominants);
        for (uint32_t i = 0; i < s->dominants; i++)
            snq_pack_f64(p->to, s->dominant_hz[i]);
    }
    snq__put_measures(p, s, spectrum_tab, SNQ_COUNT(spectrum_tab));
}

static void put_stereo(snq__packer *p, const snq_stereo *s, const char *reason)
{
    snq__put_ref(p, reason);
    if (reason)
        return;
    snq__put_measures(p, s, stereo_tab, SNQ_COUNT(stereo_tab));
    snq_pack_u8(p->to, s->antiphase != 0);
}

static void put_file(snq__packer *p, const snq_heard_file *f)
{
    put_text(p->to, f->sha256, sizeof f->sha256);
    put_text(p->to, f->container, sizeof f->container);
    put_text(p->to, f->codec, sizeof f->codec);
    snq_pack_f64(p->to, f->duration_s);
    snq_pack_u32(p->to, f->rate_hz);
    snq_pack_u32(p->to, f->channels);
    snq_pack_u8(p->to, f->truncated != 0);
}

static void put_warnings(snq__packer *p, const snq_warnings *w)
{
    snq_pack_u32(p->to, w->count);
    for (uint32_t i = 0; i < w->count; i++) {
        const snq_warning *item = &w->item[i];
        put_text(p->to, item->code, sizeof item->code);
        put_text(p->to, item->message, sizeof item->message);
        snq_pack_i64(p->to, item->offset_bytes);
        snq_pack_u32(p->to, item->times);
    }
}

static void put_regions(snq__packer *p, const snq_hearing *h)
{
    snq__put_ref(p, h->regions_reason);
    snq__put_ref(p, h->no_regions_reason);
    if (h->regions_reason)
        return;
    snq_pack_u32(p->to, h->regions);
    for (uint32_t i = 0; i < h->regions && p->to->st >= 0; i++) {
        const snq_region *r = &h->region[i];
        snq_pack_f64(p->to, r->span.start_s);
        snq_pack_f64(p->to, r->span.end_s);
        put_needed_ref(p, r->kind, "a region's kind");
        snq__put_measures(p, r, region_tab, SNQ_COUNT(region_tab));
        put_loudness(p, &r->loudness, r->loudness_reason);
        put_dynamics(p, &r->dynamics, r->dynamics_reason);
        put_spectrum(p, &r->spectrum, r->spectrum_reason);
        snq__put_region_music(p, r);
    }
}

static void put_status(snq__packer *p, const char *status)
{
    for (uint8_t i = 0; i < SNQ_COUNT(status_tab); i++)
        if (status && strcmp(status, status_tab[i]) == 0) {
            snq_pack_u8(p->to, i);
            return;
        }
    refuse(p->to, SNQ_FAIL(SNQ_ERR_ARG, "\"%s\" is no status of a plug-in", status ? status : ""));
}

static void put_plugins(snq__packer *p, const snq_hearing *h)
{
    snq_pack_u32(p->to, h->plugins);
    for (uint32_t i = 0; i < h->plugins; i++) {
        const snq_plugin_outcome *o = &h->plugin[i];
        put_needed_ref(p, o->id, "a plug-in's id");
        put_needed_ref(p, o->version, "a plug-in's version");
        put_status(p, o->status);
        put_text(p->to, o->message, sizeof o->message);
        snq_pack_f64(p->to, o->ms);
    }
}

void snq_hearing_pack(snq_str *to, const snq_hearing *h)
{
    snq__packer p = { .to = to };
    snq_pack_u32(to, FORMAT);
    put_file(&p, &h->file);
    put_warnings(&p, &h->warnings);
    put_regions(&p, h);
    put_loudness(&p, &h->loudness, h->loudness_reason);
    put_dynamics(&p, &h->dynamics, h->dynamics_reason);
    put_spectrum(&p, &h->spectrum, h->spectrum_reason);
    put_stereo(&p, &h->stereo, h->stereo_reason);
    snq__put_music(&p, h);
    put_plugins(&p, h);
}

/* ---- reading ---- */

/* NULL: no text. */
const char *snq__get_ref(snq__unpacker *r)
{
    uint32_t number = snq_unpack_u8(r->u);
    if (number == FULL) {
        number = snq_unpack_u32(r->u);
        if (number < FULL)
            SNQ__BAD(r, "hearing: text %u is not named in its short form", number);
    }
    if (!number || r->u->st < 0)
        return NULL;
    if (number <= r->texts)
        return r->text[number - 1];
    if (number != r->texts + 1 || number > SNQ__TEXTS_MAX) {
        SNQ__BAD(r, "hearing: text %u follows text %u, at most %d are legal", number, r->texts,
                 SNQ__TEXTS_MAX);
        return NULL;
    }
    return r->text[r->texts++] = snq_unpack_arena_text(r->u, r->arena, SNQ__TEXT_ROOM - 1);
}

static const char *get_needed_ref(snq__unpacker *r, const char *what)
{
    const char *text = snq__get_ref(r);
    if (!text)
        SNQ__BAD(r, "hearing: %s is missing", what);
    return text;
}

int snq__get_flag(snq__unpacker *r, const char *what)
{
    const uint8_t v = snq_unpack_u8(r->u);
    if (v > 1)
        SNQ__BAD(r, "hearing: %s is %u, must be 0 or 1", what, v);
    return v;
}

void snq__get_measures(snq__unpacker *r, void *section, const size_t *tab, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        snq_measure *m = (void *)((char *)section + tab[i]);
        m->reason = snq__get_ref(r);
        m->value = m->reason ? 0.0 : snq_unpack_f64(r->u);
    }
}

static const char *get_loudness(snq__unpacker *r, snq_loudness *l)
{
    const char *reason = snq__get_ref(r);
    if (!reason)
        snq__get_measures(r, l, loudness_tab, SNQ_COUNT(loudness_tab));
    return reason;
}

static const char *get_dynamics(snq__unpacker *r, snq_dynamics *d)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    snq__get_measures(r, d, dynamics_tab, SNQ_COUNT(dynamics_tab));
    d->clipped_samples = snq_unpack_i64(r->u);
    return NULL;
}

static const char *get_spectrum(snq__unpacker *r, snq_spectrum *s)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++)
        snq__get_measures(r, &s->band[b], band_tab, SNQ_COUNT(band_tab));
    s->dominant_reason = snq__get_ref(r);
    if (!s->dominant_reason) {
        s->dominants = snq_unpack_count(r->u, sizeof(double), SNQ_DOMINANTS_MAX);
        for (uint32_t i = 0; i < s->dominants; i++)
            s->dominant_hz[i] = snq_unpack_f64(r->u);
    }
    snq__get_measures(r, s, spectrum_tab, SNQ_COUNT(spectrum_tab));
    return NULL;
}

static const char *get_stereo(snq__unpacker *r, snq_stereo *s)
{
    const char *reason = snq__get_ref(r);
    if (reason)
        return reason;
    snq__get_measures(r, s, stereo_tab, SNQ_COUNT(stereo_tab));
    s->antiphase = snq__get_flag(r, "antiphase");
    return NULL;
}

static void get_file(snq__unpacker *r, snq_heard_file *f)
{
    snq_unpack_text(r->u, f->sha256, sizeof f->sha256);
    const size_t n = strlen(f->sha256);
    if (n && (n != 64 || strspn(f->sha256, "0123456789abcdef") != n))
        SNQ__BAD(r, "hearing: a sha256 of %zu characters, must be none or 64 hexadecimal digits",
                 n);
    snq_unpack_text(r->u, f->container, sizeof f->container);
    snq_unpack_text(r->u, f->codec, sizeof f->codec);
    f->duration_s = snq_unpack_f64(r->u);
    f->rate_hz = snq_unpack_u32(r->u);
    if (f->rate_hz && (f->rate_hz < SNQ_RATE_MIN_HZ || f->rate_hz > SNQ_RATE_MAX_HZ))
        SNQ__BAD(r, "hearing: a rate of %u Hz, must be %d .. %d", f->rate_hz, SNQ_RATE_MIN_HZ,
                 SNQ_RATE_MAX_HZ);
    f->channels = snq_unpack_u32(r->u);
    if (f->channels > SNQ_CHANNELS_MAX)
        SNQ__BAD(r, "hearing: %u channels, at most %d", f->channels, SNQ_CHANNELS_MAX);
    f->truncated = snq__get_flag(r, "truncated");
}

static void get_warnings(snq__unpacker *r, snq_warnings *w)
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

static void get_region(snq__unpacker *r, snq_region *to)
{
    snq__region_init(to);
    to->span.start_s = snq_unpack_f64(r->u);
    to->span.end_s = snq_unpack_f64(r->u);
    if (to->span.start_s < 0.0 || to->span.end_s < to->span.start_s)
        SNQ__BAD(r, "hearing: a region from %g s to %g s", to->span.start_s, to->span.end_s);
    to->kind = get_needed_ref(r, "a region's kind");
    snq__get_measures(r, to, region_tab, SNQ_COUNT(region_tab));
    to->loudness_reason = get_loudness(r, &to->loudness);
    to->dynamics_reason = get_dynamics(r, &to->dynamics);
    to->spectrum_reason = get_spectrum(r, &to->spectrum);
    snq__get_region_music(r, to);
}

static void get_regions(snq__unpacker *r, snq_hearing *h)
{
    h->regions_reason = snq__get_ref(r);
    h->no_regions_reason = snq__get_ref(r);
    if (h->regions_reason)
        return;
    const uint32_t n = snq_unpack_count(r->u, REGION_LEAST, SNQ_REGIONS_MAX);
    if (!n)
        return;
    h->region = snq_calloc(n, sizeof *h->region);
    if (!h->region) {
        r->u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u regions", n);
        return;
    }
    h->regions = h->regions_room = n;
    for (uint32_t i = 0; i < n && r->u->st >= 0; i++)
        get_region(r, &h->region[i]);
}

static void get_plugins(snq__unpacker *r, snq_hearing *h)
{
    h->plugins = snq_unpack_count(r->u, PLUGIN_LEAST, SNQ_PLUGINS_MAX);
    for (uint32_t i = 0; i < h->plugins; i++) {
        snq_plugin_outcome *o = &h->plugin[i];
        o->id = get_needed_ref(r, "a plug-in's id");
        o->version = get_needed_ref(r, "a plug-in's version");
        const uint8_t status = snq_unpack_u8(r->u);
        if (status >= SNQ_COUNT(status_tab))
            SNQ__BAD(r, "hearing: status %u of a plug-in is not known", status);
        else
            o->status = status_tab[status];
        snq_unpack_text(r->u, o->message, sizeof o->message);
        o->ms = snq_unpack_f64(r->u);
    }
}

snq_status snq_hearing_unpack(snq_unpack *u, snq_hearing *h)
{
    snq_hearing_init(h);
    snq__unpacker r;
    r.u = u;
    r.arena = &h->lists;
    r.texts = 0; /* and r.text is filled as far as that says */
    const uint32_t format = snq_unpack_u32(u);
    if (format != FORMAT)
        SNQ__BAD(&r, "hearing of format %u, must be %d", format, FORMAT);
    get_file(&r, &h->file);
    get_warnings(&r, &h->warnings);
    get_regions(&r, h);
    h->loudness_reason = get_loudness(&r, &h->loudness);
    h->dynamics_reason = get_dynamics(&r, &h->dynamics);
    h->spectrum_reason = get_spectrum(&r, &h->spectrum);
    h->stereo_reason = get_stereo(&r, &h->stereo);
    snq__get_music(&r, h);
    get_plugins(&r, h);
    if (u->st >= 0)
        return SNQ_OK;
    snq_hearing_clear(h);
    snq_hearing_init(h); /* no reason points into the arena that is gone */
    return u->st;
}
