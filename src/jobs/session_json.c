// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs/session.h"

static void put_track(snq_json *j, const snq_session *s, uint32_t i, const snq_mix_plan *mix)
{
    const snq_track_intent *t = &s->intent.track[i];
    const int strip = mix ? snq_mix_plan_strip(mix, t->name) : -1;
    snq_json_object(j);
    snq_json_put_string(j, "name", t->name);
    snq_json_put_string(j, "kind", t->kind);
    snq_json_put_string(j, "patch", t->patch);
    snq_json_put_int(j, "seed", (int64_t)s->track[i].seed);
    snq_json_put_int(j, "made", s->track[i].made);
    if (*s->track[i].stem)
        snq_json_put_string(j, "stem", s->track[i].stem);
    if (*s->track[i].recording)
        snq_json_put_string(j, "recording", s->track[i].recording);
    if (strip >= 0) {
        snq_json_key(j, "chain");
        snq_chain_json(j, &mix->strip[strip].inserts);
    }
    snq_json_end(j);
}

static void put_step(snq_json *j, const snq_session_step *s)
{
    snq_json_object(j);
    snq_json_put_int(j, "step", s->number);
    snq_json_put_string(j, "did", s->did);
    if (*s->track)
        snq_json_put_string(j, "track", s->track);
    if (s->prompt)
        snq_json_put_string(j, "prompt", s->prompt);
    snq_json_end(j);
}

void snq_session_json(snq_json *j, const snq_session *s, const snq_mix_plan *mix)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", SNQ_SESSION_SCHEMA);
    snq_json_put_string(j, "prompt", s->prompt ? s->prompt : "");
    snq_json_key(j, "brief");
    snq_brief_json(j, &s->brief);
    snq_json_put_int(j, "seed", (int64_t)s->intent.seed);
    snq_json_put_string(j, "style", s->style);
    snq_json_key(j, "context");
    snq_intent_json(j, &s->intent);
    snq_json_key(j, "tracks");
    snq_json_array(j);
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        put_track(j, s, i, mix);
    snq_json_end(j);
    snq_json_key(j, "locks");
    snq_json_array(j);
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        if (s->track[i].locked)
            snq_json_string(j, s->intent.track[i].name);
    snq_json_end(j);
    if (s->film) {
        snq_json_key(j, "film");
        snq_film_plan_json(j, s->film);
    }
    snq_json_key(j, "scenes");
    snq_json_array(j);
    snq_json_end(j);
    snq_json_key(j, "history");
    snq_json_array(j);
    for (uint32_t i = 0; i < s->steps; i++)
        put_step(j, &s->step[i]);
    snq_json_end(j);
    snq_json_end(j);
}

/* ---------------------------------------------------------------- reading */

static snq_status read_text(const snq_json_ref *at, char **out)
{
    const char *text;
    size_t n;
    SNQ_TRY(snq_json_text(at, &text, &n));
    *out = snq_strdup(text);
    return *out ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a session");
}

/* Member `key` of a track: a file in `folder` ("locked/"), nothing that leads elsewhere. */
static snq_status read_file(const snq_json_ref *at, const char *key, const char *folder, char *to)
{
    snq_json_ref member;
    const size_t n = strlen(folder);
    SNQ_TRY(snq_json_text_if(at, key, to, SNQ_SESSION_FILE_MAX));
    if (!*to || (strncmp(to, folder, n) == 0 && to[n] && to[n] != '.' && !strchr(to + n, '/')))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &member));
    return snq_json_fail(&member, SNQ_ERR_FORMAT, "a file in %s is wanted", folder);
}

static snq_status read_track(const snq_json_ref *at, snq_session *s, uint32_t i)
{
    static const char *const keys[] = { "name", "kind", "patch",     "seed",
                                        "made", "stem", "recording", "chain" };
    char name[SNQ_SCORE_NAME_MAX];
    int64_t seed, made;
    snq_json_ref member;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", name, sizeof name));
    if (strcmp(name, s->intent.track[i].name) != 0) {
        SNQ_TRY(snq_json_get(at, "name", SNQ_JSON_STRING, &member));
        return snq_json_fail(&member, SNQ_ERR_FORMAT, "track %u of the context is \"%s\"", i,
                             s->intent.track[i].name);
    }
    SNQ_TRY(snq_json_text_if(at, "patch", s->intent.track[i].patch, SNQ_SCORE_NAME_MAX));
    SNQ_TRY(snq_json_int_of(at, "seed", 0, (int64_t)SNQ_SESSION_SEED_MAX - 1, &seed));
    SNQ_TRY(snq_json_int_of(at, "made", 0, 1 << 30, &made));
    s->track[i].seed = (uint64_t)seed;
    s->track[i].made = (uint32_t)made;
    SNQ_TRY(read_file(at, "stem", "stems/", s->track[i].stem));
    return read_file(at, "recording", "locked/", s->track[i].recording);
}

static snq_status read_tracks(const snq_json_ref *at, snq_session *s)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "tracks", SNQ_JSON_ARRAY, &list));
    if (snq_json_count(&list) != s->intent.tracks)
        return snq_json_fail(&list, SNQ_ERR_FORMAT, "%zu tracks; the context has %u",
                             snq_json_count(&list), s->intent.tracks);
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_track(&item, s, i));
    }
    return SNQ_OK;
}

static snq_status read_locks(const snq_json_ref *at, snq_session *s)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "locks", SNQ_JSON_ARRAY, &list));
    for (size_t i = 0; i < snq_json_count(&list); i++) {
        char name[SNQ_SCORE_NAME_MAX];
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_as_text(&item, name, sizeof name));
        const int track = snq_session_find(s, name);
        if (track < 0)
            return snq_json_fail(&item, SNQ_ERR_NOT_FOUND, "there is no track \"%s\"", name);
        s->track[track].locked = 1;
    }
    return SNQ_OK;
}

static snq_status read_step(const snq_json_ref *at, snq_session *s)
{
    static const char *const keys[] = { "step", "did", "track", "prompt" };
    char did[sizeof s->step->did], track[SNQ_SESSION_FILE_MAX] = "";
    int64_t number;
    snq_json_ref member;
    char *prompt = NULL;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_int_of(at, "step", s->steps ? s->step[s->steps - 1].number + 1 : 1,
                            SNQ_SESSION_NUMBER_MAX, &number));
    SNQ_TRY(snq_json_text_of(at, "did", did, sizeof did));
    SNQ_TRY(snq_json_text_if(at, "track", track, sizeof track));
    if (snq_json_find(at, "prompt", &member))
        SNQ_TRY(read_text(&member, &prompt));
    const snq_status st = snq_session_did(s, did, track, prompt);
    snq_free(prompt);
    if (st >= 0)
        s->step[s->steps - 1].number = (uint32_t)number;
    return st;
}

static snq_status read_history(const snq_json_ref *at, snq_session *s)
{
    snq_json_ref list, item;
    SNQ_TRY(snq_json_get(at, "history", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n < 1 || n > SNQ_SESSION_STEPS_MAX)
        return snq_json_fail(&list, SNQ_ERR_RANGE, "%zu steps are not within 1 .. %d", n,
                             SNQ_SESSION_STEPS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read_step(&item, s));
    }
    return SNQ_OK;
}

static snq_status read_schema(const snq_json_ref *at)
{
    char schema[64];
    snq_json_ref member;
    SNQ_TRY(snq_json_get(at, "schema", SNQ_JSON_STRING, &member));
    SNQ_TRY(snq_json_as_text(&member, schema, sizeof schema));
    return strcmp(schema, SNQ_SESSION_SCHEMA) == 0
               ? SNQ_OK
               : snq_json_fail(&member, SNQ_ERR_FORMAT, "\"%s\" is not \"%s\"", schema,
                               SNQ_SESSION_SCHEMA);
}

static snq_status read_style(const snq_json_ref *at, snq_session_find_style *find_style, void *user,
                             snq_session *s, const snq_style **style)
{
    snq_json_ref member;
    char why[SNQ_ERROR_MAX];
    SNQ_TRY(snq_json_get(at, "style", SNQ_JSON_STRING, &member));
    SNQ_TRY(snq_json_as_text(&member, s->style, sizeof s->style));
    const snq_status st = find_style(user, s->style, style);
    if (st >= 0)
        return SNQ_OK;
    snprintf(why, sizeof why, "%s", snq_last_error());
    return snq_json_fail(&member, st, "%s", why);
}

static snq_status read_all(const snq_json_ref *at, snq_session_find_style *find_style, void *user,
                           snq_session *s)
{
    static const char *const keys[] = { "schema", "prompt", "brief", "seed",   "style",  "context",
                                        "tracks", "locks",  "film",  "scenes", "history" };
    const snq_style *style;
    snq_json_ref member;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_schema(at));
    SNQ_TRY(snq_json_get(at, "prompt", SNQ_JSON_STRING, &member));
    SNQ_TRY(read_text(&member, &s->prompt));
    SNQ_TRY(snq_json_get(at, "brief", SNQ_JSON_OBJECT, &member));
    SNQ_TRY(snq_brief_from_json(&member, &s->brief));
    SNQ_TRY(read_style(at, find_style, user, s, &style));
    SNQ_TRY(snq_json_get(at, "context", SNQ_JSON_OBJECT, &member));
    SNQ_TRY(snq_intent_from_json(&member, style, &s->intent));
    SNQ_TRY(read_tracks(at, s));
    SNQ_TRY(read_locks(at, s));
    if (snq_json_find(at, "film", &member))
        SNQ_TRY(snq_film_plan_from_json(&member, s->intent.bars, &s->film));
    return read_history(at, s);
}

snq_status snq_session_from_json(const snq_json_ref *at, snq_session_find_style *find_style,
                                 void *user, snq_session *out)
{
    snq_session_init(out);
    const snq_status st = read_all(at, find_style, user, out);
    if (st < 0)
        snq_session_clear(out);
    return st;
}
