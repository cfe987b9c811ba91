// SPDX-License-Identifier: MIT
/* axis -- where an axis has its ticks, and what stands beside them (private to plot).
 *
 * A list of ticks ascends and is bounded; labels are short UTF-8, with U+2212 for minus. */
#ifndef SNQ_PLOT_AXIS_IMPL_H
#define SNQ_PLOT_AXIS_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum { SNQ__TICKS_MAX = 24, SNQ__LABEL_BYTES = 32 };

typedef struct snq__tick {
    double value;
    char label[SNQ__LABEL_BYTES];
} snq__tick;

typedef struct snq__axis {
    uint32_t ticks;
    snq__tick tick[SNQ__TICKS_MAX];
    const char *unit; /* static */
} snq__axis;

/* 0 .. duration_s in at most `most` (2 .. SNQ__TICKS_MAX - 1) steps of a length that people count in;
 * values in seconds, the unit "ms", "s", "min:s" or "h:min". No ticks for a duration that is not
 * above zero. */
void snq__time_axis(double duration_s, uint32_t most, snq__axis *out);
/* The same for an axis from from_s >= 0 on; ticks are at whole steps from 0; also "h:min:s". */
void snq__time_axis_between(double from_s, double to_s, uint32_t most, snq__axis *out);
/* lo .. hi in dB, in steps of 1, 2, 5, 10 … dB, at most `most` of them. */
void snq__db_axis(double lo, double hi, uint32_t most, snq__axis *out);
/* 20, 50, 100 … 20k within lo_hz .. hi_hz. */
void snq__hz_axis(double lo_hz, double hi_hz, snq__axis *out);
/* Full scale of an amplitude axis for this peak: 1, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1 … or more than 1 when it must be. */
double snq__amplitude_scale(double peak);

/* "3:25.512", "0.312 s", "10:00:00": a duration for people; returns `to`. */
char *snq__put_duration(char to[SNQ__LABEL_BYTES], double seconds);
/* Fixed decimals, U+2212 for minus, no minus before zeros; returns `to`. */
char *snq__put_number(char to[SNQ__LABEL_BYTES], double value, int decimals);

#endif
