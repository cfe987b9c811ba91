// SPDX-License-Identifier: MIT
/* legal -- what must hold of the music in any hearing, whatever was heard. Ends the test otherwise. */
#ifndef SNQ_TESTS_LEGAL_H
#define SNQ_TESTS_LEGAL_H

#include "score/hearing.h"

/* It can be packed, and unpacked to the same document, also after a failure. */
void check_comes_back(const snq_hearing *h);
/* That, and all analysers are well. h->file.duration_s is the length. */
void check_legal(const snq_hearing *h);
/* Nothing musical to be heard: no tempo, beat, metre, groove or key, each with a reason where it is null,
 * and no chord but none. An onset may be. */
void check_no_music(const snq_hearing *h);

#endif
