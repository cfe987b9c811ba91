// SPDX-License-Identifier: MIT
/* kernels -- which variant of each inner loop is in use, for `sonique doctor`.
 *
 * Every kernel exists in plain C and, where it gains, for AVX2 and AVX-512. Objects take theirs
 * when they are made, by snq_cpu_flags(). Threads: [any]. */
#ifndef SNQ_DSP_KERNELS_H
#define SNQ_DSP_KERNELS_H

/* Name of kernel i (static text), NULL when i is past the last one; *picked (may be NULL) is set to
 * the variant that an object made now would use: "c", "avx2" or "avx512". */
const char *snq_dsp_kernels(unsigned i, const char **picked);

#endif
