// SPDX-License-Identifier: MIT
#include "jobs/checkup.h"

#include "jobs/messages.h"
#include "jobs/pool.h"

enum { WAIT_MS = 10000 };
#define TRY_CPU_S 10.0

static snq_status ask(snq_pool *pool, snq_checkup *out)
{
    snq_str nothing;
    snq_pool_event event;
    snq_str_init(&nothing, 16);
    const snq_pool_request request = { .kind = SNQ_FRAME_TRY,
                                       .payload = &nothing,
                                       .cpu_s = TRY_CPU_S };
    SNQ_TRY(snq_pool_submit(pool, &request, NULL));
    const snq_status st = snq_pool_wait(pool, WAIT_MS, &event);
    if (st < 0)
        return st;
    if (st == SNQ_AGAIN)
        return SNQ_FAIL(SNQ_ERR_IO, "a worker did not answer within %d s", WAIT_MS / 1000);
    if (event.lost)
        return SNQ_FAIL(SNQ_ERR_IO, "a worker ended (%s %d) when it tried what is forbidden",
                        event.loss.cause == SNQ_LOSS_SIGNAL ? "signal" : "exit status",
                        event.loss.number);
    if (event.frame.kind != SNQ_FRAME_TRIED)
        return SNQ_FAIL(SNQ_ERR_IO, "a worker answered another question");
    SNQ_TRY(snq_tried_unpack(event.frame.payload, event.frame.length, &out->refused));
    return snq_pool_confinement(pool, &out->confinement) == SNQ_OK
               ? SNQ_OK
               : SNQ_FAIL(SNQ_ERR_IO, "a worker didn't say how it is confined");
}

snq_status snq_checkup_run(snq_checkup *out)
{
    snq_pool *pool;
    snq_pool_cfg cfg = snq_pool_cfg_default();
    *out = (snq_checkup) { 0 };
    cfg.workers = 1;
    SNQ_TRY(snq_pool_open(&cfg, &pool));
    const snq_status st = ask(pool, out);
    snq_pool_close(pool, st < 0);
    return st;
}

int snq_checkup_layer(const snq_checkup *c, uint32_t i, const char **name, const char **text,
                      int *holds)
{
    static const struct {
        const char *name, *text;
        uint32_t bit;
    } tab[] = {
#define X(id, mask, what) { #id, what, mask },
        SNQ_CONFINE_MAP(X)
#undef X
    };
    if (i >= SNQ_COUNT(tab))
        return 0;
    *name = tab[i].name;
    *text = tab[i].text;
    *holds = (c->confinement.layers & tab[i].bit) != 0;
    return 1;
}
