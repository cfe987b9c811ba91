// SPDX-License-Identifier: MIT
/* cpu -- which instruction sets the kernels may use.
 *
 * Detected once; the environment variable SNQ_CPU=c|avx2|avx512 takes sets away (c: none), so that
 * each variant can be tested and answers compared. It never adds what the machine lacks.
 *
 * Threads: [any]. */
#ifndef SNQ_BASE_CPU_H
#define SNQ_BASE_CPU_H

enum {
    SNQ_CPU_AVX2 = 1 << 0,   /* AVX2 and FMA */
    SNQ_CPU_AVX512 = 1 << 1, /* AVX-512 F, DQ, BW and VL; implies SNQ_CPU_AVX2 */
};

/* Set of SNQ_CPU_* that may be used now. */
unsigned snq_cpu_flags(void);
/* The same, ignoring SNQ_CPU: what the machine has. */
unsigned snq_cpu_detect(void);
/* Mask for a variant's name ("c", "avx2", "avx512"); -1 when there is no such name. */
int snq_cpu_parse(const char *name);
/* Best variant in `flags`: "avx512", "avx2" or "c". */
const char *snq_cpu_name(unsigned flags);
/* Use exactly `flags` (cut to what the machine has) from now on: for tests. */
void snq_cpu_force(unsigned flags);

#endif
