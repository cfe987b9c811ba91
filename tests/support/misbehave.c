// SPDX-License-Identifier: MIT
#include "support/misbehave.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/confine.h"
#include "listen/analyser.h"

typedef struct state {
    int deed, blocks;
    volatile char *hoard;
} state;

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to misbehave with");
    s->deed = (int)setup->rate_hz - MISBEHAVE_RATE_HZ;
    return SNQ_OK;
}

/* So that no compiler sees through what follows. */
static volatile int for_ever = 1;
static int *volatile nowhere;

static int recurse(volatile char *above, int depth)
{
    volatile char here[4096];
    if (!for_ever)
        return depth;
    here[0] = above ? above[0] : 1;
    here[4095] = (char)depth;
    const int deeper = recurse(here, depth + 1);
    return deeper + here[4095]; /* after the call: it must keep its frame */
}

static void hoard(void)
{
    for (;;) {
        char *p = malloc(1 << 24);
        memset(p, 1, 1 << 24); /* also when it is NULL */
        *(char *volatile *)(void *)p = p;
    }
}

static snq_status starve(void)
{
    size_t n = 0;
    void *last = NULL;
    for (;; n++) {
        void **p = snq_calloc(1 << 24, 1);
        if (!p)
            break;
        *p = last;
        last = p;
    }
    /* an analyser that leaks what it took would starve the others: give it back, but fail */
    while (last) {
        void *before = *(void **)last;
        snq_free(last);
        last = before;
    }
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for more than %zu blocks", n);
}

static void babble(void)
{
    static const char words[] = "SNQw this is no frame, whatever it begins with";
    for (int fd = 0; fd < 64; fd++)
        if (write(fd, words, sizeof words) < 0)
            continue;
    poll(NULL, 0, 50);
}

static snq_status escape(void)
{
    const uint32_t refused = snq_confine_try();
    for (uint32_t i = 0; i < SNQ_CONFINE_TRIES; i++)
        if (!(refused >> i & 1))
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "could %s", snq_confine_try_text(i));
    return SNQ_FAIL(SNQ_ERR_INTERNAL, "all refused");
}

static void scribble(state *s)
{
    volatile char *p = (volatile char *)s;
    for (size_t i = 0; i < (size_t)1 << 30; i++)
        p[i] = (char)i;
}

static snq_status strike(state *s)
{
    switch (s->deed) {
    case MISBEHAVE_segfault:
        *nowhere = 1;
        break;
    case MISBEHAVE_abort:
        abort();
    case MISBEHAVE_loop:
        for (volatile unsigned i = 0;; i++)
            ;
    case MISBEHAVE_recurse:
        return recurse(NULL, 0) ? SNQ_OK : SNQ_END;
    case MISBEHAVE_hoard:
        hoard();
        break;
    case MISBEHAVE_starve:
        return starve();
    case MISBEHAVE_sleep:
        for (;;)
            poll(NULL, 0, -1);
    case MISBEHAVE_leave:
        _exit(7);
    case MISBEHAVE_babble:
        babble();
        break;
    case MISBEHAVE_escape:
        return escape();
    case MISBEHAVE_scribble:
        scribble(s);
        break;
    case MISBEHAVE_fail:
        return SNQ_FAIL(SNQ_ERR_INTERNAL, "an honest error");
    default:
        break;
    }
    return SNQ_OK;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    return ++s->blocks == 2 ? strike(s) : SNQ_OK;
}

static snq_status finish(void *p, snq_hearing *h)
{
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
}

static const snq_analyser misbehave = {
    .id = "misbehave",
    .title = "does what no analyser may",
    .version = "1",
    .needs = SNQ_NEED_LEVELS,
    .begin = begin,
    .block = block,
    .finish = finish,
    .refuse = refuse,
    .free = snq_free,
};

const snq_analyser *const *snq_analysers(uint32_t *count)
{
    static const snq_analyser *const all[] = {
        &snq_regions_analyser,  &snq_loudness_analyser, &misbehave,
        &snq_dynamics_analyser, &snq_spectrum_analyser, &snq_stereo_analyser,
        &snq_onsets_analyser,   &snq_beats_analyser,    &snq_key_analyser,
        &snq_chords_analyser,   &snq_patterns_analyser,
    };
    *count = SNQ_COUNT(all);
    return all;
}

const snq_analyser *snq_analyser_find(const char *id)
{
    uint32_t count;
    const snq_analyser *const *all = snq_analysers(&count);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(all[i]->id, id) == 0)
            return all[i];
    return NULL;
}
