// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/confine.h"
#include "support/sweep.h"

/* Runs in a child; its exit status is the answer: bits of what was refused can't all fit, so it says
 * which first one was not. */
static int child_tries(int confined)
{
    snq_confine *c;
    if (snq_confine_new(&c) < 0)
        return 100;
    snq_confinement got = { 0 };
    const snq_confine_cfg limits = snq_confine_cfg_default();
    if (confined)
        snq_confine_run(c, &limits, &got);
    if (confined && got.layers != SNQ_CONFINE_ALL)
        return 101; /* this kernel lacks a layer */
    const uint32_t refused = snq_confine_try();
    for (int i = 0; i < SNQ_CONFINE_TRIES; i++)
        if (!(refused >> i & 1))
            return 1 + i;
    return 0;
}

static int status_of(int confined)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(child_tries(confined));
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_confined_process_is_refused_everything(void **state)
{
#ifdef SNQ_INSTRUMENTED
    skip();
#endif
    const int code = status_of(1);
    if (code == 101)
        skip();
    if (code)
        fail_msg("it could %s",
                 code < 100 ? snq_confine_try_text((uint32_t)code - 1) : "not start");
}

/* What is tried is really possible where nothing refuses it: else the test above proves nothing. */
static void an_unconfined_process_can(void **state)
{
    const uint32_t refused = snq_confine_try();
    assert_int_equal(refused >> SNQ_CONFINE_TRY_open & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_socket & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_exec & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_fork & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_kill & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_executable & 1, 0);
    assert_int_equal(refused >> SNQ_CONFINE_TRY_memory & 1, 0);
}

/* The layers stand alone: each is asked for what it alone refuses. */
static int child_without_seccomp(void)
{
    snq_confine *c;
    snq_confinement got;
    if (snq_confine_new(&c) < 0)
        return 100;
    /* a filter that can't be made: no descriptors are needed, so an empty one stands for it */
    snq_confine_free(c);
    c = snq_calloc(1, sizeof(void *));
    const snq_confine_cfg limits = snq_confine_cfg_default();
    snq_confine_run(c, &limits, &got);
    if (got.layers & SNQ_CONFINE_seccomp)
        return 1;
    if (!(got.layers & SNQ_CONFINE_landlock) || !strstr(got.missing, "seccomp"))
        return 2;
    return snq_confine_try() >> SNQ_CONFINE_TRY_open & 1 ? 0 : 3;
}

static void a_missing_layer_is_named_and_the_others_hold(void **state)
{
#ifdef SNQ_INSTRUMENTED
    skip();
#endif
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(child_without_seccomp());
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        skip(); /* no landlock here */
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void *mark(void *at)
{
    *(int *)at = 1;
    return NULL;
}

/* 1: a thread ran; 0: none could be started; 2: it could fork; 3: no seccomp here. */
static int child_with_threads(int allowed)
{
    snq_confine *c;
    snq_confinement got;
    pthread_t thread;
    int ran = 0;
    snq_confine_cfg limits = snq_confine_cfg_default();
    limits.threads = allowed;
    if (snq_confine_new(&c) < 0)
        return 100;
    snq_confine_run(c, &limits, &got);
    if (!(got.layers & SNQ_CONFINE_seccomp))
        return 3;
    if (!(snq_confine_try() >> SNQ_CONFINE_TRY_fork & 1))
        return 2;
    if (pthread_create(&thread, NULL, mark, &ran) == 0)
        pthread_join(thread, NULL);
    return ran;
}

static void threads_are_started_only_where_they_are_allowed(void **state)
{
#ifdef SNQ_INSTRUMENTED
    skip();
#endif
    for (int allowed = 0; allowed < 2; allowed++) {
        int status = 0;
        const pid_t pid = fork();
        if (pid == 0)
            _exit(child_with_threads(allowed));
        assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
        if (WEXITSTATUS(status) == 3)
            skip();
        assert_int_equal(WEXITSTATUS(status), allowed);
    }
}

static void instrumented_builds_say_so(void **state)
{
#ifndef SNQ_INSTRUMENTED
    skip();
#else
    snq_confine *c;
    snq_confinement got;
    const snq_confine_cfg limits = snq_confine_cfg_default();
    check_ok(snq_confine_new(&c));
    snq_confine_run(c, &limits, &got);
    assert_int_equal(got.layers, 0);
    assert_non_null(strstr(got.missing, "sanitizers"));
    snq_confine_free(c);
#endif
}

static snq_status make(void *user, void **out)
{
    return snq_confine_new((snq_confine **)out);
}

static void unmake(void *c)
{
    snq_confine_free(c);
}

static void allocation_failures_are_clean(void **state)
{
    assert_true(snq_sweep(make, unmake, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confined_process_is_refused_everything),
        cmocka_unit_test(an_unconfined_process_can),
        cmocka_unit_test(a_missing_layer_is_named_and_the_others_hold),
        cmocka_unit_test(threads_are_started_only_where_they_are_allowed),
        cmocka_unit_test(instrumented_builds_say_so),
        cmocka_unit_test(allocation_failures_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
