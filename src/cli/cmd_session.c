// SPDX-License-Identifier: MIT
#include <argp.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/session_table.h"
#include "cli/stop.h"
#include "jobs/prompt_job.h"

/* regenerate, lock, unlock, undo, history: a folder, and names of tracks. */

enum { KEY_TRACK = 256, KEY_PROMPT, NAMES_MAX = SNQ_INTENT_TRACKS_MAX };

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    const char *folder, *prompt;
    const char *track[NAMES_MAX];
    size_t tracks;
    int names; /* tracks are named behind the folder */
} options;

static const struct argp_option regenerate_tab[] = {
    { "track", KEY_TRACK, "NAME", 0, "make this track anew; may be repeated", 0 },
    { "prompt", KEY_PROMPT, "TEXT", 0, "what the tracks shall be like now", 0 },
    { 0 },
};

static void add_track(struct argp_state *state, options *o, const char *name)
{
    if (o->tracks == NAMES_MAX)
        argp_error(state, "more than %d tracks", NAMES_MAX);
    o->track[o->tracks++] = name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_TRACK:
        add_track(state, o, arg);
        return 0;
    case KEY_PROMPT:
        o->prompt = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (!o->folder)
            o->folder = arg;
        else if (o->names)
            add_track(state, o, arg);
        else
            argp_error(state, "one session at a time, not \"%s\" as well", arg);
        return 0;
    case ARGP_KEY_END:
        if (!o->folder)
            argp_error(state, "name a session's folder");
        if (o->names && !o->tracks)
            argp_error(state, "name the tracks");
        if (o->prompt && !o->tracks)
            argp_error(state, "--track NAME says of which track the prompt speaks");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* One command: parse, do, print. */
typedef snq_status doing(options *o, const snq_session_run *run, snq_composition *out);

static int run_command(int argc, char **argv, const struct argp *spec, int names, doing *deed)
{
    options *o = snq_calloc(1, sizeof *o);
    if (!o)
        return SNQ_EXIT_ENVIRONMENT;
    int code = SNQ_EXIT_USAGE;
    o->common.other_names = 1;
    o->names = names;
    const volatile int *cancel = snq_stop_install();
    if (argp_parse(spec, argc, argv, 0, NULL, o) == 0) {
        snq_composition c = { 0 };
        snq_session_work work = { &o->common, o->folder };
        const snq_session_run run = snq_session_begin(&work, cancel);
        code = snq_session_end(&work, deed(o, &run, &c), o->folder, &c);
        snq_composition_clear(&c);
    }
    snq_common_clear(&o->common);
    snq_free(o);
    snq_stop_end();
    return code;
}

/* ---------------------------------------------------------------- regenerate */

static snq_status read_prompt(const char *prompt, snq_brief *b)
{
    snq_lexicon *l;
    SNQ_TRY(snq_prompt_job_lexicon(&l));
    const snq_status st = snq_prompt_job_read(l, prompt, NULL, b);
    snq_lexicon_free(l);
    return st;
}

static snq_status regenerate(options *o, const snq_session_run *run, snq_composition *out)
{
    snq_brief brief;
    snq_regenerate_cfg cfg = { .path = o->folder,
                               .track = o->track,
                               .tracks = o->tracks,
                               .prompt = o->prompt,
                               .seed = o->common.seed ? o->common.seed : SNQ_SESSION_SEED_MAX,
                               .run = *run };
    if (o->prompt) {
        SNQ_TRY(read_prompt(o->prompt, &brief));
        cfg.brief = &brief;
    }
    const snq_status st = snq_regenerate_run(&cfg, out);
    if (o->prompt)
        snq_brief_clear(&brief);
    return st;
}

int snq_cmd_regenerate(int argc, char **argv)
{
    const struct argp spec = {
        .options = regenerate_tab,
        .parser = parse,
        .args_doc = "DIR [--track NAME [--prompt TEXT]]",
        .children = snq_common_children(),
        .doc =
            "Make tracks of a session anew, in time and in tune with the others; locked ones stay "
            "as "
            "they are, to the byte. Without --track: render the session as its files say now."
            "\vExit status: 0 done, 1 refused, 2 wrong usage, 3 the environment lacks something.",
    };
    return run_command(argc, argv, &spec, 0, regenerate);
}

/* ---------------------------------------------------------------- locks */

static snq_status lock(options *o, const snq_session_run *run, snq_composition *out)
{
    (void)run;
    return snq_lock_run(o->folder, o->track, o->tracks, 1, out);
}

static snq_status unlock(options *o, const snq_session_run *run, snq_composition *out)
{
    (void)run;
    return snq_lock_run(o->folder, o->track, o->tracks, 0, out);
}

int snq_cmd_lock(int argc, char **argv)
{
    const struct argp spec = {
        .parser = parse,
        .args_doc = "DIR NAME...",
        .children = snq_common_children(),
        .doc = "Lock tracks of a session: their notes and stems stay as they are, to the byte.",
    };
    return run_command(argc, argv, &spec, 1, lock);
}

int snq_cmd_unlock(int argc, char **argv)
{
    const struct argp spec = {
        .parser = parse,
        .args_doc = "DIR NAME...",
        .children = snq_common_children(),
        .doc = "Unlock tracks of a session: they may be made anew.",
    };
    return run_command(argc, argv, &spec, 1, unlock);
}

/* ---------------------------------------------------------------- back */

static snq_status undo(options *o, const snq_session_run *run, snq_composition *out)
{
    return snq_undo_run(o->folder, run, out);
}

int snq_cmd_undo(int argc, char **argv)
{
    const struct argp spec = {
        .parser = parse,
        .args_doc = "DIR",
        .children = snq_common_children(),
        .doc = "Take the last step of a session back.",
    };
    return run_command(argc, argv, &spec, 0, undo);
}

int snq_cmd_history(int argc, char **argv)
{
    const struct argp spec = {
        .parser = parse,
        .args_doc = "DIR",
        .children = snq_common_children(),
        .doc = "What was done to a session, oldest first.",
    };
    options *o = snq_calloc(1, sizeof *o);
    if (!o)
        return SNQ_EXIT_ENVIRONMENT;
    int code = SNQ_EXIT_USAGE;
    o->common.other_names = 1;
    if (argp_parse(&spec, argc, argv, 0, NULL, o) == 0) {
        snq_composition c = { 0 };
        snq_status st = snq_session_read(o->folder, &c);
        code = SNQ_EXIT_OK;
        if (st >= 0 && o->common.json)
            st = snq_session_print(&o->common, o->folder, &c);
        else if (st >= 0) {
            snq_session_history_table(stdout, &c.session);
            st = snq_common_flush();
        }
        if (st < 0) {
            snq_common_refuse(o->folder, snq_last_error());
            code = st == SNQ_ERR_NOMEM || st == SNQ_ERR_IO || st == SNQ_ERR_UNSUPPORTED
                       ? SNQ_EXIT_ENVIRONMENT
                       : SNQ_EXIT_REFUSED;
        }
        snq_composition_clear(&c);
    }
    snq_common_clear(&o->common);
    snq_free(o);
    return code;
}
