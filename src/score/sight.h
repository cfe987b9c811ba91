// SPDX-License-Identifier: MIT
/* sight -- what the eyes know about one video: plain data, and its JSON.
 *
 * The names, units and the null rule are those of the document `sonique/watch/1`. Pixels are those
 * of the source picture, velocities px/s, `*_norm` the same in frame heights; angles in degrees, 0 is
 * right, counter-clockwise. A section whose `*_reason` is not NULL is null as a whole.
 *
 * Text pointers are static, or live as long as the sight's `lists`, unless said otherwise. Lists live
 * in the sight's arena (snq_sight_list); the columns of windows own their values. */
#ifndef SNQ_SCORE_SIGHT_H
#define SNQ_SCORE_SIGHT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"
#include "base/warnings.h"
#include "score/measure.h"
#include "score/series.h"
#include "score/span.h"

/* X(ID, id, from Hz, to Hz): half open, [from, to) */
#define SNQ_SIGHT_BAND_MAP(X) \
    X(ULF, ulf, 0.01, 0.1)    \
    X(LF, lf, 0.1, 1)         \
    X(MF, mf, 1, 5)           \
    X(HF, hf, 5, 15)          \
    X(UHF, uhf, 15, 50)

typedef enum snq_sight_band_id {
#define X(ID, id, lo, hi) SNQ_SIGHT_##ID,
    SNQ_SIGHT_BAND_MAP(X)
#undef X
        SNQ_SIGHT_BANDS
} snq_sight_band_id;

/* How motion goes on in time. The four after STATIC are the types that a band divides into. */
typedef enum snq_sight_type {
    SNQ_SIGHT_DIRECTIONAL = 0,
    SNQ_SIGHT_OSCILLATORY,
    SNQ_SIGHT_CHAOTIC,
    SNQ_SIGHT_AMBIENT,
    SNQ_SIGHT_TYPES,
    SNQ_SIGHT_STATIC = SNQ_SIGHT_TYPES
} snq_sight_type;

/* How motion looks in the plane. */
typedef enum snq_sight_shape {
    SNQ_SIGHT_LINEAR = 0,
    SNQ_SIGHT_CIRCULAR,
    SNQ_SIGHT_ROTATIONAL,
    SNQ_SIGHT_EXPANDING,
    SNQ_SIGHT_CONTRACTING,
    SNQ_SIGHT_ISOTROPIC,
    SNQ_SIGHT_SHAPES,
    SNQ_SIGHT_SHAPELESS = SNQ_SIGHT_SHAPES /* null: nothing moves */
} snq_sight_shape;

/* X(ID, type it describes, id) */
#define SNQ_SIGHT_PROPERTY_MAP(X)                                                              \
    X(PRIMARY_DIRECTION, DIRECTIONAL, primary_direction)     /* deg, 0 .. 360 */               \
    X(DIRECTION_VARIANCE, DIRECTIONAL, direction_variance)   /* 0 .. 1 */                      \
    X(DIRECTION_COHERENCE, DIRECTIONAL, direction_coherence) /* 0 .. 1 */                      \
    X(MEAN_VELOCITY, DIRECTIONAL, mean_velocity)             /* px/s */                        \
    X(MEAN_VELOCITY_NORM, DIRECTIONAL, mean_velocity_norm)   /* frame heights/s */             \
    X(PRIMARY_FREQUENCY, OSCILLATORY, primary_frequency)     /* Hz */                          \
    X(FREQUENCY_BANDWIDTH, OSCILLATORY, frequency_bandwidth) /* Hz */                          \
    X(FREQUENCY_COHERENCE, OSCILLATORY, frequency_coherence) /* 0 .. 1 */                      \
    X(AMPLITUDE_MEAN, OSCILLATORY, amplitude_mean)           /* px, of the way moved */        \
    X(AMPLITUDE_MEAN_NORM, OSCILLATORY, amplitude_mean_norm) /* frame heights */               \
    X(AMPLITUDE_VARIANCE, OSCILLATORY, amplitude_variance)   /* px^2, from place to place */   \
    X(PHASE_COHERENCE, OSCILLATORY, phase_coherence)         /* 0 .. 1 */                      \
    X(ENTROPY, CHAOTIC, entropy)                             /* permutation entropy, 0 .. 1 */ \
    X(LYAPUNOV_EXPONENT, CHAOTIC, lyapunov_exponent)         /* 1/s */                         \
    X(PREDICTABILITY_SCORE, CHAOTIC, predictability_score)   /* 0 .. 1 */                      \
    X(SPATIAL_CORRELATION, AMBIENT, spatial_correlation)     /* -1 .. 1 */                     \
    X(TEMPORAL_CONSISTENCY, AMBIENT, temporal_consistency)   /* 0 .. 1 */                      \
    X(HOMOGENEITY, AMBIENT, homogeneity)                     /* 0 .. 1 */

typedef enum snq_sight_property {
#define X(ID, type, id) SNQ_SIGHT_##ID,
    SNQ_SIGHT_PROPERTY_MAP(X)
#undef X
        SNQ_SIGHT_PROPERTIES
} snq_sight_property;

enum { SNQ_SIGHT_TREND_DECREASING = -1, SNQ_SIGHT_TREND_STABLE, SNQ_SIGHT_TREND_INCREASING };
enum {
    SNQ_SIGHT_REGIONS_MAX = 64,  /* of one band */
    SNQ_SIGHT_CHANGES_MAX = 256, /* of one band */
    SNQ_SIGHT_SHAKE_BINS_MAX = 256,
    SNQ_SIGHT_EVENTS_MAX = 1 << 17,
    SNQ_SIGHT_STEPS_MAX = 1 << 18, /* of the windows: 18 hours */
    SNQ_SIGHT_COLUMNS_MAX = 128,
};
/* Bound on the lists of a sight (bytes). */
enum { SNQ_SIGHT_LISTS_MAX = 16 << 20 };

typedef struct snq_sight_video {
    const char *path; /* as given; borrowed for the sight's life */
    uint32_t width, height;
    double fps; /* true rate */
    uint64_t frames;
    double duration_s;
    snq_span range; /* what was looked at */
} snq_sight_video;

typedef struct snq_sight_motion {
    snq_sight_type type;
    snq_sight_shape shape;
    double confidence; /* 0 .. 1 that the type is right */
} snq_sight_motion;

/* The mean flow, 0 Hz. */
typedef struct snq_sight_drift {
    snq_measure mean_velocity, mean_velocity_norm; /* length of the mean vector over the frame */
    snq_measure direction_deg;                     /* 0 .. 360 */
} snq_sight_drift;

/* A similarity fit of the whole frame. */
typedef struct snq_sight_camera {
    double translation_px_s[2]; /* mean; right, up */
    double rotation_deg_s;      /* counter-clockwise */
    double zoom_per_s;          /* natural logarithm of the scale */
    double residual_share;      /* 0 .. 1 of the flow's power that the fit leaves */
} snq_sight_camera;

typedef struct snq_sight_jitter {
    double rms_px;
    snq_measure shake_hz;
    const float *spectrum; /* (bins,) share of the power, equal steps from 0 to fps/2 */
    uint32_t bins;
} snq_sight_jitter;

typedef struct snq_sight_region {
    double x, y, width, height; /* bounding box, px, y down */
    double cx, cy;              /* centroid, weighted by strength */
    double strength;            /* RMS speed, px/s */
    snq_measure dominant_hz;
} snq_sight_region;

typedef struct snq_sight_share {
    double percentage; /* 0 .. 1, all four add up to 1 */
    double confidence; /* 0 .. 1 */
} snq_sight_share;

typedef struct snq_sight_band {
    double lo_hz, hi_hz;        /* as defined */
    double effective_hz[2];     /* what this recording can show of it */
    const char *unobservable;   /* NULL: observable; else why not, and all below is null */
    snq_measure aliasing_risk;  /* 0 .. 1: share of the power near half the frame rate */
    snq_measure mean_magnitude; /* mean speed, over what energy is the mean of, px/s */
    snq_measure mean_magnitude_norm;
    snq_measure peak_magnitude; /* px/s */
    snq_measure variance;       /* (px/s)^2 */
    const char *still;          /* NULL: it moves; else why types and properties are null */
    snq_sight_share type[SNQ_SIGHT_TYPES];
    snq_measure property[SNQ_SIGHT_PROPERTIES];
    const snq_sight_region *region; /* (regions,) strongest first */
    uint32_t regions;
    snq_measure uniformity; /* 0 .. 1 */
    int trend;              /* SNQ_SIGHT_TREND_* */
    const char *trend_reason;
    snq_measure periodicity; /* 0 .. 1 */
    snq_measure period_s;
    const double *change_s; /* (changes,) ascending */
    uint32_t changes;
    const char *changes_reason;
    snq_measure energy; /* mean square speed over time and the cells that could be measured,
                           (px/s)^2; the column of that name is the same of a window */
} snq_sight_band;

typedef struct snq_sight_picture {
    snq_measure luma_mean, luma_std, saturation_mean; /* 0 .. 1 */
    snq_measure hue_deg;
} snq_sight_picture;

typedef enum snq_sight_event_kind {
    SNQ_SIGHT_CUT = 0,
    SNQ_SIGHT_FADE,
    SNQ_SIGHT_FLASH,
    SNQ_SIGHT_ACCENT
} snq_sight_event_kind;

typedef struct snq_sight_event {
    double t_s;
    double strength; /* 0 .. 1 */
    snq_sight_event_kind kind;
} snq_sight_event;

/* One column of the windows. */
typedef struct snq_sight_column {
    int band;          /* snq_sight_band_id, or -1: of the picture */
    snq_series series; /* its name is the key: "oscillatory.primary_frequency", "luma_mean" */
} snq_sight_column;

typedef struct snq_sight {
    snq_sight_video video;
    snq_warnings warnings;
    const char *motion_reason; /* of motion, drift and bands */
    snq_sight_motion motion;
    snq_sight_drift drift;
    snq_sight_band band[SNQ_SIGHT_BANDS];
    const char *camera_reason, *jitter_reason, *picture_reason, *events_reason;
    snq_sight_camera camera;
    snq_sight_jitter jitter;
    snq_sight_picture picture;
    const snq_sight_event *event; /* (events,) in order of time */
    uint32_t events;
    int has_windows;
    snq_sight_column *column; /* (columns,) in lists, sorted by band; same grid of time for all */
    uint32_t columns;
    double ms; /* that computing took; 0: not measured, not shown */
    snq_arena lists;
} snq_sight;

/* Nothing seen yet: each section's reason is "not selected". Allocates nothing. */
void snq_sight_init(snq_sight *s);
void snq_sight_clear(snq_sight *s);
/* Room for a list of n elements, zeroed, borrowed until the sight is cleared; NULL without memory,
 * or when the lists would take more than SNQ_SIGHT_LISTS_MAX. Never NULL for n = 0. */
SNQ_MUST_USE void *snq_sight_list(snq_sight *s, size_t n, size_t size);
/* One column more, empty; name (static), unit and step as snq_series_init takes them. *out is borrowed
 * until the sight is cleared. ERR_NOMEM, ERR_TOO_BIG, ERR_RANGE. */
SNQ_MUST_USE snq_status snq_sight_add_column(snq_sight *s, int band, const char *name,
                                             const char *unit, double start_s, double step_s,
                                             snq_series **out);
/* Ids as the document spells them, static. */
const char *snq_sight_band_name(uint32_t band);
double snq_sight_band_lo_hz(uint32_t band);
double snq_sight_band_hi_hz(uint32_t band);
const char *snq_sight_type_name(uint32_t type);   /* STATIC too */
const char *snq_sight_shape_name(uint32_t shape); /* NULL for SHAPELESS */
const char *snq_sight_event_name(uint32_t kind);
const char *snq_sight_property_name(uint32_t property);
/* "oscillatory.primary_frequency" */
const char *snq_sight_property_path(uint32_t property);
snq_sight_type snq_sight_property_type(uint32_t property);

/* The document `sonique/watch/1`. */
void snq_sight_json(snq_json *j, const snq_sight *s);

#endif
