// SPDX-License-Identifier: MIT
/* prompt_job -- prompts read with the lexicon that lies among the product's data: what is behind
 * `sonique compose --brief-only`, and the first step of every composition.
 *
 * The lexicon is <data>/lexicon/english.json (data_folders.h); the user's own takes the product's place.
 *
 * Threads: load [control]; then any number may read. */
#ifndef SNQ_JOBS_PROMPT_JOB_H
#define SNQ_JOBS_PROMPT_JOB_H

#include "base/attr.h"
#include "base/json.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/lexicon.h"
#include "compose/prompt.h"

/* On success *out is owned by the caller (snq_lexicon_free), on error NULL. ERR_UNSUPPORTED (there is none
 * anywhere), ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG (it is no good lexicon), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_prompt_job_lexicon(snq_lexicon **out);

/* A prompt with what flags say beside it (NULL: nothing); brief, not initialised, is cleared on error.
 * ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_prompt_job_read(const snq_lexicon *l, const char *prompt,
                                            const snq_brief_flags *flags, snq_brief *brief);

/* The id of a style among the genres; ERR_NOT_FOUND names them all. */
SNQ_MUST_USE snq_status snq_prompt_job_style(const char *id, int *genre);
/* "drums,bass" as a set of parts. ERR_FORMAT names what there is. */
SNQ_MUST_USE snq_status snq_prompt_job_parts(const char *list, uint8_t *set);

/* A document of schemas/compose-brief-1.schema.json. */
void snq_prompt_job_json(snq_json *j, const char *prompt, const snq_brief *brief);

#endif
