// SPDX-License-Identifier: MIT
#include "dsp/kernels.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "dsp/simd/kernels_impl.h"

void snq__kernels_c(snq__kernels *k)
{
    *k = (snq__kernels) {
#define X(kernel) .kernel = snq__##kernel##_c,
        SNQ__KERNEL_MAP(X)
#undef X
    };
}

void snq__kernels_init(snq__kernels *k, unsigned flags)
{
    snq__kernels_c(k);
#ifdef SNQ_HAVE_AVX2
    if (flags & SNQ_CPU_AVX2)
        snq__kernels_avx2(k);
#endif
#ifdef SNQ_HAVE_AVX512
    if (flags & SNQ_CPU_AVX512)
        snq__kernels_avx512(k);
#endif
    (void)flags;
}

const char *snq_dsp_kernels(unsigned i, const char **picked)
{
    static const char *const name[] = {
#define X(kernel) #kernel,
        SNQ__KERNEL_MAP(X)
#undef X
    };
    if (i >= SNQ_COUNT(name))
        return NULL;
    if (!picked)
        return name[i];
    /* The lowest row whose function is the one in use gave it. */
    const unsigned flags = snq_cpu_flags();
    snq__kernels now, c, avx2;
    snq__kernels_init(&now, flags);
    snq__kernels_init(&c, 0);
    snq__kernels_init(&avx2, flags & SNQ_CPU_AVX2);
    unsigned at = 0;
#define X(kernel)  \
    if (at++ == i) \
        *picked = now.kernel == c.kernel ? "c" : now.kernel == avx2.kernel ? "avx2" : "avx512";
    SNQ__KERNEL_MAP(X)
#undef X
    return name[i];
}
