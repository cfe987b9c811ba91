// SPDX-License-Identifier: MIT
/* IDEA   The fields of a sight in the order of the document. Texts are named by their number and
 *        measures packed as packer.c tells. What comes in is held against what sight.h promises, so
 *        that nobody who reads a sight need ask whether a share is one.
 * STEPS  section = reference to its reason; when that is 0, its fields
 *        columns = number of columns, start, step and number of values of all of them, then of each:
 *        band + 1 (0: the picture), name, unit, one bit a value whether it is valid (the lowest first),
 *        the valid values as float
 *        docs/formats/sight.md has the table of all fields.
 * COST   9 bytes a measured value, 17 an event, 4 and an eighth a value of the windows. 300 bytes a
 *        band, 73 a region.
 * LIMITS What a null section holds is not packed: it comes back as zeros. Columns share one grid of
 *        time; what does not is refused when packing. */
#include "score/sight_pack.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "score/packer_impl.h"

enum {
    FORMAT = 1,
    /* bytes of an element; of a region the least, of a column too */
    REGION_LEAST = 7 * 8 + 1,
    EVENT_BYTES = 8 + 8 + 1,
    COLUMN_LEAST = 1 + 1 + 1,
    SIDE_MAX = 1 << 16, /* px */
};
#define FPS_MAX 1e6

static const size_t drift_tab[] = {
    offsetof(snq_sight_drift, mean_velocity),
    offsetof(snq_sight_drift, mean_velocity_norm),
    offsetof(snq_sight_drift, direction_deg),
};
static const size_t magnitude_tab[] = {
    offsetof(snq_sight_band, mean_magnitude),
    offsetof(snq_sight_band, mean_magnitude_norm),
    offsetof(snq_sight_band, peak_magnitude),
    offsetof(snq_sight_band, variance),
};
static const size_t time_tab[] = {
    offsetof(snq_sight_band, uniformity),
    offsetof(snq_sight_band, periodicity),
    offsetof(snq_sight_band, period_s),
    offsetof(snq_sight_band, energy),
};
static const size_t picture_tab[] = {
    offsetof(snq_sight_picture, luma_mean),
    offsetof(snq_sight_picture, luma_std),
    offsetof(snq_sight_picture, saturation_mean),
    offsetof(snq_sight_picture, hue_deg),
};

/* ---- writing ---- */

static void put_video(snq__packer *p, const snq_sight_video *v)
{
    snq_pack_u32(p->to, v->width);
    snq_pack_u32(p->to, v->height);
    snq_pack_f64(p->to, v->fps);
    snq_pack_u64(p->to, v->frames);
    snq_pack_f64(p->to, v->duration_s);
    snq__put_span(p, v->range);
}

static void put_regions(snq__packer *p, const snq_sight_band *b)
{
    snq_pack_u32(p->to, b->regions);
    for (uint32_t i = 0; i < b->regions; i++) {
        const snq_sight_region *r = &b->region[i];
        const double v[] = { r->x, r->y, r->width, r->height, r->cx, r->cy, r->strength };
        for (size_t k = 0; k < SNQ_COUNT(v); k++)
            snq_pack_f64(p->to, v[k]);
        snq__put_measure(p, &r->dominant_hz);
    }
}

static void put_band(snq__packer *p, const snq_sight_band *b)
{
    const double range[] = { b->lo_hz, b->hi_hz, b->effective_hz[0], b->effective_hz[1] };
    for (size_t k = 0; k < SNQ_COUNT(range); k++)
        snq_pack_f64(p->to, range[k]);
    snq__put_ref(p, b->unobservable);
    snq__put_measure(p, &b->aliasing_risk);
    if (b->unobservable)
        return;
    snq__put_measures(p, b, magnitude_tab, SNQ_COUNT(magnitude_tab));
    snq__put_ref(p, b->still);
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES && !b->still; t++) {
        snq_pack_f64(p->to, b->type[t].percentage);
        snq_pack_f64(p->to, b->type[t].confidence);
    }
    for (uint32_t k = 0; k < SNQ_SIGHT_PROPERTIES && !b->still; k++)
        snq__put_measure(p, &b->property[k]);
    put_regions(p, b);
    snq__put_measures(p, b, time_tab, SNQ_COUNT(time_tab));
    snq__put_ref(p, b->trend_reason);
    if (!b->trend_reason)
        snq_pack_u8(p->to, (uint8_t)(b->trend + 1));
    snq__put_ref(p, b->changes_reason);
    if (!b->changes_reason)
        snq__put_reals(p, b->change_s, b->changes);
}

static void put_motion(snq__packer *p, const snq_sight *s)
{
    snq__put_ref(p, s->motion_reason);
    if (s->motion_reason)
        return;
    snq_pack_u8(p->to, (uint8_t)s->motion.type);
    snq_pack_u8(p->to, (uint8_t)s->motion.shape);
    snq_pack_f64(p->to, s->motion.confidence);
    snq__put_measures(p, &s->drift, drift_tab, SNQ_COUNT(drift_tab));
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        put_band(p, &s->band[b]);
}

static void put_camera(snq__packer *p, const snq_sight *s)
{
    const snq_sight_camera *c = &s->camera;
    const double v[] = { c->translation_px_s[0], c->translation_px_s[1], c->rotation_deg_s,
                         c->zoom_per_s, c->residual_share };
    snq__put_ref(p, s->camera_reason);
    for (size_t k = 0; k < SNQ_COUNT(v) && !s->camera_reason; k++)
        snq_pack_f64(p->to, v[k]);
}

static void put_jitter(snq__packer *p, const snq_sight *s)
{
    snq__put_ref(p, s->jitter_reason);
    if (s->jitter_reason)
        return;
    snq_pack_f64(p->to, s->jitter.rms_px);
    snq__put_measure(p, &s->jitter.shake_hz);
    snq_pack_u32(p->to, s->jitter.bins);
    for (uint32_t i = 0; i < s->jitter.bins; i++)
        snq_pack_f64(p->to, (double)s->jitter.spectrum[i]);
}

static void put_events(snq__packer *p, const snq_sight *s)
{
    snq__put_ref(p, s->events_reason);
    if (s->events_reason)
        return;
    snq_pack_u32(p->to, s->events);
    for (uint32_t i = 0; i < s->events; i++) {
        snq_pack_f64(p->to, s->event[i].t_s);
        snq_pack_f64(p->to, s->event[i].strength);
        snq_pack_u8(p->to, (uint8_t)s->event[i].kind);
    }
}

static void put_column(snq__packer *p, const snq_sight_column *c)
{
    const snq_series *s = &c->series;
    snq_pack_u8(p->to, (uint8_t)(c->band + 1));
    snq__put_needed_ref(p, s->name, "a column's name");
    snq__put_needed_ref(p, s->unit, "a column's unit");
    for (size_t i = 0; i < s->length; i += 8) {
        unsigned bits = 0;
        for (size_t k = i; k < i + 8 && k < s->length; k++)
            bits |= (unsigned)(s->valid[k] != 0) << (k - i);
        snq_pack_u8(p->to, (uint8_t)bits);
    }
    for (size_t i = 0; i < s->length; i++) {
        uint32_t bits;
        memcpy(&bits, &s->value[i], sizeof bits);
        if (s->valid[i])
            snq_pack_u32(p->to, bits);
    }
}

static void put_windows(snq__packer *p, const snq_sight *s)
{
    snq_pack_u8(p->to, s->has_windows != 0);
    if (!s->has_windows)
        return;
    snq_pack_u32(p->to, s->columns);
    const snq_series *first = s->columns ? &s->column[0].series : NULL;
    snq_pack_f64(p->to, first ? first->start_s : 0.0);
    snq_pack_f64(p->to, first ? first->step_s : 1.0);
    snq_pack_u32(p->to, first ? (uint32_t)first->length : 0);
    for (uint32_t i = 0; i < s->columns && p->to->st >= 0; i++) {
        const snq_series *c = &s->column[i].series;
        if (c->length != first->length || c->start_s != first->start_s ||
            c->step_s != first->step_s)
            snq__refuse(p->to, SNQ_FAIL(SNQ_ERR_ARG, "columns on several grids of time"));
        put_column(p, &s->column[i]);
    }
}

void snq_sight_pack(snq_str *to, const snq_sight *s)
{
    snq__packer p = { .to = to, .what = "sight" };
    snq_pack_u32(to, FORMAT);
    put_video(&p, &s->video);
    snq__put_warnings(&p, &s->warnings);
    put_motion(&p, s);
    put_camera(&p, s);
    put_jitter(&p, s);
    snq__put_ref(&p, s->picture_reason);
    if (!s->picture_reason)
        snq__put_measures(&p, &s->picture, picture_tab, SNQ_COUNT(picture_tab));
    put_events(&p, s);
    put_windows(&p, s);
    snq_pack_f64(to, s->ms);
}

/* ---- reading ---- */

static void get_video(snq__unpacker *r, snq_sight_video *v)
{
    v->width = snq_unpack_u32(r->u);
    v->height = snq_unpack_u32(r->u);
    if (v->width > SIDE_MAX || v->height > SIDE_MAX)
        SNQ__BAD(r, "sight: a picture of %u x %u px", v->width, v->height);
    v->fps = snq__get_real(r, 0.0, FPS_MAX, "the rate in Hz");
    v->frames = snq_unpack_u64(r->u);
    if (v->frames > INT64_MAX)
        SNQ__BAD(r, "sight: %llu frames", (unsigned long long)v->frames);
    v->duration_s = snq__get_time(r, 0.0, "the end");
    v->range.start_s = snq__get_time(r, 0.0, "the range's start");
    v->range.end_s = snq__get_time(r, v->range.start_s, "the range's end");
}

static double get_share(snq__unpacker *r, const char *name)
{
    return snq__get_real(r, 0.0, 1.0, name);
}

static void get_regions(snq__unpacker *r, snq_sight_band *b)
{
    snq_sight_region *list =
        snq__get_list(r, &b->regions, REGION_LEAST, SNQ_SIGHT_REGIONS_MAX, sizeof *list);
    b->region = list;
    for (uint32_t i = 0; i < b->regions && r->u->st >= 0; i++) {
        double *const to[] = { &list[i].x,  &list[i].y,  &list[i].width,   &list[i].height,
                               &list[i].cx, &list[i].cy, &list[i].strength };
        for (size_t k = 0; k < SNQ_COUNT(to); k++)
            *to[k] = snq_unpack_f64(r->u);
        snq__get_measure(r, &list[i].dominant_hz);
    }
}

static void get_changes(snq__unpacker *r, snq_sight_band *b)
{
    double *list = snq__get_list(r, &b->changes, sizeof *list, SNQ_SIGHT_CHANGES_MAX, sizeof *list);
    b->change_s = list;
    for (uint32_t i = 0; i < b->changes && r->u->st >= 0; i++)
        list[i] = snq__get_time(r, i ? list[i - 1] : 0.0, "a change");
}

static void get_band(snq__unpacker *r, snq_sight_band *b)
{
    double *const range[] = { &b->lo_hz, &b->hi_hz, &b->effective_hz[0], &b->effective_hz[1] };
    for (size_t k = 0; k < SNQ_COUNT(range); k++)
        *range[k] = snq_unpack_f64(r->u);
    b->unobservable = snq__get_ref(r);
    snq__get_measure(r, &b->aliasing_risk);
    if (b->unobservable)
        return;
    snq__get_measures(r, b, magnitude_tab, SNQ_COUNT(magnitude_tab));
    b->still = snq__get_ref(r);
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES && !b->still; t++) {
        b->type[t].percentage = get_share(r, "the share of a type");
        b->type[t].confidence = get_share(r, "the confidence in a type");
    }
    for (uint32_t k = 0; k < SNQ_SIGHT_PROPERTIES && !b->still; k++)
        snq__get_measure(r, &b->property[k]);
    get_regions(r, b);
    snq__get_measures(r, b, time_tab, SNQ_COUNT(time_tab));
    b->trend_reason = snq__get_ref(r);
    if (!b->trend_reason)
        b->trend = (int)snq__get_code(r, 3, "a trend") - 1;
    b->changes_reason = snq__get_ref(r);
    if (!b->changes_reason)
        get_changes(r, b);
}

static void get_motion(snq__unpacker *r, snq_sight *s)
{
    s->motion_reason = snq__get_ref(r);
    if (s->motion_reason)
        return;
    s->motion.type = (snq_sight_type)snq__get_code(r, SNQ_SIGHT_STATIC + 1, "a type of motion");
    s->motion.shape =
        (snq_sight_shape)snq__get_code(r, SNQ_SIGHT_SHAPELESS + 1, "a shape of motion");
    s->motion.confidence = get_share(r, "the confidence in the motion");
    snq__get_measures(r, &s->drift, drift_tab, SNQ_COUNT(drift_tab));
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        get_band(r, &s->band[b]);
}

static void get_camera(snq__unpacker *r, snq_sight *s)
{
    snq_sight_camera *c = &s->camera;
    s->camera_reason = snq__get_ref(r);
    if (s->camera_reason)
        return;
    c->translation_px_s[0] = snq_unpack_f64(r->u);
    c->translation_px_s[1] = snq_unpack_f64(r->u);
    c->rotation_deg_s = snq_unpack_f64(r->u);
    c->zoom_per_s = snq_unpack_f64(r->u);
    c->residual_share = get_share(r, "the share of what the camera leaves");
}

static void get_jitter(snq__unpacker *r, snq_sight *s)
{
    s->jitter_reason = snq__get_ref(r);
    if (s->jitter_reason)
        return;
    s->jitter.rms_px = snq_unpack_f64(r->u);
    snq__get_measure(r, &s->jitter.shake_hz);
    float *list =
        snq__get_list(r, &s->jitter.bins, sizeof(double), SNQ_SIGHT_SHAKE_BINS_MAX, sizeof *list);
    s->jitter.spectrum = list;
    for (uint32_t i = 0; i < s->jitter.bins; i++)
        list[i] = (float)get_share(r, "a bin of the shake");
}

static void get_events(snq__unpacker *r, snq_sight *s)
{
    s->events_reason = snq__get_ref(r);
    if (s->events_reason)
        return;
    snq_sight_event *list =
        snq__get_list(r, &s->events, EVENT_BYTES, SNQ_SIGHT_EVENTS_MAX, sizeof *list);
    s->event = list;
    for (uint32_t i = 0; i < s->events && r->u->st >= 0; i++) {
        list[i].t_s = snq__get_time(r, i ? list[i - 1].t_s : 0.0, "an event");
        list[i].strength = get_share(r, "the strength of an event");
        list[i].kind =
            (snq_sight_event_kind)snq__get_code(r, SNQ_SIGHT_ACCENT + 1, "a kind of event");
    }
}

/* The values of a column, whose bits of validity stand `n` / 8 bytes before them. */
static void get_values(snq__unpacker *r, snq_series *to, uint32_t n)
{
    const size_t bytes = ((size_t)n + 7) / 8;
    if (r->u->st < 0 || r->u->left < bytes) {
        SNQ__BAD(r, "sight: a column of %u values in %zu bytes", n, r->u->left);
        return;
    }
    const uint8_t *valid = r->u->at;
    r->u->at += bytes;
    r->u->left -= bytes;
    for (uint32_t i = 0; i < n && r->u->st >= 0; i++) {
        float value = NAN;
        if (valid[i / 8] >> i % 8 & 1) {
            const uint32_t bits = snq_unpack_u32(r->u);
            memcpy(&value, &bits, sizeof value);
            if (!isfinite(value))
                SNQ__BAD(r, "sight: a value of the windows is not finite");
        }
        const snq_status st = snq_series_push(to, value);
        if (st < 0 && r->u->st >= 0)
            r->u->st = st;
    }
}

static void get_windows(snq__unpacker *r, snq_sight *s)
{
    s->has_windows = snq__get_flag(r, "the windows' flag");
    if (!s->has_windows || r->u->st < 0)
        return;
    const uint32_t columns = snq_unpack_count(r->u, COLUMN_LEAST, SNQ_SIGHT_COLUMNS_MAX);
    const double start_s = snq__get_time(r, 0.0, "the first window");
    const double step_s = snq_unpack_f64(r->u);
    const uint32_t n = snq_unpack_u32(r->u);
    if (!(step_s > 0.0) || n > SNQ_SIGHT_STEPS_MAX)
        SNQ__BAD(r, "sight: %u windows, one each %g s", n, step_s);
    for (uint32_t i = 0, before = 0; i < columns && r->u->st >= 0; i++) {
        const uint32_t band = snq__get_code(r, SNQ_SIGHT_BANDS + 1, "a column's band");
        const char *name = snq__get_needed_ref(r, "a column's name");
        const char *unit = snq__get_needed_ref(r, "a column's unit");
        /* the picture's come last */
        const uint32_t place = band ? band : SNQ_SIGHT_BANDS + 1;
        if (place < before)
            SNQ__BAD(r, "sight: the columns are not sorted by band");
        before = place;
        snq_series *to;
        if (r->u->st < 0)
            return;
        const snq_status st =
            snq_sight_add_column(s, (int)band - 1, name, unit, start_s, step_s, &to);
        if (st < 0)
            r->u->st = st;
        else
            get_values(r, to, n);
    }
}

snq_status snq_sight_unpack(snq_unpack *u, snq_sight *s)
{
    snq__unpacker r;
    snq_sight_init(s);
    r.u = u;
    r.what = "sight";
    r.arena = &s->lists;
    r.lists_max = SNQ_SIGHT_LISTS_MAX;
    r.texts = 0; /* and r.text is filled as far as that says */
    const uint32_t format = snq_unpack_u32(u);
    if (format != FORMAT)
        SNQ__BAD(&r, "sight of format %u, must be %d", format, FORMAT);
    get_video(&r, &s->video);
    snq__get_warnings(&r, &s->warnings);
    get_motion(&r, s);
    get_camera(&r, s);
    get_jitter(&r, s);
    s->picture_reason = snq__get_ref(&r);
    if (!s->picture_reason)
        snq__get_measures(&r, &s->picture, picture_tab, SNQ_COUNT(picture_tab));
    get_events(&r, s);
    get_windows(&r, s);
    s->ms = snq__get_time(&r, 0.0, "the time of computing");
    if (u->st >= 0)
        return SNQ_OK;
    snq_sight_clear(s);
    snq_sight_init(s); /* no reason points into the arena that is gone */
    return u->st;
}
