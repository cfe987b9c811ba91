// SPDX-License-Identifier: MIT
/* IDEA   A decoder that a crafted file has taken over can do what its process can. So its process can
 *        do next to nothing: it computes on memory, reads and writes what it was handed, and ends.
 * STEPS  no_new_privs; limits; landlock with every right handled and no rule, so that none is given;
 *        seccomp last, since it takes the calls that set up the others.
 * CONST  The allow-list is what our code, libc, libFLAC, libsoxr, libavcodec and cairo may want once
 *        they are loaded. Held against the same pipeline unconfined (bench_inprocess), 2026-11-21:
 *        the same bytes for every container of the fuzz corpora. Denied calls fail with EPERM
 *        instead of killing: libc asks for things that it can do without (open of /sys to count
 *        processors, fstat before buffering).
 *        mmap and mprotect are allowed without PROT_EXEC only; tgkill for the own process (abort).
 *        A thread is a clone() that shares memory, files and signals; clone3() hides its flags in
 *        memory, where no filter sees them: ENOSYS sends libc to clone() (glibc since 2.34).
 *        Landlock: rights of ABI 1 .. 5, TCP of ABI 4, scopes of ABI 6 (Linux kernel documentation,
 *        userspace-api/landlock).
 * COST   0.3 ms to make the filter, once; 0.1 ms to close a worker.
 * LIMITS A worker that was taken over can still answer falsehoods and burn its CPU budget; it can use
 *        side channels. Kernel faults in the allowed calls are out of our reach. */
#include "jobs/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/alloc.h"

struct snq_confine {
    scmp_filter_ctx filter; /* NULL: none can be made here */
};

static const int allowed[] = {
    /* descriptors that are open */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fstat),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* time, rest */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrusage),
    /* signals of its own, ending */
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

#ifdef SNQ_INSTRUMENTED
#define INSTRUMENTED 1
#else
#define INSTRUMENTED 0
#endif

/* Argument i of a call, under a mask, must be v. */
static struct scmp_arg_cmp argument(unsigned i, uint64_t mask, uint64_t v)
{
    return (struct scmp_arg_cmp) { i, SCMP_CMP_MASKED_EQ, mask, v };
}

static int add_rules(scmp_filter_ctx filter)
{
    int bad = 0;
    for (size_t i = 0; i < SNQ_COUNT(allowed); i++)
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, argument(2, PROT_EXEC, 0));
    bad |=
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, argument(2, PROT_EXEC, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                            argument(1, UINT32_MAX, F_GETFL));
    /* reading limits, not setting them: the third argument is the new value */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                            argument(2, UINT64_MAX, 0));
    return bad;
}

snq_status snq_confine_new(snq_confine **out)
{
    *out = snq_calloc(1, sizeof **out);
    if (!*out)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a filter of system calls");
    if (INSTRUMENTED)
        return SNQ_OK;
    (*out)->filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if ((*out)->filter && add_rules((*out)->filter) != 0) {
        seccomp_release((*out)->filter);
        (*out)->filter = NULL;
    }
    return SNQ_OK;
}

void snq_confine_free(snq_confine *c)
{
    if (!c)
        return;
    if (c->filter)
        seccomp_release(c->filter);
    snq_free(c);
}

/* Bytes of address space in use, 0 when that can't be told. */
static uint64_t mapped_bytes(void)
{
    char text[64] = "";
    unsigned long long pages = 0;
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0 || sscanf(text, "%llu", &pages) != 1)
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int bound(int what, uint64_t most)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)what, &limit) != 0)
        return -1;
    if (limit.rlim_max < most)
        most = limit.rlim_max; /* what is tighter already stays so */
    limit.rlim_cur = limit.rlim_max = most;
    return setrlimit((__rlimit_resource_t)what, &limit);
}

static int close_limits(const snq_confine_cfg *cfg)
{
    const uint64_t mapped = mapped_bytes();
    int bad = mapped ? bound(RLIMIT_AS, mapped + cfg->memory_bytes) : -1;
    bad |= bound(RLIMIT_FSIZE, cfg->file_bytes);
    bad |= bound(RLIMIT_NOFILE, SNQ_CONFINE_DESCRIPTORS);
    bad |= bound(RLIMIT_CORE, 0);
    bad |= bound(RLIMIT_MEMLOCK, 0);
    signal(SIGXFSZ, SIG_IGN); /* a write that is too long fails instead */
    return bad;
}

/* The kernel's struct landlock_ruleset_attr as of ABI 6; older kernels take its beginning. */
typedef struct ruleset_attr {
    uint64_t fs, net, scoped;
} ruleset_attr;

enum {
    LANDLOCK_CREATE = 444, /* the same number on every architecture */
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_VERSION = 1
};

static int close_landlock(uint32_t *abi_out)
{
    const long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
    if (abi < 1)
        return -1;
    *abi_out = (uint32_t)abi;
    const int fs_rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
    const ruleset_attr attr = { (1u << fs_rights) - 1, abi >= 4 ? 3 : 0, abi >= 6 ? 3 : 0 };
    const size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    const int fd = (int)syscall(LANDLOCK_CREATE, &attr, size, 0);
    if (fd < 0)
        return -1;
    const long bad = syscall(LANDLOCK_RESTRICT, fd, 0);
    close(fd);
    return bad ? -1 : 0;
}

/* Threads, which stay in this process and as confined as it is. */
static int add_thread_rules(scmp_filter_ctx filter)
{
    const uint64_t shared = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    int bad =
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, argument(0, shared, shared));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(set_robust_list), 0);
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rseq), 0);
    return bad;
}

static int close_seccomp(scmp_filter_ctx filter, int threads)
{
    if (!filter || (threads && add_thread_rules(filter) != 0))
        return -1;
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                         argument(0, UINT32_MAX, (uint64_t)getpid())) != 0)
        return -1;
    return seccomp_load(filter);
}

snq_confine_cfg snq_confine_cfg_default(void)
{
    return (snq_confine_cfg) { .file_bytes = SNQ_CONFINE_FILE_BYTES,
                               .memory_bytes = SNQ_CONFINE_MEMORY_BYTES };
}

void snq_confine_run(snq_confine *c, const snq_confine_cfg *cfg, snq_confinement *out)
{
    *out = (snq_confinement) { 0 };
    if (INSTRUMENTED) {
        snprintf(out->missing, sizeof out->missing,
                 "this build has sanitizers or coverage, which no layer allows");
        return;
    }
    const int privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (close_limits(cfg) == 0)
        out->layers |= SNQ_CONFINE_limits;
    if (privileges == 0 && close_landlock(&out->landlock_abi) == 0)
        out->layers |= SNQ_CONFINE_landlock;
    if (privileges == 0 && close_seccomp(c->filter, cfg->threads) == 0)
        out->layers |= SNQ_CONFINE_seccomp;
    if (out->layers == SNQ_CONFINE_ALL)
        return;
    size_t used = (size_t)snprintf(out->missing, sizeof out->missing, "refused by this system:");
#define X(name, bit, text)                                    \
    if (!(out->layers & (bit)) && used < sizeof out->missing) \
        used += (size_t)snprintf(out->missing + used, sizeof out->missing - used, " %s", #name);
    SNQ_CONFINE_MAP(X)
#undef X
}

static int refused_open(const char *path, int flags)
{
    const int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return 1;
    close(fd);
    return 0;
}

static int refused_socket(void)
{
    static const int domains[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
    for (size_t i = 0; i < SNQ_COUNT(domains); i++) {
        const int fd = socket(domains[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
    }
    return 1;
}

/* Without a name exec fails in any case: what counts is why. */
static int refused_exec(void)
{
    static char *const none[] = { NULL };
    execve("", none, none);
    return errno == EPERM;
}

static int refused_fork(void)
{
    const pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return 0;
}

static int refused_memory(size_t bytes, int protection)
{
    void *p = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return 1;
    munmap(p, bytes);
    return 0;
}

uint32_t snq_confine_try(void)
{
    uint32_t refused = 0;
    refused |= (uint32_t)refused_open("/", O_RDONLY | O_DIRECTORY) << SNQ_CONFINE_TRY_open;
    /* a nameless file, gone with its descriptor */
    refused |= (uint32_t)refused_open("/tmp", O_TMPFILE | O_WRONLY) << SNQ_CONFINE_TRY_create;
    refused |= (uint32_t)refused_socket() << SNQ_CONFINE_TRY_socket;
    refused |= (uint32_t)refused_exec() << SNQ_CONFINE_TRY_exec;
    refused |= (uint32_t)refused_fork() << SNQ_CONFINE_TRY_fork;
    refused |= (uint32_t)(kill(getppid(), 0) != 0) << SNQ_CONFINE_TRY_kill;
    refused |= (uint32_t)refused_memory(4096, PROT_READ | PROT_EXEC) << SNQ_CONFINE_TRY_executable;
    refused |= (uint32_t)refused_memory(SNQ_CONFINE_MEMORY_BYTES + ((size_t)1 << 28),
                                        PROT_READ | PROT_WRITE)
               << SNQ_CONFINE_TRY_memory;
    return refused;
}

const char *snq_confine_try_text(uint32_t i)
{
    static const char *const text[] = {
#define X(name, what) what,
        SNQ_CONFINE_TRY_MAP(X)
#undef X
    };
    return text[i];
}
