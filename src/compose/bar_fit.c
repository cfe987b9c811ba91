// SPDX-License-Identifier: MIT
#include "compose/bar_fit.h"

static int is_compound(const snq_intent *in)
{
    return in->beat_unit == 8 && in->beats_per_bar % 3 == 0;
}

int32_t snq_bar_beat(const snq_intent *in)
{
    const int32_t beat = is_compound(in) ? 6 : 4, bar = snq_intent_bar_steps(in);
    return bar < 1 ? 1 : bar < beat ? bar : beat;
}

int32_t snq_bar_fit(const snq_intent *in, int32_t step)
{
    if (is_compound(in))
        return step / 6 % 2 * 8 + step % 6;
    return step < 16 ? step : 8 + step % 8;
}

int snq_bar_weight(const snq_intent *in, int32_t step)
{
    const int32_t bar = snq_intent_bar_steps(in);
    if (step == 0)
        return 4;
    if (is_compound(in))
        return step % 6 == 0 ? 3 : step % 2 == 0 ? 1 : 0;
    if (step % 4 == 0)
        return bar % 8 == 0 && step % 8 == 0 ? 3 : 2;
    return step % 2 == 0 ? 1 : 0;
}
