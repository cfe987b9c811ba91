// SPDX-License-Identifier: MIT
/* The document `sonique/watch/1`. */
#include "score/sight.h"

/* Decimals: a hundred-thousandth of a pixel a second and of a frame height, a microsecond and a
 * ten-thousandth of a hertz are below anything that can be measured. */
enum { SPEED = 5, NORM = 6, TIMES = 6, HERTZ = 4, RATIO = 5, DEGREES = 3, PLACE = 2 };

static void open_object(snq_json *j, const char *key)
{
    snq_json_key(j, key);
    snq_json_object(j);
}

static void open_array(snq_json *j, const char *key)
{
    snq_json_key(j, key);
    snq_json_array(j);
}

static void text_or_null(snq_json *j, const char *key, const char *text, const char *reason)
{
    if (text)
        snq_json_put_string(j, key, text);
    else
        snq_json_put_null(j, key, reason);
}

static void video_json(snq_json *j, const snq_sight_video *v)
{
    open_object(j, "video");
    snq_json_put_string(j, "path", v->path);
    snq_json_put_int(j, "width", v->width);
    snq_json_put_int(j, "height", v->height);
    snq_json_put_real(j, "fps", v->fps, HERTZ);
    snq_json_put_int(j, "frames", (int64_t)v->frames);
    snq_json_put_real(j, "duration_s", v->duration_s, TIMES);
    open_object(j, "range");
    snq_json_put_real(j, "start_s", v->range.start_s, TIMES);
    snq_json_put_real(j, "end_s", v->range.end_s, TIMES);
    snq_json_end(j);
    snq_json_end(j);
}

static void motion_json(snq_json *j, const snq_sight *s)
{
    if (s->motion_reason) {
        snq_json_put_null(j, "motion", s->motion_reason);
        snq_json_put_null(j, "drift", s->motion_reason);
        return;
    }
    open_object(j, "motion");
    snq_json_put_string(j, "type", snq_sight_type_name(s->motion.type));
    text_or_null(j, "shape", snq_sight_shape_name(s->motion.shape), "nothing moves");
    snq_json_put_real(j, "confidence", s->motion.confidence, RATIO);
    snq_json_end(j);
    open_object(j, "drift");
    snq_measure_json(j, "mean_velocity", s->drift.mean_velocity, SPEED);
    snq_measure_json(j, "mean_velocity_norm", s->drift.mean_velocity_norm, NORM);
    snq_measure_json(j, "direction_deg", s->drift.direction_deg, DEGREES);
    snq_json_end(j);
}

static void camera_json(snq_json *j, const snq_sight *s)
{
    const snq_sight_camera *c = &s->camera;
    if (s->camera_reason) {
        snq_json_put_null(j, "camera", s->camera_reason);
        return;
    }
    open_object(j, "camera");
    snq_json_put_string(j, "model", "similarity");
    open_array(j, "translation_px_s");
    snq_json_real(j, c->translation_px_s[0], SPEED);
    snq_json_real(j, c->translation_px_s[1], SPEED);
    snq_json_end(j);
    snq_json_put_real(j, "rotation_deg_s", c->rotation_deg_s, SPEED);
    snq_json_put_real(j, "zoom_per_s", c->zoom_per_s, NORM);
    snq_json_put_real(j, "residual_share", c->residual_share, RATIO);
    snq_json_end(j);
}

static void jitter_json(snq_json *j, const snq_sight *s)
{
    if (s->jitter_reason) {
        snq_json_put_null(j, "jitter", s->jitter_reason);
        return;
    }
    open_object(j, "jitter");
    snq_json_put_real(j, "rms_px", s->jitter.rms_px, SPEED);
    snq_measure_json(j, "shake_hz", s->jitter.shake_hz, HERTZ);
    open_array(j, "spectrum");
    for (uint32_t i = 0; i < s->jitter.bins; i++)
        snq_json_real(j, (double)s->jitter.spectrum[i], RATIO);
    snq_json_end(j);
    snq_json_end(j);
}

/* ---- bands ---- */

static int property_decimals(uint32_t p)
{
    switch (p) {
    case SNQ_SIGHT_PRIMARY_DIRECTION:
        return DEGREES;
    case SNQ_SIGHT_MEAN_VELOCITY_NORM:
    case SNQ_SIGHT_AMPLITUDE_MEAN_NORM:
        return NORM;
    case SNQ_SIGHT_PRIMARY_FREQUENCY:
    case SNQ_SIGHT_FREQUENCY_BANDWIDTH:
        return HERTZ;
    default:
        return RATIO;
    }
}

static void types_json(snq_json *j, const snq_sight_band *b)
{
    open_object(j, "motion_types");
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES; t++) {
        open_object(j, snq_sight_type_name(t));
        if (b->still) {
            snq_json_put_null(j, "percentage", b->still);
            snq_json_put_null(j, "confidence", b->still);
        } else {
            snq_json_put_real(j, "percentage", b->type[t].percentage, RATIO);
            snq_json_put_real(j, "confidence", b->type[t].confidence, RATIO);
        }
        open_object(j, "properties");
        for (uint32_t p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
            if ((uint32_t)snq_sight_property_type(p) == t)
                snq_measure_json(j, snq_sight_property_name(p),
                                 b->still ? snq_unmeasured(b->still) : b->property[p],
                                 property_decimals(p));
        snq_json_end(j);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void regions_json(snq_json *j, const snq_sight_band *b)
{
    open_object(j, "spatial_distribution");
    open_array(j, "regions");
    for (uint32_t i = 0; i < b->regions; i++) {
        const snq_sight_region *r = &b->region[i];
        snq_json_object(j);
        snq_json_put_int(j, "id", i + 1);
        snq_json_put_real(j, "x", r->x, PLACE);
        snq_json_put_real(j, "y", r->y, PLACE);
        snq_json_put_real(j, "width", r->width, PLACE);
        snq_json_put_real(j, "height", r->height, PLACE);
        snq_json_put_real(j, "cx", r->cx, PLACE);
        snq_json_put_real(j, "cy", r->cy, PLACE);
        snq_json_put_real(j, "strength", r->strength, SPEED);
        snq_measure_json(j, "dominant_hz", r->dominant_hz, HERTZ);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_measure_json(j, "uniformity", b->uniformity, RATIO);
    snq_json_end(j);
}

static void evolution_json(snq_json *j, const snq_sight_band *b)
{
    open_object(j, "temporal_evolution");
    if (b->trend_reason)
        snq_json_put_null(j, "trend", b->trend_reason);
    else
        snq_json_put_string(j, "trend",
                            b->trend > 0   ? "increasing"
                            : b->trend < 0 ? "decreasing"
                                           : "stable");
    snq_measure_json(j, "periodicity", b->periodicity, RATIO);
    snq_measure_json(j, "period_s", b->period_s, TIMES);
    if (b->changes_reason)
        snq_json_put_null(j, "change_points_s", b->changes_reason);
    else {
        open_array(j, "change_points_s");
        for (uint32_t i = 0; i < b->changes; i++)
            snq_json_real(j, b->change_s[i], TIMES);
        snq_json_end(j);
    }
    snq_measure_json(j, "energy", b->energy, SPEED);
    snq_json_end(j);
}

static void band_json(snq_json *j, const char *id, const snq_sight_band *b)
{
    static const char *const sections[] = { "global_statistics", "motion_types",
                                            "spatial_distribution", "temporal_evolution" };
    open_object(j, id);
    open_array(j, "range_hz");
    snq_json_real(j, b->lo_hz, HERTZ);
    snq_json_real(j, b->hi_hz, HERTZ);
    snq_json_end(j);
    if (b->effective_hz[1] > b->effective_hz[0]) {
        open_array(j, "effective_hz");
        snq_json_real(j, b->effective_hz[0], HERTZ);
        snq_json_real(j, b->effective_hz[1], HERTZ);
        snq_json_end(j);
    } else
        snq_json_put_null(j, "effective_hz", b->unobservable);
    snq_json_put_bool(j, "observable", !b->unobservable);
    if (b->unobservable)
        snq_json_put_string(j, "observable_reason", b->unobservable);
    snq_measure_json(j, "aliasing_risk", b->aliasing_risk, RATIO);
    if (b->unobservable)
        for (size_t i = 0; i < SNQ_COUNT(sections); i++)
            snq_json_put_null(j, sections[i], b->unobservable);
    else {
        open_object(j, sections[0]);
        snq_measure_json(j, "mean_magnitude", b->mean_magnitude, SPEED);
        snq_measure_json(j, "mean_magnitude_norm", b->mean_magnitude_norm, NORM);
        snq_measure_json(j, "peak_magnitude", b->peak_magnitude, SPEED);
        snq_measure_json(j, "variance", b->variance, SPEED);
        snq_json_end(j);
        types_json(j, b);
        regions_json(j, b);
        evolution_json(j, b);
    }
    snq_json_end(j);
}

static void bands_json(snq_json *j, const snq_sight *s)
{
    if (s->motion_reason) {
        snq_json_put_null(j, "bands", s->motion_reason);
        return;
    }
    open_object(j, "bands");
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        band_json(j, snq_sight_band_name(b), &s->band[b]);
    snq_json_end(j);
}

/* ---- the rest ---- */

static void picture_json(snq_json *j, const snq_sight *s)
{
    if (s->picture_reason) {
        snq_json_put_null(j, "picture", s->picture_reason);
        return;
    }
    open_object(j, "picture");
    snq_measure_json(j, "luma_mean", s->picture.luma_mean, RATIO);
    snq_measure_json(j, "luma_std", s->picture.luma_std, RATIO);
    snq_measure_json(j, "saturation_mean", s->picture.saturation_mean, RATIO);
    snq_measure_json(j, "hue_deg", s->picture.hue_deg, DEGREES);
    snq_json_end(j);
}

static void events_json(snq_json *j, const snq_sight *s)
{
    if (s->events_reason) {
        snq_json_put_null(j, "events", s->events_reason);
        return;
    }
    open_array(j, "events");
    for (uint32_t i = 0; i < s->events; i++) {
        snq_json_object(j);
        snq_json_put_real(j, "t_s", s->event[i].t_s, TIMES);
        snq_json_put_string(j, "kind", snq_sight_event_name(s->event[i].kind));
        snq_json_put_real(j, "strength", s->event[i].strength, RATIO);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void column_json(snq_json *j, const snq_series *s)
{
    open_array(j, s->name);
    for (size_t i = 0; i < s->length; i++)
        if (s->valid[i])
            snq_json_real(j, (double)s->value[i], NORM);
        else
            snq_json_null(j);
    snq_json_end(j);
}

/* Values without validity are null in a column, which as a whole needs no reason: the band's own
 * section says whether it can be observed. */
static void windows_json(snq_json *j, const snq_sight *s)
{
    if (!s->has_windows)
        return;
    open_object(j, "windows");
    open_array(j, "t_s");
    if (s->columns)
        for (size_t i = 0; i < s->column[0].series.length; i++)
            snq_json_real(j, snq_series_time_s(&s->column[0].series, i), TIMES);
    snq_json_end(j);
    for (int b = 0; b <= SNQ_SIGHT_BANDS; b++) {
        const int band = b < SNQ_SIGHT_BANDS ? b : -1;
        int opened = 0;
        for (uint32_t c = 0; c < s->columns; c++) {
            if (s->column[c].band != band)
                continue;
            if (!opened++)
                open_object(j, band < 0 ? "picture" : snq_sight_band_name((uint32_t)band));
            column_json(j, &s->column[c].series);
        }
        if (opened)
            snq_json_end(j);
    }
    snq_json_end(j);
}

void snq_sight_json(snq_json *j, const snq_sight *s)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", "sonique/watch/1");
    video_json(j, &s->video);
    snq_warnings_json(j, &s->warnings);
    motion_json(j, s);
    camera_json(j, s);
    jitter_json(j, s);
    bands_json(j, s);
    picture_json(j, s);
    events_json(j, s);
    windows_json(j, s);
    if (s->ms > 0.0)
        snq_json_put_real(j, "ms", s->ms, 3);
    snq_json_end(j);
}
