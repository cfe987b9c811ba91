// SPDX-License-Identifier: MIT
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/stop.h"
#include "cli/table.h"
#include "jobs/map_film.h"
#include "jobs/watch_batch.h"

#define SCHEMA "sonique/map-plot/1"

enum { KEY_CSV = 256, KEY_PRESET, LOOKS = 2000, CHOICES_SHOWN = 12 };

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    snq_map_film_cfg cfg;
    int names; /* plot, template, film */
    char path[SNQ_PATH_MAX];
} options;

static const struct argp_option option_tab[] = {
    { "output", 'o', "OUT.png", 0, "the picture (the film's name with .map.png, here)", 0 },
    { "csv", KEY_CSV, "OUT.csv", 0, "the curves as a table; alone: no picture", 0 },
    { "preset", KEY_PRESET, "NAME", 0, "fast, default, or fine: how exact the eyes are", 0 },
    { 0 },
};

static error_t parse_name(struct argp_state *state, options *o, char *name)
{
    switch (o->names++) {
    case 0:
        return 0; /* "plot" */
    case 1:
        o->cfg.map = name;
        return 0;
    case 2:
        if (snq_inputs_add(&o->common.inputs, name) < 0)
            argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "%s", snq_last_error());
        return 0;
    default:
        argp_error(state, "one template and one film, not \"%s\" as well", name);
        return 0;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case 'o':
        o->cfg.plot_path = arg;
        return 0;
    case KEY_CSV:
        o->cfg.csv_path = arg;
        return 0;
    case KEY_PRESET:
        if (snq_watch_preset(arg, &o->cfg.preset) < 0)
            argp_error(state, "--preset: %s", snq_last_error());
        return 0;
    case ARGP_KEY_ARG:
        return parse_name(state, o, arg);
    case ARGP_KEY_END:
        if (o->names < 3)
            argp_error(state, "plot wants a template (a file or an id) and a film");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---------------------------------------------------------------- what the curves do */

typedef struct spread {
    float lo, hi;
    double mean;
    const char *choice[CHOICES_SHOWN]; /* in the order of their coming; NULL: no more */
} spread;

static void meet(spread *s, const char *name)
{
    int i = 0;
    while (i < CHOICES_SHOWN && s->choice[i] && strcmp(s->choice[i], name) != 0)
        i++;
    if (i < CHOICES_SHOWN)
        s->choice[i] = name;
}

static spread spread_of(const snq_map_film_result *r, const snq_map_output *o, const snq_param *p)
{
    spread s = { .lo = INFINITY, .hi = -INFINITY };
    size_t hint = 0;
    for (int i = 0; i < LOOKS; i++) {
        const double beat = r->duration_s * (i + 0.5) / LOOKS * r->bpm / 60;
        const float v = snq_curve_at(&o->curve, beat, &hint, p->value);
        s.lo = fminf(s.lo, v);
        s.hi = fmaxf(s.hi, v);
        s.mean += (double)v / LOOKS;
        if (p->choices)
            meet(&s, p->choices[(int)snq_param_clamp(p, v)]);
    }
    s.mean = fmin(fmax(s.mean, (double)s.lo), (double)s.hi);
    return s;
}

/* Three digits, more where they are before the point. */
static void print_number(double v)
{
    fprintf(stdout, fabs(v) >= 100 ? "%.0f" : "%.3g", v);
}

static void print_output(const snq_map_film_result *r, const snq_map_output *o)
{
    size_t n;
    const snq_param *p = &snq_destinations(&n)[o->destination].param;
    const spread s = spread_of(r, o, p);
    fprintf(stdout, "  %-31s ", p->id);
    if (!p->choices) {
        print_number((double)s.lo);
        if (s.hi > s.lo) {
            fputs(" .. ", stdout);
            print_number((double)s.hi);
            fputs(", mean ", stdout);
            print_number(s.mean);
        }
        fprintf(stdout, *p->unit ? " %s" : "%s", p->unit);
    }
    for (int i = 0; i < CHOICES_SHOWN && s.choice[i]; i++)
        fprintf(stdout, "%s%s", i ? ", " : "", s.choice[i]);
    if (*o->reason) {
        fputs("  (", stdout);
        snq_table_printable(stdout, o->reason);
        fputc(')', stdout);
    }
    fputc('\n', stdout);
}

static void print_table(const snq_map_film_result *r)
{
    snq_table_printable(stdout, r->map->name);
    fputs(" on ", stdout);
    snq_table_printable(stdout, r->sight->video.path);
    fputs(", ", stdout);
    snq_table_time(stdout, r->duration_s);
    fprintf(stdout, ", %g BPM\n", r->bpm);
    for (size_t i = 0; i < r->curves->outputs; i++)
        print_output(r, &r->curves->output[i]);
    if (!r->curves->outputs)
        fputs("  no mapping is enabled\n", stdout);
    snq_table_warnings(stdout, r->odd);
}

/* ---------------------------------------------------------------- a document */

static void put_output(snq_json *j, const snq_map_film_result *r, const snq_map_output *o)
{
    size_t n;
    const snq_param *p = &snq_destinations(&n)[o->destination].param;
    const spread s = spread_of(r, o, p);
    snq_json_object(j);
    snq_json_put_string(j, "destination", p->id);
    snq_json_put_string(j, "unit", p->unit);
    snq_json_put_int(j, "mappings", o->mappings);
    snq_json_put_real(j, "covered", o->covered, 4);
    if (p->choices) {
        snq_json_key(j, "choices");
        snq_json_array(j);
        for (int i = 0; i < CHOICES_SHOWN && s.choice[i]; i++)
            snq_json_string(j, s.choice[i]);
        snq_json_end(j);
    } else {
        snq_json_key(j, "min");
        snq_json_float(j, s.lo);
        snq_json_key(j, "mean");
        snq_json_float(j, (float)s.mean);
        snq_json_key(j, "max");
        snq_json_float(j, s.hi);
    }
    snq_json_put_string(j, "reason", *o->reason ? o->reason : NULL);
    snq_json_end(j);
}

static snq_status print_json(const options *o, const snq_map_film_result *r)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_json_object(&j);
    snq_json_put_string(&j, "schema", SCHEMA);
    snq_json_put_string(&j, "path", r->sight->video.path);
    snq_json_put_string(&j, "template", r->map->id);
    snq_warnings_json(&j, r->odd);
    snq_json_put_real(&j, "duration_s", r->duration_s, 6);
    snq_json_put_real(&j, "bpm", r->bpm, 6);
    snq_json_put_string(&j, "plot", o->cfg.plot_path);
    snq_json_put_string(&j, "csv", o->cfg.csv_path);
    snq_json_key(&j, "outputs");
    snq_json_array(&j);
    for (size_t i = 0; i < r->curves->outputs; i++)
        put_output(&j, r, &r->curves->output[i]);
    snq_json_end(&j);
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    fputc('\n', stdout);
    return SNQ_OK;
}

static snq_status on_result(void *user, const snq_map_film_result *r)
{
    options *o = user;
    snq_progress_wipe(&o->common.progress);
    if (o->common.json)
        SNQ_TRY(print_json(o, r));
    else
        print_table(r);
    return snq_common_flush();
}

/* ---------------------------------------------------------------- all */

/* The film's name with .map.png, in the folder where one is. */
static void name_plot(options *o)
{
    const char *film = o->common.inputs.count ? o->common.inputs.item[0].path : "";
    const char *slash = strrchr(film, '/'), *name = slash ? slash + 1 : film;
    const char *dot = strrchr(name, '.');
    const int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(o->path, sizeof o->path, "%.*s.map.png", stem < SNQ_PATH_MAX - 16 ? stem : 0, name);
    o->cfg.plot_path = o->path;
}

static int plot(options *o)
{
    char error[SNQ_ERROR_MAX];
    int refused;
    if (!o->cfg.plot_path && !o->cfg.csv_path)
        name_plot(o);
    o->cfg.inputs = &o->common.inputs;
    o->cfg.threads = o->common.threads;
    o->cfg.force = o->common.force;
    o->cfg.result = on_result;
    const snq_status fits = snq_map_film_check(&o->cfg);
    if (fits < 0) {
        fprintf(stderr, "sonique map: %s\n", snq_last_error());
        return fits == SNQ_ERR_IO ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_USAGE;
    }
    snq_common_begin(&o->common, &o->cfg.hooks);
    const snq_status st = snq_map_film_run(&o->cfg, &refused, error);
    snq_progress_wipe(&o->common.progress);
    if (st >= 0 && refused == SNQ_MAP_FILM_REFUSED) {
        snq_common_count_refused(&o->common, 0, error);
    } else if (st >= 0 && refused) {
        fputs("sonique: ", stderr);
        snq_table_printable(stderr, error);
        fputc('\n', stderr);
        o->common.refused++;
    }
    return snq_common_end(&o->common, st);
}

int snq_cmd_map_plot(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "plot FILE|ID VIDEO",
        .children = snq_common_children(),
        .doc =
            "What a mapping template makes of a film: a picture of the film over a lane for each "
            "destination that the template sets, and the same as numbers."
            "\vFILE or ID is the template's: a file's name, or an id that sonique map list shows. "
            "Exit status: 0 done, 1 the template, the film or an output is refused, 2 wrong "
            "usage, 3 the environment lacks something.",
    };
    options o = { .cfg = snq_map_film_cfg_default() };
    o.common.inputs.videos = 1;
    o.common.other_names = 1;
    o.cfg.hooks.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) == 0)
        code = plot(&o);
    snq_common_clear(&o.common);
    snq_stop_end();
    return code;
}
