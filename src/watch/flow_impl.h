// SPDX-License-Identifier: MIT
/* flow_impl -- what the parts of the optical flow share (see flow.c for the whole). */
#ifndef SNQ_WATCH_FLOW_IMPL_H
#define SNQ_WATCH_FLOW_IMPL_H

#include "watch/flow.h"
#include "watch/flow_team_impl.h"
#include "watch/simd/flow_kernels_impl.h"

enum { SNQ__FLOW_LEVELS = 12 };

/* ---- pictures */

/* One picture at every scale, each half the size of the one before. */
typedef struct snq__flow_pyramid {
    snq__flow_image level[SNQ__FLOW_LEVELS];
    snq__flow_image spline[SNQ__FLOW_LEVELS]; /* spline numbers of the first `splines` levels */
    int16_t *pixels[SNQ__FLOW_LEVELS], *spline_pixels[SNQ__FLOW_LEVELS]; /* what they point into */
} snq__flow_pyramid;

/* ---- flow */

/* A plane of rows that may be read and written from SNQ__FLOW_LANES floats before to as many behind
 * their n pixels. */
typedef struct snq__flow_plane {
    float *at; /* pixel (0, 0) */
    size_t stride;
} snq__flow_plane;

static inline float *snq__flow_row(const snq__flow_plane *p, int64_t y)
{
    return p->at + y * (int64_t)p->stride;
}

typedef struct snq__flow_level {
    uint32_t width, height;
    uint32_t n; /* width, rounded up to SNQ__FLOW_LANES */
    snq__flow_plane u, v;
    float *pixels; /* what u and v point into */
} snq__flow_level;

/* How a preset goes about it; see flow.c. */
typedef struct snq__flow_plan {
    uint32_t finest;      /* level that is refined last */
    uint32_t warps[3];    /* refinements at levels 0, 1, and 2 and above */
    uint32_t cubic_below; /* levels under this one sample by cubic, others linear */
    uint32_t search_from; /* patches are searched at this level and above */
    uint32_t steps;       /* of a patch's descent, at most */
    uint32_t back;        /* the same of the way back */
    uint32_t sweeps;      /* of the solver */
    float omega;          /* its over-relaxation */
} snq__flow_plan;

/* Change of light between the two pictures: first = gain second + offset, on a coarse grid. */
enum { SNQ__FLOW_TILES_X = 8, SNQ__FLOW_TILES_Y = 6 };
typedef struct snq__flow_lamp {
    int on; /* else there was no change worth a correction */
    float gain[SNQ__FLOW_TILES_Y][SNQ__FLOW_TILES_X];
    float offset[SNQ__FLOW_TILES_Y][SNQ__FLOW_TILES_X];
} snq__flow_lamp;

/* Pixels of the first picture, every `step`th each way, and what lies under their flow in the
 * second; grey levels, a < 0 where there is nothing. */
enum { SNQ__FLOW_PAIRS_SIDE = 64 };
typedef struct snq__flow_pairs {
    uint32_t step, across, down;
    float a[SNQ__FLOW_PAIRS_SIDE][SNQ__FLOW_PAIRS_SIDE];
    float w[SNQ__FLOW_PAIRS_SIDE][SNQ__FLOW_PAIRS_SIDE];
} snq__flow_pairs;

enum { SNQ__FLOW_RING = 8 }; /* rows, a power of two */
/* A stripe's own rows, each as a plane's row. */
typedef struct snq__flow_scratch {
    float *mean[SNQ__FLOW_RING], *diff[SNQ__FLOW_RING];
    float *loose[2], *right, *down[2], *gain, *offset, *work;
    uint32_t sampled; /* rows of mean and diff so far */
    float *pixels;
} snq__flow_scratch;

struct snq_flow {
    snq_flow_cfg cfg;
    snq__flow_plan plan;
    snq__flow_kernels k;
    uint32_t levels;
    uint64_t pushed;                         /* pictures since new or reset, at most 2 */
    snq__flow_pyramid own[2];                /* empty where a line has the pictures */
    const snq__flow_pyramid *first, *second; /* the pair: the newest is the second */
    snq__flow_level level[SNQ__FLOW_LEVELS];
    snq__flow_lamp lamp;
    snq__flow_pairs pairs; /* of the last measurement of light */

    float *block; /* rows of equations (SNQ__FLOW_HALVES, 2, half), the first of zeros */
    float **row;  /* (height + 2,) where row y - 1 has its equations; see flow_refine.c */
    float *block_pixels;
    size_t half, block_row;

    float *patch[3]; /* weight u, weight v, weight of each patch of a level */
    uint32_t patches_x, patches_y;

    snq__flow_team *team;
    snq__flow_scratch *scratch; /* (threads,) */
};

/* The rows [*from, *to) of `height` that share `index` of `count` has. */
static inline void snq__flow_part(uint32_t height, uint32_t index, uint32_t count, uint32_t *from,
                                  uint32_t *to)
{
    *from = (uint32_t)((uint64_t)height * index / count);
    *to = (uint32_t)((uint64_t)height * (index + 1) / count);
}

/* Shares that work on `height` rows is worth: so many that each has at least `rows`. */
static inline uint32_t snq__flow_shares(const snq_flow *f, uint32_t height, uint32_t rows)
{
    const uint32_t most = height / rows, members = snq__flow_team_members(f->team);
    return most < 1 ? 1 : most < members ? most : members;
}

static inline const snq__flow_image *snq__flow_first(const snq_flow *f, uint32_t level)
{
    return &f->first->level[level];
}

static inline const snq__flow_image *snq__flow_second(const snq_flow *f, uint32_t level)
{
    return &f->second->level[level];
}

/* Repeats a row's edges once on both sides. */
static inline void snq__flow_extend(float *row, uint32_t width, int by)
{
    for (int i = 1; i <= by; i++) {
        row[-i] = row[0];
        row[width - 1 + (uint32_t)i] = row[width - 1];
    }
}

/* flow.c */
/* An object without pictures of its own: `first` and `second` are set by the caller. */
SNQ_MUST_USE snq_status snq__flow_new_bare(const snq_flow_cfg *cfg, snq_flow **out);
SNQ_MUST_USE snq_status snq__flow_check(const snq_flow_cfg *cfg);
SNQ_MUST_USE snq_status snq__flow_fits(const snq_flow_cfg *cfg, const snq_picture *luma);
/* The flow from `first` to `second`. */
void snq__flow_find(snq_flow *f);

/* flow_pyramid.c */
SNQ_MUST_USE snq_status snq__flow_pyramid_new(snq__flow_pyramid *p, uint32_t width, uint32_t height,
                                              uint32_t levels, uint32_t splines);
void snq__flow_pyramid_clear(snq__flow_pyramid *p);
/* Makes all scales of a picture, with the threads and rows of f; what f has found stays. */
void snq__flow_take(const snq_flow *f, const snq_picture *luma, snq__flow_pyramid *p);
/* Flow of `level` from that of level + 1. */
void snq__flow_enlarge(snq_flow *f, uint32_t level);

/* flow_search.c */
void snq__flow_search(snq_flow *f, uint32_t level);

/* flow_refine.c */
/* Rows of equations that it needs room for. */
uint32_t snq__flow_block_rows(const snq__flow_plan *plan, uint32_t height, uint32_t threads);
void snq__flow_refine(snq_flow *f, uint32_t level);

/* flow_light.c */
/* First guess from both pictures' statistics; then from what lies under the flow of `level`: whether
 * it is on and another than before. */
void snq__flow_lamp_guess(snq_flow *f);
int snq__flow_lamp_measure(snq_flow *f, uint32_t level);
/* Row y of the two fields at a level, for n pixels; while the lamp is on. */
void snq__flow_lamp_row(const snq_flow *f, uint32_t level, uint32_t y, float *gain, float *offset);

#endif
