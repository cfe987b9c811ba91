// SPDX-License-Identifier: MIT
#include "jobs/curves_csv.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Bytes of a row's time and beat, and of a column, at most as it comes. */
#define ROW_BYTES    28.0
#define COLUMN_BYTES 13.0
#define RATE_MIN_HZ  0.01

snq_curves_csv_cfg snq_curves_csv_cfg_default(double duration_s)
{
    return (snq_curves_csv_cfg) { .bpm = 120, .duration_s = duration_s };
}

double snq_curves_csv_rate(const snq_map_result *r, double duration_s)
{
    static const double part[] = { 1, 2, 4, 10 }; /* of 20: 20, 10, 5, 2 */
    const double row = ROW_BYTES + COLUMN_BYTES * (double)r->outputs;
    double rate = SNQ_CURVES_CSV_RATE_HZ;
    for (int i = 0; i < 24 && rate * duration_s * row > SNQ_CURVES_CSV_BYTES; i++)
        rate = SNQ_CURVES_CSV_RATE_HZ / (part[(i + 1) % 4] * pow(20, (i + 1) / 4));
    return rate;
}

/* ---- fields ---- */

static void put_field(snq_str *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        snq_str_put(to, text);
        return;
    }
    snq_str_put(to, "\"");
    for (; *text; text++)
        snq_str_put_bytes(to, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    snq_str_put(to, "\"");
}

/* As base/json.c writes floats. */
static void put_float(snq_str *to, float v)
{
    char text[32];
    int digits = FLT_DIG;
    v += 0.0f; /* -0 is 0 */
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)v);
    while (strtof(text, NULL) != v && ++digits <= FLT_DECIMAL_DIG);
    snq_str_put(to, text);
}

static void put_value(snq_str *to, const snq_param *p, float v)
{
    if (p->choices)
        put_field(to, p->choices[(int)snq_param_clamp(p, v)]);
    else
        put_float(to, v);
}

static void put_head(snq_str *to, const snq_map_result *r)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    snq_str_put(to, "time_s,beat");
    for (size_t i = 0; i < r->outputs; i++) {
        char name[128];
        const snq_param *p = &d[r->output[i].destination].param;
        snprintf(name, sizeof name, *p->unit ? "%s (%s)" : "%s", p->id, p->unit);
        snq_str_put(to, ",");
        put_field(to, name);
    }
    snq_str_put(to, "\r\n");
}

/* ---- rows ---- */

/* A column on its way down. */
typedef struct column {
    const snq_param *param;
    const snq_curve *curve;
    size_t hint;
} column;

static double beat_at(const snq_curves_csv_cfg *cfg, double t_s)
{
    const double music_s = t_s + cfg->lead_s;
    if (cfg->score)
        return snq_score_tick_at(cfg->score, music_s) / cfg->score->ticks_per_quarter;
    return music_s * cfg->bpm / 60;
}

static void put_row(snq_str *to, column *c, size_t n, double t_s, double beat)
{
    snq_str_putf(to, "%.12g,%.10g", t_s, beat);
    for (size_t i = 0; i < n; i++) {
        snq_str_put(to, ",");
        put_value(to, c[i].param, snq_curve_at(c[i].curve, beat, &c[i].hint, c[i].param->value));
    }
    snq_str_put(to, "\r\n");
}

static snq_status check(const snq_curves_csv_cfg *cfg)
{
    if (!cfg->score && !(cfg->bpm >= SNQ_SCORE_BPM_MIN && cfg->bpm <= 1000))
        return SNQ_FAIL(SNQ_ERR_RANGE, "bpm: %g is not within %g .. 1000", cfg->bpm,
                        SNQ_SCORE_BPM_MIN);
    if (!(cfg->lead_s >= 0 && cfg->lead_s <= SNQ_MAP_DURATION_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "lead_s: %g is not within 0 .. %g", cfg->lead_s,
                        SNQ_MAP_DURATION_MAX_S);
    if (!(cfg->duration_s >= 0 && cfg->duration_s <= SNQ_MAP_DURATION_MAX_S))
        return SNQ_FAIL(SNQ_ERR_RANGE, "duration_s: %g is not within 0 .. %g", cfg->duration_s,
                        SNQ_MAP_DURATION_MAX_S);
    if (cfg->rate_hz != 0 && !(cfg->rate_hz >= RATE_MIN_HZ && cfg->rate_hz <= SNQ_MAP_RATE_MAX_HZ))
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz: %g is not within %g .. %g", cfg->rate_hz,
                        RATE_MIN_HZ, SNQ_MAP_RATE_MAX_HZ);
    return SNQ_OK;
}

snq_status snq_curves_csv(const snq_map_result *r, const snq_curves_csv_cfg *cfg, snq_str *to)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    SNQ_TRY(check(cfg));
    const double rate = cfg->rate_hz > 0 ? cfg->rate_hz : snq_curves_csv_rate(r, cfg->duration_s);
    column *c = snq_calloc(r->outputs ? r->outputs : 1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu columns", r->outputs);
    for (size_t i = 0; i < r->outputs; i++)
        c[i] = (column) { &d[r->output[i].destination].param, &r->output[i].curve, 0 };
    put_head(to, r);
    for (int64_t i = 0; (double)i <= cfg->duration_s * rate + 1e-6 && to->st >= 0; i++)
        put_row(to, c, r->outputs, (double)i / rate, beat_at(cfg, (double)i / rate));
    snq_free(c);
    return to->st;
}
