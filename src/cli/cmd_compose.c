// SPDX-License-Identifier: MIT
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "cli/brief_table.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/session_table.h"
#include "cli/stop.h"
#include "jobs/compose_job.h"
#include "jobs/folder_output.h"
#include "jobs/prompt_job.h"

enum {
    KEY_BRIEF = 256,
    KEY_DURATION,
    KEY_BARS,
    KEY_BPM,
    KEY_KEY,
    KEY_STYLE,
    KEY_TRACKS,
    KEY_LOCK,
    KEY_VARIATIONS,
    KEY_SCORE,
    PROMPTS_MAX = 65536,
    LOCKS_MAX = SNQ_INTENT_TRACKS_MAX,
    VARIATIONS_MAX = 1000,
};

typedef struct options {
    snq_common common; /* first: the hooks' user is both */
    const char *out, *key, *style, *tracks;
    const char *lock[LOCKS_MAX];               /* NAME=FILE */
    snq_locked_recording recording[LOCKS_MAX]; /* (recordings,) */
    uint32_t recordings;
    const char **prompt; /* (prompts,); the array is owned */
    uint32_t prompts, prompts_room, locks, variations;
    const volatile int *cancel;
    int brief_only, score_only;
    snq_brief_flags flags;
} options;

static const struct argp_option option_tab[] = {
    { "output", 'o', "DIR", 0, "the session folder: score, stems, mix", 0 },
    { "brief-only", KEY_BRIEF, NULL, 0, "say what the prompts ask for, and compose nothing", 0 },
    { "duration", KEY_DURATION, "S", 0, "length in seconds", 0 },
    { "bars", KEY_BARS, "N", 0, "length in bars", 0 },
    { "bpm", KEY_BPM, "B", 0, "tempo", 0 },
    { "key", KEY_KEY, "K", 0, "key: \"F# minor\", Am, 8A …", 0 },
    { "style", KEY_STYLE, "ID", 0, "the genre", 0 },
    { "tracks", KEY_TRACKS, "LIST", 0, "these tracks only: drums,bass,harmony,melody,vocal", 0 },
    { "lock", KEY_LOCK, "NAME=FILE", 0,
      "this recording is the track NAME (drums, bass, harmony, melody, vocal …); the others play "
      "in "
      "time and in tune with it; may be repeated",
      0 },
    { "score-only", KEY_SCORE, NULL, 0,
      "no sound yet: notes and MIDI (sonique regenerate DIR renders them)", 0 },
    { "variations", KEY_VARIATIONS, "N", 0, "so many pieces, each from its own seed (1)", 0 },
    { 0 },
};

static double parse_real(struct argp_state *state, const char *name, const char *text, double lo,
                         double hi)
{
    char *stop;
    errno = 0;
    const double v = strtod(text, &stop);
    if (errno || stop == text || *stop || !(v >= lo && v <= hi))
        argp_error(state, "--%s takes a number from %g to %g, not \"%s\"", name, lo, hi, text);
    return v;
}

/* The name of NAME=FILE into `to`; "": it is too long. */
static void lock_name(const char *text, char to[SNQ_LOCKED_NAME_MAX + 1])
{
    const size_t n = strcspn(text, "=");
    *to = '\0';
    if (n <= SNQ_LOCKED_NAME_MAX) {
        memcpy(to, text, n);
        to[n] = '\0';
    }
}

static void add_lock(struct argp_state *state, options *o, const char *text)
{
    char name[SNQ_LOCKED_NAME_MAX + 1], other[SNQ_LOCKED_NAME_MAX + 1];
    const char *is = strchr(text, '=');
    if (!is || is == text || !is[1])
        argp_error(state, "--lock takes NAME=FILE, not \"%s\"", text);
    lock_name(text, name);
    if (!snq_locked_name_good(name))
        argp_error(state,
                   "--lock: a NAME has letters, digits, \"-\", \"_\" and spaces, at most %d of "
                   "them, and begins with a letter or digit",
                   SNQ_LOCKED_NAME_MAX);
    for (uint32_t i = 0; i < o->locks; i++) {
        lock_name(o->lock[i], other);
        if (strcasecmp(name, other) == 0)
            argp_error(state, "--lock: \"%s\" twice", name);
    }
    if (o->locks == LOCKS_MAX)
        argp_error(state, "--lock: more than %d of them", LOCKS_MAX);
    o->lock[o->locks++] = text;
}

static void add_prompt(struct argp_state *state, options *o, const char *text)
{
    if (o->prompts == PROMPTS_MAX)
        argp_error(state, "more than %d prompts", PROMPTS_MAX);
    if (o->prompts == o->prompts_room) {
        const uint32_t room = o->prompts_room ? 2 * o->prompts_room : 16;
        const char **grown = snq_regrow(o->prompt, o->prompts_room, room, sizeof *grown);
        if (!grown) {
            argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "out of memory");
            return;
        }
        o->prompt = grown;
        o->prompts_room = room;
    }
    o->prompt[o->prompts++] = text;
}

static void check_usage(struct argp_state *state, const options *o)
{
    if (!o->prompts)
        argp_error(state, "say in words what to compose");
    int genre;
    if (o->brief_only && o->style && snq_prompt_job_style(o->style, &genre) < 0)
        argp_error(state, "--style: %s", snq_last_error());
    if (o->flags.bars > 0 && o->flags.seconds > 0.0)
        argp_error(state, "either --bars or --duration");
    if (!o->brief_only && !o->out)
        argp_error(state, "-o DIR says where the session goes");
    if (o->score_only && o->locks)
        argp_error(state, "--lock makes sound: not with --score-only");
    if (o->common.seed >= SNQ_SESSION_SEED_MAX - VARIATIONS_MAX)
        argp_error(state, "--seed takes a number below %llu",
                   (unsigned long long)SNQ_SESSION_SEED_MAX - VARIATIONS_MAX);
    if (!o->brief_only && o->prompts > 1)
        argp_error(state, "one prompt at a time, not \"%s\" as well", o->prompt[1]);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case 'o':
        o->out = arg;
        return 0;
    case KEY_BRIEF:
        o->brief_only = 1;
        return 0;
    case KEY_DURATION:
        o->flags.seconds = parse_real(state, "duration", arg, 1.0, 86400.0);
        return 0;
    case KEY_BARS:
        o->flags.bars = (int32_t)snq_common_number(state, "bars", arg, 1, SNQ_BRIEF_BARS_MAX);
        return 0;
    case KEY_BPM:
        o->flags.bpm = parse_real(state, "bpm", arg, SNQ_BRIEF_BPM_MIN, SNQ_BRIEF_BPM_MAX);
        return 0;
    case KEY_KEY:
        o->key = arg;
        return 0;
    case KEY_STYLE: /* a user's own style is no genre that a brief could name */
        o->style = arg;
        if (snq_prompt_job_style(arg, &o->flags.genre) < 0)
            o->flags.genre = -1;
        return 0;
    case KEY_TRACKS:
        if (snq_prompt_job_parts(arg, &o->flags.only) < 0)
            argp_error(state, "--tracks: %s", snq_last_error());
        return 0;
    case KEY_LOCK:
        add_lock(state, o, arg);
        return 0;
    case KEY_SCORE:
        o->score_only = 1;
        return 0;
    case KEY_VARIATIONS:
        o->variations = (uint32_t)snq_common_number(state, "variations", arg, 1, VARIATIONS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        add_prompt(state, o, arg);
        return 0;
    case ARGP_KEY_END:
        check_usage(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static snq_status print(const options *o, const char *prompt, const snq_brief *b)
{
    if (o->common.json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_prompt_job_json(&j, prompt, b);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else
        snq_brief_table(stdout, prompt, b);
    return SNQ_OK;
}

/* The brief of every prompt; one that can't be read is refused, the others go on. */
static int briefs(const options *o, const snq_lexicon *l)
{
    int code = SNQ_EXIT_OK;
    snq_brief *b = snq_calloc(1, sizeof *b);
    snq_status st = b ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a brief");
    for (uint32_t i = 0; i < o->prompts && st >= 0; i++) {
        st = snq_prompt_job_read(l, o->prompt[i], &o->flags, b);
        if (st >= 0)
            st = print(o, o->prompt[i], b);
        else if (st == SNQ_ERR_TOO_BIG) {
            snq_common_refuse("the prompt", snq_last_error());
            code = SNQ_EXIT_REFUSED;
            st = SNQ_OK;
        }
        snq_brief_clear(b);
    }
    snq_free(b);
    if (st >= 0)
        st = snq_common_flush();
    if (st < 0) {
        fprintf(stderr, "sonique compose: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    return code;
}

/* One piece into `out`. */
static int compose_one(options *o, const snq_brief *b, const char *out, uint64_t seed)
{
    snq_composition c;
    snq_session_work work = { &o->common, out };
    const snq_compose_job_cfg cfg = { .prompt = o->prompt[0],
                                      .brief = b,
                                      .style = o->style,
                                      .out = out,
                                      .force = o->common.force,
                                      .lock = o->recording,
                                      .locks = o->recordings,
                                      .seed = seed,
                                      .score_only = o->score_only,
                                      .run = snq_session_begin(&work, o->cancel) };
    const snq_status st = snq_compose_job_run(&cfg, &c);
    const int code = snq_session_end(&work, st, out, &c);
    snq_composition_clear(&c);
    return code;
}

/* OUT/01, OUT/02 …, each from the seed after the one before. */
static int compose_variations(options *o, const snq_brief *b)
{
    if (snq_folder_make(o->out, o->common.force) < 0) {
        snq_common_refuse(o->out, snq_last_error());
        return SNQ_EXIT_REFUSED;
    }
    int code = SNQ_EXIT_OK;
    for (uint32_t i = 0; i < o->variations && code == SNQ_EXIT_OK && !*o->cancel; i++) {
        char path[SNQ_PATH_MAX];
        if ((size_t)snprintf(path, sizeof path, "%s/%02u", o->out, i + 1) >= sizeof path) {
            snq_common_refuse(o->out, "its path is too long");
            return SNQ_EXIT_REFUSED;
        }
        code = compose_one(o, b, path, o->common.seed + i);
    }
    return code;
}

/* Decode the recordings and listen to them; SNQ_EXIT_OK, or one line about the first that can't be used. */
static int load_recordings(options *o)
{
    for (uint32_t i = 0; i < o->locks; i++) {
        char name[SNQ_LOCKED_NAME_MAX + 1];
        const char *path = strchr(o->lock[i], '=') + 1;
        lock_name(o->lock[i], name);
        const snq_status st = snq_locked_recording_load(name, path, o->cancel, &o->recording[i]);
        if (st < 0) {
            if (st != SNQ_ERR_CANCELLED)
                snq_common_refuse(path, snq_last_error());
            return st == SNQ_ERR_NOMEM || st == SNQ_ERR_UNSUPPORTED ? SNQ_EXIT_ENVIRONMENT
                                                                    : SNQ_EXIT_REFUSED;
        }
        o->recordings++;
    }
    return SNQ_EXIT_OK;
}

static int make(options *o, const snq_lexicon *l)
{
    snq_brief *b = snq_calloc(1, sizeof *b);
    int code = SNQ_EXIT_ENVIRONMENT;
    if (!b) {
        fputs("sonique compose: out of memory for a brief\n", stderr);
        return code;
    }
    const snq_status st = snq_prompt_job_read(l, o->prompt[0], &o->flags, b);
    if (st < 0) {
        snq_common_refuse("the prompt", snq_last_error());
        code = st == SNQ_ERR_TOO_BIG ? SNQ_EXIT_REFUSED : SNQ_EXIT_ENVIRONMENT;
    } else if ((code = load_recordings(o)) == SNQ_EXIT_OK)
        code = o->variations > 1 ? compose_variations(o, b)
                                 : compose_one(o, b, o->out, o->common.seed);
    if (st >= 0)
        snq_brief_clear(b);
    snq_free(b);
    return code;
}

static int compose(options *o)
{
    snq_lexicon *l;
    int code;
    if (snq_prompt_job_lexicon(&l) < 0) {
        fprintf(stderr, "sonique compose: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    if (o->key && snq_prompt_key(l, o->key, &o->flags.tonic, &o->flags.mode) < 0) {
        fprintf(stderr, "sonique compose: --key: %s\n", snq_last_error());
        code = SNQ_EXIT_USAGE;
    } else
        code = o->brief_only ? briefs(o, l) : make(o, l);
    snq_lexicon_free(l);
    return code;
}

int snq_cmd_compose(int argc, char **argv)
{
    const struct argp spec = {
        .options = option_tab,
        .parser = parse,
        .args_doc = "PROMPT -o DIR\n--brief-only PROMPT...",
        .children = snq_common_children(),
        .doc =
            "A sentence becomes a piece."
            "\vWhat options say wins over what the prompt says. Exit status: 0 done, 1 a prompt or "
            "a recording is refused, 2 wrong usage, 3 the environment lacks something.",
    };
    options *o = snq_calloc(1, sizeof *o);
    if (!o)
        return SNQ_EXIT_ENVIRONMENT;
    o->common.other_names = 1;
    o->variations = 1;
    o->flags = snq_brief_flags_none();
    o->cancel = snq_stop_install();
    int code = SNQ_EXIT_USAGE;
    if (argp_parse(&spec, argc, argv, 0, NULL, o) == 0)
        code = compose(o);
    for (uint32_t i = 0; i < o->recordings; i++)
        snq_locked_recording_clear(&o->recording[i]);
    snq_free(o->prompt);
    snq_common_clear(&o->common);
    snq_free(o);
    snq_stop_end();
    return code;
}
