// SPDX-License-Identifier: MIT
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "base/json.h"
#include "cli/commands.h"
#include "jobs/inventory.h"

typedef int (*list_fn)(uint32_t i, snq_inventory_item *out);

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

#define CONFINEMENT_NONE "decoding and analysis run in this process, unconfined (this version)"

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
        snq_json_put_null(&j, "confinement", CONFINEMENT_NONE);
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
    printf("\nConfinement\n  none: %s\n", CONFINEMENT_NONE);
    return fflush(stdout) == 0 ? SNQ_EXIT_OK : SNQ_EXIT_ENVIRONMENT;
}
