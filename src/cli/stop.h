// SPDX-License-Identifier: MIT
/* stop -- Ctrl-C and SIGTERM: ask the work to stop, clean up, then die of the signal.
 *
 * The handler only sets a flag that the jobs look at; a second signal ends the process at once.
 * Threads: [any] reads the flag. */
#ifndef SNQ_CLI_STOP_H
#define SNQ_CLI_STOP_H

/* Install the handlers; returns the flag: 0, or the signal's number once it came. */
const volatile int *snq_stop_install(void);
/* After everything is cleaned up: die of the signal that came, so that the caller's shell sees it.
 * Returns when there was none. */
void snq_stop_end(void);

#endif
