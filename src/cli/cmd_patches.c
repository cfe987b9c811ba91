// SPDX-License-Identifier: MIT
#include <argp.h>
#include <limits.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/table.h"
#include "jobs/patch_library.h"
#include "jobs/patch_preview.h"

enum { KEY_PLAY = 256, KEY_JSON, KEY_FORCE, KEY_SEED, KEY_DRY };

typedef struct options {
    const char *id, *play;
    int json, force, dry;
    uint64_t seed;
} options;

static const struct argp_option option_tab[] = {
    { "play", KEY_PLAY, "OUT", 0, "write a short phrase played with the patch: OUT.wav, .flac …",
      0 },
    { "dry", KEY_DRY, NULL, 0, "play it without the patch's own effects", 0 },
    { "json", KEY_JSON, NULL, 0, "one JSON document a patch, one a line", 0 },
    { "force", KEY_FORCE, NULL, 0, "replace an existing output file", 0 },
    { "seed", KEY_SEED, "N", 0, "for all that is random (0)", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case KEY_PLAY:
        o->play = arg;
        return 0;
    case KEY_DRY:
        o->dry = 1;
        return 0;
    case KEY_JSON:
        o->json = 1;
        return 0;
    case KEY_FORCE:
        o->force = 1;
        return 0;
    case KEY_SEED:
        o->seed = (uint64_t)snq_common_number(state, "seed", arg, 0, LONG_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (o->id)
            argp_error(state, "one patch at a time, not \"%s\" as well", arg);
        o->id = arg;
        return 0;
    case ARGP_KEY_END:
        if (o->play && !o->id)
            argp_error(state, "--play wants the ID of a patch");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static snq_status print_json(const snq_patch *p)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_patch_json(&j, p);
    SNQ_TRY(snq_json_finish(&j));
    fputc('\n', stdout);
    return SNQ_OK;
}

static void print_row(const snq_patch_entry *e)
{
    fprintf(stdout, "  %-22s ", e->patch->id);
    snq_table_printable(stdout, e->patch->about);
    fputs(e->own ? "  (yours)\n" : "\n", stdout);
}

/* All of them, family by family. */
static snq_status print_list(const snq_patch_library *l, const options *o)
{
    for (unsigned f = 0; f < SNQ_FAMILIES; f++) {
        int first = 1;
        for (size_t i = 0; i < l->entries; i++) {
            const snq_patch_entry *e = &l->entry[i];
            if (!e->patch || e->patch->family != f)
                continue;
            if (o->json)
                SNQ_TRY(print_json(e->patch));
            else {
                if (first)
                    fprintf(stdout, "%s\n", snq_family_names[f]);
                print_row(e);
            }
            first = 0;
        }
    }
    return snq_common_flush();
}

/* A line for each effect: what differs from its defaults. */
static void print_chain(const snq_chain_plan *c)
{
    for (uint32_t i = 0; i < c->links; i++) {
        size_t n;
        const snq_chain_link *l = &c->link[i];
        const snq_param *param = snq_effect_params(l->kind, &n);
        snq_table_heading(stdout, i ? "" : "chain");
        fprintf(stdout, "%s%s", l->kind, l->bypass ? " (bypassed)" : "");
        for (size_t k = 0; param && k < n; k++) {
            if (l->value[k] == param[k].value)
                continue;
            if (param[k].choices)
                fprintf(stdout, " %s %s", param[k].id, param[k].choices[(int)l->value[k]]);
            else
                fprintf(stdout, " %s %g", param[k].id, (double)l->value[k]);
        }
        fputc('\n', stdout);
    }
}

static void print_patch(const snq_patch *p)
{
    fprintf(stdout, "%s (%s, %s)\n", p->name, p->id, snq_family_names[p->family]);
    snq_table_heading(stdout, "what");
    snq_table_printable(stdout, p->about);
    fputc('\n', stdout);
    snq_table_heading(stdout, "taste");
    snq_table_printable(stdout, p->taste);
    fputc('\n', stdout);
    snq_table_heading(stdout, "range");
    fprintf(stdout, "MIDI notes %d to %d\n", p->low_note, p->high_note);
    for (uint32_t i = 0; i < p->settings; i++) {
        snq_table_heading(stdout, i ? "" : "set");
        fprintf(stdout, "%-24s %g\n", p->setting[i].id, (double)p->setting[i].value);
    }
    for (uint32_t i = 0; i < p->routes; i++) {
        snq_table_heading(stdout, i ? "" : "matrix");
        fprintf(stdout, "%-10s -> %-20s %g\n", p->route[i].from, p->route[i].to,
                (double)p->route[i].amount);
    }
    print_chain(&p->chain);
}

static int problems(const snq_patch_library *l)
{
    int n = 0;
    for (size_t i = 0; i < l->entries; i++)
        if (l->entry[i].problem) {
            snq_common_refuse(l->entry[i].path, l->entry[i].problem);
            n++;
        }
    return n;
}

static int one(const snq_patch_library *l, const options *o)
{
    const snq_patch *p = snq_patch_library_find(l, o->id);
    if (!p) {
        snq_common_refuse(o->id, "there is no such patch; sonique patches lists them");
        return SNQ_EXIT_REFUSED;
    }
    snq_status st = SNQ_OK;
    if (o->play)
        st = snq_patch_preview(p, o->play, o->force, o->dry, o->seed, NULL);
    else if (o->json)
        st = print_json(p);
    else
        print_patch(p);
    if (st >= 0)
        st = snq_common_flush();
    if (st < 0)
        fprintf(stderr, "sonique patches: %s\n", snq_last_error());
    return st >= 0                ? SNQ_EXIT_OK
           : st == SNQ_ERR_ARG    ? SNQ_EXIT_USAGE
           : st == SNQ_ERR_EXISTS ? SNQ_EXIT_REFUSED
                                  : SNQ_EXIT_ENVIRONMENT;
}

int snq_cmd_patches(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "[ID]",
        .doc = "The instruments: all of them, or one in full."
               "\vYour own patches lie in ~/.local/share/sonique/patches, one JSON file each. Exit "
               "status: 0 all done, 1 a patch is refused, 2 wrong usage, 3 the environment lacks "
               "something.",
    };
    options o = { 0 };
    snq_patch_library library;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) != 0)
        return SNQ_EXIT_USAGE;
    if (snq_patch_library_load(&library) < 0) {
        fprintf(stderr, "sonique patches: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    int code;
    if (o.id)
        code = one(&library, &o);
    else {
        code = print_list(&library, &o) < 0 ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_OK;
        if (problems(&library))
            code = SNQ_EXIT_REFUSED;
    }
    snq_patch_library_clear(&library);
    return code;
}
