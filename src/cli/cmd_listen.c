// SPDX-License-Identifier: MIT
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/listen_table.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "jobs/inputs.h"
#include "jobs/inventory.h"
#include "jobs/listen_batch.h"
#include "score/hearing.h"

enum {
    ONLY_MAX = 32,
    KEY_JSON = 256,
    KEY_ONLY,
    KEY_WAVEFORM,
    KEY_PLOT,
    KEY_CLICK,
    KEY_ZOOM,
    KEY_THREADS,
    KEY_SEED,
    KEY_TIMINGS,
    KEY_FORCE
};

typedef struct options {
    int json, quiet;
    char *only_text; /* owned: the ids, cut apart */
    const char *only[ONLY_MAX];
    snq_batch_cfg cfg;
    snq_inputs inputs;
    snq_progress progress;
    uint32_t refused, unmade;
} options;

static const struct argp_option option_tab[] = {
    { "json", KEY_JSON, NULL, 0,
      "one compact JSON document an input, one a line (sonique/listen/1)", 0 },
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
    { "quiet", 'q', NULL, 0, "no progress on stderr", 0 },
    { "threads", KEY_THREADS, "N", 0, "at most N files at once (one a processor)", 0 },
    { "seed", KEY_SEED, "N", 0, "for all that is random (nothing in listen is)", 0 },
    { "timings", KEY_TIMINGS, NULL, 0, "add the time that each analyser took", 0 },
    { "force", KEY_FORCE, NULL, 0, "replace existing output files", 0 },
    { 0 },
};

static long number(struct argp_state *state, const char *name, const char *text, long lo, long hi)
{
    char *end;
    errno = 0;
    const long v = strtol(text, &end, 10);
    if (errno || end == text || *end || v < lo || v > hi)
        argp_error(state, "--%s takes a number from %ld to %ld, not \"%s\"", name, lo, hi, text);
    return v;
}

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
    case KEY_JSON:
        o->json = 1;
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
        o->cfg.zoom = (uint32_t)number(state, "zoom", arg, 2, INT_MAX);
        return 0;
    case KEY_THREADS:
        o->cfg.threads = (uint32_t)number(state, "threads", arg, 1, SNQ_THREADS_MAX);
        return 0;
    case KEY_SEED:
        number(state, "seed", arg, 0, LONG_MAX);
        return 0;
    case KEY_TIMINGS:
        o->cfg.timings = 1;
        return 0;
    case KEY_FORCE:
        o->cfg.force = 1;
        return 0;
    case 'q':
        o->quiet = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (snq_inputs_add(&o->inputs, arg) < 0)
            argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "%s", snq_last_error());
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name at least one file or folder");
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

/* One line on stderr for an input that can't be used, or not for everything. */
static void refuse(const char *path, const char *why)
{
    snq_str s;
    snq_str_init(&s, 1u << 20);
    snq_str_put_printable(&s, path);
    snq_str_put(&s, ": ");
    snq_str_put_printable(&s, why);
    fprintf(stderr, "sonique: %s\n", snq_str_text(&s));
    snq_str_clear(&s);
}

static snq_status print(const options *o, const snq_hearing *h)
{
    if (o->json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_hearing_json(&j, h, o->cfg.timings);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else
        snq_listen_table(stdout, h, o->cfg.timings);
    if (fflush(stdout) != 0 || ferror(stdout))
        return SNQ_FAIL(SNQ_ERR_IO, "can't write the result: %s", strerror(errno));
    return SNQ_OK;
}

static snq_status on_result(void *user, const snq_batch_result *r)
{
    options *o = user;
    snq_progress_wipe(&o->progress);
    if (r->st >= 0) {
        SNQ_TRY(print(o, r->hearing));
        if (*r->unmade) {
            refuse(o->inputs.item[r->index].path, r->unmade);
            o->unmade++;
        }
        return SNQ_OK;
    }
    refuse(o->inputs.item[r->index].path, r->error);
    o->refused++;
    return SNQ_OK;
}

static void on_progress(void *user, const snq_batch_progress *b)
{
    options *o = user;
    const snq_progress_state state = { b->files, b->done, b->part, b->sound_s, b->name };
    snq_progress_show(&o->progress, &state);
}

static void on_unconfined(void *user, const snq_confinement *c)
{
    options *o = user;
    if (o->quiet)
        return;
    snq_progress_wipe(&o->progress);
    fprintf(stderr, "sonique: workers are not fully confined: %s (sonique doctor tells more)\n",
            c->missing);
}

/* All inputs; the exit status. */
static int listen_all(options *o)
{
    snq_progress_init(&o->progress, stderr, o->quiet);
    o->cfg.inputs = &o->inputs;
    o->cfg.result = on_result;
    o->cfg.progress = on_progress;
    o->cfg.unconfined = on_unconfined;
    o->cfg.user = o;
    const snq_status st = snq_batch_run(&o->cfg);
    snq_progress_wipe(&o->progress);
    if (st < 0 && st != SNQ_ERR_CANCELLED) {
        fprintf(stderr, "sonique: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    if (o->refused && o->inputs.count > 1 && !o->quiet && st >= 0)
        fprintf(stderr, "sonique: %u of %u inputs refused, %u analysed\n", o->refused,
                o->inputs.count, o->inputs.count - o->refused);
    return o->refused || o->unmade ? SNQ_EXIT_REFUSED : SNQ_EXIT_OK;
}

static int check(options *o)
{
    o->cfg.inputs = &o->inputs;
    const snq_status st = snq_batch_check(&o->cfg);
    if (st >= 0)
        return SNQ_EXIT_OK;
    fprintf(stderr, "sonique listen: %s\n", snq_last_error());
    return st == SNQ_ERR_IO ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_USAGE;
}

int snq_cmd_listen(int argc, char **argv)
{
    static const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "FILE...",
        .doc = "Listen to recordings: regions, loudness, dynamics, spectrum, stereo.\v",
        .help_filter = list_analysers,
    };
    options o = { .cfg = snq_batch_cfg_default() };
    o.cfg.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) == 0) {
        code = check(&o);
        if (code == SNQ_EXIT_OK)
            code = listen_all(&o);
    }
    snq_inputs_clear(&o.inputs);
    snq_free(o.only_text);
    snq_stop_end();
    return code;
}
