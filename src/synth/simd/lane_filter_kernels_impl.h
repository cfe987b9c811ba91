// SPDX-License-Identifier: MIT
/* lane_filter_kernels_impl -- the inner loops of lane_filter_impl.h, one function an instruction set.
 *
 * All are made of the same text (lane_filter.inc) over vectors of eight floats; they differ in
 * whether a product is rounded before it is added: tests/kernels hold them together within -90 dB.
 * Arguments as those of the functions of lane_filter_impl.h that call them. */
#ifndef SNQ_SYNTH_LANE_FILTER_KERNELS_IMPL_H
#define SNQ_SYNTH_LANE_FILTER_KERNELS_IMPL_H

#include "synth/lane_filter_impl.h"

/* f (2,), y: the other side; y NULL: f (1,). */
typedef void snq__lane_svf_fn(snq__lane_svf *f, const snq__lane_filter_block *b, snq__lanes *x,
                              snq__lanes *y);
typedef void snq__lane_ladder_fn(snq__lane_ladder *f, const snq__lane_filter_block *b,
                                 snq__lanes *x, snq__lanes *y);

extern snq__lane_svf_fn snq__lane_svf_c, snq__lane_svf_avx2, snq__lane_svf_avx512;
extern snq__lane_ladder_fn snq__lane_ladder_c, snq__lane_ladder_avx2, snq__lane_ladder_avx512;

/* The best variant that `flags` (SNQ_CPU_*) allow. */
snq__lane_svf_fn *snq__lane_svf_pick(unsigned flags);
snq__lane_ladder_fn *snq__lane_ladder_pick(unsigned flags);

#endif
