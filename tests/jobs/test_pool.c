// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/analyse.h"
#include "jobs/pool.h"
#include "listen/analyser.h"
#include "sounds.h"
#include "support/misbehave.h"

static int sound_of(int deed)
{
    char name[32], path[256];
    snprintf(name, sizeof name, "%d.wav", deed);
    sounds_write(name, deed, 6);
    sounds_path(path, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int entries(const char *of)
{
    DIR *d = opendir(of);
    int n = 0;
    while (d && readdir(d))
        n++;
    closedir(d);
    return n;
}

static snq_pool *open_pool(uint32_t workers)
{
    snq_pool *p;
    snq_pool_cfg cfg = snq_pool_cfg_default();
    cfg.workers = workers;
    cfg.stall_cpu_s = 2.0;  /* the hoarder needs a while */
    cfg.stall_wall_s = 8.0; /* others may use the processors too */
    check_ok(snq_pool_open(&cfg, &p));
    return p;
}

static void submit(snq_pool *p, int fd, uint64_t job, double cpu_s)
{
    snq_listen_request q;
    snq_str s;
    snq_str_init(&s, 65536);
    check_ok(snq_listen_request_default("x.wav", &q));
    snq_listen_request_pack(&s, &q);
    const snq_pool_request r = { .kind = SNQ_FRAME_LISTEN,
                                 .job = job,
                                 .payload = &s,
                                 .fds = &fd,
                                 .fd_count = 1,
                                 .cpu_s = cpu_s };
    for (int i = 0; !snq_pool_free_slots(p) && i < 100; i++) { /* a new worker is on its way */
        snq_pool_event none;
        assert_int_equal(snq_pool_wait(p, 50, &none), SNQ_AGAIN);
    }
    check_ok(snq_pool_submit(p, &r, NULL));
    assert_int_equal(s.length, 0);
}

static snq_pool_event wait_for(snq_pool *p)
{
    snq_pool_event e;
    const snq_status st = snq_pool_wait(p, 60000, &e);
    if (st != SNQ_OK)
        fail_msg("no event: %s", st < 0 ? snq_last_error() : "time is up");
    return e;
}

static void check_heard(const snq_pool_event *e, uint64_t job)
{
    snq_heard_reply heard;
    assert_int_equal(e->lost, 0);
    assert_int_equal(e->job, job);
    check_ok(snq_heard_reply_unpack(e->frame.payload, e->frame.length, &heard));
    if (heard.st < 0)
        fail_msg("%s", heard.error);
    uint32_t analysers;
    snq_analysers(&analysers);
    assert_int_equal(heard.hearing.plugins, analysers);
    snq_heard_reply_clear(&heard);
}

/* One worker, one deed after the other, and an innocent file after each: reused or replaced, the
 * answer is the same. */
static void every_loss_has_its_cause(void **state)
{
    static const struct {
        int deed;
        snq_loss_cause cause;
        int number;
    } tab[] = {
        { MISBEHAVE_abort, SNQ_LOSS_SIGNAL, SIGABRT },
        { MISBEHAVE_loop, SNQ_LOSS_STALLED, 0 },
        { MISBEHAVE_sleep, SNQ_LOSS_SILENT, 0 },
        { MISBEHAVE_leave, SNQ_LOSS_EXIT, 7 },
        { MISBEHAVE_babble, SNQ_LOSS_NONSENSE, 0 },
#ifndef SNQ_INSTRUMENTED /* sanitizers take these signals and exit */
        { MISBEHAVE_segfault, SNQ_LOSS_SIGNAL, SIGSEGV },
        { MISBEHAVE_recurse, SNQ_LOSS_SIGNAL, SIGSEGV },
        { MISBEHAVE_hoard, SNQ_LOSS_SIGNAL, SIGSEGV },
        { MISBEHAVE_scribble, SNQ_LOSS_SIGNAL, SIGSEGV },
#endif
    };
    const int before = entries("/proc/self/fd");
    snq_pool *p = open_pool(1);
    const int innocent = sound_of(0);
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const int fd = sound_of(tab[i].deed);
        submit(p, fd, i, 1e3);
        snq_pool_event e = wait_for(p);
        close(fd);
        assert_int_equal(e.job, i);
        assert_int_equal(e.lost, 1);
        if (e.loss.cause != tab[i].cause)
            fail_msg("deed %d: cause %d (%d)", tab[i].deed, (int)e.loss.cause, e.loss.number);
        if (tab[i].number)
            assert_int_equal(e.loss.number, tab[i].number);
        assert_true(e.loss.offset >= 0 && e.loss.offset <= e.loss.size_bytes);
        submit(p, innocent, 100 + i, 1e3);
        e = wait_for(p);
        check_heard(&e, 100 + i);
    }
    snq_pool_close(p, 0);
    close(innocent);
    assert_int_equal(entries("/proc/self/fd"), before);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0); /* no child is left */
    assert_int_equal(snq_alloc_live(), 0);
}

static void a_budget_is_kept(void **state)
{
    snq_pool *p = open_pool(1);
    const int fd = sound_of(MISBEHAVE_loop);
    submit(p, fd, 1, 0.2);
    const snq_pool_event e = wait_for(p);
    close(fd);
    assert_true(e.lost && e.loss.cause == SNQ_LOSS_BUDGET);
    snq_pool_close(p, 1);
}

/* The process that starts workers may be killed as well. */
static void a_killed_nursery_is_replaced(void **state)
{
    snq_pool *p = open_pool(2);
    const int busy = sound_of(MISBEHAVE_sleep), innocent = sound_of(0);
    submit(p, busy, 1, 1e3);
    snq_pool_event e;
    assert_int_equal(snq_pool_wait(p, 200, &e), SNQ_AGAIN);
    char name[64], child[32] = "";
    snprintf(name, sizeof name, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(name, "r");
    if (!f)
        skip();
    assert_non_null(fgets(child, sizeof child, f)); /* our only one */
    fclose(f);
    assert_int_equal(kill((pid_t)atoi(child), SIGKILL), 0);
    e = wait_for(p);
    assert_true(e.job == 1 && e.lost && e.loss.cause == SNQ_LOSS_SIGNAL);
    submit(p, innocent, 2, 1e3);
    e = wait_for(p);
    check_heard(&e, 2);
    snq_pool_close(p, 0);
    close(busy);
    close(innocent);
}

static void slots_are_counted(void **state)
{
    snq_pool *p = open_pool(2);
    const int innocent = sound_of(0);
    assert_int_equal(snq_pool_free_slots(p), 2);
    submit(p, innocent, 1, 1e3);
    submit(p, innocent, 2, 1e3);
    assert_int_equal(snq_pool_free_slots(p), 0);
    snq_str s;
    snq_str_init(&s, 64);
    const snq_pool_request r = { .kind = SNQ_FRAME_TRY, .payload = &s };
    check_status(snq_pool_submit(p, &r, NULL), SNQ_ERR_STATE);
    snq_pool_event a = wait_for(p);
    const uint64_t first = a.job;
    check_heard(&a, first);
    snq_pool_event b = wait_for(p);
    check_heard(&b, 3 - first);
    assert_int_equal(snq_pool_free_slots(p), 2);
    snq_confinement c;
    check_status(snq_pool_confinement(p, &c), SNQ_OK);
#ifdef SNQ_INSTRUMENTED
    assert_int_equal(c.layers, 0);
#endif
    snq_pool_close(p, 0);
    close(innocent);
    snq_pool_cfg cfg = snq_pool_cfg_default();
    cfg.workers = 0;
    check_status(snq_pool_open(&cfg, &p), SNQ_ERR_RANGE);
    cfg.workers = 100000;
    check_status(snq_pool_open(&cfg, &p), SNQ_ERR_RANGE);
}

/* A worker that an earlier file may have spoilt is not asked who is guilty. */
static void a_fresh_worker_has_served_nothing(void **state)
{
    snq_pool *p = open_pool(1);
    snq_pool_event e;
    snq_str s;
    snq_str_init(&s, 64);
    const snq_pool_request r = { .kind = SNQ_FRAME_TRY, .payload = &s, .fresh = 1, .cpu_s = 10 };
    check_status(snq_pool_submit(p, &r, NULL), SNQ_OK); /* the first one is fresh */
    e = wait_for(p);
    assert_int_equal(e.lost, 0);
    check_status(snq_pool_submit(p, &r, NULL), SNQ_AGAIN);
    for (int i = 0; !snq_pool_free_slots(p) && i < 100; i++)
        assert_int_equal(snq_pool_wait(p, 50, &e), SNQ_AGAIN);
    check_status(snq_pool_submit(p, &r, NULL), SNQ_OK);
    e = wait_for(p);
    assert_int_equal(e.lost, 0);
    snq_pool_close(p, 0);
}

static void memory_may_be_short_at_open(void **state)
{
    snq_pool_cfg cfg = snq_pool_cfg_default();
    cfg.workers = 2;
    for (int n = 0, refused = 1; refused; n++) {
        snq_pool *p;
        snq_alloc_fail_after(n);
        const snq_status st = snq_pool_open(&cfg, &p);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (st < 0)
            assert_null(p);
        assert_true(st >= 0 || refused);
        snq_pool_close(p, 1);
        assert_int_equal(snq_alloc_live(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_counted),
        cmocka_unit_test(every_loss_has_its_cause),
        cmocka_unit_test(a_budget_is_kept),
        cmocka_unit_test(a_killed_nursery_is_replaced),
        cmocka_unit_test(a_fresh_worker_has_served_nothing),
        cmocka_unit_test(memory_may_be_short_at_open),
    };
    return cmocka_run_group_tests(tests, sounds_begin, sounds_end);
}
