// SPDX-License-Identifier: MIT
/* voice_params -- what can be set on the voice engine, and how it gets there.
 *
 * IDEA   A patch's parameter table is put together of the engine's own slots and of what each of its
 *        sources can be told. What is set does not jump: it goes there in a straight line.
 *
 * STEPS  Table: general | osc1 | osc1's source | osc2 | … | filter | envelopes | LFOs | level.
 *        A source's own parameter has its oscillator before its id (osc2_unison). One has a second name:
 *        `waveform` is osc1_waveform when osc1 is a wave, since mappings call it so.
 *        Logarithmic slots are kept as log2, so that lines and routes are straight in octaves.
 *        A change of at most NEAR of the range arrives in one block, a larger one takes FAR; at once
 *        while nothing sounds.
 *
 * CONST  NEAR 0.1 of the range: a curve that crosses the range in 15 ms is followed a block behind.
 *        FAR 5 ms: a full-range step of a gain is then no louder above 8 kHz than a saw's own partials
 *        (ours, 2026; tests/synth/test_voice_clicks.c).
 *
 * COST   Slots at rest cost a bit test in 32; a moving one an addition a block.
 *
 * LIMITS Choices change at once here; voice_block.c fades from one filter to another, a source from one
 *        wave to another. `voices` and `channels` size what is made: `voices` can only be set lower
 *        than the patch has it, `channels` not at all. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "synth/voice_impl.h"

static const float near_part = 0.1f;
static const float far_s = 0.005f;

static const char *const modes[] = { "poly", "mono", "legato" };
static const char *const channels[] = { "mono", "stereo" };
static const char *const models[] = { "svf", "ladder", "off" };
static const char *const types[] = { "lowpass", "highpass", "bandpass", "notch" };
static const char *const types2[] = { "off", "lowpass", "highpass", "bandpass", "notch" };
static const char *const lfo_waves[SNQ__LFO_WAVES] = { "sine",         "triangle", "saw_up",
                                                       "saw_down",     "square",   "random_step",
                                                       "random_smooth" };
static const char *const lfo_modes[] = { "note", "free" };
/* plain, dotted, triplet */
static const char *const syncs[] = { "off",   "1/1",  "1/1d",  "1/1t",  "1/2",  "1/2d",
                                     "1/2t",  "1/4",  "1/4d",  "1/4t",  "1/8",  "1/8d",
                                     "1/8t",  "1/16", "1/16d", "1/16t", "1/32", "1/32d",
                                     "1/32t", "1/64", "1/64d", "1/64t" };

#define LINEAR(id_, unit_, min_, max_, value_, what_)                                      \
    {                                                                                      \
        .id = id_, .unit = unit_, .min = min_, .max = max_, .value = value_, .what = what_ \
    }
#define LOG(id_, unit_, min_, max_, value_, what_)                           \
    {                                                                        \
        .id = id_, .unit = unit_, .min = min_, .max = max_, .value = value_, \
        .scale = SNQ_PARAM_LOG, .what = what_                                \
    }
#define CHOICE(id_, names_, value_, what_)                                    \
    {                                                                         \
        .id = id_, .unit = "", .max = SNQ_COUNT(names_) - 1, .value = value_, \
        .scale = SNQ_PARAM_DISCRETE, .choices = names_, .what = what_         \
    }
#define OSC(o, n)                                                                                  \
    [VP_OSC_LEVEL + (o)*                                                                           \
        VP_OSC_SIZE] = LINEAR("osc" n "_level", "", 0, 1, 1, "level of source " n),                \
    [VP_OSC_SEMITONES + (o)*VP_OSC_SIZE] = LINEAR("osc" n "_semitones", "semitones", -48, 48, 0,   \
                                                  "pitch of source " n " above the note"),         \
    [VP_OSC_CENTS + (o)*VP_OSC_SIZE] =                                                             \
        LINEAR("osc" n "_cents", "cents", -100, 100, 0, "fine pitch of source " n),                \
    [VP_OSC_SHAPE + (o)*VP_OSC_SIZE] = LINEAR("osc" n "_shape", "", 0, 1, 0.5f,                    \
                                              "shape of source " n ": what its kind makes of it"), \
    [VP_OSC_KEYTRACK + (o)*VP_OSC_SIZE] =                                                          \
        LINEAR("osc" n "_keytrack", "", 0, 1, 1, "how far source " n " follows the key from C4")
#define ENV(e, n, a, d, s, r, of)                                                             \
    [VP_ENV_ATTACK + (e)*                                                                     \
        VP_ENV_SIZE] = LOG(n "_attack_s", "s", 0.0005f, 30, a, "attack of " of),              \
    [VP_ENV_HOLD + (e)*VP_ENV_SIZE] =                                                         \
        LINEAR(n "_hold_s", "s", 0, 30, 0, "time at the top of " of),                         \
    [VP_ENV_DECAY + (e)*VP_ENV_SIZE] = LOG(n "_decay_s", "s", 0.001f, 60, d, "decay of " of), \
    [VP_ENV_SUSTAIN + (e)*VP_ENV_SIZE] =                                                      \
        LINEAR(n "_sustain", "", 0, 1, s, "level while held of " of),                         \
    [VP_ENV_RELEASE + (e)*VP_ENV_SIZE] =                                                      \
        LOG(n "_release_s", "s", 0.002f, 60, r, "release of " of),                            \
    [VP_ENV_CURVE + (e)*VP_ENV_SIZE] =                                                        \
        LINEAR(n "_curve", "", -1, 1, 0.5f, "bend of " of ": 0 straight, 1 fast then slow")
#define LFO(l, n)                                                                            \
    [VP_LFO_RATE + (l)*                                                                      \
        VP_LFO_SIZE] = LOG(n "_rate", "hz", 0.01f, 50, 2, "rate of " n),                     \
    [VP_LFO_SYNC + (l)*VP_LFO_SIZE] =                                                        \
        CHOICE(n "_sync", syncs, 0, "cycle of " n " in note values; off: by its rate"),      \
    [VP_LFO_WAVEFORM + (l)*VP_LFO_SIZE] = CHOICE(n "_waveform", lfo_waves, 0, "wave of " n), \
    [VP_LFO_PHASE + (l)*VP_LFO_SIZE] =                                                       \
        LINEAR(n "_phase", "", 0, 1, 0, "where in its cycle " n " begins"),                  \
    [VP_LFO_FADE + (l)*VP_LFO_SIZE] =                                                        \
        LINEAR(n "_fade_s", "s", 0, 30, 0, "how long " n " takes to come in"),               \
    [VP_LFO_MODE + (l)*VP_LFO_SIZE] =                                                        \
        CHOICE(n "_mode", lfo_modes, 0, "whether each note begins " n " anew"),              \
    [VP_LFO_DEPTH + (l)*VP_LFO_SIZE] =                                                       \
        LINEAR(n "_depth", "", 0, 1, 1, "share of all routes of " n)

static const snq_param slot_param[VP_TABLE_SLOTS] = {
    [VP_TRANSPOSE] = LINEAR("transpose_semitones", "semitones", -48, 48, 0, "pitch above the note"),
    [VP_TUNE] = LINEAR("tune_cents", "cents", -100, 100, 0, "fine pitch"),
    [VP_GLIDE] = LINEAR("glide_s", "s", 0, 10, 0, "time from one note's pitch to the next's"),
    [VP_MODE] = CHOICE("voice_mode", modes, 0, "many notes at once, one, or one that slurs"),
    [VP_VOICES] = { .id = "voices",
                    .unit = "",
                    .min = 1,
                    .max = SNQ__VOICES_MAX,
                    .value = 16,
                    .scale = SNQ_PARAM_DISCRETE,
                    .what = "notes at once (at most what the patch says)" },
    [VP_CHANNELS] = CHOICE("channels", channels, 0, "sides that a voice has (by the patch alone)"),
    OSC(0, "1"),
    OSC(1, "2"),
    OSC(2, "3"),
    [VP_FILTER_MODEL] = CHOICE("filter_model", models, 0, "circuit of the filter"),
    [VP_FILTER_TYPE] = CHOICE("filter_type", types, 0, "what the filter lets through"),
    [VP_CUTOFF] = LOG("filter_cutoff", "hz", 20, 20000, 20000, "cutoff of the filter"),
    [VP_RESONANCE] = LOG("filter_resonance", "", 0.5f, 40, 0.70710678f,
                         "Q of the filter: gain at the cutoff over the bass"),
    [VP_FILTER_KEYTRACK] =
        LINEAR("filter_keytrack", "", 0, 1, 0, "how far cutoffs follow the key from C4"),
    [VP_FILTER_ENV] = LINEAR("filter_env_octaves", "octaves", -8, 8, 0, "envelope 2 to the cutoff"),
    [VP_FILTER_VELOCITY] =
        LINEAR("filter_velocity_octaves", "octaves", -8, 8, 0, "velocity to the cutoff"),
    [VP_FILTER_DRIVE] = LINEAR("filter_drive", "", 0, 1, 0.2f, "saturation of the ladder"),
    [VP_FILTER2_TYPE] = CHOICE("filter2_type", types2, 0, "second filter, behind the first"),
    [VP_CUTOFF2] = LOG("filter2_cutoff", "hz", 20, 20000, 20, "cutoff of the second filter"),
    [VP_RESONANCE2] = LOG("filter2_resonance", "", 0.5f, 40, 0.70710678f, "Q of the second filter"),
    ENV(0, "amp", 0.005f, 0.2f, 1, 0.1f, "the amplitude"),
    ENV(1, "env2", 0.001f, 0.3f, 0, 0.3f, "envelope 2"),
    ENV(2, "env3", 0.001f, 0.3f, 0, 0.3f, "envelope 3"),
    LFO(0, "lfo"),
    LFO(1, "lfo2"),
    [VP_VELOCITY] =
        LINEAR("velocity_sensitivity", "", 0, 1, 0.5f, "how much velocity makes louder"),
    [VP_AMP_LEVEL] = LINEAR("amp_level", "", 0, 1, 1, "level of each voice, before the distortion"),
    [VP_PAN] = LINEAR("pan", "", -1, 1, 0, "place: -1 left, 1 right"),
    [VP_GAIN] = LINEAR("gain_db", "db", -60, 24, -12, "level of all, behind the distortion"),
    [VP_WIDTH] = LINEAR("width", "", 0, 2, 1, "side against middle"),
    [VP_DISTORTION] = LINEAR("distortion_amount", "", 0, 1, 0, "distortion of the sum"),
};

/* Range of the slots that are no parameters: performance inputs. */
static const snq_param perform_param[VP_SLOTS - VP_TABLE_SLOTS] = {
    LINEAR("", "semitones", -96, 96, 0, ""),
    LINEAR("", "", 0, 1, 0, ""),
    LINEAR("", "", 0, 1, 0, ""),
    LINEAR("", "", 0, 1, 1, ""),
    LINEAR("", "", 0, 1, 1, ""),
    LINEAR("", "", -1, 1, 0, ""),
};

static const char *const route_sources[FROM_SOURCES] = { "lfo",      "lfo2",     "env1", "env2",
                                                         "env3",     "velocity", "key",  "wheel",
                                                         "pressure", "random" };

const char *const *snq__voice_route_sources(size_t *n)
{
    *n = FROM_SOURCES;
    return route_sources;
}

double snq__voice_sync_beats(uint32_t choice)
{
    static const double part[3] = { 1, 1.5, 2.0 / 3.0 };
    if (!choice)
        return 0;
    return 4.0 / (double)(1u << ((choice - 1) / 3)) * part[(choice - 1) % 3];
}

/* --- table --- */

/* A table as it grows: places are counted first (param NULL), then filled. */
typedef struct builder {
    snq_param *param;
    snq__voice_address *address; /* NULL: not asked for */
    char *text;                  /* room for made-up ids */
    size_t n, bytes;
} builder;

static void put(builder *b, const snq_param *p, uint8_t osc, uint8_t index)
{
    if (b->param)
        b->param[b->n] = *p;
    if (b->address)
        b->address[b->n] = (snq__voice_address) { osc, index };
    b->n++;
}

static void put_slots(builder *b, uint32_t from, uint32_t to)
{
    for (uint32_t s = from; s < to; s++)
        put(b, &slot_param[s], SNQ__VOICE_OSCS, (uint8_t)s);
}

/* The source's own parameters, with the oscillator before their ids. */
static void put_own(builder *b, uint32_t o, const snq__source_type *t)
{
    for (uint32_t i = 0; i < t->params; i++) {
        snq_param p = t->param[i];
        const size_t room = strlen(p.id) + sizeof "osc1_";
        if (b->text) {
            p.id = b->text + b->bytes;
            snprintf(b->text + b->bytes, room, "osc%u_%s", o + 1, t->param[i].id);
        }
        b->bytes += room;
        put(b, &p, (uint8_t)o, (uint8_t)i);
    }
}

static void put_all(builder *b, const snq__source_type *const osc[SNQ__VOICE_OSCS])
{
    b->n = b->bytes = 0;
    put_slots(b, 0, VP_OSC);
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!osc[o])
            continue;
        put_slots(b, VP_OSC + VP_OSC_SIZE * o, VP_OSC + VP_OSC_SIZE * (o + 1));
        put_own(b, o, osc[o]);
    }
    put_slots(b, VP_FILTER_MODEL, VP_TABLE_SLOTS);
    if (osc[0] && !strcmp(osc[0]->name, "wave")) {
        const int i = snq_param_find(osc[0]->param, osc[0]->params, "waveform");
        if (i >= 0)
            put(b, &osc[0]->param[i], 0, (uint8_t)i);
    }
}

static snq_status find_sources(const snq_patch *p, const snq__source_type *osc[SNQ__VOICE_OSCS])
{
    int any = 0;
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        osc[o] = NULL;
        if (!p->source[o][0])
            continue;
        osc[o] = snq__source_find(p->source[o]);
        if (!osc[o])
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "this build has no source \"%s\"", p->source[o]);
        any = 1;
    }
    if (!any)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "the engine \"voice\" needs at least one source");
    return SNQ_OK;
}

/* The table in one block: parameters, then their texts; with *address, a second block. */
static snq_status build_table(const snq__source_type *const osc[SNQ__VOICE_OSCS], snq_param **out,
                              snq__voice_address **address, size_t *n)
{
    builder b = { 0 };
    put_all(&b, osc);
    char *block = snq_calloc(1, b.n * sizeof(snq_param) + b.bytes);
    snq__voice_address *place = address ? snq_calloc(b.n, sizeof *place) : NULL;
    if (!block || (address && !place)) {
        snq_free(block);
        snq_free(place);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu parameters", b.n);
    }
    b.param = (snq_param *)(void *)block;
    b.text = block + b.n * sizeof(snq_param);
    b.address = place;
    put_all(&b, osc);
    *out = b.param;
    *n = b.n;
    if (address)
        *address = place;
    return SNQ_OK;
}

snq_status snq__voice_table(const snq_patch *patch, snq_param **out, size_t *n)
{
    const snq__source_type *osc[SNQ__VOICE_OSCS];
    *out = NULL;
    *n = 0;
    SNQ_TRY(find_sources(patch, osc));
    return build_table(osc, out, NULL, n);
}

/* --- values --- */

static float inside(const snq_param *p, float value)
{
    return p->scale == SNQ_PARAM_LOG ? log2f(value) : value;
}

static void value_init(snq__voice_value *v, const snq_param *p)
{
    v->scale = (uint8_t)p->scale;
    v->min = inside(p, p->min);
    v->max = inside(p, p->max);
    v->span = v->max - v->min;
    v->now = v->goal = inside(p, p->value);
}

void snq__voice_slot_set(snq__voice_engine *e, uint32_t slot, float value)
{
    snq__voice_value *v = &e->value[slot];
    float goal = v->scale == SNQ_PARAM_LOG ? log2f(value) : value;
    goal = fminf(fmaxf(goal, v->min), v->max);
    if (goal == v->goal)
        return;
    v->goal = goal;
    if (v->scale == SNQ_PARAM_DISCRETE || !snq__voice_any(e)) {
        v->now = goal;
        return;
    }
    const float way = goal - v->now;
    v->left =
        fabsf(way) <= near_part * v->span ? SNQ_SYNTH_BLOCK : (uint32_t)(far_s * (float)e->rate_hz);
    v->step = way / (float)v->left;
    e->moving[slot / 32] |= 1u << (slot % 32);
}

void snq__voice_slots_advance(snq__voice_engine *e, uint32_t n)
{
    for (uint32_t w = 0; w < SNQ_COUNT(e->moving); w++) {
        for (uint32_t bits = e->moving[w]; bits; bits &= bits - 1) {
            const uint32_t b = (uint32_t)__builtin_ctz(bits);
            snq__voice_value *v = &e->value[w * 32 + b];
            if (v->left <= n) {
                v->now = v->goal;
                v->left = 0;
                e->moving[w] &= ~(1u << b);
            } else {
                v->now += v->step * (float)n;
                v->left -= n;
            }
        }
    }
}

uint32_t snq__voice_choice(const snq__voice_engine *e, uint32_t slot)
{
    return (uint32_t)e->value[slot].now;
}

/* What is changed by choosing another wave or rhythm must not be heard as a jump. */
static void mark_lfo_jump(snq__voice_engine *e, uint32_t slot)
{
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++) {
        const uint32_t at = slot - l * VP_LFO_SIZE;
        if (at == VP_LFO_SYNC || at == VP_LFO_WAVEFORM || at == VP_LFO_MODE || at == VP_LFO_PHASE)
            e->lfo_jump[l] = 1;
    }
}

void snq__voice_set(snq__voice_engine *e, uint32_t index, float value)
{
    const snq__voice_address at = e->address[index];
    if (at.osc == SNQ__VOICE_OSCS) {
        if (at.index == VP_CHANNELS)
            return;
        mark_lfo_jump(e, at.index);
        snq__voice_slot_set(e, at.index, value);
        return;
    }
    const snq__source_type *type = e->osc[at.osc];
    if (!type->set)
        return;
    for (uint32_t k = 0; k < e->owns; k++) {
        snq__voice_own *own = &e->own[k];
        if (own->osc == at.osc && own->index == at.index) {
            own->base = own->last = inside(own->param, value);
            break;
        }
    }
    for (uint32_t g = 0; g < e->groups; g++)
        type->set(e->group[g].source[at.osc], at.index, value);
}

/* --- a patch's --- */

static snq_status read_settings(snq__voice_engine *e, const snq_patch *p)
{
    for (uint32_t s = 0; s < VP_TABLE_SLOTS; s++)
        value_init(&e->value[s], &slot_param[s]);
    for (uint32_t s = VP_TABLE_SLOTS; s < VP_SLOTS; s++)
        value_init(&e->value[s], &perform_param[s - VP_TABLE_SLOTS]);
    for (uint32_t i = 0; i < p->settings; i++) {
        const snq_patch_setting *s = &p->setting[i];
        const int at = snq_param_find(e->param, e->params, s->id);
        if (at < 0)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": no parameter \"%s\"", p->id, s->id);
        if (e->address[at].osc != SNQ__VOICE_OSCS)
            continue;
        snq__voice_value *v = &e->value[e->address[at].index];
        v->now = v->goal = inside(&e->param[at], snq_param_clamp(&e->param[at], s->value));
    }
    return SNQ_OK;
}

void snq__voice_source_values(const snq__voice_engine *e, const snq_patch *p, uint32_t o,
                              float *value)
{
    for (uint32_t i = 0; i < e->osc[o]->params; i++)
        value[i] = e->osc[o]->param[i].value;
    for (uint32_t i = 0; i < p->settings; i++) {
        const int at = snq_param_find(e->param, e->params, p->setting[i].id);
        if (at >= 0 && e->address[at].osc == o)
            value[e->address[at].index] = snq_param_clamp(&e->param[at], p->setting[i].value);
    }
}

/* A source's own parameter as a route's target: its place in `own`. */
static uint32_t own_place(snq__voice_engine *e, const snq_patch *p, snq__voice_address at)
{
    for (uint32_t k = 0; k < e->owns; k++)
        if (e->own[k].osc == at.osc && e->own[k].index == at.index)
            return k;
    float value[SNQ__SOURCE_PARAMS_MAX];
    snq__voice_source_values(e, p, at.osc, value);
    const snq_param *param = &e->osc[at.osc]->param[at.index];
    const float base = inside(param, value[at.index]);
    e->own[e->owns] = (snq__voice_own) { at.osc, at.index, base, base, param };
    return e->owns++;
}

static void note_use(snq__voice_engine *e, const snq__voice_route *r)
{
    if (r->from <= FROM_LFO2)
        e->lfo_used[r->from - FROM_LFO] = 1;
    else if (r->from <= FROM_ENV3)
        e->env_used[r->from - FROM_ENV1] = 1;
    if (r->slot >= VP_SLOTS)
        return;
    e->routed[r->slot] = 1;
    if (r->slot >= VP_ENV && r->slot < VP_VELOCITY)
        e->routes_inner = 1;
}

static snq_status read_route(snq__voice_engine *e, const snq_patch *p, const snq_patch_route *in)
{
    uint32_t from = 0;
    while (from < FROM_SOURCES && strcmp(route_sources[from], in->from) != 0)
        from++;
    if (from == FROM_SOURCES)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": a route from \"%s\", which is nothing",
                        p->id, in->from);
    const int to = snq_param_find(e->param, e->params, in->to);
    if (to < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": a route to \"%s\", which is no parameter",
                        p->id, in->to);
    const snq__voice_address at = e->address[to];
    if (e->param[to].scale == SNQ_PARAM_DISCRETE ||
        (at.osc < SNQ__VOICE_OSCS && !e->osc[at.osc]->set))
        return SNQ_FAIL(SNQ_ERR_RANGE, "patch \"%s\": a route to \"%s\", which can't be moved",
                        p->id, in->to);
    if (!isfinite(in->amount))
        return SNQ_FAIL(SNQ_ERR_RANGE, "patch \"%s\": a route to \"%s\" by no number", p->id,
                        in->to);
    snq__voice_route *r = &e->route[e->routes++];
    r->from = (uint8_t)from;
    r->amount = in->amount;
    r->slot = at.osc == SNQ__VOICE_OSCS ? at.index : (uint8_t)(VP_SLOTS + own_place(e, p, at));
    note_use(e, r);
    return SNQ_OK;
}

snq_status snq__voice_params_init(snq__voice_engine *e, const snq_patch *p)
{
    SNQ_TRY(find_sources(p, e->osc));
    SNQ_TRY(build_table(e->osc, &e->param, &e->address, &e->params));
    if (p->settings > SNQ_PATCH_SETTINGS_MAX || p->routes > SNQ_PATCH_ROUTES_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "patch \"%s\": %u settings, %u routes", p->id, p->settings,
                        p->routes);
    SNQ_TRY(read_settings(e, p));
    e->env_used[0] = e->env_used[1] = 1; /* amplitude, filter_env_octaves */
    for (uint32_t i = 0; i < p->routes; i++)
        SNQ_TRY(read_route(e, p, &p->route[i]));
    return SNQ_OK;
}
