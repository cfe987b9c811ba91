// SPDX-License-Identifier: MIT
#include "jobs/map_rig.h"

#include <ftw.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/map_sound.h"
#include "jobs/render_job.h"
#include "support/check.h"

static char root[64], path[512];

int map_rig_begin(void **state)
{
    snprintf(root, sizeof root, "/tmp/snq-map-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    if (getenv("SNQ_ROOT"))
        setenv("SNQ_DATA", getenv("SNQ_ROOT"), 1);
    return 0;
}

static int drop(const char *name, const struct stat *st, int kind, struct FTW *at)
{
    return remove(name);
}

int map_rig_end(void **state)
{
    return nftw(root, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char *map_rig_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

/* ---------------------------------------------------------------- results */

void map_rig_put(snq_map_result *r, const char *destination, snq_curve_shape shape,
                 const double (*point)[2], size_t n)
{
    snq_map_output *o = snq_regrow(r->output, r->outputs, r->outputs + 1, sizeof *o);
    assert_non_null(o);
    r->output = o;
    o += r->outputs++;
    assert_true(snq_destination_find(destination) >= 0);
    o->destination = (uint16_t)snq_destination_find(destination);
    snprintf(o->curve.target, sizeof o->curve.target, "%s", destination);
    for (size_t i = 0; i < n; i++)
        check_ok(snq_curve_push(&o->curve, point[i][0], (float)point[i][1], shape));
}

void map_rig_put_one(snq_map_result *r, const char *destination, double value)
{
    const double point[1][2] = { { 0, value } };
    const int d = snq_destination_find(destination);
    size_t n;
    assert_true(d >= 0);
    map_rig_put(r, destination,
                snq_destination_is_discrete(&snq_destinations(&n)[d]) ? SNQ_CURVE_STEP
                                                                      : SNQ_CURVE_LINEAR,
                point, 1);
}

void map_rig_clear(snq_map_result *r)
{
    snq_map_result_clear(r);
}

/* ---------------------------------------------------------------- scores */

void map_rig_score(snq_score *s, double bpm, double quarters)
{
    snq_score_init(s);
    check_ok(snq_score_add_tempo(s, 0, bpm));
    check_ok(snq_score_add_metre(s, 0, 4, 4));
    s->length = (int64_t)(quarters * s->ticks_per_quarter);
}

snq_track *map_rig_track(snq_score *s, const char *name, const char *kind, const char *patch)
{
    snq_track *t;
    check_ok(snq_score_add_track(s, name, &t));
    snprintf(t->kind, sizeof t->kind, "%s", kind);
    snprintf(t->patch, sizeof t->patch, "%s", patch);
    return t;
}

void map_rig_note(const snq_score *s, snq_track *t, double at, double length, int pitch)
{
    const snq_note n = { .tick = llround(at * s->ticks_per_quarter),
                         .length = llround(length * s->ticks_per_quarter),
                         .pitch = (uint8_t)pitch,
                         .velocity = 100,
                         .release = 64 };
    check_ok(snq_track_add_note(t, &n));
}

const snq_curve *map_rig_curve(const snq_track *t, const char *target)
{
    const snq_curve *found = NULL;
    for (size_t i = 0; i < t->curves; i++)
        if (strcmp(t->curve[i].target, target) == 0) {
            assert_null(found); /* one a target */
            found = &t->curve[i];
        }
    return found;
}

void map_rig_apply(const snq_map_result *r, snq_score *s)
{
    const snq_map_sound_cfg cfg = snq_map_sound_cfg_default();
    check_ok(snq_map_sound_apply(r, &cfg, s, NULL));
    check_ok(snq_score_check(s));
}

/* ---------------------------------------------------------------- sound */

typedef struct taker {
    const char *track;
    float *x;
    size_t n, room;
} taker;

static snq_status take(void *user, const char *track, const snq_audio *block)
{
    taker *t = user;
    if (strcmp(track, t->track) != 0)
        return SNQ_OK;
    if (t->n + block->frames > t->room) {
        const size_t room = 2 * (t->n + block->frames);
        float *x = snq_regrow(t->x, t->room, room, sizeof *x);
        if (!x)
            return SNQ_ERR_NOMEM;
        t->x = x;
        t->room = room;
    }
    memcpy(t->x + t->n, block->channel[0], block->frames * sizeof *t->x);
    t->n += block->frames;
    return SNQ_OK;
}

float *map_rig_stem(const snq_score *s, const char *track, int dry, size_t *frames)
{
    snq_render_job_cfg cfg = snq_render_job_cfg_default();
    snq_render_report report;
    taker t = { .track = track };
    char out[512];
    if (!getenv("SNQ_ROOT"))
        skip();
    snprintf(out, sizeof out, "%s", map_rig_folder("out"));
    cfg.score = s;
    cfg.out = out;
    cfg.force = 1;
    cfg.dry = dry;
    cfg.stem = take;
    cfg.user = &t;
    check_ok(snq_render_job_run(&cfg, &report));
    snq_render_report_clear(&report);
    *frames = t.n;
    return t.x;
}

double map_rig_db(const float *x, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return 10 * log10(sum / (double)(to - from) + 1e-15);
}

/* ---------------------------------------------------------------- ranks */

static double rank_of(const double *a, size_t n, size_t i)
{
    double below = 0, same = 0;
    for (size_t k = 0; k < n; k++) {
        below += a[k] < a[i];
        same += a[k] == a[i];
    }
    return below + (same - 1) / 2;
}

double map_rig_spearman(const double *a, const double *b, size_t n)
{
    const double mean = (double)(n - 1) / 2;
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = rank_of(a, n, i) - mean, y = rank_of(b, n, i) - mean;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return ab / sqrt(aa * bb);
}
