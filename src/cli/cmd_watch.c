// SPDX-License-Identifier: MIT
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/stop.h"
#include "cli/watch_table.h"
#include "jobs/watch_batch.h"

enum {
    KEY_RANGE = 256,
    KEY_FPS,
    KEY_STABILIZE,
    KEY_WINDOWS,
    KEY_PRESET,
    KEY_PLOT,
    KEY_FLOW,
    PAIR = 3
};
#define FPS_MIN 0.01
#define FPS_MAX 100000.0

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    snq_watch_batch_cfg cfg;
    int flow;               /* of a pair */
    const char *pair[PAIR]; /* from, to, output */
    int pairs;              /* of these that are named */
    int tables;             /* printed so far: a blank line stands between two */
} options;

static const struct argp_option option_tab[] = {
    { "range", KEY_RANGE, "A:B", 0,
      "watch from A to B, in seconds, or in frames where an f follows (100f:200f); -1: the end",
      0 },
    { "fps", KEY_FPS, "F", 0,
      "frames a second that were recorded, where the file is for playing them slowly", 0 },
    { "stabilize", KEY_STABILIZE, NULL, 0, "the bands see what moves on its own, not the camera",
      0 },
    { "windows", KEY_WINDOWS, NULL, 0, "add everything over time, four values a second", 0 },
    { "preset", KEY_PRESET, "NAME", 0, "fast, default, or fine: how exact, how long", 0 },
    { "plot", KEY_PLOT, "OUT", 0,
      "draw a picture: OUT ends in .png, or is a folder that gets a .png an input", 0 },
    { "flow", KEY_FLOW, NULL, 0,
      "write the optical flow from picture A to picture B to OUT.flo (Middlebury)", 0 },
    { 0 },
};

/* One end of a range; *frames when an f follows. */
static double range_end(struct argp_state *state, const char *whole, const char **at, int *frames)
{
    char *end;
    const double v = strtod(*at, &end);
    *frames = *end == 'f';
    if (end == *at || !isfinite(v) || (v < 0.0 && v != -1.0) || (*frames && v != floor(v)))
        argp_error(state, "--range takes A:B, seconds or frames like 100f, not \"%s\"", whole);
    *at = end + *frames;
    return v;
}

static void parse_range(struct argp_state *state, options *o, const char *text)
{
    const char *at = text;
    int first, second = 0;
    const double start = range_end(state, text, &at, &first);
    const int colon = *at == ':';
    at += colon;
    const double end = colon ? range_end(state, text, &at, &second) : -1.0;
    if (!colon || *at || start < 0.0)
        argp_error(state, "--range takes A:B, seconds or frames like 100f, not \"%s\"", text);
    if ((first && !second && end > 0.0) || (second && !first && start > 0.0))
        argp_error(state, "--range \"%s\" mixes seconds and frames", text);
    if (end >= 0.0 && end <= start)
        argp_error(state, "--range \"%s\" ends before it begins", text);
    o->cfg.start = start;
    o->cfg.end = end;
    o->cfg.range_in_frames = first || second;
}

static void parse_fps(struct argp_state *state, options *o, const char *text)
{
    char *end;
    const double v = strtod(text, &end);
    if (end == text || *end || !(v >= FPS_MIN && v <= FPS_MAX))
        argp_error(state, "--fps takes a number from %g to %g, not \"%s\"", FPS_MIN, FPS_MAX, text);
    o->cfg.fps_hz = v;
}

/* With --flow the names are no inputs that are looked at. */
static error_t parse_name(struct argp_state *state, options *o, const char *name)
{
    if (!o->flow)
        return ARGP_ERR_UNKNOWN;
    if (o->pairs == PAIR)
        argp_error(state, "--flow takes two pictures and an output");
    o->pair[o->pairs++] = name;
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_RANGE:
        parse_range(state, o, arg);
        return 0;
    case KEY_FPS:
        parse_fps(state, o, arg);
        return 0;
    case KEY_STABILIZE:
        o->cfg.stabilize = 1;
        return 0;
    case KEY_WINDOWS:
        o->cfg.windows = 1;
        return 0;
    case KEY_PRESET:
        if (snq_watch_preset(arg, &o->cfg.preset) < 0)
            argp_error(state, "--preset: %s", snq_last_error());
        return 0;
    case KEY_PLOT:
        o->cfg.plot_path = arg;
        return 0;
    case KEY_FLOW:
        o->flow = o->common.other_names = 1;
        return 0;
    case ARGP_KEY_ARG:
        return parse_name(state, o, arg);
    case ARGP_KEY_END:
        if (o->flow && o->pairs < PAIR)
            argp_error(state, "--flow takes two pictures and an output");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static snq_status print(options *o, const snq_sight *s)
{
    if (o->common.json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_sight_json(&j, s);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else {
        if (o->tables++)
            fputc('\n', stdout);
        snq_watch_table(stdout, s);
    }
    return snq_common_flush();
}

static snq_status on_result(void *user, const snq_watch_batch_result *r)
{
    options *o = user;
    snq_progress_wipe(&o->common.progress);
    if (r->st >= 0)
        return print(o, r->sight);
    snq_common_count_refused(&o->common, r->index, r->error);
    return SNQ_OK;
}

static int watch_all(options *o)
{
    o->cfg.inputs = &o->common.inputs;
    o->cfg.threads = o->common.threads;
    o->cfg.timings = o->common.timings;
    o->cfg.force = o->common.force;
    o->cfg.result = on_result;
    const snq_status fits = snq_watch_batch_check(&o->cfg);
    if (fits < 0) {
        fprintf(stderr, "sonique watch: %s\n", snq_last_error());
        return fits == SNQ_ERR_IO ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_USAGE;
    }
    snq_common_begin(&o->common, &o->cfg.hooks);
    return snq_common_end(&o->common, snq_watch_batch_run(&o->cfg));
}

static int flow_of_pair(options *o)
{
    char error[SNQ_ERROR_MAX];
    int refused;
    snq_flow_batch_cfg cfg = { .from = o->pair[0],
                               .to = o->pair[1],
                               .out = o->pair[2],
                               .preset = o->cfg.preset,
                               .threads = o->common.threads,
                               .force = o->common.force,
                               .hooks = { .cancel = o->cfg.hooks.cancel } };
    snq_common_begin(&o->common, &cfg.hooks);
    const snq_status st = snq_flow_batch_run(&cfg, &refused, error);
    if (st >= 0 && refused) {
        snq_common_refuse(o->pair[0], error);
        o->common.refused++;
    }
    return snq_common_end(&o->common, st);
}

int snq_cmd_watch(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "VIDEO...\n--flow A.png B.png OUT.flo",
        .children = snq_common_children(),
        .doc = "Watch videos: motion in five bands of frequency, camera, cuts, light and colour."
               "\vA folder means the videos in it, recursively. Exit status: 0 all done, 1 some "
               "inputs refused, 2 wrong usage, 3 the environment lacks something.",
    };
    options o = { .cfg = snq_watch_batch_cfg_default() };
    o.common.inputs.videos = 1;
    o.cfg.hooks.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, &o) == 0)
        code = o.flow ? flow_of_pair(&o) : watch_all(&o);
    snq_common_clear(&o.common);
    snq_stop_end();
    return code;
}
