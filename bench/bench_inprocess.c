// SPDX-License-Identifier: MIT
/* bench_inprocess -- the pipeline of `sonique listen --json` without a worker process, confinement or
 * a pool: what bench.py holds the command against. Usage: bench_inprocess FILE... */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "jobs/analyse.h"

static int listen_to(const char *path)
{
    snq_listen_request request;
    snq_hearing h;
    snq_json j;
    snq_analyse_cfg cfg = snq_analyse_cfg_default();
    cfg.request = &request;
    cfg.fd = open(path, O_RDONLY | O_CLOEXEC);
    snq_status st = snq_listen_request_default(path, &request);
    if (st >= 0)
        st = snq_analyse_run(&cfg, &h);
    if (cfg.fd >= 0)
        close(cfg.fd);
    if (st < 0) {
        fprintf(stderr, "bench_inprocess: %s: %s\n", path, snq_last_error());
        return 1;
    }
    snq_json_init(&j, snq_json_to_file, stdout);
    snq_hearing_json(&j, &h, 0);
    st = snq_json_finish(&j);
    putchar('\n');
    snq_hearing_clear(&h);
    return st < 0;
}

int main(int argc, char **argv)
{
    int bad = argc < 2;
    for (int i = 1; i < argc; i++)
        bad |= listen_to(argv[i]);
    return bad;
}
