// SPDX-License-Identifier: MIT
/* attr -- compiler attributes, spelled once for GCC and Clang. */
#ifndef SNQ_BASE_ATTR_H
#define SNQ_BASE_ATTR_H

/* The caller must look at the result. */
#define SNQ_MUST_USE     __attribute__((warn_unused_result))

/* printf-like: argument `f` is the format, the values start at `a`. */
#define SNQ_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Marks a function that may run in a real-time thread: it neither allocates, locks nor does I/O. */
#define SNQ_RT

#define SNQ_UNUSED       __attribute__((unused))

#define SNQ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
