// SPDX-License-Identifier: MIT
/* The program's side: the source, the call into the module; names: film_names.c. How films are taken apart and put together:
 * film_scan.c, film_write.c. */
#include "media/film_mux.h"

#include "media/av_loader_impl.h"

static snq_status load(int no_loading, const snq__av_module **m)
{
    if (no_loading && !snq__av_loaded())
        return SNQ_FAIL(SNQ_ERR_STATE, "a film needs libav, which is not loaded");
    return snq__av_load(m);
}

snq_status snq_film_mux_check(snq_film_container container)
{
    const snq__av_module *m;
    SNQ_TRY(snq__av_load(&m));
    return snq__av_retell(m, m->film.check(container));
}

snq_status snq_film_scan(int fd, int no_loading, const volatile int *cancel, snq_film_info *info,
                         snq_warnings *warnings)
{
    const snq__av_module *m;
    snq__source source;
    *info = (snq_film_info) { 0 };
    SNQ_TRY(load(no_loading, &m));
    SNQ_TRY(snq__source_init(&source, fd, cancel));
    const snq_status st = snq__av_retell(m, m->film.scan(&source, info, warnings));
    snq__source_clear(&source);
    return st;
}

/* A caller's function failed in the program, whose words then are the ones to keep: the module has none. */
typedef struct calls {
    const snq_film_mux_cfg *cfg;
    snq_status st;
} calls;

static snq_status pull(void *user, size_t n, float *left, float *right)
{
    calls *c = user;
    return c->st = c->cfg->pull(c->cfg->user, n, left, right);
}

static snq_status heard(void *user, const snq_audio *block)
{
    calls *c = user;
    return c->st = c->cfg->heard(c->cfg->user, block);
}

static void progress(void *user, int64_t pictures, int64_t bytes, int64_t of)
{
    const calls *c = user;
    c->cfg->progress(c->cfg->user, pictures, bytes, of);
}

snq_status snq_film_mux_run(int fd, const snq_film_mux_cfg *cfg, int no_loading,
                            snq_film_mux_report *report)
{
    const snq__av_module *m;
    snq__source source;
    calls c = { cfg, SNQ_OK };
    snq_film_mux_cfg inner = *cfg;
    *report = (snq_film_mux_report) { 0 };
    inner.user = &c;
    inner.pull = pull;
    inner.heard = cfg->heard ? heard : NULL;
    inner.progress = cfg->progress ? progress : NULL;
    SNQ_TRY(load(no_loading, &m));
    SNQ_TRY(snq__source_init(&source, fd, cfg->cancel));
    snq_status st = m->film.run(&source, &inner, report);
    if (c.st >= 0)
        st = snq__av_retell(m, st);
    snq__source_clear(&source);
    return st;
}
