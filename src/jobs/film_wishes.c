// SPDX-License-Identifier: MIT
/* IDEA   A bar is composed before it sounds, so what moves within it is one value: its mean. Of choices a mean makes no
 *        sense: what holds longest counts.
 *
 * STEPS  number  snq_map_result_mean over the bar, within the wish's range
 *        choice  looks at (i + 1/2) / LOOKS of the bar, i = 0 ..; most looks win, of two the one seen first
 * CONST  LOOKS 32: a look each eighth of a step in 4/4. SNQ_FILM_TEMPO_SHARE: as far as a seed moves a style's tempo.
 * COST   bars * 8 * LOOKS looks at a curve. */
#include "jobs/film_wishes.h"

#include <math.h>

#include "base/attr.h"

enum { LOOKS = 32, CHOICES_MAX = 32 };

/* In the order of snq_bar_wish_fields; NULL: the matrix has none. */
static const char *const destination[SNQ_BAR_WISH_FIELDS] = {
    "global.energy",
    "rhythm.hat_density",
    "rhythm.percussion_complexity",
    "harmony.chord_complexity",
    NULL,
    "rhythm.swing_amount",
    "rhythm.kick_pattern",
    "harmony.progression_type",
};

/* The output of a destination of which something is said, else NULL. */
static const snq_map_output *said(const snq_map_result *r, const char *id)
{
    const snq_map_output *o = id ? snq_map_result_find(r, id) : NULL;
    return o && o->mappings && o->covered > 0 ? o : NULL;
}

static const snq_destination *destination_of(const snq_map_output *o)
{
    size_t n;
    return &snq_destinations(&n)[o->destination];
}

/* The value of a discrete destination that holds longest. */
static float longest(const snq_map_output *o, double from, double to)
{
    int seen[CHOICES_MAX] = { 0 }, first[CHOICES_MAX] = { 0 }, best = -1;
    const snq_param *param = &destination_of(o)->param;
    size_t hint = 0;
    for (int i = 0; i < LOOKS; i++) {
        const double at = from + (i + 0.5) / LOOKS * (to - from);
        const int k = (int)(snq_curve_at(&o->curve, at, &hint, param->value) - param->min + 0.5f);
        if (k < 0 || k >= CHOICES_MAX)
            continue;
        if (!seen[k]++)
            first[k] = i;
    }
    for (int k = 0; k < CHOICES_MAX; k++)
        if (seen[k] &&
            (best < 0 || seen[k] > seen[best] || (seen[k] == seen[best] && first[k] < first[best])))
            best = k;
    return best < 0 ? NAN : param->min + (float)best;
}

void snq_film_wishes(const snq_map_result *r, int32_t bars, double bar_quarters, snq_bar_wish *out)
{
    for (int32_t b = 0; b < bars; b++)
        out[b] = snq_bar_wish_none();
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
        const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
        const snq_map_output *o = said(r, destination[i]);
        for (int32_t b = 0; o && b < bars; b++) {
            const double from = b * bar_quarters, to = from + bar_quarters;
            const float v = snq_destination_is_discrete(destination_of(o))
                                ? longest(o, from, to)
                                : snq_map_result_mean(r, destination[i], from, to);
            *snq_bar_wish_at(&out[b], f) = isnan(v) ? NAN : fminf(fmaxf(v, f->min), f->max);
        }
    }
}

void snq_film_wishes_brief(const snq_map_result *r, double quarters, snq_brief *b)
{
    const snq_map_output *key = said(r, "harmony.key"), *scale = said(r, "harmony.scale");
    const snq_map_output *tempo = said(r, "global.bpm");
    if (b->mode < 0 && scale)
        b->mode = (int8_t)longest(scale, 0.0, quarters);
    if (b->tonic < 0 && key) {
        b->tonic = (int8_t)longest(key, 0.0, quarters);
        if (b->mode < 0) /* a tonic has a mode */
            b->mode = SNQ_MODE_minor;
    }
    if (!tempo || b->bpm > 0.0 || b->min_bpm > 0.0 || b->max_bpm > 0.0)
        return;
    const double bpm = (double)snq_map_result_mean(r, "global.bpm", 0.0, quarters);
    b->min_bpm = floor(bpm * (1.0 - SNQ_FILM_TEMPO_SHARE));
    b->max_bpm = ceil(bpm * (1.0 + SNQ_FILM_TEMPO_SHARE));
}

/* ---------------------------------------------------------------- JSON */

void snq_film_wishes_json(snq_json *j, const snq_bar_wish *wish, int32_t bars)
{
    snq_json_object(j);
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
        const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
        int any = 0;
        for (int32_t b = 0; b < bars; b++)
            any |= !isnan(snq_bar_wish_get(&wish[b], f));
        if (!any)
            continue;
        snq_json_key(j, f->name);
        snq_json_array(j);
        for (int32_t b = 0; b < bars; b++) {
            const float v = snq_bar_wish_get(&wish[b], f);
            if (f->choice && !isnan(v))
                snq_json_string(j, f->choice[(int)v]);
            else
                snq_json_float(j, v); /* null where nothing is said */
        }
        snq_json_end(j);
    }
    snq_json_end(j);
}

static snq_status read_value(const snq_json_ref *at, const snq_bar_wish_field *f, float *v)
{
    *v = NAN;
    if (snq_json_kind_of(at) == SNQ_JSON_NULL)
        return SNQ_OK;
    if (f->choice) {
        size_t k;
        SNQ_TRY(snq_json_as_choice(at, f->choice, (size_t)f->max + 1, &k));
        *v = (float)k;
        return SNQ_OK;
    }
    double real;
    SNQ_TRY(snq_json_as_real(at, (double)f->min, (double)f->max, &real));
    *v = (float)real;
    return SNQ_OK;
}

snq_status snq_film_wishes_from_json(const snq_json_ref *at, int32_t bars, snq_bar_wish *out)
{
    const char *names[SNQ_BAR_WISH_FIELDS];
    for (int32_t b = 0; b < bars; b++)
        out[b] = snq_bar_wish_none();
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++)
        names[i] = snq_bar_wish_fields[i].name;
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "wishes are an object");
    SNQ_TRY(snq_json_only(at, names, SNQ_BAR_WISH_FIELDS));
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
        const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
        snq_json_ref list, item;
        if (!snq_json_find(at, f->name, &list))
            continue;
        SNQ_TRY(snq_json_get(at, f->name, SNQ_JSON_ARRAY, &list));
        if (snq_json_count(&list) != (size_t)bars)
            return snq_json_fail(&list, SNQ_ERR_FORMAT, "has %zu bars, not %d",
                                 snq_json_count(&list), (int)bars);
        for (int32_t b = 0; b < bars; b++) {
            snq_json_item(&list, (size_t)b, &item);
            SNQ_TRY(read_value(&item, f, snq_bar_wish_at(&out[b], f)));
        }
    }
    return SNQ_OK;
}
