// SPDX-License-Identifier: MIT
#include <argp.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/render_table.h"
#include "cli/stop.h"
#include "jobs/render_job.h"

enum { KEY_PATCH = 256, KEY_KIT, KEY_LANES, KEY_FORMAT, KEY_MIX, KEY_DRY, KEY_PREMASTER };

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    snq_render_job_cfg cfg;
    snq_patch_choice choice[SNQ_RENDER_CHOICES_MAX];
    char *split[SNQ_RENDER_CHOICES_MAX]; /* what a choice points into; owned */
} options;

static const struct argp_option option_tab[] = {
    { "output", 'o', "DIR", 0, "the folder that stems, mix and score go to", 0 },
    { "patch", KEY_PATCH, "TRACK=ID", 0,
      "play the track with this patch (sonique patches lists them); may be repeated", 0 },
    { "kit", KEY_KIT, "DIR", 0, "play drum tracks with the one-shots in this folder", 0 },
    { "mix", KEY_MIX, "FILE", 0, "mix as this file says (by the families of the patches)", 0 },
    { "dry", KEY_DRY, NULL, 0, "no mix and no master: levels and places of the tracks, added up",
      0 },
    { "premaster", KEY_PREMASTER, NULL, 0, "write the sum of the stems, too", 0 },
    { "lanes", KEY_LANES, NULL, 0, "a stem for each drum, too", 0 },
    { "format", KEY_FORMAT, "NAME", 0, "wav, flac, mp3, m4a or opus (wav)", 0 },
    { 0 },
};

static void parse_patch(struct argp_state *state, options *o, const char *text)
{
    const char *is = strrchr(text, '=');
    if (!is || is == text || !is[1])
        argp_error(state, "--patch takes TRACK=ID, not \"%s\"", text);
    if (o->cfg.choices == SNQ_RENDER_CHOICES_MAX)
        argp_error(state, "--patch: more than %d of them", SNQ_RENDER_CHOICES_MAX);
    char *copy = snq_strdup(text);
    if (!copy)
        argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "out of memory");
    copy[is - text] = '\0';
    o->split[o->cfg.choices] = copy;
    o->choice[o->cfg.choices++] = (snq_patch_choice) { copy, copy + (is - text) + 1 };
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case 'o':
        o->cfg.out = arg;
        return 0;
    case KEY_PATCH:
        parse_patch(state, o, arg);
        return 0;
    case KEY_KIT:
        o->cfg.kit = arg;
        return 0;
    case KEY_MIX:
        o->cfg.mix = arg;
        return 0;
    case KEY_DRY:
        o->cfg.dry = 1;
        return 0;
    case KEY_PREMASTER:
        o->cfg.premaster = 1;
        return 0;
    case KEY_LANES:
        o->cfg.lanes = 1;
        return 0;
    case KEY_FORMAT:
        if (snq_audio_format_parse(arg, &o->cfg.format) < 0)
            argp_error(state, "--format: %s", snq_last_error());
        return 0;
    case ARGP_KEY_ARG:
        if (o->cfg.input)
            argp_error(state, "one score at a time, not \"%s\" as well", arg);
        o->cfg.input = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->cfg.input)
            argp_error(state, "name a score (JSON) or a MIDI file");
        if (o->cfg.dry && o->cfg.mix)
            argp_error(state, "--dry and --mix exclude each other");
        if (!o->cfg.out)
            argp_error(state, "-o DIR says where the stems go");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static snq_status print(const options *o, const snq_render_report *r)
{
    if (o->common.json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_render_report_json(&j, o->cfg.input, r);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else
        snq_render_table(stdout, o->cfg.out, r);
    return snq_common_flush();
}

static void on_progress(void *user, double done_s, double of_s)
{
    options *o = user;
    const snq_progress_state state = { .files = 1,
                                       .part = of_s > 0.0 ? fmin(done_s / of_s, 1.0) : 1.0,
                                       .media_s = done_s,
                                       .name = o->cfg.input };
    snq_progress_show(&o->common.progress, &state);
}

/* What is the environment's fault, and not the input's. */
static int is_environment(snq_status st)
{
    return st == SNQ_ERR_NOMEM || st == SNQ_ERR_IO || st == SNQ_ERR_UNSUPPORTED;
}

static int render(options *o)
{
    snq_render_report report;
    int code = SNQ_EXIT_OK;
    o->cfg.threads = snq_common_threads(&o->common);
    o->cfg.force = o->common.force;
    o->cfg.seed = o->common.seed;
    o->cfg.choice = o->choice;
    o->cfg.progress = on_progress;
    o->cfg.user = o;
    snq_progress_init(&o->common.progress, stderr, o->common.quiet);
    snq_status st = snq_render_job_run(&o->cfg, &report);
    snq_progress_wipe(&o->common.progress);
    if (st >= 0)
        st = print(o, &report);
    if (st < 0 && st != SNQ_ERR_CANCELLED) {
        snq_common_refuse(o->cfg.input, snq_last_error());
        code = is_environment(st) ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_REFUSED;
    }
    snq_render_report_clear(&report);
    return code;
}

int snq_cmd_render(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "SCORE.json|FILE.mid -o DIR",
        .children = snq_common_children(),
        .doc = "Play a score or a MIDI file, mix it and master it: a stem for each track, and the "
               "record."
               "\vExit status: 0 done, 1 the score is refused, 2 wrong usage, 3 the environment "
               "lacks something.",
    };
    options *o = snq_calloc(1, sizeof *o);
    if (!o)
        return SNQ_EXIT_ENVIRONMENT;
    o->cfg = snq_render_job_cfg_default();
    o->common.other_names = 1;
    o->cfg.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, o) == 0)
        code = render(o);
    for (size_t i = 0; i < o->cfg.choices; i++)
        snq_free(o->split[i]);
    snq_common_clear(&o->common);
    snq_free(o);
    snq_stop_end();
    return code;
}
