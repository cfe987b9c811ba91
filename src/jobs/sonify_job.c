// SPDX-License-Identifier: MIT
#include "jobs/sonify_job.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "jobs/curves_csv.h"
#include "jobs/film_score.h"
#include "jobs/film_taste.h"
#include "jobs/map_library.h"
#include "jobs/map_plot.h"
#include "jobs/session_open_impl.h"
#include "jobs/sonify_report.h"
#include "media/atomic_file.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

/* What of the work each part takes, roughly: watching is slow, the rest is not. */
#define SEEN_PART  0.55
#define HEARD_PART 0.60
#define MIXED_PART 0.85

typedef struct work {
    const snq_sonify_cfg *cfg;
    snq_sonification *out;
    snq_film_table *table; /* owned */
    snq_map_library maps;
    snq_map_template *read;      /* from a file, owned; NULL */
    const snq_map_template *map; /* borrowed from one of these */
    snq_warnings warnings;       /* of all before the rendering */
    snq_brief brief;             /* completed */
    snq_film_view view;
    snq_film_score score;
    double from, to; /* what of the whole the present part is */
    const char *doing;
    const char *at_fault;
    snq_atomic_file *film, *report; /* of a film; they get their names at the very end */
} work;

/* ---------------------------------------------------------------- how far it is */

static void begin_part(work *w, double from, double to, const char *doing)
{
    w->from = from;
    w->to = to;
    w->doing = doing;
}

static void tell(const work *w, double part, double media_s)
{
    if (w->cfg->progress)
        w->cfg->progress(w->cfg->user, w->from + (w->to - w->from) * fmin(part, 1.0), media_s,
                         w->doing);
}

static void on_batch(void *user, const snq_batch_progress *p)
{
    tell(user, p->part, p->media_s);
}

static void on_render(void *user, double done_s, double of_s)
{
    tell(user, of_s > 0.0 ? done_s / of_s : 1.0, done_s);
}

static void on_unconfined(void *user, const snq_confinement *c)
{
    const work *w = user;
    if (w->cfg->unconfined)
        w->cfg->unconfined(w->cfg->user, c);
}

static snq_batch_hooks hooks_of(work *w)
{
    return (snq_batch_hooks) {
        .cancel = w->cfg->cancel, .progress = on_batch, .unconfined = on_unconfined, .user = w
    };
}

/* ---------------------------------------------------------------- data and names */

static snq_status load_map(work *w)
{
    if (!w->cfg->map)
        return snq_map_library_load(&w->maps);
    w->at_fault = w->cfg->map;
    SNQ_TRY(snq_map_library_open(w->cfg->map, &w->warnings, &w->read));
    w->map = w->read;
    return SNQ_OK;
}

static snq_film_out_cfg film_cfg(const snq_sonify_cfg *cfg)
{
    snq_film_out_cfg film = snq_film_out_cfg_default();
    film.video = cfg->video;
    film.out = cfg->out;
    film.force = cfg->force;
    film.original = cfg->original;
    film.threads = cfg->threads;
    return film;
}

/* ---------------------------------------------------------------- seeing */

/* What can't be written is said before it is watched. */
static snq_status probe(work *w)
{
    snq_film_out_cfg cfg = film_cfg(w->cfg);
    if (!w->out->is_film)
        return SNQ_OK;
    cfg.hooks = hooks_of(w);
    begin_part(w, 0.0, 0.0, "looking at the film");
    const snq_status st = snq_film_out_probe(&cfg);
    return st == SNQ_ERR_UNSUPPORTED ? SNQ_ERR_FORMAT : st; /* its codec: nothing is missing here */
}

static snq_status look(work *w)
{
    const snq_film_view_cfg cfg = { .path = w->cfg->video,
                                    .preset = w->cfg->preset,
                                    .threads = w->cfg->threads,
                                    .look = !w->out->is_film,
                                    .hooks = hooks_of(w) };
    begin_part(w, 0.0, SEEN_PART, "watching");
    SNQ_TRY(snq_film_view_open(&cfg, &w->view));
    w->out->traits = w->view.traits;
    snq_warnings_join(&w->warnings, &w->view.sight.warnings);
    return SNQ_OK;
}

static snq_status listen(work *w)
{
    const snq_film_view_cfg cfg = { .path = w->cfg->video,
                                    .threads = w->cfg->threads,
                                    .hooks = hooks_of(w) };
    if (!snq_film_view_wants_sound(w->map))
        return SNQ_OK;
    begin_part(w, SEEN_PART, HEARD_PART, "listening");
    return snq_film_view_listen(&cfg, &w->view);
}

/* Who names a template and no genre wants the genre that it is made for. */
static void take_genre(const snq_map_template *map, snq_brief *b, snq_film_words *why)
{
    for (int g = 0; g < SNQ_GENRES && !b->genres; g++)
        if (strcmp(snq_genre_names[g], map->target_genre) == 0 && !(b->avoid_genres >> g & 1)) {
            b->genre[b->genres++] = (uint8_t)g;
            snq_film_words_add(why, "%s: what the template \"%s\" is made for", snq_genre_names[g],
                               map->id);
        }
}

/* What the words leave open the picture decides; then it is known which matrix goes with it. */
static snq_status decide(work *w)
{
    const snq_style_library *styles = w->out->composition.styles;
    SNQ_TRY(snq_brief_copy(w->cfg->brief, &w->brief));
    if (w->map && !w->cfg->style)
        take_genre(w->map, &w->brief, &w->out->why);
    SNQ_TRY(snq_film_taste_brief(w->table, styles, &w->view.traits, &w->brief, &w->out->why));
    if (w->map)
        return SNQ_OK;
    const char *genre = w->cfg->style     ? w->cfg->style
                        : w->brief.genres ? snq_genre_names[w->brief.genre[0]]
                                          : NULL;
    return snq_film_taste_template(w->table, &w->maps, genre, &w->map);
}

static snq_status make_score(work *w)
{
    const snq_film_score_cfg cfg = { .view = &w->view,
                                     .table = w->table,
                                     .map = w->map,
                                     .brief = &w->brief,
                                     .style = w->cfg->style,
                                     .prompt = w->cfg->prompt,
                                     .seed = w->cfg->seed,
                                     .tempo_changes = w->cfg->tempo_changes };
    return snq_film_score_make(&cfg, &w->out->composition, &w->score, &w->out->why, &w->warnings);
}

/* ---------------------------------------------------------------- hearing */

/* The target is that of music and the film's own sound together. */
static snq_status write_film(work *w, const char *mix)
{
    const snq_intent *in = &w->out->composition.session.intent;
    snq_film_out_cfg cfg = film_cfg(w->cfg);
    cfg.music = mix;
    cfg.lufs = in->target_lufs;
    cfg.ceiling_dbtp = in->ceiling_dbtp;
    cfg.title = in->title;
    cfg.pending = &w->film;
    cfg.hooks = hooks_of(w);
    begin_part(w, MIXED_PART, 1.0, "writing the film");
    tell(w, 0.0, 0.0);
    SNQ_TRY(snq_film_out_run(&cfg, &w->out->film));
    snq_warnings_join(&w->warnings, &w->out->film.warnings);
    return SNQ_OK;
}

static snq_status write_mapping(work *w, snq_folder_output *folder)
{
    snq_str text;
    snq_json j;
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_map_template_json(&j, w->map);
    snq_status st = snq_json_finish(&j);
    snq_str_put(&text, "\n");
    if (st >= 0)
        st = snq_folder_output_text(folder, "mapping.json", &text);
    snq_str_clear(&text);
    return st;
}

static snq_status write_curves(work *w, snq_folder_output *folder)
{
    snq_str text;
    const snq_film_plan *p = w->out->composition.session.film;
    snq_curves_csv_cfg cfg = snq_curves_csv_cfg_default(p->fit.end_s);
    cfg.score = &w->score.score;
    cfg.lead_s = p->fit.lead_s;
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = snq_curves_csv(&w->score.curves, &cfg, &text);
    if (st >= 0)
        st = snq_folder_output_text(folder, "curves.csv", &text);
    snq_str_clear(&text);
    return st;
}

/* Without a font there is no picture, and all the rest. */
static snq_status draw_curves(work *w, snq_folder_output *folder)
{
    char path[SNQ_PATH_MAX];
    const snq_session *s = &w->out->composition.session;
    snq_map_plot_cfg cfg = snq_map_plot_cfg_default();
    cfg.map = w->map;
    cfg.features = &w->view.features;
    cfg.result = &w->score.curves;
    cfg.sight = &w->view.sight;
    cfg.look = &w->view.look;
    cfg.score = &w->score.score;
    cfg.lead_s = s->film->fit.lead_s;
    cfg.hits = &s->film->hits;
    cfg.fit = &s->film->fit;
    SNQ_TRY(snq_folder_output_path(folder, "curves.png", path, sizeof path));
    const snq_status st = snq_map_plot_write(&cfg, path, 0);
    if (st != SNQ_ERR_UNSUPPORTED && st != SNQ_ERR_NOT_FOUND)
        return st;
    snq_warnings_add(&w->warnings, "no_picture", -1, "curves.png is not there: %s",
                     snq_last_error());
    return SNQ_OK;
}

static snq_status on_mixed(void *user, snq_folder_output *folder, const char *mix)
{
    work *w = user;
    if (w->out->is_film)
        return write_film(w, mix);
    SNQ_TRY(write_mapping(w, folder));
    SNQ_TRY(write_curves(w, folder));
    return draw_curves(w, folder);
}

static void on_tell(void *user, snq_json *j)
{
    const work *w = user;
    const snq_sonify_told told = { .traits = &w->out->traits,
                                   .why = &w->out->why,
                                   .curves = &w->score.curves,
                                   .out = w->out->is_film ? &w->out->film : NULL };
    snq_sonify_report_json(j, &told);
}

static snq_status on_reported(void *user, const snq_str *report)
{
    work *w = user;
    snq_str_init(&w->out->report, TEXT_BYTES_MAX);
    snq_str_put(&w->out->report, snq_str_text(report));
    return w->out->report.st;
}

/* OUT.mp4 -> OUT.report.json */
static snq_status report_path(const char *film, char to[SNQ_PATH_MAX])
{
    const char *dot = strrchr(film, '.');
    const int n = snprintf(to, SNQ_PATH_MAX, "%.*s.report.json", (int)(dot - film), film);
    return n >= 0 && n < SNQ_PATH_MAX ? SNQ_OK : SNQ_FAIL(SNQ_ERR_TOO_BIG, "its path is too long");
}

/* Beside the film; its name is taken before there is anything to put into it. */
static snq_status open_report(work *w)
{
    char path[SNQ_PATH_MAX];
    if (!w->out->is_film)
        return SNQ_OK;
    SNQ_TRY(report_path(w->cfg->out, path));
    return snq_atomic_open(path, w->cfg->force, &w->report);
}

static snq_status commit(snq_atomic_file **f)
{
    snq_atomic_file *file = *f;
    *f = NULL;
    return snq_atomic_commit(file);
}

/* Film and report are there; a film that has no name yet can't be left behind by what goes wrong with its report. */
static snq_status commit_film(work *w)
{
    FILE *to = snq_atomic_stream(w->report);
    const snq_str *text = &w->out->report;
    if (fwrite(text->text, 1, text->length, to) != text->length || fflush(to) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "writing its report: %s", strerror(errno));
    SNQ_TRY(commit(&w->film));
    return commit(&w->report);
}

static snq_status render(work *w)
{
    snq_composition *c = &w->out->composition;
    char beside[SNQ_PATH_MAX];
    snprintf(beside, sizeof beside, "%s.session", w->cfg->out);
    const snq_session_render_cfg cfg = { .session = &c->session,
                                         .score = &w->score.score,
                                         .out = w->out->is_film ? beside : w->cfg->out,
                                         .force = w->out->is_film || w->cfg->force,
                                         .level = UINT32_MAX,
                                         .discard = w->out->is_film,
                                         .mixed = on_mixed,
                                         .tell = on_tell,
                                         .reported = on_reported,
                                         .user = w,
                                         .run = { .threads = w->cfg->threads,
                                                  .cancel = w->cfg->cancel,
                                                  .progress = on_render,
                                                  .user = w } };
    begin_part(w, HEARD_PART, MIXED_PART, "playing");
    const snq_status st = snq_session_render(&cfg, &c->render);
    snq_warnings_join(&c->render.warnings, &w->warnings);
    return st;
}

/* ---------------------------------------------------------------- all of it */

/* A film by its ending, unless there is a folder of that name. */
static int is_film(const char *path)
{
    struct stat info;
    snq_film_container container;
    return snq_film_container_of(path, &container) >= 0 &&
           !(stat(path, &info) == 0 && S_ISDIR(info.st_mode));
}

snq_status snq_sonify_check(const snq_sonify_cfg *cfg)
{
    struct stat info;
    snq_film_container container;
    if (is_film(cfg->out)) {
        const snq_film_out_cfg film = film_cfg(cfg);
        return snq_film_out_check(&film);
    }
    if (snq_inputs_media_name(cfg->out))
        SNQ_TRY(snq_film_container_of(cfg->out, &container)); /* names those that there are */
    if (lstat(cfg->out, &info) != 0 || cfg->force)
        return SNQ_OK;
    return SNQ_FAIL(SNQ_ERR_EXISTS, "it exists already; --force replaces the files in it");
}

static snq_status make(work *w)
{
    const snq_sonify_cfg *cfg = w->cfg;
    w->at_fault = cfg->video;
    if (access(cfg->video, R_OK) != 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "%s", strerror(errno));
    w->at_fault = cfg->out;
    SNQ_TRY(snq_sonify_check(cfg));
    w->out->is_film = is_film(cfg->out);
    SNQ_TRY(open_report(w));
    SNQ_TRY(snq__composition_open(&w->out->composition));
    w->table = snq_calloc(1, sizeof *w->table);
    if (!w->table)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a table");
    SNQ_TRY(snq_film_taste_load(w->table));
    SNQ_TRY(load_map(w));
    w->at_fault = cfg->video;
    SNQ_TRY(probe(w));
    SNQ_TRY(look(w));
    SNQ_TRY(decide(w));
    SNQ_TRY(listen(w));
    SNQ_TRY(make_score(w));
    w->at_fault = cfg->out;
    SNQ_TRY(render(w));
    return w->out->is_film ? commit_film(w) : SNQ_OK;
}

snq_status snq_sonify_run(const snq_sonify_cfg *cfg, snq_sonification *out, const char **at_fault)
{
    *out = (snq_sonification) { 0 };
    work *w = snq_calloc(1, sizeof *w);
    if (!w)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a film");
    w->cfg = cfg;
    w->out = out;
    const snq_status st = make(w);
    *at_fault = w->at_fault;
    snq_atomic_abort(w->film);
    snq_atomic_abort(w->report);
    snq_film_score_clear(&w->score);
    snq_film_view_clear(&w->view);
    snq_brief_clear(&w->brief);
    snq_map_template_free(w->read);
    snq_map_library_clear(&w->maps);
    snq_free(w->table);
    snq_free(w);
    return st;
}

void snq_sonification_clear(snq_sonification *s)
{
    snq_composition_clear(&s->composition);
    snq_str_clear(&s->report);
    *s = (snq_sonification) { 0 };
}
