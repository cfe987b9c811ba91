// SPDX-License-Identifier: MIT
#include <argp.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/sonify_table.h"
#include "cli/stop.h"
#include "jobs/prompt_job.h"
#include "jobs/sonify_job.h"
#include "jobs/watch_batch.h"

enum { KEY_TEMPLATE = 256, KEY_PROMPT, KEY_ORIGINAL, KEY_CHANGES, KEY_STYLE, KEY_PRESET };

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    snq_sonify_cfg cfg;
    const char *key;
    snq_brief_flags flags;
} options;

static const struct argp_option option_tab[] = {
    { "output", 'o', "OUT", 0,
      "OUT ends in .mp4, .m4v, .mov or .mkv: the film with its music; else a session folder", 0 },
    { "template", KEY_TEMPLATE, "ID|FILE", 0,
      "what of the picture moves what of the sound (sonique map list); by default what goes with "
      "the genre",
      0 },
    { "prompt", KEY_PROMPT, "P", 0, "what the music is to be; the picture decides the rest", 0 },
    { "style", KEY_STYLE, "ID", 0, "the genre (sonique styles)", 0 },
    { "original", KEY_ORIGINAL, "HOW", 0,
      "the film's own sound: keep it, duck the music under it (default), or replace it", 0 },
    { "tempo-changes", KEY_CHANGES, NULL, 0,
      "the tempo may change gently where a section begins, so that more cuts fall on beats", 0 },
    { "preset", KEY_PRESET, "NAME", 0, "of watching: fast, default, or fine", 0 },
    { 0 },
};

static void parse_names(struct argp_state *state, options *o, int key, const char *arg)
{
    if (key == KEY_ORIGINAL && snq_original_parse(arg, &o->cfg.original) < 0)
        argp_error(state, "--original: %s", snq_last_error());
    if (key == KEY_PRESET && snq_watch_preset(arg, &o->cfg.preset) < 0)
        argp_error(state, "--preset: %s", snq_last_error());
    if (key == KEY_STYLE) { /* a user's own style is no genre that a brief could name */
        o->cfg.style = arg;
        if (snq_prompt_job_style(arg, &o->flags.genre) < 0)
            o->flags.genre = -1;
    }
}

static void check_usage(struct argp_state *state, const options *o)
{
    if (!o->cfg.video)
        argp_error(state, "which VIDEO?");
    if (!o->cfg.out)
        argp_error(state, "-o OUT says where the film or the session goes");
    if (o->common.seed >= SNQ_SESSION_SEED_MAX)
        argp_error(state, "--seed takes a number below %llu",
                   (unsigned long long)SNQ_SESSION_SEED_MAX);
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
    case KEY_TEMPLATE:
        o->cfg.map = arg;
        return 0;
    case KEY_PROMPT:
        o->cfg.prompt = arg;
        return 0;
    case KEY_CHANGES:
        o->cfg.tempo_changes = 1;
        return 0;
    case KEY_ORIGINAL:
    case KEY_STYLE:
    case KEY_PRESET:
        parse_names(state, o, key, arg);
        return 0;
    case ARGP_KEY_ARG:
        if (o->cfg.video)
            argp_error(state, "one video at a time, not \"%s\" as well", arg);
        o->cfg.video = arg;
        return 0;
    case ARGP_KEY_END:
        check_usage(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void on_progress(void *user, double part, double media_s, const char *doing)
{
    options *o = user;
    const snq_progress_state state = {
        .files = 1, .part = part, .media_s = media_s, .name = doing
    };
    snq_progress_show(&o->common.progress, &state);
}

static int code_of(snq_status st)
{
    return st >= 0 || st == SNQ_ERR_CANCELLED ? SNQ_EXIT_OK
           : st == SNQ_ERR_NOMEM || st == SNQ_ERR_IO || st == SNQ_ERR_UNSUPPORTED
               ? SNQ_EXIT_ENVIRONMENT
               : SNQ_EXIT_REFUSED;
}

static snq_status print(const options *o, const snq_sonification *s)
{
    if (o->common.json)
        fputs(snq_str_text(&s->report), stdout);
    else
        snq_sonify_table(stdout, o->cfg.out, s);
    return snq_common_flush();
}

static int sonify(options *o, const snq_brief *brief)
{
    snq_sonification *s = snq_calloc(1, sizeof *s);
    const char *at_fault = o->cfg.video;
    if (!s) {
        fputs("sonique sonify: out of memory\n", stderr);
        return SNQ_EXIT_ENVIRONMENT;
    }
    o->cfg.brief = brief;
    snq_batch_hooks hooks = { 0 };
    snq_common_begin(&o->common, &hooks);
    o->cfg.unconfined = hooks.unconfined;
    snq_status st = snq_sonify_run(&o->cfg, s, &at_fault);
    snq_progress_wipe(&o->common.progress);
    if (st >= 0) {
        at_fault = "stdout";
        st = print(o, s);
    }
    if (st < 0 && st != SNQ_ERR_CANCELLED)
        snq_common_refuse(at_fault, snq_last_error());
    snq_sonification_clear(s);
    snq_free(s);
    return code_of(st);
}

/* The words of the prompt, or none. */
static int begin(options *o)
{
    snq_lexicon *l;
    snq_brief *b = snq_calloc(1, sizeof *b);
    int code = SNQ_EXIT_ENVIRONMENT;
    snq_status st =
        b ? snq_prompt_job_lexicon(&l) : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a brief");
    if (st < 0) {
        fprintf(stderr, "sonique sonify: %s\n", snq_last_error());
        snq_free(b);
        return code;
    }
    st = snq_prompt_job_read(l, o->cfg.prompt, &o->flags, b);
    snq_lexicon_free(l);
    if (st < 0) {
        snq_common_refuse("the prompt", snq_last_error());
        code = st == SNQ_ERR_TOO_BIG ? SNQ_EXIT_REFUSED : SNQ_EXIT_ENVIRONMENT;
    } else {
        code = sonify(o, b);
        snq_brief_clear(b);
    }
    snq_free(b);
    return code;
}

int snq_cmd_sonify(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "VIDEO -o OUT",
        .children = snq_common_children(),
        .doc = "A film gets music that moves as it moves: beats meet its cuts where they can, its "
               "motion plays "
               "the instruments. The picture is copied as it is."
               "\vThe report beside the film (OUT.report.json) says what was met, and what was "
               "made of what. Exit status: 0 done, 1 the film or a template is refused, 2 wrong "
               "usage, 3 the environment lacks something.",
    };
    options *o = snq_calloc(1, sizeof *o);
    if (!o)
        return SNQ_EXIT_ENVIRONMENT;
    o->common.other_names = 1;
    o->flags = snq_brief_flags_none();
    o->cfg.prompt = "";
    o->cfg.original = SNQ_ORIGINAL_DUCK;
    o->cfg.progress = on_progress;
    o->cfg.user = o;
    o->cfg.cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (snq_watch_preset("default", &o->cfg.preset) >= 0 &&
        argp_parse(&spec, argc, argv, 0, NULL, o) == 0) {
        o->cfg.seed = o->common.seed;
        o->cfg.force = o->common.force;
        o->cfg.threads = snq_common_threads(&o->common);
        code = begin(o);
    }
    snq_common_clear(&o->common);
    snq_free(o);
    snq_stop_end();
    return code;
}
