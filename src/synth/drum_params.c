// SPDX-License-Identifier: MIT
#include <string.h>

#include "synth/drums_impl.h"

static const char *const manners[] = { "808", "909", "acoustic" };
static const char *const group_manners[] = { "kit", "808", "909", "acoustic" };

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
#define EACH(g) (DP_GROUP + (g)*DP_EACH)
#define GROUP(g, id, of)                                                                           \
    [EACH(g) +                                                                                     \
        DP_TUNE] = LINEAR(id "_tune_semitones", "semitones", -24, 24, 0, "pitch of " of),          \
        [EACH(g) + DP_DECAY] =                                                                     \
            LOG(id "_decay", "", 0.05f, 8, 1, "decay of " of ", times what the manner has"),       \
        [EACH(g) + DP_TONE] = LINEAR(id "_tone", "", -1, 1, 0, "dark to bright: " of),             \
        [EACH(g) + DP_LEVEL] = LINEAR(id "_level_db", "db", -60, 12, 0, "level of " of),           \
        [EACH(g) + DP_PAN] = LINEAR(id "_pan", "", -1, 1, 0, "place of " of ": -1 left, 1 right"), \
        [EACH(g) + DP_MANNER] = CHOICE(id "_manner", group_manners, 0, "how " of " is made")

/* What moves while a hit sounds is heard in the next hit, but for gain_db. */
static const snq_param param_tab[DP_PARAMS] = {
    [DP_KIT_MANNER] = CHOICE("manner", manners, DM_ACOUSTIC, "how the drums are made"),
    [DP_GAIN] = LINEAR("gain_db", "db", -60, 24, 0, "level of all; a hard kick peaks at -6 dBFS"),
    [DP_SENSITIVITY] = LINEAR("velocity_sensitivity", "", 0, 1, 0.8f,
                              "how much velocity makes louder: 40 log10 dB at 1"),
    [DP_VELOCITY_TO_TONE] =
        LINEAR("velocity_to_tone", "", 0, 1, 0.6f, "how much velocity makes brighter and longer"),
    [DP_HUMANISE] = LINEAR("humanise", "", 0, 1, 0.5f,
                           "how much one hit differs from another; 0: repeats are exact"),
    [DP_HOLD_HZ] = LOG("hold_hz", "hz", 2000, 48000, 48000,
                       "rate at which samples are held; 48000: they are not"),
    [DP_BITS] = LINEAR("bits", "", 4, 24, 24, "bits that a sample is rounded to; 24: it is not"),
    [DP_KICK_SWEEP] = LINEAR("kick_sweep", "", 0, 3, 1, "how far above its pitch a kick begins"),
    [DP_KICK_CLICK] = LINEAR("kick_click", "", 0, 3, 1, "beater of a kick"),
    [DP_KICK_DRIVE] = LINEAR("kick_drive", "", 0, 1, 0, "saturation of a kick"),
    [DP_SNARE_SNAPPY] = LINEAR("snare_snappy", "", 0, 3, 1, "wires of a snare against its shell"),
    [DP_SNARE_BRUSH] = LINEAR("snare_brush", "", 0, 1, 0, "a brush instead of a stick (acoustic)"),
    [DP_SNARE_DRIVE] = LINEAR("snare_drive", "", 0, 1, 0, "saturation of a snare"),
    [DP_CLAP_SPREAD] = LINEAR("clap_spread", "", 0, 3, 1, "how far apart the hands are"),
    [DP_HAT_OPEN_DECAY] =
        LOG("hat_open_decay", "", 0.05f, 8, 1, "decay of an open hat, times what the manner has"),
    [DP_HAT_METAL] = LINEAR("hat_metal", "", 0, 3, 1, "pitched share of a hat"),
    [DP_TOM_SWEEP] = LINEAR("tom_sweep", "", 0, 3, 1, "how far above its pitch a tom begins"),
    GROUP(DG_KICK, "kick", "kicks"),
    GROUP(DG_SNARE, "snare", "snares"),
    GROUP(DG_CLAP, "clap", "hand claps"),
    GROUP(DG_RIM, "rim", "rim shots"),
    GROUP(DG_HAT, "hat", "hats"),
    GROUP(DG_TOM, "tom", "toms, timbales and surdos"),
    GROUP(DG_CRASH, "crash", "crash, splash and china"),
    GROUP(DG_RIDE, "ride", "rides"),
    GROUP(DG_HAND, "hand", "congas, bongos and cuicas"),
    GROUP(DG_WOOD, "wood", "claves, blocks, sticks and castanets"),
    GROUP(DG_BELL, "bell", "cowbell, agogos, triangle and whistles"),
    GROUP(DG_SHAKER, "shaker", "shakers, tambourine, guiro and vibraslap"),
};

const snq_param *snq__drum_param_tab(void)
{
    return param_tab;
}
