// SPDX-License-Identifier: MIT
#include <argp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/listen_table.h"
#include "cli/stop.h"
#include "jobs/inventory.h"
#include "jobs/listen_batch.h"
#include "score/hearing.h"

enum { ONLY_MAX = 32, KEY_ONLY = 256, KEY_WAVEFORM, KEY_PLOT, KEY_CLICK, KEY_ZOOM };

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    char *only_text;   /* owned: the ids, cut apart */
    const char *only[ONLY_MAX];
    snq_listen_batch_cfg cfg;
    int tables; /* printed so far: a blank line stands between two */
} options;

static const struct argp_option option_tab[] = {
    { "only", KEY_ONLY, "ID,...", 0, "run these analysers alone", 0 },
    { "waveform", KEY_WAVEFORM, "OUT", 0,
      "write waveform data (audiowaveform version 2): OUT ends in .dat or .json, or is a folder "
      "that gets a .dat an input",
      0 },
    { "zoom", KEY_ZOOM, "N", 0, "samples a pixel of the waveform (256)", 0 },
    { "plot", KEY_PLOT, "OUT", 0,
      "draw a picture: OUT ends in .png, or is a folder that gets a .png an input", 0 },
    { "click", KEY_CLICK, "OUT", 0,
      "write the recording, 6 dB quieter, with a click on each beat and a higher one on each "
      "downbeat "
      "(WAV, 24 bit): OUT ends in .wav, or is a folder that gets a .wav an input; without a pulse "
      "there is no file, one line says so, and the exit status is 1",
      0 },
    { 0 },
};

/* "a,b" -> ids in o->only; they live in o->only_text. */
static void cut_only(struct argp_state *state, options *o, const char *text)
{
    snq_free(o->only_text);
    o->only_text = snq_strdup(text);
    if (!o->only_text)
        argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "out of memory");
    o->cfg.only_count = 0;
    o->cfg.only = o->only;
    for (char *id = o->only_text, *end; id; id = end) {
        end = strchr(id, ',');
        if (end)
            *end++ = '\0';
        if (o->cfg.only_count == ONLY_MAX)
            argp_error(state, "--only takes at most %d ids", ONLY_MAX);
        o->only[o->cfg.only_count++] = id;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_ONLY:
        cut_only(state, o, arg);
        return 0;
    case KEY_WAVEFORM:
        o->cfg.waveform_path = arg;
        return 0;
    case KEY_PLOT:
        o->cfg.plot_path = arg;
        return 0;
    case KEY_CLICK:
        o->cfg.click_path = arg;
        return 0;
    case KEY_ZOOM:
        o->cfg.zoom = (uint32_t)snq_common_number(state, "zoom", arg, 2, INT_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *list_analysers(int key, const char *text, void *input)
{
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text;
    snq_str s;
    snq_inventory_item item;
    snq_str_init(&s, 8192);
    snq_str_put(&s, "Analysers:\n");
    for (uint32_t i = 0; snq_inventory_analyser(i, &item); i++)
        snq_str_putf(&s, "  %-10s %s\n", item.id, item.title);
    snq_str_put(
        &s,
        "\nA folder means the media in it, recursively. Exit status: 0 all done, 1 some "
        "inputs refused or outputs not made, 2 wrong usage, 3 the environment lacks something.");
    char *out = strdup(snq_str_text(&s)); /* layers-ok: argp frees it with free() */
    snq_str_clear(&s);
    return out;
}

static snq_status print(options *o, const snq_hearing *h)
{
    if (o->common.json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_hearing_json(&j, h, o->common.timings);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else {
        if (o->tables++)
            fputc('\n', stdout);
        snq_listen_table(stdout, h, o->common.timings);
    }
    return snq_common_flush();
}

static snq_status on_result(void *user, const snq_listen_batch_result *r)
{
    options *o = user;
    snq_progress_wipe(&o->common.progress);
    if (r->st >= 0) {
        SNQ_TRY(print(o, r->hearing));
        if (*r->unmade) {
            snq_common_refuse(o->common.inputs.item[r->index].path, r->unmade);
            o->common.unmade++;
        }
        return SNQ_OK;
    }
    snq_common_count_refused(&o->common, r->index, r->error);
    return SNQ_OK;
}

static int check(options *o)
{
    o->cfg.inputs = &o->common.inputs;
    o->cfg.threads = o->common.threads;
    o->cfg.timings = o->common.timings;
    o->cfg.force = o->common.force;
    o->cfg.result = on_result;
    const snq_status st = snq_listen_batch_check(&o->cfg);
    if (st >= 0)
        return SNQ_EXIT_OK;
    fprintf(stderr, "sonique listen: %s\n", snq_last_error());
    return st == SNQ_ERR_IO ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_USAGE;
}

int snq_cmd_listen(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "FILE...",
        .children = snq_common_children(),
        .doc = "Listen to recordings: regions, loudness, dynamics, spectrum, stereo.\v",
        .help_filter = list_analysers,
    };
    options o = { .cfg = snq_listen_batch_cfg_default() };
    o.cfg.hooks.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) == 0) {
        code = check(&o);
        if (code == SNQ_EXIT_OK) {
            snq_common_begin(&o.common, &o.cfg.hooks);
            code = snq_common_end(&o.common, snq_listen_batch_run(&o.cfg));
        }
    }
    snq_common_clear(&o.common);
    snq_free(o.only_text);
    snq_stop_end();
    return code;
}
