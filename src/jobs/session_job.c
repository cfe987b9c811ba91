// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compose/composer.h"
#include "jobs/data_folders.h"
#include "jobs/render_plan.h"
#include "jobs/session_open_impl.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

/* ---------------------------------------------------------------- opening */

snq_status snq__composition_open(snq_composition *c)
{
    snq_session_init(&c->session);
    c->styles = snq_calloc(1, sizeof *c->styles);
    if (!c->styles)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the styles");
    return snq_style_library_load(NULL,
                                  c->styles); /* the rendering names patches that are missing */
}

void snq_composition_clear(snq_composition *c)
{
    snq_session_clear(&c->session);
    snq_render_report_clear(&c->render);
    if (c->styles)
        snq_style_library_clear(c->styles);
    snq_free(c->styles);
    snq_style_free(c->blend);
    *c = (snq_composition) { 0 };
}

snq_status snq__composition_blend(snq_composition *c, const snq_style **style)
{
    const snq_brief *b = &c->session.brief;
    const snq_style *lends = b->genres > 1 && !strcmp((*style)->id, snq_genre_names[b->genre[0]])
                                 ? snq_style_library_find(c->styles, snq_genre_names[b->genre[1]])
                                 : NULL;
    if (!lends)
        return SNQ_OK;
    snq_style_free(c->blend);
    c->blend = NULL;
    SNQ_TRY(snq_style_blend(*style, lends, &c->blend));
    *style = c->blend;
    return SNQ_OK;
}

/* The session's brief is there already: it is read before its style is asked for. */
static snq_status find_style(void *user, const char *id, const snq_style **out)
{
    snq_composition *c = user;
    SNQ_TRY(snq_style_library_get(c->styles, id, out));
    return snq__composition_blend(c, out);
}

/* `from`: "" or the folder of a step in the history, with a slash. */
static snq_status load_session(const snq_session_folder *f, const char *from, snq_composition *c)
{
    char name[SNQ_SESSION_FILE_MAX], path[SNQ_PATH_MAX];
    snq_text_file file;
    snq_json_doc *doc;
    snprintf(name, sizeof name, "%ssession.json", from);
    SNQ_TRY(snq__composition_open(c));
    SNQ_TRY(snq_session_folder_file(f, name, path));
    SNQ_TRY(snq_text_file_read(path, SNQ_SESSION_BYTES_MAX, &file));
    snq_status st = snq_json_parse(name, file.bytes, file.length, &doc);
    snq_free(file.bytes);
    SNQ_TRY(st);
    const snq_json_ref root = snq_json_root(doc);
    snq_session_clear(&c->session);
    st = snq_session_from_json(&root, find_style, c, &c->session);
    snq_json_doc_free(doc);
    return st;
}

/* "score.json: …" before what went wrong. */
static snq_status in_file(snq_status st, const char *name)
{
    char why[SNQ_ERROR_MAX];
    snprintf(why, sizeof why, "%s", snq_last_error());
    return SNQ_FAIL(st, "%s: %s", name, why);
}

static snq_status load_score(const snq_session_folder *f, const char *from, snq_score *out)
{
    char name[SNQ_SESSION_FILE_MAX], path[SNQ_PATH_MAX];
    snq_warnings warnings = { 0 };
    snprintf(name, sizeof name, "%sscore.json", from);
    SNQ_TRY(snq_session_folder_file(f, name, path));
    snq_status st = snq_score_load(path, out, &warnings);
    if (st >= 0)
        st = snq_score_sort(out);
    if (st >= 0)
        st = snq_score_check(out);
    if (st < 0) {
        snq_score_clear(out);
        return in_file(st, name);
    }
    return SNQ_OK;
}

snq_status snq_session_read(const char *path, snq_composition *out)
{
    snq_session_folder f;
    *out = (snq_composition) { 0 };
    SNQ_TRY(snq_session_folder_open(path, &f));
    const snq_status st = load_session(&f, "", out);
    snq_session_folder_close(&f);
    return st;
}

/* ---------------------------------------------------------------- composing and rendering */

snq_status snq__session_compose(const snq_session *s, const snq_score *kept, uint32_t anew,
                                snq_score *out)
{
    snq_compose_cfg cfg = { .brief = &s->brief, .intent = &s->intent, .kept = kept, .anew = anew };
    if (s->film) {
        cfg.wish = s->film->wish;
        cfg.fit = kept ? NULL : &s->film->fit;
    }
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        cfg.track_seed[i] = s->track[i].seed;
    return snq_compose(&cfg, out);
}

/* The session into its own folder, mixed as `from` says; of cfg: score, fresh, level, keep, run. */
static snq_status render_in_place(const snq_session_folder *f, const char *from,
                                  snq_session_render_cfg cfg, snq_composition *c)
{
    char name[SNQ_SESSION_FILE_MAX], mix[SNQ_PATH_MAX];
    snprintf(name, sizeof name, "%smix.json", from);
    SNQ_TRY(snq_session_folder_file(f, name, mix));
    cfg.session = &c->session;
    cfg.out = f->path;
    cfg.force = 1;
    cfg.in = f;
    cfg.mix = mix;
    return snq_session_render(&cfg, &c->render);
}

/* ---------------------------------------------------------------- tracks anew */

/* Names of a set of tracks, ", " between. */
static void name_tracks(const snq_session *s, uint32_t set, char *to, size_t room)
{
    size_t n = 0;
    *to = '\0';
    for (uint32_t i = 0; i < s->intent.tracks && n < room; i++)
        if (set >> i & 1)
            n += (size_t)snprintf(to + n, room - n, "%s%s", n ? ", " : "", s->intent.track[i].name);
}

static snq_status find_tracks(const snq_session *s, const char *const *track, size_t tracks,
                              uint32_t *set)
{
    *set = 0;
    for (size_t i = 0; i < tracks; i++) {
        const int k = snq_session_find(s, track[i]);
        if (k < 0)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no track \"%s\"", track[i]);
        *set |= 1u << k;
    }
    return SNQ_OK;
}

/* What the new prompt says of a track, over what was asked for at first. */
static void join_briefs(const snq_brief *now, int part, snq_brief *b)
{
    const uint32_t said = now->modifiers[part] | now->modifiers[SNQ_PART_mix];
    if (said || now->avoid_modifiers[part]) {
        b->modifiers[part] = said;
        b->avoid_modifiers[part] = now->avoid_modifiers[part] | now->avoid_modifiers[SNQ_PART_mix];
    }
    if (now->instruments)
        b->instruments = now->instruments;
    if (now->avoid_instruments)
        b->avoid_instruments = now->avoid_instruments;
    if (now->moods)
        b->moods = now->moods;
    if (now->energy)
        b->energy = now->energy;
}

/* Track `i` as it would be had the prompt been so; the rest of the piece stays what it is. */
static snq_status rethink(snq_composition *c, uint32_t i, const snq_brief *now)
{
    snq_session *s = &c->session;
    snq_track_intent *t = &s->intent.track[i];
    snq_brief b;
    snq_intent *in = snq_calloc(1, sizeof *in);
    if (!in)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a track");
    snq_status st = snq_brief_copy(&s->brief, &b);
    if (st >= 0) {
        join_briefs(now, t->part, &b);
        st = snq_intent_decide(&b, s->intent.style, c->styles->sounds, s->intent.seed, in);
        snq_brief_clear(&b);
    }
    for (uint32_t k = 0; st >= 0 && k < in->tracks; k++)
        if (strcmp(in->track[k].name, t->name) == 0)
            *t = in->track[k];
    snq_free(in);
    return st;
}

static snq_status plan_anew(const snq_regenerate_cfg *cfg, uint32_t anew, snq_composition *c)
{
    snq_session *s = &c->session;
    char names[SNQ_SESSION_FILE_MAX];
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        snq_session_track *t = &s->track[i];
        if (!(anew >> i & 1))
            continue;
        if (*t->recording)
            return SNQ_FAIL(SNQ_ERR_STATE, "%s is a recording: it stays as it is",
                            s->intent.track[i].name);
        if (t->locked)
            return SNQ_FAIL(SNQ_ERR_STATE, "%s is locked: sonique unlock %s %s",
                            s->intent.track[i].name, cfg->path, s->intent.track[i].name);
        t->made++;
        t->seed = cfg->seed < SNQ_SESSION_SEED_MAX
                      ? cfg->seed
                      : snq_session_track_seed(s->intent.seed, s->intent.track[i].name, t->made);
        if (cfg->brief)
            SNQ_TRY(rethink(c, i, cfg->brief));
    }
    name_tracks(s, anew, names, sizeof names);
    return snq_session_did(s, anew ? "regenerate" : "render", names, cfg->prompt);
}

/* Tracks that have never been rendered: nobody set their levels yet. */
static uint32_t unheard(const snq_session *s)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        set |= (uint32_t) !*s->track[i].stem << i;
    return set;
}

/* What a film moves in a track, it moves in the track that is made in its place. */
static snq_status keep_curves(const snq_session *s, const snq_score *kept, uint32_t anew,
                              snq_score *to)
{
    for (uint32_t i = 0; s->film && i < s->intent.tracks; i++) {
        const snq_track *from = snq_score_find_track(kept, s->intent.track[i].name);
        snq_track *track = snq_score_find_track(to, s->intent.track[i].name);
        if (anew >> i & 1 && from && track)
            SNQ_TRY(snq_track_copy_curves(from, track));
    }
    return SNQ_OK;
}

static snq_status regenerate(const snq_session_folder *f, const snq_regenerate_cfg *cfg,
                             snq_composition *out)
{
    snq_score kept, score;
    uint32_t anew;
    SNQ_TRY(load_session(f, "", out));
    SNQ_TRY(find_tracks(&out->session, cfg->track, cfg->tracks, &anew));
    SNQ_TRY(load_score(f, "", &kept));
    snq_status st = plan_anew(cfg, anew, out);
    if (st >= 0)
        st = anew ? snq__session_compose(&out->session, &kept, anew, &score)
                  : render_in_place(f, "",
                                    (snq_session_render_cfg) { .score = &kept,
                                                               .level = unheard(&out->session),
                                                               .keep = 1,
                                                               .run = cfg->run },
                                    out);
    if (st >= 0 && anew) {
        st = keep_curves(&out->session, &kept, anew, &score);
        if (st < 0)
            snq_score_clear(&score);
    }
    snq_score_clear(&kept);
    if (st >= 0 && anew) {
        st = render_in_place(f, "",
                             (snq_session_render_cfg) { .score = &score,
                                                        .fresh = cfg->brief ? anew : 0,
                                                        .level = anew | unheard(&out->session),
                                                        .keep = 1,
                                                        .run = cfg->run },
                             out);
        snq_score_clear(&score);
    }
    return st;
}

snq_status snq_regenerate_run(const snq_regenerate_cfg *cfg, snq_composition *out)
{
    snq_session_folder f;
    *out = (snq_composition) { 0 };
    SNQ_TRY(snq_session_folder_open(cfg->path, &f));
    const snq_status st = regenerate(&f, cfg, out);
    snq_session_folder_close(&f);
    return st;
}

/* ---------------------------------------------------------------- locks */

/* session.json alone, and how all was before. */
static snq_status write_session(const snq_session_folder *f, const snq_session *s,
                                const snq_str *text)
{
    snq_folder_output *folder;
    const unsigned number = s->step[s->steps - 1].number;
    SNQ_TRY(snq_folder_output_open(f->path, 1, &folder));
    snq_status st = snq_session_folder_keep(f, number, folder);
    if (st >= 0)
        st = snq_folder_output_text(folder, "session.json", text);
    if (st < 0) {
        snq_folder_output_abort(folder);
        return st;
    }
    SNQ_TRY(snq_folder_output_commit(folder));
    snq_session_folder_trim(f, number);
    return SNQ_OK;
}

static snq_status rewrite_session(const snq_session_folder *f, const snq_session *s)
{
    char mix[SNQ_PATH_MAX];
    snq_str text;
    SNQ_TRY(snq_session_folder_file(f, "mix.json", mix));
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = snq_session_text(s, mix, &text);
    if (st >= 0)
        st = write_session(f, s, &text);
    snq_str_clear(&text);
    return st;
}

static snq_status lock_tracks(const snq_session_folder *f, const char *const *track, size_t tracks,
                              int lock, snq_composition *out)
{
    snq_session *s = &out->session;
    char names[SNQ_SESSION_FILE_MAX];
    uint32_t set;
    SNQ_TRY(load_session(f, "", out));
    SNQ_TRY(find_tracks(s, track, tracks, &set));
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        char path[SNQ_PATH_MAX];
        if (!(set >> i & 1))
            continue;
        if (*s->track[i].recording && !lock)
            return SNQ_FAIL(SNQ_ERR_STATE, "%s is a recording: it stays locked",
                            s->intent.track[i].name);
        SNQ_TRY(snq_session_folder_file(f, s->track[i].stem, path));
        if (lock && (!*s->track[i].stem || access(path, R_OK) != 0))
            return SNQ_FAIL(SNQ_ERR_STATE, "%s has no stem", s->intent.track[i].name);
        s->track[i].locked = lock;
    }
    name_tracks(s, set, names, sizeof names);
    SNQ_TRY(snq_session_did(s, lock ? "lock" : "unlock", names, NULL));
    return rewrite_session(f, s);
}

snq_status snq_lock_run(const char *path, const char *const *track, size_t tracks, int lock,
                        snq_composition *out)
{
    snq_session_folder f;
    *out = (snq_composition) { 0 };
    SNQ_TRY(snq_session_folder_open(path, &f));
    const snq_status st = lock_tracks(&f, track, tracks, lock, out);
    snq_session_folder_close(&f);
    return st;
}

/* ---------------------------------------------------------------- back */

static snq_status undo(const snq_session_folder *f, const snq_session_run *run,
                       snq_composition *out)
{
    char from[64];
    unsigned number;
    snq_score score;
    SNQ_TRY(snq_session_folder_last(f, &number));
    if (!number)
        return SNQ_FAIL(SNQ_ERR_STATE, "there is no step to take back");
    snprintf(from, sizeof from, "history/%04u/", number);
    SNQ_TRY(load_session(f, from, out));
    SNQ_TRY(load_score(f, from, &score));
    const snq_status st =
        render_in_place(f, from, (snq_session_render_cfg) { .score = &score, .run = *run }, out);
    snq_score_clear(&score);
    if (st >= 0)
        snq_session_folder_forget(f, number);
    return st;
}

snq_status snq_undo_run(const char *path, const snq_session_run *run, snq_composition *out)
{
    snq_session_folder f;
    *out = (snq_composition) { 0 };
    SNQ_TRY(snq_session_folder_open(path, &f));
    const snq_status st = undo(&f, run, out);
    snq_session_folder_close(&f);
    return st;
}
