// SPDX-License-Identifier: MIT
#include "synth/soundfont_module_impl.h"

#include <fluidsynth.h>
#include <math.h>

#include "base/alloc.h"

enum { CHANNEL = 0, BEND_RANGE = 24, BEND_CENTRE = 8192, POLYPHONY = 256 };

typedef struct player {
    fluid_settings_t *settings;
    fluid_synth_t *synth;
    int bank;
} player;

static void sf_close(void *self)
{
    player *p = self;
    if (!p)
        return;
    if (p->synth)
        delete_fluid_synth(p->synth);
    if (p->settings)
        delete_fluid_settings(p->settings);
    snq_free(p);
}

static snq_status make_synth(player *p, uint32_t rate_hz)
{
    p->settings = new_fluid_settings();
    if (!p->settings)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for FluidSynth");
    fluid_settings_setnum(p->settings, "synth.sample-rate", rate_hz);
    fluid_settings_setint(p->settings, "synth.reverb.active", 0);
    fluid_settings_setint(p->settings, "synth.chorus.active", 0);
    fluid_settings_setint(p->settings, "synth.threadsafe-api", 0);
    fluid_settings_setint(p->settings, "synth.lock-memory", 0);
    fluid_settings_setint(p->settings, "synth.polyphony", POLYPHONY);
    p->synth = new_fluid_synth(p->settings);
    return p->synth ? SNQ_OK
                    : SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "FluidSynth can't play at %u Hz", rate_hz);
}

static snq_status sf_open(const char *path, uint32_t rate_hz, void **out)
{
    *out = NULL;
    snq_status st;
    if (!fluid_is_soundfont(path)) /* what is none makes FluidSynth's own libraries talk */
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s: not a SoundFont bank", path);
    player *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a bank's player");
    for (int level = 0; level < LAST_LOG_LEVEL; level++) /* it says nothing by itself */
        fluid_set_log_function(level, NULL, NULL);
    SNQ_GOTO(make_synth(p, rate_hz));
    p->bank = fluid_synth_sfload(p->synth, path, 0);
    if (p->bank == FLUID_FAILED) {
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "%s: not a bank that FluidSynth reads", path);
        goto fail;
    }
    fluid_synth_pitch_wheel_sens(p->synth, CHANNEL, BEND_RANGE);
    fluid_synth_cc(p->synth, CHANNEL, 7, 127);
    *out = p;
    return SNQ_OK;
fail:
    sf_close(p);
    return st;
}

static void sf_program(void *self, int bank, int program)
{
    player *p = self;
    fluid_synth_program_select(p->synth, CHANNEL, p->bank, bank, program);
}

static void sf_gain(void *self, float linear)
{
    fluid_synth_set_gain(((player *)self)->synth, linear);
}

static void sf_note_on(void *self, int key, int velocity)
{
    fluid_synth_noteon(((player *)self)->synth, CHANNEL, key, velocity);
}

static void sf_note_off(void *self, int key)
{
    fluid_synth_noteoff(((player *)self)->synth, CHANNEL, key);
}

static void sf_controller(void *self, int number, int value)
{
    fluid_synth_cc(((player *)self)->synth, CHANNEL, number, value);
}

static void sf_pressure(void *self, int value)
{
    fluid_synth_channel_pressure(((player *)self)->synth, CHANNEL, value);
}

static void sf_bend(void *self, float semitones)
{
    const long value = lroundf(semitones / BEND_RANGE * BEND_CENTRE) + BEND_CENTRE;
    fluid_synth_pitch_bend(((player *)self)->synth, CHANNEL,
                           (int)(value < 0       ? 0
                                 : value > 16383 ? 16383
                                                 : value));
}

static void sf_all_notes_off(void *self)
{
    fluid_synth_all_notes_off(((player *)self)->synth, CHANNEL);
}

static void sf_all_sounds_off(void *self)
{
    fluid_synth_all_sounds_off(((player *)self)->synth, CHANNEL);
}

static void sf_run(void *self, float *left, float *right, uint32_t n)
{
    fluid_synth_write_float(((player *)self)->synth, (int)n, left, 0, 1, right, 0, 1);
}

static int sf_voices(void *self)
{
    return fluid_synth_get_active_voice_count(((player *)self)->synth);
}

const snq__soundfont_module snq_soundfont = { SNQ__SOUNDFONT_MODULE_TAG,
                                              .open = sf_open,
                                              .close = sf_close,
                                              .program = sf_program,
                                              .gain = sf_gain,
                                              .note_on = sf_note_on,
                                              .note_off = sf_note_off,
                                              .controller = sf_controller,
                                              .pressure = sf_pressure,
                                              .bend = sf_bend,
                                              .all_notes_off = sf_all_notes_off,
                                              .all_sounds_off = sf_all_sounds_off,
                                              .run = sf_run,
                                              .voices = sf_voices,
                                              .last_error = snq_last_error };
