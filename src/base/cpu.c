// SPDX-License-Identifier: MIT
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN (1 << 30)
static atomic_int flags_now; /* KNOWN | flags once known */

unsigned snq_cpu_detect(void)
{
    unsigned f = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        f |= SNQ_CPU_AVX2;
    if ((f & SNQ_CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        f |= SNQ_CPU_AVX512;
#endif
    return f;
}

int snq_cpu_parse(const char *name)
{
    if (strcmp(name, "c") == 0)
        return 0;
    if (strcmp(name, "avx2") == 0)
        return SNQ_CPU_AVX2;
    if (strcmp(name, "avx512") == 0)
        return SNQ_CPU_AVX2 | SNQ_CPU_AVX512;
    return -1;
}

const char *snq_cpu_name(unsigned flags)
{
    return flags & SNQ_CPU_AVX512 ? "avx512" : flags & SNQ_CPU_AVX2 ? "avx2" : "c";
}

unsigned snq_cpu_flags(void)
{
    int f = atomic_load_explicit(&flags_now, memory_order_relaxed);
    if (f & KNOWN)
        return (unsigned)(f & ~KNOWN);
    unsigned have = snq_cpu_detect();
    const char *asked = getenv("SNQ_CPU");
    const int mask = asked ? snq_cpu_parse(asked) : -1;
    if (mask >= 0)
        have &= (unsigned)mask;
    atomic_store(&flags_now, (int)have | KNOWN);
    return have;
}

void snq_cpu_force(unsigned flags)
{
    atomic_store(&flags_now, (int)(flags & snq_cpu_detect()) | KNOWN);
}
