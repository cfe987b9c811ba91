// SPDX-License-Identifier: MIT
/* measure -- a number, or the reason why there is none.
 *
 * What could not be measured is never 0, -1 or NaN: it is null with a reason, in C as in JSON. */
#ifndef SNQ_SCORE_MEASURE_H
#define SNQ_SCORE_MEASURE_H

#include <math.h>

#include "base/json.h"

typedef struct snq_measure {
    double value;       /* finite when reason is NULL, else 0 */
    const char *reason; /* NULL: measured; else static text, why not */
} snq_measure;

static inline snq_measure snq_unmeasured(const char *reason)
{
    return (snq_measure) { 0.0, reason };
}

static inline snq_measure snq_measured(double value)
{
    return isfinite(value) ? (snq_measure) { value, NULL } : snq_unmeasured("not finite");
}

/* 10 log10(power), or the reason when the power is not above zero. */
static inline snq_measure snq_measured_power_db(double power, const char *reason)
{
    return power > 0.0 ? snq_measured(10.0 * log10(power)) : snq_unmeasured(reason);
}

/* "key": value (at most `decimals` decimals), or "key": null, "key_reason": reason. */
static inline void snq_measure_json(snq_json *j, const char *key, snq_measure m, int decimals)
{
    if (m.reason)
        snq_json_put_null(j, key, m.reason);
    else
        snq_json_put_real(j, key, m.value, decimals);
}

#endif
