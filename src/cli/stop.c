// SPDX-License-Identifier: MIT
#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile int stopped; /* a flag for a signal handler: the one mutable global it needs */

static void on_signal(int number)
{
    stopped = number;
}

const volatile int *snq_stop_install(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &stopped;
}

void snq_stop_end(void)
{
    if (!stopped)
        return;
    signal(stopped, SIG_DFL);
    kill(getpid(), stopped);
    pause(); /* the signal is delivered before this returns */
}
