// SPDX-License-Identifier: MIT
/* kernel_names -- which variant of each inner loop of the instruments is in use, for `sonique doctor`.
 *
 * As dsp/kernels.h: each exists in plain C and for AVX2. Threads: [any]. */
#ifndef SNQ_SYNTH_KERNEL_NAMES_H
#define SNQ_SYNTH_KERNEL_NAMES_H

/* Name of kernel i (static text), NULL when i is past the last one; *picked (may be NULL) is set to the
 * variant that an object made now would use: "c" or "avx2". */
const char *snq_synth_kernels(unsigned i, const char **picked);

#endif
