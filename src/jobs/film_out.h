// SPDX-License-Identifier: MIT
#ifndef SNQ_JOBS_FILM_OUT_H
#define SNQ_JOBS_FILM_OUT_H
#include <stdint.h>
#include "base/attr.h"
#include "base/json.h"
#include "base/status.h"
typedef enum snq_original { SNQ_ORIGINAL_KEEP, SNQ_ORIGINAL_DUCK, SNQ_ORIGINAL_REPLACE } snq_original;
typedef struct snq_film_out_cfg { const char *video, *music, *out; int force; snq_original original; float lufs, ceiling_dbtp; const char *title; uint32_t threads; const volatile int *cancel; } snq_film_out_cfg;
typedef struct snq_film_out_report { const char *video_codec; double sound_s, lufs, true_peak_dbtp; } snq_film_out_report;
static inline int snq_film_out_is_film(const char *p) { (void)p; return 0; }
static inline snq_status snq_film_out_check(const snq_film_out_cfg *c) { return SNQ_OK; }
static inline snq_status snq_film_out_run(const snq_film_out_cfg *c, snq_film_out_report *r) { return SNQ_OK; }
static inline void snq_film_out_json(snq_json *j, const snq_film_out_report *r) { snq_json_object(j); snq_json_end(j); }
static inline snq_status snq_original_parse(const char *n, snq_original *o) { return SNQ_OK; }
#endif
