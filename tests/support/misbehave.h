// SPDX-License-Identifier: MIT
/* misbehave -- the registry of analysers with one more in its middle, which does what no analyser may.
 *
 * Linking misbehave.c into a program replaces listen/analyser.c. What the analyser does, is told by
 * the sample rate of the recording: 22050 + one of the numbers below; at every other rate, it is
 * innocent. It strikes in its second block. */
#ifndef SNQ_TESTS_MISBEHAVE_H
#define SNQ_TESTS_MISBEHAVE_H

enum { MISBEHAVE_RATE_HZ = 22050 };

/* X(name, number) */
#define MISBEHAVE_MAP(X)                                                 \
    X(segfault, 1)                                                       \
    X(abort, 2)                                                          \
    X(loop, 3)      /* computes for ever */                              \
    X(recurse, 4)   /* until the stack ends */                           \
    X(hoard, 5)     /* allocates without end and uses what it gets */    \
    X(starve, 6)    /* allocates without end and says when it is over */ \
    X(sleep, 7)     /* waits for ever */                                 \
    X(leave, 8)     /* ends the process */                               \
    X(babble, 9)    /* writes to every descriptor */                     \
    X(escape, 10)   /* tries to get out; fails when it could not */      \
    X(scribble, 11) /* writes over what others have allocated */         \
    X(fail, 12)     /* an honest error */

enum {
#define X(name, number) MISBEHAVE_##name = (number),
    MISBEHAVE_MAP(X)
#undef X
};

#endif
