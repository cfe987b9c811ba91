// SPDX-License-Identifier: MIT
/* What hearing_pack.c and hearing_pack_music.c share. */
#ifndef SNQ_SCORE_HEARING_PACK_IMPL_H
#define SNQ_SCORE_HEARING_PACK_IMPL_H

#include "score/hearing_impl.h"
#include "score/hearing_pack.h"
#include "score/packer_impl.h"

/* All music of the whole recording, and of a region. */
void snq__put_music(snq__packer *p, const snq_hearing *h);
void snq__put_region_music(snq__packer *p, const snq_region *r);
void snq__get_music(snq__unpacker *r, snq_hearing *h);
void snq__get_region_music(snq__unpacker *r, snq_region *to);

#endif
