// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/watch_batch.h"
#include "watch/flow.h"

enum { MOST = 8 };

typedef struct seen {
    uint32_t index[MOST], results;
    snq_status st[MOST];
    char error[MOST][SNQ_ERROR_MAX];
    uint64_t frames[MOST];
    uint32_t thumbs[MOST];
    int stop; /* after the first */
} seen;

static snq_status take(void *user, const snq_watch_batch_result *r)
{
    seen *all = user;
    const uint32_t i = all->results++;
    assert_true(i < MOST);
    all->index[i] = r->index;
    all->st[i] = r->st;
    snprintf(all->error[i], sizeof all->error[i], "%s", r->error);
    all->frames[i] = r->sight ? r->sight->video.frames : 0;
    assert_int_equal(r->sight != NULL, r->st >= 0);
    all->thumbs[i] = r->look ? r->look->strip.thumbs : 0;
    return all->stop ? SNQ_ERR_CANCELLED : SNQ_OK;
}

static void add(snq_inputs *in, const char *name)
{
    char path[256];
    films_path(path, name);
    check_ok(snq_inputs_add(in, path));
}

static void results_come_in_the_order_of_the_inputs(void **state)
{
    snq_inputs in = { 0 };
    seen all = { 0 };
    char plots[256];
    films_make("long.mkv", "mandelbrot=s=160x96:r=20", "-t 4 -c:v ffv1");
    films_make("short.mkv", "testsrc2=s=64x48:r=20", "-t 1 -c:v ffv1");
    films_write("text.mkv", "no film\n");
    const int64_t live = snq_alloc_live();
    add(&in, "long.mkv");
    add(&in, "text.mkv");
    add(&in, "missing.mkv");
    add(&in, "short.mkv");
    films_path(plots, "plots/");
    snq_watch_batch_cfg cfg = snq_watch_batch_cfg_default();
    cfg.inputs = &in;
    cfg.threads = 3;
    cfg.windows = 1;
    cfg.plot_path = getenv("SNQ_MODULES") ? plots : NULL;
    cfg.result = take;
    cfg.hooks.user = &all;
    check_ok(snq_watch_batch_check(&cfg));
    check_ok(snq_watch_batch_run(&cfg));
    assert_int_equal(all.results, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(all.index[i], i);
    assert_true(all.st[0] == SNQ_OK && all.frames[0] == 80);
    assert_int_equal(all.st[1], SNQ_ERR_FORMAT);
    assert_int_equal(all.st[2], SNQ_ERR_IO);
    assert_true(all.st[3] == SNQ_OK && all.frames[3] == 20);
    if (cfg.plot_path) {
        films_path(plots, "plots/long.png");
        assert_int_equal(access(plots, R_OK), 0);
        films_path(plots, "plots/text.png");
        assert_int_equal(access(plots, F_OK), -1);
    }
    /* the look, when asked for, of those that were seen */
    assert_int_equal(all.thumbs[0], 0);
    all = (seen) { 0 };
    cfg.plot_path = NULL;
    cfg.look = 1;
    check_ok(snq_watch_batch_run(&cfg));
    assert_true(all.thumbs[0] == 40 && !all.thumbs[1] && !all.thumbs[2] && all.thumbs[3] == 20);
    snq_inputs_clear(&in);
    assert_int_equal(snq_alloc_live(), live);
}

static void it_stops_when_told(void **state)
{
    static const volatile int now = 1;
    snq_inputs in = { 0 };
    seen all = { .stop = 1 };
    add(&in, "short.mkv");
    add(&in, "long.mkv");
    snq_watch_batch_cfg cfg = snq_watch_batch_cfg_default();
    cfg.inputs = &in;
    cfg.result = take;
    cfg.hooks.user = &all;
    check_status(snq_watch_batch_run(&cfg), SNQ_ERR_CANCELLED);
    assert_int_equal(all.results, 1);
    cfg.hooks.cancel = &now;
    check_status(snq_watch_batch_run(&cfg), SNQ_ERR_CANCELLED);
    assert_int_equal(all.results, 1);
    snq_inputs_clear(&in);
}

static void wrong_cfgs_are_named(void **state)
{
    snq_inputs in = { 0 };
    uint32_t preset = 9;
    check_ok(snq_watch_preset("fine", &preset));
    assert_int_equal(preset, SNQ_FLOW_FINE);
    check_status(snq_watch_preset("finest", &preset), SNQ_ERR_NOT_FOUND);
    add(&in, "short.mkv");
    add(&in, "long.mkv");
    snq_watch_batch_cfg cfg = snq_watch_batch_cfg_default();
    cfg.inputs = &in;
    check_ok(snq_watch_batch_check(&cfg));
    cfg.plot_path = "x.jpg";
    check_status(snq_watch_batch_check(&cfg), SNQ_ERR_ARG);
    cfg.plot_path = "x.png";
    check_status(snq_watch_batch_check(&cfg), SNQ_ERR_ARG); /* one file for two */
    cfg.plot_path = "/proc/none/";
    check_status(snq_watch_batch_check(&cfg), SNQ_ERR_IO);
    snq_inputs_clear(&in);
}

static void the_flow_of_a_pair_is_written_whole(void **state)
{
    char a[256], b[256], text[256], out[256], error[SNQ_ERROR_MAX];
    int refused;
    films_make("a.png", "mandelbrot=s=64x48", "-frames:v 1");
    films_make("b.png", "mandelbrot=s=64x48", "-frames:v 1");
    films_path(a, "a.png");
    films_path(b, "b.png");
    films_path(text, "text.mkv");
    films_path(out, "out.flo");
    snq_flow_batch_cfg cfg = { .from = a, .to = b, .out = out, .preset = 1, .threads = 2 };
    check_ok(snq_flow_batch_run(&cfg, &refused, error));
    assert_int_equal(refused, 0);
    assert_int_equal(access(out, R_OK), 0);
    check_ok(snq_flow_batch_run(&cfg, &refused, error));
    assert_true(refused && strstr(error, "exists"));
    cfg.force = 1;
    cfg.to = text;
    check_ok(snq_flow_batch_run(&cfg, &refused, error));
    assert_true(refused && strstr(error, "text.mkv: "));
    cfg.to = "/none/b.png";
    check_ok(snq_flow_batch_run(&cfg, &refused, error));
    assert_true(refused && strstr(error, "/none/b.png: can't open"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_in_the_order_of_the_inputs),
        cmocka_unit_test(it_stops_when_told),
        cmocka_unit_test(wrong_cfgs_are_named),
        cmocka_unit_test(the_flow_of_a_pair_is_written_whole),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
