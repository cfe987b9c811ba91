// SPDX-License-Identifier: MIT
/* Any bytes as a formula: refused with a word, or worked out to a finite number or none, the same each time. */
#include "fuzz_input.h"

#include <math.h>

#include "map/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const double at[] = { 0, 1, -1, 0.5, 1e300, -1e-300, INFINITY, -INFINITY };
    char text[2 * SNQ_EXPRESSION_TEXT_MAX];
    snq_expression e;
    uint32_t place = 0;
    if (n >= sizeof text)
        n = sizeof text - 1;
    memcpy(text, bytes, n);
    text[n] = '\0';
    snq_error_clear();
    if (snq_expression_compile(text, &e, &place) < 0) {
        must(snq_last_error()[0] != '\0' && !e.steps && place <= strlen(text));
        return 0;
    }
    must(e.steps > 0 && e.steps <= SNQ_EXPRESSION_CODE_MAX && place == strlen(text));
    for (size_t i = 0; i < SNQ_COUNT(at); i++) {
        const double v = snq_expression_at(&e, at[i]), again = snq_expression_at(&e, at[i]);
        must(!isinf(v));
        must(v == again || (isnan(v) && isnan(again)));
    }
    must(isnan(snq_expression_at(&e, NAN)));
    return 0;
}
