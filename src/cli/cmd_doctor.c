// SPDX-License-Identifier: MIT
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "jobs/checkup.h"
#include "jobs/inventory.h"

typedef int (*list_fn)(uint32_t i, snq_inventory_item *out);
typedef int (*part_fn)(uint32_t i, snq_inventory_part *out);

static error_t parse(int key, char *arg, struct argp_state *state)
{
    int *json = state->input;
    if (key == 'j')
        *json = 1;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "doctor takes no arguments");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void text_list(const char *heading, list_fn list)
{
    snq_inventory_item item;
    printf("%s\n", heading);
    for (uint32_t i = 0; list(i, &item); i++)
        printf("  %-16s %-12s %s\n", item.id, item.version, item.title);
}

static void json_list(snq_json *j, const char *key, list_fn list)
{
    snq_inventory_item item;
    snq_json_key(j, key);
    snq_json_array(j);
    for (uint32_t i = 0; list(i, &item); i++) {
        snq_json_object(j);
        snq_json_put_string(j, "id", item.id);
        snq_json_put_string(j, "version", item.version);
        snq_json_put_string(j, "title", item.title);
        snq_json_end(j);
    }
    snq_json_end(j);
}

/* What works here, and what is missing for what doesn't. */
static void text_parts(const char *heading, part_fn list)
{
    snq_inventory_part part;
    printf("%s\n", heading);
    for (uint32_t i = 0; list(i, &part); i++) {
        printf("  %-16s %-12s %s", part.id, *part.problem ? "MISSING" : "ready", part.title);
        if (*part.problem || *part.detail) {
            fputs(": ", stdout);
            snq_table_printable(stdout, *part.problem ? part.problem : part.detail);
        }
        putchar('\n');
    }
}

static void json_parts(snq_json *j, const char *key, part_fn list)
{
    snq_inventory_part part;
    snq_json_key(j, key);
    snq_json_array(j);
    for (uint32_t i = 0; list(i, &part); i++) {
        snq_json_object(j);
        snq_json_put_string(j, "id", part.id);
        snq_json_put_string(j, "title", part.title);
        snq_json_put_bool(j, "ready", !*part.problem);
        if (*part.detail)
            snq_json_put_string(j, "detail", part.detail);
        if (*part.problem)
            snq_json_put_string(j, "missing_reason", part.problem);
        snq_json_end(j);
    }
    snq_json_end(j);
}

/* What a worker said of itself; the text when none could be asked. */
static void text_confinement(const snq_checkup *c, const char *problem)
{
    const char *name, *text;
    int holds;
    puts("\nConfinement of the processes that decode, listen and watch");
    if (problem) {
        printf("  unknown: %s\n", problem);
        return;
    }
    for (uint32_t i = 0; snq_checkup_layer(c, i, &name, &text, &holds); i++)
        printf("  %-16s %-12s %s\n", name, holds ? "holds" : "MISSING", text);
    if (*c->confinement.missing)
        printf("  %s\n", c->confinement.missing);
    for (uint32_t i = 0; i < SNQ_CONFINE_TRIES; i++)
        printf("  %-16s %-12s %s\n", i ? "" : "a worker tried to",
               c->refused >> i & 1 ? "refused" : "COULD", snq_confine_try_text(i));
}

static void json_confinement(snq_json *j, const snq_checkup *c, const char *problem)
{
    const char *name, *text;
    int holds;
    if (problem) {
        snq_json_put_null(j, "confinement", problem);
        return;
    }
    snq_json_key(j, "confinement");
    snq_json_object(j);
    snq_json_key(j, "layers");
    snq_json_array(j);
    for (uint32_t i = 0; snq_checkup_layer(c, i, &name, &text, &holds); i++) {
        snq_json_object(j);
        snq_json_put_string(j, "id", name);
        snq_json_put_string(j, "title", text);
        snq_json_put_bool(j, "holds", holds);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_put_int(j, "landlock_abi", c->confinement.landlock_abi);
    if (*c->confinement.missing)
        snq_json_put_string(j, "missing_reason", c->confinement.missing);
    snq_json_key(j, "tried");
    snq_json_array(j);
    for (uint32_t i = 0; i < SNQ_CONFINE_TRIES; i++) {
        snq_json_object(j);
        snq_json_put_string(j, "what", snq_confine_try_text(i));
        snq_json_put_bool(j, "refused", (int)(c->refused >> i & 1));
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_end(j);
}

int snq_cmd_doctor(int argc, char **argv)
{
    static const struct argp_option options[] = {
        { "json", 'j', NULL, 0, "one JSON document (sonique/doctor/1)", 0 }, { 0 }
    };
    static const struct argp spec = { .options = options,
                                      .parser = parse,
                                      .doc = "What is installed, picked, confined, missing." };
    int json = 0;
    if (argp_parse(&spec, argc, argv, 0, NULL, &json) != 0)
        return SNQ_EXIT_USAGE;
    const char *has = snq_cpu_name(snq_cpu_detect()), *uses = snq_cpu_name(snq_cpu_flags());
    const char *asked = getenv("SNQ_CPU");
    snq_checkup checkup;
    const char *problem = snq_checkup_run(&checkup) < 0 ? snq_last_error() : NULL;
    if (json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_json_object(&j);
        snq_json_put_string(&j, "schema", "sonique/doctor/1");
        snq_json_put_string(&j, "version", SNQ_VERSION);
        snq_json_put_string(&j, "cpu_has", has);
        snq_json_put_string(&j, "cpu_uses", uses);
        json_list(&j, "kernels", snq_inventory_kernel);
        json_list(&j, "analysers", snq_inventory_analyser);
        json_list(&j, "libraries", snq_inventory_library);
        json_parts(&j, "encoders", snq_inventory_encoder);
        json_parts(&j, "engines", snq_inventory_engine);
        json_confinement(&j, &checkup, problem);
        snq_json_end(&j);
        const snq_status st = snq_json_finish(&j);
        fputc('\n', stdout);
        return st < 0 || fflush(stdout) != 0 ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_OK;
    }
    printf("sonique %s\n\nProcessor\n  has %s, uses %s\n", SNQ_VERSION, has, uses);
    if (asked && snq_cpu_parse(asked) < 0)
        printf("  SNQ_CPU=%s is none of c, avx2, avx512 and was ignored\n", asked);
    text_list("\nKernels", snq_inventory_kernel);
    text_list("\nAnalysers", snq_inventory_analyser);
    text_list("\nLibraries", snq_inventory_library);
    text_parts("\nAudio files that can be written", snq_inventory_encoder);
    text_parts("\nEngines of instruments that need more than this program", snq_inventory_engine);
    text_confinement(&checkup, problem);
    return fflush(stdout) == 0 ? SNQ_EXIT_OK : SNQ_EXIT_ENVIRONMENT;
}
