// SPDX-License-Identifier: MIT
/* CONST  Three beats, four, and bars of threes (6/8 ...) are taken from 0.6 of confidence on, others from 0.9 (a loop
 *        of four was heard as five with 0.76), two beats a bar never: the ears take half a bar of four for a bar of
 *        two too easily (made loops and recorded ones, our own measurement). A key from 0.5 on: below it, what
 *        is wrong is seldom just the relative key, whose scale is the same. */
#include "jobs/locked_recording.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compose/brief.h"
#include "jobs/inputs.h"
#include "jobs/listen_batch.h"

#define METRE_SURE  0.6
#define ODD_SURE    0.9
#define KEY_SURE    0.5
#define PULSE_SURE  0.3
#define BEGIN_S     0.05
#define BEGIN_SHARE 0.2f /* of its peak */
enum { FOUR = 4, BEATS_MAX = 15 };

static int plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int snq_locked_name_good(const char *name)
{
    const size_t n = strlen(name);
    if (!n || n > SNQ_LOCKED_NAME_MAX || !plain(*name))
        return 0;
    for (const char *c = name; *c; c++)
        if (!plain(*c) && !strchr("-_ ", *c))
            return 0;
    return 1;
}

double snq_locked_recording_bpm(const snq_locked_recording *r)
{
    return r->pulse.pulse_s > 0.0 ? 60.0 * r->quarters / r->pulse.pulse_s : 0.0;
}

/* ---------------------------------------------------------------- listening */

static void take_metre(const snq_hearing *h, snq_locked_recording *r)
{
    const snq_meter *m = &h->meter;
    const snq_metre heard = m->metre;
    const uint32_t unit = heard.beat_unit;
    const int odd = heard.beats_per_bar % 3 != 0 && heard.beats_per_bar != FOUR;
    const int known =
        !h->meter_reason && !m->reason && m->confidence >= (odd ? ODD_SURE : METRE_SURE);
    r->quarters = 1.0;
    if (!known || !heard.pulses_per_bar || heard.beats_per_bar == 2 ||
        heard.beats_per_bar > BEATS_MAX || !(unit == 2 || unit == 4 || unit == 8 || unit == 16))
        return;
    r->metre = heard;
    r->quarters = 4.0 * heard.beats_per_bar / heard.pulses_per_bar / unit;
}

static void take_pulse(const snq_hearing *h, snq_locked_recording *r)
{
    const int known = !h->tempo_reason && !h->tempo.bpm.reason && !h->beats_reason &&
                      h->tempo.confidence >= PULSE_SURE && h->beats.beats > 0;
    const snq_samples *x = &r->samples.item[0];
    const float *const side[2] = { x->channel[0], x->channel[1] };
    const uint32_t pulses = r->metre.pulses_per_bar ? r->metre.pulses_per_bar : FOUR;
    if (known)
        r->pulse = snq_pulse_fit(&h->beats, h->tempo.bpm.value, h->file.duration_s, pulses);
    if (known)
        snq_pulse_refine(side, x->frames, x->rate_hz, &r->pulse);
    const double bpm = snq_locked_recording_bpm(r);
    if (!(bpm >= SNQ_BRIEF_BPM_MIN && bpm <= SNQ_BRIEF_BPM_MAX))
        r->pulse = (snq_steady_pulse) { 0 };
}

static void take_key(const snq_hearing *h, snq_locked_recording *r)
{
    r->tonic = r->mode = -1;
    if (h->key_reason || h->key.reason || h->key.mode == SNQ_MODE_ATONAL ||
        h->key.confidence < KEY_SURE)
        return;
    r->tonic = h->key.tonic;
    r->mode = h->key.mode == SNQ_MODE_MAJOR ? SNQ_MODE_major : SNQ_MODE_minor;
}

/* Does it begin with a sound that no onset is told of? What comes from before the beginning can't be heard to rise. */
static int begins_unheard(const snq_locked_recording *r, const snq_onsets *o)
{
    const snq_samples *x = &r->samples.item[0];
    const size_t n = (size_t)(BEGIN_S * x->rate_hz);
    float first = 0.0f, peak = 0.0f;
    for (size_t i = 0; i < x->frames; i++) {
        peak = fmaxf(peak, fmaxf(fabsf(x->channel[0][i]), fabsf(x->channel[1][i])));
        first = i < n ? peak : first;
    }
    return o->onsets && o->onset[0].t_s > BEGIN_S && first > BEGIN_SHARE * peak;
}

static snq_status take_lists(const snq_hearing *h, snq_locked_recording *r)
{
    const uint32_t chords = h->chords_reason ? 0 : h->chords.chords;
    uint32_t onsets = h->onsets_reason ? 0 : h->onsets.onsets;
    r->onset = snq_calloc(onsets + 1, sizeof *r->onset);
    r->chord = snq_calloc(chords + 1, sizeof *r->chord);
    if (!r->onset || !r->chord)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for what is heard");
    const int begins = onsets && begins_unheard(r, &h->onsets);
    if (begins)
        r->onset[0] = (snq_onset) { .strength = h->onsets.onset[0].strength };
    if (onsets)
        memcpy(r->onset + begins, h->onsets.onset, onsets * sizeof *r->onset);
    onsets += (uint32_t)begins;
    if (chords)
        memcpy(r->chord, h->chords.chord, chords * sizeof *r->chord);
    r->onsets = onsets;
    r->chords = chords;
    return SNQ_OK;
}

static snq_status on_heard(void *user, const snq_listen_batch_result *result)
{
    snq_locked_recording *r = user;
    if (result->st < 0)
        return SNQ_FAIL(result->st, "%s", result->error);
    take_metre(result->hearing, r);
    take_pulse(result->hearing, r);
    take_key(result->hearing, r);
    return take_lists(result->hearing, r);
}

static snq_status listen(snq_locked_recording *r, const snq_inputs *in, const volatile int *cancel)
{
    static const char *const only[] = { "beats", "onsets", "key", "chords" };
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    cfg.inputs = in;
    cfg.only = only;
    cfg.only_count = SNQ_COUNT(only);
    cfg.threads = 1;
    cfg.result = on_heard;
    cfg.hooks.user = r;
    cfg.hooks.cancel = cancel;
    return snq_listen_batch_run(&cfg);
}

/* ---------------------------------------------------------------- decoding */

static snq_status decode(snq_locked_recording *r, const snq_inputs *in, const volatile int *cancel)
{
    snq_samples_cfg cfg = snq_samples_cfg_default();
    cfg.rate_hz = SNQ_LOCKED_RATE_HZ;
    cfg.channels = 2;
    cfg.max_s = SNQ_LOCKED_MAX_S;
    cfg.threads = 1;
    cfg.hooks.cancel = cancel;
    SNQ_TRY(snq_samples_load(in, &cfg, &r->samples));
    if (r->samples.count != 1)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "one recording is wanted, not %u", r->samples.count);
    if (r->samples.refused)
        return SNQ_FAIL(r->samples.item[0].st, "%s", r->samples.item[0].error);
    return SNQ_OK;
}

static snq_status load(snq_locked_recording *r, const volatile int *cancel)
{
    snq_inputs in = { 0 };
    snq_status st = snq_inputs_add(&in, r->path);
    if (st >= 0 && in.count == 1 && in.item[0].problem)
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "%s", in.item[0].problem);
    else if (st >= 0 && (in.count != 1 || strcmp(in.item[0].path, r->path) != 0))
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "it is a folder: one recording is wanted");
    if (st >= 0)
        st = decode(r, &in, cancel);
    if (st >= 0)
        st = listen(r, &in, cancel);
    snq_inputs_clear(&in);
    return st;
}

snq_status snq_locked_recording_load(const char *name, const char *path, const volatile int *cancel,
                                     snq_locked_recording *out)
{
    *out = (snq_locked_recording) { 0 };
    if (!snq_locked_name_good(name))
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "a track's name has letters, digits, \"-\", \"_\" and spaces, at most %d",
                        SNQ_LOCKED_NAME_MAX);
    snprintf(out->name, sizeof out->name, "%s", name);
    out->path = snq_strdup(path);
    const snq_status st =
        out->path ? load(out, cancel) : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a path");
    if (st < 0)
        snq_locked_recording_clear(out);
    return st;
}

void snq_locked_recording_clear(snq_locked_recording *r)
{
    snq_free(r->path);
    snq_free(r->onset);
    snq_free(r->chord);
    snq_samples_clear(&r->samples);
    *r = (snq_locked_recording) { 0 };
}
