// SPDX-License-Identifier: MIT
/* IDEA   The fields of a hearing in the order of their structs, one after the other (of a section the
 *        measures first). Texts are named by their number, as packer.c tells.
 * STEPS  section = reference to its reason; when that is 0, its fields
 *        docs/formats/hearing.md has the table of all fields, and an example.
 * COST   549 bytes a region with everything in it but spans, 22 the least. A region takes 42 times its
 *        least bytes in memory, and there are at most SNQ_REGIONS_MAX.
 * LIMITS What a null section holds is not packed: it comes back as zeros. */
#include "score/hearing_pack_impl.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

enum {
    FORMAT = 2,
    /* least bytes of an element */
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
        snq__put_reals(p, s->dominant_hz, s->dominants);
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
    snq__put_text(p->to, f->sha256, sizeof f->sha256);
    snq__put_text(p->to, f->container, sizeof f->container);
    snq__put_text(p->to, f->codec, sizeof f->codec);
    snq_pack_f64(p->to, f->duration_s);
    snq_pack_u32(p->to, f->rate_hz);
    snq_pack_u32(p->to, f->channels);
    snq_pack_u8(p->to, f->truncated != 0);
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
        snq__put_span(p, r->span);
        snq__put_needed_ref(p, r->kind, "a region's kind");
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
    snq__refuse(p->to,
                SNQ_FAIL(SNQ_ERR_ARG, "\"%s\" is no status of a plug-in", status ? status : ""));
}

static void put_plugins(snq__packer *p, const snq_hearing *h)
{
    snq_pack_u32(p->to, h->plugins);
    for (uint32_t i = 0; i < h->plugins; i++) {
        const snq_plugin_outcome *o = &h->plugin[i];
        snq__put_needed_ref(p, o->id, "a plug-in's id");
        snq__put_needed_ref(p, o->version, "a plug-in's version");
        put_status(p, o->status);
        snq__put_text(p->to, o->message, sizeof o->message);
        snq_pack_f64(p->to, o->ms);
    }
}

void snq_hearing_pack(snq_str *to, const snq_hearing *h)
{
    snq__packer p = { .to = to, .what = "hearing" };
    snq_pack_u32(to, FORMAT);
    put_file(&p, &h->file);
    snq__put_warnings(&p, &h->warnings);
    put_regions(&p, h);
    put_loudness(&p, &h->loudness, h->loudness_reason);
    put_dynamics(&p, &h->dynamics, h->dynamics_reason);
    put_spectrum(&p, &h->spectrum, h->spectrum_reason);
    put_stereo(&p, &h->stereo, h->stereo_reason);
    snq__put_music(&p, h);
    put_plugins(&p, h);
}

/* ---- reading ---- */

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

static void get_region(snq__unpacker *r, snq_region *to)
{
    snq__region_init(to);
    to->span.start_s = snq_unpack_f64(r->u);
    to->span.end_s = snq_unpack_f64(r->u);
    if (to->span.start_s < 0.0 || to->span.end_s < to->span.start_s)
        SNQ__BAD(r, "hearing: a region from %g s to %g s", to->span.start_s, to->span.end_s);
    to->kind = snq__get_needed_ref(r, "a region's kind");
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
        o->id = snq__get_needed_ref(r, "a plug-in's id");
        o->version = snq__get_needed_ref(r, "a plug-in's version");
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
    r.what = "hearing";
    r.arena = &h->lists;
    r.lists_max = SNQ_HEARING_LISTS_MAX;
    r.texts = 0; /* and r.text is filled as far as that says */
    const uint32_t format = snq_unpack_u32(u);
    if (format != FORMAT)
        SNQ__BAD(&r, "hearing of format %u, must be %d", format, FORMAT);
    get_file(&r, &h->file);
    snq__get_warnings(&r, &h->warnings);
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
