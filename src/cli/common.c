// SPDX-License-Identifier: MIT
#include "cli/common.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/commands.h"

enum { KEY_JSON = 512, KEY_THREADS, KEY_SEED, KEY_TIMINGS, KEY_FORCE };

static const struct argp_option option_tab[] = {
    { "json", KEY_JSON, NULL, 0, "one compact JSON document an input, one a line", 0 },
    { "quiet", 'q', NULL, 0, "no progress on stderr", 0 },
    { "threads", KEY_THREADS, "N", 0, "use N processors at most (all): N files at once", 0 },
    { "seed", KEY_SEED, "N", 0, "for all that is random (0)", 0 },
    { "timings", KEY_TIMINGS, NULL, 0, "add the time that things took", 0 },
    { "force", KEY_FORCE, NULL, 0, "replace existing output files", 0 },
    { 0 },
};

long snq_common_number(struct argp_state *state, const char *name, const char *text, long lo,
                       long hi)
{
    char *end;
    errno = 0;
    const long v = strtol(text, &end, 10);
    if (errno || end == text || *end || v < lo || v > hi)
        argp_error(state, "--%s takes a number from %ld to %ld, not \"%s\"", name, lo, hi, text);
    return v;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    snq_common *c = state->input;
    switch (key) {
    case KEY_JSON:
        c->json = 1;
        return 0;
    case KEY_THREADS:
        c->threads = (uint32_t)snq_common_number(state, "threads", arg, 1, SNQ_THREADS_MAX);
        return 0;
    case KEY_SEED:
        c->seed = (uint64_t)snq_common_number(state, "seed", arg, 0, LONG_MAX);
        return 0;
    case KEY_TIMINGS:
        c->timings = 1;
        return 0;
    case KEY_FORCE:
        c->force = 1;
        return 0;
    case 'q':
        c->quiet = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (snq_inputs_add(&c->inputs, arg) < 0)
            argp_failure(state, SNQ_EXIT_ENVIRONMENT, 0, "%s", snq_last_error());
        return 0;
    case ARGP_KEY_END:
        if (!c->inputs.count && !c->other_names)
            argp_error(state, "name at least one file or folder");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp_child *snq_common_children(void)
{
    static const struct argp spec = { .options = option_tab, .parser = parse };
    static const struct argp_child children[] = { { &spec, 0, NULL, 0 }, { 0 } };
    return children;
}

void snq_common_clear(snq_common *c)
{
    snq_inputs_clear(&c->inputs);
}

uint32_t snq_common_threads(const snq_common *c)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return c->threads ? c->threads : cpus > 1 ? (uint32_t)cpus : 1;
}

void snq_common_refuse(const char *path, const char *why)
{
    snq_str s;
    snq_str_init(&s, 1u << 20);
    snq_str_put_printable(&s, path);
    snq_str_put(&s, ": ");
    snq_str_put_printable(&s, why);
    fprintf(stderr, "sonique: %s\n", snq_str_text(&s));
    snq_str_clear(&s);
}

void snq_common_count_refused(snq_common *c, uint32_t index, const char *why)
{
    snq_common_refuse(c->inputs.item[index].path, why);
    c->refused++;
}

snq_status snq_common_flush(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return SNQ_FAIL(SNQ_ERR_IO, "can't write the result: %s", strerror(errno));
    return SNQ_OK;
}

static void on_progress(void *user, const snq_batch_progress *b)
{
    snq_common *c = user;
    const snq_progress_state state = { .files = b->files,
                                       .done = b->done,
                                       .part = b->part,
                                       .media_s = b->media_s,
                                       .pictures = b->pictures,
                                       .name = b->name };
    snq_progress_show(&c->progress, &state);
}

static void on_unconfined(void *user, const snq_confinement *confinement)
{
    snq_common *c = user;
    if (c->quiet)
        return;
    snq_progress_wipe(&c->progress);
    fprintf(stderr, "sonique: workers are not fully confined: %s (sonique doctor tells more)\n",
            confinement->missing);
}

void snq_common_begin(snq_common *c, snq_batch_hooks *hooks)
{
    snq_progress_init(&c->progress, stderr, c->quiet);
    hooks->progress = on_progress;
    hooks->unconfined = on_unconfined;
    hooks->user = c;
}

int snq_common_end(snq_common *c, snq_status st)
{
    snq_progress_wipe(&c->progress);
    if (st < 0 && st != SNQ_ERR_CANCELLED) {
        fprintf(stderr, "sonique: %s\n", snq_last_error());
        return SNQ_EXIT_ENVIRONMENT;
    }
    if (c->refused && c->inputs.count > 1 && !c->quiet && st >= 0)
        fprintf(stderr, "sonique: %u of %u inputs refused, %u analysed\n", c->refused,
                c->inputs.count, c->inputs.count - c->refused);
    return c->refused || c->unmade ? SNQ_EXIT_REFUSED : SNQ_EXIT_OK;
}
