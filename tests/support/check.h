// SPDX-License-Identifier: MIT
/* check -- cmocka with its prerequisites, and a few checks of our own.
 *
 * Every test file includes this first. SHARED(path) gives a file of the shared data folder or
 * skips the test (counted) when that folder is not there. */
#ifndef SNQ_TESTS_CHECK_H
#define SNQ_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

/* How long a test goes on with what makes its claim surer but takes no other way through the code (seeds,
 * seconds, clips): `few` where sanitizers or coverage look at each access, who see all that they will
 * see in those; `full` in the release build, which every `make test` runs beside them. */
#ifdef SNQ_INSTRUMENTED
#define check_extent(full, few) (few)
#else
#define check_extent(full, few) (full)
#endif

/* |got - want| <= tolerance, with the values in the message. */
#define check_near(got, want, tolerance)                                           \
    do {                                                                           \
        const double got_ = (got), want_ = (want), tol_ = (tolerance);             \
        if (!(fabs(got_ - want_) <= tol_))                                         \
            fail_msg("%s = %.9g, want %.9g within %.3g", #got, got_, want_, tol_); \
    } while (0)

#define check_ok(call)                                                             \
    do {                                                                           \
        const snq_status st_ = (call);                                             \
        if (st_ < 0)                                                               \
            fail_msg("%s: %s: %s", #call, snq_status_name(st_), snq_last_error()); \
    } while (0)

#define check_status(call, want)                                                            \
    do {                                                                                    \
        const snq_status st_ = (call);                                                      \
        if (st_ != (want))                                                                  \
            fail_msg("%s: %s (%s), want %s", #call, snq_status_name(st_), snq_last_error(), \
                     snq_status_name(want));                                                \
    } while (0)

#endif
