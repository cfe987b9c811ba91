// SPDX-License-Identifier: MIT
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/table.h"
#include "jobs/style_library.h"

#define SCHEMA "sonique/styles/1"

enum { KEY_JSON = 256 };

typedef struct options {
    const char *id;
    int json;
} options;

static const struct argp_option option_tab[] = {
    { "json", KEY_JSON, NULL, 0, "one JSON document a style, one a line", 0 },
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
        if (o->id)
            argp_error(state, "one style at a time, not \"%s\" as well", arg);
        o->id = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---------------------------------------------------------------- documents */

static void put_range(snq_json *j, const char *key, double lo, double hi)
{
    snq_json_key(j, key);
    snq_json_array(j);
    snq_json_digits(j, lo, 6);
    snq_json_digits(j, hi, 6);
    snq_json_end(j);
}

static void put_track(snq_json *j, const snq_style_track *t)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", t->name);
    snq_json_put_string(j, "kind", t->kind);
    snq_json_put_real(j, "chance", (double)t->chance, 3);
    snq_json_key(j, "patches");
    snq_json_array(j);
    for (uint32_t i = 0; i < t->sounds; i++)
        snq_json_string(j, t->sound[i].patch);
    snq_json_end(j);
    snq_json_end(j);
}

/* A document of schemas/styles-1.schema.json. */
static snq_status print_json(const snq_style_entry *e)
{
    const snq_style *s = e->style;
    char metre[16];
    snq_json j;
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_json_object(&j);
    snq_json_put_string(&j, "schema", SCHEMA);
    snq_json_put_string(&j, "id", s->id);
    snq_json_put_string(&j, "name", s->name);
    snq_json_put_string(&j, "about", s->about);
    snq_json_put_bool(&j, "own", e->own);
    snq_json_put_bool(&j, "pulse", s->pulse);
    snq_json_key(&j, "bpm");
    snq_json_digits(&j, s->bpm, 6);
    put_range(&j, "bpm_range", s->bpm_min, s->bpm_max);
    snprintf(metre, sizeof metre, "%d/%d", s->beats_per_bar, s->beat_unit);
    snq_json_put_string(&j, "meter", metre);
    snq_json_put_int(&j, "bars", s->bars);
    snq_json_key(&j, "loudness_lufs");
    snq_json_digits(&j, (double)s->target_lufs, 6);
    snq_json_key(&j, "tracks");
    snq_json_array(&j);
    for (uint32_t i = 0; i < s->tracks; i++)
        put_track(&j, &s->track[i]);
    snq_json_end(&j);
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    fputc('\n', stdout);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- tables */

static void print_row(const snq_style_entry *e)
{
    const snq_style *s = e->style;
    char tempo[64];
    snprintf(tempo, sizeof tempo, "%g (%g-%g)", s->bpm, s->bpm_min, s->bpm_max);
    fprintf(stdout, "  %-14s %-14s %2u tracks  ", s->id, tempo, s->tracks);
    snq_table_printable(stdout, s->about);
    fputs(e->own ? "  (yours)\n" : "\n", stdout);
}

static void print_style(const snq_style_entry *e)
{
    const snq_style *s = e->style;
    int first = 1;
    fprintf(stdout, "%s (%s)\n", s->name, s->id);
    snq_table_heading(stdout, "what");
    snq_table_printable(stdout, s->about);
    fputc('\n', stdout);
    snq_table_heading(stdout, "tempo");
    fprintf(stdout, "%g BPM (%g .. %g), %d/%d\n", s->bpm, s->bpm_min, s->bpm_max, s->beats_per_bar,
            s->beat_unit);
    snq_table_heading(stdout, "modes");
    for (int m = 0; m < SNQ_MODES; m++)
        if (s->mode_weight[m] > 0.0f) {
            fprintf(stdout, "%s%s %g", first ? "" : ", ", snq_brief_mode_names[m],
                    (double)s->mode_weight[m]);
            first = 0;
        }
    fputc('\n', stdout);
    snq_table_heading(stdout, "length");
    fprintf(stdout, "%d bars\n", s->bars);
    snq_table_heading(stdout, "loudness");
    fprintf(stdout, "%g LUFS\n", (double)s->target_lufs);
    for (uint32_t i = 0; i < s->tracks; i++) {
        const snq_style_track *t = &s->track[i];
        snq_table_heading(stdout, i ? "" : "tracks");
        snq_table_printable(stdout, t->name);
        fprintf(stdout, " (%s", t->kind);
        if (t->chance < 1.0f)
            fprintf(stdout, ", %.0f %%", 100.0 * (double)t->chance);
        fputs("): ", stdout);
        for (uint32_t k = 0; k < t->sounds; k++) {
            fputs(k ? ", " : "", stdout);
            snq_table_printable(stdout, t->sound[k].patch);
        }
        fputc('\n', stdout);
    }
}

/* ---------------------------------------------------------------- the command */

static int print_all(const snq_style_library *l, const options *o)
{
    int problems = 0;
    for (size_t i = 0; i < l->entries; i++) {
        const snq_style_entry *e = &l->entry[i];
        if (e->problem) {
            snq_common_refuse(e->path, e->problem);
            problems++;
        } else if (!o->json) {
            print_row(e);
        } else if (print_json(e) < 0) {
            return SNQ_EXIT_ENVIRONMENT;
        }
    }
    if (snq_common_flush() < 0)
        return SNQ_EXIT_ENVIRONMENT;
    return problems ? SNQ_EXIT_REFUSED : SNQ_EXIT_OK;
}

static int print_one(const snq_style_library *l, const options *o)
{
    for (size_t i = 0; i < l->entries; i++) {
        const snq_style_entry *e = &l->entry[i];
        if (!e->style || strcmp(e->style->id, o->id) != 0)
            continue;
        snq_status st = SNQ_OK;
        if (o->json)
            st = print_json(e);
        else
            print_style(e);
        return st < 0 || snq_common_flush() < 0 ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_OK;
    }
    snq_common_refuse(o->id, "there is no such style; sonique styles lists them");
    return SNQ_EXIT_REFUSED;
}

int snq_cmd_styles(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "[ID]",
        .doc =
            "The genres that can be composed: all of them, or one in full."
            "\vYour own styles lie in ~/.local/share/sonique/styles, one JSON file each; what is "
            "wrong with one is said here. Exit status: 0 all done, 1 a style is refused, 2 wrong "
            "usage, 3 the environment lacks something.",
    };
    options o = { 0 };
    snq_patch_library patches;
    snq_style_library styles;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) != 0)
        return SNQ_EXIT_USAGE;
    snq_status st = snq_patch_library_load(&patches);
    if (st >= 0) {
        st = snq_style_library_load(&patches, &styles);
        snq_patch_library_clear(&patches);
    }
    if (st < 0) {
        fprintf(stderr, "sonique styles: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    const int code = o.id ? print_one(&styles, &o) : print_all(&styles, &o);
    snq_style_library_clear(&styles);
    return code;
}
