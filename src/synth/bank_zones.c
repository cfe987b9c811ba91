// SPDX-License-Identifier: MIT
/* STEPS  A loop is made ready once: its last FADE s become a mixture of what leads to its end and of what leads to
 *        its begin,   v(i) = x(i) (1 - w) + x(i - L) w,   w from 0 to 1,   L the loop's length,
 *        so that the end goes on in the begin without a step; then v(i + L) = v(i) is written out for GUARD frames more, so
 *        that kernels read on without looking where they are. Positions wrap GUARD / 2 frames past the loop's end,
 *        where a kernel's whole width lies behind the loop's begin.
 *
 * CONST  FADE 20 ms, at most half the loop and at most what there is before it (ours). A straight mixture: both sides
 *        are the same note in phase, more or less, and keep their level so.
 *        GUARD 1024: twice the widest kernel, and the longest step of 16 frames. */
#include "synth/bank_zones.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"

enum { GUARD = 2 * SNQ__SINC_TAPS_MAX };
static const double fade_s = 0.02, middle_c = 60;

struct snq__sampling {
    pthread_mutex_t lock;
    snq__sinc *sinc;
    float *seed;
    snq__table *glottis;
    snq__zone_set **set; /* (sets,) added by name */
    size_t sets;
    snq__zone_set **single; /* (singles,) of one recording each */
    size_t singles;
};

static void free_set(snq__zone_set *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; s->zone && i < s->zones; i++)
        snq_free(s->zone[i].own);
    snq_free(s->zone);
    snq_free(s);
}

snq_status snq__sampling_new(snq__sampling **out)
{
    *out = snq_calloc(1, sizeof(**out));
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "bank");
    pthread_mutex_init(&(*out)->lock, NULL); /* can't fail without attributes */
    return SNQ_OK;
}

void snq__sampling_free(snq__sampling *s)
{
    if (!s)
        return;
    snq__sinc_free(s->sinc);
    snq_free(s->seed);
    snq__table_free(s->glottis);
    for (size_t i = 0; i < s->sets; i++)
        free_set(s->set[i]);
    for (size_t i = 0; i < s->singles; i++)
        free_set(s->single[i]);
    snq_free(s->set);
    snq_free(s->single);
    pthread_mutex_destroy(&s->lock);
    snq_free(s);
}

/* ---- one zone ---- */

/* v of STEPS, a channel; from, to: the loop. */
static void join_loop(const float *x, size_t from, size_t to, size_t fade, float *v)
{
    const size_t length = to - from;
    memcpy(v, x, to * sizeof(*v));
    for (size_t i = 0; i < fade; i++) {
        const size_t at = to - fade + i;
        const float w = (float)(i + 1) / (float)(fade + 1);
        v[at] += (x[at - length] - x[at]) * w;
    }
    for (size_t i = to; i < to + GUARD; i++)
        v[i] = v[i - length];
}

static snq_status make_loop(snq__zone *z, size_t from, size_t to)
{
    const snq_recording *r = z->recording;
    const size_t frames = to + GUARD, most = (size_t)(fade_s * r->rate_hz);
    size_t fade = (to - from) / 2;
    fade = from < fade ? from : fade;
    fade = most < fade ? most : fade;
    z->own = snq_alloc(frames, r->channels * sizeof(float));
    if (!z->own)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "loop of %s", r->name);
    for (uint32_t c = 0; c < r->channels; c++) {
        join_loop(r->channel[c], from, to, fade, z->own + c * frames);
        z->channel[c] = z->own + c * frames;
    }
    z->frames = frames;
    z->wrap = (double)(to + GUARD / 2);
    z->loop = (double)(to - from);
    return SNQ_OK;
}

static snq_status make_zone(const snq_zone *in, const snq_recording *r, int whole, snq__zone *z)
{
    const double root = !isnan(in->root_note)  ? (double)in->root_note
                        : !isnan(r->root_note) ? r->root_note
                                               : middle_c;
    const double hz = 440 * exp2((root - 69) / 12);
    *z = (snq__zone) { .key_low = in->key_low,
                       .key_high = in->key_high,
                       .velocity_low = in->velocity_low,
                       .velocity_high = in->velocity_high,
                       .choke = in->choke,
                       .channels = r->channels,
                       .channel = { r->channel[0], r->channel[1] },
                       .frames = r->frames,
                       .per_hz = r->rate_hz / hz * exp2((double)in->tune_cents / 1200),
                       .gain = (float)pow(10, (double)in->gain_db / 20),
                       .recording = r };
    if (whole)
        return make_loop(z, 0, r->frames);
    if (in->loops && r->loop_end > r->loop_start)
        return make_loop(z, r->loop_start, r->loop_end);
    return SNQ_OK;
}

static snq_status check_zone(const snq_zone *z, size_t i)
{
    if (z->key_low > z->key_high || z->key_high > 127)
        return SNQ_FAIL(SNQ_ERR_RANGE, "zone %zu: keys %u .. %u are not in 0 .. 127", i, z->key_low,
                        z->key_high);
    if (z->velocity_low > z->velocity_high || z->velocity_high > 127)
        return SNQ_FAIL(SNQ_ERR_RANGE, "zone %zu: velocities %u .. %u are not in 0 .. 127", i,
                        z->velocity_low, z->velocity_high);
    if (!isnan(z->root_note) && !(fabsf(z->root_note) <= 255))
        return SNQ_FAIL(SNQ_ERR_RANGE, "zone %zu: root_note %g", i, (double)z->root_note);
    if (!(fabsf(z->tune_cents) <= 1200))
        return SNQ_FAIL(SNQ_ERR_RANGE, "zone %zu: tune_cents %g is not in -1200 .. 1200", i,
                        (double)z->tune_cents);
    if (!(z->gain_db >= -60 && z->gain_db <= 24))
        return SNQ_FAIL(SNQ_ERR_RANGE, "zone %zu: gain_db %g is not in -60 .. 24", i,
                        (double)z->gain_db);
    return SNQ_OK;
}

/* ---- sets ---- */

/* On success *out is owned by the caller. */
static snq_status make_set(const snq_bank *b, const char *name, const snq_zone *zone, size_t n,
                           int whole, snq__zone_set **out)
{
    snq_status st;
    snq__zone_set *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "zones %s", name);
    memcpy(s->name, name, strlen(name) + 1);
    s->whole = whole;
    s->zone = snq_calloc(n, sizeof(*s->zone));
    if (!s->zone) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "zones %s", name);
        goto fail;
    }
    s->zones = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        const snq_recording *r = snq_bank_find(b, zone[i].recording);
        if (!r) {
            st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "zone %zu of %s: no recording %s", i, name,
                          zone[i].recording);
            goto fail;
        }
        SNQ_GOTO(check_zone(&zone[i], i));
        SNQ_GOTO(make_zone(&zone[i], r, whole, &s->zone[i]));
    }
    *out = s;
    return SNQ_OK;
fail:
    free_set(s);
    return st;
}

/* Room for one more in a list of sets. */
static snq_status make_room(snq__zone_set ***list, size_t n)
{
    snq__zone_set **grown = snq_regrow(*list, n, n + 1, sizeof(*grown));
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "zones");
    *list = grown;
    return SNQ_OK;
}

static const snq__zone_set *find_set(snq__zone_set *const *set, size_t n, const char *name,
                                     int whole)
{
    for (size_t i = 0; i < n; i++)
        if (set[i]->whole == whole && strcasecmp(set[i]->name, name) == 0)
            return set[i];
    return NULL;
}

snq_status snq_bank_add_zones(snq_bank *b, const char *name, const snq_zone *zone, size_t n)
{
    snq__sampling *s = snq__bank_sampling(b);
    const size_t length = strlen(name);
    if (length < 1 || length >= SNQ_BANK_NAME_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "a name of %zu bytes is not in 1 .. %d", length,
                        SNQ_BANK_NAME_MAX - 1);
    if (n > SNQ_ZONES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%zu zones are more than %d", n, SNQ_ZONES_MAX);
    if (find_set(s->set, s->sets, name, 0) || snq_bank_find(b, name))
        return SNQ_FAIL(SNQ_ERR_EXISTS, "zones %s", name);
    SNQ_TRY(make_room(&s->set, s->sets));
    SNQ_TRY(make_set(b, name, zone, n, 0, &s->set[s->sets]));
    s->sets++;
    return SNQ_OK;
}

/* A recording as a set of its own; the lock is held. */
static snq_status single_set(const snq_bank *b, const char *name, int whole,
                             const snq__zone_set **out)
{
    snq__sampling *s = snq__bank_sampling(b);
    *out = find_set(s->single, s->singles, name, whole);
    if (*out)
        return SNQ_OK;
    const snq_recording *r = snq_bank_find(b, name);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no recording and no set of zones \"%s\"", name);
    const snq_zone all = {
        .recording = r->name, .key_high = 127, .velocity_high = 127, .loops = 1, .root_note = NAN
    };
    SNQ_TRY(make_room(&s->single, s->singles));
    SNQ_TRY(make_set(b, r->name, &all, 1, whole, &s->single[s->singles]));
    *out = s->single[s->singles++];
    return SNQ_OK;
}

snq_status snq__bank_zones(const snq_bank *b, const char *name, int whole,
                           const snq__zone_set **out)
{
    snq__sampling *s = snq__bank_sampling(b);
    *out = find_set(s->set, s->sets, name, 0);
    if (*out)
        return SNQ_OK;
    pthread_mutex_lock(&s->lock);
    const snq_status st = single_set(b, name, whole, out);
    pthread_mutex_unlock(&s->lock);
    return st;
}

snq_status snq__bank_sinc(const snq_bank *b, const snq__sinc **out)
{
    snq__sampling *s = snq__bank_sampling(b);
    pthread_mutex_lock(&s->lock);
    const snq_status st = s->sinc ? SNQ_OK : snq__sinc_new(&s->sinc);
    *out = s->sinc;
    pthread_mutex_unlock(&s->lock);
    return st;
}

snq_status snq__bank_seed(const snq_bank *b, const float **out)
{
    snq__sampling *s = snq__bank_sampling(b);
    pthread_mutex_lock(&s->lock);
    const snq_status st = s->seed ? SNQ_OK : snq__seed_sound_new(&s->seed);
    *out = s->seed;
    pthread_mutex_unlock(&s->lock);
    return st;
}

snq_status snq__bank_glottis(const snq_bank *b, const snq__table **out)
{
    snq__sampling *s = snq__bank_sampling(b);
    pthread_mutex_lock(&s->lock);
    const snq_status st = s->glottis ? SNQ_OK : snq__glottis_new(&s->glottis);
    *out = s->glottis;
    pthread_mutex_unlock(&s->lock);
    return st;
}
