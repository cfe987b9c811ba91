// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/watch_sheet_impl.h"

enum { FIGURES = 12, FIGURES_A_ROW = 6 };

static void put_format(snq_str *to, const snq_sight *s)
{
    static const char dot[] = "  \xC2\xB7  ";
    const snq_sight_video *v = &s->video;
    char text[SNQ__LABEL_BYTES], end[SNQ__LABEL_BYTES];
    snq_str_putf(to, "%u \xC3\x97 %u px%s", v->width, v->height, dot);
    /* as many decimals as a rate has: 25, 29.97, 23.976 */
    snq_str_putf(to, "%g fps%s", round(v->fps * 1000) / 1000, dot);
    snq_str_putf(to, "%llu %s%s%s", (unsigned long long)v->frames,
                 v->frames == 1 ? "frame" : "frames", dot, snq__put_duration(text, v->duration_s));
    const double tick = v->fps > 0 ? 1.5 / v->fps : 0.1;
    if (v->range.start_s > tick || v->range.end_s < v->duration_s - tick)
        snq_str_putf(to, "%slooked at %s to %s", dot, snq__put_duration(text, v->range.start_s),
                     snq__put_duration(end, v->range.end_s));
}

static void draw_name(snq__watch_sheet *s)
{
    snq_str text;
    const snq__type type = { .size = SNQ__SIZE_TEXT,
                             .ink = SNQ__INK_TICK,
                             .most = SNQ__PAGE_X1 - SNQ__PAGE_X0 };
    snq__page_title(&s->canvas, s->cfg->title, s->sight->video.path, "sonique watch");
    snq_str_init(&text, 1 << 12);
    put_format(&text, s->sight);
    snq__text(&s->canvas, &type, SNQ__PAGE_X0, SNQ__FORMAT_Y, snq_str_text(&text));
    snq_str_clear(&text);
}

/* ---- figures ---- */

typedef struct words {
    char type[32], doubt[48], shape[32];
    char hz[SNQ__LABEL_BYTES], hz_unit[32];
    char drift[SNQ__LABEL_BYTES], drift_unit[24], pan[SNQ__LABEL_BYTES], pan_unit[24];
} words;

/* An arrow where a direction leads. */
static const char *way(double deg)
{
    static const char *const tab[] = { "\xE2\x86\x92", "\xE2\x86\x97", "\xE2\x86\x91",
                                       "\xE2\x86\x96", "\xE2\x86\x90", "\xE2\x86\x99",
                                       "\xE2\x86\x93", "\xE2\x86\x98" };
    return tab[(unsigned)floor(fmod(fmod(deg, 360) + 360 + 22.5, 360) / 45) & 7];
}

static void capital(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

/* The band that has most power of swinging, -1 when nothing swings. */
static int main_band(const snq_sight *s)
{
    int best = -1;
    double most = 0;
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        const snq_sight_band *b = &s->band[i];
        const double here = b->energy.value * b->type[SNQ_SIGHT_OSCILLATORY].percentage;
        if (snq__watch_swings(s, i) && here > most) {
            most = here;
            best = i;
        }
    }
    return best;
}

static snq__figure motion_figure(const snq_sight *s, words *w)
{
    snprintf(w->type, sizeof w->type, "%s", snq_sight_type_name(s->motion.type));
    capital(w->type);
    snprintf(w->doubt, sizeof w->doubt, "Motion  \xC2\xB7  %.0f %% sure",
             100 * s->motion.confidence);
    return (snq__figure) { .name = s->motion_reason ? "Motion" : w->doubt,
                           .unit = "",
                           .reason = s->motion_reason,
                           .text = w->type };
}

static snq__figure shape_figure(const snq_sight *s, words *w)
{
    const char *name = snq_sight_shape_name(s->motion.shape);
    snq__figure f = { .name = "Shape", .unit = "", .reason = s->motion_reason, .text = w->shape };
    snprintf(w->shape, sizeof w->shape, "%s", name ? name : "");
    capital(w->shape);
    if (!f.reason && !name)
        f.reason = "nothing moves";
    return f;
}

static snq__figure frequency_figure(const snq_sight *s, words *w)
{
    snq__figure f = {
        .name = "Main frequency", .unit = w->hz_unit, .reason = s->motion_reason, .text = w->hz
    };
    const int best = s->motion_reason ? -1 : main_band(s);
    if (best < 0) {
        f.reason = f.reason ? f.reason : "nothing swings";
        return f;
    }
    snq__put_three(w->hz, s->band[best].property[SNQ_SIGHT_PRIMARY_FREQUENCY].value);
    snprintf(w->hz_unit, sizeof w->hz_unit, "Hz  \xC2\xB7  %s",
             snq_sight_band_name((uint32_t)best));
    return f;
}

/* A speed, and an arrow where it leads unless it is next to none. */
static snq__figure speed_figure(const char *name, const char *reason, snq_measure speed,
                                snq_measure deg, char number[SNQ__LABEL_BYTES], char unit[24])
{
    const int leads = !speed.reason && !deg.reason && speed.value >= 0.5;
    snprintf(unit, 24, "px/s%s%s", leads ? " " : "", leads ? way(deg.value) : "");
    return (snq__figure) { .name = name,
                           .unit = unit,
                           .reason = reason ? reason : speed.reason,
                           .text = snq__put_three(number, speed.value) };
}

static snq__figure cuts_figure(const snq_sight *s)
{
    uint32_t cuts = 0;
    for (uint32_t i = 0; i < s->events; i++)
        cuts += s->event[i].kind == SNQ_SIGHT_CUT;
    return (snq__figure) { .name = "Edit",
                           .unit = cuts == 1 ? "cut" : "cuts",
                           .reason = s->events_reason,
                           .measure = snq_measured(cuts) };
}

/* `scale` times the value. */
static snq__figure plain(const char *name, const char *unit, int decimals, const char *reason,
                         snq_measure m, double scale)
{
    m.value *= scale;
    return (snq__figure) {
        .name = name, .unit = unit, .decimals = decimals, .reason = reason, .measure = m
    };
}

static void gather(const snq_sight *s, words *w, snq__figure to[FIGURES])
{
    const char *no_camera = s->camera_reason, *no_jitter = s->jitter_reason;
    const snq_sight_camera *c = &s->camera;
    const double *pan = c->translation_px_s;
    const snq__figure all[FIGURES] = {
        motion_figure(s, w),
        shape_figure(s, w),
        frequency_figure(s, w),
        speed_figure("Drift", s->motion_reason, s->drift.mean_velocity, s->drift.direction_deg,
                     w->drift, w->drift_unit),
        cuts_figure(s),
        plain("Brightness", "%", 0, s->picture_reason, s->picture.luma_mean, 100),
        speed_figure("Camera", no_camera, snq_measured(hypot(pan[0], pan[1])),
                     snq_measured(atan2(pan[1], pan[0]) * 180 / M_PI), w->pan, w->pan_unit),
        plain("Camera turn", "\xC2\xB0/s", 2, no_camera, snq_measured(c->rotation_deg_s), 1),
        plain("Camera zoom", "%/s", 2, no_camera, snq_measured(expm1(c->zoom_per_s)), 100),
        plain("Not the camera", "% of motion", 0, no_camera, snq_measured(c->residual_share), 100),
        plain("Jitter", "px RMS", 2, no_jitter, snq_measured(s->jitter.rms_px), 1),
        plain("Shake", "Hz", 2, no_jitter, s->jitter.shake_hz, 1),
    };
    memcpy(to, all, sizeof all);
}

void snq__watch_sheet_head(snq__watch_sheet *s)
{
    words w;
    snq__figure f[FIGURES];
    draw_name(s);
    gather(s->sight, &w, f);
    snq__figures(&s->canvas, s->at.figures, f, FIGURES, FIGURES_A_ROW);
}
