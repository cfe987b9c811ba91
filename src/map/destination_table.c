// SPDX-License-Identifier: MIT
#include "map/destination_table.h"

#include "base/attr.h"

const char *const snq_acts_names[SNQ_ACTS] = { "composition", "sound", "global" };

static const char *const filters[] = { "lowpass", "highpass", "bandpass", "notch" };
static const char *const waves[] = { "sine", "triangle", "sawtooth", "square", "custom" };
static const char *const kicks[] = { "style",      "four_on_floor", "half_time", "breakbeat",
                                     "syncopated", "sparse",        "none" };
static const char *const progressions[] = { "simple", "moderate", "complex", "chromatic" };
static const char *const tonics[] = { "C",  "C#", "D",  "D#", "E",  "F",
                                      "F#", "G",  "G#", "A",  "A#", "B" };
static const char *const scales[] = { "major",  "minor",      "dorian", "phrygian",
                                      "lydian", "mixolydian", "locrian" };

#define P(id_, unit_, min_, max_, value_, scale_, what_) \
    .param = { .id = id_,                                \
               .unit = unit_,                            \
               .min = min_,                              \
               .max = max_,                              \
               .value = value_,                          \
               .scale = scale_,                          \
               .what = what_ }
#define C(id_, names_, value_, what_)        \
    .param = { .id = id_,                    \
               .unit = "",                   \
               .min = 0,                     \
               .max = SNQ_COUNT(names_) - 1, \
               .value = value_,              \
               .scale = SNQ_PARAM_DISCRETE,  \
               .choices = names_,            \
               .what = what_ }
#define WOBBLE(target_) \
    .acts = SNQ_ACTS_SOUND, .kind = "bass", .patch = "wobble_bass", .target = target_
#define COMPOSITION .acts = SNQ_ACTS_COMPOSITION
#define GLOBAL      .acts = SNQ_ACTS_GLOBAL
#define LIN         SNQ_PARAM_LINEAR

/* Ranges and defaults as published; a quality below 0.5 is no filter's, so that one begins there. */
static const snq_destination tab[] = {
    { P("wobble_bass.lfo_rate", "hz", 0.1f, 20, 1, SNQ_PARAM_LOG, "how often the bass wobbles"),
      WOBBLE("lfo_rate") },
    { P("wobble_bass.filter_cutoff", "hz", 80, 10000, 1000, SNQ_PARAM_LOG, "how open the bass is"),
      WOBBLE("filter_cutoff") },
    { P("wobble_bass.filter_resonance", "", 0.5f, 20, 5, SNQ_PARAM_LOG, "Q of the bass's filter"),
      WOBBLE("filter_resonance"), .from_zero = 1 },
    { C("wobble_bass.filter_type", filters, 0, "what the bass's filter lets through"),
      WOBBLE("filter_type") },
    { C("wobble_bass.waveform", waves, 2, "the bass's wave; custom is the patch's table"),
      WOBBLE("waveform") },
    { P("wobble_bass.distortion_amount", "", 0, 1, 0.2f, LIN, "dirt on the bass"),
      WOBBLE("distortion_amount") },
    { C("rhythm.kick_pattern", kicks, 0, "where the kick falls; style leaves it to the genre"),
      COMPOSITION },
    { P("rhythm.hat_density", "", 0, 1, 0.5f, LIN, "how many hats"), COMPOSITION },
    { P("rhythm.percussion_complexity", "", 0, 1, 0.3f, LIN, "how much goes on around the beat"),
      COMPOSITION },
    { P("rhythm.swing_amount", "", 0, 0.5f, 0, LIN, "how late the second of two steps is"),
      COMPOSITION },
    { P("harmony.chord_complexity", "", 1, 5, 2, SNQ_PARAM_DISCRETE,
        "triads (1) to altered chords (5)"),
      COMPOSITION },
    { C("harmony.progression_type", progressions, 0, "how far chords go"), COMPOSITION },
    { C("harmony.key", tonics, 0, "tonic of the piece"), COMPOSITION },
    { C("harmony.scale", scales, 1, "mode of the piece"), COMPOSITION },
    { P("atmosphere.pad_intensity", "", 0, 1, 0.5f, LIN, "how loud pads are"),
      .acts = SNQ_ACTS_SOUND, .kind = "pad", .target = "mix.trim_db", .to = { -18, 6 } },
    { P("atmosphere.reverb_size", "", 0, 1, 0.5f, LIN, "how much hall there is around everything"),
      .acts = SNQ_ACTS_SOUND, .kind = "", .target = "mix.trim.hall", .to = { -12, 12 } },
    { P("atmosphere.texture_density", "", 0, 1, 0.3f, LIN, "how much texture there is"),
      .acts = SNQ_ACTS_SOUND, .kind = "texture", .target = "mix.trim_db", .to = { -24, 3 } },
    { P("atmosphere.modulation_depth", "", 0, 1, 0.2f, LIN, "how far pads move in themselves"),
      .acts = SNQ_ACTS_SOUND, .kind = "pad", .target = "lfo_depth" },
    { P("global.bpm", "bpm", 60, 200, 140, LIN, "tempo of the piece"), GLOBAL },
    { P("global.mix_balance", "", 0, 1, 0.5f, LIN, "rhythm (0) or harmony (1) in front"), GLOBAL },
    { P("global.energy", "", 0, 1, 0.7f, LIN, "how much happens, and how hard"), GLOBAL },
    { P("global.dynamics_range", "", 0, 1, 0.6f, LIN, "how far soft and loud lie apart"), GLOBAL },
};

const snq_destination *snq_destinations(size_t *n)
{
    *n = SNQ_COUNT(tab);
    return tab;
}

int snq_destination_find(const char *id)
{
    for (size_t i = 0; i < SNQ_COUNT(tab); i++)
        if (snq_param_find(&tab[i].param, 1, id) == 0)
            return (int)i;
    return -1;
}

float snq_destination_target_value(const snq_destination *d, float v)
{
    v = snq_param_clamp(&d->param, v);
    return d->to[0] == d->to[1]
               ? v
               : d->to[0] + snq_param_to_norm(&d->param, v) * (d->to[1] - d->to[0]);
}

void snq_destination_json(snq_json *j, const snq_destination *d)
{
    snq_json_object(j);
    snq_json_key(j, "parameter");
    snq_param_json(j, &d->param);
    snq_json_put_string(j, "acts", snq_acts_names[d->acts]);
    snq_json_put_bool(j, "steps", snq_destination_is_discrete(d));
    if (d->acts == SNQ_ACTS_SOUND) {
        snq_json_put_string(j, "track_kind", *d->kind ? d->kind : "all");
        if (d->patch)
            snq_json_put_string(j, "patch", d->patch);
        snq_json_put_string(j, "target", d->target);
        if (d->to[0] != d->to[1]) {
            snq_json_key(j, "target_range");
            snq_json_array(j);
            snq_json_float(j, d->to[0]);
            snq_json_float(j, d->to[1]);
            snq_json_end(j);
        }
    }
    snq_json_end(j);
}
