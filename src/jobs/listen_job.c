// SPDX-License-Identifier: MIT
/* IDEA   A crash names nobody: the analyser that wrote where it must not may be long done when another
 *        falls over it. So after a loss each analyser runs in a worker of its own; the one whose worker
 *        is lost again is the one, and the others' answers are put together.
 * STEPS  stage and edges: listen_job.h. First the recording alone is decoded: if that fails, no
 *        analyser is to blame and none need be tried.
 * COST   One loss costs a decoding and a run for each analyser, up to seven times the file's normal
 *        time; nothing when nothing fails.
 * LIMITS Analysers that crash only together are all found innocent: then all answers are there. */
#include "jobs/listen_job.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs/analyse.h"

#define REASON_FAILED  "its analyser failed"
#define REASON_CRASHED "its analyser crashed"
#define REASON_TIMEOUT "its analyser took too long and was stopped"

snq_status snq_listen_job_init(snq_listen_job *j, const snq_listen_request *request,
                               const char *path)
{
    memset(j, 0, sizeof *j);
    snq_hearing_init(&j->hearing);
    j->path = path;
    j->picture = request->portrait;
    j->clicks = request->peak;
    return snq_listen_request_analysers(request, j->analyser, &j->analysers);
}

void snq_listen_job_clear(snq_listen_job *j)
{
    snq_hearing_clear(&j->hearing);
    snq_portrait_clear(&j->portrait);
    for (uint32_t i = 0; j->part && i <= j->analysers; i++)
        snq_hearing_clear(&j->part[i]);
    snq_free(j->part);
    j->part = NULL;
}

/* Where "regions" is among the analysers; `analysers` when it isn't. */
static uint32_t regions_index(const snq_listen_job *j)
{
    uint32_t i = 0;
    while (i < j->analysers && j->analyser[i] != &snq_regions_analyser)
        i++;
    return i;
}

/* SOLO: "regions" runs along, because it is wanted, innocent, and not the one in question. */
static int with_regions(const snq_listen_job *j)
{
    const uint32_t r = regions_index(j);
    return r < j->analysers && r != j->solo && j->outcome[r].status &&
           strcmp(j->outcome[r].status, "ok") == 0;
}

static void add_id(snq_listen_request *request, const snq_analyser *a)
{
    snprintf(request->only[request->only_count++], SNQ_ID_MAX, "%s", a->id);
}

void snq_listen_job_ask(const snq_listen_job *j, snq_listen_request *request)
{
    request->only_count = 0;
    /* the picture, the waveform and the peak come from the first step that sees the whole stream */
    request->portrait = j->picture && j->stage != SNQ_LISTEN_SOLO;
    request->peak = j->clicks && j->stage != SNQ_LISTEN_SOLO;
    if (j->stage == SNQ_LISTEN_SOLO)
        request->waveform = SNQ_WAVEFORM_NONE;
    if (j->stage == SNQ_LISTEN_WHOLE)
        for (uint32_t i = 0; i < j->analysers; i++)
            add_id(request, j->analyser[i]);
    if (j->stage == SNQ_LISTEN_SOLO) {
        if (with_regions(j))
            add_id(request, j->analyser[regions_index(j)]);
        add_id(request, j->analyser[j->solo]);
    }
}

void snq_listen_job_refuse(snq_listen_job *j, snq_status st, const char *error)
{
    j->stage = SNQ_LISTEN_REFUSED;
    j->st = st;
    snprintf(j->error, sizeof j->error, "%s", error);
}

static void enter(snq_listen_job *j, snq_listen_stage stage)
{
    j->stage = stage;
    j->kills = 0;
}

/* Take what the reply holds. */
static void take_hearing(snq_listen_job *j, snq_heard_reply *reply, snq_hearing *to)
{
    *to = reply->hearing;
    snq_hearing_init(&reply->hearing);
    to->file.path = j->path;
    if (j->stage != SNQ_LISTEN_SOLO)
        j->peak = reply->peak;
    if (!reply->has_portrait)
        return;
    snq_portrait_clear(&j->portrait);
    j->portrait = reply->portrait;
    reply->portrait = (snq_portrait) { 0 };
    reply->has_portrait = 0;
    j->has_portrait = 1;
}

/* Everything up to now is done. */
static void go_on(snq_listen_job *j)
{
    const int drawing = j->picture && j->has_portrait && j->stage < SNQ_LISTEN_DRAWING;
    const int clicking = j->clicks && !j->hearing.beats_reason && j->hearing.beats.beats &&
                         j->stage < SNQ_LISTEN_CLICKING;
    enter(j, drawing ? SNQ_LISTEN_DRAWING : clicking ? SNQ_LISTEN_CLICKING : SNQ_LISTEN_FINISHED);
}

static int same_regions(const snq_hearing *a, const snq_hearing *b)
{
    if (a->regions != b->regions)
        return 0;
    for (uint32_t i = 0; i < a->regions; i++)
        if (a->region[i].span.start_s != b->region[i].span.start_s ||
            a->region[i].span.end_s != b->region[i].span.end_s)
            return 0;
    return 1;
}

static const char *reason_of(const char *status)
{
    return strcmp(status, "crashed") == 0   ? REASON_CRASHED
           : strcmp(status, "timeout") == 0 ? REASON_TIMEOUT
                                            : REASON_FAILED;
}

/* Analyser k's sections and warnings go into the result. */
static void merge_one(snq_listen_job *j, uint32_t k)
{
    const snq_analyser *a = j->analyser[k];
    const snq_hearing *from = &j->part[k + 1];
    snq_hearing *h = &j->hearing;
    const int ok = strcmp(j->outcome[k].status, "ok") == 0;
    const int regions_match = ok && same_regions(h, from);
    const char *reason = ok ? "the regions were found otherwise" : reason_of(j->outcome[k].status);
    if (!ok)
        a->refuse(h, NULL, reason);
    else if (a->adopt)
        a->adopt(h, NULL, from, NULL);
    for (uint32_t i = 0; i < h->regions && (a->region_end || a->whole); i++)
        if (regions_match && a->adopt)
            a->adopt(h, &h->region[i], from, &from->region[i]);
        else if (!regions_match)
            a->refuse(h, &h->region[i], reason);
    if (ok)
        snq_warnings_join(&h->warnings, &from->warnings);
    h->plugin[h->plugins++] = j->outcome[k];
}

/* All steps are done: one hearing out of the parts, each of which keeps its texts and lists. */
static void merge(snq_listen_job *j)
{
    const uint32_t r = regions_index(j);
    const int has_regions = r < j->analysers && strcmp(j->outcome[r].status, "ok") == 0;
    snq_hearing *base = &j->part[has_regions ? r + 1 : 0];
    snq_hearing *h = &j->hearing;
    snq_hearing_clear(h);
    *h = *base;
    /* the list of regions moves, texts and lists stay where they are */
    base->region = NULL;
    base->regions = base->regions_room = 0;
    snq_arena_init(&h->lists, SNQ_HEARING_LISTS_MAX);
    h->warnings = j->part[0].warnings;
    h->plugins = 0;
    if (has_regions) {
        j->part[r + 1].regions = 0;
        snq_warnings_join(&h->warnings, &base->warnings);
    }
    for (uint32_t k = 0; k < j->analysers; k++)
        if (has_regions && k == r)
            h->plugin[h->plugins++] = j->outcome[k];
        else
            merge_one(j, k);
    go_on(j);
}

static void next_solo(snq_listen_job *j)
{
    j->kills = 0;
    if (++j->solo >= j->analysers)
        merge(j);
}

static void begin_salvage(snq_listen_job *j)
{
    j->part = snq_calloc(j->analysers + 1, sizeof *j->part);
    if (!j->part) {
        snq_listen_job_refuse(j, SNQ_ERR_NOMEM, "no memory to find out which analyser failed");
        return;
    }
    for (uint32_t i = 0; i <= j->analysers; i++) {
        snq_hearing_init(&j->part[i]);
        j->part[i].file.path = j->path;
    }
    enter(j, SNQ_LISTEN_STREAM);
}

static void end_solo(snq_listen_job *j, const char *status, const char *message)
{
    const snq_analyser *a = j->analyser[j->solo];
    snq_plugin_outcome *o = &j->outcome[j->solo];
    *o = (snq_plugin_outcome) { .id = a->id, .version = a->version, .status = status };
    snprintf(o->message, sizeof o->message, "%.*s", (int)sizeof o->message - 1, message);
    next_solo(j);
}

/* What the worker said of the analyser in question. */
static void heard_solo(snq_listen_job *j, snq_heard_reply *reply)
{
    const snq_plugin_outcome *said = NULL;
    snq_hearing *part = &j->part[j->solo + 1];
    if (reply->st < 0) {
        end_solo(j, "failed", reply->error);
        return;
    }
    snq_hearing_clear(part);
    take_hearing(j, reply, part);
    for (uint32_t i = 0; i < part->plugins; i++)
        if (strcmp(part->plugin[i].id, j->analyser[j->solo]->id) == 0)
            said = &part->plugin[i];
    if (!said) {
        end_solo(j, "failed", "its worker answered for another analyser");
        return;
    }
    j->outcome[j->solo] = *said;
    next_solo(j);
}

void snq_listen_job_heard(snq_listen_job *j, snq_heard_reply *reply)
{
    switch (j->stage) {
    case SNQ_LISTEN_WHOLE:
        if (reply->st == SNQ_ERR_NOMEM) {
            begin_salvage(j);
        } else if (reply->st < 0) {
            snq_listen_job_refuse(j, reply->st, reply->error);
        } else {
            snq_hearing_clear(&j->hearing);
            take_hearing(j, reply, &j->hearing);
            go_on(j);
        }
        break;
    case SNQ_LISTEN_STREAM:
        if (reply->st < 0) {
            snq_listen_job_refuse(j, reply->st, reply->error);
            break;
        }
        snq_hearing_clear(&j->part[0]);
        take_hearing(j, reply, &j->part[0]);
        j->solo = 0;
        enter(j, SNQ_LISTEN_SOLO);
        if (!j->analysers)
            merge(j);
        break;
    case SNQ_LISTEN_SOLO:
        heard_solo(j, reply);
        break;
    default:
        break;
    }
    snq_heard_reply_clear(reply);
}

void snq_listen_job_drawn(snq_listen_job *j, snq_status st, const char *error)
{
    if (st < 0)
        snq_listen_job_refuse(j, st, error);
    else
        go_on(j);
}

void snq_listen_job_clicked(snq_listen_job *j, snq_status st, const char *error)
{
    if (st < 0)
        snq_listen_job_refuse(j, st, error);
    else {
        j->clicked = 1;
        go_on(j);
    }
}

/* "the decoder crashed (SIGSEGV, signal 11) at byte 4096 of 61635" */
static void refuse_lost(snq_listen_job *j, const char *who, const snq_loss *loss)
{
    char what[160], text[SNQ_ERROR_MAX];
    snq_loss_text(loss, what, sizeof what);
    if (j->stage != SNQ_LISTEN_DRAWING && loss->size_bytes > 0)
        snprintf(text, sizeof text, "%s %s, near byte %lld of %lld", who, what,
                 (long long)loss->offset, (long long)loss->size_bytes);
    else if (j->stage != SNQ_LISTEN_DRAWING)
        snprintf(text, sizeof text, "%s %s, before the first sound", who, what);
    else
        snprintf(text, sizeof text, "%s %s", who, what);
    snq_listen_job_refuse(j, SNQ_ERR_INTERNAL, text);
}

void snq_listen_job_lost(snq_listen_job *j, const snq_loss *loss)
{
    char what[160];
    if (snq_loss_is_kill(loss, &j->kills))
        return;
    switch (j->stage) {
    case SNQ_LISTEN_WHOLE:
        begin_salvage(j);
        return;
    case SNQ_LISTEN_STREAM:
        refuse_lost(j, "the decoder", loss);
        return;
    case SNQ_LISTEN_SOLO:
        snq_loss_text(loss, what, sizeof what);
        end_solo(j, snq_loss_is_timeout(loss) ? "timeout" : "crashed", what);
        return;
    case SNQ_LISTEN_DRAWING:
        refuse_lost(j, "drawing the picture", loss);
        return;
    case SNQ_LISTEN_CLICKING:
        refuse_lost(j, "mixing the clicks", loss);
        return;
    default:
        return;
    }
}
