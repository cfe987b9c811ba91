// SPDX-License-Identifier: MIT
/* closed_door -- runs something in a child that may not open, look for, start or ask anything. */
#ifndef SNQ_TESTS_PLOT_CLOSED_DOOR_H
#define SNQ_TESTS_PLOT_CLOSED_DOOR_H

/* 0 where sanitizers or coverage need more system calls than what is run. */
int closed_door_works(void);
/* Fails the test unless run(user) returns 0. */
void closed_door_run(int (*run)(void *user), void *user);

#endif
