// SPDX-License-Identifier: MIT
/* bench_run -- run a command and say what all its processes cost.
 *
 * usage: bench_run [--cpu N] [--out FILE] [--watch MS] [--limit S] COMMAND [ARGUMENT...]
 *
 *   --cpu N     on core N alone
 *   --out FILE  the command's standard output (default: thrown away); errors pass through
 *   --watch MS  look at the memory of its processes each MS milliseconds
 *   --limit S   end them all after S seconds (600)
 *
 * Prints one JSON object:
 *
 *   status      exit status; 128 + signal; 127 not started; 124 over the limit
 *   wall_s      from before fork to the end of the command itself
 *   cpu_s       user and system time of the command and all descendants that were waited for:
 *               by their parent, or, when it ended before them, by us (PR_SET_CHILD_SUBREAPER)
 *   max_rss_kb  the largest peak of a single one of them
 *   adopted     descendants that outlived their parent
 *   left        descendants still there two seconds after the command's end; they are killed
 *   watched     null, or
 *     samples, processes       how often we looked, how many were seen
 *     sum_peak_kb              the sum of the peaks (VmHWM): pages that processes share count in each
 *     peak_pss_kb              the largest sum of proportional sizes (Pss) at one time: a page that N
 *                              processes share counts as N parts, so this is what the machine gives.
 *                              Strangers that run the same libraries make it smaller: not a figure to
 *                              compare. null where the kernel doesn't tell
 *     cpu_seen_s               user and system time as last seen of each. More than cpu_s by more than
 *                              its grain (a tick a process): somebody didn't wait for a child
 *
 * Why not from Python: what a process inherits by fork and vfork counts in the peak that wait4 gives,
 * even past exec, so the interpreter's own size would hide that of a small program; and it starts
 * processes late. This program is small, and the peaks come from /proc, where exec starts anew.
 *
 * LIMITS: growth after the last look is missed, save in the largest process (wait4's peak covers it);
 * looking takes about a millisecond and a bit of the watched processes' time: no speeds from a
 * watched run. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES_MAX = 16384, GRACE_MS = 2000, NOT_STARTED = 127, OVER_LIMIT = 124 };

/* A process in /proc; `start` tells two that had the same pid. */
typedef struct process {
    int pid, parent;
    unsigned long long start, ticks;
    long hwm_kb;
} process;

typedef struct options {
    int cpu; /* -1: any */
    const char *out;
    long watch_ms; /* 0: don't */
    double limit_s;
    char **command;
} options;

typedef struct account {
    pid_t main;
    int ended, status; /* of main */
    double wall_s, cpu_s;
    long max_rss_kb, adopted, left;
    long samples, peak_pss_kb;
    int pss_untold;
    process *now, *seen; /* (PROCESSES_MAX,) */
    size_t nows, seens;
} account;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int read_proc(int pid, const char *what, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? 0 : -1;
}

/* The number after "\nName:", or -1. */
static long field_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static int read_process(int pid, process *p)
{
    char text[2048];
    if (read_proc(pid, "stat", text, sizeof text) < 0)
        return -1;
    const char *at = strrchr(text, ')'); /* the name may hold anything, also ") " */
    unsigned long user = 0, kernel = 0;
    *p = (process) { .pid = pid };
    if (!at || sscanf(at,
                      ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d "
                      "%*d %llu",
                      &p->parent, &user, &kernel, &p->start) != 4)
        return -1;
    p->ticks = user + kernel;
    return 0;
}

/* Fill a->now with our descendants: sweep until no process joins. */
static void list_tree(account *a)
{
    static process all[PROCESSES_MAX];
    size_t count = 0, found = 0, before;
    DIR *folder = opendir("/proc");
    if (!folder)
        return;
    for (struct dirent *e; (e = readdir(folder)) && count < PROCESSES_MAX;)
        if (isdigit((unsigned char)e->d_name[0]) && read_process(atoi(e->d_name), &all[count]) == 0)
            count++;
    closedir(folder);
    const int me = getpid();
    do {
        before = found;
        for (size_t i = 0; i < count; i++) {
            int ours = all[i].parent == me;
            for (size_t k = 0; !ours && k < found; k++)
                ours = a->now[k].pid == all[i].parent;
            if (ours) {
                a->now[found++] = all[i];
                all[i].parent = -1; /* joined: once is enough */
            }
        }
    } while (found > before);
    a->nows = found;
}

static process *find_seen(account *a, const process *p)
{
    for (size_t i = 0; i < a->seens; i++)
        if (a->seen[i].pid == p->pid && a->seen[i].start == p->start)
            return &a->seen[i];
    if (a->seens == PROCESSES_MAX)
        return NULL;
    a->seen[a->seens] = *p;
    return &a->seen[a->seens++];
}

static void sample(account *a)
{
    long pss_kb = 0;
    char text[4096];
    list_tree(a);
    for (size_t i = 0; i < a->nows; i++) {
        process *p = find_seen(a, &a->now[i]);
        if (!p || read_proc(p->pid, "status", text, sizeof text) < 0)
            continue;
        p->ticks = a->now[i].ticks;
        /* The last reading counts, not the largest: it falls only by exec, which starts anew. */
        const long hwm_kb = field_of(text, "\nVmHWM:");
        if (hwm_kb < 0)
            continue; /* a zombie */
        p->hwm_kb = hwm_kb;
        const int told = read_proc(p->pid, "smaps_rollup", text, sizeof text) == 0;
        const long part_kb = told ? field_of(text, "\nPss:") : -1;
        a->pss_untold |= part_kb < 0 && errno == EACCES;
        pss_kb += part_kb > 0 ? part_kb : 0;
    }
    a->samples++;
    a->peak_pss_kb = pss_kb > a->peak_pss_kb ? pss_kb : a->peak_pss_kb;
}

static void start(account *a, const options *o, const sigset_t *mask)
{
    a->main = fork();
    if (a->main != 0)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    const int in = open("/dev/null", O_RDONLY);
    const int out = open(o->out ? o->out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
        _exit(NOT_STARTED);
    close(in);
    close(out);
    if (o->cpu >= 0) {
        CPU_SET((size_t)o->cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) < 0)
            _exit(NOT_STARTED);
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(o->command[0], o->command);
    fprintf(stderr, "bench_run: %s: %s\n", o->command[0], strerror(errno));
    _exit(NOT_STARTED);
}

/* Wait for whoever has ended; 0 when no child is left. */
static int reap(account *a, double begun)
{
    for (;;) {
        struct rusage used;
        int status;
        const pid_t pid = wait4(-1, &status, WNOHANG, &used);
        if (pid <= 0)
            return pid == 0;
        a->cpu_s += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                    1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
        a->max_rss_kb = used.ru_maxrss > a->max_rss_kb ? used.ru_maxrss : a->max_rss_kb;
        if (pid == a->main) {
            a->wall_s = now_s() - begun;
            a->ended = 1;
            if (a->status != OVER_LIMIT)
                a->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        } else {
            a->adopted++;
        }
    }
}

static void kill_tree(account *a)
{
    list_tree(a);
    for (size_t i = 0; i < a->nows; i++)
        kill(a->now[i].pid, SIGKILL);
}

/* Until the last descendant has ended: by itself, a grace after the command, or at the limit. */
static void follow(account *a, const options *o, double begun)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    double until = begun + o->limit_s;
    int killing = 0, grace = 0;
    while (reap(a, begun)) {
        const double left_s = until - now_s();
        if (a->ended && !grace && !killing) {
            grace = 1;
            until = now_s() + 1e-3 * GRACE_MS;
            continue;
        }
        if (left_s <= 0.0) {
            if (!a->ended)
                a->status = OVER_LIMIT;
            kill_tree(a);
            a->left += a->ended && !killing ? (long)a->nows : 0;
            killing = 1;
        } else if (o->watch_ms) {
            sample(a);
        }
        double pause_s = o->watch_ms && !killing ? 1e-3 * (double)o->watch_ms : left_s;
        pause_s = killing ? 0.01 : pause_s < left_s ? pause_s : left_s;
        const struct timespec pause = { (time_t)pause_s,
                                        (long)(1e9 * (pause_s - (double)(time_t)pause_s)) };
        sigtimedwait(&child, NULL, &pause);
    }
}

static void print(const account *a, const options *o)
{
    long sum_kb = 0, largest_kb = 0;
    unsigned long long ticks = 0;
    for (size_t i = 0; i < a->seens; i++) {
        sum_kb += a->seen[i].hwm_kb;
        largest_kb = a->seen[i].hwm_kb > largest_kb ? a->seen[i].hwm_kb : largest_kb;
        ticks += a->seen[i].ticks;
    }
    sum_kb += a->max_rss_kb > largest_kb ? a->max_rss_kb - largest_kb : 0;
    printf("{\"status\": %d, \"wall_s\": %.6f, \"cpu_s\": %.6f, \"max_rss_kb\": %ld, "
           "\"adopted\": %ld, \"left\": %ld, \"watched\": ",
           a->status, a->wall_s, a->cpu_s, a->max_rss_kb, a->adopted, a->left);
    if (!o->watch_ms) {
        puts("null}");
        return;
    }
    printf("{\"samples\": %ld, \"processes\": %zu, \"sum_peak_kb\": %ld, \"cpu_seen_s\": %.3f, ",
           a->samples, a->seens, sum_kb, (double)ticks / (double)sysconf(_SC_CLK_TCK));
    if (a->pss_untold)
        puts("\"peak_pss_kb\": null}}");
    else
        printf("\"peak_pss_kb\": %ld}}\n", a->peak_pss_kb);
}

static int read_options(int argc, char **argv, options *o)
{
    *o = (options) { .cpu = -1, .limit_s = 600.0 };
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value)
            return -1;
        if (strcmp(argv[i], "--cpu") == 0)
            o->cpu = atoi(value);
        else if (strcmp(argv[i], "--out") == 0)
            o->out = value;
        else if (strcmp(argv[i], "--watch") == 0)
            o->watch_ms = atol(value);
        else if (strcmp(argv[i], "--limit") == 0)
            o->limit_s = atof(value);
        else
            return -1;
    }
    o->command = argv + i;
    return i < argc && o->cpu < CPU_SETSIZE && o->watch_ms >= 0 && o->limit_s > 0.0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    static process now[PROCESSES_MAX], seen[PROCESSES_MAX];
    account a = { .now = now, .seen = seen };
    options o;
    sigset_t child, before;
    if (read_options(argc, argv, &o) < 0) {
        fprintf(stderr,
                "usage: bench_run [--cpu N] [--out FILE] [--watch MS] [--limit S] COMMAND...\n");
        return 2;
    }
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_BLOCK, &child, &before) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 3;
    const double begun = now_s();
    start(&a, &o, &before);
    if (a.main < 0)
        return 3;
    follow(&a, &o, begun);
    print(&a, &o);
    return 0;
}
