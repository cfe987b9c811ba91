// SPDX-License-Identifier: MIT
/* kernel_list -- which variant of each inner loop of the eyes is in use, for `sonique doctor`.
 *
 * As dsp/kernels.h: each exists in plain C, for AVX2 and for AVX-512; an object takes its own when it is
 * made, by snq_cpu_flags(). Threads: [any]. */
#ifndef SNQ_WATCH_KERNEL_LIST_H
#define SNQ_WATCH_KERNEL_LIST_H

/* Name of kernel i (static text), NULL when i is past the last one; *picked is set to the variant
 * that an object made now would use: "c", "avx2" or "avx512". */
const char *snq_watch_kernels(unsigned i, const char **picked);

#endif
