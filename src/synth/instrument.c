// SPDX-License-Identifier: MIT
#include "synth/instrument.h"

#include <math.h>

#include "base/alloc.h"
#include "synth/engine_impl.h"

enum { RATE_MIN = 8000, RATE_MAX = 192000 };

struct snq_instrument {
    const snq__engine *engine;
    void *self;
    const snq_param *param; /* (params,), borrowed from the engine */
    size_t params;
};

snq_status snq_instrument_new(const snq_instrument_cfg *cfg, snq_instrument **out)
{
    *out = NULL;
    if (cfg->rate_hz < RATE_MIN || cfg->rate_hz > RATE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "instrument at %u Hz: %d to %d Hz can be played",
                        cfg->rate_hz, RATE_MIN, RATE_MAX);
    const snq__engine *engine = snq__engine_find(cfg->patch->engine);
    if (!engine)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": this build has no engine \"%s\"",
                        cfg->patch->id, cfg->patch->engine);
    snq_status st;
    snq_instrument *i = snq_calloc(1, sizeof *i);
    if (!i)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for an instrument");
    i->engine = engine;
    SNQ_GOTO(engine->make(cfg, &i->self));
    i->param = engine->params(i->self, &i->params);
    *out = i;
    return SNQ_OK;
fail:
    snq_instrument_free(i);
    return st;
}

void snq_instrument_free(snq_instrument *i)
{
    if (!i)
        return;
    if (i->self)
        i->engine->free(i->self);
    snq_free(i);
}

snq_status snq_instrument_prepare(snq_instrument *i, const snq_instrument_note *note, size_t n,
                                  float (*value_at)(void *user, uint32_t index, int64_t frame),
                                  void *user)
{
    return i->engine->prepare ? i->engine->prepare(i->self, note, n, value_at, user) : SNQ_OK;
}

const snq_param *snq_instrument_params(const snq_instrument *i, size_t *n)
{
    *n = i->params;
    return i->param;
}

void snq_instrument_note_on(snq_instrument *i, uint32_t id, float note, float velocity)
{
    if (isnan(note) || isnan(velocity))
        return;
    i->engine->note_on(i->self, id, note, fminf(fmaxf(velocity, 0), 1));
}

void snq_instrument_note_off(snq_instrument *i, uint32_t id, float release_velocity)
{
    i->engine->note_off(i->self, id,
                        isnan(release_velocity) ? 0.5f : fminf(fmaxf(release_velocity, 0), 1));
}

void snq_instrument_set(snq_instrument *i, uint32_t index, float value)
{
    if (index < i->params && !isnan(value))
        i->engine->set(i->self, index, snq_param_clamp(&i->param[index], value));
}

void snq_instrument_perform(snq_instrument *i, snq_perform what, double value)
{
    if (!isnan(value))
        i->engine->perform(i->self, what, value);
}

void snq_instrument_all_off(snq_instrument *i, int at_once)
{
    i->engine->all_off(i->self, at_once);
}

void snq_instrument_run(snq_instrument *i, float *left, float *right, uint32_t n)
{
    i->engine->run(i->self, left, right, n);
}

int snq_instrument_silent(const snq_instrument *i)
{
    return i->engine->silent(i->self);
}
