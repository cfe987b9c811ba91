// SPDX-License-Identifier: MIT
#include "jobs/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/rng.h"

void snq_session_init(snq_session *s)
{
    *s = (snq_session) { 0 };
    snq_brief_init(&s->brief);
}

void snq_session_clear(snq_session *s)
{
    for (uint32_t i = 0; i < s->steps; i++)
        snq_free(s->step[i].prompt);
    snq_free(s->step);
    snq_free(s->prompt);
    snq_brief_clear(&s->brief);
    snq_film_plan_free(s->film);
    *s = (snq_session) { 0 };
}

int snq_session_find(const snq_session *s, const char *track)
{
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        if (strcasecmp(s->intent.track[i].name, track) == 0)
            return (int)i;
    return -1;
}

static snq_status make_room(snq_session *s)
{
    if (s->steps == SNQ_SESSION_STEPS_MAX) {
        snq_free(s->step[0].prompt);
        memmove(s->step, s->step + 1, (s->steps - 1) * sizeof *s->step);
        s->steps--;
    }
    if (s->steps < s->room)
        return SNQ_OK;
    const uint32_t room = s->room ? 2 * s->room : 16;
    snq_session_step *grown = snq_regrow(s->step, s->room, room, sizeof *grown);
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a session's history");
    s->step = grown;
    s->room = room;
    return SNQ_OK;
}

snq_status snq_session_did(snq_session *s, const char *did, const char *track, const char *prompt)
{
    const uint32_t number = s->steps ? s->step[s->steps - 1].number + 1 : 1;
    if (number > SNQ_SESSION_NUMBER_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d steps", SNQ_SESSION_NUMBER_MAX);
    char *copy = prompt ? snq_strdup(prompt) : NULL;
    if (prompt && !copy)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
    const snq_status st = make_room(s);
    if (st < 0) {
        snq_free(copy);
        return st;
    }
    snq_session_step *step = &s->step[s->steps++];
    *step = (snq_session_step) { .number = number, .prompt = copy };
    snprintf(step->did, sizeof step->did, "%s", did);
    snprintf(step->track, sizeof step->track, "%s", track);
    return SNQ_OK;
}

uint64_t snq_session_track_seed(uint64_t piece, const char *track, uint32_t made)
{
    snq_rng r;
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, 64 bits */
    for (; *track; track++)
        h = (h ^ (uint8_t)*track) * 0x100000001b3u;
    snq_rng_init(&r, piece ^ h ^ ((uint64_t)made << 32 | made));
    return snq_rng_next(&r) % SNQ_SESSION_SEED_MAX;
}
