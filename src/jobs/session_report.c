// SPDX-License-Identifier: MIT
#include "jobs/session_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "compose/bar_fit.h"
#include "compose/coherence.h"
#include "compose/style.h"
#include "jobs/inputs.h"
#include "jobs/listen_batch.h"
#include "listen/separation.h"
#include "score/hearing.h"

#define SCHEMA "sonique/report/1"
enum { DRUMS, BASS, MEASURED, STEPS_MAX = 256 };

struct snq_session_report {
    const snq_intent *in;
    const snq_score *score;
    snq_session_report_film film;
    const char *name[MEASURED]; /* of the track; NULL: there is none; borrowed from the intent */
    snq_band_powers *powers[MEASURED];
    snq_json *json; /* where the ears' document goes, while they listen */
    const char *mix_name;
    snq_status heard;
};

static const char *track_of(const snq_intent *in, int part)
{
    for (uint32_t i = 0; i < in->tracks; i++)
        if (in->track[i].part == part)
            return in->track[i].name;
    return NULL;
}

snq_status snq_session_report_new(const snq_intent *in, const snq_score *score,
                                  const snq_session_report_film *film, uint32_t rate_hz,
                                  snq_session_report **out)
{
    snq_status st;
    *out = NULL;
    snq_session_report *r = snq_calloc(1, sizeof *r);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a report");
    r->in = in;
    r->score = score;
    if (film)
        r->film = *film;
    r->name[DRUMS] = track_of(in, SNQ_PART_drums);
    r->name[BASS] = track_of(in, SNQ_PART_bass);
    for (int i = 0; i < MEASURED && r->name[DRUMS] && r->name[BASS]; i++)
        SNQ_GOTO(snq_band_powers_new(rate_hz, 2, &r->powers[i]));
    *out = r;
    return SNQ_OK;
fail:
    snq_session_report_free(r);
    return st;
}

void snq_session_report_free(snq_session_report *r)
{
    for (int i = 0; r && i < MEASURED; i++)
        snq_band_powers_free(r->powers[i]);
    snq_free(r);
}

snq_status snq_session_report_push(snq_session_report *r, const char *track, const snq_audio *block)
{
    for (int i = 0; i < MEASURED; i++)
        if (r->powers[i] && strcmp(r->name[i], track) == 0)
            SNQ_TRY(snq_band_powers_push(r->powers[i], block));
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the document */

/* Of a piece that follows a film, the film's time, and only what is heard of it. */
static void put_time(snq_json *j, const snq_session_report *r, double t_s)
{
    const snq_film_plan *p = r->film.plan;
    const double film_s = p ? t_s - p->fit.lead_s : t_s;
    if (!p || (film_s > -1e-6 && film_s <= p->fit.end_s))
        snq_json_real(j, fmax(film_s, 0.0), 6);
}

static void put_film(snq_json *j, const snq_session_report *r)
{
    const snq_film_plan *p = r->film.plan;
    if (!p)
        return;
    snq_hit_fit_json(j, &p->fit, &p->hits);
    snq_json_key(j, "film");
    snq_json_object(j);
    snq_json_put_string(j, "video", p->video);
    snq_json_put_string(j, "template", p->map);
    snq_json_put_real(j, "length_s", p->fit.end_s, 6);
    if (r->film.tell)
        r->film.tell(r->film.user, j);
    snq_json_end(j);
}

static void put_grid(snq_json *j, const snq_session_report *r)
{
    const snq_score *s = r->score;
    const int64_t beat = (int64_t)s->ticks_per_quarter * 4 / r->in->beat_unit;
    snq_json_put_real(j, "tempo_bpm", r->film.plan ? r->film.plan->fit.bpm : r->in->bpm, 6);
    snq_json_key(j, "beats_s");
    snq_json_array(j);
    for (int64_t at = 0; at < s->length; at += beat)
        put_time(j, r, snq_score_time_s(s, (double)at));
    snq_json_end(j);
    snq_json_key(j, "downbeats_s");
    snq_json_array(j);
    for (int32_t bar = 0; bar < r->in->bars; bar++)
        put_time(j, r, snq_score_time_s(s, (double)snq_score_bar_tick(s, bar)));
    snq_json_end(j);
}

static snq_status put_coherence(snq_json *j, const snq_session_report *r)
{
    static const char key[] = "rhythmic_coherence";
    const snq_track *t[MEASURED] = { NULL };
    uint8_t grid[STEPS_MAX];
    snq_coherence c;
    for (int i = 0; i < MEASURED && r->name[i]; i++)
        t[i] = snq_score_find_track(r->score, r->name[i]);
    if (!t[DRUMS] || !t[BASS]) {
        snq_json_put_null(j, key, "there are no drums and bass");
        return SNQ_OK;
    }
    const int32_t steps = snq_intent_bar_steps(r->in);
    for (int32_t i = 0; i < steps && i < STEPS_MAX; i++)
        grid[i] = r->in->style->bass.grid[snq_bar_fit(r->in, i)];
    SNQ_TRY(snq_coherence_measure(r->score, t[BASS], t[DRUMS], r->in, NULL,
                                  steps <= STEPS_MAX ? grid : NULL, &c));
    if (isnan(c.share)) {
        snq_json_put_null(j, key, "the bass plays nothing");
        return SNQ_OK;
    }
    snq_json_key(j, key);
    snq_json_object(j);
    snq_json_put_string(j, "track", r->name[BASS]);
    snq_json_put_string(j, "with", r->name[DRUMS]);
    snq_json_put_real(j, "value", c.share, 4);
    snq_json_put_real(j, "control", c.control, 4);
    snq_json_end(j);
    return SNQ_OK;
}

static snq_status put_separation(snq_json *j, const snq_session_report *r)
{
    static const char key[] = "frequency_separation";
    double value = NAN;
    if (r->powers[DRUMS] && r->powers[BASS]) {
        for (int i = 0; i < MEASURED; i++)
            SNQ_TRY(snq_band_powers_finish(r->powers[i]));
        value = snq_separation(r->powers[DRUMS], r->powers[BASS]);
    }
    if (isnan(value)) {
        snq_json_put_null(j, key, "there are no drums and bass that sound");
        return SNQ_OK;
    }
    snq_json_key(j, key);
    snq_json_object(j);
    snq_json_put_string(j, "track", r->name[BASS]);
    snq_json_put_string(j, "with", r->name[DRUMS]);
    snq_json_put_real(j, "value", value, 4);
    snq_json_end(j);
    return SNQ_OK;
}

static snq_status on_heard(void *user, const snq_listen_batch_result *result)
{
    snq_session_report *r = user;
    r->heard = result->st;
    if (result->st < 0)
        return SNQ_FAIL(result->st, "listening to the mix: %s", result->error);
    snq_hearing h = *result->hearing;
    h.file.path = r->mix_name;
    snq_hearing_json(r->json, &h, 0);
    return SNQ_OK;
}

static snq_status listen(snq_session_report *r, const char *path, const volatile int *cancel)
{
    snq_inputs inputs = { 0 };
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    snq_status st = snq_inputs_add(&inputs, path);
    cfg.inputs = &inputs;
    cfg.threads = 1;
    cfg.result = on_heard;
    cfg.hooks.user = r;
    cfg.hooks.cancel = cancel;
    if (st >= 0)
        st = snq_listen_batch_run(&cfg);
    snq_inputs_clear(&inputs);
    return st;
}

snq_status snq_session_report_write(snq_session_report *r, const char *mix_path, const char *name,
                                    const volatile int *cancel, snq_str *to)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_str, to);
    r->json = &j;
    r->mix_name = name;
    snq_json_object(&j);
    snq_json_put_string(&j, "schema", SCHEMA);
    put_grid(&j, r);
    put_film(&j, r);
    SNQ_TRY(put_coherence(&j, r));
    SNQ_TRY(put_separation(&j, r));
    snq_json_key(&j, "listen");
    SNQ_TRY(listen(r, mix_path, cancel));
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    snq_str_put(to, "\n");
    return to->st;
}
