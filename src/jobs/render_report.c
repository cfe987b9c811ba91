// SPDX-License-Identifier: MIT
#include "jobs/render_report.h"

#include <math.h>

#include "base/alloc.h"

void snq_render_report_clear(snq_render_report *r)
{
    snq_free(r->stem);
    *r = (snq_render_report) { 0 };
}

snq_status snq_render_report_room(snq_render_report *r, size_t stems)
{
    r->stem = snq_calloc(stems, sizeof *r->stem);
    return r->stem ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu stems", stems);
}

static void put_stem(snq_json *j, const snq_render_stem *s)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", s->name);
    if (*s->lane)
        snq_json_put_string(j, "lane", s->lane);
    if (*s->patch)
        snq_json_put_string(j, "patch", s->patch);
    snq_json_put_string(j, "file", s->file);
    if (isfinite(s->peak_dbfs))
        snq_json_put_real(j, "peak_dbfs", s->peak_dbfs, 2);
    else
        snq_json_put_null(j, "peak_dbfs", "silence");
    snq_json_put_int(j, "clipped_samples", (int64_t)s->clipped);
    if (s->ducked_db < 0.0)
        snq_json_put_real(j, "ducked_db", s->ducked_db, 2);
    snq_json_end(j);
}

static void put_level(snq_json *j, const char *key, double level, const char *reason)
{
    if (isfinite(level))
        snq_json_put_real(j, key, level, 2);
    else
        snq_json_put_null(j, key, reason);
}

static void put_master(snq_json *j, const snq_render_report *r)
{
    const snq_mix_figures *f = &r->figures;
    snq_json_key(j, "master");
    snq_json_object(j);
    put_level(j, "target_lufs", (double)r->target_lufs, "no loudness target");
    put_level(j, "integrated_lufs", f->lufs, "silence");
    put_level(j, "true_peak_dbtp", f->true_peak_dbtp, "silence");
    put_level(j, "premaster_lufs", f->premaster_lufs, "silence");
    snq_json_put_real(j, "gain_db", f->gain_db, 2);
    snq_json_put_real(j, "inserts_deepest_db", f->inserts_db, 2);
    snq_json_put_bool(j, "bends", f->bends);
    snq_json_key(j, "limiter");
    snq_json_object(j);
    snq_json_put_real(j, "deepest_db", (double)f->limiter.deepest_db, 2);
    snq_json_put_real(j, "mean_db", (double)f->limiter.mean_db, 3);
    snq_json_put_real(j, "share_over_1_db", (double)f->limiter.share_over_1, 4);
    snq_json_put_real(j, "pumping_db_s", (double)f->limiter.pumping_db_s, 1);
    snq_json_end(j);
    snq_json_end(j);
}

void snq_render_report_json(snq_json *j, const char *path, const snq_render_report *r)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", "sonique/render/1");
    snq_json_put_string(j, "path", path);
    snq_json_put_string(j, "title", r->title);
    snq_json_put_int(j, "sample_rate_hz", r->rate_hz);
    snq_json_put_real(j, "duration_s", (double)r->frames / r->rate_hz, 6);
    snq_json_key(j, "stems");
    snq_json_array(j);
    for (uint32_t i = 0; i < r->stems; i++)
        put_stem(j, &r->stem[i]);
    snq_json_end(j);
    snq_json_key(j, "mix");
    put_stem(j, &r->mix);
    if (*r->premaster.file) {
        snq_json_key(j, "premaster");
        put_stem(j, &r->premaster);
    }
    if (r->mastered)
        put_master(j, r);
    snq_warnings_json(j, &r->warnings);
    snq_json_end(j);
}
