// SPDX-License-Identifier: MIT
#include "cli/watch_table.h"

#include "cli/table.h"

enum { EVENTS_SHOWN = 8, REGIONS_SHOWN = 3 };

static void video(FILE *to, const snq_sight_video *v)
{
    snq_table_printable(to, v->path);
    fputc('\n', to);
    snq_table_heading(to, "Video");
    fprintf(to, "%u x %u   %.6g frames/s   %llu frame%s   ", v->width, v->height, v->fps,
            (unsigned long long)v->frames, v->frames == 1 ? "" : "s");
    snq_table_time(to, v->duration_s);
    if (v->range.start_s > 0.0 || v->range.end_s < v->duration_s) {
        fputs("   seen from ", to);
        snq_table_time(to, v->range.start_s);
        fputs(" to ", to);
        snq_table_time(to, v->range.end_s);
    }
    fputc('\n', to);
}

/* Whole degrees: 359.6 is 0. */
static void put_degrees(FILE *to, const char *name, snq_measure m)
{
    if (!m.reason && m.value >= 359.5)
        m.value = 0;
    snq_table_put(to, name, m, "deg", 0);
}

static void motion(FILE *to, const snq_sight *s)
{
    if (snq_table_absent(to, "Motion", s->motion_reason))
        return;
    const char *shape = snq_sight_shape_name(s->motion.shape);
    snq_table_heading(to, "Motion");
    fprintf(to, "%s%s%s   confidence %.0f %%\n", snq_sight_type_name(s->motion.type),
            shape ? ", " : "", shape ? shape : "", 100.0 * s->motion.confidence);
    snq_table_heading(to, "Drift");
    snq_table_put(to, "mean", s->drift.mean_velocity, "px/s", 2);
    put_degrees(to, "towards", s->drift.direction_deg);
    fputc('\n', to);
}

static void camera(FILE *to, const snq_sight *s)
{
    const snq_sight_camera *c = &s->camera;
    if (!snq_table_absent(to, "Camera", s->camera_reason)) {
        snq_table_heading(to, "Camera");
        snq_table_put(to, "right", snq_measured(c->translation_px_s[0]), "px/s", 2);
        snq_table_put(to, "up", snq_measured(c->translation_px_s[1]), "px/s", 2);
        snq_table_put(to, "turn", snq_measured(c->rotation_deg_s), "deg/s", 2);
        snq_table_put(to, "zoom", snq_measured(100.0 * c->zoom_per_s), "%/s", 2);
        snq_table_put(to, "leaves", snq_measured(100.0 * c->residual_share), "%", 0);
        fputc('\n', to);
    }
    if (snq_table_absent(to, "Jitter", s->jitter_reason))
        return;
    snq_table_heading(to, "Jitter");
    fprintf(to, "%.2f px   ", s->jitter.rms_px);
    snq_table_put(to, "at", s->jitter.shake_hz, "Hz", 2);
    fputc('\n', to);
}

static const char *trend_name(const snq_sight_band *b)
{
    if (b->trend_reason || b->trend == SNQ_SIGHT_TREND_STABLE)
        return "";
    return b->trend > 0 ? "rising   " : "falling   ";
}

/* The type with the largest share. */
static uint32_t leading_type(const snq_sight_band *b)
{
    uint32_t best = 0;
    for (uint32_t t = 1; t < SNQ_SIGHT_TYPES; t++)
        if (b->type[t].percentage > b->type[best].percentage)
            best = t;
    return best;
}

static void places(FILE *to, const snq_sight_band *b)
{
    for (uint32_t i = 0; i < b->regions && i < REGIONS_SHOWN; i++) {
        const snq_sight_region *r = &b->region[i];
        snq_table_heading(to, "");
        fprintf(to, "                      at %.0f, %.0f   %.0f x %.0f px   %.2f px/s   ", r->x,
                r->y, r->width, r->height, r->strength);
        if (!r->dominant_hz.reason)
            fprintf(to, "%.2f Hz", r->dominant_hz.value);
        fputc('\n', to);
    }
    if (b->regions > REGIONS_SHOWN) {
        snq_table_heading(to, "");
        fprintf(to, "                      and %u more place%s\n", b->regions - REGIONS_SHOWN,
                b->regions > REGIONS_SHOWN + 1 ? "s" : "");
    }
}

static void band(FILE *to, const snq_sight *s, uint32_t i)
{
    const snq_sight_band *b = &s->band[i];
    snq_table_heading(to, i ? "" : "Bands");
    fprintf(to, "%-4s%5g - %-3g Hz   ", snq_sight_band_name(i), b->lo_hz, b->hi_hz);
    if (b->unobservable) {
        fprintf(to, "- (%s)\n", b->unobservable);
        return;
    }
    snq_table_put(to, "mean", b->mean_magnitude, "px/s", 2);
    if (b->still)
        fprintf(to, "- (%s)", b->still);
    else {
        const uint32_t type = leading_type(b);
        const snq_measure hz = b->property[SNQ_SIGHT_PRIMARY_FREQUENCY];
        fprintf(to, "%s %.0f %%   ", snq_sight_type_name(type), 100.0 * b->type[type].percentage);
        if (!hz.reason)
            fprintf(to, "%.2f Hz   ", hz.value);
        fputs(trend_name(b), to);
        if (!b->changes_reason && b->changes)
            fprintf(to, "%u change%s", b->changes, b->changes > 1 ? "s" : "");
    }
    fputc('\n', to);
    places(to, b);
}

static void picture(FILE *to, const snq_sight *s)
{
    if (snq_table_absent(to, "Picture", s->picture_reason))
        return;
    snq_table_heading(to, "Picture");
    snq_table_put(to, "luma", s->picture.luma_mean, "", 2);
    snq_table_put(to, "contrast", s->picture.luma_std, "", 2);
    snq_table_put(to, "saturation", s->picture.saturation_mean, "", 2);
    put_degrees(to, "hue", s->picture.hue_deg);
    fputc('\n', to);
}

static void events(FILE *to, const snq_sight *s)
{
    if (snq_table_absent(to, "Events", s->events_reason))
        return;
    snq_table_heading(to, "Events");
    if (!s->events)
        fputc('-', to);
    for (uint32_t i = 0; i < s->events && i < EVENTS_SHOWN; i++) {
        fprintf(to, "%s%s ", i ? ", " : "", snq_sight_event_name(s->event[i].kind));
        snq_table_time(to, s->event[i].t_s);
    }
    if (s->events > EVENTS_SHOWN)
        fprintf(to, ", and %u more", s->events - EVENTS_SHOWN);
    fputc('\n', to);
}

void snq_watch_table(FILE *to, const snq_sight *s)
{
    video(to, &s->video);
    motion(to, s);
    camera(to, s);
    for (uint32_t i = 0; i < SNQ_SIGHT_BANDS && !s->motion_reason; i++)
        band(to, s, i);
    picture(to, s);
    events(to, s);
    snq_table_warnings(to, &s->warnings);
    if (s->ms > 0.0) {
        snq_table_heading(to, "Time");
        fprintf(to, "%.0f ms\n", s->ms);
    }
}
