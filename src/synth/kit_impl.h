// SPDX-License-Identifier: MIT
/* kit_words -- what a file's name says of its drum: kit_words.c. */
#ifndef SNQ_SYNTH_KIT_IMPL_H
#define SNQ_SYNTH_KIT_IMPL_H

#include <stdint.h>

#include "synth/bank.h"

enum { SNQ__KIT_UNKNOWN = -1, SNQ__KIT_TEXT_MAX = 4 * SNQ_BANK_NAME_MAX };

typedef struct snq__kit_words {
    int key;                      /* SNQ__KIT_UNKNOWN */
    int velocity;                 /* nominal, 1 .. 127, of a word; 0: none */
    int rank;                     /* of v1, v2 …, 0: none */
    long number;                  /* the last in the name that isn't the rank; -1: none */
    char stem[SNQ__KIT_TEXT_MAX]; /* the name's words without layer and number */
} snq__kit_words;

void snq__kit_read(const char *name, snq__kit_words *out);

#endif
