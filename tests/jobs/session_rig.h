// SPDX-License-Identifier: MIT
/* session_rig -- render_rig with a style, "house": drums (kit), bass (sub_bass), keys (soft_keys), 120 BPM.
 *
 * A piece of two bars costs some 0.1 s. */
#ifndef SNQ_TESTS_JOBS_SESSION_RIG_H
#define SNQ_TESTS_JOBS_SESSION_RIG_H

#include "jobs/compose_job.h"
#include "jobs/render_rig.h"

int session_rig_begin(void **state); /* fixtures of a cmocka test */
int session_rig_end(void **state);
void rig_put_style(const char *id, const char *tracks); /* "{…}, {…}" */
const snq_style *rig_style(void);                       /* house; until the end */
/* A session of this style as compose makes it, nothing rendered; the caller clears. */
void rig_session(snq_session *s);
/* Its text; until the next call. */
const char *rig_session_text(const snq_session *s, const snq_mix_plan *mix);
snq_status rig_session_read(const char *text, snq_session *s);
/* A piece of two bars into work/NAME. */
snq_status rig_compose(const char *name, uint64_t seed);
/* All bytes of a file; free. */
char *rig_bytes(const char *name, size_t *n);
/* Replace `what` in a text file by `by`; it must be there. */
void rig_replace(const char *name, const char *what, const char *by);
/* A number that tells the contents of a folder below the rig. */
uint64_t rig_digest(const char *name);

#endif
