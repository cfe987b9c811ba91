// SPDX-License-Identifier: MIT
/* The protocol between engine and nursery is two structs over a SOCK_SEQPACKET pair: both are the same
 * program, and no byte from outside passes here.
 *
 * States of a worker as the nursery sees it, with the function on each edge:
 *
 *     none --spawn_worker--> running --reap_workers--> none
 *                            running --kill_worker--> running (and soon reaped) */
#include "jobs/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/confine.h"
#include "jobs/handover.h"
#include "jobs/modules.h"
#include "jobs/worker.h"

/* How long workers may take to end of their own: they free one analysis; under sanitizers they look
 * for leaks as well. */
#ifdef SNQ_INSTRUMENTED
enum { GRACE_MS = 60000 };
#else
enum { GRACE_MS = 2000 };
#endif
enum { CONTROL = 3, WORKER_SOCKET = 3 }; /* the descriptors that are kept */

typedef enum order_kind { ORDER_SPAWN = 1, ORDER_KILL, ORDER_LOAD, ORDER_END } order_kind;

typedef struct order {
    uint32_t kind, slot, modules;
} order;

struct snq_nursery {
    pid_t pid;
    int fd;
};

/* The nursery's own side. */
typedef struct ward {
    uint32_t slots;
    char *pulse;
    snq_confine_cfg limits;
    pid_t *worker; /* (slots,) 0: none */
    int signals;   /* signalfd of SIGCHLD */
    snq_confine *confine;
    snq_modules modules;
} ward;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Keep `keep` as descriptor `as`, and nothing else but standard error where a sanitizer reports. */
static int keep_descriptor(int keep, int as)
{
    if (keep != as && dup2(keep, as) < 0)
        return -1;
    const int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
#ifndef SNQ_INSTRUMENTED
        dup2(null, STDERR_FILENO);
#endif
    }
    /* by system call: libc may be older than the kernel */
    if (syscall(SYS_close_range, (unsigned)as + 1, ~0u, 0) != 0)
        for (int fd = as + 1; fd < 4096; fd++)
            close(fd);
    return fcntl(as, F_SETFD, FD_CLOEXEC);
}

/* The process ends with its parent, also when that ended a moment ago. */
static void follow_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

static void say(uint32_t slot, snq_news_kind kind, int32_t value, const char *text)
{
    snq_news news = { .kind = (int32_t)kind, .slot = slot, .value = value };
    snprintf(news.text, sizeof news.text, "%s", text);
    /* when the engine is gone, the next look at its socket says so: first its workers are reaped */
    if (send(CONTROL, &news, sizeof news, MSG_NOSIGNAL) != (ssize_t)sizeof news)
        return;
}

/* In the child: become worker `slot`; doesn't return. */
static void be_worker(ward *w, uint32_t slot, int socket, pid_t nursery)
{
    sigset_t none;
    follow_parent(nursery);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_NAME, "sonique-worker");
    /* the other workers' pages are none of its business */
    const size_t page = SNQ_PULSE_BYTES;
    if (slot)
        munmap(w->pulse, slot * page);
    if (slot + 1 < w->slots)
        munmap(w->pulse + (slot + 1) * page, (w->slots - slot - 1) * page);
    if (keep_descriptor(socket, WORKER_SOCKET) < 0)
        _exit(1);
    snq_worker_cfg cfg = { .socket = WORKER_SOCKET,
                           .pulse = (snq_pulse *)(void *)(w->pulse + slot * page),
                           .modules = &w->modules };
    snq_confine_run(w->confine, &w->limits, &cfg.confinement);
    const int code = snq_worker_run(&cfg);
    snq_free(w->worker);
    snq_confine_free(w->confine);
    snq_modules_clear(&w->modules);
    snq_worker_end(code);
}

static void spawn_worker(ward *w, uint32_t slot, int socket)
{
    const pid_t self = getpid(), pid = fork();
    if (pid == 0)
        be_worker(w, slot, socket, self);
    if (pid < 0) {
        say(slot, SNQ_NEWS_ENDED, -1, strerror(errno));
        return;
    }
    w->worker[slot] = pid;
    say(slot, SNQ_NEWS_STARTED, (int32_t)pid, "");
}

static void kill_worker(const ward *w, uint32_t slot)
{
    if (w->worker[slot] > 0)
        kill(w->worker[slot], SIGKILL);
}

static void reap_workers(ward *w, int tell)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (uint32_t i = 0; i < w->slots; i++)
            if (w->worker[i] == pid) {
                w->worker[i] = 0;
                if (tell)
                    say(i, SNQ_NEWS_ENDED, status, "");
            }
}

static int running(const ward *w)
{
    int n = 0;
    for (uint32_t i = 0; i < w->slots; i++)
        n += w->worker[i] > 0;
    return n;
}

/* One order with its descriptor (-1: none); 0 when the engine is gone. */
static int take_order(order *o, int *fd)
{
    uint32_t count = 0;
    *fd = -1;
    return snq_handover_receive(CONTROL, o, sizeof *o, fd, 1, &count) == (ssize_t)sizeof *o;
}

static void obey(ward *w, const order *o, int fd)
{
    if (o->slot >= w->slots)
        return;
    if (o->kind == ORDER_SPAWN)
        spawn_worker(w, o->slot, fd);
    else if (o->kind == ORDER_KILL)
        kill_worker(w, o->slot);
    else if (o->kind == ORDER_LOAD) {
        const snq_status st = snq_modules_load(&w->modules, o->modules);
        say(0, SNQ_NEWS_LOADED, st, st < 0 ? snq_last_error() : "");
    }
}

/* Until the engine says that it ends (1) or is gone (0). */
static int nursery_loop(ward *w)
{
    for (;;) {
        struct pollfd p[2] = { { CONTROL, POLLIN, 0 }, { w->signals, POLLIN, 0 } };
        order o;
        int fd;
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents) {
            struct signalfd_siginfo info;
            while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
                ;
            reap_workers(w, 1);
        }
        if (!p[0].revents)
            continue;
        if (!take_order(&o, &fd))
            return 0;
        if (o.kind == ORDER_END)
            return 1;
        obey(w, &o, fd);
        if (fd >= 0)
            close(fd);
    }
}

/* Let the workers end for a while, then make them. */
static void nursery_end(ward *w, int64_t grace_ms)
{
    const int64_t until = now_ms() + grace_ms;
    for (reap_workers(w, 0); running(w) && now_ms() < until; reap_workers(w, 0)) {
        struct pollfd p = { w->signals, POLLIN, 0 };
        struct signalfd_siginfo info;
        poll(&p, 1, 50);
        while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
            ;
    }
    for (uint32_t i = 0; i < w->slots; i++)
        kill_worker(w, i);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    close(w->signals);
    snq_free(w->worker);
    snq_confine_free(w->confine);
    snq_modules_clear(&w->modules);
}

/* In the child: doesn't return. */
static void be_nursery(uint32_t slots, void *pulse, const snq_confine_cfg *limits, int control)
{
    ward w = { .slots = slots, .pulse = pulse, .limits = *limits };
    sigset_t child;
    prctl(PR_SET_NAME, "sonique-nursery");
#if !defined SNQ_INSTRUMENTED || defined SNQ_COVERAGE /* sanitizers report from their handlers */
    for (int i = 1; i < SIGRTMIN; i++)
        signal(i, SIG_DFL);
#endif
    /* a terminal signals all of us: the engine alone decides */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write that is too long fails instead */
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    if (keep_descriptor(control, CONTROL) < 0)
        _exit(1);
    w.signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    w.worker = snq_calloc(slots, sizeof *w.worker);
    if (w.signals < 0 || !w.worker || snq_confine_new(&w.confine) < 0)
        _exit(1);
    const int orderly = nursery_loop(&w);
    nursery_end(&w, orderly ? GRACE_MS : 0);
    snq_worker_end(0);
}

snq_status snq_nursery_open(uint32_t slots, void *pulse, const snq_confine_cfg *limits,
                            snq_nursery **out)
{
    int pair[2];
    *out = NULL;
    if (slots < 1 || slots > SNQ_NURSERY_SLOTS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u workers, 1 .. %d are possible", slots,
                        SNQ_NURSERY_SLOTS_MAX);
    snq_nursery *n = snq_calloc(1, sizeof *n);
    if (!n)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the workers' nursery");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        snq_free(n);
        return SNQ_FAIL(SNQ_ERR_IO, "can't make a socket for workers: %s", strerror(errno));
    }
    n->pid = fork();
    if (n->pid == 0) {
        snq_free(n);
        be_nursery(slots, pulse, limits, pair[1]);
    }
    const int error = errno;
    close(pair[1]);
    n->fd = pair[0];
    if (n->pid < 0) {
        close(n->fd);
        snq_free(n);
        return SNQ_FAIL(SNQ_ERR_IO, "can't start a process for workers: %s", strerror(error));
    }
    *out = n;
    return SNQ_OK;
}

int snq_nursery_fd(const snq_nursery *n)
{
    return n->fd;
}

static snq_status give_order(const snq_nursery *n, const order *o, int fd)
{
    if (snq_handover_send(n->fd, o, sizeof *o, &fd, fd >= 0) != (ssize_t)sizeof *o)
        return SNQ_FAIL(SNQ_ERR_IO, "the process that starts workers is gone");
    return SNQ_OK;
}

void snq_nursery_close(snq_nursery *n, int now)
{
    const order end = { .kind = ORDER_END };
    if (!n)
        return;
    /* gone without a word is what a dead engine looks like: no grace */
    if (!now && give_order(n, &end, -1) < 0)
        snq_error_clear();
    close(n->fd);
    while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    snq_free(n);
}

snq_status snq_nursery_spawn(snq_nursery *n, uint32_t slot, int socket)
{
    const order o = { .kind = ORDER_SPAWN, .slot = slot };
    return give_order(n, &o, socket);
}

snq_status snq_nursery_kill(snq_nursery *n, uint32_t slot)
{
    const order o = { .kind = ORDER_KILL, .slot = slot };
    return give_order(n, &o, -1);
}

snq_status snq_nursery_load(snq_nursery *n, uint32_t modules)
{
    const order o = { .kind = ORDER_LOAD, .modules = modules };
    return give_order(n, &o, -1);
}

snq_status snq_nursery_pull(snq_nursery *n, snq_news *out)
{
    ssize_t k;
    do
        k = recv(n->fd, out, sizeof *out, MSG_DONTWAIT);
    while (k < 0 && errno == EINTR);
    if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return SNQ_AGAIN;
    if (k != (ssize_t)sizeof *out)
        return SNQ_FAIL(SNQ_ERR_IO, "the process that starts workers is gone");
    out->text[sizeof out->text - 1] = '\0';
    return SNQ_OK;
}
