// SPDX-License-Identifier: MIT
#include "jobs/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/handover.h"
#include "jobs/messages.h"
#include "jobs/nursery.h"

/* CPU seconds without a beat. The longest stretch between two beats is the end of an analysis, below
 * 0.2 s for ten hours of sound; sanitizers are up to 20 times slower. */
#ifdef SNQ_INSTRUMENTED
#define STALL_CPU_S 60.0
#else
#define STALL_CPU_S 6.0
#endif
/* A SIGKILL that we did not send comes from the system short of memory or from a person; a step is
 * repeated that often before what it did is blamed. */
enum { KILLS_MAX = 8 };
enum { LOOK_MS = 100, STARTS_FAILED_MAX = 8, REQUEST_BYTES_MAX = 257 << 20 };

typedef enum slot_state { ABSENT, STARTING, IDLE, DYING } slot_state;

typedef struct slot {
    slot_state state;
    int fd;     /* -1: none */
    pid_t pid;  /* 0: not known yet */
    int busy;   /* a request is out: in STARTING and IDLE; in DYING a loss is due */
    int lost;   /* the loss may be told */
    int served; /* it has had a request */
    int told;   /* a frame waits in `frame` */
    uint64_t job;
    uint32_t ticket;
    snq_loss loss; /* cause 0: not known yet */
    snq_frame frame;
    snq_frame_reader in;
    snq_str out; /* what is still to be sent */
    size_t sent;
    snq_pulse *pulse;
    uint64_t beat;
    double cpu_limit_s, cpu_from_s, cpu_beat_s, wall_beat_s; /* cpu < 0: not read yet */
} slot;

struct snq_pool {
    snq_pool_cfg cfg;
    snq_nursery *nursery;
    char *pulse; /* (workers,) pages, mapped shared */
    slot *slot;  /* (workers,) */
    struct pollfd *poll;
    uint32_t modules; /* asked to be loaded */
    uint32_t starts_failed;
    uint32_t next; /* slot to look at first, so that all get their turn */
    double looked_s;
    int knows_confinement;
    snq_confinement confinement;
    char load_error[SNQ_ERROR_MAX];
};

snq_pool_cfg snq_pool_cfg_default(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return (snq_pool_cfg) { .workers =
                                (uint32_t)(n < 1                       ? 1
                                           : n > SNQ_NURSERY_SLOTS_MAX ? SNQ_NURSERY_SLOTS_MAX
                                                                       : n),
                            .limits = snq_confine_cfg_default(),
                            .stall_cpu_s = STALL_CPU_S,
                            .stall_wall_s = 60.0 };
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* CPU seconds that a process has used; -1 when it is gone. */
static double cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec t;
    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return -1.0;
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void hang_up(slot *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    if (!s->told) /* a reply that came in time still counts */
        snq_frame_reader_clear(&s->in);
    snq_str_clear(&s->out);
    s->sent = 0;
}

static void note_place(slot *s)
{
    s->loss.offset = atomic_load_explicit(&s->pulse->offset, memory_order_relaxed);
    s->loss.pictures = atomic_load_explicit(&s->pulse->pictures, memory_order_relaxed);
    s->loss.size_bytes = atomic_load_explicit(&s->pulse->size_bytes, memory_order_relaxed);
}

/* The worker is done for; `cause` 0: what ENDED will say. */
static void give_up(snq_pool *p, slot *s, snq_loss_cause cause)
{
    if (s->state == DYING || s->state == ABSENT)
        return;
    s->loss = (snq_loss) { .cause = cause };
    note_place(s);
    hang_up(s);
    s->state = DYING;
    /* a nursery that is gone took its workers with it: seen at its socket */
    if (snq_nursery_kill(p->nursery, (uint32_t)(s - p->slot)) < 0)
        snq_error_clear();
}

/* Its process has ended with this status of waitpid. */
static void bury(slot *s, int status)
{
    if (s->state != DYING) {
        s->loss = (snq_loss) { 0 };
        note_place(s);
        hang_up(s);
    }
    if (!s->loss.cause && WIFSIGNALED(status)) {
        s->loss.cause = SNQ_LOSS_SIGNAL;
        s->loss.number = WTERMSIG(status);
    } else if (!s->loss.cause) {
        s->loss.cause = SNQ_LOSS_EXIT;
        s->loss.number = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    s->lost = s->busy;
    s->busy = 0;
    s->state = ABSENT;
    s->pid = 0;
}

static snq_status start_worker(snq_pool *p, uint32_t i)
{
    int pair[2];
    slot *s = &p->slot[i];
    if (p->starts_failed >= STARTS_FAILED_MAX)
        return SNQ_FAIL(SNQ_ERR_IO, "workers can't be started: the last %u ended at once",
                        p->starts_failed);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "can't make a socket for a worker: %s", strerror(errno));
    /* non-blocking belongs to the engine's end alone */
    const int flags = fcntl(pair[1], F_GETFL);
    fcntl(pair[1], F_SETFL, flags & ~O_NONBLOCK);
    const snq_status st = snq_nursery_spawn(p->nursery, i, pair[1]);
    close(pair[1]);
    if (st < 0) {
        close(pair[0]);
        return st;
    }
    s->fd = pair[0];
    s->pid = 0;
    s->state = STARTING;
    s->served = 0;
    s->loss = (snq_loss) { 0 };
    snq_frame_reader_clear(&s->in);
    snq_frame_reader_init(&s->in, 0);
    snq_str_init(&s->out, REQUEST_BYTES_MAX);
    s->sent = 0;
    return SNQ_OK;
}

/* The nursery is gone and all workers with it. */
static snq_status open_nursery_again(snq_pool *p)
{
    snq_nursery_close(p->nursery, 1);
    p->nursery = NULL;
    for (uint32_t i = 0; i < p->cfg.workers; i++)
        if (p->slot[i].state != ABSENT)
            bury(&p->slot[i], SIGKILL);
    p->starts_failed++;
    if (p->starts_failed >= STARTS_FAILED_MAX)
        return SNQ_FAIL(SNQ_ERR_IO, "the process that starts workers ends again and again");
    SNQ_TRY(snq_nursery_open(p->cfg.workers, p->pulse, &p->cfg.limits, &p->nursery));
    return p->modules ? snq_nursery_load(p->nursery, p->modules) : SNQ_OK;
}

/* Every absent slot gets a worker again. */
static snq_status start_absent(snq_pool *p)
{
    for (uint32_t i = 0; i < p->cfg.workers; i++)
        if (p->slot[i].state == ABSENT && !p->slot[i].lost && !p->slot[i].told) {
            snq_status st = start_worker(p, i);
            if (st == SNQ_ERR_IO && p->starts_failed < STARTS_FAILED_MAX) {
                st = open_nursery_again(p);
                if (st >= 0)
                    st = start_worker(p, i);
            }
            SNQ_TRY(st);
        }
    return SNQ_OK;
}

snq_status snq_pool_open(const snq_pool_cfg *cfg, snq_pool **out)
{
    snq_status st;
    *out = NULL;
    if (cfg->workers < 1 || cfg->workers > SNQ_NURSERY_SLOTS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u workers, 1 .. %d are possible", cfg->workers,
                        SNQ_NURSERY_SLOTS_MAX);
    snq_pool *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a pool of workers");
    p->cfg = *cfg;
    p->slot = snq_calloc(cfg->workers, sizeof *p->slot);
    p->poll = snq_calloc(cfg->workers + 1, sizeof *p->poll);
    if (!p->slot || !p->poll) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u workers", cfg->workers);
        goto fail;
    }
    for (uint32_t i = 0; i < cfg->workers; i++)
        p->slot[i].fd = -1;
    p->pulse = mmap(NULL, (size_t)cfg->workers * SNQ_PULSE_BYTES, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p->pulse == MAP_FAILED) {
        p->pulse = NULL;
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no shared memory for %u workers", cfg->workers);
        goto fail;
    }
    for (uint32_t i = 0; i < cfg->workers; i++)
        p->slot[i].pulse = (snq_pulse *)(void *)(p->pulse + (size_t)i * SNQ_PULSE_BYTES);
    SNQ_GOTO(snq_nursery_open(cfg->workers, p->pulse, &cfg->limits, &p->nursery));
    if (cfg->modules)
        SNQ_GOTO(snq_pool_load(p, cfg->modules));
    SNQ_GOTO(start_absent(p));
    *out = p;
    return SNQ_OK;
fail:
    snq_pool_close(p, 1);
    return st;
}

void snq_pool_close(snq_pool *p, int now)
{
    if (!p)
        return;
    for (uint32_t i = 0; p->slot && i < p->cfg.workers; i++)
        hang_up(&p->slot[i]);
    for (uint32_t i = 0; p->slot && i < p->cfg.workers; i++)
        snq_frame_reader_clear(&p->slot[i].in);
    snq_nursery_close(p->nursery, now);
    if (p->pulse)
        munmap(p->pulse, (size_t)p->cfg.workers * SNQ_PULSE_BYTES);
    snq_free(p->poll);
    snq_free(p->slot);
    snq_free(p);
}

static int is_free(const slot *s)
{
    return (s->state == STARTING || s->state == IDLE) && !s->busy && !s->told && !s->lost;
}

uint32_t snq_pool_free_slots(const snq_pool *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->cfg.workers; i++)
        n += (uint32_t)is_free(&p->slot[i]);
    return n;
}

/* The first bytes of a request and the descriptors that go with them. */
static snq_status send_first(slot *s, const int *fds, uint32_t count)
{
    const ssize_t n = snq_handover_send(s->fd, s->out.text, s->out.length, fds, count);
    /* a worker that is gone is seen at its socket; the loss follows */
    if (n < 0 && errno != EPIPE && errno != ECONNRESET)
        return SNQ_FAIL(SNQ_ERR_IO, "handing over a file: %s", strerror(errno));
    s->sent = n < 0 ? s->out.length : (size_t)n;
    return SNQ_OK;
}

static void forget_sent(slot *s)
{
    if (s->sent < s->out.length)
        return;
    snq_str_clear(&s->out);
    s->sent = 0;
}

snq_status snq_pool_submit(snq_pool *p, const snq_pool_request *r, uint32_t *slot_out)
{
    uint32_t i = 0;
    /* one that is up before one that is coming up */
    while (i < p->cfg.workers && !(p->slot[i].state == IDLE && is_free(&p->slot[i])))
        i++;
    if (i == p->cfg.workers)
        for (i = 0; i < p->cfg.workers && !is_free(&p->slot[i]); i++)
            ;
    if (i == p->cfg.workers)
        return SNQ_FAIL(SNQ_ERR_STATE, "no worker is free");
    if (r->fresh && p->slot[i].served) {
        uint32_t unused = 0;
        while (unused < p->cfg.workers && (!is_free(&p->slot[unused]) || p->slot[unused].served))
            unused++;
        if (unused == p->cfg.workers) {
            snq_pool_renew(p, i);
            return SNQ_AGAIN;
        }
        i = unused;
    }
    if (r->payload->st < 0)
        return r->payload->st;
    slot *s = &p->slot[i];
    snq_str_init(&s->out, REQUEST_BYTES_MAX);
    snq_frame_head(&s->out, r->kind, s->ticket + 1, r->payload->length);
    snq_str_put_bytes(&s->out, snq_str_text(r->payload), r->payload->length);
    snq_status st = s->out.st;
    snq_pulse_reset(s->pulse);
    if (st >= 0)
        st = send_first(s, r->fds, r->fd_count);
    if (st < 0) {
        snq_str_clear(&s->out);
        return st;
    }
    forget_sent(s);
    snq_str_clear(r->payload);
    s->ticket++;
    s->served = 1;
    s->busy = 1;
    s->job = r->job;
    s->cpu_limit_s = r->cpu_s;
    s->cpu_from_s = s->cpu_beat_s = -1.0;
    s->wall_beat_s = now_s();
    s->beat = atomic_load_explicit(&s->pulse->beat, memory_order_relaxed);
    if (slot_out)
        *slot_out = i;
    return SNQ_OK;
}

snq_status snq_pool_load(snq_pool *p, uint32_t modules)
{
    if (!(modules & ~p->modules))
        return SNQ_OK;
    p->modules |= modules;
    return snq_nursery_load(p->nursery, modules);
}

void snq_pool_renew(snq_pool *p, uint32_t i)
{
    slot *s = &p->slot[i];
    if (s->busy)
        return;
    hang_up(s); /* it ends by itself */
    if (s->state != ABSENT)
        s->state = DYING;
}

const char *snq_pool_load_error(const snq_pool *p)
{
    return p->load_error;
}

const snq_pulse *snq_pool_pulse(const snq_pool *p, uint32_t i)
{
    return p->slot[i].pulse;
}

snq_status snq_pool_confinement(const snq_pool *p, snq_confinement *out)
{
    *out = p->confinement;
    return p->knows_confinement ? SNQ_OK : SNQ_AGAIN;
}

/* A frame has come. */
static void take_frame(snq_pool *p, slot *s, const snq_frame *f)
{
    if (s->state == STARTING) {
        snq_confinement c;
        if (f->kind != SNQ_FRAME_HELLO || snq_hello_unpack(f->payload, f->length, &c) < 0) {
            give_up(p, s, SNQ_LOSS_NONSENSE);
            return;
        }
        /* the least that any worker had */
        if (p->knows_confinement)
            c.layers &= p->confinement.layers;
        p->confinement = c;
        p->knows_confinement = 1;
        p->starts_failed = 0;
        s->state = IDLE;
    } else if (!s->busy || s->sent < s->out.length || f->ticket != s->ticket ||
               f->kind == SNQ_FRAME_HELLO) {
        give_up(p, s, SNQ_LOSS_NONSENSE);
    } else {
        s->frame = *f;
        s->told = 1;
        s->busy = 0;
    }
}

/* Read what is there; frames that are complete are taken. */
static void receive(snq_pool *p, slot *s)
{
    char bytes[65536];
    while (s->fd >= 0 && !s->told) {
        snq_frame f;
        snq_status st = snq_frame_reader_pull(&s->in, &f);
        if (st == SNQ_OK) {
            take_frame(p, s, &f);
            continue;
        }
        const ssize_t n = st < 0 ? 0 : recv(s->fd, bytes, sizeof bytes, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (st >= 0 && n > 0)
            st = snq_frame_reader_push(&s->in, bytes, (size_t)n);
        if (st < 0)
            give_up(p, s, SNQ_LOSS_NONSENSE);
        else if (n <= 0)
            give_up(p, s, (snq_loss_cause)0);
    }
}

static void transmit(slot *s)
{
    const ssize_t n = send(s->fd, s->out.text + s->sent, s->out.length - s->sent, MSG_NOSIGNAL);
    if (n > 0)
        s->sent += (size_t)n;
    else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
        s->sent = s->out.length; /* gone: seen when reading */
    forget_sent(s);
}

static snq_status hear_news(snq_pool *p)
{
    snq_news news;
    snq_status st;
    while ((st = snq_nursery_pull(p->nursery, &news)) == SNQ_OK) {
        slot *s = news.slot < p->cfg.workers ? &p->slot[news.slot] : NULL;
        if (news.kind == SNQ_NEWS_LOADED && news.value < 0)
            snprintf(p->load_error, sizeof p->load_error, "%s", news.text);
        else if (news.kind == SNQ_NEWS_STARTED && s)
            s->pid = news.value;
        else if (news.kind == SNQ_NEWS_ENDED && s) {
            p->starts_failed += s->state == STARTING;
            bury(s, news.value);
        }
    }
    return st < 0 ? open_nursery_again(p) : SNQ_OK;
}

/* Hold a busy worker against its limits. */
static void look_at_clock(snq_pool *p, slot *s, double now)
{
    if (!s->busy || (s->state != IDLE && s->state != STARTING))
        return;
    const double cpu = cpu_of(s->pid);
    const uint64_t beat = atomic_load_explicit(&s->pulse->beat, memory_order_relaxed);
    if (s->cpu_from_s < 0.0)
        s->cpu_from_s = s->cpu_beat_s = cpu;
    if (beat != s->beat) {
        s->beat = beat;
        s->cpu_beat_s = cpu;
        s->wall_beat_s = now;
    }
    if (cpu >= 0.0 && s->cpu_beat_s >= 0.0 && cpu - s->cpu_beat_s > p->cfg.stall_cpu_s)
        give_up(p, s, SNQ_LOSS_STALLED);
    else if (now - s->wall_beat_s > p->cfg.stall_wall_s)
        give_up(p, s, SNQ_LOSS_SILENT);
    else if (cpu >= 0.0 && s->cpu_from_s >= 0.0 && cpu - s->cpu_from_s > s->cpu_limit_s)
        give_up(p, s, SNQ_LOSS_BUDGET);
}

/* An event that is ready, the slots in turn. */
static int next_event(snq_pool *p, snq_pool_event *out)
{
    for (uint32_t k = 0; k < p->cfg.workers; k++) {
        const uint32_t i = (p->next + k) % p->cfg.workers;
        slot *s = &p->slot[i];
        if (!s->lost && !s->told)
            continue;
        *out = (snq_pool_event) {
            .slot = i, .job = s->job, .lost = s->lost, .frame = s->frame, .loss = s->loss
        };
        s->lost = s->told = 0;
        p->next = i + 1;
        return 1;
    }
    return 0;
}

static snq_status poll_once(snq_pool *p, int timeout_ms)
{
    p->poll[0] = (struct pollfd) { snq_nursery_fd(p->nursery), POLLIN, 0 };
    for (uint32_t i = 0; i < p->cfg.workers; i++) {
        const slot *s = &p->slot[i];
        const int wants_out = s->sent < s->out.length;
        p->poll[i + 1] = (struct pollfd) { s->fd, (short)(POLLIN | (wants_out ? POLLOUT : 0)), 0 };
    }
    if (poll(p->poll, p->cfg.workers + 1, timeout_ms) < 0 && errno != EINTR)
        return SNQ_FAIL(SNQ_ERR_IO, "waiting for workers: %s", strerror(errno));
    for (uint32_t i = 0; i < p->cfg.workers; i++) {
        slot *s = &p->slot[i];
        if (s->fd < 0 || p->poll[i + 1].fd != s->fd)
            continue;
        if (p->poll[i + 1].revents & POLLOUT)
            transmit(s);
        if (p->poll[i + 1].revents & (POLLIN | POLLHUP | POLLERR))
            receive(p, s);
    }
    if (p->poll[0].revents)
        SNQ_TRY(hear_news(p));
    const double now = now_s();
    if (now - p->looked_s >= LOOK_MS * 1e-3) {
        p->looked_s = now;
        for (uint32_t i = 0; i < p->cfg.workers; i++)
            look_at_clock(p, &p->slot[i], now);
    }
    return SNQ_OK;
}

snq_status snq_pool_wait(snq_pool *p, int timeout_ms, snq_pool_event *out)
{
    const double until = now_s() + timeout_ms * 1e-3;
    *out = (snq_pool_event) { 0 };
    for (int first = 1;; first = 0) {
        if (next_event(p, out))
            return SNQ_OK;
        SNQ_TRY(start_absent(p));
        const double left_ms = (until - now_s()) * 1e3;
        if (left_ms <= 0.0 && !first)
            return SNQ_AGAIN;
        const int wait_ms = left_ms <= 0.0 ? 0 : left_ms > LOOK_MS ? LOOK_MS : (int)left_ms + 1;
        SNQ_TRY(poll_once(p, wait_ms));
    }
}

/* ---- losses ---- */

void snq_loss_text(const snq_loss *loss, char *to, size_t room)
{
    const char *name = loss->cause == SNQ_LOSS_SIGNAL ? sigabbrev_np(loss->number) : NULL;
    switch (loss->cause) {
    case SNQ_LOSS_SIGNAL:
        snprintf(to, room, "crashed (%s%s, signal %d)", name ? "SIG" : "", name ? name : "unknown",
                 loss->number);
        return;
    case SNQ_LOSS_EXIT:
        snprintf(to, room, "ended without an answer (exit status %d)", loss->number);
        return;
    case SNQ_LOSS_STALLED:
        snprintf(to, room, "computed without coming forward and was stopped");
        return;
    case SNQ_LOSS_SILENT:
        snprintf(to, room, "waited without end and was stopped");
        return;
    case SNQ_LOSS_BUDGET:
        snprintf(to, room, "used up its CPU time and was stopped");
        return;
    default:
        snprintf(to, room, "answered what is no answer and was stopped");
    }
}

int snq_loss_is_timeout(const snq_loss *loss)
{
    return loss->cause == SNQ_LOSS_STALLED || loss->cause == SNQ_LOSS_SILENT ||
           loss->cause == SNQ_LOSS_BUDGET;
}

int snq_loss_is_kill(const snq_loss *loss, uint32_t *kills)
{
    if (loss->cause != SNQ_LOSS_SIGNAL || loss->number != SIGKILL || *kills >= KILLS_MAX)
        return 0;
    ++*kills;
    return 1;
}
