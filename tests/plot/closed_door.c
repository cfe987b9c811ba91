// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "closed_door.h"

#ifdef SNQ_INSTRUMENTED
int closed_door_works(void)
{
    return 0;
}

void closed_door_run(int (*run)(void *user), void *user)
{
    assert_int_equal(run(user), 0);
}
#else

#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

int closed_door_works(void)
{
    return 1;
}

/* All system calls that a drawing needs; any other ends the process. */
static void close_door(void)
{
    static const int allowed[] = { SCMP_SYS(brk),       SCMP_SYS(mmap),    SCMP_SYS(munmap),
                                   SCMP_SYS(mremap),    SCMP_SYS(madvise), SCMP_SYS(write),
                                   SCMP_SYS(exit_group) };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < SNQ_COUNT(allowed); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            _exit(3);
    if (seccomp_load(filter) != 0)
        _exit(4);
}

void closed_door_run(int (*run)(void *user), void *user)
{
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        close_door();
        _exit(run(user));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) || WEXITSTATUS(status))
        fail_msg("signal %d, status %d", WTERMSIG(status), WEXITSTATUS(status));
}
#endif
