// SPDX-License-Identifier: MIT
#include "jobs/film_view.h"

#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "base/str.h"
#include "jobs/inputs.h"
#include "jobs/listen_batch.h"
#include "jobs/watch_batch.h"
#include "score/sight_pack.h"

enum { SIGHT_BYTES_MAX = 1 << 28 };

typedef struct look {
    const snq_film_view_cfg *cfg;
    snq_film_view *view;
    snq_status st; /* of the film */
    char error[SNQ_ERROR_MAX];
} look;

/* ---------------------------------------------------------------- the picture */

/* The batch's own ends with the call: through bytes, as it came from its worker. */
static snq_status copy_sight(const snq_sight *from, snq_sight *to)
{
    snq_str bytes;
    snq_unpack u;
    snq_str_init(&bytes, SIGHT_BYTES_MAX);
    snq_sight_pack(&bytes, from);
    snq_status st = bytes.st;
    if (st >= 0) {
        snq_unpack_init(&u, bytes.text, bytes.length);
        st = snq_sight_unpack(&u, to);
    }
    snq_str_clear(&bytes);
    return st;
}

/* The speed of all motion, from the features: one number a step. */
static snq_status keep_motion(snq_film_view *v)
{
    const snq_map_source speed = { (uint16_t)snq_source_find("motion", "mean_speed"),
                                   SNQ_SOURCE_NO_BAND };
    const snq_feature *f = snq_feature_set_find(&v->features, speed);
    SNQ_TRY(snq_series_init(&v->motion, "motion.mean_speed", "norm/s", 0.0, v->features.step_s,
                            SNQ_FEATURE_SET_STEPS_MAX));
    for (size_t i = 0; f && f->value && i < v->features.length; i++)
        SNQ_TRY(snq_series_push(&v->motion, f->value[i]));
    return SNQ_OK;
}

static snq_status copy_look(const snq_watch_look *from, snq_watch_look *to)
{
    snq_str bytes;
    snq_unpack u;
    snq_str_init(&bytes, SNQ_WATCH_LOOK_PACKED_MAX);
    snq_watch_look_pack(&bytes, from);
    snq_status st = bytes.st;
    if (st >= 0) {
        snq_unpack_init(&u, bytes.text, bytes.length);
        st = snq_watch_look_unpack(&u, to);
    }
    snq_str_clear(&bytes);
    return st;
}

static snq_status keep(const snq_sight *s, const snq_watch_look *seen, snq_film_view *v)
{
    if (seen)
        SNQ_TRY(copy_look(seen, &v->look));
    SNQ_TRY(copy_sight(s, &v->sight));
    snq_film_traits_of(&v->sight, &v->traits);
    SNQ_TRY(snq_feature_set_from_sight(&v->features, &v->sight));
    return keep_motion(v);
}

static snq_status on_seen(void *user, const snq_watch_batch_result *r)
{
    look *l = user;
    l->st = r->st;
    if (r->st < 0) {
        snprintf(l->error, sizeof l->error, "%s", r->error);
        return SNQ_OK;
    }
    return keep(r->sight, r->look, l->view);
}

/* Hooks of the cfg behind ours, whose user is the look. */
static void on_progress(void *user, const snq_batch_progress *p)
{
    const look *l = user;
    if (l->cfg->hooks.progress)
        l->cfg->hooks.progress(l->cfg->hooks.user, p);
}

static void on_unconfined(void *user, const snq_confinement *c)
{
    const look *l = user;
    if (l->cfg->hooks.unconfined)
        l->cfg->hooks.unconfined(l->cfg->hooks.user, c);
}

static snq_batch_hooks hooks_of(look *l)
{
    return (snq_batch_hooks) { .cancel = l->cfg->hooks.cancel,
                               .progress = on_progress,
                               .unconfined = on_unconfined,
                               .user = l };
}

static snq_status watch(look *l, const snq_inputs *inputs)
{
    snq_watch_batch_cfg cfg = snq_watch_batch_cfg_default();
    cfg.inputs = inputs;
    cfg.preset = l->cfg->preset;
    cfg.windows = 1;
    cfg.look = l->cfg->look;
    cfg.threads = l->cfg->threads;
    cfg.result = on_seen;
    cfg.hooks = hooks_of(l);
    return snq_watch_batch_run(&cfg);
}

/* ---------------------------------------------------------------- its sound */

int snq_film_view_wants_sound(const snq_map_template *map)
{
    size_t n;
    const snq_source_row *row = snq_source_rows(&n);
    for (uint32_t i = 0; i < map->mappings; i++) {
        const snq_mapping *m = &map->mapping[i];
        if (m->enabled &&
            (strcmp(row[m->source.row].type, "sound") == 0 ||
             (m->modulation.used && strcmp(row[m->modulation.source.row].type, "sound") == 0)))
            return 1;
    }
    return 0;
}

/* Every source of the sound with the reason why it says nothing. */
static snq_status add_silence(snq_feature_set *f, const char *why)
{
    size_t n;
    const snq_source_row *row = snq_source_rows(&n);
    for (size_t i = 0; i < n; i++) {
        snq_feature *c;
        if (strcmp(row[i].type, "sound") == 0)
            SNQ_TRY(snq_feature_set_add(f, (snq_map_source) { (uint16_t)i, SNQ_SOURCE_NO_BAND },
                                        why, &c));
    }
    return SNQ_OK;
}

static snq_status on_heard(void *user, const snq_listen_batch_result *r)
{
    look *l = user;
    return r->st < 0 ? add_silence(&l->view->features, r->error)
                     : snq_feature_set_add_hearing(&l->view->features, r->hearing);
}

snq_status snq_film_view_listen(const snq_film_view_cfg *cfg, snq_film_view *v)
{
    look l = { .cfg = cfg, .view = v };
    snq_inputs inputs = { 0 };
    snq_listen_batch_cfg batch = snq_listen_batch_cfg_default();
    snq_status st = snq_inputs_add(&inputs, cfg->path);
    batch.inputs = &inputs;
    batch.threads = cfg->threads;
    batch.result = on_heard;
    batch.hooks = hooks_of(&l);
    if (st >= 0)
        st = snq_listen_batch_run(&batch);
    snq_inputs_clear(&inputs);
    return st;
}

/* ---------------------------------------------------------------- both */

static snq_status open_view(look *l, snq_inputs *inputs)
{
    SNQ_TRY(snq_inputs_add(inputs, l->cfg->path));
    if (inputs->count != 1)
        return SNQ_FAIL(SNQ_ERR_ARG, "one film is wanted, not a folder");
    SNQ_TRY(watch(l, inputs));
    return l->st < 0 ? SNQ_FAIL(SNQ_ERR_FORMAT, "%s", l->error) : SNQ_OK;
}

snq_status snq_film_view_open(const snq_film_view_cfg *cfg, snq_film_view *out)
{
    look l = { .cfg = cfg, .view = out };
    snq_inputs inputs = { .videos = 1 };
    *out = (snq_film_view) { 0 };
    snq_sight_init(&out->sight);
    const snq_status st = open_view(&l, &inputs);
    snq_inputs_clear(&inputs);
    out->sight.video.path = cfg->path;
    if (st < 0)
        snq_film_view_clear(out);
    return st;
}

void snq_film_view_clear(snq_film_view *v)
{
    snq_feature_set_clear(&v->features);
    snq_series_clear(&v->motion);
    snq_sight_clear(&v->sight);
    snq_watch_look_clear(&v->look);
    *v = (snq_film_view) { 0 };
}
