// SPDX-License-Identifier: MIT
/* soundfont -- the engine "soundfont": a bank of recorded instruments, played by FluidSynth.
 *
 * IDEA   Acoustic instruments are recorded, not computed. Banks of them in the SoundFont format are on many
 *        machines, and so is FluidSynth; here both stand behind the table that all engines have.
 *
 * STEPS  bank    $SNQ_SOUNDFONT, else the first of the known places that is there
 *        module  libsnq_soundfont, built where FluidSynth was found, loaded with the first such patch
 *        notes   rounded to keys; a key that several notes hold ends with the last of them
 *        silence all at once: 5 ms fade, then FluidSynth's voices are cut
 *
 * CONST  gain 0.4 at 0 dB: a piano's chord of five loud notes stays under full scale (FluidR3, ours).
 *
 * COST   start: the bank is read (0.1 to 1 s, its size in memory) by each instrument.
 *
 * LIMITS FluidSynth acts on notes at its own blocks of 64 frames: they begin up to 63 frames late, and bytes
 *        depend on where runs are cut. Keys are whole: cents of single notes are not heard. The bank is
 *        opened here, by its path: the one file that this room opens, since FluidSynth reads it itself. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/module.h"
#include "synth/engine_impl.h"
#include "synth/soundfont.h"
#include "synth/soundfont_module_impl.h"

enum { SP_PROGRAM = 0, SP_BANK, SP_GAIN, SP_PARAMS };
enum { HELD = 128, REST_FRAMES = 128, FADE_MS = 5 };
static const float unit_gain = 0.4f;

static const snq_param param_tab[SP_PARAMS] = {
    [SP_PROGRAM] = { .id = "program",
                     .unit = "",
                     .max = 127,
                     .scale = SNQ_PARAM_DISCRETE,
                     .what = "program of the bank, as General MIDI counts from 0" },
    [SP_BANK] = { .id = "bank",
                  .unit = "",
                  .max = 128,
                  .scale = SNQ_PARAM_DISCRETE,
                  .what = "bank of programs; 128: drum kits" },
    [SP_GAIN] = { .id = "gain_db", .unit = "db", .min = -60, .max = 24, .what = "level of all" },
};

static const char *const known_banks[] = {
    "/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2", "/usr/share/soundfonts/default.sf2",
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
};

typedef struct held {
    uint32_t id;
    int key; /* -1: free */
} held;

typedef struct soundfont {
    const snq__soundfont_module *module;
    void *player;
    float value[SP_PARAMS];
    held held[HELD]; /* oldest first */
    uint32_t holds, rest, fade_left,
        fade; /* frames without a voice; of the end that is under way */
} soundfont;

/* Defined where the module's objects are linked into the program. */
extern const snq__soundfont_module snq_soundfont __attribute__((weak));
/* Written once with the address of constant data; two threads that load at once write the same. */
static _Atomic(const snq__soundfont_module *) loaded;

static int same_build(const void *table)
{
    static const snq__soundfont_module ours = { SNQ__SOUNDFONT_MODULE_TAG };
    const snq__soundfont_module *m = table;
    return m->module_bytes == ours.module_bytes && strncmp(m->version, ours.version, 64) == 0;
}

static snq_status load(const snq__soundfont_module **out)
{
    static const snq_module module = { SNQ__SOUNDFONT_MODULE_FILE, SNQ__SOUNDFONT_MODULE_SYMBOL,
                                       same_build, "the engine \"soundfont\"",
                                       "the package libfluidsynth3" };
    const void *table = &snq_soundfont;
    *out = atomic_load_explicit(&loaded, memory_order_acquire);
    if (*out)
        return SNQ_OK;
    if (!table)
        SNQ_TRY(snq_module_load(&module, &table));
    *out = table;
    atomic_store_explicit(&loaded, *out, memory_order_release);
    return SNQ_OK;
}

static snq_status find_bank(const char **path)
{
    *path = getenv("SNQ_SOUNDFONT");
    if (*path && **path)
        return access(*path, R_OK) == 0
                   ? SNQ_OK
                   : SNQ_FAIL(SNQ_ERR_NOT_FOUND, "SNQ_SOUNDFONT: %s can't be read", *path);
    for (size_t i = 0; i < SNQ_COUNT(known_banks); i++)
        if (access(known_banks[i], R_OK) == 0) {
            *path = known_banks[i];
            return SNQ_OK;
        }
    return SNQ_FAIL(
        SNQ_ERR_UNSUPPORTED,
        "the engine \"soundfont\" needs a bank: install the package fluid-soundfont-gm, "
        "or name a file in SNQ_SOUNDFONT");
}

snq_status snq_soundfont_find(const char **bank)
{
    const snq__soundfont_module *module;
    snq_status st = load(&module);
    if (st >= 0)
        st = find_bank(bank);
    if (st < 0)
        *bank = NULL;
    return st;
}

static void soundfont_free(void *self)
{
    soundfont *s = self;
    if (!s)
        return;
    if (s->module)
        s->module->close(s->player);
    snq_free(s);
}

static void choose_program(soundfont *s)
{
    s->module->program(s->player, (int)s->value[SP_BANK], (int)s->value[SP_PROGRAM]);
}

static void choose_gain(soundfont *s)
{
    s->module->gain(s->player, unit_gain * exp2f(s->value[SP_GAIN] * 0.16609640f));
}

static snq_status read_settings(soundfont *s, const snq_patch *p)
{
    for (uint32_t i = 0; i < SP_PARAMS; i++)
        s->value[i] = param_tab[i].value;
    for (uint32_t i = 0; i < p->settings; i++) {
        const int at = snq_param_find(param_tab, SP_PARAMS, p->setting[i].id);
        if (at < 0)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "patch \"%s\": no parameter \"%s\"", p->id,
                            p->setting[i].id);
        s->value[at] = snq_param_clamp(&param_tab[at], p->setting[i].value);
    }
    return SNQ_OK;
}

static snq_status soundfont_make(const snq_instrument_cfg *cfg, void **out)
{
    const char *path;
    *out = NULL;
    snq_status st;
    soundfont *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a bank of instruments");
    s->fade = cfg->rate_hz * FADE_MS / 1000;
    s->rest = REST_FRAMES;
    SNQ_GOTO(read_settings(s, cfg->patch));
    SNQ_GOTO(load(&s->module));
    SNQ_GOTO(find_bank(&path));
    st = s->module->open(path, cfg->rate_hz, &s->player);
    if (st < 0) {
        /* the module's words become ours */
        st = s->module == &snq_soundfont ? st : SNQ_FAIL(st, "%s", s->module->last_error());
        goto fail;
    }
    choose_program(s);
    choose_gain(s);
    *out = s;
    return SNQ_OK;
fail:
    soundfont_free(s);
    return st;
}

static const snq_param *soundfont_params(const void *self, size_t *n)
{
    (void)self;
    *n = SP_PARAMS;
    return param_tab;
}

static snq_status soundfont_table(const snq_patch *patch, snq_param **out, size_t *n)
{
    (void)patch;
    *n = 0;
    *out = snq_alloc(SP_PARAMS, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %d parameters", SP_PARAMS);
    memcpy(*out, param_tab, sizeof param_tab);
    *n = SP_PARAMS;
    return SNQ_OK;
}

static const char *const *soundfont_route_sources(size_t *n)
{
    *n = 0;
    return NULL;
}

/* ---------------------------------------------------------------- playing */

static void cut(soundfont *s)
{
    s->module->all_sounds_off(s->player);
    s->fade_left = 0;
    s->holds = 0;
}

static int holders(const soundfont *s, int key)
{
    int n = 0;
    for (uint32_t i = 0; i < s->holds; i++)
        n += s->held[i].key == key;
    return n;
}

/* The hold at `at` ends; its key too, when nobody else holds it. */
static void let_go(soundfont *s, uint32_t at)
{
    const int key = s->held[at].key;
    s->holds--;
    memmove(s->held + at, s->held + at + 1, (s->holds - at) * sizeof *s->held);
    if (!holders(s, key))
        s->module->note_off(s->player, key);
}

static void soundfont_note_on(void *self, uint32_t id, float note, float velocity)
{
    soundfont *s = self;
    const int key = (int)lroundf(fminf(fmaxf(note, 0), 127));
    const int hard = (int)lroundf(127 * velocity);
    if (hard < 1)
        return;
    if (s->fade_left)
        cut(s);
    if (s->holds == HELD)
        let_go(s, 0);
    s->held[s->holds++] = (held) { id, key };
    s->module->note_on(s->player, key, hard);
    s->rest = 0;
}

static void soundfont_note_off(void *self, uint32_t id, float release_velocity)
{
    soundfont *s = self;
    (void)release_velocity;
    for (uint32_t i = 0; i < s->holds; i++)
        if (s->held[i].id == id) {
            let_go(s, i);
            return;
        }
}

static void soundfont_set(void *self, uint32_t index, float value)
{
    soundfont *s = self;
    if (s->value[index] == value)
        return;
    s->value[index] = value;
    if (index == SP_GAIN)
        choose_gain(s);
    else
        choose_program(s);
}

static int seven_bits(double x)
{
    return (int)lround(127 * fmin(fmax(x, 0), 1));
}

static void soundfont_perform(void *self, snq_perform what, double value)
{
    static const uint8_t controllers[] = { [SNQ_PERFORM_WHEEL] = 1,
                                           [SNQ_PERFORM_SUSTAIN] = 64,
                                           [SNQ_PERFORM_EXPRESSION] = 11,
                                           [SNQ_PERFORM_VOLUME] = 7,
                                           [SNQ_PERFORM_PAN] = 10 };
    soundfont *s = self;
    if (what == SNQ_PERFORM_BEND)
        s->module->bend(s->player, (float)fmin(fmax(value, -24), 24));
    else if (what == SNQ_PERFORM_PRESSURE)
        s->module->pressure(s->player, seven_bits(value));
    else if (what == SNQ_PERFORM_PAN)
        s->module->controller(s->player, 10, (int)lround(64 + 63 * fmin(fmax(value, -1), 1)));
    else if (what < SNQ_COUNT(controllers) && controllers[what])
        s->module->controller(s->player, controllers[what], seven_bits(value));
}

static int soundfont_silent(const void *self)
{
    return ((const soundfont *)self)->rest >= REST_FRAMES;
}

static void soundfont_all_off(void *self, int at_once)
{
    soundfont *s = self;
    s->holds = 0;
    s->module->all_notes_off(s->player);
    if (at_once && !s->fade_left && !soundfont_silent(s))
        s->fade_left = s->fade;
}

/* The end that is under way; what is behind it is silence. */
static void fade_out(soundfont *s, float *left, float *right, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const float g = s->fade_left ? (float)s->fade_left / (float)s->fade : 0;
        left[i] *= g * g * (3 - 2 * g);
        right[i] *= g * g * (3 - 2 * g);
        s->fade_left -= s->fade_left > 0;
    }
    if (!s->fade_left) {
        cut(s);
        s->rest = REST_FRAMES;
    }
}

static void soundfont_run(void *self, float *left, float *right, uint32_t n)
{
    soundfont *s = self;
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    if (soundfont_silent(s))
        return;
    s->module->run(s->player, left, right, n);
    s->rest = s->module->voices(s->player) ? 0 : s->rest + n;
    if (s->fade_left)
        fade_out(s, left, right, n);
}

const snq__engine snq__engine_soundfont = {
    .name = "soundfont",
    .make = soundfont_make,
    .free = soundfont_free,
    .params = soundfont_params,
    .note_on = soundfont_note_on,
    .note_off = soundfont_note_off,
    .set = soundfont_set,
    .perform = soundfont_perform,
    .all_off = soundfont_all_off,
    .run = soundfont_run,
    .silent = soundfont_silent,
    .table = soundfont_table,
    .route_sources = soundfont_route_sources,
};
