// SPDX-License-Identifier: MIT
#include "score/sight.h"

#include <string.h>

#define NOT_SELECTED "not selected"

void snq_sight_init(snq_sight *s)
{
    *s = (snq_sight) { .motion_reason = NOT_SELECTED,
                       .camera_reason = NOT_SELECTED,
                       .jitter_reason = NOT_SELECTED,
                       .picture_reason = NOT_SELECTED,
                       .events_reason = NOT_SELECTED };
    snq_arena_init(&s->lists, SNQ_SIGHT_LISTS_MAX);
}

void snq_sight_clear(snq_sight *s)
{
    for (uint32_t i = 0; i < s->columns; i++)
        snq_series_clear(&s->column[i].series);
    s->column = NULL;
    s->columns = 0;
    snq_arena_clear(&s->lists);
}

void *snq_sight_list(snq_sight *s, size_t n, size_t size)
{
    static const double none;
    return n ? snq_arena_get(&s->lists, n, size) : (void *)&none;
}

snq_status snq_sight_add_column(snq_sight *s, int band, const char *name, const char *unit,
                                double start_s, double step_s, snq_series **out)
{
    *out = NULL;
    if (s->columns == SNQ_SIGHT_COLUMNS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d columns", SNQ_SIGHT_COLUMNS_MAX);
    if (!s->column)
        s->column = snq_sight_list(s, SNQ_SIGHT_COLUMNS_MAX, sizeof *s->column);
    if (!s->column)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the windows' columns");
    snq_sight_column *c = &s->column[s->columns];
    SNQ_TRY(snq_series_init(&c->series, name, unit, start_s, step_s, SNQ_SIGHT_STEPS_MAX));
    c->band = band;
    s->columns++;
    *out = &c->series;
    return SNQ_OK;
}

/* ---- names ---- */

static const struct {
    const char *id;
    double lo_hz, hi_hz;
} band_tab[SNQ_SIGHT_BANDS] = {
#define X(ID, id, lo, hi) { #id, lo, hi },
    SNQ_SIGHT_BAND_MAP(X)
#undef X
};

const char *snq_sight_band_name(uint32_t band)
{
    return band_tab[band].id;
}

double snq_sight_band_lo_hz(uint32_t band)
{
    return band_tab[band].lo_hz;
}

double snq_sight_band_hi_hz(uint32_t band)
{
    return band_tab[band].hi_hz;
}

const char *snq_sight_type_name(uint32_t type)
{
    static const char *const name_tab[] = { "directional", "oscillatory", "chaotic", "ambient",
                                            "static" };
    return name_tab[type < SNQ_COUNT(name_tab) ? type : SNQ_SIGHT_STATIC];
}

const char *snq_sight_shape_name(uint32_t shape)
{
    static const char *const name_tab[SNQ_SIGHT_SHAPES] = { "linear",      "circular",
                                                            "rotational",  "expanding",
                                                            "contracting", "isotropic" };
    return shape < SNQ_SIGHT_SHAPES ? name_tab[shape] : NULL;
}

const char *snq_sight_event_name(uint32_t kind)
{
    static const char *const name_tab[] = { "cut", "fade", "flash", "accent" };
    return name_tab[kind < SNQ_COUNT(name_tab) ? kind : SNQ_SIGHT_ACCENT];
}

#define TYPE_ID_DIRECTIONAL "directional"
#define TYPE_ID_OSCILLATORY "oscillatory"
#define TYPE_ID_CHAOTIC     "chaotic"
#define TYPE_ID_AMBIENT     "ambient"

static const struct {
    const char *id, *path;
    snq_sight_type type;
} property_tab[SNQ_SIGHT_PROPERTIES] = {
#define X(ID, type, id) { #id, TYPE_ID_##type "." #id, SNQ_SIGHT_##type },
    SNQ_SIGHT_PROPERTY_MAP(X)
#undef X
};

const char *snq_sight_property_name(uint32_t property)
{
    return property_tab[property].id;
}

const char *snq_sight_property_path(uint32_t property)
{
    return property_tab[property].path;
}

snq_sight_type snq_sight_property_type(uint32_t property)
{
    return property_tab[property].type;
}
