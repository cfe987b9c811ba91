// SPDX-License-Identifier: MIT
/* hearing -- what the ears know about one recording: plain data, and its JSON.
 *
 * The names, units and the null rule are those of the document `sonique/listen/1`
 * (schemas/listen-1.schema.json). A section whose `*_reason` is not NULL is null as a whole.
 * Text pointers are static, or borrowed from the hearing's own `lists`, unless said otherwise. */
#ifndef SNQ_SCORE_HEARING_H
#define SNQ_SCORE_HEARING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/status.h"
#include "base/warnings.h"
#include "score/heard_music.h"
#include "score/measure.h"
#include "score/span.h"

typedef struct snq_heard_file {
    const char *path;   /* as given; borrowed for the hearing's life */
    char sha256[65];    /* of the bytes of the file, hex */
    char container[32]; /* "wav", "flac", … */
    char codec[32];     /* "pcm_s16le", "mp3", … */
    double duration_s;  /* decoded, not what the header says */
    uint32_t rate_hz;   /* native */
    uint32_t channels;  /* native */
    int truncated;      /* the data ended before the container's promise */
} snq_heard_file;

/* EBU R 128 / ITU-R BS.1770-5, EBU Tech 3341 and 3342 */
typedef struct snq_loudness {
    snq_measure integrated_lufs;     /* gated at -70 LUFS and -10 LU */
    snq_measure range_lu;            /* Tech 3342 */
    snq_measure true_peak_dbtp;      /* BS.1770 Annex 2 */
    snq_measure max_momentary_lufs;  /* 400 ms */
    snq_measure max_short_term_lufs; /* 3 s */
    snq_measure plr_db;              /* true peak - integrated (AES TD1008) */
} snq_loudness;

typedef struct snq_dynamics {
    snq_measure rms_dbfs;         /* mean over channels, DC removed; a full-scale sine is -3.01 */
    snq_measure peak_dbfs;        /* largest sample */
    snq_measure crest_factor_db;  /* peak - rms */
    snq_measure dynamic_range_db; /* P95 - P10 of the RMS of 400 ms windows inside regions */
    int64_t clipped_samples;      /* in runs of three or more at full scale */
    snq_measure dc_offset;        /* mean of the channel where it is largest, -1 .. 1 */
} snq_dynamics;

/* X(id, from Hz, to Hz) */
#define SNQ_SPECTRUM_BAND_MAP(X) \
    X(sub_bass, 20, 60)          \
    X(bass, 60, 250)             \
    X(low_mids, 250, 500)        \
    X(mids, 500, 2000)           \
    X(upper_mids, 2000, 4000)    \
    X(highs, 4000, 8000)         \
    X(air, 8000, 20000)

enum { SNQ_SPECTRUM_BANDS = 7, SNQ_DOMINANTS_MAX = 8 };

typedef struct snq_spectrum_band {
    snq_measure share;      /* part of the power in 20 .. 20 000 Hz, 0 .. 1 */
    snq_measure level_dbfs; /* mean power in the band */
} snq_spectrum_band;

typedef struct snq_spectrum {
    snq_spectrum_band band[SNQ_SPECTRUM_BANDS];
    double dominant_hz[SNQ_DOMINANTS_MAX]; /* spectral peaks, strongest first */
    uint32_t dominants;
    const char *dominant_reason;    /* NULL, or why the list is null */
    snq_measure centroid_hz;        /* power-weighted mean frequency */
    snq_measure flatness;           /* geometric / arithmetic mean of power, 0 .. 1 */
    snq_measure tilt_db_per_octave; /* slope of the power density: white 0, pink -3 */
    snq_measure cutoff_hz;          /* where the spectrum ends */
} snq_spectrum;

typedef struct snq_stereo {
    snq_measure width;           /* S / (M + S) in power: 0 mono, 0.5 independent, 1 antiphase */
    snq_measure correlation;     /* Pearson, -1 .. 1 */
    snq_measure low_correlation; /* the same below 120 Hz */
    int antiphase;               /* a mono mix would lose most of the sound */
} snq_stereo;

typedef struct snq_region {
    snq_span span;
    const char *kind;       /* "content" */
    snq_measure level_dbfs; /* RMS over the region, as dynamics.rms_dbfs */
    const char *loudness_reason, *dynamics_reason, *spectrum_reason;
    snq_loudness loudness;
    snq_dynamics dynamics;
    snq_spectrum spectrum;
    int has_music; /* tempo, key and patterns are of this region: it lasts over 5 s */
    const char *tempo_reason, *key_reason, *patterns_reason;
    snq_tempo tempo;
    snq_key key;
    snq_patterns patterns;
} snq_region;

typedef struct snq_plugin_outcome {
    const char *id, *version;
    const char *status; /* "ok" "failed" "crashed" "timeout" "skipped" */
    char message[160];  /* "" when there is nothing to say */
    double ms;          /* wall time spent in it */
} snq_plugin_outcome;

enum { SNQ_PLUGINS_MAX = 32, SNQ_REGIONS_MAX = 1 << 18 };
/* Bound on the texts and lists of a hearing (bytes). */
enum { SNQ_HEARING_LISTS_MAX = 96 << 20 };

typedef struct snq_hearing {
    snq_heard_file file;
    snq_warnings warnings;
    const char *regions_reason;    /* why there is no list (not selected, analyser failed) */
    const char *no_regions_reason; /* why the list is empty ("digital silence" …) */
    snq_region *region;            /* (regions,), owned */
    uint32_t regions, regions_room;
    const char *loudness_reason, *dynamics_reason, *spectrum_reason, *stereo_reason;
    snq_loudness loudness;
    snq_dynamics dynamics;
    snq_spectrum spectrum;
    snq_stereo stereo;
    const char *onsets_reason, *tempo_reason, *meter_reason, *beats_reason, *groove_reason;
    const char *key_reason, *chords_reason, *patterns_reason;
    snq_onsets onsets;
    snq_tempo tempo;
    snq_meter meter;
    snq_beats beats;
    snq_groove groove;
    snq_key key;
    snq_chords chords;
    snq_patterns patterns;
    snq_plugin_outcome plugin[SNQ_PLUGINS_MAX];
    uint32_t plugins;
    snq_arena lists; /* where the lists of music and unpacked texts live */
} snq_hearing;

/* Nothing heard yet: each section's reason is "not selected". Allocates nothing. */
void snq_hearing_init(snq_hearing *h);
void snq_hearing_clear(snq_hearing *h);
/* Append an empty region; *out is borrowed until the next one. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_hearing_add_region(snq_hearing *h, snq_region **out);
/* Room for a list of n elements, zeroed, borrowed until the hearing is cleared; NULL without memory,
 * or when the lists would take more than SNQ_HEARING_LISTS_MAX. Never NULL for n = 0. */
SNQ_MUST_USE void *snq_hearing_list(snq_hearing *h, size_t n, size_t size);
/* "C", "C#" .. "B" of a pitch class, static. */
const char *snq_pitch_class_name(uint32_t pitch_class);
/* The Camelot code of a key, "8B" is C major, static. mode: major or minor. */
const char *snq_camelot(uint32_t tonic, snq_mode mode);
/* The Harte shorthand of a snq_chord_quality, "min7"; "N" for no chord; static. */
const char *snq_chord_quality_name(uint32_t quality);
/* The id of a spectrum band ("sub_bass") and its edges in Hz. */
const char *snq_spectrum_band_id(uint32_t band);
double snq_spectrum_band_lo_hz(uint32_t band);
double snq_spectrum_band_hi_hz(uint32_t band);

/* The document `sonique/listen/1`; with `timings` each plug-in's "ms". */
void snq_hearing_json(snq_json *j, const snq_hearing *h, int timings);

#endif
