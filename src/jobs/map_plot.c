// SPDX-License-Identifier: MIT
/* STEPS  a lane     each output: curve, words for each enabled mapping, what these can reach together
 *        rest       every twentieth of a second each mapping is asked again whether it has a value; where none has, the
 *                   default stands in
 *        a hit      met on a downbeat, a beat, an eighth: the first whose error is within the fit's tolerance
 * COST   as much as the mapper's run for the rest; the rest is drawing. */
#include "jobs/map_plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/modules.h"
#include "jobs/nursery.h"
#include "plot/map_sheet.h"

#define LOOK_HZ 20.0
#define DASH    "\xE2\x80\x93"
#define ARROW   " \xE2\x86\x92 "

/* A lane, and what it borrows. */
typedef struct lane {
    snq_span *rest;
    size_t rests, room;
    char *line[SNQ_MAP_SHEET_SOURCES_MAX];
} lane;

typedef struct plan {
    const snq_map_plot_cfg *cfg;
    lane *lane; /* (result->outputs,), and what is drawn of them */
    snq_map_sheet_lane *drawn;
    snq_map_sheet_hit *hit;
    snq_modules modules;
} plan;

snq_map_plot_cfg snq_map_plot_cfg_default(void)
{
    return (snq_map_plot_cfg) { .bpm = 120, .target_lufs = NAN, .width_px = 1600 };
}

static void plan_clear(plan *p)
{
    for (size_t i = 0; p->lane && i < p->cfg->result->outputs; i++) {
        snq_free(p->lane[i].rest);
        for (size_t k = 0; k < SNQ_MAP_SHEET_SOURCES_MAX; k++)
            snq_free(p->lane[i].line[k]);
    }
    snq_free(p->lane);
    snq_free(p->drawn);
    snq_free(p->hit);
    snq_modules_clear(&p->modules);
}

/* ---- words ---- */

static void put_unit(snq_str *to, const char *unit)
{
    static const struct {
        const char *id, *text;
    } tab[] = { { "hz", "Hz" }, { "heights_s", "heights/s" }, { "deg", "\xC2\xB0" } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++)
        if (strcmp(unit, tab[i].id) == 0)
            unit = tab[i].text;
    if (*unit)
        snq_str_putf(to, " %s", unit);
}

static void put_output(snq_str *to, const snq_mapping *m, const snq_param *p)
{
    const double *out = m->transfer.out;
    if (p->choices)
        snq_str_putf(to, "%s " DASH " %s", p->choices[(int)snq_param_clamp(p, (float)out[0])],
                     p->choices[(int)snq_param_clamp(p, (float)out[1])]);
    else
        snq_str_putf(to, "%g" DASH "%g", out[0], out[1]);
}

static void put_shape(snq_str *to, const snq_mapping *m)
{
    const snq_transfer *t = &m->transfer;
    snq_str_putf(to, ", %s", snq_transfer_names[t->type]);
    if (t->type == SNQ_TRANSFER_EXPONENTIAL)
        snq_str_putf(to, " %g", t->exponent);
    else if (t->type == SNQ_TRANSFER_LOGARITHMIC)
        snq_str_putf(to, " %g", t->base);
    else if (t->type == SNQ_TRANSFER_SIGMOID)
        snq_str_putf(to, " %g at %g", t->steepness,
                     isnan(t->midpoint) ? (t->in[0] + t->in[1]) / 2 : t->midpoint);
    else if (t->type == SNQ_TRANSFER_CUSTOM)
        snq_str_putf(to, " %s", m->formula);
    if (t->log_scale)
        snq_str_put(to, " on a log scale");
}

static void put_mapping(snq_str *to, const snq_mapping *m, const snq_param *p)
{
    size_t n;
    char path[SNQ_SOURCE_TEXT_MAX];
    snq_source_path(m->source, path);
    snq_str_putf(to, "%s %g" DASH "%g", path, m->transfer.in[0], m->transfer.in[1]);
    put_unit(to, snq_source_rows(&n)[m->source.row].unit);
    snq_str_put(to, ARROW);
    put_output(to, m, p);
    put_shape(to, m);
    for (uint32_t i = 0, many = 0; i < SNQ_MAP_SYNCS; i++)
        if (m->sync >> i & 1)
            snq_str_putf(to, "%s%s", many++ ? " " : ", held to ", snq_map_sync_names[i]);
    if (!m->modulation.used)
        return;
    snq_source_path(m->modulation.source, path);
    snq_str_putf(to, ", modulated by %s (%s %g)", path, snq_modulation_names[m->modulation.type],
                 m->modulation.amount);
}

/* ---- lanes ---- */

static int sets(const snq_mapping *m, const snq_map_output *o)
{
    return m->enabled && m->destination == o->destination;
}

static int has_value(const snq_feature_set *f, const snq_mapping *m, double t_s)
{
    const snq_feature *source = snq_feature_set_find(f, m->source);
    if (!source || !source->value)
        return 0;
    double by = NAN;
    const snq_feature *other =
        m->modulation.used ? snq_feature_set_find(f, m->modulation.source) : NULL;
    if (other && other->value)
        by = snq_source_normalise(other->source.row, snq_feature_set_at(f, other, t_s));
    return !isnan(snq_mapping_at(m, snq_feature_set_at(f, source, t_s), by));
}

static snq_status add_rest(lane *l, double from_s, double to_s)
{
    if (l->rests && l->rest[l->rests - 1].end_s >= from_s) {
        l->rest[l->rests - 1].end_s = to_s;
        return SNQ_OK;
    }
    if (l->rests == l->room) {
        const size_t room = l->room ? 2 * l->room : 16;
        snq_span *more = snq_regrow(l->rest, l->room, room, sizeof *more);
        if (!more)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu stretches of rest", room);
        l->rest = more;
        l->room = room;
    }
    l->rest[l->rests++] = (snq_span) { from_s, to_s };
    return SNQ_OK;
}

static snq_status find_rests(const snq_map_plot_cfg *c, const snq_map_output *o, lane *l)
{
    const snq_span range = c->sight->video.range;
    const double length_s = snq_span_length(range);
    for (int64_t k = 0; (double)k / LOOK_HZ < length_s; k++) {
        const double t_s = (double)k / LOOK_HZ;
        int has = 0;
        for (uint32_t i = 0; i < c->map->mappings && !has; i++)
            has = sets(&c->map->mapping[i], o) && has_value(c->features, &c->map->mapping[i], t_s);
        if (!has)
            SNQ_TRY(add_rest(l, range.start_s + t_s,
                             range.start_s + fmin((double)(k + 1) / LOOK_HZ, length_s)));
    }
    return SNQ_OK;
}

static snq_status describe(const snq_mapping *m, const snq_param *p, char **to)
{
    snq_str text;
    snq_str_init(&text, 1 << 12);
    put_mapping(&text, m, p);
    *to = text.st < 0 ? NULL : snq_strdup(snq_str_text(&text));
    snq_str_clear(&text);
    return *to ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a line of text");
}

static snq_status make_lane(plan *p, size_t i)
{
    size_t n;
    const snq_map_plot_cfg *c = p->cfg;
    const snq_map_output *o = &c->result->output[i];
    const snq_destination *d = &snq_destinations(&n)[o->destination];
    lane *l = &p->lane[i];
    snq_map_sheet_lane *to = &p->drawn[i];
    *to = (snq_map_sheet_lane) { .param = &d->param,
                                 .curve = &o->curve,
                                 .acts = d->acts,
                                 .source = (const char *const *)l->line,
                                 .reason = o->reason };
    for (uint32_t k = 0; k < c->map->mappings; k++) {
        const snq_mapping *m = &c->map->mapping[k];
        const float lo = (float)fmin(m->transfer.out[0], m->transfer.out[1]);
        const float hi = (float)fmax(m->transfer.out[0], m->transfer.out[1]);
        if (!sets(m, o))
            continue;
        to->out[0] = to->sources ? fminf(to->out[0], lo) : lo;
        to->out[1] = to->sources ? fmaxf(to->out[1], hi) : hi;
        if (to->sources < SNQ_MAP_SHEET_SOURCES_MAX)
            SNQ_TRY(describe(m, &d->param, &l->line[to->sources]));
        to->sources++;
    }
    SNQ_TRY(find_rests(c, o, l));
    to->rest = l->rest;
    to->rests = (uint32_t)l->rests;
    return SNQ_OK;
}

/* ---- hits ---- */

static uint8_t met_of(const snq_hit_fit *fit, double t_s)
{
    if (!fit)
        return SNQ_MAP_SHEET_MISSED;
    const snq_hit_row row = snq_hit_fit_row(fit, t_s);
    return fabs(row.downbeat_error_s) <= fit->tolerance_s ? SNQ_MAP_SHEET_DOWNBEAT
           : fabs(row.beat_error_s) <= fit->tolerance_s   ? SNQ_MAP_SHEET_BEAT
           : fabs(row.eighth_error_s) <= fit->tolerance_s ? SNQ_MAP_SHEET_EIGHTH
                                                          : SNQ_MAP_SHEET_MISSED;
}

static snq_status make_hits(plan *p)
{
    const snq_hit_list *hits = p->cfg->hits;
    if (!hits || !hits->hits)
        return SNQ_OK;
    p->hit = snq_calloc(hits->hits, sizeof *p->hit);
    if (!p->hit)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u hits", hits->hits);
    for (uint32_t i = 0; i < hits->hits; i++)
        p->hit[i] = (snq_map_sheet_hit) { .t_s = hits->hit[i].t_s,
                                          .weight = hits->hit[i].weight,
                                          .kind = hits->hit[i].kind,
                                          .met = met_of(p->cfg->fit, hits->hit[i].t_s) };
    return SNQ_OK;
}

/* ---- all ---- */

static snq_status make(plan *p)
{
    const size_t n = p->cfg->result->outputs;
    p->lane = snq_calloc(n ? n : 1, sizeof *p->lane);
    p->drawn = snq_calloc(n ? n : 1, sizeof *p->drawn);
    if (!p->lane || !p->drawn)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu lanes", n);
    for (size_t i = 0; i < n; i++)
        SNQ_TRY(make_lane(p, i));
    SNQ_TRY(make_hits(p));
    return snq_modules_load(&p->modules, SNQ_MODULE_PLOT);
}

static snq_status draw(const plan *p, snq_sheet_sink sink, void *user)
{
    static const snq_watch_look nothing = { 0 };
    const snq_map_plot_cfg *c = p->cfg;
    const snq_font_file *font = p->modules.font;
    snq_sheet_cfg cfg = snq_sheet_cfg_default();
    cfg.width_px = c->width_px;
    cfg.target_lufs = c->target_lufs;
    cfg.title = c->title;
    cfg.regular = (snq_sheet_font) { font[0].bytes, font[0].length };
    cfg.bold = (snq_sheet_font) { font[1].bytes, font[1].length };
    const snq_map_sheet sheet = { .sight = c->sight,
                                  .look = c->look ? c->look : &nothing,
                                  .name = c->map->name,
                                  .what = c->map->description,
                                  .lane = p->drawn,
                                  .lanes = (uint32_t)c->result->outputs,
                                  .score = c->score,
                                  .bpm = c->bpm,
                                  .lead_s = c->lead_s,
                                  .hit = p->hit,
                                  .hits = p->hit ? c->hits->hits : 0,
                                  .loudness_lufs = c->loudness_lufs,
                                  .loudness = c->loudness,
                                  .loudness_step_s = c->loudness_step_s };
    return snq_map_sheet_draw(&sheet, &cfg, sink, user);
}

snq_status snq_map_plot_draw(const snq_map_plot_cfg *cfg, snq_sheet_sink sink, void *user)
{
    plan p = { .cfg = cfg };
    snq_status st = make(&p);
    if (st >= 0)
        st = draw(&p, sink, user);
    plan_clear(&p);
    return st;
}

static snq_status write_bytes(void *user, const char *bytes, size_t n)
{
    FILE *f = user;
    if (fwrite(bytes, 1, n, f) != n)
        return SNQ_FAIL(SNQ_ERR_IO, "can't write the picture: %s", strerror(errno));
    return SNQ_OK;
}

snq_status snq_map_plot_to(const snq_map_plot_cfg *cfg, snq_atomic_file *file)
{
    return snq_map_plot_draw(cfg, write_bytes, snq_atomic_stream(file));
}

snq_status snq_map_plot_write(const snq_map_plot_cfg *cfg, const char *path, int force)
{
    snq_atomic_file *file;
    SNQ_TRY(snq_atomic_open(path, force, &file));
    const snq_status st = snq_map_plot_to(cfg, file);
    if (st >= 0)
        return snq_atomic_commit(file);
    snq_atomic_abort(file);
    return st;
}
