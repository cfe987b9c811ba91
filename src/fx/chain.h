// SPDX-License-Identifier: MIT
/* chain -- effects one after another, as data: a list of {effect, params, bypass}.
 *
 *     [{"effect": "compressor", "params": {"threshold_db": -18, "ratio": 3}}, {"effect": "reverb", …}]
 *
 * Latencies add up; the chain's is told. Threads: as effect.h. */
#ifndef SNQ_FX_CHAIN_H
#define SNQ_FX_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "fx/effect.h"

enum { SNQ_CHAIN_LINKS_MAX = 16, SNQ_CHAIN_KIND_MAX = 24 };

/* A link as data. */
typedef struct snq_chain_link {
    char kind[SNQ_CHAIN_KIND_MAX];
    float value[SNQ_EFFECT_PARAMS_MAX]; /* of every parameter, in the kind's order */
    int bypass;
} snq_chain_link;

typedef struct snq_chain_plan {
    snq_chain_link link[SNQ_CHAIN_LINKS_MAX];
    uint32_t links;
} snq_chain_plan;

/* Read an array of links, or a file's object {"schema": "sonique/chain/1", "chain": [...]}. What is not
 * said has its default. ERR_NOT_FOUND (effect, parameter), ERR_RANGE, ERR_FORMAT, ERR_TOO_BIG: naming
 * the place. */
SNQ_MUST_USE snq_status snq_chain_from_json(const snq_json_ref *at, snq_chain_plan *out);
/* The array (of parameters, what differs from the defaults), and the file's object. */
void snq_chain_json(snq_json *j, const snq_chain_plan *p);
void snq_chain_file_json(snq_json *j, const snq_chain_plan *p);
/* Append a link with the kind's defaults; NULL when the kind is unknown or the plan is full. */
snq_chain_link *snq_chain_add(snq_chain_plan *p, const char *kind);
/* Set a parameter of a link by its id; ERR_NOT_FOUND, ERR_RANGE. */
SNQ_MUST_USE snq_status snq_chain_set(snq_chain_link *l, const char *id, float value);

typedef struct snq_chain snq_chain;
/* ERR_NOMEM, ERR_RANGE, ERR_NOT_FOUND. On success *out is owned by the caller; on error NULL. */
SNQ_MUST_USE snq_status snq_chain_new(const snq_chain_plan *p, uint32_t rate_hz, uint64_t seed,
                                      snq_chain **out);
void snq_chain_free(snq_chain *c); /* NULL is legal */
/* Parameter "2.threshold_db" (link 2, counted from 0) or "reverb.size" (first reverb): an index for move; -1 none. */
int snq_chain_find(const snq_chain *c, const char *name);
SNQ_RT void snq_chain_move(snq_chain *c, int index, float value);
SNQ_RT void snq_chain_bypass(snq_chain *c, uint32_t link, int bypassed);
SNQ_RT void snq_chain_reset(snq_chain *c); /* as new, parameters and bypasses kept */
SNQ_RT void snq_chain_run(snq_chain *c, const snq_effect_context *ctx, float *left, float *right,
                          size_t n);
SNQ_RT uint32_t snq_chain_latency(const snq_chain *c);
SNQ_RT int snq_chain_silent(const snq_chain *c);
const snq_effect *snq_chain_effect(const snq_chain *c, uint32_t link); /* borrowed; NULL: none */

#endif
