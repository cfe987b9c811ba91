// SPDX-License-Identifier: MIT
/* drums -- the engine "drums": every key a drum, made by synthesis.
 *
 * IDEA   A hit is a short sound that nothing changes once it has begun. So two ways of playing are one: a
 *        voice makes the sound as it goes, or, when the notes are known beforehand, plays what was made
 *        once for all hits that are alike. Both are the same bytes; only the second is faster.
 *
 * STEPS  note on  spec = key, manner, layer of velocity, variant, parameters now     drum_hit.c
 *                 known -> play its samples; not known -> begin its recipe           drum_parts.c
 *                 hits of its choke number end (808, 909: of its key, too), 4 ms
 *        block    for each voice: samples * gain * place; sum * gain_db volume^2 expression^2 pan
 *        prepare  the specs of all notes; those that come twice or oftener are made, in order of their
 *                 first note, up to 128 MiB; what does not fit is made as it goes
 *        place    sides sqrt(1 - pan), sqrt(1 + pan): in the middle both are 1
 *
 *        Level, place and all else of a drum are as they are when its note begins; gain_db, volume,
 *        expression and the player's pan act at once (smoothed, 3 ms).
 *
 * CONST  128 MiB: ten minutes of one-shots. 64 voices; the last 16 are kept for hits that come while older
 *        ones end: from 48 on, the oldest fades. 4 ms: half a wave of 125 Hz, no click that is heard.
 *
 * COST   Made as it goes: 9 (808 kick) to 60 ns a frame (cymbals); once made, a hit is two multiplications a
 *        frame. A minute of 808 hits (bench/bench_drums.c): 20 to 70 ms, 830 to 2900 times real time.
 *
 * LIMITS note_off does nothing: drums ring. A curve that moves a parameter steadily makes all hits unlike:
 *        they are made as they go. prepare ends what still sounds. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/denormals.h"
#include "synth/drums_impl.h"

enum { VOICES = 64, SPARE = 16, BLOCK_GRID = SNQ_INSTRUMENT_BLOCK };
enum { KEYS = SNQ__DRUM_KEY_LAST - SNQ__DRUM_KEY_FIRST + 1 };
#define CACHE_FRAMES ((size_t)32 << 20) /* 128 MiB of float */

static const float choke_s = 0.004f, smooth_s = 0.003f;

/* A sound made beforehand, or only counted (samples NULL). */
typedef struct shot {
    snq__drum_spec spec;
    float *sample; /* (frames,), owned */
    uint32_t frames, uses;
} shot;

typedef struct voice {
    snq__drum_sound sound;
    const float *sample; /* NULL: made as it goes; else borrowed from the shot */
    uint32_t at, length; /* length 0: free */
    uint32_t fade_left;  /* frames; UINT32_MAX: does not end early */
    float gain[2];
    uint8_t key, choke;
    uint64_t age; /* number of the note */
} voice;

typedef struct drums {
    uint32_t rate_hz, choke_frames;
    uint64_t seed, notes;
    float value[DP_PARAMS];
    float volume, expression, pan;
    float gain[2], smooth; /* of the sum's sides, now */
    uint32_t count[KEYS];  /* hits so far */
    uint32_t sounding;
    voice voice[VOICES];
    shot *shot; /* (shots,) */
    size_t shots;
    uint32_t *slot; /* (slots,) index of a shot + 1, 0 free; slots a power of two */
    size_t slots;
} drums;

/* ---------------------------------------------------------------- sounds made beforehand */

static size_t spec_hash(const snq__drum_spec *s)
{
    unsigned char bytes[sizeof *s];
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    memcpy(bytes, s, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        h = (h ^ bytes[i]) * 0x100000001b3u;
    return (size_t)(h ^ h >> 32);
}

/* Where the spec's slot is, or the free one that it would take. Needs slots > shots. */
static uint32_t *find_slot(const drums *d, const snq__drum_spec *s)
{
    size_t i = spec_hash(s) & (d->slots - 1);
    while (d->slot[i] && memcmp(&d->shot[d->slot[i] - 1].spec, s, sizeof *s))
        i = (i + 1) & (d->slots - 1);
    return &d->slot[i];
}

static void forget_shots(drums *d)
{
    for (size_t i = 0; i < d->shots; i++)
        snq_free(d->shot[i].sample);
    snq_free(d->shot);
    snq_free(d->slot);
    d->shot = NULL;
    d->slot = NULL;
    d->shots = d->slots = 0;
}

static int key_of(float note)
{
    if (!(note > SNQ__DRUM_KEY_FIRST - 0.5f && note < SNQ__DRUM_KEY_LAST + 0.5f))
        return -1;
    return (int)lroundf(note);
}

/* Room for the specs of n notes. */
static snq_status make_room(drums *d, size_t n)
{
    d->slots = 16;
    while (d->slots < 2 * n)
        d->slots *= 2;
    d->shot = snq_calloc(n, sizeof *d->shot);
    d->slot = snq_calloc(d->slots, sizeof *d->slot);
    return d->shot && d->slot ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu drum hits", n);
}

static snq_status make_shot(const drums *d, shot *s, size_t *left)
{
    snq__drum_recipe recipe;
    snq__drum_sound sound;
    snq__drum_recipe_of(&s->spec, d->seed, d->rate_hz, &recipe);
    snq__drum_sound_begin(&sound, &recipe);
    if (sound.length > *left)
        return SNQ_OK;
    s->sample = snq_alloc(sound.length, sizeof *s->sample);
    if (!s->sample)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of a drum", sound.length);
    *left -= sound.length;
    s->frames = sound.length;
    for (uint32_t at = 0; at < s->frames; at += SNQ__DRUM_RUN) {
        const uint32_t n = s->frames - at < SNQ__DRUM_RUN ? s->frames - at : SNQ__DRUM_RUN;
        snq__drum_sound_run(&sound, s->sample + at, n);
    }
    return SNQ_OK;
}

typedef float (*value_reader)(void *user, uint32_t index, int64_t frame);

/* Parameters that curves move: their number; which, in index. */
static uint32_t moved_params(value_reader value_at, void *user, int64_t frame,
                             uint32_t index[DP_PARAMS])
{
    uint32_t n = 0;
    for (uint32_t i = 0; value_at && i < DP_PARAMS; i++)
        if (!isnan(value_at(user, i, frame)))
            index[n++] = i;
    return n;
}

static void count_hits(drums *d, const snq_instrument_note *note, size_t n, value_reader value_at,
                       void *user)
{
    const snq_param *param = snq__drum_param_tab();
    uint32_t count[KEYS] = { 0 }, index[DP_PARAMS];
    float value[DP_PARAMS];
    memcpy(value, d->value, sizeof value);
    const uint32_t moved = n ? moved_params(value_at, user, note[0].frame, index) : 0;
    for (size_t i = 0; i < n; i++) {
        const int key = key_of(note[i].note);
        if (key < 0 || !(note[i].velocity > 0))
            continue;
        /* curves are read at the begin of a block (player.c) */
        for (uint32_t m = 0; m < moved; m++) {
            const float v = value_at(user, index[m], note[i].frame & ~(int64_t)(BLOCK_GRID - 1));
            value[index[m]] = isnan(v) ? d->value[index[m]] : snq_param_clamp(&param[index[m]], v);
        }
        snq__drum_spec s;
        const uint32_t k = (uint32_t)(key - SNQ__DRUM_KEY_FIRST);
        snq__drum_spec_init(&s, (uint32_t)key, fminf(note[i].velocity, 1),
                            snq__drum_variant(d->seed, k, count[k]++), value);
        uint32_t *slot = find_slot(d, &s);
        if (!*slot) {
            d->shot[d->shots].spec = s;
            *slot = (uint32_t)++d->shots;
        }
        d->shot[*slot - 1].uses++;
    }
}

static snq_status drums_prepare(void *self, const snq_instrument_note *note, size_t n,
                                value_reader value_at, void *user)
{
    drums *d = self;
    snq_status st = SNQ_OK;
    size_t left = CACHE_FRAMES;
    for (uint32_t v = 0; v < VOICES; v++)
        d->voice[v].length = 0;
    d->sounding = 0;
    memset(d->count, 0, sizeof d->count);
    forget_shots(d);
    SNQ_GOTO(make_room(d, n));
    count_hits(d, note, n, value_at, user);
    const snq_denormals was = snq_denormals_off();
    for (size_t i = 0; i < d->shots && st >= 0; i++)
        if (d->shot[i].uses > 1)
            st = make_shot(d, &d->shot[i], &left);
    snq_denormals_restore(was);
    if (st >= 0)
        return SNQ_OK;
fail:
    forget_shots(d);
    return st;
}

/* ---------------------------------------------------------------- making */

static void drums_free(void *self)
{
    drums *d = self;
    if (!d)
        return;
    forget_shots(d);
    snq_free(d);
}

/* Gain of a side of the sum, where it goes. */
static float side_gain(const drums *d, int right)
{
    const float by_hand = d->volume * d->expression;
    return exp2f(d->value[DP_GAIN] * 0.16609640f) * by_hand * by_hand *
           sqrtf(right ? 1 + d->pan : 1 - d->pan);
}

static snq_status drums_make(const snq_instrument_cfg *cfg, void **out)
{
    const snq_param *param = snq__drum_param_tab();
    *out = NULL;
    snq_status st;
    drums *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for drums");
    d->rate_hz = cfg->rate_hz;
    d->seed = cfg->seed;
    d->choke_frames = (uint32_t)(choke_s * (float)cfg->rate_hz);
    d->smooth = 1 - expf(-1 / (smooth_s * (float)cfg->rate_hz));
    d->volume = d->expression = 1;
    for (uint32_t i = 0; i < DP_PARAMS; i++)
        d->value[i] = param[i].value;
    for (uint32_t i = 0; i < cfg->patch->settings; i++) {
        const snq_patch_setting *s = &cfg->patch->setting[i];
        const int at = snq_param_find(param, DP_PARAMS, s->id);
        if (at < 0) {
            st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": no parameter \"%s\"", cfg->patch->id,
                          s->id);
            goto fail;
        }
        d->value[at] = snq_param_clamp(&param[at], s->value);
    }
    for (int s = 0; s < 2; s++)
        d->gain[s] = side_gain(d, s);
    *out = d;
    return SNQ_OK;
fail:
    drums_free(d);
    return st;
}

static const snq_param *drums_params(const void *self, size_t *n)
{
    (void)self;
    *n = DP_PARAMS;
    return snq__drum_param_tab();
}

static snq_status drums_table(const snq_patch *patch, snq_param **out, size_t *n)
{
    (void)patch;
    *n = 0;
    *out = snq_alloc(DP_PARAMS, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %d parameters", DP_PARAMS);
    memcpy(*out, snq__drum_param_tab(), DP_PARAMS * sizeof **out);
    *n = DP_PARAMS;
    return SNQ_OK;
}

static const char *const *drums_route_sources(size_t *n)
{
    *n = 0;
    return NULL;
}

/* ---------------------------------------------------------------- playing */

static void end_voice(const drums *d, voice *v)
{
    if (v->length && v->fade_left == UINT32_MAX)
        v->fade_left = d->choke_frames;
}

/* The oldest voice; `going`: of those that don't end already. NULL: none. */
static voice *oldest(drums *d, int going)
{
    voice *best = NULL;
    for (uint32_t i = 0; i < VOICES; i++) {
        voice *v = &d->voice[i];
        if (v->length && (!going || v->fade_left == UINT32_MAX) && (!best || v->age < best->age))
            best = v;
    }
    return best;
}

static voice *free_voice(drums *d)
{
    if (d->sounding >= VOICES - SPARE) {
        voice *v = oldest(d, 1);
        if (v)
            end_voice(d, v);
    }
    for (uint32_t i = 0; i < VOICES; i++)
        if (!d->voice[i].length) {
            d->sounding++;
            return &d->voice[i];
        }
    return oldest(d, 0); /* 64 hits in 4 ms */
}

static void begin_sound(drums *d, voice *v, const snq__drum_spec *s)
{
    v->sample = NULL;
    if (d->shots) {
        const uint32_t slot = *find_slot(d, s);
        if (slot && d->shot[slot - 1].sample) {
            v->sample = d->shot[slot - 1].sample;
            v->length = d->shot[slot - 1].frames;
            return;
        }
    }
    snq__drum_recipe recipe;
    snq__drum_recipe_of(s, d->seed, d->rate_hz, &recipe);
    snq__drum_sound_begin(&v->sound, &recipe);
    v->length = v->sound.length;
}

static void drums_note_on(void *self, uint32_t id, float note, float velocity)
{
    drums *d = self;
    const int key = key_of(note);
    (void)id;
    if (key < 0 || velocity <= 0)
        return;
    const uint32_t k = (uint32_t)(key - SNQ__DRUM_KEY_FIRST);
    const snq__drum_key *row = &snq__drum_key_tab[k];
    const float *of = d->value + DP_GROUP + DP_EACH * row->group;
    snq__drum_spec spec;
    snq__drum_spec_init(&spec, (uint32_t)key, velocity,
                        snq__drum_variant(d->seed, k, d->count[k]++), d->value);
    for (uint32_t i = 0; i < VOICES; i++) {
        voice *v = &d->voice[i];
        if ((row->choke && v->choke == row->choke) || (v->key == key && spec.manner != DM_ACOUSTIC))
            end_voice(d, v);
    }
    for (int side = 0; side < 2 && !d->sounding; side++)
        d->gain[side] = side_gain(d, side);
    voice *v = free_voice(d);
    begin_sound(d, v, &spec);
    const float level = exp2f((row->peak_db + of[DP_LEVEL]) * 0.16609640f) *
                        snq__drum_velocity_gain(velocity, d->value[DP_SENSITIVITY]);
    v->gain[0] = level * sqrtf(1 - of[DP_PAN]);
    v->gain[1] = level * sqrtf(1 + of[DP_PAN]);
    v->at = 0;
    v->fade_left = UINT32_MAX;
    v->key = (uint8_t)key;
    v->choke = row->choke;
    v->age = d->notes++;
}

static void drums_note_off(void *self, uint32_t id, float release_velocity)
{
    (void)self;
    (void)id;
    (void)release_velocity;
}

static void drums_set(void *self, uint32_t index, float value)
{
    drums *d = self;
    d->value[index] = value;
}

static void drums_perform(void *self, snq_perform what, double value)
{
    drums *d = self;
    if (what == SNQ_PERFORM_VOLUME)
        d->volume = (float)fmin(fmax(value, 0), 1);
    else if (what == SNQ_PERFORM_EXPRESSION)
        d->expression = (float)fmin(fmax(value, 0), 1);
    else if (what == SNQ_PERFORM_PAN)
        d->pan = (float)fmin(fmax(value, -1), 1);
}

static void drums_all_off(void *self, int at_once)
{
    drums *d = self;
    for (uint32_t i = 0; at_once && i < VOICES; i++)
        end_voice(d, &d->voice[i]);
}

/* Adds n frames of a voice. */
static void run_voice(drums *d, voice *v, float *left, float *right, uint32_t n)
{
    float made[SNQ__DRUM_RUN];
    const float *x = made;
    uint32_t m = v->length - v->at < n ? v->length - v->at : n;
    if (v->fade_left < m)
        m = v->fade_left;
    if (v->sample)
        x = v->sample + v->at;
    else
        snq__drum_sound_run(&v->sound, made, m);
    if (v->fade_left != UINT32_MAX) {
        for (uint32_t i = 0; i < m; i++) {
            const float f = (float)(v->fade_left - i) / (float)d->choke_frames;
            made[i] = x[i] * (f * f * (3 - 2 * f));
        }
        x = made;
        v->fade_left -= m;
    }
    for (uint32_t i = 0; i < m; i++) {
        left[i] += v->gain[0] * x[i];
        right[i] += v->gain[1] * x[i];
    }
    v->at += m;
    if (v->at == v->length || !v->fade_left) {
        v->length = 0;
        d->sounding--;
    }
}

static void amplify(drums *d, int side, float *x, uint32_t n)
{
    const float to = side_gain(d, side);
    float now = d->gain[side];
    uint32_t i = 0;
    for (; now != to && i < n; i++) {
        now += (to - now) * d->smooth;
        now = fabsf(now - to) > 1e-5f * to + 1e-9f ? now : to;
        x[i] *= now;
    }
    for (; i < n; i++)
        x[i] *= to;
    d->gain[side] = now;
}

static void drums_run(void *self, float *left, float *right, uint32_t n)
{
    drums *d = self;
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    if (!d->sounding)
        return;
    const snq_denormals was = snq_denormals_off();
    for (uint32_t i = 0; i < VOICES; i++)
        if (d->voice[i].length)
            run_voice(d, &d->voice[i], left, right, n);
    amplify(d, 0, left, n);
    amplify(d, 1, right, n);
    snq_denormals_restore(was);
}

static int drums_silent(const void *self)
{
    return !((const drums *)self)->sounding;
}

const snq__engine snq__engine_drums = {
    .name = "drums",
    .make = drums_make,
    .free = drums_free,
    .prepare = drums_prepare,
    .params = drums_params,
    .note_on = drums_note_on,
    .note_off = drums_note_off,
    .set = drums_set,
    .perform = drums_perform,
    .all_off = drums_all_off,
    .run = drums_run,
    .silent = drums_silent,
    .table = drums_table,
    .route_sources = drums_route_sources,
};
