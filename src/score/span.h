// SPDX-License-Identifier: MIT
/* span -- a stretch of time, half open: [start_s, end_s), seconds from the start of the file. */
#ifndef SNQ_SCORE_SPAN_H
#define SNQ_SCORE_SPAN_H

typedef struct snq_span {
    double start_s;
    double end_s; /* >= start_s */
} snq_span;

static inline double snq_span_length(snq_span s)
{
    return s.end_s - s.start_s;
}

static inline int snq_span_holds(snq_span s, double t_s)
{
    return t_s >= s.start_s && t_s < s.end_s;
}

/* Seconds that two spans share; 0 when they only touch. */
static inline double snq_span_overlap(snq_span a, snq_span b)
{
    const double from = a.start_s > b.start_s ? a.start_s : b.start_s;
    const double to = a.end_s < b.end_s ? a.end_s : b.end_s;
    return to > from ? to - from : 0.0;
}

#endif
