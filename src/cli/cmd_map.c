// SPDX-License-Identifier: MIT
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/table.h"
#include "jobs/map_library.h"

#define LIST_SCHEMA  "sonique/map-list/1"
#define CHECK_SCHEMA "sonique/map-check/1"

enum { KEY_JSON = 256, FILES_MAX = 256 };

typedef struct options {
    const char *verb;
    const char *file[FILES_MAX];
    int files, json;
} options;

static const struct argp_option option_tab[] = {
    { "json", KEY_JSON, NULL, 0, "list: one JSON document; check: one a file, one a line", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case KEY_JSON:
        o->json = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (!o->verb)
            o->verb = arg;
        else if (o->files < FILES_MAX)
            o->file[o->files++] = arg;
        else
            argp_error(state, "more than %d files", FILES_MAX);
        return 0;
    case ARGP_KEY_END:
        if (!o->verb)
            argp_error(state, "list, check or plot?");
        if (strcmp(o->verb, "list") != 0 && strcmp(o->verb, "check") != 0)
            argp_error(state, "\"%s\" is none of list, check and plot", o->verb);
        if (*o->verb == 'l' && o->files)
            argp_error(state, "list takes no file, not \"%s\"", o->file[0]);
        if (*o->verb == 'c' && !o->files)
            argp_error(state, "check wants a FILE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---------------------------------------------------------------- list: a document */

static void put_float(snq_json *j, const char *key, float v)
{
    snq_json_key(j, key);
    snq_json_float(j, v);
}

static void put_source(snq_json *j, const snq_source_row *r)
{
    snq_json_object(j);
    snq_json_put_string(j, "type", r->type);
    snq_json_put_string(j, "property", r->property);
    snq_json_key(j, "bands");
    snq_json_array(j);
    for (uint32_t b = 0; r->banding != SNQ_SOURCE_UNBANDED && b < SNQ_SIGHT_BANDS; b++)
        snq_json_string(j, snq_sight_band_name(b));
    snq_json_end(j);
    snq_json_put_bool(j, "band_optional", r->banding != SNQ_SOURCE_BANDED);
    snq_json_put_string(j, "unit", r->unit);
    put_float(j, "min", r->min);
    put_float(j, "max", r->max);
    put_float(j, "default", r->value);
    snq_json_put_string(j, "scale", r->log_scale ? "log" : "linear");
    snq_json_put_bool(j, "norm", r->norm);
    snq_json_put_string(j, "what", r->what);
    snq_json_end(j);
}

static void put_names(snq_json *j, const char *key, const char *const *name, size_t n)
{
    snq_json_key(j, key);
    snq_json_array(j);
    for (size_t i = 0; i < n; i++)
        snq_json_string(j, name[i]);
    snq_json_end(j);
}

static snq_status list_json(const snq_map_library *l)
{
    size_t rows, n;
    const snq_source_row *row = snq_source_rows(&rows);
    const snq_destination *d = snq_destinations(&n);
    snq_json j;
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_json_object(&j);
    snq_json_put_string(&j, "schema", LIST_SCHEMA);
    snq_json_key(&j, "sources");
    snq_json_array(&j);
    for (size_t i = 0; i < rows; i++)
        put_source(&j, &row[i]);
    snq_json_end(&j);
    snq_json_key(&j, "destinations");
    snq_json_array(&j);
    for (size_t i = 0; i < n; i++)
        snq_destination_json(&j, &d[i]);
    snq_json_end(&j);
    put_names(&j, "transfer_functions", snq_transfer_names, SNQ_TRANSFERS);
    put_names(&j, "modulations", snq_modulation_names, SNQ_MODULATIONS);
    put_names(&j, "syncs", snq_map_sync_names, SNQ_MAP_SYNCS);
    snq_json_key(&j, "templates");
    snq_json_array(&j);
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].map) {
            snq_json_object(&j);
            snq_json_put_bool(&j, "own", l->entry[i].own);
            snq_json_key(&j, "template");
            snq_map_template_json(&j, l->entry[i].map);
            snq_json_end(&j);
        }
    snq_json_end(&j);
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    fputc('\n', stdout);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- list: tables */

static void print_sources(void)
{
    static const char *const bands[] = { "", ".BAND", "[.BAND]" };
    size_t rows;
    const snq_source_row *row = snq_source_rows(&rows);
    fputs("sources (BAND: ulf, lf, mf, hf, uhf)\n", stdout);
    for (size_t i = 0; i < rows; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s%s.%s", row[i].type, bands[row[i].banding], row[i].property);
        fprintf(stdout, "  %-36s %6g .. %-6g %-10s %s\n", path, (double)row[i].min,
                (double)row[i].max, row[i].unit, row[i].what);
    }
}

static void print_destinations(void)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    fputs("destinations\n", stdout);
    for (size_t i = 0; i < n; i++) {
        const snq_param *p = &d[i].param;
        char range[96];
        if (p->choices)
            snprintf(range, sizeof range, "%d choices (%s)", (int)p->max + 1,
                     p->choices[(int)p->value]);
        else
            snprintf(range, sizeof range, "%g .. %g (%g) %s", (double)p->min, (double)p->max,
                     (double)p->value, p->unit);
        fprintf(stdout, "  %-31s %-28s %-12s %s\n", p->id, range, snq_acts_names[d[i].acts],
                p->what);
        if (!p->choices)
            continue;
        fprintf(stdout, "  %-31s ", "");
        for (int c = 0; c <= (int)p->max; c++)
            fprintf(stdout, "%s%s", c ? ", " : "", p->choices[c]);
        fputc('\n', stdout);
    }
}

static void print_template(const snq_map_template *t, int own)
{
    fprintf(stdout, "  %-16s %2u mappings  ", t->id, t->mappings);
    snq_table_printable(stdout, t->name);
    if (!isnan(t->bpm))
        fprintf(stdout, ", %g BPM", t->bpm);
    fputs(own ? " (yours): " : ": ", stdout);
    snq_table_printable(stdout, t->description);
    fputc('\n', stdout);
}

static int list(const options *o)
{
    snq_map_library l;
    int problems = 0;
    snq_status st = snq_map_library_load(&l);
    if (st < 0) {
        fprintf(stderr, "sonique map: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    if (o->json)
        st = list_json(&l);
    else {
        print_sources();
        print_destinations();
        fputs("templates\n", stdout);
    }
    for (size_t i = 0; i < l.entries; i++) {
        const snq_map_entry *e = &l.entry[i];
        if (e->problem) {
            snq_common_refuse(e->path, e->problem);
            problems++;
        } else if (!o->json) {
            print_template(e->map, e->own);
        }
    }
    snq_map_library_clear(&l);
    if (st < 0 || snq_common_flush() < 0)
        return SNQ_EXIT_ENVIRONMENT;
    return problems ? SNQ_EXIT_REFUSED : SNQ_EXIT_OK;
}

/* ---------------------------------------------------------------- check */

static void print_mapping(const snq_mapping *m)
{
    size_t n;
    char path[SNQ_SOURCE_TEXT_MAX];
    const snq_param *p = &snq_destinations(&n)[m->destination].param;
    const snq_transfer *t = &m->transfer;
    snq_source_path(m->source, path);
    fputs("  ", stdout);
    snq_table_printable(stdout, m->id);
    fprintf(stdout, ": %s %g .. %g -> %s ", path, t->in[0], t->in[1], p->id);
    if (p->choices)
        fprintf(stdout, "%s .. %s", p->choices[(int)t->out[0]], p->choices[(int)t->out[1]]);
    else
        fprintf(stdout, "%g .. %g", t->out[0], t->out[1]);
    fprintf(stdout, " %s, %s%s", p->unit, snq_transfer_names[t->type], t->log_scale ? ", log" : "");
    if (m->modulation.used) {
        snq_source_path(m->modulation.source, path);
        fprintf(stdout, ", modulated by %s (%s %g)", path, snq_modulation_names[m->modulation.type],
                m->modulation.amount);
    }
    fputs(m->enabled ? "\n" : " (off)\n", stdout);
}

static snq_status check_json(const char *path, const snq_map_template *t, const snq_warnings *w)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_json_object(&j);
    snq_json_put_string(&j, "schema", CHECK_SCHEMA);
    snq_json_put_string(&j, "path", path);
    snq_warnings_json(&j, w);
    snq_json_key(&j, "template");
    snq_map_template_json(&j, t);
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    fputc('\n', stdout);
    return SNQ_OK;
}

static void check_table(const snq_map_template *t, const snq_warnings *w)
{
    snq_table_printable(stdout, t->name);
    fputs(" (", stdout);
    snq_table_printable(stdout, t->id);
    fprintf(stdout, "), %u mapping%s\n", t->mappings, t->mappings == 1 ? "" : "s");
    for (uint32_t i = 0; i < t->mappings; i++)
        print_mapping(&t->mapping[i]);
    snq_table_warnings(stdout, w);
}

static int check(const options *o)
{
    int refused = 0;
    for (int i = 0; i < o->files; i++) {
        snq_map_template *t;
        snq_warnings odd = { 0 };
        snq_status st = snq_map_library_read(o->file[i], &odd, &t);
        if (st < 0) {
            fprintf(stderr, "sonique: ");
            snq_table_printable(stderr, snq_last_error());
            fputc('\n', stderr);
            refused++;
            continue;
        }
        if (o->json)
            st = check_json(o->file[i], t, &odd);
        else
            check_table(t, &odd);
        snq_map_template_free(t);
        if (st < 0)
            return SNQ_EXIT_ENVIRONMENT;
    }
    if (snq_common_flush() < 0)
        return SNQ_EXIT_ENVIRONMENT;
    return refused ? SNQ_EXIT_REFUSED : SNQ_EXIT_OK;
}

/* Whether the first name is plot, which has options of its own. */
static int wants_plot(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            return strcmp(argv[i], "plot") == 0;
    return 0;
}

int snq_cmd_map(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "list\ncheck FILE...\nplot FILE|ID VIDEO",
        .doc =
            "What of a picture can move what of a sound: sources, destinations, templates; whether "
            "a "
            "template is good; and what it makes of a film (sonique map plot --help)."
            "\vYour own templates lie in ~/.local/share/sonique/templates, one JSON file each. "
            "Exit "
            "status: 0 all done, 1 a template is refused, 2 wrong usage, 3 the environment lacks "
            "something.",
    };
    options o = { 0 };
    if (wants_plot(argc, argv))
        return snq_cmd_map_plot(argc, argv);
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) != 0)
        return SNQ_EXIT_USAGE;
    return *o.verb == 'l' ? list(&o) : check(&o);
}
