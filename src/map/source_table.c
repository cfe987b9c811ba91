// SPDX-License-Identifier: MIT
#include "map/source_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Ranges: shares and correlations by definition; velocity as the published template has it; the others chosen round
 * about what ordinary films show (ours, 2026). They bound nothing. */
#define EYES(type_, property_, unit_, lo_, hi_, value_, ID, norm_, what_)                       \
    {                                                                                           \
        .type = type_, .property = property_, .unit = unit_, .min = lo_, .max = hi_,            \
        .value = value_, .banding = SNQ_SOURCE_BANDED, .eyes = SNQ_SIGHT_##ID, .norm = (norm_), \
        .what = what_                                                                           \
    }
#define PLAIN(type_, property_, unit_, lo_, hi_, value_, what_)                      \
    {                                                                                \
        .type = type_, .property = property_, .unit = unit_, .min = lo_, .max = hi_, \
        .value = value_, .eyes = -1, .what = what_                                   \
    }

static const snq_source_row row_tab[] = {
    { "directional", "primary_direction", "deg", 0, 360, 0, SNQ_SOURCE_BANDED, 0, 0, 1,
      SNQ_SIGHT_PRIMARY_DIRECTION, "where most of it moves to" },
    EYES("directional", "direction_variance", "", 0, 1, 0, DIRECTION_VARIANCE, 0,
         "how far directions differ"),
    EYES("directional", "direction_coherence", "", 0, 1, 0, DIRECTION_COHERENCE, 0,
         "how far they agree"),
    EYES("directional", "mean_velocity", "heights_s", 0, 0.5f, 0, MEAN_VELOCITY_NORM, 1,
         "mean speed"),
    { "oscillatory", "primary_frequency", "hz", 0.01f, 25, 1, SNQ_SOURCE_BANDED, 0, 1, 0,
      SNQ_SIGHT_PRIMARY_FREQUENCY, "strongest frequency to and fro" },
    EYES("oscillatory", "frequency_bandwidth", "hz", 0, 5, 0, FREQUENCY_BANDWIDTH, 0,
         "how far frequencies spread"),
    EYES("oscillatory", "frequency_coherence", "", 0, 1, 0, FREQUENCY_COHERENCE, 0,
         "share of the strongest line"),
    EYES("oscillatory", "amplitude_mean", "heights", 0, 0.1f, 0, AMPLITUDE_MEAN_NORM, 1,
         "how far it swings"),
    EYES("oscillatory", "amplitude_variance", "px2", 0, 100, 0, AMPLITUDE_VARIANCE, 0,
         "how far places differ in it (one number a film)"),
    EYES("oscillatory", "phase_coherence", "", 0, 1, 0, PHASE_COHERENCE, 0,
         "whether places swing together"),
    EYES("chaotic", "entropy", "", 0, 1, 0, ENTROPY, 0, "permutation entropy"),
    EYES("chaotic", "lyapunov_exponent", "1_s", -1, 5, 0, LYAPUNOV_EXPONENT, 0,
         "how fast neighbours part (one number a film)"),
    EYES("chaotic", "predictability_score", "", 0, 1, 0, PREDICTABILITY_SCORE, 0,
         "how well the past tells the future"),
    EYES("ambient", "spatial_correlation", "", -1, 1, 0, SPATIAL_CORRELATION, 0,
         "whether neighbours move alike"),
    EYES("ambient", "temporal_consistency", "", 0, 1, 0, TEMPORAL_CONSISTENCY, 0,
         "whether it goes on as it was"),
    EYES("ambient", "homogeneity", "", 0, 1, 0, HOMOGENEITY, 0, "how evenly it moves everywhere"),
    { "motion", "rms_speed", "heights_s", 0, 0.5f, 0, SNQ_SOURCE_ANY_BAND, 1, 0, 0, -1,
      "root mean square speed of a band, or of mf and above" },
    { "motion", "mean_speed", "heights_s", 0, 0.5f, 0, SNQ_SOURCE_UNBANDED, 1, 0, 0, -1,
      "mean speed of the whole picture, as short as a step" },
    PLAIN("drift", "mean_velocity", "heights_s", 0, 0.5f, 0,
          "speed of the mean flow (one number a film)"),
    { "drift", "direction", "deg", 0, 360, 0, SNQ_SOURCE_UNBANDED, 0, 0, 1, -1,
      "where the mean flow goes (one number a film)" },
    PLAIN("jitter", "rms", "heights", 0, 0.02f, 0, "how far the camera shakes (one number a film)"),
    PLAIN("jitter", "shake_frequency", "hz", 0, 15, 0, "how fast it shakes (one number a film)"),
    PLAIN("cuts", "rate", "1_s", 0, 1, 0, "cuts a second, over 8 s about"),
    PLAIN("cuts", "event_strength", "", 0, 1, 0,
          "strongest cut, flash or accent within 0.5 s before"),
    PLAIN("picture", "luma_mean", "", 0, 1, 0.5f, "brightness"),
    PLAIN("picture", "luma_std", "", 0, 0.5f, 0.2f, "contrast"),
    PLAIN("picture", "saturation_mean", "", 0, 1, 0.3f, "colourfulness"),
    { "picture", "hue", "deg", 0, 360, 0, SNQ_SOURCE_UNBANDED, 0, 0, 1, -1, "mean colour" },
    PLAIN("sound", "loudness", "lufs", -40, -5, -23, "loudness of the region of its own sound"),
    PLAIN("sound", "onset_rate", "1_s", 0, 10, 0, "onsets a second, over 2 s about"),
    { "sound", "centroid", "hz", 100, 8000, 1000, SNQ_SOURCE_UNBANDED, 0, 1, 0, -1,
      "centre of the spectrum" },
    PLAIN("sound", "flatness", "", 0, 1, 0, "noise (1) or tones (0)"),
};

const snq_source_row *snq_source_rows(size_t *n)
{
    *n = SNQ_COUNT(row_tab);
    return row_tab;
}

/* Whether a property, as written, is the row's. */
static int is_named(const snq_source_row *r, const char *property)
{
    const size_t n = strlen(r->property);
    return strncmp(r->property, property, n) == 0 &&
           (!property[n] || (r->norm && strcmp(property + n, "_norm") == 0));
}

int snq_source_find(const char *type, const char *property)
{
    for (size_t i = 0; i < SNQ_COUNT(row_tab); i++)
        if (strcmp(row_tab[i].type, type) == 0 && is_named(&row_tab[i], property))
            return (int)i;
    return -1;
}

int snq_source_stand_in(uint32_t row)
{
    switch (row_tab[row].eyes) {
    case SNQ_SIGHT_MEAN_VELOCITY_NORM:
        return snq_source_find("drift", "mean_velocity");
    case SNQ_SIGHT_PRIMARY_DIRECTION:
        return snq_source_find("drift", "direction");
    default:
        return -1;
    }
}

void snq_source_path(snq_map_source s, char *to)
{
    const snq_source_row *r = &row_tab[s.row];
    snprintf(to, SNQ_SOURCE_TEXT_MAX, "%s%s%s.%s", r->type, s.band < 0 ? "" : ".",
             s.band < 0 ? "" : snq_sight_band_name((uint32_t)s.band), r->property);
}

double snq_source_normalise(uint32_t row, double v)
{
    const snq_source_row *r = &row_tab[row];
    const double lo = (double)r->min, hi = (double)r->max;
    if (isnan(v))
        return NAN;
    const double held = fmin(fmax(v, lo), hi);
    return r->log_scale ? log(held / lo) / log(hi / lo) : (held - lo) / (hi - lo);
}

/* ---------------------------------------------------------------- JSON */

static int find_band(const char *name)
{
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        if (strcmp(snq_sight_band_name(b), name) == 0)
            return (int)b;
    return -1;
}

static int has_type(const char *type)
{
    for (size_t i = 0; i < SNQ_COUNT(row_tab); i++)
        if (strcmp(row_tab[i].type, type) == 0)
            return 1;
    return 0;
}

/* What a type has, or (NULL) which types there are: for a message. */
static snq_status unknown(const snq_json_ref *at, const char *what, const char *name,
                          const char *of_type)
{
    snq_str list, shown;
    const char *last = "";
    snq_str_init(&list, 512);
    snq_str_init(&shown, 128);
    snq_str_put_printable(&shown, name);
    for (size_t i = 0; i < SNQ_COUNT(row_tab); i++) {
        const snq_source_row *r = &row_tab[i];
        if (of_type ? strcmp(r->type, of_type) != 0 : strcmp(r->type, last) == 0)
            continue;
        last = r->type;
        snq_str_putf(&list, "%s%s", list.length ? ", " : "", of_type ? r->property : r->type);
    }
    const snq_status st =
        shown.st < 0 || list.st < 0
            ? SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory")
            : snq_json_fail(at, SNQ_ERR_FORMAT, "there is no %s \"%s\"; there are: %s", what,
                            snq_str_text(&shown), snq_str_text(&list));
    snq_str_clear(&list);
    snq_str_clear(&shown);
    return st;
}

static snq_status choose(const snq_json_ref *at, const snq_json_ref *type_at,
                         const snq_json_ref *band_at, const snq_json_ref *property_at,
                         const char *const text[3], snq_map_source *out)
{
    static const char bands[] = "ulf, lf, mf, hf, uhf";
    if (!has_type(text[0]))
        return unknown(type_at, "source type", text[0], NULL);
    const int row = snq_source_find(text[0], text[2]);
    if (row < 0)
        return unknown(property_at, "property", text[2], text[0]);
    const int band = text[1] ? find_band(text[1]) : -1;
    if (text[1] && row_tab[row].banding == SNQ_SOURCE_UNBANDED)
        return snq_json_fail(band_at, SNQ_ERR_FORMAT, "%s.%s has no bands", text[0],
                             row_tab[row].property);
    if (text[1] && band < 0)
        return snq_json_fail(band_at, SNQ_ERR_FORMAT, "the band is none of %s", bands);
    if (!text[1] && row_tab[row].banding == SNQ_SOURCE_BANDED)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "%s wants a band: %s", text[0], bands);
    *out = (snq_map_source) { (uint16_t)row, (int8_t)band };
    return SNQ_OK;
}

/* "type.band.property" or "type.property" */
static snq_status from_path(const snq_json_ref *at, snq_map_source *out)
{
    char path[SNQ_SOURCE_TEXT_MAX];
    SNQ_TRY(snq_json_as_text(at, path, sizeof path));
    char *first = strchr(path, '.');
    if (!first)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "type.band.property or type.property is wanted");
    *first++ = '\0';
    char *second = strchr(first, '.');
    if (second)
        *second++ = '\0';
    const char *const text[3] = { path, second ? first : NULL, second ? second : first };
    return choose(at, at, at, at, text, out);
}

snq_status snq_source_from_json(const snq_json_ref *at, snq_map_source *out)
{
    static const char *const keys[] = { "type", "band", "property" };
    char type[SNQ_SOURCE_TEXT_MAX], band[SNQ_SOURCE_TEXT_MAX], property[SNQ_SOURCE_TEXT_MAX];
    snq_json_ref t, b, p;
    if (snq_json_kind_of(at) == SNQ_JSON_STRING)
        return from_path(at, out);
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "{type, band, property} is wanted");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(at, "type", SNQ_JSON_STRING, &t));
    SNQ_TRY(snq_json_get(at, "property", SNQ_JSON_STRING, &p));
    SNQ_TRY(snq_json_as_text(&t, type, sizeof type));
    SNQ_TRY(snq_json_as_text(&p, property, sizeof property));
    const int banded = snq_json_find(at, "band", &b);
    if (banded)
        SNQ_TRY(snq_json_as_text(&b, band, sizeof band));
    const char *const text[3] = { type, banded ? band : NULL, property };
    return choose(at, &t, &b, &p, text, out);
}

void snq_source_json(snq_json *j, snq_map_source s)
{
    snq_json_object(j);
    snq_json_put_string(j, "type", row_tab[s.row].type);
    if (s.band >= 0)
        snq_json_put_string(j, "band", snq_sight_band_name((uint32_t)s.band));
    snq_json_put_string(j, "property", row_tab[s.row].property);
    snq_json_end(j);
}
