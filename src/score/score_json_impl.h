// SPDX-License-Identifier: MIT
/* score_json_impl -- what writing and reading the document of a score share. */
#ifndef SNQ_SCORE_SCORE_JSON_IMPL_H
#define SNQ_SCORE_SCORE_JSON_IMPL_H

#define SNQ__SCORE_SCHEMA "sonique/score/1"

enum { SNQ__RELEASE_USUAL = 64 }; /* of a note whose release is not written */

extern const char *const snq__tonic_names[12]; /* "C", "C#" … "B" */

/* What a written `timing_ms` is as offset_s. */
static inline float snq__seconds_of_ms(double ms)
{
    return (float)(ms / 1e3);
}

#endif
