// SPDX-License-Identifier: MIT
/* events -- where something happens at once: cuts, fades, flashes, accents.
 *
 *     cut      the first picture of another shot
 *     fade     another picture comes gradually: from or to black or white, or one shot into the next
 *              (dissolve); its time is the middle of the change
 *     flash    light comes up within a frame or two and goes again within a second; its first picture
 *     accent   motion rises suddenly (a jolt, a hit, a start), or light changes suddenly and stays:
 *              where a sound designer would set a hit; the first picture that shows it
 *
 * Pictures are pushed in order. What happens at one is decided when SNQ_EVENTS_AHEAD_S more have been
 * seen. Memory: some 8 KB for each picture of two seconds, and 32 bytes an event.
 *
 * An object belongs to one thread at a time. How it is done, with figures: top of events.c. */
#ifndef SNQ_WATCH_EVENTS_H
#define SNQ_WATCH_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/picture.h"
#include "base/status.h"
#include "score/sight.h"

#define SNQ_EVENTS_AHEAD_S 1.0

typedef struct snq_events_cfg {
    double fps;             /* true rate, 0.01 .. 100000 */
    uint32_t width, height; /* of luma, px, 1 .. 8192 */
    uint32_t across, down; /* cells of the lattice of flow, 1 .. 1024 each; 0: there will be none */
    uint32_t events_max;   /* what comes after that many is not kept (default
                               SNQ_SIGHT_EVENTS_MAX) */
} snq_events_cfg;

/* One picture, all borrowed for the call. */
typedef struct snq_events_picture {
    snq_picture luma;     /* one channel, of the configured size */
    snq_picture cb, cr;   /* one channel, of one size, or both with pixels NULL: grey */
    const float *lattice; /* (cells, 3) flow from the picture before to this one, in px a frame of
                             luma; NULL: there is none */
    double t_s;           /* when it is shown */
    int repeated;         /* nothing new in it: the one before shown again */
} snq_events_picture;

typedef struct snq_events snq_events;

snq_events_cfg snq_events_cfg_default(double fps, uint32_t width, uint32_t height, uint32_t across,
                                      uint32_t down);
/* On success *out is owned by the caller: snq_events_free. On error *out is NULL. Errors: ERR_RANGE,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_events_new(const snq_events_cfg *cfg, snq_events **out);
void snq_events_free(snq_events *e); /* NULL is legal */
/* Errors: ERR_ARG (another size), ERR_STATE (after end), ERR_NOMEM; but for the last, the object
 * stays as it was. */
SNQ_MUST_USE snq_status snq_events_push(snq_events *e, const snq_events_picture *picture);
/* No more pictures: decide about the rest. Further calls do nothing. Errors: ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_events_end(snq_events *e);

/* Pictures about which all is decided: numbers under this one, the first pushed being 0. */
uint64_t snq_events_settled(const snq_events *e);
/* Numbers of the settled pictures that begin a new shot, ascending, each >= 1: what snq_motion_finish
 * and snq_camera_finish take. Returns borrowed, valid until the next push, end or free. */
const uint64_t *snq_events_cuts(const snq_events *e, size_t *cuts);
/* Fills the list of events of *sight, in order of time, and clears its reason (no picture pushed: it
 * says so). After end. Errors: ERR_NOMEM, ERR_STATE (before end). */
SNQ_MUST_USE snq_status snq_events_finish(const snq_events *e, snq_sight *sight);

#endif
