// SPDX-License-Identifier: MIT
/* limits -- bounds on what we accept from outside, in one place.
 *
 * They are checked before any allocation that outside data could size. */
#ifndef SNQ_BASE_LIMITS_H
#define SNQ_BASE_LIMITS_H

/* Channels of one recording. Eight is 7.1; sixteen holds a field recorder's tracks and
 * third-order ambisonics. */
#define SNQ_CHANNELS_MAX 16
/* Sample rates (Hz). Below 1 kHz nothing that the ears measure exists; DXD is 352.8 kHz. */
#define SNQ_RATE_MIN_HZ  1000
#define SNQ_RATE_MAX_HZ  768000
/* Samples are clamped to this magnitude (+120 dBFS): float files may hold anything, and
 * energies must stay finite in float. */
#define SNQ_SAMPLE_MAX   1e6f
/* Bytes of a path that we handle (Linux PATH_MAX). */
#define SNQ_PATH_MAX     4096

#endif
