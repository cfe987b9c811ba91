// SPDX-License-Identifier: MIT
#include "watch/kernel_list.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "watch/simd/flow_kernels_impl.h"

const char *snq_watch_kernels(unsigned i, const char **picked)
{
    static const char *const name[] = {
#define X(kernel) "flow_" #kernel,
        SNQ__FLOW_KERNEL_MAP(X)
#undef X
    };
    if (i >= SNQ_COUNT(name))
        return NULL;
    /* The lowest row whose function is the one in use gave it. */
    const unsigned flags = snq_cpu_flags();
    snq__flow_kernels now, c, avx2;
    snq__flow_kernels_init(&now, flags);
    snq__flow_kernels_init(&c, 0);
    snq__flow_kernels_init(&avx2, flags & SNQ_CPU_AVX2);
    unsigned at = 0;
#define X(kernel)  \
    if (at++ == i) \
        *picked = now.kernel == c.kernel ? "c" : now.kernel == avx2.kernel ? "avx2" : "avx512";
    SNQ__FLOW_KERNEL_MAP(X)
#undef X
    return name[i];
}
