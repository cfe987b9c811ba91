// SPDX-License-Identifier: MIT
#include "compose/bar_wish.h"

#include <math.h>

#define X(name) #name,
const char *const snq_kick_names[SNQ_KICKS] = { SNQ_KICK_MAP(X) };
const char *const snq_progression_names[SNQ_PROGRESSIONS] = { SNQ_PROGRESSION_MAP(X) };
#undef X

#define AT(member) #member, offsetof(snq_bar_wish, member)
const snq_bar_wish_field snq_bar_wish_fields[SNQ_BAR_WISH_FIELDS] = {
    { AT(energy), 0.0f, 1.0f, NULL },
    { AT(hat_density), 0.0f, 1.0f, NULL },
    { AT(percussion), 0.0f, 1.0f, NULL },
    { AT(chord_complexity), 1.0f, 5.0f, NULL },
    { AT(melody_density), 0.0f, 1.0f, NULL },
    { AT(swing), 0.0f, 0.5f, NULL },
    { AT(kick), 0.0f, SNQ_KICKS - 1, snq_kick_names },
    { AT(progression), 0.0f, SNQ_PROGRESSIONS - 1, snq_progression_names },
};

snq_bar_wish snq_bar_wish_none(void)
{
    return (snq_bar_wish) { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
}

snq_status snq_bar_wish_check(const snq_bar_wish *wish, int32_t bars)
{
    for (int32_t b = 0; b < bars; b++)
        for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
            const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
            const float v = snq_bar_wish_get(&wish[b], f);
            if (isnan(v))
                continue;
            if (!(v >= f->min && v <= f->max))
                return SNQ_FAIL(SNQ_ERR_RANGE, "wish of bar %d: %s: %g is not within %g .. %g",
                                (int)b, f->name, (double)v, (double)f->min, (double)f->max);
            if (f->choice && v != floorf(v))
                return SNQ_FAIL(SNQ_ERR_RANGE, "wish of bar %d: %s: %g is no choice", (int)b,
                                f->name, (double)v);
        }
    return SNQ_OK;
}
