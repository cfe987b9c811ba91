// SPDX-License-Identifier: MIT
/* events_impl -- what is kept of a picture to find events, and how two are compared. Inside watch
 * only; why so: top of events_thumb.c. */
#ifndef SNQ_WATCH_EVENTS_IMPL_H
#define SNQ_WATCH_EVENTS_IMPL_H

#include <stdint.h>

#include "base/picture.h"
#include "watch/events.h"

enum {
    SNQ__THUMB_SIDE = 64, /* cells along the long side at most */
    SNQ__THUMB_CELLS = SNQ__THUMB_SIDE * SNQ__THUMB_SIDE,
    SNQ__THUMB_ONE = 8, /* a thumb's unit: 1/8 of a level */
    SNQ__HIST_LUMA = 64,
    SNQ__HIST_CHROMA = 32,
};

#define SNQ__CUT_LEAST   0.45f
#define SNQ__CHANGE_FULL 8.0f /* levels */
#define SNQ__PAUSE_S     0.3  /* between accents, and after a cut */

/* Layout of all thumbs of one size of picture. */
typedef struct snq__thumb_plan {
    uint32_t across, down;       /* cells */
    uint32_t block, reach;       /* cells: side of a block, farthest it is looked for */
    uint32_t blocks_x, blocks_y; /* blocks that are looked for */
} snq__thumb_plan;

typedef struct snq__thumb {
    int16_t *cell;              /* (down, across) mean luma in 1/SNQ__THUMB_ONE levels */
    float luma[SNQ__HIST_LUMA]; /* shares, sum 1 */
    float cb[SNQ__HIST_CHROMA], cr[SNQ__HIST_CHROMA];
    float mean, spread; /* of the cells, levels: mean and standard deviation */
} snq__thumb;

/* What two thumbs have in common. */
typedef struct snq__match {
    float broken; /* 0 .. 1: share of the structure of one that is not found near by in the other */
    float shift;  /* cells: mean way of the blocks, to the nearest place that will do */
    float texture; /* levels: standard deviation within the blocks, mean over them */
    float colour;  /* 0 .. 1: distance of the histograms of chroma */
    float tone;    /* 0 .. 1: the same of luma */
    float change;  /* levels: root mean square of the cells' difference */
    float reshape; /* levels: the same less the difference of the means */
} snq__match;

snq__thumb_plan snq__thumb_look(uint32_t width, uint32_t height);
/* t->cell is the caller's, (down, across), and line (luma->width,) scratch; all else is filled. */
void snq__thumb_make(const snq__thumb_plan *plan, const snq_picture *luma, const snq_picture *cb,
                     const snq_picture *cr, uint16_t *line, snq__thumb *t);
snq__match snq__thumb_match(const snq__thumb_plan *plan, const snq__thumb *a, const snq__thumb *b);
/* Where m lies between a and b: m = a + way (b - a) + what is left, all less their means. *left is the
 * power of what is left over that of b - a; both are 0 when b - a has none. Returns the root mean
 * square of b - a, means and all, levels. */
float snq__thumb_blend(const snq__thumb_plan *plan, const snq__thumb *a, const snq__thumb *m,
                       const snq__thumb *b, float *way, float *left);
/* How much the way differs from part to part of the picture: mean |way of a part - way|, weighted by
 * the part's power of b - a. */
float snq__thumb_uneven(const snq__thumb_plan *plan, const snq__thumb *a, const snq__thumb *m,
                        const snq__thumb *b, float way);
/* A picture and how it follows the one before. */
typedef struct snq__event_slot {
    snq__thumb thumb;
    snq__match match;
    double t_s;
    float unlike; /* s of the essay */
    float speed;  /* heights/s */
} snq__event_slot;

typedef struct snq__fade {
    int found;
    uint64_t middle;
    uint32_t half;            /* pictures from there to either end */
    float change, off;        /* levels; how far it is from the rule */
    double t_s;               /* of the middle */
    int to_empty, from_empty; /* goes to, comes from black or white */
} snq__fade;

struct snq_events {
    snq_events_cfg cfg;
    snq__thumb_plan plan;
    uint32_t reach, room;  /* pictures: looked ahead and back; slots */
    snq__event_slot *ring; /* (room,) picture n is in n % room */
    int16_t *cells;        /* (room, cells of a thumb) */
    float *sorted;         /* (room,) scratch */
    uint16_t *line;        /* (width,) scratch */
    uint64_t next, done;   /* pictures pushed; decided */
    int ended;
    uint64_t shot, quiet; /* first picture of this shot; no accent or flash before this picture */
    uint64_t lit;         /* the light of a flash or leap reaches up to here */
    snq__fade fade;
    snq_sight_event *event;
    uint32_t events, events_room;
    uint64_t *cut;
    size_t cuts, cuts_room;
};

/* ---- events.c ---- */

/* s of the essay in events.c */
float snq__events_unlike(const snq__match *m);
/* Pictures that s seconds last, 1 .. e->reach. */
uint32_t snq__events_last(const snq_events *e, double s);
/* Fades are known late: the list keeps the order of time. Errors: ERR_NOMEM. */
snq_status snq__events_add(snq_events *e, snq_sight_event_kind kind, double t_s, float strength);
snq_status snq__events_add_cut(snq_events *e, uint64_t n, float strength);

static inline snq__event_slot *snq__events_at(const snq_events *e, uint64_t n)
{
    return &e->ring[n % e->room];
}

/* ---- events_rules.c ---- */

/* All about picture n, which is the next to be decided. Errors: ERR_NOMEM. */
snq_status snq__events_settle(snq_events *e, uint64_t n);
/* The fade that is still open. Errors: ERR_NOMEM. */
snq_status snq__events_settle_fade(snq_events *e);

#endif
