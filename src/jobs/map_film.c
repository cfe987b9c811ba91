// SPDX-License-Identifier: MIT
/* STEPS  template -> outputs are begun, so that a name that is taken is found out before the film is watched -> film (and
 *        its sound, where the template reads it) -> curves -> drawn, written -> told -> outputs get their names */
#include "jobs/map_film.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jobs/curves_csv.h"
#include "jobs/film_view.h"
#include "jobs/map_library.h"
#include "jobs/map_plot.h"
#include "jobs/outputs.h"
#include "jobs/watch_batch.h"

#define BPM 120.0

/* All of one run; run_clear releases it whatever happened. */
typedef struct run {
    const snq_map_film_cfg *cfg;
    snq_map_template *map;
    snq_warnings odd;
    snq_outputs outputs;
    snq_atomic_file *plot, *csv;
    snq_film_view view;
    snq_map_result curves;
    double bpm, duration_s;
    int refused;
    char *error; /* (SNQ_ERROR_MAX,) */
} run;

snq_map_film_cfg snq_map_film_cfg_default(void)
{
    return (snq_map_film_cfg) { .preset = snq_watch_batch_cfg_default().preset };
}

snq_status snq_map_film_check(const snq_map_film_cfg *cfg)
{
    if (cfg->inputs->count != 1)
        return SNQ_FAIL(SNQ_ERR_ARG, "one film at a time, not %u", cfg->inputs->count);
    const snq_watch_batch_cfg plot = { .inputs = cfg->inputs, .plot_path = cfg->plot_path };
    SNQ_TRY(snq_watch_batch_check(&plot));
    return cfg->csv_path ? snq_output_check(cfg->inputs, "csv", cfg->csv_path) : SNQ_OK;
}

static void run_clear(run *r)
{
    snq_atomic_abort(r->plot);
    snq_atomic_abort(r->csv);
    snq_outputs_clear(&r->outputs);
    snq_map_result_clear(&r->curves);
    snq_film_view_clear(&r->view);
    snq_map_template_free(r->map);
}

/* What is wrong is the user's to mend, and said; memory and the like go on as errors. */
static snq_status refuse(run *r, snq_status st, int whose)
{
    if (st >= 0 || st == SNQ_ERR_NOMEM || st == SNQ_ERR_UNSUPPORTED || st == SNQ_ERR_CANCELLED)
        return st;
    snprintf(r->error, SNQ_ERROR_MAX, "%s", snq_last_error());
    r->refused = whose;
    return SNQ_OK;
}

static snq_status begin_outputs(run *r)
{
    SNQ_TRY(snq_outputs_init(&r->outputs, r->cfg->inputs, r->cfg->force));
    SNQ_TRY(snq_outputs_open(&r->outputs, 0, r->cfg->plot_path, ".png", &r->plot));
    return snq_outputs_open(&r->outputs, 0, r->cfg->csv_path, ".csv", &r->csv);
}

/* ---- a film ---- */

/* The film itself is the user's to mend; whatever else stops its workers is not. */
static snq_status see(run *r)
{
    const snq_film_view_cfg cfg = { .path = r->cfg->inputs->item[0].path,
                                    .preset = r->cfg->preset,
                                    .threads = r->cfg->threads,
                                    .look = r->plot != NULL,
                                    .hooks = r->cfg->hooks };
    const snq_status st = snq_film_view_open(&cfg, &r->view);
    if (st == SNQ_ERR_ARG || st == SNQ_ERR_FORMAT)
        return refuse(r, st, SNQ_MAP_FILM_REFUSED);
    SNQ_TRY(st);
    return snq_film_view_wants_sound(r->map) ? snq_film_view_listen(&cfg, &r->view) : SNQ_OK;
}

static snq_status make_curves(run *r)
{
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    r->bpm = isnan(r->map->bpm) ? BPM : r->map->bpm;
    r->duration_s = fmin(snq_span_length(r->view.sight.video.range), SNQ_MAP_DURATION_MAX_S);
    cfg.map = r->map;
    cfg.features = &r->view.features;
    cfg.bpm = r->bpm;
    cfg.duration_s = r->duration_s;
    return snq_map_run(&cfg, &r->curves);
}

static snq_status draw(run *r)
{
    snq_map_plot_cfg cfg = snq_map_plot_cfg_default();
    cfg.map = r->map;
    cfg.features = &r->view.features;
    cfg.result = &r->curves;
    cfg.sight = &r->view.sight;
    cfg.look = &r->view.look;
    cfg.bpm = r->bpm;
    return snq_map_plot_to(&cfg, r->plot);
}

static snq_status tabulate(run *r)
{
    snq_str text;
    snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(r->duration_s);
    cfg.bpm = r->bpm;
    snq_str_init(&text, 64u << 20);
    snq_status st = snq_curves_csv(&r->curves, &cfg, &text);
    if (st >= 0 &&
        fwrite(snq_str_text(&text), 1, text.length, snq_atomic_stream(r->csv)) != text.length)
        st = SNQ_FAIL(SNQ_ERR_IO, "can't write the table: %s", strerror(errno));
    snq_str_clear(&text);
    return st;
}

/* Memory, the module: an error of all; the rest has been refused. */
static snq_status commit(run *r, snq_atomic_file **f)
{
    snq_atomic_file *file = *f;
    *f = NULL;
    return file ? refuse(r, snq_atomic_commit(file), SNQ_MAP_FILM_REFUSED) : SNQ_OK;
}

static snq_status tell(const run *r)
{
    const snq_map_film_result result = { .map = r->map,
                                         .odd = &r->odd,
                                         .sight = &r->view.sight,
                                         .curves = &r->curves,
                                         .bpm = r->bpm,
                                         .duration_s = r->duration_s };
    return r->cfg->result ? r->cfg->result(r->cfg->hooks.user, &result) : SNQ_OK;
}

static snq_status work(run *r)
{
    SNQ_TRY(see(r));
    if (r->refused)
        return SNQ_OK;
    SNQ_TRY(make_curves(r));
    if (r->plot)
        SNQ_TRY(draw(r));
    if (r->csv)
        SNQ_TRY(tabulate(r));
    SNQ_TRY(tell(r));
    SNQ_TRY(commit(r, &r->plot));
    return r->refused ? SNQ_OK : commit(r, &r->csv);
}

snq_status snq_map_film_run(const snq_map_film_cfg *cfg, int *refused, char error[SNQ_ERROR_MAX])
{
    run r = { .cfg = cfg, .error = error };
    error[0] = '\0';
    snq_status st =
        refuse(&r, snq_map_library_open(cfg->map, &r.odd, &r.map), SNQ_MAP_FILM_TEMPLATE_REFUSED);
    if (st >= 0 && !r.refused)
        st = refuse(&r, begin_outputs(&r), SNQ_MAP_FILM_REFUSED);
    if (st >= 0 && !r.refused)
        st = work(&r);
    run_clear(&r);
    *refused = r.refused;
    return st;
}
