// SPDX-License-Identifier: MIT
/* resample -- libsoxr with a fixed promise about how much comes out.
 *
 * soxr takes its own delay out already: the first sample that it gives belongs to time 0. What is
 * left to us is the end. soxr rounds the length its own way, so finish appends zeros until at least
 * ceil(n out_hz / in_hz) samples must have come, and cuts there.
 * The soxr object is thrown away at the end of a stream and made anew by the next push: a stream
 * never sees what was before it. */
#include "dsp/resample.h"

#include <soxr.h>

#include "base/alloc.h"
#include "base/limits.h"

enum { CHUNK = 4096 };

struct snq_resample {
    snq_resample_cfg cfg;
    soxr_t soxr;    /* NULL between streams, and always when the rates are equal */
    uint64_t in_n;  /* samples of the stream so far */
    uint64_t out_n; /* handed on so far */
    float out[CHUNK];
};

static snq_status open_soxr(snq_resample *r)
{
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t err = NULL;
    r->soxr = soxr_create(r->cfg.in_hz, r->cfg.out_hz, 1, &err, &io, &quality, &runtime);
    if (!r->soxr)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "resampler %u to %u Hz: %s", r->cfg.in_hz, r->cfg.out_hz,
                        err ? err : "out of memory");
    return SNQ_OK;
}

snq_status snq_resample_new(const snq_resample_cfg *cfg, snq_resample **out)
{
    snq_status st;
    *out = NULL;
    if (cfg->in_hz < SNQ_RATE_MIN_HZ || cfg->in_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "in_hz %u is not in %d .. %d", cfg->in_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    if (cfg->out_hz < SNQ_RATE_MIN_HZ || cfg->out_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "out_hz %u is not in %d .. %d", cfg->out_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    snq_resample *r = snq_calloc(1, sizeof(*r));
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "resampler");
    r->cfg = *cfg;
    if (cfg->in_hz != cfg->out_hz)
        SNQ_GOTO(open_soxr(r));
    *out = r;
    return SNQ_OK;
fail:
    snq_resample_free(r);
    return st;
}

void snq_resample_free(snq_resample *r)
{
    if (!r)
        return;
    soxr_delete(r->soxr);
    snq_free(r);
}

void snq_resample_reset(snq_resample *r)
{
    soxr_delete(r->soxr);
    r->soxr = NULL;
    r->in_n = r->out_n = 0;
}

/* Put n samples in (in NULL: the end) and hand on what comes out, never more than `most` samples of
 * the stream in all. */
static snq_status run(snq_resample *r, const float *in, size_t n, uint64_t most,
                      snq_resample_sink sink, void *user)
{
    size_t done, got;
    do {
        const soxr_error_t err = soxr_process(r->soxr, in, n, &done, r->out, CHUNK, &got);
        if (err)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "resampler: %s", err);
        if (n && !done && !got)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "resampler: it takes nothing and gives nothing");
        if (in) {
            in += done;
            n -= done;
        }
        const size_t give = got < most - r->out_n ? got : (size_t)(most - r->out_n);
        r->out_n += give;
        if (give)
            SNQ_TRY(sink(user, r->out, give));
    } while (n || got == CHUNK);
    return SNQ_OK;
}

snq_status snq_resample_push(snq_resample *r, const float *in, size_t n, snq_resample_sink sink,
                             void *user)
{
    if (n == 0)
        return SNQ_OK;
    r->in_n += n;
    if (r->cfg.in_hz == r->cfg.out_hz)
        return sink(user, in, n);
    if (!r->soxr)
        SNQ_TRY(open_soxr(r));
    return run(r, in, n, UINT64_MAX, sink, user);
}

snq_status snq_resample_finish(snq_resample *r, snq_resample_sink sink, void *user)
{
    static const float zeros[64];
    if (r->soxr && r->in_n) {
        const uint64_t most = (r->in_n * r->cfg.out_hz + r->cfg.in_hz - 1) / r->cfg.in_hz;
        uint64_t pad = 2 + 2 * (uint64_t)r->cfg.in_hz / r->cfg.out_hz; /* over one output sample */
        while (pad) {
            const size_t n = pad < SNQ_COUNT(zeros) ? (size_t)pad : SNQ_COUNT(zeros);
            SNQ_TRY(run(r, zeros, n, most, sink, user));
            pad -= n;
        }
        SNQ_TRY(run(r, NULL, 0, most, sink, user));
    }
    snq_resample_reset(r);
    return SNQ_OK;
}
